// The tables' versions.

package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/store"
)

// schemaOf describes all columns, indexes, constraints and triggers of the tables.
func schemaOf(w *world) (lines []string) {
	w.Helper()
	rows, err := w.raw.QueryContext(w.ctx, `
		SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
		FROM information_schema.columns WHERE table_schema = current_schema()
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
		UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid)
			FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
		UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
		UNION ALL SELECT pg_get_triggerdef(t.oid)
			FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
			WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
		ORDER BY 1`)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		w.ok(rows.Scan(&line))
		lines = append(lines, line)
	}
	w.ok(rows.Err())
	return lines
}

func TestEveryMigrationGoesDownAndUpAgain(t *testing.T) {
	each(t, func(w *world) {
		latest := w.count(`SELECT max(version) FROM msgbot_migrations`)
		require.Positive(w, latest)
		full := schemaOf(w)
		require.NoError(w, w.Ready(w.ctx))
		for version := latest - 1; version >= 0; version-- {
			w.ok(w.MigrateDown(w.ctx, version))
			require.ErrorContains(w, w.Ready(w.ctx), "version")
			require.NotEqual(w, full, schemaOf(w))
			w.ok(w.Migrate(w.ctx))
			require.Equal(w, full, schemaOf(w), "down to %d and up", version)
		}
		w.ok(w.MigrateDown(w.ctx, 0))
		tables := w.count(`SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()`)
		require.Equal(w, 1, tables, "only msgbot_migrations is left")
	})
}

// dataOfVersion4 is what a bot "a" with the conversation $1 had when files were counted only.
const dataOfVersion4 = `
	INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state) VALUES ('a', 'e1', '1', '{}', 'waiting');
	INSERT INTO msgbot_messages (post_id, conversation_id, direction, author_id, at)
		SELECT v.id, c.id, direction, author, timestamptz '2026-11-20 12:00:00Z' + n * interval '1 second'
		FROM msgbot_conversations c, (VALUES
			('in', 'in', '', 1), ('long', 'out', 'agent', 2), ('queued', 'out', 'agent', 3), ('with files', 'out', 'agent', 4),
			('held with files', 'out', 'agent', 5), ('failed', 'out', 'agent', 6), ('failed with files', 'out', 'agent', 7),
			('sending', 'out', 'agent', 8), ('sent later', 'out', 'agent', 9)) AS v (id, direction, author, n);
	INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, state)
		SELECT c.id, direction, external, post, number, state FROM msgbot_conversations c, (VALUES
			('in', 'x0', 'in', 1, 'received'), ('out', 'x1', 'long', 1, 'sent'), ('out', 'x2', 'long', 2, 'sent'),
			('out', 'x4', 'sent later', 1, 'sent'))
			AS v (direction, external, post, number, state);
	INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, text, author_first, author_full, files, state, reason, code,
			created_at, withdrawn)
		SELECT 'a', c.id, m.post_id, 'text', 'Ivan', 'Ivan K', CASE WHEN m.post_id LIKE '%files' THEN 2 ELSE 0 END,
			CASE m.post_id WHEN 'long' THEN 'sent' WHEN 'sent later' THEN 'sent' WHEN 'failed with files' THEN 'failed' WHEN 'with files' THEN 'queued'
				WHEN 'held with files' THEN 'held' ELSE m.post_id END,
			CASE WHEN m.post_id LIKE 'failed%' THEN 'words' ELSE '' END, 0, m.at, m.post_id = 'sending'
		FROM msgbot_conversations c JOIN msgbot_messages m ON m.conversation_id = c.id WHERE m.direction = 'out'`

func TestTheDataOfTheVersionBeforeFilesIsCarriedOverAndBack(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.ok(w.MigrateDown(w.ctx, 4))
		w.execute(dataOfVersion4)
		w.ok(w.Migrate(w.ctx))

		c.LastAgentAt = second(9)
		require.Equal(w, c, w.conversation(c.ID))
		require.Equal(w, []string{"e1"}, eventIDs([]relay.InboxRow{w.update("a", "e1", "1")}))
		require.Equal(w, relay.Shown{PostID: "in", Direction: conversation.In, Posts: 1, At: second(1), Answered: true}, w.shown(c, "x0"))
		for id, want := range map[string]string{
			"long": "sent text", "queued": "queued text", "sending": "sending text", "failed": "failed text words",
			"with files": "failed text files cannot be sent yet", "held with files": "failed text files cannot be sent yet",
			"failed with files": "failed text words",
		} {
			require.Equal(w, want, w.wish(id, relay.SendRow), id)
		}
		parts, err := w.Parts(w.ctx, "long")
		w.ok(err)
		require.Equal(w, []relay.Part{
			{ExternalID: "x1", Kind: messenger.Text, State: conversation.Sent}, {ExternalID: "x2", Call: 1, Kind: messenger.Text, State: conversation.Sent},
		}, parts)
		w.end(l, "queued", outcomeSent("x3"))
		w.receipt(l, c, "x1", conversation.Seen)
		require.Equal(w, conversation.Sent, w.delivery(c)["sent later"])
		messages, _, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		require.Equal(w, api.Message{
			PostID: "long", Direction: conversation.Out, At: second(2), State: conversation.Sent, Parts: []api.Part{
				{ExternalID: "x1", Kind: "text", State: conversation.Seen}, {ExternalID: "x2", Kind: "text", State: conversation.Sent},
			},
		}, messages[7])

		w.record(l, again(c, "long", conversation.Send, "", "new"))
		w.execute(`UPDATE msgbot_outbox SET file_ids = '{f,g,h}' WHERE post_id = 'failed with files'`)
		w.ok(w.MigrateDown(w.ctx, 4))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_outbox WHERE kind <> 'send'`), "it would be sent as a reply")
		require.Equal(w, 8, w.count(`SELECT count(*) FROM msgbot_outbox`))
		require.Equal(w, 3, w.count(`SELECT files FROM msgbot_outbox WHERE post_id = 'failed with files'`))
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_outbox WHERE withdrawn`))
		w.ok(w.Migrate(w.ctx))
		require.Equal(w, "long", w.shown(c, "x2").PostID)
	})
}

func TestTheDataOfTheVersionBeforeAutomaticAnswersIsCarriedOverAndBack(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, silent := w.thread(l, "1"), w.thread(l, "2")
		w.record(l, sending(c, "p1", 1), sending(c, "p2", 3), sending(c, "taken back", 8),
			judged(c, agentPost("held", "1", 9), conversation.Hold, conversation.ReasonStale), judged(c, agentPost("note", "1", 9), conversation.Keep, ""))
		w.record(l, judged(c, agentPost("taken back", "1", 8), conversation.Keep, ""))
		w.end(l, "p1", outcomeFailed)
		w.finish(l, w.arrived(silent, "own", 2, fromOwner))
		w.ok(w.MigrateDown(w.ctx, 8))
		w.ok(w.Migrate(w.ctx))
		require.Equal(w, second(3), w.conversation(c.ID).LastAgentAt)
		require.True(w, w.conversation(silent.ID).LastAgentAt.IsZero())
		require.Equal(w, []string{"p1", "held"}, w.notices("a"))

		w.finish(l, w.arrived(silent, "question", 5, nil), w.decided(silent, saying("said", aButton)))
		w.endWish(w.beginAuto(l, "said"), outcomeSent("x1"))
		w.finish(l, w.decided(silent, func(a *relay.AutoAnswer) { saying("auto")(a); a.RemoveKeyboard, a.NoAnswerAt = true, noon }))
		require.Equal(w, 1, w.raise(l))
		w.savesRules("a", 0, aRule("r1"))
		w.ok(w.MigrateDown(w.ctx, 8))
		require.Equal(w, "send", w.kinds())
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_inbox WHERE state = 'waiting'`), "a timer is no update")
		w.ok(w.Migrate(w.ctx))
		require.Equal(w, "said", w.shown(silent, "x1").PostID)
		require.Equal(w, map[string]conversation.Delivery{"said": "sent", "question": "received", "own": "sent"}, w.delivery(silent))
		require.Zero(w, w.script("a").Version)
	})
}

// kinds are those of the outbox.
func (w *world) kinds() (kinds string) {
	w.Helper()
	w.ok(w.raw.QueryRowContext(w.ctx, `SELECT string_agg(DISTINCT kind, ',' ORDER BY kind) FROM msgbot_outbox`).Scan(&kinds))
	return kinds
}

func TestTwoNodesMigrateAtOnce(t *testing.T) {
	dsn := DSN(t, true)
	stores := make([]*store.Store, 4)
	for i := range stores {
		s, err := store.Open(t.Context(), dsn)
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Close() })
		stores[i] = s
	}
	errs := make([]error, len(stores))
	together(len(stores), func(i int) { errs[i] = stores[i].Migrate(t.Context()) })
	for i, s := range stores {
		require.NoError(t, errs[i])
		require.NoError(t, s.Ready(t.Context()))
	}
}

func TestNotReadyBeforeTheMigration(t *testing.T) {
	s, err := store.Open(t.Context(), DSN(t, true))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	require.NoError(t, s.Ping(t.Context()))
	require.Error(t, s.Ready(t.Context()))
}

func TestTablesOfANewerVersionAreLeftAlone(t *testing.T) {
	each(t, func(w *world) {
		w.execute(`INSERT INTO msgbot_migrations (version) VALUES (1000)`)
		before := schemaOf(w)
		require.ErrorContains(w, w.Migrate(w.ctx), "1000")
		require.Error(w, w.Ready(w.ctx))
		require.Equal(w, before, schemaOf(w))
	})
}

func TestOpenTellsNoPassword(t *testing.T) {
	for _, dsn := range []string{
		"postgres://user:sesame@127.0.0.1:1/db?sslmode=disable&connect_timeout=1",
		"postgres://user:sesame@%zz/db",
		"host=127.0.0.1 port=1 password=sesame sslmode=wrong",
	} {
		_, err := store.Open(t.Context(), dsn)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "sesame")
	}
}

// Automatic answers: how a decision is carried out with the end of its row, timers, and what the team has yet to see.

package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const (
	// timerBatch bounds how many timers one statement raises; the others come a moment later.
	timerBatch = 500
	// unshownFor is how long an automatic message may wait for a thread to be shown in.
	unshownFor = 24 * time.Hour
)

// autoAnswer is a relay.AutoAnswer as a JSON argument, with the id of its row of the inbox.
type autoAnswer struct {
	ID           int64                `json:"id"`
	Conversation string               `json:"conversation_id"`
	Post         string               `json:"post_id"`
	Text         text                 `json:"text"`
	Files        pq.StringArray       `json:"file_ids"`
	Buttons      [][]messenger.Button `json:"buttons"`
	By           text                 `json:"by"`
	Rules        pq.StringArray       `json:"rules"`
	Memory       json.RawMessage      `json:"memory"`
	Mode         string               `json:"mode"`
	Closes       bool                 `json:"closes"`
	Tags         pq.StringArray       `json:"tags"`
	Assignee     string               `json:"assignee_id"`
	NoAnswerAt   *time.Time           `json:"no_answer_at"`
	Lane         text                 `json:"lane"`
	Removes      bool                 `json:"removes"`
}

func autoRows(done []relay.Finished) []autoAnswer {
	rows := []autoAnswer{}
	for _, d := range done {
		a := d.Auto
		if a == nil {
			continue
		}
		rows = append(rows, autoAnswer{
			ID: d.ID, Conversation: a.ConversationID, Post: a.PostID, Text: text(a.Text), Files: texts(a.FileIDs),
			Buttons: a.Buttons, By: text(a.By), Rules: texts(a.Rules), Memory: a.Memory, Mode: string(a.Mode), Closes: a.Close,
			Tags: texts(a.Tags), Assignee: a.AssigneeID, NoAnswerAt: orNull(a.NoAnswerAt.UTC()), Lane: text(a.Lane),
			Removes: a.RemoveKeyboard,
		})
	}
	return rows
}

// decidedAnswers are the answers of rows that end now, and what all answers of a conversation come to. closed_by is the row
// that closed it, closed_after the post that this row became.
const decidedAnswers = `
	auto AS (
		SELECT a.*, done.post_id AS about,
			now() + row_number() OVER (PARTITION BY a.conversation_id ORDER BY id) * interval '1 microsecond' AS at
		FROM json_to_recordset($5::json) AS a (id bigint, conversation_id text, post_id text, text text, file_ids text[],
			buttons jsonb, by text, rules text[], memory jsonb, mode text, closes boolean, tags text[], assignee_id text,
			no_answer_at timestamptz, lane text, removes boolean)
		JOIN ended USING (id) JOIN done USING (id)),
	decided AS (
		SELECT conversation_id, (array_agg(memory ORDER BY id DESC))[1] AS memory,
			(array_agg(CASE WHEN closes THEN 'bot' ELSE mode END ORDER BY id DESC) FILTER (WHERE closes OR mode <> ''))[1] AS mode,
			(array_agg(assignee_id ORDER BY id DESC) FILTER (WHERE assignee_id <> ''))[1] AS assignee_id,
			(array_agg(no_answer_at ORDER BY id DESC))[1] AS no_answer_at, (array_agg(lane ORDER BY id DESC))[1] AS lane,
			bool_or(closes) AS closes, max(id) FILTER (WHERE closes) AS closed_by,
			(array_agg(about ORDER BY id DESC) FILTER (WHERE closes))[1] AS closed_after,
			bool_or(removes) AS removes, max(at) FILTER (WHERE post_id <> '') AS said_at
		FROM auto GROUP BY conversation_id),`

// noAnswers stands for decidedAnswers where nothing was decided: then PostgreSQL has less to plan.
const noAnswers = `
	auto AS NOT MATERIALIZED (SELECT 0::bigint AS id WHERE false),
	decided AS NOT MATERIALIZED (
		SELECT '' AS conversation_id, false AS closes, 0::bigint AS closed_by, '' AS closed_after, now() AS said_at WHERE false),`

// afterClose says that a message came after all answers that closed its conversation. The rows of an album are one message.
const afterClose = `(closed_by IS NULL OR message.id > closed_by AND message.post_id <> closed_after)`

// followedDecisions are the columns of a conversation c that only decisions change. Nobody answers and nobody waits in vain
// in a closed one, see msgbot_auto in the migrations.
const followedDecisions = `,
			memory = coalesce(decided.memory, c.memory),
			mode = coalesce(decided.mode, c.mode),
			assignee_id = coalesce(decided.assignee_id, c.assignee_id),
			tags = c.tags || array(
				SELECT tag FROM (
					SELECT tag, min(ARRAY[id, place]) AS first FROM auto, unnest(auto.tags) WITH ORDINALITY t (tag, place)
					WHERE auto.conversation_id = c.id GROUP BY tag) new
				WHERE tag <> ALL (c.tags) ORDER BY first),
			no_answer_at = CASE WHEN decided.conversation_id IS NULL THEN c.no_answer_at ELSE decided.no_answer_at END,
			lane = coalesce(decided.lane, c.lane),
			keyboard = CASE WHEN decided.removes THEN '' ELSE c.keyboard END`

// saidAnswers puts into the outbox what is said and whose buttons go, and counts the hits of rules.
const saidAnswers = `,
	said AS (
		INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, kind, text, author_first, author_full, file_ids, buttons, by,
			state, created_at)
		SELECT $1, conversation_id, post_id, 'auto', text, '', '', file_ids, nullif(buttons, '[]'), by, 'queued', at
		FROM auto WHERE post_id <> '' ORDER BY at ON CONFLICT DO NOTHING RETURNING post_id, conversation_id, created_at),
	told AS (
		INSERT INTO msgbot_messages (post_id, conversation_id, direction, at, waits)
		SELECT post_id, conversation_id, 'auto', created_at, false FROM said ON CONFLICT DO NOTHING),
	hit AS (
		INSERT INTO msgbot_rule_hits AS h (bot_id, rule_id, hits)
		SELECT $1, rule, count(*) FROM auto, unnest(rules) AS rule GROUP BY rule ORDER BY rule
		ON CONFLICT (bot_id, rule_id) DO UPDATE SET hits = h.hits + excluded.hits),
	bare AS (
		SELECT locked.*, coalesce(said_at, now()) + interval '1 microsecond' AS at
		FROM locked JOIN decided ON decided.conversation_id = locked.id WHERE removes AND keyboard <> ''),
	` + takenKeyboards

// takenKeyboards makes a row for each conversation of bare, whose keyboard goes: one for each message that has buttons. What
// is said at the same time goes out before.
const takenKeyboards = `
	taken AS (
		INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, kind, text, author_first, author_full, state, created_at)
		SELECT bot_id, id, 'kb' || md5(id || ':' || keyboard), 'keyboard', keyboard, '', '', 'queued', at
		FROM bare ORDER BY id ON CONFLICT DO NOTHING)`

// RaiseTimers implements relay.AutoStore. A timer is kept only while somebody waits, see msgbot_auto in the migrations.
func (s *Store) RaiseTimers(ctx context.Context, l relay.Lease) (int, error) {
	raised, err := value[int](ctx, s, "raise the timers", lease+`,
		due AS (
			SELECT c.id, c.no_answer_at, c.lane FROM lease JOIN msgbot_conversations c USING (bot_id)
			WHERE c.no_answer_at <= now() ORDER BY c.id LIMIT $3 FOR NO KEY UPDATE OF c),
		cleared AS (
			UPDATE msgbot_conversations c SET no_answer_at = NULL FROM due WHERE c.id = due.id),
		raised AS (
			INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state)
			SELECT $1, $4 || id || ':' || floor(extract(epoch FROM no_answer_at) * 1000)::bigint, lane,
				convert_to(json_build_object('conversation_id', id,
					'due_at', to_char(no_answer_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text, 'UTF8'),
				'waiting'
			FROM due ORDER BY no_answer_at, id ON CONFLICT DO NOTHING RETURNING id)
		SELECT (SELECT count(*) FROM raised) FROM lease`, l.BotID, l.Epoch, timerBatch, relay.TimerPrefix)
	return raised, fencedIfMissing(err)
}

// Welcomed implements relay.AutoStore; relay.ErrNotFound when there is no such conversation. Whoever opens the bot may do so
// on any node, so no lease is asked for; a welcome is begun by nobody else.
func (s *Store) Welcomed(ctx context.Context, botID string, a relay.AutoAnswer) (bool, error) {
	buttons, err := document(a.Buttons)
	if err != nil {
		return false, err
	}
	said, err := value[int](ctx, s, "record a welcome", `
		WITH
		said AS (
			INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, kind, text, author_first, author_full, file_ids, buttons, by,
				state, created_at)
			VALUES ($1, $2, $3, 'auto', $4, '', '', $5, nullif($6::jsonb, 'null'), $7, 'sent', now())
			ON CONFLICT DO NOTHING RETURNING conversation_id, post_id, created_at),
		told AS (
			INSERT INTO msgbot_messages (post_id, conversation_id, direction, at, waits)
			SELECT post_id, conversation_id, 'auto', created_at, false FROM said ON CONFLICT DO NOTHING),
		hit AS (
			INSERT INTO msgbot_rule_hits AS h (bot_id, rule_id, hits)
			SELECT $1, rule, 1 FROM said, unnest($8::text[]) AS rule ORDER BY rule
			ON CONFLICT (bot_id, rule_id) DO UPDATE SET hits = h.hits + 1),
		remembered AS (
			UPDATE msgbot_conversations c SET memory = $9::jsonb, mode = coalesce(nullif($10, ''), c.mode), lane = $11,
				tags = c.tags || array(SELECT tag FROM unnest($12::text[]) AS tag WHERE tag <> ALL (c.tags))
			FROM said WHERE c.id = said.conversation_id)
		SELECT count(*) FROM said`,
		botID, a.ConversationID, a.PostID, a.Text, texts(a.FileIDs), buttons, a.By, texts(a.Rules), string(a.Memory),
		string(a.Mode), a.Lane, texts(a.Tags))
	if isOrphan(err) {
		return false, relay.ErrNotFound
	}
	return said > 0, err
}

// Unshown implements relay.AutoStore: those that were sent, are on their way, or may have arrived.
func (s *Store) Unshown(ctx context.Context, conversationID string) ([]relay.OutboxRow, error) {
	return list(ctx, s, "read the automatic messages that no thread shows", outboxFields, `
		SELECT`+outboxColumns+`FROM msgbot_outbox o
		WHERE o.conversation_id = $1 AND o.kind = 'auto' AND NOT o.shown AND o.state NOT IN ('failed', 'cancelled')
			AND o.created_at > now() - make_interval(secs => $2::float8)
		ORDER BY o.created_at, o.id`, conversationID, unshownFor.Seconds())
}

// AutoShown implements relay.AutoStore. The post counts in its thread.
func (s *Store) AutoShown(ctx context.Context, id int64) error {
	_, err := s.exec(ctx, "record a shown automatic message", `
		WITH shown AS (
			UPDATE msgbot_outbox SET shown = true WHERE id = $1 AND kind = 'auto' AND NOT shown RETURNING conversation_id)
		UPDATE msgbot_conversations c SET thread_posts = thread_posts + 1 FROM shown WHERE c.id = shown.conversation_id`, id)
	return err
}

// DropKeyboards implements relay.AutoStore.
func (s *Store) DropKeyboards(ctx context.Context, l relay.Lease) (int, error) {
	dropped, err := value[int](ctx, s, "drop the keyboards", lease+`,
		bare AS (
			SELECT c.id, c.bot_id, c.keyboard, now() AS at FROM lease JOIN msgbot_conversations c USING (bot_id)
			WHERE c.mode = 'human' AND c.keyboard <> '' ORDER BY c.id LIMIT $3 FOR NO KEY UPDATE OF c),
		dropped AS (
			UPDATE msgbot_conversations c SET keyboard = '' FROM bare WHERE c.id = bare.id RETURNING c.id),`+takenKeyboards+`
		SELECT (SELECT count(*) FROM dropped) FROM lease`, l.BotID, l.Epoch, timerBatch)
	return dropped, fencedIfMissing(err)
}

// Automatic answers: how a decision is carried out with the end of its row, timers, and what the team has yet to see.

package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const (
	// timerBatch bounds how many timers one statement raises; the others come a moment later.
	timerBatch = 500
	// unshownFor is how long an automatic message may wait for a thread to be shown in.
	unshownFor = 24 * time.Hour
	// shownWithin is how long an open thread may go without one.
	shownWithin = time.Minute
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
	WaitsSince   *time.Time           `json:"waits_since"`
	Lane         text                 `json:"lane"`
	Lines        []relay.TeamLine     `json:"lines"`
	Removes      bool                 `json:"removes"`
	Call         *flow.Call           `json:"call"`
	AskedAt      *time.Time           `json:"asked_at"`
	State        string               `json:"state"`
	// The rest is what the decision was made on.
	SeenMemory json.RawMessage `json:"seen_memory"`
	SeenMode   string          `json:"seen_mode"`
	SeenAgent  *time.Time      `json:"seen_agent"`
	SeenHuman  *time.Time      `json:"seen_human"`
}

// autoColumns are those of an autoAnswer in a json_to_recordset.
const autoColumns = `(id bigint, conversation_id text, post_id text, text text, file_ids text[], buttons jsonb, by text,
	rules text[], memory jsonb, mode text, closes boolean, tags text[], assignee_id text, no_answer_at timestamptz,
	waits_since timestamptz, lane text, lines json, removes boolean, call jsonb, asked_at timestamptz, state text,
	seen_memory jsonb, seen_mode text, seen_agent timestamptz, seen_human timestamptz)`

// overtaken tells of an answer a and its conversation c whether something came between the look and the decision: an agent
// replied, somebody took over, another answer was stored.
const overtaken = `(c.memory, c.mode, c.last_agent_at, c.human_since)
	IS DISTINCT FROM (a.seen_memory, a.seen_mode, a.seen_agent, a.seen_human)`

func autoRows(done []relay.Finished) []autoAnswer {
	rows := []autoAnswer{}
	for _, d := range done {
		a := d.Auto
		if a == nil {
			continue
		}
		rows = append(rows, autoRow(d.ID, *a, conversation.Queued))
	}
	return rows
}

// autoRow is an answer whose message is in that state.
func autoRow(id int64, a relay.AutoAnswer, state conversation.Delivery) autoAnswer {
	return autoAnswer{
		ID: id, Conversation: a.ConversationID, Post: a.PostID, Text: text(a.Text), Files: texts(a.FileIDs),
		Buttons: a.Buttons, By: text(a.By), Rules: texts(a.Rules), Memory: a.Memory, Mode: string(a.Mode), Closes: a.Close,
		Tags: texts(a.Tags), Assignee: a.AssigneeID, NoAnswerAt: orNull(a.NoAnswerAt.UTC()), WaitsSince: orNull(a.WaitsSince.UTC()),
		Lane: text(a.Lane), Lines: a.Lines, Removes: a.RemoveKeyboard, Call: a.Call, AskedAt: orNull(a.AskedAt.UTC()), State: string(state),
		SeenMemory: a.Seen.Memory, SeenMode: string(a.Seen.Mode), SeenAgent: orNull(a.Seen.LastAgentAt.UTC()),
		SeenHuman: orNull(a.Seen.HumanSince.UTC()),
	}
}

// askedAnswers are all answers, lateAnswers the rows of those that were overtaken, with the others of an album: they are not
// ended, but decided anew.
const (
	askedAnswers = `
	asked AS (SELECT a.* FROM lease, json_to_recordset($5::json) AS a ` + autoColumns + `),`
	lateAnswers = `
	overtaken AS (SELECT a.id FROM asked a JOIN locked c ON c.id = a.conversation_id WHERE ` + overtaken + `),
	late AS (
		SELECT id FROM overtaken
		UNION SELECT mate.id FROM overtaken JOIN done USING (id) JOIN done mate USING (post_id) WHERE post_id <> ''),`
)

// decidedAnswers are the answers of rows that end now.
const decidedAnswers = `
	auto AS (
		SELECT asked.*, done.post_id AS about,
			now() + row_number() OVER (PARTITION BY asked.conversation_id ORDER BY id) * interval '1 microsecond' AS at
		FROM asked JOIN ended USING (id) JOIN done USING (id)),` + summedAnswers

// summedAnswers is what all answers of a conversation come to. closed_by is the row that closed it, closed_after the post that
// this row became.
const summedAnswers = `
	decided AS (
		SELECT conversation_id, (array_agg(memory ORDER BY id DESC))[1] AS memory,
			(array_agg(CASE WHEN closes THEN 'bot' ELSE mode END ORDER BY id DESC) FILTER (WHERE closes OR mode <> ''))[1] AS mode,
			(array_agg(assignee_id ORDER BY id DESC) FILTER (WHERE assignee_id <> ''))[1] AS assignee_id,
			(array_agg(no_answer_at ORDER BY id DESC))[1] AS no_answer_at, (array_agg(lane ORDER BY id DESC))[1] AS lane,
			bool_or(closes) AS closes, max(id) FILTER (WHERE closes) AS closed_by, min(waits_since) AS waits_since,
			(array_agg(about ORDER BY id DESC) FILTER (WHERE closes))[1] AS closed_after,
			bool_or(removes) AS removes, max(at) FILTER (WHERE post_id <> '') AS said_at
		FROM auto GROUP BY conversation_id),`

// These stand for the answers where nothing was decided: then PostgreSQL has less to plan.
const (
	noAskedAnswers = `
	asked AS NOT MATERIALIZED (SELECT '' AS conversation_id WHERE false),`
	noLateAnswers = `
	late AS NOT MATERIALIZED (SELECT 0::bigint AS id WHERE false),`
	noAnswers = `
	auto AS NOT MATERIALIZED (SELECT 0::bigint AS id WHERE false),
	decided AS NOT MATERIALIZED (
		SELECT '' AS conversation_id, false AS closes, 0::bigint AS closed_by, '' AS closed_after, now() AS said_at,
			now() AS waits_since WHERE false),`
)

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

// saidAnswers puts into the outbox what is said and whose buttons go, asks services, has the team told, and counts the hits
// of rules.
const saidAnswers = `,
	said AS (
		INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, kind, text, author_first, author_full, file_ids, buttons, by,
			state, created_at)
		SELECT $1, conversation_id, post_id, 'auto', text, '', '', file_ids, nullif(buttons, '[]'), by, state, at
		FROM auto WHERE post_id <> '' ORDER BY at ON CONFLICT DO NOTHING RETURNING post_id, conversation_id, created_at),
	told AS (
		INSERT INTO msgbot_messages (post_id, conversation_id, direction, at, waits)
		SELECT post_id, conversation_id, 'auto', created_at, false FROM said ON CONFLICT DO NOTHING),
	hit AS (
		INSERT INTO msgbot_rule_hits AS h (bot_id, rule_id, hits)
		SELECT $1, rule, count(*) FROM auto, unnest(rules) AS rule GROUP BY rule ORDER BY rule
		ON CONFLICT (bot_id, rule_id) DO UPDATE SET hits = h.hits + excluded.hits),
	calling AS (
		INSERT INTO msgbot_calls (bot_id, conversation_id, lane, call, asked_at)
		SELECT $1, conversation_id, lane, call, coalesce(asked_at, now()) FROM auto WHERE call IS NOT NULL ORDER BY id),
	telling AS (
		INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state)
		SELECT $1, '` + relay.LinePrefix + `' || (line ->> 'id'), lane,
			convert_to(json_build_object('conversation_id', conversation_id, 'line', line)::text, 'UTF8'), 'waiting'
		FROM auto, json_array_elements(CASE json_typeof(lines) WHEN 'array' THEN lines ELSE '[]' END) AS line
		ORDER BY id ON CONFLICT DO NOTHING),
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
	answer, err := document([]autoAnswer{autoRow(0, a, conversation.Sent)})
	if err != nil {
		return false, err
	}
	said, err := value[int](ctx, s, "record a welcome", `
		WITH
		locked AS (
			SELECT `+lockedColumns+` FROM msgbot_conversations WHERE id = $3 AND bot_id = $1 FOR NO KEY UPDATE),
		auto AS (
			SELECT a.*, '' AS about, now() AS at
			FROM json_to_recordset($2::json) AS a `+autoColumns+` JOIN locked c ON c.id = a.conversation_id
			WHERE NOT (`+overtaken+`) AND NOT EXISTS (SELECT FROM msgbot_outbox o WHERE o.kind = 'auto' AND o.post_id = a.post_id)),
		`+summedAnswers+`
		conversation AS (
			UPDATE msgbot_conversations c SET last_message_at = greatest(c.last_message_at, decided.said_at)`+followedDecisions+`
			FROM locked JOIN decided ON decided.conversation_id = locked.id WHERE c.id = locked.id)`+saidAnswers+`
		SELECT (SELECT count(*) FROM said) FROM locked`, botID, answer, a.ConversationID)
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

// UnshownLately implements relay.AutoStore.
func (s *Store) UnshownLately(ctx context.Context, botID string) ([]relay.OutboxRow, error) {
	return list(ctx, s, "read the automatic messages that open threads do not show", outboxFields, `
		SELECT`+outboxColumns+`FROM msgbot_outbox o JOIN msgbot_conversations c ON c.id = o.conversation_id
		WHERE o.bot_id = $1 AND o.kind = 'auto' AND NOT o.shown AND o.state IN ('sent', 'delivered', 'seen', 'unknown')
			AND o.created_at > now() - make_interval(secs => $2::float8) AND c.status <> 'closed' AND c.root_post_id <> ''
		ORDER BY o.created_at, o.id LIMIT $3`, botID, shownWithin.Seconds(), timerBatch)
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

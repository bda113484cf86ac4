// What updates became: messages with their parts, and the conversation they change. What is answered automatically is in
// auto.go.

package store

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// finished is a relay.Finished as a JSON argument; the conversation is empty when it became no post. Edited tells an
// InboundEdit from an InboundMessage.
type finished struct {
	ID           int64            `json:"id"`
	State        relay.InboxState `json:"state"`
	Reason       text             `json:"reason"`
	Edited       bool             `json:"edited"`
	Conversation string           `json:"conversation_id"`
	Post         string           `json:"post_id"`
	Direction    string           `json:"direction"`
	External     text             `json:"external_id"`
	Kind         string           `json:"kind"`
	Number       int              `json:"number"`
	At           *time.Time       `json:"at"`
	EditedAt     *time.Time       `json:"edited_at"`
	Posts        int              `json:"posts"`
	Waits        bool             `json:"waits"`
	TextDigest   string           `json:"text_digest"`
	FilesDigest  string           `json:"files_digest"`
	QuoteKey     string           `json:"quote_key"`
}

func finishedRows(done []relay.Finished) (rows []finished, ids pq.Int64Array) {
	rows, ids = make([]finished, len(done)), make(pq.Int64Array, len(done))
	for i, d := range done {
		ids[i] = d.ID
		rows[i] = finishedRow(d)
		rows[i].ID, rows[i].State, rows[i].Reason = d.ID, d.State, text(d.Reason)
	}
	return rows, ids
}

// finishedRow is what an update became, without its end.
func finishedRow(d relay.Finished) finished {
	if m := d.Message; m != nil {
		return finished{
			Conversation: m.ConversationID, Post: m.PostID, Direction: string(m.Direction), External: text(m.ExternalID),
			Kind: string(m.Kind), Number: m.Number, At: orNull(m.At.UTC()),
			EditedAt: orNull(m.EditedAt.UTC()), Posts: m.Posts, Waits: m.Waits,
			TextDigest: m.Text, FilesDigest: m.Files, QuoteKey: m.QuoteKey,
		}
	}
	if e := d.Edit; e != nil {
		return finished{
			Edited: true, Conversation: e.ConversationID, Post: e.PostID, External: text(e.ExternalID), At: orNull(e.At.UTC()),
			Posts: e.Posts, TextDigest: e.Text, FilesDigest: e.Files, QuoteKey: e.QuoteKey,
		}
	}
	return finished{}
}

// FinishUpdates implements relay.InboxStore. A row that is finished already changes nothing again. An edit may stand in
// the same batch as its message. What is answered automatically comes after the message that it answers; of several answers
// in one conversation the later ones count. The ids of rows whose answer was overtaken are returned; nothing of them is stored.
// The ids go in a second time as an array: PostgreSQL sees how few they are, and
// does not read the whole backlog for them.
func (s *Store) FinishUpdates(ctx context.Context, l relay.Lease, done []relay.Finished) (late []int64, err error) {
	rows, ids := finishedRows(done)
	argument, err := document(rows)
	if err != nil {
		return nil, err
	}
	statement := givenUpdates + noAskedAnswers + lockedConversations + noLateAnswers + endedUpdates + noAnswers +
		editedMessages + newMessages + movedConversations + theirRows
	args := []any{l.BotID, l.Epoch, argument, ids}
	if answers := autoRows(done); len(answers) > 0 {
		auto, err := document(answers)
		if err != nil {
			return nil, err
		}
		statement = givenUpdates + askedAnswers + lockedConversations + lateAnswers + endedUpdates + decidedAnswers +
			editedMessages + newMessages + movedConversations + followedDecisions + theirRows + saidAnswers
		args = append(args, auto)
	}
	overtaken, err := value[pq.Int64Array](ctx, s, "finish updates",
		lease+`,`+statement+` SELECT array(SELECT id FROM late) FROM lease`, args...)
	return overtaken, fencedIfMissing(err)
}

// givenUpdates are the rows of the inbox that end.
const givenUpdates = `
	done AS (
		SELECT d.* FROM lease, json_to_recordset($3::json) AS d (id bigint, state text, reason text, edited boolean,
			conversation_id text, post_id text, direction text, external_id text, kind text, number int, at timestamptz,
			edited_at timestamptz, posts int, waits boolean, text_digest text, files_digest text, quote_key text)),`

// lockedColumns are those of a conversation that a decision is compared with, or is carried out on.
const lockedColumns = ` id, bot_id, keyboard, memory, mode, last_agent_at, human_since `

// lockedConversations are locked in one order wherever several are: no two statements can wait for each other.
const lockedConversations = `
	locked AS (
		SELECT` + lockedColumns + `FROM msgbot_conversations
		WHERE id IN (SELECT conversation_id FROM done UNION SELECT conversation_id FROM asked)
		ORDER BY id FOR NO KEY UPDATE),`

// endedUpdates ends the rows.
const endedUpdates = `
	ended AS (
		UPDATE msgbot_inbox i SET state = done.state, reason = done.reason FROM done
		WHERE i.id = done.id AND i.id = ANY ($4::bigint[]) AND i.bot_id = $1 AND i.state = 'waiting'
			AND i.id NOT IN (SELECT id FROM late) RETURNING i.id),
	message AS (
		SELECT id, conversation_id, post_id, direction, external_id, kind, number, coalesce(at, now()) AS at, edited_at, posts,
			waits, text_digest, files_digest, quote_key
		FROM done JOIN ended USING (id) WHERE conversation_id <> '' AND NOT edited),
	-- Of several edits the one that was worked off last is what is shown.
	edit AS (
		SELECT DISTINCT ON (conversation_id, external_id) *
		FROM done JOIN ended USING (id) WHERE edited ORDER BY conversation_id, external_id, id DESC),
	edited AS (
		SELECT post_id, coalesce(max(at), now()) AS at, (array_agg(posts ORDER BY id DESC))[1] AS posts,
			(array_agg(quote_key ORDER BY id DESC))[1] AS quote_key
		FROM edit GROUP BY post_id),`

// editedMessages changes what was recorded earlier. What the same statement records is edited while it is.
const editedMessages = `
	grown AS (
		SELECT m.conversation_id, edited.posts - m.posts AS posts
		FROM edited JOIN msgbot_messages m USING (post_id) WHERE edited.posts <> m.posts),
	changed AS (
		UPDATE msgbot_messages m SET edited_at = greatest(m.edited_at, edited.at), posts = edited.posts,
			quote_key = edited.quote_key
		FROM edited WHERE m.post_id = edited.post_id AND m.post_id NOT IN (SELECT post_id FROM message)),
	rewritten AS (
		UPDATE msgbot_parts p SET text_digest = edit.text_digest, files_digest = edit.files_digest
		FROM edit
		WHERE p.conversation_id = edit.conversation_id AND p.direction IN ('in', 'out')
			AND p.external_id = edit.external_id AND p.post_id = edit.post_id),`

// newMessages records messages and their parts. The rows of an album are one message; they may come in several batches.
const newMessages = `
	fresh AS (
		SELECT post_id, conversation_id, direction, min(message.at) AS at, bool_or(waits) AS waits,
			coalesce(max(edited.posts), sum(message.posts)) AS posts,
			coalesce(max(edited.quote_key), max(message.quote_key)) AS quote_key, greatest(max(edited.at), max(message.edited_at)) AS edited_at
		FROM message LEFT JOIN edited USING (post_id) GROUP BY post_id, conversation_id, direction),
	stored AS (
		INSERT INTO msgbot_messages AS m (post_id, conversation_id, direction, at, waits, posts, quote_key, edited_at)
		SELECT post_id, conversation_id, direction, at, waits, posts, quote_key, edited_at FROM fresh
		ON CONFLICT (post_id) DO UPDATE SET
			at = least(m.at, excluded.at), waits = m.waits OR excluded.waits,
			posts = CASE WHEN excluded.edited_at IS NULL THEN m.posts + excluded.posts ELSE excluded.posts END,
			quote_key = coalesce(nullif(excluded.quote_key, ''), m.quote_key),
			edited_at = greatest(m.edited_at, excluded.edited_at)),
	part AS (
		INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, kind, state,
			text_digest, files_digest)
		SELECT message.conversation_id, message.direction, external_id, message.post_id, message.number, message.kind,
			CASE message.direction WHEN 'in' THEN 'received' ELSE 'sent' END,
			coalesce(edit.text_digest, message.text_digest), coalesce(edit.files_digest, message.files_digest)
		FROM message LEFT JOIN edit USING (conversation_id, external_id) WHERE external_id <> ''
		ON CONFLICT DO NOTHING),`

// movedConversations opens conversations, counts their posts, and begins or ends their wait: what the owner of a Business
// account wrote himself answers all that came before it. Nobody waits after a message that was answered automatically, also
// when the thread was opened for it.
const movedConversations = `
	answered AS (
		SELECT conversation_id, max(at) AS at FROM message WHERE direction = 'out' GROUP BY conversation_id),
	news AS (
		SELECT conversation_id, coalesce(max(answered.at), '-infinity') AS answered,
			min(message.at) FILTER (
				WHERE waits AND message.at > coalesce(answered.at, '-infinity') AND ` + afterClose + `) AS first,
			array_agg(message.at) FILTER (WHERE NOT waits AND message.id IN (SELECT id FROM auto)) AS served,
			bool_or(` + afterClose + `) AS opens, max(message.at) AS last,
			max(message.at) FILTER (WHERE waits) AS asked, max(message.edited_at) AS edited
		FROM message LEFT JOIN answered USING (conversation_id) LEFT JOIN decided USING (conversation_id)
		GROUP BY conversation_id),
	added AS (
		SELECT conversation_id, sum(posts) AS posts
		FROM (SELECT conversation_id, posts FROM fresh UNION ALL SELECT conversation_id, posts FROM grown
			UNION ALL SELECT conversation_id, 0 FROM decided) counts
		GROUP BY conversation_id),
	conversation AS (
		UPDATE msgbot_conversations c SET
			thread_posts = thread_posts + added.posts,
			status = CASE WHEN news.opens THEN 'open' WHEN closes THEN 'closed' ELSE c.status END,
			closed_at = CASE WHEN news.opens THEN NULL WHEN closes AND (c.status <> 'closed' OR news.last IS NOT NULL) THEN now()
				ELSE c.closed_at END,
			unreachable = CASE WHEN news.last IS NULL THEN c.unreachable ELSE '' END,
			waiting_since = coalesce(
				CASE
					WHEN closes THEN NULL
					WHEN c.waiting_since <= news.answered OR c.waiting_since = ANY (news.served) THEN (
						SELECT min(m.at) FROM msgbot_messages m
						WHERE m.conversation_id = c.id AND m.direction = 'in' AND m.waits AND m.at > news.answered
							AND m.at >= c.waiting_since)
					ELSE c.waiting_since END,
				-- An agent may have answered what is recorded only now.
				CASE WHEN news.asked > coalesce(c.last_agent_at, '-infinity') THEN news.first END,
				CASE WHEN decided.waits_since > coalesce(c.last_agent_at, '-infinity') AND NOT closes THEN decided.waits_since END),
			last_message_at = greatest(c.last_message_at, news.last, decided.said_at),
			early_edit_at = greatest(c.early_edit_at, news.edited)`

// theirRows are those that movedConversations changes.
const theirRows = `
		FROM added JOIN locked ON locked.id = added.conversation_id
			LEFT JOIN news USING (conversation_id) LEFT JOIN decided USING (conversation_id)
		WHERE c.id = added.conversation_id)`

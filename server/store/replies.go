// What agents wrote, as it was judged: messages, notes, and rows of the outbox.

package store

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// reply is a relay.Reply as a JSON argument.
type reply struct {
	Post         string              `json:"post_id"`
	Conversation string              `json:"conversation_id"`
	Author       string              `json:"author_id"`
	At           time.Time           `json:"at"`
	SeenMillis   int64               `json:"seen_ms"`
	Action       conversation.Action `json:"action"`
	Text         text                `json:"text"`
	Reason       conversation.Reason `json:"reason"`
	AuthorFirst  text                `json:"author_first"`
	AuthorFull   text                `json:"author_full"`
	Files        pq.StringArray      `json:"file_ids"`
	QuoteKey     string              `json:"quote_key"`
	NotBefore    *time.Time          `json:"not_before"`
}

func replyRows(replies []relay.Reply) (rows []reply, posts pq.StringArray) {
	rows, posts = make([]reply, len(replies)), make(pq.StringArray, len(replies))
	for i, r := range replies {
		posts[i] = r.Post.ID
		first, full := shownNames(r.Post)
		rows[i] = reply{
			Post: r.Post.ID, Conversation: r.ConversationID, Author: r.Post.UserID, At: r.Post.CreatedAt.UTC(),
			SeenMillis: millisOf(r.Post.UpdatedAt), Action: r.Verdict.Action, Text: text(r.Verdict.Text),
			Reason: r.Verdict.Reason, AuthorFirst: text(first), AuthorFull: text(full), Files: texts(r.Post.FileIDs),
			QuoteKey: r.QuoteKey, NotBefore: orNull(r.NotBefore.UTC()),
		}
	}
	return rows, posts
}

// shownNames are an author's first and full name; who has none is called by his username.
func shownNames(p conversation.AgentPost) (first, full string) {
	full = strings.TrimSpace(p.FirstName + " " + p.LastName)
	return cmp.Or(strings.TrimSpace(p.FirstName), full, p.Username), cmp.Or(full, p.Username)
}

// RecordReplies implements relay.OutboxStore. Posts that are nobody's reply are recorded too, so that the scan does not
// bring them again; they are no messages.
func (s *Store) RecordReplies(ctx context.Context, l relay.Lease, replies []relay.Reply, assign bool) ([]string, error) {
	rows, posts := replyRows(replies)
	argument, err := document(rows)
	if err != nil {
		return nil, err
	}
	notes, err := value[pq.StringArray](ctx, s, "record replies", lease+newReplies+unsentReplies+sentReplies+answeredConversations+`
		SELECT array(
			SELECT post_id FROM fresh WHERE action = 'note' UNION ALL SELECT post_id FROM changed WHERE action = 'note')
		FROM lease`, l.BotID, l.Epoch, argument, assign, posts)
	return notes, fencedIfMissing(err)
}

// newReplies records posts that are seen for the first time. Judged are the replies of the others, locked until the end:
// what is true of them here stays true.
const newReplies = `,
	reply AS (
		SELECT lease.bot_id, r.* FROM lease, json_to_recordset($3::json) AS r (post_id text, conversation_id text,
			author_id text, at timestamptz, seen_ms bigint, action text, text text, reason text, author_first text,
			author_full text, file_ids text[], quote_key text, not_before timestamptz)),
	recorded AS (
		INSERT INTO msgbot_messages (post_id, conversation_id, direction, author_id, at, seen_ms, quote_key)
		SELECT post_id, conversation_id,
			CASE action WHEN 'send' THEN 'out' WHEN 'hold' THEN 'out' WHEN 'note' THEN 'note' ELSE '' END,
			author_id, at, seen_ms, quote_key
		FROM reply ON CONFLICT DO NOTHING RETURNING post_id),
	fresh AS (SELECT reply.* FROM reply JOIN recorded USING (post_id)),
	put AS (
		INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, text, author_first, author_full, file_ids,
			state, reason, not_before, created_at)
		SELECT bot_id, conversation_id, post_id, text, author_first, author_full, file_ids,
			CASE action WHEN 'hold' THEN 'held' ELSE 'queued' END, reason, not_before, at
		FROM fresh WHERE action IN ('send', 'hold') ON CONFLICT DO NOTHING),
	kept AS (
		SELECT o.* FROM msgbot_outbox o JOIN lease USING (bot_id)
		WHERE o.post_id = ANY ($5::text[]) AND o.kind = 'send' ORDER BY o.id FOR UPDATE OF o),
	judged AS (
		SELECT kept.id, kept.state, kept.part, kept.text AS old_text, kept.file_ids AS old_files,
			kept.author_first AS old_first, kept.author_full AS old_full,
			r.action IN ('send', 'hold') AS goes_out, r.action = 'skip' AND r.reason = 'deleted' AS deleted, r.*
		FROM reply r JOIN kept USING (post_id)),`

// unsentReplies changes what did not go out: it follows its post, so that a later retry sends what stands there then, or
// nothing. A reply of which a part was sent can only be cancelled; what becomes of its post, and of one that is being sent,
// is remembered until that has ended.
const unsentReplies = `
	changed AS (
		UPDATE msgbot_outbox o SET
			text = CASE WHEN j.goes_out THEN j.text ELSE o.text END,
			file_ids = CASE WHEN j.goes_out THEN j.file_ids ELSE o.file_ids END,
			state = CASE WHEN j.goes_out THEN o.state ELSE 'cancelled' END,
			not_before = greatest(o.not_before, j.not_before)
		FROM judged j
		WHERE o.id = j.id AND j.state IN ('queued', 'held', 'failed', 'unknown') AND (j.part = 0 OR j.action = 'skip')
		RETURNING o.post_id, j.action),
	remembered AS (
		UPDATE msgbot_outbox o SET
			revised = CASE WHEN j.goes_out THEN j.text ELSE o.revised END,
			revised_files = CASE WHEN j.goes_out THEN j.file_ids ELSE o.revised_files END,
			withdrawn = CASE WHEN j.goes_out THEN '' WHEN j.deleted THEN 'deleted' ELSE j.action END
		FROM judged j
		WHERE o.id = j.id AND (j.state = 'sending'
			OR j.part > 0 AND j.state IN ('queued', 'failed', 'unknown') AND j.goes_out)),`

// sentReplies makes rows for what changed about what went out, whatever the rules for closed and old conversations say. A
// reply that was a note for a while is edited in any case: an edit from before may have been dropped for it.
const sentReplies = `
	wish AS (
		SELECT j.*,
			CASE WHEN j.deleted THEN 'delete' ELSE 'edit' END AS wished,
			CASE
				WHEN j.action = 'note' THEN '` + relay.ReasonEditedToNote + `'
				WHEN j.goes_out AND j.file_ids <> j.old_files THEN '` + relay.ReasonEditedFiles + `'
				ELSE '' END AS refused
		FROM judged j LEFT JOIN msgbot_outbox e ON e.post_id = j.post_id AND e.kind = 'edit'
		WHERE j.state = 'sent' AND (j.deleted OR j.action = 'note' OR j.goes_out AND (
				j.text <> j.old_text OR j.file_ids <> j.old_files
				OR e.state = 'failed' AND e.reason = '` + relay.ReasonEditedToNote + `'))
			OR j.deleted AND j.part > 0 AND j.state IN ('queued', 'failed', 'unknown')),
	wished AS (
		INSERT INTO msgbot_outbox AS o (bot_id, conversation_id, post_id, kind, text, author_first, author_full, file_ids,
			state, reason, not_before, created_at)
		SELECT bot_id, conversation_id, post_id, wished, CASE WHEN goes_out THEN text ELSE old_text END, old_first, old_full,
			CASE WHEN goes_out THEN file_ids ELSE old_files END, CASE refused WHEN '' THEN 'queued' ELSE 'failed' END, refused,
			not_before, timestamptz 'epoch' + seen_ms * interval '1 ms'
		FROM wish` + newestWish + `),
	mirrored AS (
		UPDATE msgbot_outbox o SET text = j.text, file_ids = j.file_ids
		FROM judged j
		WHERE o.id = j.id AND j.state = 'sent' AND j.goes_out AND (o.text <> j.text OR o.file_ids <> j.file_ids)),
	overtaken AS (
		UPDATE msgbot_outbox o SET state = 'cancelled'
		FROM wish WHERE wish.deleted AND o.post_id = wish.post_id AND o.kind = 'edit' AND o.state = 'queued'),`

// answeredConversations makes replies that are sent answer their conversations, and marks what is known by now.
const answeredConversations = `
	known AS (
		UPDATE msgbot_messages m SET seen_ms = greatest(m.seen_ms, r.seen_ms), quote_key = r.quote_key,
			direction = CASE changed.action WHEN 'note' THEN 'note' ELSE m.direction END
		FROM reply r LEFT JOIN changed USING (post_id)
		WHERE m.post_id = r.post_id AND m.post_id = ANY ($5::text[])),
	news AS (
		SELECT conversation_id, count(*) AS posts,
			min(at) FILTER (WHERE action = 'send') AS first, max(at) FILTER (WHERE action = 'send') AS last,
			(array_agg(author_id ORDER BY at, post_id) FILTER (WHERE action = 'send'))[1] AS author_id
		FROM fresh GROUP BY conversation_id),
	locked AS (
		SELECT id FROM msgbot_conversations WHERE id IN (SELECT conversation_id FROM news)
		ORDER BY id FOR NO KEY UPDATE),
	counted AS (
		UPDATE msgbot_conversations c SET
			thread_posts = thread_posts + news.posts,
			-- A message that came after the reply still waits for an answer.
			waiting_since = CASE WHEN c.waiting_since <= news.last THEN (
				SELECT min(m.at) FROM msgbot_messages m
				WHERE m.conversation_id = c.id AND m.direction = 'in' AND m.waits AND m.at > news.last)
				ELSE c.waiting_since END,
			mode = CASE WHEN news.first IS NULL THEN c.mode ELSE 'human' END,
			assignee_id = CASE WHEN $4 AND c.assignee_id = '' THEN coalesce(news.author_id, '') ELSE c.assignee_id END,
			first_response_ms = CASE
				WHEN c.first_response_ms > 0 OR c.waiting_since IS NULL OR news.first IS NULL THEN c.first_response_ms
				ELSE greatest(1, extract(epoch FROM news.first - c.waiting_since) * 1000) END,
			last_message_at = greatest(c.last_message_at, news.last),
			last_agent_at = greatest(c.last_agent_at, news.last)
		FROM news JOIN locked ON locked.id = news.conversation_id WHERE c.id = news.conversation_id)`

// AddNote implements relay.OutboxStore. A post that was taken for a reply meanwhile becomes a note if it is not begun
// yet; relay.ErrNotFound when there is no such conversation.
func (s *Store) AddNote(ctx context.Context, conversationID, postID, userID string, at time.Time) error {
	_, err := s.exec(ctx, "record a note", `
		WITH cancelled AS (
			UPDATE msgbot_outbox SET state = 'cancelled'
			WHERE post_id = $2 AND kind = 'send' AND state IN ('queued', 'held', 'failed', 'unknown') AND part = 0 RETURNING post_id)
		INSERT INTO msgbot_messages AS m (post_id, conversation_id, direction, author_id, at, seen_ms)
		VALUES ($2, $1, 'note', $3, $4, $5)
		ON CONFLICT (post_id) DO UPDATE SET direction = 'note'
		WHERE m.direction = '' OR EXISTS (SELECT FROM cancelled)`, conversationID, postID, userID, at, millisOf(at))
	if isOrphan(err) {
		return relay.ErrNotFound
	}
	return err
}

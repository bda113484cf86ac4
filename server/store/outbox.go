// Replies on their way to the customer.

package store

import (
	"cmp"
	"context"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// outboxColumns are what outboxFields scans, of an outbox row o.
const outboxColumns = ` o.id, o.bot_id, o.conversation_id, o.post_id, o.text, o.author_first, o.author_full, o.files,
	o.state, o.reason, o.part, o.attempt, o.epoch, o.first_try_at, o.not_before, o.created_at `

func outboxFields(r *relay.OutboxRow) []any {
	return []any{
		&r.ID, &r.BotID, &r.ConversationID, &r.PostID, &r.Text, &r.AuthorFirst, &r.AuthorFull, &r.Files,
		&r.State, &r.Reason, &r.Part, &r.Attempt, &r.Epoch, when{&r.FirstTryAt}, when{&r.NotBefore}, when{&r.CreatedAt},
	}
}

// LoseSends implements relay.OutboxStore.
func (s *Store) LoseSends(ctx context.Context, l relay.Lease) (int, error) {
	lost, err := value[int](ctx, s, "look for lost sends", lease+`,
		lost AS (
			UPDATE msgbot_outbox SET reason = '', text = CASE WHEN part = 0 THEN coalesce(revised, text) ELSE text END,
				state = CASE WHEN withdrawn THEN 'cancelled' ELSE 'unknown' END
			WHERE bot_id IN (SELECT bot_id FROM lease) AND state = 'sending' AND epoch < $2 RETURNING id)
		SELECT (SELECT count(*) FROM lost) FROM lease`, l.BotID, l.Epoch)
	return lost, fencedIfMissing(err)
}

// NextReplies implements relay.OutboxStore.
func (s *Store) NextReplies(ctx context.Context, botID string, busy []string, limit int) ([]relay.OutboxRow, error) {
	return list(ctx, s, "read the outbox", outboxFields, `
		SELECT`+outboxColumns+`FROM msgbot_outbox o
		WHERE o.bot_id = $1 AND o.state = 'queued' AND o.conversation_id <> ALL ($2::text[])
		ORDER BY o.created_at, o.post_id LIMIT $3`, botID, texts(busy), limit)
}

// Sending implements relay.OutboxStore.
func (s *Store) Sending(ctx context.Context, botID string) ([]relay.OutboxRow, error) {
	return list(ctx, s, "read what is being sent", outboxFields, `
		SELECT`+outboxColumns+`FROM msgbot_outbox o WHERE o.bot_id = $1 AND o.state = 'sending' ORDER BY o.id`, botID)
}

// BeginSend implements relay.OutboxStore.
func (s *Store) BeginSend(ctx context.Context, l relay.Lease, id int64) (relay.OutboxRow, bool, error) {
	begun, err := row(ctx, s, "begin to send", outboxFields, lease+`,
		o AS (
			UPDATE msgbot_outbox SET state = 'sending', attempt = attempt + 1, epoch = $2, not_before = NULL,
				revised = NULL, withdrawn = false,
				first_try_at = coalesce(first_try_at, now())
			WHERE id = $3 AND bot_id IN (SELECT bot_id FROM lease) AND state = 'queued' RETURNING *)
		SELECT`+outboxColumns+`FROM o`, l.BotID, l.Epoch, id)
	if errors.Is(err, relay.ErrNotFound) {
		return begun, false, s.held(ctx, l)
	}
	return begun, err == nil, err
}

// EndSend implements relay.OutboxStore.
func (s *Store) EndSend(ctx context.Context, id int64, attempt int, epoch int64, o relay.Outcome) error {
	unreachable := ""
	if o.Unreachable {
		unreachable = cmp.Or(o.Description, "blocked")
	}
	_, err := s.exec(ctx, "record an outcome", `
		WITH
		ended AS (
			UPDATE msgbot_outbox SET
				state = CASE WHEN withdrawn AND $3 IN ('queued', 'failed', 'unknown') THEN 'cancelled' ELSE $3 END,
				text = CASE WHEN part = 0 AND $3 IN ('queued', 'failed', 'unknown') THEN coalesce(revised, text) ELSE text END,
				reason = $4, code = $5, part = greatest(part, $6),
				not_before = $7::timestamptz, noticed = noticed AND state = $3
			WHERE id = $1 AND attempt = $2 AND epoch = $10 AND state IN ('sending', 'unknown') RETURNING conversation_id, post_id),
		sent AS (
			INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, state)
			SELECT conversation_id, 'out', $8, post_id, $6, 'sent' FROM ended WHERE $8 <> ''
			ON CONFLICT DO NOTHING)
		UPDATE msgbot_conversations c SET unreachable = $9 FROM ended WHERE c.id = ended.conversation_id AND $9 <> ''`,
		id, attempt, string(o.State), o.Description, o.Code, o.Part, orNull(o.NotBefore), o.ExternalID, unreachable, epoch)
	return err
}

// DueNotices implements relay.OutboxStore, the oldest reply first.
func (s *Store) DueNotices(ctx context.Context, botID string, limit int) ([]relay.Notice, error) {
	fields := func(n *relay.Notice) []any {
		return append(outboxFields(&n.Row), conversationFields(&n.Conversation)...)
	}
	return list(ctx, s, "read the due notices", fields, `
		SELECT`+outboxColumns+`,`+conversationColumns+`
		FROM msgbot_outbox o JOIN msgbot_conversations c ON c.id = o.conversation_id`+withCustomer+`
		WHERE o.bot_id = $1 AND NOT o.noticed AND o.state IN ('failed', 'unknown', 'held')
		ORDER BY o.id LIMIT $2`, botID, limit)
}

// NoticeShown implements relay.OutboxStore.
func (s *Store) NoticeShown(ctx context.Context, id int64, attempt int) error {
	_, err := s.exec(ctx, "record a notice", `
		UPDATE msgbot_outbox SET noticed = true
		WHERE id = $1 AND attempt = $2 AND state IN ('failed', 'unknown', 'held')`, id, attempt)
	return err
}

// Requeue implements relay.OutboxStore. The parts that were sent stay sent; retries and notice begin anew. A held reply
// answers its conversation only now. It waits a moment, for an edit or a deletion that the scan has yet to see.
func (s *Store) Requeue(ctx context.Context, postID string) (bool, error) {
	queued, err := value[int](ctx, s, "queue a reply again", `
		WITH
		before AS (
			SELECT id, state, conversation_id FROM msgbot_outbox
			WHERE post_id = $1 AND kind = 'send' AND state IN ('failed', 'unknown', 'held') FOR UPDATE),
		queued AS (
			UPDATE msgbot_outbox o SET state = 'queued', reason = '', code = 0, noticed = false,
				first_try_at = NULL, not_before = now() + interval '300 ms'
			FROM before WHERE o.id = before.id RETURNING o.id),
		answered AS (
			UPDATE msgbot_conversations c SET mode = 'human', waiting_since = NULL,
				first_response_ms = CASE WHEN c.first_response_ms > 0 OR c.waiting_since IS NULL THEN c.first_response_ms
					ELSE greatest(1, extract(epoch FROM now() - c.waiting_since) * 1000) END,
				last_message_at = greatest(c.last_message_at, now())
			FROM before WHERE c.id = before.conversation_id AND before.state = 'held')
		SELECT count(*) FROM queued`, postID)
	return queued > 0, err
}

// LastUnsent implements relay.OutboxStore.
func (s *Store) LastUnsent(ctx context.Context, conversationID string) (string, error) {
	return value[string](ctx, s, "look for the last unsent reply", `
		SELECT post_id FROM msgbot_outbox
		WHERE conversation_id = $1 AND kind = 'send' AND state IN ($2, $3, $4)
		ORDER BY created_at DESC, post_id DESC LIMIT 1`,
		conversationID, string(conversation.Failed), string(conversation.Unknown), string(conversation.Held))
}

// Replies, and what is to be done about those that were sent, on their way to the customer.

package store

import (
	"context"

	"github.com/lib/pq"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// outboxColumns are what outboxFields scans, of an outbox row o.
const outboxColumns = ` o.id, o.bot_id, o.conversation_id, o.post_id, o.kind, o.text, o.author_first, o.author_full,
	nullif(o.file_ids, '{}'), o.buttons, o.by, o.shown, o.state, o.reason, o.part, o.attempt, o.epoch, o.first_try_at,
	o.not_before, o.created_at `

func outboxFields(r *relay.OutboxRow) []any {
	return []any{
		&r.ID, &r.BotID, &r.ConversationID, &r.PostID, &r.Kind, &r.Text, &r.AuthorFirst, &r.AuthorFull,
		pq.Array(&r.FileIDs), listed[[]messenger.Button]{&r.Buttons}, &r.By, &r.Shown, &r.State, &r.Reason, &r.Part, &r.Attempt, &r.Epoch,
		when{&r.FirstTryAt}, when{&r.NotBefore}, when{&r.CreatedAt},
	}
}

// NextReplies implements relay.OutboxStore. What is to be done about one post at one time is done in the order of the
// kinds.
func (s *Store) NextReplies(ctx context.Context, botID string, busy []string, limit int) ([]relay.OutboxRow, error) {
	return list(ctx, s, "read the outbox", outboxFields, `
		SELECT`+outboxColumns+`FROM msgbot_outbox o
		WHERE o.bot_id = $1 AND o.state = 'queued' AND o.conversation_id <> ALL ($2::text[])
		ORDER BY o.created_at, o.post_id, array_position('{send,auto,edit,react,delete,keyboard}'::text[], o.kind) LIMIT $3`, botID, texts(busy), limit)
}

// Sending implements relay.OutboxStore.
func (s *Store) Sending(ctx context.Context, botID string) ([]relay.OutboxRow, error) {
	return list(ctx, s, "read what is being sent", outboxFields, `
		SELECT`+outboxColumns+`FROM msgbot_outbox o WHERE o.bot_id = $1 AND o.state = 'sending' ORDER BY o.id`, botID)
}

// BeginSend implements relay.OutboxStore. Of a reply of which a part was sent, what it became stays remembered until all
// of it is.
func (s *Store) BeginSend(ctx context.Context, l relay.Lease, id int64) (relay.OutboxRow, bool, error) {
	begun, err := row(ctx, s, "begin to send", outboxFields, lease+`,
		o AS (
			UPDATE msgbot_outbox SET state = 'sending', attempt = attempt + 1, epoch = $2, not_before = NULL,
				revised = CASE WHEN part > 0 THEN revised END,
				revised_files = CASE WHEN part > 0 THEN revised_files END, withdrawn = '',
				first_try_at = coalesce(first_try_at, now())
			WHERE id = $3 AND bot_id IN (SELECT bot_id FROM lease) AND state = 'queued' RETURNING *)
		SELECT`+outboxColumns+`FROM o`, l.BotID, l.Epoch, id)
	if errors.Is(err, relay.ErrNotFound) {
		return begun, false, s.held(ctx, l)
	}
	return begun, err == nil, err
}

// DueNotices implements relay.OutboxStore, the oldest row first. Buttons that could not be taken away are nobody's reply.
func (s *Store) DueNotices(ctx context.Context, botID string, limit int) ([]relay.Notice, error) {
	fields := func(n *relay.Notice) []any {
		return append(outboxFields(&n.Row), conversationFields(&n.Conversation)...)
	}
	return list(ctx, s, "read the due notices", fields, `
		SELECT`+outboxColumns+`,`+conversationColumns+`
		FROM msgbot_outbox o JOIN msgbot_conversations c ON c.id = o.conversation_id`+withCustomer+`
		WHERE o.bot_id = $1 AND NOT o.noticed AND o.state IN ('failed', 'unknown', 'held') AND o.kind NOT IN ('react', 'keyboard')
		ORDER BY o.id LIMIT $2`, botID, limit)
}

// NoticeShown implements relay.OutboxStore.
func (s *Store) NoticeShown(ctx context.Context, id int64, attempt int) error {
	_, err := s.exec(ctx, "record a notice", `
		UPDATE msgbot_outbox SET noticed = true
		WHERE id = $1 AND attempt = $2 AND state IN ('failed', 'unknown', 'held')`, id, attempt)
	return err
}

// hopeless are the reasons of edits and deletions that no second try can change.
var hopeless = []string{
	relay.ReasonEditUnsupported, relay.ReasonDeleteUnsupported, relay.ReasonEditedToNote, relay.ReasonEditedFiles,
	relay.ReasonEditTooLong, relay.ReasonNoText,
}

// Requeue implements relay.OutboxStore: the reply itself if it did not go out, else its deletion or edit that failed and is
// not hopeless. The parts that were sent stay sent, but for those that the messenger failed afterwards; retries and notice
// begin anew. A held reply answers its conversation only now. It waits a moment, for an edit or a deletion that the scan
// has yet to see.
func (s *Store) Requeue(ctx context.Context, postID string) (bool, error) {
	queued, err := value[int](ctx, s, "queue a reply again", `
		WITH
		before AS (
			SELECT id, kind, state, least(part, failed_call) AS part, post_id, conversation_id FROM msgbot_outbox
			WHERE post_id = $1 AND (kind IN ('send', 'auto') AND state IN ('failed', 'unknown', 'held')
				OR kind IN ('edit', 'delete') AND state = 'failed' AND reason <> ALL ($2::text[]))
			ORDER BY array_position('{send,auto,delete,edit}'::text[], kind) LIMIT 1 FOR UPDATE),
		queued AS (
			UPDATE msgbot_outbox o SET state = 'queued', reason = '', code = 0, noticed = false, part = before.part,
				failed_call = NULL, first_try_at = NULL, not_before = now() + interval '300 ms'
			FROM before WHERE o.id = before.id RETURNING o.id),
		lost AS (
			DELETE FROM msgbot_parts p USING before
			WHERE before.kind IN ('send', 'auto') AND p.post_id = before.post_id AND p.direction = 'out' AND p.call >= before.part),
		answered AS (
			UPDATE msgbot_conversations c SET mode = 'human', waiting_since = NULL,
				first_response_ms = CASE WHEN c.first_response_ms > 0 OR c.waiting_since IS NULL THEN c.first_response_ms
					ELSE greatest(1, extract(epoch FROM now() - c.waiting_since) * 1000) END,
				last_message_at = greatest(c.last_message_at, now()), last_agent_at = greatest(c.last_agent_at, now())
			FROM before WHERE c.id = before.conversation_id AND before.state = 'held')
		SELECT count(*) FROM queued`, postID, texts(hopeless))
	return queued > 0, err
}

// LastUnsent implements relay.OutboxStore.
func (s *Store) LastUnsent(ctx context.Context, conversationID string) (string, error) {
	return value[string](ctx, s, "look for the last unsent reply", `
		SELECT post_id FROM msgbot_outbox
		WHERE conversation_id = $1 AND kind IN ('send', 'auto') AND state IN ($2, $3, $4)
		ORDER BY created_at DESC, post_id DESC LIMIT 1`,
		conversationID, string(conversation.Failed), string(conversation.Unknown), string(conversation.Held))
}

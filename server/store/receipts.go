// What the messenger tells of messages that were sent.

package store

import (
	"context"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// receipts say which parts q each state of part, the one that is told of, takes with it. Nothing goes back.
var receipts = map[conversation.Delivery]string{
	conversation.Delivered: `q.external_id = part.external_id AND q.state = 'sent'`,
	conversation.Seen:      `q.state IN ('sent', 'delivered') AND (q.sent_at, q.number) <= (part.sent_at, part.number)`,
	conversation.Failed:    `q.external_id = part.external_id AND q.state <> 'failed'`,
}

// Receipt implements relay.ReceiptStore. A reply that failed begins anew with the call that failed. One of which more is
// still to be sent fails when that is done.
func (s *Store) Receipt(ctx context.Context, l relay.Lease, conversationID, externalID string, state conversation.Delivery, words string) error {
	moves, ok := receipts[state]
	if !ok {
		return errors.Errorf("%q is no receipt", string(state))
	}
	known, err := value[int](ctx, s, "record a receipt", lease+`,
		part AS (
			SELECT p.* FROM lease JOIN msgbot_conversations c USING (bot_id) JOIN msgbot_parts p ON p.conversation_id = c.id
			WHERE p.conversation_id = $3 AND p.direction = 'out' AND p.external_id = $4),
		moved AS (
			UPDATE msgbot_parts q SET state = $5 FROM part
			WHERE q.conversation_id = $3 AND q.direction = 'out' AND `+moves+` RETURNING q.post_id, q.call),
		failed AS (
			UPDATE msgbot_outbox o SET reason = $6, code = 0, noticed = false,
				state = CASE o.state WHEN 'sent' THEN 'failed' ELSE o.state END,
				part = CASE o.state WHEN 'sent' THEN least(o.part, moved.call) ELSE o.part END,
				failed_call = CASE o.state WHEN 'sent' THEN NULL ELSE least(o.failed_call, moved.call) END
			FROM moved
			WHERE $5 = 'failed' AND o.post_id = moved.post_id AND o.kind IN ('send', 'auto') AND o.state IN ('sent', 'sending', 'queued'))
		SELECT (SELECT count(*) FROM part) FROM lease`,
		l.BotID, l.Epoch, conversationID, externalID, string(state), words)
	if err == nil && known == 0 {
		return relay.ErrNotFound
	}
	return fencedIfMissing(err)
}

// Parts implements relay.ReceiptStore.
func (s *Store) Parts(ctx context.Context, postID string) ([]relay.Part, error) {
	fields := func(p *relay.Part) []any { return []any{&p.ExternalID, &p.Call, &p.Kind, &p.Digest, &p.State} }
	return list(ctx, s, "read the parts of a reply", fields, `
		SELECT external_id, call, kind, text_digest, state FROM msgbot_parts
		WHERE post_id = $1 AND direction = 'out' ORDER BY number, external_id`, postID)
}

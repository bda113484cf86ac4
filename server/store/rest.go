// What REST reads directly: lists of conversations and of messages.

package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// likeable makes a text a literal part of a LIKE pattern.
var likeable = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// selected are the conversations of an api.Filter. A conversation without a thread belongs to its bot's inbox channel.
const selected = `
	FROM msgbot_conversations c
	JOIN msgbot_customers p ON p.id = c.customer_id
	JOIN msgbot_bots b ON b.id = c.bot_id
	CROSS JOIN LATERAL (SELECT coalesce(nullif(c.channel_id, ''), b.channel_id) AS channel_id) at
	WHERE ($1 = '' OR c.bot_id = $1) AND ($2 = '' OR at.channel_id = $2) AND ($3 = '' OR c.status = $3)
		AND ($4 = '' OR c.assignee_id = $4) AND ($5 = '' OR $5 = ANY (c.tags))
		AND ($6 = '' OR lower(p.name) LIKE '%' || lower($6) || '%' OR lower(p.username) LIKE '%' || lower($6) || '%')
		AND (NOT $7 OR c.waiting_since IS NOT NULL) AND ($8 OR at.channel_id = ANY ($9::text[]))`

// Conversations implements api.Store. Nil ChannelIDs select all; a list that is empty selects none.
func (s *Store) Conversations(ctx context.Context, f api.Filter) ([]conversation.Conversation, int, error) {
	args := []any{
		f.BotID, f.ChannelID, string(f.Status), f.AssigneeID, f.Tag, likeable.Replace(f.Query), f.Waiting,
		f.ChannelIDs == nil, texts(f.ChannelIDs),
	}
	total, err := value[int](ctx, s, "count conversations", `SELECT count(*)`+selected, args...)
	if err != nil {
		return nil, 0, err
	}
	page, err := list(ctx, s, "list conversations", conversationFields,
		`SELECT`+conversationColumns+selected+` ORDER BY c.last_message_at DESC NULLS LAST, c.id LIMIT $10 OFFSET $11`,
		append(args, f.PerPage, f.Page*f.PerPage)...)
	return page, total, err
}

// shown are the messages of a conversation: without posts that are nobody's reply and replies that were taken back.
const shown = `
	FROM msgbot_messages m LEFT JOIN msgbot_outbox o ON o.post_id = m.post_id AND o.kind = 'send' AND m.direction = 'out'
	WHERE m.conversation_id = $1 AND m.direction <> '' AND coalesce(o.state, '') <> 'cancelled'`

// Messages implements api.Store. A reply's state is that of the outbox: what is being sent is still queued, what is held
// failed for a reason.
func (s *Store) Messages(ctx context.Context, conversationID string, page, perPage int) ([]api.Message, int, error) {
	total, err := value[int](ctx, s, "count messages", `SELECT count(*)`+shown, conversationID)
	if err != nil {
		return nil, 0, err
	}
	fields := func(m *api.Message) []any {
		return []any{&m.PostID, &m.Direction, when{&m.At}, &m.State, &m.ErrorCode, &m.ErrorText, partList{&m.Parts}}
	}
	messages, err := list(ctx, s, "list messages", fields, `
		SELECT m.post_id, m.direction, m.at,
			CASE m.direction WHEN 'in' THEN 'received' WHEN 'note' THEN 'none' ELSE
				CASE o.state WHEN 'sending' THEN 'queued' WHEN 'held' THEN 'failed' ELSE o.state END END,
			CASE WHEN o.state = 'held' THEN o.reason
				WHEN o.state IN ('failed', 'unknown') AND o.code <> 0 THEN o.code::text ELSE '' END,
			CASE WHEN o.state IN ('failed', 'unknown') THEN o.reason ELSE '' END,
			(SELECT coalesce(json_agg(json_build_object('ExternalID', part.external_id, 'Kind', part.kind,
				'State', part.state) ORDER BY part.number), '[]') FROM msgbot_parts part WHERE part.post_id = m.post_id)`+
		shown+` ORDER BY m.at DESC, m.post_id DESC LIMIT $2 OFFSET $3`, conversationID, perPage, page*perPage)
	return messages, total, err
}

// partList scans a JSON list of parts.
type partList struct{ parts *[]api.Part }

// Scan implements sql.Scanner.
func (p partList) Scan(src any) error {
	raw, ok := src.([]byte)
	if !ok {
		return errors.Errorf("parts are a %T", src)
	}
	return json.Unmarshal(raw, p.parts)
}

// ConversationOfPost implements api.Store; relay.ErrNotFound when the post is no recorded message.
func (s *Store) ConversationOfPost(ctx context.Context, postID string) (conversation.Conversation, error) {
	return row(ctx, s, "find a conversation by its post", conversationFields, `
		SELECT`+conversationColumns+`
		FROM msgbot_messages m JOIN msgbot_conversations c ON c.id = m.conversation_id`+withCustomer+`
		WHERE m.post_id = $1 AND m.direction <> ''`, postID)
}

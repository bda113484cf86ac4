// What REST reads directly: lists of conversations, of messages and of their earlier texts.

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
	FROM msgbot_messages m
	LEFT JOIN msgbot_outbox o ON o.post_id = m.post_id AND (m.direction, o.kind) IN (('out', 'send'), ('auto', 'auto'))
	WHERE m.conversation_id = $1 AND m.direction <> '' AND coalesce(o.state, '') <> 'cancelled'`

// Messages implements api.Store, the versions of each message oldest first. A message's state is that of the outbox and,
// when all was sent, of its parts: what is being sent is still queued, what is held failed for a reason. What the owner of
// a Business account wrote himself is in no outbox.
func (s *Store) Messages(ctx context.Context, conversationID string, page, perPage int) ([]api.Message, int, error) {
	total, err := value[int](ctx, s, "count messages", `SELECT count(*)`+shown, conversationID)
	if err != nil {
		return nil, 0, err
	}
	fields := func(m *api.Message) []any {
		return []any{
			&m.PostID, &m.Direction, when{&m.At}, &m.State, &m.ErrorCode, &m.ErrorText,
			listed[api.Part]{&m.Parts}, listed[api.Version]{&m.Versions},
		}
	}
	messages, err := list(ctx, s, "list messages", fields, `
		SELECT page.post_id, direction, at,
			CASE WHEN direction = 'in' THEN 'received' WHEN direction = 'note' THEN 'none'
				WHEN state = 'sending' THEN 'queued' WHEN state = 'held' THEN 'failed' WHEN state <> 'sent' THEN state
				WHEN seen THEN 'seen' WHEN delivered THEN 'delivered' ELSE 'sent' END,
			CASE WHEN state = 'held' THEN reason WHEN state IN ('failed', 'unknown') AND code <> 0 THEN code::text ELSE '' END,
			CASE WHEN state IN ('failed', 'unknown') THEN reason ELSE '' END,
			parts, versions
		FROM (
			SELECT m.post_id, m.direction, m.at, coalesce(o.state, 'sent') AS state, o.reason, o.code`+shown+`
			ORDER BY m.at DESC, m.post_id DESC LIMIT $2 OFFSET $3) page
		CROSS JOIN LATERAL (
			SELECT bool_and(p.state = 'seen') AS seen, bool_and(p.state IN ('delivered', 'seen')) AS delivered,
				coalesce(json_agg(json_build_object('ExternalID', p.external_id, 'Kind', p.kind, 'State', p.state)
					ORDER BY p.number, p.external_id), '[]') AS parts
			FROM msgbot_parts p WHERE p.post_id = page.post_id) parts
		CROSS JOIN LATERAL (SELECT `+versions+` AS versions FROM msgbot_versions v WHERE v.post_id = page.post_id) versions
		ORDER BY at DESC, page.post_id DESC`, conversationID, perPage, page*perPage)
	return messages, total, err
}

// versions lists rows of msgbot_versions v as JSON, oldest first; NULL for none.
const versions = `
	json_agg(json_build_object('At', to_char(v.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'Text', v.text)
		ORDER BY v.at, v.inbox_id)`

// MessageVersions implements api.Store: newest is which was changed last.
func (s *Store) MessageVersions(ctx context.Context, conversationID string, limit int) ([]api.PostVersions, error) {
	fields := func(p *api.PostVersions) []any { return []any{&p.PostID, listed[api.Version]{&p.Versions}} }
	return list(ctx, s, "list earlier texts", fields, `
		SELECT v.post_id, `+versions+` FROM msgbot_versions v WHERE v.conversation_id = $1
		GROUP BY v.post_id ORDER BY max(v.at) DESC, v.post_id LIMIT $2`, conversationID, limit)
}

// listed scans a JSON list, nil for NULL.
type listed[T any] struct{ list *[]T }

// Scan implements sql.Scanner.
func (l listed[T]) Scan(src any) error {
	*l.list = nil
	if src == nil {
		return nil
	}
	raw, ok := src.([]byte)
	if !ok {
		return errors.Errorf("a list is a %T", src)
	}
	return json.Unmarshal(raw, l.list)
}

// ConversationOfPost implements api.Store; relay.ErrNotFound when the post is no recorded message.
func (s *Store) ConversationOfPost(ctx context.Context, postID string) (conversation.Conversation, error) {
	return row(ctx, s, "find a conversation by its post", conversationFields, `
		SELECT`+conversationColumns+`
		FROM msgbot_messages m JOIN msgbot_conversations c ON c.id = m.conversation_id`+withCustomer+`
		WHERE m.post_id = $1 AND m.direction <> ''`, postID)
}

// Business connections: who connected his account to a bot, and whether an admin let him in.

package store

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// connectionEnded is why the customers of a connection cannot be reached any more.
const connectionEnded = "business connection ended"

// connectionColumns are what connectionFields scans.
const connectionColumns = ` id, bot_id, owner_id, owner_name, owner_first_name, owner_username, owner_language,
	owner_avatar_url, enabled, can_reply, state, accepted, since, number, decided_by `

func connectionFields(c *conversation.Connection) []any {
	p := &c.Owner
	return []any{
		&c.ID, &c.BotID, &p.ID, &p.Name, &p.FirstName, &p.Username, &p.Language,
		&p.AvatarURL, &c.Enabled, &c.CanReply, &c.State, &c.Accepted, when{&c.Since}, &c.Number, &c.DecidedBy,
	}
}

// Connect implements relay.ConnectionStore. What was told at the same moment as what is known is taken over.
func (s *Store) Connect(ctx context.Context, botID string, c messenger.Connection, at time.Time) (conversation.Connection, error) {
	p := c.Owner
	told, err := row(ctx, s, "store a business connection", connectionFields, `
		WITH
		told AS (
			INSERT INTO msgbot_connections AS k (bot_id, id, owner_id, owner_name, owner_first_name, owner_username,
				owner_language, owner_avatar_url, enabled, can_reply, state, since, told_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $9 THEN 'waiting' ELSE 'revoked' END, $11, $11)
			ON CONFLICT (bot_id, id) DO UPDATE SET
				owner_id = excluded.owner_id, owner_name = excluded.owner_name, owner_first_name = excluded.owner_first_name,
				owner_username = excluded.owner_username, owner_language = excluded.owner_language,
				owner_avatar_url = excluded.owner_avatar_url,
				enabled = excluded.enabled, can_reply = excluded.can_reply, told_at = excluded.told_at,
				state = CASE WHEN excluded.enabled = k.enabled THEN k.state ELSE excluded.state END,
				since = CASE WHEN excluded.enabled = k.enabled THEN k.since ELSE excluded.since END,
				number = k.number + CASE WHEN excluded.enabled AND NOT k.enabled THEN 1 ELSE 0 END,
				accepted = k.accepted AND NOT (excluded.enabled AND NOT k.enabled),
				decided_by = CASE WHEN excluded.enabled AND NOT k.enabled THEN '' ELSE k.decided_by END
			WHERE excluded.told_at >= k.told_at
			RETURNING *),
		locked AS (
			SELECT c.id FROM msgbot_conversations c JOIN told ON told.bot_id = c.bot_id AND told.id = c.connection
			WHERE NOT told.enabled AND c.unreachable <> $12 ORDER BY c.id FOR NO KEY UPDATE OF c),
		lost AS (
			UPDATE msgbot_conversations c SET unreachable = $12 FROM locked WHERE c.id = locked.id)
		SELECT`+connectionColumns+`FROM told`,
		botID, c.ID, p.ID, p.Name, p.FirstName, p.Username, p.Language, p.AvatarURL, c.Enabled, c.CanReply, at.UTC(),
		connectionEnded)
	switch {
	case errors.Is(err, relay.ErrNotFound): // something newer is known
		return s.Connection(ctx, botID, c.ID)
	case isOrphan(err):
		return conversation.Connection{}, relay.ErrNotFound
	}
	return told, err
}

// Connection implements relay.ConnectionStore.
func (s *Store) Connection(ctx context.Context, botID, id string) (conversation.Connection, error) {
	return row(ctx, s, "read a business connection", connectionFields,
		`SELECT`+connectionColumns+`FROM msgbot_connections WHERE bot_id = $1 AND id = $2`, botID, id)
}

// Connections implements relay.ConnectionStore: newest is which came to its state last.
func (s *Store) Connections(ctx context.Context, botID string) ([]conversation.Connection, error) {
	return list(ctx, s, "read the business connections", connectionFields,
		`SELECT`+connectionColumns+`FROM msgbot_connections WHERE bot_id = $1 ORDER BY since DESC, id`, botID)
}

// Decide implements relay.ConnectionStore. To decide the same again changes nothing. What waits in the inbox is tried at
// once: the lanes of a connection are its id, a slash and the chat (package messenger/telegram).
func (s *Store) Decide(ctx context.Context, botID, id string, accept bool, userID string) (conversation.Connection, error) {
	state := conversation.ConnectionRefused
	if accept {
		state = conversation.ConnectionAccepted
	}
	return row(ctx, s, "decide about a business connection", connectionFields, `
		WITH
		decided AS (
			UPDATE msgbot_connections SET state = $3, accepted = $3 = 'accepted',
				since = CASE state WHEN $3 THEN since ELSE now() END,
				decided_by = CASE state WHEN $3 THEN decided_by ELSE $4 END
			WHERE bot_id = $1 AND id = $2 AND state <> 'revoked' RETURNING *),
		locked AS (
			SELECT c.id FROM msgbot_conversations c JOIN decided ON decided.bot_id = c.bot_id AND decided.id = c.connection
			WHERE decided.state = 'accepted' AND c.unreachable = $5 ORDER BY c.id FOR NO KEY UPDATE OF c),
		reachable AS (
			UPDATE msgbot_conversations c SET unreachable = '' FROM locked WHERE c.id = locked.id),
		released AS (
			UPDATE msgbot_inbox i SET not_before = NULL FROM decided
			WHERE i.bot_id = decided.bot_id AND i.state = 'waiting' AND i.not_before IS NOT NULL
				AND starts_with(i.lane, decided.id || '/'))
		SELECT`+connectionColumns+`FROM decided`, botID, id, string(state), userID, connectionEnded)
}

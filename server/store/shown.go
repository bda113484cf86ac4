// Which message of the messenger is which post, and what customers' messages said before they were edited.

package store

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// Shown implements relay.ShownStore. Where both sides have a message of that id, it is the customer's.
func (s *Store) Shown(ctx context.Context, conversationID, externalID string) (relay.Shown, error) {
	fields := func(m *relay.Shown) []any {
		return []any{
			&m.PostID, &m.Direction, &m.Posts, when{&m.At}, when{&m.EditedAt}, &m.Text, &m.Files, &m.Captioned, &m.Answered,
		}
	}
	return row(ctx, s, "find the post of a message", fields, `
		SELECT m.post_id, m.direction, m.posts, m.at, m.edited_at, p.text_digest, p.files_digest,
			(SELECT count(*) FROM msgbot_parts c WHERE c.post_id = m.post_id AND c.text_digest <> ''),
			EXISTS (
				SELECT FROM msgbot_messages r
				WHERE r.conversation_id = m.conversation_id AND r.at > m.at AND r.direction = 'out' AND r.author_id <> '')
		FROM msgbot_parts p JOIN msgbot_messages m USING (post_id)
		WHERE p.conversation_id = $1 AND p.direction IN ('in', 'out') AND p.external_id = $2
		ORDER BY p.direction LIMIT 1`, conversationID, externalID)
}

// KeepVersion implements relay.ShownStore; relay.ErrNotFound when the post is no recorded message.
func (s *Store) KeepVersion(ctx context.Context, l relay.Lease, v relay.Version) error {
	found, err := value[int](ctx, s, "keep an earlier text", lease+`,
		message AS (
			SELECT m.post_id, m.conversation_id
			FROM lease JOIN msgbot_conversations c USING (bot_id) JOIN msgbot_messages m ON m.conversation_id = c.id
			WHERE m.post_id = $3),
		kept AS (
			INSERT INTO msgbot_versions (post_id, inbox_id, conversation_id, at, text)
			SELECT post_id, $4, conversation_id, $5, $6 FROM message ON CONFLICT DO NOTHING)
		SELECT (SELECT count(*) FROM message) FROM lease`, l.BotID, l.Epoch, v.PostID, v.InboxID, v.At.UTC(), v.Text)
	if err == nil && found == 0 {
		return relay.ErrNotFound
	}
	return fencedIfMissing(err)
}

// Target implements relay.ShownStore.
func (s *Store) Target(ctx context.Context, conversationID, postID string) (string, error) {
	return value[string](ctx, s, "find the message behind a post", `
		SELECT external_id FROM msgbot_parts WHERE post_id = $2 AND conversation_id = $1
		ORDER BY number, external_id LIMIT 1`, conversationID, postID)
}

// WroteAt implements relay.ShownStore.
func (s *Store) WroteAt(ctx context.Context, conversationID string) (time.Time, error) {
	return row(ctx, s, "look when a customer wrote", func(t *time.Time) []any { return []any{when{t}} },
		`SELECT max(at) FROM msgbot_messages WHERE conversation_id = $1 AND direction = 'in'`, conversationID)
}

// Recorded implements relay.ShownStore.
func (s *Store) Recorded(ctx context.Context, postID string) (bool, error) {
	return value[bool](ctx, s, "look for a message", `SELECT EXISTS (SELECT FROM msgbot_messages WHERE post_id = $1)`, postID)
}

// Quoted implements relay.ShownStore. Notes and replies that did not go out are no messages there; the empty key is
// nothing's.
func (s *Store) Quoted(ctx context.Context, conversationID, key string) (string, error) {
	return value[string](ctx, s, "find a quoted message", `
		SELECT p.external_id FROM msgbot_messages m JOIN msgbot_parts p USING (post_id)
		WHERE m.conversation_id = $1 AND m.quote_key = $2 AND m.quote_key <> ''
		ORDER BY m.at DESC, m.post_id DESC, p.number, p.external_id LIMIT 1`, conversationID, key)
}

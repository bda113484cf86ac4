// How the team's reactions become reactions at the messenger.

package store

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// reaction is a relay.Reaction as a JSON argument.
type reaction struct {
	Post         string    `json:"post_id"`
	Conversation string    `json:"conversation_id"`
	Name         text      `json:"name"`
	At           time.Time `json:"at"`
}

// RecordReactions implements relay.ReactionStore. Where nobody reacted yet, no reaction is nothing new.
func (s *Store) RecordReactions(ctx context.Context, l relay.Lease, reactions []relay.Reaction) error {
	rows := make([]reaction, len(reactions))
	for i, r := range reactions {
		rows[i] = reaction{r.PostID, r.ConversationID, text(r.Name), r.At.UTC()}
	}
	argument, err := document(rows)
	if err != nil {
		return err
	}
	return s.fenced(ctx, "record reactions", l, `
		reaction AS (
			SELECT DISTINCT ON (r.post_id) lease.bot_id, r.*
			FROM lease, json_to_recordset($3::json) AS r (post_id text, conversation_id text, name text, at timestamptz)
			ORDER BY r.post_id, r.at DESC),
		put AS (
			INSERT INTO msgbot_outbox AS o (bot_id, conversation_id, post_id, kind, text, author_first, author_full, state,
				created_at)
			SELECT bot_id, conversation_id, post_id, 'react', name, '', '', 'queued', at FROM reaction
			WHERE name <> '' OR EXISTS (
				SELECT FROM msgbot_outbox o WHERE o.post_id = reaction.post_id AND o.kind = 'react')`+newestWish+`)`,
		argument)
}

// Groups that go on under another chat id.

package store

import (
	"context"
	"database/sql"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// belongings give all that belongs to conversation $1 to conversation $2.
var belongings = []string{
	`UPDATE msgbot_threads SET conversation_id = $2 WHERE conversation_id = $1`,
	`UPDATE msgbot_messages SET conversation_id = $2 WHERE conversation_id = $1`,
	`UPDATE msgbot_parts SET conversation_id = $2 WHERE conversation_id = $1`,
	`UPDATE msgbot_outbox SET conversation_id = $2 WHERE conversation_id = $1`,
	`UPDATE msgbot_versions SET conversation_id = $2 WHERE conversation_id = $1`,
	`UPDATE msgbot_calls SET conversation_id = $2 WHERE conversation_id = $1`,
}

// MigrateChat implements relay.ConversationStore. A message of the new group may have made a conversation of its own
// already: then the two become one. It keeps the thread of the old group if there was one.
func (s *Store) MigrateChat(ctx context.Context, l relay.Lease, botID, from, to string) error {
	if err := s.migrateChat(ctx, l, botID, clean(from), clean(to)); err != nil {
		if errors.Is(err, relay.ErrFenced) {
			return err
		}
		return errors.Wrap(err, "migrate a chat")
	}
	return nil
}

func (s *Store) migrateChat(ctx context.Context, l relay.Lease, botID, from, to string) error {
	ctx, cancel := context.WithTimeout(ctx, statementTime)
	defer cancel()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var held bool
	err = tx.QueryRowContext(ctx, lease+` SELECT true FROM lease`, l.BotID, l.Epoch).Scan(&held)
	if errors.Is(err, sql.ErrNoRows) {
		return relay.ErrFenced
	}
	if err != nil {
		return err
	}
	before, after, err := lockChats(ctx, tx, botID, from, to)
	if err != nil || before.id == "" {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		WITH out_of_reach AS (UPDATE msgbot_conversations SET keyboard = '' WHERE id = $1)
		UPDATE msgbot_parts SET external_id = $2::text || ':' || external_id WHERE conversation_id = $1`, before.id, from)
	if err != nil {
		return err
	}
	kept, given := before, after
	if !before.shown && after.id != "" {
		kept, given = after, before
	}
	if given.id != "" {
		if err := mergeConversation(ctx, tx, given.id, kept.id); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE msgbot_conversations SET chat_id = $2 WHERE id = $1`, kept.id, to); err != nil {
		return err
	}
	return tx.Commit()
}

// chatRow is a conversation as far as MigrateChat must know it; shown says that it has a thread.
type chatRow struct {
	id    string
	shown bool
}

// lockChats finds the conversations of two chats and holds them; one that is not there is empty.
func lockChats(ctx context.Context, tx *sql.Tx, botID, from, to string) (before, after chatRow, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT chat_id, id, root_post_id <> '' FROM msgbot_conversations
		WHERE bot_id = $1 AND connection = '' AND chat_id IN ($2, $3) ORDER BY id FOR UPDATE`, botID, from, to)
	if err != nil {
		return before, after, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var chat string
		var found chatRow
		if err := rows.Scan(&chat, &found.id, &found.shown); err != nil {
			return before, after, err
		}
		if chat == from {
			before = found
		} else {
			after = found
		}
	}
	return before, after, rows.Err()
}

// mergeConversation gives all that belongs to one conversation to another one, and removes it.
func mergeConversation(ctx context.Context, tx *sql.Tx, given, kept string) error {
	for _, move := range belongings {
		if _, err := tx.ExecContext(ctx, move, given, kept); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `
		WITH given AS (DELETE FROM msgbot_conversations WHERE id = $1 RETURNING *)
		UPDATE msgbot_conversations c SET
			waiting_since = least(c.waiting_since, given.waiting_since),
			last_message_at = greatest(c.last_message_at, given.last_message_at),
			last_agent_at = greatest(c.last_agent_at, given.last_agent_at),
			memory = coalesce(c.memory, given.memory), keyboard = coalesce(nullif(given.keyboard, ''), c.keyboard)
		FROM given WHERE c.id = $2`, given, kept)
	return err
}

// Bots and their credentials.

package store

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// settingsColumn scans the jsonb of a bot's settings. What an older version did not know gets its default.
type settingsColumn struct{ *conversation.Settings }

// Scan implements sql.Scanner.
func (c settingsColumn) Scan(src any) error {
	raw, ok := src.([]byte)
	if !ok {
		return errors.Errorf("settings are a %T", src)
	}
	*c.Settings = conversation.DefaultSettings()
	return json.Unmarshal(raw, c.Settings)
}

func botFields(b *conversation.Bot) []any {
	return []any{
		&b.ID, &b.Kind, &b.AccountID, &b.Name, &b.Username, &b.AvatarURL, &b.ChannelID, &b.Mode, &b.Paused,
		settingsColumn{&b.Settings}, &b.CreatedBy, when{&b.CreatedAt}, &b.Version,
	}
}

// Bots implements bots.Store.
func (s *Store) Bots(ctx context.Context) ([]conversation.Bot, error) {
	return list(ctx, s, "read the bots", botFields, `
		SELECT id, kind, account_id, name, username, avatar_url, channel_id, mode, paused,
			settings, created_by, created_at, version
		FROM msgbot_bots ORDER BY name, id`)
}

// Versions implements bots.Store.
func (s *Store) Versions(ctx context.Context) (map[string]int64, error) {
	return s.versions(ctx, "read the bots' versions", `SELECT id, version FROM msgbot_bots`)
}

// versions runs a query for the versions of bots.
func (s *Store) versions(ctx context.Context, doing, query string) (map[string]int64, error) {
	type version struct {
		id string
		n  int64
	}
	rows, err := list(ctx, s, doing, func(v *version) []any { return []any{&v.id, &v.n} }, query)
	if err != nil {
		return nil, err
	}
	versions := make(map[string]int64, len(rows))
	for _, v := range rows {
		versions[v.id] = v.n
	}
	return versions, nil
}

// CreateBot implements bots.Store. The new bot has version 1 and nobody owns it yet.
func (s *Store) CreateBot(ctx context.Context, b conversation.Bot, sealed bots.Sealed) error {
	settings, err := document(b.Settings)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "store a bot", `
		WITH bot AS (
			INSERT INTO msgbot_bots (id, kind, account_id, name, username, avatar_url, channel_id, mode, paused,
				settings, created_by, created_at, key_id, sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, coalesce($12::timestamptz, now()), $13, $14)
			RETURNING id)
		INSERT INTO msgbot_leases (bot_id) SELECT id FROM bot`,
		b.ID, string(b.Kind), b.AccountID, b.Name, b.Username, b.AvatarURL, b.ChannelID, string(b.Mode), b.Paused,
		settings, b.CreatedBy, orNull(b.CreatedAt), sealed.KeyID, notNil(sealed.Data))
	if isDuplicate(err) {
		return bots.ErrExists
	}
	return err
}

// UpdateBot implements bots.Store.
func (s *Store) UpdateBot(ctx context.Context, b conversation.Bot, sealed *bots.Sealed) (int64, error) {
	settings, err := document(b.Settings)
	if err != nil {
		return 0, err
	}
	var keep bots.Sealed
	if sealed != nil {
		keep = *sealed
	}
	version, err := value[int64](ctx, s, "change a bot", `
		UPDATE msgbot_bots SET kind = $3, account_id = $4, name = $5, username = $6, avatar_url = $7, channel_id = $8,
			mode = $9, paused = $10, settings = $11::jsonb, version = version + 1,
			key_id = CASE WHEN $12 THEN $13 ELSE key_id END, sealed = CASE WHEN $12 THEN $14 ELSE sealed END
		WHERE id = $1 AND version = $2 RETURNING version`,
		b.ID, b.Version, string(b.Kind), b.AccountID, b.Name, b.Username, b.AvatarURL, b.ChannelID,
		string(b.Mode), b.Paused, settings, sealed != nil, keep.KeyID, notNil(keep.Data))
	switch {
	case errors.Is(err, relay.ErrNotFound):
		return 0, bots.ErrChanged
	case isDuplicate(err):
		return 0, bots.ErrExists
	}
	return version, err
}

// RemoveBot implements bots.Store; bots.ErrNotFound when there is no such bot.
func (s *Store) RemoveBot(ctx context.Context, botID string) error {
	ctx, cancel := context.WithTimeout(ctx, bulkTime)
	defer cancel()
	result, err := s.db.ExecContext(ctx, `DELETE FROM msgbot_bots WHERE id = $1`, botID)
	if err != nil {
		return errors.Wrap(err, "remove a bot")
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return bots.ErrNotFound
	}
	return nil
}

// Credentials implements bots.Store; bots.ErrNotFound when there is no such bot.
func (s *Store) Credentials(ctx context.Context, botID string) (bots.Sealed, error) {
	sealed, err := row(ctx, s, "read a bot's credentials", func(c *bots.Sealed) []any { return []any{&c.KeyID, &c.Data} },
		`SELECT key_id, sealed FROM msgbot_bots WHERE id = $1`, botID)
	return sealed, botGone(err)
}

// EnsureKey implements bots.Store.
func (s *Store) EnsureKey(ctx context.Context, candidate []byte) ([]byte, error) {
	if _, err := s.exec(ctx, "store the key", `INSERT INTO msgbot_key (key) VALUES ($1) ON CONFLICT DO NOTHING`, notNil(candidate)); err != nil {
		return nil, err
	}
	return value[[]byte](ctx, s, "read the key", `SELECT key FROM msgbot_key`)
}

// botGone says in the words of package bots that a bot is not there.
func botGone(err error) error {
	if errors.Is(err, relay.ErrNotFound) || isOrphan(err) {
		return bots.ErrNotFound
	}
	return err
}

// notNil keeps an empty bytea from being NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

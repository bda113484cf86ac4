// Who works for which bot, and how far he has come. All times are the database's.

package store

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// lease begins every write under a lease ($1 bot, $2 epoch). The row is held until the statement is committed, and a
// takeover locks it FOR UPDATE: when the new owner begins, nothing of the old one can follow. A renewal changes no key
// column and waits for nobody.
const lease = `
	WITH lease AS (
		SELECT bot_id FROM msgbot_leases WHERE bot_id = $1 AND epoch = $2 AND expires_at > now() FOR KEY SHARE)`

// fenced runs one statement under a lease: parts are its further common table expressions, which write only where
// lease has its row. It returns relay.ErrFenced when it has none.
func (s *Store) fenced(ctx context.Context, doing string, l relay.Lease, parts string, args ...any) error {
	_, err := value[bool](ctx, s, doing, lease+`,`+parts+` SELECT true FROM lease`, append([]any{l.BotID, l.Epoch}, args...)...)
	return fencedIfMissing(err)
}

// held returns relay.ErrFenced when the lease is not the present one.
func (s *Store) held(ctx context.Context, l relay.Lease) error {
	_, err := value[bool](ctx, s, "look at a lease", lease+` SELECT true FROM lease`, l.BotID, l.Epoch)
	return fencedIfMissing(err)
}

// fencedIfMissing: a statement that ends with FROM lease returns no row when there is none.
func fencedIfMissing(err error) error {
	if errors.Is(err, relay.ErrNotFound) {
		return relay.ErrFenced
	}
	return err
}

// Beat implements relay.LeaseStore. Leases that nobody took for another ttl are taken above the share, too. The leases
// are in order of their bots' ids.
func (s *Store) Beat(ctx context.Context, node string, ttl time.Duration) ([]relay.Lease, int, error) {
	type held struct {
		share int
		bot   *string
		epoch *int64
	}
	fields := func(h *held) []any { return []any{&h.share, &h.bot, &h.epoch} }
	rows, err := list(ctx, s, "renew the leases", fields, `
		WITH
		ttl AS (SELECT make_interval(secs => $2::float8) AS ttl),
		alive AS (
			INSERT INTO msgbot_nodes (node, expires_at) SELECT $1, now() + ttl FROM ttl
			ON CONFLICT (node) DO UPDATE SET expires_at = excluded.expires_at),
		forgotten AS (
			DELETE FROM msgbot_nodes WHERE node <> $1 AND expires_at < now() - interval '1 hour'),
		share AS (
			SELECT ceil((SELECT count(*) FROM msgbot_bots)::numeric / (1 + count(*)))::int AS share
			FROM msgbot_nodes WHERE node <> $1 AND expires_at > now()),
		renewed AS (
			UPDATE msgbot_leases SET expires_at = now() + ttl FROM ttl
			WHERE node = $1 AND expires_at > now() RETURNING bot_id, epoch),
		free AS (
			SELECT bot_id FROM msgbot_leases WHERE expires_at <= now() ORDER BY expires_at, bot_id
			LIMIT greatest(0, (SELECT share FROM share) - (SELECT count(*) FROM renewed)) FOR UPDATE SKIP LOCKED),
		left_over AS (
			SELECT bot_id FROM msgbot_leases WHERE expires_at < now() - (SELECT ttl FROM ttl) FOR UPDATE SKIP LOCKED),
		taken AS (
			UPDATE msgbot_leases l SET node = $1, epoch = epoch + 1, expires_at = now() + ttl FROM ttl
			WHERE bot_id IN (SELECT bot_id FROM free UNION SELECT bot_id FROM left_over)
			RETURNING bot_id, epoch)
		SELECT share, bot_id, epoch
		FROM share LEFT JOIN (SELECT * FROM renewed UNION ALL SELECT * FROM taken) held ON true
		ORDER BY bot_id`, node, ttl.Seconds())
	if err != nil {
		return nil, 0, err
	}
	var leases []relay.Lease
	share := 0
	for _, h := range rows {
		share = h.share
		if h.bot != nil {
			leases = append(leases, relay.Lease{BotID: *h.bot, Epoch: *h.epoch})
		}
	}
	return leases, share, nil
}

// Release implements relay.LeaseStore.
func (s *Store) Release(ctx context.Context, node string, l relay.Lease) error {
	_, err := s.exec(ctx, "release a lease", `
		UPDATE msgbot_leases SET node = '', expires_at = now()
		WHERE bot_id = $1 AND epoch = $2 AND node = $3 AND expires_at > now()`, l.BotID, l.Epoch, node)
	return err
}

// Leave implements relay.LeaseStore.
func (s *Store) Leave(ctx context.Context, node string) error {
	_, err := s.exec(ctx, "leave the nodes", `
		WITH gone AS (DELETE FROM msgbot_nodes WHERE node = $1)
		UPDATE msgbot_leases SET node = '', expires_at = least(expires_at, now()) WHERE node = $1`, node)
	return err
}

// Claimable implements relay.LeaseStore.
func (s *Store) Claimable(ctx context.Context) (bool, error) {
	return value[bool](ctx, s, "look for free bots", `SELECT EXISTS (SELECT FROM msgbot_leases WHERE expires_at <= now())`)
}

// PollOffset implements relay.InboxStore.
func (s *Store) PollOffset(ctx context.Context, botID string) (int64, error) {
	return value[int64](ctx, s, "read the poll offset", `SELECT poll_offset FROM msgbot_leases WHERE bot_id = $1`, botID)
}

// ScanMark implements relay.OutboxStore.
func (s *Store) ScanMark(ctx context.Context, botID string) (time.Time, error) {
	return row(ctx, s, "read the scan's watermark", func(t *time.Time) []any { return []any{when{t}} },
		`SELECT scan_mark FROM msgbot_leases WHERE bot_id = $1`, botID)
}

// SetScanMark implements relay.OutboxStore.
func (s *Store) SetScanMark(ctx context.Context, l relay.Lease, mark time.Time) error {
	return s.fenced(ctx, "store the scan's watermark", l, `
		done AS (UPDATE msgbot_leases SET scan_mark = $3::timestamptz WHERE bot_id IN (SELECT bot_id FROM lease))`,
		orNull(mark))
}

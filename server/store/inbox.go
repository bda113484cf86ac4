// Updates from their arrival until they are posts.

package store

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// purgeBatch bounds how many payloads one statement deletes, so that it stays far from its deadline.
const purgeBatch = 2000

// arrivals is the tail of the statements that add updates: in their order, each event once.
const arrivals = `
	unnest($3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[])
		WITH ORDINALITY AS u (event_id, lane, album, raw, reason, place)
	ORDER BY u.place
	ON CONFLICT (bot_id, event_id) DO NOTHING`

// columnsOf turns updates into the arrays that arrivals unnests.
func columnsOf(updates []messenger.Update) []any {
	n := len(updates)
	events, lanes, albums, reasons := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	raw := make(pq.ByteaArray, n)
	for i, u := range updates {
		events[i], lanes[i], albums[i], raw[i], reasons[i] = u.EventID, u.Lane, u.Album, notNil(u.Raw), u.Undecodable
	}
	return []any{texts(events), texts(lanes), texts(albums), raw, texts(reasons)}
}

// AddUpdates implements relay.InboxStore; relay.ErrNotFound when there is no such bot.
func (s *Store) AddUpdates(ctx context.Context, botID string, updates []messenger.Update) (int, error) {
	args := append([]any{botID, string(relay.InboxQuarantined)}, columnsOf(updates)...)
	added, err := s.exec(ctx, "store updates", `
		INSERT INTO msgbot_inbox (bot_id, event_id, lane, album, raw, state, reason)
		SELECT $1, u.event_id, u.lane, u.album, u.raw, CASE u.reason WHEN '' THEN 'waiting' ELSE $2 END, u.reason
		FROM `+arrivals, args...)
	if isOrphan(err) {
		return 0, relay.ErrNotFound
	}
	return added, err
}

// AddPolled implements relay.InboxStore.
func (s *Store) AddPolled(ctx context.Context, l relay.Lease, updates []messenger.Update, next int64) (int, error) {
	args := append([]any{l.BotID, l.Epoch}, columnsOf(updates)...)
	added, err := value[int](ctx, s, "store polled updates", lease+`,
		moved AS (UPDATE msgbot_leases SET poll_offset = $8 WHERE bot_id IN (SELECT bot_id FROM lease)),
		added AS (
			INSERT INTO msgbot_inbox (bot_id, event_id, lane, album, raw, state, reason)
			SELECT lease.bot_id, u.event_id, u.lane, u.album, u.raw,
				CASE u.reason WHEN '' THEN 'waiting' ELSE $9 END, u.reason
			FROM lease, `+arrivals+` RETURNING id)
		SELECT (SELECT count(*) FROM added) FROM lease`, append(args, next, string(relay.InboxQuarantined))...)
	return added, fencedIfMissing(err)
}

// inboxColumns are what inboxFields scans.
const inboxColumns = ` id, event_id, lane, album, bound, raw, attempts, not_before, received_at `

func inboxFields(r *relay.InboxRow) []any {
	return []any{
		&r.ID, &r.EventID, &r.Lane, &r.Album, &r.Bound, &r.Raw, &r.Attempts, when{&r.NotBefore}, when{&r.ReceivedAt},
	}
}

// NextUpdates implements relay.InboxStore.
func (s *Store) NextUpdates(ctx context.Context, botID string, busy []string, limit int) ([]relay.InboxRow, error) {
	return list(ctx, s, "read the inbox", inboxFields, `
		SELECT`+inboxColumns+`FROM msgbot_inbox
		WHERE bot_id = $1 AND state = 'waiting' AND lane <> ALL ($2::text[])
		ORDER BY id LIMIT $3`, botID, texts(busy), limit)
}

// Album implements relay.InboxStore, in order of arrival. The times are by the database's clock, which also wrote when the
// rows arrived.
func (s *Store) Album(ctx context.Context, botID, lane, album, bound string) (relay.AlbumRows, error) {
	var found relay.AlbumRows
	fields := func(r *relay.InboxRow) []any {
		return append(inboxFields(r), elapsed{&found.SinceFirst, time.Microsecond}, elapsed{&found.SinceLast, time.Microsecond})
	}
	rows, err := list(ctx, s, "read an album", fields, `
		SELECT`+inboxColumns+`,
			(extract(epoch FROM now() - min(received_at) OVER ()) * 1000000)::bigint,
			(extract(epoch FROM now() - max(received_at) OVER ()) * 1000000)::bigint
		FROM msgbot_inbox
		WHERE bot_id = $1 AND lane = $2 AND album = $3 AND bound = $4 AND state = 'waiting' AND album <> ''
		ORDER BY id`, botID, lane, album, bound)
	found.Rows = rows
	return found, err
}

// BindAlbum implements relay.InboxStore. A row that is bound already stays where it is.
func (s *Store) BindAlbum(ctx context.Context, l relay.Lease, ids []int64, postID string) error {
	return s.fenced(ctx, "bind an album", l, `
		done AS (
			UPDATE msgbot_inbox SET bound = $4
			WHERE id = ANY ($3::bigint[]) AND bot_id IN (SELECT bot_id FROM lease) AND state = 'waiting' AND bound = '')`,
		pq.Int64Array(ids), postID)
}

// DeferUpdate implements relay.InboxStore.
func (s *Store) DeferUpdate(ctx context.Context, l relay.Lease, id int64, notBefore time.Time, reason string) error {
	return s.fenced(ctx, "defer an update", l, `
		done AS (
			UPDATE msgbot_inbox SET attempts = attempts + 1, not_before = $4::timestamptz, reason = $5
			WHERE id = $3 AND bot_id IN (SELECT bot_id FROM lease) AND state = 'waiting')`,
		id, orNull(notBefore), reason)
}

// PurgeInbox implements relay.InboxStore.
func (s *Store) PurgeInbox(ctx context.Context, l relay.Lease, before time.Time) error {
	for {
		purged, err := value[int](ctx, s, "purge the inbox", lease+`,
			purged AS (
				UPDATE msgbot_inbox SET raw = NULL WHERE id IN (
					SELECT i.id FROM msgbot_inbox i JOIN lease USING (bot_id)
					WHERE i.state <> 'waiting' AND i.raw IS NOT NULL AND i.received_at < $3 LIMIT $4)
				RETURNING id)
			SELECT (SELECT count(*) FROM purged) FROM lease`, l.BotID, l.Epoch, before, purgeBatch)
		if err != nil || purged < purgeBatch {
			return fencedIfMissing(err)
		}
	}
}

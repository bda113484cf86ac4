// What is known of a bot's health: its checks, its last exchanges with the messenger, and what waits.

package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// keptExchanges is how long a bot's log is.
const keptExchanges = 200

// check is a bots.Check as it is stored.
type check struct {
	Name        string    `json:"name"`
	State       text      `json:"state"`
	Detail      text      `json:"detail"`
	Since       time.Time `json:"since"`
	AlertPostID string    `json:"alert_post_id"`
}

// Checks implements bots.Store.
func (s *Store) Checks(ctx context.Context, botID string) ([]bots.Check, error) {
	raw, err := value[[]byte](ctx, s, "read the health of a bot", `SELECT checks FROM msgbot_health WHERE bot_id = $1`, botID)
	if errors.Is(err, relay.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var stored []check
	if err := json.Unmarshal(raw, &stored); err != nil {
		return nil, errors.Wrap(err, "read the health of a bot")
	}
	checks := make([]bots.Check, len(stored))
	for i, c := range stored {
		checks[i] = bots.Check{
			Name: c.Name, State: bots.State(c.State), Detail: string(c.Detail), Since: c.Since, AlertPostID: c.AlertPostID,
		}
	}
	return checks, nil
}

// SaveChecks implements bots.Store; bots.ErrNotFound when there is no such bot.
func (s *Store) SaveChecks(ctx context.Context, botID string, checks []bots.Check) error {
	stored := make([]check, len(checks))
	for i, c := range checks {
		stored[i] = check{
			Name: c.Name, State: text(c.State), Detail: text(c.Detail), Since: c.Since.UTC(), AlertPostID: c.AlertPostID,
		}
	}
	slices.SortFunc(stored, func(a, b check) int { return strings.Compare(a.Name, b.Name) })
	list, err := document(stored)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "store the health of a bot", `
		INSERT INTO msgbot_health (bot_id, checks) VALUES ($1, $2::jsonb)
		ON CONFLICT (bot_id) DO UPDATE SET checks = excluded.checks`, botID, list)
	return botGone(err)
}

// exchange is a messenger.Exchange as a JSON argument.
type exchange struct {
	At        time.Time           `json:"at"`
	Direction messenger.Direction `json:"direction"`
	Method    text                `json:"method"`
	Status    int                 `json:"status"`
	Micros    int64               `json:"micros"`
	Error     text                `json:"error"`
}

// AddExchanges implements bots.Store; bots.ErrNotFound when there is no such bot.
func (s *Store) AddExchanges(ctx context.Context, botID string, added []messenger.Exchange) error {
	added = added[max(0, len(added)-keptExchanges):]
	rows := make([]exchange, len(added))
	for i, e := range added {
		rows[i] = exchange{e.At.UTC(), e.Direction, text(e.Method), e.Status, e.Duration.Microseconds(), text(e.Error)}
	}
	argument, err := document(rows)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "store exchanges", `
		WITH old AS (
			DELETE FROM msgbot_exchanges WHERE id IN (
				SELECT id FROM msgbot_exchanges WHERE bot_id = $1 ORDER BY at DESC, id DESC OFFSET $3))
		INSERT INTO msgbot_exchanges (bot_id, at, direction, method, status, micros, error)
		SELECT $1, e.at, e.direction, e.method, e.status, e.micros, e.error
		FROM json_to_recordset($2::json) AS e (
			at timestamptz, direction text, method text, status int, micros bigint, error text)`,
		botID, argument, keptExchanges-len(rows))
	return botGone(err)
}

// Exchanges implements bots.Store.
func (s *Store) Exchanges(ctx context.Context, botID string) ([]messenger.Exchange, error) {
	fields := func(e *messenger.Exchange) []any {
		return []any{when{&e.At}, &e.Direction, &e.Method, &e.Status, elapsed{&e.Duration, time.Microsecond}, &e.Error}
	}
	return list(ctx, s, "read exchanges", fields, `
		SELECT at, direction, method, status, micros, error FROM msgbot_exchanges
		WHERE bot_id = $1 ORDER BY at DESC, id DESC LIMIT $2`, botID, keptExchanges)
}

// Depth implements bots.Store and api.Store. A reply that is being sent still waits; what waits for
// an admin to let a Business connection in is no backlog.
func (s *Store) Depth(ctx context.Context, botID string) (bots.Depth, error) {
	fields := func(d *bots.Depth) []any { return []any{&d.Inbox, &d.Outbox, &d.Quarantined, when{&d.Oldest}} }
	return row(ctx, s, "count what waits", fields, `
		WITH due AS (
			SELECT id, received_at FROM msgbot_inbox i
			WHERE bot_id = $1 AND state = 'waiting' AND NOT EXISTS (
				SELECT FROM msgbot_connections k
				WHERE k.bot_id = i.bot_id AND k.state = 'waiting' AND starts_with(i.lane, k.id || '/')))
		SELECT
			(SELECT count(*) FROM due),
			(SELECT count(*) FROM msgbot_outbox WHERE bot_id = $1 AND state = 'queued') +
			(SELECT count(*) FROM msgbot_outbox WHERE bot_id = $1 AND state = 'sending'),
			(SELECT count(*) FROM msgbot_inbox
				WHERE bot_id = $1 AND state = 'quarantined' AND received_at > now() - interval '1 day'),
			(SELECT received_at FROM due ORDER BY id LIMIT 1)`, botID)
}

package world

// The plugin as a process and as an owner of bots.

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/lib/pq" // the driver "postgres"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// Lease is who works for a bot. REST does not tell that, so it is read from msgbot's table.
type Lease struct {
	// Node names a plugin process, anew at each start; empty while nobody has the lease.
	Node string
	// Epoch counts takeovers.
	Epoch int64
	// Valid is false once the lease has run out.
	Valid bool
}

// Owner returns the lease of a bot.
func (w *World) Owner(ctx context.Context, botID string) (Lease, error) {
	var lease Lease
	db, err := sql.Open("postgres", w.Server.DSN())
	if err != nil {
		return lease, errors.Wrap(err, "opening the database")
	}
	defer func() { _ = db.Close() }()
	err = db.QueryRowContext(ctx, `SELECT node, epoch, expires_at > now() FROM msgbot_leases WHERE bot_id = $1`, botID).
		Scan(&lease.Node, &lease.Epoch, &lease.Valid)
	return lease, errors.Wrap(err, "reading a lease")
}

// AwaitOwned waits until some node works for each of the bots.
func (w *World) AwaitOwned(ctx context.Context, bots ...*Bot) error {
	for _, bot := range bots {
		err := lab.Eventually(ctx, "an owner of the "+bot.Kind+" bot", func() (bool, error) {
			lease, err := w.Owner(ctx, bot.ID)
			return lease.Valid && lease.Node != "", err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AwaitHealthy waits until each of the bots is owned and no check of it says error. (A warning is right in a world: its
// encryption key is the database's own.)
func (w *World) AwaitHealthy(ctx context.Context, bots ...*Bot) error {
	if err := w.AwaitOwned(ctx, bots...); err != nil {
		return err
	}
	for _, bot := range bots {
		err := lab.Eventually(ctx, "the health of the "+bot.Kind+" bot", func() (bool, error) {
			health, err := w.Plugin.Health(ctx, bot.ID)
			if err != nil {
				return false, err
			}
			for _, check := range health.Checks {
				if check.State == "error" {
					return false, errors.Errorf("%s: %s", check.Name, check.Detail)
				}
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AwaitIdle waits until nothing waits in any bot's inbox or outbox, at the messengers, or on its way there.
func (w *World) AwaitIdle(ctx context.Context) error {
	if err := w.TelegramCloud.AwaitDelivered(ctx); err != nil {
		return err
	}
	if err := w.ViberCloud.AwaitDelivered(ctx); err != nil {
		return err
	}
	return lab.Eventually(ctx, "empty queues", func() (bool, error) {
		list, err := w.Plugin.Status(ctx)
		if err != nil {
			return false, err
		}
		for _, s := range list {
			if s.Inbox+s.Outbox > 0 {
				return false, errors.Errorf("%s: %d in the inbox, %d in the outbox", s.Kind, s.Inbox, s.Outbox)
			}
		}
		return true, nil
	})
}

// PluginRSS is the resident memory in bytes of the plugin's process on a node.
func PluginRSS(ctx context.Context, node *lab.Server) (int64, error) {
	pids, err := node.PluginPIDs(PluginID)
	if err != nil {
		return 0, err
	}
	if len(pids) != 1 {
		return 0, errors.Errorf("%d processes of the plugin run, not one", len(pids))
	}
	kilobytes, err := residentKB(ctx, pids[0])
	return kilobytes * 1024, errors.Wrap(err, "the plugin's memory")
}

// residentKB reads /proc (Linux), or asks ps where there is none.
func residentKB(ctx context.Context, pid int) (int64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if errors.Is(err, os.ErrNotExist) {
		output, err := exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
		if err != nil {
			return 0, err
		}
		return strconv.ParseInt(strings.TrimSpace(string(output)), 10, 64)
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
		}
	}
	return 0, errors.New("the system does not tell it")
}

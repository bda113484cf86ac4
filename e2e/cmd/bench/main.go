// Command bench measures msgbot beside the platform's own limit, in one run on one machine: ratios that mean the same
// everywhere, and a few times. Each result stands on a line of its own.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

const (
	// conversations is how many customers write at once.
	conversations = 24
	// repeats is how often each comparison is made, both sides in turn; the median of the ratios is the result.
	repeats = 5
	// rounds is how many messages each conversation gets in one repeat.
	rounds = 40
	// each is how many posts each caller writes into a channel without bots in one repeat.
	each = 150
)

func main() {
	only := flag.String("only", "", "one of: rest, drain, sustained, other, acks, added, outbound, files; empty is all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what is wanted. Files come first, in a world of their own.
func run(ctx context.Context, only string) error {
	if only == "" || only == "files" {
		if err := measureFiles(ctx); err != nil {
			return errors.Wrap(err, "files")
		}
	}
	if only == "files" {
		return nil
	}
	return runOthers(ctx, only)
}

func runOthers(ctx context.Context, only string) error {
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer func() {
		_ = b.db.Close()
		_ = b.world.Close()
	}()
	for _, m := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"rest", b.measureRest}, {"added", b.measureAdded}, {"outbound", b.measureOutbound}, {"acks", b.measureAcks},
		{"drain", b.measureDrain}, {"sustained", b.measureSustained}, {"other", b.measureOther},
	} {
		if only != "" && only != m.name {
			continue
		}
		if err := m.measure(ctx); err != nil {
			return errors.Wrap(err, m.name)
		}
	}
	return nil
}

// newBench brings up a world with one Telegram bot and customers who have written once.
func newBench(ctx context.Context) (*bench, error) {
	w, err := world.Start(ctx, world.Options{})
	if err != nil {
		return nil, err
	}
	b := &bench{world: w}
	if b.bot, err = w.Telegram(ctx, world.Webhook); err != nil {
		return b, err
	}
	if b.db, err = sql.Open("postgres", w.Server.DSN()); err != nil {
		return b, errors.WithStack(err)
	}
	if b.platform, err = newPlatform(ctx, w); err != nil {
		return b, err
	}
	return b, b.renew(ctx)
}

// renew gives both sides new threads: a reply costs more in a longer one, so that only equal lengths can be compared.
func (b *bench) renew(ctx context.Context) error {
	b.customers = nil
	for range conversations {
		b.made++
		c := b.bot.NewCustomer("Customer " + strconv.Itoa(b.made))
		c.Says("hello")
		if _, err := b.world.AwaitConversation(ctx, c); err != nil {
			return err
		}
		b.customers = append(b.customers, c)
	}
	return b.platform.renew(ctx, conversations)
}

// say prints what explains the results.
func say(format string, args ...any) { fmt.Printf("  "+format+"\n", args...) }

func (b *bench) measureRest(ctx context.Context) error {
	select {
	case <-time.After(5 * time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	bytes, err := world.PluginRSS(ctx, b.world.Server)
	if err == nil {
		fmt.Printf("mb plugin-rss-rest %.0f\n", float64(bytes)/(1<<20))
	}
	return err
}

func (b *bench) measureAdded(ctx context.Context) error {
	added, err := b.inboundAdded(ctx, 100)
	if err == nil {
		fmt.Printf("ms inbound-added-p50 %.1f\n", added)
	}
	return err
}

func (b *bench) measureOutbound(ctx context.Context) error {
	times, err := b.outbound(ctx, 60)
	if err == nil {
		fmt.Printf("ms outbound-p50 %.1f\n", quantile(times, 0.5))
	}
	return err
}

func (b *bench) measureAcks(ctx context.Context) error {
	times, err := b.acks(ctx, 100, 10)
	if err == nil {
		say("webhook calls: %d, p50 %.1f ms", len(times), quantile(times, 0.5))
		fmt.Printf("ms webhook-ack-p99 %.1f\n", quantile(times, 0.99))
	}
	return err
}

func (b *bench) measureDrain(ctx context.Context) error {
	return b.compare(ctx, "inbound-drain", b.drain)
}

func (b *bench) measureSustained(ctx context.Context) error {
	return b.compare(ctx, "inbound-sustained", b.sustained)
}

// compare puts msgbot's posts/s beside the platform's, in turn.
func (b *bench) compare(ctx context.Context, name string, ours func(context.Context, int) (float64, error)) error {
	if err := b.renew(ctx); err != nil {
		return err
	}
	var ratios []float64
	for range repeats {
		limit, err := b.limit(ctx, rounds)
		if err != nil {
			return err
		}
		rate, err := ours(ctx, rounds)
		if err != nil {
			return err
		}
		say("%s: platform %.0f posts/s, msgbot %.0f posts/s", name, limit, rate)
		ratios = append(ratios, rate/limit)
	}
	fmt.Printf("ratio %s %.2f\n", name, quantile(ratios, 0.5))
	return nil
}

// measureOther compares a channel without bots with the plugin on and off, in turn.
func (b *bench) measureOther(ctx context.Context) error {
	channel, err := b.world.CreatePrivateChannel(ctx, "bench-other")
	if err != nil {
		return err
	}
	if _, err = b.otherChannel(ctx, channel.Id, each); err != nil { // warms the server up
		return err
	}
	var ratios []float64
	for range 2 * repeats {
		on, err := b.otherChannel(ctx, channel.Id, each)
		if err != nil {
			return err
		}
		if err = b.world.Admin.DisablePlugin(ctx, world.PluginID); err != nil {
			return err
		}
		off, err := b.otherChannel(ctx, channel.Id, each)
		if err != nil {
			return err
		}
		if err = b.world.Admin.EnablePlugin(ctx, world.PluginID); err != nil {
			return err
		}
		say("other-channels: on %.0f posts/s, off %.0f posts/s", on, off)
		ratios = append(ratios, on/off)
	}
	fmt.Printf("ratio other-channels %.2f\n", quantile(ratios, 0.5))
	return nil
}

var lastID atomic.Int64

// rawID is a number no other update of this run has.
func rawID() string { return strconv.FormatInt(900000000+lastID.Add(1), 10) }

// update is a customer's message as Telegram sends it, with the lane it belongs to.
func (b *bench) update(c *world.Customer) (raw []byte, chat string) {
	id := c.AtTelegram.ID
	chat = strconv.FormatInt(id, 10)
	person := map[string]any{"id": id, "first_name": c.AtTelegram.FirstName, "last_name": c.AtTelegram.LastName, "language_code": c.AtTelegram.Language}
	raw, _ = json.Marshal(map[string]any{"update_id": 1, "message": map[string]any{
		"message_id": 1000000 + lastID.Add(1), "date": time.Now().Unix(), "text": text, "from": person,
		"chat": map[string]any{"id": id, "type": "private", "first_name": c.AtTelegram.FirstName, "last_name": c.AtTelegram.LastName},
	}})
	return raw, chat
}

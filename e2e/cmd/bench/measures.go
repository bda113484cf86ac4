// The measurements. Rates are read from the posts' own times in the database, the same way for both sides.

package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"

	_ "github.com/lib/pq" // the driver
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// bench is a world with one bot, its customers, and the platform's limit beside it.
type bench struct {
	world     *world.World
	bot       *world.Bot
	customers []*world.Customer
	// made counts the customers of all measurements.
	made     int
	platform *platform
	db       *sql.DB
}

// rate is how many posts per second came into a channel since, by their createat: from the first to the last.
func (b *bench) rate(ctx context.Context, channelID string, since int64, want int) (float64, error) {
	var n int
	var first, last int64
	err := b.db.QueryRowContext(ctx, `SELECT count(*), coalesce(min(createat), 0), coalesce(max(createat), 0) FROM posts
		WHERE channelid = $1 AND createat >= $2 AND rootid <> ''`, channelID, since).Scan(&n, &first, &last)
	if err != nil {
		return 0, errors.WithStack(err)
	}
	if n != want || last == first {
		return 0, errors.Errorf("%d posts came instead of %d", n, want)
	}
	return float64(n-1) * 1000 / float64(last-first), nil
}

// await waits until a channel got that many replies since.
func (b *bench) await(ctx context.Context, channelID string, since int64, want int) error {
	return lab.Eventually(ctx, fmt.Sprintf("%d posts", want), func() (bool, error) {
		var n int
		err := b.db.QueryRowContext(ctx, `SELECT count(*) FROM posts WHERE channelid = $1 AND createat >= $2 AND rootid <> ''`,
			channelID, since).Scan(&n)
		return n >= want, err
	})
}

// limit is the platform's posts/s with as many callers as msgbot has lanes.
func (b *bench) limit(ctx context.Context, rounds int) (float64, error) {
	since := time.Now().UnixMilli()
	times, err := b.platform.create(ctx, callers, rounds, len(b.platform.roots))
	if err != nil {
		return 0, err
	}
	return b.rate(ctx, b.platform.channel.Id, since, len(times))
}

// drain fills the inbox at once, as after a downtime, and measures how fast it is worked off.
func (b *bench) drain(ctx context.Context, rounds int) (float64, error) {
	since := time.Now().UnixMilli()
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, errors.WithStack(err)
	}
	defer func() { _ = tx.Rollback() }()
	for range rounds {
		for _, c := range b.customers {
			raw, chat := b.update(c)
			if _, err = tx.ExecContext(ctx, `INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state) VALUES ($1, $2, $3, $4, 'waiting')`,
				b.bot.ID, "bench"+rawID(), chat, raw); err != nil {
				return 0, errors.WithStack(err)
			}
		}
	}
	if err = tx.Commit(); err != nil {
		return 0, errors.WithStack(err)
	}
	want := rounds * len(b.customers)
	if err = b.await(ctx, b.world.Inbox.Id, since, want); err != nil {
		return 0, err
	}
	return b.rate(ctx, b.world.Inbox.Id, since, want)
}

// sustained lets all customers write as fast as the webhook takes it.
func (b *bench) sustained(ctx context.Context, rounds int) (float64, error) {
	since := time.Now().UnixMilli()
	for range rounds {
		for _, c := range b.customers {
			c.Says(text)
		}
	}
	want := rounds * len(b.customers)
	if err := b.await(ctx, b.world.Inbox.Id, since, want); err != nil {
		return 0, err
	}
	return b.rate(ctx, b.world.Inbox.Id, since, want)
}

// otherChannel is posts/s through REST in a channel that has no bot.
func (b *bench) otherChannel(ctx context.Context, channelID string, each int) (float64, error) {
	began := time.Now()
	var all sync.WaitGroup
	failures := make(chan error, callers)
	for range callers {
		all.Go(func() {
			for range each {
				if _, err := b.world.Admin.Post(ctx, channelID, text); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-failures:
		return 0, err
	default:
		return float64(callers*each) / time.Since(began).Seconds(), nil
	}
}

// acks lets customers write at a fixed rate and returns how long each webhook call took, in milliseconds.
func (b *bench) acks(ctx context.Context, perSecond, seconds int) ([]float64, error) {
	began := time.Now()
	ticker := time.NewTicker(time.Second / time.Duration(perSecond))
	defer ticker.Stop()
	for i := range perSecond * seconds {
		<-ticker.C
		b.customers[i%len(b.customers)].Says(text)
	}
	if err := b.bot.AtTelegram.AwaitDelivered(ctx); err != nil {
		return nil, err
	}
	var times []float64
	for _, r := range b.world.TelegramCloud.Journal() {
		if r.Direction == telegramtest.ToWebhook && r.At.After(began) {
			times = append(times, float64(r.Duration.Microseconds())/1000)
		}
	}
	return times, b.world.AwaitIdle(ctx)
}

// inboundAdded sends one message at a time and returns the median time from the webhook call to the post's own time, less
// the same for a bare CreatePost: what msgbot adds, in milliseconds.
func (b *bench) inboundAdded(ctx context.Context, n int) (float64, error) {
	var ours, bare []float64
	for i := range n {
		c := b.customers[i%len(b.customers)]
		mark := fmt.Sprintf("added %d", i)
		sent := time.Now()
		c.Says(mark)
		post, err := b.world.AwaitInbound(ctx, c, mark)
		if err != nil {
			return 0, err
		}
		ours = append(ours, float64(time.UnixMilli(post.CreateAt).Sub(sent).Microseconds())/1000)
		one, err := b.platform.create(ctx, 1, 1, 1)
		if err != nil {
			return 0, err
		}
		bare = append(bare, one...)
	}
	say("inbound: %.1f ms to the post, a bare CreatePost %.1f ms", quantile(ours, 0.5), quantile(bare, 0.5))
	return quantile(ours, 0.5) - quantile(bare, 0.5), nil
}

// outbound answers one customer at a time and returns the time from the post to the call at the messenger, the settle
// time apart, in milliseconds.
func (b *bench) outbound(ctx context.Context, n int) ([]float64, error) {
	var times []float64
	for i := range n {
		c := b.customers[i%len(b.customers)]
		conversation, err := b.world.AwaitConversation(ctx, c)
		if err != nil {
			return nil, err
		}
		mark := fmt.Sprintf("answer %d", i)
		post, err := b.world.Agents[0].Reply(ctx, conversation.ChannelID, conversation.RootPostID, mark)
		if err != nil {
			return nil, err
		}
		line, err := c.AwaitReceived(ctx, mark)
		if err != nil {
			return nil, err
		}
		times = append(times, float64((line.At.Sub(time.UnixMilli(post.CreateAt))-relay.Settle).Microseconds())/1000)
	}
	return times, nil
}

// quantile of unsorted values; 0.5 is the median.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

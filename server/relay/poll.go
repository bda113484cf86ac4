// Polling: updates that the messenger does not bring by itself.

package relay

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// pollWait is how long the messenger may hold a poll open.
const pollWait = 25 * time.Second

// keepPolling asks the messenger for updates when the bot's mode is polling.
func (w *worker) keepPolling(ctx context.Context) {
	for ctx.Err() == nil {
		pause := pollEvery
		guard(w.meter, w.log, "poll", func() { pause = w.poll(ctx) })
		sleep(ctx, pause)
	}
}

// poll asks once. The offset moves only together with the stored updates.
func (w *worker) poll(ctx context.Context) time.Duration {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok || bot.Mode != messenger.Polling {
		return pollEvery
	}
	m, err := w.bots.Messenger(w.lease.BotID)
	if err != nil {
		return time.Minute
	}
	poller, ok := m.(messenger.Poller)
	if !ok {
		return time.Minute
	}
	offset, err := w.store.PollOffset(ctx, w.lease.BotID)
	if err != nil {
		return pollEvery
	}
	began := time.Now()
	call, cancel := context.WithTimeout(ctx, pollWait+sendTimeout)
	defer cancel()
	delivery, next, err := poller.Poll(call, offset, pollWait)
	if err != nil {
		if ctx.Err() != nil {
			return 0
		}
		failure := messenger.AsError(err)
		w.bots.Polled(w.lease.BotID, failure)
		return pollPause(failure)
	}
	w.bots.Polled(w.lease.BotID, nil)
	for reason, n := range delivery.Dropped {
		for range n {
			w.meter.Inbound(bot.Kind, string(InboxDropped), reason)
		}
	}
	if next == offset && len(delivery.Updates) == 0 {
		return max(0, pollEvery-time.Since(began)) // a server that does not hold polls open must not be hammered
	}
	if _, err := w.store.AddPolled(ctx, w.lease, delivery.Updates, next); err != nil {
		w.warn(ctx, "Polled updates cannot be stored", err)
		return pollEvery
	}
	w.in.lanes.Wake()
	return 0
}

// pollPause is how long to wait after a failed poll: a conflict or a refused token does not mend itself soon.
func pollPause(f *messenger.Error) time.Duration {
	switch f.Class {
	case messenger.RetryAfter:
		return f.After
	case messenger.Conflict, messenger.Unauthorized:
		return 30 * time.Second
	}
	return 5 * time.Second
}

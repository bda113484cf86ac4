// The worker of one bot: everything its owner does for it, from getting the lease to losing it.

package relay

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// worker owns one bot.
type worker struct {
	lease Lease
	store Store
	desk  Desk
	bots  Messengers
	autos Arbiters
	meter Meter
	log   Logger
	rules func() Rules

	in    *inbound
	out   *outbound
	calls *calls
	scan  *scan
	tell  chan struct{}
	stop  context.CancelFunc
	done  chan struct{}
}

// newWorker starts to work for the lease's bot until Stop.
func newWorker(o Options, l Lease) *worker {
	w := &worker{
		lease: l, store: o.Store, desk: o.Desk, bots: o.Messengers, autos: o.Arbiters, meter: o.Meter, log: o.Log, rules: o.Rules,
		tell: make(chan struct{}, 1), done: make(chan struct{}),
	}
	w.in = w.newInbound()
	w.out = w.newOutbound(w.rates(o), w.Tell)
	w.calls = w.newCalls()
	w.in.said = func() { w.out.lanes.Wake(); w.calls.lanes.Wake() }
	w.scan = w.newScan(func() { w.out.lanes.Wake(); w.Tell() })
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go w.run(ctx)
	return w
}

func (w *worker) rates(o Options) messenger.Rates {
	if o.Rates != nil {
		return *o.Rates
	}
	m, err := w.bots.Messenger(w.lease.BotID)
	if err != nil {
		return messenger.Rates{}
	}
	return m.Capabilities().Rates
}

// Tell asks for notices and cards soon. It never blocks.
func (w *worker) Tell() {
	select {
	case w.tell <- struct{}{}:
	default:
	}
}

// Wake says that something happened to the bot that needs work in either direction.
func (w *worker) Wake() {
	w.in.lanes.Release()
	w.scan.Wake()
	w.out.lanes.Release()
	w.Tell()
}

// Stop ends the work; what was begun is finished first.
func (w *worker) Stop() {
	w.stop()
	<-w.done
}

func (w *worker) run(ctx context.Context) {
	defer close(w.done)
	for ctx.Err() == nil {
		_, sends := w.store.LoseSends(ctx, w.lease)
		_, calls := w.store.LoseCalls(ctx, w.lease)
		if sends == nil && calls == nil {
			break
		}
		sleep(ctx, pollEvery)
	}
	var all sync.WaitGroup
	for _, loop := range []func(context.Context){w.in.Run, w.out.lanes.Run, w.calls.lanes.Run, w.scan.Run, w.keepTold, w.keepTimers, w.keepPolling, w.keepPurged, w.out.keepSwept} {
		all.Go(func() { loop(ctx) })
	}
	all.Wait()
}

// lasting tells whether a post will not be accepted at a later try either.
func lasting(err error) bool {
	return errors.Is(err, ErrThreadGone) || errors.Is(err, ErrChannelGone) || errors.Is(err, ErrRefused)
}

func (w *worker) warn(ctx context.Context, msg string, err error) {
	if ctx.Err() == nil {
		w.log.Warn(msg, "bot_id", w.lease.BotID, "error", err.Error())
	}
}

// guard runs f and counts a panic instead of dying of it.
func guard(m Meter, log Logger, where string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			m.Panic(where)
			log.Error("A panic", "where", where, "stack", string(debug.Stack()))
		}
	}()
	f()
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

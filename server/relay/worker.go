// The worker of one bot: everything its owner does for it, from getting the lease to losing it.

package relay

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// tellEvery is the pause between two looks for notices and cards that are due, when nothing wakes them.
	tellEvery = time.Second
	// cardRest is the least time between two updates of one card: Mattermost keeps a full copy at every update.
	cardRest  = 5 * time.Second
	tellBatch = 20
	// keepPayloads is how long the payloads of finished inbox rows are kept.
	keepPayloads = 48 * time.Hour
	purgeEvery   = time.Hour
	// pollWait is how long the messenger may hold a poll open.
	pollWait = 25 * time.Second
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

// keepTold shows notices and updates cards that are due.
func (w *worker) keepTold(ctx context.Context) {
	for ctx.Err() == nil {
		guard(w.meter, w.log, "tell", func() {
			w.showNotices(ctx)
			w.updateCards(ctx)
		})
		select {
		case <-ctx.Done():
		case <-w.tell:
		case <-time.After(tellEvery):
		}
	}
}

// keepTimers brings timers that ran out into their lanes, takes buttons away where a person answers now, and shows what was
// answered past the thread.
func (w *worker) keepTimers(ctx context.Context) {
	for ctx.Err() == nil {
		guard(w.meter, w.log, "timers", func() {
			if n, err := w.store.RaiseTimers(ctx, w.lease); err != nil {
				w.warn(ctx, "The timers cannot be read", err)
			} else if n > 0 {
				w.in.lanes.Wake()
			}
			w.dropKeyboards(ctx)
			w.showAnswers(ctx)
		})
		sleep(ctx, tellEvery)
	}
}

func (w *worker) dropKeyboards(ctx context.Context) {
	if bot, ok := w.bots.Known(w.lease.BotID); !ok || bot.Settings.KeepKeyboard {
		return
	}
	if n, err := w.store.DropKeyboards(ctx, w.lease); err != nil {
		w.warn(ctx, "The keyboards cannot be read", err)
	} else if n > 0 {
		w.out.lanes.Wake()
	}
}

// showAnswers shows what customers were answered past their open threads: a welcome that the messenger took at once.
func (w *worker) showAnswers(ctx context.Context) {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok {
		return
	}
	rows, err := w.store.UnshownLately(ctx, w.lease.BotID)
	for _, row := range rows {
		var c conversation.Conversation
		if c, err = w.store.Conversation(ctx, row.ConversationID); err == nil {
			err = showAuto(ctx, w.desk, w.store, bot, c, row)
		}
	}
	if err != nil {
		w.warn(ctx, "An automatic message cannot be shown", err)
	}
}

func (w *worker) showNotices(ctx context.Context) {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok {
		return
	}
	due, err := w.store.DueNotices(ctx, w.lease.BotID, tellBatch)
	if err != nil {
		w.warn(ctx, "The notices cannot be read", err)
		return
	}
	for _, n := range due {
		if err := w.desk.ShowNotice(ctx, bot, n); err != nil {
			w.warn(ctx, "A notice cannot be shown", err)
			continue
		}
		if err := w.store.NoticeShown(ctx, n.Row.ID, n.Row.Attempt); err != nil {
			w.warn(ctx, "A notice cannot be recorded", err)
		}
	}
}

func (w *worker) updateCards(ctx context.Context) {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok {
		return
	}
	due, err := w.store.DueCards(ctx, w.lease.BotID, cardRest, tellBatch)
	if err != nil {
		w.warn(ctx, "The cards cannot be read", err)
		return
	}
	for _, d := range due {
		if err := w.desk.UpdateCard(ctx, bot, d.Conversation); err != nil && !lasting(err) {
			w.warn(ctx, "A card cannot be updated", err)
			continue
		}
		if err := w.store.CardShown(ctx, d.Conversation.ID, d.Version); err != nil {
			w.warn(ctx, "A card cannot be recorded", err)
		}
	}
}

// lasting tells whether a post will not be accepted at a later try either.
func lasting(err error) bool {
	return errors.Is(err, ErrThreadGone) || errors.Is(err, ErrChannelGone) || errors.Is(err, ErrRefused)
}

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

// keepPurged removes what is no longer needed and closes what nobody writes in any more.
func (w *worker) keepPurged(ctx context.Context) {
	for ctx.Err() == nil {
		guard(w.meter, w.log, "purge", func() { w.purge(ctx) })
		sleep(ctx, purgeEvery)
	}
}

func (w *worker) purge(ctx context.Context) {
	if err := w.store.PurgeInbox(ctx, w.lease, time.Now().Add(-keepPayloads)); err != nil {
		w.warn(ctx, "Old payloads cannot be purged", err)
	}
	days := w.rules().AutoCloseDays
	if days == 0 {
		return
	}
	if _, err := w.store.CloseIdle(ctx, w.lease, time.Now().AddDate(0, 0, -days)); err != nil {
		w.warn(ctx, "Idle conversations cannot be closed", err)
	}
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

// Lanes: work in order within a key, in parallel across keys, bounded.

package relay

import (
	"context"
	"sync"
	"time"
)

// pollEvery is the safety net for a wake that was lost between nodes.
const pollEvery = time.Second

// laneBatch is how many rows are fetched at once.
const laneBatch = 128

// laneWork is what lanes work off: rows of one queue of one bot.
type laneWork[T any] struct {
	// fetch returns waiting rows in their order, without those of busy keys.
	fetch func(ctx context.Context, busy []string, limit int) ([]T, error)
	key   func(T) string
	// run works off rows of one key in their order. A pause holds the key back; the rows it left are fetched again.
	run func(ctx context.Context, key string, rows []T) (pause time.Duration)
	// failed is told that a fetch failed.
	failed func(error)
}

// lanes runs laneWork with at most width keys at a time.
type lanes[T any] struct {
	work  laneWork[T]
	width int
	wake  chan struct{}

	mu      sync.Mutex
	running map[string]bool
	paused  map[string]time.Time
	ready   []lane[T]
	// all holds every key back until then: the whole bot was told to wait.
	all time.Time
	wg  sync.WaitGroup
}

type lane[T any] struct {
	key  string
	rows []T
}

func newLanes[T any](width int, work laneWork[T]) *lanes[T] {
	return &lanes[T]{
		work: work, width: width, wake: make(chan struct{}, 1),
		running: map[string]bool{}, paused: map[string]time.Time{},
	}
}

// Wake says that there may be work. It never blocks.
func (l *lanes[T]) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Release ends the pause of every key: a person asked for something to be tried now.
func (l *lanes[T]) Release() {
	l.mu.Lock()
	clear(l.paused)
	l.mu.Unlock()
	l.Wake()
}

// HoldAll keeps every key from starting for d.
func (l *lanes[T]) HoldAll(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.all) {
		l.all = until
	}
}

// Run dispatches until ctx ends, and returns when every lane has stopped.
func (l *lanes[T]) Run(ctx context.Context) {
	defer l.wg.Wait()
	for ctx.Err() == nil {
		l.fill(ctx)
		l.start(ctx)
		timer := time.NewTimer(l.untilNext())
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// fill fetches rows of keys that are neither running nor ready nor paused, when lanes are free for them.
func (l *lanes[T]) fill(ctx context.Context) {
	l.mu.Lock()
	idle := l.width - len(l.running) - len(l.ready)
	held := time.Now().Before(l.all)
	busy := l.busy()
	l.mu.Unlock()
	if idle <= 0 || held {
		return
	}
	rows, err := l.work.fetch(ctx, busy, laneBatch)
	if err != nil {
		if ctx.Err() == nil {
			l.work.failed(err)
		}
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	index := map[string]int{}
	for _, row := range rows {
		key := l.work.key(row)
		i, ok := index[key]
		if !ok {
			i = len(l.ready)
			index[key] = i
			l.ready = append(l.ready, lane[T]{key: key})
		}
		l.ready[i].rows = append(l.ready[i].rows, row)
	}
	if len(rows) == laneBatch && len(l.running)+len(l.ready) < l.width {
		l.Wake() // one busy key filled the batch: others may wait behind it
	}
}

// busy lists the keys that must not be fetched, and forgets pauses that are over. The caller holds mu.
func (l *lanes[T]) busy() []string {
	busy := make([]string, 0, len(l.running)+len(l.ready)+len(l.paused))
	for key := range l.running {
		busy = append(busy, key)
	}
	for _, r := range l.ready {
		busy = append(busy, r.key)
	}
	now := time.Now()
	for key, until := range l.paused {
		if now.Before(until) {
			busy = append(busy, key)
		} else {
			delete(l.paused, key)
		}
	}
	return busy
}

// start gives ready keys to free lanes.
func (l *lanes[T]) start(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.ready) > 0 && len(l.running) < l.width && !time.Now().Before(l.all) {
		next := l.ready[0]
		l.ready = l.ready[1:]
		l.running[next.key] = true
		l.wg.Add(1)
		go l.runOne(ctx, next)
	}
}

func (l *lanes[T]) runOne(ctx context.Context, next lane[T]) {
	defer l.wg.Done()
	pause := l.work.run(ctx, next.key, next.rows)
	l.mu.Lock()
	delete(l.running, next.key)
	if pause > 0 {
		l.paused[next.key] = time.Now().Add(pause)
	}
	l.mu.Unlock()
	l.Wake()
}

// untilNext is the time to the next moment that needs no wake: a poll, or the end of a pause.
func (l *lanes[T]) untilNext() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := pollEvery
	now := time.Now()
	for _, until := range l.paused {
		wait = min(wait, until.Sub(now))
	}
	if now.Before(l.all) {
		wait = min(wait, l.all.Sub(now))
	}
	return max(wait, time.Millisecond)
}

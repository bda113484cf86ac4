// The relay of one node: which bots it owns, and the way in for updates.

package relay

import (
	"context"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// leaseTime is how long a lease lasts without renewal.
	leaseTime = 15 * time.Second
	// beatEvery is how often it is renewed.
	beatEvery = 5 * time.Second
	// leaseSafety is when an owner that could not renew stops by itself, before another may begin.
	leaseSafety = 11 * time.Second
	// lookEvery is how often a node looks for bots that nobody owns.
	lookEvery = time.Second
)

// Options are what a Relay is made from.
type Options struct {
	// Node is this process's name among the nodes, different at every start.
	Node       string
	Store      Store
	Desk       Desk
	Messengers Messengers
	Arbiters   Arbiters
	Meter      Meter
	Log        Logger
	// Rules are read at each use.
	Rules func() Rules
	// Announce tells the other nodes that a bot has work; may be nil.
	Announce func(botID string)
	// Rates replace the messengers' own where tests set theirs; nil for the messengers'.
	Rates *messenger.Rates
}

// Relay works for the bots that this node owns.
type Relay struct {
	o Options

	mu      sync.Mutex
	workers map[string]*worker
	// stopping holds bots whose worker is finishing what it began; no other starts for them meanwhile.
	stopping map[string]bool
	ending   sync.WaitGroup
	renewed  time.Time
}

// New returns a relay that owns nothing until Run.
func New(o Options) *Relay {
	if o.Announce == nil {
		o.Announce = func(string) {}
	}
	return &Relay{o: o, workers: map[string]*worker{}, stopping: map[string]bool{}}
}

// Accept stores what a messenger delivered, once each, and wakes the owner. After nil the messenger may be told so.
// It returns how many updates were new.
func (r *Relay) Accept(ctx context.Context, botID string, d messenger.Delivery) (int, error) {
	kind := messenger.Kind("")
	if bot, ok := r.o.Messengers.Known(botID); ok {
		kind = bot.Kind
	}
	for reason, n := range d.Dropped {
		for range n {
			r.o.Meter.Inbound(kind, string(InboxDropped), reason)
		}
	}
	if len(d.Updates) == 0 {
		return 0, nil
	}
	added, err := r.o.Store.AddUpdates(ctx, botID, d.Updates)
	if err != nil {
		return 0, err
	}
	for range len(d.Updates) - added {
		r.o.Meter.Inbound(kind, string(InboxDropped), "duplicate")
	}
	if added > 0 && !r.wakeInbound(botID) {
		r.o.Announce(botID)
	}
	return added, nil
}

func (r *Relay) wakeInbound(botID string) bool {
	w := r.worker(botID)
	if w != nil {
		w.in.lanes.Wake()
	}
	return w != nil
}

// Wake says that something about a bot changed; the owner looks at once, wherever it is.
func (r *Relay) Wake(botID string) {
	if !r.WakeLocal(botID) {
		r.o.Announce(botID)
	}
}

// WakeLocal does the same when this node is the owner, and tells whether it is.
func (r *Relay) WakeLocal(botID string) bool {
	w := r.worker(botID)
	if w != nil {
		w.Wake()
	}
	return w != nil
}

// Posted is the hint of a hook: an agent wrote in a channel of these bots. It never blocks.
func (r *Relay) Posted(botIDs []string) {
	for _, id := range botIDs {
		if w := r.worker(id); w != nil {
			w.scan.Wake()
		} else {
			r.o.Announce(id)
		}
	}
}

// Owns tells which bots this node works for now.
func (r *Relay) Owns() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]string, 0, len(r.workers))
	for id := range r.workers {
		ids = append(ids, id)
	}
	return ids
}

func (r *Relay) worker(botID string) *worker {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.workers[botID]
}

// Run keeps the leases and the workers until ctx ends, then finishes what was begun and gives the leases up.
func (r *Relay) Run(ctx context.Context) {
	for ctx.Err() == nil {
		guard(r.o.Meter, r.o.Log, "leases", func() { r.tick(ctx) })
		sleep(ctx, lookEvery)
	}
	r.adopt(nil)
	r.ending.Wait()
	leave, cancel := context.WithTimeout(context.Background(), factTimeout)
	defer cancel()
	if err := r.o.Store.Leave(leave, r.o.Node); err != nil {
		r.o.Log.Warn("The leases could not be given up", "error", err.Error())
	}
}

// tick renews when it is time, takes over what nobody owns, and stops what could not be renewed.
func (r *Relay) tick(ctx context.Context) {
	due := time.Since(r.renewed) >= beatEvery
	if !due {
		claimable, err := r.o.Store.Claimable(ctx)
		due = err == nil && claimable
	}
	if due {
		if err := r.beat(ctx); err != nil && ctx.Err() == nil {
			r.o.Log.Warn("The leases could not be renewed", "error", err.Error())
		}
	}
	if time.Since(r.renewed) > leaseSafety {
		r.adopt(nil)
		return
	}
	r.dropRemoved()
}

// dropRemoved stops the workers of bots that were removed.
func (r *Relay) dropRemoved() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, w := range r.workers {
		if _, known := r.o.Messengers.Known(id); !known {
			r.stop(id, w)
		}
	}
}

// stop ends a worker in the background. The caller holds mu.
func (r *Relay) stop(id string, w *worker) {
	delete(r.workers, id)
	r.stopping[id] = true
	r.ending.Go(func() { r.end(w) })
}

// beat renews only after a host call proved that the server behind this plugin is alive: an orphan must not go on.
func (r *Relay) beat(ctx context.Context) error {
	if !r.o.Desk.Alive() {
		return errors.New("the server does not answer")
	}
	began := time.Now()
	held, share, err := r.o.Store.Beat(ctx, r.o.Node, leaseTime)
	if err != nil {
		return err
	}
	r.renewed = began
	r.adopt(held[:min(share, len(held))])
	for _, l := range held[min(share, len(held)):] {
		if r.idle(l.BotID) {
			if err := r.o.Store.Release(ctx, r.o.Node, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// idle tells whether nothing works for the bot here: a lease on it is of no use.
func (r *Relay) idle(botID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.workers[botID] == nil && !r.stopping[botID]
}

// adopt makes the workers those of the given leases. Others stop in the background, finishing what they began, and then
// give up their lease if it still is theirs: the beat must not wait for them.
func (r *Relay) adopt(leases []Lease) {
	keep := map[string]Lease{}
	for _, l := range leases {
		keep[l.BotID] = l
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, w := range r.workers {
		if keep[id] == w.lease {
			continue
		}
		r.stop(id, w)
	}
	for id, l := range keep {
		if _, known := r.o.Messengers.Known(id); known && r.workers[id] == nil && !r.stopping[id] {
			r.workers[id] = newWorker(r.o, l)
		}
	}
}

func (r *Relay) end(w *worker) {
	w.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), factTimeout)
	defer cancel()
	if err := r.o.Store.Release(ctx, r.o.Node, w.lease); err != nil {
		r.o.Log.Warn("A lease could not be given up", "bot_id", w.lease.BotID, "error", err.Error())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.stopping, w.lease.BotID)
}

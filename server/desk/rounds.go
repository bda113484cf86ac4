// Looks that must begin after something, shared by all who wait for one.

package desk

import "sync"

// rounds makes one look at a time for each key. Who asks gets the answer of a look that began after he asked: a host call
// for each post would cost a quarter of all that can be posted (measured with make bench).
type rounds[V any] struct {
	mu      sync.Mutex
	next    map[string]*round[V]
	running map[string]bool
}

type round[V any] struct {
	done  chan struct{}
	value V
	err   error
}

func newRounds[V any]() *rounds[V] {
	return &rounds[V]{next: map[string]*round[V]{}, running: map[string]bool{}}
}

// after returns what load says at a look that begins after this call.
func (r *rounds[V]) after(key string, load func(string) (V, error)) (V, error) {
	r.mu.Lock()
	mine := r.next[key]
	if mine == nil {
		mine = &round[V]{done: make(chan struct{})}
		r.next[key] = mine
	}
	leads := !r.running[key]
	r.running[key] = true
	r.mu.Unlock()
	if leads {
		r.work(key, load)
	}
	<-mine.done
	return mine.value, mine.err
}

// work makes looks until nobody waits for one.
func (r *rounds[V]) work(key string, load func(string) (V, error)) {
	for {
		r.mu.Lock()
		now := r.next[key]
		delete(r.next, key)
		if now == nil {
			delete(r.running, key)
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		now.value, now.err = load(key)
		close(now.done)
	}
}

// A small memory of answers of the server, so that a busy thread does not ask the same thing for every message.

package desk

import (
	"sync"
	"time"
)

// cacheSize is where a cache starts anew; it bounds memory, nothing else.
const cacheSize = 2000

type cache[V any] struct {
	ttl time.Duration
	now func() time.Time

	mu      sync.Mutex
	entries map[string]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any](ttl time.Duration, now func() time.Time) *cache[V] {
	return &cache[V]{ttl: ttl, now: now, entries: map[string]cached[V]{}}
}

// get returns what load said at most ttl ago. Errors are not remembered.
func (c *cache[V]) get(key string, load func(string) (V, error)) (V, error) {
	c.mu.Lock()
	entry, ok := c.entries[key]
	c.mu.Unlock()
	if ok && c.now().Before(entry.until) {
		return entry.value, nil
	}
	return c.fresh(key, load)
}

// fresh returns what load says now, and remembers it.
func (c *cache[V]) fresh(key string, load func(string) (V, error)) (V, error) {
	value, err := load(key)
	if err != nil {
		return value, err
	}
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= cacheSize {
		clear(c.entries)
	}
	c.entries[key] = cached[V]{value, now.Add(c.ttl)}
	return value, nil
}

// Group commit: the lanes of one bot record what they finished together, one statement for all that came meanwhile.

package relay

import (
	"slices"
	"sync"

	"github.com/pkg/errors"
)

// commitBatch bounds one statement.
const commitBatch = 64

// commit is what is stored together or not at all: the rows of an album, or one row.
type commit struct {
	rows []Finished
	done *records
}

// commits collects finished rows and stores them in batches, in the order in which they came.
type commits struct {
	queue chan commit
	store func(rows []Finished) (overtaken []int64, err error)
}

// errOvertaken says that a row's answer was decided on what is so no more: it is decided anew.
var errOvertaken = errors.New("the conversation changed while an automatic answer was decided")

func newCommits(store func([]Finished) ([]int64, error)) *commits {
	return &commits{queue: make(chan commit, commitBatch), store: store}
}

// Add queues rows that belong together; done learns once they are stored. An error means that they are not: they will be
// worked off again, and their posts found by their ids.
func (c *commits) Add(done *records, rows ...Finished) {
	done.pending.Add(1)
	c.queue <- commit{rows, done}
}

// Close ends Run when all that was added is stored. Nothing may be added after it.
func (c *commits) Close() { close(c.queue) }

// Run stores until Close.
func (c *commits) Run() {
	for first := range c.queue {
		c.flush(c.collect(first))
	}
}

func (c *commits) collect(first commit) []commit {
	batch := []commit{first}
	for len(batch) < commitBatch {
		select {
		case next, ok := <-c.queue:
			if !ok {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// flush stores a batch. One row that the database refuses must not hold the others back: then they are stored one by one.
func (c *commits) flush(batch []commit) {
	var rows []Finished
	for _, b := range batch {
		rows = append(rows, b.rows...)
	}
	overtaken, err := c.store(rows)
	for _, b := range batch {
		switch {
		case err != nil && len(batch) > 1 && !errors.Is(err, ErrFenced):
			late, err := c.store(b.rows)
			b.done.stored(b.outcome(late, err))
		default:
			b.done.stored(b.outcome(overtaken, err))
		}
	}
}

// outcome is what became of the rows when these were overtaken.
func (b commit) outcome(overtaken []int64, err error) error {
	if err == nil && slices.ContainsFunc(b.rows, func(f Finished) bool { return slices.Contains(overtaken, f.ID) }) {
		return errOvertaken
	}
	return err
}

// records is what a lane knows of the rows it has given away.
type records struct {
	pending sync.WaitGroup
	mu      sync.Mutex
	err     error
}

func (r *records) stored(err error) {
	r.mu.Lock()
	if r.err == nil {
		r.err = err
	}
	r.mu.Unlock()
	r.pending.Done()
}

// Await returns when all rows are stored, with the first error.
func (r *records) Await() error {
	r.pending.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

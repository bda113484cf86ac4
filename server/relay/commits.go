// Group commit: the lanes of one bot record what they finished together, one statement for all that came meanwhile.

package relay

import (
	"slices"
	"sync"

	"github.com/pkg/errors"
)

// commitBatch bounds one statement.
const commitBatch = 64

type commit struct {
	row  Finished
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

// Add queues rows; done learns once they are stored. An error means that a row is not stored: it will be worked off again,
// and its posts found by their ids.
func (c *commits) Add(done *records, rows ...Finished) {
	for _, row := range rows {
		done.pending.Add(1)
		c.queue <- commit{row, done}
	}
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
	rows := make([]Finished, len(batch))
	for i, b := range batch {
		rows[i] = b.row
	}
	overtaken, err := c.store(rows)
	for i, b := range batch {
		switch {
		case err != nil && len(batch) > 1 && !errors.Is(err, ErrFenced):
			b.done.stored(c.storeOne(rows[i]))
		case slices.Contains(overtaken, b.row.ID):
			b.done.stored(errOvertaken)
		default:
			b.done.stored(err)
		}
	}
}

func (c *commits) storeOne(row Finished) error {
	overtaken, err := c.store([]Finished{row})
	if err == nil && len(overtaken) > 0 {
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

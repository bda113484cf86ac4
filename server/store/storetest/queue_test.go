// A long queue of one bot: it survives a restart and comes out in order.

package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const (
	queueLength   = 10_000
	queueChats    = 50
	queueRestarts = queueLength / 2
	// queueSample: each such batch is sent row by row, the others by one statement, which takes a tenth of the time.
	queueSample = 10
)

// queueDrain sends what is queued as the relay does: batches, one lane per conversation, several at once. See queueSample.
type queueDrain struct {
	*world
	lease relay.Lease
	mu    sync.Mutex
	sent  map[string][]string
	total int
	batch int
}

// until sends batches until that many were sent in all, or nothing is queued.
func (d *queueDrain) until(total int) {
	for d.total < total {
		rows, err := d.NextReplies(d.ctx, d.lease.BotID, nil, 128)
		d.ok(err)
		if len(rows) == 0 {
			return
		}
		if d.batch++; d.batch%queueSample > 0 {
			d.sendAll(rows)
			continue
		}
		lanes := map[string][]relay.OutboxRow{}
		for _, row := range rows {
			lanes[row.ConversationID] = append(lanes[row.ConversationID], row)
		}
		free := make(chan struct{}, 8)
		var all sync.WaitGroup
		for _, lane := range lanes {
			free <- struct{}{}
			all.Go(func() {
				defer func() { <-free }()
				for _, row := range lane {
					d.send(row)
				}
			})
		}
		all.Wait()
	}
}

// sendAll leaves the rows as send does.
func (d *queueDrain) sendAll(rows []relay.OutboxRow) {
	d.execute(`WITH o AS (UPDATE msgbot_outbox SET state = 'sent' WHERE id = ANY ($1) AND state = 'queued' RETURNING *)
		INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, state)
		SELECT conversation_id, 'out', 'x' || post_id, post_id, 1, 'sent' FROM o`, idsOf(rows))
	for _, row := range rows {
		d.sent[row.ConversationID] = append(d.sent[row.ConversationID], row.PostID)
		d.total++
	}
}

func idsOf(rows []relay.OutboxRow) (ids pq.Int64Array) {
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

func (d *queueDrain) send(row relay.OutboxRow) {
	begun, ok, err := d.BeginSend(d.ctx, d.lease, row.ID)
	if !ok || err != nil {
		d.Errorf("%s was not begun: %v", row.PostID, err)
		return
	}
	if err := d.EndSend(d.ctx, begun.ID, begun.Attempt, begun.Epoch, outcomeSent("x"+begun.PostID)); err != nil {
		d.Error(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent[begun.ConversationID] = append(d.sent[begun.ConversationID], begun.PostID)
	d.total++
}

func TestALongQueueSurvivesARestartAndComesOutInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	l := w.bot("a")
	var talks []conversation.Conversation
	for i := range queueChats {
		talks = append(talks, w.thread(l, fmt.Sprint(i)))
	}
	w.beat("node", 20*ttl)
	want := map[string][]string{}
	began := time.Now()
	for batch := range slices.Chunk(queueOf(talks), 500) {
		for _, reply := range batch {
			want[reply.ConversationID] = append(want[reply.ConversationID], reply.Post.ID)
		}
		slices.Reverse(batch) // the scan may bring them in any order
		w.record(l, batch...)
	}
	t.Logf("%d replies in %d conversations queued in %s", queueLength, queueChats, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	drain := &queueDrain{world: w, lease: l, sent: map[string][]string{}}
	drain.until(queueRestarts)
	lost := w.queued("a")[0]
	w.begin(l, lost.PostID)
	w.ok(w.Close()) // as a process that ends: nothing is said to the database
	w.Store = openAt(t, w.dsn)
	w.expire("a")
	drain.lease = relay.Lease{BotID: "a", Epoch: w.beat("b", 20*ttl)["a"]}
	n, err := w.LoseSends(w.ctx, drain.lease)
	w.ok(err)
	require.Equal(t, 1, n)
	drain.until(queueLength)
	t.Logf("sent in %s", time.Since(began).Round(time.Millisecond))

	require.Equal(t, queueLength-1, drain.total)
	lane := want[lost.ConversationID]
	want[lost.ConversationID] = slices.DeleteFunc(lane, func(id string) bool { return id == lost.PostID })
	require.Equal(t, want, drain.sent)
	require.Equal(t, conversation.Unknown, w.state(lost.PostID), "what was begun is never sent again by itself")
	require.Equal(t, queueLength-1, w.count(`SELECT count(*) FROM msgbot_parts`))
}

// queueOf is the whole queue in its order: the conversations take turns, several replies stand in one second.
func queueOf(talks []conversation.Conversation) []relay.Reply {
	queue := make([]relay.Reply, queueLength)
	for i := range queue {
		queue[i] = sending(talks[i%len(talks)], fmt.Sprintf("post%05d", i), i/(3*len(talks)))
	}
	return queue
}

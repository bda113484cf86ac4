// Updates from their arrival until they are posts.

package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// finishedAs is an inbox row that became a post at noon.
func finishedAs(row relay.InboxRow, c conversation.Conversation, postID string) relay.Finished {
	return relay.Finished{ID: row.ID, State: relay.InboxDone, Message: &relay.InboundMessage{
		ConversationID: c.ID, PostID: postID, Direction: conversation.In, ExternalID: "external-" + postID,
		Kind: messenger.Text, Number: 1, At: noon, Posts: 1, Waits: true,
	}}
}

func TestTheSameEventIsAddedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		w.bot("b")
		twice := []messenger.Update{{EventID: "1", Lane: "x", Raw: []byte("first")}, {EventID: "1"}, {EventID: "2"}}
		added, err := w.AddUpdates(w.ctx, "a", twice)
		w.ok(err)
		require.Equal(w, 2, added)
		added, err = w.AddUpdates(w.ctx, "a", twice)
		w.ok(err)
		require.Zero(w, added)
		added, err = w.AddUpdates(w.ctx, "b", twice)
		w.ok(err)
		require.Equal(w, 2, added, "another bot's events are its own")
		added, err = w.AddUpdates(w.ctx, "a", nil)
		w.ok(err)
		require.Zero(w, added)
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Equal(w, []string{"1", "2"}, eventIDs(rows))
		require.Equal(w, "first", string(rows[0].Raw))
		_, err = w.AddUpdates(w.ctx, "nobody", twice)
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

func TestTheSameEventAtTwoNodesAtOnceIsAddedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		var total atomic.Int64
		together(8, func(int) {
			for i := range 10 {
				added, err := w.AddUpdates(w.ctx, "a", []messenger.Update{{EventID: fmt.Sprint(i), Lane: "x", Raw: []byte("{}")}})
				w.ok(err)
				total.Add(int64(added))
			}
		})
		require.EqualValues(w, 10, total.Load())
		require.Equal(w, 10, w.count(`SELECT count(*) FROM msgbot_inbox`))
	})
}

func TestAnyBytesSurviveInTheInbox(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		raw := make([]byte, 256)
		for i := range raw {
			raw[i] = byte(i)
		}
		_, err := w.AddUpdates(w.ctx, "a", []messenger.Update{{EventID: "1", Raw: raw}, {EventID: "2"}})
		w.ok(err)
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Equal(w, raw, rows[0].Raw)
		require.Empty(w, rows[1].Raw)
	})
}

func TestUpdatesComeInOrderOfArrivalWithoutBusyLanes(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		var updates []messenger.Update
		for i, lane := range []string{"x", "y", "x", "", "z", ""} {
			updates = append(updates, messenger.Update{EventID: fmt.Sprint(9 - i), Lane: lane})
		}
		_, err := w.AddUpdates(w.ctx, "a", updates)
		w.ok(err)
		for _, tt := range []struct {
			busy  []string
			limit int
			want  []string
		}{
			{nil, 10, []string{"9", "8", "7", "6", "5", "4"}},
			{nil, 2, []string{"9", "8"}},
			{[]string{"x"}, 10, []string{"8", "6", "5", "4"}},
			{[]string{"y", ""}, 10, []string{"9", "7", "5"}},
		} {
			rows, err := w.NextUpdates(w.ctx, "a", tt.busy, tt.limit)
			w.ok(err)
			require.Equal(w, tt.want, eventIDs(rows), "busy %q", tt.busy)
		}
	})
}

func TestAnUndecodableUpdateIsQuarantinedAndDoesNotWait(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		_, err := w.AddUpdates(w.ctx, "a", []messenger.Update{{EventID: "1", Raw: []byte("[]"), Undecodable: "no object"}})
		w.ok(err)
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Empty(w, rows)
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_inbox WHERE state = 'quarantined' AND reason = 'no object' AND raw = '[]'`))
	})
}

func TestADeferredUpdateCountsItsAttemptsAndSaysWhenItMayGoOn(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		row := w.update("a", "1", "x")
		require.Zero(w, row.Attempts)
		require.True(w, row.NotBefore.IsZero())
		require.WithinDuration(w, time.Now(), row.ReceivedAt, time.Minute)
		w.ok(w.DeferUpdate(w.ctx, l, row.ID, noon, "Mattermost is away"))
		w.ok(w.DeferUpdate(w.ctx, l, row.ID, noon.Add(time.Second), "Mattermost is away"))
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Equal(w, 2, rows[0].Attempts)
		require.Equal(w, noon.Add(time.Second), rows[0].NotBefore)
	})
}

func TestFinishedUpdatesBecomeMessagesInOneStep(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		first, second := w.thread(l, "1"), w.thread(l, "2")
		var done []relay.Finished
		for i := range 5 {
			c := []conversation.Conversation{first, second}[i%2]
			f := finishedAs(w.update("a", fmt.Sprint(i), c.ID), c, fmt.Sprint("post", i))
			f.Message.At = noon.Add(time.Duration(10-i) * time.Second)
			f.Message.Posts = i + 1
			done = append(done, f)
		}
		done = append(done, relay.Finished{ID: w.update("a", "dropped", "x").ID, State: relay.InboxDropped, Reason: "receipt"})
		w.finish(l, done...)
		w.finish(l)

		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Empty(w, rows)
		require.Equal(w, 5, w.count(`SELECT count(*) FROM msgbot_inbox WHERE state = 'done' AND raw IS NOT NULL`))
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_inbox WHERE state = 'dropped' AND reason = 'receipt'`))

		got := w.conversation(first.ID)
		require.Equal(w, 1+3+5, got.Thread.Posts)
		require.Equal(w, noon.Add(10*time.Second), got.LastMessageAt)
		require.Equal(w, noon, got.WaitingSince, "since the thread was started")
		messages, total, err := w.Messages(w.ctx, first.ID, 0, 10)
		w.ok(err)
		require.Equal(w, 3, total)
		require.Equal(w, "post0", messages[0].PostID)
		require.Equal(w, conversation.Received, messages[0].State)
		require.Equal(w, "external-post0", messages[0].Parts[0].ExternalID)

		w.finish(l, done...)
		require.Equal(w, got, w.conversation(first.ID), "a second time changes nothing")
	})
}

func TestACustomersMessageOpensStartsTheWaitAndMakesReachable(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error {
			c.Close(noon)
			c.Customer.Unreachable = "bot was blocked by the user"
			return nil
		})
		w.ok(err)
		late, early := finishedAs(w.update("a", "1", "1"), c, "p1"), finishedAs(w.update("a", "2", "1"), c, "p2")
		late.Message.At, early.Message.At = noon.Add(time.Minute), noon.Add(time.Second)
		w.finish(l, late, early)
		got := w.conversation(c.ID)
		require.Equal(w, conversation.Open, got.Status)
		require.True(w, got.ClosedAt.IsZero())
		require.Empty(w, got.Customer.Unreachable)
		require.Equal(w, noon.Add(time.Second), got.WaitingSince)
		require.Equal(w, noon.Add(time.Minute), got.LastMessageAt)
	})
}

func TestADuplicateMessageDoesNotSpoilItsBatch(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		one, edited, next := finishedAs(w.update("a", "1", "1"), c, "p1"), finishedAs(w.update("a", "2", "1"), c, "p2"), finishedAs(w.update("a", "3", "1"), c, "p3")
		edited.Message.ExternalID = one.Message.ExternalID
		again := finishedAs(w.update("a", "4", "1"), c, "p3")
		w.finish(l, one, edited, next, again)
		require.Equal(w, 3, w.count(`SELECT count(*) FROM msgbot_messages`))
		require.Equal(w, 2, w.count(`SELECT count(*) FROM msgbot_parts`))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_inbox WHERE state = 'waiting'`))
	})
}

func TestALeaseOnOneBotFinishesNothingOfAnother(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.bot("b")
		row := w.update("b", "1", "x")
		w.finish(l, relay.Finished{ID: row.ID, State: relay.InboxDone})
		require.Equal(w, row, w.update("b", "1", "x"))
	})
}

func TestPurgingDeletesOnlyOldPayloadsOfFinishedRows(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.execute(`INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state, received_at)
			SELECT 'a', state || age || n, '', 'raw', state, now() - make_interval(hours => age)
			FROM unnest(array['waiting', 'done', 'dropped', 'quarantined']) state, unnest(array[1, 49]) age, generate_series(1, 1500) n`)
		w.ok(w.PurgeInbox(w.ctx, l, time.Now().Add(-48*time.Hour)))
		require.Equal(w, 3*1500, w.count(`SELECT count(*) FROM msgbot_inbox WHERE raw IS NULL`))
		require.Equal(w, 3*1500, w.count(`SELECT count(*) FROM msgbot_inbox WHERE raw IS NULL AND state <> 'waiting' AND event_id LIKE '%49%'`))
		require.Equal(w, 8*1500, w.count(`SELECT count(*) FROM msgbot_inbox`), "the events stay known")
	})
}

func TestPolledUpdatesAndTheirOffsetAreStoredTogether(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		offset, err := w.PollOffset(w.ctx, "a")
		w.ok(err)
		require.Zero(w, offset)
		added, err := w.AddPolled(w.ctx, l, []messenger.Update{{EventID: "1", Lane: "x", Raw: []byte("{}")}, {EventID: "2", Undecodable: "?"}}, 3)
		w.ok(err)
		require.Equal(w, 2, added)
		added, err = w.AddPolled(w.ctx, l, []messenger.Update{{EventID: "2"}, {EventID: "3"}}, 4)
		w.ok(err)
		require.Equal(w, 1, added)
		added, err = w.AddPolled(w.ctx, l, nil, 5)
		w.ok(err)
		require.Zero(w, added)
		offset, err = w.PollOffset(w.ctx, "a")
		w.ok(err)
		require.EqualValues(w, 5, offset)
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Equal(w, []string{"1", "3"}, eventIDs(rows))
		_, err = w.PollOffset(w.ctx, "nobody")
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

// Replies on their way to the customer.

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

func outcomeSent(externalID string) relay.Outcome {
	return relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart(externalID, 0)}, Part: 1}
}

// textPart is a message that the call of that place sent.
func textPart(externalID string, call int) relay.Part {
	return relay.Part{ExternalID: externalID, Call: call, Kind: messenger.Text, Digest: "digest of " + externalID, State: conversation.Sent}
}

// outcomeHalf is the first of two parts sent, and the second to be tried again.
func outcomeHalf() relay.Outcome {
	return relay.Outcome{State: conversation.Queued, Part: 1, Description: "Too Many Requests", Code: 429, NotBefore: noon}
}

var outcomeFailed = relay.Outcome{State: conversation.Failed, Code: 400, Description: "Bad Request: chat is odd"}

func TestRepliesComeInTheOrderInWhichTheyWereWritten(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		one, two := w.thread(l, "1"), w.thread(l, "2")
		w.record(l, sending(one, "c", 3), sending(two, "b", 2))
		w.record(l, sending(one, "a2", 1), sending(one, "a1", 1))
		require.Equal(w, []string{"a1", "a2", "b", "c"}, postIDs(w.queued("a")))
		rows, err := w.NextReplies(w.ctx, "a", []string{one.ID}, 10)
		w.ok(err)
		require.Equal(w, []string{"b"}, postIDs(rows))
		rows, err = w.NextReplies(w.ctx, "a", nil, 1)
		w.ok(err)
		require.Equal(w, []string{"a1"}, postIDs(rows))
	})
}

func TestAReplyIsBegunByOneOnly(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		id := w.outboxID("p1")
		var begun atomic.Int64
		together(6, func(int) {
			row, ok, err := w.BeginSend(w.ctx, l, id)
			w.ok(err)
			if ok {
				begun.Add(1)
				require.Equal(w, conversation.Sending, row.State)
				require.Equal(w, 1, row.Attempt)
				require.WithinDuration(w, time.Now(), row.FirstTryAt, time.Minute)
			}
		})
		require.EqualValues(w, 1, begun.Load())
		require.Empty(w, w.queued("a"))
		_, ok, err := w.BeginSend(w.ctx, l, id+1000)
		w.ok(err)
		require.False(w, ok)
	})
}

func TestARetryKeepsTheTimeOfTheFirstTry(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		first := w.begin(l, "p1")
		again := relay.Outcome{State: conversation.Queued, Code: 502, Description: "Bad Gateway", NotBefore: noon.Add(time.Hour)}
		w.ok(w.EndSend(w.ctx, first.ID, first.Attempt, first.Epoch, again))
		row := w.queued("a")[0]
		require.Equal(w, noon.Add(time.Hour), row.NotBefore)
		require.Equal(w, "Bad Gateway", row.Reason)
		second := w.begin(l, "p1")
		require.Equal(w, 2, second.Attempt)
		require.Equal(w, first.FirstTryAt, second.FirstTryAt)
		require.True(w, second.NotBefore.IsZero())
	})
}

func TestAnOutcomeCountsForItsAttemptOnly(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		id := w.outboxID("p1")
		w.ok(w.EndSend(w.ctx, id, 0, l.Epoch, outcomeSent("x")))
		require.Equal(w, conversation.Queued, w.state("p1"), "nothing was begun")
		w.end(l, "p1", outcomeHalf())
		w.begin(l, "p1")
		w.ok(w.EndSend(w.ctx, id, 1, l.Epoch, outcomeFailed))
		require.Equal(w, conversation.Sending, w.state("p1"), "the outcome of an earlier attempt")
		w.ok(w.EndSend(w.ctx, id, 2, l.Epoch, outcomeSent("x")))
		w.ok(w.EndSend(w.ctx, id, 2, l.Epoch, outcomeFailed))
		require.Equal(w, conversation.Sent, w.state("p1"), "sent stays sent")
	})
}

func TestPartsAreRecordedOneByOne(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		row := w.begin(l, "p1")
		w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, relay.Outcome{State: conversation.Sending, Sent: []relay.Part{textPart("x1", 0)}, Part: 1}))
		require.Equal(w, conversation.Sending, w.state("p1"))
		w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, relay.Outcome{State: conversation.Unknown, Description: "cut"}))
		ok, err := w.Requeue(w.ctx, "p1")
		w.ok(err)
		require.True(w, ok)
		row = w.begin(l, "p1")
		require.Equal(w, 1, row.Part, "a resend goes on with the part that is unknown")
		w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart("x2", 1)}, Part: 2}))
		messages, _, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		require.Equal(w, conversation.Sent, messages[0].State)
		require.Equal(w, "x1 x2", messages[0].Parts[0].ExternalID+" "+messages[0].Parts[1].ExternalID)
	})
}

func TestWhatALostOwnerBeganIsUnknownUntilItsOutcomeComes(t *testing.T) {
	each(t, func(w *world) {
		old := w.bot("a")
		c := w.thread(old, "1")
		w.record(old, sending(c, "lost", 1), sending(c, "late", 2), sending(c, "untouched", 3))
		w.begin(old, "lost")
		late := w.begin(old, "late")
		lost, err := w.LoseSends(w.ctx, old)
		w.ok(err)
		require.Zero(w, lost, "what we began ourselves is under way")
		w.expire("a")
		now := relay.Lease{BotID: "a", Epoch: w.beat("b", ttl)["a"]}
		lost, err = w.LoseSends(w.ctx, now)
		w.ok(err)
		require.Equal(w, 2, lost)
		require.Equal(w, conversation.Unknown, w.state("lost"))
		require.Equal(w, []string{"untouched"}, postIDs(w.queued("a")))
		w.ok(w.EndSend(w.ctx, late.ID, late.Attempt, late.Epoch, outcomeSent("x")))
		require.Equal(w, conversation.Sent, w.state("late"))
		require.Equal(w, []string{"lost"}, w.notices("a"))
	})
}

func TestAnUnreachableCustomerIsMarkedWithTheMessengersWords(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		w.end(l, "p1", relay.Outcome{State: conversation.Failed, Code: 403, Description: "bot was blocked", Unreachable: true})
		require.Equal(w, "bot was blocked", w.conversation(c.ID).Customer.Unreachable)
		require.Equal(w, []string{c.ID}, w.due("a"), "the card says so")
		w.record(l, sending(c, "p2", 2))
		w.end(l, "p2", outcomeFailed)
		require.Equal(w, "bot was blocked", w.conversation(c.ID).Customer.Unreachable)
	})
}

func TestANoticeIsShownOnceForEachFailure(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1), sending(c, "p2", 2))
		w.end(l, "p1", outcomeFailed)
		require.Equal(w, []string{"p1"}, w.notices("a"))
		w.ok(w.NoticeShown(w.ctx, w.outboxID("p1"), 1))
		require.Empty(w, w.notices("a"))
		ok, err := w.Requeue(w.ctx, "p1")
		w.ok(err)
		require.True(w, ok)
		require.Empty(w, w.notices("a"))
		w.end(l, "p1", outcomeFailed)
		require.Equal(w, []string{"p1"}, w.notices("a"))
		w.ok(w.NoticeShown(w.ctx, w.outboxID("p1"), 1))
		require.Equal(w, []string{"p1"}, w.notices("a"), "the notice was of an earlier attempt")
	})
}

func TestAnOutcomeOfAFencedOwnerIsNotTakenForThePresentOnes(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		row := w.begin(l, "p1")
		w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch-1, relay.Outcome{State: conversation.Queued}))
		require.Equal(w, conversation.Sending, w.state("p1"))
		w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, outcomeSent("x")))
		require.Equal(w, conversation.Sent, w.state("p1"))
	})
}

func TestWhatBecomesOfAPostWhileItIsBeingSentIsNotForgotten(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for id, tt := range map[string]struct {
			change  conversation.Action
			outcome conversation.Delivery
			state   conversation.Delivery
			text    string
		}{
			"deleted, to be tried again": {conversation.Skip, conversation.Queued, conversation.Cancelled, ""},
			"a note, and failed":         {conversation.Keep, conversation.Failed, conversation.Cancelled, ""},
			"edited, to be tried again":  {conversation.Send, conversation.Queued, conversation.Queued, "edited"},
			"edited, but it was sent":    {conversation.Send, conversation.Sent, conversation.Sent, "edited"},
			"deleted, but it was sent":   {conversation.Skip, conversation.Sent, conversation.Sent, ""},
		} {
			w.record(l, sending(c, id, 1))
			before := w.begin(l, id)
			changed := sending(c, id, 1)
			changed.Verdict.Action, changed.Post.UpdatedAt = tt.change, changed.Post.UpdatedAt.Add(time.Minute)
			changed.Verdict.Text = "edited"
			w.record(l, changed)
			w.ok(w.EndSend(w.ctx, before.ID, before.Attempt, before.Epoch, relay.Outcome{State: tt.outcome}))
			require.Equal(w, tt.state, w.state(id), id)
			want := tt.text
			if want == "" {
				want = before.Text
			}
			require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_outbox WHERE post_id = $1 AND text = $2 AND kind = 'send'`, id, want), id)
			w.ok(w.EndSend(w.ctx, before.ID, before.Attempt, before.Epoch, relay.Outcome{State: conversation.Failed}))
		}
	})
}

func TestWhatIsBegunCanBeSeen(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1), sending(c, "p2", 2))
		begun := w.begin(l, "p1")
		rows, err := w.Sending(w.ctx, "a")
		w.ok(err)
		require.Equal(w, []relay.OutboxRow{begun}, rows)
		w.ok(w.EndSend(w.ctx, begun.ID, begun.Attempt, begun.Epoch, outcomeSent("x")))
		rows, err = w.Sending(w.ctx, "a")
		w.ok(err)
		require.Empty(w, rows)
	})
}

func TestAnUnsentReplyIsQueuedAgainByAPersonsWish(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for i, tt := range []struct {
			state   conversation.Delivery
			prepare func(id string)
			want    bool
		}{
			{conversation.Failed, func(id string) { w.end(l, id, outcomeFailed) }, true},
			{conversation.Unknown, func(id string) { w.end(l, id, relay.Outcome{State: conversation.Unknown}) }, true},
			{conversation.Queued, func(string) {}, false},
			{conversation.Sending, func(id string) { w.begin(l, id) }, false},
			{conversation.Sent, func(id string) { w.end(l, id, outcomeSent(id)) }, false},
			{conversation.Cancelled, func(id string) { w.record(l, judged(c, agentPost(id, "1", 1), conversation.Skip, "deleted")) }, false},
		} {
			id := fmt.Sprint("p", i)
			w.record(l, sending(c, id, 1))
			tt.prepare(id)
			require.Equal(w, tt.state, w.state(id))
			ok, err := w.Requeue(w.ctx, id)
			w.ok(err)
			require.Equal(w, tt.want, ok, tt.state)
			if !ok {
				require.Equal(w, tt.state, w.state(id))
				continue
			}
			row := w.queued("a")[0]
			require.Equal(w, id, row.PostID)
			require.True(w, row.FirstTryAt.IsZero(), "the hour of retries begins anew")
			require.WithinDuration(w, time.Now(), row.NotBefore, time.Minute, "a moment for an edit the scan has yet to see")
			require.Empty(w, row.Reason)
			require.Equal(w, 1, row.Attempt, "outcomes of the old attempt stay old")
			w.end(l, id, outcomeSent(id))
		}
		ok, err := w.Requeue(w.ctx, "nothing")
		w.ok(err)
		require.False(w, ok)
	})
}

func TestAHeldReplyAnswersItsConversationWhenItIsSentAfterAll(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, judged(c, agentPost("p1", "1", 1), conversation.Hold, conversation.ReasonStale))
		require.Equal(w, noon, w.conversation(c.ID).WaitingSince)
		ok, err := w.Requeue(w.ctx, "p1")
		w.ok(err)
		require.True(w, ok)
		got := w.conversation(c.ID)
		require.True(w, got.WaitingSince.IsZero())
		require.Equal(w, conversation.HumanMode, got.Mode)
		require.Positive(w, got.FirstResponse)
		require.Equal(w, []string{"p1"}, postIDs(w.queued("a")))
	})
}

func TestTheLastUnsentReplyIsTheNewestFailedUnknownOrHeld(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		_, err := w.LastUnsent(w.ctx, c.ID)
		require.ErrorIs(w, err, relay.ErrNotFound)
		w.record(l, sending(c, "p3", 3), sending(c, "p1", 1), sending(c, "p2", 2), sending(c, "p4", 4),
			judged(c, agentPost("p5", "1", 5), conversation.Hold, conversation.ReasonClosed))
		w.end(l, "p1", outcomeFailed)
		w.end(l, "p2", relay.Outcome{State: conversation.Unknown})
		w.end(l, "p3", outcomeSent("x"))
		id, err := w.LastUnsent(w.ctx, c.ID)
		w.ok(err)
		require.Equal(w, "p5", id)
		w.record(l, judged(c, agentPost("p5", "1", 5), conversation.Skip, conversation.ReasonDeleted))
		id, err = w.LastUnsent(w.ctx, c.ID)
		w.ok(err)
		require.Equal(w, "p2", id, "what was deleted is not sent")
	})
}

func TestTheScansWatermarkIsKept(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		mark, err := w.ScanMark(w.ctx, "a")
		w.ok(err)
		require.True(w, mark.IsZero())
		w.ok(w.SetScanMark(w.ctx, l, noon))
		mark, err = w.ScanMark(w.ctx, "a")
		w.ok(err)
		require.Equal(w, noon, mark)
	})
}

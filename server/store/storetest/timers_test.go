// Timers of conversations: when an answer did not come.

package storetest

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// dueAt sets the timer of a conversation.
func dueAt(at time.Time) func(*relay.AutoAnswer) {
	return func(a *relay.AutoAnswer) { a.NoAnswerAt, a.Lane = at, "lane of "+a.ConversationID }
}

// timers counts the timers that are set.
func (w *world) timers() int {
	w.Helper()
	return w.count(`SELECT count(*) FROM msgbot_conversations WHERE no_answer_at IS NOT NULL`)
}

func (w *world) raise(l relay.Lease) int {
	w.Helper()
	n, err := w.RaiseTimers(w.ctx, l)
	w.ok(err)
	return n
}

func TestATimerThatRanOutComesIntoTheInboxOnce(t *testing.T) {
	each(t, func(w *world) {
		l, elsewhere := w.bot("a"), w.bot("b")
		at := noon.Add(1234567 * time.Microsecond)
		c, later, other := w.thread(l, "1"), w.thread(l, "2"), w.thread(elsewhere, "1")
		w.finish(l, w.decided(c, dueAt(at)), w.decided(later, dueAt(time.Now().Add(time.Hour))))
		w.finish(elsewhere, w.decided(other, dueAt(at)))
		var raised atomic.Int64
		together(4, func(int) { raised.Add(int64(w.raise(l))) })
		require.EqualValues(w, 1, raised.Load())
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Len(w, rows, 1)
		require.Equal(w, fmt.Sprintf("timer:%s:%d", c.ID, at.UnixMilli()), rows[0].EventID)
		require.Equal(w, "lane of "+c.ID, rows[0].Lane)
		require.WithinDuration(w, time.Now(), rows[0].ReceivedAt, time.Minute)
		var timer relay.Timer
		w.ok(json.Unmarshal(rows[0].Raw, &timer))
		require.Equal(w, relay.Timer{ConversationID: c.ID, DueAt: at}, timer)
		require.Equal(w, 2, w.timers(), "the others run on")
		require.Equal(w, 1, w.raise(elsewhere))

		w.finish(l, w.decided(c, dueAt(at)))
		require.Zero(w, w.raise(l), "the same timer does not run out twice")
		require.Equal(w, 1, w.timers())
	})
}

func TestATimerIsForOneWhoWaits(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		for name, tt := range map[string]struct {
			act   func(c conversation.Conversation)
			stays bool
		}{
			"nothing":            {func(conversation.Conversation) {}, true},
			"a further question": {func(c conversation.Conversation) { w.finish(l, w.arrived(c, "q"+c.ID, 5, nil)) }, true},
			"a question beside another's answer": {func(c conversation.Conversation) {
				w.finish(l, w.arrived(c, "q"+c.ID, 5, nil), w.decided(w.converse("a", "other"), nil))
			}, true},
			"a note": {func(c conversation.Conversation) {
				w.record(l, judged(c, agentPost("n"+c.ID, c.Chat.ID, 5), conversation.Keep, ""))
			}, true},
			"a claim": {func(c conversation.Conversation) {
				w.changed(c, func(c *conversation.Conversation) { c.Claim("ivan") })
			}, true},
			"a reply": {func(c conversation.Conversation) { w.record(l, sending(c, "p"+c.ID, 5)) }, false},
			"a held reply sent": {func(c conversation.Conversation) {
				w.record(l, judged(c, agentPost("h"+c.ID, c.Chat.ID, 5), conversation.Hold, conversation.ReasonClosed))
				_, err := w.Requeue(w.ctx, "h"+c.ID)
				w.ok(err)
			}, false},
			"the owner's own message": {func(c conversation.Conversation) { w.finish(l, w.arrived(c, "o"+c.ID, 5, fromOwner)) }, false},
			"closed by an agent":      {func(c conversation.Conversation) { w.changed(c, func(c *conversation.Conversation) { c.Close(noon) }) }, false},
			"closed while idle": {func(c conversation.Conversation) {
				w.execute(`UPDATE msgbot_conversations SET last_message_at = '2020-01-01' WHERE id = $1`, c.ID)
				_, err := w.CloseIdle(w.ctx, l, noon)
				w.ok(err)
			}, false},
			"closed by an answer": {func(c conversation.Conversation) {
				w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { dueAt(second(9))(a); a.Close = true }))
			}, false},
			"a decision without a timer": {func(c conversation.Conversation) { w.finish(l, w.decided(c, nil)) }, false},
			"closed though he waits": {func(c conversation.Conversation) {
				w.changed(c, func(c *conversation.Conversation) { c.Status = conversation.Closed })
			}, false},
		} {
			c := w.thread(l, name)
			w.finish(l, w.decided(c, dueAt(noon)))
			require.Equal(w, 1, w.timers(), name)
			tt.act(c)
			require.Equal(w, tt.stays, w.timers() == 1, name)
			require.Equal(w, tt.stays, w.raise(l) == 1, name)
		}
		silent := w.converse("a", "nobody waits")
		w.finish(l, w.decided(silent, dueAt(noon)))
		require.Zero(w, w.timers())
	})
}

func TestTheLastReplyOfAnAgentIsKnown(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		last := func() time.Time { return w.conversation(c.ID).LastAgentAt }
		w.finish(l, w.arrived(c, "question", 1, nil), w.arrived(c, "own", 2, fromOwner), w.decided(c, saying("auto")))
		w.record(l, judged(c, agentPost("note", "1", 3), conversation.Keep, ""),
			judged(c, agentPost("held", "1", 4), conversation.Hold, conversation.ReasonStale))
		require.True(w, last().IsZero())
		w.record(l, sending(c, "p1", 5), sending(c, "p2", 7))
		require.Equal(w, second(7), last())
		w.record(l, sending(c, "p3", 6))
		require.Equal(w, second(7), last(), "one that is recorded late changes nothing")
		_, err := w.Requeue(w.ctx, "held")
		w.ok(err)
		require.WithinDuration(w, time.Now(), last(), time.Minute, "a held reply is one when it goes out")
	})
}

func TestTimersAreLookedAtAnewWhenWhatTheyGoByChanges(t *testing.T) {
	each(t, func(w *world) {
		l, elsewhere := w.bot("a"), w.bot("b")
		c, soon, other := w.thread(l, "1"), w.thread(l, "2"), w.thread(elsewhere, "1")
		far := time.Now().Add(3 * time.Hour)
		w.finish(l, w.decided(c, dueAt(far)), w.decided(soon, dueAt(noon)))
		w.finish(elsewhere, w.decided(other, dueAt(far)))
		due := func(c conversation.Conversation) (at time.Time) {
			w.ok(w.raw.QueryRowContext(w.ctx, `SELECT no_answer_at FROM msgbot_conversations WHERE id = $1`, c.ID).Scan(&at))
			return at
		}
		version, err := w.SaveHours(w.ctx, "a", hours.Hours{Zone: "Europe/Kyiv"})
		w.ok(err)
		require.WithinDuration(w, time.Now().Add(10*time.Second), due(c), 9*time.Second)
		require.True(w, noon.Equal(due(soon)), "no timer runs longer than before")
		require.WithinDuration(w, far, due(other), time.Second)

		w.finish(l, w.decided(c, dueAt(far)))
		_, err = w.SaveHours(w.ctx, "a", hours.Hours{Zone: "Europe/Kyiv", Version: version + 1})
		require.ErrorIs(w, err, answers.ErrChanged)
		require.WithinDuration(w, far, due(c), time.Second, "nothing was saved")
		_, err = w.SaveRules(w.ctx, "a", nil, 0)
		w.ok(err)
		require.WithinDuration(w, time.Now().Add(10*time.Second), due(c), 9*time.Second)
	})
}

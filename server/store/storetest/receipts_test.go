// What the messenger tells of messages that were sent.

package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// delivery is the state of each message as REST shows it, by post.
func (w *world) delivery(c conversation.Conversation) map[string]conversation.Delivery {
	w.Helper()
	messages, _, err := w.Messages(w.ctx, c.ID, 0, 100)
	w.ok(err)
	states := map[string]conversation.Delivery{}
	for _, m := range messages {
		states[m.PostID] = m.State
	}
	return states
}

func (w *world) receipt(l relay.Lease, c conversation.Conversation, externalID string, state conversation.Delivery) {
	w.Helper()
	w.ok(w.Receipt(w.ctx, l, c.ID, externalID, state, "words"))
}

func TestCase56SeenMeansAllEarlierOnesAndNothingGoesBack(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		for i, id := range []string{"p1", "p2", "p3"} {
			w.record(l, sending(c, id, i))
			w.end(l, id, outcomeSent("x"+id))
		}
		w.record(l, sending(other, "elsewhere", 1))
		w.end(l, "elsewhere", outcomeSent("x"))
		for range 2 { // delivered from two devices
			w.receipt(l, c, "xp3", conversation.Delivered)
		}
		require.Equal(w, map[string]conversation.Delivery{"p1": "sent", "p2": "sent", "p3": "delivered"}, w.delivery(c))
		w.receipt(l, c, "xp2", conversation.Seen)
		w.receipt(l, c, "xp1", conversation.Delivered)
		require.Equal(w, map[string]conversation.Delivery{"p1": "seen", "p2": "seen", "p3": "delivered"}, w.delivery(c))
		w.receipt(l, c, "xp3", conversation.Seen)
		require.Equal(w, map[string]conversation.Delivery{"p1": "seen", "p2": "seen", "p3": "seen"}, w.delivery(c))
		require.Equal(w, map[string]conversation.Delivery{"elsewhere": "sent"}, w.delivery(other))
		require.ErrorIs(w, w.Receipt(w.ctx, l, c.ID, "x", conversation.Seen, ""), relay.ErrNotFound)
		require.Error(w, w.Receipt(w.ctx, l, c.ID, "xp3", conversation.Queued, ""))
	})
}

func TestAReplyOfSeveralPartsIsDeliveredWhenAllAre(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.arrived(c, "in", 0, func(m *relay.InboundMessage) { m.ExternalID = "x1" }))
		w.record(l, sending(c, "p1", 1))
		row := w.begin(l, "p1")
		album := []relay.Part{{ExternalID: "x1", Kind: messenger.Photo, Digest: "caption"}, {ExternalID: "x2", Kind: messenger.Video}}
		w.endWish(row, relay.Outcome{State: conversation.Sending, Sent: album, Part: 1})
		w.endWish(row, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{{ExternalID: "x3", Call: 1, Kind: messenger.Text, Digest: "rest"}}, Part: 2})
		parts, err := w.Parts(w.ctx, "p1")
		w.ok(err)
		require.Equal(w, []relay.Part{
			{ExternalID: "x1", Kind: messenger.Photo, Digest: "caption", State: conversation.Sent},
			{ExternalID: "x2", Kind: messenger.Video, State: conversation.Sent},
			{ExternalID: "x3", Call: 1, Kind: messenger.Text, Digest: "rest", State: conversation.Sent},
		}, parts)
		state := func() conversation.Delivery { return w.delivery(c)["p1"] }
		w.receipt(l, c, "x1", conversation.Delivered)
		w.receipt(l, c, "x3", conversation.Delivered)
		require.Equal(w, conversation.Sent, state())
		w.receipt(l, c, "x2", conversation.Seen)
		require.Equal(w, conversation.Delivered, state())
		w.receipt(l, c, "x3", conversation.Seen)
		require.Equal(w, conversation.Seen, state())
		require.Equal(w, conversation.Received, w.delivery(c)["in"], "the customer's own are not ours")
		none, err := w.Parts(w.ctx, "in")
		w.ok(err)
		require.Empty(w, none)

		w.record(l, as(conversation.Send, "new")(c, "p1"))
		require.Equal(w, conversation.Seen, state(), "an edit changes nothing about it")
	})
}

func TestCase57AFailureAfterwardsFailsTheReplyAndItsAuthorIsTold(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.sentReply(l, c, "p1")
		w.sentReply(l, c, "p2")
		require.Empty(w, w.notices("a"))
		w.receipt(l, c, "x-p1", conversation.Failed)
		require.Equal(w, []string{"p1"}, w.notices("a"))
		messages, _, err := w.Messages(w.ctx, c.ID, 1, 1)
		w.ok(err)
		require.Equal(w, conversation.Failed, messages[0].State)
		require.Equal(w, "words", messages[0].ErrorText)
		require.Equal(w, conversation.Failed, messages[0].Parts[0].State)
		w.ok(w.NoticeShown(w.ctx, w.outboxID("p1"), 1))
		w.receipt(l, c, "x-p1", conversation.Failed)
		require.Empty(w, w.notices("a"), "told twice by the messenger")
		require.Equal(w, conversation.Sent, w.state("p2"))

		w.record(l, as(conversation.Send, "corrected")(c, "p1"))
		ok, err := w.Requeue(w.ctx, "p1")
		w.ok(err)
		require.True(w, ok)
		row := w.begin(l, "p1")
		require.Zero(w, row.Part, "it begins anew")
		require.Equal(w, "corrected", row.Text)
		w.endWish(row, outcomeSent("x-again"))
		require.Equal(w, conversation.Sent, w.delivery(c)["p1"])
		require.Empty(w, w.wish("p1", relay.EditRow))
		require.ErrorIs(w, w.Receipt(w.ctx, l, c.ID, "x-p1", conversation.Failed, ""), relay.ErrNotFound, "what was replaced is forgotten")
	})
}

func TestAFailureOfOnePartWhileOthersAreStillToBeSentIsNotForgotten(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for id, waits := range map[string]bool{"at once": false, "after a wait": true} {
			w.record(l, sending(c, id, 1))
			row := w.begin(l, id)
			w.endWish(row, relay.Outcome{State: conversation.Sending, Sent: []relay.Part{textPart("1 "+id, 0)}, Part: 1})
			w.endWish(row, relay.Outcome{State: conversation.Sending, Sent: []relay.Part{textPart("2 "+id, 1)}, Part: 2})
			w.receipt(l, c, "2 "+id, conversation.Failed)
			require.Equal(w, conversation.Sending, w.state(id), id)
			if waits {
				again := outcomeHalf()
				again.Part = 2
				w.endWish(row, again)
				row = w.begin(l, id)
			}
			require.Equal(w, "sending text of "+id+" words", w.wish(id, relay.SendRow))
			w.endWish(row, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart("3 "+id, 2)}, Part: 3})
			require.Equal(w, "failed text of "+id+" words", w.wish(id, relay.SendRow))
			require.Equal(w, []string{id}, w.notices("a"))

			ok, err := w.Requeue(w.ctx, id)
			w.ok(err)
			require.True(w, ok)
			row = w.begin(l, id)
			require.Equal(w, 1, row.Part, "what the customer has stays sent")
			w.endWish(row, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart("4 "+id, 1)}, Part: 3})
			require.Equal(w, "sent text of "+id, w.wish(id, relay.SendRow))
			parts, err := w.Parts(w.ctx, id)
			w.ok(err)
			require.Equal(w, []relay.Part{textPart("1 "+id, 0), textPart("4 "+id, 1)}, parts)
		}
	})
}

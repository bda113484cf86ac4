// Which message is which post, and earlier texts.

package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestAMessageOfEitherSideLeadsToItsPost(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		w.finish(l, w.arrived(c, "in", 1, nil), w.arrived(other, "elsewhere", 1, func(m *relay.InboundMessage) { m.ExternalID = "external-in" }))
		w.record(l, sending(c, "out", 2))
		w.end(l, "out", outcomeSent("x"))
		require.Equal(w, "in", w.shown(c, "external-in").PostID)
		require.Equal(w, "elsewhere", w.shown(other, "external-in").PostID)
		require.Equal(w, relay.Shown{
			PostID: "out", Direction: conversation.Out, Posts: 1, At: second(2), Text: "digest of x", Captioned: 1,
		}, w.shown(c, "x"))
		_, err := w.Shown(w.ctx, c.ID, "nothing")
		require.ErrorIs(w, err, relay.ErrNotFound)

		for post, want := range map[string]string{"in": "external-in", "out": "x"} {
			id, err := w.Target(w.ctx, c.ID, post)
			w.ok(err)
			require.Equal(w, want, id)
		}
		for _, post := range []string{"nothing", "elsewhere", "root-1"} {
			_, err = w.Target(w.ctx, c.ID, post)
			require.ErrorIs(w, err, relay.ErrNotFound, post)
		}
	})
}

func TestOnlyAnAgentsYoungerReplyAnswersAMessage(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.arrived(c, "in", 5, nil))
		answered := func() bool { return w.shown(c, "external-in").Answered }
		w.record(l, sending(c, "older", 4))
		w.record(l, judged(c, agentPost("note", "1", 6), conversation.Keep, conversation.ReasonPrefix))
		w.finish(l, w.arrived(c, "own", 7, fromOwner))
		require.False(w, answered())
		w.record(l, sending(c, "younger", 8))
		require.True(w, answered())
	})
}

func TestAQuoteLeadsToTheNewestMessageWithThatText(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		key := func(m *relay.InboundMessage) { m.QuoteKey = "key" }
		quoted := func() string {
			id, err := w.Quoted(w.ctx, c.ID, "key")
			w.ok(err)
			return id
		}
		w.finish(l, w.arrived(c, "p1", 1, key), w.arrived(c, "p2", 3, key), w.arrived(c, "p3", 2, key), w.arrived(c, "p4", 9, nil),
			w.arrived(other, "p5", 9, key))
		require.Equal(w, "external-p2", quoted())
		for i, id := range []string{"sent", "note", "failed"} {
			action := map[bool]conversation.Action{true: conversation.Keep, false: conversation.Send}[id == "note"]
			reply := judged(c, agentPost(id, "1", 10+i), action, "any")
			reply.QuoteKey = "key"
			w.record(l, reply)
		}
		w.end(l, "failed", outcomeFailed)
		require.Equal(w, "external-p2", quoted(), "nothing of ours is there yet")
		w.end(l, "sent", outcomeSent("x"))
		require.Equal(w, "x", quoted())
		changed := sending(c, "sent", 10)
		changed.Verdict.Text, changed.QuoteKey = "another text", "another key"
		w.record(l, changed)
		require.Equal(w, "external-p2", quoted())
		_, err := w.Quoted(w.ctx, c.ID, "")
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

func TestEarlierTextsAreKeptOnceForEachUpdate(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		w.finish(l, w.arrived(c, "p1", 1, nil), w.arrived(c, "p2", 2, nil), w.arrived(c, "p3", 3, nil), w.arrived(other, "p4", 4, nil))
		keep := func(post string, inboxID int64, at int, text string) {
			w.Helper()
			w.ok(w.KeepVersion(w.ctx, l, relay.Version{PostID: post, InboxID: inboxID, At: second(at), Text: text}))
		}
		keep("p1", 12, 20, "second \x00 «text» \"x\"\n")
		keep("p1", 11, 10, "first")
		keep("p1", 11, 30, "not kept again")
		keep("p2", 13, 15, "other")
		keep("p4", 14, 99, "elsewhere")
		p1 := []api.Version{{At: second(10), Text: "first"}, {At: second(20), Text: "second  «text» \"x\"\n"}}
		p2 := []api.Version{{At: second(15), Text: "other"}}
		for limit, want := range map[int][]api.PostVersions{
			10: {{PostID: "p1", Versions: p1}, {PostID: "p2", Versions: p2}}, 1: {{PostID: "p1", Versions: p1}},
		} {
			all, err := w.MessageVersions(w.ctx, c.ID, limit)
			w.ok(err)
			require.Equal(w, want, all)
		}
		messages, _, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		require.Nil(w, messages[0].Versions)
		require.Equal(w, p2, messages[1].Versions)
		require.Equal(w, p1, messages[2].Versions)
		unknown := relay.Version{PostID: "nothing", InboxID: 1, At: noon}
		require.ErrorIs(w, w.KeepVersion(w.ctx, l, unknown), relay.ErrNotFound)
	})
}

// Groups that go on under another chat id.

package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestCase33AGroupGoesOnUnderItsNewChat(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.bot("b")
		c, stranger := w.thread(l, "-5"), w.converse("b", "-5")
		w.finish(l, w.arrived(c, "p1", 1, func(m *relay.InboundMessage) { m.ExternalID = "12" }))
		w.record(l, sending(c, "p2", 2))
		w.end(l, "p2", outcomeSent("13"))
		for range 2 {
			w.ok(w.MigrateChat(w.ctx, l, "a", "-5", "-1005"))
			got := w.conversation(c.ID)
			require.Equal(w, "-1005", got.Chat.ID)
			require.Equal(w, c.Thread.RootPostID, got.Thread.RootPostID)
			require.Equal(w, "p1", w.shown(c, "-5:12").PostID)
			require.Equal(w, "p2", w.shown(c, "-5:13").PostID)
			_, err := w.Shown(w.ctx, c.ID, "12")
			require.ErrorIs(w, err, relay.ErrNotFound, "the new group counts anew")
		}
		require.Equal(w, c.ID, w.converse("a", "-1005").ID)
		require.Equal(w, stranger, w.conversation(stranger.ID))
	})
}

func TestAGroupThatIsKnownByItsNewChatAlreadyBecomesOneConversation(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		old, early := w.thread(l, "-5"), w.thread(l, "-1005")
		twelve := func(m *relay.InboundMessage) { m.ExternalID = "12" }
		w.finish(l, w.arrived(old, "p1", 1, twelve), w.arrived(early, "p2", 2, twelve))
		w.ok(w.KeepVersion(w.ctx, l, relay.Version{PostID: "p2", At: noon}))
		w.record(l, sending(early, "p3", 3))
		w.finish(l, w.decided(early, remembering(`{"early": true}`)))
		w.execute(`UPDATE msgbot_conversations SET keyboard = 'x of ' || id`)
		row := w.begin(l, "p3")
		w.ok(w.MigrateChat(w.ctx, l, "a", "-5", "-1005"))
		got := w.conversation(old.ID)
		require.Equal(w, "-1005", got.Chat.ID)
		require.Equal(w, "root--5", got.Thread.RootPostID, "the old group's thread goes on")
		require.Equal(w, second(3), got.LastMessageAt)
		require.Equal(w, second(3), got.LastAgentAt)
		require.JSONEq(w, `{"early": true}`, string(got.Memory))
		require.Equal(w, "x of "+early.ID, got.Keyboard, "buttons in the old chat are out of reach")
		require.Equal(w, "p1", w.shown(old, "-5:12").PostID)
		require.Equal(w, "p2", w.shown(old, "12").PostID)
		w.endWish(row, outcomeSent("13"))
		require.Equal(w, "p3", w.shown(old, "13").PostID)
		_, err := w.Conversation(w.ctx, early.ID)
		require.ErrorIs(w, err, relay.ErrNotFound)
		found, err := w.ByThread(w.ctx, "root--1005")
		w.ok(err)
		require.Equal(w, old.ID, found.ID)
		versions, err := w.MessageVersions(w.ctx, old.ID, 10)
		w.ok(err)
		require.Len(w, versions, 1)
	})
}

func TestAGroupWithoutAThreadGivesWayToItsNewChat(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		silent, next := w.converse("a", "-5"), w.thread(l, "-1005")
		w.execute(`UPDATE msgbot_conversations SET keyboard = 'x of ' || id`)
		next = w.conversation(next.ID)
		w.ok(w.MigrateChat(w.ctx, l, "a", "-5", "-1005"))
		require.Equal(w, next, w.conversation(next.ID))
		_, err := w.Conversation(w.ctx, silent.ID)
		require.ErrorIs(w, err, relay.ErrNotFound)
		w.ok(w.MigrateChat(w.ctx, l, "a", "unknown", "-7"))
	})
}

package storetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestCase52AWelcomeIsRecordedOnceWithoutALease(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		a := relay.AutoAnswer{
			ConversationID: c.ID, PostID: "welcome", Text: "Hello!", By: "Greeting", Rules: []string{"r1"}, Lane: "1",
			Memory: json.RawMessage(`{"welcomed_at": "2026-11-20T12:00:00Z"}`), Tags: []string{"new"},
		}
		for _, fresh := range []bool{true, false} {
			a.Seen = w.seen(c.ID)
			said, err := w.Welcomed(w.ctx, "a", a)
			w.ok(err)
			require.Equal(w, fresh, said)
		}
		got := w.conversation(c.ID)
		require.JSONEq(w, string(a.Memory), string(got.Memory))
		require.Equal(w, []string{"new"}, got.Tags)
		rows, err := w.Unshown(w.ctx, c.ID)
		w.ok(err)
		require.Len(w, rows, 1)
		require.Equal(w, "Hello!", rows[0].Text)
		next, err := w.NextReplies(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Empty(w, next, "the messenger has it already")
		a.ConversationID, a.PostID = "nothing", "other"
		_, err = w.Welcomed(w.ctx, "a", a)
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

func TestAWelcomeCarriesOutAllThatWasDecided(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		a := relay.AutoAnswer{
			ConversationID: c.ID, PostID: "welcome", Text: "Hello!", Lane: "1", Memory: json.RawMessage(`{"position": {"flow": "shop"}}`),
			AssigneeID: "ivan", NoAnswerAt: second(60), Mode: conversation.HumanMode, Rules: []string{"r1"}, Seen: w.seen(c.ID),
		}
		said, err := w.Welcomed(w.ctx, "a", a)
		w.ok(err)
		require.True(w, said)
		got := w.conversation(c.ID)
		require.Equal(w, "ivan", got.AssigneeID)
		require.Equal(w, conversation.HumanMode, got.Mode)
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_conversations WHERE no_answer_at IS NOT NULL`))
		require.Equal(w, map[string]int64{"r1": 1}, w.hits("a"))
		rows, err := w.UnshownLately(w.ctx, "a")
		w.ok(err)
		require.Len(w, rows, 1, "its thread is open")
		w.ok(w.AutoShown(w.ctx, rows[0].ID))
		rows, err = w.UnshownLately(w.ctx, "a")
		w.ok(err)
		require.Empty(w, rows)
	})
}

func TestAWelcomeThatWasOvertakenIsNotSaid(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		a := relay.AutoAnswer{ConversationID: c.ID, PostID: "welcome", Text: "Hello!", Lane: "1", Memory: json.RawMessage(`{}`), Seen: w.seen(c.ID)}
		w.finish(l, w.decided(c, remembering(`{"position": {"flow": "shop"}}`)))
		said, err := w.Welcomed(w.ctx, "a", a)
		w.ok(err)
		require.False(w, said)
		require.JSONEq(w, `{"position": {"flow": "shop"}}`, string(w.conversation(c.ID).Memory))
	})
}

func TestWhatAClosedOrMissingThreadDoesNotShowIsLeftForTheNext(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		closed, bare := w.thread(l, "1"), w.converse("a", "2")
		w.changed(closed, func(c *conversation.Conversation) { c.Close(noon) })
		for _, c := range []conversation.Conversation{closed, bare} {
			_, err := w.Welcomed(w.ctx, "a", relay.AutoAnswer{
				ConversationID: c.ID, PostID: "welcome" + c.ID, Text: "Hello!", Lane: "1", Memory: json.RawMessage(`{}`), Seen: w.seen(c.ID),
			})
			w.ok(err)
		}
		rows, err := w.UnshownLately(w.ctx, "a")
		w.ok(err)
		require.Empty(w, rows)
	})
}

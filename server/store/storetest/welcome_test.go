package storetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

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

// Telling a customer that somebody writes: seldom enough, and never in vain.

package api

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const typingPath = "/api/v1/conversations/conv1/typing"

func TestTheMessengerIsToldOnceInFourSecondsThatSomebodyWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		typing := func(user string) { require.JSONEq(t, olya, w.as(user, "POST", typingPath, "").Body.String()) }
		typing(member)
		time.Sleep(typingEvery - time.Millisecond)
		typing(member)
		typing(channelAdmin)
		require.Equal(t, []string{"typing conv1"}, w.calls)
		time.Sleep(time.Millisecond)
		typing(channelAdmin)
		require.Equal(t, []string{"typing conv1", "typing conv1"}, w.calls)

		w.conv.ID = "conv2"
		require.Equal(t, 200, w.as(member, "POST", "/api/v1/conversations/conv2/typing", "").Code)
		require.Equal(t, "typing conv2", w.calls[2], "each conversation counts for itself")
	})
}

func TestNothingIsRememberedOfThoseWhoStoppedWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recent
		for _, id := range []string{"a", "b", "c"} {
			require.True(t, r.first(id, time.Second))
			require.False(t, r.first(id, time.Second))
		}
		time.Sleep(time.Second)
		require.True(t, r.first("d", time.Second))
		require.Len(t, r.at, 1)
	})
}

func TestWhoCannotGetAReplyIsNotShownThatSomebodyWrites(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"closed":      func(w *world) { w.conv.Status = conversation.Closed },
		"unreachable": func(w *world) { w.conv.Customer.Unreachable = "Forbidden: bot was blocked by the user" },
		"paused":      func(w *world) { w.bots[0].Paused = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			prepare(w)
			require.Equal(t, 200, w.as(member, "POST", typingPath, "").Code)
			require.Empty(t, w.calls)
		})
	}
}

func TestAMessengerThatDoesNotShowItTroublesNobody(t *testing.T) {
	w := newWorld(t)
	w.err = errors.Wrap(&messenger.Error{Class: messenger.Rejected, Description: "chat not found"}, "typing")
	require.Equal(t, 200, w.as(member, "POST", typingPath, "").Code)
	require.Empty(t, w.failed)

	w = newWorld(t)
	w.err = errors.New("pq: down")
	require.Equal(t, 500, w.as(member, "POST", typingPath, "").Code)
	w = newWorld(t)
	w.err = context.DeadlineExceeded
	require.Equal(t, 503, w.as(member, "POST", typingPath, "").Code)
}

func TestWritingIsNotAudited(t *testing.T) {
	w := newWorld(t)
	w.as(member, "POST", typingPath, "")
	w.press(member, "more", map[string]any{"conversation_id": "conv1"})
	w.press(member, "versions", map[string]any{"conversation_id": "conv1"})
	require.Empty(t, w.audits, "nothing that is kept was changed")
}

// What the team keeps to itself: notes, and replies that are held because the conversation is closed.

package acceptance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

func TestNotesGetALockAndNeverGoOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	for _, text := range []string{"! prefix", "  NOTE: prefix", "Нотатка: prefix", "@" + s.agent.User.Username + " look", "@here look"} {
		note := s.replies(c, text)
		s.marked(note, "lock")
		require.Equal(t, "note", s.settles(c, note, "none").Direction, text)
	}
	s.command(s.agent, c.ChannelID, c.RootPostID, "/msgbot note by command")
	written := s.lastPost(c.RootPostID)
	require.Equal(t, "by command", written.Message)
	require.Equal(t, s.agent.User.Id, written.UserId)
	s.marked(written, "lock")
	require.Equal(t, "note", s.settles(c, written, "none").Direction)

	s.settles(c, s.replies(c, ">> ! this one goes out"), "sent")
	s.receives(customer, "! this one goes out")
	require.Len(t, sends(customer), 1)
}

func TestAReplyInAClosedThreadIsHeldAndSentWhenItsAuthorSaysSo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	agent, ears := world.NewClient(s.agent), s.listens(s.agent)
	_, err := agent.Act(s.ctx, c.ID, "close", nil)
	require.NoError(t, err)
	post := s.replies(c, "too late?")
	s.marked(post, "lock")
	notice := s.hears(ears, "the conversation is closed")
	require.Equal(t, c.RootPostID, notice.RootId)
	require.Empty(t, customer.Received())
	s.stands(c, "closed")

	s.presses(s.agent, notice, "Send and reopen")
	s.receives(customer, "too late?")
	s.stands(c, "open")
	s.settles(c, post, "sent")
	require.NoError(t, eventually(s.ctx, "the lock to go", func() bool { return len(s.signs(post)) == 0 }))
}

func TestAReplyInASupersededThreadIsHeld(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, map[string]any{"reopen_within": "1ms"}), "Оксана", "one")
	ears := s.listens(s.agent)
	_, err := world.NewClient(s.agent).Act(s.ctx, c.ID, "close", nil)
	require.NoError(t, err)
	<-time.After(10 * time.Millisecond)
	customer.Says("two")
	next := s.anotherThread(customer, c)
	s.marked(s.replies(c, "in the old thread"), "lock")
	require.Contains(t, s.hears(ears, "goes on in").Message, next.RootPostID)
	s.replies(next, "in the new thread")
	s.receives(customer, "in the new thread")
}

func TestAReplyInAClosedThreadIsSentWhereTheBotSaysSo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, map[string]any{"closed_reply": "send"}), "Оксана", "one")
	_, err := world.NewClient(s.agent).Act(s.ctx, c.ID, "close", nil)
	require.NoError(t, err)
	s.replies(c, "one more thing")
	s.receives(customer, "one more thing")
}

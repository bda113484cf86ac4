// Slash commands, as the app sends them.

package acceptance

import (
	"net/http"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// command makes somebody enter a command in a channel, or in a thread, and returns what he is told.
func (s *scene) command(who *lab.Session, channelID, rootID, text string) string {
	s.Helper()
	var answer model.CommandResponse
	require.NoError(s, who.Call(s.ctx, http.MethodPost, "/api/v4/commands/execute", map[string]string{
		"channel_id": channelID, "team_id": w.Team.Id, "root_id": rootID, "command": text,
	}, &answer))
	return answer.Text
}

func (s *scene) lastPost(rootID string) *model.Post {
	s.Helper()
	posts := s.thread(rootID)
	return posts[len(posts)-1]
}

func TestCommandsAboutBots(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "one")
	enter := func(who *lab.Session, text string) string { return s.command(who, s.channel.Id, "", "/msgbot "+text) }

	for _, command := range []string{"status", "bot add", "bot remove", "claim", "note", "resend"} {
		require.Contains(t, enter(s.agent, "help"), "/msgbot "+command)
	}
	require.Contains(t, enter(s.agent, "help close"), "/msgbot close")
	require.Contains(t, enter(s.agent, "dance"), "dance")
	require.Contains(t, enter(s.agent, "status"), bot.Name)
	require.Contains(t, enter(s.agent, "status "+bot.Name), "getWebhookInfo")
	require.Contains(t, enter(s.agent, "status nobody"), "nobody")

	require.Contains(t, enter(w.Admin, "bot list"), bot.Name)
	for _, forbidden := range []string{"bot list", "bot pause " + bot.Name, "bot resume " + bot.Name, "bot reclaim " + bot.Name, "bot remove " + bot.Name} {
		require.Contains(t, enter(s.agent, forbidden), "may not", forbidden)
	}

	require.Contains(t, enter(w.Admin, "bot pause "+bot.Name), "paused")
	post := s.replies(c, "a reply")
	s.says(customer, "two") // inbound is still shown
	s.settles(c, post, "queued")
	require.Empty(t, customer.Received())
	require.Contains(t, enter(w.Admin, "bot resume "+bot.Name), "works again")
	s.receives(customer, "a reply")

	before := callsOf(bot, "setWebhook")
	require.Contains(t, enter(w.Admin, "bot reclaim "+bot.Name), bot.Name)
	require.Equal(t, before+1, callsOf(bot, "setWebhook"))

	require.Contains(t, enter(w.Admin, "bot remove "+bot.Name), "--yes")
	_, err := w.Plugin.Bot(s.ctx, bot.ID)
	require.NoError(t, err, "it did not ask")
	require.Contains(t, enter(w.Admin, "bot remove "+bot.Name+" --yes"), "disconnected")
	_, err = w.Plugin.Bot(s.ctx, bot.ID)
	refused(t, err, http.StatusNotFound, "not_found")
	require.Equal(t, 1, callsOf(bot, "deleteWebhook"))
}

func TestCommandsInAThread(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	elsewhere := s.newChannel()
	s.joins(s.agent, elsewhere)
	enter := func(text string) string { return s.command(s.agent, c.ChannelID, c.RootPostID, "/msgbot "+text) }

	require.Contains(t, s.command(s.agent, c.ChannelID, "", "/msgbot claim"), "only as a reply")
	require.Contains(t, enter("claim now"), "now")
	require.Contains(t, enter("claim"), "claimed")
	require.Equal(t, s.agent.User.Id, s.stands(c, "open").AssigneeID)

	require.Contains(t, enter("close done for today"), "closed")
	s.stands(c, "closed")
	note := s.lastPost(c.RootPostID)
	require.Equal(t, "done for today", note.Message)
	s.marked(note, "lock")
	require.Contains(t, enter("reopen"), "reopened")
	s.stands(c, "open")

	require.Contains(t, enter("resend"), "did not go out")
	failing(customer, telegramtest.Failure{Kind: telegramtest.Cut, Done: false})
	post := s.replies(c, "a reply")
	s.settles(c, post, "unknown")
	require.Contains(t, enter("resend"), "on its way")
	s.receives(customer, "a reply")
	s.settles(c, post, "sent")
}

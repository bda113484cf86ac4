// What the health watch sees and tells: cases 32 and 65, a poll that another program disturbs, a token that was revoked.

package acceptance

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// elsewhere is another service's webhook: its address and its host.
func elsewhere(t *testing.T) (address, host string) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(other.Close)
	u, err := url.Parse(other.URL)
	require.NoError(t, err)
	return other.URL + "/hook", u.Host
}

// turns waits until a check of the bot's health is in a state, asking for it; an answer may be 10 s old.
func (s *scene) turns(bot *world.Bot, check, state string) world.Check {
	s.Helper()
	var found world.Check
	require.NoError(s, eventually(s.ctx, check+" to be "+state, func() bool {
		health, err := w.Plugin.Health(s.ctx, bot.ID)
		if err != nil {
			return false
		}
		for _, c := range health.Checks {
			if c.Name == check {
				found = c
			}
		}
		return found.State == state
	}))
	return found
}

// alert waits until there is an alert with these words among a channel's root posts, and requires that it is one.
func (s *scene) alert(channelID, words string) *model.Post {
	s.Helper()
	require.NoError(s, eventually(s.ctx, "an alert with "+words, func() bool { return len(s.alerts(channelID, words)) > 0 }))
	found := s.alerts(channelID, words)
	require.Len(s, found, 1)
	return found[0]
}

func (s *scene) alerts(channelID, words string) []*model.Post {
	s.Helper()
	roots, err := w.Admin.Roots(s.ctx, channelID)
	require.NoError(s, err)
	var found []*model.Post
	for _, post := range roots {
		if strings.Contains(post.Message, words) {
			found = append(found, post)
		}
	}
	return found
}

// takenOver is the story of a bot whose webhook another service sets: registered counts our calls that set it.
func takenOver(t *testing.T, connect func(*scene) *world.Bot, takeOver func(bot *world.Bot, address string), registered func(*world.Bot) int) {
	s := newScene(t)
	bot := connect(s)
	before := registered(bot)
	address, host := elsewhere(t)
	takeOver(bot, address)

	require.Contains(t, s.turns(bot, "webhook", "error").Detail, host)
	alert := s.alert(s.channel.Id, host)
	require.Equal(t, []string{"Take it back"}, buttons(alert))
	direct, _, err := w.Admin.Client.CreateDirectChannel(s.ctx, w.Admin.User.Id, alert.UserId)
	require.NoError(t, err)
	s.alert(direct.Id, host)
	view, err := w.Plugin.Bot(s.ctx, bot.ID)
	require.NoError(t, err)
	require.Equal(t, "error", view.State)
	require.Equal(t, before, registered(bot), "it was taken back unasked")

	ears := s.listens(s.agent)
	s.presses(s.agent, alert, "Take it back")
	s.hears(ears, "may not")
	require.Equal(t, before, registered(bot), "an agent took it back")

	s.presses(w.Admin, alert, "Take it back")
	require.Equal(t, before+1, registered(bot))
	s.withoutButton(alert)
	s.turns(bot, "webhook", "ok")
	require.Len(t, s.alerts(s.channel.Id, host), 1)
	s.begins(bot, "Оксана", "Добрий день!")
}

func TestCase32ATakenOverTelegramWebhookIsToldOnceAndTakenBackWhenAsked(t *testing.T) {
	t.Parallel()
	takenOver(t,
		func(s *scene) *world.Bot { return s.telegram(world.Webhook, nil) },
		func(bot *world.Bot, address string) { bot.AtTelegram.TakeOver(address) },
		func(bot *world.Bot) int { return callsOf(bot, "setWebhook") })
}

func TestCase65ATakenOverViberWebhookIsToldOnceAndTakenBackWhenAsked(t *testing.T) {
	t.Parallel()
	takenOver(t,
		func(s *scene) *world.Bot { return s.viber() },
		func(bot *world.Bot, address string) { bot.AtViber.TakeOver(address) },
		func(bot *world.Bot) int { return callsOf(bot, "set_webhook") })
}

// callsOf counts the calls of a method for a bot.
func callsOf(bot *world.Bot, method string) int {
	n := 0
	if bot.AtViber != nil {
		for _, call := range w.ViberCloud.Calls(method) {
			if call.BotID == bot.AtViber.ID {
				n++
			}
		}
		return n
	}
	for _, call := range w.TelegramCloud.Calls(method) {
		if call.Bot == bot.AtTelegram.Username {
			n++
		}
	}
	return n
}

func TestCase32APollThatAnotherProgramDisturbsIsToldOnceAndSlowsDown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Polling, nil)
	s.begins(bot, "Оксана", "one")
	before := callsOf(bot, "getUpdates")
	stop := bot.AtTelegram.PollAsOther()
	t.Cleanup(stop)
	// The pause after the first refused poll is 30 s, and one alone may be our own predecessor's.
	const pauses = 50 * time.Second
	require.NoError(t, w.TelegramCloud.Await(labtest.Context(t, pauses), func() bool { return callsRefused(bot) == 2 }))
	s.alert(s.channel.Id, "Another program asks for this bot")
	require.LessOrEqual(t, callsOf(bot, "getUpdates")-before, 4, "it polls on without a pause")
}

func callsRefused(bot *world.Bot) int {
	n := 0
	for _, call := range w.TelegramCloud.Calls("getUpdates") {
		if call.Bot == bot.AtTelegram.Username && call.Status == http.StatusConflict {
			n++
		}
	}
	return n
}

func TestCase59ARevokedTokenIsToldOnceAndRepliesWaitForTheNewOne(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	customer, c := s.begins(bot, "Оксана", "one")
	token := w.ViberCloud.RevokeToken(bot.AtViber)
	secrets.add(token)
	first := s.replies(c, "first")
	s.alert(s.channel.Id, "refuses the bot's token")
	second := s.replies(c, "second")
	s.turns(bot, "token", "error")
	s.settles(c, first, "queued")
	s.settles(c, second, "queued")
	require.LessOrEqual(t, callsOf(bot, "send_message"), 1, "sending goes on with a refused token")
	for _, post := range s.thread(c.RootPostID) {
		require.Nil(t, actionOf(post, "Retry"), "a notice for each reply")
	}

	_, err := w.Plugin.EditBot(s.ctx, bot.ID, map[string]any{"token": token})
	require.NoError(t, err)
	s.receives(customer, "first", "second")
	s.settles(c, second, "sent")
	s.turns(bot, "token", "ok")
	require.Len(t, s.alerts(s.channel.Id, "refuses the bot's token"), 1)
	s.says(customer, "two")
}

func TestARevokedTelegramTokenIsToldOnceAndRepliesWait(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	_, c := s.begins(bot, "Оксана", "one")
	w.TelegramCloud.RevokeToken(bot.AtTelegram)
	post := s.replies(c, "first")
	s.alert(s.channel.Id, "refuses the bot's token")
	s.turns(bot, "token", "error")
	s.settles(c, post, "queued")
	s.alert(s.channel.Id, "refuses the bot's token")
}

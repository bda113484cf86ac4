// From Mattermost to Telegram: cases 34 to 36, 40 to 42 and 47.

package acceptance

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// sends are the calls of sendMessage for one customer.
func sends(c *world.Customer) []telegramtest.Record {
	var calls []telegramtest.Record
	for _, call := range w.TelegramCloud.Calls("sendMessage") {
		if call.Bot == c.Bot.AtTelegram.Username && call.Params["chat_id"] == strconv.FormatInt(c.AtTelegram.ID, 10) {
			calls = append(calls, call)
		}
	}
	return calls
}

// failing orders the next sendMessage to the customer to fail; Times may be set.
func failing(c *world.Customer, f telegramtest.Failure) {
	f.Method, f.ChatID = "sendMessage", c.AtTelegram.ID
	w.TelegramCloud.Fail(f)
}

func TestCase34AReplyGoesOutWithItsFormattingAndIsMapped(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
	post := s.replies(c, "👍🏽 **так** `x` [тут](https://a.b)")
	s.receives(customer, "👍🏽 так x тут")
	line := customer.Received()[0]
	require.Equal(t, []telegramtest.Entity{
		{Type: "bold", Offset: 5, Length: 3}, {Type: "code", Offset: 9, Length: 1},
		{Type: "text_link", Offset: 11, Length: 3, URL: "https://a.b/"},
	}, withSlash(line.Entities))

	message := s.settles(c, post, "sent")
	require.Equal(t, "out", message.Direction)
	require.Equal(t, []world.Part{{ExternalID: strconv.Itoa(lastID(customer)), Kind: "text", State: "sent"}}, message.Parts)
}

// withSlash writes addresses the way Telegram's app shows them, with a path.
func withSlash(entities []telegramtest.Entity) []telegramtest.Entity {
	for i, e := range entities {
		if e.URL == "https://a.b" {
			entities[i].URL += "/"
		}
	}
	return entities
}

func lastID(c *world.Customer) int {
	chat := c.AtTelegram.Chat()
	return chat[len(chat)-1].ID
}

func TestCase35WhatNoAgentRepliedStaysInside(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
	robot := s.robot()

	_, err := robot.Reply(s.ctx, c.ChannelID, c.RootPostID, "from a bot")
	require.NoError(t, err)
	_, err = s.agent.Post(s.ctx, c.ChannelID, "a root post")
	require.NoError(t, err)
	_, _, err = w.Admin.Client.CreatePostEphemeral(s.ctx, &model.PostEphemeral{
		UserID: s.agent.User.Id, Post: &model.Post{ChannelId: c.ChannelID, RootId: c.RootPostID, Message: "ephemeral"},
	})
	require.NoError(t, err)
	_, _, err = s.agent.Client.PatchChannel(s.ctx, c.ChannelID, &model.ChannelPatch{Header: model.NewPointer("a system post")})
	require.NoError(t, err)
	s.replies(c, "! internal")
	s.replies(c, "note: internal")
	post := s.replies(c, "Вітаю!")

	s.settles(c, post, "sent")
	s.receives(customer, "Вітаю!")
	require.Len(t, sends(customer), 1)
}

// robot is a bot account of Mattermost in the scene's channel, with a session of its own.
func (s *scene) robot() *lab.Session {
	s.Helper()
	name := "robot" + strconv.FormatInt(numbers.Add(1), 10)
	bot, _, err := w.Admin.Client.CreateBot(s.ctx, &model.Bot{Username: name, DisplayName: name})
	require.NoError(s, err)
	_, _, err = w.Admin.Client.AddTeamMember(s.ctx, w.Team.Id, bot.UserId)
	require.NoError(s, err)
	_, _, err = w.Admin.Client.AddChannelMember(s.ctx, s.channel.Id, bot.UserId)
	require.NoError(s, err)
	token, _, err := w.Admin.Client.CreateUserAccessToken(s.ctx, bot.UserId, "writes", 0)
	require.NoError(s, err)
	client := model.NewAPIv4Client(w.Admin.Client.URL)
	client.SetToken(token.Token)
	return &lab.Session{Client: client, User: &model.User{Id: bot.UserId}}
}

func TestCase36ATextBeyondTheLimitIsTwoMessages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
	exact := strings.Repeat("щ", 4096)
	s.replies(c, exact)
	s.receives(customer, exact)

	const tail = "жирний текст 👨‍👩‍👧"
	long := s.replies(c, strings.Repeat("👍🏽", 2047)+"**👍🏽 "+tail+"**")
	message := s.settles(c, long, "sent")
	got := customer.Received()[1:]
	require.Len(t, got, 2)
	require.Equal(t, strings.Repeat("👍🏽", 2048), strings.TrimSpace(got[0].Text))
	require.Equal(t, tail, got[1].Text)
	require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 2047 * 4, Length: 4}}, got[0].Entities)
	require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 0, Length: 21}}, got[1].Entities)

	require.Len(t, message.Parts, 2)
	last := lastID(customer)
	require.Equal(t, []string{strconv.Itoa(last - 1), strconv.Itoa(last)}, []string{message.Parts[0].ExternalID, message.Parts[1].ExternalID})
}

func TestCase40RetryAfterHoldsOneChatInOrderAndNoOther(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	slow, slowC := s.begins(bot, "Повільна", "a")
	quick, quickC := s.begins(bot, "Швидка", "b")
	const wait = 7 * time.Second
	failing(slow, telegramtest.Failure{RetryAfter: int(wait / time.Second)})

	s.replies(slowC, "one")
	s.replies(slowC, "two")
	require.NoError(t, eventually(s.ctx, "the refusal", func() bool { return len(sends(slow)) == 1 }))
	s.replies(quickC, "hello")
	s.receives(quick, "hello")
	require.Empty(t, slow.Received(), "the other chat waited too")
	s.receives(slow, "one", "two")
	calls := sends(slow)
	require.GreaterOrEqual(t, calls[1].At.Sub(calls[0].At), wait)
	require.Len(t, calls, 3)
}

func TestCase41AChatThatIsGoneIsToldAtOnceAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, gone := range []struct {
		name, words string
		how         func(*world.Customer)
	}{
		{"blocked", "blocked the bot", func(c *world.Customer) {
			failing(c, telegramtest.Failure{Status: http.StatusForbidden, Description: "Forbidden: bot was blocked by the user"})
		}},
		{"chat not found", "does not know this customer", func(c *world.Customer) {
			failing(c, telegramtest.Failure{Status: http.StatusBadRequest, Description: "Bad Request: chat not found"})
		}},
		{"deactivated", "account was deleted", func(c *world.Customer) { c.AtTelegram.Deactivates() }},
	} {
		t.Run(gone.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
			gone.how(customer)
			post := s.replies(c, "Вітаю!")

			notice := s.notice(c.RootPostID, "Retry")
			require.Contains(t, notice.Message, gone.words)
			s.marked(post, "warning")
			require.NotNil(t, s.settles(c, post, "failed").Error)
			require.NotEmpty(t, s.conversation(customer).Customer.Unreachable)

			second := s.replies(c, "Чи ви тут?")
			s.settles(c, second, "failed")
			require.Len(t, sends(customer), 1, "what is refused for good was tried again")
		})
	}
}

func TestCase42AReplyWhoseOutcomeNobodyKnowsIsNotSentAgainByItself(t *testing.T) {
	t.Parallel()
	for name, arrived := range map[string]bool{"arrived": true, "did not arrive": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
			failing(customer, telegramtest.Failure{Kind: telegramtest.Cut, Done: arrived})
			post := s.replies(c, "Вітаю!")

			s.settles(c, post, "unknown")
			notice := s.notice(c.RootPostID, "Send anyway")
			s.marked(post, "warning")
			next := s.replies(c, "Чим допомогти?")
			s.settles(c, next, "sent")
			require.Len(t, sends(customer), 2, "it was sent again unasked")

			s.presses(s.agent, notice, "Send anyway")
			s.settles(c, post, "sent")
			require.Len(t, sends(customer), 3)
			require.NoError(t, eventually(s.ctx, "the sign to go", func() bool { return len(s.signs(post)) == 0 }))
			s.withoutButton(notice)
		})
	}
}

// withoutButton waits until the notice has no button any more.
func (s *scene) withoutButton(notice *model.Post) {
	s.Helper()
	require.NoError(s, eventually(s.ctx, "the button to go", func() bool {
		now, _, err := w.Admin.Client.GetPost(s.ctx, notice.Id, "")
		return err == nil && len(buttons(now)) == 0
	}))
}

// Not parallel: it changes where Telegram is.
func TestCase42ARefusedConnectionIsTriedAgain(t *testing.T) {
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	s.configure(map[string]any{"telegramapiurl": closed.URL})
	post := s.replies(c, "Вітаю!")
	require.NoError(t, eventually(s.ctx, "a refused connection", func() bool {
		exchanges, err := w.Plugin.Exchanges(s.ctx, customer.Bot.ID)
		for _, e := range exchanges {
			if err == nil && e.Method == "sendMessage" && e.Status == 0 && e.Error != "" {
				return true
			}
		}
		return false
	}))
	s.settles(c, post, "queued")
	require.NoError(t, w.Configure(s.ctx, map[string]any{"telegramapiurl": w.TelegramCloud.URL}))
	s.receives(customer, "Вітаю!")
	s.settles(c, post, "sent")
}

func TestCase47ATokenInAnErrorIsShownToNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
	failing(customer, telegramtest.Failure{Kind: telegramtest.HTML})
	s.replies(c, "Вітаю!")
	s.receives(customer, "Вітаю!")
	failing(customer, telegramtest.Failure{Kind: telegramtest.HTML, Status: http.StatusBadRequest})
	post := s.replies(c, "Чим допомогти?")
	s.settles(c, post, "sent", "failed", "unknown")

	exchanges, err := w.Plugin.Exchanges(s.ctx, customer.Bot.ID)
	require.NoError(t, err)
	messages, _, err := w.Plugin.Messages(s.ctx, c.ID, nil)
	require.NoError(t, err)
	health, err := w.Plugin.Health(s.ctx, customer.Bot.ID)
	require.NoError(t, err)
	shown, err := json.Marshal([]any{s.thread(c.RootPostID), s.cards(), exchanges, messages, health, w.Server.Log()})
	require.NoError(t, err)
	_, secret, _ := strings.Cut(customer.Bot.AtTelegram.Token, ":")
	require.NotContains(t, string(shown), secret)
}

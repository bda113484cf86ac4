// Scenes: what one test has of the world for itself, and what people do and see in it.

package acceptance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// sceneTime is how long one test may take.
const sceneTime = 75 * time.Second

// numbers gives names and messenger ids that are free in the whole run.
var numbers atomic.Int64

// secrets are what must not stand in any log.
var secrets secretList

type secretList struct {
	mu   sync.Mutex
	list []string
}

func (s *secretList) add(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, secret)
}

func (s *secretList) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// scene is a private channel with the administrator and an agent in it. Its bots go when the test ends.
type scene struct {
	*testing.T
	ctx     context.Context
	channel *model.Channel
	agent   *lab.Session
}

func newScene(t *testing.T) *scene {
	t.Helper()
	ctx := labtest.Context(t, sceneTime)
	s := &scene{T: t, ctx: ctx, agent: w.Agents[0]}
	s.channel = s.newChannel()
	s.joins(s.agent, s.channel)
	return s
}

// on is the same scene for a subtest, with time of its own.
func (s *scene) on(t *testing.T) *scene {
	t.Helper()
	sub := *s
	sub.T, sub.ctx = t, labtest.Context(t, sceneTime)
	return &sub
}

func (s *scene) newChannel() *model.Channel {
	s.Helper()
	channel, err := w.CreatePrivateChannel(s.ctx, fmt.Sprintf("scene%d", numbers.Add(1)))
	require.NoError(s, err)
	return channel
}

func (s *scene) joins(who *lab.Session, channel *model.Channel) {
	s.Helper()
	_, _, err := w.Admin.Client.AddChannelMember(s.ctx, channel.Id, who.User.Id)
	require.NoError(s, err)
}

// colleague makes a user of the team who is in these channels.
func (s *scene) colleague(channels ...*model.Channel) *lab.Session {
	s.Helper()
	session, err := w.Admin.CreateAgent(s.ctx, fmt.Sprintf("user%d", numbers.Add(1)), w.Team, channels...)
	require.NoError(s, err)
	return session
}

// telegramAccount makes a bot account at Telegram that nobody has connected yet.
func telegramAccount() *telegramtest.Bot {
	account := w.TelegramCloud.AddBot(fmt.Sprintf("case%d_bot", numbers.Add(1)), "ACME support")
	secrets.add(account.Token)
	return account
}

// viberAccount makes a bot account at Viber that nobody has connected yet.
func viberAccount() *vibertest.Bot {
	account := w.ViberCloud.AddBot("ACME support", fmt.Sprintf("case%d", numbers.Add(1)))
	secrets.add(account.Token)
	return account
}

// telegram connects a new Telegram bot to the scene's channel; settings may be nil.
func (s *scene) telegram(mode world.Mode, settings map[string]any) *world.Bot {
	s.Helper()
	account := telegramAccount()
	return s.connect(&world.Bot{AtTelegram: account}, world.NewBot{
		Kind: "telegram", Token: account.Token, Mode: mode, Settings: settings,
	})
}

// viber connects a new Viber bot to the scene's channel.
func (s *scene) viber() *world.Bot {
	s.Helper()
	account := viberAccount()
	return s.connect(&world.Bot{AtViber: account}, world.NewBot{Kind: "viber", Token: account.Token})
}

func (s *scene) connect(bot *world.Bot, request world.NewBot) *world.Bot {
	s.Helper()
	request.ChannelID, request.Name = s.channel.Id, fmt.Sprintf("bot%d", numbers.Add(1))
	var err error
	bot.BotView, err = w.Plugin.AddBot(s.ctx, request)
	require.NoError(s, err)
	s.Cleanup(func() {
		if err := w.Plugin.RemoveBot(labtest.Context(s, sceneTime), bot.ID); err != nil {
			refusal, ok := world.AsRefusal(err)
			require.True(s, ok && refusal.Status == http.StatusNotFound, "removing a bot: %v", err)
		}
	})
	return bot
}

// customer makes a person with a messenger id that no other person of the run has, so that failures can be ordered for
// him alone.
func (s *scene) customer(bot *world.Bot, name string) *world.Customer {
	if bot.AtViber != nil {
		return bot.NewCustomer(name)
	}
	first, last, _ := strings.Cut(name, " ")
	return &world.Customer{Bot: bot, Name: name, AtTelegram: bot.AtTelegram.NewCustomer(telegramtest.Customer{
		ID: 700000000 + numbers.Add(1), FirstName: first, LastName: last, Language: "uk",
	})}
}

// begins makes a new customer write, and returns his conversation once the message is recorded: a message opens a closed
// conversation at that moment, which comes after the post.
func (s *scene) begins(bot *world.Bot, name, text string) (*world.Customer, world.Conversation) {
	s.Helper()
	customer := s.customer(bot, name)
	post := s.says(customer, text)
	c := s.conversation(customer)
	s.settles(c, post, "received")
	return customer, c
}

// says makes the customer write plain words, and returns the post they became.
func (s *scene) says(customer *world.Customer, text string) *model.Post {
	s.Helper()
	customer.Says(text)
	post, err := w.AwaitInbound(s.ctx, customer, text)
	require.NoError(s, err)
	return post
}

func (s *scene) conversation(customer *world.Customer) world.Conversation {
	s.Helper()
	c, err := w.AwaitConversation(s.ctx, customer)
	require.NoError(s, err)
	return c
}

// replies makes the agent write in the conversation's thread.
func (s *scene) replies(c world.Conversation, text string) *model.Post {
	s.Helper()
	post, err := s.agent.Reply(s.ctx, c.ChannelID, c.RootPostID, text)
	require.NoError(s, err)
	return post
}

// receives waits until the customer has got exactly these messages from the bot, in this order.
func (s *scene) receives(customer *world.Customer, texts ...string) {
	s.Helper()
	err := eventually(s.ctx, fmt.Sprintf("%d replies", len(texts)), func() bool { return len(customer.Received()) >= len(texts) })
	require.Equal(s, texts, received(customer), "%v", err)
}

func received(customer *world.Customer) []string {
	var texts []string
	for _, line := range customer.Received() {
		texts = append(texts, line.Text)
	}
	return texts
}

// settles waits until a message is in one of the states.
func (s *scene) settles(c world.Conversation, post *model.Post, states ...string) world.Message {
	s.Helper()
	message, err := w.AwaitMessage(s.ctx, c.ID, post.Id, states...)
	require.NoError(s, err)
	return message
}

func (s *scene) thread(rootID string) []*model.Post {
	s.Helper()
	posts, err := w.Admin.Thread(s.ctx, rootID)
	require.NoError(s, err)
	return posts
}

// inbound are the customer's messages in a thread, oldest first.
func (s *scene) inbound(rootID string) []string {
	s.Helper()
	var texts []string
	for _, post := range s.thread(rootID) {
		if world.IsInbound(post) {
			texts = append(texts, post.Message)
		}
	}
	return texts
}

// cards are the root posts of the scene's channel, oldest first.
func (s *scene) cards() []*model.Post {
	s.Helper()
	roots, err := w.Admin.Roots(s.ctx, s.channel.Id)
	require.NoError(s, err)
	return roots
}

// notice waits for a post in the thread with a button of this name.
func (s *scene) notice(rootID, button string) *model.Post {
	s.Helper()
	var found *model.Post
	err := eventually(s.ctx, "a notice with "+button, func() bool {
		for _, post := range s.thread(rootID) {
			if post.RootId != "" && actionOf(post, button) != nil {
				found = post
			}
		}
		return found != nil
	})
	require.NoError(s, err)
	return found
}

// actionOf is the button of that name under a post, nil when there is none.
func actionOf(post *model.Post, name string) *model.PostAction {
	for _, attachment := range post.Attachments() {
		for _, action := range attachment.Actions {
			if action.Name == name {
				return action
			}
		}
	}
	return nil
}

func buttons(post *model.Post) []string {
	names := []string{}
	for _, attachment := range post.Attachments() {
		for _, action := range attachment.Actions {
			names = append(names, action.Name)
		}
	}
	return names
}

// presses makes somebody press a button as the app does.
func (s *scene) presses(who *lab.Session, post *model.Post, button string) {
	s.Helper()
	action := actionOf(post, button)
	require.NotNil(s, action, "there is no button %q, only %v", button, buttons(post))
	_, err := who.Client.DoPostActionWithCookie(s.ctx, post.Id, action.Id, "", action.Cookie, nil, "")
	require.NoError(s, err)
}

// marked waits for msgbot's reaction on a post.
func (s *scene) marked(post *model.Post, emoji string) {
	s.Helper()
	require.NoError(s, eventually(s.ctx, "the sign "+emoji, func() bool { return slices.Contains(s.signs(post), emoji) }))
}

func (s *scene) signs(post *model.Post) []string {
	s.Helper()
	reactions, _, err := w.Admin.Client.GetReactions(s.ctx, post.Id)
	require.NoError(s, err)
	var names []string
	for _, reaction := range reactions {
		names = append(names, reaction.EmojiName)
	}
	return names
}

// refused requires that a call was refused with this status and code, and returns the refusal.
func refused(t testing.TB, err error, status int, code string) world.Refusal {
	t.Helper()
	refusal, ok := world.AsRefusal(err)
	require.True(t, ok, "not refused in the form of REST: %v", err)
	require.Equal(t, status, refusal.Status, "%+v", refusal)
	require.Equal(t, code, refusal.Code, "%+v", refusal)
	return refusal
}

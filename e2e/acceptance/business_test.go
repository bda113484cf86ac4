// Telegram Business accounts: nothing of one is shown before an admin accepted it. Case 30.

package acceptance

import (
	"net/http"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// shop is a Business account that its owner connected to a bot, with one customer of his.
type shop struct {
	*telegramtest.Business
	bot *world.Bot
	// asCustomer finds the conversation with the customer.
	asCustomer *world.Customer
	// customer and owner are the two in their chat.
	customer, owner *telegramtest.Speaker
}

func (s *scene) shop(bot *world.Bot, customer string) *shop {
	s.Helper()
	owner := s.customer(bot, "Власник Крамниці")
	buyer := s.customer(bot, customer)
	b := owner.AtTelegram.ConnectsBusiness(telegramtest.Rights{CanReply: true, CanReadMessages: true})
	return &shop{
		Business: b, bot: bot, asCustomer: buyer, customer: b.As(buyer.AtTelegram), owner: b.OwnerTo(buyer.AtTelegram),
	}
}

// stood waits until a connection is in a state.
func (s *scene) stood(b *shop, state string) {
	s.Helper()
	var now []world.Connection
	err := eventually(s.ctx, "a connection that is "+state, func() bool {
		var err error
		now, err = w.Plugin.Connections(s.ctx, b.bot.ID)
		return err == nil && slices.ContainsFunc(now, func(c world.Connection) bool { return c.ID == b.ID && c.State == state })
	})
	require.NoError(s, err, "%+v", now)
}

// offer waits for the post in the inbox channel that asks for a connection.
func (s *scene) offer() *model.Post {
	s.Helper()
	var found *model.Post
	require.NoError(s, eventually(s.ctx, "a post with Accept", func() bool {
		for _, post := range s.cards() {
			if actionOf(post, "Accept") != nil {
				found = post
			}
		}
		return found != nil
	}))
	return found
}

// accepted is a shop whose connection an admin accepted.
func (s *scene) accepted(bot *world.Bot, customer string) *shop {
	s.Helper()
	b := s.shop(bot, customer)
	s.stood(b, "waiting")
	_, err := w.Plugin.Decide(s.ctx, bot.ID, b.ID, "accept")
	require.NoError(s, err)
	return b
}

func TestCase30ABusinessAccountWaitsUntilAnAdminAcceptsIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	b := s.shop(bot, "Оксана")
	b.customer.Says("Перше")
	b.customer.SendsPhoto(picture(1), "Друге")
	b.owner.Says("Третє, від власника")
	offer := s.offer()
	require.Contains(t, offer.Message, "Власник Крамниці")
	s.stood(b, "waiting")
	require.NoError(t, bot.AtTelegram.AwaitDelivered(s.ctx))
	require.Len(t, s.cards(), 1, "something is shown that nobody accepted")

	s.presses(w.Admin, offer, "Accept")
	s.stood(b, "accepted")
	posts := s.arrivals(b.asCustomer, 3)
	require.Equal(t, "Перше", posts[0].Message)
	require.Equal(t, "Друге", posts[1].Message)
	require.Equal(t, []string{picture(1).SHA256()}, s.hashes(posts[1]))
	require.Contains(t, posts[2].Message, "Третє, від власника")
	require.Len(t, s.cards(), 2)
	s.withoutButton(offer)
}

func TestCase30ABusinessAccountThatIsRefusedIsDroppedByName(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	b := s.shop(bot, "Оксана")
	b.customer.Says("Перше")
	offer := s.offer()
	s.presses(w.Admin, offer, "Refuse")
	s.stood(b, "refused")
	b.customer.Says("Друге")
	s.worksOff(bot)
	require.Len(t, s.cards(), 1, "something is shown of it")
	var dropped int
	require.NoError(t, s.database().QueryRowContext(s.ctx,
		`SELECT count(*) FROM msgbot_inbox WHERE bot_id = $1 AND state = 'dropped' AND reason = 'connection_refused'`, bot.ID).Scan(&dropped))
	require.Equal(t, 2, dropped)
}

func TestCase30TheOwnersMessagesAreMarkedAndTheBotsOwnAreNotRepeated(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	b := s.accepted(bot, "Оксана")
	asked := b.customer.Says("Є розмір M?")
	s.arrivals(b.asCustomer, 1)
	c := s.conversation(b.asCustomer)
	b.owner.Says("Зараз гляну")
	marked := s.arrivals(b.asCustomer, 2)[1]
	require.Contains(t, marked.Message, "Зараз гляну")
	require.Contains(t, marked.Message, "The account's owner to the customer:")
	require.Equal(t, "Account owner", marked.GetProp(model.PostPropsOverrideUsername))
	require.NoError(t, eventually(s.ctx, "the end of the wait", func() bool { return s.conversation(b.asCustomer).WaitingSince == 0 }))

	reply := s.replies(c, "Є і M, і L")
	s.settles(c, reply, "sent")
	s.worksOff(bot)
	chat := b.Chat(b.asCustomer.AtTelegram)
	require.Equal(t, "Є і M, і L", chat[len(chat)-1].Text)
	require.True(t, chat[len(chat)-1].FromBot)
	s.arrivals(b.asCustomer, 2) // the echo of the reply is no third one

	b.customer.Edits(asked.ID, "Є розмір L?")
	s.becomes(s.arrivals(b.asCustomer, 2)[0], "Є розмір L?", "(edited ")
	b.owner.Deletes(chat[len(chat)-1].ID) // the agent's reply: his post is his own, and stays as he wrote it
	b.owner.Deletes(chat[1].ID)
	b.customer.Deletes(asked.ID)
	s.becomes(marked, "Зараз гляну", "deleted")
	s.becomes(s.arrivals(b.asCustomer, 2)[0], "Є розмір L?", "deleted")
	kept, _, err := w.Admin.Client.GetPost(s.ctx, reply.Id, "")
	require.NoError(t, err)
	require.Equal(t, "Є і M, і L", kept.Message)
	require.Equal(t, []string{"Є розмір M?"}, s.formerly(c, s.arrivals(b.asCustomer, 2)[0], 1))
}

func TestCase30AnEndedConnectionTakesNoReplies(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	b := s.accepted(bot, "Оксана")
	b.customer.Says("Добрий день")
	s.arrivals(b.asCustomer, 1)
	c := s.conversation(b.asCustomer)
	b.Disconnects()
	s.stood(b, "revoked")
	s.settles(c, s.replies(c, "Вітаю"), "failed")
	s.notice(c.RootPostID, "Retry")
	require.Len(t, b.Chat(b.asCustomer.AtTelegram), 1)

	b.Reconnects()
	s.stood(b, "waiting")
	b.customer.Says("Ви ще тут?")
	require.NoError(t, bot.AtTelegram.AwaitDelivered(s.ctx))
	s.arrivals(b.asCustomer, 1)
	_, err := w.Plugin.Decide(s.ctx, bot.ID, b.ID, "accept")
	require.NoError(t, err)
	s.arrivals(b.asCustomer, 2)
	s.settles(c, s.replies(c, "Вже тут"), "sent")
}

func TestCase30OnlyAdminsOfTheChannelDecideAboutABusinessAccount(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	b := s.shop(bot, "Оксана")
	offer := s.offer()
	other := newScene(t)
	elsewhere := other.telegram(world.Webhook, nil)

	stranger := s.colleague()
	for who, want := range map[*lab.Session]struct {
		status int
		code   string
	}{
		s.agent:  {http.StatusForbidden, "forbidden"},
		stranger: {http.StatusNotFound, "not_found"},
	} {
		_, err := world.NewClient(who).Decide(s.ctx, bot.ID, b.ID, "accept")
		refused(t, err, want.status, want.code)
	}
	_, err := w.Plugin.Decide(s.ctx, elsewhere.ID, b.ID, "accept")
	refused(t, err, http.StatusNotFound, "not_found")

	action := actionOf(offer, "Accept")
	_, _ = s.agent.Client.DoPostActionWithCookie(s.ctx, offer.Id, action.Id, "", action.Cookie, nil, "")
	for _, who := range []*lab.Session{s.agent, stranger} {
		// Who forges the press gets no further.
		var told model.PostActionIntegrationResponse
		_ = world.NewClient(who).Do(s.ctx, http.MethodPost, "/actions/acceptconnection", model.PostActionIntegrationRequest{
			Context: map[string]any{"bot_id": bot.ID, "connection_id": b.ID},
		}, &told)
	}
	s.stood(b, "waiting")
}

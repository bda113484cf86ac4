// What a customer's message from Telegram stands in: forwards and replies, deep links. Cases 23, 25 and 27.

package acceptance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCase23AForwardedMessageSaysFromWhom(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	friend := bot.AtTelegram.NewCustomer(telegramtest.Customer{ID: 700000000 + numbers.Add(1), FirstName: "Тарас", LastName: "Ш."})
	for name, origin := range map[string]struct {
		from telegramtest.Origin
		who  string
	}{
		"a person":        {telegramtest.FromUser(friend), "Тарас Ш."},
		"a hidden person": {telegramtest.FromHiddenUser("Прихована *Людина*"), `Прихована`},
		"a group":         {telegramtest.FromChat(-1001000000007, "Сусіди @all", ""), "Сусіди @\u2060all"},
		"a channel":       {telegramtest.FromChannel(-1001000000008, "Новини міста", 15, "Редакція"), "Новини міста"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.on(t)
			customer := s.customer(bot, "Оксана "+name)
			m := customer.AtTelegram.Forwarding(origin.from).Says("Знижки **тут**")
			post := s.arrivals(customer, 1)[0]
			require.Contains(t, post.Message, "orwarded from")
			require.Contains(t, post.Message, origin.who)
			require.Contains(t, post.Message, `Знижки \*\*тут\*\*`)
			s.again(bot, m.UpdateID)
			s.arrivals(customer, 1)
		})
	}
}

func TestCase23AForwardedPictureIsShownWithItsOrigin(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	customer.AtTelegram.Forwarding(telegramtest.FromChannel(-1001000000009, "Крамниця", 3, "")).SendsPhoto(picture(3), "Хочу таке")
	post := s.arrivals(customer, 1)[0]
	require.Contains(t, post.Message, "Крамниця")
	require.Contains(t, post.Message, "Хочу таке")
	require.Equal(t, []string{picture(3).SHA256()}, s.hashes(post))
}

func TestCase25AReplyShowsWhatItAnswers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	old := customer.AtTelegram.SaidEarlier("Ціна з травня: 100 @all")
	first := customer.AtTelegram.Says("Скільки коштує червона?")
	original := s.arrivals(customer, 1)[0]
	c := s.conversation(customer)
	reply := s.replies(c, "Червона **двісті**, синя триста")
	s.settles(c, reply, "sent")
	answer := lastID(customer)

	for i, quoting := range []struct {
		to           int
		words, quote string
		linked       string
	}{
		{first.ID, "", "Скільки коштує червона?", original.Id},
		{first.ID, "червона", ": червона", original.Id},
		{answer, "", "Червона двісті, синя триста", reply.Id},
		{answer, "синя триста", ": синя триста", reply.Id},
		{old.ID, "", "Ціна з травня: 100 @\u2060all", ""},
	} {
		m := customer.AtTelegram.RepliesTo(quoting.to, "Беру!", quoting.words)
		post := s.arrivals(customer, i+2)[i+1]
		require.True(t, strings.HasPrefix(post.Message, "> "), "%q", post.Message)
		require.Contains(t, post.Message, quoting.quote)
		require.Contains(t, post.Message, "Беру!")
		require.Contains(t, post.Message, quoting.linked)
		if quoting.words != "" {
			require.NotContains(t, post.Message, "Скільки")
			require.NotContains(t, post.Message, "двісті")
		}
		s.again(bot, m.UpdateID)
	}
	s.arrivals(customer, 6)

	gone := customer.AtTelegram.RepliesTo(999999, "На видалене", "")
	require.Equal(t, "На видалене", s.arrivals(customer, 7)[6].Message)
	s.again(bot, gone.UpdateID)
}

func TestCase27ADeepLinkIsToldAndItsCommandIsNot(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	customer.AtTelegram.Start("")
	first := customer.AtTelegram.Start("spring-sale_7")
	s.worksOff(bot)
	require.Empty(t, s.cards(), "who only starts the bot opens no thread")

	s.says(customer, "Добрий день!")
	c := s.conversation(customer)
	s.line(c.RootPostID, "spring-sale_7")
	second := customer.AtTelegram.Says("/start@" + bot.AtTelegram.Username + " summer")
	s.line(c.RootPostID, "summer")
	s.again(bot, first.UpdateID, second.UpdateID)
	require.Len(t, s.lines(c.RootPostID), 2)
	require.Equal(t, []string{"Добрий день!"}, s.inbound(c.RootPostID))
	for _, post := range s.thread(c.RootPostID) {
		require.NotContains(t, post.Message, "/start")
	}
}

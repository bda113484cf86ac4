// Telegram groups: one conversation for all their members. Case 33.

package acceptance

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// crowd is a basic group with two members that a bot is in.
type crowd struct {
	*telegramtest.Group
	// asCustomer finds the group's conversation.
	asCustomer  *world.Customer
	olha, petro *telegramtest.Customer
}

func (s *scene) crowd(bot *world.Bot, title string) *crowd {
	s.Helper()
	member := func(name string) *telegramtest.Customer {
		return bot.AtTelegram.NewCustomer(telegramtest.Customer{ID: 700000000 + numbers.Add(1), FirstName: name, Language: "uk"})
	}
	c := &crowd{asCustomer: &world.Customer{Bot: bot, Title: title}, olha: member("Ольга"), petro: member("Петро")}
	c.Group = bot.AtTelegram.NewGroup(-4000000-numbers.Add(1), title, c.olha, c.petro)
	return c
}

// saidByBot are the bot's messages in a group.
func saidByBot(g *telegramtest.Group) []string {
	var texts []string
	for _, line := range world.TelegramLines(g.Chat()) {
		if line.FromBot {
			texts = append(texts, line.Text)
		}
	}
	return texts
}

func TestAGroupIsOneConversationAndEachMessageHasItsSpeaker(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	g := s.crowd(bot, "Сусіди")
	g.Joins(g.petro)
	s.worksOff(bot)
	require.Empty(t, s.cards(), "that somebody joined opens no thread")

	g.Hears(g.olha, "Коли вивіз?")
	g.Hears(g.petro, "І куди?")
	g.As(g.petro).SendsPhoto(picture(1), "Ось сюди")
	posts := s.arrivals(g.asCustomer, 3)
	var speakers []any
	for _, p := range posts {
		speakers = append(speakers, p.GetProp(model.PostPropsOverrideUsername))
	}
	require.Equal(t, []any{"Ольга", "Петро", "Петро"}, speakers)
	require.Equal(t, []string{"Коли вивіз?", "І куди?", "Ось сюди"}, texts(posts))
	require.Equal(t, []string{picture(1).SHA256()}, s.hashes(posts[2]))
	require.Len(t, s.cards(), 1)
	require.Contains(t, s.cards()[0].Message, "Сусіди")

	c := s.conversation(g.asCustomer)
	s.settles(c, s.replies(c, "У вівторок"), "sent")
	require.Equal(t, []string{"У вівторок"}, saidByBot(g.Group))
	answer := g.Chat()[len(g.Chat())-1].ID
	g.As(g.olha).RepliesTo(answer, "Дякую", "")
	reply := s.arrivals(g.asCustomer, 4)[3]
	require.Contains(t, reply.Message, "> ")
	require.Contains(t, reply.Message, "У вівторок")

	g.Leaves(g.petro)
	left := s.arrivals(g.asCustomer, 5)[4]
	require.Contains(t, left.Message, "Петро")
}

func TestInAGroupWithPrivacyOnlyWhatReachesTheBotIsShown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	bot.AtTelegram.SetPrivacy(true)
	g := s.crowd(bot, "Клуб")
	require.Zero(t, g.Hears(g.olha, "між нами").UpdateID)
	g.Hears(g.olha, "/help@"+bot.AtTelegram.Username)
	require.Contains(t, s.arrivals(g.asCustomer, 1)[0].Message, "/help")
	c := s.conversation(g.asCustomer)
	s.settles(c, s.replies(c, "Чим допомогти?"), "sent")
	answer := g.Chat()[len(g.Chat())-1].ID
	g.As(g.petro).RepliesTo(answer, "Мені теж", "")
	require.Contains(t, s.arrivals(g.asCustomer, 2)[1].Message, "Мені теж")
}

func TestABotThatIsTakenOutOfAGroupWritesNoMoreUntilItIsBack(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	for name, leaves := range map[string]func(*crowd){
		"removed": func(g *crowd) { g.RemovesBot(g.olha) },
		"banned":  func(g *crowd) { g.BansBot(g.olha) },
	} {
		t.Run(name, func(t *testing.T) {
			s := s.on(t)
			g := s.crowd(bot, "Гурт "+name)
			g.Hears(g.olha, "Вітаю")
			s.arrivals(g.asCustomer, 1)
			c := s.conversation(g.asCustomer)
			leaves(g)
			s.line(c.RootPostID, "removed from the group")
			s.worksOff(bot)
			s.settles(c, s.replies(c, "Чуєте?"), "failed")
			s.notice(c.RootPostID, "Retry")

			g.AddsBot(g.olha)
			s.worksOff(bot)
			require.Empty(t, s.conversation(g.asCustomer).Customer.Unreachable)
			s.settles(c, s.replies(c, "Знову тут"), "sent")
			require.Equal(t, []string{"Знову тут"}, saidByBot(g.Group))
		})
	}
}

func TestCase33AGroupThatBecomesASupergroupGoesOnInItsThread(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	g := s.crowd(bot, "Двір")
	first := g.Hears(g.olha, "Перше")
	post := s.arrivals(g.asCustomer, 1)[0]
	c := s.conversation(g.asCustomer)
	next := g.Migrates(g.olha)
	next.Hears(g.petro, "Друге")
	require.Equal(t, post.RootId, s.arrivals(g.asCustomer, 2)[1].RootId)
	s.settles(c, s.replies(c, "Відповідь"), "sent")
	require.Equal(t, []string{"Відповідь"}, saidByBot(next))
	require.Empty(t, saidByBot(g.Group))
	// The new group counts its messages anew: a message of the same number is another one.
	same := next.Hears(g.olha, "Третє")
	for same.ID < first.ID {
		same = next.Hears(g.olha, "ще")
	}
	s.worksOff(bot)
	next.As(g.olha).Edits(same.ID, "Змінене")
	s.worksOff(bot)
	require.Equal(t, "Перше", s.posts(post.RootId)[0].Message)
	require.Len(t, s.cards(), 1)
}

func TestCase33AReplyToAGroupThatJustMovedIsSentOnceToItsNewPlace(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	g := s.crowd(bot, "Подвір'я")
	g.Hears(g.olha, "Перше")
	s.arrivals(g.asCustomer, 1)
	c := s.conversation(g.asCustomer)
	bot.AtTelegram.Hold()
	next := g.Migrates(g.olha)
	s.settles(c, s.replies(c, "Відповідь"), "sent")
	require.Equal(t, []string{"Відповідь"}, saidByBot(next))
	require.Equal(t, 2, callsOf(bot, "sendMessage"), "one refused and one taken")
	bot.AtTelegram.Release()
	s.worksOff(bot)
	next.Hears(g.petro, "Друге")
	require.Equal(t, c.RootPostID, s.arrivals(g.asCustomer, 2)[1].RootId)
	require.Len(t, s.cards(), 1)
}

// Automatic answers and threads: customers who are older than the rules, welcomes past an open thread, threads that reopen.

package acceptance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

func TestAutoWhoWroteBeforeTheRulesIsNotGreetedAsNew(t *testing.T) {
	t.Parallel()
	for _, way := range []way{fromTelegram, fromViber} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.botFor(way)
			old, fresh := s.chatter(bot, "Оксана"), s.chatter(bot, "Тарас")
			old.customer.Says("Добрий день")
			s.arrivals(old.customer, 1)
			s.ruled(bot, usualRules()[1])
			old.customer.Says("І ще одне")
			s.arrivals(old.customer, 2)
			old.getsNothing()
			fresh.writes("Добрий день", "Вітаємо!")
		})
	}
}

func TestAutoAWelcomeAtViberStandsInAnOpenThread(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	c := s.chatter(bot, "Оксана")
	c.customer.Says("Добрий день")
	s.arrivals(c.customer, 1)
	s.publishes(bot, "tour", tourFlow)
	c.opens("")
	c.gets("Меню", tourMenu...)
	c.shows(automatically("tour/main", "Меню", tourMenu...))
	require.Len(t, s.cards(), 1)
}

func TestAutoWhatWasAnsweredWhileAThreadWasClosedStandsInItWhenItReopens(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	c := s.chatter(bot, "Оксана")
	c.customer.Says("Добрий день")
	s.arrivals(c.customer, 1)
	s.publishes(bot, "tour", tourFlow)
	talk := s.conversation(c.customer)
	_, err := w.Plugin.Act(s.ctx, talk.ID, "close", nil)
	require.NoError(t, err)
	c.opens("")
	c.gets("Меню", tourMenu...)
	c.rests()
	require.Empty(t, c.automatic(), "the thread is closed")
	c.taps("Ціни")
	c.gets("Ціна 1", "Назад")
	c.shows(automatically("tour/main", "Меню", tourMenu...), automatically("tour/prices", "Ціна 1", "Назад"))
	require.Equal(t, talk.RootPostID, s.conversation(c.customer).RootPostID)
}

// What else a bot that answers by itself keeps to: the customer's language, one welcome that is a menu, and a limit.

package acceptance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// englishShop is the menu of the shop in English.
var englishShop = []string{
	"🚚 Delivery", "💳 Payment", "↩️ Returns", "🕘 Opening hours", "Order status", "Call me back", "A person",
}

func TestAutoTheShopSpeaksEnglishWithWhoSpeaksIt(t *testing.T) {
	t.Parallel()
	for _, way := range []way{fromTelegram, fromViber} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.botFor(way)
			s.publishes(bot, "shop", example("shop"))
			c := s.chatter(bot, "Ann")
			if bot.AtViber != nil {
				c.customer.AtViber = bot.AtViber.NewCustomer(vibertest.Customer{Name: "Ann", Language: "en", Country: "GB"})
			} else {
				c.customer.AtTelegram = bot.AtTelegram.NewCustomer(telegramtest.Customer{
					ID: 700000000 + numbers.Add(1), FirstName: "Ann", Language: "en-GB",
				})
			}
			c.customer.Name = "Ann"
			c.customer.Says("/menu")
			c.gets("Welcome to "+bot.Name+", Ann! What would you like to know?", englishShop...)
			c.taps("Call me back")
			c.gets("Share your number with the button or write it here, and we will call you back.",
				"📞 Share my number", "« Back", "A person")
			c.sharesPhone()
			c.gets("We have noted "+c.phone()+". When is a good time to talk?", "As soon as possible", "Later", "Menu")
			c.taps("Menu")
			c.gets("Welcome to "+bot.Name+", Ann! What would you like to know?", englishShop...)
			c.taps("Order status")
			c.gets("Please write your order number.")
			c.customer.Says("one")
			c.gets("An order number has 4 to 8 digits, such as 10452. Please try again.")
			c.customer.Says("/human")
			c.gets("A person will answer you from here on. Please wait a little.")
			c.mode("human")
		})
	}
}

func TestCase52AutoTheWelcomeOfAFlowIsItsMenu(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	s.publishes(bot, "tour", tourFlow)
	c := s.chatter(bot, "Оксана")
	c.opens("")
	c.gets("Меню", tourMenu...)
	require.True(t, c.customer.AtViber.Chat()[0].Welcome)
	require.Empty(t, s.cards())
	c.taps("Адреса")
	c.gets("Київ", "Назад")
	c.taps("Назад")
	c.gets("Меню", tourMenu...)
	c.shows(
		automatically("tour/main", "Меню", tourMenu...), automatically("tour/address", "Київ", "Назад"),
		automatically("tour/main", "Меню", tourMenu...))
	s.arrivals(c.customer, 2)
}

func TestAutoAConversationGetsTenAnswersInAMinuteAndAPersonBesides(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[0])
	c, other := s.chatter(bot, "Оксана"), s.chatter(bot, "Тарас")
	for range 10 {
		c.customer.Says("ціна")
		c.gets("Від 40 грн")
	}
	c.writes("ціна", "")
	other.writes("ціна", "Від 40 грн")
	c.customer.Says("/human")
	c.gets(handedOver)
	c.mode("human")
	require.NotZero(t, s.conversation(c.customer).WaitingSince)
}

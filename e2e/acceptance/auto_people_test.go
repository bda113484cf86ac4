// People and flows beside each other: agents who step in, flows that change under a customer, buttons that grew old.

package acceptance

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// tourFlow is a small flow; the text of its page about prices differs by version.
const tourFlow = `
flow: tour
start: main
trigger: {commands: [/start, /menu]}
steps:
  main:
    text: {uk: "Меню"}
    buttons:
      - [{label: {uk: "Ціни"}, do: go, value: prices}, {label: {uk: "Адреса"}, do: go, value: address}]
      - [{label: {uk: "Номер"}, do: go, value: ask}, {label: {uk: "Людина"}, do: handover}]
  prices: {text: {uk: "Ціна 1"}, buttons: [[{label: {uk: "Назад"}, do: back}]]}
  address: {text: {uk: "Київ"}, buttons: [[{label: {uk: "Назад"}, do: back}]]}
  ask: {text: {uk: "Який номер?"}, input: {field: number, type: number}, next: told}
  told: {text: {uk: "Дякуємо за {{field.number}}"}, next: main}
`

// The labels of its menu.
var tourMenu = []string{"Ціни", "Адреса", "Номер", "Людина"}

// humanAnswers is what a customer sees for a moment who presses a button while people answer.
const humanAnswers = "Вам уже відповідає людина."

// mode waits until people or the bot answer in his conversation.
func (c *chatter) mode(want string) {
	c.Helper()
	require.NoError(c, eventually(c.ctx, "mode "+want, func() bool { return c.conversation(c.customer).Mode == want }))
}

// toasted waits until a press is answered with a toast.
func (c *chatter) toasted(press *telegramtest.Press, want string) {
	c.Helper()
	c.answered(press)
	toast, _ := press.Answer()
	require.Equal(c, want, toast.Text)
}

// bare waits until a message at Telegram has no buttons.
func (c *chatter) bare(id int) {
	c.Helper()
	require.NoError(c, eventually(c.ctx, "a message without its buttons", func() bool {
		for _, m := range c.customer.AtTelegram.Chat() {
			if m.ID == id {
				return len(m.Buttons) == 0
			}
		}
		return false
	}))
}

func TestAutoSituationAnAgentStepsInMidFlow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.publishes(bot, "tour", tourFlow)
	c := s.chatter(bot, "Оксана")
	c.opens("")
	c.gets("Меню", tourMenu...)
	c.taps("Ціни")
	c.gets("Ціна 1", "Назад")
	page := lastFromBot(c.customer).ID
	s.worksOff(bot)

	// He presses in the moment in which the agent replies.
	bot.AtTelegram.Hold()
	press := c.customer.AtTelegram.Presses(page, "Назад")
	conversation := s.conversation(c.customer)
	s.settles(conversation, s.replies(conversation, "Добрий день, я Олена"), "sent")
	c.gets("Добрий день, я Олена")
	c.mode("human")
	c.bare(page)
	bot.AtTelegram.Release()
	c.toasted(press, humanAnswers)
	s.arrivals(c.customer, 2)
	c.getsNothing()

	c.writes("Де моя посилка?", "")
	c.customer.Says("/menu")
	c.getsNothing()
	require.NotZero(t, s.conversation(c.customer).WaitingSince, "he waits for the agent")
	c.shows(automatically("tour/main", "Меню", tourMenu...), automatically("tour/prices", "Ціна 1", "Назад"))

	_, err := w.Plugin.Act(s.ctx, conversation.ID, "mode", map[string]string{"mode": "bot"})
	require.NoError(t, err)
	c.customer.Says("/menu")
	c.gets("Меню", tourMenu...)
}

func TestAutoAnAgentOnViberStepsInMidFlow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	s.publishes(bot, "tour", tourFlow)
	c := s.chatter(bot, "Оксана")
	c.customer.Says("/menu")
	c.gets("Меню", tourMenu...)
	c.taps("Номер")
	c.gets("Який номер?")
	conversation := s.conversation(c.customer)
	s.settles(conversation, s.replies(conversation, "Добрий день, я Олена"), "sent", "delivered", "seen")
	c.gets("Добрий день, я Олена")
	c.mode("human")
	c.writes("12", "")
	require.NotZero(t, s.conversation(c.customer).WaitingSince)
}

func TestAutoWhoAsksForAPersonWaitsForOne(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		s.ruled(bot)
		s.publishes(bot, "tour", tourFlow)
		c := s.chatter(bot, "Оксана")
		c.customer.Says("/menu")
		c.gets("Меню", tourMenu...)
		require.Zero(s, s.conversation(c.customer).WaitingSince, "the menu answers him")
		c.taps("Людина")
		c.gets(handedOver)
		c.mode("human")
		require.NotZero(s, s.conversation(c.customer).WaitingSince)
		c.writes("Ало?", "")
	})
}

func TestAutoSituationAnOldButton(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, map[string]any{"keep_keyboard": true})
	s.publishes(bot, "tour", tourFlow)
	c := s.chatter(bot, "Оксана")
	c.opens("")
	c.gets("Меню", tourMenu...)
	menu := lastFromBot(c.customer).ID
	c.taps("Ціни")
	c.gets("Ціна 1", "Назад")
	c.taps("Назад")
	c.gets("Меню", tourMenu...)
	s.worksOff(bot)
	c.passes(5 * 24 * time.Hour)
	press := c.customer.AtTelegram.Presses(menu, "Адреса")
	c.gets("Київ", "Назад")
	c.toasted(press, "")

	// The flow that had the button is gone.
	require.NoError(t, w.Plugin.Do(s.ctx, "DELETE", "/bots/"+bot.ID+"/flows/tour", nil, nil))
	s.ruled(bot, usualRules()[0])
	press = c.customer.AtTelegram.Presses(menu, "Ціни")
	c.toasted(press, "Ця кнопка більше не працює.")
	c.getsNothing()
	require.Contains(t, s.arrivals(c.customer, 4)[3].Message, "Ціни", "the team sees that he pressed")
}

func TestAutoAPressedKeyboardGoesUnlessTheBotKeepsIt(t *testing.T) {
	for name, keep := range map[string]bool{"by default": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.telegram(world.Webhook, map[string]any{"keep_keyboard": keep})
			s.publishes(bot, "tour", tourFlow)
			c := s.chatter(bot, "Оксана")
			c.opens("")
			c.gets("Меню", tourMenu...)
			c.rests()
			menu := lastFromBot(c.customer).ID
			c.taps("Ціни")
			c.gets("Ціна 1", "Назад")
			page := lastFromBot(c.customer).ID
			if !keep {
				c.bare(menu)
				return
			}
			c.customer.Says("/human")
			c.gets(handedOver)
			c.rests()
			for _, m := range c.customer.AtTelegram.Chat() {
				require.Equal(t, m.ID == menu || m.ID == page, len(m.Buttons) > 0, m.Text)
			}
		})
	}
}

func TestAutoAFlowThatIsPublishedAgainLeavesCustomersInTheirVersion(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, map[string]any{"keep_keyboard": true})
	require.Equal(t, 1, s.publishes(bot, "tour", tourFlow).PublishedVersion)
	c, asked := s.chatter(bot, "Оксана"), s.chatter(bot, "Тарас")
	c.opens("")
	c.gets("Меню", tourMenu...)
	menu := lastFromBot(c.customer).ID
	asked.opens("")
	asked.gets("Меню", tourMenu...)
	asked.taps("Номер")
	asked.gets("Який номер?")

	next := strings.NewReplacer("Ціна 1", "Ціна 2", "Дякуємо за", "Записали", "address", "place", "Київ", "Львів").Replace(tourFlow)
	require.NoError(t, w.Plugin.SaveFlow(s.ctx, bot.ID, "tour", next))
	other := s.chatter(bot, "Чернетка")
	other.opens("")
	other.gets("Меню", tourMenu...)
	other.taps("Ціни")
	other.gets("Ціна 1", "Назад") // a draft is not in force
	flow, err := w.Plugin.FlowAction(s.ctx, bot.ID, "tour", "publish")
	require.NoError(t, err)
	require.Equal(t, 2, flow.PublishedVersion)

	// Who is inside goes on in his version until he leaves it.
	asked.customer.Says("17")
	asked.gets("Дякуємо за 17\n\nМеню", tourMenu...)
	c.taps("Ціни")
	c.gets("Ціна 1", "Назад")
	s.worksOff(bot)
	c.leavesFlow()

	// The old menu leads to the same step of the version in force, and to the menu where there is no such step.
	c.customer.AtTelegram.Presses(menu, "Ціни")
	c.gets("Ціна 2", "Назад")
	s.worksOff(bot)
	c.leavesFlow()
	c.customer.AtTelegram.Presses(menu, "Адреса")
	c.gets("Меню", tourMenu...)
	c.taps("Адреса")
	c.gets("Львів", "Назад")
}

// leavesFlow ends the flow where he is, as its idle time does.
func (c *chatter) leavesFlow() {
	c.Helper()
	c.rests()
	_, err := c.database().ExecContext(c.ctx,
		`UPDATE msgbot_conversations SET memory = memory - 'position' WHERE id = $1`, c.conversation(c.customer).ID)
	require.NoError(c, err)
}

// Services of flows that are slow, people who step in meanwhile, and crashes: who waits for a service waits alone, and it is
// asked once.

package acceptance

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// orderFlow asks a service when the customer presses "Замовити".
func orderFlow(service string) string {
	return strings.Replace(`
flow: order
start: main
trigger: {commands: [/start, /menu]}
steps:
  main: {text: {uk: "Меню"}, buttons: [[{label: {uk: "Замовити"}, do: go, value: order}]]}
  order: {http: {method: POST, url: "SERVICE/orders", body: '{"n": 1}', timeout: 10s, save: {number: number}, error: sorry}, next: done}
  done: {text: {uk: "Замовлення {{http.number}}"}, next: main}
  sorry: {text: {uk: "Сервіс мовчить."}, do: handover}
`, "SERVICE", service, 1)
}

// slowService answers when it is released.
type slowService struct {
	url     string
	asked   atomic.Int32
	release func()
}

func newSlowService(t *testing.T) *slowService {
	released := make(chan struct{})
	s := &slowService{release: sync.OnceFunc(func() { close(released) })}
	s.url = service(t, func(out http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		select {
		case <-released:
		case <-r.Context().Done():
		}
		_, _ = out.Write([]byte(`{"number": "7"}`))
	})
	t.Cleanup(s.release)
	return s
}

// awaitAsked waits until the service was asked so often.
func (s *slowService) awaitAsked(c *scene, times int32) {
	c.Helper()
	require.NoError(c, eventually(c.ctx, "a call of the service", func() bool { return s.asked.Load() >= times }))
}

// ordering is a scene with a customer for whom a slow service is being asked.
func ordering(t *testing.T) (*scene, *slowService, *chatter) {
	s := newScene(t)
	_, slow, c := s.asked()
	return s, slow, c
}

// orders brings a customer to where the service is being asked for him.
func (c *chatter) orders() {
	c.Helper()
	c.opens("")
	c.gets("Меню", "Замовити")
	c.taps("Замовити")
}

func TestAutoASlowServiceHoldsUpOnlyThoseWhoWaitForIt(t *testing.T) {
	t.Parallel()
	s, slow, first := ordering(t)
	bot := first.customer.Bot
	s.ruled(bot, rule("Ціни", keyword("ціна"), "Від 40 грн", "From 40 UAH"))
	waiting := []*chatter{first}
	for i := range 11 { // more than are worked off at once
		c := s.chatter(bot, fmt.Sprint("Покупець", i))
		c.orders()
		waiting = append(waiting, c)
	}
	slow.awaitAsked(s, 12)
	other := s.chatter(bot, "Оксана")
	other.customer.Says("Яка ціна?")
	other.gets("Від 40 грн")
	waiting[0].customer.Says("Ви ще там?")
	s.arrivals(waiting[0].customer, 2) // the press, and what he writes meanwhile
	slow.release()
	for _, c := range waiting {
		c.gets("Замовлення 7\n\nМеню", "Замовити")
	}
	require.EqualValues(t, 12, slow.asked.Load())
}

func TestAutoAnAgentWhoRepliesWhileAServiceIsAskedIsNotTalkedOver(t *testing.T) {
	t.Parallel()
	s, slow, c := ordering(t)
	talk := s.conversation(c.customer)
	s.settles(talk, s.replies(talk, "Я тут, чим допомогти?"), "sent")
	c.gets("Я тут, чим допомогти?")
	slow.release()
	c.settled()
	c.getsNothing()
	c.mode("human")
}

// settled waits until no service is asked for his conversation any more.
func (c *chatter) settled() {
	c.Helper()
	require.NoError(c, eventually(c.ctx, "the end of all calls", func() bool {
		var calls int
		err := c.database().QueryRowContext(c.ctx, `SELECT count(*) FROM msgbot_calls WHERE conversation_id = $1`, c.id()).Scan(&calls)
		return err == nil && calls == 0
	}))
}

// Not parallel: it kills the plugin.
func TestAutoAServiceIsNotAskedAgainAfterACrash(t *testing.T) {
	s, slow, c := ordering(t)
	require.NoError(t, w.Server.KillPlugin(s.ctx, world.PluginID))
	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	c.gets("Сервіс мовчить.")
	c.mode("human")
	require.NotZero(t, s.conversation(c.customer).WaitingSince, "a person is called, for whom he waits")
	require.EqualValues(t, 1, slow.asked.Load())
}

func TestAutoCase28APressThatIsToldInTwoUpdatesIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.publishes(bot, "tour", tourFlow)
	c := s.chatter(bot, "Оксана")
	c.opens("")
	c.gets("Меню", tourMenu...)
	menu := lastFromBot(c.customer)
	press := c.customer.AtTelegram.Presses(menu.ID, "Ціни")
	s.answered(press)
	c.gets("Ціна 1", "Назад")
	bot.AtTelegram.Inject(fmt.Sprintf(`{"callback_query":{"id":%q,"from":{"id":%[2]d,"is_bot":false,"first_name":"Оксана"},
		"chat_instance":"1","data":%[4]q,"message":{"message_id":%[3]d,"date":0,"chat":{"id":%[2]d,"type":"private","first_name":"Оксана"}}}}`,
		press.ID, c.customer.AtTelegram.ID, menu.ID, menu.Buttons[0][0].Data))
	c.getsNothing()
}

func TestAutoWhoTookOverWhileAnAnswerWaitedIsNotTalkedOver(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.publishes(bot, "tour", tourFlow)
	c := s.chatter(bot, "Оксана")
	c.customer.Says("Добрий день")
	s.arrivals(c.customer, 1)
	s.acts(bot, "pause")
	c.customer.Says("/menu")
	s.arrivals(c.customer, 2)
	s.worksOff(bot)
	_, err := w.Plugin.Act(s.ctx, s.conversation(c.customer).ID, "claim", nil)
	require.NoError(t, err)
	s.acts(bot, "resume")
	c.getsNothing()
}

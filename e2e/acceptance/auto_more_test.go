// What happens to a flow, a bot or a customer while a service is asked, beyond what agents do.

package acceptance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// asked brings a new customer of a bot of his own to where the service is being asked for him.
func (s *scene) asked() (*world.Bot, *slowService, *chatter) {
	s.Helper()
	bot := s.telegram(world.Webhook, nil)
	slow := newSlowService(s.T)
	s.publishes(bot, "order", orderFlow(slow.url))
	c := s.chatter(bot, "Оксана")
	c.orders()
	slow.awaitAsked(s, 1)
	s.arrivals(c.customer, 1)
	return bot, slow, c
}

func TestAutoWhoWaitsForAServiceStaysInTheVersionThatAskedIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for name, change := range map[string]func(bot *world.Bot, url string){
		"switched off": func(bot *world.Bot, _ string) {
			_, err := w.Plugin.FlowAction(s.ctx, bot.ID, "order", "off")
			require.NoError(s, err)
		},
		"published anew": func(bot *world.Bot, url string) {
			s.publishes(bot, "order", strings.ReplaceAll(orderFlow(url), "Замовлення", "Нове замовлення"))
		},
	} {
		bot, slow, c := s.asked()
		change(bot, slow.url)
		slow.release()
		c.gets("Замовлення 7\n\nМеню", "Замовити")
		require.EqualValues(t, 1, slow.asked.Load(), name)
	}
}

func TestAutoAFlowThatIsRemovedWhileItsServiceIsAskedLetsItsCustomersGo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot, slow, c := s.asked()
	s.ruled(bot, rule("Ціни", keyword("ціна"), "Від 40 грн", "From 40 UAH"))
	require.NoError(t, w.Plugin.Do(s.ctx, http.MethodDelete, "/bots/"+bot.ID+"/flows/order", nil, nil))
	slow.release()
	c.settled()
	c.getsNothing()
	c.customer.Says("Яка ціна?")
	c.gets("Від 40 грн")
}

func TestAutoWhoGoesOnWhileAServiceIsAskedHearsNoMoreOfIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, slow, c := s.asked()
	c.customer.Says("/menu")
	c.gets("Меню", "Замовити")
	slow.release()
	c.settled()
	c.getsNothing()
	c.taps("Замовити")
	c.gets("Замовлення 7\n\nМеню", "Замовити")
	require.EqualValues(t, 2, slow.asked.Load())
}

func TestAutoABotThatIsRemovedWhileAServiceIsAskedLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot, slow, c := s.asked()
	require.NoError(t, w.Plugin.RemoveBot(s.ctx, bot.ID))
	slow.release()
	require.NoError(t, eventually(s.ctx, "nothing of the bot", func() bool {
		var rows int
		err := s.database().QueryRowContext(s.ctx, `
			SELECT (SELECT count(*) FROM msgbot_calls WHERE bot_id = $1) + (SELECT count(*) FROM msgbot_inbox WHERE bot_id = $1)`, bot.ID).Scan(&rows)
		return err == nil && rows == 0
	}))
	require.Len(t, c.customer.Received(), c.seen, "%q", received(c.customer))
}

func TestAutoABotThatIsPausedWhileAServiceIsAskedAnswersWhenItGoesOn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot, slow, c := s.asked()
	c.rests() // the keyboard that he pressed is taken away
	s.acts(bot, "pause")
	slow.release()
	c.settled()
	s.queued(bot, 1)
	require.Len(t, c.customer.Received(), c.seen, "%q", received(c.customer))
	s.acts(bot, "resume")
	c.gets("Замовлення 7\n\nМеню", "Замовити")
}

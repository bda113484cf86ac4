// What happens besides messages: blocking, presses and reactions. Cases 26, 28 and 29.

package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCase26BlockingPausesSendingAndComingBackResumesIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "Добрий день!")
	customer.AtTelegram.Blocks()
	s.line(c.RootPostID, "blocked the bot")
	s.worksOff(customer.Bot)
	require.NotEmpty(t, s.conversation(customer).Customer.Unreachable)
	s.settles(c, s.replies(c, "Чи ви тут?"), "failed")
	require.Contains(t, s.notice(c.RootPostID, "Retry").Message, "blocked the bot")
	require.Empty(t, sends(customer), "a blocked customer was written to")

	customer.AtTelegram.Unblocks()
	s.line(c.RootPostID, "can be reached again")
	s.settles(c, s.replies(c, "Вітаємо знову"), "sent")
	s.receives(customer, "Вітаємо знову")
}

// offers makes the bot's account write a message with buttons, as a menu does, and returns its id. Each button's data is
// its text with "do " before it.
func offers(s *scene, customer *world.Customer, text string, labels ...string) int {
	s.Helper()
	var row []map[string]string
	for _, label := range labels {
		row = append(row, map[string]string{"text": label, "callback_data": "do " + label})
	}
	message, err := json.Marshal(map[string]any{
		"chat_id": customer.AtTelegram.ID, "text": text, "reply_markup": map[string]any{"inline_keyboard": []any{row}},
	})
	require.NoError(s, err)
	address := fmt.Sprintf("%s/bot%s/sendMessage", w.TelegramCloud.URL, customer.Bot.AtTelegram.Token)
	answer, err := http.Post(address, jsonType, strings.NewReader(string(message)))
	require.NoError(s, err)
	require.NoError(s, answer.Body.Close())
	require.Equal(s, http.StatusOK, answer.StatusCode)
	return lastID(customer)
}

// answered waits until the customer's press is answered.
func (s *scene) answered(press *telegramtest.Press) {
	s.Helper()
	require.NoError(s, eventually(s.ctx, "the answer to a press", func() bool {
		_, answered := press.Answer()
		return answered
	}))
}

func TestCase28APressIsShownOnceAndAlwaysAnswered(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, _ := s.begins(bot, "Оксана", "Добрий день!")
	menu := offers(s, customer, "Що вас цікавить?", "Ціни *усі*", "Доставка")
	press := customer.AtTelegram.Presses(menu, "Ціни *усі*")
	s.answered(press)
	require.Contains(t, s.arrivals(customer, 2)[1].Message, `Ціни \*усі\*`)
	s.again(bot, press.UpdateID)

	// Telegram may tell of one press in two updates.
	bot.AtTelegram.Inject(fmt.Sprintf(`{"callback_query":{"id":%q,"from":{"id":%[2]d,"is_bot":false,"first_name":"Оксана"},
		"chat_instance":"1","data":"do Ціни *усі*","message":{"message_id":%[3]d,"date":0,"chat":{"id":%[2]d,"type":"private","first_name":"Оксана"}}}}`,
		press.ID, customer.AtTelegram.ID, menu))
	s.worksOff(bot)
	s.arrivals(customer, 2)

	other := customer.AtTelegram.Presses(menu, "Доставка")
	s.answered(other)
	require.Contains(t, s.arrivals(customer, 3)[2].Message, "Доставка")
}

// Not parallel: the failure hits whichever press comes next.
func TestCase28APressThatIsTooOldToBeAnsweredIsShownAllTheSame(t *testing.T) {
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "Добрий день!")
	menu := offers(s, customer, "Що вас цікавить?", "Ціни")
	w.TelegramCloud.Fail(telegramtest.Failure{
		Method: "answerCallbackQuery", Status: http.StatusBadRequest,
		Description: "Bad Request: query is too old and response timeout expired or query ID is invalid",
	})
	customer.AtTelegram.Presses(menu, "Ціни")
	require.Contains(t, s.arrivals(customer, 2)[1].Message, "Ціни")
	s.worksOff(bot)
	require.Empty(t, s.lines(c.RootPostID), "the team was told of it")
	require.Zero(t, s.status(bot).Quarantined)
}

func TestCase29ACustomersReactionsStandUnderThePost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "Добрий день!")
	own := s.arrivals(customer, 1)[0]
	reply := s.replies(c, "Вітаю!")
	s.settles(c, reply, "sent")
	answer := lastID(customer)

	first := customer.AtTelegram.Reacts(answer, "👍")
	s.signed(reply, "+1")
	second := customer.AtTelegram.Reacts(answer, "❤", "🔥")
	s.signed(reply, "heart", "fire")
	customer.AtTelegram.Reacts(customer.AtTelegram.Chat()[0].ID, "🎉")
	s.signed(own, "tada")
	s.again(bot, first, second)
	s.signed(reply, "heart", "fire")
	customer.AtTelegram.Reacts(answer, "5368324170671202286")
	s.signed(reply)
	customer.AtTelegram.Reacts(answer)
	s.worksOff(bot)
	s.signed(reply)
	s.arrivals(customer, 1)
	require.Zero(t, callsOf(bot, "setMessageReaction"), "the customer's reaction came back to him")
}

// Viber: cases 48 to 52 and 58 to 60.

package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// refusing orders the next send_message to the customer to answer HTTP 200 with a status that is not 0.
func refusing(c *world.Customer, status int, description string) {
	w.ViberCloud.Fail(vibertest.Failure{Method: "send_message", Receiver: c.AtViber.ID, Status: status, Description: description})
}

// tries counts the calls of send_message to the customer.
func tries(c *world.Customer) int {
	n := 0
	for _, call := range w.ViberCloud.Calls("send_message") {
		if strings.Contains(string(call.Body), c.AtViber.ID) {
			n++
		}
	}
	return n
}

func (s *scene) callbacksDelivered() {
	s.Helper()
	require.NoError(s, w.ViberCloud.AwaitDelivered(s.ctx))
}

func TestCase48SetWebhookIsConfirmedDuringTheCall(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	require.True(t, strings.HasPrefix(bot.AtViber.Webhook(), w.Server.URL), bot.AtViber.Webhook())
	var asked, confirmed vibertest.Entry
	for _, e := range w.ViberCloud.Journal() {
		switch {
		case e.BotID != bot.AtViber.ID:
		case e.Method == "set_webhook":
			asked = e
		case e.Method == "webhook":
			confirmed = e
		}
	}
	require.Equal(t, http.StatusOK, confirmed.HTTP)
	require.False(t, confirmed.At.Before(asked.At))
	require.False(t, confirmed.At.Add(confirmed.Duration).After(asked.At.Add(asked.Duration)), "it was confirmed after the call")
}

// Not parallel: it changes where the messengers reach the plugin.
func TestCase48AWebhookThatAnswers419IsToldInViberWords(t *testing.T) {
	s := newScene(t)
	wall := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(419) }))
	defer wall.Close()
	s.configure(map[string]any{"publicurl": wall.URL})
	account := viberAccount()
	_, err := w.Plugin.AddBot(s.ctx, world.NewBot{Kind: "viber", Token: account.Token, ChannelID: s.channel.Id})
	refusal, ok := world.AsRefusal(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, http.StatusUnprocessableEntity, refusal.Status)
	require.Contains(t, refusal.Message, "419")
	list, err := w.Plugin.Bots(s.ctx)
	require.NoError(t, err)
	require.Empty(t, list, "a bot that could not be registered stayed")
}

func TestCase49OnlyTheSignedBytesAreTaken(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	customer, c := s.begins(bot, "Оксана", "one")
	genuine := message(customer, "5001", "two")
	var fields map[string]any
	require.NoError(t, json.Unmarshal(genuine, &fields))
	rewritten, err := json.MarshalIndent(fields, "", " ")
	require.NoError(t, err)

	signature := bot.AtViber.Sign(genuine)
	url := bot.AtViber.Webhook()
	for name, bad := range map[string]struct {
		body      []byte
		signature string
	}{
		"no signature":      {genuine, ""},
		"a wrong signature": {genuine, strings.Repeat("0", len(signature))},
		"no hex":            {genuine, "zz"},
		"re-serialised":     {rewritten, signature},
		"one byte more":     {append([]byte(" "), genuine...), signature},
	} {
		require.Equal(t, http.StatusForbidden, s.call(http.MethodPost, url, jsonType, bad.body, signatureHeader, bad.signature), name)
	}
	for name, bad := range map[string]struct {
		body   []byte
		status int
	}{
		"broken JSON": {genuine[:40], http.StatusBadRequest},
		"oversized":   {message(customer, "5002", strings.Repeat("щ", 1<<20)), http.StatusRequestEntityTooLarge},
	} {
		require.Equal(t, bad.status, s.call(http.MethodPost, url, jsonType, bad.body, signatureHeader, bot.AtViber.Sign(bad.body)), name)
	}
	kept := []byte(`{"event":"message","timestamp":1,"message_token":5003,"sender":7,"message":[]}`)
	require.Equal(t, http.StatusOK, s.call(http.MethodPost, url, jsonType, kept, signatureHeader, bot.AtViber.Sign(kept)))
	s.quarantines(bot, 1)
	s.says(customer, "three")
	require.Equal(t, []string{"one", "three"}, s.inbound(c.RootPostID))
}

// message is a callback of a customer's text, https://developers.viber.com/docs/api/rest-bot-api/#receive-message-from-user.
func message(c *world.Customer, token, text string) []byte {
	return fmt.Appendf(nil, `{"event":"message","timestamp":1700000000000,"chat_hostname":"SN-CHAT-05_","message_token":%s,
		"sender":{"id":%q,"name":%q,"language":"uk","country":"UA","api_version":10},"message":{"type":"text","text":%q},"silent":false}`,
		token, c.AtViber.ID, c.Name, text)
}

func TestCase50AReplayedBodyIsConfirmedWithoutEffect(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	customer, c := s.begins(bot, "Оксана", "one")
	body := message(customer, "6001", "two")
	for range 3 {
		status, err := bot.AtViber.Inject(body, true)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
	}
	require.Equal(t, 1, bot.AtViber.Redeliver(customer.AtViber.Chat()[0].Token))
	s.callbacksDelivered()
	s.says(customer, "three")
	require.Equal(t, []string{"one", "two", "three"}, s.inbound(c.RootPostID))
}

func TestCase51TheLargestMessageTokenIsKeptExactly(t *testing.T) {
	t.Parallel()
	const largest = "18446744073709551615"
	s := newScene(t)
	bot := s.viber()
	customer, c := s.begins(bot, "Оксана", "one")
	status, err := bot.AtViber.Inject(message(customer, largest, "two"), true)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	post, err := w.AwaitInbound(s.ctx, customer, "two")
	require.NoError(t, err)
	require.Equal(t, largest, s.settles(c, post, "received").Parts[0].ExternalID)

	status, err = bot.AtViber.Inject(message(customer, "18446744073709551614", "three"), true)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	_, err = w.AwaitInbound(s.ctx, customer, "three")
	require.NoError(t, err, "two tokens that differ in the last digit were taken for one")
}

func TestCase52OpeningTheChatOpensNoThread(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	customer := s.customer(bot, "Оксана")
	customer.AtViber.Opens("campaign")
	s.callbacksDelivered()
	require.NoError(t, eventually(s.ctx, "the update to be worked off", func() bool { return s.status(bot).Inbox == 0 }))
	require.Empty(t, s.cards())
	s.says(customer, "Добрий день!")
	require.Len(t, s.cards(), 1)
	require.Empty(t, customer.Received())
}

func TestCase58WhoUnsubscribedIsNotWrittenToUntilHeWritesAgain(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*world.Customer){
		"unsubscribed": func(c *world.Customer) { c.AtViber.Unsubscribes() },
		"status 6":     func(c *world.Customer) { refusing(c, 6, "receiverNotSubscribed") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			customer, c := s.begins(s.viber(), "Оксана", "one")
			leave(customer)
			s.callbacksDelivered()
			if name == "unsubscribed" {
				require.NoError(t, eventually(s.ctx, "the customer to be unreachable", func() bool {
					return s.conversation(customer).Customer.Unreachable != ""
				}))
			}
			first := s.replies(c, "a reply")
			s.settles(c, first, "failed")
			s.notice(c.RootPostID, "Retry")
			require.NotEmpty(t, s.conversation(customer).Customer.Unreachable)
			before := tries(customer)
			s.settles(c, s.replies(c, "another"), "failed")
			require.Equal(t, before, tries(customer), "he was written to while he was gone")

			s.says(customer, "two")
			require.NoError(t, eventually(s.ctx, "the customer to be reachable", func() bool {
				return s.conversation(customer).Customer.Unreachable == ""
			}))
			s.settles(c, s.replies(c, "welcome back"), "sent")
			s.receives(customer, "welcome back")
		})
	}
}

func TestCase59AStatusThatIsNot0IsNeverSuccess(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.viber(), "Оксана", "one")
	refusing(customer, 3, "badData")
	s.settles(c, s.replies(c, "bad data"), "failed")
	s.notice(c.RootPostID, "Retry")

	const pause = 2 * time.Second
	w.ViberCloud.Fail(vibertest.Failure{
		Method: "send_message", Receiver: customer.AtViber.ID, Status: 12, Description: "tooManyRequests", RetryAfter: pause,
	})
	limited := s.replies(c, "too many")
	s.receives(customer, "too many")
	s.settles(c, limited, "sent")
	require.Equal(t, 3, tries(customer))
	require.GreaterOrEqual(t, customer.Received()[0].At.Sub(time.UnixMilli(limited.CreateAt)), pause)
}

func TestCase60A7001CharacterTextIsTwoMessages(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.viber(), "Оксана", "one")
	post := s.replies(c, strings.Repeat("я", 7001))
	message := s.settles(c, post, "sent")
	s.receives(customer, strings.Repeat("я", 7000), "я")
	require.Len(t, message.Parts, 2)
	var tokens []string
	for _, line := range customer.AtViber.Chat()[1:] {
		tokens = append(tokens, line.Token)
	}
	require.Equal(t, tokens, []string{message.Parts[0].ExternalID, message.Parts[1].ExternalID})
}

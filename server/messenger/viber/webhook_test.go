// Tests of the webhook: registering it, proof of origin, and identity of updates.

package viber_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

func TestCase48SetWebhookIsVerifiedDuringTheCall(t *testing.T) {
	s := newScene(t)
	require.NoError(t, s.client.SetWebhook(ctx(t), s.webhook.URL, ""))
	journal := s.Journal()
	require.Len(t, journal, 2)
	require.Equal(t, []string{"webhook", "set_webhook"}, []string{journal[0].Method, journal[1].Method})
	require.Equal(t, http.StatusOK, journal[0].HTTP)
	require.Equal(t, map[string]int{"webhook_check": 1}, s.dropped)
	require.Empty(t, s.updates)
}

func TestCase48AWebhookThatAnswers419IsShownWithStatus1(t *testing.T) {
	s := newScene(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(419) }))
	defer other.Close()
	err := s.client.SetWebhook(ctx(t), other.URL, "")
	e := messenger.AsError(err)
	require.Equal(t, messenger.Rejected, e.Class)
	require.Equal(t, 1, e.Code)
	require.Contains(t, e.Description, "HttpResponse[HTTP/1.1 419")
	require.Empty(t, s.bot.Webhook())
}

func TestAnHTTPWebhookIsRefusedByViberItself(t *testing.T) {
	s := newScene(t, vibertest.WithPublicRules())
	err := s.client.SetWebhook(ctx(t), s.webhook.URL, "")
	require.Equal(t, 1, messenger.AsError(err).Code)
	require.True(t, s.client.Capabilities().NeedsPublicHTTPS)
}

func TestCase65AWebhookTakenByAnotherIsSeen(t *testing.T) {
	s := newChat(t)
	s.bot.TakeOver("https://other.example/viber")
	state, err := s.client.WebhookState(ctx(t))
	require.NoError(t, err)
	require.Equal(t, "https://other.example/viber", state.URL)
}

func TestCase49OnlyTheSignedBytesAreAuthentic(t *testing.T) {
	s := newChat(t)
	body := []byte(`{ "event":"message", "message_token":1 }`)
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, body))
	signature := s.bot.Sign(body)
	request := func(path, header string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		if header != "" {
			r.Header.Set("X-Viber-Content-Signature", header)
		}
		return r
	}
	for name, c := range map[string]struct {
		request   *http.Request
		body      []byte
		authentic bool
	}{
		"header":        {request("/", signature), body, true},
		"upper case":    {request("/", strings.ToUpper(signature)), body, true},
		"query":         {request("/?sig="+signature, ""), body, true},
		"re-serialised": {request("/", signature), compact.Bytes(), false},
		"missing":       {request("/", ""), body, false},
		"cut":           {request("/", signature[:62]), body, false},
		"no hex":        {request("/", "zz"+signature[2:]), body, false},
		"bad header":    {request("/?sig="+signature, strings.Repeat("0", 64)), body, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.authentic, s.client.Authentic(c.request, c.body, ""))
		})
	}
	status, err := s.bot.Inject(body, false)
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, status)
}

func TestCase50AReplayedCallbackIsTheSameEvent(t *testing.T) {
	s := newChat(t)
	token := s.customer.Says("once")
	s.settled(t)
	for range 3 {
		require.Equal(t, 1, s.bot.Redeliver(token))
	}
	require.Len(t, s.events(t), 2)
	require.Len(t, s.Callbacks("message"), 1+4)
}

func TestCase51AMessageTokenIsKeptExactly(t *testing.T) {
	const biggest = "18446744073709551615"
	s := newChat(t)
	s.NextToken(1<<64 - 1)
	require.Equal(t, biggest, s.customer.Says("hello"))
	events := s.events(t)
	require.Equal(t, biggest, events[1].ExternalID)
	require.Equal(t, "message:"+biggest, s.updates[1].EventID)

	s.NextToken(1<<64 - 1)
	token, err := s.send(t, "hi")
	require.NoError(t, err)
	require.Equal(t, biggest, token)
}

func TestCase56AReceiptOfASecondDeviceIsTheSameEventAndNeverTheMessage(t *testing.T) {
	s := newChat(t)
	token, err := s.send(t, "hi")
	require.NoError(t, err)
	s.customer.Receives(token)
	s.customer.Receives(token)
	s.customer.Sees(token)
	events := s.events(t)[1:]
	require.Len(t, events, 2)
	kinds := []messenger.EventKind{messenger.EventDelivered, messenger.EventSeen}
	for i, e := range events {
		require.Equal(t, kinds[i], e.Kind)
		require.Equal(t, token, e.ExternalID)
		require.Equal(t, s.customer.ID, e.Chat.ID)
		require.Equal(t, s.customer.ID, s.updates[i+1].Lane)
		require.Equal(t, string(kinds[i])+":"+token+":"+s.customer.ID, s.updates[i+1].EventID)
	}
}

func TestCase57AFailureAfterAcceptanceComesWithItsReason(t *testing.T) {
	s := newChat(t)
	token, err := s.send(t, "hi")
	require.NoError(t, err)
	s.customer.Misses(token, " no device\n")
	e := s.events(t)[1]
	require.Equal(t, messenger.EventFailed, e.Kind)
	require.Equal(t, token, e.ExternalID)
	require.Equal(t, "no device", e.Reason)
}

func TestOpeningTheChatIsNoMessageAndNoSubscription(t *testing.T) {
	s := newScene(t)
	require.NoError(t, s.client.SetWebhook(ctx(t), s.webhook.URL, ""))
	s.customer.Opens("promo-7")
	events := s.events(t)
	require.Len(t, events, 1)
	require.Equal(t, messenger.EventStarted, events[0].Kind)
	require.Equal(t, "promo-7", events[0].Payload)
	require.Equal(t, "Олена", events[0].From.Name)
	_, err := s.send(t, "hi")
	require.Equal(t, messenger.Blocked, messenger.AsError(err).Class)
}

func TestLeavingAndComingBackAreEvents(t *testing.T) {
	s := newChat(t)
	s.customer.Unsubscribes()
	s.customer.Subscribes()
	events := s.events(t)
	require.Equal(t, messenger.EventBlocked, events[1].Kind)
	require.Equal(t, s.customer.ID, events[1].From.ID)
	require.Equal(t, messenger.EventUnblocked, events[2].Kind)
	require.Equal(t, events[0].Chat, events[1].Chat)
}

func TestADeletedWebhookGetsNothing(t *testing.T) {
	s := newChat(t)
	require.NoError(t, s.client.DeleteWebhook(ctx(t)))
	s.customer.Says("is anybody there?")
	require.Len(t, s.events(t), 1)
	require.Empty(t, s.Violations())
}

// Webhooks: what is stored, what is refused, what is tried again.

package api

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const update = `{"update_id":7,"message":{"text":"secret words"}}`

// callback is a genuine webhook call with that body.
func callbackRequest(path, body string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), "POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	r.Header.Set("Signature", signature([]byte(body), secret))
	return r
}

func TestAGenuineUpdateIsStoredAndAnsweredEmpty(t *testing.T) {
	w := newWorld(t)
	out := w.do(callbackRequest("/webhook/telegram/tg1", update))
	require.Equal(t, 200, out.Code)
	require.Empty(t, out.Body.String(), "Viber takes a body for a welcome message")
	require.Len(t, w.delivered, 1)
	require.Equal(t, update, string(w.delivered[0].Updates[0].Raw), "the raw bytes are stored")
	require.Len(t, w.exchanges, 1)
	require.Equal(t, "message", w.exchanges[0].Method)
	require.Equal(t, 200, w.exchanges[0].Status)
}

func TestADuplicateIsAnswered200(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		require.Equal(t, 200, w.do(callbackRequest("/webhook/telegram/tg1", update)).Code)
	}
}

func TestConversationStartedIsStoredAndAnsweredEmpty(t *testing.T) {
	w := newWorld(t)
	out := w.do(callbackRequest("/webhook/viber/vb1", `{"event":"conversation_started","update_id":18446744073709551615}`))
	require.Equal(t, 200, out.Code)
	require.Empty(t, out.Body.String())
	require.Equal(t, "18446744073709551615", w.delivered[0].Updates[0].EventID)
	require.Equal(t, "conversation_started", w.exchanges[0].Method)
}

func TestABadWebhookCallStoresNothing(t *testing.T) {
	long := `{"update_id":1,"x":"` + strings.Repeat("y", MaxBody) + `"}`
	for name, c := range map[string]struct {
		path, body string
		spoil      func(*http.Request)
		status     int
		observed   bool
	}{
		"no signature":         {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Header.Del("Signature") }, 403, true},
		"wrong signature":      {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Header.Set("Signature", "x") }, 403, true},
		"body signed before":   {"/webhook/viber/vb1", update, func(r *http.Request) { r.Header.Set("Signature", signature([]byte(`{ "update_id": 7 }`), secret)) }, 403, true},
		"wrong content type":   {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, true},
		"no content type":      {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Header.Del("Content-Type") }, 415, true},
		"broken JSON":          {"/webhook/telegram/tg1", `{"update_id":7,`, nil, 400, true},
		"deep nesting":         {"/webhook/telegram/tg1", strings.Repeat("[", 20000), nil, 400, true},
		"empty":                {"/webhook/telegram/tg1", ``, nil, 400, true},
		"too large":            {"/webhook/telegram/tg1", long, nil, 413, true},
		"too large, unsaid":    {"/webhook/telegram/tg1", long, unsaid, 413, true},
		"cut on its way":       {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Header.Set("Content-Length", "1000") }, 400, true},
		"cut, length zero":     {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Header.Set("Content-Length", "1000"); r.ContentLength = 0 }, 400, true},
		"unknown bot":          {"/webhook/telegram/tg9", update, nil, 404, false},
		"bot of another kind":  {"/webhook/viber/tg1", update, nil, 404, false},
		"unknown messenger":    {"/webhook/icq/tg1", update, nil, 404, false},
		"id that cannot be":    {"/webhook/telegram/a%00b", update, nil, 404, false},
		"wrong method":         {"/webhook/telegram/tg1", update, func(r *http.Request) { r.Method = "PUT" }, 405, false},
		"genuine, for control": {"/webhook/telegram/tg1", update, nil, 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := callbackRequest(c.path, c.body)
			if c.spoil != nil {
				c.spoil(r)
			}
			out := w.do(r)
			require.Equal(t, c.status, out.Code, out.Body)
			require.Equal(t, c.status == 200, len(w.delivered) == 1)
			require.Empty(t, w.failed, "a bad call is no failure of ours")
			require.NotContains(t, out.Body.String(), "secret words")
			if c.observed {
				require.Len(t, w.exchanges, 1)
				require.Equal(t, c.status, w.exchanges[0].Status)
				require.NotContains(t, w.exchanges[0].Error, "secret words")
			} else {
				require.Empty(t, w.exchanges)
			}
		})
	}
}

func unsaid(r *http.Request) {
	r.Header.Del("Content-Length")
	r.ContentLength = -1
}

func TestTheMessengerTriesAgainWhileWeCannotStore(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"store down at the look-up": func(w *world) { w.lookupErr = errors.New("connection refused") },
		"lost key":                  func(w *world) { w.connectErr = errors.New("the key was lost") },
		"store down at the insert":  func(w *world) { w.err = errors.New("connection refused") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			spoil(w)
			out := w.do(callbackRequest("/webhook/telegram/tg1", update))
			require.Equal(t, 503, out.Code)
			require.NotEmpty(t, out.Header().Get("Retry-After"))
			require.Len(t, w.failed, 1)
			require.NotContains(t, out.Body.String(), "refused")
		})
	}
}

func TestAWebhookNeedsNoLoginAndIsNoREST(t *testing.T) {
	w := newWorld(t)
	w.do(callbackRequest("/webhook/telegram/tg1", update))
	require.Empty(t, w.audits)
	require.Equal(t, []string{"POST /webhook/{kind}/{bot} 200"}, w.observed)
}

func TestTheKindOfACallbackHoldsNothingOfACustomer(t *testing.T) {
	for body, want := range map[string]string{
		`{"update_id":1,"message":{}}`:        "message",
		`{"edited_message":{},"update_id":1}`: "edited_message",
		`{"event":"seen","user":{}}`:          "seen",
		`{"event":"<b>Hi Olya</b>"}`:          "event",
		`{"Привіт":1}`:                        "webhook",
		`[1]`:                                 "webhook",
		`{`:                                   "webhook",
	} {
		require.Equal(t, want, callbackKind([]byte(body)), body)
	}
}

// welcomes is a messenger that takes a welcome as the answer to its call.
type welcomes struct{ signed }

func (welcomes) Welcome(messenger.Outgoing) ([]byte, error) { return nil, nil }

func (welcomes) Decode(raw []byte) (messenger.Event, error) {
	switch {
	case strings.Contains(string(raw), "unreadable"):
		return messenger.Event{Kind: messenger.EventStarted}, errors.New("cannot be read")
	case strings.Contains(string(raw), "conversation_started"):
		return messenger.Event{Kind: messenger.EventStarted}, nil
	}
	return messenger.Event{Kind: messenger.EventMessage}, nil
}

func TestWhoOpensTheBotIsWelcomedByTheAnswer(t *testing.T) {
	const started, welcome = `{"event":"conversation_started","update_id":7}`, `{"type":"text","text":"<Вітаю> & прошу"}`
	for name, c := range map[string]struct {
		client    messenger.Messenger
		update    string
		welcome   string
		err       error
		want      string
		asked     bool
		unstored  error
		wantCode  int
		wantFails int
	}{
		"welcomed":                 {client: welcomes{}, update: started, welcome: welcome, want: welcome, asked: true},
		"nothing to say":           {client: welcomes{}, update: started, asked: true},
		"the welcome fails":        {client: welcomes{}, update: started, welcome: welcome, err: errors.New("too slow"), asked: true, wantFails: 1},
		"a message":                {client: welcomes{}, update: update, welcome: welcome},
		"unreadable":               {client: welcomes{}, update: `{"event":"conversation_started","update_id":7,"unreadable":1}`, welcome: welcome},
		"no messenger of that way": {client: signed{}, update: started, welcome: welcome},
		"not stored":               {client: welcomes{}, update: started, welcome: welcome, unstored: errors.New("down"), wantCode: 503, wantFails: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.client, w.welcome, w.welcomeErr, w.err = c.client, []byte(c.welcome), c.err, c.unstored
			out := w.do(callbackRequest("/webhook/viber/vb1", c.update))
			require.Equal(t, cmp.Or(c.wantCode, 200), out.Code)
			require.Len(t, w.failed, c.wantFails)
			if c.unstored != nil {
				return
			}
			require.Equal(t, c.want, out.Body.String(), "as it was made, byte for byte")
			require.Equal(t, c.asked, slices.Contains(w.calls, "welcome vb1: 1"))
			require.Equal(t, "accept vb1", w.calls[0], "it is stored first")
			require.Equal(t, 200, w.exchanges[0].Status)
		})
	}
}

func TestARelayThatWelcomesNobodyIsNoTrouble(t *testing.T) {
	w := newWorld(t)
	w.client = welcomes{}
	o := w.options()
	o.Relay = w
	w.handler = New(o)
	out := w.do(callbackRequest("/webhook/viber/vb1", `{"event":"conversation_started","update_id":7}`))
	require.Equal(t, 200, out.Code)
	require.Empty(t, out.Body.String())
}

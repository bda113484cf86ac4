// Tests of the emulator itself: callbacks as Viber delivers them, strictness, and a clean end.

package vibertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// soon makes repetitions fast.
func soon() Option { return WithRetry(func(int) time.Duration { return time.Millisecond }) }

// hook is a webhook whose answers a test decides by the attempt, counted from 1 for each message_token.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	texts  []string
	counts map[string]int
}

func newHook(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, attempt int)) *hook {
	h := &hook{counts: map[string]int{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var in struct {
			Event   string      `json:"event"`
			Token   json.Number `json:"message_token"`
			Message struct {
				Text string `json:"text"`
			} `json:"message"`
		}
		_ = json.Unmarshal(body, &in)
		h.mu.Lock()
		h.counts[in.Token.String()]++
		n := h.counts[in.Token.String()]
		if in.Event == "message" {
			h.texts = append(h.texts, in.Message.Text)
		}
		h.mu.Unlock()
		if in.Event != "webhook" {
			answer(w, r, n)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) got() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.texts...)
}

func ok(http.ResponseWriter, *http.Request, int) {}

// api calls a method with the bot's token and returns the HTTP status and Viber's.
func api(t *testing.T, s *Server, token, method, body string) (int, int) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.URL+"/"+method, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set(tokenHeader, token)
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	var out struct {
		Status int `json:"status"`
	}
	content, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	_ = json.Unmarshal(content, &out)
	return res.StatusCode, out.Status
}

func connected(t *testing.T, h *hook, opts ...Option) (*Server, *Bot, *Customer) {
	s := NewServer(opts...)
	t.Cleanup(s.Close)
	b := s.AddBot("Shop", "shop")
	_, status := api(t, s, b.Token, "set_webhook", `{"url":"`+h.URL+`","send_name":true}`)
	require.Zero(t, status)
	return s, b, b.NewCustomer(Customer{Name: "Олена", Language: "uk"})
}

func delivered(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(t, s.AwaitDelivered(ctx))
}

func TestIDsHaveVibersShape(t *testing.T) {
	s := NewServer()
	defer s.Close()
	b := s.AddBot("Shop", "shop")
	require.Regexp(t, `^[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{16}$`, b.Token)
	require.Regexp(t, `^pa:\d+$`, b.ID)
	one, two := b.NewCustomer(Customer{}), b.NewCustomer(Customer{})
	require.NotEqual(t, one.ID, two.ID)
	for _, char := range []string{"/", "+", "="} {
		require.Contains(t, one.ID, char)
	}
}

func TestACallbackIsRepeatedUntilItIsAcknowledged(t *testing.T) {
	h := newHook(t, func(w http.ResponseWriter, _ *http.Request, attempt int) {
		if attempt < 4 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	s, _, c := connected(t, h, soon())
	c.Says("hello")
	delivered(t, s)
	require.Len(t, h.got(), 4)
	attempts := s.Callbacks("message")
	require.Equal(t, []int{503, 200}, []int{attempts[2].HTTP, attempts[3].HTTP})
	require.Equal(t, 4, attempts[3].Attempt)
}

func TestASlowAnswerIsFollowedByADuplicateWhileTheFirstRuns(t *testing.T) {
	release := make(chan struct{})
	h := newHook(t, func(_ http.ResponseWriter, _ *http.Request, attempt int) {
		if attempt == 1 {
			<-release
			return
		}
		close(release)
	})
	s, _, c := connected(t, h, soon(), WithWebhookTimeout(50*time.Millisecond))
	c.Says("hello")
	delivered(t, s)
	require.Equal(t, []string{"hello", "hello"}, h.got())
	calls := s.Callbacks("message")
	require.Equal(t, calls[0].Token, calls[1].Token)
}

func TestPromptlyAnsweredCallbacksOfOneCustomerKeepTheirOrder(t *testing.T) {
	h := newHook(t, ok)
	s, _, c := connected(t, h)
	var want []string
	for _, text := range strings.Fields(strings.Repeat("a b c d e f g h ", 10)) {
		c.Says(text)
		want = append(want, text)
	}
	delivered(t, s)
	require.Equal(t, want, h.got())
}

func TestARefusedCallbackDoesNotHoldTheNext(t *testing.T) {
	h := newHook(t, func(w http.ResponseWriter, _ *http.Request, attempt int) {
		if attempt == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	s, _, c := connected(t, h, WithRetry(func(int) time.Duration { return 100 * time.Millisecond }))
	c.Says("one")
	c.Says("two")
	delivered(t, s)
	require.Equal(t, []string{"one", "two"}, h.got()[:2])
	require.Len(t, h.got(), 4)
}

func TestCallbacksAreSignedOverTheirRawBytes(t *testing.T) {
	signed := make(chan string, 1)
	h := newHook(t, func(_ http.ResponseWriter, r *http.Request, _ int) { signed <- r.Header.Get(signature) })
	s, b, c := connected(t, h)
	c.Says("hello")
	delivered(t, s)
	require.Equal(t, b.Sign(s.Callbacks("message")[0].Body), <-signed)
	renewed := s.RevokeToken(b)
	require.NotEqual(t, b.Token, renewed)
	c.Says("hello")
	delivered(t, s)
	require.Equal(t, b.Sign(s.Callbacks("message")[1].Body), <-signed)
	_, status := api(t, s, b.Token, "get_account_info", "{}")
	require.Equal(t, statusInvalidToken, status)
}

func TestCase52TheAnswerToConversationStartedIsShownOnceAsAWelcome(t *testing.T) {
	h := newHook(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		_, _ = w.Write([]byte(`{"type":"text","text":"Welcome!","sender":{"name":"Shop"}}`))
	})
	s, b, c := connected(t, h)
	b.Redeliver(c.Opens("promo"))
	delivered(t, s)
	chat := c.Chat()
	require.Len(t, chat, 1)
	require.True(t, chat[0].Welcome)
	require.Equal(t, "Welcome!", chat[0].Text)
	require.Empty(t, s.Violations())
	_, status := api(t, s, b.Token, "send_message", hi(c.ID))
	require.Equal(t, statusNotSubscribed, status)
}

func hi(receiver string) string {
	return `{"receiver":"` + receiver + `","type":"text","text":"hi","sender":{"name":"Shop"}}`
}

func TestReceiptsComeByThemselvesWhenWanted(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h, WithReceipts(true, true))
	c.Says("hello")
	_, status := api(t, s, b.Token, "send_message", hi(c.ID))
	require.Zero(t, status)
	delivered(t, s)
	token := c.Chat()[1].Token
	require.Equal(t, token, s.Callbacks("delivered")[0].Token)
	require.Equal(t, token, s.Callbacks("seen")[0].Token)
}

func TestOnlyTheWantedEventsAreSent(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	_, status := api(t, s, b.Token, "set_webhook", `{"url":"`+h.URL+`","event_types":[]}`)
	require.Zero(t, status)
	c.Opens("")
	c.Subscribes()
	delivered(t, s)
	require.Empty(t, s.Callbacks(eventStarted))
	require.Len(t, s.Callbacks("subscribed"), 1)
	require.NotContains(t, string(s.Callbacks("subscribed")[0].Body), "Олена", "send_name was not asked for")
}

func TestWhatACorrectProgramNeverSendsIsAViolation(t *testing.T) {
	const head = `{"receiver":"R","type":"text","text":"hi"`
	long := strings.Repeat("x", 29)
	for name, c := range map[string]struct {
		method, body string
		http, status int
	}{
		"unknown method":  {"send_massage", "{}", 404, 0},
		"no JSON":         {"send_message", "hi", 200, statusBadData},
		"more after JSON": {"send_message", head + `,"sender":{"name":"S"}}{}`, 200, statusBadData},
		"unknown field":   {"send_message", head + `,"sender":{"name":"S"},"parse_mode":"x"}`, 200, statusBadData},
		"wrong type":      {"send_message", head + `,"sender":{"name":5}}`, 200, statusBadData},
		"no sender":       {"send_message", head + `}`, 200, statusMissingData},
		"long sender":     {"send_message", head + `,"sender":{"name":"` + long + `"}}`, 200, statusBadData},
		"no receiver":     {"send_message", `{"type":"text","text":"hi","sender":{"name":"S"}}`, 200, statusMissingData},
		"no type":         {"send_message", `{"receiver":"R","text":"hi","sender":{"name":"S"}}`, 200, statusMissingData},
		"no text":         {"send_message", `{"receiver":"R","type":"text","sender":{"name":"S"}}`, 200, statusMissingData},
		"long tracking":   {"send_message", head + `,"sender":{"name":"S"},"tracking_data":"` + strings.Repeat("x", 4001) + `"}`, 200, statusBadData},
		"strange version": {"send_message", head + `,"sender":{"name":"S"},"min_api_version":99}`, 200, statusAPIVersion},
		"too much JSON":   {"send_message", strings.Repeat(" ", maxBody) + head + `,"sender":{"name":"S"}}`, 200, statusBadData},
		"unknown event":   {"set_webhook", `{"url":"","event_types":["typing"]}`, 200, statusBadData},
		"no url":          {"set_webhook", `{}`, 200, statusMissingData},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewServer()
			defer s.Close()
			b := s.AddBot("Shop", "shop")
			code, status := api(t, s, b.Token, c.method, c.body)
			require.Equal(t, []int{c.http, c.status}, []int{code, status})
			require.Len(t, s.Violations(), 1)
		})
	}
}

func TestALostSubscriptionOrAWrongTokenIsNoViolation(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	for _, check := range []struct {
		token, receiver string
		status          int
	}{
		{"wrong", c.ID, statusInvalidToken}, {b.Token, "nobody", statusNotRegistered}, {b.Token, c.ID, statusNotSubscribed},
	} {
		_, status := api(t, s, check.token, "send_message", hi(check.receiver))
		require.Equal(t, check.status, status)
	}
	require.Empty(t, s.Violations())
}

func TestAFailureMeetsOnlyWhatItIsFor(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	other := b.NewCustomer(Customer{})
	c.Says("hello")
	other.Says("hello")
	s.Fail(Failure{Method: "send_message", Receiver: c.ID, Times: 2, Status: statusTooManyRequests})
	send := func(to *Customer) int {
		_, status := api(t, s, b.Token, "send_message", hi(to.ID))
		return status
	}
	require.Equal(t, []int{12, 0, 12, 0}, []int{send(c), send(other), send(c), send(c)})
	s.Fail(Failure{Times: -1, HTTP: http.StatusBadGateway})
	for range 3 {
		status, _ := api(t, s, b.Token, "get_account_info", "{}")
		require.Equal(t, http.StatusBadGateway, status)
	}
	s.Heal()
	status, _ := api(t, s, b.Token, "get_account_info", "{}")
	require.Equal(t, http.StatusOK, status)
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	h := newHook(t, func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() })
	s, b, c := connected(t, h, WithWebhookTimeout(5*time.Millisecond), soon())
	c.Says("never answered")
	b.TakeOver("http://127.0.0.1:1")
	c.Says("nobody there")
	s.Fail(Failure{Hang: true, Unread: true})
	hung := make(chan error, 1)
	go func() {
		transport := &http.Transport{DisableKeepAlives: true}
		req, _ := http.NewRequest(http.MethodPost, s.URL+"/get_account_info", bytes.NewReader([]byte("{}")))
		res, err := transport.RoundTrip(req)
		if err == nil {
			_ = res.Body.Close()
		}
		hung <- err
	}()
	require.Eventually(t, func() bool { return len(s.Callbacks("message")) > 3 }, 5*time.Second, time.Millisecond)
	s.Close()
	require.Error(t, <-hung)
	h.Close()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "goroutines are left")
	}
	c.Says("after the end")
}

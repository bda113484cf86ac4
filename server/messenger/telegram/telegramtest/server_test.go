// The emulator is tested as a client with plain HTTP sees it, apart from any adapter.

package telegramtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

type obj = map[string]any

// answer is what the API says.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

func newServer(t *testing.T, opts ...telegramtest.Option) *telegramtest.Server {
	fast := telegramtest.WithRetry(func(int) time.Duration { return time.Millisecond })
	s := telegramtest.NewServer(append([]telegramtest.Option{fast}, opts...)...)
	t.Cleanup(s.Close)
	return s
}

// do calls a method with a JSON body.
func do(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot, method string, params obj) answer {
	t.Helper()
	body, err := json.Marshal(params)
	require.NoError(t, err)
	return post(t, s, b, method, "application/json", string(body))
}

func post(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot, method, contentType, body string) answer {
	t.Helper()
	response, err := http.Post(s.URL+"/bot"+b.Token+"/"+method, contentType, strings.NewReader(body))
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var a answer
	require.NoError(t, json.NewDecoder(response.Body).Decode(&a))
	if !a.OK {
		require.Equal(t, response.StatusCode, a.ErrorCode)
	}
	return a
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func updateIDs(t *testing.T, a answer) []int64 {
	t.Helper()
	require.True(t, a.OK, a.Description)
	var updates []struct {
		ID int64 `json:"update_id"`
	}
	require.NoError(t, json.Unmarshal(a.Result, &updates))
	ids := []int64{}
	for _, u := range updates {
		ids = append(ids, u.ID)
	}
	return ids
}

func TestASentMessageIsSeenByTheCustomer(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	require.Equal(t, "Forbidden: bot can't initiate conversation with a user", do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x"}).Description)
	c.Says("hello")
	for name, send := range map[string]func() answer{
		"json": func() answer { return do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "  json\n"}) },
		"urlencoded": func() answer {
			return post(t, s, b, "sendMessage", "application/x-www-form-urlencoded", url.Values{"chat_id": {"42"}, "text": {"urlencoded"}}.Encode())
		},
		"multipart": func() answer {
			return post(t, s, b, "sendMessage", "multipart/form-data; boundary=B",
				"--B\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nmultipart\r\n--B--\r\n")
		},
	} {
		a := send()
		require.True(t, a.OK, "%s: %s", name, a.Description)
		chat := c.Chat()
		require.Equal(t, name, chat[len(chat)-1].Text, "texts are trimmed")
		require.True(t, chat[len(chat)-1].FromBot)
	}
	require.True(t, post(t, s, b, "getMe", "multipart/form-data; boundary=B", "").OK, "a multipart header with no body is a call without parameters")
	require.Len(t, b.Sent(), 3)
	require.Empty(t, s.Violations())
}

func TestRefusals(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	c.Says("hello")
	entity := func(kind string, offset, length int) obj {
		return obj{"type": kind, "offset": offset, "length": length}
	}
	text := func(text string, entities ...obj) obj {
		p := obj{"chat_id": 42, "text": text}
		if entities != nil {
			p["entities"] = entities
		}
		return p
	}
	for _, c := range []struct {
		name, method string
		params       obj
		description  string
		violation    bool
	}{
		{"unknown method", "sendMassage", text("x"), "Not Found", true},
		{"unknown parameter", "sendMessage", obj{"chat_id": 42, "text": "x", "colour": "red"}, "colour", true},
		{"missing parameter", "sendMessage", obj{"chat_id": 42}, "needs text", true},
		{"wrong type", "sendMessage", obj{"chat_id": 42, "text": 5}, "not of type String", true},
		{"null", "sendMessage", obj{"chat_id": nil, "text": "x"}, "not of type", true},
		{"unknown field of an object", "sendMessage", text("x", obj{"type": "bold", "offset": 0, "length": 1, "weight": 9}), "weight", true},
		{"unknown chat", "sendMessage", obj{"chat_id": 43, "text": "x"}, "Bad Request: chat not found", false},
		{"empty text", "sendMessage", text(" \r\n\t"), "Bad Request: message text is empty", false},
		{"text too long", "sendMessage", text(strings.Repeat("👍", 4097)), "Bad Request: message is too long", false},
		{"entity outside", "sendMessage", text("👍", entity("bold", 0, 3)), "outside the text", true},
		{"entity of negative offset", "sendMessage", text("abc", entity("bold", -1, 2)), "outside the text", true},
		{"entity of no length", "sendMessage", text("abc", entity("bold", 1, 0)), "outside the text", true},
		{"entity begins in a pair", "sendMessage", text("👍a", entity("bold", 1, 2)), "begins in a middle", true},
		{"entity ends in a pair", "sendMessage", text("👍a", entity("bold", 0, 1)), "ends in a middle", true},
		{"bold in code", "sendMessage", text("abc", entity("code", 0, 3), entity("bold", 1, 1)), "nest", true},
		{"quote in quote", "sendMessage", text("abc", entity("blockquote", 0, 3), entity("expandable_blockquote", 1, 1)), "nest", true},
		{"entities overlap in part", "sendMessage", text("abc", entity("bold", 0, 2), entity("italic", 1, 2)), "overlap in part", true},
		{"link without url", "sendMessage", text("abc", entity("text_link", 0, 2)), "without url", true},
		{"mention", "sendMessage", text("abc", entity("mention", 0, 2)), "mention", true},
		{"edit of nothing", "editMessageText", obj{"chat_id": 42, "message_id": 999, "text": "x"}, "message to edit not found", false},
		{"delete of nothing", "deleteMessage", obj{"chat_id": 42, "message_id": 999}, "message to delete not found", false},
		{"late answer to a press", "answerCallbackQuery", obj{"callback_query_id": "1"}, "query is too old", false},
		{"webhook without host", "setWebhook", obj{"url": "http:///x"}, "bad webhook", false},
		{"secret of other characters", "setWebhook", obj{"url": "http://127.0.0.1/x", "secret_token": "a b"}, "secret token", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(s.Violations())
			a := do(t, s, b, c.method, c.params)
			require.False(t, a.OK)
			require.Contains(t, a.Description, c.description)
			require.Equal(t, c.violation, len(s.Violations()) > before)
		})
	}
	require.Empty(t, b.Sent())
	c.Blocks()
	require.Equal(t, "Forbidden: bot was blocked by the user", do(t, s, b, "sendMessage", text("x")).Description)
	c.Unblocks()
	require.True(t, do(t, s, b, "sendMessage", text("allowed: link in bold in quote", entity("blockquote", 0, 7), entity("bold", 0, 5),
		obj{"type": "text_link", "offset": 0, "length": 5, "url": "https://example.com"})).OK)
	s.RevokeToken(b)
	require.Equal(t, "Unauthorized", do(t, s, b, "getMe", nil).Description)
	stranger := &telegramtest.Bot{Token: "1:nobody"}
	require.Equal(t, 404, do(t, s, stranger, "getMe", nil).ErrorCode)
}

func TestCleaningMovesEntities(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	c.Says("hello")
	a := do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": " \r\n👍\r\tbold  ", "entities": []obj{{"type": "bold", "offset": 7, "length": 6}}})
	require.True(t, a.OK, a.Description)
	m := b.Sent()[0]
	require.Equal(t, "👍 bold", m.Text)
	require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 3, Length: 4}}, m.Entities)
}

func TestEditAndDelete(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	c.Says("hello")
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "one"}).OK)
	id := b.Sent()[0].ID
	require.Contains(t, do(t, s, b, "editMessageText", obj{"chat_id": 42, "message_id": id, "text": "one"}).Description, "message is not modified")
	require.True(t, do(t, s, b, "editMessageText", obj{"chat_id": 42, "message_id": id, "text": "two"}).OK)
	require.Equal(t, "two", b.Sent()[0].Text)
	require.Equal(t, "two", c.Chat()[1].Text)
	require.True(t, do(t, s, b, "setMessageReaction", obj{"chat_id": 42, "message_id": id, "reaction": []obj{{"type": "emoji", "emoji": "👍"}}}).OK)
	require.True(t, do(t, s, b, "sendChatAction", obj{"chat_id": 42, "action": "typing"}).OK)
	require.True(t, do(t, s, b, "deleteMessage", obj{"chat_id": 42, "message_id": id}).OK)
	require.Empty(t, b.Sent())
	require.Len(t, c.Chat(), 1)
	require.Empty(t, s.Violations())
}

func TestPolling(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	b.SetNextUpdateID(900000)
	first := c.Says("one").UpdateID
	second := c.Says("two").UpdateID
	require.Equal(t, []int64{first, second}, updateIDs(t, do(t, s, b, "getUpdates", nil)))
	require.Equal(t, []int64{first}, updateIDs(t, do(t, s, b, "getUpdates", obj{"limit": 1})), "what is not confirmed comes again")
	require.Equal(t, []int64{second}, updateIDs(t, do(t, s, b, "getUpdates", obj{"offset": second})))
	require.Empty(t, updateIDs(t, do(t, s, b, "getUpdates", obj{"offset": second + 1})))

	b.SetNextUpdateID(5)
	lower := c.Says("after a quiet week").UpdateID
	require.Equal(t, []int64{lower}, updateIDs(t, do(t, s, b, "getUpdates", obj{"offset": second + 1})), "an offset far beyond the end is none")
	require.Empty(t, updateIDs(t, do(t, s, b, "getUpdates", obj{"offset": lower + 1})))

	polled := make(chan answer, 1)
	go func() { polled <- do(t, s, b, "getUpdates", obj{"offset": lower + 1, "timeout": 50}) }()
	require.NoError(t, s.Await(within(t), b.Polled))
	c.Says("wakes the poll")
	require.Len(t, updateIDs(t, <-polled), 1)
}

func TestPollingConflicts(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	polled := make(chan answer, 1)
	poll := func() { polled <- do(t, s, b, "getUpdates", obj{"timeout": 50}) }
	go poll()
	require.NoError(t, s.Await(within(t), b.Polled))
	stop := b.PollAsOther()
	require.Contains(t, (<-polled).Description, "terminated by other getUpdates request")
	require.Equal(t, 409, do(t, s, b, "getUpdates", nil).ErrorCode)
	stop()
	require.True(t, do(t, s, b, "getUpdates", nil).OK)
	go poll()
	require.NoError(t, s.Await(within(t), b.Polled))
	require.True(t, do(t, s, b, "setWebhook", obj{"url": "http://127.0.0.1:1/x"}).OK)
	require.Contains(t, (<-polled).Description, "terminated by setWebhook request")
	require.Contains(t, do(t, s, b, "getUpdates", nil).Description, "while webhook is active")
}

// receiver is a webhook that records bodies and answers as told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	rec := &receiver{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		rec.mu.Lock()
		rec.bodies = append(rec.bodies, string(body))
		n := len(rec.bodies)
		rec.mu.Unlock()
		if answer != nil {
			answer(n, w, r)
		}
	}))
	t.Cleanup(rec.Close)
	return rec
}

func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.bodies...)
}

func TestWebhookKeepsOrderAndRetries(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	r := newReceiver(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" || n <= 2 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	c.Says("before the webhook")
	require.True(t, do(t, s, b, "setWebhook", obj{"url": r.URL, "secret_token": "s3cret"}).OK)
	require.Equal(t, "Webhook is already set", do(t, s, b, "setWebhook", obj{"url": r.URL, "secret_token": "s3cret"}).Description)
	c.Says("after it")
	require.NoError(t, b.AwaitDelivered(within(t)))
	got := r.got()
	require.Len(t, got, 4, "twice refused, then both in order")
	require.Contains(t, got[2], "before the webhook")
	require.Contains(t, got[3], "after it")
	var info struct {
		URL     string `json:"url"`
		Pending int    `json:"pending_update_count"`
		Error   string `json:"last_error_message"`
	}
	require.NoError(t, json.Unmarshal(do(t, s, b, "getWebhookInfo", nil).Result, &info))
	require.Equal(t, r.URL, info.URL)
	require.Zero(t, info.Pending)
	require.Equal(t, "Wrong response from the webhook: 500 Internal Server Error", info.Error)
}

func TestAChatWaitsForItsOwnUpdatesOnly(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	slow := b.NewCustomer(telegramtest.Customer{ID: 1, FirstName: "Slow"})
	quick := b.NewCustomer(telegramtest.Customer{ID: 2, FirstName: "Quick"})
	release := make(chan struct{})
	r := newReceiver(t, func(n int, _ http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			<-release
		}
	})
	require.True(t, do(t, s, b, "setWebhook", obj{"url": r.URL}).OK)
	slow.Says("slow one")
	require.Eventually(t, func() bool { return len(r.got()) == 1 }, 10*time.Second, time.Millisecond)
	slow.Says("slow two")
	quick.Says("quick")
	require.NoError(t, s.Await(within(t), func() bool { return b.Undelivered() == 2 }))
	require.Len(t, r.got(), 2)
	require.Contains(t, r.got()[1], "quick")
	close(release)
	require.NoError(t, b.AwaitDelivered(within(t)))
	require.Contains(t, r.got()[2], "slow two")
}

func TestRedeliveryHoldAndRelease(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	r := newReceiver(t, nil)
	require.True(t, do(t, s, b, "setWebhook", obj{"url": r.URL, "max_connections": 1}).OK)
	b.Hold()
	one, two := c.Says("one"), c.Says("two")
	require.Equal(t, 2, b.Undelivered())
	b.Release(two.UpdateID, one.UpdateID)
	require.NoError(t, b.AwaitDelivered(within(t)))
	require.Contains(t, r.got()[0], "two")
	b.Redeliver(one.UpdateID)
	require.NoError(t, b.AwaitDelivered(within(t)))
	require.Equal(t, r.got()[1], r.got()[2])
	b.TakeOver("https://other.example/hook")
	c.Says("goes to the other")
	require.NoError(t, b.AwaitDelivered(within(t)))
	require.Len(t, r.got(), 3)
}

func TestPublicRulesForWebhooks(t *testing.T) {
	s := newServer(t, telegramtest.WithPublicRules())
	b := s.AddBot("shop_bot", "Shop")
	for address, wrong := range map[string]string{
		"http://chat.example.com/x": "HTTPS URL", "https://chat.example.com:8065/x": "ports 80, 88, 443 or 8443",
		"https://127.0.0.1/x": "reserved", "https://chat.example.com:8443/x": "",
	} {
		require.Contains(t, do(t, s, b, "setWebhook", obj{"url": address}).Description, wrong, address)
	}
}

func TestRateLimits(t *testing.T) {
	now := time.Now()
	s := newServer(t, telegramtest.WithRateLimits(), telegramtest.WithNow(func() time.Time { return now }))
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	c.Says("hello")
	for range 3 {
		require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x"}).OK)
	}
	a := do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x"})
	require.Equal(t, 429, a.ErrorCode)
	require.Equal(t, 1, a.Parameters.RetryAfter)
}

func TestFailures(t *testing.T) {
	s := newServer(t)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	c.Says("hello")
	client := &http.Client{Timeout: 200 * time.Millisecond}
	for _, f := range []telegramtest.Failure{
		{Kind: telegramtest.Cut}, {Kind: telegramtest.Cut, Done: true}, {Kind: telegramtest.Hang}, {Kind: telegramtest.Hang, Done: true},
		{Kind: telegramtest.Slow, Done: true}, {Kind: telegramtest.Garbage, Done: true}, {Kind: telegramtest.HTML}, {RetryAfter: 7},
		{MigrateTo: -100}, {Status: 403, Description: "Forbidden: x"}, {Kind: telegramtest.Cut, ChatID: 42},
	} {
		f.Method = "sendMessage"
		before := len(b.Sent())
		s.Fail(f)
		response, err := client.Post(s.URL+"/bot"+b.Token+"/sendMessage", "application/json", bytes.NewReader([]byte(`{"chat_id":42,"text":"x"}`)))
		if err == nil {
			body, readErr := io.ReadAll(response.Body)
			require.NoError(t, response.Body.Close())
			require.False(t, readErr == nil && json.Valid(body) && response.StatusCode == http.StatusOK, "%+v had no effect", f)
		}
		done := 0
		if f.Done {
			done = 1
		}
		require.Len(t, b.Sent(), before+done, "%+v", f)
	}
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "healed"}).OK)
	for _, r := range s.Journal() {
		require.NotContains(t, r.Method+r.Description, b.Token)
	}
	require.Len(t, s.Calls("sendMessage"), 12)
}

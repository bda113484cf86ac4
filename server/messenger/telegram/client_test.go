// What the client sends, and how it reads what comes back, at the emulator.

package telegram_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// desk is a client, its emulator, and one customer who has written.
type desk struct {
	*telegram.Client
	server   *telegramtest.Server
	bot      *telegramtest.Bot
	customer *telegramtest.Customer
}

var private = messenger.Chat{ID: "42", Kind: messenger.Private}

func newDesk(t *testing.T) desk {
	s := telegramtest.NewServer(telegramtest.WithRetry(func(int) time.Duration { return time.Millisecond }))
	t.Cleanup(s.Close)
	bot := s.AddBot("shop_bot", "Shop")
	d := desk{Client: connect(t, s.URL, bot.Token), server: s, bot: bot}
	d.customer = bot.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	d.customer.Says("hello")
	t.Cleanup(func() {
		require.Empty(t, s.Violations())
		for _, r := range s.Journal() {
			require.NotContains(t, r.Params, "parse_mode")
			require.NotContains(t, r.Params, "drop_pending_updates")
		}
	})
	return d
}

func connect(t *testing.T, baseURL, token string) *telegram.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := telegram.New(messenger.Options{Token: token, BaseURL: baseURL, Client: &http.Client{Transport: transport}})
	require.NoError(t, err)
	return c
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// marked is a text in which "[" and "]" enclose the spans, one after the other or nested, of the kinds given.
func marked(text string, spans ...richtext.Span) richtext.Text {
	var plain strings.Builder
	var open []int
	next := 0
	for _, r := range text {
		switch r {
		case '[':
			spans[next].Start = plain.Len()
			open = append(open, next)
			next++
		case ']':
			spans[open[len(open)-1]].End = plain.Len()
			open = open[:len(open)-1]
		default:
			plain.WriteRune(r)
		}
	}
	return richtext.Text{Plain: plain.String(), Spans: spans}
}

func of(kind richtext.Kind) richtext.Span { return richtext.Span{Kind: kind} }

func TestFormattingBecomesEntities(t *testing.T) {
	d := newDesk(t)
	link := richtext.Span{Kind: richtext.Link, Value: "https://example.com"}
	for name, c := range map[string]struct {
		text richtext.Text
		want []telegramtest.Entity
	}{
		"offsets count UTF-16 units": {
			marked("👍🏽 [bold]", of(richtext.Bold)), []telegramtest.Entity{{Type: "bold", Offset: 5, Length: 4}},
		},
		"every kind": {
			marked("[i][u][s][h][c][p][q][l]", of(richtext.Italic), of(richtext.Underline), of(richtext.Strike), of(richtext.Spoiler),
				of(richtext.Code), richtext.Span{Kind: richtext.Pre, Value: "go"}, of(richtext.Quote), link),
			[]telegramtest.Entity{
				{Type: "italic", Length: 1}, {Type: "underline", Offset: 1, Length: 1}, {Type: "strikethrough", Offset: 2, Length: 1},
				{Type: "spoiler", Offset: 3, Length: 1}, {Type: "code", Offset: 4, Length: 1}, {Type: "pre", Offset: 5, Length: 1, Language: "go"},
				{Type: "blockquote", Offset: 6, Length: 1}, {Type: "text_link", Offset: 7, Length: 1, URL: "https://example.com"},
			},
		},
		"styles nest": {
			marked("[a [b [c]]]", of(richtext.Bold), of(richtext.Italic), link),
			[]telegramtest.Entity{
				{Type: "bold", Length: 5}, {Type: "italic", Offset: 2, Length: 3}, {Type: "text_link", Offset: 4, Length: 1, URL: "https://example.com"},
			},
		},
		"bold makes room for code": {
			marked("[a [x] b]", of(richtext.Bold), of(richtext.Code)),
			[]telegramtest.Entity{{Type: "bold", Length: 2}, {Type: "code", Offset: 2, Length: 1}, {Type: "bold", Offset: 3, Length: 2}},
		},
		"a link keeps its address when it holds code": {
			marked("[a [x]]", link, of(richtext.Code)), []telegramtest.Entity{{Type: "text_link", Length: 3, URL: "https://example.com"}},
		},
		"a quote may hold all": {
			marked("[a [x]]", of(richtext.Quote), of(richtext.Code)),
			[]telegramtest.Entity{{Type: "blockquote", Length: 3}, {Type: "code", Offset: 2, Length: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.Send(within(t), messenger.Outgoing{Chat: private, Text: c.text})
			require.NoError(t, err)
			sent := d.bot.Sent()
			require.ElementsMatch(t, c.want, sent[len(sent)-1].Entities)
		})
	}
}

func TestRefusalsOfTheBotAPI(t *testing.T) {
	for _, c := range []struct {
		failure telegramtest.Failure
		want    messenger.Error
	}{
		{telegramtest.Failure{RetryAfter: 7}, messenger.Error{Class: messenger.RetryAfter, After: 7 * time.Second}},
		{telegramtest.Failure{Status: 403, Description: "Forbidden: user is deactivated"}, messenger.Error{Class: messenger.Blocked}},
		{telegramtest.Failure{Status: 400, Description: "Bad Request: chat not found"}, messenger.Error{Class: messenger.Blocked}},
		{telegramtest.Failure{Status: 400, Description: "Bad Request: can't parse entities: x"}, messenger.Error{Class: messenger.Rejected}},
		{telegramtest.Failure{Status: 401, Description: "Unauthorized"}, messenger.Error{Class: messenger.Unauthorized}},
		{telegramtest.Failure{Status: 404, Description: "Not Found"}, messenger.Error{Class: messenger.Unauthorized}},
		{telegramtest.Failure{Status: 409, Description: "Conflict: x"}, messenger.Error{Class: messenger.Conflict}},
		{telegramtest.Failure{MigrateTo: -1005}, messenger.Error{Class: messenger.Migrated, MigratedTo: "-1005"}},
		{telegramtest.Failure{Status: 500, Description: "Internal Server Error"}, messenger.Error{Class: messenger.Transient}},
		{telegramtest.Failure{Status: 503, Kind: telegramtest.HTML}, messenger.Error{Class: messenger.Transient}},
		{telegramtest.Failure{Status: 504, Description: "Gateway Timeout"}, messenger.Error{Class: messenger.Ambiguous}},
		{telegramtest.Failure{Status: 403, Kind: telegramtest.HTML}, messenger.Error{Class: messenger.Transient}},
		{telegramtest.Failure{Status: 302, Kind: telegramtest.HTML}, messenger.Error{Class: messenger.Transient}},
	} {
		t.Run(string(c.failure.Kind)+" "+c.failure.Description+" "+http.StatusText(c.failure.Status), func(t *testing.T) {
			d := newDesk(t)
			c.failure.Method = "sendMessage"
			d.server.Fail(c.failure)
			_, err := d.Send(within(t), messenger.Outgoing{Chat: private, Text: richtext.Plain("x")})
			got := messenger.AsError(err)
			require.NotNil(t, got)
			require.Equal(t, c.want, messenger.Error{Class: got.Class, After: got.After, MigratedTo: got.MigratedTo}, got.Error())
			require.NotEmpty(t, got.Description)
			require.Empty(t, d.bot.Sent())
		})
	}
}

func TestAHangingAnswerIsAmbiguous(t *testing.T) {
	for _, kind := range []telegramtest.FailureKind{telegramtest.Hang, telegramtest.Slow} {
		d := newDesk(t)
		d.server.Fail(telegramtest.Failure{Method: "sendMessage", Kind: kind, Done: true})
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		_, err := d.Send(ctx, messenger.Outgoing{Chat: private, Text: richtext.Plain("x")})
		require.Equal(t, messenger.Ambiguous, messenger.AsError(err).Class)
		require.Len(t, d.bot.Sent(), 1)
	}
}

func TestRetryAfterOfAProxyIsHeeded(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "9")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(proxy.Close)
	_, err := connect(t, proxy.URL, "1:a").Account(within(t))
	require.Equal(t, messenger.RetryAfter, messenger.AsError(err).Class)
	require.Equal(t, 9*time.Second, messenger.AsError(err).After)
}

func TestCase47ATokenInTheServersWordsIsTakenOut(t *testing.T) {
	d := newDesk(t)
	d.server.Fail(telegramtest.Failure{Method: "sendMessage", Status: 400, Description: "Bad Request: /bot" + d.bot.Token + "/sendMessage"})
	_, err := d.Send(within(t), messenger.Outgoing{Chat: private, Text: richtext.Plain("x")})
	require.EqualError(t, err, "rejected (400): Bad Request: /bot***/sendMessage")
}

func TestARedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the token went to another address: %s", r.URL.Path)
	}))
	t.Cleanup(elsewhere.Close)
	redirect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(redirect.Close)
	_, err := connect(t, redirect.URL, "1:a").Account(within(t))
	require.Equal(t, messenger.Transient, messenger.AsError(err).Class)
}

func TestNewRefusesWhatCannotBeATokenOrAnAddress(t *testing.T) {
	for _, token := range []string{"", " ", "1:a?b", "1:a#b", "1:a\x00b", "1:%zz", "1:a%2fb"} {
		_, err := telegram.New(messenger.Options{Token: token, BaseURL: "https://api.telegram.org"})
		require.Error(t, err, token)
		require.Equal(t, messenger.Unauthorized, messenger.AsError(err).Class)
	}
	for _, address := range []string{"", "api.telegram.org", "ftp://x", "https://", "https://x/?y"} {
		_, err := telegram.New(messenger.Options{Token: "1:a", BaseURL: address})
		require.Error(t, err, address)
	}
	_, err := telegram.New(messenger.Options{Token: " 1:a\n", BaseURL: "https://api.telegram.org/"})
	require.NoError(t, err)
}

func TestTheWebhookAsksForTheKindsOfUpdate(t *testing.T) {
	d := newDesk(t)
	require.NoError(t, d.SetWebhook(within(t), d.server.URL+"/nowhere", "s3cret"))
	params := d.server.Calls("setWebhook")[0].Params
	require.JSONEq(t, `["message","edited_message","channel_post","edited_channel_post","callback_query","my_chat_member",
		"message_reaction","business_connection","business_message","edited_business_message","deleted_business_messages"]`,
		params["allowed_updates"])
	require.Equal(t, "s3cret", params["secret_token"])
}

func TestTheWebhooksErrorsAreTold(t *testing.T) {
	d := newDesk(t)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(broken.Close)
	require.NoError(t, d.SetWebhook(within(t), broken.URL, "s3cret"))
	require.NoError(t, d.server.Await(within(t), func() bool {
		state, err := d.WebhookState(within(t))
		return err == nil && state.LastError != ""
	}))
	state, err := d.WebhookState(within(t))
	require.NoError(t, err)
	require.Equal(t, "Wrong response from the webhook: 500 Internal Server Error", state.LastError)
	require.WithinDuration(t, time.Now(), state.LastErrorAt, time.Minute)
	require.Equal(t, 1, state.Pending)
}

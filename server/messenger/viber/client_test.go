// Tests of calls: limits, classes of errors, and what the admin's log sees.

package viber_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

func TestAClientIsNotMadeFromWhatCannotWork(t *testing.T) {
	for name, o := range map[string]messenger.Options{
		"no token":           {BaseURL: "https://chatapi.viber.com/pa"},
		"token with newline": {Token: "abc\ndef", BaseURL: "https://chatapi.viber.com/pa"},
		"no address":         {Token: "abc"},
		"other scheme":       {Token: "abc", BaseURL: "ftp://chatapi.viber.com"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := viber.New(o)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "abc")
		})
	}
}

func TestCase60TextOf7000CharactersIsSentAnd7001IsRefused(t *testing.T) {
	for name, char := range map[string]string{
		"letters": "я", "emoji": "😀", "quotes": `"`, "backslashes": `\`, "angle brackets": "<", "ampersands": "&", "newlines": "\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := newChat(t)
			text := strings.Repeat(char, s.client.Capabilities().TextLimit)
			require.Len(t, []rune(text), 7000)
			token, err := s.send(t, text)
			require.NoError(t, err)
			require.NotEmpty(t, token)
			_, err = s.send(t, text+char)
			require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
			require.Equal(t, []string{text}, s.customer.Sent())
			require.Empty(t, s.Violations())
		})
	}
}

func TestCharactersThatJSONBlowsUpNeverBreakTheLimit(t *testing.T) {
	for name, c := range map[string]struct{ char, arrives string }{
		"line separators": {"\u2028", "\n"}, "bad UTF-8": {"\xff", "\ufffd"}, "control characters": {"\x01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newChat(t)
			_, err := s.send(t, "a"+strings.Repeat(c.char, 6999))
			require.NoError(t, err)
			require.Equal(t, []string{"a" + strings.Repeat(c.arrives, 6999)}, s.customer.Sent())
		})
	}
}

func TestTheSenderNameAlwaysFits(t *testing.T) {
	for name, c := range map[string]struct{ given, shown string }{
		"short":      {"Олена", "Олена"},
		"28 runes":   {strings.Repeat("є", 28), strings.Repeat("є", 28)},
		"29 emoji":   {strings.Repeat("😀", 29), strings.Repeat("😀", 28)},
		"empty":      {"", "Bot"},
		"blank":      {" \n\x00 ", "Bot"},
		"cut at gap": {strings.Repeat("a", 27) + " bc", strings.Repeat("a", 27)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newChat(t)
			m := s.message("hi")
			m.SenderName = c.given
			_, err := s.client.Send(ctx(t), m)
			require.NoError(t, err)
			require.Equal(t, c.shown, s.bot.Sent()[0].Sender)
			require.Empty(t, s.Violations())
		})
	}
}

func TestCase59StatusOfHTTP200DecidesTheClass(t *testing.T) {
	s := newChat(t)
	for class, statuses := range map[messenger.Class][]int{
		messenger.Unauthorized: {2, 7, 8, 9, 15},
		messenger.Blocked:      {5, 6, 11},
		messenger.RetryAfter:   {12},
		messenger.Rejected:     {1, 3, 4, 10, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 99, -1},
	} {
		for _, status := range statuses {
			s.Fail(vibertest.Failure{Status: status, Description: "in Viber's words"})
			_, err := s.send(t, "never")
			e := messenger.AsError(err)
			require.NotNil(t, e, "status %d is no success", status)
			require.Equal(t, class, e.Class, "status %d", status)
			require.Equal(t, status, e.Code)
			require.Equal(t, "in Viber's words", e.Description)
			require.Equal(t, class == messenger.RetryAfter, e.After == time.Minute, "status %d waits %s", status, e.After)
			require.Equal(t, status, s.lastExchange().Status)
			require.Equal(t, "in Viber's words", s.lastExchange().Error)
		}
	}
	require.Empty(t, s.customer.Sent())
}

func TestHTTPStatusesDecideTheClass(t *testing.T) {
	s := newChat(t)
	for status, class := range map[int]messenger.Class{
		301: messenger.Rejected, 307: messenger.Rejected, 400: messenger.Rejected, 401: messenger.Unauthorized,
		404: messenger.Rejected, 429: messenger.RetryAfter, 500: messenger.Transient, 502: messenger.Transient,
		503: messenger.Transient, 504: messenger.Ambiguous, 520: messenger.Ambiguous,
	} {
		s.Fail(vibertest.Failure{HTTP: status})
		_, err := s.send(t, "never")
		e := messenger.AsError(err)
		require.NotNil(t, e, "HTTP %d", status)
		require.Equal(t, class, e.Class, "HTTP %d", status)
		require.Equal(t, status, e.Code)
		require.NotContains(t, e.Description, "<html>")
	}
}

func TestTheTimeToWaitIsTheToldOneWithinReason(t *testing.T) {
	s := newChat(t)
	for _, c := range []struct{ told, waits time.Duration }{
		{0, time.Minute}, {7 * time.Second, 7 * time.Second}, {100 * time.Hour, time.Hour},
	} {
		s.Fail(vibertest.Failure{HTTP: http.StatusTooManyRequests, RetryAfter: c.told})
		_, err := s.send(t, "never")
		require.Equal(t, c.waits, messenger.AsError(err).After)
	}
}

func TestWhatWasWrittenWithoutAReadableAnswerIsAmbiguous(t *testing.T) {
	for name, f := range map[string]vibertest.Failure{
		"cut":           {Cut: true, Done: true},
		"page":          {Body: "<html>", Done: true},
		"empty object":  {Body: "{}", Done: true},
		"wrong type":    {Body: `{"status":"0"}`, Done: true},
		"endless":       {Body: `{"status":0,"x":"` + strings.Repeat("x", 2<<20) + `"}`, Done: true},
		"no answer":     {Hang: true, Done: true},
		"nothing ended": {Hang: true, Unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newChat(t)
			s.Fail(f)
			short, cancel := context.WithTimeout(ctx(t), 300*time.Millisecond)
			defer cancel()
			_, err := s.client.Send(short, s.message("once"))
			require.Equal(t, messenger.Ambiguous, messenger.AsError(err).Class, "%v", err)
			require.Equal(t, f.Done, len(s.customer.Sent()) == 1)
		})
	}
}

func TestWhatNeverReachedViberIsTransient(t *testing.T) {
	s := newChat(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	noTLS := httptest.NewServer(nil)
	defer noTLS.Close()
	for name, base := range map[string]string{
		"refused": gone.URL, "unknown host": "http://nobody.invalid", "no TLS": strings.Replace(noTLS.URL, "http", "https", 1),
	} {
		_, err := s.connect(t, base).Account(ctx(t))
		require.Equal(t, messenger.Transient, messenger.AsError(err).Class, "%s: %v", name, err)
		require.Zero(t, s.lastExchange().Status)
		require.NotEmpty(t, s.lastExchange().Error)
		require.NotContains(t, s.lastExchange().Error, "get_account_info", "the URL is no part of the log")
	}
}

func TestTheTokenNeverFollowsARedirect(t *testing.T) {
	called := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	s := newScene(t)
	_, err := s.connect(t, first.URL).Account(ctx(t))
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.False(t, called)
}

func TestATokenInViberWordsIsNotPassedOn(t *testing.T) {
	s := newScene(t)
	s.Fail(vibertest.Failure{Status: 3, Description: "bad token " + s.bot.Token + " " + strings.Repeat("ж", 10_000)})
	_, err := s.client.Account(ctx(t))
	require.NotContains(t, err.Error(), s.bot.Token)
	require.NotContains(t, s.lastExchange().Error, s.bot.Token)
	require.Less(t, len(err.Error()), 2000)
}

func TestTheLimitOfUnansweredMessagesIsToldAsRetryAfter(t *testing.T) {
	s := newChat(t, vibertest.WithRateLimits())
	for range 100 {
		_, err := s.send(t, "still there?")
		require.NoError(t, err)
	}
	_, err := s.send(t, "hello?")
	require.Equal(t, messenger.RetryAfter, messenger.AsError(err).Class)
	s.customer.Says("yes")
	_, err = s.send(t, "good")
	require.NoError(t, err)
}

func TestOnlyASubscribedCustomerCanBeReached(t *testing.T) {
	s := newChat(t)
	stranger := messenger.Outgoing{Chat: messenger.Chat{ID: "nobody"}, Text: s.message("hi").Text}
	_, err := s.client.Send(ctx(t), stranger)
	require.Equal(t, 5, messenger.AsError(err).Code)
	s.customer.Unsubscribes()
	_, err = s.send(t, "hi")
	require.Equal(t, 6, messenger.AsError(err).Code)
	require.Equal(t, messenger.Blocked, messenger.AsError(err).Class)
	s.customer.Says("back again")
	_, err = s.send(t, "hi")
	require.NoError(t, err)
}

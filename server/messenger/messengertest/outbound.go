// The suite's statements on calls that msgbot makes: account, sending, errors, webhook administration.

package messengertest

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

func testAccount(t *testing.T, s *stage) {
	got, err := s.messenger.Account(s.ctx())
	require.NoError(t, err)
	want := s.Account
	want.AvatarURL = got.AvatarURL
	require.Equal(t, want, got)
	require.NotEmpty(t, s.messenger.Kind())
}

func testSend(t *testing.T, s *stage) {
	chat := s.met()
	texts := []string{"hello", "привіт, як справи?", "👍🏽 *not bold* <b>&amp;</b>", "two\nlines"}
	ids := map[string]bool{}
	for _, text := range texts {
		id, err := s.send(s.messenger, chat, text)
		require.NoError(t, err)
		require.NotEmpty(t, id)
		require.False(t, ids[id], "the id %s came twice", id)
		ids[id] = true
	}
	require.Equal(t, texts, s.Emulator.Seen())
}

func testFormatted(t *testing.T, s *stage) {
	chat := s.met()
	const plain = "👍🏽 bold, site and `code`"
	span := func(part string, kind richtext.Kind, value string) richtext.Span {
		at := strings.Index(plain, part)
		return richtext.Span{Start: at, End: at + len(part), Kind: kind, Value: value}
	}
	_, err := s.messenger.Send(s.ctx(), outgoing(chat, richtext.Text{Plain: plain, Spans: []richtext.Span{
		span("bold", richtext.Bold, ""), span("site", richtext.Link, "https://example.com/a"), span("`code`", richtext.Code, ""),
	}}))
	require.NoError(t, err)
	seen := s.Emulator.Seen()
	require.Len(t, seen, 1)
	for _, word := range []string{"👍🏽", "bold", "site", "code"} {
		require.Contains(t, seen[0], word)
	}
}

func testLimit(t *testing.T, s *stage) {
	chat := s.met()
	limit := s.messenger.Capabilities().TextLimit
	letter := "я"
	if s.messenger.Capabilities().TextUnit == richtext.Bytes {
		letter = "a"
	}
	_, err := s.send(s.messenger, chat, strings.Repeat(letter, limit))
	require.NoError(t, err)
	_, err = s.send(s.messenger, chat, strings.Repeat(letter, limit+1))
	requireClass(t, messenger.Rejected, err)
	require.Len(t, s.Emulator.Seen(), 1)
}

func testErrorClasses(t *testing.T, s *stage) {
	chat := s.met()
	for _, c := range []struct {
		fault   Fault
		classes []messenger.Class
		sent    int
	}{
		{TooMany, []messenger.Class{messenger.RetryAfter}, 0},
		{Unreachable, []messenger.Class{messenger.Blocked}, 0},
		{BadGateway, []messenger.Class{messenger.Transient}, 0},
		{GatewayTimeout, []messenger.Class{messenger.Ambiguous}, 1},
		// What was written into a connection that nobody reads looks the same as what was read.
		{CutBeforeRead, []messenger.Class{messenger.Ambiguous, messenger.Transient}, 0},
		{CutAfterRead, []messenger.Class{messenger.Ambiguous}, 1},
		{Garbage, []messenger.Class{messenger.Ambiguous}, 1},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			before := len(s.Emulator.Seen())
			s.Emulator.Fail(c.fault)
			_, err := s.send(s.messenger, chat, "with a fault")
			require.Error(t, err)
			e := messenger.AsError(err)
			require.Contains(t, c.classes, e.Class, "%v", err)
			if c.fault == TooMany && e.After != 0 {
				require.Equal(t, After, e.After)
			}
			require.Len(t, s.Emulator.Seen(), before+c.sent, "the adapter called again by itself, or the fault is wrong")
			_, err = s.send(s.messenger, chat, "after it")
			require.NoError(t, err, "the fault was to happen once")
		})
	}
}

func testRefusedConnection(t *testing.T, s *stage) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	_, err = s.send(s.connect(nobody), messenger.Chat{ID: "1", Kind: messenger.Private}, "hello")
	requireClass(t, messenger.Transient, err)
}

func testContextEnds(t *testing.T, s *stage) {
	chat := s.met()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.messenger.Send(ctx, outgoing(chat, richtext.Plain("never")))
	requireClass(t, messenger.Transient, err)
	require.Empty(t, s.Emulator.Seen())
}

func testRevoked(t *testing.T, s *stage) {
	chat := s.met()
	s.Emulator.RevokeToken()
	_, err := s.messenger.Account(s.ctx())
	requireClass(t, messenger.Unauthorized, err)
	_, err = s.send(s.messenger, chat, "hello")
	requireClass(t, messenger.Unauthorized, err)
	_, err = s.messenger.WebhookState(s.ctx())
	requireClass(t, messenger.Unauthorized, err)
	require.Empty(t, s.Emulator.Seen())
}

func testTokenStaysSecret(t *testing.T, s *stage) {
	chat := s.met()
	var errs []error
	for _, fault := range []Fault{BadGateway, GatewayTimeout, CutBeforeRead, CutAfterRead, Garbage} {
		s.Emulator.Fail(fault)
		_, err := s.send(s.messenger, chat, "hello")
		errs = append(errs, err)
	}
	for _, address := range []string{"http://127.0.0.1:1", "http://nobody.invalid"} {
		_, err := s.send(s.connect(address), chat, "hello")
		errs = append(errs, err)
	}
	for _, address := range []string{"http://127.0.0.1:port", "http://exa mple", "::", "ftp://127.0.0.1"} {
		errs = append(errs, s.callAt(address))
	}
	s.Emulator.RevokeToken()
	_, err := s.messenger.Account(s.ctx())
	errs = append(errs, err)
	for _, err := range errs {
		require.Error(t, err)
		require.NotContains(t, err.Error(), s.Token)
	}
	for _, e := range s.observed() {
		for _, text := range []string{e.Method, e.Error} {
			require.NotContains(t, text, s.Token)
			require.NotContains(t, text, "hello")
		}
	}
}

// callAt makes a messenger at an address that cannot be called, and calls it unless making it failed already.
func (s *stage) callAt(address string) error {
	m, err := s.New(messenger.Options{Token: s.Token, BaseURL: address, Observe: s.observe})
	if err != nil {
		return err
	}
	_, err = m.Account(s.ctx())
	return err
}

func testObserved(t *testing.T, s *stage) {
	chat := s.met()
	before := len(s.observed())
	_, err := s.send(s.messenger, chat, "hello")
	require.NoError(t, err)
	s.Emulator.Fail(BadGateway)
	_, err = s.send(s.messenger, chat, "hello")
	require.Error(t, err)
	log := s.observed()[before:]
	require.Len(t, log, 2)
	for _, e := range log {
		require.Equal(t, messenger.Outbound, e.Direction)
		require.NotEmpty(t, e.Method)
		require.NotZero(t, e.Duration)
		require.WithinDuration(t, time.Now(), e.At, time.Minute)
	}
	require.Equal(t, 200, log[0].Status)
	require.Empty(t, log[0].Error)
	require.Equal(t, 502, log[1].Status)
	require.NotEmpty(t, log[1].Error)
}

func testTakenOver(t *testing.T, s *stage) {
	state, err := s.messenger.WebhookState(s.ctx())
	require.NoError(t, err)
	require.Empty(t, state.URL)
	s.connected()
	state, err = s.messenger.WebhookState(s.ctx())
	require.NoError(t, err)
	require.Equal(t, s.webhook.URL+"/hook", state.URL)
	const foreign = "https://other.example/hook"
	s.Emulator.TakeOver(foreign)
	state, err = s.messenger.WebhookState(s.ctx())
	require.NoError(t, err)
	require.Equal(t, foreign, state.URL)
}

func testDeleteWebhook(t *testing.T, s *stage) {
	s.connected()
	require.NoError(t, s.messenger.DeleteWebhook(s.ctx()))
	state, err := s.messenger.WebhookState(s.ctx())
	require.NoError(t, err)
	require.Empty(t, state.URL)
}

func requireClass(t *testing.T, want messenger.Class, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, messenger.AsError(err).Class, "%v", err)
}

// Calls of services: what goes out, what is taken of the answer, and every way to fail.

package answers

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/guard"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// service is a company's service that answers as it is told.
func (h *house) service(answer http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(answer)
	h.t.Cleanup(server.Close)
	return server
}

func TestACallCarriesWhatTheStepSays(t *testing.T) {
	h := newHouse(t)
	var got *http.Request
	var body []byte
	server := h.service(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		_, _ = w.Write([]byte(`{"status":"У дорозі"}`))
	})
	answer := h.Call(t.Context(), botID, flow.Call{
		Method: "POST", URL: server.URL + "/orders/7?lang=uk", Headers: map[string]string{"X-Api-Key": "k"}, Body: `{"phone":"+380"}`,
		Timeout: 5 * time.Second, Save: map[string]string{"status": "status", "city": "city"}, Of: "the call",
	})
	require.Equal(t, flow.Answer{Values: map[string]string{"status": "У дорозі"}, Of: "the call"}, answer)
	require.Equal(t, "POST /orders/7?lang=uk", got.Method+" "+got.URL.RequestURI())
	require.Equal(t, "k", got.Header.Get("X-Api-Key"))
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, "application/json", got.Header.Get("Accept"))
	require.JSONEq(t, `{"phone":"+380"}`, string(body))

	require.Len(t, h.exchanges, 1)
	e := h.exchanges[0]
	require.Equal(t, messenger.Exchange{At: noon, Direction: messenger.Outbound, Method: "flow 127.0.0.1", Status: 200}, e)
	require.Equal(t, []string{"telegram flow "}, h.counted)

	h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: server.URL, Headers: map[string]string{"accept": "application/vnd.x+json"}})
	require.Equal(t, "application/vnd.x+json", got.Header.Get("Accept"))
	require.Empty(t, got.Header.Get("Content-Type"))
	require.Empty(t, body)
}

func TestWhatIsSavedOfAnAnswer(t *testing.T) {
	const body = `{"parcel":{"status":"here","weight":1.50,"order":12345678901234567890,"paid":true,"none":null,"tags":["x"]},
		"items":[{"name":"a"},{"name":"b"}],"":"empty","a.b":"dotted"}`
	for path, want := range map[string]string{
		"parcel.status": "here", "parcel.weight": "1.50", "parcel.order": "12345678901234567890", "parcel.paid": "true",
		"items.0.name": "a", "items.1.name": "b", "parcel.tags.0": "x",
		"parcel": "", "parcel.tags": "", "parcel.none": "", "parcel.none.x": "", "items.2.name": "", "items.-1.name": "", "items.x": "",
		"items.00": "", "parcel.status.x": "", "Parcel.status": "", "missing": "", "a.b": "",
	} {
		values, ok := saved([]byte(body), map[string]string{"v": path})
		require.True(t, ok)
		require.Equal(t, want, values["v"], path)
		require.Equal(t, want != "", len(values) == 1, path)
	}
	for body, path := range map[string]string{`[{"a":"found"}]`: "0.a", "\ufeff{\"a\":\"found\"}\n": "a"} {
		values, ok := saved([]byte(body), map[string]string{"v": path})
		require.True(t, ok)
		require.Equal(t, map[string]string{"v": "found"}, values)
	}
}

func TestACallThatComesToNothingSaysWhyAndNothingElse(t *testing.T) {
	large := `{"a":"` + strings.Repeat("x", maxAnswer) + `"}`
	waits := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int
		want   *callError
	}{
		"slow": {waits, 0, errSlow},
		"slow in the middle": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"a":`))
			w.(http.Flusher).Flush()
			waits(w, r)
		}, 200, errSlow},
		"huge":          {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(large)) }, 200, errLarge},
		"not JSON":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>secret words</html>")) }, 200, errNotJSON},
		"more than one": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"a":"b"}{"a":"c"}`)) }, 200, errNotJSON},
		"nothing":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, 204, errNotJSON},
		"404": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"a":"secret words"}`))
		}, 404, errStatus},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"a":"b"}`))
		}, 200, errAway},
		"no HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = connection.Write([]byte("secret words\r\n\r\n"))
				_ = connection.Close()
			}
		}, 0, errAway},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			server := h.service(c.answer)
			answer := h.Call(t.Context(), botID, flow.Call{
				Method: "GET", URL: server.URL + "/path?q=secret", Timeout: 100 * time.Millisecond, Save: map[string]string{"a": "a"}, Of: "x",
			})
			require.Equal(t, flow.Answer{Failed: true, Of: "x"}, answer)
			require.Equal(t, []string{"telegram flow " + c.want.name}, h.counted)
			require.Len(t, h.exchanges, 1)
			require.Equal(t, c.status, h.exchanges[0].Status)
			require.Equal(t, c.want.words, h.exchanges[0].Error)
			require.NotContains(t, h.exchanges[0].Method+h.exchanges[0].Error, "secret")
		})
	}
}

func TestAnAnswerOfTheLargestSizeIsTaken(t *testing.T) {
	h := newHouse(t)
	exact := `{"a":"b","x":"` + strings.Repeat("x", maxAnswer-len(`{"a":"b","x":""}`)) + `"}`
	server := h.service(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(exact)) })
	answer := h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: server.URL, Save: map[string]string{"a": "a"}})
	require.Equal(t, flow.Answer{Values: map[string]string{"a": "b"}}, answer)
}

func TestAServiceThatIsNotThereIsCalledOnce(t *testing.T) {
	h := newHouse(t)
	tries := 0
	server := h.service(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	require.True(t, h.Call(t.Context(), botID, flow.Call{Method: "POST", URL: server.URL, Body: "{}"}).Failed)
	require.Equal(t, 1, tries)
	server.Close()
	for _, address := range []string{server.URL, "http://", "://", "ftp://example.org/x", ""} {
		require.True(t, h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: address, Of: "x"}).Failed, address)
	}
}

func TestACallTakesTenSecondsAtMost(t *testing.T) {
	h := newHouse(t)
	var left time.Duration
	h.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
		deadline, ok := r.Context().Deadline()
		require.True(t, ok)
		left = time.Until(deadline)
		return nil, io.EOF
	})
	for wish, most := range map[time.Duration]time.Duration{0: maxCallTime, time.Hour: maxCallTime, 2 * time.Second: 2 * time.Second} {
		h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: "http://example.org/", Timeout: wish})
		require.LessOrEqual(t, left, most)
		require.Greater(t, left, most-time.Second)
	}
}

func TestTwoRedirectsWithinTheServerAreFollowed(t *testing.T) {
	elsewhere := newHouse(t).service(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"a":"theirs"}`)) })
	for path, want := range map[string]flow.Answer{
		"/0":     {Values: map[string]string{"a": "b"}},
		"/1":     {Values: map[string]string{"a": "b"}},
		"/2":     {Values: map[string]string{"a": "b"}},
		"/3":     {Failed: true},
		"/round": {Failed: true},
		"/away":  {Failed: true},
	} {
		h := newHouse(t)
		server := h.service(func(w http.ResponseWriter, r *http.Request) {
			to, ok := map[string]string{"/1": "/0", "/2": "/1", "/3": "/2", "/round": "/round", "/away": elsewhere.URL}[r.URL.Path]
			if ok {
				http.Redirect(w, r, to, http.StatusFound)
				return
			}
			_, _ = w.Write([]byte(`{"a":"b"}`))
		})
		require.Equal(t, want, h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: server.URL + path, Save: map[string]string{"a": "a"}}), path)
		if want.Failed {
			require.Equal(t, errRedirected.words, h.exchanges[0].Error, path)
		}
	}
}

func TestARedirectKeepsToTheServerAndItsEncryption(t *testing.T) {
	for from, cases := range map[string]map[string]bool{
		"https://api.example.ua/a": {
			"https://API.example.ua/b": true, "http://api.example.ua/b": false, "https://api.example.ua:8443/b": false,
			"https://example.ua/b": false, "https://api.example.ua.evil.com/": false,
		},
		"http://api.example.ua/a": {"https://api.example.ua/b": true, "http://api.example.ua/b": true, "http://127.0.0.1/": false},
	} {
		for to, follows := range cases {
			before, err := url.Parse(from)
			require.NoError(t, err)
			after, err := url.Parse(to)
			require.NoError(t, err)
			err = sameServer(&http.Request{URL: after}, []*http.Request{{URL: before}})
			require.Equal(t, follows, err == nil, "%s to %s", from, to)
		}
	}
}

// The client of main has the transport of package guard.
func TestPrivateAddressesAreRefusedAndNamedAsSuch(t *testing.T) {
	h := newHouse(t)
	asked := false
	server := h.service(func(http.ResponseWriter, *http.Request) { asked = true })
	h.http.Transport = guard.NewTransport(guard.Options{})
	require.True(t, h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: server.URL}).Failed)
	require.False(t, asked)
	require.Equal(t, errForbidden.words, h.exchanges[0].Error)
}

func TestACallEndsWithTheNode(t *testing.T) {
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	server := h.service(func(_ http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
	})
	require.True(t, h.Call(ctx, botID, flow.Call{Method: "GET", URL: server.URL}).Failed)
}

func TestTheClientThatIsGivenStaysAsItIs(t *testing.T) {
	h := newHouse(t)
	require.Nil(t, http.DefaultClient.CheckRedirect)
	require.NotSame(t, http.DefaultClient, h.http)
}

type transport func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

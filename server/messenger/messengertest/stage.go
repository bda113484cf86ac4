// The stage of one test of the suite: a messenger made from the harness, a webhook that records, and an exchange log.

package messengertest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// secret is what the suite registers with its webhook.
const secret = "suite-secret_1"

// patience is how long the suite waits for what should come at once.
const patience = 10 * time.Second

// request is one call of the webhook.
type request struct {
	header http.Header
	url    string
	body   []byte
}

// again is the request as the webhook's handler saw it.
func (r request) again() *http.Request {
	out := httptest.NewRequest(http.MethodPost, r.url, nil)
	out.Header = r.header.Clone()
	return out
}

type stage struct {
	Harness
	t         *testing.T
	messenger messenger.Messenger
	webhook   *httptest.Server
	requests  chan request

	mu        sync.Mutex
	exchanges []messenger.Exchange
}

func newStage(t *testing.T, h Harness) *stage {
	s := &stage{Harness: h, t: t, requests: make(chan request, 100)}
	s.webhook = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.requests <- request{header: r.Header.Clone(), url: r.URL.String(), body: body}
	}))
	t.Cleanup(s.webhook.Close)
	s.messenger = s.connect(h.BaseURL)
	return s
}

// connect makes a messenger whose API is at baseURL.
func (s *stage) connect(baseURL string) messenger.Messenger {
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	m, err := s.New(messenger.Options{
		Token:   s.Token,
		BaseURL: baseURL,
		Client:  &http.Client{Transport: transport},
		Observe: s.observe,
	})
	require.NoError(s.t, err)
	return m
}

func (s *stage) observe(e messenger.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges = append(s.exchanges, e)
}

// observed is the exchange log so far.
func (s *stage) observed() []messenger.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]messenger.Exchange(nil), s.exchanges...)
}

func (s *stage) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	return ctx
}

// connected registers the webhook.
func (s *stage) connected() {
	s.t.Helper()
	require.NoError(s.t, s.messenger.SetWebhook(s.ctx(), s.webhook.URL+"/hook", secret))
}

// next waits for the next webhook request that brings an update, and takes it apart.
func (s *stage) next() (request, messenger.Update) {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case r := <-s.requests:
			d, err := s.messenger.Split(r.body)
			require.NoError(s.t, err)
			if len(d.Updates) == 0 {
				continue // a check of the webhook, or a receipt
			}
			require.Len(s.t, d.Updates, 1)
			return r, d.Updates[0]
		case <-deadline:
			s.t.Fatal("no update came to the webhook")
		}
	}
}

// customerWrites makes the customer write and returns what the webhook got of it.
func (s *stage) customerWrites(text string) (request, messenger.Update, messenger.Event) {
	s.t.Helper()
	s.Emulator.Write(text)
	r, u := s.next()
	e, err := s.messenger.Decode(u.Raw)
	require.NoError(s.t, err)
	return r, u, e
}

// met connects the webhook and lets the customer write first, since a bot may not; it returns his chat.
func (s *stage) met() messenger.Chat {
	s.t.Helper()
	s.connected()
	_, _, e := s.customerWrites("hello")
	return e.Chat
}

func outgoing(chat messenger.Chat, text richtext.Text) messenger.Outgoing {
	return messenger.Outgoing{Chat: chat, Text: text, SenderName: "Support"}
}

// send sends a plain text to the customer. One message has one id, one that was not sent has none.
func (s *stage) send(m messenger.Messenger, chat messenger.Chat, text string) (string, error) {
	s.t.Helper()
	ids, err := m.Send(s.ctx(), outgoing(chat, richtext.Plain(text)))
	if err != nil {
		require.Empty(s.t, ids)
		return "", err
	}
	require.Len(s.t, ids, 1)
	return ids[0], nil
}

// What the adapter's tests share: a connected bot at the emulator with a webhook that answers as the plugin does.

package viber_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// scene is one bot, its customer, and the program that answers for it.
type scene struct {
	*vibertest.Server
	bot      *vibertest.Bot
	customer *vibertest.Customer
	client   *viber.Client
	webhook  *httptest.Server

	mu        sync.Mutex
	updates   []messenger.Update
	dropped   map[string]int
	exchanges []messenger.Exchange
	// welcome answers conversation_started.
	welcome []byte
}

// newScene makes everything but registers no webhook yet.
func newScene(t *testing.T, opts ...vibertest.Option) *scene {
	s := &scene{Server: vibertest.NewServer(opts...), dropped: map[string]int{}}
	t.Cleanup(s.Close)
	s.bot = s.AddBot("Shop", "shop")
	s.customer = s.bot.NewCustomer(vibertest.Customer{Name: "Олена", Language: "uk", Country: "UA"})
	s.client = s.connect(t, s.URL)
	s.webhook = httptest.NewServer(http.HandlerFunc(s.receive))
	t.Cleanup(s.webhook.Close)
	return s
}

// newChat is a scene in which the customer has written, so that the bot may.
func newChat(t *testing.T, opts ...vibertest.Option) *scene {
	s := newScene(t, opts...)
	require.NoError(t, s.client.SetWebhook(ctx(t), s.webhook.URL, ""))
	s.customer.Says("hello")
	s.settled(t)
	return s
}

func (s *scene) connect(t *testing.T, base string) *viber.Client {
	return s.connectWith(t, messenger.Options{BaseURL: base})
}

// connectWith adds the bot's token, an own client and the log to o.
func (s *scene) connectWith(t *testing.T, o messenger.Options) *viber.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	o.Token, o.Client, o.Observe = s.bot.Token, &http.Client{Transport: transport}, s.observe
	c, err := viber.New(o)
	require.NoError(t, err)
	return c
}

func (s *scene) observe(e messenger.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges = append(s.exchanges, e)
}

// receive stores updates once by their event id, as the plugin's inbox does.
func (s *scene) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !s.client.Authentic(r, body, "") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	d, err := s.client.Split(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for reason, n := range d.Dropped {
		s.dropped[reason] += n
	}
	for _, u := range d.Updates {
		if !s.has(u.EventID) {
			s.updates = append(s.updates, u)
		}
		if strings.HasPrefix(u.EventID, "conversation_started:") {
			_, _ = w.Write(s.welcome)
		}
	}
}

func (s *scene) has(eventID string) bool {
	for _, u := range s.updates {
		if u.EventID == eventID {
			return true
		}
	}
	return false
}

// settled waits until Viber has nothing to deliver.
func (s *scene) settled(t *testing.T) {
	t.Helper()
	require.NoError(t, s.AwaitDelivered(ctx(t)))
}

// events are the stored updates, decoded.
func (s *scene) events(t *testing.T) []messenger.Event {
	t.Helper()
	s.settled(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	var events []messenger.Event
	for _, u := range s.updates {
		e, err := s.client.Decode(u.Raw)
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

// send sends a text and returns its id.
func (s *scene) send(t *testing.T, text string) (string, error) {
	t.Helper()
	return s.post(t, s.message(text))
}

// post sends a message and returns its id, empty for none.
func (s *scene) post(t *testing.T, out messenger.Outgoing) (string, error) {
	t.Helper()
	ids, err := s.client.Send(ctx(t), out)
	if err != nil {
		require.Empty(t, ids)
		return "", err
	}
	require.Len(t, ids, 1)
	return ids[0], nil
}

func (s *scene) message(text string) messenger.Outgoing {
	return messenger.Outgoing{
		Chat: messenger.Chat{ID: s.customer.ID, Kind: messenger.Private}, Text: richtext.Plain(text), SenderName: "Shop",
	}
}

func (s *scene) lastExchange() messenger.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exchanges[len(s.exchanges)-1]
}

func ctx(t *testing.T) context.Context {
	c, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return c
}

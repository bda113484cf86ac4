// Doubles: a store in memory, a desk that remembers what it told, and a messenger with an account and a webhook.

package bots

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

type memory struct {
	mu        sync.Mutex
	bots      map[string]conversation.Bot
	sealed    map[string]Sealed
	key       []byte
	checks    map[string][]Check
	exchanges map[string][]messenger.Exchange
	depth     Depth
	// removed are bots that go right after they were listed.
	removed []conversation.Bot
}

func newMemory() *memory {
	return &memory{
		bots: map[string]conversation.Bot{}, sealed: map[string]Sealed{}, checks: map[string][]Check{},
		exchanges: map[string][]messenger.Exchange{},
	}
}

func (m *memory) lock() func() { m.mu.Lock(); return m.mu.Unlock }

func (m *memory) Bots(context.Context) ([]conversation.Bot, error) {
	defer m.lock()()
	var list []conversation.Bot
	for _, b := range m.bots {
		list = append(list, b)
	}
	return append(list, m.removed...), nil
}

func (m *memory) Versions(context.Context) (map[string]int64, error) {
	defer m.lock()()
	versions := map[string]int64{}
	for id, b := range m.bots {
		versions[id] = b.Version
	}
	return versions, nil
}

func (m *memory) CreateBot(_ context.Context, b conversation.Bot, s Sealed) error {
	defer m.lock()()
	for _, other := range m.bots {
		if other.Kind == b.Kind && other.AccountID == b.AccountID {
			return ErrExists
		}
	}
	m.bots[b.ID], m.sealed[b.ID] = b, s
	return nil
}

func (m *memory) UpdateBot(_ context.Context, b conversation.Bot, s *Sealed) (int64, error) {
	defer m.lock()()
	if m.bots[b.ID].Version != b.Version {
		return 0, ErrChanged
	}
	b.Version++
	m.bots[b.ID] = b
	if s != nil {
		m.sealed[b.ID] = *s
	}
	return b.Version, nil
}

func (m *memory) RemoveBot(_ context.Context, id string) error {
	defer m.lock()()
	delete(m.bots, id)
	return nil
}

func (m *memory) Credentials(_ context.Context, id string) (Sealed, error) {
	defer m.lock()()
	if _, there := m.bots[id]; !there {
		return Sealed{}, ErrNotFound
	}
	return m.sealed[id], nil
}

func (m *memory) EnsureKey(_ context.Context, candidate []byte) ([]byte, error) {
	defer m.lock()()
	if m.key == nil {
		m.key = candidate
	}
	return m.key, nil
}

func (m *memory) Checks(_ context.Context, id string) ([]Check, error) {
	defer m.lock()()
	return slices.Clone(m.checks[id]), nil
}

func (m *memory) SaveChecks(_ context.Context, id string, checks []Check) error {
	defer m.lock()()
	m.checks[id] = slices.Clone(checks)
	return nil
}

func (m *memory) AddExchanges(_ context.Context, id string, list []messenger.Exchange) error {
	defer m.lock()()
	m.exchanges[id] = append(m.exchanges[id], list...)
	return nil
}

func (m *memory) Exchanges(_ context.Context, id string) ([]messenger.Exchange, error) {
	defer m.lock()()
	list := slices.Clone(m.exchanges[id])
	slices.Reverse(list)
	return list, nil
}

func (m *memory) Depth(context.Context, string) (Depth, error) { return m.depth, nil }

type teller struct {
	joined   []string
	alerts   []string
	takeBack []bool
	resolved []string
}

func (d *teller) Join(_ context.Context, channelID string) error {
	d.joined = append(d.joined, channelID)
	return nil
}

func (d *teller) Alert(_ context.Context, _ conversation.Bot, c Check, takeBack bool) (string, error) {
	d.alerts, d.takeBack = append(d.alerts, c.Name+": "+c.Detail), append(d.takeBack, takeBack)
	return "alert-" + c.Name, nil
}

func (d *teller) Resolve(_ context.Context, _ conversation.Bot, c Check) error {
	d.resolved = append(d.resolved, c.Name)
	return nil
}

func (d *teller) Overrides() bool { return true }

func (d *teller) T(lang, key string, _ map[string]string) string { return lang + " " + key }

// cloud is a messenger with one account per token.
type cloud struct {
	accounts map[string]messenger.Account
	webhook  string
	secret   string
	// refuses is what set_webhook answers.
	refuses *messenger.Error
	// checks is called while a webhook is being registered.
	checks  func()
	state   messenger.WebhookState
	deleted int
	// byURL makes the messenger fetch files itself.
	byURL bool
	// options are those of the client that was made last.
	options messenger.Options
}

// client is one token's connection to the cloud.
type client struct {
	*cloud
	token string
}

func (c *client) Kind() messenger.Kind { return messenger.Telegram }
func (c *client) Capabilities() messenger.Capabilities {
	return messenger.Capabilities{NeedsPublicHTTPS: true, WebhookPorts: []int{443, 80, 88, 8443}, FilesByURL: c.byURL}
}

func (c *client) Account(context.Context) (messenger.Account, error) {
	a, ok := c.accounts[c.token]
	if !ok {
		return a, &messenger.Error{Class: messenger.Unauthorized, Code: 401, Description: "Unauthorized"}
	}
	return a, nil
}

func (c *client) Send(context.Context, messenger.Outgoing) ([]string, error) {
	return []string{"1"}, nil
}

func (c *client) SetWebhook(_ context.Context, url, secret string) error {
	if c.checks != nil {
		c.checks()
	}
	if c.refuses != nil {
		return c.refuses
	}
	c.webhook, c.secret = url, secret
	return nil
}

func (c *client) WebhookState(context.Context) (messenger.WebhookState, error) {
	s := c.state
	s.URL = c.webhook
	return s, nil
}

func (c *client) DeleteWebhook(context.Context) error {
	c.webhook = ""
	c.deleted++
	return nil
}

func (c *client) Poll(context.Context, int64, time.Duration) (messenger.Delivery, int64, error) {
	return messenger.Delivery{}, 0, nil
}
func (c *client) Authentic(*http.Request, []byte, string) bool { return true }
func (c *client) Split([]byte) (messenger.Delivery, error)     { return messenger.Delivery{}, nil }
func (c *client) Decode([]byte) (messenger.Event, error)       { return messenger.Event{}, nil }

type silence struct{}

func (silence) Warn(string, ...any)  {}
func (silence) Error(string, ...any) {}

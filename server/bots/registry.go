// The registry: the connected bots as this node knows them, and their messengers. The database is the truth; versions
// tell when the cache is old.

package bots

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/time/rate"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// connection is a bot with what it takes to talk to its messenger, or why that is impossible.
type connection struct {
	bot    conversation.Bot
	client messenger.Messenger
	secret string
	err    error
}

// view is an immutable picture of all bots.
type view struct {
	bots map[string]connection
	// channels maps an inbox channel to its bots: the guard that costs other channels nothing.
	channels map[string][]string
}

// registry is the cache behind the Service.
type registry struct {
	now atomic.Pointer[view]
	// refresh is held while a new view is made.
	refresh sync.Mutex
	// looks bounds how often a bot that is not known here is looked for in the database: anybody can name one.
	looks *rate.Limiter
}

func newRegistry() *registry {
	r := &registry{looks: rate.NewLimiter(rate.Every(200*time.Millisecond), 5)}
	r.now.Store(&view{})
	return r
}

func (r *registry) get(botID string) (connection, bool) {
	c, ok := r.now.Load().bots[botID]
	return c, ok
}

func (r *registry) all() []conversation.Bot {
	bots := r.now.Load().bots
	list := make([]conversation.Bot, 0, len(bots))
	for _, id := range slices.Sorted(maps.Keys(bots)) {
		list = append(list, bots[id].bot)
	}
	return list
}

// Channel returns the bots whose inbox a channel is, nil for any other channel. It allocates nothing.
func (s *Service) Channel(channelID string) []string {
	return s.registry.now.Load().channels[channelID]
}

// Known is the present state of a bot on this node, for the relay.
func (s *Service) Known(botID string) (conversation.Bot, bool) {
	c, ok := s.registry.get(botID)
	return c.bot, ok
}

// Messenger is the connection of a bot; ErrNotFound, ErrKeyLost or the reason why there is none.
func (s *Service) Messenger(botID string) (messenger.Messenger, error) {
	c, ok := s.registry.get(botID)
	if !ok {
		return nil, ErrNotFound
	}
	return c.client, c.err
}

// Secret is what the messenger sends with each webhook call of this bot.
func (s *Service) Secret(botID string) (string, error) {
	c, ok := s.registry.get(botID)
	if !ok {
		return "", ErrNotFound
	}
	return c.secret, c.err
}

// Refresh reads again what changed in the database since the last time.
func (s *Service) Refresh(ctx context.Context) error {
	versions, err := s.store.Versions(ctx)
	if err != nil {
		return err
	}
	known := s.registry.now.Load().bots
	if maps.EqualFunc(versions, known, func(v int64, c connection) bool { return v == c.bot.Version }) {
		return nil
	}
	return s.reload(ctx)
}

// reload makes a new view; connections of unchanged bots are kept.
func (s *Service) reload(ctx context.Context) error { return s.renew(ctx, s.registry.now.Load().bots) }

// renew makes a new view; unchanged bots keep their connection in kept. The old view serves until then.
func (s *Service) renew(ctx context.Context, kept map[string]connection) error {
	s.registry.refresh.Lock()
	defer s.registry.refresh.Unlock()
	list, err := s.store.Bots(ctx)
	if err != nil {
		return err
	}
	next := &view{bots: make(map[string]connection, len(list)), channels: map[string][]string{}}
	for _, b := range list {
		c, ok := kept[b.ID]
		if !ok || c.bot.Version != b.Version || c.err != nil {
			c = s.connect(ctx, b)
		}
		switch {
		case errors.Is(c.err, ErrNotFound):
			continue // it was removed since the list was read
		case c.err != nil && !errors.Is(c.err, ErrKeyLost):
			return c.err // the database, most likely: the view before serves until the next try
		}
		next.channels[b.ChannelID] = append(next.channels[b.ChannelID], b.ID)
		next.bots[b.ID] = c
	}
	s.registry.now.Store(next)
	return nil
}

// connect opens a bot's credentials and makes its messenger.
func (s *Service) connect(ctx context.Context, b conversation.Bot) connection {
	sealed, err := s.store.Credentials(ctx, b.ID)
	if err != nil {
		return connection{bot: b, err: err}
	}
	c, err := s.keys().open(b.ID, sealed)
	if err != nil {
		return connection{bot: b, err: err}
	}
	client, err := s.newClient(b.ID, b.Kind, c.Token)
	if err != nil {
		return connection{bot: b, err: err}
	}
	return connection{bot: b, client: client, secret: c.Secret}
}

// newClient makes a messenger for a token; botID names it in the exchange log, empty for a bot that is being added.
func (s *Service) newClient(botID string, kind messenger.Kind, token string) (messenger.Messenger, error) {
	make, ok := s.adapters[kind]
	if !ok {
		return nil, errors.Errorf("there is no messenger %q", kind)
	}
	config := s.config.Load()
	return make(messenger.Options{
		Token: token, BaseURL: config.endpoints.base(kind), Client: config.client, Media: config.media,
		Observe: func(e messenger.Exchange) {
			if botID != "" {
				s.Observe(botID, e)
			}
		},
	})
}

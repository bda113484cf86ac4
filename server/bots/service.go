// What admins do with bots: edit, pause, resume, reclaim, remove.

package bots

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// New is what an admin says to connect a bot.
type New struct {
	Kind      messenger.Kind
	Token     string
	ChannelID string
	// Mode is webhook when empty.
	Mode messenger.Mode
	// Name is the messenger's when empty.
	Name     string
	Settings conversation.Settings
	// TakeOver allows to cut off another service that receives the bot's messages now.
	TakeOver bool
	// By is the admin's user id.
	By string
}

// Edit changes a bot; nil fields keep their value.
type Edit struct {
	ChannelID *string
	Mode      *messenger.Mode
	Name      *string
	Token     *string
	Settings  *conversation.Settings
}

// Adapter makes the messenger of one kind.
type Adapter func(messenger.Options) (messenger.Messenger, error)

// Logger is the server's log.
type Logger interface {
	Warn(msg string, keyValues ...any)
	Error(msg string, keyValues ...any)
}

// Options are what a Service is made from.
type Options struct {
	Store Store
	Desk  Desk
	Log   Logger
	// Adapters are the messengers that can be connected, by kind.
	Adapters map[messenger.Kind]Adapter
	// Media makes the transport by which customers' files are fetched.
	Media MediaTransport
	// Wake tells the relay that something about a bot changed.
	Wake func(botID string)
	// Answers makes the check of a bot's automatic answers: this package does not know them.
	Answers func(botID string) Check
}

// Service administers the bots of one installation.
type Service struct {
	store    Store
	desk     Desk
	log      Logger
	adapters map[messenger.Kind]Adapter
	media    MediaTransport
	wake     func(string)
	answers  func(string) Check

	registry  *registry
	exchanges exchangeLog
	config    atomic.Pointer[config]
	// configuring is held while settings change.
	configuring sync.Mutex
	watch       *watch
}

// config is what a change of settings replaces at once.
type config struct {
	endpoints Endpoints
	keys      keyring
	// client calls the messengers' APIs, media fetches customers' files.
	client, media *http.Client
}

// NewService returns a service that knows no bots until Configure.
func NewService(o Options) *Service {
	s := &Service{
		store: o.Store, desk: o.Desk, log: o.Log, adapters: o.Adapters, media: o.Media, wake: o.Wake, answers: o.Answers,
		registry: newRegistry(), exchanges: exchangeLog{lists: map[string][]messenger.Exchange{}}, watch: newWatch(),
	}
	s.config.Store(&config{client: http.DefaultClient, media: http.DefaultClient})
	return s
}

func (s *Service) keys() keyring { return s.config.Load().keys }

// Configure takes over changed settings: new addresses, another proxy, another key. Credentials that only the key
// before could open are sealed anew with the present one.
func (s *Service) Configure(ctx context.Context, e Endpoints) error {
	s.configuring.Lock()
	defer s.configuring.Unlock()
	proxy, err := proxyOf(e.ProxyURL)
	if err != nil {
		return err
	}
	ring, err := newKeyring(ctx, s.store, e.EncryptionKey)
	if err != nil {
		return err
	}
	before := s.keys()
	s.config.Store(&config{
		endpoints: e, keys: ring, client: newAPIClient(proxy), media: newMediaClient(s.media(proxy, e.ownAPI)),
	})
	if err := s.reseal(ctx, append(ring[:len(ring):len(ring)], before...)); err != nil {
		return err
	}
	return s.renew(ctx, nil)
}

// reseal seals with the present key what another known key sealed.
func (s *Service) reseal(ctx context.Context, known keyring) error {
	list, err := s.store.Bots(ctx)
	if err != nil {
		return err
	}
	for _, b := range list {
		sealed, err := s.store.Credentials(ctx, b.ID)
		if err != nil {
			return err
		}
		if sealed.KeyID == known[0].id {
			continue
		}
		c, err := known.open(b.ID, sealed)
		if errors.Is(err, ErrKeyLost) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := s.save(ctx, b, &c); err != nil && !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return nil
}

// save stores a bot, with new credentials unless c is nil.
func (s *Service) save(ctx context.Context, b conversation.Bot, c *credentials) (conversation.Bot, error) {
	var sealed *Sealed
	if c != nil {
		box, err := s.keys().seal(b.ID, *c)
		if err != nil {
			return b, err
		}
		sealed = &box
	}
	version, err := s.store.UpdateBot(ctx, b, sealed)
	b.Version = version
	return b, err
}

// List returns all bots as this node knows them.
func (s *Service) List(context.Context) []conversation.Bot { return s.registry.all() }

// Bot finds a bot, asking the database for one that this node does not know yet; ErrNotFound.
func (s *Service) Bot(ctx context.Context, id string) (conversation.Bot, error) {
	if b, ok := s.Known(id); ok {
		return b, nil
	}
	if !s.registry.looks.Allow() {
		return conversation.Bot{}, ErrNotFound
	}
	if err := s.Refresh(ctx); err != nil {
		return conversation.Bot{}, err
	}
	if b, ok := s.Known(id); ok {
		return b, nil
	}
	return conversation.Bot{}, ErrNotFound
}

// Edit changes a bot; a new token must belong to the same account. Another service that receives the bot's messages now is
// not cut off: that is what Reclaim is for. Errors as with Add, and ErrNotFound.
func (s *Service) Edit(ctx context.Context, id string, e Edit) (conversation.Bot, error) {
	before, err := s.Bot(ctx, id)
	if err != nil {
		return before, err
	}
	bot := before
	apply(&bot.ChannelID, e.ChannelID)
	apply(&bot.Name, e.Name)
	apply(&bot.Settings, e.Settings)
	apply(&bot.Mode, e.Mode)
	if err := bot.Settings.Validate(); err != nil {
		return bot, err
	}
	client, secret, c, err := s.editedClient(ctx, bot, e.Token)
	if err != nil {
		return bot, err
	}
	if e.ChannelID != nil {
		if err := s.desk.Join(ctx, bot.ChannelID); err != nil {
			return bot, err
		}
	}
	if e.Mode == nil && c == nil {
		if bot, err = s.save(ctx, bot, nil); err != nil {
			return bot, err
		}
		return bot, s.reloaded(ctx, id)
	}
	if err := s.checkMode(client, bot.Mode); err != nil {
		return bot, err
	}
	if err := s.notInUse(ctx, client, false); err != nil {
		return bot, err
	}
	return s.reregister(ctx, client, before, bot, secret, c)
}

// reregister stores a changed bot and then registers it, since the messenger may call back while that is being done,
// already with the new token. What cannot be registered is taken back.
func (s *Service) reregister(ctx context.Context, client messenger.Messenger, before, bot conversation.Bot, secret string, c *credentials) (conversation.Bot, error) {
	former, err := s.store.Credentials(ctx, bot.ID)
	if err != nil {
		return bot, err
	}
	if bot, err = s.save(ctx, bot, c); err != nil {
		return bot, err
	}
	if err := s.reload(ctx); err != nil {
		return bot, err
	}
	if err := s.register(ctx, client, bot, secret); err != nil {
		undo := context.WithoutCancel(ctx)
		before.Version = bot.Version
		if _, failed := s.store.UpdateBot(undo, before, &former); failed != nil {
			s.log.Error("A change that could not be registered could not be taken back either", "bot_id", bot.ID, "error", failed.Error())
		}
		return bot, firstError(err, s.reload(undo))
	}
	return bot, s.reloaded(ctx, bot.ID)
}

// editedClient is the bot's messenger, or that of a new token with the credentials to be sealed.
func (s *Service) editedClient(ctx context.Context, bot conversation.Bot, token *string) (messenger.Messenger, string, *credentials, error) {
	if token == nil {
		client, err := s.Messenger(bot.ID)
		if errors.Is(err, ErrKeyLost) {
			return nil, "", nil, conversation.Wrong("token", conversation.ProblemTokenLost)
		}
		secret, _ := s.Secret(bot.ID)
		return client, secret, nil, err
	}
	client, err := s.newClient(bot.ID, bot.Kind, *token)
	if err != nil {
		return nil, "", nil, refused("token", err)
	}
	account, err := client.Account(ctx)
	if err != nil {
		return nil, "", nil, refused("token", err)
	}
	if account.ID != bot.AccountID {
		return nil, "", nil, conversation.Wrong("token", conversation.ProblemOtherAccount, "name", account.Name)
	}
	c := &credentials{Token: *token, Secret: rand.Text()}
	return client, c.Secret, c, nil
}

func apply[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// Pause stops all that goes out; what customers write is still shown.
func (s *Service) Pause(ctx context.Context, id string) (conversation.Bot, error) {
	return s.setPaused(ctx, id, true)
}

// Resume ends a pause.
func (s *Service) Resume(ctx context.Context, id string) (conversation.Bot, error) {
	return s.setPaused(ctx, id, false)
}

func (s *Service) setPaused(ctx context.Context, id string, paused bool) (conversation.Bot, error) {
	bot, err := s.Bot(ctx, id)
	if err != nil || bot.Paused == paused {
		return bot, err
	}
	bot.Paused = paused
	if bot, err = s.save(ctx, bot, nil); err != nil {
		return bot, err
	}
	return bot, s.reloaded(ctx, id)
}

// Reclaim makes the messenger send its updates to us again, cutting off whoever receives them now.
func (s *Service) Reclaim(ctx context.Context, id string) (conversation.Bot, error) {
	bot, err := s.Bot(ctx, id)
	if err != nil {
		return bot, err
	}
	client, err := s.Messenger(id)
	if errors.Is(err, ErrKeyLost) {
		return bot, conversation.Wrong("token", conversation.ProblemTokenLost)
	}
	if err != nil {
		return bot, &RefusedError{Field: "token", Words: err.Error()}
	}
	secret, err := s.Secret(id)
	if err != nil {
		return bot, err
	}
	if err := s.register(ctx, client, bot, secret); err != nil {
		return bot, err
	}
	s.watch.forget(id)
	s.changed(id)
	return bot, nil
}

// Remove disconnects a bot. The webhook is deleted only if it is ours; the posts in Mattermost stay.
func (s *Service) Remove(ctx context.Context, id string) error {
	if _, err := s.Bot(ctx, id); err != nil {
		return err
	}
	if client, err := s.Messenger(id); err == nil {
		if state, err := client.WebhookState(ctx); err == nil && s.ours(state.URL) {
			if err := client.DeleteWebhook(ctx); err != nil {
				s.log.Warn("The webhook of a removed bot could not be deleted", "bot_id", id, "error", err.Error())
			}
		}
	}
	if err := s.store.RemoveBot(ctx, id); err != nil {
		return err
	}
	return s.reloaded(ctx, id)
}

// reloaded makes a stored change known on this node and to the relay.
func (s *Service) reloaded(ctx context.Context, id string) error {
	if err := s.reload(ctx); err != nil {
		return err
	}
	s.changed(id)
	return nil
}

func (s *Service) changed(id string) {
	s.watch.soon(id)
	s.wake(id)
}

// refused puts a messenger's refusal into the words of the messenger, for the field it is about.
func refused(field string, err error) error {
	return &RefusedError{Field: field, Words: messenger.AsError(err).Description}
}

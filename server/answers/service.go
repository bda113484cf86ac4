// What the service is made from.

package answers

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Bots is what the service needs of bots.Service.
type Bots interface {
	// Known is the present state of a bot; false when there is none.
	Known(botID string) (conversation.Bot, bool)
	// Messenger is the connection of a bot; the error says why there is none.
	Messenger(botID string) (messenger.Messenger, error)
	// Observe puts an exchange into the bot's log. It must not block.
	Observe(botID string, e messenger.Exchange)
}

// Logger is the server's log.
type Logger interface {
	Warn(msg string, keyValues ...any)
	Error(msg string, keyValues ...any)
}

// Meter counts calls of services as what goes out: see package metrics.
type Meter interface {
	Outbound(kind messenger.Kind, result, reason string)
}

// Options are what a Service is made from; all are required.
type Options struct {
	Store Store
	Bots  Bots
	Desk  Desk
	// HTTP calls the services of flows. Its transport refuses addresses that are not public; how redirects are followed is
	// decided here.
	HTTP *http.Client
	// Words are the texts of assets/i18n, with {{name}} replaced by args["name"].
	Words func(language, key string, args map[string]string) string
	// FirstName is that of a user.
	FirstName func(userID string) string
	Log       Logger
	Meter     Meter
	Now       func() time.Time
	// Changed tells the other nodes that the script of a bot is another one, so that they need not wait for their next look.
	Changed func(botID string)
}

// Service keeps what answers automatically for each bot. All methods may be called by many at once.
//
// Those that read or change scripts return ErrNotFound for a bot, rule or flow that is not there, ErrChanged when somebody
// else was quicker, a *conversation.FieldError for a value that is wrong, and a *FlowError for a flow that is.
type Service struct {
	o    Options
	http *http.Client
	// scripts are what this node knows, by bot. The map is never changed, only replaced, under loading.
	scripts atomic.Pointer[map[string]*script]
	loading sync.Mutex
	wake    chan struct{}
	// told are the commands that the messengers show, by bot that this node owns.
	told    map[string]*told
	telling sync.Mutex
}

// New returns a service that knows no scripts until Refresh.
func New(o Options) *Service {
	client := *o.HTTP
	client.CheckRedirect = sameServer
	s := &Service{o: o, http: &client, wake: make(chan struct{}, 1), told: map[string]*told{}}
	s.scripts.Store(&map[string]*script{})
	return s
}

// after makes a change that was stored known on this node and to the others. The change counts even when it cannot be read
// again now: Watch will find it.
func (s *Service) after(ctx context.Context, botID string) {
	if err := s.load(ctx, botID); err != nil {
		s.o.Log.Warn("Changed automatic answers cannot be read yet", "bot_id", botID, "error", err.Error())
		s.Wake()
	}
	s.o.Changed(botID)
}

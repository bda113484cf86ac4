// Webhooks: what a messenger sends is stored before it is told so; everything else happens later.

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// webhookBudget is how long storing may take: Viber gives a webhook up after 5 seconds.
	webhookBudget = 4 * time.Second
	// retryAfter is in seconds.
	retryAfter = "5"
	// unnamedCallback stands in the exchange log for what could not be read.
	unnamedCallback = "webhook"
)

// webhook answers with an empty body, since Viber takes the body of an answer to conversation_started for a message; so
// there it is the welcome.
func (s *server) webhook(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(r.Context(), webhookBudget)
	defer cancel()
	call := &callback{kind: unnamedCallback}
	err := s.receive(ctx, r, call)
	a := answer{status: http.StatusOK}
	if len(call.welcome) > 0 {
		a.body = document{jsonType, call.welcome}
	}
	words := ""
	if err != nil {
		e := s.webhookError(r.Pattern, err)
		a, words = s.failure(r.Pattern, e, ""), e.Message
	}
	if call.botID != "" && (err == nil || call.genuine || s.refusals.Allow()) {
		s.Bots.Observe(call.botID, messenger.Exchange{
			At: began, Direction: messenger.Inbound, Method: call.kind, Status: a.status, Duration: time.Since(began), Error: words,
		})
	}
	s.write(w, r.Pattern, a)
}

// callback is what is known of a webhook call so far.
type callback struct {
	// botID is set once the bot is known to exist.
	botID string
	kind  string
	// genuine is set once the call has proved to come from the messenger.
	genuine bool
	// welcome is what the customer is told by the answer, empty for nothing.
	welcome []byte
}

// webhookError makes everything that is not the caller's fault a 503, so that the messenger tries again.
func (s *server) webhookError(route string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	s.Failed(route, err)
	return notReady()
}

func (s *server) receive(ctx context.Context, r *http.Request, call *callback) error {
	if !s.Ready() {
		return notReady()
	}
	m, secret, err := s.connection(ctx, r, call)
	if err != nil {
		return err
	}
	if !isJSON(r) {
		return wrongType()
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if !m.Authentic(r, body, secret) {
		return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "the secret or signature is missing or wrong"}
	}
	call.kind, call.genuine = callbackKind(body), true
	delivery, err := m.Split(body)
	if err != nil {
		return badRequest("the body is not JSON") // The adapter's error could quote the body.
	}
	if _, err = s.Relay.Accept(ctx, call.botID, delivery); err != nil {
		return errors.Wrap(err, "storing an update")
	}
	call.welcome = s.welcome(ctx, r.Pattern, m, call.botID, delivery)
	return nil
}

// welcome is what a customer is told who opened the bot, where that is the answer to the call. The update is stored, so that
// nothing but the welcome is lost when it fails.
func (s *server) welcome(ctx context.Context, route string, m messenger.Messenger, botID string, d messenger.Delivery) []byte {
	relay, ok := s.Relay.(Welcomer)
	if _, takes := m.(messenger.Welcomer); !ok || !takes || !slices.ContainsFunc(d.Updates, func(u messenger.Update) bool { return starts(m, u) }) {
		return nil
	}
	body, err := relay.Welcome(ctx, botID, d)
	if err != nil {
		s.Failed(route, errors.Wrap(err, "welcoming a customer"))
		return nil
	}
	return body
}

func starts(m messenger.Messenger, u messenger.Update) bool {
	e, err := m.Decode(u.Raw)
	return err == nil && e.Kind == messenger.EventStarted
}

// connection finds the messenger that the path names, and the secret that a genuine call proves to know.
func (s *server) connection(ctx context.Context, r *http.Request, call *callback) (messenger.Messenger, string, error) {
	id, err := pathID(r, "bot")
	if err != nil {
		return nil, "", err
	}
	bot, err := s.Bots.Bot(ctx, id)
	if errors.Is(err, bots.ErrNotFound) || err == nil && string(bot.Kind) != r.PathValue("kind") {
		return nil, "", notFound()
	}
	if err != nil {
		return nil, "", errors.Wrap(err, "finding the bot of a webhook")
	}
	call.botID = bot.ID
	m, err := s.Bots.Messenger(bot.ID)
	if err != nil {
		return nil, "", errors.Wrap(err, "connecting the bot of a webhook")
	}
	secret, err := s.Bots.Secret(bot.ID)
	return m, secret, errors.Wrap(err, "reading the secret of a webhook")
}

var callbackName = regexp.MustCompile(`^[a-z_]{1,40}$`)

// callbackKind names a genuine callback for the admin's log: Viber says it in `event`, Telegram by the one key beside
// update_id. What is no such name stays unnamed, so that nothing a customer wrote gets into the log.
func callbackKind(body []byte) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return unnamedCallback
	}
	var event string
	if json.Unmarshal(fields["event"], &event) == nil && callbackName.MatchString(event) {
		return event
	}
	var names []string
	for name := range fields {
		if name != "update_id" && callbackName.MatchString(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return unnamedCallback
	}
	return slices.Min(names)
}

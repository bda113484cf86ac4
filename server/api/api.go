// The routes, and what every request goes through: recover, body limit, login, audit, counting, one Write.

package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/time/rate"
)

// Prefix is where REST, buttons and dialogs live below the plugin's own path.
const Prefix = "/api/v1"

// requestTime bounds a request: asking a messenger is its longest part.
const requestTime = 30 * time.Second

// userHeader is set by the server itself for a valid session or token; it removes what a client sends
// (tried on Mattermost 11.1). The server also checks CSRF of browser sessions, except on GET: GET changes nothing.
const userHeader = "Mattermost-User-Id"

// answer is what a handler has to say; the body is marshalled, nil is no body.
type answer struct {
	status int
	body   any
	// target is the id of what the request was about, for the audit.
	target string
	// outcome is for the audit when it differs from status: buttons and forms are answered 200 with an error in words.
	outcome int
}

type handler func(r *http.Request, caller string) (answer, error)

// route is one line of the REST reference.
type route struct {
	pattern string
	may     Level
	serve   handler
}

type server struct {
	Options
	main *http.ServeMux
	// refusals bounds how many refused webhook calls get into the exchange log, which strangers could fill otherwise.
	refusals *rate.Limiter
}

// New returns the HTTP face. Paths are those below the plugin's own path.
func New(o Options) http.Handler {
	s := &server{Options: o, main: http.NewServeMux(), refusals: rate.NewLimiter(rate.Every(10*time.Second), 3)}
	for _, r := range s.routes() {
		s.main.Handle(r.pattern, s.rest(r.serve))
	}
	s.main.HandleFunc("POST /webhook/{kind}/{bot}", s.webhook)
	s.main.HandleFunc("/", s.nothing)

	// by-thread/{x} and {id}/messages overlap, which one ServeMux refuses: this one is asked first.
	front := http.NewServeMux()
	byThread := s.byThread()
	front.Handle(byThread.pattern, s.rest(byThread.serve))
	front.Handle("/", s.main)
	return s.guard(front)
}

func (s *server) routes() []route {
	return []route{
		{"GET " + Prefix + "/bots", Member, s.listBots},
		{"POST " + Prefix + "/bots", Manager, s.addBot},
		s.onBot("GET", "", Member, s.getBot),
		s.onBot("PATCH", "", Manager, s.editBot),
		s.onBot("DELETE", "", Manager, s.removeBot),
		s.onBot("POST", "/pause", Admin, s.changeBot(s.Bots.Pause)),
		s.onBot("POST", "/resume", Admin, s.changeBot(s.Bots.Resume)),
		s.onBot("POST", "/reclaim", Manager, s.changeBot(s.Bots.Reclaim)),
		s.onBot("GET", "/health", Member, s.health),
		s.onBot("GET", "/exchanges", Member, s.exchanges),
		{"GET " + Prefix + "/status", Member, s.status},
		{"GET " + Prefix + "/autocomplete/bots", Member, s.completeBots},

		{"GET " + Prefix + "/conversations", Member, s.listConversations},
		s.onConversation("GET", "", s.getConversation),
		s.onConversation("GET", "/messages", s.messages),
		s.onConversation("POST", "/claim", s.claim),
		s.onConversation("POST", "/close", s.close),
		s.onConversation("POST", "/reopen", s.reopen),
		s.onConversation("POST", "/mode", s.mode),
		{"POST " + Prefix + "/messages/{post_id}/retry", Member, s.retry},

		{"POST " + Prefix + "/actions/claim", Member, s.action(s.pressClaim)},
		{"POST " + Prefix + "/actions/close", Member, s.action(s.pressClose)},
		{"POST " + Prefix + "/actions/reopen", Member, s.action(s.pressReopen)},
		{"POST " + Prefix + "/actions/resend", Member, s.action(s.pressResend)},
		{"POST " + Prefix + "/actions/reclaim", Manager, s.action(s.pressReclaim)},
		{"POST " + Prefix + "/dialogs/bot-add", Manager, s.dialog(s.submitAdd)},
		{"POST " + Prefix + "/dialogs/bot-edit", Manager, s.dialog(s.submitEdit)},
	}
}

// rest answers with JSON and tells the audit of whatever could change something.
func (s *server) rest(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := r.Header.Get(userHeader)
		a, err := s.whenReady(h, r, caller)
		if err != nil {
			a = s.failure(r.Pattern, err, a.target)
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			s.Audit(Audit{UserID: caller, Action: r.Pattern, Target: a.target, Status: cmp.Or(a.outcome, a.status)})
		}
		s.write(w, r.Pattern, a)
	})
}

func (s *server) whenReady(h handler, r *http.Request, caller string) (answer, error) {
	if !s.Ready() {
		return answer{}, notReady()
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTime)
	defer cancel()
	return h(r.WithContext(ctx), caller)
}

func (s *server) failure(route string, err error, target string) answer {
	e := AsError(err)
	if e == nil {
		s.Failed(route, err)
		e = internal()
	}
	return answer{status: e.Status, body: map[string]*Error{"error": e}, target: target}
}

// write makes one Write: the server overwrites what a plugin wrote before to a button or dialog (tried on 11.1).
func (s *server) write(w http.ResponseWriter, route string, a answer) {
	if a.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil {
		s.Failed(route, errors.Wrap(err, "marshalling an answer"))
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // The caller went away: nobody is left to tell.
}

// nothing answers what no route matches: 405 when another method would.
func (s *server) nothing(w http.ResponseWriter, r *http.Request) {
	err := notFound()
	if allowed := s.allowed(r); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		err = &Error{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: "use " + strings.Join(allowed, " or ")}
	}
	s.write(w, r.Pattern, s.failure(r.Pattern, err, ""))
}

func (s *server) allowed(r *http.Request) []string {
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.main.Handler(other); pattern != "/" {
			methods = append(methods, method)
		}
	}
	return methods
}

// guard stands before every route. A panic of a handler ends there: in a plugin it would end the process.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		out := &recorder{ResponseWriter: w}
		r.Body = http.MaxBytesReader(out, r.Body, MaxBody)
		defer func() {
			if p := recover(); p != nil {
				s.Panicked(routeName(r))
				if out.status == 0 {
					s.write(out, routeName(r), s.failure(routeName(r), internal(), ""))
				}
			}
			s.Observe(routeName(r), out.status, time.Since(began))
		}()
		if needsLogin(r.URL.Path) && r.Header.Get(userHeader) == "" {
			s.write(out, routeName(r), s.failure(routeName(r), unauthorized(), ""))
			return
		}
		next.ServeHTTP(out, r)
	})
}

func needsLogin(path string) bool {
	return path == Prefix || strings.HasPrefix(path, Prefix+"/")
}

// routeName is the pattern that matched, "other" for none: a name of which there are few.
func routeName(r *http.Request) string {
	if r.Pattern == "" || r.Pattern == "/" {
		return "other"
	}
	return r.Pattern
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

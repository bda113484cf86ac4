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

// answer is what a handler has to say; the body is marshalled unless it is a document, nil is no body.
type answer struct {
	status int
	body   any
	// target is the id of what the request was about, for the audit.
	target string
	// outcome is for the audit when it differs from status: buttons and forms are answered 200 with an error in words.
	outcome int
}

// document is a body that is written as it is.
type document struct {
	contentType string
	content     []byte
}

type handler func(r *http.Request, caller string) (answer, error)

// route is one line of the REST reference.
type route struct {
	pattern string
	may     Level
	serve   handler
	// quiet is set for a POST that changes nothing that is kept: the audit is not told.
	quiet bool
}

func (r route) changesNothing() route {
	r.quiet = true
	return r
}

func (r route) audited() bool {
	return !r.quiet && !strings.HasPrefix(r.pattern, http.MethodGet+" ")
}

type server struct {
	Options
	main *http.ServeMux
	// refusals bounds how many refused webhook calls get into the exchange log, which strangers could fill otherwise.
	refusals *rate.Limiter
	// typed are the conversations whose customers were just shown that somebody writes.
	typed recent
	// streams holds a place for each file that is being fetched.
	streams chan struct{}
}

// New returns the HTTP face. Paths are those below the plugin's own path.
func New(o Options) http.Handler {
	s := &server{
		Options: o, main: http.NewServeMux(), refusals: rate.NewLimiter(rate.Every(10*time.Second), 3),
		streams: make(chan struct{}, maxStreams),
	}
	for _, r := range s.routes() {
		s.main.Handle(r.pattern, s.rest(r))
	}
	s.main.HandleFunc("POST /webhook/{kind}/{bot}", s.webhook)
	s.main.HandleFunc("GET /files/{token}/{name}", s.file)
	s.main.HandleFunc("/", s.nothing)

	// by-thread/{x} and {id}/messages overlap, which one ServeMux refuses: this one is asked first.
	front := http.NewServeMux()
	byThread := s.byThread()
	front.Handle(byThread.pattern, s.rest(byThread))
	front.Handle("/", s.main)
	return s.guard(front)
}

func (s *server) routes() []route {
	return []route{
		{pattern: "GET " + Prefix + "/bots", may: Member, serve: s.listBots},
		{pattern: "POST " + Prefix + "/bots", may: Manager, serve: s.addBot},
		s.onBot("GET", "", Member, s.getBot),
		s.onBot("PATCH", "", Manager, s.editBot),
		s.onBot("DELETE", "", Manager, s.removeBot),
		s.onBot("POST", "/pause", Admin, s.changeBot(s.Bots.Pause)),
		s.onBot("POST", "/resume", Admin, s.changeBot(s.Bots.Resume)),
		s.onBot("POST", "/reclaim", Manager, s.changeBot(s.Bots.Reclaim)),
		s.onBot("GET", "/health", Member, s.health),
		s.onBot("GET", "/exchanges", Member, s.exchanges),
		s.onBot("GET", "/business", Admin, s.connections),
		s.onBot("POST", "/business/{connection}/accept", Admin, s.decide(true)),
		s.onBot("POST", "/business/{connection}/refuse", Admin, s.decide(false)),

		s.onBot("GET", "/autoreplies", Member, s.rules),
		s.onBot("PUT", "/autoreplies", Admin, s.putRules),
		s.onBot("POST", "/autoreplies", Admin, s.addRule),
		s.onBot("POST", "/autoreplies/test", Member, s.simulate).changesNothing(),
		s.onBot("PATCH", "/autoreplies/{rule}", Admin, s.editRule),
		s.onBot("DELETE", "/autoreplies/{rule}", Admin, s.removeRule),
		s.onBot("GET", "/hours", Member, s.hours),
		s.onBot("PUT", "/hours", Admin, s.putHours),
		s.onBot("GET", "/flows", Member, s.flows),
		s.onBot("GET", "/flows/{flow}", Member, s.flow),
		s.onBot("PUT", "/flows/{flow}", Admin, s.putDraft),
		s.onBot("POST", "/flows/{flow}/publish", Admin, s.publish),
		s.onBot("POST", "/flows/{flow}/off", Admin, s.switchOff),
		s.onBot("DELETE", "/flows/{flow}", Admin, s.removeFlow),

		{pattern: "GET " + Prefix + "/status", may: Member, serve: s.status},
		{pattern: "GET " + Prefix + "/autocomplete/bots", may: Member, serve: s.completeBots},
		{pattern: "GET " + Prefix + "/autocomplete/which-bot", may: Member, serve: s.completeWhichBot},
		{pattern: "GET " + Prefix + "/autocomplete/rules", may: Member, serve: s.completeRules},
		{pattern: "GET " + Prefix + "/autocomplete/flows", may: Member, serve: s.completeFlows},
		{pattern: "GET " + Prefix + "/autocomplete/dates", may: Member, serve: s.completeDates},
		{pattern: "GET " + Prefix + "/autocomplete/paths", may: Member, serve: s.completePaths},
		{pattern: "GET " + Prefix + "/autocomplete/new-paths", may: Member, serve: s.completeNewPaths},

		{pattern: "GET " + Prefix + "/conversations", may: Member, serve: s.listConversations},
		s.onConversation("GET", "", s.getConversation),
		s.onConversation("GET", "/messages", s.messages),
		s.onConversation("POST", "/claim", s.claim),
		s.onConversation("POST", "/close", s.close),
		s.onConversation("POST", "/reopen", s.reopen),
		s.onConversation("POST", "/mode", s.mode),
		s.onConversation("POST", "/typing", s.typing).changesNothing(),
		{pattern: "POST " + Prefix + "/messages/{post_id}/retry", may: Member, serve: s.retry},

		s.button("claim", Member, s.pressClaim),
		s.button("close", Member, s.pressClose),
		s.button("reopen", Member, s.pressReopen),
		s.button("resend", Member, s.pressResend),
		s.button("reclaim", Manager, s.pressReclaim),
		s.button(actionAccept, Admin, s.pressDecide(true)),
		s.button(actionRefuse, Admin, s.pressDecide(false)),
		s.button("more", Member, s.pressMore).changesNothing(),
		s.button("versions", Member, s.pressVersions).changesNothing(),
		{pattern: "POST " + Prefix + "/dialogs/bot-add", may: Manager, serve: s.dialog(s.submitAdd)},
		{pattern: "POST " + Prefix + "/dialogs/bot-edit", may: Manager, serve: s.dialog(s.submitEdit)},
		{pattern: "POST " + AddRulePath, may: Admin, serve: s.dialog(s.submitNewRule)},
		{pattern: "POST " + EditRulePath, may: Admin, serve: s.dialog(s.submitRule)},
		{pattern: "POST " + PasteFlowPath, may: Admin, serve: s.dialog(s.submitFlow)},
		{pattern: "POST " + HolidaysPath, may: Admin, serve: s.dialog(s.submitHolidays)},
	}
}

// rest answers with JSON and tells the audit of whatever could change something.
func (s *server) rest(entry route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := r.Header.Get(userHeader)
		a, err := s.whenReady(entry.serve, r, caller)
		if err != nil {
			a = s.failure(r.Pattern, s.worded(caller, err), a.target)
		}
		if entry.audited() {
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

// worded puts what is wrong with a field into the language of the caller.
func (s *server) worded(caller string, err error) error {
	e := AsError(err)
	if e == nil || e.wrong == nil {
		return err
	}
	e.Message = e.said(s.language(caller), asItIs)
	return e
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
	d, ok := a.body.(document)
	if !ok {
		body, err := json.Marshal(a.body)
		if err != nil {
			s.Failed(route, errors.Wrap(err, "marshalling an answer"))
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		d = document{jsonType, body}
	}
	w.Header().Set("Content-Type", d.contentType)
	w.WriteHeader(a.status)
	_, _ = w.Write(d.content) // The caller went away: nobody is left to tell.
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
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete} {
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

// Unwrap lets http.ResponseController reach what is below.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

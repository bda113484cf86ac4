// Answering a call: route, read, check, run, and spoil it all if a failure was ordered.

package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// apiError is a refusal in the Bot API's form.
type apiError struct {
	code        int
	description string
	retryAfter  int
	migrateTo   int64
}

func refuse(code int, format string, args ...any) *apiError {
	return &apiError{code: code, description: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *apiError {
	return refuse(http.StatusBadRequest, "Bad Request: "+format, args...)
}

// ServeHTTP is the API. It is exported for programs that put the emulator behind a mux of their own.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if token, path, isFile := routed(r, "/file/bot"); isFile {
		s.serveFile(w, r, token, path)
		return
	}
	token, name, isCall := routed(r, "/bot")
	record := Record{At: s.options.now(), Direction: ToServer, Method: name, began: time.Now()}
	if f := s.takeFailure(name, func(f *Failure) bool { return f.unread() }); f != nil {
		f.spoil(s, w, r, &record)
		return
	}
	m, known := methods()[name]
	asked, refusal, gone := s.read(r, name, m.fields)
	record.Params, record.Files = asked.printable(), asked.infos()
	if gone {
		record.Description = "the request ended early"
		s.keep(record)
		return
	}
	var bot *Bot
	if refusal == nil {
		bot, refusal = s.admit(token, name, isCall && known)
	}
	if refusal != nil {
		s.answer(w, &record, nil, refusal)
		return
	}
	record.Bot = bot.Username

	failure := s.takeFailure(name, func(f *Failure) bool { return f.ChatID == 0 || f.ChatID == asked.params.chatID() })
	if failure != nil && !failure.Done {
		failure.spoil(s, w, r, &record)
		return
	}
	result, refusal := s.run(m, call{server: s, bot: bot, request: asked, gone: r.Context().Done()}, name)
	if failure != nil && refusal == nil {
		failure.spoil(s, w, r, &record)
		return
	}
	s.answer(w, &record, result, refusal)
}

// routed takes an address of the form prefix + token + "/" + rest apart.
func routed(r *http.Request, prefix string) (token, rest string, is bool) {
	after, is := strings.CutPrefix(r.URL.Path, prefix)
	token, rest, found := strings.Cut(after, "/")
	return token, rest, is && found
}

// read reads a call; gone tells of a caller who hung up before its end, which no program can be blamed for.
func (s *Server) read(r *http.Request, name string, fields []field) (asked request, refusal *apiError, gone bool) {
	body := &watchedBody{ReadCloser: r.Body}
	r.Body = body
	asked, err := s.readRequest(r, fields)
	switch {
	case body.failed:
		return asked, nil, true
	case errors.Is(err, errTooLarge):
		return asked, refuse(http.StatusRequestEntityTooLarge, "%v", errTooLarge), false
	case err != nil:
		return asked, s.violation("%s: %v", name, err), false
	}
	return asked, nil, false
}

// watchedBody notices when a body ends before its end.
type watchedBody struct {
	io.ReadCloser
	failed bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.failed = b.failed || (err != nil && !errors.Is(err, io.EOF))
	return n, err
}

// admit finds the bot of a call, or says as the real server why there is none.
func (s *Server) admit(token, name string, known bool) (*Bot, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bot := s.bot(token)
	switch {
	case bot == nil:
		return nil, refuse(http.StatusNotFound, "Not Found")
	case bot.revoked:
		return nil, refuse(http.StatusUnauthorized, "Unauthorized")
	case !known:
		s.violate("no method %s that telegramtest knows", name)
		return nil, refuse(http.StatusNotFound, "Not Found")
	}
	return bot, nil
}

// run checks the parameters and runs the method.
func (s *Server) run(m method, c call, name string) (any, *apiError) {
	errs := checkFields(name, c.params, m.fields)
	for _, upload := range c.unused() {
		errs = append(errs, errors.Errorf("%s has a file %q that no parameter names", name, upload))
	}
	if len(errs) > 0 {
		var refusal *apiError
		for _, err := range errs {
			refusal = s.violation("%v", err)
		}
		return nil, refusal
	}
	return m.run(c)
}

// violation records one and is the refusal to answer with.
func (s *Server) violation(format string, args ...any) *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violate(format, args...)
	return badRequest(format, args...)
}

// answer keeps the record, then writes the result or the refusal: whoever has the answer finds it in the journal.
func (s *Server) answer(w http.ResponseWriter, record *Record, result any, refusal *apiError) {
	body, status := map[string]any{"ok": true, "result": result}, http.StatusOK
	if d, isDescribed := result.(described); isDescribed {
		body["result"], body["description"] = d.result, d.description
	}
	if refusal != nil {
		status = refusal.code
		body = map[string]any{"ok": false, "error_code": refusal.code, "description": refusal.description}
		parameters := map[string]any{}
		if refusal.retryAfter > 0 {
			parameters["retry_after"] = refusal.retryAfter
			w.Header().Set("Retry-After", strconv.Itoa(refusal.retryAfter))
		}
		if refusal.migrateTo != 0 {
			parameters["migrate_to_chat_id"] = refusal.migrateTo
		}
		if len(parameters) > 0 {
			body["parameters"] = parameters
		}
		record.Description = refusal.description
	}
	record.Status = status
	s.keep(*record)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(body)) // the caller may have hung up
}

// described is a result that comes with words (https://core.telegram.org/bots/api#making-requests).
type described struct {
	result      any
	description string
}

// chatID is the numeric chat_id parameter, 0 when there is none.
func (p params) chatID() int64 {
	id, err := strconv.ParseInt(strings.Trim(string(p["chat_id"]), `"`), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// strings decodes a parameter that is an array of strings; nil when it is absent.
func (p params) strings(name string) []string {
	var out []string
	if raw, has := p[name]; has {
		if err := json.Unmarshal(raw, &out); err != nil {
			panic(fmt.Sprintf("telegramtest: %s was not checked: %v", name, err))
		}
	}
	return out
}

// Failures on demand: how a call goes wrong, once or more often.

package telegramtest

import (
	"fmt"
	"net/http"
	"time"
)

// FailureKind says what the caller sees of a failure.
type FailureKind string

// The kinds of failure.
const (
	// Refuse answers Status and Description in the API's form; it is the zero Kind's meaning too.
	Refuse FailureKind = "refuse"
	// HTML answers Status (502 unless set) with a web page that repeats the request's address, token and all, as some
	// proxies do.
	HTML FailureKind = "html"
	// Cut closes the connection without an answer; the Done of a download is half of the file.
	Cut FailureKind = "cut"
	// Hang never answers: it ends when the caller hangs up or the server is closed.
	Hang FailureKind = "hang"
	// Slow writes half an answer of status 200, or half of a file, and then hangs.
	Slow FailureKind = "slow"
	// Garbage answers 200 with a body that is not JSON.
	Garbage FailureKind = "garbage"
)

// Failure orders calls to fail.
type Failure struct {
	// Method is the method that fails, FileDownload for the download of a file, "" for any.
	Method string
	// ChatID restricts the failure to calls for one chat; 0 is any. With it the request is always read; a download is
	// of no chat.
	ChatID int64
	// Times is how many calls fail: 0 is one, negative all.
	Times int
	Kind  FailureKind
	// Done lets the call take effect before it fails: the message exists. Without it nothing is done, and Cut and Hang
	// do not even read the request (unless ChatID is set).
	Done bool
	// Status, Description, RetryAfter (seconds) and MigrateTo make the answer of Refuse. RetryAfter alone means 429
	// with the usual description, MigrateTo alone the 400 of a group that became a supergroup.
	Status      int
	Description string
	RetryAfter  int
	MigrateTo   int64
}

// Fail orders a failure; several are used up in the order they were given.
func (s *Server) Fail(f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.failures = append(s.failures, &f)
}

// Heal forgets all failures that were ordered and did not happen yet.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = nil
}

// unread tells whether the failure happens before the request is read.
func (f *Failure) unread() bool {
	return (f.Kind == Cut || f.Kind == Hang) && !f.Done && f.ChatID == 0
}

// takeFailure uses up the first failure for method that matches, nil if none does.
func (s *Server) takeFailure(method string, matches func(*Failure) bool) *Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.failures {
		if (f.Method != "" && f.Method != method) || !matches(f) {
			continue
		}
		f.Times--
		if f.Times == 0 {
			s.failures = append(s.failures[:i:i], s.failures[i+1:]...)
		}
		return f
	}
	return nil
}

// spoil keeps the record, then makes the call go wrong.
func (f *Failure) spoil(s *Server, w http.ResponseWriter, r *http.Request, record *Record) {
	if f.Kind == Refuse || f.Kind == "" {
		s.answer(w, record, nil, f.refusal())
		return
	}
	record.Description = "failure on demand: " + string(f.Kind)
	record.Status = f.status()
	s.keep(*record)
	switch f.Kind {
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(record.Status)
		_, _ = fmt.Fprintf(w, "<html><body><h1>%d</h1><p>%s</p></body></html>", record.Status, r.URL)
	case Garbage:
		_, _ = fmt.Fprint(w, `{"ok":true,"resu`)
	case Slow:
		_, _ = fmt.Fprint(w, `{"ok":true,`)
		_ = http.NewResponseController(w).Flush() // the caller may have hung up
		s.hang(w)
	case Hang:
		s.hang(w)
	case Cut:
		cut(w)
	}
}

// cut closes the connection.
func cut(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close() // the caller sees it end either way
	}
}

// cutsBody tells whether a download fails in the middle of the file.
func (f *Failure) cutsBody() bool { return f.Kind == Slow || (f.Kind == Cut && f.Done) }

// breakOff ends a download in the middle.
func (f *Failure) breakOff(s *Server, w http.ResponseWriter) {
	if f.Kind == Slow {
		s.hang(w)
		return
	}
	cut(w)
}

// hang keeps the connection open, silent, until the server is closed.
func (s *Server) hang(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		_ = conn.Close() // nobody will close it later
		return
	}
	s.held = append(s.held, conn)
}

// status is what the caller sees of a failure that is not a refusal; 0 for no answer.
func (f *Failure) status() int {
	if f.Status != 0 {
		return f.Status
	}
	return map[FailureKind]int{HTML: http.StatusBadGateway, Garbage: http.StatusOK, Slow: http.StatusOK}[f.Kind]
}

// refusal is the answer of Refuse, completed to the real server's form.
func (f *Failure) refusal() *apiError {
	out := &apiError{code: f.Status, description: f.Description, retryAfter: f.RetryAfter, migrateTo: f.MigrateTo}
	switch {
	case f.RetryAfter > 0:
		out.complete(http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", f.RetryAfter))
	case f.MigrateTo != 0:
		out.complete(http.StatusBadRequest, "Bad Request: group chat was upgraded to a supergroup chat")
	default:
		out.complete(http.StatusInternalServerError, "Internal Server Error")
	}
	return out
}

func (e *apiError) complete(code int, description string) {
	if e.code == 0 {
		e.code = code
	}
	if e.description == "" {
		e.description = description
	}
}

// tooMany is the refusal of a rate limit; the wait is told in whole seconds, at least one.
func tooMany(wait time.Duration) *apiError {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	return &apiError{
		code: http.StatusTooManyRequests, description: fmt.Sprintf("Too Many Requests: retry after %d", seconds), retryAfter: seconds,
	}
}

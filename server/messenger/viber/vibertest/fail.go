// Failures on demand: what the API does instead of answering properly.

package vibertest

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Failure is what happens to the next calls that it matches. Exactly one of HTTP, Status, Body, Cut and Hang is set.
type Failure struct {
	// Method and Receiver choose the calls; empty for any. A failure with a Receiver reads the request first.
	Method, Receiver string
	// Times is how many calls fail, 1 when zero, all until Heal when negative.
	Times int

	// HTTP answers this status with a page of HTML.
	HTTP int
	// RetryAfter is told in the Retry-After header.
	RetryAfter time.Duration
	// Status answers HTTP 200 with this status of Viber and Description.
	Status      int
	Description string
	// Body answers HTTP 200 with these bytes.
	Body string
	// Cut closes the connection without an answer.
	Cut bool
	// Hang answers nothing until the caller gives up or the server closes.
	Hang bool

	// Unread lets the failure happen before the request's body was read.
	Unread bool
	// Done lets the call be carried out, and only its answer fail.
	Done bool
	// Slow delays the failure.
	Slow time.Duration
}

// Fail queues a failure; several apply in the order in which they were queued.
func (s *Server) Fail(f Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.failures = append(s.failures, &f)
}

// Heal forgets the failures that are left.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = nil
}

// failureFor takes the first failure for the call, nil for none. unread asks for those that happen before the body is
// known.
func (s *Server) failureFor(method, receiver string, unread bool) *Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.failures {
		if f.Unread != unread || f.Method != "" && f.Method != method || f.Receiver != "" && f.Receiver != receiver {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.failures = append(s.failures[:i:i], s.failures[i+1:]...)
		}
		return f
	}
	return nil
}

// apply answers by the failure and returns the HTTP status that was answered, 0 for none.
func (s *Server) apply(w http.ResponseWriter, r *http.Request, f *Failure) int {
	s.pause(r, f.Slow)
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
	}
	switch {
	case f.Cut:
		cut(w)
		return 0
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		cut(w)
		return 0
	case f.HTTP != 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.HTTP)
		_, _ = fmt.Fprintf(w, "<html><body><h1>%d %s</h1></body></html>", f.HTTP, http.StatusText(f.HTTP))
		return f.HTTP
	case f.Body != "":
		_, _ = w.Write([]byte(f.Body))
		return http.StatusOK
	default:
		answer{Status: f.Status, Message: f.Description}.write(w)
		return http.StatusOK
	}
}

func (s *Server) pause(r *http.Request, d time.Duration) {
	if d == 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

// cut closes the connection at once, so that the caller reads a reset or an end instead of an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

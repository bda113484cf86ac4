// What the emulator remembers: every exchange in the order in which it ended, and what a correct program never does.

package vibertest

import (
	"fmt"
	"slices"
	"time"
)

// Direction of an exchange, seen from Viber.
type Direction string

// Directions.
const (
	// Call is a request to the API.
	Call Direction = "call"
	// Callback is a request to a webhook.
	Callback Direction = "callback"
)

// Entry is one exchange.
type Entry struct {
	// At is when the exchange began.
	At        time.Time
	Direction Direction
	// BotID is empty for a call whose token is not valid.
	BotID string
	// Method is the API's method, or the event of a callback.
	Method string
	// Body is what was sent: by the program for a call, by Viber for a callback.
	Body []byte
	// Answer is the body that a webhook answered a callback with.
	Answer []byte
	// HTTP is the status that was answered, 0 for none.
	HTTP int
	// Status is Viber's own status of a call that was answered by JSON.
	Status int
	// Token is the message_token made by a call or carried by a callback, empty for none.
	Token string
	// Attempt counts the deliveries of one callback from 1; 0 for a call.
	Attempt int
	// Error says why a callback brought no answer.
	Error string
	// Failed says that a Failure decided over the call.
	Failed   bool
	Duration time.Duration
}

// Journal returns all exchanges so far.
func (s *Server) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// Calls returns the calls of one method, or of all for "".
func (s *Server) Calls(method string) []Entry { return s.entries(Call, method) }

// Callbacks returns the callbacks of one event, or of all for "".
func (s *Server) Callbacks(event string) []Entry { return s.entries(Callback, event) }

// Violations returns what a correct program never does, in words; empty for a correct program.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (s *Server) entries(d Direction, method string) []Entry {
	var found []Entry
	for _, e := range s.Journal() {
		if e.Direction == d && (method == "" || e.Method == method) {
			found = append(found, e)
		}
	}
	return found
}

func (s *Server) record(e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = append(s.journal, e)
	s.notifyLocked()
}

func (s *Server) violationLocked(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

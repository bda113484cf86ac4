// What can go wrong at a messenger, as classes that decide what happens next.

package messenger

import (
	"fmt"
	"time"

	"github.com/pkg/errors"
)

// Class of an error: what the caller may do.
type Class string

// The classes.
const (
	// RetryAfter: nothing was done; the chat must wait Error.After (429, Viber status 12).
	RetryAfter Class = "retry_after"
	// Blocked: this customer cannot be reached until he writes again (403, chat not found, Viber status 5, 6, 11).
	Blocked Class = "blocked"
	// Rejected: the messenger refuses this message; the same call will be refused again.
	Rejected Class = "rejected"
	// Unauthorized: the token is not valid (401, Viber status 2) or the account is suspended: a failure of the bot.
	Unauthorized Class = "unauthorized"
	// Ambiguous: the request was written and no answer told what became of it (504, cut or timed out).
	Ambiguous Class = "ambiguous"
	// Transient: nothing was done and a later try may work (refused connection, DNS, TLS, 500, 502, 503).
	Transient Class = "transient"
	// Conflict: another program receives this bot's updates (409).
	Conflict Class = "conflict"
	// Migrated: the group has a new id, Error.MigratedTo; nothing was done.
	Migrated Class = "migrated"
)

// Error is what a messenger's methods return.
type Error struct {
	Class Class
	// Code is the messenger's: an HTTP status, or Viber's status.
	Code int
	// Description is in the messenger's words; it holds no token.
	Description string
	After       time.Duration
	MigratedTo  string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%s (%d): %s", e.Class, e.Code, e.Description)
}

// AsError finds the *Error in err and returns nil for nil. An error of any other type is Ambiguous: nobody knows what was
// done, so nothing may be repeated by itself.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Class: Ambiguous, Description: err.Error()}
}

// What can go wrong at Viber, brought into messenger's classes.

package viber

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// defaultWait is for "too many requests" without a time, which is all that Viber documents. The limit it tells of
	// is one of 100 messages an hour, so a shorter wait would only ask again.
	defaultWait = time.Minute
	// maxWait bounds a time that is told, so that no answer stops a chat for days.
	maxWait = time.Hour
	// maxDescription bounds what is kept of a description, in code points.
	maxDescription = 500
)

// statusClasses are the classes of Viber's statuses ("Error codes" on its REST bot API page); the others, such as 3
// badData or 23 and 24 (no balance), refuse this one message.
var statusClasses = map[int]messenger.Class{
	2:  messenger.Unauthorized, // invalidAuthToken
	7:  messenger.Unauthorized, // publicAccountBlocked
	8:  messenger.Unauthorized, // publicAccountNotFound
	9:  messenger.Unauthorized, // publicAccountSuspended
	15: messenger.Unauthorized, // publicAccountNotAuthorized
	5:  messenger.Blocked,      // receiverNotRegistered
	6:  messenger.Blocked,      // receiverNotSubscribed
	11: messenger.Blocked,      // receiverNoSuitableDevice
	12: messenger.RetryAfter,   // tooManyRequests
}

// httpClasses are the classes of HTTP statuses that say something of their own.
var httpClasses = map[int]messenger.Class{
	http.StatusUnauthorized:        messenger.Unauthorized,
	http.StatusTooManyRequests:     messenger.RetryAfter,
	http.StatusInternalServerError: messenger.Transient,
	http.StatusBadGateway:          messenger.Transient,
	http.StatusServiceUnavailable:  messenger.Transient,
}

// statusFailure is nil for status 0. HTTP 200 says nothing: Viber refuses by the status in the body.
func statusFailure(a answer, res *http.Response) *messenger.Error {
	if *a.Status == 0 {
		return nil
	}
	class, ok := statusClasses[*a.Status]
	if !ok {
		class = messenger.Rejected
	}
	return failure(class, *a.Status, a.StatusMessage, res)
}

// httpFailure is nil for HTTP 2xx. The body is not looked at: it is a page of some proxy.
func httpFailure(res *http.Response) *messenger.Error {
	code := res.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	class, ok := httpClasses[code]
	switch {
	case ok:
	case code < 500:
		class = messenger.Rejected
	default:
		class = messenger.Ambiguous // 504 and its like: the call may have passed
	}
	return failure(class, code, httpWords(code), res)
}

func httpWords(code int) string {
	return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", code, http.StatusText(code)))
}

func failure(class messenger.Class, code int, description string, res *http.Response) *messenger.Error {
	e := &messenger.Error{Class: class, Code: code, Description: description}
	if class == messenger.RetryAfter {
		e.After = wait(res.Header)
	}
	return e
}

// unreadable is an HTTP 200 whose body does not tell what was done.
func unreadable(res *http.Response, description string) *messenger.Error {
	return &messenger.Error{Class: messenger.Ambiguous, Code: res.StatusCode, Description: description}
}

func wait(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return defaultWait
	}
	return time.Duration(min(seconds, int(maxWait/time.Second))) * time.Second
}

// withoutURL takes the address off an error of net/http.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// clean makes a description fit for a log: without the token, and of bounded length.
func (c *Client) clean(s string) string {
	s = strings.ReplaceAll(s, c.token, "[token]")
	if r := []rune(s); len(r) > maxDescription {
		s = string(r[:maxDescription]) + "…"
	}
	return s
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

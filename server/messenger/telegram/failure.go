// What an answer of the Bot API means for the caller, https://core.telegram.org/bots/api#making-requests.

package telegram

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// answer is what every method answers, without its result.
type answer struct {
	OK          bool   `json:"ok"`
	ErrorCode   int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter      int   `json:"retry_after"`
		MigrateToChatID int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// judge reads an answer; nil means that the method was carried out. What is not in the Bot API's form comes from
// something before it, a proxy or a gateway, and is told by its status alone: its body may repeat the address.
func judge(status int, header http.Header, body []byte) *messenger.Error {
	var a answer
	inForm := json.Unmarshal(body, &a) == nil && (a.OK || a.ErrorCode != 0)
	if inForm && a.OK && status == http.StatusOK {
		return nil
	}
	if !inForm || a.OK {
		a = answer{ErrorCode: status, Description: strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))}
	}
	e := &messenger.Error{Code: a.ErrorCode, Description: a.Description}
	switch code := a.ErrorCode; {
	case code == http.StatusTooManyRequests:
		e.Class, e.After = messenger.RetryAfter, waitTold(a, header)
	case code == http.StatusRequestEntityTooLarge: // the cloud's gateway says it without the Bot API's form
		e.Class, e.Description = messenger.Rejected, "the server refuses a file of this size"
	case code == http.StatusGatewayTimeout:
		e.Class = messenger.Ambiguous
	case code/100 == 2:
		e.Class, e.Description = messenger.Ambiguous, "the answer cannot be read"
	case code >= http.StatusInternalServerError, !inForm:
		e.Class = messenger.Transient
	case a.Parameters.MigrateToChatID != 0:
		e.Class, e.MigratedTo = messenger.Migrated, strconv.FormatInt(a.Parameters.MigrateToChatID, 10)
	default:
		e.Class = classOf(code, a.Description)
	}
	return e
}

// classOf is the class of a refusal that the Bot API words.
func classOf(code int, description string) messenger.Class {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusNotFound: // 404 is what a token that never was gets
		return messenger.Unauthorized
	case code == http.StatusForbidden, strings.Contains(description, "chat not found"):
		return messenger.Blocked
	case code == http.StatusConflict:
		return messenger.Conflict
	}
	return messenger.Rejected
}

// longestWait bounds in seconds what a server can make a chat wait.
const longestWait = 24 * 60 * 60

// waitTold is how long a 429 asks to wait: from a second to a day.
func waitTold(a answer, header http.Header) time.Duration {
	seconds := a.Parameters.RetryAfter
	if inHeader, err := strconv.Atoi(header.Get("Retry-After")); err == nil {
		seconds = max(seconds, inHeader)
	}
	return time.Duration(min(max(seconds, 1), longestWait)) * time.Second
}

// failure is an error of the library as *messenger.Error, nil for nil. What the caller did not judge went wrong after an
// answer that said ok.
func failure(err error) error {
	if err == nil {
		return nil
	}
	var e *messenger.Error
	if errors.As(err, &e) {
		return e
	}
	return unreadable("the method")
}

// carriedOut is failure for methods whose result says nothing: one that cannot be read does not matter.
func carriedOut(err error) error {
	var e *messenger.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// harmless is err, or nil when it says in one of these descriptions that there was nothing left to do.
func harmless(err error, descriptions ...string) error {
	e := messenger.AsError(err)
	for _, d := range descriptions {
		if e != nil && e.Class == messenger.Rejected && strings.Contains(e.Description, d) {
			return nil
		}
	}
	return err
}

// rejected is a refusal of our own, before anybody was called.
func rejected(description string) error {
	return &messenger.Error{Class: messenger.Rejected, Description: description}
}

// unreadable is the outcome of a call that was carried out and answered in a form nobody knows.
func unreadable(method string) error {
	return &messenger.Error{Class: messenger.Ambiguous, Code: http.StatusOK, Description: "the result of " + method + " cannot be read"}
}

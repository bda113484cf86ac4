// Errors as REST and people are told of them.

package api

import (
	"context"
	"net/http"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// Error is an answer that tells what was wrong. It marshals to the `error` object of REST.
type Error struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Field is the field of the request that is wrong.
	Field string `json:"field,omitempty"`
	// Host is the foreign service that holds a bot's webhook.
	Host string `json:"host,omitempty"`
	// Problems are all that is wrong with a flow, in the language of the caller.
	Problems []problemView `json:"problems,omitempty"`

	// wrong is what is wrong with Field; Message is made from it in the language of the caller.
	wrong *conversation.FieldError
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// said is the message for one person; quote makes values harmless where it is shown.
func (e *Error) said(t Texts, quote func(string) string) string {
	if e.wrong != nil {
		return e.wrong.Say(t, quote)
	}
	return e.Message
}

// asItIs is the quote of places where nothing is formatted.
func asItIs(text string) string { return text }

func notFound() *Error {
	return &Error{Status: http.StatusNotFound, Code: "not_found", Message: "there is no such thing here"}
}

func forbidden() *Error {
	return &Error{Status: http.StatusForbidden, Code: "forbidden", Message: "you may not do this"}
}

func unauthorized() *Error {
	return &Error{Status: http.StatusUnauthorized, Code: "unauthorized", Message: "log in to Mattermost first"}
}

func internal() *Error {
	return &Error{Status: http.StatusInternalServerError, Code: "internal", Message: "something failed; the server log says what"}
}

func notReady() *Error {
	return &Error{Status: http.StatusServiceUnavailable, Code: "not_ready", Message: "msgbot is not ready, try again in a few seconds"}
}

func badRequest(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "bad_request", Message: message}
}

func tooLarge() *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: "the body is larger than 1 MB"}
}

func wrongType() *Error {
	return &Error{
		Status: http.StatusUnsupportedMediaType, Code: "unsupported_media_type",
		Message: "the Content-Type must be application/json",
	}
}

// sentinels are the errors of the services that say all by themselves.
func sentinels() []struct {
	err    error
	answer Error
} {
	return []struct {
		err    error
		answer Error
	}{
		{bots.ErrNotFound, *notFound()},
		{relay.ErrNotFound, *notFound()},
		{bots.ErrExists, Error{Status: http.StatusConflict, Code: "bot_exists", Message: bots.ErrExists.Error()}},
		{bots.ErrChanged, Error{Status: http.StatusConflict, Code: "changed", Message: bots.ErrChanged.Error()}},
		{answers.ErrNotFound, *notFound()},
		{answers.ErrChanged, Error{Status: http.StatusConflict, Code: "changed", Message: answers.ErrChanged.Error()}},
		{answers.ErrSysadminOnly, Error{
			Status: http.StatusForbidden, Code: "sysadmin_only", Message: answers.ErrSysadminOnly.Error(),
		}},
		{relay.ErrNothingToSend, Error{
			Status: http.StatusConflict, Code: "nothing_to_send", Message: relay.ErrNothingToSend.Error(),
		}},
		{context.DeadlineExceeded, *notReady()},
	}
}

// AsError turns an error of a service into the answer for it, nil for an error nobody outside may read.
func AsError(err error) *Error {
	var (
		own     *Error
		field   *conversation.FieldError
		inUse   *bots.InUseError
		refused *bots.RefusedError
		remote  *messenger.Error
		flawed  *answers.FlowError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &field):
		return &Error{
			Status: http.StatusUnprocessableEntity, Code: "invalid_field", Field: field.Field, Message: field.Error(), wrong: field,
		}
	case errors.As(err, &flawed):
		return &Error{Status: http.StatusUnprocessableEntity, Code: "invalid_flow", Message: "the flow cannot be used as it is"}
	case errors.As(err, &inUse):
		return &Error{Status: http.StatusConflict, Code: "webhook_in_use", Message: inUse.Error(), Host: inUse.Host}
	case errors.As(err, &refused):
		return refusal(refused)
	case errors.As(err, &remote):
		return &Error{Status: http.StatusBadGateway, Code: "messenger_failed", Message: remote.Description}
	}
	for _, s := range sentinels() {
		if errors.Is(err, s.err) {
			return &s.answer
		}
	}
	return nil
}

func refusal(e *bots.RefusedError) *Error {
	code := "refused"
	if e.Field == "token" {
		code = "token_refused"
	}
	return &Error{Status: http.StatusUnprocessableEntity, Code: code, Message: e.Words, Field: e.Field}
}

// Say puts an error into words for one person, as Markdown; t is the text of a key in his language. The words of a
// messenger are passed on as they are.
func Say(t func(key string, args map[string]string) string, err error) string {
	return say(t, err, Literal, Escaped)
}

// say puts what a messenger said through words and values of fields through value, which make it harmless where it is shown.
func say(t Texts, err error, words, value func(string) string) string {
	e := AsError(err)
	if e == nil {
		e = internal()
	}
	message, host := e.said(t, value), e.Host
	if messengersWords[e.Code] {
		message = words(message)
	}
	if host != "" {
		host = words(host)
	}
	return t("api.error."+e.Code, map[string]string{"message": message, "field": value(e.Field), "host": host})
}

// messengersWords are the codes whose message is a messenger's, which is shown as it is and formats nothing.
var messengersWords = map[string]bool{"token_refused": true, "refused": true, "messenger_failed": true}

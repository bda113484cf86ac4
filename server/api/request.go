// Reading requests: bodies with their limits, strict JSON, lists' pages, ids.

package api

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// MaxBody is the largest body of any request, in bytes. The largest update of Telegram or Viber is far below it.
const MaxBody = 1 << 20

const (
	defaultPerPage = 60
	maxPerPage     = 200
	maxNameRunes   = 64 // as Telegram has it
	maxQueryRunes  = 100
)

// readBody returns the whole body. A body that was cut on its way ends without an error in a plugin (tried on
// Mattermost 11.1), so its length is compared with what was announced.
func readBody(r *http.Request) ([]byte, error) {
	announced := r.ContentLength
	if n, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); err == nil {
		announced = n
	}
	if announced > MaxBody {
		return nil, tooLarge()
	}
	body, err := io.ReadAll(r.Body)
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit):
		return nil, tooLarge()
	case err != nil, announced > 0 && announced != int64(len(body)):
		return nil, badRequest("the body was cut on its way")
	}
	return body, nil
}

// jsonType is the type of nearly every body.
const jsonType = "application/json"

func isJSON(r *http.Request) bool { return mediaType(r) == jsonType }

// mediaType is that of the body, empty when none is told.
func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

// decode reads a JSON object that must be there, without unknown fields.
func decode(r *http.Request, into any) error {
	if !isJSON(r) {
		return wrongType()
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	return strict(body, into)
}

// decodeOptional is decode for requests that may come without a body.
func decodeOptional(r *http.Request, into any) error {
	body, err := readBody(r)
	if err != nil || len(body) == 0 {
		return err
	}
	if !isJSON(r) {
		return wrongType()
	}
	return strict(body, into)
}

// decodeForeign reads JSON that Mattermost writes and that may gain fields.
func decodeForeign(r *http.Request, into any) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return badRequest("the body is not the JSON of such a request")
	}
	return nil
}

func strict(body []byte, into any) error {
	if !json.Valid(body) {
		return badRequest("the body is not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	wrong, ok := conversation.Misread(err)
	switch {
	case !ok:
		return badRequest("the body is not the JSON of such a request")
	case wrong.Problem == conversation.ProblemWrongType && wrong.Field == "":
		return badRequest("the body is not a JSON object")
	}
	return wrong
}

// at is an error about a field as one about the field that is named so for the caller.
func at(err error, name func(field string) string) error {
	var wrong *conversation.FieldError
	if errors.As(err, &wrong) {
		return wrong.At(name(wrong.Field))
	}
	return err
}

// applySettings changes the settings that raw names and keeps the others. An error names the field.
func applySettings(raw json.RawMessage, s *conversation.Settings) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		wrong, _ := conversation.Misread(err) // it is JSON, but no object
		return wrong.At("settings")
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		one, err := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if err != nil {
			return badRequest("the body is not JSON")
		}
		if err := strict(one, s); err != nil {
			return at(err, func(string) string { return "settings." + name })
		}
	}
	return s.Validate()
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// pathID is an id of the path; what cannot be an id is not found.
func pathID(r *http.Request, name string) (string, error) {
	return knownID(r.PathValue(name))
}

func knownID(id string) (string, error) {
	if !idPattern.MatchString(id) {
		return "", notFound()
	}
	return id, nil
}

// line checks a text of one line: at most max characters, none of them a control character.
func line(field, value string, most int) error {
	switch {
	case utf8.RuneCountInString(value) > most:
		return tooLong(field, value, most)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return conversation.Wrong(field, conversation.ProblemNotText)
	}
	return nil
}

func tooLong(field, value string, most int) error {
	return conversation.Wrong(field, conversation.ProblemTooLong,
		"count", strconv.Itoa(utf8.RuneCountInString(value)), "most", strconv.Itoa(most))
}

// oneOf checks a word.
func oneOf[T ~string](field string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	words := make([]string, len(allowed))
	for i, word := range allowed {
		words[i] = string(word)
	}
	return conversation.Wrong(field, conversation.ProblemNotOneOf, "value", string(value), "allowed", strings.Join(words, ", "))
}

// query reads the parameters of a list.
func query(r *http.Request) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("the query is not well-formed")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := line(name, values.Get(name), maxQueryRunes); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func page(values url.Values) (number, perPage int, err error) {
	if number, err = whole(values, "page", 0, 0, 1<<20); err != nil {
		return 0, 0, err
	}
	perPage, err = whole(values, "per_page", defaultPerPage, 1, maxPerPage)
	return number, perPage, err
}

func whole(values url.Values, name string, missing, least, most int) (int, error) {
	text := values.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, conversation.Wrong(name, conversation.ProblemOutOfRange,
			"value", text, "least", strconv.Itoa(least), "most", strconv.Itoa(most))
	}
	return n, nil
}

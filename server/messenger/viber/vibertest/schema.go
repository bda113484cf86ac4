// A small schema language for the JSON that Viber takes, and its check. Viber itself checks by a schema: it names missing
// and wrong properties.

package vibertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what a value is.
type kind string

const (
	text    kind = "a string"
	number  kind = "a number"
	integer kind = "an integer"
	// digits is an integer that may stand in quotes.
	digits  kind = "an integer or its digits"
	boolean kind = "a boolean"
	object  kind = "an object"
	array   kind = "an array"
	// address is an absolute http or https address.
	address kind = "an http or https address"
)

// field is what Viber demands of one value.
type field struct {
	kind     kind
	required bool
	// min and max bound the length of a text in code points, the number of elements, or a number; max is no bound if 0.
	min, max float64
	// oneOf are the texts that are taken, nil for any.
	oneOf []string
	// fields are those of an object, or of each element of an array.
	fields fields
	// status is Viber's for a wrong value, badData if 0.
	status int
}

type fields map[string]field

// with adds fields to a copy.
func (f fields) with(more fields) fields {
	all := maps.Clone(f)
	maps.Copy(all, more)
	return all
}

// fault is what is wrong with a request: a status of Viber and words.
type fault struct {
	status int
	words  string
	// excused is what also a correct program may try.
	excused bool
}

func bad(format string, args ...any) *fault {
	return &fault{status: statusBadData, words: fmt.Sprintf(format, args...)}
}

// check compares an object with its fields: names are exact, those unknown to Viber are refused. where is empty or ends in
// a dot. The first fault in the order of the names is told.
func (f fields) check(where string, raw []byte) *fault {
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil || given == nil {
		return bad("%sobject is expected", where)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := f[name]; !known {
			return bad("%s%s is unknown", where, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		value, there := given[name]
		switch {
		case !there && f[name].required:
			return &fault{status: statusMissingData, words: fmt.Sprintf("%s%s is missing", where, name)}
		case !there:
			continue
		}
		if wrong := f[name].check(where+name, value); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (f field) check(where string, raw []byte) *fault {
	size, elements, ok := f.measure(raw)
	status := f.status
	if status == 0 {
		status = statusBadData
	}
	switch {
	case !ok:
		return &fault{status: status, words: fmt.Sprintf("%s is not %s", where, f.kind)}
	case f.kind == text && size == 0 && f.min > 0:
		return &fault{status: statusMissingData, words: where + " is empty"}
	case size < f.min:
		return &fault{status: status, words: fmt.Sprintf("%s: %v is below %v", where, size, f.min)}
	case f.max != 0 && size > f.max:
		return &fault{status: status, words: fmt.Sprintf("%s: %v is above %v", where, size, f.max)}
	case f.oneOf != nil && !slices.Contains(f.oneOf, unquoted(raw)):
		return &fault{status: status, words: fmt.Sprintf("%s is none of %s", where, strings.Join(f.oneOf, ", "))}
	}
	for i, element := range elements {
		if f.fields == nil {
			continue
		}
		place := where + "."
		if f.kind == array {
			place = fmt.Sprintf("%s[%d].", where, i)
		}
		if wrong := f.fields.check(place, element); wrong != nil {
			return wrong
		}
	}
	return nil
}

// measure tells whether the value is of the kind, what its bounds are compared with, and what has fields of its own.
func (f field) measure(raw []byte) (size float64, elements []json.RawMessage, ok bool) {
	switch f.kind {
	case text:
		return float64(utf8.RuneCountInString(unquoted(raw))), nil, raw[0] == '"'
	case address:
		u, err := url.Parse(unquoted(raw))
		ok = raw[0] == '"' && err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
		return float64(utf8.RuneCountInString(unquoted(raw))), nil, ok
	case digits:
		raw = []byte(unquoted(raw))
		fallthrough
	case integer:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		return float64(n), nil, err == nil
	case number:
		n, err := strconv.ParseFloat(string(raw), 64)
		return n, nil, err == nil
	case boolean:
		return 0, nil, raw[0] == 't' || raw[0] == 'f'
	case array:
		err := json.Unmarshal(raw, &elements)
		return float64(len(elements)), elements, err == nil && elements != nil
	default:
		return 0, []json.RawMessage{raw}, raw[0] == '{'
	}
}

// unquoted is the text of a JSON string, and anything else as it is.
func unquoted(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(bytes.TrimSpace(raw))
}

// Rules as they come in JSON, field by field, so that an error names the field.

package answers

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// ReadRule reads a rule from the fields of its JSON object; null is as not said, and a rule is on unless it says otherwise. A
// field that there is not, or whose value has another type, is a *conversation.FieldError.
func ReadRule(fields map[string]json.RawMessage) (autoreply.Rule, error) {
	fields = maps.Clone(fields)
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	r := autoreply.Rule{Enabled: true}
	err := readStrictly(fields, &r)
	if err == nil {
		return r, nil
	}
	wrong, ok := conversation.Misread(err)
	if !ok {
		return r, errors.Wrap(err, "read a rule")
	}
	return r, wrong.At(culprit(fields, wrong.Field))
}

// patched is the rule with the fields of the patch in the place of its own.
func patched(r autoreply.Rule, patch map[string]json.RawMessage) (autoreply.Rule, error) {
	whole, err := json.Marshal(r)
	if err != nil {
		return r, errors.Wrap(err, "write a rule")
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(whole, &fields); err != nil {
		return r, errors.Wrap(err, "read a rule")
	}
	maps.Copy(fields, patch)
	return ReadRule(fields)
}

func readStrictly(fields map[string]json.RawMessage, r *autoreply.Rule) error {
	whole, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(whole))
	decoder.DisallowUnknownFields()
	return decoder.Decode(r)
}

// culprit is the path of the field that cannot be read; known is what the error says of it, which may be nothing or, of a
// field inside another, its last name only.
func culprit(fields map[string]json.RawMessage, known string) string {
	if strings.Contains(known, ".") {
		return known
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fails(name, fields[name]) {
			return within(name, fields[name])
		}
	}
	return known
}

// within is the path of the field of an object that cannot be read, else the name of the object.
func within(name string, object json.RawMessage) string {
	inner := map[string]json.RawMessage{}
	if json.Unmarshal(object, &inner) != nil {
		return name
	}
	for _, key := range slices.Sorted(maps.Keys(inner)) {
		one, err := json.Marshal(map[string]json.RawMessage{key: inner[key]})
		if err == nil && fails(name, one) {
			return name + "." + key
		}
	}
	return name
}

func fails(name string, value json.RawMessage) bool {
	return readStrictly(map[string]json.RawMessage{name: value}, &autoreply.Rule{}) != nil
}

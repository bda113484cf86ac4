// Holding the parameters of a call against the tables of methods and types.

package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// checkFields holds values against fields; the errors name what is unknown, missing or of the wrong kind.
func checkFields(where string, values map[string]json.RawMessage, fields []field) []error {
	var errs []error
	for name := range values {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			errs = append(errs, errors.Errorf("%s has no %s that telegramtest knows", where, name))
		}
	}
	for _, f := range fields {
		value, has := values[f.name]
		if !has {
			if f.required {
				errs = append(errs, errors.Errorf("%s needs %s", where, f.name))
			}
			continue
		}
		errs = append(errs, checkValue(where+"."+f.name, f.kind, value)...)
	}
	return errs
}

// checkValue holds one value against its kind; of several alternatives it tells what is wrong with the nearest.
func checkValue(where, kind string, value json.RawMessage) []error {
	wrong := []error{errors.Errorf("%s is not of type %s", where, kind)}
	var nearest []error
	for _, alternative := range strings.Split(kind, " or ") {
		errs, isObject := checkOne(where, alternative, value)
		if len(errs) == 0 {
			return nil
		}
		if isObject && (nearest == nil || len(errs) < len(nearest)) {
			nearest = errs
		}
	}
	if nearest != nil {
		return nearest
	}
	return wrong
}

// checkOne holds a value against a kind that is no alternative; inside tells that the value has the right form, so that
// the errors are about what is in it.
func checkOne(where, kind string, value json.RawMessage) (errs []error, inside bool) {
	wrong := []error{errors.Errorf("%s is not of type %s", where, kind)}
	if element, isArray := strings.CutPrefix(kind, "Array of "); isArray {
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil || elements == nil {
			return wrong, false
		}
		for i, e := range elements {
			errs = append(errs, checkValue(fmt.Sprintf("%s[%d]", where, i), element, e)...)
		}
		return errs, true
	}
	if isScalar(kind, value) {
		return nil, true
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil || object == nil {
		return wrong, false
	}
	if variants, isUnion := unions()[kind]; isUnion {
		variant := params(object).text("type")
		if variants[variant] == "" {
			return []error{errors.Errorf("%s is a %s of type %q, which telegramtest does not know", where, kind, variant)}, true
		}
		kind = variants[variant]
	}
	fields, known := types()[kind]
	if !known {
		return wrong, false
	}
	return checkFields(where, object, fields), true
}

func isScalar(kind string, value json.RawMessage) bool {
	target, known := map[string]any{"Integer": new(int64), "Boolean": new(bool), "String": new(string)}[kind]
	return known && !bytes.Equal(bytes.TrimSpace(value), []byte("null")) && json.Unmarshal(value, target) == nil
}

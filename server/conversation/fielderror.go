// What is wrong with a field, as a kind of problem: people read it in their own language.

package conversation

import (
	"encoding/json"
	"errors"
	"strings"
)

// FieldError says what is wrong with one field. It holds no sentence: Say makes one.
type FieldError struct {
	// Field is the path of the field: "rules[3].trigger.phrases[0]".
	Field   string
	Problem Problem
	// Args are what the text of the problem names. They are what was entered, and not Markdown.
	Args map[string]string
}

// maxArg is how much of a value is told, in characters.
const maxArg = 300

// Wrong returns the error of a field; args are pairs of name and value, those of the problem.
func Wrong(field string, problem Problem, args ...string) *FieldError {
	e := &FieldError{Field: field, Problem: problem}
	if len(args) > 0 {
		e.Args = make(map[string]string, len(args)/2)
	}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i]] = clip(args[i+1])
	}
	return e
}

func clip(text string) string {
	if runes := []rune(text); len(runes) > maxArg {
		return string(runes[:maxArg]) + "…"
	}
	return text
}

// Error implements error: in short, for logs and programs. It does not repeat what was entered.
func (e *FieldError) Error() string { return e.Field + ": " + string(e.Problem) }

// At is the same error about another field.
func (e *FieldError) At(field string) *FieldError {
	return &FieldError{Field: field, Problem: e.Problem, Args: e.Args}
}

// Say is the problem as people read it, without the field; t gives the text of a key, and quote makes a value harmless
// where the text is shown.
func (e *FieldError) Say(t func(key string, args map[string]string) string, quote func(string) string) string {
	args := make(map[string]string, len(e.Args))
	for name, value := range e.Args {
		args[name] = quote(value)
	}
	return t("field."+string(e.Problem), args)
}

// English is what Say says in English without Markdown, for what is told to everybody; texts are those of each language.
func (e *FieldError) English(texts func(language, key string, args map[string]string) string) string {
	return e.Say(
		func(key string, args map[string]string) string { return texts("en", key, args) },
		func(value string) string { return value },
	)
}

// Misread is an error of reading JSON strictly as one of the field that cannot be read, by its path as far as the error
// tells it; false for an error that is about no field.
func Misread(err error) (*FieldError, bool) {
	var value *json.UnmarshalTypeError
	var field *FieldError
	switch {
	case errors.As(err, &field):
		return field, true
	case errors.As(err, &value):
		kind, _, _ := strings.Cut(value.Value, " ") // of a number too large: "number 1e99"
		return Wrong(value.Field, ProblemWrongType, "type", kind), true
	}
	name, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	return Wrong(strings.Trim(name, `"`), ProblemUnknownField), unknown
}

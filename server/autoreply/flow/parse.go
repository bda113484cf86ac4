// Reading the YAML of a flow and finding all that is wrong with it.

package flow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Parse reads a flow in YAML or JSON and says everything that is wrong with it, by lines. The flow can be used if the
// problems are not Broken.
func Parse(text []byte) (Flow, []Problem) {
	top := place{line: 1}
	if len(text) > maxFile {
		return Flow{}, []Problem{top.problem("too_large", "most", strconv.Itoa(maxFile>>10))}
	}
	if json.Valid(text) {
		text = escaped.ReplaceAllFunc(text, unescape)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return Flow{}, []Problem{top.problem("nothing")}
	}
	if err != nil {
		return Flow{}, []Problem{fault(text, err)}
	}
	r := &reader{lines: map[string]int{}, patterns: patterns{}, asked: map[string]bool{fieldPhone: true, fieldLocation: true}, saved: map[string]bool{}}
	r.document(document.Content[0], place{line: document.Content[0].Line})
	var second yaml.Node
	switch err := decoder.Decode(&second); {
	case err == nil:
		r.report(place{line: second.Line}.problem("second_document"))
	case !errors.Is(err, io.EOF):
		r.report(fault(text, err))
	}
	r.flow.defaults()
	r.check()
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return r.flow, r.problems
}

// escaped is an escape of JSON, the halves of a surrogate pair together, or a character that YAML wants to be escaped.
var escaped = regexp.MustCompile(`\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)|` +
	`[\x7f-\x{9f}\x{2028}\x{2029}\x{feff}\x{fffe}\x{ffff}]`)

// unescape writes out the escapes of JSON that YAML does not have, and escapes the other way round.
func unescape(escape []byte) []byte {
	if escape[0] != '\\' {
		c, _ := utf8.DecodeRune(escape)
		return fmt.Appendf(nil, `\u%04x`, c)
	}
	if escape[1] != '/' && len(escape) == 2 {
		return escape
	}
	var character string
	_ = json.Unmarshal([]byte(`"`+string(escape)+`"`), &character) // it stood in valid JSON
	return []byte(character)
}

// defaults fills what was not said.
func (f *Flow) defaults() {
	f.Idle = cmp.Or(f.Idle, defaultIdle)
	for _, step := range f.Steps {
		if step.Input != nil {
			step.Input.Type = cmp.Or(step.Input.Type, InputText)
			step.Input.Tries = cmp.Or(step.Input.Tries, defaultTries)
		}
		if step.HTTP != nil {
			step.HTTP.Method = cmp.Or(step.HTTP.Method, defaultMethod)
			step.HTTP.Timeout = cmp.Or(step.HTTP.Timeout, defaultTimeout)
		}
	}
}

// faults are the kinds of problem by what the YAML library says.
var faults = []struct{ said, kind string }{
	{"cannot start any token", "yaml_start"},
	{"mapping values are not allowed", "yaml_colon"},
	{"unexpected end of stream", "yaml_open"},
	{"expected ',' or", "yaml_open"},
	{"expected key", "yaml_indent"},
	{"expected '-' indicator", "yaml_indent"},
	{"expected ':'", "yaml_indent"},
	{"unknown escape character", "yaml_escape"},
	{"Unicode character escape", "yaml_escape"},
	{"hexdecimal", "yaml_escape"},
	{"unknown anchor", "yaml_anchor"},
	{"max depth", "yaml_depth"},
	{"control characters", "yaml_characters"},
	{"UTF", "yaml_characters"},
}

var saidLine = regexp.MustCompile(`^yaml: line (\d+): `)

// fault is what an error of the YAML library means.
func fault(text []byte, err error) Problem {
	said := err.Error()
	line := 0
	if m := saidLine.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	// The library has no line for the first one, and counts some from where the surroundings begin.
	if line == 0 || strings.Contains(said, "did not find expected") {
		line = linesRead(text)
	}
	if at := unquoted(text, line); at > 0 {
		return place{line: at}.problem("unquoted")
	}
	for _, f := range faults {
		if strings.Contains(said, f.said) {
			return place{line: line}.problem(f.kind)
		}
	}
	return place{line: line}.problem("yaml", "said", saidLine.ReplaceAllString(said, ""))
}

var (
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	// bracesFirst is a text without quotes that begins with a placeholder.
	bracesFirst = regexp.MustCompile(`(?:^\s*|[:-]\s+|[\[,]\s*)\{\{`)
)

// unquoted is the line of a text that begins with a placeholder without quotes, 0 if none such is why the text is broken at
// or right before the given line: the library has other names for that, and finds it where the next text begins.
func unquoted(text []byte, line int) int {
	lines := bytes.SplitAfter(text, []byte("\n"))
	seen := 0
	for i := min(line, len(lines)); i > 0 && seen < 2; i-- {
		if here := bytes.TrimSpace(lines[i-1]); len(here) == 0 || here[0] == '#' {
			continue
		}
		seen++
		var ignored yaml.Node
		if bracesFirst.Match(quoted.ReplaceAll(lines[i-1], nil)) && yaml.Unmarshal(bytes.Join(lines[:i], nil), &ignored) != nil {
			return i
		}
	}
	return 0
}

// linesRead is the line that a broken text is read to: the library reads no further than it must.
func linesRead(text []byte) int {
	slow := &byByte{text: text}
	decoder := yaml.NewDecoder(slow)
	var ignored yaml.Node
	for decoder.Decode(&ignored) == nil {
		continue // a document that is right
	}
	return 1 + bytes.Count(bytes.TrimRight(text[:slow.at], "\n"), []byte("\n"))
}

// byByte reads a text a byte at a time.
type byByte struct {
	text []byte
	at   int
}

// Read implements io.Reader.
func (b *byByte) Read(into []byte) (int, error) {
	if b.at == len(b.text) || len(into) == 0 {
		return 0, io.EOF
	}
	into[0] = b.text[b.at]
	b.at++
	return 1, nil
}

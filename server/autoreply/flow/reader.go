// Going through the nodes of YAML: objects, lists, texts and numbers, each at its place.

package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// reader makes a Flow of nodes and keeps what has to be looked at once everything is read.
type reader struct {
	flow     Flow
	problems []Problem
	nodes    int
	// lines are those of the steps, targets the steps that are named, texts all that customers read, services what is
	// sent to services.
	lines    map[string]int
	targets  []noted
	texts    []wording
	services []noted
	patterns patterns
	// asked are the fields that the flow asks for, saved what its services answer.
	asked, saved map[string]bool
}

// noted is something that was read, and where.
type noted struct {
	what string
	at   place
}

// wording is one text in its languages; lines has also those in which it is wrong.
type wording struct {
	texts Texts
	lines map[string]int
	at    place
	// bare says that it takes no placeholders: a label or a choice.
	bare bool
}

func (r *reader) report(p Problem) {
	switch len(r.problems) {
	case maxProblems:
		return
	case maxProblems - 1:
		p = place{line: p.Line}.problem("more")
	}
	r.problems = append(r.problems, p)
}

func (r *reader) wrong(at place, kind string, args ...string) { r.report(at.problem(kind, args...)) }

// visit follows an alias and counts, so that a small file does not become a huge flow.
func (r *reader) visit(n *yaml.Node, at place) (*yaml.Node, bool) {
	if r.nodes++; r.nodes > maxNodes {
		if r.nodes == maxNodes+1 {
			r.wrong(at, "too_much")
		}
		return nil, false
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n, true
}

// entries reads an object of any keys, or of those that known names.
func (r *reader) entries(n *yaml.Node, at place, take func(key string, value *yaml.Node, at place)) {
	n, ok := r.visit(n, at)
	if !ok {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.wrong(at, "want_object")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.wrong(place{key.Line, at.step, at.field}, "want_key")
			continue
		}
		here := at.in(key.Value, key.Line)
		if seen[key.Value] {
			r.wrong(here, "twice", "name", key.Value)
			continue
		}
		seen[key.Value] = true
		take(key.Value, n.Content[i+1], here)
	}
}

// keys are what an object may have, each with what reads it.
type keys map[string]func(*yaml.Node, place)

// object reads an object of known keys and returns those that it has.
func (r *reader) object(n *yaml.Node, at place, known keys) map[string]bool {
	has := map[string]bool{}
	r.entries(n, at, func(key string, value *yaml.Node, here place) {
		read, ok := known[key]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			r.report(here.problem("unknown_key", "name", key, "known", strings.Join(names, ", ")).meant(key, names))
			return
		}
		has[key] = true
		read(value, here)
	})
	return has
}

// list reads a list of one to most entries.
func (r *reader) list(n *yaml.Node, at place, most int, take func(n *yaml.Node, at place)) {
	n, ok := r.visit(n, at)
	switch {
	case !ok:
		return
	case n.Kind != yaml.SequenceNode:
		r.wrong(at, "want_list")
		return
	case len(n.Content) == 0:
		r.wrong(at, "empty_list")
	case len(n.Content) > most:
		r.wrong(at, "too_many", "count", strconv.Itoa(len(n.Content)), "most", strconv.Itoa(most))
	}
	for i, item := range n.Content {
		take(item, at.at(i, item.Line))
	}
}

// text reads a text of one to most characters.
func (r *reader) text(n *yaml.Node, at place, most int) string {
	n, ok := r.visit(n, at)
	switch {
	case !ok:
	case n.Kind == yaml.MappingNode && len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode:
		r.wrong(at, "unquoted") // {{…}}, read as braces within braces
	case n.Kind != yaml.ScalarNode:
		r.wrong(at, "want_text")
	case n.ShortTag() != "!!str":
		r.wrong(at, "want_quotes", "text", clip(n.Value))
	case strings.TrimSpace(n.Value) == "":
		r.wrong(at, "empty_text")
	case strings.ContainsFunc(n.Value, unwritable):
		r.wrong(at, "characters")
	case utf8.RuneCountInString(n.Value) > most:
		r.wrong(at, "too_long", "count", strconv.Itoa(utf8.RuneCountInString(n.Value)), "most", strconv.Itoa(most))
	default:
		return n.Value
	}
	return ""
}

// named reads a name of the given form.
func (r *reader) named(n *yaml.Node, at place, f form) string {
	name := r.text(n, at, maxFile)
	if name == "" || r.fits(name, at, f) {
		return name
	}
	return ""
}

func (r *reader) fits(name string, at place, f form) bool {
	if !f.is.MatchString(name) {
		r.wrong(at, f.key, "name", clip(name))
		return false
	}
	return true
}

// names reads a list of different names.
func (r *reader) names(n *yaml.Node, at place, most int, f form) (found []string) {
	r.list(n, at, most, func(n *yaml.Node, at place) {
		name := r.named(n, at, f)
		if slices.Contains(found, name) {
			r.wrong(at, "twice", "name", name)
			return
		}
		if name != "" {
			found = append(found, name)
		}
	})
	return found
}

// one reads one of the known words.
func (r *reader) one(n *yaml.Node, at place, known ...string) string {
	word := r.text(n, at, maxFile)
	if word != "" && !slices.Contains(known, word) {
		r.report(at.problem("unknown_word", "name", clip(word), "known", strings.Join(known, ", ")).meant(word, known))
		return ""
	}
	return word
}

// target reads the name of a step.
func (r *reader) target(n *yaml.Node, at place) string {
	name := r.named(n, at, stepForm)
	if name != "" {
		r.targets = append(r.targets, noted{name, at})
	}
	return name
}

func (r *reader) number(n *yaml.Node, at place, least, most int) int {
	n, ok := r.visit(n, at)
	if !ok {
		return 0
	}
	number, err := strconv.Atoi(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil:
		r.wrong(at, "want_number")
	case number < least || number > most:
		r.wrong(at, "range", "value", n.Value, "least", strconv.Itoa(least), "most", strconv.Itoa(most))
	default:
		return number
	}
	return 0
}

func (r *reader) duration(n *yaml.Node, at place, least, most time.Duration) time.Duration {
	n, ok := r.visit(n, at)
	if !ok {
		return 0
	}
	length, err := time.ParseDuration(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || err != nil:
		r.wrong(at, "want_duration", "example", duration(least))
	case length < least || length > most:
		r.wrong(at, "range", "value", n.Value, "least", duration(least), "most", duration(most))
	default:
		return length
	}
	return 0
}

// clip shortens what is shown of a wrong text.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

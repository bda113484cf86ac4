// Reading the parts of a flow: its head, its steps and what stands in them.

package flow

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// need reports the keys that are missing in an object which has the others.
func (r *reader) need(at place, has map[string]bool, names ...string) {
	for _, name := range names {
		if !has[name] {
			r.wrong(at, "missing", "name", name)
		}
	}
}

func (r *reader) document(n *yaml.Node, at place) {
	f := &r.flow
	has := r.object(n, at, keys{
		"flow":    func(n *yaml.Node, at place) { f.Name = r.named(n, at, flowForm) },
		"start":   func(n *yaml.Node, at place) { f.Start = r.target(n, at) },
		"idle":    func(n *yaml.Node, at place) { f.Idle = r.duration(n, at, minIdle, maxIdle) },
		"trigger": r.trigger,
		"steps":   r.steps,
	})
	r.need(at, has, "flow", "start", "steps")
}

func (r *reader) trigger(n *yaml.Node, at place) {
	r.object(n, at, keys{"commands": func(n *yaml.Node, at place) {
		r.flow.Trigger.Commands = r.names(n, at, MaxCommands, commandForm)
		if slices.Contains(r.flow.Trigger.Commands, HumanCommand) {
			r.wrong(at, "persons_way", "name", HumanCommand)
		}
	}})
}

func (r *reader) steps(n *yaml.Node, at place) {
	r.flow.Steps = map[string]Step{}
	r.entries(n, place{line: at.line}, func(name string, n *yaml.Node, at place) {
		at = place{line: at.line, step: name}
		if !r.fits(name, at, stepForm) {
			at.step = clip(name)
		}
		r.lines[name] = at.line
		r.flow.Steps[name] = r.step(n, at)
	})
	if count := len(r.flow.Steps); count == 0 || count > maxSteps {
		r.wrong(at, "steps", "count", strconv.Itoa(count), "most", strconv.Itoa(maxSteps))
	}
}

// ways are the keys of a step of which it has one.
var ways = []string{"buttons", "input", "http", "next", "do"}

func (r *reader) step(n *yaml.Node, at place) (s Step) {
	has := r.object(n, at, keys{
		"text":    func(n *yaml.Node, at place) { s.Text = r.wordings(n, at, MaxText, false) },
		"files":   func(n *yaml.Node, at place) { s.Files = r.names(n, at, MaxFiles, fileForm) },
		"buttons": func(n *yaml.Node, at place) { s.Buttons = r.buttons(n, at) },
		"input":   func(n *yaml.Node, at place) { s.Input = r.input(n, at) },
		"http":    func(n *yaml.Node, at place) { s.HTTP = r.http(n, at) },
		"next":    func(n *yaml.Node, at place) { s.Next = r.target(n, at) },
		"do": func(n *yaml.Node, at place) {
			s.Do = Do(r.one(n, at, string(DoHandover), string(DoBack), string(DoMenu), string(DoClose)))
		},
		"tags":   func(n *yaml.Node, at place) { s.Tags = r.names(n, at, MaxTags, tagForm) },
		"assign": func(n *yaml.Node, at place) { s.Assign = r.named(n, at, userForm) },
	})
	var found []string
	for _, way := range ways {
		if has[way] && (way != "next" || !has["input"] && !has["http"]) {
			found = append(found, way)
		}
	}
	if len(found) > 1 {
		r.wrong(at, "several", "names", strings.Join(found, ", "))
	}
	if (has["input"] || has["http"]) && !has["next"] {
		r.wrong(at, "no_next", "name", found[0])
	}
	says := has["text"] || has["files"]
	switch {
	case !says && (has["buttons"] || has["input"]):
		r.wrong(at, "silent")
	case !says && len(found) == 0 && !has["tags"] && !has["assign"]:
		r.wrong(at, "empty_step")
	}
	return s
}

// wordings reads a text by language, of at most so many characters.
func (r *reader) wordings(n *yaml.Node, at place, most int, bare bool) Texts {
	w := wording{texts: Texts{}, lines: map[string]int{}, at: at, bare: bare}
	before := len(r.problems)
	if visited, ok := r.visit(n, at); ok && visited.Kind != yaml.MappingNode {
		r.wrong(at, "want_texts")
		return nil
	}
	r.entries(n, at, func(language string, n *yaml.Node, at place) {
		text := r.text(n, at, most)
		if !r.fits(language, at, languageForm) {
			return
		}
		w.lines[language] = n.Line
		if text == "" {
			return
		}
		if bare && strings.ContainsAny(text, "\n\r") {
			r.wrong(at, "one_line")
		}
		w.texts[language] = text
	})
	switch count := len(w.texts); {
	case count > MaxTexts:
		r.wrong(at, "too_many", "count", strconv.Itoa(count), "most", strconv.Itoa(MaxTexts))
	case count == 0 && len(r.problems) == before:
		r.wrong(at, "no_text")
	}
	r.texts = append(r.texts, w)
	return w.texts
}

func (r *reader) buttons(n *yaml.Node, at place) (rows [][]Button) {
	count := 0
	labels := map[string]bool{}
	r.list(n, at, MaxButtons, func(n *yaml.Node, at place) {
		var row []Button
		r.list(n, at, MaxRow, func(n *yaml.Node, at place) {
			b := r.button(n, at)
			r.sameLabel(b, labels, at)
			row = append(row, b)
		})
		rows = append(rows, row)
		count += len(row)
	})
	r.numberLabels(slices.Concat(rows...), at)
	if count > MaxButtons && len(rows) <= MaxButtons {
		r.wrong(at, "too_many", "count", strconv.Itoa(count), "most", strconv.Itoa(MaxButtons))
	}
	return rows
}

// sameLabel warns of a button whose label, in any language, somebody who writes it cannot tell from that of an earlier one.
func (r *reader) sameLabel(b Button, earlier map[string]bool, at place) {
	var own []string
	for _, language := range slices.Sorted(maps.Keys(b.Label)) {
		own = append(own, meaning(b.Label[language]))
	}
	if i := slices.IndexFunc(own, func(label string) bool { return earlier[label] }); i >= 0 {
		language := slices.Sorted(maps.Keys(b.Label))[i]
		r.warn(at.in("label", at.line), "same_label", "name", clip(b.Label[language]))
	}
	for _, label := range own {
		earlier[label] = true
	}
}

// numberLabels warns of a button whose label is the number of another one: the label goes first.
func (r *reader) numberLabels(buttons []Button, at place) {
	for i, b := range buttons {
		for _, language := range slices.Sorted(maps.Keys(b.Label)) {
			if n := chosen(b.Label[language], len(buttons)); n >= 0 && n != i {
				r.warn(at, "number_label", "name", clip(b.Label[language]))
				return
			}
		}
	}
}

// valued are the buttons that have a value.
var valued = []Do{DoGo, DoURL, DoPhone, DoLocation}

func (r *reader) button(n *yaml.Node, at place) (b Button) {
	var value *yaml.Node
	var valueAt place
	has := r.object(n, at, keys{
		"label": func(n *yaml.Node, at place) { b.Label = r.wordings(n, at, MaxLabel, true) },
		"do": func(n *yaml.Node, at place) {
			b.Do = Do(r.one(n, at, string(DoGo), string(DoURL), string(DoPhone), string(DoLocation), string(DoHandover), string(DoBack), string(DoMenu)))
		},
		"value": func(n *yaml.Node, at place) { value, valueAt = n, at },
	})
	r.need(at, has, "label", "do")
	switch needed := slices.Contains(valued, b.Do); {
	case b.Do == "":
	case needed && value == nil:
		r.wrong(at, "no_value", "do", string(b.Do))
	case !needed && value != nil:
		r.wrong(valueAt, "needless_value", "do", string(b.Do))
	case b.Do == DoURL:
		b.Value = r.text(value, valueAt, MaxURL)
		r.link(b.Value, valueAt)
	case needed:
		b.Value = r.target(value, valueAt)
	}
	return b
}

func (r *reader) input(n *yaml.Node, at place) *Input {
	var in Input
	var patternAt place
	has := r.object(n, at, keys{
		"field": func(n *yaml.Node, at place) { in.Field = r.named(n, at, fieldForm) },
		"type": func(n *yaml.Node, at place) {
			in.Type = InputType(r.one(n, at, string(InputText), string(InputNumber), string(InputPhone), string(InputEmail), string(InputDate), string(InputChoice)))
		},
		"pattern": func(n *yaml.Node, at place) { in.Pattern, patternAt = r.text(n, at, MaxPattern), at },
		"choices": func(n *yaml.Node, at place) {
			r.list(n, at, maxChoices, func(n *yaml.Node, at place) {
				in.Choices = append(in.Choices, r.wordings(n, at, MaxLabel, true))
			})
		},
		"error": func(n *yaml.Node, at place) { in.Error = r.wordings(n, at, MaxText, false) },
		"tries": func(n *yaml.Node, at place) { in.Tries = r.number(n, at, 1, maxTries) },
		"else":  func(n *yaml.Node, at place) { in.Else = r.target(n, at) },
	})
	r.need(at, has, "field")
	switch err := r.patterns.compile(&in); {
	case errors.Is(err, ErrComplex):
		r.wrong(patternAt, "complex")
	case err != nil:
		r.wrong(patternAt, "pattern", "said", err.Error())
	}
	if in.Field != "" {
		r.asked[in.Field] = true
	}
	if choice := in.Type == InputChoice; choice != has["choices"] {
		r.wrong(at, map[bool]string{true: "no_choices", false: "needless_choices"}[choice])
	}
	return &in
}

// Writing a flow as YAML that people like to read and edit.

package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Marshal writes a flow as YAML: its steps in the order in which one comes to them, texts as they read. Parse reads the
// same flow from it.
func Marshal(f Flow) []byte {
	w := &writer{}
	w.value("flow", f.Name)
	w.value("start", f.Start)
	w.line("idle: " + duration(f.Idle))
	if len(f.Trigger.Commands) > 0 {
		w.line("trigger: {commands: " + inList(f.Trigger.Commands) + "}")
	}
	names, _ := f.InOrder()
	w.under("steps:", func() {
		for _, name := range names {
			w.under(scalar(name)+":", func() { w.step(f.Steps[name]) })
		}
	})
	return []byte(w.text.String())
}

// writer writes lines, indented by depth.
type writer struct {
	text  strings.Builder
	depth int
}

func (w *writer) line(text string) {
	w.text.WriteString(strings.Repeat("  ", w.depth))
	w.text.WriteString(text)
	w.text.WriteByte('\n')
}

// under writes a head, and below it what belongs to it.
func (w *writer) under(head string, below func()) {
	w.line(head)
	w.depth++
	below()
	w.depth--
}

func (w *writer) step(s Step) {
	w.values("text", s.Text)
	w.names("files", s.Files)
	if len(s.Buttons) > 0 {
		w.under("buttons:", func() { w.buttons(s.Buttons) })
	}
	if s.Input != nil {
		w.under("input:", func() { w.input(s.Input) })
	}
	if s.HTTP != nil {
		w.under("http:", func() { w.http(s.HTTP) })
	}
	w.value("next", s.Next)
	w.value("do", string(s.Do))
	w.names("tags", s.Tags)
	w.value("assign", s.Assign)
}

// buttons writes a row of one button in one line, others a line for each.
func (w *writer) buttons(rows [][]Button) {
	for _, row := range rows {
		if len(row) == 1 {
			w.line("- [" + button(row[0]) + "]")
			continue
		}
		begin := "- - "
		for _, b := range row {
			w.line(begin + button(b))
			begin = "  - "
		}
	}
}

func button(b Button) string {
	text := "{label: " + inObject(b.Label) + ", do: " + string(b.Do)
	if b.Value != "" {
		text += ", value: " + scalar(b.Value)
	}
	return text + "}"
}

func (w *writer) input(in *Input) {
	w.value("field", in.Field)
	w.value("type", string(in.Type))
	w.value("pattern", in.Pattern)
	if len(in.Choices) > 0 {
		w.under("choices:", func() {
			for _, choice := range in.Choices {
				w.line("- " + inObject(choice))
			}
		})
	}
	w.values("error", in.Error)
	w.line("tries: " + strconv.Itoa(in.Tries))
	w.value("else", in.Else)
}

func (w *writer) http(h *HTTP) {
	w.value("method", h.Method)
	w.value("url", h.URL)
	w.values("headers", h.Headers)
	w.value("body", h.Body)
	w.line("timeout: " + duration(h.Timeout))
	w.values("save", h.Save)
	w.value("error", h.Error)
}

// value writes a key that has a value.
func (w *writer) value(key, value string) {
	switch {
	case value == "":
	case fitsBlock(value):
		w.under(key+": |-", func() {
			for line := range strings.SplitSeq(value, "\n") {
				if line == "" {
					w.text.WriteByte('\n')
				} else {
					w.line(line)
				}
			}
		})
	default:
		w.line(key + ": " + scalar(value))
	}
}

func (w *writer) values(key string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	w.under(key+":", func() {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			w.value(scalar(name), values[name])
		}
	})
}

func (w *writer) names(key string, names []string) {
	if len(names) > 0 {
		w.line(key + ": " + inList(names))
	}
}

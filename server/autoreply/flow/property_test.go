// Properties of any flow that Parse takes: it never hangs, always leaves a way out, and reads back as it was written.

package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// awkward are texts that are hard to write in YAML.
var awkward = []string{
	"Так", "null", "no", "24", "1e3", "a: b", "- x", "# y", "'quoted'", `"both' kinds" \d`, "two\nlines", "three\n\n  lines \n# x", "\nfirst", "last\n", " spaces ", "tab\there",
	"{{bot.name}}", "{{customer.first_name}}!", "📦 👨‍👩‍👧 ❤️ й", "\u00a0\u2028", "  indented\nfirst", "a\n   \nb", "a\n\t\nb", "a \n b", "*bold*", "[a]", "{b}", "@x", "%", "|", ">", "?", "---", "a\r\nb", "~", "\u200b", "\ufeffx", "🏳️‍🌈\n🇺🇦",
}

func drawTexts(t *rapid.T, name string, bare bool) Texts {
	texts := Texts{}
	for _, language := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"uk", "en", "no", "pt-BR"}), 1, 3, rapid.ID).Draw(t, name+" languages") {
		text := rapid.OneOf(rapid.SampledFrom(awkward), rapid.String()).Draw(t, name)
		if bare {
			text = strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
		}
		text = writable(text)
		for strings.Contains(text, "{{") || strings.Contains(text, "}}") {
			text = strings.NewReplacer("{{", "{", "}}", "}").Replace(text)
		}
		if strings.TrimSpace(text) == "" {
			text = "x"
		}
		texts[language] = text
	}
	return texts
}

// maker draws the steps of a flow. A step that waits for nobody goes on with a later one, so that none go round.
type maker struct {
	*rapid.T
	names []string
}

func (m maker) any(what string) string { return rapid.SampledFrom(m.names).Draw(m.T, what) }

func (m maker) later(i int, what string) string {
	return rapid.SampledFrom(m.names[i+1:]).Draw(m.T, what)
}

func (m maker) button(i int) Button {
	b := Button{Label: drawTexts(m.T, "label", true)}
	b.Do = rapid.SampledFrom([]Do{DoGo, DoGo, DoGo, DoURL, DoPhone, DoLocation, DoHandover, DoBack, DoMenu}).Draw(m.T, "do")
	switch b.Do {
	case DoGo, DoPhone, DoLocation:
		b.Value = m.any("to")
	case DoURL:
		b.Value = "https://a.b/c?d=e#f"
	}
	return b
}

func (m maker) input() *Input {
	in := &Input{Field: rapid.SampledFrom([]string{"a", "b", "phone"}).Draw(m.T, "field"), Tries: rapid.IntRange(1, 3).Draw(m.T, "tries")}
	in.Type = rapid.SampledFrom([]InputType{InputText, InputNumber, InputPhone, InputEmail, InputDate, InputChoice}).Draw(m.T, "type")
	if in.Type == InputChoice {
		for range rapid.IntRange(1, 3).Draw(m.T, "choices") {
			in.Choices = append(in.Choices, drawTexts(m.T, "choice", true))
		}
	}
	if rapid.Bool().Draw(m.T, "pattern") {
		in.Pattern = rapid.SampledFrom([]string{`\d+`, `^a'b"c$`, ".*"}).Draw(m.T, "pattern")
	}
	if rapid.Bool().Draw(m.T, "error") {
		in.Error = drawTexts(m.T, "error", false)
	}
	if rapid.Bool().Draw(m.T, "else") {
		in.Else = m.any("else")
	}
	return in
}

func (m maker) http(i int) *HTTP {
	h := &HTTP{Method: "GET", URL: "https://s.ua/{{field.phone}}?q={{field.location}}", Timeout: time.Duration(rapid.IntRange(1000, 10000).Draw(m.T, "timeout")) * time.Millisecond}
	if rapid.Bool().Draw(m.T, "post") {
		h.Method, h.Body = "POST", "{\n  \"a\": \"{{field.phone}}\"\n}"
		h.Headers = map[string]string{"X-A": "b: c", "No": "no"}
	}
	if rapid.Bool().Draw(m.T, "save") {
		h.Save = map[string]string{"x": "a.b.0", "y": "null"}
	}
	if rapid.Bool().Draw(m.T, "error step") {
		h.Error = m.later(i, "error")
	}
	return h
}

func (m maker) step(i int) Step {
	s := Step{Text: drawTexts(m.T, "text", false)}
	if rapid.Bool().Draw(m.T, "extras") {
		s.Files, s.Tags, s.Assign = []string{strings.Repeat("f", 26)}, []string{"так", "a b"}, "olena.k"
	}
	kinds := []kind{offers, asks, calls, goesOn, does, ends}
	if i == len(m.names)-1 {
		kinds = []kind{offers, asks, ends}
	}
	switch rapid.SampledFrom(kinds).Draw(m.T, "kind") {
	case offers:
		for range rapid.IntRange(1, 3).Draw(m.T, "rows") {
			var row []Button
			for range rapid.IntRange(1, 3).Draw(m.T, "row") {
				row = append(row, m.button(i))
			}
			s.Buttons = append(s.Buttons, row)
		}
	case asks:
		s.Input, s.Next = m.input(), m.any("next")
	case calls:
		s.HTTP, s.Next = m.http(i), m.later(i, "next")
	case goesOn:
		s.Next = m.later(i, "next")
	case does:
		s.Do = rapid.SampledFrom([]Do{DoHandover, DoClose}).Draw(m.T, "does")
		if i > 0 { // the start may run into those, so that they would go round
			s.Do = rapid.SampledFrom([]Do{DoHandover, DoClose, DoBack, DoMenu}).Draw(m.T, "does")
		}
	}
	return s
}

func drawFlow(t *rapid.T) Flow {
	names := []string{"main", "no", "null", "1", "a-b_c", "x", "y2", "z"}[:rapid.IntRange(1, 8).Draw(t, "steps")]
	m := maker{t, names}
	f := Flow{Name: "f-1", Start: names[0], Idle: time.Duration(rapid.IntRange(60, 604800).Draw(t, "idle")) * time.Second, Steps: map[string]Step{}}
	if rapid.Bool().Draw(t, "commands") {
		f.Trigger.Commands = []string{"/start", "/menu_2"}
	}
	services := 0
	for i, name := range names {
		s := m.step(i)
		if s.HTTP != nil {
			services++
		}
		if services > maxCalls {
			s.HTTP = nil // goes on without it
		}
		f.Steps[name] = s
	}
	// Steps that lead back to the start must not be where the start runs into by itself.
	at := f.Start
	for next := f.runsInto(f.Steps[at]); len(next) > 0; next = f.runsInto(f.Steps[at]) {
		for _, name := range names {
			if s := f.Steps[name]; s.Do == DoBack || s.Do == DoMenu {
				s.Do = DoClose
				f.Steps[name] = s
			}
		}
		at = next[0]
	}
	f.compile()
	return f
}

func drawHappening(t *rapid.T, f *Flow, last Result) Happening {
	words := []string{"", "1", "2", "9", "x", "Так", "12,5", "+380671234567", "a@b.cd", "1.12", "50.45,30.52", "no"}
	switch rapid.IntRange(0, 5).Draw(t, "happening") {
	case 0:
		return Happening{Begin: true, Step: rapid.SampledFrom([]string{"", "x", "gone"}).Draw(t, "begin")}
	case 1:
		return Happening{Press: rapid.SampledFrom([]string{"h", "m:f-1", "b:f-1:x", "b:f-1:main", "g:f-1:y2", "g:f-1:gone", "p:f-1:z", "l:other:1", "?"}).Draw(t, "press"), Shared: rapid.SampledFrom(words).Draw(t, "shared")}
	case 2:
		if all := slices.Concat(last.Buttons...); len(all) > 0 {
			return Happening{Press: Data(f.Name, last.Step, rapid.SampledFrom(all).Draw(t, "button"))}
		}
	case 3:
		of := rapid.SampledFrom([]string{"", "another"}).Draw(t, "of")
		if last.Call != nil && rapid.Bool().Draw(t, "its call") {
			of = last.Call.Of
		}
		return Happening{Answer: &Answer{Failed: rapid.Bool().Draw(t, "failed"), Values: map[string]string{"x": "1", "z": "2"}, Of: of}}
	case 4:
		return Happening{Shared: rapid.SampledFrom(words).Draw(t, "shared")}
	}
	return Happening{Text: rapid.SampledFrom(words).Draw(t, "text")}
}

// copied is a deep copy, made by way of JSON.
func copied[T any](t require.TestingT, value T) (copy T) {
	data, err := json.Marshal(value)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &copy))
	return copy
}

func TestAnyFlowWithAnyCustomerGoesOnOrEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFlow(t)
		parsed, problems := Parse(Marshal(f))
		require.False(t, Broken(problems), "%v", problems)
		require.Equal(t, f, parsed)
		var p *Position
		var last Result
		fields := map[string]string{"phone": "1"}
		at := now
		for range rapid.IntRange(1, 20).Draw(t, "turns") {
			h := drawHappening(t, &f, last)
			before := fmt.Sprintf("%+v %v %+v", p, fields, f)
			result := f.Run(p, h, fields, at)
			require.Equal(t, before, fmt.Sprintf("%+v %v %+v", p, fields, f), "Run changed what it was given")
			require.Equal(t, result, f.Run(p, h, fields, at), "the same gives the same")
			requireSensible(t, &f, result)
			maps.Copy(fields, result.Fields)
			waited := p != nil && f.Steps[p.Step].HTTP != nil && !f.Expired(p, at)
			if waited && (h.Answer != nil && h.Answer.Of == "another" || h.Answer == nil && !h.Begin && h.Press == "") {
				require.Equal(t, Result{Position: p, NotUnderstood: true, HTTP: p.HTTP}, result, "a service is waited for")
			}
			requireEnds(t, &f, result, fields, at)
			p, last = result.Position, result
			at = at.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "seconds")) * time.Second)
			if p != nil {
				stored := copied(t, *p)
				require.Equal(t, *p, stored, "a position can be stored")
				require.True(t, f.Run(p, Happening{Press: "h"}, fields, at).Handover, "a person is always to be had")
			}
		}
	})
}

// requireEnds follows the calls of a result, however they come out: there are not many before the customer is waited for.
func requireEnds(t *rapid.T, f *Flow, result Result, fields map[string]string, at time.Time) {
	failing := rapid.Bool().Draw(t, "they fail")
	calls := 0
	for ; result.Call != nil; calls++ {
		answer := Answer{Failed: failing, Of: result.Call.Of}
		result = f.Run(result.Position, Happening{Answer: &answer}, fields, at)
		requireSensible(t, f, result)
		require.False(t, result.NotUnderstood)
	}
	require.LessOrEqual(t, calls, maxCalls)
}

// requireSensible says that a result waits, ends or calls a person, and that what waits can be left.
func requireSensible(t *rapid.T, f *Flow, result Result) {
	ended := result.Handover || result.Close
	switch p := result.Position; {
	case p == nil:
		require.Empty(t, result.Buttons)
		require.Nil(t, result.Call)
	case result.Call != nil:
		step := f.Steps[p.Step]
		require.Equal(t, calls, step.kind())
		require.Empty(t, result.Say)
		require.False(t, ended)
	default:
		step := f.Steps[p.Step]
		require.False(t, ended)
		require.True(t, step.kind().waits() || step.kind() == calls, p.Step)
		require.LessOrEqual(t, len(p.Before), maxBefore)
		if step.kind() == offers && p.Wrong >= 2 && len(result.Say) > 0 {
			require.True(t, slices.ContainsFunc(slices.Concat(result.Buttons...), f.callsPerson))
		}
	}
	for _, b := range slices.Concat(result.Buttons...) {
		data := Data(f.Name, result.Step, b)
		require.LessOrEqual(t, len(data), 64)
		_, ok := ParseData(data)
		require.Equal(t, b.Do != DoURL, ok)
	}
}

// A customer who presses what he is offered, or is silent in vain, comes to an end or a person in the end, unless Parse
// warned that there is none.
func TestFromEveryStepOneComesOutOrIsWarned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFlow(t)
		_, problems := Parse(Marshal(f))
		for name, step := range f.Steps {
			if !step.kind().waits() {
				continue
			}
			warned := slices.ContainsFunc(problems, func(p Problem) bool { return p.Key == "flow.problem.no_way_out" && p.Step == name })
			require.Equal(t, !warned, comesOut(&f, name), name)
		}
	})
}

// comesOut looks for a way out of a step, as a customer could go it.
func comesOut(f *Flow, from string) bool {
	seen, queue := map[string]bool{from: true}, []string{from}
	for len(queue) > 0 {
		step := f.Steps[queue[0]]
		queue = queue[1:]
		var next []string
		for _, b := range slices.Concat(step.Buttons...) {
			if b.Do == DoHandover || b.Do == DoBack || b.Do == DoMenu {
				return true
			}
			next = append(next, b.Value)
		}
		switch {
		case step.Input != nil && step.Input.Else == "", step.HTTP != nil && step.HTTP.Error == "", step.Do != "":
			return true
		case step.Input != nil:
			next = append(next, step.Input.Else)
		case step.HTTP != nil:
			next = append(next, step.HTTP.Error)
		case len(step.Buttons) == 0 && step.Next == "":
			return true
		}
		for _, name := range append(next, step.Next) {
			if _, ok := f.Steps[name]; ok && !seen[name] {
				seen[name] = true
				queue = append(queue, name)
			}
		}
	}
	return false
}

func TestJSONReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFlow(t)
		require.Equal(t, f, copied(t, f))
		data, err := json.Marshal(f)
		require.NoError(t, err)
		parsed, problems := Parse(data)
		require.False(t, Broken(problems), "%v", problems)
		require.Equal(t, f, parsed)
	})
}

// The fuzz target and the benchmark of loading.

package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func FuzzParse(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(text)
	}
	for _, text := range goodFlows {
		f.Add([]byte(text))
	}
	for _, b := range badFlows {
		if len(b.text) < 1000 {
			f.Add([]byte(b.text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		began := time.Now()
		read, problems := Parse(text)
		require.Less(t, time.Since(began), 30*time.Second)
		for _, p := range problems {
			require.Positive(t, p.Line)
			require.LessOrEqual(t, p.Line, 2+strings.Count(string(text), "\n")+strings.Count(string(text), "\r"))
		}
		if Broken(problems) {
			return
		}
		again, problems := Parse(Marshal(read))
		require.False(t, Broken(problems), "%v", problems)
		require.Equal(t, read, again)
		at := read.Run(nil, Happening{Begin: true}, nil, now)
		read.Run(at.Position, Happening{Text: "1"}, nil, now)
	})
}

// large is a flow of 200 steps: menus, texts in two languages, inputs and calls.
func large() []byte {
	var b strings.Builder
	b.WriteString("flow: large\nstart: s0\nsteps:\n")
	for i := range 50 {
		next := (i + 1) % 50
		fmt.Fprintf(&b, `  s%d:
    text: {uk: "Вітаю, {{customer.first_name}}! Крок %d.", en: "Hello, {{customer.first_name}}! Step %d."}
    buttons:
      - [{label: {uk: "Далі", en: "On"}, do: go, value: ask%d}, {label: {uk: "Наступний", en: "Next"}, do: go, value: s%d}]
      - [{label: {uk: "Людина", en: "A person"}, do: handover}, {label: {uk: "Меню", en: "Menu"}, do: menu}]
  ask%d:
    text: {uk: "Номер?", en: "Number?"}
    input: {field: n%d, type: text, pattern: "^[0-9]{14}$", error: {uk: "14 цифр", en: "14 digits"}, tries: 2, else: s%d}
    next: call%d
  call%d:
    http: {method: GET, url: "https://api.example.ua/p/{{field.n%d}}", timeout: 5s, save: {status%d: status}, error: s%d}
    next: done%d
  done%d: {text: {uk: "Статус: {{http.status%d}}", en: "Status: {{http.status%d}}"}, next: s%d}
`, i, i, i, i, next, i, i, i, i, i, i, i, i, i, i, i, i, next)
	}
	return []byte(b.String())
}

func BenchmarkLoadAFlowOf200Steps(b *testing.B) {
	text := large()
	f, problems := Parse(text)
	require.Empty(b, kinds(problems))
	require.Len(b, f.Steps, 200)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		_, problems = Parse(text)
	}
	require.Empty(b, problems)
}

func BenchmarkRun(b *testing.B) {
	f, problems := Parse(large())
	require.Empty(b, kinds(problems))
	p := f.Run(nil, Happening{Begin: true}, nil, now).Position
	b.ReportAllocs()
	for b.Loop() {
		_ = f.Run(p, Happening{Text: "наступний"}, nil, now)
	}
}

// The bound of loading is 50 ms, which the benchmark shows; what it allocates is the same on every machine.
func TestLoadingAFlowOf200StepsCostsLittle(t *testing.T) {
	text := large()
	require.Less(t, testing.AllocsPerRun(3, func() { Parse(text) }), 100_000.0)
}

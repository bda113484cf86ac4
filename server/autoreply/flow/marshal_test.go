// How a flow is written.

package flow

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAFlowIsWrittenAsPeopleWriteIt(t *testing.T) {
	const text = `flow: f
start: main
idle: 1h30m
trigger: {commands: [/start, /menu]}
steps:
  main:
    text:
      en: |-
        Hello, *{{customer.first_name}}*!

          How are you?
      uk: "Вітаю: \"Так\" 👋"
    files: [abcdefghijklmnopqrstuvwxyz]
    buttons:
      - [{label: {en: Ask, uk: "Запитати"}, do: go, value: ask}]
      - - {label: {en: "No", uk: "Ні"}, do: back}
        - {label: {en: Site, uk: "Сайт"}, do: url, value: "https://a.b/?c"}
    tags: ["так", vip]
    assign: olena
  ask:
    text:
      en: Size?
      uk: "Розмір?"
    input:
      field: size
      type: choice
      pattern: '\w"'
      choices:
        - {en: S, uk: "М"}
      error:
        en: Try
        uk: "Ще"
      tries: 3
      else: "2"
    next: call
  call:
    http:
      method: POST
      url: "https://a.b"
      headers:
        X-Key: v
      body: '{"a": "{{field.size}}"}'
      timeout: 2s
      save:
        x: a.b
      error: "2"
    next: "2"
  "2":
    text:
      en: Bye
      uk: "Бувайте"
    do: close
`
	f, problems := Parse([]byte(text))
	require.Empty(t, kinds(problems))
	got := Marshal(f)
	require.Equal(t, strings.NewReplacer(`"Вітаю: \"Так\" 👋"`, `'Вітаю: "Так" 👋'`, "en: Size?", `en: "Size?"`).Replace(text), string(got))
	again, problems := Parse(got)
	require.Empty(t, kinds(problems))
	require.Equal(t, f, again)
}

func TestJSONHasTheKeysOfTheYAML(t *testing.T) {
	f, problems := Parse([]byte(goodFlows["types of input"]))
	require.Empty(t, kinds(problems))
	f.Steps = map[string]Step{"a": f.Steps["a"], "h": {HTTP: &HTTP{Method: "GET", URL: "http://s", Timeout: 1500 * time.Millisecond}, Next: "a"}}
	data, err := json.Marshal(f)
	require.NoError(t, err)
	require.JSONEq(t, `{"flow": "f", "start": "a", "idle": "1h", "steps": {
		"a": {"text": {"en": "A"}, "input": {"field": "n", "type": "number", "pattern": "\\d+", "tries": 2}, "next": "b"},
		"h": {"http": {"method": "GET", "url": "http://s", "timeout": "1.5s"}, "next": "a"}}}`, string(data))
}

func TestJSONFillsWhatIsNotSaidAndRefusesWhatIsNoFlow(t *testing.T) {
	var f Flow
	require.NoError(t, json.Unmarshal([]byte(`{"flow":"f","start":"a","steps":{"a":{"http":{"url":"http://s"}},"b":{"input":{"field":"x"}}}}`), &f))
	require.Equal(t, Flow{Name: "f", Start: "a", Idle: time.Hour, Steps: map[string]Step{
		"a": {HTTP: &HTTP{Method: "GET", URL: "http://s", Timeout: 5 * time.Second}},
		"b": {Input: &Input{Field: "x", Type: InputText, Tries: 2}},
	}}, f)
	for _, text := range []string{`[]`, `{"idle":"soon"}`, `{"idle":5}`, `{"steps":{"a":{"http":{"timeout":"x"}}}}`, `{"steps":{"a":{"http":[]}}}`, `{"steps":{"a":{"buttons":[{}]}}}`} {
		require.Error(t, json.Unmarshal([]byte(text), &Flow{}), text)
	}
}

func TestDurationsAreShort(t *testing.T) {
	for want, d := range map[string]time.Duration{"1h": time.Hour, "1h30m": 90 * time.Minute, "5s": 5 * time.Second, "1m30s": 90 * time.Second, "168h": 168 * time.Hour, "10m": 10 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "1.5s": 1500 * time.Millisecond} {
		require.Equal(t, want, duration(d))
	}
}

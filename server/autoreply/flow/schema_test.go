// The published schema and the parser say the same, and the page explains every key.

package flow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// docs is a file of the documentation.
func docs(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", filepath.FromSlash(name)))
	require.NoError(t, err)
	return text
}

// examples are the flows that msgbot ships, by name.
func examples(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, name := range []string{"parcel", "shop"} {
		found[name] = docs(t, "examples/"+name+".yaml")
	}
	return found
}

var goodFlows = map[string]string{
	"the smallest": head + "  a: {text: {en: A}}\n",
	"everything": `flow: all
start: a
idle: 1h30m
trigger: {commands: [/start, /order_1]}
steps:
  a:
    text: {uk: "Вітаю, {{ customer.first_name }}", pt-BR: "Olá"}
    files: [abcdefghijklmnopqrstuvwxyz]
    tags: ["вип клієнт"]
    assign: olena.k
    buttons:
      - - {label: {uk: Далі, pt-BR: Mais}, do: go, value: "1"}
        - {label: {uk: Сайт, pt-BR: Site}, do: url, value: "https://a.b/?c=d#e"}
        - {label: {uk: Подзвонити, pt-BR: Ligar}, do: url, value: "tel:+380440000000"}
        - {label: {uk: Лист, pt-BR: Mail}, do: url, value: "mailto:a@b.c"}
      - [{label: {uk: Телефон, pt-BR: Telefone}, do: phone, value: b}, {label: {uk: Де я, pt-BR: Onde}, do: location, value: b}]
      - [{label: {uk: Людина, pt-BR: Pessoa}, do: handover}, {label: {uk: Назад, pt-BR: Voltar}, do: back}, {label: {uk: Меню, pt-BR: Menu}, do: menu}]
  "1":
    text: {uk: "{{field.phone}} {{field.location}} {{agent.first_name}}{{hours.next_open}}", pt-BR: "Qual?"}
    input:
      field: size
      type: choice
      choices: [{uk: Мала, pt-BR: P}, {uk: Велика, pt-BR: G}]
      error: {uk: "Виберіть", pt-BR: "Escolha"}
      tries: 10
      else: b
    next: call
  call:
    http:
      method: POST
      url: "http://a.b:8080/x/{{field.size}}?y={{field.phone}}&z"
      headers: {X-Key: "a b"}
      body: '{"size": "{{field.size}}", "n": [1, "{{field.phone}}"]}'
      timeout: 1500ms
      save: {price: offer.price, first: items.0}
      error: b
    next: price
  price: {text: {uk: "{{http.price}} {{http.first}} {{field.size}}", pt-BR: "{{http.price}}"}, next: b}
  b: {text: {uk: Все, pt-BR: Fim}, do: close}
`,
	"types of input": head + `  a: {text: {en: A}, input: {field: n, type: number, pattern: '\d+'}, next: b}
  b: {text: {en: A}, input: {field: d, type: date}, next: c}
  c: {text: {en: A}, input: {field: e, type: email}, next: d}
  d: {text: {en: A}, input: {field: p, type: phone}, next: e}
  e: {tags: [x]}
`,
	"JSON": `{"flow": "f", "start": "a", "steps": {"a": {"text": {"en": "\u041f\n\"q\" \/ \ud83d\uDE00 \\ud83d \ud83d"}, "do": "handover"}}}`,
	"aliases": head + `  a: {text: &t {en: A}, buttons: &b [[{label: &l {en: L}, do: menu}]]}
  b: {text: *t, buttons: *b}
`,
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "..", "docs", "flow.schema.json"))
	require.NoError(t, err)
	return compiled
}

// value is what a text in YAML or JSON says; ok is false if it is none.
func value(text []byte) (value any, ok bool) {
	if json.Unmarshal(text, &value) == nil {
		return value, true
	}
	if yaml.Unmarshal(text, &value) != nil {
		return nil, false
	}
	data, err := json.Marshal(value)
	return value, err == nil && json.Unmarshal(data, &value) == nil
}

func TestTheSchemaTakesWhatTheParserTakes(t *testing.T) {
	all := map[string]string{}
	for name, text := range goodFlows {
		all[name] = text
	}
	for name, text := range examples(t) {
		all[name] = string(text)
	}
	s := schema(t)
	for name, text := range all {
		_, problems := Parse([]byte(text))
		require.False(t, Broken(problems), "%s: %v", name, kinds(problems))
		v, ok := value([]byte(text))
		require.True(t, ok, name)
		require.NoError(t, s.Validate(v), name)
	}
}

func TestTheSchemaRefusesWhatASchemaCan(t *testing.T) {
	s := schema(t)
	for _, b := range badFlows {
		_, problems := Parse([]byte(b.text))
		v, ok := value([]byte(b.text))
		refused := !ok || s.Validate(v) != nil
		require.True(t, Broken(problems) || !refused, "%s: the schema refuses what the parser takes", b.name)
		require.Equal(t, b.schema, refused, b.name)
	}
}

func TestTheExamplesAreRightAndWithoutWarnings(t *testing.T) {
	for name, text := range examples(t) {
		f, problems := Parse(text)
		require.Empty(t, kinds(problems))
		require.Equal(t, name, f.Name)
	}
}

// TestThePageExplainsEveryKey looks for each key of the schema in the tables of docs/flows.md, and the other way round.
func TestThePageExplainsEveryKey(t *testing.T) {
	var parsed struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(docs(t, "flow.schema.json"), &parsed))
	page := string(docs(t, "flows.md"))
	sections := map[string]map[string]any{"The flow": parsed.Properties}
	for name, heading := range map[string]string{"step": "Steps", "button": "Buttons", "input": "Input", "http": "Calling a service"} {
		sections[heading] = parsed.Defs[name].Properties
	}
	for heading, properties := range sections {
		_, section, found := strings.Cut(page, "\n## "+heading+"\n")
		require.True(t, found, heading)
		section, _, _ = strings.Cut(section, "\n## ")
		var documented []string
		for line := range strings.Lines(section) {
			if cell, ok := strings.CutPrefix(line, "| `"); ok {
				key, _, _ := strings.Cut(cell, "`")
				documented = append(documented, key)
			}
		}
		var keys []string
		for key := range properties {
			keys = append(keys, key)
		}
		require.ElementsMatch(t, keys, documented, heading)
	}
}

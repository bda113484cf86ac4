// The published schema and the parser say the same, and the page explains every key.

package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
        - {label: {uk: Подзвонити, pt-BR: Ligar}, do: url, value: "https://a.b/tel"}
        - {label: {uk: Лист, pt-BR: Mail}, do: url, value: "HTTP://a.b?c"}
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

// rows are the first cells of the table in a section of the page whose head begins with the given word.
func rows(t *testing.T, page, heading, head string) (cells []string) {
	t.Helper()
	_, section, found := strings.Cut(page, "\n## "+heading+"\n")
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	_, body, found := strings.Cut(section, "| "+head+" |")
	require.True(t, found, heading)
	body, _, _ = strings.Cut(body, "\n\n")
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(body, -1) {
		cells = append(cells, m[1])
	}
	return cells
}

func TestThePageExplainsEveryKeyAndEveryWordOfTheSchema(t *testing.T) {
	type property struct{ Enum []string }
	var parsed struct {
		Properties map[string]property
		Defs       map[string]struct{ Properties map[string]property } `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(docs(t, "flow.schema.json"), &parsed))
	page := string(docs(t, "flows.md"))
	require.ElementsMatch(t, slices.Collect(maps.Keys(parsed.Properties)), rows(t, page, "The flow", "key"))
	for name, heading := range map[string]string{"step": "Steps", "button": "Buttons", "input": "Input", "http": "Calling a service"} {
		require.ElementsMatch(t, slices.Collect(maps.Keys(parsed.Defs[name].Properties)), rows(t, page, heading, "key"))
	}
	require.ElementsMatch(t, parsed.Defs["button"].Properties["do"].Enum, rows(t, page, "Buttons", "do"))
	require.ElementsMatch(t, parsed.Defs["input"].Properties["type"].Enum, rows(t, page, "Input", "type"))
	for _, word := range parsed.Defs["step"].Properties["do"].Enum {
		require.Contains(t, page, "`"+word+"`: ")
	}
}

// Whole flows on the page are parsed as they are; steps below a head.
func TestTheFlowsOnThePageAreRight(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(docs(t, "flows.md")), -1)
	require.NotEmpty(t, blocks)
	steps := ""
	for _, block := range blocks {
		if strings.HasPrefix(block[1], "flow:") {
			_, problems := Parse([]byte(block[1]))
			require.Empty(t, kinds(problems))
			continue
		}
		for line := range strings.Lines(block[1]) {
			steps += "  " + line
		}
	}
	steps += "  a: {text: {en: A}, input: {field: order}, next: lookup}\n  main: {text: {en: M}, do: handover}\n  result: {text: {en: R}}\n"
	_, problems := Parse([]byte(head + steps))
	require.False(t, Broken(problems), "%v", kinds(problems))
}

// The page's limits and defaults are those of the code.
func TestThePageHasTheLimits(t *testing.T) {
	page := string(docs(t, "flows.md"))
	for _, words := range []string{
		fmt.Sprintf("at most %d KB", maxFile>>10), fmt.Sprintf("1 to %d |", maxSteps), fmt.Sprintf("at most %d in a row, %d in all", MaxRow, MaxButtons),
		fmt.Sprintf("one line, at most %d characters", MaxLabel), fmt.Sprintf("needed for `choice`; at most %d", maxChoices), fmt.Sprintf("`%d`; 1 to %d |", defaultTries, maxTries),
		fmt.Sprintf("| `%s`; %s to %s (7 days)", duration(defaultIdle), duration(minIdle), duration(maxIdle)),
		fmt.Sprintf("| `%s`; %s to %s |", duration(defaultTimeout), duration(minTimeout), duration(maxTimeout)),
		fmt.Sprintf("At most %d steps follow", maxChain), fmt.Sprintf("at most %d characters |\n| `choices`", MaxPattern), fmt.Sprintf("at most %d KB |", maxBody>>10),
		fmt.Sprintf("`{uk: \"…\", en: \"…\"}`, at most %d, each at most 4,096 characters.", MaxTexts), fmt.Sprintf("at most %d calls of services", maxCalls), "up to 4,000 characters", "at most 2,000 characters", fmt.Sprintf("at most %d; used as", maxSave), fmt.Sprintf("A text has at most %d placeholders", MaxPlaceholders), "8,000 characters", "at most 4,000 characters together",
		fmt.Sprintf("inbox channel | at most %d |", MaxFiles), fmt.Sprintf("at most %d characters |\n| `body`", maxValue), "up to ten of them",
	} {
		require.Contains(t, page, words)
	}
	require.Equal(t, []int{4000, 2000, 10, 4096, 8000, 4000}, []int{maxAnswer, MaxURL, maxBefore, MaxText, MaxSaid, maxFilled})
	for _, name := range GeneralPlaceholders() {
		require.Contains(t, page, "| `{{"+name+"}}` |")
	}
}

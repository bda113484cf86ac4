// What is wrong with flows, each kind of it, at its line, with words and a remedy in both languages.

package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
)

// head is three lines, so that what is written below it begins at line 4.
const head = "flow: f\nstart: a\nsteps:\n"

// menu is a step that is right: lines 4 of a flow made with head.
const menu = "  a: {text: {en: A}, buttons: [[{label: {en: Person}, do: handover}]]}\n"

// bad is a flow and what is wrong with it: "line step field kind", ? before those that are warnings. Schema says that the
// published schema finds something wrong with it as well.
type bad struct {
	name, text string
	want       []string
	schema     bool
}

func step(text string) string { return head + "  a: {text: {en: A}, " + text + "}\n" }
func input(text string) string {
	return step("input: {field: x, "+text+"}, next: b") + "  b: {text: {en: B}}\n"
}
func service(text string) string {
	return head + "  a: {http: {" + text + "}, next: b}\n  b: {text: {en: B}}\n"
}
func labelled(text string) string {
	return step("buttons: [[{label: {en: L}, " + text + "}, {label: {en: P}, do: handover}]]")
}

// menus is a row of so many buttons with labels of their own.
func menus(from, count int) (row string) {
	for i := range count {
		row += fmt.Sprintf("{label: {en: L%d}, do: menu},", from+i)
	}
	return "[" + row + "]"
}

var badFlows = []bad{
	{"nothing", "", []string{"1 nothing"}, true},
	{"only a comment", "# to do\n", []string{"1 nothing"}, true},
	{"too large", head + menu + "#" + strings.Repeat("x", 256<<10), []string{"1 too_large"}, false},
	{"aliases that multiply", head + "  s: &s {text: {en: x}, buttons: [&r [" + strings.Repeat("&b {label: {en: L}, do: menu},", 1) + strings.Repeat("*b,", 7) + "]" + strings.Repeat(",*r", 99) + "]}\n" +
		func() (steps string) {
			for i := range 450 {
				steps += fmt.Sprintf("  s%d: *s\n", i)
			}
			return steps
		}(), nil, true},
	{"two documents", head + menu + "---\nflow: g\n", []string{"5 second_document"}, false},
	{"a broken second document", head + menu + "---\na: \"\n", []string{"6 yaml_open"}, false},
	{"a tab", head + "\ta: {}\n", []string{"4 yaml_start"}, true},
	{"a colon in a text", head + "  a:\n    text: {en: hi}\n    next: b: c\n", []string{"6 yaml_colon"}, true},
	{"an open brace", head + "  a:\n    text: {en: A\n  b: {text: {en: B}}\n", []string{"6 yaml_open"}, true},
	{"an open quote", head + "  a: {text: {en: \"A}}\n", []string{"4 yaml_open"}, true},
	{"indentation", head + "  a:\n    text: {en: A}\n   next: b\n", []string{"6 yaml_indent"}, true},
	{"indentation of a list", head + "  a:\n    buttons:\n      - []\n      x: y\n", []string{"7 yaml_indent"}, true},
	{"an escape", head + "  a: {text: {en: \"\\d\"}}\n", []string{"4 yaml_escape"}, true},
	{"an alias of nothing", "flow: f\nstart: *a\n", []string{"2 yaml_anchor"}, true},
	{"depth", strings.Repeat("[", 20000), []string{"1 yaml_depth"}, true},
	{"control characters", "flow: f\nstart: \"a\x01\"\n", []string{"2 yaml_characters"}, true},
	{"escaped control characters", head + "  a: {text: {en: \"a\\0b\"}}\n", []string{"4 a text.en characters"}, false},
	{"no UTF-8", "flow: f\nstart: \"a\xff\"\n", []string{"2 yaml_characters"}, true},
	{"other YAML", "flow: f\nstart: !<tag a\n", []string{"2 yaml"}, true},
	{"not an object", "- flow\n", []string{"1 want_object", "1 missing", "1 missing", "1 missing"}, true},
	{"everything missing", "idle: 5m\n", []string{"1 missing", "1 missing", "1 missing"}, true},
	{"unknown keys", head + "  a: {txt: {en: A}, sound: x, text: {en: B}}\nidel: 5m\n", []string{"4 a txt unknown_key", "4 a sound unknown_key", "5 idel unknown_key"}, true},
	{"a key twice", head + "  a: {text: {en: A}, text: {en: B}}\n", []string{"4 a text twice"}, true},
	{"a step twice", head + menu + menu, []string{"5 a twice"}, true},
	{"a placeholder without quotes", head + "  a: {text: {en: {{x}}}}\n", []string{"4 a text.en unquoted"}, true},
	{"a text without quotes that begins with a placeholder", head + "  a:\n    text:\n      uk: {{customer.first_name}}, вітаємо!\n      en: x\n", []string{"6 unquoted"}, true},
	{"the same at the end", head + "  a:\n    text:\n      uk: {{ bot.name }}!\n\n    # that is all\n    next: b\n", []string{"6 unquoted"}, true},
	{"the same in a line of its own", head + "  a:\n    text:\n      uk:\n        {{bot.name}} вітає\n      en: x\n", []string{"7 unquoted"}, true},
	{"the same in braces", head + "  a: {text: {uk: {{bot.name}} вітає, en: \"x: {{bot.name}}\"}}\n", []string{"4 unquoted"}, true},
	{"another error below a text with placeholders", head + "  a:\n    text:\n      uk: |-\n        - {{bot.name}}\n     next: b\n", []string{"8 yaml_indent"}, true},
	{"another error beside a placeholder in quotes", head + "  a: {text: {uk: \"x: {{bot.name}}\", en: \"y}}\n", []string{"4 yaml_open"}, true},
	{"a list instead of a text in one language", head + "  a: {text: {en: [x]}}\n", []string{"4 a text.en want_text"}, true},
	{"a key that is no name", head + "  ? [a]\n  : {}\n" + menu, []string{"4 want_key"}, true},
	{"a list instead of an object", head + "  a: [x]\n", []string{"4 a want_object", "4 a empty_step"}, true},
	{"an object instead of a list", step("tags: {x: y}"), []string{"4 a tags want_list"}, true},
	{"a text instead of texts", head + "  a: {text: Hello}\n", []string{"4 a text want_texts"}, true},
	{"a number instead of a text", head + "  a: {text: {en: 24}}\n", []string{"4 a text.en want_quotes"}, true},
	{"a date instead of a text", head + "  a: {text: {en: 2026-12-01}}\n", []string{"4 a text.en want_quotes"}, false},
	{"a text instead of a number", input("tries: many"), []string{"4 a input.tries want_number"}, true},
	{"a number instead of a duration", "flow: f\nidle: 60\nstart: a\nsteps:\n" + menu, []string{"2 idle want_duration"}, true},
	{"too short and too long", "flow: f\nidle: 5s\nstart: a\nsteps:\n" + menu + "  b: {http: {url: \"http://a\", timeout: 1m}, next: a}\n", []string{"2 idle range", "6 b http.timeout range", "?6 b unreachable"}, false},
	{"too many tries", input("tries: 11"), []string{"4 a input.tries range"}, true},
	{"an empty text", head + "  a: {text: {en: \" \", uk: x}}\n", []string{"4 a text.en empty_text"}, true},
	{"an empty list", step("buttons: []"), []string{"4 a buttons empty_list"}, true},
	{"an empty row", step("buttons: [[]]"), []string{"4 a buttons[0] empty_list", "?4 a no_way_out"}, true},
	{"no text", head + "  a: {text: {}}\n", []string{"4 a text no_text"}, true},
	{"a long label", step("buttons: [[{label: {en: " + strings.Repeat("x", 251) + "}, do: menu}]]"), []string{"4 a buttons[0][0].label.en too_long"}, true},
	{"a long label in one language", head + "  a: {text: {en: A, uk: A}, buttons: [[{label: {uk: L, en: " + strings.Repeat("x", 251) + "}, do: menu}]]}\n", []string{"4 a buttons[0][0].label.en too_long"}, true},
	{"a long text", head + "  a: {text: {en: \"" + strings.Repeat("ї", 4097) + "\"}}\n", []string{"4 a text.en too_long"}, true},
	{"a long error", input("error: {en: " + strings.Repeat("x", 4097) + "}"), []string{"4 a input.error.en too_long"}, true},
	{"the same label twice", step("buttons: [[{label: {en: Menu}, do: menu}, {label: {en: Person}, do: handover}], [{label: {en: \"📦 menu!\"}, do: back}]]"), []string{"?4 a buttons[1][0].label same_label"}, false},
	{"the same label in another language", head + "  a: {text: {en: A, uk: A}, buttons: [[{label: {en: OK, uk: Так}, do: menu}], [{label: {en: Fine, uk: OK}, do: back}]]}\n", []string{"?4 a buttons[1][0].label same_label"}, false},
	{"an input without a field", head + "  a: {text: {en: \"{{field.}}\"}, input: {type: text}, next: a}\n", []string{"4 a input missing", "4 a text.en placeholder"}, true},
	{"a label of lines", step("buttons: [[{label: {en: \"a\\nb\"}, do: menu}]]"), []string{"4 a buttons[0][0].label.en one_line"}, true},
	{"a long row", step("buttons: [" + menus(0, 9) + "]"), []string{"4 a buttons[0] too_many"}, true},
	{"many buttons", step("buttons: [" + func() (rows string) {
		for i := range 17 {
			rows += menus(6*i, 6) + ","
		}
		return rows
	}() + "]"), []string{"4 a buttons too_many"}, false},
	{"many languages", head + "  a: {text: {" + func() (all string) {
		for c := 'a'; c < 'v'; c++ {
			all += "x" + string(c) + ": T, "
		}
		return all
	}() + "}}\n", []string{"4 a text too_many"}, true},
	{"much saved", service("url: \"http://a\", save: {" + func() (all string) {
		for i := range 21 {
			all += fmt.Sprintf("n%d: p, ", i)
		}
		return all
	}() + "}"), []string{"4 a http.save too_many"}, true},
	{"a word nobody knows", head + "  a: {text: {en: A}, do: handovr}\n", []string{"4 a do unknown_word"}, true},
	{"names", "flow: A b\nstart: Ä\ntrigger: {commands: [start, /start, /start]}\nsteps:\n  B C: {text: {english: x, en: y}, files: [x], tags: [\"a,b\"], assign: \"@olena\"}\n" +
		"  d: {http: {url: \"http://a\", headers: {\"a b\": c}, save: {A: b, c: \"a..b\"}}, next: d1}\n  d1: {input: {field: \"é\"}, text: {en: x}, next: d1}\n",
		[]string{"1 flow name_flow", "2 start name_step", "3 trigger.commands[0] name_command", "3 trigger.commands[2] twice", "5 B C name_step", "5 B C text.english name_language",
			"5 B C files[0] name_file", "5 B C tags[0] name_tag", "5 B C assign name_user", "6 d http.headers.a b name_header", "6 d http.save.A name_field", "6 d http.save.c name_path", "7 d1 input.field name_field"}, true},
	{"a long name", "flow: " + strings.Repeat("x", 21) + "\nstart: a\nsteps:\n" + menu, []string{"1 flow name_flow"}, true},
	{"no steps", "flow: f\nstart: a\nsteps: {}\n", []string{"2 start unknown_step", "3 steps steps"}, true},
	{"many steps", head + func() (steps string) {
		for i := range 501 {
			steps += fmt.Sprintf("  s%d: {text: {en: x}}\n", i)
		}
		return steps + "#"
	}(), []string{"2 start unknown_step", "3 steps steps"}, true},
	{"buttons and next", step("next: a, buttons: [[{label: {en: L}, do: menu}]]"), []string{"4 a several"}, true},
	{"input and do", step("do: close, input: {field: x}, next: a"), []string{"4 a several"}, true},
	{"input without next", step("input: {field: x}"), []string{"4 a no_next"}, true},
	{"http without next", step("http: {url: \"http://a\"}"), []string{"4 a no_next"}, true},
	{"a step that waits and says nothing", head + "  a: {input: {field: x}, next: a}\n", []string{"4 a silent"}, true},
	{"a step for nothing", head + "  a: {}\n", []string{"4 a empty_step"}, true},
	{"a button that leads nowhere", labelled("do: go"), []string{"4 a buttons[0][0] no_value"}, true},
	{"a button with too much", labelled("do: back, value: a"), []string{"4 a buttons[0][0].value needless_value"}, true},
	{"a button that closes", labelled("do: close"), []string{"4 a buttons[0][0].do unknown_word"}, true},
	{"a button without a label", step("buttons: [[{do: handover}]]"), []string{"4 a buttons[0][0] missing"}, true},
	{"the command of people", "flow: f\nstart: a\ntrigger: {commands: [/human]}\nsteps:\n" + menu, []string{"3 trigger.commands persons_way"}, true},
	{"a choice of nothing", input("type: choice"), []string{"4 a input no_choices"}, true},
	{"choices of a number", input("type: number, choices: [{en: x}]"), []string{"4 a input needless_choices"}, true},
	{"a pattern that RE2 does not take", input("pattern: '(?=a)b'"), []string{"4 a input.pattern pattern"}, false},
	{"a pattern that is open", input("pattern: 'a)('"), []string{"4 a input.pattern pattern"}, false},
	{"a pattern that becomes large", input("pattern: '" + strings.Repeat(`(\\pL*\\pN*){1000}`, 27) + "'"), []string{"4 a input.pattern complex"}, false},
	{"a pattern for long texts that is too slow for them", input("pattern: '.{1,300}'"), []string{"4 a input.pattern complex"}, false},
	{"a telephone as address", labelled("do: url, value: \"tel:+380441234567\""), []string{"4 a buttons[0][0].value url_button"}, true},
	{"a mailbox as address", labelled("do: url, value: \"mailto:a@b.c\""), []string{"4 a buttons[0][0].value url_button"}, true},
	{"a label that is the number of another", step("buttons: [[{label: {en: One}, do: menu}, {label: {en: \"1.\"}, do: handover}]]"), []string{"?4 a buttons number_label"}, false},
	{"many placeholders", head + "  a: {text: {en: \"" + strings.Repeat("{{bot.name}}", 51) + "\"}}\n", []string{"4 a text.en placeholders"}, false},
	{"a placeholder in a table", head + "  a: {text: {en: \"|a|b|\\n|-|-|\\n|{{bot.name}}|x|\"}}\n", []string{"4 a text.en placeholder_place"}, false},
	{"a placeholder as the server of a link", head + "  a: {text: {en: \"[x](https://{{bot.name}}/)\"}}\n", []string{"4 a text.en placeholder_place"}, false},
	{"a placeholder in the title of a link", head + "  a: {text: {en: '[x](https://a.b \"{{bot.name}}\")'}}\n", []string{"4 a text.en placeholder_place"}, false},
	{"long texts in a chain", head + "  a: {text: {en: A}, next: b}\n  b: {text: {en: " + strings.Repeat("x", 4001) + ", uk: x}, next: c}\n  c: {text: {en: " + strings.Repeat("x", 4000) + ", uk: x}}\n",
		[]string{"?4 a text language", "5 b long_chain"}, false},
	{"a body of GET", service("url: \"http://a\", body: '{}'"), []string{"4 a http body_of_get"}, true},
	{"a body that is no JSON", service("url: \"http://a\", method: POST, body: '{\"a\": {{field.x}}}'") + "  c: {text: {en: x}, input: {field: x}, next: b}\n", []string{"4 a http.body body_json", "?6 c unreachable"}, false},
	{"a header of the client", service("url: \"http://a\", headers: {Host: b}"), []string{"4 a http.headers.Host own_header"}, false},
	{"a header of lines", service("url: \"http://a\", headers: {X: \"a\\nHost: b\"}"), []string{"4 a http.headers.X one_line"}, true},
	{"a placeholder in a header", service("url: \"http://a\", headers: {X: \"{{field.phone}}\"}"), []string{"4 a http.headers.X no_placeholder"}, true},
	{"another scheme", service("url: \"file:///etc/passwd\""), []string{"4 a http.url url_service"}, true},
	{"no server", service("url: \"https:///x\""), []string{"4 a http.url url_service"}, true},
	{"a placeholder as server", service("url: \"https://{{field.phone}}/x\""), []string{"4 a http.url url_placeholder"}, true},
	{"a placeholder in the server", service("url: \"https://a.{{field.phone}}.b/x\""), []string{"4 a http.url url_placeholder"}, false},
	{"a placeholder in the fragment", service("url: \"https://a/x#{{field.phone}}\""), []string{"4 a http.url url_placeholder"}, false},
	{"a script as address", labelled("do: url, value: \"javascript:alert(1)\""), []string{"4 a buttons[0][0].value url_button"}, true},
	{"an address without a server", labelled("do: url, value: \"https://\""), []string{"4 a buttons[0][0].value url_button"}, true},
	{"an address that is none", labelled("do: url, value: \"http://a b%zz\""), []string{"4 a buttons[0][0].value url_button"}, false},
	{"a placeholder in an address", labelled("do: url, value: \"https://a/{{field.phone}}\""), []string{"4 a buttons[0][0].value no_placeholder"}, true},
	{"a placeholder in a label", step("buttons: [[{label: {en: \"{{bot.name}}\"}, do: handover}]]"), []string{"4 a buttons[0][0].label.en no_placeholder"}, true},
	{"unknown placeholders", head + "  a: {text: {en: \"{{customer.firstname}} {{field.x}} {{http.y}} {{}}\"}}\n", []string{"4 a text.en placeholder", "4 a text.en placeholder", "4 a text.en placeholder", "4 a text.en placeholder"}, false},
	{"a placeholder in a text of lines", head + "  a:\n    text:\n      uk: x\n      en: |-\n        one\n        {{nobody}}\n", []string{"7 a text.en placeholder"}, false},
	{"a placeholder that services cannot have", service("url: \"http://a/{{customer.first_name}}\""), []string{"4 a http.url service_placeholder"}, false},
	{"an open placeholder", head + "  a: {text: {en: \"{{bot.name}\"}}\n", []string{"4 a text.en placeholder_open"}, false},
	{"unknown steps", "flow: f\nstart: mian\nsteps:\n  main: {text: {en: A}, input: {field: x, else: nowhere}, next: main2}\n", []string{"2 start unknown_step", "4 main input.else unknown_step", "4 main next unknown_step"}, false},
	{"a circle", head + "  a: {text: {en: A}, next: b}\n  b: {text: {en: B}, next: a}\n", []string{"4 a loop"}, false},
	{"a circle through a service", head + "  a: {http: {url: \"http://a\", error: a}, next: b}\n  b: {text: {en: B}}\n", []string{"4 a loop"}, false},
	{"a circle through the menu", head + "  a: {text: {en: A}, do: menu}\n", []string{"4 a loop"}, false},
	{"a circle through back", head + "  a: {text: {en: A}, next: b}\n  b: {text: {en: B}, do: back}\n", []string{"4 a loop"}, false},
	{"a long chain", head + "  a: {text: {en: A}, next: s0}\n" + func() (steps string) {
		for i := range 50 {
			steps += fmt.Sprintf("  s%d: {text: {en: x}, next: s%d}\n", i, i+1)
		}
		return steps + "  s50: {text: {en: x}}\n"
	}(), []string{"5 s0 chain"}, false},
	{"many calls in a chain", head + "  a: {text: {en: A}, next: s0}\n" + func() (steps string) {
		for i := range 6 {
			steps += fmt.Sprintf("  s%d: {http: {url: \"http://a\", error: end}, next: t%d}\n  t%d: {text: {en: x}, next: s%d}\n", i, i, i, i+1)
		}
		return steps + "  s6: {text: {en: x}, next: end}\n  end: {text: {en: x}}\n"
	}(), []string{"5 s0 calls"}, false},
	{"many calls where they fail", head + func() (steps string) {
		for i := range 7 {
			steps += fmt.Sprintf("  %c: {http: {url: \"http://a\", error: %c}, next: h}\n", 'a'+i, 'b'+i)
		}
		return steps + "  h: {text: {en: x}}\n"
	}(), []string{"5 b calls"}, false},
	{"out of reach", head + menu + "  b: {text: {en: B}}\n", []string{"?5 b unreachable"}, false},
	{"no way out", head + "  a: {text: {en: A}, buttons: [[{label: {en: L}, do: go, value: b}]]}\n  b: {text: {en: B}, input: {field: x, else: a}, next: a}\n", []string{"?4 a no_way_out", "?5 b no_way_out"}, false},
	{"languages that differ", head + "  a: {text: {en: A, uk: Б}, buttons: [[{label: {en: L}, do: handover}]]}\n", []string{"?4 a buttons[0][0].label language"}, false},
	{"very much", head + "  a: {" + strings.Repeat("{}: x, ", 250) + "}\n", nil, true},
}

// kinds are problems in short.
func kinds(problems []Problem) (short []string) {
	for _, p := range problems {
		text := fmt.Sprint(p.Line)
		for _, part := range []string{p.Step, p.Field, strings.TrimPrefix(p.Key, "flow.problem.")} {
			if part != "" {
				text += " " + part
			}
		}
		if p.Warning {
			text = "?" + text
		}
		short = append(short, text)
	}
	return short
}

func TestEverythingThatIsWrongIsSaidAtItsLine(t *testing.T) {
	for _, b := range badFlows {
		t.Run(b.name, func(t *testing.T) {
			_, problems := Parse([]byte(b.text))
			require.NotEmpty(t, problems)
			if b.want != nil {
				require.Equal(t, b.want, kinds(problems))
			}
		})
	}
}

func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := assets.I18n.ReadFile("i18n/flow." + language + ".json")
	require.NoError(t, err)
	found := map[string]string{}
	require.NoError(t, json.Unmarshal(data, &found))
	return found
}

// say is the catalog of texts; a key that is missing fails the test.
func say(t *testing.T, all map[string]string) func(string, map[string]string) string {
	return func(key string, args map[string]string) string {
		text, ok := all[key]
		require.True(t, ok, key)
		var pairs []string
		for name, value := range args {
			pairs = append(pairs, "{{"+name+"}}", value)
		}
		return strings.NewReplacer(pairs...).Replace(text)
	}
}

func TestEveryProblemHasWordsAndARemedyInEveryLanguageAndNoWordIsLeftOver(t *testing.T) {
	used := map[string]bool{}
	for _, language := range []string{"en", "uk"} {
		all := texts(t, language)
		for _, b := range badFlows {
			_, problems := Parse([]byte(b.text))
			problems = append(problems, NoAgent([]byte(b.text), "a", "ivan"), NoFile([]byte(b.text), "a", 0, "x"), HiddenHeader([]byte(b.text), "a", "X-Key"))
			for _, p := range problems {
				said := p.Say(func(key string, args map[string]string) string {
					used[key] = true
					return say(t, all)(key, args)
				}, literal)
				require.NotRegexp(t, `\{\{(like|name|known|count|most|least|value|text|said|do|names|steps|example|line|step|field|where)\}\}`, said)
				require.Contains(t, said, fmt.Sprint(p.Line))
			}
		}
		for key := range all {
			kind, isRemedy := strings.CutPrefix(key, "flow.remedy.")
			if !used[key] && isRemedy { // each kind may be helped by "did you mean" in this table
				require.True(t, used["flow.problem."+kind], key)
				continue
			}
			require.True(t, used[key], "no flow of the table says %s", key)
		}
	}
}

func TestBothLanguagesHaveTheSameTextsAndArguments(t *testing.T) {
	en, uk := texts(t, "en"), texts(t, "uk")
	require.Equal(t, slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(uk)))
	for key := range en {
		arguments := regexp.MustCompile(`{{\w+}}`)
		require.ElementsMatch(t, arguments.FindAllString(en[key], -1), arguments.FindAllString(uk[key], -1), key)
	}
}

func TestAProblemIsReadByAPerson(t *testing.T) {
	_, problems := Parse([]byte(head + "  a: {text: {en: \"{{custmer.first_name}}\"}, next: back_}\n  back: {text: {en: \"*\"}}\n"))
	require.Len(t, problems, 3)
	require.Equal(t, "Line 4, step a, next: There is no step back_. Did you mean back?", problems[0].Say(say(t, texts(t, "en")), literal))
	require.Equal(t, "Рядок 4, крок a, text.en: Підстановка custmer.first_name невідома. Можливо, мається на увазі customer.first_name?", problems[1].Say(say(t, texts(t, "uk")), literal))
	require.Equal(t, "Line 5, step back (warning): No way leads to the step back from the start. Lead a button or next there, or remove it; a rule can also begin with it.", problems[2].Say(say(t, texts(t, "en")), literal))
	require.Equal(t, "line 4, step a, next: flow.problem.unknown_step map[like:back name:back_]", problems[0].String())
	require.True(t, Broken(problems))
	require.False(t, Broken(problems[2:]))
}

func TestOnlyNearNamesAreMeant(t *testing.T) {
	known := []string{"main", "menu", "track", "b", "customer.first_name"}
	for name, want := range map[string]string{"mian": "main", "men": "menu", "trakc": "track", "tracks": "track", "customer.firstname": "customer.first_name", "b_": "b", "c": "", "xy": "", "trock2": "track", "tr": "", "": "", strings.Repeat("x", 100): ""} {
		require.Equal(t, want, nearest(name, known), name)
	}
}

func TestMuchThatIsWrongIsCutWithAWord(t *testing.T) {
	_, problems := Parse([]byte(badFlows[len(badFlows)-1].text))
	require.Len(t, problems, maxProblems)
	require.Equal(t, "flow.problem.more", problems[maxProblems-1].Key)
}

func TestAliasesCannotMakeAHugeFlow(t *testing.T) {
	i := slices.IndexFunc(badFlows, func(b bad) bool { return b.name == "aliases that multiply" })
	_, problems := Parse([]byte(badFlows[i].text))
	require.True(t, Broken(problems))
	require.True(t, slices.ContainsFunc(problems, func(p Problem) bool { return p.Key == "flow.problem.too_much" }), kinds(problems))
}

func TestAnAliasOfItselfEnds(t *testing.T) {
	for _, text := range []string{
		"flow: f\nstart: a\nsteps: &s\n  a: *s\n", "flow: f\nstart: a\nsteps:\n  a: {text: {en: x}, buttons: &b [*b]}\n", "&a [*a]\n",
	} {
		_, problems := Parse([]byte(text))
		require.True(t, Broken(problems), text)
	}
}

// Some of these take other readers minutes; the bound leaves room for slow machines.
func TestHostileTextsAreReadFast(t *testing.T) {
	for _, piece := range []string{"[", "{", "- ", "? ", "&a ", "*a ", "#\n", "[{", "a: {", "a:\n", "\"\n", "a: b # c\n# d\n\n", "- #\n", "a,", "a: |\n\n", "\t", "'", "!!str ", "---\n", "{a,", "[a:,"} {
		began := time.Now()
		_, problems := Parse([]byte(strings.Repeat(piece, maxFile/len(piece))))
		require.Less(t, time.Since(began), 20*time.Second, "%q", piece)
		require.True(t, Broken(problems), "%q", piece)
	}
}

func TestJSONIsReadWithAllItsEscapes(t *testing.T) {
	f, problems := Parse([]byte(goodFlows["JSON"]))
	require.Empty(t, kinds(problems))
	require.Equal(t, "П\n\"q\" / 😀 \\ud83d \ufffd", f.Steps["a"].Text["en"])
	_, problems = Parse([]byte("{\n\"flow\": \"f\",\n\"start\": \"\\/\",\n\"steps\": {\"a\": {\"do\": \"handover\"}}}"))
	require.Equal(t, []string{"3 start name_step"}, kinds(problems))
}

func TestWhatIsNotSaidIsFilled(t *testing.T) {
	f, problems := Parse([]byte(head + "  a: {text: {en: A}, input: {field: x}, next: b}\n  b: {http: {url: \"http://s/x\"}, next: c}\n  c: {text: {en: C}}\n"))
	require.Empty(t, kinds(problems))
	require.Equal(t, Flow{Name: "f", Start: "a", Idle: time.Hour, Steps: map[string]Step{
		"a": {Text: Texts{"en": "A"}, Input: &Input{Field: "x", Type: InputText, Tries: 2}, Next: "b"},
		"b": {HTTP: &HTTP{Method: "GET", URL: "http://s/x", Timeout: 5 * time.Second}, Next: "c"},
		"c": {Text: Texts{"en": "C"}},
	}}, f)
}

func TestAnUnknownPlaceholderIsNeverMeantAsOneWithoutAName(t *testing.T) {
	_, problems := Parse([]byte(head + "  a: {text: {en: \"{{field.x}}\"}, input: {field: \"É\"}, next: a}\n"))
	require.NotEmpty(t, problems)
	for _, p := range problems {
		require.NotContains(t, p.Args["known"], "{{field.}}")
		require.NotEqual(t, "field.", p.Args["like"])
	}
}

func TestAFlowWithManyWarningsCanBeUsedAndWhatIsBrokenIsStillSaid(t *testing.T) {
	steps := ""
	for i := range 300 {
		steps += fmt.Sprintf("  s%d: {text: {en: x}}\n", i)
	}
	_, problems := Parse([]byte(head + menu + steps))
	require.NotEmpty(t, problems)
	require.False(t, Broken(problems))
	_, problems = Parse([]byte(head + strings.ReplaceAll(menu, "en: A", "en: \"{{nobody}}\"") + steps))
	require.Contains(t, kinds(problems), "4 a text.en placeholder")
}

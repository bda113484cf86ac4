// Values show as they are, wherever their placeholders stand: judged by how package richtext reads what was filled.

package flow

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// one fills every placeholder with the same value.
func one(value string) func(string) (string, bool) {
	return func(string) (string, bool) { return value, true }
}

// read is what a customer sees of Markdown, and what would be made of mentions and emoji in it.
func read(markdown string) richtext.Text {
	return richtext.FromMarkdown(markdown, richtext.Options{
		Mention: func(name string) (string, bool) { return "<mention of " + name + ">", true },
		Emoji:   func(name string) (string, bool) { return "<emoji " + name + ">", name == "smile" },
	})
}

func TestAValueIsLiteralWhereverItsPlaceholderStands(t *testing.T) {
	for text, c := range map[string]struct{ value, seen string }{
		"`{{field.f}}`":                       {"AB_12_*3*", "AB_12_*3*"},
		"```\nno. {{field.f}}\n```":           {"AB_12_*3*\n```\n**x**", "no. AB_12_*3* ``` **x**"},
		"    {{field.f}}":                     {"AB_12_*3*", "AB_12_*3*"},
		"**{{field.f}}**!":                    {"", "!"},
		"**{{field.f}}**, hi":                 {"a ** b ", "a ** b , hi"},
		"**{{field.f}}** hi":                  {"a\n\nb", "a\n\nb hi"},
		"- {{field.f}}\n- x":                  {"a\nb", "• a\nb\n• x"},
		"# {{field.f}}":                       {"a\n# b", "a\n# b"},
		"[{{field.f}}](https://e.ua)":         {"x](https://evil.com) [https://evil.com", "x](https://evil.com) [https://evil.com"},
		"[x](https://e.ua/t/{{field.f}})":     {"x) [click](https://evil.com", "x"},
		"https://e.ua/t?x={{field.f}}":        {"a_b*c &d=1)", "https://e.ua/t?x=a_b%2Ac%20%26d%3D1%29"},
		"<https://e.ua/{{field.f}}>":          {"ї>", "https://e.ua/%D1%97%3E"},
		"Hi @{{customer.username}}!":          {"olya", "Hi @olya!"},
		"Hi ~{{field.f}} #{{field.f}}":        {"town", "Hi ~town #town"},
		":{{field.f}}:":                       {"smile", ":smile:"},
		":smi{{field.f}}:":                    {"le", ":smile:"},
		"{{field.f}}smile:":                   {":", ":smile:"},
		"{{field.f}}le:":                      {":smi", ":smile:"},
		"{{field.f}}all":                      {"@", "@all"},
		`\{{field.f}}`:                        {"*x*", `\*x*`},
		"{{field.f}}*x*":                      {`\`, `\x`},
		"{{field.f}}(https://e.ua)":           {"[x]", "[x](https://e.ua)"},
		"{{field.f}}":                         {"https://e.ua/a_b", "https://e.ua/a_b"},
		"1{{field.f}} x":                      {".", "1. x"},
		"a\n{{field.f}}":                      {"---", "a\n---"},
		"a | b\n{{field.f}}|{{field.f}}":      {"-", "a | b\n-|-"},
		"&{{field.f}};":                       {"lt", "&lt;"},
		"{{field.f}}{{field.f}}x{{field.f}}*": {"*", "**x**"},
	} {
		shown := read(Fill(text, one(c.value)))
		require.Equal(t, c.seen, shown.Plain, "%q with %q", text, c.value)
	}
}

func TestALinkOfTheAuthorLeadsWhereHeSaid(t *testing.T) {
	shown := read(Fill("[{{field.f}}](https://e.ua/t/{{field.f}}?q={{field.f}}) and [b](https://e.ua/)", one("x) [c](https://evil.com \"t\"")))
	escaped := "x%29%20%5Bc%5D%28https%3A%2F%2Fevil.com%20%22t%22"
	var links []string
	for _, s := range shown.Spans {
		links = append(links, s.Value)
	}
	require.Equal(t, []string{"https://e.ua/t/" + escaped + "?q=" + escaped, "https://e.ua/"}, links)
}

func TestNobodySeesWhatKeepsAValueFromBeingAMention(t *testing.T) {
	filled := Fill("Hi @{{customer.username}}, #{{bot.name}}", one("olya"))
	require.Equal(t, "Hi @\u2060olya, #\u2060olya", filled, "a mention would ping in the thread")
	require.Equal(t, "Hi @olya, #olya", richtext.FromMarkdown(filled, richtext.Options{}).Plain)
	require.Equal(t, "mail@olya. 9:olya", strings.ReplaceAll(Fill("mail@{{x}}. 9:{{x}}", one("olya")), "\u2060", ""))
	require.Equal(t, "о 09:00.", Fill("о {{x}}.", one("09:00")))
}

func TestWhatTheAuthorWroteStaysAsItWas(t *testing.T) {
	for _, text := range []string{
		"## Hi {{x}} :smile:\n\n- **a** {{x}}\n- b\n\n> c {{x}}\n\n1. `{{x}}`\n2. [d](https://e.ua/{{x}})", "@support {{x}} #tag ~town", "| a | b |\n|---|---|\n| 1 | 2 |\n\n{{x}}",
	} {
		require.Equal(t, strings.ReplaceAll(text, "{{x}}", "Оля-1"), Fill(strings.ReplaceAll(text, "https://e.ua/{{x}}", "https://e.ua/Оля-1"), one("Оля-1")))
	}
}

// around are pieces of Markdown that a value could be taken for a part of.
var around = []string{
	"", " ", "\n", "\n\n", "a", "**", "*", "_", "~~", "`", "```\n", "- ", "1. ", "> ", "# ", "[", "](https://e.ua/", ")", "https://e.ua/t?x=", "@", "#", "~", ":", "\\", "!", "(", "|", "&", ";", "<", ">", "www.", ".", "    ",
}

// Neither formats nor links come from values, and they are all seen.
func TestAnyValueIsLiteralInAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(append([]string{"{{x}}", "{{x}}", "{{x}}"}, around...)), 1, 12).Draw(t, "text"), "")
		value := strings.Join(rapid.SliceOfN(rapid.SampledFrom(append([]string{"x", "https://evil.com", "[click](https://evil.com)", "smile", "all", "{{x}}", "\U00100000"}, around...)), 0, 5).Draw(t, "value"), "")
		filled := Fill(text, one(value))
		shown, blank := richtext.FromMarkdown(filled, richtext.Options{}), richtext.FromMarkdown(Fill(text, one("жж")), richtext.Options{})
		value = strings.TrimSpace(strings.ReplaceAll(value, "\U00100000", ""))
		if value != "" && strings.Contains(blank.Plain, "жж") {
			in := strings.Join(strings.Fields(shown.Plain), "")
			require.True(t, strings.Contains(in, strings.Join(strings.Fields(value), "")) || strings.Contains(in, escapeInAddress(value)), "%q in %q of %q", value, shown.Plain, filled)
		}
		for _, s := range shown.Spans {
			if s.Kind == richtext.Link && !isBare(s, shown.Plain[s.Start:s.End]) {
				require.Regexp(t, "^https?://(e\\.ua/|www\\.(a|https://e))", s.Value, "%q", filled)
			}
		}
		require.Subset(t, formats(blank), formats(shown), "%q", filled)
		require.NotContains(t, read(filled).Plain, "<mention of all>", "%q", filled)
		require.NotContains(t, read(filled).Plain, "<emoji", "%q", filled)
	})
}

// formats are the kinds of formatting in a text, but for links.
func formats(t richtext.Text) []richtext.Kind {
	found := []richtext.Kind{}
	for _, s := range t.Spans {
		if s.Kind != richtext.Link {
			found = append(found, s.Kind)
		}
	}
	return found
}

func TestWithoutSpecialCharactersNoPlaceholderIsMisplaced(t *testing.T) {
	pieces := []string{"{{x}}"}
	for _, piece := range append([]string{"---", "===", "a\n-\n", "http:"}, around...) {
		if !special.MatchString(piece) {
			pieces = append(pieces, piece)
		}
	}
	texts := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 11), func(list []string) string { return strings.Join(list, "") }).
		Filter(func(text string) bool { return !special.MatchString(text) })
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "before") + "{{x}}" + texts.Draw(t, "after")
		require.False(t, special.MatchString(text), text)
		read := readTemplate(text, 1)
		require.NotContains(t, read.unseen, true, text)
		require.NotContains(t, read.linked, true, text)
		require.Equal(t, dropStandIns(read.shape.Plain), dropStandIns(readTemplate(text, widestColumn).shape.Plain), text)
	})
}

func TestValuesTogetherAreNoLongerThanOneMayBe(t *testing.T) {
	long := strings.Repeat("ї", maxAnswer)
	require.Equal(t, long, Fill("{{x}}", one(long)))
	filled := Fill(strings.Repeat("{{field.f}}", 20_000), one(long))
	require.Equal(t, long, filled)
	require.Equal(t, strings.Repeat("a", 3000)+strings.Repeat("a", 999)+"…", Fill("{{x}}{{x}}{{x}}", one(strings.Repeat("a", 3000))))
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"їїїї", 2, "ї…"}, {"ab", 1, "…"}, {"a", 0, ""}, {"", 0, ""}} {
		require.Equal(t, c.want, Cut(c.text, c.most), c.text)
	}
}

func BenchmarkFill(b *testing.B) {
	b.Run("a greeting", func(b *testing.B) {
		for b.Loop() {
			Fill("Вітаємо, {{customer.first_name}}! Чим допомогти?", one("Оля"))
		}
	})
	text := strings.Repeat("**Доставка** до 2 кг — 70 грн, {{x}}\n", 50)
	b.Run("the longest text", func(b *testing.B) {
		for b.Loop() {
			Fill(text, one(strings.Repeat("*_`[", 20)))
		}
	})
}

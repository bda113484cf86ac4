// Tests of agents' Markdown as text to send: golden table and options.

package richtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFromMarkdownSaysWhatReadersOfThePostSee(t *testing.T) {
	for name, c := range map[string]struct {
		md   string
		want Text
	}{
		"plain":                   {"a-1 (b).", Plain("a-1 (b).")},
		"bold":                    {"**a** b", spanned("a b", mark{"a", Bold, ""})},
		"italic":                  {"*a* _b_", spanned("a b", mark{"a", Italic, ""}, mark{"b", Italic, ""})},
		"bold and italic":         {"***a***", spanned("a", mark{"a", Bold, ""}, mark{"a", Italic, ""})},
		"strike":                  {"~~a~~ ~b~", spanned("a ~b~", mark{"a", Strike, ""})},
		"code":                    {"`a*b*`", spanned("a*b*", mark{"a*b*", Code, ""})},
		"fence":                   {"a\n```go\nx\n\ny\n```\nb", spanned("a\nx\n\ny\nb", mark{"x\n\ny", Pre, "go"})},
		"indented code":           {"    x\n    y", spanned("x\ny", mark{"x\ny", Pre, ""})},
		"link":                    {`[a](https://b.c "t")`, spanned("a", mark{"a", Link, "https://b.c"})},
		"link with escapes":       {`[a](https://b.c/\(d\)?e&amp;f)`, spanned("a", mark{"a", Link, "https://b.c/(d)?e&f"})},
		"autolink":                {"<https://b.c>", spanned("https://b.c", mark{"https://b.c", Link, "https://b.c"})},
		"bare URL":                {"див. https://b.c/d_e_f.", spanned("див. https://b.c/d_e_f.", mark{"https://b.c/d_e_f", Link, "https://b.c/d_e_f"})},
		"bare URL in brackets":    {"(http://b.c/(d))", spanned("(http://b.c/(d))", mark{"http://b.c/(d)", Link, "http://b.c/(d)"})},
		"bare www":                {"www.b.c", spanned("www.b.c", mark{"www.b.c", Link, "http://www.b.c"})},
		"relative link":           {"[a](/team/x)", Plain("a")},
		"script link":             {"[a](javascript:x)", Plain("a")},
		"image":                   {"![a](https://b.c/d.png)", spanned("a", mark{"a", Link, "https://b.c/d.png"})},
		"image without text":      {"![](https://b.c)", spanned("https://b.c", mark{"https://b.c", Link, "https://b.c"})},
		"quote":                   {"> a\n> b\n\nc", spanned("a\nb\n\nc", mark{"a\nb", Quote, ""})},
		"bullets":                 {"- a\n- b\n  - c\n    d", Plain("• a\n• b\n  • c\n    d")},
		"numbers":                 {"3. a\n4. b", Plain("3. a\n4. b")},
		"heading":                 {"# a\nb", spanned("a\nb", mark{"a", Bold, ""})},
		"hashtag":                 {"#a", Plain("#a")},
		"rule":                    {"a\n\n---\n\nb", Plain("a\n\n———\n\nb")},
		"table":                   {"|a|bb|\n|-:|--|\n|ccc|**d**|", spanned("  a | bb\n----+---\nccc | d", mark{"  a | bb\n----+---\nccc | d", Pre, ""})},
		"line breaks":             {"a\nb  \nc\n\nd", Plain("a\nb\nc\n\nd")},
		"HTML":                    {"<b>a</b>\n\n<div>\nb", Plain("<b>a</b>\n\n<div>\nb")},
		"escapes":                 {`\*a\* ¯\\\_(ツ)\_/¯ \"`, Plain(`*a* ¯\_(ツ)_/¯ \"`)},
		"path":                    {`\\host\dir`, Plain(`\\host\dir`)},
		"entities":                {"&amp; &lt;b&gt; &#42; &copy; &nope; &copyx;", Plain("& <b> * © &nope; &copyx;")},
		"joiners go":              {"@" + joiner + "all **" + joiner + "!" + joiner + "**", spanned("@all !", mark{"!", Bold, ""})},
		"emoji shortcodes stay":   {":smile:", Plain(":smile:")},
		"mention without options": {"@anna", Plain("@anna")},
		"nothing":                 {" \n ", Text{}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want.Normal(), FromMarkdown(c.md, Options{}))
		})
	}
}

func TestFromMarkdownShowsUsersByName(t *testing.T) {
	users := map[string]string{"anna": "Анна", "j.doe": "John", "x_y-": "X"}
	o := Options{Mention: func(username string) (string, bool) {
		display, ok := users[username]
		return display, ok
	}}
	for md, want := range map[string]string{
		"@anna, hi":            "Анна, hi",
		"@anna.":               "Анна.",
		"**@j.doe**":           "John",
		"(@x_y-)":              "(X)",
		"@nobody":              "@nobody",
		"me@anna":              "me@anna",
		"привіт @anna@anna":    "привіт Анна@anna",
		"`@anna`":              "@anna",
		"@" + joiner + "anna":  "@anna",
		"@":                    "@",
		"@@anna":               "@Анна",
		"@annab @anna-":        "@annab Анна-",
		"[@anna](https://b.c)": "Анна",
	} {
		require.Equal(t, want, FromMarkdown(md, o).Plain, md)
	}
}

func TestFromMarkdownNeverLeaksInternalURLs(t *testing.T) {
	o := Options{Internal: func(url string) bool { return strings.Contains(url, "chat.internal") }}
	for md, want := range map[string]string{
		"see https://chat.internal/team/pl/x now":              "see  now",
		"[the post](https://chat.internal/x)":                  "the post",
		"[https://chat.internal/x](https://chat.internal/x) a": "a",
		"[https://chat.internal/x](https://public.example)":    "",
		"<https://chat.internal/x>":                            "",
		"`https://chat.internal/x` a":                          "a",
		"```\nhttps://chat.internal/x\n```\na":                 "a",
		"![](https://chat.internal/api/v4/files/x)a":           "a",
		"![a](/api/v4/files/x)":                                "a",
		"![](/api/v4/files/x)":                                 "",
		"www.chat.internal/x a":                                "a",
		"|a|\n|-|\n|[b](https://chat.internal/x)|":             "a\n-\nb",
		"https://public.example":                               "https://public.example",
	} {
		text := FromMarkdown(md, o)
		require.Equal(t, want, text.Plain, md)
		for _, s := range text.Spans {
			require.NotContains(t, s.Value, "chat.internal", md)
		}
	}
}

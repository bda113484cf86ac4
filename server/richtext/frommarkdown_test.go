// Tests of agents' Markdown as text to send: golden table and options.

package richtext

import (
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
		"linked image":            {"[![a](https://b.c/d.png)](https://e.f)", spanned("a", mark{"a", Link, "https://e.f"})},
		"image with a size":       {"![a](https://b.c/d.png =300x200) `![](e =1x1)`", spanned("a ![](e =1x1)", mark{"a", Link, "https://b.c/d.png"}, mark{"![](e =1x1)", Code, ""})},
		"image with size, title":  {`![a](https://b.c =x20 "d")`, spanned("a", mark{"a", Link, "https://b.c"})},
		"reference link":          {"[a][b] c\n\n[b]: https://d.e \"f\"\n\ng", spanned("a c\n\ng", mark{"a", Link, "https://d.e"})},
		"quote":                   {"> a\n> b\n\nc", spanned("a\nb\n\nc", mark{"a\nb", Quote, ""})},
		"quote in a quote":        {"> a\n>> b\n>> c\n\nd", spanned("a\n> b\n> c\n\nd", mark{"a\n> b\n> c", Quote, ""})},
		"quote in a list":         {"- a\n  > b\n  > c", spanned("• a\n  b\n  c", mark{"b\n  c", Quote, ""})},
		"list in a quote":         {"> 1. a\n>    - b", spanned("1. a\n   • b", mark{"1. a\n   • b", Quote, ""})},
		"code in a quote":         {"> ```go\n> x\n> ```", spanned("x", mark{"x", Quote, ""}, mark{"x", Pre, "go"})},
		"bullets":                 {"- a\n- b\n  - c\n    d", Plain("• a\n• b\n  • c\n    d")},
		"numbers":                 {"3. a\n4. b", Plain("3. a\n4. b")},
		"tasks":                   {"- [ ] a\n- [x] b **c**\n  - [X] d\n- [x](https://e.f)", spanned("☐ a\n☑ b c\n  ☑ d\n• x", mark{"c", Bold, ""}, mark{"x", Link, "https://e.f"})},
		"numbered task":           {"1. [ ] a\n   b", Plain("1. ☐ a\n     b")},
		"underlined heading":      {"a *b*\n===\nc", spanned("a b\nc", mark{"a b", Bold, ""}, mark{"b", Italic, ""})},
		"heading":                 {"# a\nb", spanned("a\nb", mark{"a", Bold, ""})},
		"hashtag":                 {"#a", Plain("#a")},
		"rule":                    {"a\n\n---\n\nb", Plain("a\n\n———\n\nb")},
		"table":                   {"|a|bb|\n|-:|--|\n|ccc|**d**|", spanned("  a | bb\n----+---\nccc | d", mark{"  a | bb\n----+---\nccc | d", Pre, ""})},
		"wide and joined letters": {"|a|b|\n|-|-|\n|日本|👍🏽|\n|e\u0301|є|", spanned("a    | b\n-----+---\n日本 | 👍🏽\ne\u0301    | є", mark{"a    | b\n-----+---\n日本 | 👍🏽\ne\u0301    | є", Pre, ""})},
		"centred column":          {"|a|\n|:-:|\n|bbb|\n|`c\\|d`|", spanned(" a\n---\nbbb\nc|d", mark{" a\n---\nbbb\nc|d", Pre, ""})},
		"backslash before a line": {"C:\\temp\\\nb", Plain("C:\\temp\\\nb")},
		"LaTeX":                   {"$$x^2_3 < y$$", Plain("$$x^2_3 < y$$")},
		"footnote":                {"a[^1]\n\n[^1]: b", Plain("a[^1]\n\n[^1]: b")},
		"channel":                 {"див. ~town-square", Plain("див. ~town-square")},
		"language that is none":   {"```{.py}\nx\n```", spanned("x", mark{"x", Pre, ""})},
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

func TestFromMarkdownShowsEmojiAsCharacters(t *testing.T) {
	known := map[string]string{"smile": "😄", "+1": "👍", "100": "💯", "white_check_mark": "✅", "flag-ua": "🇺🇦"}
	o := Options{
		Emoji: func(name string) (string, bool) {
			unicode, ok := known[name]
			return unicode, ok
		},
		Mention: func(username string) (string, bool) { return "Анна", username == "anna" },
	}
	for md, want := range map[string]string{
		":smile:":                         "😄",
		"так:smile::+1:":                  "так😄👍",
		"**:smile:** [:+1:](https://b.c)": "😄 👍",
		"# :white_check_mark: a":          "✅ a",
		":flag-ua:@anna":                  "🇺🇦Анна",
		":our_logo: :our_logo:smile:":     ":our_logo: :our_logo😄",
		":) :-D : :: :::":                 ":) :-D : :: :::",
		"10:30:45 :100:":                  "10:30:45 💯",
		":" + joiner + "smile:":           ":smile:",
		"`:smile:`":                       ":smile:",
		"```\n:smile:\n```":               ":smile:",
		"    :smile:":                     ":smile:",
		"https://b.c/:smile:":             "https://b.c/:smile:",
		"|:smile:|\n|-|\n|`:+1:`|":        "😄\n----\n:+1:",
	} {
		require.Equal(t, want, FromMarkdown(md, o).Plain, md)
	}
}

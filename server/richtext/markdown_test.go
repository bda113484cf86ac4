// Tests of customers' text as Markdown: golden table and acceptance cases.

package richtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spanned marks the first occurrence of each part of plain.
func spanned(plain string, marks ...mark) Text {
	t := Text{Plain: plain}
	for _, m := range marks {
		start := strings.Index(plain, m.part)
		if start < 0 {
			panic("no " + m.part + " in " + plain)
		}
		t.Spans = append(t.Spans, Span{Start: start, End: start + len(m.part), Kind: m.kind, Value: m.value})
	}
	return t
}

type mark struct {
	part  string
	kind  Kind
	value string
}

func TestMarkdownShowsCustomersTextAsSent(t *testing.T) {
	const wj = joiner
	for name, c := range map[string]struct {
		text Text
		want string
	}{
		"ordinary punctuation stays":       {Plain("a-1 (b)."), "a-1 (b)."},
		"a lone star stays":                {Plain("3 * 4 = 12"), "3 * 4 = 12"},
		"underscores in words stay":        {Plain("snake_case та snake__case"), "snake_case та snake__case"},
		"underscores around words":         {Plain("_a_ __b__"), `\_a_ \_\_b__`},
		"underscores in Cyrillic":          {Plain("а_б_"), `а\_б\_`},
		"stars":                            {Plain("*a* **b**"), `\*a\* \*\*b\*\*`},
		"tildes":                           {Plain("~~a~~"), `\~\~` + wj + `a\~\~`},
		"backticks":                        {Plain("`a` ```"), "\\`a\\` \\`\\`\\`"},
		"mention":                          {Plain("@all (@here) _@channel"), "@" + wj + "all (@" + wj + "here) \\_@" + wj + "channel"},
		"mention after a Cyrillic letter":  {Plain("увага@all"), "увага@" + wj + "all"},
		"e-mail stays":                     {Plain("me@example.com"), "me@example.com"},
		"channel link":                     {Plain("~town-square"), `\~` + wj + "town-square"},
		"channel link inside":              {Plain("see ~town-square"), "see ~" + wj + "town-square"},
		"hashtag":                          {Plain("#sale і #знижка C#"), "#" + wj + "sale і #" + wj + "знижка C#"},
		"emoji shortcode":                  {Plain(":smile: 10:30:45"), ":" + wj + "smile: 10:30:45"},
		"heading":                          {Plain("# a\n###### b\n#"), "\\# a\n\\###### b\n\\#"},
		"bullets":                          {Plain("- a\n+ b\n* c"), "\\- a\n\\+ b\n\\* c"},
		"numbers":                          {Plain("1. a\n2) b\n3.5"), "1\\. a\n2\\) b\n3.5"},
		"quote":                            {Plain("> a\n>b"), "\\> a\n\\>b"},
		"rules and underlines of headings": {Plain("a\n---\nb\n==="), "a\n" + wj + "---\nb\n" + wj + "==="},
		"table":                            {Plain("a|b\n-|-\n1|2"), "a|b\n" + wj + "-|-\n1|2"},
		"indent":                           {Plain("    a\n\tb\n  c"), wj + "    a\n" + wj + "\tb\n  c"},
		"definition":                       {Plain("[a]: http://b.c"), `\[a]: [http://b.c](http://b.c)`},
		"link as characters":               {Plain("see [a](b)"), `see [a]\(b)`},
		"image as characters":              {Plain("![a](http://b.c)"), `!\[a]\([http://b.c](http://b.c))`},
		"HTML":                             {Plain("<b>a</b> <!-- x --> 1 < 2 <3"), "&lt;b>a&lt;/b> &lt;!-- x --> 1 < 2 &lt;3"},
		"entity":                           {Plain("&lt; & a&b; &#64;all"), "&amp;lt; & a&amp;b; &amp;#64;all"},
		"backslashes":                      {Plain(`C:\dir \* \\host a\`), `C:\dir \\\* \\\host a\\`},
		"bare URL":                         {Plain("див. https://a.b/c_d?e=1&f=2."), "див. [https://a.b/c_d?e=1&f=2](https://a.b/c_d?e=1&f=2)."},
		"bare URL with brackets":           {Plain("(https://a.b/c_(d))"), "([https://a.b/c_(d)](https://a.b/c_%28d%29))"},
		"bare www":                         {Plain("www.a.b"), "[www.a.b](http://www.a.b)"},
		"URL after an exclamation mark":    {Plain("о!http://a.b"), "о!" + wj + "[http://a.b](http://a.b)"},
		"foreign schemes":                  {Plain("mattermost://a javascript:alert(1)"), "mattermost:" + wj + "//a javascript:alert(1)"},
		"link":                             {spanned("тут так", mark{"тут", Link, "https://a.b/(c)"}), "[тут](https://a.b/%28c%29) так"},
		"link with brackets in the label":  {spanned("[x] y", mark{"[x] y", Link, "https://a.b"}), "[&#91;x&#93; y](https://a.b)"},
		"forbidden link":                   {spanned("тут", mark{"тут", Link, "javascript:alert(1)"}), "тут"},
		"telegram user link":               {spanned("Олена", mark{"Олена", Link, "tg://user?id=1"}), "Олена"},
		"spaces move out of markers":       {spanned("a b c", mark{" b ", Bold, ""}), "a **b** c"},
		"inside a word":                    {spanned("абвг", mark{"бв", Italic, ""}), "а*бв*г"},
		"inside a word with punctuation":   {spanned("а(б)г", mark{"(б)", Bold, ""}), "а**" + wj + "(б)" + wj + "**г"},
		"bold and italic":                  {spanned("ab", mark{"ab", Bold, ""}, mark{"ab", Italic, ""}), "***ab***"},
		"bold in italic":                   {spanned("a b c", mark{"a b c", Italic, ""}, mark{"b", Bold, ""}), "*a* ***b*** *c*"},
		"italic in bold":                   {spanned("a b c", mark{"a b c", Bold, ""}, mark{"b", Italic, ""}), "**a *b* c**"},
		"bold beside italic":               {spanned("ab", mark{"a", Bold, ""}, mark{"b", Italic, ""}), "**a**" + wj + "*b*"},
		"italic twice in a bold word":      {Text{"abcd", []Span{{0, 4, Bold, ""}, {0, 1, Italic, ""}, {2, 3, Italic, ""}}}, "***a***" + wj + "**b**" + wj + "***c***" + wj + "**d**"},
		"several lines":                    {spanned("a\nb", mark{"a\nb", Bold, ""}), "**a**\n**b**"},
		"star in bold":                     {spanned("a*b", mark{"a*b", Bold, ""}), "**a&#42;b**"},
		"tilde in strike":                  {spanned("a~", mark{"a~", Strike, ""}), "~~a&#126;~~"},
		"code with backticks":              {spanned("a `b` c", mark{"`b`", Code, ""}), "a `` `b` `` c"},
		"code is literal":                  {spanned("x @all *b*", mark{"@all *b*", Code, ""}), "x `@all *b*`"},
		"underline leaves text":            {spanned("a b", mark{"b", Underline, ""}), "a b"},
		"quote span":                       {spanned("a\nb\nc", mark{"a\nb", Quote, ""}), "> a\n> b\n\nc"},
		"quote with code block":            {spanned("q\nx\nc", mark{"q\nx", Quote, ""}, mark{"x", Pre, ""}), "> q\n> ```\n> x\n> ```\n\nc"},
		"code block":                       {spanned("a\nx := 1\nb", mark{"x := 1", Pre, "go"}), "a\n```go\nx := 1\n```\nb"},
		"bold dash is no rule":             {spanned("-", mark{"-", Bold, ""}), "**" + wj + "-**"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, c.text.Markdown())
			back := FromMarkdown(c.want, Options{})
			require.Equal(t, letters(c.text.Plain), letters(back.Plain), "read back")
		})
	}
}

func TestFormatsThatMattermostLacksLeaveTheirText(t *testing.T) {
	for name, c := range map[string]struct {
		text Text
		want string
	}{
		"spoiler":                 {spanned("a b", mark{"b", Spoiler, ""}), "a b"},
		"spoiler in bold":         {spanned("a b", mark{"a b", Bold, ""}, mark{"b", Spoiler, ""}), "**a b**"},
		"underline":               {spanned("a b", mark{"b", Underline, ""}), "a b"},
		"custom emoji":            {Plain("a 🔥"), "a 🔥"},
		"expandable quote":        {spanned("a\nb\nc", mark{"a\nb", Quote, "expandable"}), "> a\n> b\n\nc"},
		"quote in a quote":        {spanned("a\nb", mark{"a\nb", Quote, ""}, mark{"b", Quote, ""}), "> a\n> b"},
		"quotes that cross":       {spanned("a\nb\nc", mark{"a\nb", Quote, ""}, mark{"b\nc", Quote, ""}), "> a\n> b\n> c"},
		"language with a space":   {spanned("a", mark{"a", Pre, "go mod"}), "```\na\n```"},
		"unknown kind":            {spanned("a", mark{"a", kinds + 1, ""}), "a"},
		"joiners of the customer": {Plain(joiner + "a" + joiner + "b"), joiner + "a" + joiner + "b"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, c.text.Markdown()) })
	}
}

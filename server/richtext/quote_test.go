// Tests of what replies begin with that answer a certain message.

package richtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLeadingQuoteIsCutFromTheReply(t *testing.T) {
	for name, c := range map[string]struct{ md, quote, rest string }{
		"a line":                    {"> Коли буде?\n\nЗавтра.", "Коли буде?", "Завтра."},
		"without a blank line":      {"> a\nb", "a", "b"},
		"without a space":           {">a\n\nb", "a", "b"},
		"several lines":             {"> a\n> b\n>\n> c\n\n\nd\n\ne", "a\nb\n\nc", "d\n\ne"},
		"blank lines before":        {"\n\n > a\n\nb", "a", "b"},
		"formatting":                {"> **a** [b](https://c.d) `e`\n\n*f*", "a b (https://c.d) e", "*f*"},
		"escapes and joiners":       {`> a\*b @` + joiner + "all\n\nc", "a*b @all", "c"},
		"a code block":              {"> ```\n> a\n>   b\n> ```\n\nc", "a\n  b", "c"},
		"a quote in the quote":      {"> > a\n>\n> b\n\nc", "> a\n\nb", "c"},
		"a second quote":            {"> a\n\n> b\n\nc", "a", "> b\n\nc"},
		"nothing behind":            {"> a\n", "a", ""},
		"the reply is indented":     {"> a\n\n    code", "a", "    code"},
		"lines of another computer": {"> a\r\n> b\r\n\r\nc", "a\nb", "c"},
	} {
		t.Run(name, func(t *testing.T) {
			quote, rest, ok := LeadingQuote(c.md)
			require.True(t, ok)
			require.Equal(t, c.quote, quote)
			require.Equal(t, c.rest, rest)
		})
	}
}

func TestLeadingQuoteLeavesOtherPostsAlone(t *testing.T) {
	for _, md := range []string{"", "a", "a\n> b", "    > a", `\> a`, ">", "> \n\na", "- > a", "1 > 0", "&gt; a"} {
		quote, rest, ok := LeadingQuote(md)
		require.False(t, ok, md)
		require.Empty(t, quote)
		require.Equal(t, md, rest)
	}
}

func TestLeadingLinkIsCutFromTheReply(t *testing.T) {
	const permalink = "https://chat.example.com/team/pl/8fg3tq"
	for name, c := range map[string]struct{ md, url, rest string }{
		"bare, on a line":       {permalink + "\nтак", permalink, "так"},
		"bare, before a word":   {permalink + "  так", permalink, "так"},
		"bare, before Markdown": {permalink + " **так**", permalink, "**так**"},
		"alone":                 {" \n" + permalink + " \n", permalink, ""},
		"in angle brackets":     {"<" + permalink + ">\n\nтак", permalink, "так"},
		"with a label":          {"[той допис](" + permalink + ") так", permalink, "так"},
		"with a title":          {"[a](" + permalink + " \"b\")\nтак", permalink, "так"},
		"escaped":               {`[a](https://b.c/d\_e&amp;f) g`, "https://b.c/d_e&f", "g"},
		"capital scheme":        {"HTTPS://b.c/D e", "HTTPS://b.c/D", "e"},
		"without a scheme":      {"www.b.c d", "http://www.b.c", "d"},
		"many lines behind":     {permalink + "\n\n- a\n- b", permalink, "- a\n- b"},
	} {
		t.Run(name, func(t *testing.T) {
			url, rest, ok := LeadingLink(c.md)
			require.True(t, ok)
			require.Equal(t, c.url, url)
			require.Equal(t, c.rest, rest)
		})
	}
}

func TestLeadingLinkLeavesOtherPostsAlone(t *testing.T) {
	for _, md := range []string{
		"", "a", "a https://b.c", "https://b.c, d", "https://b.c)", "[a](https://b.c).", "[a](https://b.c)d",
		"[a](/b)", "[a](mailto:b@c.d) e", "<b@c.d>", "![a](https://b.c)", "`https://b.c`", "**https://b.c** d",
		"> https://b.c", "# https://b.c", "- https://b.c", "https://", "[a](https://b.c)**d**",
	} {
		url, rest, ok := LeadingLink(md)
		require.False(t, ok, md)
		require.Empty(t, url)
		require.Equal(t, md, rest)
	}
}

func TestQuoteKeyTellsTextsApartAndForgivesTheWayThroughMarkdown(t *testing.T) {
	same := [][2]string{
		{"a b\n c", "a  b\n\nc\t"},
		{"@all", "@" + joiner + "all"},
		{"a*b", `a\*b`},
		{"> a\nb", "a\n\nb"},
		{"тут (https://a.b) і", "тут і"},
		{"a (tg://b) (Viber://c)", "a"},
		{"a\u2424b", "a\u240ab"},
		{strings.Repeat("ї", 200) + "a", strings.Repeat("ї", 200) + "b"},
	}
	for _, pair := range same {
		require.Equal(t, QuoteKey(pair[0]), QuoteKey(pair[1]), pair[0])
	}
	for _, pair := range [][2]string{
		{"a", "A"},
		{"a", "b"},
		{"a (b)", "a"},
		{"https://a.b", "https://a.c"},
		{"(так: a)", "(так: b)"},
		{strings.Repeat("ї", 199) + "a", strings.Repeat("ї", 199) + "b"},
	} {
		require.NotEqual(t, QuoteKey(pair[0]), QuoteKey(pair[1]), pair[0])
	}
	require.Len(t, QuoteKey("a"), 32)
	require.NotContains(t, QuoteKey("вантаж"), "вантаж")
}

func TestAQuoteOfACustomersMessageHasTheKeyOfTheMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t)
		if letters(text.Plain) == "" {
			return
		}
		reply := rapid.SampledFrom([]string{"", "так", "**так**", "    так", "# так"}).Draw(t, "reply")
		post := "> " + strings.ReplaceAll(text.Markdown(), "\n", "\n> ") + "\n\n" + reply
		quote, rest, ok := LeadingQuote(post)
		require.True(t, ok, post)
		require.Equal(t, reply, rest)
		require.Equal(t, QuoteKey(text.PlainText()), QuoteKey(quote), "%q quoted as %q", text.PlainText(), quote)
	})
}

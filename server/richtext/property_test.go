// Properties that hold for every text.

package richtext

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// pieces are what the texts of the properties are made of: all that means
// something to some Markdown, and what is hard to count.
var pieces = []string{
	"a", "b1", "слово", "Ї", " ", " ", "\n", "\n\n", "\t", "    ", "\u00a0", "*", "**", "_", "__", "~", "~~", "`", "```",
	"#", "# ", ">", "> ", "-", "- ", "+", "1. ", "2) ", "|", "|-|", "---", "===", "[", "]", "(", ")", "](", "![", "<", ">", "<b>", "</",
	"&", "&amp;", "&#42;", "\\", "\\\\", "@", "@all", "@user_1", "~town", "#tag", ":", ":smile:", "http://a.b/c_(d)", "https://x.y?a=[1]&amp;*",
	"www.z.w", "me@a.bc", "mattermost://x", "javascript:x", "!", "?", ".", "\"", "'", "$", "{", "}", "=", "/", "👍🏽", "👨‍👩‍👧", "e\u0301", "\u0301", "🇺🇦", "ש", joiner,
}

func drawPlain(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 25).Draw(t, "pieces"), "")
}

func drawText(t *rapid.T) Text {
	text := Text{Plain: drawPlain(t)}
	for range rapid.IntRange(0, 6).Draw(t, "spans") {
		s := Span{
			Start: rapid.IntRange(-1, len(text.Plain)+1).Draw(t, "start"),
			Kind:  Kind(rapid.IntRange(0, int(kinds)).Draw(t, "kind")),
		}
		s.End = s.Start + rapid.IntRange(-1, 30).Draw(t, "length")
		if s.Kind == Link || s.Kind == Pre {
			s.Value = rapid.SampledFrom([]string{"", "go", "http://l.k/(m)?n=[o]", "https://p.q", "javascript:alert(1)", "tg://user?id=1"}).Draw(t, "value")
		}
		text.Spans = append(text.Spans, s)
	}
	return text
}

func TestNormalNestsAndIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		requireNested(t, text)
		require.Equal(t, text, text.Normal())
	})
}

func requireNested(t require.TestingT, text Text) {
	require.True(t, utf8.ValidString(text.Plain))
	var open []Span
	at := 0
	for _, s := range text.Spans {
		require.GreaterOrEqual(t, s.Start, at)
		at = s.Start
		for len(open) > 0 && open[len(open)-1].End <= s.Start {
			open = open[:len(open)-1]
		}
		require.Less(t, s.Start, s.End)
		require.LessOrEqual(t, s.End, len(text.Plain))
		require.Equal(t, s.Start, runeStart(text.Plain, s.Start))
		require.Equal(t, s.End, runeStart(text.Plain, s.End))
		if len(open) > 0 {
			outer := open[len(open)-1]
			require.LessOrEqual(t, s.End, outer.End)
			require.False(t, isVerbatim(outer))
		}
		open = append(open, s)
	}
}

func TestUTF16ConvertsThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		require.Equal(t, text, FromUTF16(text.Plain, text.UTF16()))
	})
}

func TestFromUTF16ToleratesAnySpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var spans []UTF16Span
		for range rapid.IntRange(0, 5).Draw(t, "spans") {
			spans = append(spans, UTF16Span{
				Offset: rapid.Int().Draw(t, "offset"),
				Length: rapid.Int().Draw(t, "length"),
				Kind:   Kind(rapid.IntRange(0, int(kinds)).Draw(t, "kind")),
				Value:  "http://a.b",
			})
		}
		requireNested(t, FromUTF16(rapid.String().Draw(t, "plain"), spans))
	})
}

// TestMarkdownOfCustomersMeansNothingElse reads the Markdown of any customer's
// text as if an agent had written it.
func TestMarkdownOfCustomersMeansNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		md := text.Markdown()
		back := FromMarkdown(md, Options{Mention: func(name string) (string, bool) {
			t.Fatalf("mention of %q in %q", name, md)
			return "", false
		}})
		require.Equal(t, letters(text.Plain), letters(back.Plain), md)
		had := formats(text)
		for i, format := range formats(back) {
			for kind, value := range format {
				if bare, err := url.PathUnescape(value); kind == Link && err == nil &&
					strings.Contains(letters(text.Plain), strings.TrimPrefix(bare, "http://")) {
					continue
				}
				require.Contains(t, had[i], kind, "character %d of %q", i, md)
			}
		}
		for i, format := range had {
			for _, kind := range []Kind{Bold, Italic, Strike} {
				_, code := format[Code]
				_, pre := format[Pre]
				if _, ok := format[kind]; ok && !code && !pre {
					require.Contains(t, formats(back)[i], kind, "character %d of %q lost it", i, md)
				}
			}
		}
	})
}

// letters returns s without white space and joiners.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || string(r) == joiner {
			return -1
		}
		return r
	}, s)
}

// formats returns for each of the letters of a text the kinds on it.
func formats(text Text) []map[Kind]string {
	var out []map[Kind]string
	for i, r := range text.Plain {
		if letters(string(r)) == "" {
			continue
		}
		format := map[Kind]string{}
		for _, s := range text.Spans {
			if s.Start <= i && i < s.End {
				format[s.Kind] = s.Value
			}
		}
		out = append(out, format)
	}
	return out
}

func TestMarkdownIsStableThroughReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := FromMarkdown(drawPlain(t), Options{})
		twice := FromMarkdown(once.Markdown(), Options{})
		require.Equal(t, letters(once.Plain), letters(twice.Plain), once.Markdown())
	})
}

func TestConcatKeepsLengthFormattingAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawText(t).Normal(), drawText(t).Normal(), drawText(t).Normal()
		all := Concat(a, b, c)
		require.Equal(t, a.Plain+b.Plain+c.Plain, all.Plain)
		require.Equal(t, append(append(formats(a), formats(b)...), formats(c)...), formats(all))
		require.Equal(t, all, Concat(Concat(a, b), c))
		require.Equal(t, all, Concat(a, Text{}, Concat(b, c)))
		for _, unit := range []Unit{CodePoints, UTF16Units, Bytes} {
			require.Equal(t, a.Len(unit)+b.Len(unit)+c.Len(unit), all.Len(unit))
		}
	})
}

func TestTrimTakesWhiteSpaceOffTheEndsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		trimmed := text.Trim()
		require.Equal(t, trimmed.Normal(), trimmed)
		require.Equal(t, strings.TrimSpace(text.Plain), trimmed.Plain)
		require.Equal(t, formats(text), formats(trimmed))
		require.Equal(t, trimmed, trimmed.Trim())
		require.Equal(t, trimmed, Concat(Plain(" \n"), text, Plain("\t ")).Trim())
	})
}

func TestPlainTextLosesNoLetterAndNoAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		plain := text.PlainText()
		require.True(t, contains(plain, letters(text.Plain)), "%q lacks some of %q", plain, text.Plain)
		for _, s := range text.Spans {
			if s.Kind == Link && linkable(s.Value, agentSchemes) && !sameURL(text.Plain[s.Start:s.End], s.Value) {
				require.Contains(t, plain, "("+percentEncode(s.Value, "()")+")")
			}
		}
		for _, unformatted := range []Text{Plain(text.Plain), {Plain: text.Plain, Spans: []Span{{0, len(text.Plain), Bold, ""}}}} {
			require.Equal(t, text.Plain, unformatted.PlainText())
		}
	})
}

// contains tells whether the letters stand in s in their order.
func contains(s, letters string) bool {
	for _, r := range letters {
		i := strings.IndexRune(s, r)
		if i < 0 {
			return false
		}
		s = s[i+len(string(r)):]
	}
	return true
}

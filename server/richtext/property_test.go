// Properties that hold for every text.

package richtext

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
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

func TestSplitKeepsLimitsGraphemesAndText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		unit := Unit(rapid.IntRange(0, 2).Draw(t, "unit"))
		limit := rapid.IntRange(25, 60).Draw(t, "max")
		parts := text.Split(limit, unit)
		var all strings.Builder
		at := 0
		for _, part := range parts {
			requireNested(t, part)
			require.LessOrEqual(t, part.Len(unit), limit)
			require.NotEmpty(t, strings.TrimSpace(part.Plain))
			all.WriteString(part.Plain)
			i := strings.Index(text.Plain[at:], part.Plain)
			require.GreaterOrEqual(t, i, 0)
			at += i + len(part.Plain)
		}
		require.Equal(t, letters(text.Plain), letters(all.String()))
		if longestCluster(text.Plain, unit) <= limit {
			require.Equal(t, graphemes(text), graphemes(parts...))
		}
		var joined []map[Kind]string
		for _, part := range parts {
			joined = append(joined, formats(part)...)
		}
		require.Equal(t, formats(text), joined)
	})
}

func longestCluster(s string, u Unit) int {
	longest, start := 0, 0
	for _, end := range clusters(s) {
		longest = max(longest, length(s[start:end], u))
		start = end
	}
	return longest
}

// graphemes returns the grapheme clusters of the texts that are not white space.
func graphemes(texts ...Text) []string {
	var all []string
	for _, text := range texts {
		for g := uniseg.NewGraphemes(text.Plain); g.Next(); {
			if strings.TrimSpace(g.Str()) != "" {
				all = append(all, g.Str())
			}
		}
	}
	return all
}

func TestSplitOfTinyLimitsStillKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t).Normal()
		unit := Unit(rapid.IntRange(0, 2).Draw(t, "unit"))
		var all strings.Builder
		for _, part := range text.Split(rapid.IntRange(-1, 8).Draw(t, "max"), unit) {
			require.NotEmpty(t, strings.TrimSpace(part.Plain))
			all.WriteString(part.Plain)
		}
		require.Equal(t, letters(text.Plain), letters(all.String()))
	})
}

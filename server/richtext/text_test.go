// Tests of the operations on texts.

package richtext

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormalCleansTextAndMovesSpans(t *testing.T) {
	text := Text{Plain: "a\x00b\r\nc\xffd\re\tf", Spans: []Span{
		{Start: 2, End: 6, Kind: Bold}, // b, \r\n, c
		{Start: 6, End: 8, Kind: Code}, // the bad byte and d
		{Start: 8, End: 99, Kind: Italic},
		{Start: 3, End: 3, Kind: Strike},
		{Start: 0, End: 1, Kind: Link},
		{Start: 0, End: 1, Kind: kinds},
	}}
	require.Equal(t, Text{Plain: "ab\nc\ufffdd\ne\tf", Spans: []Span{
		{Start: 1, End: 4, Kind: Bold},
		{Start: 4, End: 8, Kind: Code},
		{Start: 8, End: 12, Kind: Italic},
	}}, text.Normal())
}

func TestNormalCutsTheLesserOfCrossingSpans(t *testing.T) {
	for name, c := range map[string]struct{ spans, want []Span }{
		"bold into link": {
			[]Span{{0, 4, Bold, ""}, {2, 6, Link, "u"}},
			[]Span{{0, 2, Bold, ""}, {2, 6, Link, "u"}, {2, 4, Bold, ""}},
		},
		"link into bold": {
			[]Span{{0, 4, Link, "u"}, {2, 6, Bold, ""}},
			[]Span{{0, 4, Link, "u"}, {2, 4, Bold, ""}, {4, 6, Bold, ""}},
		},
		"bold into code": {
			[]Span{{0, 4, Bold, ""}, {2, 6, Code, ""}},
			[]Span{{0, 2, Bold, ""}, {2, 6, Code, ""}},
		},
		"inside pre": {
			[]Span{{0, 8, Pre, "go"}, {2, 6, Bold, ""}, {2, 6, Quote, ""}},
			[]Span{{0, 8, Pre, "go"}},
		},
		"around code": {
			[]Span{{0, 8, Bold, ""}, {2, 6, Code, ""}},
			[]Span{{0, 8, Bold, ""}, {2, 6, Code, ""}},
		},
		"two links":  {[]Span{{0, 4, Link, "u"}, {2, 6, Link, "v"}}, []Span{{0, 4, Link, "u"}, {4, 6, Link, "v"}}},
		"same twice": {[]Span{{0, 4, Bold, ""}, {2, 6, Bold, ""}}, []Span{{0, 6, Bold, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, Text{Plain: "12345678", Spans: c.spans}.Normal().Spans)
		})
	}
}

func TestLenCountsInEachUnit(t *testing.T) {
	text := Plain("aї👍🏽")
	require.Equal(t, 4, text.Len(CodePoints))
	require.Equal(t, 6, text.Len(UTF16Units))
	require.Equal(t, 11, text.Len(Bytes))
}

func TestTrimAndConcatMoveSpans(t *testing.T) {
	text := spanned(" \n жир \n", mark{" жир", Bold, ""}).Trim()
	require.Equal(t, spanned("жир", mark{"жир", Bold, ""}), text)
	require.Equal(t, Text{}, Plain(" \n").Trim())
	require.Equal(t, spanned("Анна: жир!", mark{"жир", Bold, ""}), Concat(Plain("Анна: "), text, Plain("!")))
}

func TestPlainTextSaysInCharactersWhatFormattingSaid(t *testing.T) {
	for name, c := range map[string]struct {
		text Text
		want string
	}{
		"link with a label": {spanned("тут.", mark{"тут", Link, "https://a.b"}), "тут (https://a.b)."},
		"link to itself":    {spanned("a.b/", mark{"a.b/", Link, "https://a.b"}), "a.b/"},
		"link to brackets":  {spanned("тут", mark{"тут", Link, "https://a.b/c d_(e)"}), "тут (https://a.b/c%20d_%28e%29)"},
		"encoded link":      {spanned("https://a.b/(c)", mark{"https://a.b/(c)", Link, "https://a.b/%28c%29"}), "https://a.b/(c)"},
		"link to nowhere":   {spanned("тут", mark{"тут", Link, "javascript:x"}), "тут"},
		"code":              {spanned("a\nb  c\nd e", mark{"b  c", Pre, "go"}, mark{"e", Code, ""}), "a\nb  c\nd e"},
		"e-mail":            {spanned("me@a.b", mark{"me@a.b", Link, "mailto:me@a.b"}), "me@a.b"},
		"quote":             {spanned("a\nb\nc", mark{"a\nb", Quote, ""}), "> a\n> b\nc"},
		"quote in a line":   {spanned("abc", mark{"b", Quote, ""}), "a\n> b\nc"},
		"link in a quote":   {spanned("a\nb", mark{"a\nb", Quote, ""}, mark{"b", Link, "tel:1"}), "> a\n> b (tel:1)"},
		"the rest":          {spanned("a b", mark{"a", Bold, ""}, mark{"b", Spoiler, ""}), "a b"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, c.text.PlainText()) })
	}
}

func TestSplitPrefersTheBetterPlace(t *testing.T) {
	for name, c := range map[string]struct {
		text Text
		want []string
	}{
		"paragraph":            {Plain("один два\n\nтри. чотири\nп'ять шість"), []string{"один два", "три. чотири", "п'ять шість"}},
		"sentence":             {Plain("один два. три чотири"), []string{"один два.", "три чотири"}},
		"word":                 {Plain("один два три чотири"), []string{"один два три", "чотири"}},
		"no place":             {Plain("абвгґдеєжзиіїйклмнопрст"), []string{"абвгґдеєжзиіїйк", "лмнопрст"}},
		"before a label":       {spanned("один два три чотири", mark{"два три чотири", Link, "u"}), []string{"один", "два три чотири"}},
		"label inside a word":  {spanned("одиндва три чотири", mark{"два три чотири", Link, "u"}), []string{"один", "два три чотири"}},
		"long label":           {spanned("один два три чотири п'ять", mark{"два три чотири п'ять", Link, "u"}), []string{"один два три", "чотири п'ять"}},
		"indent stays":         {Plain("один два три\n  чотири п'ять"), []string{"один два три", "  чотири п'ять"}},
		"too early to be good": {Plain("а\n\nодин два три чотири"), []string{"а\n\nодин два три", "чотири"}},
		"white space only":     {Plain(" \n "), nil},
		"spaces at the cut":    {Plain("один два три      \n\n   чотири"), []string{"один два три", "   чотири"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, part := range c.text.Split(15, CodePoints) {
				got = append(got, part.Plain)
			}
			require.Equal(t, c.want, got)
		})
	}
}

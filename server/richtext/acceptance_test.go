// The acceptance cases that concern text alone.

package richtext

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCase02BoldBehindASurrogatePairAndOddEntities(t *testing.T) {
	text := FromUTF16("👍🏽 bold", []UTF16Span{{Offset: 5, Length: 4, Kind: Bold}})
	require.Equal(t, "👍🏽 **bold**", text.Markdown())

	text = FromUTF16("👍🏽 bold", []UTF16Span{
		{Offset: 1, Length: 1, Kind: Bold}, // inside a surrogate pair
		{Offset: 5, Length: 2, Kind: Italic},
		{Offset: 6, Length: 3, Kind: Strike}, // crosses the one before
		{Offset: -3, Length: 4, Kind: Bold},
		{Offset: 8, Length: 100, Kind: Bold},
		{Offset: 50, Length: 1, Kind: Bold},
		{Offset: 1 << 62, Length: 1 << 62, Kind: Bold},
		{Offset: 0, Length: 9, Kind: Spoiler},
		{Offset: 0, Length: 9, Kind: Underline},
	})
	require.Equal(t, "👍🏽 bold", text.Plain)
	require.Equal(t, "👍🏽 bold", FromMarkdown(text.Markdown(), Options{}).Plain)
}

func TestCase03NestedAndEqualSpansStayNested(t *testing.T) {
	text := Text{Plain: "bold italic link", Spans: []Span{
		{Start: 12, End: 16, Kind: Link, Value: "https://a.b"},
		{Start: 5, End: 16, Kind: Italic},
		{Start: 0, End: 16, Kind: Bold},
	}}
	require.Equal(t, "**bold *italic*** [***link***](https://a.b)", text.Markdown())
	requireSameFormats(t, text, FromMarkdown(text.Markdown(), Options{}))

	equal := spanned("x", mark{"x", Link, "https://a.b"}, mark{"x", Italic, ""}, mark{"x", Bold, ""})
	require.Equal(t, "[***x***](https://a.b)", equal.Markdown())
	requireSameFormats(t, equal, FromMarkdown(equal.Markdown(), Options{}))
}

func requireSameFormats(t *testing.T, want, got Text) {
	t.Helper()
	require.Equal(t, letters(want.Plain), letters(got.Plain))
	require.Equal(t, formats(want), formats(got))
}

func TestCase04MarkdownCharactersOfCustomersMeanNothing(t *testing.T) {
	md := Plain("*_~|#@all").Markdown()
	require.Equal(t, `\*\_~|#@`+joiner+"all", md)
	require.Equal(t, Plain("*_~|#@all"), FromMarkdown(md, Options{}))
}

func TestCase05PreWithBackticksGetsLongerFence(t *testing.T) {
	code := "a\n```\nb ````` c"
	text := Text{Plain: code, Spans: []Span{{End: len(code), Kind: Pre, Value: "go"}}}
	require.Equal(t, "``````go\n"+code+"\n``````", text.Markdown())
	require.Equal(t, text, FromMarkdown(text.Markdown(), Options{}))
}

func TestCase06TextThatIsOneLinkOrEmojiIsNotEmpty(t *testing.T) {
	require.Equal(t, "[тут](https://a.b)", spanned("тут", mark{"тут", Link, "https://a.b"}).Markdown())
	require.Equal(t, "🔥", Plain("🔥").Markdown())
}

func TestCase07RightToLeftTextKeepsOrderAndOffsets(t *testing.T) {
	text := spanned("שלום עולם טוב", mark{"עולם", Bold, ""})
	require.Equal(t, "שלום **עולם** טוב", text.Markdown())
	require.Equal(t, text, FromMarkdown(text.Markdown(), Options{}))
	require.Equal(t, []UTF16Span{{Offset: 5, Length: 4, Kind: Bold}}, text.UTF16())
}

func TestCase34ReplyBecomesEntities(t *testing.T) {
	text := FromMarkdown("👍🏽 **так** `x`", Options{})
	require.Equal(t, "👍🏽 так x", text.Plain)
	require.Equal(t, []UTF16Span{{Offset: 5, Length: 3, Kind: Bold}, {Offset: 9, Length: 1, Kind: Code}}, text.UTF16())
}

func TestCase36TextBeyondTheLimitIsCutWithItsSpans(t *testing.T) {
	exact := Plain(strings.Repeat("щ", 4096))
	require.Equal(t, []Text{exact}, exact.Split(4096, CodePoints))

	plain := strings.Repeat("👍🏽", 2047) + " жирний текст 👨‍👩‍👧"
	start := strings.Index(plain, "👍🏽 жир")
	text := Text{Plain: plain, Spans: []Span{{Start: start, End: len(plain), Kind: Bold}}}
	parts := text.Split(4096, CodePoints)
	require.Len(t, parts, 2)
	require.Equal(t, strings.Repeat("👍🏽", 2047), parts[0].Plain)
	require.Equal(t, []Span{{Start: start, End: len(parts[0].Plain), Kind: Bold}}, parts[0].Spans)
	require.Equal(t, spanned("жирний текст 👨‍👩‍👧", mark{"жирний текст 👨‍👩‍👧", Bold, ""}), parts[1])
}

func TestCase60TextOfMoreThan7000CharactersIsSplit(t *testing.T) {
	parts := Plain(strings.Repeat("я", 7001)).Split(7000, CodePoints)
	require.Len(t, parts, 2)
	require.Equal(t, 7000, parts[0].Len(CodePoints))
	require.Equal(t, "я", parts[1].Plain)
}

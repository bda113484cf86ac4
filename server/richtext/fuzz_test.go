// Fuzz targets and benchmarks.

package richtext

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzSpansToMarkdown(f *testing.F) {
	for _, piece := range pieces {
		f.Add("a"+piece+"b", 0, 2, uint8(Bold), 1, 5, uint8(Link))
		f.Add(piece, 0, 9, uint8(Italic), 0, 1, uint8(Strike))
	}
	f.Fuzz(func(t *testing.T, plain string, start1, end1 int, kind1 uint8, start2, end2 int, kind2 uint8) {
		text := Text{Plain: plain, Spans: []Span{
			{Start: start1, End: end1, Kind: Kind(kind1), Value: "http://a.b"},
			{Start: start2, End: end2, Kind: Kind(kind2), Value: plain},
		}}
		normal := text.Normal()
		requireNested(t, normal)
		md := text.Markdown()
		back := FromMarkdown(md, Options{Mention: func(name string) (string, bool) {
			t.Fatalf("mention of %q in %q", name, md)
			return "", false
		}})
		require.Equal(t, letters(normal.Plain), letters(back.Plain), "%q", md)
		_ = text.PlainText()
		requireNested(t, FromUTF16(plain, []UTF16Span{{start1, end1, Kind(kind1), "x"}, {start2, end2, Kind(kind2), plain}}))
		var all string
		for _, part := range text.Split(20, UTF16Units) {
			require.LessOrEqual(t, part.Len(UTF16Units), 20)
			all += part.Plain
		}
		require.Equal(t, letters(normal.Plain), letters(all))
	})
}

func FuzzMarkdownToSpans(f *testing.F) {
	for _, piece := range pieces {
		f.Add("a" + piece + "b\n" + piece)
	}
	f.Add("> - 1. a\n>   ```go\n>   x\n|a|b|\n|-|:-:|\n|`c\\|d`|**e**|\n[f][g]\n\n[g]: http://h.i\n")
	f.Fuzz(func(t *testing.T, md string) {
		text := FromMarkdown(md, Options{
			Mention:  func(string) (string, bool) { return "Анна", true },
			Emoji:    func(name string) (string, bool) { return "🔥", len(name)%2 == 0 },
			Internal: func(url string) bool { return len(url)%2 == 0 },
		})
		requireNested(t, text)
		again := FromMarkdown(text.Markdown(), Options{})
		require.Equal(t, letters(text.Plain), letters(again.Plain), "%q", text.Markdown())
		_, rest, quoted := LeadingQuote(md)
		require.LessOrEqual(t, len(rest), 3*len(md)) // bad bytes become three
		_, rest, linked := LeadingLink(md)
		require.LessOrEqual(t, len(rest), 3*len(md))
		require.False(t, quoted && linked)
	})
}

const usual = "Добрий день! Цікавить доставка у Львів: скільки коштує (2 шт.) і коли буде? Дивився тут: https://shop.example/items/42?color=red_1 — і ще питання про *розмір* XL. Мій номер +380 67 000 00 00, дякую 🙏🏽"

func BenchmarkMarkdown(b *testing.B) {
	text := spanned(usual, mark{"доставка", Bold, ""}, mark{"розмір", Italic, ""})
	b.ReportAllocs()
	for b.Loop() {
		_ = text.Markdown()
	}
}

func BenchmarkFromMarkdown(b *testing.B) {
	md := spanned(usual, mark{"доставка", Bold, ""}, mark{"розмір", Italic, ""}).Markdown()
	b.ReportAllocs()
	for b.Loop() {
		_ = FromMarkdown(md, Options{})
	}
}

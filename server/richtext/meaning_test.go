// Properties of the way Markdown -> Text -> Markdown: what an agent wrote is
// what the customer sees, and what a text says survives being posted.

package richtext

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// written is Markdown and the text that it means.
type written struct {
	md   string
	text Text
}

var words = []string{"a", "слово", "b-1", "3.50", "(так)", "C#", "2 * 2", "snake_case", "👍🏽", "e\u0301", "日本", "שלום", "1<2", "R&D", "me@a.bc", ":)", "5~7"}

// drawWords draws words with a space between, some formatted, formats nested.
func drawWords(t *rapid.T, formats []Kind) written {
	var all []written
	for range rapid.IntRange(1, 4).Draw(t, "words") {
		word := rapid.SampledFrom(words).Draw(t, "word")
		if len(formats) == 0 || rapid.Bool().Draw(t, "plain") {
			all = append(all, written{word, Plain(word)})
			continue
		}
		all = append(all, drawFormat(t, formats))
	}
	return join(all, " ", " ")
}

func join(all []written, md, plain string) written {
	out := all[0]
	for _, w := range all[1:] {
		out.md += md + w.md
		out.text = Concat(out.text, Plain(plain), w.text)
	}
	return out
}

// drawFormat draws formatted words; none of formats is outside of them.
func drawFormat(t *rapid.T, formats []Kind) written {
	i := rapid.IntRange(0, len(formats)-1).Draw(t, "format")
	kind := formats[i]
	if kind == Code {
		return under(Code, "", "`", "`", written{"x_*y", Plain("x_*y")})
	}
	inner := drawWords(t, append(append([]Kind(nil), formats[:i]...), formats[i+1:]...))
	switch kind {
	case Link:
		url := rapid.SampledFrom([]string{"https://a.b/c_d?e=f", "mailto:me@a.bc", "tel:+380"}).Draw(t, "url")
		return under(Link, url, "[", "]("+url+")", inner)
	case Strike:
		return under(Strike, "", "~~", "~~", inner)
	case Italic:
		return under(Italic, "", "_", "_", inner)
	default:
		return under(Bold, "", "**", "**", inner)
	}
}

func under(kind Kind, value, before, after string, inner written) written {
	spans := append([]Span{{Start: 0, End: len(inner.text.Plain), Kind: kind, Value: value}}, inner.text.Spans...)
	return written{before + inner.md + after, Text{Plain: inner.text.Plain, Spans: spans}}
}

// drawBlock draws one block.
func drawBlock(t *rapid.T) written {
	inline := func() written { return drawWords(t, []Kind{Bold, Italic, Strike, Link, Code}) }
	switch rapid.IntRange(0, 6).Draw(t, "block") {
	case 0:
		return under(Bold, "", "## ", "", inline())
	case 1:
		return item("- ", "• ", inline(), inline())
	case 2:
		start := rapid.IntRange(1, 20).Draw(t, "number")
		first, second := strconv.Itoa(start)+". ", strconv.Itoa(start+1)+". "
		a, b := inline(), inline()
		return written{first + a.md + "\n" + second + b.md, Concat(Plain(first), a.text, Plain("\n"+second), b.text)}
	case 3:
		return item("- [x] ", "☑ ", inline(), inline())
	case 4:
		a := join([]written{inline(), inline()}, "\n> ", "\n")
		return under(Quote, "", "> ", "", a)
	case 5:
		code := rapid.SampledFrom([]string{"x := \"*a*\"", "@all\n\n  :smile: ~~b~~", "[a](b)\n> c"}).Draw(t, "code")
		return under(Pre, "go", "```go\n", "\n```", written{code, Plain(code)})
	default:
		return join([]written{inline(), inline()}, "\n", "\n")
	}
}

func item(md, plain string, a, b written) written {
	return written{md + a.md + "\n" + md + b.md, Concat(Plain(plain), a.text, Plain("\n"+plain), b.text)}
}

func drawPost(t *rapid.T) written {
	blocks := []written{drawBlock(t)}
	for range rapid.IntRange(0, 3).Draw(t, "more blocks") {
		// A rule between, because two lists or quotes in a row are one.
		blocks = append(blocks, written{"---", Plain("———")}, drawBlock(t))
	}
	return join(blocks, "\n\n", "\n\n")
}

func TestWhatAnAgentWroteIsWhatTheCustomerSees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		post := drawPost(t)
		require.Equal(t, post.text.Normal(), FromMarkdown(post.md, Options{}), post.md)
	})
}

// TestATextKeepsItsMeaningThroughMarkdown says what survives Text -> Markdown
// -> Text: every letter in its order, and on each letter what Mattermost can
// show: Quote; Pre with its language; Bold, Italic and Strike outside of code;
// Code outside of links; a Link to http, https, mailto or tel, its URL but for
// percent-encoding. It may gain the links that bare URLs are, nothing else.
func TestATextKeepsItsMeaningThroughMarkdown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text Text
		if rapid.Bool().Draw(t, "written in Markdown") {
			text = FromMarkdown(drawPost(t).md+drawPlain(t), Options{})
		} else {
			text = drawText(t).Normal()
		}
		md := text.Markdown()
		back := FromMarkdown(md, Options{})
		require.Equal(t, letters(text.Plain), letters(back.Plain), md)
		got := formats(back)
		for i, want := range formats(text) {
			want = showable(want)
			if _, linked := want[Link]; !linked {
				delete(got[i], Link)
			}
			require.Equal(t, want, showable(got[i]), "letter %d of %q", i, md)
		}
	})
}

// showable leaves of the formats on a letter those that Mattermost can show.
func showable(on map[Kind]string) map[Kind]string {
	out := map[Kind]string{}
	for _, kind := range []Kind{Bold, Italic, Strike, Code, Pre, Quote, Link} {
		if value, ok := on[kind]; ok {
			out[kind] = value
		}
	}
	value, linked := out[Link]
	if linked && !linkable(value, customerSchemes) {
		delete(out, Link)
		linked = false
	}
	if decoded, err := url.PathUnescape(value); linked && err == nil {
		out[Link] = decoded
	}
	if linked {
		delete(out, Code)
	}
	_, code := out[Code]
	_, pre := out[Pre]
	if code || pre {
		for _, kind := range []Kind{Bold, Italic, Strike, Link} {
			delete(out, kind)
		}
	}
	if pre {
		out[Pre] = language(out[Pre])
	}
	return out
}

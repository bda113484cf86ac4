// Whatever customers write, as Mattermost Markdown, does nothing of itself. The
// judge is no part of this package: goldmark as others use it, with GitHub's
// extensions and HTML, and the patterns by which Mattermost finds mentions,
// channels, hashtags and emoji.

package richtext

import (
	neturl "net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"pgregory.net/rapid"
)

// triggers are the patterns of Mattermost's web app and server (model/utils.go,
// app/mention_parser_standard.go, utils/text_formatting.tsx).
var triggers = map[string]*regexp.Regexp{
	"mention":   regexp.MustCompile(`\B@[\pL\pN._-]`),
	"channel":   regexp.MustCompile(`\B~[a-zA-Z0-9_-]`),
	"hashtag":   regexp.MustCompile(`(^|[^A-Za-z0-9_])#\pL[\pL\d._-]*[\pL\d]`),
	"shortcode": regexp.MustCompile(`:([a-zA-Z_+-][a-zA-Z0-9_+-]*|[0-9]+[a-zA-Z_+-][a-zA-Z0-9_+-]*|[0-9]{3,}):`),
	"address":   regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]+:/|mattermost:[a-z0-9/]|\bwww[0-9]{0,3}\.)`),
}

// noEmail matches nothing: an e-mail address is text to Mattermost's patterns.
var noEmail = regexp.MustCompile(`^[^\s\S]`)

func TestCustomersNeverPingLinkOrFormatByAccident(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		intended := drawText(t).Normal()
		md := intended.Markdown()
		seen := judge(t, md)
		for _, stretch := range seen.stretches {
			for name, trigger := range triggers {
				require.False(t, trigger.MatchString(stretch), "%s in %q of %q", name, stretch, md)
			}
			require.False(t, pings(stretch), "the server finds a mention in %q of %q", stretch, md)
		}
		require.Equal(t, letters(intended.Plain), letters(seen.text.Plain), "%q", md)
		had, got := formats(intended), formats(seen.text)
		for i, on := range got {
			for kind, value := range on {
				if kind == Link && strings.Contains(letters(intended.Plain), bare(value)) {
					continue // a URL that the customer wrote
				}
				require.Contains(t, had[i], kind, "letter %d of %q", i, md)
			}
		}
	})
}

// bare is a URL as people write it.
func bare(url string) string {
	url = strings.TrimPrefix(url, "http://")
	if decoded, err := neturl.PathUnescape(url); err == nil {
		return decoded
	}
	return url
}

var username = regexp.MustCompile(`^@[._-]*[\pL\pN]`)

// pings tells whether the server takes a word of a text for @all or a user:
// it cuts words off what they begin with, and asks for their parts as well.
func pings(s string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return !strings.ContainsRune(":.-_@", r) && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
	for _, word := range words {
		parts := strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(":.-", r) })
		for _, part := range append(parts, strings.TrimLeft(word, ":.-_"), strings.TrimLeft(word, "_")) {
			if username.MatchString(part) {
				return true
			}
		}
	}
	return false
}

// seen is what a Markdown shows.
type seen struct {
	text      Text
	stretches []string // of plain characters, neither code nor links
}

// judge reads Markdown. What customers' text must never become fails the test.
func judge(t *rapid.T, md string) seen {
	source := []byte(md)
	document := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.TaskList, extension.NewLinkify(extension.WithLinkifyEmailRegexp(noEmail))),
		// Of GitHub's strikethrough Mattermost knows ~~ only.
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(strikeParser{}, 500))),
	).Parser().Parse(text.NewReader(source))
	j := judgement{source: source}
	require.NoError(t, ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.Heading, *ast.List, *ast.ThematicBreak, *ast.HTMLBlock, *ast.RawHTML, *ast.Image, *extast.Table, *extast.TaskCheckBox:
			t.Fatalf("%s in %q", n.Kind(), md)
		case *ast.CodeBlock:
			t.Fatalf("indented code in %q", md)
		}
		j.node(n, entering)
		return ast.WalkContinue, nil
	}))
	j.cut()
	return j.seen
}

// judgement is a walk over a syntax tree.
type judgement struct {
	source  []byte
	seen    seen
	open    []Span
	stretch strings.Builder
}

func (j *judgement) node(n ast.Node, entering bool) {
	if _, ok := n.(*ast.Text); !ok {
		j.cut()
	}
	switch n := n.(type) {
	case *ast.Text:
		if entering {
			j.text(n)
		}
	case *ast.FencedCodeBlock:
		j.span(Pre, "", entering)
		for i := 0; entering && i < n.Lines().Len(); i++ {
			line := n.Lines().At(i)
			j.seen.text.Plain += string(line.Value(j.source))
		}
	case *ast.CodeSpan:
		j.span(Code, "", entering)
	case *ast.Blockquote:
		j.span(Quote, "", entering)
	case *ast.Emphasis:
		j.span(map[int]Kind{1: Italic, 2: Bold}[n.Level], "", entering)
	case *extast.Strikethrough:
		j.span(Strike, "", entering)
	case *ast.Link:
		j.span(Link, shown(n.Destination), entering)
	case *ast.AutoLink:
		j.span(Link, string(n.URL(j.source)), entering)
		if entering {
			j.seen.text.Plain += shown(n.Label(j.source))
		}
	}
}

func (j *judgement) text(n *ast.Text) {
	value := n.Segment.Value(j.source)
	code, link := false, false
	for _, s := range j.open {
		code = code || s.Kind == Code
		link = link || s.Kind == Link
	}
	if code {
		j.seen.text.Plain += string(value)
		return
	}
	j.seen.text.Plain += shown(value)
	if !link {
		j.stretch.WriteString(shown(value))
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		j.seen.text.Plain += "\n"
		j.stretch.WriteString("\n")
	}
}

func shown(raw []byte) string {
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(raw))))
}

// cut ends a stretch of plain characters.
func (j *judgement) cut() {
	if j.stretch.Len() > 0 {
		j.seen.stretches = append(j.seen.stretches, j.stretch.String())
		j.stretch.Reset()
	}
}

func (j *judgement) span(kind Kind, value string, entering bool) {
	if entering {
		j.open = append(j.open, Span{Start: len(j.seen.text.Plain), Kind: kind, Value: value})
		return
	}
	last := len(j.open) - 1
	s := j.open[last]
	s.End = len(j.seen.text.Plain)
	j.open = j.open[:last]
	j.seen.text.Spans = append(j.seen.text.Spans, s)
}

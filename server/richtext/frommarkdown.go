// Agents' Mattermost Markdown as text to send.

package richtext

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Options say what FromMarkdown does with what only Mattermost understands.
type Options struct {
	// Mention returns what stands for @username and whether that is a user;
	// nil or false leaves the text as written.
	Mention func(username string) (display string, ok bool)
	// Internal tells whether a URL leads into Mattermost: such a one never
	// goes out, of a link only the label stays; nil means none does.
	Internal func(url string) bool
}

// FromMarkdown returns the text of a post in Mattermost Markdown as its readers
// see it. What messengers have no format for is written in characters: bullets
// and numbers of lists, a line for a rule, columns of a table in a Pre; a
// heading is bold, an image is a link. The result is Normal. Links lead to
// http, https, mailto, tel, ftp, tg and viber; of others the label stays.
func FromMarkdown(md string, o Options) Text {
	md, _ = clean(md)
	r := reader{source: []byte(md), options: o}
	r.blocks(grammar.Parse(text.NewReader(r.source)))
	t := Text{Plain: r.out.String(), Spans: r.spans}
	t = t.without(o.Internal)
	if !slices.ContainsFunc(t.Spans, func(s Span) bool { return s.Kind == Pre && s.Start == 0 && s.End > 0 }) {
		t = t.Trim()
	}
	return t.Normal()
}

// without takes the bare URLs out of the text for which internal is true.
func (t Text) without(internal func(string) bool) Text {
	if internal == nil {
		return t
	}
	var kept strings.Builder
	moved := make(moves, 0, len(t.Plain)+1)
	keep := func(end int) {
		for at := len(moved); at < end; at++ {
			moved = append(moved, kept.Len())
			kept.WriteByte(t.Plain[at])
		}
	}
	for at := 0; ; {
		start, end, ok := findURL(t.Plain, at)
		if !ok {
			break
		}
		keep(start)
		if internal(withScheme(t.Plain[start:end])) {
			for range end - start {
				moved = append(moved, kept.Len())
			}
		}
		at = end
	}
	keep(len(t.Plain))
	moved = append(moved, kept.Len())
	out := Text{Plain: kept.String()}
	for _, s := range t.Spans {
		s.Start, s.End = moved[s.Start], moved[s.End]
		out.Spans = append(out.Spans, s)
	}
	return out
}

// reader walks the syntax tree and writes what it says.
type reader struct {
	source  []byte
	options Options
	out     strings.Builder
	spans   []Span
	raw     []byte // text read and not written yet, with escapes and entities
	indent  string // of the lines inside a list item
	bol     bool   // at the beginning of a line, before its indent
}

// blocks writes the blocks inside parent, apart as in the source.
func (r *reader) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n != parent.FirstChild() {
			r.newLine()
			if r.blankBefore(n) {
				r.newLine()
			}
		}
		r.block(n)
	}
}

// blankBefore tells whether n stands apart from the block before it. After a
// fence goldmark confuses the lines inside with the line before n.
func (r *reader) blankBefore(n ast.Node) bool {
	_, afterFence := n.PreviousSibling().(*ast.FencedCodeBlock)
	first := n
	for first.Type() == ast.TypeBlock && first.Lines().Len() == 0 && first.HasChildren() {
		first = first.FirstChild()
	}
	if !afterFence || first.Type() != ast.TypeBlock || first.Lines().Len() == 0 {
		return n.HasBlankPreviousLines()
	}
	before := r.source[:first.Lines().At(0).Start]
	before = before[:max(bytes.LastIndexByte(before, '\n'), 0)]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	return len(bytes.Trim(before, " \t>")) == 0
}

func (r *reader) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		r.span(Bold, "", func() { r.inlines(n) })
	case *ast.ThematicBreak:
		r.write("———")
	case *ast.FencedCodeBlock:
		language, _, _ := strings.Cut(string(n.Language(r.source)), " ")
		r.span(Pre, decode(language), func() { r.code(n) })
	case *ast.CodeBlock:
		r.span(Pre, "", func() { r.code(n) })
	case *ast.Blockquote:
		r.span(Quote, "", func() { r.blocks(n) })
	case *ast.List:
		r.list(n)
	case *extast.Table:
		r.span(Pre, "", func() { r.table(n) })
	default: // Paragraph, TextBlock
		r.inlines(n)
	}
}

// code writes the lines of a code block.
func (r *reader) code(n ast.Node) {
	lines := n.Lines()
	var code strings.Builder
	for i := range lines.Len() {
		line := lines.At(i)
		code.Write(line.Value(r.source))
	}
	for i, line := range strings.Split(strings.TrimSuffix(code.String(), "\n"), "\n") {
		if i > 0 {
			r.newLine()
		}
		r.write(line)
	}
}

// list writes each item behind its bullet or number and indents the rest of it.
func (r *reader) list(list *ast.List) {
	number := list.Start
	outer := r.indent
	for n := list.FirstChild(); n != nil; n = n.NextSibling() {
		if n != list.FirstChild() {
			r.newLine()
			if r.blankBefore(n) {
				r.newLine()
			}
		}
		mark := "• "
		if list.IsOrdered() {
			mark = strconv.Itoa(number) + string(list.Marker) + " "
			number++
		}
		r.write(mark)
		r.indent = outer + strings.Repeat(" ", len([]rune(mark)))
		r.blocks(n)
		r.indent = outer
	}
}

// inlines writes what stands in the lines of parent.
func (r *reader) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.inline(n)
	}
	r.flush()
}

func (r *reader) inline(n ast.Node) {
	if n, ok := n.(*ast.Text); ok {
		r.raw = append(r.raw, n.Segment.Value(r.source)...)
		if n.SoftLineBreak() || n.HardLineBreak() {
			r.flush()
			r.newLine()
		}
		return
	}
	r.flush()
	switch n := n.(type) {
	case *ast.CodeSpan:
		r.span(Code, "", func() { r.write(r.codeText(n)) })
	case *ast.Emphasis:
		kind := Italic
		if n.Level == 2 {
			kind = Bold
		}
		r.span(kind, "", func() { r.inlines(n) })
	case *extast.Strikethrough:
		r.span(Strike, "", func() { r.inlines(n) })
	case *ast.Link:
		r.link(decode(string(n.Destination)), func() { r.inlines(n) })
	case *ast.Image:
		url := decode(string(n.Destination))
		label := func() { r.inlines(n) }
		if !n.HasChildren() && r.mayLink(url) {
			label = func() { r.write(url) }
		}
		r.link(url, label)
	case *ast.AutoLink:
		label := string(n.Label(r.source))
		url := withScheme(label)
		if n.AutoLinkType == ast.AutoLinkEmail {
			url = "mailto:" + label
		}
		r.link(url, func() { r.write(label) })
	default:
		r.inlines(n)
	}
}

// codeText returns what stands in a code span, its line breaks as spaces.
func (r *reader) codeText(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c, ok := c.(*ast.Text); ok {
			b.Write(c.Segment.Value(r.source))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// link writes a label, as a Link where the URL may go out.
func (r *reader) link(url string, label func()) {
	if r.mayLink(url) {
		r.span(Link, url, label)
	} else {
		label()
	}
}

func (r *reader) mayLink(url string) bool {
	return linkable(url, agentSchemes) && (r.options.Internal == nil || !r.options.Internal(url))
}

// span marks what content writes.
func (r *reader) span(kind Kind, value string, content func()) {
	r.beginLine()
	start := r.out.Len()
	content()
	if r.out.Len() > start {
		r.spans = append(r.spans, Span{Start: start, End: r.out.Len(), Kind: kind, Value: value})
	}
}

func (r *reader) newLine() {
	r.out.WriteByte('\n')
	r.bol = true
}

func (r *reader) beginLine() {
	if r.bol {
		r.out.WriteString(r.indent)
		r.bol = false
	}
}

// write adds text that is part of a line, without the joiners that Markdown
// and others put in.
func (r *reader) write(s string) {
	if s = strings.ReplaceAll(s, joiner, ""); s != "" {
		r.beginLine()
		r.out.WriteString(s)
	}
}

// flush writes the text read so far.
func (r *reader) flush() {
	if len(r.raw) > 0 {
		r.write(r.mentions(decode(string(r.raw))))
		r.raw = r.raw[:0]
	}
}

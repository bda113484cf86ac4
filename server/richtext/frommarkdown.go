// Agents' Mattermost Markdown as text to send.

package richtext

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Options say what FromMarkdown does with what only Mattermost understands.
type Options struct {
	// Mention returns what stands for @username and whether that is a user;
	// nil or false leaves the text as written.
	Mention func(username string) (display string, ok bool)
	// Emoji returns the characters of the emoji called name and whether there
	// is such a one; nil or false leaves :name: as written, which is what a
	// custom emoji has to be.
	Emoji func(name string) (unicode string, ok bool)
	// Internal tells whether a URL leads into Mattermost: such a one never
	// goes out, of a link only the label stays; nil means none does. It is
	// asked for complete URLs: what stands without a scheme or with that of an
	// app is asked for as https and as http.
	Internal func(url string) bool
}

// FromMarkdown returns the text of a post in Mattermost Markdown as its readers
// see it. What messengers have no format for is written in characters: bullets,
// boxes and numbers of lists, a line for a rule, columns of a table in a Pre,
// "> " for a quote in a quote; a heading is bold, an image is a link. LaTeX,
// footnotes, hashtags, HTML and names of channels stay as written. The result
// is Normal. Links lead to http, https, mailto, tel, ftp, tg and viber; of
// others the label stays.
func FromMarkdown(md string, o Options) Text {
	md, _ = clean(md)
	r := reader{source: []byte(md), options: o}
	r.blocks(grammar.Parse(text.NewReader(withoutSizes(r.source))))
	t := Text{Plain: r.out.String(), Spans: r.spans}
	t = t.withoutInternal(o)
	if !slices.ContainsFunc(t.Spans, func(s Span) bool { return s.Kind == Pre && s.Start == 0 && s.End > 0 }) {
		t = t.Trim()
	}
	return t.Normal()
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
	quoted  bool   // inside a quote
	linked  bool   // inside a link
	cell    bool   // inside a cell of a table
}

// blocks writes the blocks inside parent, apart as in the source. Definitions
// of links are none that are seen.
func (r *reader) blocks(parent ast.Node) {
	first := true
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == ast.KindLinkReferenceDefinition {
			continue
		}
		if !first {
			r.newLine()
			if r.blankBefore(n) {
				r.newLine()
			}
		}
		first = false
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
		r.span(Pre, r.language(n), func() { r.code(n) })
	case *ast.CodeBlock:
		r.span(Pre, "", func() { r.code(n) })
	case *ast.Blockquote:
		r.quote(n)
	case *ast.List:
		r.list(n)
	case *extast.Table:
		r.span(Pre, "", func() { r.table(n) })
	default: // Paragraph, TextBlock
		r.inlines(n)
	}
}

// language returns the language of a fenced code block, "" for what cannot be
// the name of one.
func (r *reader) language(n *ast.FencedCodeBlock) string {
	name := language(decode(string(n.Language(r.source))))
	if name != "" && r.options.leads("https://"+name) {
		return ""
	}
	return name
}

// quote writes a quote as such, one inside another in characters: messengers
// have one level only.
func (r *reader) quote(n *ast.Blockquote) {
	if !r.quoted {
		r.quoted = true
		r.span(Quote, "", func() { r.blocks(n) })
		r.quoted = false
		return
	}
	const mark = "> "
	r.write(mark)
	r.indented(mark, func() { r.blocks(n) })
}

// maxIndent bounds what each line inside of lists and quotes begins with: nested
// deeper, few bytes could ask for megabytes.
const maxIndent = 64

// indented puts indent before the lines that content writes, but for the first.
func (r *reader) indented(indent string, content func()) {
	outer := r.indent
	if len(outer)+len(indent) <= maxIndent {
		r.indent += indent
	}
	content()
	r.indent = outer
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
	for n := list.FirstChild(); n != nil; n = n.NextSibling() {
		if n != list.FirstChild() {
			r.newLine()
			if r.blankBefore(n) {
				r.newLine()
			}
		}
		mark := itemMark(list, n, number)
		number++
		r.write(mark)
		r.indented(strings.Repeat(" ", utf8.RuneCountInString(mark)), func() { r.blocks(n) })
	}
}

// itemMark returns what an item begins with: its number, its box or a bullet.
func itemMark(list *ast.List, item ast.Node, number int) string {
	mark := "• "
	if list.IsOrdered() {
		mark = strconv.Itoa(number) + string(list.Marker) + " "
	}
	box := taskBox(item)
	switch {
	case box == nil:
		return mark
	case !list.IsOrdered():
		mark = ""
	}
	if box.IsChecked {
		return mark + "☑ "
	}
	return mark + "☐ "
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

// Mattermost's Markdown as a grammar for goldmark: CommonMark without HTML, with
// ~~strike~~, tables, task lists and bare URLs.

package richtext

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// grammar is built once; it has no state that a parse changes.
var grammar = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(shallow{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(taskBoxParser{}, 125),
		util.Prioritized(bareURLParser{}, 150),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(strikeParser{}, 500),
	),
	parser.WithParagraphTransformers(
		util.Prioritized(definitionTransformer{parser.LinkReferenceParagraphTransformer}, 100),
		util.Prioritized(tableTransformer{extension.NewTableParagraphTransformer()}, 200),
	),
)

// shallow opens a block in no more than maxDepth others; each costs time at each
// line. What is deeper is text.
type shallow struct{ parser.BlockParser }

const maxDepth = 100

func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil && depth <= maxDepth; n = n.Parent() {
		depth++
	}
	if depth > maxDepth {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// bareURLParser makes links of the URLs that stand in a text as such. goldmark
// calls it at punctuation only, so it looks back for the letters before.
type bareURLParser struct{}

func (bareURLParser) Trigger() []byte { return []byte{':', '.'} }

func (bareURLParser) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before, ok := parent.LastChild().(*ast.Text)
	if !ok || pc.IsInLinkLabel() {
		return nil
	}
	line, segment := block.PeekLine()
	source := block.Source()
	start := before.Segment.Stop
	for start > before.Segment.Start && isASCIIWord(source[start-1]) && segment.Start-start < len("https") {
		start--
	}
	if before.Segment.Stop != segment.Start || start > before.Segment.Start && isASCIIWord(source[start-1]) {
		return nil
	}
	rest := source[start : segment.Start+len(line)]
	if !startsURL(string(rest[:min(len(rest), maxURLStart)])) {
		return nil
	}
	end := urlEnd(string(rest))
	if start+end <= segment.Start {
		return nil
	}
	before.Segment.Stop = start
	block.Advance(start + end - segment.Start)
	link := ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(start, start+end)))
	link.SetPos(start)
	return link
}

// strikeParser reads ~~strike~~; a single ~ is nothing in Mattermost.
type strikeParser struct{}

func (strikeParser) Trigger() []byte { return []byte{'~'} }

func (p strikeParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 2, p)
	if node == nil || node.OriginalLength > 2 || before == '~' {
		return nil
	}
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

func (strikeParser) IsDelimiter(c byte) bool { return c == '~' }

func (strikeParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (strikeParser) OnMatch(int) ast.Node { return extast.NewStrikethrough() }

// tableTransformer reads tables of a sane size. goldmark completes every row
// to the full number of columns, so that few bytes could ask for gigabytes.
type tableTransformer struct{ parser.ParagraphTransformer }

const maxTableCells = 4096

func (t tableTransformer) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	columns := 0
	lines := node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		columns = max(columns, 1+bytes.Count(line.Value(reader.Source()), []byte{'|'}))
	}
	if columns*lines.Len() <= maxTableCells {
		t.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// definitionTransformer takes the definitions of links out of a text, but no
// footnotes: [^1]: is none to the readers of Mattermost.
type definitionTransformer struct{ parser.ParagraphTransformer }

func (t definitionTransformer) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		if bytes.HasPrefix(bytes.TrimLeft(line.Value(reader.Source()), " "), []byte("[^")) {
			return
		}
	}
	t.ParagraphTransformer.Transform(node, reader, pc)
}

// taskBoxParser reads [ ] and [x] at the start of an item of a list. goldmark's
// own would take the label of a link for one.
type taskBoxParser struct{}

func (taskBoxParser) Trigger() []byte { return []byte{'['} }

func (taskBoxParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	item, ok := parent.Parent().(*ast.ListItem)
	if !ok || item.FirstChild() != parent || parent.HasChildren() {
		return nil
	}
	const length = len("[x] ")
	line, _ := block.PeekLine()
	if len(line) < length || line[2] != ']' || line[3] != ' ' || bytes.IndexByte([]byte(" xX"), line[1]) < 0 {
		return nil
	}
	block.Advance(length)
	return extast.NewTaskCheckBox(line[1] != ' ')
}

// taskBox returns the box that an item of a list begins with, nil if none.
func taskBox(item ast.Node) *extast.TaskCheckBox {
	if first := item.FirstChild(); first != nil {
		box, _ := first.FirstChild().(*extast.TaskCheckBox)
		return box
	}
	return nil
}

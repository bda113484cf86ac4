// What stands inside the lines of agents' Markdown.

package richtext

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

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
		if n.HardLineBreak() && n.Segment.Stop < len(r.source) && r.source[n.Segment.Stop] == '\\' {
			r.raw = append(r.raw, '\\') // the web shows it; it may end a path
		}
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
	case *extast.TaskCheckBox: // stands in the mark of the item
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

// codeText returns what stands in a code span, its line breaks as spaces. In a
// table a pipe in it had to be escaped.
func (r *reader) codeText(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c, ok := c.(*ast.Text); ok {
			b.Write(c.Segment.Value(r.source))
		}
	}
	if r.cell {
		return strings.ReplaceAll(b.String(), `\|`, "|")
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// link writes a label, as a Link where the URL may go out. Of a link in a link,
// which is an image on one, the outer counts.
func (r *reader) link(url string, label func()) {
	if r.linked || !r.mayLink(url) {
		label()
		return
	}
	r.linked = true
	r.span(Link, url, label)
	r.linked = false
}

func (r *reader) mayLink(url string) bool {
	return linkable(url, agentSchemes) && !r.options.leads(url)
}

// flush writes the text read so far.
func (r *reader) flush() {
	if len(r.raw) > 0 {
		r.write(r.mentions(r.emoji(decode(string(r.raw)))))
		r.raw = r.raw[:0]
	}
}

// sizedImage finds the size in ![alt](url =300x200 "title"), which only
// Mattermost knows (https://docs.mattermost.com/end-user-guide/collaborate/format-messages.html).
var sizedImage = regexp.MustCompile(`!\[[^\]\n]*\]\([^\s<>]+( +=\d*(?:x\d*)?)(?: +"[^"\n]*")? *\)`)

// withoutSizes returns the source with spaces for the sizes of images, so that
// all else keeps its place.
func withoutSizes(source []byte) []byte {
	sizes := sizedImage.FindAllSubmatchIndex(source, -1)
	if sizes == nil {
		return source
	}
	out := append([]byte(nil), source...)
	for _, place := range sizes {
		for i := place[2]; i < place[3]; i++ {
			out[i] = ' '
		}
	}
	return out
}

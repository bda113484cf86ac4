// How replies begin that answer a certain message: with a quote of it or with a
// link to it.

package richtext

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// LeadingQuote takes apart a post that begins with a Mattermost quote, lines
// that begin with ">": the plain text that was quoted, as PlainText has it, and
// the Markdown that follows, which may be empty. A line below that has no ">"
// belongs to what follows, although Mattermost shows it as part of the quote:
// this is how people write who answer. ok is false when there is no quote or
// nothing in it.
func LeadingQuote(md string) (quote, rest string, ok bool) {
	md, _ = clean(md)
	rest = strings.TrimLeft(md, "\n")
	var quoted strings.Builder
	for rest != "" {
		line, below, _ := strings.Cut(rest, "\n")
		content, marked := unmarked(line)
		if !marked {
			break
		}
		quoted.WriteString(content + "\n")
		rest = below
	}
	quote = FromMarkdown(quoted.String(), Options{}).PlainText()
	if quote == "" {
		return "", md, false
	}
	return quote, trimBlankLines(rest), true
}

// unmarked takes the ">" off a quoted line.
func unmarked(line string) (content string, ok bool) {
	const indent = 3 // with more of it a line is code
	content = strings.TrimLeft(line, " ")
	if len(line)-len(content) > indent {
		return "", false
	}
	content, ok = strings.CutPrefix(content, ">")
	return strings.TrimPrefix(content, " "), ok
}

// trimBlankLines takes off the blank lines before a text, not the indent of its
// first line.
func trimBlankLines(s string) string {
	blank := len(s) - len(strings.TrimLeft(s, blanks))
	return s[strings.LastIndexByte(s[:blank], '\n')+1:]
}

// LeadingLink takes apart a post whose first word is nothing but a URL to http
// or https: bare, as <url> or as [label](url). What follows, which may be
// empty, comes without the white space between. ok is false for all other
// posts.
func LeadingLink(md string) (url, rest string, ok bool) {
	md, _ = clean(md)
	trimmed := strings.TrimLeft(md, blanks)
	line, _, _ := strings.Cut(trimmed, "\n")
	url, end := firstLink([]byte(line[:min(len(line), maxFirstLink)]))
	if !linkable(url, []string{"http", "https"}) || end < len(line) && !strings.ContainsRune(blanks, rune(line[end])) {
		return "", md, false
	}
	return url, strings.TrimLeft(trimmed[end:], blanks), true
}

// maxFirstLink is how many bytes of a line are looked at for a link.
const maxFirstLink = 4096

// firstLink returns the URL of the link that a line begins with and where the
// link ends, "" if the line does not begin with one.
func firstLink(line []byte) (url string, end int) {
	paragraph, ok := grammar.Parse(text.NewReader(line)).FirstChild().(*ast.Paragraph)
	if !ok {
		return "", 0
	}
	link := paragraph.FirstChild()
	for link != nil && emptyText(link) {
		link = link.NextSibling()
	}
	switch n := link.(type) {
	case *ast.Link:
		url = decode(string(n.Destination))
	case *ast.AutoLink:
		url = withScheme(string(n.Label(line)))
	default:
		return "", 0
	}
	switch next := link.NextSibling().(type) {
	case nil:
		return url, len(line)
	case *ast.Text:
		return url, next.Segment.Start
	default:
		return "", 0
	}
}

// emptyText tells whether n is what a bare URL left of the text before it.
func emptyText(n ast.Node) bool {
	t, ok := n.(*ast.Text)
	return ok && t.Segment.IsEmpty()
}

// quoteKeyRunes is how much of a text makes its key, in runes.
const quoteKeyRunes = 200

// QuoteKey returns a short form of a text, as PlainText or LeadingQuote has it,
// by which a quote of the text is recognised: that of Text.Markdown, posted and
// quoted with ">" before each line, has the same key. What the way through
// Markdown may change does not count: white space, joiners, escapes, the marks
// of quotes and the addresses of links in parentheses. Case counts. The key of
// a text without anything else is that of the empty text.
func QuoteKey(plain string) string {
	var form []rune
	var open []int // the parentheses in form that are not closed
	for _, r := range plain {
		switch {
		case unicode.IsSpace(r) || strings.ContainsRune(`>\`+joiner, r):
			continue
		case r == '\u2424': // as Markdown writes it
			r = '\u240a'
		case r == '(':
			open = append(open, len(form))
		}
		form = append(form, r)
		if last := len(open) - 1; r == ')' && last >= 0 {
			if isLinkAddress(form[open[last]+1 : len(form)-1]) {
				form = form[:open[last]]
			}
			open = open[:last]
		}
	}
	sum := sha256.Sum256([]byte(string(form[:min(len(form), quoteKeyRunes)])))
	return hex.EncodeToString(sum[:16])
}

// isLinkAddress tells whether what stands between parentheses is what PlainText
// writes after the label of a link: a scheme, and no parentheses.
func isLinkAddress(between []rune) bool {
	const longest = len("mailto:")
	scheme, _, ok := strings.Cut(string(between[:min(len(between), longest)]), ":")
	return ok && slices.Contains(agentSchemes, strings.ToLower(scheme)) && !slices.Contains(between, '(')
}

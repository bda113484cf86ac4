// Customers' text as Mattermost Markdown: blocks and lines. How a line is
// written is in markdown_line.go.

package richtext

import (
	"slices"
	"strings"
)

// Markdown returns Mattermost Markdown that shows the text as the customer
// sent it and does nothing else: it mentions nobody, links only to http, https,
// mailto and tel, opens no image and formats nothing that was not formatted.
// Bare URLs are written as [url](url), because the server fetches those it
// finds bare while it creates the post (tried on Mattermost 11.1). Underline
// and Spoiler, which Mattermost does not know, leave their text.
func (t Text) Markdown() string {
	t = t.Normal()
	w := markdownWriter{plain: t.Plain, runs: runs(t)}
	for _, b := range blocks(t) {
		w.block(b)
	}
	return w.String()
}

// block is a stretch of the text that is lines of its own: a Pre, a quoted or
// an ordinary text.
type block struct {
	start, end int
	quote      int // 0, or the number of the quote it belongs to
	pre        bool
	language   string
}

// blocks cuts the text at the borders of quotes and Pre.
func blocks(t Text) []block {
	var inner []block
	at, quote, quoteEnd, quotes := 0, 0, 0, 0
	until := func(end int) {
		if at < end {
			inner = append(inner, block{start: at, end: end, quote: quote})
			at = end
		}
	}
	endQuote := func(before int) {
		if quote > 0 && quoteEnd <= before {
			until(quoteEnd)
			quote = 0
		}
	}
	for _, s := range t.Spans {
		if s.Kind != Quote && s.Kind != Pre {
			continue
		}
		endQuote(s.Start)
		until(s.Start)
		if s.Kind == Quote {
			quotes++
			quote, quoteEnd = quotes, s.End
			continue
		}
		inner = append(inner, block{start: s.Start, end: s.End, quote: quote, pre: true, language: s.Value})
		at = s.End
	}
	endQuote(len(t.Plain))
	until(len(t.Plain))
	return inner
}

// markdownWriter collects the finished lines.
type markdownWriter struct {
	plain string
	runs  []run
	out   strings.Builder
	lines int
	quote int // of the line before
}

func (w *markdownWriter) block(b block) {
	text := w.plain[b.start:b.end]
	if b.pre {
		w.pre(b, text)
		return
	}
	// A block begins and ends a line anyway.
	if b.start > 0 && strings.HasPrefix(text, "\n") {
		b.start++
	}
	if b.end < len(w.plain) && b.start < b.end && w.plain[b.end-1] == '\n' {
		b.end--
	}
	if b.start == b.end {
		return
	}
	for start := b.start; start <= b.end; {
		end := b.end
		if i := strings.IndexByte(w.plain[start:b.end], '\n'); i >= 0 {
			end = start + i
		}
		w.line(b.quote, guardLine(w.inline(start, end)))
		start = end + 1
	}
}

func (w *markdownWriter) pre(b block, text string) {
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	w.line(b.quote, fence+language(b.language))
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		w.line(b.quote, line)
	}
	w.line(b.quote, fence)
}

// line adds one line, marked if quoted; an empty line ends a quote.
func (w *markdownWriter) line(quote int, line string) {
	if w.lines > 0 {
		w.out.WriteByte('\n')
		if w.quote > 0 && w.quote != quote {
			w.out.WriteByte('\n')
		}
	}
	if quote > 0 {
		w.out.WriteString("> ")
	}
	w.out.WriteString(line)
	w.lines++
	w.quote = quote
}

// String returns what was written, without the symbol for a new line, which the
// web reads as one.
func (w *markdownWriter) String() string {
	return strings.ReplaceAll(w.out.String(), "\u2424", "\u240a")
}

// language returns name if it can stand after a fence, else "".
func language(name string) string {
	for i := range len(name) {
		if !isASCIIWord(name[i]) && strings.IndexByte("+-#._", name[i]) < 0 {
			return ""
		}
	}
	return name
}

// longestRun returns the length of the longest run of c in s.
func longestRun(s string, c byte) int {
	longest, n := 0, 0
	for i := range len(s) {
		n++
		if s[i] != c {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// run is a stretch of text under the same formatting.
type run struct {
	start, end int
	style      [kinds]bool // Bold, Italic, Strike, Code
	link       string      // URL, "" for none
	linkNo     int         // tells one link from the next
}

// shown returns the run up to end with the formatting it gets: a label gets no
// Code, where brackets could not be escaped, and Code nothing besides.
func (r run) shown(end int) run {
	r.end = end
	if r.linkNo > 0 {
		r.style[Code] = false
	}
	if r.style[Code] {
		r.style = [kinds]bool{Code: true}
	}
	return r
}

// runs cuts the text, which must be Normal, wherever the formatting that
// Mattermost can show within a line changes.
func runs(t Text) []run {
	type edge struct {
		at   int
		open bool
		span int
	}
	var edges []edge
	for i, s := range t.Spans {
		shown := s.Kind == Bold || s.Kind == Italic || s.Kind == Strike || s.Kind == Code
		if shown || s.Kind == Link && linkable(s.Value, customerSchemes) {
			edges = append(edges, edge{s.Start, true, i}, edge{s.End, false, i})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int {
		if a.at == b.at && a.open != b.open {
			if b.open {
				return -1
			}
			return 1
		}
		return a.at - b.at
	})
	var all []run
	var now run
	upTo := func(at int) {
		if now.start < at {
			shown := now.shown(at)
			last := len(all) - 1
			if last >= 0 && all[last].style == shown.style && all[last].linkNo == shown.linkNo {
				all[last].end = at
			} else {
				all = append(all, shown)
			}
		}
		now.start = at
	}
	for _, e := range edges {
		upTo(e.at)
		s := t.Spans[e.span]
		switch {
		case s.Kind != Link:
			now.style[s.Kind] = e.open
		case e.open:
			now.link, now.linkNo = s.Value, e.span+1
		default:
			now.link, now.linkNo = "", 0
		}
	}
	upTo(len(t.Plain))
	return all
}

// One line of customers' text as Mattermost Markdown. Markers are closed at the
// end of each line. Their order is fixed, links outside, then ~~, ** and *:
// on the web * around ** breaks, while this order holds in every renderer.

package richtext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// inline returns the line plain[start:end] with its markers.
func (w *markdownWriter) inline(start, end int) string {
	for len(w.runs) > 0 && w.runs[0].end <= start {
		w.runs = w.runs[1:]
	}
	var l lineWriter
	for len(w.runs) > 0 && w.runs[0].start < end {
		r := w.runs[0]
		l.run(w.plain[max(r.start, start):min(r.end, end)], r)
		if r.end > end {
			break // the run goes on in the next line
		}
		w.runs = w.runs[1:]
	}
	return l.finish()
}

// marker opens and closes a formatting within a line.
type marker struct {
	text   string // "~~", "**", "*" or "[" of a link
	url    string
	linkNo int
}

func (m marker) starred() bool { return m.text[0] == '*' }

// lineWriter writes one line. White space is held back until it is known
// whether markers close before it or open after it, because a marker next to
// white space inside would be none.
type lineWriter struct {
	out      strings.Builder
	last     rune // the last rune written, 0 at the start of the line
	opened   []marker
	space    string
	bareURLs int // found so far, counted down to tell them from other links
}

func (l *lineWriter) write(s string) {
	if s != "" {
		l.out.WriteString(s)
		l.last, _ = utf8.DecodeLastRuneInString(s)
	}
}

// run writes the part of a run that lies in this line.
func (l *lineWriter) run(text string, r run) {
	if r.style[Code] {
		l.piece(text, r)
		return
	}
	for r.link == "" {
		start, end, ok := findURL(text, 0)
		if !ok {
			break
		}
		l.piece(text[:start], r)
		l.bareURLs--
		linked := r
		linked.link, linked.linkNo = withScheme(text[start:end]), l.bareURLs
		l.piece(text[start:end], linked)
		text = text[end:]
	}
	l.piece(text, r)
}

// piece writes text under the formatting of r.
func (l *lineWriter) piece(text string, r run) {
	core := strings.TrimSpace(text)
	at := strings.Index(text, core)
	l.space += text[:at]
	if core == "" {
		l.space += text[at:]
		return
	}
	if r.style[Code] {
		l.enter(nil, "`")
		l.write(codeSpan(core))
	} else {
		written := escape(core, surroundings{
			starred: r.style[Bold] || r.style[Italic],
			struck:  r.style[Strike],
			label:   r.link != "",
		})
		l.enter(markers(r), written)
		l.write(written)
	}
	l.space = text[at+len(core):]
}

// markers returns the markers of a run from the outside in.
func markers(r run) []marker {
	var all []marker
	if r.link != "" {
		all = append(all, marker{text: "[", url: r.link, linkNo: r.linkNo})
	}
	if r.style[Strike] {
		all = append(all, marker{text: "~~"})
	}
	if r.style[Bold] {
		all = append(all, marker{text: "**"})
	}
	if r.style[Italic] {
		all = append(all, marker{text: "*"})
	}
	return all
}

// enter closes and opens markers so that those of want are open, and writes
// the held back white space at the right place. next is what comes after.
func (l *lineWriter) enter(want []marker, next string) {
	keep := 0
	for keep < len(want) && keep < len(l.opened) && want[keep] == l.opened[keep] {
		keep++
	}
	if l.space == "" && (keep < len(want) || keep < len(l.opened)) {
		// Inside a word CommonMark may take the next * for an end of the
		// stars left open.
		for keep > 0 && want[keep-1].starred() {
			keep--
		}
	}
	l.closeTo(keep)
	l.write(l.space)
	l.space = ""
	l.open(want[keep:], next)
}

// open writes the opening markers. A marker does not count if a letter stands
// before it and a punctuation mark after it, on the web not before a quotation
// mark or < either, and with a dash it could be a rule; a joiner inside helps.
func (l *lineWriter) open(fresh []marker, next string) {
	first, _ := utf8.DecodeRuneInString(next)
	before := l.last // of the whole run of stars
	for i, m := range fresh {
		continued := i > 0 && m.starred() && fresh[i-1].starred()
		if !continued {
			if m.text != "[" && l.last == rune(m.text[0]) || m.text == "[" && l.last == '!' {
				l.write(joiner)
			}
			before = l.last
		}
		l.write(m.text)
		l.opened = append(l.opened, m)
		if m.text == "[" || m.starred() && i+1 < len(fresh) && fresh[i+1].starred() {
			continue
		}
		marksFollow := i+1 < len(fresh) || isPunct(first)
		if isLetter(before) && marksFollow || m.starred() && strings.ContainsRune("\"<-=|:+", first) {
			l.write(joiner)
		}
	}
}

// closeTo closes the markers from the innermost until keep are left.
func (l *lineWriter) closeTo(keep int) {
	for i := len(l.opened) - 1; i >= keep; i-- {
		m := l.opened[i]
		switch {
		case m.text == "[":
			l.write("](" + destination(m.url) + ")")
			continue
		case m.starred() && i+1 < len(l.opened) && l.opened[i+1].starred():
		case l.space == "" && isPunct(l.last) && !l.insideLink(keep):
			l.write(joiner)
		}
		l.write(m.text)
	}
	l.opened = l.opened[:keep]
}

// insideLink tells whether a link is closed together with the markers in it,
// whose bracket then follows them.
func (l *lineWriter) insideLink(keep int) bool {
	return keep == 0 && l.opened[0].text == "["
}

func (l *lineWriter) finish() string {
	trailing := l.space
	l.space = " " // the end of a line is as good as a space
	l.closeTo(0)
	l.write(trailing)
	return l.out.String()
}

// codeSpan writes text between more backticks than it has in a row.
func codeSpan(text string) string {
	ticks := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// isPunct tells what CommonMark calls punctuation.
func isPunct(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// isLetter tells whether r is neither the start of a line nor white space nor
// punctuation.
func isLetter(r rune) bool { return r != 0 && !unicode.IsSpace(r) && !isPunct(r) }

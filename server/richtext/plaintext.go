// Text for messengers that know no formatting.

package richtext

import (
	"cmp"
	neturl "net/url"
	"slices"
	"strings"
)

// PlainText returns the text for a messenger without formatting: a link whose
// label is not its URL becomes "label (url)", where the URL has no white space
// and no parentheses that would end it, each line of a quote begins with "> ",
// code stays as it is, and other formatting leaves no trace. Of a link with a
// scheme that FromMarkdown would not link the label stays.
func (t Text) PlainText() string {
	t = t.Normal()
	var all []insertion
	for _, s := range t.Spans {
		switch {
		case s.Kind == Quote:
			all = append(all, quoteMarks(t.Plain, s)...)
		case s.Kind == Link && linkable(s.Value, agentSchemes) && !sameURL(t.Plain[s.Start:s.End], s.Value):
			all = append(all, insertion{s.End, " (" + percentEncode(s.Value, "()") + ")"})
		}
	}
	slices.SortStableFunc(all, func(a, b insertion) int { return cmp.Compare(a.at, b.at) })
	var b strings.Builder
	from := 0
	for _, in := range all {
		b.WriteString(t.Plain[from:in.at])
		b.WriteString(in.text)
		from = in.at
	}
	b.WriteString(t.Plain[from:])
	return b.String()
}

// insertion is a text to put in before the byte at.
type insertion struct {
	at   int
	text string
}

// quoteMarks returns what makes the quote lines of their own, each marked.
func quoteMarks(plain string, s Span) []insertion {
	mark := "> "
	if s.Start > 0 && plain[s.Start-1] != '\n' {
		mark = "\n> "
	}
	marks := []insertion{{s.Start, mark}}
	for i := s.Start; i < s.End-1; i++ {
		if plain[i] == '\n' {
			marks = append(marks, insertion{i + 1, "> "})
		}
	}
	if s.End < len(plain) && plain[s.End-1] != '\n' && plain[s.End] != '\n' {
		marks = append(marks, insertion{s.End, "\n"})
	}
	return marks
}

// sameURL tells whether a label says no less than the URL.
func sameURL(label, url string) bool {
	return bareURL(label) == bareURL(url)
}

// bareURL takes off what people leave out when they write a URL, and the
// encoding that need not be.
func bareURL(url string) string {
	url = strings.TrimSpace(url)
	if decoded, err := neturl.PathUnescape(url); err == nil {
		url = decoded
	}
	for _, scheme := range []string{"http://", "https://", "mailto:", "tel:"} {
		if len(url) >= len(scheme) && strings.EqualFold(url[:len(scheme)], scheme) {
			return strings.TrimSuffix(url[len(scheme):], "/")
		}
	}
	return strings.TrimSuffix(url, "/")
}

// Normal: the form of a text that the rest of the package relies on.

package richtext

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Normal returns the text in the form every other function relies on: valid
// UTF-8 without control characters (new line and tab stay, \r\n and \r become
// \n), spans on rune boundaries inside the text, none empty, none overlapping
// another of its kind, sorted from the outside in, crossing ones cut so that
// they nest, and nothing inside Code and Pre. Where two spans cross, a Pre,
// Code, Link or Quote stays whole before a lesser one does.
func (t Text) Normal() Text {
	plain, moved := clean(t.Plain)
	spans := make([]Span, 0, len(t.Spans))
	for _, s := range t.Spans {
		s.Start = moved.to(runeStart(t.Plain, s.Start))
		s.End = moved.to(runeStart(t.Plain, s.End))
		if s.Kind == Link || s.Kind == Pre {
			s.Value, _ = clean(s.Value)
		} else {
			s.Value = ""
		}
		known := Bold <= s.Kind && s.Kind <= Link
		if known && s.Start < s.End && (s.Kind != Link || s.Value != "") {
			spans = append(spans, s)
		}
	}
	if len(spans) == 0 {
		return Text{Plain: plain}
	}
	return Text{Plain: plain, Spans: nest(spans)}
}

// moves tells where each byte of a text went when it was changed; nil when it
// was not.
type moves []int

func (m moves) to(at int) int {
	if m == nil {
		return at
	}
	return m[at]
}

// runeStart moves at into s and back to the start of the rune it points into.
func runeStart(s string, at int) int {
	at = min(max(at, 0), len(s))
	for back := 0; back < utf8.UTFMax && at > 0 && at < len(s) && !utf8.RuneStart(s[at]); back++ {
		at--
	}
	return at
}

// clean makes s valid UTF-8 and takes the control characters out.
func clean(s string) (string, moves) {
	if utf8.ValidString(s) && strings.IndexFunc(s, unwanted) < 0 {
		return s, nil
	}
	var b strings.Builder
	moved := make(moves, len(s)+1)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		for k := range size {
			moved[i+k] = b.Len()
		}
		i += size
		switch {
		case r == '\r' && strings.HasPrefix(s[i:], "\n"):
		case r == '\r':
			b.WriteByte('\n')
		case !unwanted(r):
			b.WriteRune(r)
		}
	}
	moved[len(s)] = b.Len()
	return b.String(), moved
}

func unwanted(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// wholeness tells which of two crossing spans stays whole: the greater.
var wholeness = [kinds]int{Pre: 4, Code: 3, Link: 2, Quote: 1}

// depth tells which of two spans over the same text is the inner: the greater.
var depth = [kinds]int{Quote: 0, Link: 1, Bold: 2, Italic: 3, Underline: 4, Strike: 5, Spoiler: 6, Code: 7, Pre: 8}

// nest cuts crossing spans so that they nest. Spans of one kind never overlap
// here, so no more than one of each kind is open at any place, which keeps the
// work near linear.
func nest(spans []Span) []Span {
	spans = disjoint(spans)
	edges := make([]int, 0, 2*len(spans))
	for _, s := range spans {
		edges = append(edges, s.Start, s.End)
	}
	slices.Sort(edges)
	var n nesting
	for _, at := range slices.Compact(edges) {
		n.close(at)
		for ; len(spans) > 0 && spans[0].Start == at; spans = spans[1:] {
			n.open(spans[0])
		}
	}
	slices.SortStableFunc(n.done, outerFirst)
	return n.done
}

// disjoint sorts the spans from the outside in and merges or clips those that
// overlap another of their kind.
func disjoint(spans []Span) []Span {
	slices.SortStableFunc(spans, outerFirst)
	last := [kinds]int{}
	out := make([]Span, 0, len(spans))
	for _, s := range spans {
		if before := last[s.Kind]; before > 0 {
			prev := &out[before-1]
			if s.Start < prev.End && s.Value == prev.Value {
				prev.End = max(prev.End, s.End)
				continue
			}
			s.Start = max(s.Start, prev.End)
		}
		if s.Start < s.End {
			out = append(out, s)
			last[s.Kind] = len(out)
		}
	}
	slices.SortStableFunc(out, outerFirst)
	return out
}

func outerFirst(a, b Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(depth[a.Kind], depth[b.Kind]))
}

// nesting is the walk over all edges: the stack of open spans, the outermost
// first, each starting where its current piece does, and the finished pieces.
type nesting struct {
	stack []Span
	done  []Span
}

// open puts s on the stack, below the open spans that would cross it and may
// be cut.
func (n *nesting) open(s Span) {
	i := slices.IndexFunc(n.stack, func(o Span) bool {
		return o.End < s.End && wholeness[o.Kind] < wholeness[s.Kind]
	})
	if i < 0 {
		i = len(n.stack)
	}
	n.cut(i, s.Start)
	n.stack = slices.Insert(n.stack, i, s)
}

// close takes the spans that end at the place off the stack and cuts what was
// opened inside them.
func (n *nesting) close(at int) {
	ends := func(s Span) bool { return s.End == at }
	if i := slices.IndexFunc(n.stack, ends); i >= 0 {
		n.cut(i, at)
		n.stack = slices.DeleteFunc(n.stack, ends)
	}
}

// cut finishes the current piece of every span from the i-th of the stack up.
func (n *nesting) cut(i, at int) {
	verbatim := slices.ContainsFunc(n.stack[:i], isVerbatim)
	for k := i; k < len(n.stack); k++ {
		s := &n.stack[k]
		if s.Start < at && !verbatim {
			n.done = append(n.done, Span{Start: s.Start, End: at, Kind: s.Kind, Value: s.Value})
		}
		verbatim = verbatim || isVerbatim(*s)
		s.Start = at
	}
}

func isVerbatim(s Span) bool { return s.Kind == Code || s.Kind == Pre }

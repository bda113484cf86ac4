// Cutting a text by the limit of a messenger.

package richtext

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Split cuts the text into parts of at most max units each. It cuts between
// paragraphs if it can, else between lines, sentences, words; inside the label
// of a Link, a Code or a word only if that alone is longer than max; inside a
// grapheme cluster only if that is. A single code point is never cut and may
// exceed a max that is smaller. White space at a cut goes, nothing else does.
// No part is empty: a text of white space gives none.
func (t Text) Split(max int, u Unit) []Text {
	t = t.Normal()
	if strings.TrimSpace(t.Plain) == "" {
		return nil
	}
	if t.Len(u) <= max {
		return []Text{t}
	}
	s := splitter{plain: t.Plain, unit: u, max: max, ends: clusters(t.Plain), whole: wholes(t, max, u)}
	rest := carrier{spans: t.Spans}
	var parts []Text
	for at := 0; at < len(t.Plain); {
		cut := s.cut(at)
		if trimmed := strings.TrimRight(t.Plain[at:cut], blanks); strings.TrimSpace(trimmed) != "" {
			end := at + len(trimmed)
			parts = append(parts, Text{Plain: trimmed, Spans: rest.within(at, end)})
		}
		at = s.resume(cut)
	}
	return parts
}

// clusters returns the ends of the grapheme clusters of s.
func clusters(s string) []int {
	ends := make([]int, 0, utf8.RuneCountInString(s))
	state, at := -1, 0
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(cluster)
		ends = append(ends, at)
	}
	return ends
}

// wholes returns the spans that need not be cut, none inside another.
func wholes(t Text, max int, u Unit) []Span {
	var out []Span
	for _, s := range t.Spans {
		inside := len(out) > 0 && s.Start < out[len(out)-1].End
		if (s.Kind == Link || s.Kind == Code) && !inside && length(t.Plain[s.Start:s.End], u) <= max {
			out = append(out, s)
		}
	}
	return out
}

// splitter finds the cuts from the start of a text to its end.
type splitter struct {
	plain string
	unit  Unit
	max   int
	ends  []int  // of the grapheme clusters not passed yet
	whole []Span // better not cut, not passed yet
}

// breakClass is how good a place is to cut at: the greater the better.
type breakClass int

const (
	wordBreak breakClass = iota
	sentenceBreak
	lineBreak
	paragraphBreak
	breakClasses
)

// cut returns where to end the part that begins at from.
func (s *splitter) cut(from int) int {
	for len(s.ends) > 0 && s.ends[0] <= from {
		s.ends = s.ends[1:]
	}
	for len(s.whole) > 0 && s.whole[0].End <= from {
		s.whole = s.whole[1:]
	}
	limit, all := s.limit(from)
	if all {
		return limit
	}
	best := s.breaks(from, limit)
	for class := paragraphBreak; class > wordBreak; class-- {
		// A short part for the sake of a better cut is no gain.
		if best[class] > from && best[class]-from >= (limit-from)/2 {
			return best[class]
		}
	}
	if best[wordBreak] > from {
		return best[wordBreak]
	}
	for _, w := range s.whole {
		if _, between := slices.BinarySearch(s.ends, w.Start); between && from < w.Start && w.Start < limit && limit < w.End {
			return w.Start
		}
	}
	return limit
}

// limit returns the farthest end of a part that begins at from, and whether
// that is the end of the text.
func (s *splitter) limit(from int) (end int, all bool) {
	end = from
	used := 0
	for _, e := range s.ends {
		used += length(s.plain[end:e], s.unit)
		if used > s.max {
			break
		}
		end = e
	}
	if end == from {
		end = s.runeLimit(from)
	}
	return end, end == len(s.plain)
}

// runeLimit is the limit inside a grapheme cluster that is too long: at least
// one code point.
func (s *splitter) runeLimit(from int) int {
	end, used := from, 0
	for i, r := range s.plain[from:] {
		used += length(string(r), s.unit)
		if used > s.max && i > 0 {
			break
		}
		end = from + i + utf8.RuneLen(r)
	}
	return end
}

// breaks returns the last place of each class between from and limit, from if
// there is none. Each class counts the better ones too.
func (s *splitter) breaks(from, limit int) [breakClasses]int {
	var best [breakClasses]int
	for class := range best {
		best[class] = from
	}
	whole := s.whole
	start := from
	inSpace := true // white space at the start is no place to cut
	for _, end := range s.ends {
		if start > limit {
			break
		}
		space := isBlank(s.plain[start:end])
		if space && !inSpace {
			for len(whole) > 0 && whole[0].End <= start {
				whole = whole[1:]
			}
			inside := len(whole) > 0 && whole[0].Start < start
			if !inside {
				for class := s.class(start); class >= wordBreak; class-- {
					best[class] = start
				}
			}
		}
		inSpace = space
		start = end
	}
	return best
}

// class tells what the white space at the given place separates.
func (s *splitter) class(at int) breakClass {
	run := s.plain[at : len(s.plain)-len(strings.TrimLeft(s.plain[at:], blanks))]
	switch strings.Count(run, "\n") {
	case 0:
		last, _ := utf8.DecodeLastRuneInString(s.plain[:at])
		if strings.ContainsRune(".!?…。！？", last) {
			return sentenceBreak
		}
		return wordBreak
	case 1:
		return lineBreak
	default:
		return paragraphBreak
	}
}

// resume returns where the part after a cut begins: behind the white space,
// but with the indent of its first line.
func (s *splitter) resume(cut int) int {
	at, start := cut, cut
	for _, end := range s.ends {
		if end <= cut {
			continue
		}
		if !isBlank(s.plain[start:end]) {
			break
		}
		if s.plain[start:end] == "\n" {
			at = end
		}
		start = end
	}
	if at == cut {
		return start
	}
	return at
}

// blanks are the white space that a text may be cut at; a no-break space is
// there to prevent it.
const blanks = " \n\t"

// isBlank tells whether a grapheme cluster is white space to cut at.
func isBlank(cluster string) bool { return strings.Trim(cluster, blanks) == "" }

// carrier hands out spans part by part; each span is looked at once for every
// part it touches.
type carrier struct {
	spans []Span // not begun
	live  []Span // begun and not ended
}

func (c *carrier) within(start, end int) []Span {
	for len(c.spans) > 0 && c.spans[0].Start < end {
		c.live = append(c.live, c.spans[0])
		c.spans = c.spans[1:]
	}
	part := within(c.live, start, end)
	left := c.live[:0]
	for _, s := range c.live {
		if s.End > end {
			left = append(left, s)
		}
	}
	c.live = left
	return part
}

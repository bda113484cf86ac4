// Spans counted in UTF-16 units, as Telegram counts its entities
// (https://core.telegram.org/bots/api#messageentity).

package richtext

import "unicode/utf16"

// UTF16Span is a Span whose place is counted in UTF-16 units.
type UTF16Span struct {
	Offset, Length int
	Kind           Kind
	Value          string
}

// UTF16 returns the spans of the text, which must be Normal, counted in UTF-16
// units.
func (t Text) UTF16() []UTF16Span {
	if len(t.Spans) == 0 {
		return nil
	}
	units := make([]int, len(t.Plain)+1)
	n := 0
	for i, r := range t.Plain {
		units[i] = n
		n += utf16Len(r)
	}
	units[len(t.Plain)] = n
	spans := make([]UTF16Span, 0, len(t.Spans))
	for _, s := range t.Spans {
		start, end := units[runeStart(t.Plain, s.Start)], units[runeStart(t.Plain, s.End)]
		spans = append(spans, UTF16Span{Offset: start, Length: end - start, Kind: s.Kind, Value: s.Value})
	}
	return spans
}

// FromUTF16 returns the Normal text with the given formatting. Spans may
// overlap, lie outside of the text or begin and end inside a surrogate pair,
// which then counts from its start.
func FromUTF16(plain string, spans []UTF16Span) Text {
	if len(spans) == 0 {
		return Plain(plain).Normal()
	}
	bytes := make([]int, 0, len(plain)+1)
	for i, r := range plain {
		for range utf16Len(r) {
			bytes = append(bytes, i)
		}
	}
	bytes = append(bytes, len(plain))
	last := len(bytes) - 1
	t := Text{Plain: plain, Spans: make([]Span, 0, len(spans))}
	for _, s := range spans {
		if s.Length <= 0 || s.Offset >= last {
			continue
		}
		length := s.Length
		if s.Offset > 0 {
			length = min(length, last) // a huge one must not overflow the sum
		}
		end := min(s.Offset+length, last)
		if end <= 0 {
			continue
		}
		t.Spans = append(t.Spans, Span{Start: bytes[max(s.Offset, 0)], End: bytes[end], Kind: s.Kind, Value: s.Value})
	}
	return t.Normal()
}

// utf16Len is 1 or 2; what is no valid rune counts as the replacement character.
func utf16Len(r rune) int { return max(utf16.RuneLen(r), 1) }

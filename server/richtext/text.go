// The values of this package and the small operations on them: length, joining,
// trimming and cutting out a part.

// Package richtext holds a messenger-neutral formatted text, converts it from
// and to Mattermost Markdown, and cuts it by the limits of a messenger. It is
// pure: no input or output, no mutable state, and no input makes it panic.
package richtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what a Span does to the text it covers.
type Kind uint8

// The kinds of formatting that a messenger or Mattermost can show.
const (
	Bold Kind = iota + 1
	Italic
	Underline
	Strike
	Spoiler
	Code
	Pre
	Quote
	Link

	kinds = Link + 1
)

// Span marks Plain[Start:End] of its Text: byte offsets on rune boundaries.
// Value is the URL of a Link, the language of a Pre, else "".
type Span struct {
	Start, End int
	Kind       Kind
	Value      string
}

// Text is plain text with formatting. The zero value is the empty text.
type Text struct {
	Plain string
	Spans []Span
}

// Unit is what a messenger counts when it limits the length of a text.
type Unit uint8

// Telegram limits a text by code points and counts entity offsets in UTF-16
// units (https://core.telegram.org/bots/api#messageentity).
const (
	CodePoints Unit = iota
	UTF16Units
	Bytes
)

// Plain returns s as a text without formatting.
func Plain(s string) Text { return Text{Plain: s} }

// Concat returns the texts one after the other, each with its formatting.
func Concat(texts ...Text) Text {
	var plain strings.Builder
	var spans []Span
	for _, t := range texts {
		for _, s := range t.Spans {
			s.Start += plain.Len()
			s.End += plain.Len()
			spans = append(spans, s)
		}
		plain.WriteString(t.Plain)
	}
	return Text{Plain: plain.String(), Spans: spans}
}

// Len returns the length of the plain text in the given unit.
func (t Text) Len(u Unit) int { return length(t.Plain, u) }

func length(s string, u Unit) int {
	switch u {
	case Bytes:
		return len(s)
	case UTF16Units:
		n := 0
		for _, r := range s {
			n += utf16Len(r)
		}
		return n
	default:
		return utf8.RuneCountInString(s)
	}
}

// Trim returns the text without the white space at both its ends.
func (t Text) Trim() Text {
	start := len(t.Plain) - len(strings.TrimLeftFunc(t.Plain, unicode.IsSpace))
	end := len(strings.TrimRightFunc(t.Plain, unicode.IsSpace))
	if start >= end {
		return Text{}
	}
	return Text{Plain: t.Plain[start:end], Spans: within(t.Spans, start, end)}
}

// within returns the parts of the spans that lie in [start, end), counted from
// start and in the order of Normal.
func within(spans []Span, start, end int) []Span {
	var out []Span
	for _, s := range spans {
		s.Start, s.End = max(s.Start, start)-start, min(s.End, end)-start
		if s.Start < s.End {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, outerFirst)
	return out
}

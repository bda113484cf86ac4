// What the server does to a text and demands of its entities, https://core.telegram.org/bots/api#messageentity.

package telegramtest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/pkg/errors"
)

// The longest text of a message, caption and quote in code points, counted after cleaning.
const (
	maxText    = 4096
	maxCaption = 1024
	maxQuote   = 1024
)

// The families of entities that decide what may nest in what.
var (
	styles  = []string{"bold", "italic", "underline", "strikethrough", "spoiler"}
	quotes  = []string{"blockquote", "expandable_blockquote"}
	codes   = []string{"code", "pre"}
	singles = []string{"code", "pre", "text_link", "custom_emoji"}
)

// cleanText removes \r, turns other control characters into spaces, and trims both ends; entities move along and those
// that became empty go. The error says which entity nobody may send.
func cleanText(text string, entities []Entity) (string, []Entity, error) {
	units := utf16.Encode([]rune(text))
	if err := checkEntities(units, entities); err != nil {
		return "", nil, err
	}
	// moved[i] is where the unit at i of the old text is in the new one.
	moved := make([]int, len(units)+1)
	var clean []uint16
	for i, u := range units {
		moved[i] = len(clean)
		switch {
		case u == '\r':
			continue
		case u < ' ' && u != '\n':
			u = ' '
		}
		clean = append(clean, u)
	}
	moved[len(units)] = len(clean)

	whole := string(utf16.Decode(clean))
	left := strings.TrimLeftFunc(whole, unicode.IsSpace)
	trimmed := strings.TrimRightFunc(left, unicode.IsSpace)
	cut := len(utf16.Encode([]rune(whole))) - len(utf16.Encode([]rune(left)))
	size := len(utf16.Encode([]rune(trimmed)))

	var kept []Entity
	for _, e := range entities {
		start := min(max(moved[e.Offset]-cut, 0), size)
		end := min(max(moved[e.Offset+e.Length]-cut, 0), size)
		if start == end {
			continue
		}
		e.Offset, e.Length = start, end-start
		kept = append(kept, e)
	}
	return trimmed, kept, nil
}

// checkEntities finds the first entity that breaks a rule.
func checkEntities(units []uint16, entities []Entity) error {
	for i, e := range entities {
		if err := checkEntity(units, e); err != nil {
			return err
		}
		for _, other := range entities[:i] {
			if err := checkPair(other, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkEntity(units []uint16, e Entity) error {
	switch {
	case !slices.Contains(slices.Concat(styles, quotes, singles), e.Type):
		return errors.Errorf("entity of type %q, which telegramtest does not let a bot send", e.Type)
	case e.Length <= 0 || e.Offset < 0 || e.Offset > len(units) || e.Length > len(units)-e.Offset:
		return errors.Errorf("entity %s at %d of length %d is outside the text of %d", e.Type, e.Offset, e.Length, len(units))
	case splitsSurrogates(units, e.Offset):
		return errors.Errorf("entity %s begins in a middle of a UTF-16 symbol at %d", e.Type, e.Offset)
	case splitsSurrogates(units, e.Offset+e.Length):
		return errors.Errorf("entity %s ends in a middle of a UTF-16 symbol at %d", e.Type, e.Offset+e.Length)
	case e.Type == "text_link" && e.URL == "":
		return errors.New("entity text_link without url")
	case e.URL != "" && e.Type != "text_link":
		return errors.Errorf("entity %s with url", e.Type)
	case e.Language != "" && e.Type != "pre":
		return errors.Errorf("entity %s with language", e.Type)
	}
	return nil
}

// splitsSurrogates tells whether at is between the two halves of one character.
func splitsSurrogates(units []uint16, at int) bool {
	return at > 0 && at < len(units) && utf16.DecodeRune(rune(units[at-1]), rune(units[at])) != unicode.ReplacementChar
}

// checkPair holds two entities against the documented rules of nesting.
func checkPair(a, b Entity) error {
	endA, endB := a.Offset+a.Length, b.Offset+b.Length
	if endA <= b.Offset || endB <= a.Offset {
		return nil
	}
	in := func(family []string, e Entity) bool { return slices.Contains(family, e.Type) }
	contained := (a.Offset <= b.Offset && endB <= endA) || (b.Offset <= a.Offset && endA <= endB)
	switch {
	case !contained:
		return errors.Errorf("entities %s and %s overlap in part", a.Type, b.Type)
	case a.Type == b.Type:
		return errors.Errorf("entity %s inside another", a.Type)
	case in(styles, a) && in(codes, b), in(codes, a) && in(styles, b):
		return errors.Errorf("entities %s and %s nest", a.Type, b.Type)
	case in(quotes, a) && in(quotes, b), in(singles, a) && in(singles, b):
		return errors.Errorf("entities %s and %s nest", a.Type, b.Type)
	}
	return nil
}

// unitsBefore is how many UTF-16 units stand before a part of a text, -1 when the text has no such part.
func unitsBefore(text, part string) int {
	before, _, found := strings.Cut(text, part)
	if !found {
		return -1
	}
	return len(utf16.Encode([]rune(before)))
}

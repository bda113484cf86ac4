// Comparing what customers write with what was meant.

package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// spellings are pairs of how a word may be spelled and what that is compared as: apostrophes, letters that keyboards lack or
// that come in two pieces, and characters that nobody sees.
var spellings = []string{
	"’", "'", "‘", "'", "ʼ", "'", "ʹ", "'", "′", "'", "`", "'", "´", "'", "＇", "'", "‛", "'",
	"и\u0306", "й", "і\u0308", "ї", "е\u0308", "е", "ё", "е", "ґ", "г",
	"И\u0306", "Й", "І\u0308", "Ї", "Е\u0308", "Е", "Ё", "Е", "Ґ", "Г",
	"\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\ufe0e", "", "\ufe0f", "",
}

var alike = strings.NewReplacer(spellings...)

// Alike writes a text in the spelling that others of the same words are compared in. Case stays.
func Alike(text string) string { return alike.Replace(text) }

// Fold makes texts equal that a reader takes for the same: case, apostrophes, ё and е, ґ and г, and how many spaces stand
// between words and around them make no difference.
func Fold(text string) string {
	return strings.Join(strings.Fields(Alike(strings.ToLower(text))), " ")
}

// core is a folded text without the signs around it: "📦 Ціни!" is "ціни".
func core(folded string) string {
	return strings.TrimFunc(folded, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
}

// meaning is what is compared of a text: its core, or all of it where it has none.
func meaning(text string) string {
	folded := Fold(text)
	return cmp.Or(core(folded), folded)
}

// said is the one of the words, in any language, that a text means.
func said(text string, words Texts) (word string, ok bool) {
	meant := meaning(text)
	for _, language := range slices.Sorted(maps.Keys(words)) {
		if meaning(words[language]) == meant {
			return words[language], true
		}
	}
	return "", false
}

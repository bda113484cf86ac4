// Comparing what customers write with what was meant.

package flow

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// alike are spellings of the same word: apostrophes, letters that keyboards lack or that come in two pieces, and
// characters that nobody sees.
var alike = strings.NewReplacer(
	"’", "'", "‘", "'", "ʼ", "'", "ʹ", "'", "′", "'", "`", "'", "´", "'", "＇", "'", "‛", "'",
	"и\u0306", "й", "і\u0308", "ї", "е\u0308", "е", "ё", "е", "ґ", "г",
	"\u00ad", "", "\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\ufe0e", "", "\ufe0f", "",
)

// Fold makes texts equal that a reader takes for the same: case, apostrophes, ё and е, ґ and г, and how many spaces stand
// between words and around them make no difference.
func Fold(text string) string {
	return strings.Join(strings.Fields(alike.Replace(strings.ToLower(text))), " ")
}

// core is a folded text without the signs around it: "📦 Ціни!" is "ціни".
func core(folded string) string {
	return strings.TrimFunc(folded, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
}

// said is the one of the words, in any language, that a text means.
func said(text string, words Texts) (word string, ok bool) {
	folded := Fold(text)
	for _, language := range slices.Sorted(maps.Keys(words)) {
		word := Fold(words[language])
		if word == folded || core(word) != "" && core(word) == core(folded) {
			return words[language], true
		}
	}
	return "", false
}

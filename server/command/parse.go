// Taking a command line apart.

package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// confirmed is the flag that answers a command's question beforehand.
const confirmed = "--yes"

// quotes are those of all keyboards: phones write “” or «» for "".
const quotes = "\"“”„«»"

// input is a command line without its trigger.
type input struct {
	raw   string
	words []string
}

// parse reads `/msgbot bot pause "My bot"`. Words with spaces stand in quotes of any kind.
func parse(line string) input {
	raw := afterWord(line)
	return input{raw: raw, words: split(raw)}
}

// takeFlag removes the flag from words, which may be anywhere among them.
func takeFlag(words []string, flag string) (rest []string, found bool) {
	rest = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == flag })
	return rest, len(rest) < len(words)
}

// after is the line as it was written, without its first n words.
func (in input) after(n int) string {
	rest := in.raw
	for range n {
		rest = afterWord(rest)
	}
	return rest
}

// afterWord is the line without its first word.
func afterWord(line string) string {
	line = strings.TrimSpace(line)
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		return strings.TrimSpace(line[i:])
	}
	return ""
}

// split cuts at spaces outside quotes.
func split(line string) []string {
	var words []string
	for {
		word, rest, found := cut(line)
		if !found {
			return words
		}
		words, line = append(words, word), rest
	}
}

// cut takes the first word off a line; the rest stays as it was written. An open quote lasts to the end.
func cut(line string) (word, rest string, found bool) {
	line = strings.TrimSpace(line)
	var text strings.Builder
	quoted := false
	for i, r := range line {
		switch {
		case strings.ContainsRune(quotes, r):
			quoted = !quoted
		case unicode.IsSpace(r) && !quoted:
			return text.String(), strings.TrimSpace(line[i:]), true
		default:
			text.WriteRune(r)
		}
	}
	return text.String(), "", line != ""
}

// isQuoted tells whether a text begins with a quote.
func isQuoted(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return strings.ContainsRune(quotes, first)
}

// bare is a text without the quotes around it, if it is one word.
func bare(text string) string {
	if word, rest, _ := cut(text); rest == "" {
		return word
	}
	return text
}

// find is the command with the longest path that the line begins with, in any case.
func find(table []spec, in input) (spec, bool) {
	var best spec
	for _, s := range table {
		if begins(in.words, s.words()) && len(s.path) > len(best.path) {
			best = s
		}
	}
	return best, best.path != ""
}

func begins(words, path []string) bool {
	return len(words) >= len(path) && slices.EqualFunc(words[:len(path)], path, strings.EqualFold)
}

// The words of a text, as keywords are looked for among them.

package autoreply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// words cuts a text into its words: letters and digits of any script, folded. Apostrophes, accents and invisible
// characters are dropped; a symbol, an emoji say, is a word of its own. Everything else only separates.
func words(text string) []string {
	var found []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			found = append(found, word.String())
			word.Reset()
		}
	}
	for _, r := range flow.Fold(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			word.WriteRune(r)
		case r == '\'' || unicode.In(r, unicode.M, unicode.Cf):
		case unicode.IsSymbol(r) && r != utf8.RuneError:
			end()
			found = append(found, string(r))
		default:
			end()
		}
	}
	end()
	return found
}

// phrase is what is looked for: words that follow each other. Of the last one an ending may be open.
type phrase struct {
	words []string
	open  bool
}

// anyEnding at the end of a phrase takes any ending.
const anyEnding = "*"

// newPhrase reads a phrase; it has no words when there is nothing in it to look for.
func newPhrase(text string) phrase {
	text, open := strings.CutSuffix(strings.TrimSpace(text), anyEnding)
	return phrase{words(text), open}
}

// at tells whether the phrase stands in these words from place i on.
func (p phrase) at(message []string, i int) bool {
	last := len(p.words) - 1
	if last < 0 || len(message)-i < len(p.words) || !slices.Equal(p.words[:last], message[i:i+last]) {
		return false
	}
	if p.open {
		return strings.HasPrefix(message[i+last], p.words[last])
	}
	return message[i+last] == p.words[last]
}

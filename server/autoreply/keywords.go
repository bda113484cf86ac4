// Which keyword rules a message matches: one look at its words for all of them.

package autoreply

import (
	"cmp"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// defaultMaxLength is how long a message may be for a keyword, in characters, when the rule says nothing.
const defaultMaxLength = 120

// keywords are the phrases of all rules by their first word, so that a message is looked at once and not once a rule.
type keywords struct {
	whole map[string][]sought
	// open are phrases of one word whose ending is open; longest is the longest of those, in bytes.
	open    map[string][]sought
	longest int
	regexes []soughtRegex
}

// sought is a phrase that rule number rule looks for.
type sought struct {
	phrase
	how  Match
	rule int
}

// soughtRegex is not run on messages longer than most, which its rule does not take anyway.
type soughtRegex struct {
	*flow.Expression
	rule, most int
}

func newKeywords() *keywords {
	return &keywords{whole: map[string][]sought{}, open: map[string][]sought{}}
}

// add takes in the phrases of a rule's trigger, which was checked.
func (k *keywords) add(rule int, t Trigger) {
	for _, text := range t.Phrases {
		if t.Match == Regex {
			if m, wrong := newMatcher(text); wrong == nil {
				k.regexes = append(k.regexes, soughtRegex{m, rule, t.longest()})
			}
			continue
		}
		p := sought{newPhrase(text), t.Match, rule}
		first := p.words[0]
		if p.open && len(p.words) == 1 {
			k.open[first] = append(k.open[first], p)
			k.longest = max(k.longest, len(first))
		} else {
			k.whole[first] = append(k.whole[first], p)
		}
	}
}

// matches tells of each of the rules, by number, whether the message has one of its phrases. It says so of an expression
// also when the message is too long for its rule.
func (k *keywords) matches(text string, rules int) []bool {
	found := make([]bool, rules)
	message := words(text)
	for i, word := range message {
		for _, s := range k.whole[word] {
			found[s.rule] = found[s.rule] || s.stands(message, i)
		}
		for end := range word {
			if end > k.longest {
				break
			}
			for _, s := range k.open[word[:end]] {
				found[s.rule] = found[s.rule] || s.stands(message, i)
			}
		}
		for _, s := range k.open[word] {
			found[s.rule] = found[s.rule] || s.stands(message, i)
		}
	}
	characters := length(text)
	if len(k.regexes) > 0 {
		text = flow.Alike(text)
	}
	for _, s := range k.regexes {
		found[s.rule] = found[s.rule] || characters > s.most || s.MatchString(text)
	}
	return found
}

// stands tells whether the phrase is in the message from word i on, and may be there.
func (s sought) stands(message []string, i int) bool {
	switch {
	case s.how != Contains && i > 0:
		return false
	case s.how == Equals && len(message) != len(s.words):
		return false
	}
	return s.at(message, i)
}

// longest is how long a message may be for these phrases.
func (t Trigger) longest() int { return cmp.Or(t.MaxLength, defaultMaxLength) }

// length is that of a message as Trigger.MaxLength counts it.
func length(text string) int { return utf8.RuneCountInString(text) }

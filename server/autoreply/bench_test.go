package autoreply

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// manyRules are as many as a bot may have: most are keywords, some with several words, open endings or expressions.
func manyRules(expressions int) []Rule {
	var rules []Rule
	for i := range maxRules {
		r := keyword(fmt.Sprintf("k%d", i), fmt.Sprintf("слово%d", i), fmt.Sprintf("кілька слів %d", i), fmt.Sprintf("почат%d*", i))
		switch {
		case i < expressions:
			r.Trigger.Match, r.Trigger.Phrases = Regex, []string{fmt.Sprintf(`(?i)замовлення\s+№?%d\d{4,}`, i)}
		case i%50 == 0:
			r = onCommand(r.ID, fmt.Sprintf("/command%d", i))
		}
		rules = append(rules, r)
	}
	return append(rules[:maxRules-4], rule("f", OnFirst, nil), rule("a", OnAway, nil), rule("n", OnNoAnswer, nil), rule("b", Fallback, nil))
}

const question = "Добрий день, підкажіть будь ласка, де зараз моє замовлення і скільки ще слів треба чекати на почат99ок доставки?"

func benchmark(b *testing.B, expressions int, text string) {
	s := newScene(b, Setup{Rules: manyRules(expressions), Hours: kyivHours})
	b.ReportAllocs()
	for b.Loop() {
		d := s.arbiter.Evaluate(s.facts, s.memory, Event{Kind: Wrote, Text: text}, s.now)
		require.Len(b, d.Considered, maxRules-1)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	b.Run("1000 rules", func(b *testing.B) { benchmark(b, 0, question) })
	b.Run("1000 rules, 50 expressions", func(b *testing.B) { benchmark(b, 50, question) })
	b.Run("1000 rules, long message", func(b *testing.B) { benchmark(b, 0, longText+question+longText+longText+longText) })
	b.Run("command", func(b *testing.B) { benchmark(b, 0, "/command950") })
}

func BenchmarkCompile(b *testing.B) {
	setup := Setup{Rules: manyRules(50), Hours: kyivHours}
	for b.Loop() {
		_, problems := Compile(setup)
		require.Empty(b, problems)
	}
}

package autoreply

import (
	"fmt"
	"strings"
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

func benchmark(b *testing.B, rules []Rule, text string) {
	s := newScene(b, Setup{Rules: rules, Hours: kyivHours})
	b.ReportAllocs()
	for b.Loop() {
		d := s.arbiter.Evaluate(s.facts, s.memory, Event{Kind: Wrote, Text: text}, s.now)
		require.Len(b, d.Considered, maxRules-1)
	}
}

// expressions are of the kinds that people write; none of them is found in the question.
var expressions = []string{
	`(?i)замовлення\s+№?%d\d{4,}`, `\d{10,14}#%d`, `(?i)^(де|коли|скільки)\s+(посилка|замовлення)%d`,
	`(?i)(де|коли).{0,20}(посилка|замовлення)%d`, `(\pL+\s*)+\d{3}x%d`, `(?i)(ціна|вартість|прайс)\b.*доставк%d`,
}

// asCostlyAsAllowed are as many expressions as a bot may have.
func asCostlyAsAllowed() []Rule {
	rules := manyRules(0)
	for i := 0; ; i++ {
		r := rules[i]
		r.Trigger.Match, r.Trigger.Phrases = Regex, []string{fmt.Sprintf(expressions[i%len(expressions)], i)}
		if r.Trigger.Kind != OnKeyword {
			continue
		}
		before := rules[i]
		rules[i] = r
		if len(checkExpressions(rules)) > 0 {
			rules[i] = before
			return rules
		}
	}
}

// aCostlyOne has the one rule with an expression that a bot may have if it takes long messages.
func aCostlyOne() []Rule {
	rules := manyRules(0)
	rules[1].Trigger.Match, rules[1].Trigger.MaxLength = Regex, 3000
	rules[1].Trigger.Phrases = []string{`(?i)(де|коли|скільки).{0,20}(посилка|замовлення)x`}
	return rules
}

func BenchmarkEvaluate(b *testing.B) {
	b.Run("1000 rules", func(b *testing.B) { benchmark(b, manyRules(0), question) })
	b.Run("1000 rules, 50 expressions", func(b *testing.B) { benchmark(b, manyRules(50), question) })
	b.Run("1000 rules, all expressions that are allowed", func(b *testing.B) { benchmark(b, asCostlyAsAllowed(), question) })
	b.Run("1000 rules, an expression for long messages", func(b *testing.B) { benchmark(b, aCostlyOne(), strings.Repeat("ціна доставки 12 ", 175)) })
	b.Run("1000 rules, long message", func(b *testing.B) { benchmark(b, manyRules(0), longText+question+longText+longText+longText) })
	b.Run("command", func(b *testing.B) { benchmark(b, manyRules(0), "/command950") })
}

func BenchmarkCompile(b *testing.B) {
	setup := Setup{Rules: manyRules(50), Hours: kyivHours}
	for b.Loop() {
		_, problems := Compile(setup)
		require.Empty(b, problems)
	}
}

// Regular expressions of rules: RE2, which no text makes slow, none that is large, and not too many of them.

package autoreply

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

const (
	// maxProgram is what an expression may become: a{1000} is short, and large.
	maxProgram = 1000
	// maxExpressions and maxCost bound those of all rules that are on. Cost is the instructions of an expression, and some for
	// it being looked for at all, times the characters of the longest message: 2.5 ns each at most, as BenchmarkEvaluate
	// shows, so that one message costs no more than a millisecond.
	maxExpressions = 100
	maxCost        = 300_000
	everyCost      = 16
)

// newMatcher compiles an expression; the error says what is wrong with it.
func newMatcher(pattern string) (*regexp.Regexp, error) {
	if n := length(pattern); n > flow.MaxPattern {
		return nil, fmt.Errorf("has %d characters: at most %d are allowed", n, flow.MaxPattern)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("is no RE2 expression: %w", err)
	}
	if n := instructions(pattern); n > maxProgram {
		return nil, fmt.Errorf("becomes too large: %d instructions where %d are allowed; repeat less", n, maxProgram)
	}
	return re, nil
}

// instructions are how many an expression becomes, 0 for none that can be compiled.
func instructions(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl) // as regexp.Compile does
	if err != nil {
		return 0
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(program.Inst)
}

// checkExpressions says when the expressions of all rules take more of each message's time than they may.
func checkExpressions(rules []Rule) []Problem {
	count, cost := 0, 0
	for _, r := range rules {
		if !r.Enabled || r.Trigger.Kind != OnKeyword || r.Trigger.Match != Regex {
			continue
		}
		count += len(r.Trigger.Phrases)
		for _, pattern := range r.Trigger.Phrases[:min(len(r.Trigger.Phrases), maxExpressions)] {
			cost += (instructions(pattern) + everyCost) * min(r.Trigger.longest(), maxMaxLength)
		}
		if count > maxExpressions {
			break
		}
	}
	switch {
	case count > maxExpressions:
		return []Problem{{Field: "rules", Message: fmt.Sprintf("there are more than %d regular expressions in the rules that are on: use other ways of matching, or join some by |", maxExpressions)}}
	case cost > maxCost:
		return []Problem{{Field: "rules", Message: fmt.Sprintf("the regular expressions of the rules that are on take %d%% of the time that they may: shorten them, repeat less, or lower max_length", cost*100/maxCost)}}
	}
	return nil
}

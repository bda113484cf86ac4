// Regular expressions of rules: RE2, which no text makes slow, none that is large, and not too many of them.

package autoreply

import (
	"errors"
	"regexp/syntax"
	"strconv"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const (
	// maxExpressions and maxCost bound those of all rules that are on. Cost is the instructions of an expression, and some for
	// it being looked for at all, times the characters of the longest message: 2.5 ns each at most, as BenchmarkEvaluate
	// shows, so that one message costs no more than a millisecond.
	maxExpressions = 100
	maxCost        = 300_000
	everyCost      = 16
)

// newMatcher compiles an expression for texts of flow.Alike, or says what is wrong with it; the field is not named.
func newMatcher(pattern string) (*flow.Expression, *conversation.FieldError) {
	if n := length(pattern); n > flow.MaxPattern {
		return nil, conversation.Wrong("", conversation.ProblemTooLong, "count", strconv.Itoa(n), "most", strconv.Itoa(flow.MaxPattern))
	}
	matcher, err := flow.CompileAlike(pattern)
	switch {
	case errors.Is(err, flow.ErrComplex):
		return nil, conversation.Wrong("", conversation.ProblemTooComplex, "value", pattern)
	case err != nil:
		return nil, conversation.Wrong("", conversation.ProblemNotRegex, "value", pattern, "part", culprit(pattern, err))
	}
	return matcher, nil
}

// culprit is the part of an expression that cannot be read.
func culprit(pattern string, err error) string {
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return wrong.Expr
	}
	return pattern
}

// instructions are how many an expression becomes, 0 for none that can be compiled.
func instructions(pattern string) int {
	matcher, wrong := newMatcher(pattern)
	if wrong != nil {
		return 0
	}
	return matcher.Instructions
}

// checkExpressions says when the expressions of all rules take more of each message's time than they may.
func checkExpressions(rules []Rule) Problems {
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
		return Problems{conversation.Wrong("rules", conversation.ProblemTooManyExpressions, "most", strconv.Itoa(maxExpressions))}
	case cost > maxCost:
		return Problems{conversation.Wrong("rules", conversation.ProblemSlowExpressions, "percent", strconv.Itoa(cost*100/maxCost))}
	}
	return nil
}

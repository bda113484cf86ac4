// Regular expressions of rules: RE2, which no text makes slow, and none that is large.

package autoreply

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const (
	// maxPattern is the longest expression in characters, maxProgram what it may become: a{1000} is short, and large.
	maxPattern = 500
	maxProgram = 1000
)

// newMatcher compiles an expression, or says what is wrong with it; the field is not named.
func newMatcher(pattern string) (*regexp.Regexp, *conversation.FieldError) {
	if n := length(pattern); n > maxPattern {
		return nil, conversation.Wrong("", conversation.ProblemTooLong, "count", strconv.Itoa(n), "most", strconv.Itoa(maxPattern))
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, conversation.Wrong("", conversation.ProblemNotRegex, "value", pattern, "part", culprit(pattern, err))
	}
	parsed, _ := syntax.Parse(pattern, syntax.Perl) // as Compile did
	program, _ := syntax.Compile(parsed.Simplify())
	if n := len(program.Inst); n > maxProgram {
		return nil, conversation.Wrong("", conversation.ProblemTooComplex, "value", pattern)
	}
	return re, nil
}

// culprit is the part of an expression that cannot be read.
func culprit(pattern string, err error) string {
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return wrong.Expr
	}
	return pattern
}

// Regular expressions of rules: RE2, which no text makes slow, and none that is large.

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
	parsed, _ := syntax.Parse(pattern, syntax.Perl) // as Compile did
	program, _ := syntax.Compile(parsed.Simplify())
	if n := len(program.Inst); n > maxProgram {
		return nil, fmt.Errorf("becomes too large: %d instructions where %d are allowed; repeat less", n, maxProgram)
	}
	return re, nil
}

// Expressions: their bounds, and what they take for the same.

package flow

import (
	"encoding/json"
	"fmt"
	"regexp/syntax"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAnExpressionHasAtMostSoManyInstructions(t *testing.T) {
	for pattern, err := range map[string]error{
		"a{998}": nil, "a{999}": ErrComplex, `(\pL*\pN*){1000}`: ErrComplex, strings.Repeat(`(\pL*\pN*){1000}`, 30): ErrComplex,
		"(a{900}b{900}){0}": nil, "(a{100}){10}": ErrComplex, "a{500,}": nil, "(a|b|c)*": nil,
	} {
		_, got := Compile(pattern)
		require.Equal(t, err, got, pattern)
	}
	_, err := Compile("(")
	var wrong *syntax.Error
	require.ErrorAs(t, err, &wrong)
}

// What is estimated without making it is never more than it becomes.
func TestTheSizeOfAnExpressionIsNotOverestimated(t *testing.T) {
	pieces := []string{"a", "bc", `\pL`, ".", "(x)", "(?:y|z)", "*", "+", "?", "{2}", "{3,}", "{2,9}", "{0}", "|", "(", ")", "^", `\b`, "[a-c]"}
	patterns := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 10), func(list []string) string { return strings.Join(list, "") }).
		Filter(func(pattern string) bool {
			_, err := syntax.Parse(pattern, syntax.Perl)
			return err == nil
		})
	rapid.Check(t, func(t *rapid.T) {
		pattern := patterns.Draw(t, "pattern")
		tree, err := syntax.Parse(pattern, syntax.Perl)
		require.NoError(t, err)
		estimated := size(tree)
		program, err := syntax.Compile(tree.Simplify())
		require.NoError(t, err)
		require.LessOrEqual(t, estimated, len(program.Inst), pattern)
	})
}

func TestWhatIsAlikeMatchesAlikeExpressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("аеёЁгґҐ’'ʼйіїИжabcXёґ")), 1, 8, -1).Draw(t, "word")
		re, err := CompileAlike(word)
		require.NoError(t, err)
		for _, written := range []string{word, strings.ToUpper(word), Fold(word), Alike(word)} {
			require.True(t, re.MatchString(Alike(written)), "%q in %q", word, written)
		}
		class, err := CompileAlike("^[" + word + "]+$")
		require.NoError(t, err)
		require.True(t, class.MatchString(Alike(word)), word)
		none, err := CompileAlike("[^" + word + "]")
		require.NoError(t, err)
		require.False(t, none.MatchString(Alike(word)), word)
	})
}

func TestAPatternThatManyStepsHaveIsCompiledOnce(t *testing.T) {
	text := head + "  a: {text: {en: A}, input: {field: x, pattern: &p '" + strings.Repeat(`(?:\pL*\pN*){9}`, 30) + "'}, next: a}\n"
	for i := range 480 {
		text += fmt.Sprintf("  s%d: {text: {en: A}, input: {field: x, pattern: *p}, next: a}\n", i)
	}
	began := time.Now()
	f, problems := Parse([]byte(strings.ReplaceAll(text, "{9}", "{2}")))
	require.False(t, Broken(problems), "%v", problems)
	require.Less(t, time.Since(began), time.Second)
	require.Same(t, f.Steps["a"].Input.matcher, f.Steps["s479"].Input.matcher)
	began = time.Now()
	_, problems = Parse([]byte(strings.ReplaceAll(text, "{9}", "{1000}")))
	require.True(t, Broken(problems))
	require.Less(t, time.Since(began), time.Second)

	stored, err := json.Marshal(f)
	require.NoError(t, err)
	var again Flow
	require.NoError(t, json.Unmarshal(stored, &again))
	require.Same(t, again.Steps["a"].Input.matcher, again.Steps["s479"].Input.matcher, "of a stored flow too")
	require.NotNil(t, again.Steps["a"].Input.matcher)
}

func TestAPatternMayBeAsCostlyAsItsValuesAreShort(t *testing.T) {
	for _, c := range []struct {
		kind    InputType
		pattern string
		broken  bool
	}{
		{InputText, ".{0,240}", false}, {InputText, ".{0,260}", true}, {InputPhone, ".{0,400}", false}, {InputEmail, ".{0,400}", false}, {InputChoice, "x{998}", false},
	} {
		choices := ""
		if c.kind == InputChoice {
			choices = ", choices: [{en: x}]"
		}
		_, problems := Parse([]byte(input(fmt.Sprintf("pattern: '%s', type: %s%s", c.pattern, c.kind, choices))))
		require.Equal(t, c.broken, Broken(problems), "%s %s", c.kind, c.pattern)
	}
}

func TestNoPatternMakesALongAnswerSlow(t *testing.T) {
	in := &Input{Pattern: strings.Repeat(`(\pL*\pN*)`, 40)}
	require.NoError(t, patterns{}.compile(in))
	began := time.Now()
	_, ok := in.take(Happening{Text: strings.Repeat("ж1", maxAnswer/2-1) + "!"}, now)
	require.False(t, ok)
	require.Less(t, time.Since(began), time.Second)
}

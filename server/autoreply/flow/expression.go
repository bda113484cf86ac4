// Regular expressions that admins write: RE2, of a size that no text makes slow. None is expanded before it is known how
// large it becomes.

package flow

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode"

	"github.com/pkg/errors"
)

// MaxProgram is how many instructions an expression may become: a{1000} is short, and large.
const MaxProgram = 1000

// ErrComplex is what Compile says of an expression that becomes too large.
var ErrComplex = errors.New("the expression is too complex")

// Expression is one that was compiled.
type Expression struct {
	*regexp.Regexp
	// Instructions are what looking at one character costs at most.
	Instructions int
}

// Compile reads an expression. It returns an error of regexp/syntax about the pattern as it was written, or ErrComplex.
func Compile(pattern string) (*Expression, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	return compile(tree)
}

// CompileAlike reads an expression that is matched with what Alike makes of a text: case, apostrophes, ё and е, ґ and г
// make no difference, unless (?-i) says so of case. Errors are those of Compile.
func CompileAlike(pattern string) (*Expression, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, err
	}
	makeAlike(tree)
	return compile(tree)
}

// compileWhole reads an expression that matches the whole text only. It is bounded by what looking at a text of so many
// characters may cost.
func compileWhole(pattern string, longest int) (*regexp.Regexp, error) {
	inner, err := Compile(pattern)
	if err != nil {
		return nil, err
	}
	if inner.Instructions*longest > maxPatternCost {
		return nil, ErrComplex
	}
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
}

func compile(tree *syntax.Regexp) (*Expression, error) {
	if size(tree) > MaxProgram {
		return nil, ErrComplex
	}
	written := tree.String()
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > MaxProgram {
		return nil, ErrComplex
	}
	re, err := regexp.Compile(written)
	if err != nil {
		return nil, err
	}
	return &Expression{re, len(program.Inst)}, nil
}

// size is about how many instructions an expression becomes, without making them: never more than it really does.
func size(re *syntax.Regexp) int {
	sum := 0
	for _, sub := range re.Sub {
		sum += size(sub)
	}
	switch re.Op {
	case syntax.OpLiteral:
		sum = len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		sum = 1
	case syntax.OpRepeat:
		sum *= max(re.Min, re.Max)
	}
	return min(sum, MaxProgram+1)
}

// makeAlike makes an expression fit texts of Alike.
func makeAlike(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		re.Rune = []rune(Alike(string(re.Rune)))
		if len(re.Rune) == 0 {
			re.Op = syntax.OpEmptyMatch
		}
	case syntax.OpCharClass:
		re.Rune = classAlike(re.Rune)
	}
	for _, sub := range re.Sub {
		makeAlike(sub)
	}
}

// classAlike adds to a class of characters, which are pairs of first and last, how they are spelled alike. Of a class that
// excludes some, which has the last character that there is, more is excluded.
func classAlike(class []rune) []rune {
	if excludes := slices.Contains(class, unicode.MaxRune); excludes {
		return complement(classAlike(complement(class)))
	}
	for from, to := range alikeRunes {
		if contains(class, from) {
			class = append(slices.Clip(class), to, to)
		}
	}
	return inOrder(class)
}

func contains(class []rune, r rune) bool {
	for i := 0; i+1 < len(class); i += 2 {
		if class[i] <= r && r <= class[i+1] {
			return true
		}
	}
	return false
}

// inOrder sorts the ranges of a class and joins those that meet.
func inOrder(class []rune) []rune {
	var ranges [][2]rune
	for i := 0; i+1 < len(class); i += 2 {
		ranges = append(ranges, [2]rune{class[i], class[i+1]})
	}
	slices.SortFunc(ranges, func(a, b [2]rune) int { return slices.Compare(a[:], b[:]) })
	var joined []rune
	for _, r := range ranges {
		if last := len(joined) - 1; last > 0 && r[0] <= joined[last]+1 {
			joined[last] = max(joined[last], r[1])
			continue
		}
		joined = append(joined, r[0], r[1])
	}
	return joined
}

// complement is all that is not in a class that is in order.
func complement(class []rune) (rest []rune) {
	next := rune(0)
	for i := 0; i+1 < len(class); i += 2 {
		if next < class[i] {
			rest = append(rest, next, class[i]-1)
		}
		next = class[i+1] + 1
	}
	if next <= unicode.MaxRune {
		rest = append(rest, next, unicode.MaxRune)
	}
	return rest
}

// alikeRunes are the characters that Alike puts others for.
var alikeRunes = func() map[rune]rune {
	found := map[rune]rune{}
	for i := 0; i+1 < len(spellings); i += 2 {
		from, to := []rune(spellings[i]), []rune(spellings[i+1])
		if len(from) == 1 && len(to) == 1 {
			found[from[0]] = to[0]
		}
	}
	return found
}()

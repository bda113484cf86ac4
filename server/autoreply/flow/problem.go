// What is wrong with a flow, said so that it can be put right.

package flow

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/agnivade/levenshtein"
)

// Problem is one thing that is wrong with a flow, or odd.
type Problem struct {
	// Line is that of the text, from 1.
	Line int
	// Step is the step that it is in, empty for none; Field leads to the place in it: "input.tries", "buttons[0][1].label".
	Step, Field string
	// Key and Remedy are keys of texts in assets/i18n: what is wrong, and what can be done. Args are those of both; they
	// come from the flow's text and are not Markdown.
	Key, Remedy string
	Args        map[string]string
	// Warning says that the flow works all the same.
	Warning bool
}

// String is the problem in short, for logs and tests; people read what Say says.
func (p Problem) String() string {
	where := fmt.Sprintf("line %d", p.Line)
	if p.Step != "" {
		where += ", step " + p.Step
	}
	if p.Field != "" {
		where += ", " + p.Field
	}
	return fmt.Sprintf("%s: %s %v", where, p.Key, p.Args)
}

// Say is the problem as people read it; t gives the text of a key, and quote makes what stands in the flow harmless where
// the text is shown.
func (p Problem) Say(t func(key string, args map[string]string) string, quote func(string) string) string {
	where := map[[2]bool]string{
		{false, false}: "line", {true, false}: "step", {false, true}: "head", {true, true}: "field",
	}[[2]bool{p.Step != "", p.Field != ""}]
	line := "flow.problem_line"
	if p.Warning {
		line = "flow.warning_line"
	}
	problem, remedy := p.Words(t, quote)
	return t(line, map[string]string{
		"where":   t("flow.where."+where, map[string]string{"line": strconv.Itoa(p.Line), "step": quote(p.Step), "field": quote(p.Field)}),
		"problem": problem,
		"remedy":  remedy,
	})
}

// Words are what is wrong and what can be done, for who names the place in another way; t and quote as with Say.
func (p Problem) Words(t func(key string, args map[string]string) string, quote func(string) string) (problem, remedy string) {
	args := map[string]string{}
	for name, value := range p.Args {
		args[name] = quote(value)
	}
	return t(p.Key, args), t(p.Remedy, args)
}

// Broken tells whether one of the problems is more than a warning: such a flow cannot be used.
func Broken(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

// place is where in the text something stands.
type place struct {
	line        int
	step, field string
}

// in is a place below p.
func (p place) in(name string, line int) place {
	if p.field != "" {
		name = p.field + "." + name
	}
	return place{line, p.step, name}
}

// at is the i-th of a list at p.
func (p place) at(i, line int) place {
	return place{line, p.step, fmt.Sprintf("%s[%d]", p.field, i)}
}

// problem returns a problem of this kind; args are pairs of name and value.
func (p place) problem(kind string, args ...string) Problem {
	found := Problem{Line: p.line, Step: p.step, Field: p.field, Key: "flow.problem." + kind, Remedy: "flow.remedy." + kind}
	if len(args) > 0 {
		found.Args = make(map[string]string, len(args)/2)
	}
	for i := 0; i+1 < len(args); i += 2 {
		found.Args[args[i]] = args[i+1]
	}
	return found
}

// meant makes "did you mean" the remedy, if one of the known names is near to name.
func (p Problem) meant(name string, known []string) Problem {
	if like := nearest(name, known); like != "" {
		p.Remedy = "flow.remedy.did_you_mean"
		p.Args["like"] = like
	}
	return p
}

// maxNear is the longest name that others are compared with: those of steps and fields are shorter.
const maxNear = 64

// nearest returns the known name that is at most two changes away, and at least half the same; empty for none.
func nearest(name string, known []string) string {
	found, best := "", 3
	if len(name) > maxNear {
		return found
	}
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := levenshtein.ComputeDistance(name, k); d < best && 2*d <= max(len(name), len(k)) {
			found, best = k, d
		}
	}
	return found
}

// The rules of a bot, as admins change them.

package answers

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// maxTries is how often a change of one rule is made anew because others changed rules at the same moment.
const maxTries = 5

// Rules returns the rules of a bot with their hits, and the version that PutRules wants.
func (s *Service) Rules(ctx context.Context, botID string) ([]autoreply.Rule, int64, error) {
	stored, err := s.stored(ctx, botID)
	return stored.Rules, stored.RulesVersion, err
}

// stored reads the stored script of a bot that is connected.
func (s *Service) stored(ctx context.Context, botID string) (Script, error) {
	if _, ok := s.o.Bots.Known(botID); !ok {
		return Script{}, ErrNotFound
	}
	stored, err := s.o.Store.Script(ctx, botID)
	return stored, errors.Wrap(err, "read the script of a bot")
}

// PutRules replaces all rules, if their version still is the given one, and returns them with the new one. A rule without
// an id gets one; hits stay what they are. What is wrong with a rule that nobody changed is no reason to refuse the others.
func (s *Service) PutRules(ctx context.Context, botID string, rules []autoreply.Rule, version int64) ([]autoreply.Rule, int64, error) {
	stored, err := s.stored(ctx, botID)
	if err != nil {
		return nil, 0, err
	}
	if stored.RulesVersion != version {
		return nil, 0, ErrChanged
	}
	rules = slices.Clone(rules)
	taken := map[string]bool{}
	for _, r := range rules {
		taken[r.ID] = true
	}
	for i := range rules {
		rules[i] = normal(rules[i])
		if rules[i].ID == "" {
			rules[i].ID = newRuleID(taken)
		}
	}
	problems, err := s.problems(ctx, botID, stored, rules)
	if err != nil {
		return nil, 0, err
	}
	if err := firstProblem(problems); err != nil {
		return nil, 0, err
	}
	rules, version, err = s.saveRules(ctx, botID, stored, rules)
	return rules, version, err
}

// saveRules stores rules that were checked against what was stored before.
func (s *Service) saveRules(ctx context.Context, botID string, before Script, rules []autoreply.Rule) ([]autoreply.Rule, int64, error) {
	for i := range rules {
		rules[i].Hits = 0
		if known := indexOf(before.Rules, rules[i].ID); known >= 0 {
			rules[i].Hits = before.Rules[known].Hits
		}
	}
	version, err := s.o.Store.SaveRules(ctx, botID, rules, before.RulesVersion)
	if err != nil {
		return nil, 0, errors.Wrap(err, "save the rules of a bot")
	}
	s.after(ctx, botID)
	return rules, version, nil
}

// AddRule adds a rule after the others and returns it with the id it got.
func (s *Service) AddRule(ctx context.Context, botID string, r autoreply.Rule) (autoreply.Rule, error) {
	return s.changeRule(ctx, botID, func(rules []autoreply.Rule) ([]autoreply.Rule, int, error) {
		taken := map[string]bool{}
		for _, other := range rules {
			taken[other.ID] = true
		}
		added := normal(r)
		added.ID = newRuleID(taken)
		return append(rules, added), len(rules), nil
	})
}

// EditRule replaces the fields of a rule that patch names, each as a whole; null takes a field away. Id and hits stay. A
// rule can be switched off whatever is wrong with it.
func (s *Service) EditRule(ctx context.Context, botID, ruleID string, patch map[string]json.RawMessage) (autoreply.Rule, error) {
	return s.changeRule(ctx, botID, func(rules []autoreply.Rule) ([]autoreply.Rule, int, error) {
		i := indexOf(rules, ruleID)
		if i < 0 {
			return nil, 0, ErrNotFound
		}
		edited, err := patched(rules[i], patch)
		if err != nil {
			return nil, 0, err
		}
		edited.ID = ruleID
		rules[i] = normal(edited)
		return rules, i, nil
	})
}

// RemoveRule forgets a rule.
func (s *Service) RemoveRule(ctx context.Context, botID, ruleID string) error {
	_, err := s.changeRule(ctx, botID, func(rules []autoreply.Rule) ([]autoreply.Rule, int, error) {
		i := indexOf(rules, ruleID)
		if i < 0 {
			return nil, 0, ErrNotFound
		}
		return slices.Delete(rules, i, i+1), -1, nil
	})
	return err
}

// changeRule makes a change of one rule and returns that rule; change says where it stands, -1 for one that is gone. Who
// changes another rule meanwhile does no harm.
func (s *Service) changeRule(ctx context.Context, botID string, change func([]autoreply.Rule) ([]autoreply.Rule, int, error)) (autoreply.Rule, error) {
	var err error
	for range maxTries {
		var stored Script
		if stored, err = s.stored(ctx, botID); err != nil {
			break
		}
		var rules []autoreply.Rule
		var at int
		if rules, at, err = change(slices.Clone(stored.Rules)); err != nil {
			break
		}
		var problems autoreply.Problems
		if problems, err = s.problems(ctx, botID, stored, rules); err != nil {
			break
		}
		if err = firstProblem(ofOne(problems, at)); err != nil {
			break
		}
		rules, _, err = s.saveRules(ctx, botID, stored, rules)
		if err == nil && at >= 0 {
			return rules[at], nil
		}
		if !errors.Is(err, ErrChanged) {
			break
		}
	}
	return autoreply.Rule{}, err
}

func indexOf(rules []autoreply.Rule, id string) int {
	return slices.IndexFunc(rules, func(r autoreply.Rule) bool { return r.ID == id })
}

// newRuleID is short, because people see it, and not used again soon: conversations remember when each rule answered.
func newRuleID(taken map[string]bool) string {
	for {
		id := "r" + strings.ToLower(rand.Text()[:6])
		if !taken[id] {
			taken[id] = true
			return id
		}
	}
}

// normal writes out what was left out.
func normal(r autoreply.Rule) autoreply.Rule {
	r.When = cmp.Or(r.When, autoreply.Always)
	if r.Texts == nil {
		r.Texts = flow.Texts{}
	}
	return r
}

// problems are what is wrong with rules that shall take the place of those before.
func (s *Service) problems(ctx context.Context, botID string, before Script, rules []autoreply.Rule) (autoreply.Problems, error) {
	bot, ok := s.o.Bots.Known(botID)
	if !ok {
		return nil, ErrNotFound
	}
	if problems := problemsOf(before, rules); len(problems) > 0 {
		return problems, nil
	}
	return s.ruleStrangers(ctx, bot.ChannelID, before.Rules, rules)
}

// problemsOf are what is wrong with rules that are new or another than before, flows that they lead to included.
func problemsOf(before Script, rules []autoreply.Rule) autoreply.Problems {
	flows, _ := readFlows(before.Published)
	_, all := autoreply.Compile(autoreply.Setup{Rules: rules, Flows: flows, Words: noWords})
	var problems autoreply.Problems
	for _, p := range all {
		i, ok := ruleOf(p.Field)
		if p.Field == "rules" || ok && !unchanged(before.Rules, rules[i]) {
			problems = append(problems, p)
		}
	}
	return problems
}

func noWords(string, string, map[string]string) string { return "" }

// ruleOf is the number of the rule that a field is of: "rules[3].texts".
func ruleOf(field string) (int, bool) {
	var i int
	n, _ := fmt.Sscanf(field, "rules[%d].", &i)
	return i, n == 1
}

// unchanged tells whether a rule stood there before as it does now, or is only switched off now.
func unchanged(before []autoreply.Rule, now autoreply.Rule) bool {
	i := indexOf(before, now.ID)
	if i < 0 {
		return false
	}
	was, now := normal(before[i]), normal(now)
	was.Hits, now.Hits = 0, 0
	if !now.Enabled {
		was.Enabled = false
	}
	a, _ := json.Marshal(was) // rules are plain data
	b, _ := json.Marshal(now)
	return bytes.Equal(a, b)
}

// ofOne names the fields of rule number at as those of a single rule.
func ofOne(problems autoreply.Problems, at int) autoreply.Problems {
	for i := range problems {
		problems[i] = problems[i].At(strings.TrimPrefix(problems[i].Field, fmt.Sprintf("rules[%d].", at)))
	}
	return problems
}

func firstProblem(problems autoreply.Problems) error {
	if len(problems) == 0 {
		return nil
	}
	return problems[0]
}

// The commands about rules: list, add, edit, on, off, remove.

package command

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
)

const (
	// maxAnswer is how long an answer may be, in characters: what a post holds, with some room.
	maxAnswer = 16000
	// shownPhrases is how many phrases of a rule are listed.
	shownPhrases = 6
)

// listRules lists the rules of a bot in the order in which they stand.
func (c *Commands) listRules(call *call) (string, error) {
	rules, _, err := c.Answers.Rules(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	name := map[string]string{"name": api.Literal(call.bot.Name)}
	if len(rules) == 0 {
		name["command"] = c.command(call, "autoreply add", string(autoreply.OnFirst))
		return call.t("command.no_rules", name), nil
	}
	lines := []string{call.t("command.rules_title", name)}
	for _, r := range rules {
		lines = append(lines, ruleLine(call.t, r))
	}
	return call.fitting(lines), nil
}

func ruleLine(t api.Texts, r autoreply.Rule) string {
	line := "- " + onSign(r.Enabled) + " " + ruleTitle(r) + ": " + triggerWords(t, r.Trigger)
	if r.When == autoreply.WhenOpen || r.When == autoreply.WhenClosed {
		line += ", " + t("command.when."+string(r.When), nil)
	}
	return line + " · " + t("command.hits", map[string]string{"hits": strconv.FormatInt(r.Hits, 10)})
}

func onSign(on bool) string {
	if on {
		return "🟢"
	}
	return "⚪"
}

// ruleTitle is the name of a rule, and its id, by which commands know it.
func ruleTitle(r autoreply.Rule) string {
	if r.Name == "" {
		return api.Literal(r.ID)
	}
	return api.Literal(r.Name) + " (" + api.Literal(r.ID) + ")"
}

// triggerWords say when a rule answers.
func triggerWords(t api.Texts, on autoreply.Trigger) string {
	key := "command.trigger." + string(on.Kind)
	args := map[string]string{}
	switch on.Kind {
	case autoreply.OnKeyword:
		key += "." + string(on.Match)
		args["phrases"] = literals(on.Phrases)
	case autoreply.OnCommand:
		args["commands"] = literals(on.Commands)
		switch {
		case on.Payload != "" && len(on.Commands) > 0:
			key, args["payload"] = key+".both", api.Literal(on.Payload)
		case on.Payload != "":
			key, args = key+".payload", map[string]string{"payload": api.Literal(on.Payload)}
		}
	case autoreply.OnFirst:
		if on.AgainAfter > 0 {
			key, args["again"] = key+".again", api.FormatLength(t, on.AgainAfter)
		}
	case autoreply.OnAway:
		if on.Every > 0 {
			key, args["every"] = key+".every", api.FormatLength(t, on.Every)
		}
	case autoreply.OnNoAnswer:
		args["after"] = api.FormatLength(t, on.After)
	}
	return t(key, args)
}

// literals lists texts as they were written, the first ones if there are many.
func literals(texts []string) string {
	quoted := make([]string, 0, len(texts))
	for _, text := range texts[:min(len(texts), shownPhrases)] {
		quoted = append(quoted, api.Literal(text))
	}
	if len(texts) > shownPhrases {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// fitting are lines that fit one answer: what is too much is counted.
func (call *call) fitting(lines []string) string {
	length := 0
	for i, line := range lines {
		length += utf8.RuneCountInString(line) + 1
		if length > maxAnswer {
			more := call.t("command.more", map[string]string{"count": strconv.Itoa(len(lines) - i)})
			return strings.Join(append(lines[:i:i], more), "\n")
		}
	}
	return strings.Join(lines, "\n")
}

func (c *Commands) addRule(call *call) (string, error) {
	return "", c.open(call, api.AddRulePath, api.AddRuleDialog(call.t, call.bot, call.kind))
}

func (c *Commands) editRule(call *call) (string, error) {
	return "", c.open(call, api.EditRulePath, api.EditRuleDialog(call.t, call.bot, call.rule))
}

func (c *Commands) ruleOn(call *call) (string, error) { return c.switchRule(call, true) }

func (c *Commands) ruleOff(call *call) (string, error) { return c.switchRule(call, false) }

func (c *Commands) switchRule(call *call, on bool) (string, error) {
	patch := map[string]json.RawMessage{"enabled": fmt.Append(nil, on)}
	r, err := c.Answers.EditRule(call.ctx, call.bot.ID, call.rule.ID, patch)
	if err != nil {
		return "", err
	}
	return call.t("command.rule_switched."+strconv.FormatBool(on), map[string]string{"rule": ruleTitle(r)}), nil
}

func (c *Commands) removeRule(call *call) (string, error) {
	if err := c.Answers.RemoveRule(call.ctx, call.bot.ID, call.rule.ID); err != nil {
		return "", err
	}
	return call.t("command.rule_removed", map[string]string{"rule": ruleTitle(call.rule)}), nil
}

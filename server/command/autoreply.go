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

// maxAnswer is how long an answer may be, in characters: what a post holds, with some room.
const maxAnswer = 16000

// listRules lists the rules of a bot in the order in which they stand.
func (c *Commands) listRules(call *call) (string, error) {
	rules, _, err := c.Answers.Rules(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	name := map[string]string{"name": c.called(call)}
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
	line := "- " + onSign(r.Enabled) + " " + ruleTitle(r) + ": " + api.TriggerWords(t, r.Trigger)
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
	flows, err := c.Answers.Flows(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	return "", c.open(call, api.AddRulePath, api.AddRuleDialog(call.t, call.bot, call.kind, flows))
}

func (c *Commands) editRule(call *call) (string, error) {
	flows, err := c.Answers.Flows(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	return "", c.open(call, api.EditRulePath, api.EditRuleDialog(call.t, call.bot, call.rule, flows))
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

// The simulator: /msgbot autoreply test.

package command

import (
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
)

// tryText shows what would be answered to a text: to the customer of this thread, else to one who writes for the first time.
func (c *Commands) tryText(call *call) (string, error) {
	trial := answers.Trial{Text: call.text}
	if call.conversation.ID != "" {
		trial.Conversation = &call.conversation
	}
	out, err := c.Answers.Simulate(call.ctx, call.bot.ID, trial)
	if err != nil {
		return "", err
	}
	rules, _, err := c.Answers.Rules(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	titles := map[string]string{}
	for _, r := range rules {
		titles[r.ID] = ruleTitle(r)
	}
	lines := append(whatFires(call, out, titles), whatDoesNot(call.t, out.Considered, titles)...)
	return call.fitting(lines), nil
}

// whatFires are who answers and what the customer would see.
func whatFires(call *call, out answers.Outcome, titles map[string]string) []string {
	args := map[string]string{"name": api.Literal(call.bot.Name), "to": call.t("command.test_to_new", nil)}
	if call.conversation.ID != "" {
		args["to"] = call.t("command.test_to_this", nil)
	}
	if out.Fired == nil {
		reason := out.Silence
		if reason == "" {
			reason = autoreply.SilenceNothing
		}
		args["reason"] = call.t("command.silence."+reason, nil)
		return []string{call.t("command.test_silent", args)}
	}
	args["by"] = strings.Join(answerers(call.t, out.Fired, titles), " + ")
	lines := []string{call.t("command.test_answers", args)}
	if out.Fired.Text == "" {
		return append(lines, call.t("command.test_no_text", nil))
	}
	return append(lines, quoted(out.Fired.Text), call.t("command.test_language", map[string]string{"language": api.Literal(out.Fired.Language)}))
}

// answerers are the rules and the flow that answer together.
func answerers(t api.Texts, f *answers.Fired, titles map[string]string) []string {
	var by []string
	if f.Flow != "" {
		by = append(by, t("command.test_flow", map[string]string{"flow": api.Literal(f.Flow)}))
	}
	for _, id := range f.Rules {
		by = append(by, t("command.test_rule", map[string]string{"rule": titled(titles, id)}))
	}
	return by
}

// whatDoesNot are the rules that stay silent, each with its reason.
func whatDoesNot(t api.Texts, considered []autoreply.Considered, titles map[string]string) []string {
	if len(considered) == 0 {
		return nil
	}
	lines := []string{"", t("command.test_others", nil)}
	for _, other := range considered {
		lines = append(lines, "- "+titled(titles, other.Rule)+": "+t("command.reason."+string(other.Reason), nil))
	}
	return lines
}

// titled is the title of a rule by its id; one that was removed meanwhile has none.
func titled(titles map[string]string, id string) string {
	if title, ok := titles[id]; ok {
		return title
	}
	return api.Literal(id)
}

// quoted is a text of several lines as a quote.
func quoted(text string) string {
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

// The simulator: /msgbot autoreply test.

package command

import (
	"cmp"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
)

// tryText shows what would be answered to a text: to the customer of this thread, else to one who writes for the first time
// and is called like the caller.
func (c *Commands) tryText(call *call) (string, error) {
	trial := answers.Trial{Text: call.text}
	if call.conversation.ID != "" {
		trial.Conversation = &call.conversation
	} else {
		trial.FirstName = c.firstName(call.args.UserId)
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
	lines := c.whatFires(call, out, titles)
	if name := trial.FirstName; name != "" && out.Fired != nil && strings.Contains(out.Fired.Text, name) {
		lines = append(lines, call.t("command.test_name", map[string]string{"name": api.Literal(name)}))
	}
	lines = append(lines, whatDoesNot(call.t, out.Considered, titles)...)
	return call.fitting(lines), nil
}

// firstName is what a user is called; who has not said it by his username, and empty for one that cannot be looked up.
func (c *Commands) firstName(userID string) string {
	user, appErr := c.Host.GetUser(userID)
	if appErr != nil || user == nil {
		return ""
	}
	return cmp.Or(user.FirstName, user.Username)
}

// whatFires are who answers and what the customer would see.
func (c *Commands) whatFires(call *call, out answers.Outcome, titles map[string]string) []string {
	args := map[string]string{"name": c.called(call), "to": call.t("command.test_to_new", nil)}
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
	said := out.Fired.Text
	if len(out.Fired.Buttons) > 0 {
		said += "\n\n" + labels(out.Fired.Buttons)
	}
	return append(lines, quoted(said), "", call.t("command.test_language", map[string]string{"language": api.Literal(out.Fired.Language)}))
}

// labels are buttons as the thread shows them.
func labels(buttons []string) string {
	boxes := make([]string, 0, len(buttons))
	for _, label := range buttons {
		boxes = append(boxes, api.Literal(label))
	}
	return strings.Join(boxes, " ")
}

// answerers are the rules and the flow that answer together; without them it is the way to a person that does.
func answerers(t api.Texts, f *answers.Fired, titles map[string]string) []string {
	var by []string
	if f.Flow != "" {
		by = append(by, t("command.test_flow", map[string]string{"flow": api.Literal(f.Flow)}))
	}
	for _, id := range f.Rules {
		by = append(by, t("command.test_rule", map[string]string{"rule": titled(titles, id)}))
	}
	if len(by) == 0 {
		by = append(by, t("command.test_handover", nil))
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

// quoted is a text of several lines as a quote. An empty line has to follow: what stands right below still belongs to the
// quote, or to a list in it.
func quoted(text string) string {
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

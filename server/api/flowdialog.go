// The form into which a flow is pasted, and what is said of a flow that was saved.

package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// PasteFlowPath is where the form is submitted, below the plugin's own path.
const PasteFlowPath = Prefix + "/dialogs/flow-import"

const (
	// maxPaste is how much the form takes, in characters.
	maxPaste = 100_000
	// shownProblems is how many problems people are shown at once.
	shownProblems = 20
)

// PasteFlowDialog is the form.
func PasteFlowDialog(t Texts, bot conversation.Bot) model.Dialog {
	e := element(t, "textarea", "yaml")
	e.MaxLength = maxPaste
	return model.Dialog{
		CallbackId: "flow-import", State: bot.ID, Title: t("api.dialog.flow.title", nil),
		IntroductionText: t("api.dialog.flow.intro", map[string]string{"name": "**" + Escaped(fullName(bot)) + "**"}),
		SubmitLabel:      t("api.dialog.edit.submit", nil), Elements: []model.DialogElement{e},
	}
}

func (s *server) submitFlow(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error) {
	bot, _, err := s.formOf(ctx, caller, d)
	if err != nil {
		return submitted{target: bot.ID}, err
	}
	form := PasteFlowDialog(t, bot)
	by := answers.Editor{UserID: caller, Sysadmin: s.Access.IsSysadmin(caller)}
	state, odd, err := s.Answers.PutDraft(ctx, bot.ID, "", []byte(submission(d.Submission).text("yaml")), by)
	var flawed *answers.FlowError
	if errors.As(err, &flawed) {
		err = &Error{
			Status: http.StatusUnprocessableEntity, Code: "invalid_field", Field: "yaml", Message: listed(t, flawed.Problems, asItIs),
		}
	}
	if err != nil {
		return submitted{target: bot.ID, form: form}, err
	}
	naming := BotPrefix(bot, s.Access.Visible(caller, s.Bots.List(ctx)), d.ChannelId)
	return submitted{target: state.Name, text: DraftSaved(t, state, naming, odd)}, nil
}

// DraftSaved says that a flow was saved and how to publish it; naming is what has to stand before its name in a command.
func DraftSaved(t Texts, f answers.FlowState, naming string, odd []flow.Problem) string {
	text := t("api.flow_saved", map[string]string{
		"flow": Literal(f.Name), "version": strconv.Itoa(f.Draft), "command": Literal("/msgbot flow publish " + naming + f.Name),
	})
	if len(odd) > 0 {
		text += "\n" + FlowProblems(t, odd)
	}
	return text
}

// FlowProblems lists what is wrong with a flow, then what is odd about it, as Markdown; of what is too much it says how much
// of each.
func FlowProblems(t Texts, problems []flow.Problem) string { return listed(t, problems, Escaped) }

func listed(t Texts, problems []flow.Problem, quote func(string) string) string {
	problems = slices.Clone(problems)
	slices.SortStableFunc(problems, func(a, b flow.Problem) int { return cmp.Compare(rank(a), rank(b)) })
	shown := min(len(problems), shownProblems)
	var lines []string
	for _, p := range problems[:shown] {
		lines = append(lines, "- "+p.Say(t, quote))
	}
	more := map[bool]int{}
	for _, p := range problems[shown:] {
		more[p.Warning]++
	}
	if count := more[false]; count > 0 {
		lines = append(lines, t("api.flow_more_mistakes", map[string]string{"count": strconv.Itoa(count)}))
	}
	if count := more[true]; count > 0 {
		lines = append(lines, t("api.flow_more_warnings", map[string]string{"count": strconv.Itoa(count)}))
	}
	return strings.Join(lines, "\n")
}

// rank puts what stops a flow before what does not.
func rank(p flow.Problem) int {
	if p.Warning {
		return 1
	}
	return 0
}

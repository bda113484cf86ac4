// The commands about flows: list, import, export, publish, off.

package command

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// What /msgbot flow import takes besides a file.
const (
	paste       = "paste"
	exampleMark = "example:"
)

func (c *Commands) editor(call *call) answers.Editor {
	return answers.Editor{UserID: call.args.UserId, Sysadmin: c.Access.IsSysadmin(call.args.UserId)}
}

func (c *Commands) listFlows(call *call) (string, error) {
	flows, err := c.Answers.Flows(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	name := map[string]string{"name": c.called(call)}
	if len(flows) == 0 {
		name["command"] = c.command(call, "flow import", exampleMark+"shop")
		return call.t("command.no_flows", name), nil
	}
	lines := []string{call.t("command.flows_title", name)}
	for _, f := range flows {
		lines = append(lines, "- "+onSign(f.On)+" "+api.Literal(f.Name)+": "+flowState(call.t, f, "command.flow_draft"))
	}
	return call.fitting(lines), nil
}

// flowState says whether a flow answers, and in the words of the key draft whether a draft waits.
func flowState(t api.Texts, f answers.FlowState, draft string) string {
	var states []string
	version := func(n int) map[string]string { return map[string]string{"version": strconv.Itoa(n)} }
	switch {
	case f.Published > 0 && f.On:
		states = append(states, t("command.flow_on", version(f.Published)))
	case f.Published > 0:
		states = append(states, t("command.flow_off", version(f.Published)))
	}
	if f.Draft > 0 {
		states = append(states, t(draft, version(f.Draft)))
	}
	return strings.Join(states, "; ")
}

// importFlow makes a draft of what the caller posted, of an example, or of what is pasted into a form.
func (c *Commands) importFlow(call *call) (string, error) {
	source := bare(call.text)
	name, isExample := strings.CutPrefix(source, exampleMark)
	switch {
	case isExample:
		text, found := c.Answers.Example(name)
		if !found {
			return "", wrong("command.example_unknown", map[string]string{
				"text": api.Literal(name), "examples": api.Literals(c.Answers.Examples()),
			})
		}
		return c.saveDraft(call, text, "")
	case source == paste:
		return "", c.open(call, api.PasteFlowPath, api.PasteFlowDialog(call.t, call.bot))
	case source != "":
		return "", wrong("command.source_unknown", map[string]string{"text": api.Literal(source)})
	}
	file, err := c.newestUpload(call.args.ChannelId, call.args.UserId)
	if err != nil {
		return "", err
	}
	if file == nil {
		return "", c.open(call, api.PasteFlowPath, api.PasteFlowDialog(call.t, call.bot))
	}
	return c.saveDraft(call, file.text, file.name)
}

// saveDraft says what was saved, of which file, and what is odd about it.
func (c *Commands) saveDraft(call *call, text []byte, file string) (string, error) {
	state, odd, err := c.Answers.PutDraft(call.ctx, call.bot.ID, "", text, c.editor(call))
	if err != nil {
		return "", err
	}
	call.flow = state
	said := api.DraftSaved(call.t, state, c.naming(call), odd)
	if file != "" {
		said = call.t("command.import_file", map[string]string{"file": api.Literal(file)}) + " " + said
	}
	return said, nil
}

// naming is what has to stand before a flow's name in a command of this channel.
func (c *Commands) naming(call *call) string {
	return api.BotPrefix(call.bot, c.visible(call), call.args.ChannelId)
}

// command is a command about the call's bot that can be copied and entered in this channel.
func (c *Commands) command(call *call, path, rest string) string {
	return api.Command(path, call.bot, c.visible(call), call.args.ChannelId, rest)
}

// exportFlow shows the YAML of a flow in a block that can be copied.
func (c *Commands) exportFlow(call *call) (string, error) {
	stored, err := c.Answers.Flow(call.ctx, call.bot.ID, call.flow.Name, 0, c.editor(call))
	if err != nil {
		return "", err
	}
	args := map[string]string{"flow": api.Literal(stored.Name), "version": strconv.Itoa(stored.Version)}
	if utf8.RuneCountInString(stored.Text) > maxAnswer {
		args["route"] = api.Literal("GET " + api.Prefix + "/bots/" + call.bot.ID + "/flows/" + stored.Name)
		return call.t("command.export_too_long", args), nil
	}
	fence := fenceFor(stored.Text)
	return call.t("command.export", args) + "\n" + fence + "yaml\n" + strings.TrimRight(stored.Text, "\n") + "\n" + fence, nil
}

// fenceFor is a fence that does not stand in a text.
func fenceFor(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}

func (c *Commands) publishFlow(call *call) (string, error) {
	state, odd, err := c.Answers.Publish(call.ctx, call.bot.ID, call.flow.Name, c.editor(call))
	if err != nil {
		return "", err
	}
	text := call.t("command.flow_published", map[string]string{"flow": api.Literal(state.Name), "version": strconv.Itoa(state.Published)})
	if len(odd) > 0 {
		text += "\n" + api.FlowProblems(call.t, odd)
	}
	return text, nil
}

func (c *Commands) flowOff(call *call) (string, error) {
	if call.flow.Published == 0 {
		return "", wrong("command.flow_not_published", map[string]string{"flow": api.Literal(call.flow.Name)})
	}
	again, err := c.switchedOff(call)
	if err != nil {
		return "", err
	}
	if _, err := c.Answers.Off(call.ctx, call.bot.ID, call.flow.Name); err != nil {
		return "", err
	}
	return call.t(again, map[string]string{
		"flow": api.Literal(call.flow.Name), "command": c.command(call, "flow publish", call.flow.Name),
	}), nil
}

// switchedOff is the text for a flow that is switched off: it says who may switch it on again.
func (c *Commands) switchedOff(call *call) (string, error) {
	stored, err := c.Answers.Flow(call.ctx, call.bot.ID, call.flow.Name, 0, c.editor(call))
	if err != nil {
		return "", err
	}
	f, _ := flow.Parse([]byte(stored.Text)) // it was checked when it was saved
	for _, step := range f.Steps {
		if step.HTTP != nil && !c.editor(call).Sysadmin {
			return "command.flow_switched_off.service", nil
		}
	}
	return "command.flow_switched_off", nil
}

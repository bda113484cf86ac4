// A flow as people read it: step by step, in the order in which customers come to them.

package command

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func (c *Commands) showFlow(call *call) (string, error) {
	stored, err := c.Answers.Flow(call.ctx, call.bot.ID, call.flow.Name, 0, c.editor(call))
	if err != nil {
		return "", err
	}
	f, _ := flow.Parse([]byte(stored.Text)) // it was checked when it was saved
	v := flowView{t: call.t, languages: []string{call.lang, call.bot.Settings.Language}}
	draft := "command.flow_draft"
	if call.flow.Published > 0 {
		draft = "command.flow_draft_shown"
	}
	lines := []string{
		call.t("command.flow_title", map[string]string{"flow": api.Literal(f.Name), "state": flowState(call.t, call.flow, draft)}),
		v.begins(f),
	}
	names, _ := f.InOrder()
	for _, name := range names {
		lines = append(lines, v.step(name, f.Steps[name])...)
	}
	lines = slices.CompactFunc(lines, func(a, b string) bool { return a == "" && b == "" })
	return strings.TrimSpace(call.fitting(lines)), nil
}

// flowView writes steps in a language.
type flowView struct {
	t         api.Texts
	languages []string
}

func (v flowView) begins(f flow.Flow) string {
	args := map[string]string{"idle": api.FormatLength(v.t, conversation.Duration(f.Idle)), "commands": api.Literals(f.Trigger.Commands)}
	if len(f.Trigger.Commands) == 0 {
		return v.t("command.flow_begins.nowhere", args)
	}
	return v.t("command.flow_begins", args)
}

// step is a title, what is said, and what follows.
func (v flowView) step(name string, s flow.Step) []string {
	lines := []string{"", "**" + api.Literal(name) + "**"}
	if text := v.pick(s.Text); text != "" {
		lines = append(lines, quoted(text), "")
	}
	if len(s.Files) > 0 {
		lines = append(lines, v.line("files", "count", strconv.Itoa(len(s.Files))))
	}
	for _, b := range slices.Concat(s.Buttons...) {
		lines = append(lines, "- "+api.Literal(v.pick(b.Label))+" → "+v.done(b.Do, b.Value))
	}
	if len(s.Buttons) > 0 {
		lines = append(lines, "")
	}
	lines = append(lines, v.asks(s)...)
	lines = append(lines, v.calls(s)...)
	if s.Next != "" {
		lines = append(lines, v.line("next", "step", api.Literal(s.Next)))
	}
	if s.Do != "" {
		lines = append(lines, "→ "+v.done(s.Do, ""))
	}
	if len(s.Tags) > 0 {
		lines = append(lines, v.line("tags", "tags", api.Literals(s.Tags)))
	}
	if s.Assign != "" {
		lines = append(lines, v.line("assign", "user", api.Literal("@"+s.Assign)))
	}
	return lines
}

func (v flowView) pick(texts flow.Texts) string {
	text, _ := flow.Pick(texts, v.languages...)
	return text
}

func (v flowView) line(what, name, value string) string {
	return v.t("command.step."+what, map[string]string{name: value})
}

// done says what a button or a step does.
func (v flowView) done(do flow.Do, value string) string {
	switch do {
	case flow.DoGo:
		return api.Literal(value)
	case flow.DoURL:
		return "<" + value + ">"
	}
	return v.t("command.do."+string(do), map[string]string{"step": api.Literal(value)})
}

func (v flowView) asks(s flow.Step) []string {
	if s.Input == nil {
		return nil
	}
	otherwise := v.done(flow.DoHandover, "")
	if s.Input.Else != "" {
		otherwise = api.Literal(s.Input.Else)
	}
	lines := []string{v.t("command.step.input", map[string]string{
		"field": api.Literal(s.Input.Field), "type": api.Literal(string(s.Input.Type)),
		"tries": strconv.Itoa(s.Input.Tries), "else": otherwise,
	})}
	if s.Input.Pattern != "" {
		lines = append(lines, v.line("pattern", "pattern", api.Literal(s.Input.Pattern)))
	}
	for i, choice := range s.Input.Choices {
		lines = append(lines, "- "+strconv.Itoa(i+1)+" "+api.Literal(v.pick(choice)))
	}
	if len(s.Input.Choices) > 0 {
		lines = append(lines, "")
	}
	return lines
}

func (v flowView) calls(s flow.Step) []string {
	if s.HTTP == nil {
		return nil
	}
	otherwise := v.done(flow.DoHandover, "")
	if s.HTTP.Error != "" {
		otherwise = api.Literal(s.HTTP.Error)
	}
	lines := []string{v.t("command.step.http", map[string]string{
		"call": api.Literal(s.HTTP.Method + " " + s.HTTP.URL), "else": otherwise,
	})}
	if saved := slices.Sorted(maps.Keys(s.HTTP.Save)); len(saved) > 0 {
		lines = append(lines, v.line("save", "names", "`"+strings.Join(saved, "`, `")+"`"))
	}
	return lines
}

// The commands of the small menu: a flow named "menu" that is made and changed without YAML.

package command

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// shownText is how much of a button's text the menu shows, in characters.
const shownText = 80

// menu reads the menu of the call's bot, a new one where there is none; found tells which.
func (c *Commands) menu(call *call) (m menu, found bool, err error) {
	language := call.bot.Settings.Language
	words := func(key string) string { return c.Desk.T(language, key, nil) }
	stored, err := c.Answers.Flow(call.ctx, call.bot.ID, api.MenuName, 0, c.editor(call))
	if e := api.AsError(err); e != nil && e.Status == http.StatusNotFound {
		return newMenu(language, words), false, nil
	}
	if err != nil {
		return menu{}, false, err
	}
	f, _ := flow.Parse([]byte(stored.Text)) // it was checked when it was saved
	return menu{f, stored.Version, language, words}, true, nil
}

func (c *Commands) showMenu(call *call) (string, error) {
	m, found, err := c.menu(call)
	if err != nil {
		return "", err
	}
	name := c.called(call)
	if !found {
		return call.t("command.no_menu", c.noMenu(call)), nil
	}
	flows, err := c.Answers.Flows(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(flows, func(f answers.FlowState) bool { return f.Name == api.MenuName })
	if i < 0 {
		return "", errors.Wrap(answers.ErrNotFound, "listing the menu")
	}
	lines := []string{
		call.t("command.menu_title", map[string]string{
			"name": name, "state": flowState(call.t, flows[i], "command.flow_draft"), "commands": api.Literals(m.flow.Trigger.Commands),
		}),
		quoted(m.pick(m.flow.Steps[m.flow.Start].Text)), "",
	}
	return call.fitting(append(lines, m.lines()...)), nil
}

// noMenu says how to begin one.
func (c *Commands) noMenu(call *call) map[string]string {
	return map[string]string{
		"name": c.called(call), "command": c.command(call, "menu button", "1 "+call.t("command.menu.example", nil)),
	}
}

// lines are the buttons by their paths.
func (m menu) lines() []string {
	var lines []string
	for _, b := range api.MenuButtons(m.flow) {
		text := strings.Join(strings.Fields(m.pick(m.flow.Steps[b.Value].Text)), " ")
		if runes := []rune(text); len(runes) > shownText {
			text = string(runes[:shownText]) + "…"
		}
		lines = append(lines, strings.Repeat("  ", strings.Count(b.Path, "."))+"- "+api.Literal(b.Path)+" **"+api.Literal(m.pick(b.Label))+"** "+text)
	}
	return lines
}

// setMenuButton makes or changes a button, and publishes the menu.
func (c *Commands) setMenuButton(call *call) (string, error) {
	word, rest, _ := cut(call.text)
	path, err := parsePath(word)
	if err != nil {
		return "", err
	}
	label, text, _ := cut(rest)
	if label == "" || text == "" {
		return "", wrong("command.menu_words_missing", map[string]string{
			"command": c.command(call, "menu button", word+" "+call.t("command.menu.example", nil)),
		})
	}
	m, _, err := c.menu(call)
	if err != nil {
		return "", err
	}
	if err := m.set(path, label, bare(text)); err != nil {
		return "", err
	}
	return c.publishMenu(call, m, "command.menu_button_set", map[string]string{"path": api.Literal(word), "label": api.Literal(label)})
}

// removeMenuButton removes a button with all that only it leads to; a menu that is empty then is removed as well.
func (c *Commands) removeMenuButton(call *call) (string, error) {
	word := bare(call.text)
	path, err := parsePath(word)
	if err != nil {
		return "", err
	}
	m, found, err := c.menu(call)
	if err != nil {
		return "", err
	}
	if !found {
		return "", wrong("command.no_menu", c.noMenu(call))
	}
	if err := m.remove(path); err != nil {
		return "", err
	}
	if !m.empty() {
		return c.publishMenu(call, m, "command.menu_button_removed", map[string]string{"path": api.Literal(word)})
	}
	if err := c.Answers.RemoveFlowFrom(call.ctx, call.bot.ID, api.MenuName, m.version); err != nil {
		return "", err
	}
	return call.t("command.menu_removed", map[string]string{"name": c.called(call)}), nil
}

// publishMenu puts a menu in force, if it is made of the one that is there still.
func (c *Commands) publishMenu(call *call, m menu, key string, args map[string]string) (string, error) {
	if said := m.mistakes(call.t); said != "" {
		return "", inTheWay("command.menu_mistakes", map[string]string{"mistakes": said})
	}
	state, _, err := c.Answers.Replace(call.ctx, call.bot.ID, api.MenuName, m.version, flow.Marshal(m.flow), c.editor(call))
	var taken *conversation.FieldError
	if errors.As(err, &taken) && taken.Problem == conversation.ProblemFlowCommandTaken {
		other := taken.Args["flow"]
		return "", inTheWay("command.menu_not_alone", map[string]string{
			"begins": api.Literal(taken.Args["command"]), "flow": api.Literal(other),
			"off": c.command(call, "flow off", other), "export": c.command(call, "flow export", other),
		})
	}
	if err != nil {
		return "", err
	}
	call.flow = state
	return call.t(key, args), nil
}

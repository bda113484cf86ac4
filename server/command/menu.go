// The commands of the small menu: a flow named "menu" that is made and changed without YAML.

package command

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

const (
	menuName = "menu"
	// shownText is how much of a button's text the menu shows, in characters.
	shownText = 80
)

// menu reads the menu of the call's bot, a new one where there is none; found tells which.
func (c *Commands) menu(call *call) (m menu, found bool, err error) {
	language := call.bot.Settings.Language
	words := func(key string) string { return c.Desk.T(language, key, nil) }
	stored, err := c.Answers.Flow(call.ctx, call.bot.ID, menuName, 0, c.editor(call))
	if e := api.AsError(err); e != nil && e.Status == http.StatusNotFound {
		return newMenu(language, words), false, nil
	}
	if err != nil {
		return menu{}, false, err
	}
	f, _ := flow.Parse([]byte(stored.Text)) // it was checked when it was saved
	return menu{f, language, words}, true, nil
}

func (c *Commands) showMenu(call *call) (string, error) {
	m, found, err := c.menu(call)
	if err != nil {
		return "", err
	}
	name := api.Literal(call.bot.Name)
	if !found {
		return call.t("command.no_menu", map[string]string{"name": name}), nil
	}
	flows, err := c.Answers.Flows(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(flows, func(f answers.FlowState) bool { return f.Name == menuName })
	if i < 0 {
		return "", errors.Wrap(answers.ErrNotFound, "listing the menu")
	}
	lines := []string{
		call.t("command.menu_title", map[string]string{
			"name": name, "state": flowState(call.t, flows[i]), "commands": literals(m.flow.Trigger.Commands),
		}),
		quoted(m.pick(m.flow.Steps[m.flow.Start].Text)),
	}
	return call.fitting(append(lines, m.lines(m.flow.Start, "", []string{m.flow.Start})...)), nil
}

// lines are the buttons of a step and those below them, by their paths; seen are the steps on the way, since a button may
// lead back.
func (m menu) lines(step, path string, seen []string) []string {
	var lines []string
	for i, b := range m.choices(step) {
		here := path + strconv.Itoa(i+1)
		text := strings.Join(strings.Fields(m.pick(m.flow.Steps[b.Value].Text)), " ")
		if runes := []rune(text); len(runes) > shownText {
			text = string(runes[:shownText]) + "…"
		}
		lines = append(lines, strings.Repeat("  ", strings.Count(here, "."))+"- "+api.Literal(here)+" **"+api.Literal(m.pick(b.Label))+"** "+text)
		if !slices.Contains(seen, b.Value) {
			lines = append(lines, m.lines(b.Value, here+".", append(slices.Clone(seen), b.Value))...)
		}
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
		return "", wrong("command.menu_words_missing", nil)
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
		return "", wrong("command.no_menu", map[string]string{"name": api.Literal(call.bot.Name)})
	}
	if err := m.remove(path); err != nil {
		return "", err
	}
	if !m.empty() {
		return c.publishMenu(call, m, "command.menu_button_removed", map[string]string{"path": api.Literal(word)})
	}
	if err := c.Answers.RemoveFlow(call.ctx, call.bot.ID, menuName); err != nil {
		return "", err
	}
	return call.t("command.menu_removed", map[string]string{"name": api.Literal(call.bot.Name)}), nil
}

func (c *Commands) publishMenu(call *call, m menu, key string, args map[string]string) (string, error) {
	by := c.editor(call)
	if _, _, err := c.Answers.PutDraft(call.ctx, call.bot.ID, menuName, flow.Marshal(m.flow), by); err != nil {
		return "", err
	}
	state, _, err := c.Answers.Publish(call.ctx, call.bot.ID, menuName, by)
	if err != nil {
		return "", err
	}
	call.flow = state
	return call.t(key, args), nil
}

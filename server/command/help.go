// Help and autocomplete, made from the table.

package command

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
)

// Command is what Mattermost registers, with autocomplete in lang: it knows one language for everybody.
func (c *Commands) Command(lang string) *model.Command {
	t := api.Texts(func(key string, args map[string]string) string { return c.Desk.T(lang, key, args) })
	return &model.Command{
		Trigger: Trigger, DisplayName: Trigger, Description: t("command.description", nil),
		AutoComplete: true, AutoCompleteDesc: t("command.description", nil), AutoCompleteHint: "[command]",
		AutocompleteData: c.autocomplete(t),
	}
}

func (c *Commands) autocomplete(t api.Texts) *model.AutocompleteData {
	root := model.NewAutocompleteData(Trigger, "[command]", t("command.description", nil))
	for _, s := range c.table {
		at := root
		words := s.words()
		for _, group := range words[:len(words)-1] {
			at = groupOf(at, group, t)
		}
		leaf := model.NewAutocompleteData(words[len(words)-1], s.usage, t(s.helpKey(), nil))
		s.takes.complete(c, t, s, leaf)
		at.AddCommand(leaf)
	}
	return root
}

// groupOf is the word of that name below at, made when it is not there.
func groupOf(at *model.AutocompleteData, name string, t api.Texts) *model.AutocompleteData {
	for _, sub := range at.SubCommands {
		if sub.Trigger == name {
			return sub
		}
	}
	group := model.NewAutocompleteData(name, "", t("command.group."+name, nil))
	at.AddCommand(group)
	return group
}

// beginning are the commands whose path begins with words.
func (c *Commands) beginning(words []string) []spec {
	var found []spec
	for _, s := range c.table {
		if begins(s.words(), words) {
			found = append(found, s)
		}
	}
	return found
}

func (c *Commands) help(call *call) (string, error) {
	return c.list(call.t, call.t("command.help_title", nil), c.beginning(call.words)), nil
}

// unknown answers a line that is no command: with all commands when it is empty, else with what comes nearest.
func (c *Commands) unknown(call *call, in input) string {
	if len(in.words) == 0 {
		return c.list(call.t, call.t("command.help_title", nil), c.table)
	}
	near := c.beginning(in.words[:1])
	if len(near) == 0 {
		near = c.table
	}
	return c.list(call.t, call.t("command.unknown", map[string]string{"text": api.Literal(strings.Join(in.words, " "))}), near)
}

// list is a title and one line for each command, group by group: usage, help and who may use it.
func (c *Commands) list(t api.Texts, title string, list []spec) string {
	lines, group, restricted := []string{title}, "", false
	for _, s := range list {
		if s.group() != group {
			group = s.group()
			lines = append(lines, "", "**"+t("command.group."+group, nil)+"**")
		}
		line := "- " + api.Literal(s.usageLine()) + " – " + t(s.helpKey(), nil)
		if s.may != api.Member {
			line += " " + t("command.may."+string(s.may), nil)
		}
		lines, restricted = append(lines, line), restricted || s.may == api.Admin
	}
	if restricted {
		lines = append(lines, "", t("command.may.legend", nil))
	}
	return strings.Join(lines, "\n")
}

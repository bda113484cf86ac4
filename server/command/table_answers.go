// The table of the commands about automatic answers. Where a bot may be named it stands first, and may be left out in a
// channel that has one.

package command

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

func ruleKindNames() string {
	var names []string
	for _, k := range api.RuleKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, "|")
}

func automatic() []spec {
	time := botAnd{missing: "command.time_missing"}
	date := "command.date_missing"
	path := "command.menu_path_missing"
	return []spec{
		{path: "autoreply list", usage: "[bot]", takes: channelBot{}, may: api.Member, run: (*Commands).listRules},
		{path: "autoreply add", usage: "[bot] " + ruleKindNames(), takes: ruleKind{}, may: api.Admin, run: (*Commands).addRule},
		{path: "autoreply edit", usage: "<rule>", takes: ruleName{}, may: api.Admin, run: (*Commands).editRule},
		{path: "autoreply on", usage: "<rule>", takes: ruleName{}, changes: true, may: api.Admin, run: (*Commands).ruleOn},
		{path: "autoreply off", usage: "<rule>", takes: ruleName{}, changes: true, may: api.Admin, run: (*Commands).ruleOff},
		{path: "autoreply remove", usage: "<rule>", takes: ruleName{}, changes: true, may: api.Admin, run: (*Commands).removeRule},
		{path: "autoreply test", usage: "[bot] <text>", takes: textOfBot{}, may: api.Member, run: (*Commands).tryText},

		{path: "hours show", usage: "[bot]", takes: channelBot{}, may: api.Member, run: (*Commands).showHours},
		{path: "hours set", usage: "[bot] <Mon-Fri 09:00-18:00; Sat 10:00-14:00> [zone]", takes: botAnd{missing: "command.week_missing"}, changes: true, may: api.Admin, run: (*Commands).setHours},
		{path: "hours close-until", usage: "[bot] <time>", takes: time, changes: true, may: api.Admin, run: (*Commands).closeUntil},
		{path: "hours open-until", usage: "[bot] <time>", takes: time, changes: true, may: api.Admin, run: (*Commands).openUntil},
		{path: "hours normal", usage: "[bot]", takes: channelBot{}, changes: true, may: api.Admin, run: (*Commands).normalHours},

		{path: "holiday list", usage: "[bot]", takes: channelBot{}, may: api.Member, run: (*Commands).listDates},
		{path: "holiday add", usage: "[bot] <date> [09:00-13:00] [name]", takes: botAnd{missing: date}, changes: true, may: api.Admin, run: (*Commands).addDate},
		{path: "holiday country", usage: "[bot] <code>", takes: botAnd{missing: "command.country_missing", items: countryItems}, may: api.Admin, run: (*Commands).pickHolidays},
		{path: "holiday remove", usage: "[bot] <date>", takes: botAnd{missing: date, list: api.AutocompleteDates}, changes: true, may: api.Admin, run: (*Commands).removeDate},

		{path: "menu show", usage: "[bot]", takes: channelBot{}, may: api.Member, run: (*Commands).showMenu},
		{path: "menu button", usage: "[bot] <path> <label> <text>", takes: botAnd{missing: path, list: api.AutocompleteNewPaths}, changes: true, may: api.Admin, run: (*Commands).setMenuButton},
		{path: "menu remove", usage: "[bot] <path>", takes: botAnd{missing: path, list: api.AutocompletePaths}, changes: true, may: api.Admin, run: (*Commands).removeMenuButton},

		{path: "flow list", usage: "[bot]", takes: channelBot{}, may: api.Member, run: (*Commands).listFlows},
		{path: "flow show", usage: "[bot] <flow>", takes: flowName{}, may: api.Member, run: (*Commands).showFlow},
		{path: "flow import", usage: "[bot] [" + paste + "|" + exampleMark + "<name>]", takes: botAnd{items: sourceItems}, changes: true, may: api.Admin, run: (*Commands).importFlow},
		{path: "flow export", usage: "[bot] <flow>", takes: flowName{}, may: api.Member, run: (*Commands).exportFlow},
		{path: "flow publish", usage: "[bot] <flow>", takes: flowName{}, changes: true, may: api.Admin, run: (*Commands).publishFlow},
		{path: "flow off", usage: "[bot] <flow>", takes: flowName{}, changes: true, may: api.Admin, run: (*Commands).flowOff},
	}
}

func countryItems(_ *Commands, t api.Texts) []model.AutocompleteListItem {
	codes := hours.Countries()
	items := make([]model.AutocompleteListItem, 0, len(codes))
	for _, code := range codes {
		items = append(items, model.AutocompleteListItem{Item: code, HelpText: t("command.country."+code, nil)})
	}
	return items
}

func sourceItems(c *Commands, t api.Texts) []model.AutocompleteListItem {
	items := []model.AutocompleteListItem{{Item: paste, HelpText: t("command.import_paste", nil)}}
	for _, name := range c.Answers.Examples() {
		items = append(items, model.AutocompleteListItem{Item: exampleMark + name, HelpText: t("command.import_example", nil)})
	}
	return items
}

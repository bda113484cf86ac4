// The commands of a bot, as messengers show them to customers.

package answers

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// What Telegram takes (https://core.telegram.org/bots/api#setmycommands, #botcommand).
const (
	maxCommands    = 100
	maxDescription = 256 // characters
)

// ourWords are what the commands that every bot has are called, as keys of assets/i18n.
var ourWords = map[string]string{flow.MenuCommand: "api.bot_command.menu", flow.HumanCommand: "api.bot_command.human"}

// shortLanguage is a tag whose language has two letters, by which messengers name it.
var shortLanguage = regexp.MustCompile(`^[a-z]{2}(-|$)`)

// Commands are those of a bot by language, two letters, and the empty one for all others. None when nothing answers.
func (s *Service) Commands(botID string) map[string][]messenger.Command {
	known := (*s.scripts.Load())[botID]
	bot, ok := s.o.Bots.Known(botID)
	if known == nil || !ok || known.used.silent() {
		return nil
	}
	return known.used.commands(bot.Settings.Language)
}

// commands are the lists for a bot of this language.
func (u *used) commands(language string) map[string][]messenger.Command {
	names, descriptions := u.named()
	lists := map[string][]messenger.Command{}
	for _, spoken := range append(u.languages(), "") {
		list := make([]messenger.Command, 0, len(names))
		for _, name := range names {
			description := descriptions[name]
			if key, ours := ourWords[name]; ours {
				description = u.words(cmp.Or(spoken, language), key, nil)
			}
			list = append(list, messenger.Command{Name: name[1:], Description: short(description)})
		}
		lists[spoken] = list
	}
	return lists
}

// named are the commands in their order (the menu, the rules', the flows', a person), and what rules and flows call theirs.
func (u *used) named() (names []string, descriptions map[string]string) {
	descriptions = map[string]string{}
	add := func(name, description string) {
		if _, taken := descriptions[name]; !taken && name != flow.StartCommand && name != flow.HumanCommand && len(names) < maxCommands-1 {
			descriptions[name] = cmp.Or(strings.TrimSpace(description), name[1:])
			names = append(names, name)
		}
	}
	if u.hasMenu() {
		add(flow.MenuCommand, "")
	}
	for _, r := range u.Rules {
		if u.shows(r) {
			for _, name := range r.Trigger.Commands {
				add(name, r.Name)
			}
		}
	}
	for _, p := range u.flows {
		for _, name := range p.Flow.Trigger.Commands {
			add(name, strings.NewReplacer("_", " ", "-", " ").Replace(p.Flow.Name))
		}
	}
	return append(names, flow.HumanCommand), descriptions
}

// hasMenu tells whether a flow answers /menu, which shows what /start does when nothing has it.
func (u *used) hasMenu() bool {
	return slices.ContainsFunc(u.flows, func(p autoreply.Published) bool {
		return slices.Contains(p.Flow.Trigger.Commands, flow.MenuCommand) || slices.Contains(p.Flow.Trigger.Commands, flow.StartCommand)
	})
}

// shows tells whether a rule answers commands that customers can choose: one for a deep link is for its link.
func (u *used) shows(r autoreply.Rule) bool {
	return r.Enabled && r.Trigger.Kind == autoreply.OnCommand && r.Trigger.Payload == "" &&
		len(autoreply.ValidateRules([]autoreply.Rule{r})) == 0
}

// languages are those in which rules and flows speak, and ours.
func (u *used) languages() []string {
	found := map[string]bool{"en": true, "uk": true}
	take := func(texts flow.Texts) {
		for tag := range texts {
			if shortLanguage.MatchString(tag) {
				found[tag[:2]] = true
			}
		}
	}
	for _, r := range u.Rules {
		take(r.Texts)
	}
	for _, p := range u.flows {
		for _, step := range p.Flow.Steps {
			take(step.Text)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// short is the beginning of a description in one line.
func short(description string) string {
	description = strings.Join(strings.Fields(description), " ")
	if utf8.RuneCountInString(description) <= maxDescription {
		return description
	}
	return string([]rune(description)[:maxDescription-1]) + "…"
}

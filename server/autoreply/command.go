// Commands: how customers write them, and those that every bot has.

package autoreply

import (
	"slices"
	"strings"
	"unicode"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// command is a command of a customer; the zero value is none.
type command struct {
	name, payload string
	// addressed says that the name of this bot stands with it, which a group needs.
	addressed bool
}

// commandOf reads "/start@ourbot promo". A command for another bot is none.
func (a *Arbiter) commandOf(e Event) command {
	if e.Kind == Started && e.Text == "" {
		return command{name: flow.StartCommand, payload: e.Payload}
	}
	if (e.Kind != Wrote && e.Kind != Started) || !strings.HasPrefix(e.Text, "/") {
		return command{}
	}
	word, payload := e.Text, ""
	if i := strings.IndexFunc(word, unicode.IsSpace); i >= 0 {
		word, payload = word[:i], strings.TrimSpace(word[i:])
	}
	name, whom, addressed := strings.Cut(word, "@")
	name = strings.ToLower(name)
	if !flow.CommandForm.MatchString(name) || addressed && !strings.EqualFold(whom, a.setup.BotUsername) {
		return command{}
	}
	return command{name, payload, addressed}
}

// fits tells whether a command rule is meant by c. A rule that names no command is for its deep link.
func (t Trigger) fits(c command) bool {
	if c.name == "" || t.Payload != "" && t.Payload != c.payload {
		return false
	}
	if len(t.Commands) == 0 {
		return c.name == flow.StartCommand
	}
	return slices.Contains(t.Commands, c.name)
}

// known tells whether c is one of this bot's: such a text is no answer to a question of a flow.
func (x *evaluation) known(c command) bool {
	if slices.Contains([]string{flow.StartCommand, flow.MenuCommand, flow.HumanCommand}, c.name) {
		return true
	}
	if _, ok := x.byCommand[c.name]; ok {
		return true
	}
	return slices.ContainsFunc(x.stages[OnCommand], func(i int) bool {
		return !x.rules[i].off() && x.rules[i].Trigger.fits(c)
	})
}

// commands is stage 2. A person is called whatever else answers /human.
func (x *evaluation) commands() {
	human := x.command.name == flow.HumanCommand && !x.taken && !x.human
	x.begins(x.command)
	if human {
		x.handOver(x.says())
	}
}

// begins answers a command by the rule or flow that has it. What has no menu of its own shows what /start does.
func (x *evaluation) begins(c command) {
	for {
		x.command = c
		x.stage(OnCommand)
		if x.taken || x.human {
			return
		}
		if p, ok := x.byCommand[c.name]; ok {
			x.answered = true
			x.enter(p, "")
			return
		}
		if c.name != flow.MenuCommand {
			return
		}
		c = command{name: flow.StartCommand}
	}
}

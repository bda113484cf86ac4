// The table of commands: all that is known of each stands in its line.

package command

import (
	"slices"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
)

// spec is one command. Its help is the text command.help.<path with dots and underscores>.
type spec struct {
	path string
	// usage is what follows the path, as help shows it.
	usage string
	takes argument
	// thread: it works in the thread of a conversation, for whoever may see that conversation.
	thread bool
	// changes: it is told to the audit.
	changes bool
	// asks: it asks before it does anything, unless --yes is given.
	asks bool
	// may is the level needed at the bot it is about.
	may api.Level
	run func(*Commands, *call) (string, error)
}

// table lists the commands in the order of help.
func table(kinds []api.Kind) []spec {
	return slices.Concat(general(kinds), automatic(), inThreads())
}

func general(kinds []api.Kind) []spec {
	return []spec{
		{path: "help", usage: "[command]", takes: commandName{}, may: api.Member, run: (*Commands).help},
		{path: "status", usage: "[bot]", takes: botName{optional: true}, may: api.Member, run: (*Commands).status},
		{path: "bot add", usage: kindNames(kinds), takes: kindName{}, may: api.Manager, run: (*Commands).addBot},
		{path: "bot list", takes: nothing{}, may: api.Manager, run: (*Commands).listBots},
		{path: "bot edit", usage: "<bot>", takes: botName{}, may: api.Manager, run: (*Commands).editBot},
		{path: "bot pause", usage: "<bot>", takes: botName{}, changes: true, may: api.Admin, run: (*Commands).pauseBot},
		{path: "bot resume", usage: "<bot>", takes: botName{}, changes: true, may: api.Admin, run: (*Commands).resumeBot},
		{path: "bot reclaim", usage: "<bot>", takes: botName{}, changes: true, may: api.Manager, run: (*Commands).reclaimBot},
		{path: "bot remove", usage: "<bot> [" + confirmed + "]", takes: botName{}, changes: true, asks: true, may: api.Manager, run: (*Commands).removeBot},
	}
}

func inThreads() []spec {
	return []spec{
		{path: "claim", takes: nothing{}, thread: true, changes: true, may: api.Member, run: (*Commands).claim},
		{path: "close", usage: "[note]", takes: freeText{optional: true}, thread: true, changes: true, may: api.Member, run: (*Commands).close},
		{path: "reopen", takes: nothing{}, thread: true, changes: true, may: api.Member, run: (*Commands).reopen},
		{path: "note", usage: "<text>", takes: freeText{}, thread: true, changes: true, may: api.Member, run: (*Commands).note},
		{path: "resend", takes: nothing{}, thread: true, changes: true, may: api.Member, run: (*Commands).resend},
	}
}

func kindNames(kinds []api.Kind) string {
	names := make([]string, 0, len(kinds))
	for _, k := range kinds {
		names = append(names, string(k.ID))
	}
	return strings.Join(names, "|")
}

func (s spec) words() []string { return strings.Fields(s.path) }

// group is the heading of the command in help: its first word if others share that, empty for a command by itself.
func (s spec) group() string {
	words := s.words()
	switch {
	case s.thread:
		return "thread"
	case len(words) > 1:
		return words[0]
	}
	return ""
}

func (s spec) name() string { return "/" + Trigger + " " + s.path }

func (s spec) usageLine() string { return strings.TrimSpace(s.name() + " " + s.usage) }

func (s spec) helpKey() string {
	return "command.help." + strings.NewReplacer(" ", ".", "-", "_").Replace(s.path)
}

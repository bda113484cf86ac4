// One bot's script as this node has it in force.

package answers

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// maxTold is how many problems health lists.
const maxTold = 3

// script is what is known of a bot's script.
type script struct {
	// version is that of the script that was read last, whether or not it could be used.
	version int64
	// problem says in words what is wrong with it, empty for nothing; broken that a rule, flow or hours cannot be used at all.
	problem string
	broken  bool
	// used is what answers.
	used *used
}

// used is a script that answers. Its arbiter is made anew when the bot's settings change.
type used struct {
	Script
	flows []autoreply.Published
	// whole says that nothing of it is wrong in itself.
	whole bool
	words func(language, key string, args map[string]string) string
	// former reads an earlier version of a flow.
	former reader

	making sync.Mutex
	made   atomic.Pointer[made]
}

// made is an arbiter and the settings that it was made for.
type made struct {
	traits  traits
	arbiter *informed
}

// traits are what an arbiter depends on of its bot.
type traits struct {
	language, username         string
	businessAuto, keepKeyboard bool
}

func traitsOf(b conversation.Bot) traits {
	return traits{b.Settings.Language, b.Username, b.Settings.BusinessAuto, b.Settings.KeepKeyboard}
}

// silent tells whether the script begins no answer by itself any more.
func (s Script) silent() bool {
	h := s.Hours
	return len(s.Rules) == 0 && len(s.Published) == 0 && h.Zone == "" && len(h.Week) == 0 && len(h.Dates) == 0 && h.Override == nil
}

// arbiter is that of the script for a bot with these traits, nil for a script that answers nothing. One that had a flow has
// an arbiter for good: customers inside a flow that is off finish it, and old buttons are not pressed in silence.
func (u *used) arbiter(t traits) *informed {
	if u.silent() && !u.HadFlow {
		return nil
	}
	if m := u.made.Load(); m != nil && m.traits == t {
		return m.arbiter
	}
	u.making.Lock()
	defer u.making.Unlock()
	if m := u.made.Load(); m != nil && m.traits == t {
		return m.arbiter
	}
	arbiter, _ := u.compile(t)
	return arbiter
}

func (u *used) compile(t traits) (*informed, autoreply.Problems) {
	compiled, problems := autoreply.Compile(autoreply.Setup{
		Rules: u.Rules, Hours: u.Hours, Flows: u.flows, Language: t.language, BotUsername: t.username,
		BusinessAuto: t.businessAuto, KeepKeyboard: t.keepKeyboard, Words: u.words,
	})
	arbiter := &informed{compiled, u.former}
	u.made.Store(&made{t, arbiter})
	return arbiter, problems
}

// renewed is the next state of a bot whose stored script is this; before is the one so far, nil for none. A script that cannot
// be read as a whole, as one that a newer msgbot on another node wrote, does not replace one that can.
func (s *Service) renewed(botID string, stored Script, before *script) *script {
	u := &used{Script: stored, words: s.o.Words, former: s.former(botID)}
	flows, wrong := readFlows(stored.Published)
	u.flows = flows
	u.whole = len(wrong) == 0 && len(autoreply.ValidateRules(stored.Rules)) == 0 && stored.Hours.Validate() == nil
	bot, _ := s.o.Bots.Known(botID)
	_, problems := u.compile(traitsOf(bot))
	for _, p := range problems {
		wrong = append(wrong, p.Field+": "+p.English(s.o.Words))
	}
	next := &script{version: stored.Version, used: u, broken: !u.whole}
	switch {
	case len(wrong) == 0:
	case !u.whole && before != nil && before.used.whole:
		next.used = before.used
		next.problem = "The automatic answers that were saved last cannot be used; those before stay in force. " + list(wrong)
	default:
		next.problem = "Some automatic answers cannot be used as they are. " + list(wrong)
	}
	return next
}

func list(problems []string) string {
	text := strings.Join(problems[:min(len(problems), maxTold)], "; ")
	if more := len(problems) - maxTold; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// readFlows reads stored flows, and says of those that cannot be used what is wrong with them.
func readFlows(stored []StoredFlow) (flows []autoreply.Published, wrong []string) {
	for _, s := range stored {
		f, problems := flow.Parse([]byte(s.Text))
		if flow.Broken(problems) {
			wrong = append(wrong, fmt.Sprintf("flows.%s: %s", s.Name, firstBroken(problems)))
			continue
		}
		flows = append(flows, autoreply.Published{Flow: &f, Version: s.Version})
	}
	return flows, wrong
}

func firstBroken(problems []flow.Problem) flow.Problem {
	for _, p := range problems {
		if !p.Warning {
			return p
		}
	}
	return flow.Problem{}
}

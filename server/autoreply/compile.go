// From the rules, hours and flows of a bot to an arbiter: everything is read and ordered once, not at each message.

package autoreply

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Setup is what an arbiter is made from. It belongs to the arbiter from then on: nobody changes what it points to.
type Setup struct {
	Rules []Rule
	Hours hours.Hours
	// Flows are the published ones.
	Flows []Published
	// Language is the bot's, for customers whose own is not spoken.
	Language string
	// BotUsername is what "/command@username" names, empty where commands carry no name.
	BotUsername string
	// BusinessAuto answers in chats of Business accounts as well, KeepKeyboard leaves pressed buttons where they are.
	BusinessAuto, KeepKeyboard bool
	// Words are the texts of assets/i18n; it is needed.
	Words func(language, key string, args map[string]string) string
}

// Published is a flow as customers meet it.
type Published struct {
	Flow    *flow.Flow
	Version int
}

// Arbiter decides for one bot. It never changes and may be asked by many at once.
type Arbiter struct {
	setup Setup
	// rules are in the order in which they are looked at; stages has their numbers by kind.
	rules    []ranked
	ids      map[string]bool
	stages   map[TriggerKind][]int
	keywords *keywords
	calendar *hours.Calendar
	flows    map[string]Published
	// byCommand are flows by the commands that begin them.
	byCommand map[string]Published
}

// ranked is a rule in its place. One that is wrong has its place as well, but does not answer.
type ranked struct {
	Rule
	wrong bool
}

// Problems are what is wrong with a setup, each with its field ("rules[3].trigger.phrases[0]").
type Problems []*conversation.FieldError

// stageOrder is the order of the stages that rules belong to.
var stageOrder = []TriggerKind{OnCommand, OnKeyword, OnFirst, OnAway, OnNoAnswer, Fallback}

// Compile returns the arbiter of a bot and what is wrong with its setup. It always returns one that can be used: a rule
// that is wrong does not answer, hours that are wrong count as none, and each of them is among the problems.
func Compile(s Setup) (*Arbiter, Problems) {
	a := &Arbiter{
		setup: s, ids: map[string]bool{}, stages: map[TriggerKind][]int{}, keywords: newKeywords(),
		flows: map[string]Published{}, byCommand: map[string]Published{},
	}
	problems := slices.Concat(a.takeHours(s.Hours), a.takeFlows(s.Flows), a.takeRules(s.Rules))
	return a, append(problems, a.checkFlowNames()...)
}

func (a *Arbiter) takeHours(h hours.Hours) Problems {
	calendar, err := hours.Compile(h)
	if err == nil {
		a.calendar = calendar
		return nil
	}
	a.calendar, _ = hours.Compile(hours.Hours{}) // no hours are never wrong
	var wrong *conversation.FieldError
	errors.As(err, &wrong) // as Compile says
	return Problems{wrong.At("hours." + wrong.Field)}
}

func (a *Arbiter) takeFlows(flows []Published) (problems Problems) {
	for _, p := range flows {
		name := p.Flow.Name
		if _, twice := a.flows[name]; twice {
			problems = append(problems, conversation.Wrong("flows."+name, conversation.ProblemTwice, "value", name))
			continue
		}
		a.flows[name] = p
		for i, c := range p.Flow.Trigger.Commands {
			if other, taken := a.byCommand[c]; taken {
				problems = append(problems, conversation.Wrong(fmt.Sprintf("flows.%s.trigger.commands[%d]", name, i),
					conversation.ProblemFlowCommandTaken, "command", c, "flow", other.Flow.Name))
				continue
			}
			a.byCommand[c] = p
		}
	}
	return problems
}

func (a *Arbiter) takeRules(rules []Rule) (problems Problems) {
	for i, r := range rules {
		found := checkRule(fmt.Sprintf("rules[%d]", i), r, a.ids)
		problems = append(problems, found...)
		a.rules = append(a.rules, ranked{r, len(found) > 0})
	}
	slices.SortStableFunc(a.rules, before)
	for i, r := range a.rules {
		a.stages[r.Trigger.Kind] = append(a.stages[r.Trigger.Kind], i)
		if r.Trigger.Kind == OnKeyword && r.Enabled && !r.wrong {
			a.keywords.add(i, r.Trigger)
		}
	}
	return append(problems, checkCount(rules)...)
}

// before orders rules by stage and priority; of equals a rule for one deep link goes first.
func before(a, b ranked) int {
	return cmp.Or(
		cmp.Compare(slices.Index(stageOrder, a.Trigger.Kind), slices.Index(stageOrder, b.Trigger.Kind)),
		cmp.Compare(b.Priority, a.Priority),
		cmp.Compare(isEmpty(a.Trigger.Payload), isEmpty(b.Trigger.Payload)),
	)
}

// isEmpty is 1 for an empty text.
func isEmpty(text string) int { return 1 - min(len(text), 1) }

// checkFlowNames finds rules that begin or lead to flows that are not published; they answer all the same.
func (a *Arbiter) checkFlowNames() (problems Problems) {
	for i, r := range a.setup.Rules {
		field := fmt.Sprintf("rules[%d].", i)
		if r.Actions.Flow != "" && !a.leads(r.Actions.Flow) {
			problems = append(problems, notPublished(field+"actions.flow", r.Actions.Flow))
		}
		for row, buttons := range r.Buttons {
			for column, b := range buttons {
				if _, asks := asking[b.Do]; (b.Do == flow.DoGo || asks && b.Value != "") && !a.leads(b.Value) {
					problems = append(problems, notPublished(fmt.Sprintf("%sbuttons[%d][%d].value", field, row, column), b.Value))
				}
			}
		}
	}
	return problems
}

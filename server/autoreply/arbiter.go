// One evaluation: what is never evaluated, the stages in their order, and what is remembered.

package autoreply

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// maxAge is how old what a customer did may be, maxLate how late a timer.
	maxAge  = 10 * time.Minute
	maxLate = 15 * time.Minute
	// maxAsked is how long a customer who writes is left to the service that is asked for him.
	maxAsked = 10 * time.Minute
	// humanFor is how long people answer after the last message of an agent, when the customer does not wait.
	humanFor = 24 * time.Hour
	// maxRecent is how many automatic answers a conversation gets within recently.
	maxRecent = 10
	recently  = time.Minute
)

// Evaluate says what follows from an event. It changes nothing that it is given, and the same always leads to the same.
func (a *Arbiter) Evaluate(f Facts, m Memory, e Event, now time.Time) Decision {
	x := a.begin(f, m, e, now)
	if why := x.never(); why != "" {
		return x.unevaluated(why)
	}
	x.settle()
	full := len(x.memory.Recent) >= maxRecent
	d := x.decide()
	if full && d.counts(e.Kind) {
		return a.begin(f, m, e, now).limited(d.Handover)
	}
	return d
}

// counts tells whether a decision is one of the answers of which there may be so many. One that asks a service is counted
// then, not again when the service answers.
func (d *Decision) counts(kind EventKind) bool {
	return d.Call != nil || d.says() && kind != Answered
}

// says tells whether the customer is told anything.
func (d *Decision) says() bool { return d.Text != "" || len(d.Files) > 0 }

// evaluation is one Evaluate.
type evaluation struct {
	*Arbiter
	facts  Facts
	memory Memory
	event  Event
	// now is the clock, at the time of the event: never after now.
	now, at time.Time
	// metAt is when the customer wrote or was greeted last before this event, zero for never.
	metAt   time.Time
	command command
	// starts says that the event is a start, typed or not.
	starts, human, open bool
	// reasons say of each rule why it did not answer; empty for one that did.
	reasons []Reason
	// taken says that something answered, answered that it was a flow, command or keyword; late that a timer was too late.
	taken, answered, late bool
	texts                 []string
	decision              Decision
	// matched and length are of the message for keyword rules, once they are looked at.
	matched []bool
	length  int
}

// begin takes copies of what changes.
func (a *Arbiter) begin(f Facts, m Memory, e Event, now time.Time) *evaluation {
	x := &evaluation{Arbiter: a, facts: f, memory: m.clone(), event: e, now: now.Round(0).UTC()}
	x.at = x.now
	if !e.At.IsZero() && e.At.Before(now) {
		x.at = e.At.Round(0).UTC()
	}
	x.metAt = later(m.WroteAt, m.WelcomedAt)
	if e.Kind == Wrote {
		x.memory.WroteAt = later(m.WroteAt, x.at)
	}
	x.command = a.commandOf(e)
	x.starts = x.command.name == flow.StartCommand
	return x
}

// never names why something is not evaluated at all.
func (x *evaluation) never() string {
	byCustomer := x.event.Kind == Wrote || x.event.Kind == Started
	switch {
	case x.facts.Blocked:
		return SilenceBlocked
	case x.facts.Flooding:
		return SilenceFlooding
	case x.facts.Business && !x.setup.BusinessAuto:
		return SilenceBusiness
	case x.inGroup() && (byCustomer && !x.command.addressed || x.event.Kind == NoAnswerDue):
		return SilenceGroup
	case (byCustomer || x.event.Kind == Pressed) && x.now.Sub(x.at) > maxAge:
		return SilenceOld
	}
	return ""
}

// unevaluated leaves everything as it is, also the timer of a customer who waits.
func (x *evaluation) unevaluated(why string) Decision {
	x.settleWaiting()
	d := Decision{Silence: why}
	if !x.memory.Waiting.IsZero() {
		d.NoAnswerAt = x.nextNoAnswer()
	}
	d.Memory = x.memory
	return d
}

// settle brings up to date what time alone has changed: modes, flows and waiting periods end.
func (x *evaluation) settle() {
	x.human = x.facts.Mode == conversation.HumanMode
	if x.human && x.humanModeIsOver() {
		x.human, x.decision.HumanModeOver = false, true
	}
	x.open = x.calendar.Open(x.now)
	x.memory.Recent = slices.DeleteFunc(x.memory.Recent, func(t time.Time) bool { return x.now.Sub(t) >= recently })
	maps.DeleteFunc(x.memory.Fired, func(id string, _ time.Time) bool { return !x.ids[id] })
	if p := x.memory.Position; p != nil && x.facts.Mode == conversation.HumanMode {
		x.leaveFlow()
	} else if p != nil && x.expired(p) {
		x.memory.Position = nil
	}
	if x.memory.Position == nil {
		x.memory.Held = nil
	}
	x.settleWaiting()
}

func (x *evaluation) humanModeIsOver() bool {
	if x.facts.Status == conversation.Closed {
		return true
	}
	since := later(x.facts.LastAgentAt, x.facts.HumanSince)
	return !since.IsZero() && x.facts.WaitingSince.IsZero() && x.now.Sub(since) >= humanFor
}

// decide goes through the stages.
func (x *evaluation) decide() Decision {
	x.reasons = make([]Reason, len(x.rules))
	for i := range x.rules {
		x.reasons[i] = ReasonTrigger
		if x.rules[i].off() {
			x.reasons[i] = ReasonOff
		}
	}
	switch {
	case x.event.Press != "" && x.event.Kind != NoAnswerDue:
		x.press()
	case x.event.Kind == Answered:
		x.serviceAnswered()
	case x.event.Kind == Wrote || x.event.Kind == Started:
		x.react()
	}
	x.speakUp()
	x.away()
	x.noAnswer()
	x.fallback()
	x.speakUp()
	return x.finish()
}

// react answers what a customer wrote, stages 1 to 4.
func (x *evaluation) react() {
	again := x.flowStep()
	x.commands()
	x.stage(OnKeyword)
	if again != nil && !x.taken {
		x.sayOurs("auto.not_understood")
		x.decision.Language = "" // the menu's
		x.follow(*again)
	}
	x.stage(OnFirst)
}

// finish puts together what was decided.
func (x *evaluation) finish() Decision {
	d := &x.decision
	x.hold()
	d.Text = x.answerText()
	d.Close = d.Close && !d.Handover
	if d.counts(x.event.Kind) {
		x.memory.Recent = append(x.memory.Recent, x.now)
	}
	switch {
	case d.says() || d.Call != nil:
		d.Silence = ""
	case d.Silence != "":
	case x.human:
		d.Silence = SilenceHuman
	default:
		d.Silence = SilenceNothing
	}
	if x.isWelcome() {
		x.memory.WelcomedAt = x.now
	}
	d.Answered = x.answered && !d.Handover
	x.finishWaiting()
	d.Considered = make([]Considered, 0, len(x.rules))
	for i, reason := range x.reasons {
		if reason != "" {
			d.Considered = append(d.Considered, Considered{x.rules[i].ID, reason})
		}
	}
	d.Memory = x.memory
	return *d
}

// isWelcome tells whether the customer was greeted: by the rule for it, or by what answered his start.
func (x *evaluation) isWelcome() bool {
	return x.starts && x.answered ||
		slices.ContainsFunc(x.stages[OnFirst], func(i int) bool { return x.reasons[i] == "" })
}

// limited says nothing more: the conversation got as many answers as it may. Who asked for a person gets one and is told so
// all the same, after which people answer. So does whose service answered what leads to the next call: nobody is left in a
// flow that waits for nothing.
func (x *evaluation) limited(handover bool) Decision {
	x.settle()
	m, d := &x.memory, &x.decision
	d.LimitReached = x.now.Sub(m.LimitedAt) >= recently
	m.LimitedAt = x.now
	switch {
	case handover || x.event.Kind == Answered:
		x.handOver(false)
		d.Text = strings.Join(x.texts, "\n\n")
		m.Recent = append(m.Recent, x.now)
	case x.event.Kind == Pressed:
		x.inVain("auto.limit", SilenceLimit)
	default:
		d.Silence = SilenceLimit
	}
	x.finishWaiting()
	d.Memory = *m
	return *d
}

func (x *evaluation) inGroup() bool { return x.facts.Kind == messenger.Group }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// The stages that rules belong to: which rule answers, and why the others do not.

package autoreply

import (
	"cmp"
	"strings"
	"time"
)

const (
	// defaultEvery is how often away is said when the rule says nothing; not at all within quiet after an agent's message.
	defaultEvery = 12 * time.Hour
	quiet        = 30 * time.Minute
)

// off tells whether the rule answers nothing, whatever happens.
func (r *ranked) off() bool { return !r.Enabled || r.wrong }

// stage lets the first rule of a kind answer that may, unless something answered before. Of the others it notes why not.
func (x *evaluation) stage(kind TriggerKind) {
	triggered := triggers[kind]
	for _, i := range x.stages[kind] {
		r := &x.rules[i]
		if r.off() {
			continue
		}
		reason := triggered(x, i, r)
		switch {
		case reason != "":
		case !x.inHours(r.When):
			reason = ReasonSchedule
		case x.cooling(r, time.Duration(r.Cooldown)):
			reason = ReasonCooldown
		case x.taken:
			reason = ReasonOutranked
		default:
			x.answer(r)
		}
		x.reasons[i] = reason
	}
}

// triggers say by kind why a rule is not meant by what happened; nothing when it is.
var triggers = map[TriggerKind]func(x *evaluation, i int, r *ranked) Reason{
	OnCommand: inBotMode(func(x *evaluation, _ int, r *ranked) Reason {
		return unless(r.Trigger.fits(x.command))
	}),
	OnKeyword: inBotMode(func(x *evaluation, i int, r *ranked) Reason { return x.found(i, r) }),
	OnFirst: inBotMode(func(x *evaluation, _ int, r *ranked) Reason {
		return unless(x.byCustomer() && x.isFirst(time.Duration(r.Trigger.AgainAfter)))
	}),
	OnAway:     awayTrigger,
	OnNoAnswer: noAnswerTrigger,
	Fallback:   inBotMode(fallbackTrigger),
}

// inBotMode is for what is silent while people answer.
func inBotMode(triggered func(*evaluation, int, *ranked) Reason) func(*evaluation, int, *ranked) Reason {
	return func(x *evaluation, i int, r *ranked) Reason {
		if x.human {
			return ReasonMode
		}
		return triggered(x, i, r)
	}
}

func unless(triggered bool) Reason {
	if triggered {
		return ""
	}
	return ReasonTrigger
}

// byCustomer tells whether this is a customer's own message or start, in a chat with him alone.
func (x *evaluation) byCustomer() bool {
	return (x.event.Kind == Wrote || x.event.Kind == Started) && x.event.Press == "" && !x.inGroup()
}

func (x *evaluation) inHours(when When) bool {
	return when != WhenOpen && when != WhenClosed || x.open == (when == WhenOpen)
}

// cooling tells whether the rule answered here within d.
func (x *evaluation) cooling(r *ranked, d time.Duration) bool {
	fired, ok := x.memory.Fired[r.ID]
	return ok && x.now.Sub(fired) < d
}

// found says why a keyword rule is not meant.
func (x *evaluation) found(i int, r *ranked) Reason {
	if x.event.Kind != Wrote || !x.byCustomer() || x.event.Text == "" {
		return ReasonTrigger
	}
	if x.matched == nil {
		x.matched = x.keywords.matches(x.event.Text, len(x.rules))
		x.length = length(x.event.Text)
	}
	switch {
	case !x.matched[i]:
		return ReasonTrigger
	case x.length > r.Trigger.longest():
		return ReasonTooLong
	}
	return ""
}

// isFirst tells whether the customer was never here before, or not for so long; zero is never again.
func (x *evaluation) isFirst(again time.Duration) bool {
	return x.metAt.IsZero() || again > 0 && x.at.Sub(x.metAt) >= again
}

// away is stage 5: it is added to what the customer is told, or told alone.
func (x *evaluation) away() {
	taken := x.taken
	x.taken = false
	x.stage(OnAway)
	x.taken = x.taken || taken
}

func awayTrigger(x *evaluation, _ int, r *ranked) Reason {
	switch {
	case x.decision.Call != nil || !x.says() && !x.byCustomer():
		return ReasonTrigger
	case x.open:
		return ReasonSchedule
	case x.now.Sub(x.facts.LastAgentAt) < quiet:
		return ReasonCooldown
	case x.cooling(r, cmp.Or(time.Duration(r.Trigger.Every), defaultEvery)):
		return ReasonCooldown
	}
	return ""
}

// fallback is stage 7.
func (x *evaluation) fallback() { x.stage(Fallback) }

func fallbackTrigger(x *evaluation, _ int, _ *ranked) Reason {
	switch {
	case x.event.Kind != Wrote || !x.byCustomer() || strings.TrimSpace(x.event.Text) == "":
		return ReasonTrigger
	case x.memory.FallbackInWait:
		return ReasonCooldown
	}
	return ""
}

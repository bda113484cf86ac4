// Stage 1: customers inside flows, and on their way into and out of them.

package autoreply

import (
	"cmp"
	"maps"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// result is what a flow made of an event.
type result struct {
	flow.Result
	// name and version are of the flow, place is the step that answered.
	name, place string
	version     int
	// told says that the flow tells of the person whom it calls.
	told bool
}

// run tells a flow what happened. From is where the customer is in it, nil for nowhere.
func (x *evaluation) run(f *flow.Flow, version int, from *flow.Position, h flow.Happening) result {
	h.Language, h.Zone = x.facts.Language, x.calendar.Zone()
	if from != nil {
		h.Person = x.inOurs("auto.person")
	}
	r := result{Result: f.Run(from, h, x.memory.Fields, x.now), name: f.Name, version: version}
	r.place = cmp.Or(r.Step, r.Reached, h.Step, f.Start)
	if r.Step == "" && r.Reached == "" && from != nil {
		r.place = from.Step
	}
	r.told = len(r.Say) > 0
	if from != nil && gaveUp(f.Steps[from.Step], r.Result, h) {
		r.told = false
	}
	return r
}

// gaveUp tells whether a person is called because a step knew no way on: the flow has no words about that.
func gaveUp(s flow.Step, r flow.Result, h flow.Happening) bool {
	switch {
	case s.Input != nil:
		return r.NotUnderstood && s.Input.Else == ""
	case s.HTTP != nil:
		return h.Answer != nil && h.Answer.Failed && s.HTTP.Error == ""
	}
	return false
}

// enter begins a published flow at a step; empty for its start.
func (x *evaluation) enter(p Published, step string) {
	x.follow(x.run(p.Flow, p.Version, nil, flow.Happening{Begin: true, Step: step}))
}

// flowStep is stage 1. It returns what the flow would say again when the text means none of the buttons it waits for:
// commands and keywords may know better. While the flow waits for its service nothing is said.
func (x *evaluation) flowStep() *result {
	at := x.memory.Position
	if at == nil || x.event.Kind != Wrote || !x.byCustomer() || x.known(x.command) {
		return nil
	}
	f := x.flowHere()
	step := f.Steps[at.Step]
	if step.HTTP != nil && x.now.Sub(at.At) > maxAsked {
		x.leaveFlow() // nobody waits for a service that is lost
		return nil
	}
	if step.HTTP != nil {
		x.taken, x.decision.Silence = true, SilenceService
		return nil
	}
	input := step.Input != nil
	if !input && strings.TrimSpace(x.event.Text) == "" && x.event.Shared == "" {
		return nil // a sticker or photo means no button
	}
	r := x.run(f, at.Version, at, flow.Happening{Text: x.event.Text, Shared: x.event.Shared})
	switch {
	case !r.NotUnderstood || input:
		x.answered = true
		x.follow(r)
	case len(r.Say) > 0 || r.Handover:
		return &r
	}
	return nil
}

// serviceAnswered goes on with what a service answered, if the customer still waits for it.
func (x *evaluation) serviceAnswered() {
	at := x.memory.Position
	if x.human || x.event.Answer == nil {
		return
	}
	if at == nil {
		x.decision.Silence = SilenceStale
		return
	}
	r := x.run(x.flowHere(), at.Version, at, flow.Happening{Answer: x.event.Answer})
	if r.NotUnderstood {
		x.decision.Silence = SilenceStale
		return
	}
	if r.Call == nil {
		x.release()
	}
	x.answered = true
	x.follow(r)
}

// follow does what a flow decided.
func (x *evaluation) follow(r result) {
	m, d := &x.memory, &x.decision
	x.taken = true
	x.removeKeyboard()
	m.Position = r.Position
	if m.Position != nil {
		m.Position.Version = r.version
	}
	if x.event.Kind != Answered {
		m.Held = nil
	}
	if m.Fields == nil && len(r.Fields) > 0 {
		m.Fields = map[string]string{}
	}
	maps.Copy(m.Fields, r.Fields)
	for _, s := range r.Say {
		x.say(s, r.HTTP)
	}
	x.offer(r.name, r.Step, r.Buttons)
	x.act(r.Tags, r.Assign, r.Close)
	d.Call, d.Flow = r.Call, r.name+"/"+r.place
	if r.Handover {
		x.handOver(r.told && x.says())
	}
}

// handOver makes people answer from here on. Told says that the customer is told so already.
func (x *evaluation) handOver(told bool) {
	x.taken, x.decision.Handover = true, true
	x.leaveFlow()
	if !told {
		x.sayOurs("auto.handover")
	}
}

// leaveFlow ends the flow where a customer is, and takes its buttons.
func (x *evaluation) leaveFlow() {
	x.memory.Position, x.memory.Held = nil, nil
	x.removeKeyboard()
}

func (x *evaluation) removeKeyboard() {
	x.decision.RemoveKeyboard = !x.setup.KeepKeyboard && x.facts.Keyboard
}

// NeedsFormer says whether Facts.Former has to be told, and which version of which flow that is: the customer is in one that
// is not the published one.
func (a *Arbiter) NeedsFormer(m Memory) (name string, version int, needed bool) {
	p := m.Position
	if p == nil {
		return "", 0, false
	}
	published, ok := a.flows[p.Flow]
	return p.Flow, p.Version, !ok || published.Version != p.Version
}

// flowHere is the version of the flow where the customer is, nil if it is known no more.
func (x *evaluation) flowHere() *flow.Flow {
	name, _, former := x.NeedsFormer(x.memory)
	switch {
	case !former:
		return x.flows[name].Flow
	case x.facts.Former != nil && x.facts.Former.Name == name:
		return x.facts.Former
	}
	return nil
}

func (x *evaluation) expired(p *flow.Position) bool {
	f := x.flowHere()
	return f == nil || f.Expired(p, x.now)
}

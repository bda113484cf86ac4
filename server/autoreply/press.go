// Buttons: of the step where a customer is, of rules, and on keyboards that grew old.

package autoreply

import "github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"

// press follows a button.
func (x *evaluation) press() {
	if x.human {
		x.inVain("auto.human_answers", SilenceHuman)
		return
	}
	target, ok := flow.ParseData(x.event.Press)
	published, isPublished := x.flows[target.Flow]
	happening := flow.Happening{Press: x.event.Press, Shared: x.event.Shared}
	switch at := x.memory.Position; {
	case !ok:
		x.inVain("auto.button_gone", SilenceButton)
	case target.Do == flow.DoHandover:
		x.handOver(false)
	case at != nil && at.Flow == target.Flow:
		x.pressHere(x.flowHere(), at, happening)
	case isPublished && has(published.Flow, target):
		x.follow(x.run(published.Flow, published.Version, nil, happening))
	default:
		x.mainMenu(published)
	}
	x.answered = x.taken
}

// pressHere follows a button of the flow in which the customer is. While its service is asked, nothing asks it again: a second
// tap may be one order too many.
func (x *evaluation) pressHere(f *flow.Flow, at *flow.Position, h flow.Happening) {
	r := x.run(f, at.Version, at, h)
	if r.Call != nil && f.Steps[at.Step].HTTP != nil {
		x.inVain("auto.moment", SilenceService)
		x.taken = true
		return
	}
	x.follow(r)
}

// has tells whether a button leads somewhere in this flow; without a step it leads to the start.
func has(f *flow.Flow, t flow.Target) bool {
	_, ok := f.Steps[t.Step]
	return ok || t.Step == "" || t.Do == flow.DoBack
}

// mainMenu is where buttons lead that lead nowhere else: what /menu shows, else the start of their flow. A number or place
// that was shared without any flow is the team's.
func (x *evaluation) mainMenu(published Published) {
	if x.event.Shared != "" {
		return
	}
	x.begins(command{name: flow.MenuCommand})
	switch {
	case x.taken:
	case published.Flow != nil:
		x.enter(published, "")
	default:
		x.inVain("auto.button_gone", SilenceButton)
	}
}

// inVain tells whoever pressed a button why nothing came of it; toast is the key of a text.
func (x *evaluation) inVain(toast, why string) {
	x.decision.Toast, x.decision.Silence = x.setup.Words(x.ours(x.facts.Language), toast, nil), why
}

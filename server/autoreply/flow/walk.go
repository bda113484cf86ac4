// Going from step to step until something waits.

package flow

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// move leaves the step where the customer was, to which DoBack leads then.
func (w *walk) move(to string) {
	step := w.flow.Steps[w.at.Step]
	if count := len(w.at.Before); step.kind().waits() && (count == 0 || w.at.Before[count-1] != w.at.Step) {
		w.at.Before = append(w.at.Before, w.at.Step)
	}
	w.at.Before = w.at.Before[max(0, len(w.at.Before)-maxBefore):]
	w.enter(to)
}

// before is the step before the one where a button to it stands. The customer may have gone on since then; if he came
// back already, he stays.
func (w *walk) before(from string) string {
	if from != w.at.Step {
		i := slices.Index(w.at.Before, from)
		if i < 0 {
			return w.at.Step
		}
		w.at.Before = w.at.Before[:i]
	}
	return w.pop()
}

// pop is the last step before, the start if there is none.
func (w *walk) pop() string {
	last := len(w.at.Before) - 1
	if last < 0 {
		return w.flow.Start
	}
	name := w.at.Before[last]
	w.at.Before = w.at.Before[:last]
	return name
}

// enter goes to a step and through those that follow it, until one waits or the flow ends. A step that there is not is
// the start: buttons may be of another version.
func (w *walk) enter(name string) {
	w.at.Wrong, w.at.Pending = 0, nil
	for range maxChain {
		step, ok := w.flow.Steps[name]
		if !ok {
			name = w.flow.Start
			continue
		}
		w.reach(name, &step)
		switch step.kind() {
		case ends:
			return
		case offers, asks:
			w.listChoices(&step)
			w.wait(name)
			return
		case calls:
			if w.ask(name, step.HTTP) {
				return
			}
			if name = step.HTTP.Error; name == "" {
				w.handover()
				return
			}
		case goesOn:
			name = step.Next
		case does:
			if name, ok = w.do(step.Do); !ok {
				return
			}
		}
	}
	w.handover() // Parse lets no such flow pass
}

// do is what a step does by itself; if the flow goes on it names the step.
func (w *walk) do(what Do) (next string, goesOn bool) {
	switch what {
	case DoBack:
		return w.pop(), true
	case DoMenu:
		w.at.Before = nil
		return w.flow.Start, true
	case DoClose:
		w.result.Close = true
	case DoHandover:
		w.handover()
	}
	return "", false
}

// reach does what comes with a step.
func (w *walk) reach(name string, step *Step) {
	w.result.Reached = name
	for _, tag := range step.Tags {
		if !slices.Contains(w.result.Tags, tag) {
			w.result.Tags = append(w.result.Tags, tag)
		}
	}
	if step.Assign != "" {
		w.result.Assign = step.Assign
	}
	w.say(name, step)
}

func (w *walk) say(name string, step *Step) {
	if len(step.Text) > 0 || len(step.Files) > 0 {
		w.said = append(w.said, name)
		w.result.Say = append(w.result.Say, Say{Text: step.Text, Files: step.Files})
	}
}

// listChoices says what can be chosen, by number or word.
func (w *walk) listChoices(step *Step) {
	if step.kind() == asks && len(step.Input.Choices) > 0 {
		w.result.Say = append(w.result.Say, Say{Text: numberedChoices(step.Input.Choices)})
	}
}

// wait stays at a step for the customer.
func (w *walk) wait(name string) {
	w.at.Step, w.at.At = name, w.now
	step := w.flow.Steps[name]
	w.result.Step, w.result.Buttons = name, w.offered(&step)
	w.stay()
}

// handover ends the flow with a person.
func (w *walk) handover() { w.result.Handover = true }

// offered are the buttons of a step, with one to a person for a customer who was misunderstood twice.
func (w *walk) offered(step *Step) [][]Button {
	if w.at.Wrong < 2 || step.kind() != offers || slices.ContainsFunc(slices.Concat(step.Buttons...), w.flow.callsPerson) {
		return step.Buttons
	}
	label := w.flow.personLabel()
	if label == nil {
		label = w.person
	}
	return append(slices.Clone(step.Buttons), []Button{{Label: label, Do: DoHandover}})
}

// callsPerson tells whether a button calls a person, or leads to a step that does so by itself.
func (f *Flow) callsPerson(b Button) bool {
	if b.Do != DoGo {
		return b.Do == DoHandover
	}
	step := f.Steps[b.Value]
	for range maxChain {
		if step.kind() != goesOn {
			break
		}
		step = f.Steps[step.Next]
	}
	return step.kind() == does && step.Do == DoHandover
}

// personLabel is what a button to a person says elsewhere in the flow, nil if there is none.
func (f *Flow) personLabel() Texts {
	for _, name := range slices.Sorted(maps.Keys(f.Steps)) {
		for _, b := range slices.Concat(f.Steps[name].Buttons...) {
			if b.Do == DoHandover {
				return b.Label
			}
		}
	}
	return nil
}

// ask makes the call of a step, after which the texts so far wait for its answer. It is false if its address cannot be
// made of what is known.
func (w *walk) ask(name string, call *HTTP) bool {
	value := func(placeholder string) string {
		if field, ok := strings.CutPrefix(placeholder, "field."); ok {
			return w.field(field)
		}
		saved, _ := strings.CutPrefix(placeholder, "http.")
		return w.at.HTTP[saved]
	}
	address, ok := fillAddress(call.URL, value)
	if !ok {
		return false
	}
	w.at.Step, w.at.At, w.at.Pending = name, w.now, w.said
	w.result.Say = nil
	w.result.Call = &Call{
		Method: cmp.Or(call.Method, defaultMethod), URL: address,
		Headers: maps.Clone(call.Headers), Body: fillBody(call.Body, value),
		Timeout: cmp.Or(call.Timeout, defaultTimeout), Save: maps.Clone(call.Save), Of: w.call(),
	}
	w.stay()
	return true
}

// call names the call that the customer waits for.
func (w *walk) call() string { return w.at.Step + "@" + strconv.FormatInt(w.at.At.UnixMilli(), 10) }

// One step of a conversation through a flow.

package flow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Expired tells whether the customer was silent for longer than the flow waits.
func (f *Flow) Expired(p *Position, now time.Time) bool {
	return now.Sub(p.At) > cmp.Or(f.Idle, defaultIdle)
}

// Run says what follows from a happening for a customer at p, nil for nowhere; fields are what he told before. A flow that
// is over by its idle time is left, and only a press begins it again. Run changes nothing that it is given.
func (f *Flow) Run(p *Position, h Happening, fields map[string]string, now time.Time) Result {
	w := &walk{flow: f, now: now, fields: fields, person: h.Person, at: Position{Flow: f.Name}}
	if p != nil {
		w.at.Version = p.Version
	}
	active := p != nil && !h.Begin && !f.Expired(p, now)
	if active {
		w.at = *p
		w.at.Before = slices.Clone(p.Before)
	}
	switch {
	case h.Begin:
		w.enter(h.Step)
	case h.Press != "":
		w.press(h)
	case !active:
		w.result.NotUnderstood = true
	case h.Answer != nil:
		w.answered(h.Answer)
	default:
		w.wrote(h)
	}
	w.result.HTTP = maps.Clone(w.at.HTTP)
	return w.result
}

// walk is one Run.
type walk struct {
	flow   *Flow
	now    time.Time
	fields map[string]string
	person Texts
	// at is where the customer is; its Step is empty for nowhere.
	at Position
	// said are the steps whose texts are in result.
	said   []string
	result Result
}

// press follows a button, also one that stands somewhere else: keyboards grow old.
func (w *walk) press(h Happening) {
	target, ok := ParseData(h.Press)
	if !ok {
		target = Target{Do: DoMenu}
	}
	w.follow(target, h.Shared)
}

func (w *walk) follow(t Target, shared string) {
	switch t.Do {
	case DoHandover:
		w.handover()
	case DoMenu:
		w.at.Before = nil
		w.enter(w.flow.Start)
	case DoBack:
		w.enter(w.before(t.Step))
	case DoPhone:
		w.share(fieldPhone, shared, phone, t.Step)
	case DoLocation:
		w.share(fieldLocation, shared, location, t.Step)
	default:
		w.move(t.Step)
	}
}

// share keeps what a customer shared by a button, and goes on.
func (w *walk) share(field, shared string, take func(string) (string, bool), step string) {
	value, ok := take(strings.TrimSpace(shared))
	if !ok {
		w.misunderstood()
		return
	}
	w.set(field, value)
	w.move(step)
}

// set keeps what was told now.
func (w *walk) set(field, value string) { w.result.Fields = map[string]string{field: value} }

// field is what is known of a field, now or before.
func (w *walk) field(name string) string {
	if value, ok := w.result.Fields[name]; ok {
		return value
	}
	return w.fields[name]
}

// wrote takes what the customer wrote, or anything else that is no press.
func (w *walk) wrote(h Happening) {
	step := w.flow.Steps[w.at.Step]
	switch step.kind() {
	case offers:
		w.choose(&step, h)
	case asks:
		w.input(&step, h)
	case calls: // its answer comes first
		w.stay()
		w.result.NotUnderstood = true
	default: // nobody waits there: the flow was changed
		w.enter(w.flow.Start)
	}
}

// stay leaves the customer where he is.
func (w *walk) stay() {
	at := w.at
	if len(at.Before) == 0 {
		at.Before = nil // as it comes back from JSON
	}
	w.result.Position = &at
}

// choose finds the button that was meant.
func (w *walk) choose(step *Step, h Happening) {
	buttons := slices.Concat(w.offered(step)...)
	i := slices.IndexFunc(buttons, func(b Button) bool { return shares(b, h.Shared) })
	shared := h.Shared
	if i < 0 {
		i = slices.IndexFunc(buttons, func(b Button) bool { _, ok := said(h.Text, b.Label); return ok })
	}
	if i < 0 {
		i = chosen(h.Text, len(buttons))
	}
	if i < 0 { // a number that was written instead of shared
		i = slices.IndexFunc(buttons, func(b Button) bool { return b.Do == DoPhone && shares(b, h.Text) })
		shared = h.Text
	}
	switch {
	case i < 0:
		w.misunderstood()
	case buttons[i].Do == DoURL:
		w.show(buttons[i])
	default:
		target := Target{Do: buttons[i].Do, Step: buttons[i].Value}
		if target.Do == DoBack {
			target.Step = w.at.Step
		}
		w.follow(target, shared)
	}
}

// shares tells whether a button asks for what was shared.
func shares(b Button, shared string) bool {
	shared = strings.TrimSpace(shared)
	_, isPhone := phone(shared)
	_, isPlace := location(shared)
	return b.Do == DoPhone && isPhone || b.Do == DoLocation && isPlace
}

// show writes the address of a button whose label or number was written.
func (w *walk) show(b Button) {
	text := Texts{}
	for language, label := range b.Label {
		text[language] = fmt.Sprintf("%s: %s", literal(label), b.Value)
	}
	w.result.Say = append(w.result.Say, Say{Text: text})
	w.at.Wrong = 0
	w.wait(w.at.Step)
}

func (w *walk) input(step *Step, h Happening) {
	if value, ok := step.Input.take(h, w.now); ok {
		w.set(step.Input.Field, value)
		w.move(step.Next)
		return
	}
	w.result.NotUnderstood = true
	w.at.Wrong++
	last := w.at.Wrong >= cmp.Or(step.Input.Tries, defaultTries)
	if last && step.Input.Else != "" {
		w.move(step.Input.Else)
		return
	}
	text := step.Input.Error
	if len(text) == 0 && !last {
		text = step.Text
	}
	if len(text) > 0 {
		w.result.Say = append(w.result.Say, Say{Text: text})
	}
	if last {
		w.handover()
		return
	}
	w.wait(w.at.Step)
}

// misunderstood says again what a step says. The second time in a row it offers a person.
func (w *walk) misunderstood() {
	w.result.NotUnderstood = true
	step := w.flow.Steps[w.at.Step]
	if !step.kind().waits() {
		w.enter(w.flow.Start)
		return
	}
	w.at.Wrong++
	if len(step.Text) > 0 {
		step.Files = nil
	}
	w.say(w.at.Step, &step)
	w.wait(w.at.Step)
}

// answered goes on with what a service answered.
func (w *walk) answered(answer *Answer) {
	step := w.flow.Steps[w.at.Step]
	if step.kind() != calls || answer.Of != "" && answer.Of != w.call() {
		w.stay()
		w.result.NotUnderstood = true
		return
	}
	for _, name := range w.at.Pending {
		step := w.flow.Steps[name]
		w.say(name, &step)
	}
	if answer.Failed {
		w.failed(step.HTTP)
		return
	}
	w.at.HTTP = maps.Clone(step.HTTP.Save)
	for name := range w.at.HTTP {
		value := []rune(writable(answer.Values[name]))
		w.at.HTTP[name] = string(value[:min(len(value), maxAnswer)])
	}
	w.enter(step.Next)
}

// failed follows the way of a call that failed.
func (w *walk) failed(call *HTTP) {
	if call.Error == "" {
		w.handover()
		return
	}
	w.enter(call.Error)
}

// Where the steps of a flow lead: steps out of reach, circles that wait for nobody, places without a way out.

package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what follows the text of a step.
type kind int

const (
	ends   kind = iota // the flow is over
	offers             // waits for one of its buttons
	asks               // waits for an input
	calls              // waits for a service
	goesOn             // with the next step
	does               // what Step.Do says
)

func (s *Step) kind() kind {
	switch {
	case len(s.Buttons) > 0:
		return offers
	case s.Input != nil:
		return asks
	case s.HTTP != nil:
		return calls
	case s.Next != "":
		return goesOn
	case s.Do != "":
		return does
	}
	return ends
}

// waits tells whether a customer is waited for.
func (k kind) waits() bool { return k == offers || k == asks }

// leads are the steps that may follow s; out says that it also ends the flow, or calls a person, or leads back.
func (s *Step) leads() (steps []string, out bool) {
	switch s.kind() {
	case offers:
		for _, b := range slices.Concat(s.Buttons...) {
			switch b.Do {
			case DoGo, DoPhone, DoLocation:
				steps = append(steps, b.Value)
			case DoHandover, DoBack, DoMenu:
				out = true
			}
		}
		return steps, out
	case asks:
		return []string{s.Next, s.Input.Else}, s.Input.Else == ""
	case calls:
		return []string{s.Next, s.HTTP.Error}, s.HTTP.Error == ""
	case goesOn:
		return []string{s.Next}, false
	}
	return nil, true
}

// runsInto are the steps that follow s without anything a customer does. A step before, for DoBack, is one that waited;
// if there is none it is the start.
func (f *Flow) runsInto(s Step) []string {
	switch s.kind() {
	case calls:
		return []string{s.Next, s.HTTP.Error}
	case goesOn:
		return []string{s.Next}
	case does:
		if s.Do == DoBack || s.Do == DoMenu {
			return []string{f.Start}
		}
	}
	return nil
}

// InOrder are the names of the steps as one comes to them from the start, then those out of reach by name; reached is how many
// come before these.
func (f *Flow) InOrder() (names []string, reached int) {
	seen := map[string]bool{f.Start: true}
	if _, ok := f.Steps[f.Start]; ok {
		names = []string{f.Start}
	}
	for i := 0; i < len(names); i++ {
		step := f.Steps[names[i]]
		next, _ := step.leads()
		for _, name := range next {
			if _, ok := f.Steps[name]; ok && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	reached = len(names)
	for _, name := range slices.Sorted(maps.Keys(f.Steps)) {
		if !seen[name] {
			names = append(names, name)
		}
	}
	return names, reached
}

func (r *reader) stepPlace(name string) place { return place{line: r.lines[name], step: name} }

func (r *reader) checkReach() {
	names, reached := r.flow.InOrder()
	for _, name := range names[reached:] {
		r.warn(r.stepPlace(name), "unreachable", "name", name)
	}
}

// checkLoops finds circles of steps that wait for no customer, and chains that are longer than the engine follows or call
// services more often than is good for them.
func (r *reader) checkLoops() {
	w := &looper{reader: r, chains: map[string]chain{}, languages: r.languages()}
	names, _ := r.flow.InOrder()
	for _, name := range names {
		w.from(name)
	}
	if w.looped {
		return
	}
	for _, name := range names { // once where it becomes too much, not for all that lead there
		if w.chains[name].steps == maxChain+1 {
			r.wrong(r.stepPlace(name), "chain", "most", strconv.Itoa(maxChain))
		}
		if step := r.flow.Steps[name]; step.kind() == calls && w.chains[name].calls == maxCalls+1 {
			r.wrong(r.stepPlace(name), "calls", "most", strconv.Itoa(maxCalls))
		}
		if most := w.longest(name); most > MaxSaid && !w.longBehind(name) {
			r.wrong(r.stepPlace(name), "long_chain", "count", strconv.Itoa(most), "most", strconv.Itoa(MaxSaid))
		}
	}
}

// chain is how many steps, and how many calls, follow each other at most from a step on, itself counted. Said are the
// characters of their texts by language.
type chain struct {
	steps, calls int
	said         map[string]int
}

// looper goes through the chains; that of a step is known once it was left.
type looper struct {
	*reader
	chains map[string]chain
	// languages are those of the flow.
	languages map[string]bool
	path      []string
	looped    bool
}

func (w *looper) from(name string) chain {
	step, ok := w.flow.Steps[name]
	if !ok {
		return chain{}
	}
	if known, ok := w.chains[name]; ok {
		return known
	}
	if i := slices.Index(w.path, name); i >= 0 {
		w.looped = true
		w.wrong(w.stepPlace(name), "loop", "steps", strings.Join(append(slices.Clone(w.path[i:]), name), " → "))
		return chain{}
	}
	w.path = append(w.path, name)
	longest := chain{said: map[string]int{}}
	for _, next := range w.flow.runsInto(step) {
		found := w.from(next)
		longest.steps, longest.calls = max(longest.steps, found.steps), max(longest.calls, found.calls)
		for language, count := range found.said {
			longest.said[language] = max(longest.said[language], count)
		}
	}
	for language := range w.languages {
		text, _ := Pick(step.Text, language)
		longest.said[language] += utf8.RuneCountInString(text)
	}
	w.path = w.path[:len(w.path)-1]
	longest.steps++
	if step.kind() == calls {
		longest.calls++
	}
	w.chains[name] = longest
	return longest
}

// longest is how many characters the texts of a chain have in the language where they have most.
func (w *looper) longest(name string) (most int) {
	for _, count := range w.chains[name].said {
		most = max(most, count)
	}
	return most
}

// longBehind tells whether the texts that follow a step are too long without its own.
func (w *looper) longBehind(name string) bool {
	return slices.ContainsFunc(w.flow.runsInto(w.flow.Steps[name]), func(next string) bool { return w.longest(next) > MaxSaid })
}

// checkExits warns of steps from which no way leads out: neither to a person nor back nor to the end.
func (r *reader) checkExits() {
	free := map[string]bool{}
	for found := true; found; {
		found = false
		for name, step := range r.flow.Steps {
			next, out := step.leads()
			if !free[name] && (out || slices.ContainsFunc(next, func(n string) bool { return free[n] })) {
				free[name], found = true, true
			}
		}
	}
	names, _ := r.flow.InOrder()
	for _, name := range names {
		if step := r.flow.Steps[name]; !free[name] && step.kind().waits() {
			r.warn(r.stepPlace(name), "no_way_out", "name", name)
		}
	}
}

// What can only be said of a whole flow: names, placeholders and languages.

package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (r *reader) check() {
	r.checkTargets()
	r.checkPlaceholders()
	r.checkLanguages()
	if len(r.flow.Steps) > 0 && r.lines[r.flow.Start] > 0 {
		r.checkReach()
		r.checkLoops()
		r.checkExits()
	}
}

func (r *reader) checkTargets() {
	known := slices.Sorted(maps.Keys(r.flow.Steps))
	for _, target := range r.targets {
		if r.lines[target.what] == 0 && len(r.problems) < maxProblems {
			r.report(target.at.problem("unknown_step", "name", target.what).meant(target.what, known))
		}
	}
}

// GeneralPlaceholders are known in every text that a customer reads, of flows and of rules.
func GeneralPlaceholders() []string {
	return []string{"customer.first_name", "customer.username", "bot.name", "agent.first_name", "hours.next_open"}
}

// The fields that buttons fill.
const (
	fieldPhone    = "phone"
	fieldLocation = "location"
)

func (r *reader) checkPlaceholders() {
	var own []string
	for name := range r.asked {
		own = append(own, "field."+name)
	}
	for name := range r.saved {
		own = append(own, "http."+name)
	}
	slices.Sort(own)
	everywhere := append(GeneralPlaceholders(), own...)
	for _, w := range r.texts {
		for _, language := range slices.Sorted(maps.Keys(w.texts)) {
			at := w.at.in(language, w.lines[language])
			if w.bare && strings.Contains(w.texts[language], "{{") {
				r.wrong(at, "no_placeholder")
				continue
			}
			r.placeholders(w.texts[language], at, everywhere, "placeholder")
			r.places(w.texts[language], at)
		}
	}
	for _, s := range r.services {
		r.placeholders(s.what, s.at, own, "service_placeholder")
	}
}

func (r *reader) placeholders(text string, at place, known []string, kind string) {
	for _, name := range Placeholders(text) {
		if !slices.Contains(known, name) && len(r.problems) < maxProblems {
			r.report(at.problem(kind, "name", clip(name), "known", "{{"+strings.Join(known, "}}, {{")+"}}").meant(name, known))
		}
	}
	if OpenPlaceholder(text) {
		r.wrong(at, "placeholder_open")
	}
}

// places looks at how many placeholders a text has, and where they stand.
func (r *reader) places(text string, at place) {
	if count := CountPlaceholders(text); count > MaxPlaceholders {
		r.wrong(at, "placeholders", "count", strconv.Itoa(count), "most", strconv.Itoa(MaxPlaceholders))
		return
	}
	if name, ok := Misplaced(text); ok {
		r.wrong(at, "placeholder_place", "name", clip(name))
	}
}

// languages are all in which the flow says anything.
func (r *reader) languages() map[string]bool {
	all := map[string]bool{}
	for _, w := range r.texts {
		for language := range w.texts {
			all[language] = true
		}
	}
	return all
}

// checkLanguages warns of a text that lacks a language which others have.
func (r *reader) checkLanguages() {
	all := r.languages()
	for _, w := range r.texts {
		var missing []string
		for _, language := range slices.Sorted(maps.Keys(all)) {
			if w.lines[language] == 0 {
				missing = append(missing, language)
			}
		}
		if len(missing) > 0 && len(w.texts) > 0 {
			r.warn(w.at, "language", "names", strings.Join(missing, ", "))
		}
	}
}

// warn leaves room for what is broken.
func (r *reader) warn(at place, kind string, args ...string) {
	if len(r.problems) >= maxProblems/2 {
		return
	}
	p := at.problem(kind, args...)
	p.Warning = true
	r.report(p)
}

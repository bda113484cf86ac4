// What is wrong with the texts and buttons of rules.

package autoreply

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// texts checks the variants of a text with placeholders.
func (c *checker) texts(name string, t flow.Texts, most int) {
	c.between(name, "the number of its languages ", len(t), 0, flow.MaxTexts)
	for _, language := range slices.Sorted(maps.Keys(t)) {
		field := name + "." + language
		c.fits(field, language, languageForm)
		if strings.TrimSpace(t[language]) == "" {
			c.wrong(field, "is empty")
			continue
		}
		c.between(field, "its length ", length(t[language]), 1, most)
		c.placeholders(field, t[language])
	}
}

func (c *checker) placeholders(name, text string) {
	for _, p := range flow.Placeholders(text) {
		general := flow.GeneralPlaceholders()
		field, isField := strings.CutPrefix(p, "field.")
		if !slices.Contains(general, p) && (!isField || !flow.FieldForm.MatchString(field)) {
			c.wrong(name, "{{%s}} is not one of {{%s}}, {{field.NAME}}", p, strings.Join(slices.Sorted(slices.Values(general)), "}}, {{"))
		}
	}
	rest := flow.Fill(text, func(string) (string, bool) { return "", false })
	if strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		c.wrong(name, "has a {{ or }} that belongs to no placeholder")
	}
}

// label checks what stands on a button: one line, the same for everybody.
func (c *checker) label(name string, t flow.Texts) {
	if len(t) == 0 {
		c.wrong(name, "is empty: a button needs words")
	}
	c.texts(name, t, flow.MaxLabel)
	for _, language := range slices.Sorted(maps.Keys(t)) {
		if strings.ContainsAny(t[language], "\n\r") {
			c.wrong(name+"."+language, "has more than one line")
		}
		if strings.Contains(t[language], "{{") {
			c.wrong(name+"."+language, "has a placeholder, which a button cannot have")
		}
	}
}

func (c *checker) buttons(rows [][]flow.Button) {
	c.between("buttons", "their number ", len(slices.Concat(rows...)), 0, flow.MaxButtons)
	for i, row := range rows {
		c.between(fmt.Sprintf("buttons[%d]", i), "the number in a row ", len(row), 1, flow.MaxRow)
		for j, b := range row {
			c.button(fmt.Sprintf("buttons[%d][%d]", i, j), b)
		}
	}
}

// values say by what a button does what its value must be. Back has no place in a rule: there is no step before.
var values = map[flow.Do]func(c *checker, name, value string){
	flow.DoGo:       func(c *checker, name, value string) { c.fits(name, value, targetForm) },
	flow.DoURL:      (*checker).link,
	flow.DoPhone:    (*checker).targetOrNone,
	flow.DoLocation: (*checker).targetOrNone,
	flow.DoHandover: (*checker).none,
	flow.DoMenu:     (*checker).none,
}

func (c *checker) button(name string, b flow.Button) {
	c.label(name+".label", b.Label)
	check, ok := values[b.Do]
	if !ok {
		c.wrong(name+".do", "%q is not one of %v", b.Do, slices.Sorted(maps.Keys(values)))
		return
	}
	check(c, name+".value", b.Value)
}

func (c *checker) targetOrNone(name, value string) {
	if value != "" {
		c.fits(name, value, targetForm)
	}
}

func (c *checker) none(name, value string) {
	if value != "" {
		c.wrong(name, "%q: this button has no value", value)
	}
}

// link checks the address of a button.
func (c *checker) link(name, address string) {
	if !flow.IsLink(address) || strings.Contains(address, "{{") || length(address) > flow.MaxURL {
		c.wrong(name, `%q is not an address such as "https://example.com" of up to %d characters`, address, flow.MaxURL)
	}
}

// notPublished is the problem of a name that leads to no published flow.
func notPublished(field, name string) Problem {
	return Problem{Field: field, Message: fmt.Sprintf("%q is no published flow, or has no such step", name)}
}

// leads tells whether "flow" or "flow/step" is published.
func (a *Arbiter) leads(to string) bool {
	name, step, _ := strings.Cut(to, "/")
	p, ok := a.flows[name]
	return ok && has(p.Flow, flow.Target{Step: step})
}

// What is wrong with the texts and buttons of rules.

package autoreply

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// texts checks the variants of a text with placeholders.
func (c *checker) texts(name string, t flow.Texts, most int) {
	c.few(name, len(t), flow.MaxTexts)
	for _, language := range slices.Sorted(maps.Keys(t)) {
		field := name + "." + language
		c.fits(field, language, languageForm)
		if strings.TrimSpace(t[language]) == "" {
			c.wrong(field, conversation.ProblemMissing)
			continue
		}
		c.short(field, t[language], most)
		c.placeholders(field, t[language])
	}
}

func (c *checker) placeholders(name, text string) {
	for _, p := range flow.Placeholders(text) {
		general := flow.GeneralPlaceholders()
		field, isField := strings.CutPrefix(p, "field.")
		if !slices.Contains(general, p) && (!isField || !flow.FieldForm.MatchString(field)) {
			all := append(slices.Sorted(slices.Values(general)), "field.NAME")
			c.wrong(name, conversation.ProblemUnknownPlaceholder, "value", p, "allowed", list(all))
		}
	}
	if flow.OpenPlaceholder(text) {
		c.wrong(name, conversation.ProblemOpenPlaceholder)
	}
	if count := flow.CountPlaceholders(text); count > flow.MaxPlaceholders {
		c.wrong(name, conversation.ProblemManyPlaceholders, "count", strconv.Itoa(count), "most", strconv.Itoa(flow.MaxPlaceholders))
	} else if found, ok := flow.Misplaced(text); ok {
		c.wrong(name, conversation.ProblemPlaceholderPlace, "value", found)
	}
}

// label checks what stands on a button: one line, the same for everybody.
func (c *checker) label(name string, t flow.Texts) {
	if len(t) == 0 {
		c.wrong(name, conversation.ProblemMissing)
	}
	c.texts(name, t, flow.MaxLabel)
	for _, language := range slices.Sorted(maps.Keys(t)) {
		if strings.ContainsAny(t[language], "\n\r") {
			c.wrong(name+"."+language, conversation.ProblemSeveralLines)
		}
		if strings.Contains(t[language], "{{") {
			c.wrong(name+"."+language, conversation.ProblemNoPlaceholder)
		}
	}
}

func (c *checker) buttons(rows [][]flow.Button) {
	c.few("buttons", len(slices.Concat(rows...)), flow.MaxButtons)
	for i, row := range rows {
		if len(row) == 0 {
			c.wrong(fmt.Sprintf("buttons[%d]", i), conversation.ProblemMissing)
		}
		c.few(fmt.Sprintf("buttons[%d]", i), len(row), flow.MaxRow)
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
	if oneOf(c, name+".do", b.Do, slices.Sorted(maps.Keys(values))) {
		values[b.Do](c, name+".value", b.Value)
	}
}

func (c *checker) targetOrNone(name, value string) {
	if value != "" {
		c.fits(name, value, targetForm)
	}
}

func (c *checker) none(name, value string) {
	if value != "" {
		c.wrong(name, conversation.ProblemNeedlessValue, "value", value)
	}
}

// link checks the address of a button.
func (c *checker) link(name, address string) {
	if !flow.IsLink(address) || strings.Contains(address, "{{") || length(address) > flow.MaxURL {
		c.wrong(name, conversation.ProblemNotLink, "value", address, "most", strconv.Itoa(flow.MaxURL))
	}
}

// notPublished is the problem of a name that leads to no published flow.
func notPublished(field, name string) *conversation.FieldError {
	return conversation.Wrong(field, conversation.ProblemNotPublished, "value", name)
}

// leads tells whether "flow" or "flow/step" is published.
func (a *Arbiter) leads(to string) bool {
	name, step, _ := strings.Cut(to, "/")
	p, ok := a.flows[name]
	return ok && has(p.Flow, flow.Target{Step: step})
}

// What is said: texts in the customer's language with their placeholders filled, buttons, and what is done besides.

package autoreply

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// says tells whether something is said so far.
func (x *evaluation) says() bool { return len(x.texts) > 0 || len(x.decision.Files) > 0 }

// answer lets a rule answer.
func (x *evaluation) answer(r *ranked) {
	x.taken = true
	m, d := &x.memory, &x.decision
	if m.Fired == nil {
		m.Fired = map[string]time.Time{}
	}
	m.Fired[r.ID] = x.now
	switch r.Trigger.Kind {
	case OnCommand, OnKeyword:
		x.answered = true
	case OnAway:
		m.AwayInWait = true
	case OnNoAnswer:
		m.NoAnswerInWait = true
	case Fallback:
		m.FallbackInWait = true
	}
	d.Rules = append(d.Rules, r.ID)
	d.Names = append(d.Names, cmp.Or(strings.TrimSpace(r.Name), r.ID))
	x.say(flow.Say{Text: r.Texts, Files: r.FileIDs}, nil)
	x.offer("", "", r.Buttons)
	x.act(r.Actions.Tags, r.Actions.Assign, r.Actions.Close)
	if p, ok := x.flows[r.Actions.Flow]; ok {
		x.enter(p, "")
	}
}

// act adds what is done to the conversation.
func (x *evaluation) act(tags []string, assign string, closes bool) {
	d := &x.decision
	for _, tag := range tags {
		if !slices.Contains(d.Tags, tag) {
			d.Tags = append(d.Tags, tag)
		}
	}
	if assign != "" {
		d.Assign = assign
	}
	d.Close = d.Close || closes
}

// say adds a text and files to the answer. HTTP are the values of {{http.NAME}}.
func (x *evaluation) say(s flow.Say, http map[string]string) {
	d := &x.decision
	text, language := flow.Pick(s.Text, x.facts.Language, x.setup.Language)
	filled := strings.TrimSpace(flow.Fill(text, func(name string) (string, bool) { return x.value(name, language, http) }))
	if filled != "" {
		x.texts = append(x.texts, filled)
	}
	d.Files = append(d.Files, s.Files...)
	if d.Language == "" {
		d.Language = language
	}
}

// isMute tells whether the customer is to press or write something, and nothing is said: all that would have been was
// placeholders without a value. Files go with their buttons.
func (x *evaluation) isMute() (key string, mute bool) {
	switch d := &x.decision; {
	case x.says() || d.Call != nil || d.Handover:
		return "", false
	case len(d.Buttons) > 0:
		return "auto.choose", true
	}
	return "auto.write", x.decision.Flow != "" && x.memory.Position != nil
}

// speakUp says words of ours where there are none, so that nobody waits for what nobody was shown.
func (x *evaluation) speakUp() {
	if key, mute := x.isMute(); mute {
		x.sayOurs(key)
	}
}

// answerText is all that is said as one text, of at most flow.MaxSaid characters as a customer reads it.
func (x *evaluation) answerText() string {
	text := strings.Join(x.texts, "\n\n")
	if length(text) <= flow.MaxSaid {
		return text
	}
	seen := richtext.FromMarkdown(text, richtext.Options{})
	if seen.Len(richtext.CodePoints) <= flow.MaxSaid {
		return text
	}
	return richtext.Concat(beginning(seen, flow.MaxSaid-1), richtext.Plain("…")).Markdown()
}

// beginning is as much of a text as fits into so many characters, to the end of a word where there is one.
func beginning(t richtext.Text, most int) (begun richtext.Text) {
	const few = 100 // characters, for which no more is looked for
	for {
		parts := t.Split(most, richtext.CodePoints)
		begun = richtext.Concat(begun, parts[0])
		if len(parts) == 1 {
			return begun
		}
		_, behind, _ := strings.Cut(t.Plain, parts[0].Plain)
		between := richtext.Plain(behind[:len(behind)-len(strings.TrimLeft(behind, " \n\t"))])
		if most -= richtext.Concat(parts[0], between).Len(richtext.CodePoints); most < few {
			return begun
		}
		begun, t = richtext.Concat(begun, between), parts[1]
	}
}

// sayOurs adds a text of assets/i18n.
func (x *evaluation) sayOurs(key string) {
	language := x.ours(x.facts.Language)
	x.say(flow.Say{Text: flow.Texts{language: x.setup.Words(language, key, nil)}}, nil)
}

// inOurs is a text of assets/i18n in every language.
func (x *evaluation) inOurs(key string) flow.Texts {
	texts := flow.Texts{}
	for language := range spoken {
		texts[language] = x.setup.Words(language, key, nil)
	}
	return texts
}

// spoken are the languages of assets/i18n.
var spoken = flow.Texts{"en": "en", "uk": "uk"}

// ours is the language of our own texts that fits beside one in this language.
func (x *evaluation) ours(language string) string {
	_, found := flow.Pick(spoken, language, x.setup.Language)
	return found
}

// value is what stands in the place of a placeholder.
func (x *evaluation) value(name, language string, http map[string]string) (string, bool) {
	kind, rest, _ := strings.Cut(name, ".")
	switch kind {
	case "field":
		value, ok := x.memory.Fields[rest]
		return value, ok
	case "http":
		value, ok := http[rest]
		return value, ok
	}
	if named, ok := placeholders[name]; ok {
		return named(x, language), true
	}
	return "", false
}

// placeholders are those that every text knows, with their values.
var placeholders = map[string]func(x *evaluation, language string) string{
	"customer.first_name": func(x *evaluation, _ string) string { return x.facts.Customer.FirstName },
	"customer.username":   func(x *evaluation, _ string) string { return x.facts.Customer.Username },
	"bot.name":            func(x *evaluation, _ string) string { return x.facts.BotName },
	"agent.first_name":    func(x *evaluation, _ string) string { return x.facts.AgentFirstName },
	"hours.next_open": func(x *evaluation, language string) string {
		next, ok := x.calendar.NextOpen(x.now)
		if !ok {
			next = time.Time{}
		}
		key, args := hours.Phrase(x.now, next, x.calendar.Zone())
		return x.setup.Words(x.ours(language), key, args)
	},
}

// asking are the buttons that let the customer share something.
var asking = map[flow.Do]messenger.Button{
	flow.DoPhone:    {AsksPhone: true},
	flow.DoLocation: {AsksLocation: true},
}

// offer adds the buttons of a step, or of a rule when both names are empty.
func (x *evaluation) offer(flowName, step string, rows [][]flow.Button) {
	for _, row := range rows {
		var buttons []messenger.Button
		for _, b := range row {
			buttons = append(buttons, x.button(flowName, step, b))
		}
		x.decision.Buttons = append(x.decision.Buttons, buttons)
	}
}

func (x *evaluation) button(flowName, step string, b flow.Button) messenger.Button {
	made := asking[b.Do]
	made.Label, _ = flow.Pick(b.Label, x.facts.Language, x.setup.Language)
	if b.Do == flow.DoURL {
		made.URL = b.Value
	} else {
		made.Data = flow.Data(flowName, step, b)
	}
	return made
}

// hold keeps what is said and closed beside a call of a service until its answer comes. What else was decided is done now.
func (x *evaluation) hold() {
	d := &x.decision
	if d.Call == nil || !x.says() && len(d.Names) == 0 {
		return // what was held before an answer that leads to another call still is
	}
	x.memory.Held = &Held{
		Text: strings.Join(x.texts, "\n\n"), Files: d.Files, Buttons: d.Buttons, Language: d.Language, Names: d.Names, Close: d.Close,
	}
	x.texts, d.Files, d.Buttons, d.Language, d.Close = nil, nil, nil, "", false
}

// release says what was held.
func (x *evaluation) release() {
	held := x.memory.Held
	if held == nil {
		return
	}
	x.memory.Held = nil
	d := &x.decision
	if held.Text != "" {
		x.texts = append(x.texts, held.Text)
	}
	d.Files, d.Buttons = slices.Clone(held.Files), slices.Clone(held.Buttons)
	d.Language, d.Names, d.Close = held.Language, slices.Clone(held.Names), held.Close
}

// The kinds of rule: one entry of the table says how the form asks for a trigger, how what was entered is read, how it is said
// in words, and by which text it is tried. The texts api.rule_kind.<kind> and command.trigger.<kind> belong to it.

package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// ruleKind is one kind of rule.
type ruleKind struct {
	kind autoreply.TriggerKind
	// proposed is the trigger that the form of a new rule shows.
	proposed autoreply.Trigger
	// fields are the elements that belong to the trigger. The form also asks for hours where the kind is not about them, and
	// for a cooldown where the kind has no time of its own.
	fields        []triggerField
	always, cools bool
	// adds: it only adds a text to what is said, so that no flow can begin with it.
	adds bool
	// words add to the key of the kind's text and name its arguments; nil for a text without any.
	words func(t Texts, on autoreply.Trigger) (more string, args map[string]string)
	// trial is a text that makes the rule answer; nil where any does. timed is a kind that no text makes answer.
	trial func(on autoreply.Trigger) string
	timed bool
}

// triggerField is an element of the form: how it is shown, and where what was entered goes.
type triggerField struct {
	show func(f ruleForm, on autoreply.Trigger) model.DialogElement
	read func(s submission, on *autoreply.Trigger) error
}

// ruleKinds are in the order in which they are offered.
var ruleKinds = []ruleKind{
	{
		kind: autoreply.OnFirst, proposed: autoreply.Trigger{AgainAfter: conversation.Duration(30 * day)},
		fields: []triggerField{lengthField("trigger.again_after", func(on *autoreply.Trigger) *conversation.Duration { return &on.AgainAfter })},
		words:  wordsOfLength("again", func(on autoreply.Trigger) conversation.Duration { return on.AgainAfter }),
	},
	{
		kind: autoreply.OnAway, proposed: autoreply.Trigger{Every: conversation.Duration(day / 2)}, always: true, adds: true,
		fields: []triggerField{lengthField("trigger.every", func(on *autoreply.Trigger) *conversation.Duration { return &on.Every })},
		words:  wordsOfLength("every", func(on autoreply.Trigger) conversation.Duration { return on.Every }),
	},
	{
		kind: autoreply.OnKeyword, proposed: autoreply.Trigger{Match: autoreply.Contains}, cools: true,
		fields: []triggerField{
			neededField(linesField("trigger.phrases", func(on *autoreply.Trigger) *[]string { return &on.Phrases })),
			{
				func(f ruleForm, on autoreply.Trigger) model.DialogElement {
					return f.choice("trigger.match", string(on.Match), string(autoreply.Contains), string(autoreply.Equals), string(autoreply.Starts), string(autoreply.Regex))
				},
				func(s submission, on *autoreply.Trigger) error {
					on.Match = autoreply.Match(s.text("trigger.match"))
					return nil
				},
			},
			{
				func(f ruleForm, on autoreply.Trigger) model.DialogElement {
					longest := ""
					if on.MaxLength > 0 {
						longest = strconv.Itoa(on.MaxLength)
					}
					return f.line("trigger.max_length", longest)
				},
				func(s submission, on *autoreply.Trigger) error { return s.number("trigger.max_length", &on.MaxLength) },
			},
		},
		words: func(_ Texts, on autoreply.Trigger) (string, map[string]string) {
			return "." + string(on.Match), map[string]string{"phrases": Literals(on.Phrases)}
		},
		trial: func(on autoreply.Trigger) string {
			if on.Match == autoreply.Regex || len(on.Phrases) == 0 {
				return ""
			}
			return strings.TrimSuffix(on.Phrases[0], "*")
		},
	},
	{
		kind: autoreply.OnCommand, cools: true,
		fields: []triggerField{
			linesField("trigger.commands", func(on *autoreply.Trigger) *[]string { return &on.Commands }),
			{
				func(f ruleForm, on autoreply.Trigger) model.DialogElement {
					return f.line("trigger.payload", on.Payload)
				},
				func(s submission, on *autoreply.Trigger) error {
					on.Payload = strings.TrimSpace(s.text("trigger.payload"))
					return nil
				},
			},
		},
		words: func(_ Texts, on autoreply.Trigger) (string, map[string]string) {
			switch {
			case on.Payload == "":
				return "", map[string]string{"commands": Literals(on.Commands)}
			case len(on.Commands) == 0:
				return ".payload", map[string]string{"payload": Literal(on.Payload)}
			}
			return ".both", map[string]string{"commands": Literals(on.Commands), "payload": Literal(on.Payload)}
		},
		trial: func(on autoreply.Trigger) string {
			if len(on.Commands) == 0 {
				return "/start " + on.Payload
			}
			return on.Commands[0]
		},
	},
	{
		kind: autoreply.OnNoAnswer, proposed: autoreply.Trigger{After: conversation.Duration(day / 144)}, timed: true, adds: true,
		fields: []triggerField{neededField(lengthField("trigger.after", func(on *autoreply.Trigger) *conversation.Duration { return &on.After }))},
		words: func(t Texts, on autoreply.Trigger) (string, map[string]string) {
			return "", map[string]string{"after": FormatLength(t, on.After)}
		},
	},
	{kind: autoreply.Fallback, cools: true},
}

func lengthField(name string, of func(*autoreply.Trigger) *conversation.Duration) triggerField {
	return triggerField{
		func(f ruleForm, on autoreply.Trigger) model.DialogElement { return f.length(name, *of(&on)) },
		func(s submission, on *autoreply.Trigger) error { return s.length(name, of(on)) },
	}
}

// linesField is a text with an entry in each line.
func linesField(name string, of func(*autoreply.Trigger) *[]string) triggerField {
	return triggerField{
		func(f ruleForm, on autoreply.Trigger) model.DialogElement {
			return f.area(name, strings.Join(*of(&on), "\n"))
		},
		func(s submission, on *autoreply.Trigger) error {
			*of(on) = pieces(s.kept(name, strings.Join(*of(on), "\n"), model.DialogElementTextareaMaxLength), "\n")
			return nil
		},
	}
}

// neededField is a field that may not be left empty.
func neededField(field triggerField) triggerField {
	return triggerField{func(f ruleForm, on autoreply.Trigger) model.DialogElement { return needed(field.show(f, on)) }, field.read}
}

// wordsOfLength say a length, under its own name, if there is one.
func wordsOfLength(name string, of func(autoreply.Trigger) conversation.Duration) func(Texts, autoreply.Trigger) (string, map[string]string) {
	return func(t Texts, on autoreply.Trigger) (string, map[string]string) {
		if of(on) == 0 {
			return "", nil
		}
		return "." + name, map[string]string{name: FormatLength(t, of(on))}
	}
}

// RuleKinds are the kinds in the order in which they are offered.
func RuleKinds() []autoreply.TriggerKind {
	kinds := make([]autoreply.TriggerKind, 0, len(ruleKinds))
	for _, k := range ruleKinds {
		kinds = append(kinds, k.kind)
	}
	return kinds
}

// kindOf is the entry of a kind; the zero one, which asks for nothing, where there is none.
func kindOf(kind autoreply.TriggerKind) ruleKind {
	i := slices.IndexFunc(ruleKinds, func(k ruleKind) bool { return k.kind == kind })
	if i < 0 {
		return ruleKind{kind: kind}
	}
	return ruleKinds[i]
}

// TriggerWords say when a rule answers, as Markdown.
func TriggerWords(t Texts, on autoreply.Trigger) string {
	key := "command.trigger." + string(on.Kind)
	words := kindOf(on.Kind).words
	if words == nil {
		return t(key, nil)
	}
	more, args := words(t, on)
	return t(key+more, args)
}

// trialOf is a text that makes a rule answer, empty for one that answers no text.
func trialOf(t Texts, on autoreply.Trigger) string {
	k := kindOf(on.Kind)
	if k.timed {
		return ""
	}
	if k.trial != nil && k.trial(on) != "" {
		return k.trial(on)
	}
	return t("api.rule_try.text", nil)
}

// shownLiterals is how many of many texts are listed.
const shownLiterals = 6

// Literals lists texts as they were written, the first ones if there are many.
func Literals(texts []string) string {
	quoted := make([]string, 0, len(texts))
	for _, text := range texts[:min(len(texts), shownLiterals)] {
		quoted = append(quoted, Literal(text))
	}
	if len(texts) > shownLiterals {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

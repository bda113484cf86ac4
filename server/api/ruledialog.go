// The form that adds or changes a rule. Its elements bear the names of REST's fields, so that an error of a field finds its
// place in the form.

package api

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Paths of the forms' submissions below the plugin's own path.
const (
	AddRulePath  = Prefix + "/dialogs/rule-add"
	EditRulePath = Prefix + "/dialogs/rule-edit"
)

// ruleLanguages are those in which a form asks for the text, besides the bot's own.
var ruleLanguages = []string{"uk", "en"}

// newRule is what the form proposes for a kind.
func newRule(kind autoreply.TriggerKind) autoreply.Rule {
	r := autoreply.Rule{Enabled: true, Priority: 100, When: autoreply.Always, Trigger: kindOf(kind).proposed}
	r.Trigger.Kind = kind
	return r
}

// AddRuleDialog is the form for a new rule of a kind; flows are those of the bot.
func AddRuleDialog(t Texts, bot conversation.Bot, kind autoreply.TriggerKind, flows []answers.FlowState) model.Dialog {
	d := ruleDialog(t, bot, newRule(kind), flows)
	d.CallbackId, d.State = "rule-add", bot.ID+" "+string(kind)
	d.Title, d.SubmitLabel = t("api.dialog.rule.add", nil), t("api.dialog.rule.add.submit", nil)
	return d
}

// EditRuleDialog is the same form with what the rule is.
func EditRuleDialog(t Texts, bot conversation.Bot, r autoreply.Rule, flows []answers.FlowState) model.Dialog {
	d := ruleDialog(t, bot, r, flows)
	d.CallbackId, d.State = "rule-edit", bot.ID+" "+r.ID
	d.Title, d.SubmitLabel = t("api.dialog.rule.edit", nil), t("api.dialog.edit.submit", nil)
	return d
}

func ruleDialog(t Texts, bot conversation.Bot, r autoreply.Rule, flows []answers.FlowState) model.Dialog {
	f := ruleForm{t: t}
	kind := kindOf(r.Trigger.Kind)
	elements := []model.DialogElement{f.name(kind, r.Name)}
	for _, field := range kind.fields {
		elements = append(elements, field.show(f, r.Trigger))
	}
	for _, language := range languagesOf(bot) {
		elements = append(elements, f.answer(language, r.Texts[language]))
	}
	elements = append(elements, f.box("handover", hasHandover(r)))
	if !kind.adds {
		elements = append(elements, f.flow(r.Actions.Flow, flows))
	}
	if !kind.always {
		elements = append(elements, f.choice("when", string(r.When), string(autoreply.Always), string(autoreply.WhenOpen), string(autoreply.WhenClosed)))
	}
	if kind.cools {
		elements = append(elements, f.length("cooldown", r.Cooldown))
	}
	return model.Dialog{
		IntroductionText: introduction(bot, t("api.rule_kind."+string(r.Trigger.Kind), nil)),
		Elements: append(elements,
			f.line("actions.assign", withAt(r.Actions.Assign)),
			f.line("actions.tags", strings.Join(r.Actions.Tags, ", ")),
			f.box("actions.close", r.Actions.Close),
			f.line("priority", strconv.Itoa(r.Priority)),
		),
	}
}

// languagesOf are the languages in which a bot's form asks for the text.
func languagesOf(bot conversation.Bot) []string {
	for _, language := range ruleLanguages {
		if language == bot.Settings.Language {
			return ruleLanguages
		}
	}
	return append([]string{bot.Settings.Language}, ruleLanguages...)
}

func hasHandover(r autoreply.Rule) bool {
	for _, row := range r.Buttons {
		for _, b := range row {
			if b.Do == flow.DoHandover {
				return true
			}
		}
	}
	return false
}

// ruleForm makes the elements.
type ruleForm struct{ t Texts }

func (f ruleForm) element(kind, name string) model.DialogElement {
	e := element(f.t, kind, "rule."+name)
	e.Name = name
	return e
}

// fill puts a value into an element that can hold it. Mattermost counts bytes.
func (f ruleForm) fill(e model.DialogElement, value string, most int) model.DialogElement {
	e.Optional, e.MaxLength = true, most
	if len(value) > most {
		e.Placeholder = f.t("api.dialog.rule.too_long", nil)
	} else {
		e.Default = value
	}
	return e
}

func (f ruleForm) line(name, value string) model.DialogElement {
	return f.fill(f.element("text", name), value, model.DialogElementTextMaxLength)
}

// needed marks an element that may not be left empty, unless what it has now is too long to be shown.
func needed(e model.DialogElement) model.DialogElement {
	e.Optional = e.Placeholder != ""
	return e
}

// name says besides who sees it: customers read the name of a rule for a command beside that.
func (f ruleForm) name(kind ruleKind, value string) model.DialogElement {
	e := needed(f.line("name", value))
	if kind.kind == autoreply.OnCommand {
		e.HelpText = f.t("api.dialog.rule.name.help.command", nil)
	}
	return e
}

func (f ruleForm) area(name, value string) model.DialogElement {
	return f.fill(f.element("textarea", name), value, model.DialogElementTextareaMaxLength)
}

func (f ruleForm) answer(language, value string) model.DialogElement {
	e := f.area("texts", value)
	e.Name, e.DisplayName = "texts."+language, f.t("api.dialog.rule.texts", nil)+" ("+language+")"
	e.HelpText += " `{{customer.first_name}}`"
	return e
}

func (f ruleForm) length(name string, value conversation.Duration) model.DialogElement {
	text := ""
	if value != 0 {
		text = FormatLength(f.t, value)
	}
	return f.line(name, text)
}

func (f ruleForm) choice(name, value string, options ...string) model.DialogElement {
	e := selectElement(f.t, "rule."+name, value, options...)
	e.Name = name
	return e
}

// noFlow stands for none in the form: an option needs a value, and no flow is called so.
const noFlow = "/"

// flow offers the published flows, and what the rule begins now, which may be a step of one or one that is off.
func (f ruleForm) flow(present string, flows []answers.FlowState) model.DialogElement {
	e := f.element("select", "actions.flow")
	e.Options = []*model.PostActionOptions{{Text: f.t("api.dialog.rule.actions.flow.none", nil), Value: noFlow}}
	e.Optional, e.Default = true, cmp.Or(present, noFlow)
	offer := func(name string) { e.Options = append(e.Options, &model.PostActionOptions{Text: name, Value: name}) }
	there := present == ""
	for _, one := range flows {
		if one.On {
			offer(one.Name)
			there = there || one.Name == present
		}
	}
	if !there {
		offer(present)
	}
	return e
}

// withAt is a username as people write it, nothing for none.
func withAt(username string) string {
	if username == "" {
		return ""
	}
	return "@" + username
}

func (f ruleForm) box(name string, value bool) model.DialogElement {
	e := boolElement(f.t, "rule."+name, value)
	e.Name = name
	return e
}

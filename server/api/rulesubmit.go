// Submissions of the form of a rule.

package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func (s *server) submitNewRule(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error) {
	bot, kind, err := s.formOf(ctx, caller, d)
	if err != nil {
		return submitted{target: bot.ID}, err
	}
	r := newRule(autoreply.TriggerKind(kind))
	form := ruleDialog(t, bot, r, nil)
	if err := s.fillRule(&r, d.Submission, bot); err != nil {
		return submitted{target: bot.ID, form: form}, err
	}
	r, err = s.Answers.AddRule(ctx, bot.ID, r)
	if err != nil {
		return submitted{target: bot.ID, form: form}, atElement(form, err)
	}
	said := t("api.rule_added", s.ruleArgs(ctx, caller, bot, r))
	if text := trialOf(t, r.Trigger); text != "" {
		visible := s.Access.Visible(caller, s.Bots.List(ctx))
		said += " " + t("api.rule_try", map[string]string{"command": trialCommand(bot, visible, d.ChannelId, text)})
	}
	return submitted{target: r.ID, text: said}, nil
}

// trialCommand tries a text; before a text a bot needs quotes, since it may be the text's first word otherwise.
func trialCommand(bot conversation.Bot, visible []conversation.Bot, channelID, text string) string {
	naming := strings.TrimSpace(BotPrefix(bot, visible, channelID))
	if naming != "" {
		naming = `"` + strings.Trim(naming, `"`) + `" `
	}
	return Literal("/msgbot autoreply test " + naming + text)
}

func (s *server) submitRule(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error) {
	bot, id, err := s.formOf(ctx, caller, d)
	if err != nil {
		return submitted{target: id}, err
	}
	rules, _, err := s.Answers.Rules(ctx, bot.ID)
	if err != nil {
		return submitted{target: id}, err
	}
	i := slices.IndexFunc(rules, func(r autoreply.Rule) bool { return r.ID == id })
	if i < 0 {
		return submitted{target: id}, answers.ErrNotFound
	}
	r := rules[i]
	form := ruleDialog(t, bot, r, nil)
	if err := s.fillRule(&r, d.Submission, bot); err != nil {
		return submitted{target: id, form: form}, err
	}
	patch, err := patchOf(r)
	if err != nil {
		return submitted{target: id}, err
	}
	if r, err = s.Answers.EditRule(ctx, bot.ID, id, patch); err != nil {
		return submitted{target: id, form: form}, atElement(form, err)
	}
	return submitted{target: id, text: t("api.rule_edited", s.ruleArgs(ctx, caller, bot, r))}, nil
}

func (s *server) ruleArgs(ctx context.Context, caller string, bot conversation.Bot, r autoreply.Rule) map[string]string {
	return map[string]string{"rule": Literal(r.Name), "id": Literal(r.ID), "name": s.called(ctx, caller, bot)}
}

// formOf reads the state of a form, "bot something", for who is an admin of that bot.
func (s *server) formOf(ctx context.Context, caller string, d model.SubmitDialogRequest) (bot conversation.Bot, rest string, err error) {
	id, rest, _ := strings.Cut(d.State, " ")
	if id, err = knownID(id); err != nil {
		return conversation.Bot{}, rest, err
	}
	bot, err = s.botFor(ctx, Admin, caller, id)
	return bot, rest, err
}

// patchOf are the fields of a rule that its form may change.
func patchOf(r autoreply.Rule) (map[string]json.RawMessage, error) {
	patch := map[string]json.RawMessage{}
	for name, value := range map[string]any{
		"name": r.Name, "priority": r.Priority, "trigger": r.Trigger, "when": r.When, "cooldown": r.Cooldown,
		"texts": r.Texts, "buttons": r.Buttons, "actions": r.Actions,
	} {
		written, err := json.Marshal(value)
		if err != nil {
			return nil, errors.Wrap(err, "write a rule")
		}
		patch[name] = written
	}
	return patch, nil
}

// fillRule puts what was entered into a rule. An empty element means that there is nothing, unless its value was too long to
// be shown.
func (s *server) fillRule(r *autoreply.Rule, values submission, bot conversation.Bot) error {
	r.Name = values.kept("name", r.Name, model.DialogElementTextMaxLength)
	if r.Name == "" {
		return conversation.Wrong("name", conversation.ProblemMissing)
	}
	kind := kindOf(r.Trigger.Kind)
	if !kind.always {
		r.When = autoreply.When(values.text("when"))
	}
	if kind.cools {
		if err := values.length("cooldown", &r.Cooldown); err != nil {
			return err
		}
	}
	if err := values.number("priority", &r.Priority); err != nil {
		return err
	}
	r.Actions.Tags = pieces(values.kept("actions.tags", strings.Join(r.Actions.Tags, ", "), model.DialogElementTextMaxLength), ",")
	r.Actions.Flow = strings.TrimPrefix(values.text("actions.flow"), noFlow)
	r.Actions.Assign = strings.TrimPrefix(values.kept("actions.assign", withAt(r.Actions.Assign), model.DialogElementTextMaxLength), "@")
	r.Actions.Close = values.ticked("actions.close")
	r.Texts = values.texts(r.Texts, languagesOf(bot))
	s.offerPerson(r, values.ticked("handover"))
	for _, field := range kind.fields {
		if err := field.read(values, &r.Trigger); err != nil {
			return err
		}
	}
	return nil
}

// offerPerson adds a button to a person, or takes it away. Other buttons stay.
func (s *server) offerPerson(r *autoreply.Rule, wanted bool) {
	switch {
	case wanted == hasHandover(*r):
	case wanted:
		label := flow.Texts{}
		for _, language := range ruleLanguages {
			label[language] = s.Desk.T(language, "api.bot_command.human", nil)
		}
		r.Buttons = append(slices.Clone(r.Buttons), []flow.Button{{Label: label, Do: flow.DoHandover}})
	default:
		var left [][]flow.Button
		for _, row := range r.Buttons {
			row = slices.DeleteFunc(slices.Clone(row), func(b flow.Button) bool { return b.Do == flow.DoHandover })
			if len(row) > 0 {
				left = append(left, row)
			}
		}
		r.Buttons = left
	}
}

// kept is what was entered, or what was there if that did not fit its element and nothing was entered.
func (s submission) kept(name, was string, most int) string {
	entered := strings.TrimSpace(s.text(name))
	if entered == "" && len(was) > most {
		return was
	}
	return entered
}

func (s submission) length(name string, to *conversation.Duration) error {
	length, err := parseLength(name, strings.TrimSpace(s.text(name)))
	if err == nil {
		*to = length
	}
	return err
}

// number reads a whole number; nothing is zero.
func (s submission) number(name string, to *int) error {
	text := strings.TrimSpace(s.text(name))
	if text == "" {
		*to = 0
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return conversation.Wrong(name, conversation.ProblemNotWhole, "value", text)
	}
	*to = n
	return nil
}

// texts are the texts of the languages that the form has, and of others those that were there.
func (s submission) texts(were flow.Texts, languages []string) flow.Texts {
	texts := flow.Texts{}
	maps.Copy(texts, were)
	for _, language := range languages {
		texts[language] = s.kept("texts."+language, were[language], model.DialogElementTextareaMaxLength)
		if texts[language] == "" {
			delete(texts, language)
		}
	}
	return texts
}

// pieces are the parts of a text that are not empty.
func pieces(text, separator string) []string {
	var list []string
	for piece := range strings.SplitSeq(text, separator) {
		if piece = strings.TrimSpace(piece); piece != "" {
			list = append(list, piece)
		}
	}
	return list
}

// atElement puts an error about a part of a field at the element of the form that has it: "trigger.phrases[2]" at
// "trigger.phrases", what is wrong with the texts as a whole at the first of them.
func atElement(form model.Dialog, err error) error {
	return at(err, func(field string) string {
		name, _, _ := strings.Cut(field, "[")
		for _, e := range form.Elements {
			if e.Name == name || strings.HasPrefix(e.Name, name+".") {
				return e.Name
			}
		}
		return field
	})
}

// Submissions of the forms that add and edit a bot. Whoever is logged in can send one with any state and any values:
// only the header tells who it is.

package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// submitted is what became of a form: another form to show, or a text and the elements an error may belong to.
type submitted struct {
	next   *model.Dialog
	text   string
	target string
	form   model.Dialog
}

// dialog answers a form: with errors at its fields, with the next form, or by closing it and telling the person.
func (s *server) dialog(do func(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error)) handler {
	return func(r *http.Request, caller string) (answer, error) {
		var request model.SubmitDialogRequest
		if err := decodeForeign(r, &request); err != nil {
			return answer{}, err
		}
		t := s.language(caller)
		done, err := do(r.Context(), t, caller, request)
		a := answer{status: http.StatusOK, target: done.target}
		switch {
		case err != nil:
			s.log(r, err)
			a.outcome, a.body = outcome(err), formErrors(t, done.form, err)
		case done.next != nil:
			a.body = model.SubmitDialogResponse{Type: string(model.SubmitDialogResponseTypeForm), Form: done.next}
		default:
			s.Desk.Ephemeral(caller, request.ChannelId, "", done.text)
			a.body = model.SubmitDialogResponse{}
		}
		return a, nil
	}
}

// formErrors puts an error beside its field, or above the form when it has no such field.
func formErrors(t Texts, form model.Dialog, err error) model.SubmitDialogResponse {
	e := AsError(err)
	if e == nil || !slices.ContainsFunc(form.Elements, func(el model.DialogElement) bool { return el.Name == e.Field }) {
		return model.SubmitDialogResponse{Error: Say(t, err)}
	}
	// Beside a field nothing is formatted. Below the form Mattermost says in English that there are errors, unless told what.
	said := say(t, err, asItIs, asItIs)
	if e.Code == "invalid_field" {
		said = e.said(t, asItIs)
	}
	return model.SubmitDialogResponse{Error: t("api.dialog.mistaken", nil), Errors: map[string]string{e.Field: said}}
}

func (s *server) submitAdd(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error) {
	if !s.Access.MayManage(caller) {
		return submitted{}, forbidden()
	}
	values := submission(d.Submission)
	kind, chosen, _ := strings.Cut(d.State, " ")
	n := newBot{
		Kind: messenger.Kind(kind), Token: values.text("token"), ChannelID: cmp.Or(values.text("channel_id"), chosen, d.ChannelId),
		Mode: messenger.Mode(values.text("mode")), Name: values.text("name"), TakeOver: values.ticked("take_over"),
	}
	if err := s.validateKind(n.Kind); err != nil {
		return submitted{}, err
	}
	form := AddForm{Kind: s.kind(n.Kind), Token: n.Token, ChannelID: n.ChannelID, Mode: string(n.Mode), Name: n.Name}
	bot, err := s.add(ctx, caller, n)
	var inUse *bots.InUseError
	if errors.As(err, &inUse) {
		form.Host = inUse.Host
		next := form.Dialog(t)
		return submitted{next: &next}, nil
	}
	if err != nil {
		return submitted{form: form.Dialog(t)}, err
	}
	return submitted{target: bot.ID, text: t("api.bot_added", map[string]string{"name": s.called(ctx, caller, bot)})}, nil
}

func (s *server) submitEdit(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error) {
	id, err := knownID(d.State)
	if err != nil {
		return submitted{}, err
	}
	bot, err := s.botFor(ctx, Manager, caller, id)
	if err != nil {
		return submitted{target: id}, err
	}
	change, err := changeOf(d.Submission)
	if err != nil {
		return submitted{target: id}, err
	}
	edited, err := s.edit(ctx, caller, bot, change)
	if err != nil {
		return submitted{target: id, form: EditDialog(t, bot, s.kind(bot.Kind))}, err
	}
	return submitted{target: id, text: t("api.bot_edited", map[string]string{"name": s.called(ctx, caller, edited)})}, nil
}

// changeOf reads the edit form: an empty field keeps what is.
func changeOf(values submission) (botChange, error) {
	var c botChange
	for _, f := range []struct {
		name string
		to   **string
	}{{"name", &c.Name}, {"token", &c.Token}, {"channel_id", &c.ChannelID}} {
		if text := values.text(f.name); text != "" {
			*f.to = &text
		}
	}
	if mode := messenger.Mode(values.text("mode")); mode != "" {
		c.Mode = &mode
	}
	settings, err := values.settings()
	if err != nil {
		return botChange{}, errors.Wrap(err, "reading the form's settings")
	}
	c.Settings = settings
	return c, nil
}

// kind describes a messenger, by its bare name when it is not one of ours.
func (s *server) kind(id messenger.Kind) Kind {
	for _, k := range s.Kinds {
		if k.ID == id {
			return k
		}
	}
	return Kind{ID: id, Title: string(id)}
}

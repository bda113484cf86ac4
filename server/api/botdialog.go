// The forms by which a bot is added and edited. Their elements bear the names of REST's fields, so that an error of a
// field finds its place in the form.

package api

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Paths of the forms' submissions below the plugin's own path.
const (
	AddDialogPath  = Prefix + "/dialogs/bot-add"
	EditDialogPath = Prefix + "/dialogs/bot-edit"
)

// Texts looks a text up for one person.
type Texts func(key string, args map[string]string) string

// AddForm is what somebody has entered so far to add a bot.
type AddForm struct {
	Kind      Kind
	Token     string
	ChannelID string
	Mode      string
	Name      string
	// Host is the foreign service that holds the webhook; when it is known, the form asks whether to take over.
	Host string
}

// Dialog is the form. The token comes back only to the person who typed it.
func (f AddForm) Dialog(t Texts) model.Dialog {
	state, empty := string(f.Kind.ID), "add"
	if f.Host != "" {
		state, empty = state+" "+f.ChannelID, "edit"
	}
	d := model.Dialog{
		CallbackId: "bot-add", State: state, SubmitLabel: t("api.dialog.add.submit", nil),
		Title:            t("api.dialog.add.title", map[string]string{"kind": f.Kind.Title}),
		IntroductionText: t("api.dialog.add.intro."+string(f.Kind.ID), nil),
		Elements: []model.DialogElement{
			tokenElement(t, f.Token, false),
			channelElement(t, f.ChannelID, empty),
		},
	}
	if f.Kind.Polls {
		d.Elements = append(d.Elements, modeElement(t, f.Mode))
	}
	d.Elements = append(d.Elements, nameElement(t, f.Name, "add"))
	if f.Host != "" {
		d.IntroductionText = t("api.dialog.add.in_use", map[string]string{"host": f.Host})
		d.Elements = append(d.Elements, boolElement(t, "take_over", false))
	}
	return d
}

// EditDialog is the form that changes a bot; the token stays as it is when it is left empty.
func EditDialog(t Texts, b conversation.Bot, kind Kind) model.Dialog {
	d := model.Dialog{
		CallbackId: "bot-edit", State: b.ID, SubmitLabel: t("api.dialog.edit.submit", nil),
		Title: t("api.dialog.edit.title", nil), IntroductionText: introduction(b, t("api.dialog.edit.intro", nil)),
		Elements: []model.DialogElement{
			nameElement(t, b.Name, "edit"),
			channelElement(t, b.ChannelID, "edit"),
			tokenElement(t, "", true),
		},
	}
	if kind.Polls {
		d.Elements = append(d.Elements, modeElement(t, string(b.Mode)))
	}
	s := b.Settings
	d.Elements = append(d.Elements,
		selectElement(t, "settings.team_language", s.TeamLanguage, "en", "uk"),
		textElement(t, "settings.language", s.Language, false),
		textElement(t, "settings.reopen_within", FormatLength(t, s.ReopenWithin), false),
		selectElement(t, "settings.agent_name", s.AgentName, conversation.NameHidden, conversation.NameFirst, conversation.NameFull),
		selectElement(t, "settings.closed_reply", s.ClosedReply, conversation.ClosedReplyAsk, conversation.ClosedReplySend),
		boolElement(t, "settings.notes_by_default", s.NotesByDefault),
		boolElement(t, "settings.first_replier_assigns", s.FirstReplierAssigns),
		textElement(t, "settings.undo", FormatLength(t, s.Undo), false),
	)
	for _, box := range []struct {
		name       string
		value, has bool
	}{
		{"settings.mirror_reactions", s.MirrorReactions, kind.Reacts},
		{"settings.business_auto", s.BusinessAuto, kind.Business},
		{"settings.keep_keyboard", s.KeepKeyboard, kind.Inline},
	} {
		if box.has {
			d.Elements = append(d.Elements, boolElement(t, box.name, box.value))
		}
	}
	return d
}

func element(t Texts, kind, name string) model.DialogElement {
	return model.DialogElement{
		Type: kind, Name: name, DisplayName: t("api.dialog."+name, nil), HelpText: t("api.dialog."+name+".help", nil),
	}
}

func textElement(t Texts, name, value string, optional bool) model.DialogElement {
	return filled(element(t, "text", name), value, optional)
}

// filled leaves out a text that Mattermost's forms cannot hold.
func filled(e model.DialogElement, value string, optional bool) model.DialogElement {
	e.Optional, e.MaxLength = optional, model.DialogElementTextMaxLength
	if len(value) <= model.DialogElementTextMaxLength {
		e.Default = value
	}
	return e
}

func tokenElement(t Texts, value string, optional bool) model.DialogElement {
	e := textElement(t, "token", value, optional)
	e.SubType = "password"
	if optional {
		e.HelpText = t("api.dialog.token.keep", nil)
	}
	return e
}

// introduction says which bot a form is about, then a text.
func introduction(b conversation.Bot, text string) string {
	return "**" + Escaped(fullName(b)) + "** · " + text
}

// nameElement says what an empty name means when a bot is added or edited.
func nameElement(t Texts, value, empty string) model.DialogElement {
	return filled(model.DialogElement{
		Type: "text", Name: "name", DisplayName: t("api.dialog.name", nil), HelpText: t("api.dialog.name.help."+empty, nil),
	}, value, true)
}

// channelElement may be left empty, because Mattermost's web app shows no default in a list of channels (tried on 11.1).
func channelElement(t Texts, channelID, empty string) model.DialogElement {
	e := element(t, "select", "channel_id")
	e.DataSource, e.Default, e.Optional = model.PostActionDataSourceChannels, channelID, true
	e.Placeholder = t("api.dialog.channel_id.empty."+empty, nil)
	return e
}

func modeElement(t Texts, mode string) model.DialogElement {
	if mode == "" {
		mode = string(messenger.Webhook)
	}
	return selectElement(t, "mode", mode, string(messenger.Webhook), string(messenger.Polling))
}

func selectElement(t Texts, name, value string, options ...string) model.DialogElement {
	e := element(t, "select", name)
	for _, o := range options {
		e.Options = append(e.Options, &model.PostActionOptions{Text: t("api.dialog."+name+"."+o, nil), Value: o})
		if o == value {
			e.Default = value
		}
	}
	return e
}

// boolElement is optional because Mattermost takes an empty box that is not for a missing answer.
func boolElement(t Texts, name string, value bool) model.DialogElement {
	e := element(t, "bool", name)
	e.Optional, e.Default = true, strconv.FormatBool(value)
	e.Placeholder, e.HelpText = e.HelpText, ""
	return e
}

// submission is a filled-in form: values are strings, or booleans for boxes.
type submission map[string]any

func (s submission) text(name string) string {
	v, _ := s[name].(string)
	return v
}

func (s submission) ticked(name string) bool {
	switch v := s[name].(type) {
	case bool:
		return v
	case string:
		return v == "true"
	}
	return false
}

// settings is the form's part of Bot.settings as REST has it; what the form lacks is left out.
func (s submission) settings() (json.RawMessage, error) {
	fields := map[string]any{}
	for _, name := range []string{"team_language", "language", "agent_name", "closed_reply"} {
		if _, ok := s["settings."+name]; ok {
			fields[name] = s.text("settings." + name)
		}
	}
	for _, name := range []string{"reopen_within", "undo"} {
		if _, ok := s["settings."+name]; !ok {
			continue
		}
		text := strings.TrimSpace(s.text("settings." + name))
		fields[name] = text // what is no length is refused as everything else in the settings is
		if length, err := parseLength(name, text); err == nil && text != "" {
			fields[name] = length
		}
	}
	for _, name := range []string{"notes_by_default", "first_replier_assigns", "mirror_reactions", "business_auto", "keep_keyboard"} {
		if _, ok := s["settings."+name]; ok {
			fields[name] = s.ticked("settings." + name)
		}
	}
	return json.Marshal(fields)
}

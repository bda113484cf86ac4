// Forms: what they do, errors at their fields, forged submissions, limits of Mattermost.

package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func (w *world) submit(user, form, state string, values map[string]any) model.SubmitDialogResponse {
	w.t.Helper()
	body, err := json.Marshal(model.SubmitDialogRequest{UserId: sysadmin, State: state, ChannelId: "chan-a", Submission: values})
	require.NoError(w.t, err)
	out := w.as(user, "POST", "/api/v1/dialogs/"+form, string(body))
	require.Equal(w.t, 200, out.Code, out.Body)
	var response model.SubmitDialogResponse
	require.NoError(w.t, json.Unmarshal(out.Body.Bytes(), &response))
	require.NoError(w.t, response.IsValid())
	return response
}

func addition(more map[string]any) map[string]any {
	values := map[string]any{"token": goodToken, "channel_id": "chan-a", "mode": "webhook", "name": ""}
	for k, v := range more {
		values[k] = v
	}
	return values
}

func TestTheFormAddsABot(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, model.SubmitDialogResponse{}, w.submit(sysadmin, "bot-add", "telegram", addition(map[string]any{"take_over": true})))
	require.Equal(t, bots.New{
		Kind: messenger.Telegram, Token: goodToken, ChannelID: "chan-a", Mode: messenger.Webhook,
		Settings: conversation.DefaultSettings(), TakeOver: true, By: sysadmin,
	}, w.added)
	require.Equal(t, []string{"sysadmin: `New` is connected. Conversations with its customers appear in its inbox channel."}, w.private)
}

func TestTheFormAsksBeforeItTakesABotOver(t *testing.T) {
	w := newWorld(t)
	w.err = &bots.InUseError{Host: "old.example"}
	response := w.submit(sysadmin, "bot-add", "telegram", addition(map[string]any{"name": "Ours"}))
	require.Equal(t, "form", response.Type)
	require.Contains(t, response.Form.IntroductionText, "old.example")
	defaults := map[string]string{}
	for _, e := range response.Form.Elements {
		defaults[e.Name] = e.Default
	}
	require.Equal(t, map[string]string{
		"token": goodToken, "channel_id": "chan-a", "mode": "webhook", "name": "Ours", "take_over": "false",
	}, defaults)
	require.False(t, w.added.TakeOver)
	require.Empty(t, w.private)
}

func TestErrorsOfTheFormStandAtTheirField(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		values map[string]any
		errors map[string]string
		err1   string
	}{
		"no token":         {nil, map[string]any{"token": " "}, map[string]string{"token": "This is missing."}, ""},
		"foreign channel":  {nil, map[string]any{"channel_id": "chan-z"}, map[string]string{"channel_id": "There is no such channel, it is archived, or you cannot see it."}, ""},
		"refused token":    {&bots.RefusedError{Field: "token", Words: "Unauthorized"}, nil, map[string]string{"token": "The messenger refused the token: Unauthorized"}, ""},
		"http only":        {conversation.Wrong("mode", conversation.ProblemNotHTTPS, "scheme", "http"), nil, map[string]string{"mode": "The address of this server begins with http://, but the messenger needs https. Set PublicURL to an https address, or choose polling if the messenger has it."}, ""},
		"another field":    {conversation.Wrong("public_url", conversation.ProblemTwice, "value", "*a*"), nil, nil, "public_url: “\\*a\\*” stands here twice."},
		"connected":        {bots.ErrExists, nil, nil, "This bot is connected already."},
		"unexpected":       {errors.New("pq: down"), nil, nil, "Something failed; the server log says what."},
		"values of a kind": {nil, map[string]any{"token": 7, "take_over": "true"}, map[string]string{"token": "This is missing."}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.err = c.err
			response := w.submit(sysadmin, "bot-add", "telegram", addition(c.values))
			require.Equal(t, c.errors, response.Errors)
			if c.errors != nil {
				c.err1 = "Please look at the field with the message."
			}
			require.Equal(t, c.err1, response.Error)
			require.Empty(t, w.private)
		})
	}
}

func TestForgedFormsDoNothing(t *testing.T) {
	for name, c := range map[string]struct {
		user, form, state string
		channelAdmins     bool
		values            map[string]any
	}{
		"a member adds":                           {member, "bot-add", "telegram", true, addition(nil)},
		"a channel admin adds":                    {channelAdmin, "bot-add", "telegram", false, addition(nil)},
		"a channel admin adds elsewhere":          {channelAdmin, "bot-add", "telegram", true, addition(map[string]any{"channel_id": "chan-c"})},
		"a messenger that is none":                {sysadmin, "bot-add", "icq", false, addition(nil)},
		"a member edits":                          {member, "bot-edit", "tg1", true, map[string]any{"name": "x"}},
		"a bot that he cannot see":                {channelAdmin, "bot-edit", "vb1", true, map[string]any{"name": "x"}},
		"a bot that is none":                      {sysadmin, "bot-edit", "tg9", false, map[string]any{"name": "x"}},
		"an id that cannot be":                    {sysadmin, "bot-edit", "../tg1", false, map[string]any{"name": "x"}},
		"a channel admin gives his bot elsewhere": {channelAdmin, "bot-edit", "tg1", true, map[string]any{"channel_id": "chan-c"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.channelAdmins = c.channelAdmins
			response := w.submit(c.user, c.form, c.state, c.values)
			require.True(t, response.Error != "" || len(response.Errors) > 0)
			require.Empty(t, w.calls)
		})
	}
}

func TestTheFormEditsOnlyWhatChanged(t *testing.T) {
	w := newWorld(t)
	w.submit(sysadmin, "bot-edit", "tg1", map[string]any{
		"name": "Shop bot", "channel_id": "chan-a", "token": "", "mode": "polling", "settings.undo": "10 с", "settings.reopen_within": "1 д", "settings.language": "pl",
		"settings.team_language": "en", "settings.agent_name": "hidden", "settings.closed_reply": "ask",
		"settings.notes_by_default": true, "settings.first_replier_assigns": "true", "settings.mirror_reactions": true,
		"settings.business_auto": true, "settings.keep_keyboard": "true",
	})
	polling, want := messenger.Polling, conversation.DefaultSettings()
	want.Undo, want.NotesByDefault, want.MirrorReactions = conversation.Duration(10*time.Second), true, true
	want.Language, want.BusinessAuto, want.KeepKeyboard = "pl", true, true
	require.Equal(t, bots.Edit{Mode: &polling, Settings: &want}, w.edited)
	require.Equal(t, []string{"sysadmin: `Shop bot` was changed."}, w.private)
}

func TestAWrongSettingStandsAtItsField(t *testing.T) {
	w := newWorld(t)
	response := w.submit(sysadmin, "bot-edit", "tg1", map[string]any{"settings.undo": "soon"})
	require.Equal(t, map[string]string{"settings.undo": "“soon” is not a length of time. Write it as in: 24h."}, response.Errors)
	require.Empty(t, w.calls)
}

func TestTheFormHasWhatTheMessengerHas(t *testing.T) {
	texts := func(key string, args map[string]string) string { return catalogText(t, "en", key, args) }
	bot := conversation.Bot{Settings: conversation.DefaultSettings()}
	for _, k := range newWorld(t).server.Kinds {
		values := map[string]string{}
		for _, e := range EditDialog(texts, bot, k).Elements {
			values[e.Name] = e.Default
		}
		require.Equal(t, "uk", values["settings.language"])
		require.Equal(t, "1 d", values["settings.reopen_within"])
		for _, name := range []string{"mirror_reactions", "business_auto", "keep_keyboard"} {
			require.Equal(t, k.ID == messenger.Telegram, values["settings."+name] == "false", "%s of %s", name, k.ID)
		}
	}
}

// Mattermost's web app shows no default in a list of channels: tried on 11.1.
func TestABotIsAddedAndEditedWithoutNamingAChannel(t *testing.T) {
	w := newWorld(t)
	texts := func(key string, args map[string]string) string { return catalogText(t, "en", key, args) }
	for want, d := range map[string]model.Dialog{
		"this channel": AddForm{Kind: Kind{ID: messenger.Viber}, ChannelID: "chan-a"}.Dialog(texts), "no change": EditDialog(texts, w.bots[0], Kind{}),
	} {
		i := slices.IndexFunc(d.Elements, func(e model.DialogElement) bool { return e.Name == "channel_id" })
		require.True(t, d.Elements[i].Optional)
		require.Equal(t, want, d.Elements[i].Placeholder)
	}
	for channel, state := range map[string]string{
		"chan-a": "viber",        // where the form was opened
		"chan-b": "viber chan-b", // chosen before the form asked whether to take over
	} {
		w.submit(sysadmin, "bot-add", state, map[string]any{"token": goodToken})
		require.Equal(t, channel, w.added.ChannelID)
	}
	chosen := AddForm{Kind: Kind{ID: messenger.Viber}, ChannelID: "chan-b", Host: "old.example"}.Dialog(texts)
	require.Equal(t, "viber chan-b", chosen.State)
}

// Mattermost counts bytes in these limits and opens no form that breaks one.
func TestFormsFitMattermostInBothLanguages(t *testing.T) {
	bot := conversation.Bot{ID: "tg1", Kind: messenger.Telegram, Name: strings.Repeat("я", 64), ChannelID: "chan-a", Mode: messenger.Polling, Settings: conversation.DefaultSettings()}
	for _, lang := range []string{"en", "uk"} {
		texts := func(key string, args map[string]string) string { return catalogText(t, lang, key, args) }
		forms := []model.Dialog{}
		for _, k := range newWorld(t).server.Kinds {
			forms = append(forms, EditDialog(texts, bot, k), AddForm{Kind: k}.Dialog(texts),
				AddForm{Kind: k, Host: "x", Token: strings.Repeat("t", 200), Name: bot.Name}.Dialog(texts))
		}
		for _, f := range forms {
			require.NoError(t, f.IsValid(), lang)
		}
	}
}

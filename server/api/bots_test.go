// REST of bots: exact answers, bad input, errors of the service.

package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const shopBot = `{"id":"tg1","kind":"telegram","name":"Shop bot","username":"shop_bot","channel_id":"chan-a","mode":"webhook",
	"state":"ok","settings":{"language":"uk","team_language":"en","reopen_within":"24h0m0s","agent_name":"hidden","mirror_reactions":false,"notes_by_default":false,
	"closed_reply":"ask","first_replier_assigns":true,"business_auto":false,"keep_keyboard":false,"undo":"0s"},"created_by":"sysadmin","created_at":1795356000123}`

func TestBotsAreShownAsTheContractSays(t *testing.T) {
	w := newWorld(t)
	require.JSONEq(t, shopBot, w.as(member, "GET", "/api/v1/bots/tg1", "").Body.String())
	require.JSONEq(t, `{"bots":[`+shopBot+`]}`, w.as(member, "GET", "/api/v1/bots", "").Body.String())
	require.JSONEq(t, `{"state":"warning","checks":[{"name":"webhook","state":"warning","detail":"late","since":1795356000123}]}`,
		w.as(member, "GET", "/api/v1/bots/tg1/health", "").Body.String())
	require.JSONEq(t, `{"exchanges":[{"at":1795356000123,"direction":"out","method":"sendMessage","status":429,"duration_ms":12,"error":"slow down"}]}`,
		w.as(member, "GET", "/api/v1/bots/tg1/exchanges", "").Body.String())
	require.JSONEq(t, `{"bots":[{"id":"tg1","kind":"telegram","name":"Shop bot","state":"ok","inbox":1,"outbox":2,"quarantined":3,"oldest_at":1795356000123}]}`,
		w.as(member, "GET", "/api/v1/status", "").Body.String())
	require.JSONEq(t, `[{"Item":"\"Shop bot\"","Hint":"","HelpText":"Shop bot (Telegram, @shop_bot)"}]`,
		w.as(member, "GET", "/api/v1/autocomplete/bots", "").Body.String())
}

func TestAddingABotPassesOnWhatWasSaid(t *testing.T) {
	w := newWorld(t)
	out := w.as(sysadmin, "POST", "/api/v1/bots", `{"kind":"telegram","token":" 1:x\n","channel_id":"chan-a","mode":"polling","name":" N ",
		"settings":{"undo":"5s","team_language":"uk"},"take_over":true}`)
	require.Equal(t, http.StatusCreated, out.Code, out.Body)
	want := conversation.DefaultSettings()
	want.Undo, want.TeamLanguage = conversation.Duration(5*time.Second), "uk"
	require.Equal(t, bots.New{
		Kind: messenger.Telegram, Token: "1:x", ChannelID: "chan-a", Mode: messenger.Polling, Name: "N", Settings: want, TakeOver: true, By: sysadmin,
	}, w.added)
	require.NotContains(t, out.Body.String(), "1:x", "a token is never shown")
}

func TestBadInputOfABotNamesTheFieldAndDoesNothing(t *testing.T) {
	const add, edit = "POST /api/v1/bots", "PATCH /api/v1/bots/tg1"
	for _, c := range []struct {
		request, body string
		status        int
		code, field   string
	}{
		{add, ``, 415, "unsupported_media_type", ""},
		{add, `{`, 400, "bad_request", ""},
		{add, `[]`, 400, "bad_request", ""},
		{add, `null null`, 400, "bad_request", ""},
		{add, strings.Repeat(`[`, 20000), 400, "bad_request", ""},
		{add, `{"kind":"` + strings.Repeat("x", MaxBody) + `"}`, 413, "too_large", ""},
		{add, `{}`, 422, "invalid_field", "kind"},
		{add, `{"kind":"icq","token":"t","channel_id":"chan-a"}`, 422, "invalid_field", "kind"},
		{add, `{"kind":7}`, 422, "invalid_field", "kind"},
		{add, `{"kind":"viber","channel_id":"chan-a"}`, 422, "invalid_field", "token"},
		{add, `{"kind":"viber","token":"a\u0000b","channel_id":"chan-a"}`, 422, "invalid_field", "token"},
		{add, `{"kind":"viber","token":"t"}`, 422, "invalid_field", "channel_id"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-c"}`, 422, "invalid_field", "channel_id"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-z"}`, 422, "invalid_field", "channel_id"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","mode":"pull"}`, 422, "invalid_field", "mode"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","name":"a\nb"}`, 422, "invalid_field", "name"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","colour":"red"}`, 422, "invalid_field", "colour"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","settings":[]}`, 422, "invalid_field", "settings"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","settings":{"colour":1}}`, 422, "invalid_field", "settings.colour"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","settings":{"undo":"2h"}}`, 422, "invalid_field", "settings.undo"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","settings":{"undo":5}}`, 422, "invalid_field", "settings.undo"},
		{add, `{"kind":"viber","token":"t","channel_id":"chan-a","settings":{"notes_by_default":"no"}}`, 422, "invalid_field", "settings.notes_by_default"},
		{edit, `{"id":"x"}`, 422, "invalid_field", "id"},
		{edit, `{"token":" "}`, 422, "invalid_field", "token"},
		{edit, `{"name":""}`, 422, "invalid_field", "name"},
		{edit, `{"name":"` + strings.Repeat("я", 65) + `"}`, 422, "invalid_field", "name"},
		{edit, `{"channel_id":"chan-z"}`, 422, "invalid_field", "channel_id"},
		{edit, `{"settings":{"agent_name":"nick"}}`, 422, "invalid_field", "settings.agent_name"},
	} {
		w := newWorld(t)
		method, path, _ := strings.Cut(c.request, " ")
		e := wrongOf(t, w.as(sysadmin, method, path, c.body))
		require.Equal(t, Error{Status: c.status, Code: c.code, Field: c.field, Message: e.Message}, e, "%s %.200s", c.request, c.body)
		require.NotEmpty(t, e.Message)
		require.Empty(t, w.calls, "%s %.200s", c.request, c.body)
	}
}

func TestAWrongContentTypeIs415(t *testing.T) {
	w := newWorld(t)
	r := request(sysadmin, "POST", "/api/v1/bots", `{}`)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusUnsupportedMediaType, w.do(r).Code)
}

func TestWhatTheServiceRefusesIsSaid(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Error
	}{
		{&bots.InUseError{Host: "old.example"}, Error{Status: 409, Code: "webhook_in_use", Host: "old.example"}},
		{bots.ErrExists, Error{Status: 409, Code: "bot_exists"}},
		{bots.ErrChanged, Error{Status: 409, Code: "changed"}},
		{&bots.RefusedError{Field: "token", Words: "Unauthorized"}, Error{Status: 422, Code: "token_refused", Field: "token"}},
		{&bots.RefusedError{Field: "mode", Words: "bad webhook: https only"}, Error{Status: 422, Code: "refused", Field: "mode"}},
		{conversation.Wrong("mode", conversation.ProblemNotHTTPS, "scheme", "http"), Error{Status: 422, Code: "invalid_field", Field: "mode"}},
		{&messenger.Error{Class: messenger.Transient, Description: "no route"}, Error{Status: 502, Code: "messenger_failed"}},
	} {
		w := newWorld(t)
		w.err = c.err
		e := wrongOf(t, w.as(sysadmin, "POST", "/api/v1/bots", samples["POST /api/v1/bots"].body))
		require.NotEmpty(t, e.Message)
		e.Message = ""
		require.Equal(t, c.want, e)
	}
}

func TestRESTSaysWhatIsWrongWithAFieldInTheLanguageOfTheCaller(t *testing.T) {
	for user, words := range map[string]string{
		member:   "“*odd*” is not allowed here. Allowed: open, snoozed, closed.",
		outsider: "«*odd*» тут не підходить. Можливі значення: open, snoozed, closed.",
	} {
		out := newWorld(t).as(user, "GET", "/api/v1/conversations?status=*odd*", "")
		require.Equal(t, Error{Status: 422, Code: "invalid_field", Field: "status", Message: words}, wrongOf(t, out))
	}
}

func TestEditingKeepsWhatIsNotNamed(t *testing.T) {
	w := newWorld(t)
	w.bots[0].Settings.AgentName = conversation.NameFull
	out := w.as(sysadmin, "PATCH", "/api/v1/bots/tg1", `{"channel_id":"chan-b","name":"Shop bot","settings":{"undo":"3s"}}`)
	require.Equal(t, 200, out.Code, out.Body)
	require.Equal(t, "chan-b", *w.edited.ChannelID)
	require.Nil(t, w.edited.Name, "the name is as it was")
	require.Nil(t, w.edited.Token)
	require.Nil(t, w.edited.Mode)
	require.Equal(t, conversation.NameFull, w.edited.Settings.AgentName)
	require.Equal(t, conversation.Duration(3*time.Second), w.edited.Settings.Undo)
}

func TestAChannelAdminMovesHisBotOnlyWhereHeIsAdminToo(t *testing.T) {
	w := newWorld(t)
	w.channelAdmins = true
	require.Equal(t, 200, w.as(channelAdmin, "PATCH", "/api/v1/bots/tg1", `{"name":"x"}`).Code)
	require.Equal(t, 403, w.as(channelAdmin, "PATCH", "/api/v1/bots/tg1", `{"channel_id":"chan-c"}`).Code)
	require.Equal(t, 403, w.as(channelAdmin, "POST", "/api/v1/bots", `{"kind":"viber","token":"t","channel_id":"chan-c"}`).Code)
}

func TestHandlesAreUnmistakable(t *testing.T) {
	all := []conversation.Bot{
		{ID: "1", Name: "Shop"}, {ID: "2", Name: "My shop"}, {ID: "3", Name: "Twin"}, {ID: "4", Name: "twin"}, {ID: "5", Name: `a "b"`},
		{ID: "6", Name: "ACME", Kind: messenger.Telegram, Username: "acme"}, {ID: "7", Name: "acme", Kind: messenger.Viber, Username: "acme"},
		{ID: "8", Name: "Two", Kind: messenger.Telegram, Username: "two_bot"}, {ID: "9", Name: "Two", Kind: messenger.Telegram, Username: "too_bot"},
		{ID: "10", Name: "Two (Viber)", Kind: messenger.Telegram}, {ID: "11", Name: "Two", Kind: messenger.Viber},
	}
	for i, want := range []string{
		"Shop", `"My shop"`, "3", "4", "5", `"ACME (Telegram)"`, `"acme (Viber)"`, "@two_bot", "@too_bot", `"Two (Viber) (Telegram)"`, "11",
	} {
		require.Equal(t, want, Handle(all[i], all))
		named := Named(all, strings.Trim(want, `"`))
		require.Equal(t, []conversation.Bot{all[i]}, named, want)
	}
	require.Equal(t, "ACME (Telegram)", Called(all[5], all), "in a text as on the card")
	require.Equal(t, "Twin", Called(all[2], all), "an id says nothing to a reader")
}

// REST of rules and hours, and the simulator.

package api

import (
	"net/http"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const priceJSON = `{"id":"r1","name":"Ціни","enabled":true,"priority":100,
	"trigger":{"kind":"keyword","match":"contains","phrases":["ціна"]},"when":"always","texts":{"uk":"100"},"actions":{},"hits":7}`

func TestRulesAreShownWithTheirVersionAndTakenBackAsTheyAre(t *testing.T) {
	w := newWorld(t)
	shown := w.as(member, "GET", "/api/v1/bots/tg1/autoreplies", "")
	require.JSONEq(t, `{"rules":[`+priceJSON+`],"version":3}`, shown.Body.String())
	saved := w.as(channelAdmin, "PUT", "/api/v1/bots/tg1/autoreplies", shown.Body.String())
	require.Equal(t, 200, saved.Code, saved.Body)
	require.JSONEq(t, `{"rules":[`+priceJSON+`],"version":4}`, saved.Body.String())
	require.Equal(t, []string{"put 1 rules of tg1 at 3"}, w.calls)

	none := w.as(channelAdmin, "PUT", "/api/v1/bots/tg1/autoreplies", `{"rules":[],"version":4}`)
	require.JSONEq(t, `{"rules":[],"version":5}`, none.Body.String())
}

func TestOneRuleIsAddedEditedAndRemoved(t *testing.T) {
	w := newWorld(t)
	out := w.as(channelAdmin, "POST", "/api/v1/bots/tg1/autoreplies", `{"name":"Знижка","enabled":true,"cooldown":"6h"}`)
	require.Equal(t, 201, out.Code)
	require.JSONEq(t, `{"id":"r2","name":"Знижка","enabled":true,"priority":0,"trigger":{"kind":""},"when":"","cooldown":"6h0m0s",
		"texts":null,"actions":{},"hits":0}`, out.Body.String())
	out = w.as(channelAdmin, "PATCH", "/api/v1/bots/tg1/autoreplies/r1", `{"enabled":false,"texts":{"uk":"x"}}`)
	require.JSONEq(t, priceJSON, out.Body.String())
	require.Equal(t, 204, w.as(channelAdmin, "DELETE", "/api/v1/bots/tg1/autoreplies/r1", "").Code)
	require.Equal(t, []string{"add rule Знижка to tg1", "edit rule r1 of tg1: 2 fields", "remove rule r1 of tg1"}, w.calls)
	require.Equal(t, "r2", w.audits[0].Target)
	require.Equal(t, "r1", w.audits[1].Target)
}

func TestAWrongRequestAboutAutomaticAnswersNamesItsField(t *testing.T) {
	const rules, one, test, hours = "/api/v1/bots/tg1/autoreplies", "/api/v1/bots/tg1/autoreplies/r1", "/api/v1/bots/tg1/autoreplies/test", "/api/v1/bots/tg1/hours"
	for _, c := range []struct {
		method, path, body string
		status             int
		field              string
	}{
		{"PUT", rules, `{"version":3}`, 422, "rules"},
		{"PUT", rules, `{"rules":{},"version":3}`, 422, "rules"},
		{"PUT", rules, `{"rules":[{"name":"a"},{"priority":"x"}]}`, 422, "rules[1].priority"},
		{"PUT", rules, `{"rules":[{"trigger":{"every":1}}]}`, 422, "rules[0].trigger.every"},
		{"PUT", rules, `{"rules":[],"versions":3}`, 422, "versions"},
		{"PUT", rules, `[]`, 400, ""},
		{"POST", rules, `{"nam":"a"}`, 422, "nam"},
		{"POST", rules, `{"cooldown":"soon"}`, 422, "cooldown"},
		{"POST", rules, `[]`, 400, ""},
		{"POST", rules, ``, 415, ""},
		{"PATCH", one, `"x"`, 400, ""},
		{"PATCH", "/api/v1/bots/tg1/autoreplies/r%20", `{}`, 404, ""},
		{"POST", test, `{"text":"a","conversation_id":"nobody's"}`, 422, "conversation_id"},
		{"POST", test, `{"text":"a","at":"noon"}`, 422, "at"},
		{"PUT", hours, `{"week":{"mon":"09:00-18:00"}}`, 422, "week"},
		{"PUT", hours, `{"timezone":"Europe/Kyiv"}`, 422, "timezone"},
	} {
		w := newWorld(t)
		out := w.as(channelAdmin, c.method, c.path, c.body)
		require.Equal(t, c.status, out.Code, "%s %s %s: %s", c.method, c.path, c.body, out.Body)
		require.Equal(t, c.field, wrongOf(t, out).Field, c.body)
		require.Empty(t, w.calls)
	}
}

func TestWhatTheServiceRefusesIsAnswered(t *testing.T) {
	for _, c := range []struct {
		err         error
		status      int
		code, field string
	}{
		{answers.ErrChanged, 409, "changed", ""},
		{answers.ErrNotFound, 404, "not_found", ""},
		{answers.ErrSysadminOnly, 403, "sysadmin_only", ""},
		{conversation.Wrong("trigger.phrases[0]", conversation.ProblemMissing), 422, "invalid_field", "trigger.phrases[0]"},
		{errors.New("pq: down"), 500, "internal", ""},
	} {
		for route, s := range samples {
			w := newWorld(t)
			w.err = errors.Wrap(c.err, "where")
			method, _, _ := cut(route)
			if !aboutScripts(s.path) {
				continue
			}
			out := w.as(sysadmin, method, s.path, s.body)
			require.Equal(t, c.status, out.Code, route)
			wrong := wrongOf(t, out)
			require.Equal(t, c.code, wrong.Code, route)
			require.Equal(t, c.field, wrong.Field, route)
		}
	}
}

func TestTheSimulatorIsForMembersAndKnowsConversationsOfItsBotOnly(t *testing.T) {
	const path = "/api/v1/bots/tg1/autoreplies/test"
	w := newWorld(t)
	out := w.as(member, "POST", path, `{"text":"яка ціна?","language":"uk","at":1795356000123,"conversation_id":"conv1"}`)
	require.JSONEq(t, `{"fired":{"rule":"r1","with":["r9"],"text":"100","language":"uk"},"considered":[{"rule":"r2","reason":"outranked"}]}`, out.Body.String())
	require.Equal(t, answers.Trial{Text: "яка ціна?", Language: "uk", At: someTime, Conversation: &w.conv}, w.trial)
	require.Empty(t, w.audits, "nothing is changed")

	out = w.as(member, "POST", path, `{"text":"nothing"}`)
	require.JSONEq(t, `{"fired":null,"silence":"nothing","considered":[]}`, out.Body.String())
	require.Equal(t, answers.Trial{Text: "nothing"}, w.trial)

	w.conv.BotID = "vb1"
	for _, user := range []string{member, sysadmin} {
		out = w.as(user, "POST", path, `{"text":"a","conversation_id":"conv1"}`)
		require.Equal(t, http.StatusUnprocessableEntity, out.Code, "%s: who may not see it is told the same", user)
		require.Equal(t, "conversation_id", wrongOf(t, out).Field)
	}
	w.lookupErr = errors.New("connection refused")
	require.Equal(t, 500, w.as(member, "POST", path, `{"text":"a","conversation_id":"conv1"}`).Code)
}

func TestHoursAreShownAndReplaced(t *testing.T) {
	w := newWorld(t)
	out := w.as(member, "GET", "/api/v1/bots/tg1/hours", "")
	require.JSONEq(t, `{"zone":"Europe/Kyiv","week":{},"dates":[],"version":4}`, out.Body.String())
	out = w.as(channelAdmin, "PUT", "/api/v1/bots/tg1/hours", out.Body.String())
	require.JSONEq(t, `{"zone":"Europe/Kyiv","week":{},"dates":[],"version":5}`, out.Body.String())
	require.Equal(t, []string{"put hours of tg1: Europe/Kyiv at 4"}, w.calls)
}

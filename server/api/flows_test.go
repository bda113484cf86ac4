// REST of flows: YAML and JSON, problems in the caller's language, and who asks.

package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// cut divides a route.
func cut(route string) (method, path string, found bool) { return strings.Cut(route, " ") }

// aboutScripts tells whether a path is one of the automatic answers'.
func aboutScripts(path string) bool {
	return strings.Contains(path, "/autoreplies") || strings.HasSuffix(path, "/hours") || strings.Contains(path, "/flows")
}

const shopPath = "/api/v1/bots/tg1/flows/shop"

// accepting asks for a flow in a type.
func (w *world) accepting(accept, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := request(member, "GET", path, "")
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return w.do(r)
}

// draftOf saves a flow of that type.
func (w *world) draftOf(user, contentType, text string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := request(user, "PUT", shopPath, text)
	r.Header.Set("Content-Type", contentType)
	return w.do(r)
}

func TestFlowsAreListed(t *testing.T) {
	out := newWorld(t).as(member, "GET", "/api/v1/bots/tg1/flows", "")
	require.JSONEq(t, `{"flows":[{"name":"shop","published_version":1,"draft_version":2,"on":true}]}`, out.Body.String())
}

func TestAFlowIsShownInYAMLAsWrittenOrInJSON(t *testing.T) {
	w := newWorld(t)
	for _, accept := range []string{"application/yaml", "text/yaml", "application/yaml, application/json;q=0.5"} {
		out := w.accepting(accept, shopPath)
		require.Equal(t, 200, out.Code)
		require.Equal(t, "application/yaml", out.Header().Get("Content-Type"))
		require.Equal(t, shopYAML, out.Body.String())
	}
	for _, accept := range []string{"", "*/*", "application/json"} {
		out := w.accepting(accept, shopPath+"?version=2")
		require.JSONEq(t, `{"flow":"shop","start":"main","idle":"1h","steps":{"main":{"text":{"uk":"Вітаю"}}}}`, out.Body.String())
	}
	require.Equal(t, 404, w.accepting("", shopPath+"?version=3").Code)
	require.Equal(t, 404, w.accepting("", "/api/v1/bots/tg1/flows/other").Code)
	require.Equal(t, 404, w.accepting("", "/api/v1/bots/tg1/flows/%2e%2e").Code)
	out := w.accepting("", shopPath+"?version=0")
	require.Equal(t, 422, out.Code)
	require.Equal(t, "version", wrongOf(t, out).Field)
}

func TestADraftIsSavedAsItCameAndWhatIsOddIsSaid(t *testing.T) {
	for _, contentType := range []string{"application/yaml", "application/x-yaml", "text/yaml; charset=utf-8", "application/json"} {
		w := newWorld(t)
		out := w.draftOf(channelAdmin, contentType, shopYAML)
		require.Equal(t, 200, out.Code, out.Body)
		require.JSONEq(t, `{"name":"shop","published_version":1,"draft_version":2,"on":true,"problems":[{"line":4,"step":"main","field":"text",
			"message":"The text is missing in: en.","remedy":"Add it: customers of that language see another one.","warning":true}]}`,
			out.Body.String())
		require.Equal(t, shopYAML, w.draft)
		require.Equal(t, answers.Editor{UserID: channelAdmin}, w.editor)
		require.Equal(t, []Audit{{channelAdmin, "PUT /api/v1/bots/{id}/flows/{flow}", "shop", 200}}, w.audits)
	}
	for _, contentType := range []string{"text/plain", ""} {
		w := newWorld(t)
		require.Equal(t, 415, w.draftOf(channelAdmin, contentType, shopYAML).Code)
		require.Empty(t, w.calls)
	}
	w := newWorld(t)
	require.Equal(t, 413, w.draftOf(channelAdmin, yamlType, strings.Repeat("#", MaxBody+1)).Code)
}

func TestTheServiceIsToldWhetherASystemAdminAsks(t *testing.T) {
	w := newWorld(t)
	w.channelAdmins = true
	for user, isSysadmin := range map[string]bool{sysadmin: true, channelAdmin: false} {
		for _, ask := range []func(){
			func() { w.draftOf(user, yamlType, shopYAML) },
			func() { w.as(user, "POST", shopPath+"/publish", "") },
			func() { w.as(user, "GET", shopPath, "") },
		} {
			w.editor = answers.Editor{}
			ask()
			require.Equal(t, answers.Editor{UserID: user, Sysadmin: isSysadmin}, w.editor)
		}
	}
}

func TestABrokenFlowIsAnsweredWithItsProblemsInTheLanguageOfTheCaller(t *testing.T) {
	_, problems := flow.Parse([]byte("flow: shop\nstart: mai\nsteps:\n  main: {text: {uk: x}}\n"))
	require.NotEmpty(t, problems)
	for user, want := range map[string]problemView{
		sysadmin: {Line: 2, Field: "start", Message: "There is no step mai.", Remedy: "Did you mean main?"},
		outsider: {Line: 2, Field: "start", Message: "Кроку mai немає.", Remedy: "Можливо, мається на увазі main?"},
	} {
		for _, ask := range []func(w *world) *httptest.ResponseRecorder{
			func(w *world) *httptest.ResponseRecorder { return w.draftOf(user, yamlType, "x") },
			func(w *world) *httptest.ResponseRecorder { return w.as(user, "POST", shopPath+"/publish", "") },
		} {
			w := newWorld(t)
			w.bots[0].ChannelID, w.outsiders = "chan-b", true
			w.err = errors.Wrap(&answers.FlowError{Problems: problems}, "saving")
			out := ask(w)
			require.Equal(t, 422, out.Code, out.Body)
			var body struct {
				Error struct {
					Code     string
					Problems []problemView
				}
			}
			require.NoError(t, json.Unmarshal(out.Body.Bytes(), &body))
			require.Equal(t, "invalid_flow", body.Error.Code)
			require.Equal(t, want, body.Error.Problems[0])
			require.Len(t, body.Error.Problems, len(problems))
		}
	}
}

func TestAFlowIsPublishedSwitchedOffAndRemoved(t *testing.T) {
	w := newWorld(t)
	const state = `{"name":"shop","published_version":1,"draft_version":2,"on":true}`
	require.JSONEq(t, state, w.as(channelAdmin, "POST", shopPath+"/publish", "").Body.String())
	require.JSONEq(t, state, w.as(channelAdmin, "POST", shopPath+"/off", "").Body.String())
	require.Equal(t, 204, w.as(channelAdmin, "DELETE", shopPath, "").Code)
	require.Equal(t, []string{"publish shop of tg1", "off shop of tg1", "remove flow shop of tg1"}, w.calls)
	for _, route := range []struct{ method, path string }{
		{"PUT", "/api/v1/bots/tg1/flows/a%20b"}, {"POST", "/api/v1/bots/tg1/flows/a%20b/publish"},
		{"POST", "/api/v1/bots/tg1/flows/a%20b/off"}, {"DELETE", "/api/v1/bots/tg1/flows/a%20b"},
	} {
		require.Equal(t, 404, w.as(sysadmin, route.method, route.path, "").Code)
	}
}

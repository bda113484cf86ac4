// Every route and every kind of person: who gets what, and what is told to the audit.

package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sample is a good request of each REST route and the status of its answer.
var samples = map[string]struct {
	path, body string
	ok         int
}{
	"GET /api/v1/bots":                                    {"/api/v1/bots", "", 200},
	"POST /api/v1/bots":                                   {"/api/v1/bots", `{"kind":"viber","token":"t","channel_id":"chan-a"}`, 201},
	"GET /api/v1/bots/{id}":                               {"/api/v1/bots/tg1", "", 200},
	"PATCH /api/v1/bots/{id}":                             {"/api/v1/bots/tg1", `{"name":"n"}`, 200},
	"DELETE /api/v1/bots/{id}":                            {"/api/v1/bots/tg1", "", 204},
	"POST /api/v1/bots/{id}/pause":                        {"/api/v1/bots/tg1/pause", "", 200},
	"POST /api/v1/bots/{id}/resume":                       {"/api/v1/bots/tg1/resume", "", 200},
	"POST /api/v1/bots/{id}/reclaim":                      {"/api/v1/bots/tg1/reclaim", "", 200},
	"GET /api/v1/bots/{id}/health":                        {"/api/v1/bots/tg1/health", "", 200},
	"GET /api/v1/bots/{id}/exchanges":                     {"/api/v1/bots/tg1/exchanges", "", 200},
	"GET /api/v1/bots/{id}/business":                      {"/api/v1/bots/tg1/business", "", 200},
	"POST /api/v1/bots/{id}/business/{connection}/accept": {"/api/v1/bots/tg1/business/bc%2F1/accept", "", 200},
	"POST /api/v1/bots/{id}/business/{connection}/refuse": {"/api/v1/bots/tg1/business/bc%2F1/refuse", "", 200},
	"GET /api/v1/bots/{id}/autoreplies":                   {"/api/v1/bots/tg1/autoreplies", "", 200},
	"PUT /api/v1/bots/{id}/autoreplies":                   {"/api/v1/bots/tg1/autoreplies", `{"rules":[],"version":3}`, 200},
	"POST /api/v1/bots/{id}/autoreplies":                  {"/api/v1/bots/tg1/autoreplies", `{"name":"x"}`, 201},
	"POST /api/v1/bots/{id}/autoreplies/test":             {"/api/v1/bots/tg1/autoreplies/test", `{"text":"x"}`, 200},
	"PATCH /api/v1/bots/{id}/autoreplies/{rule}":          {"/api/v1/bots/tg1/autoreplies/r1", `{"enabled":false}`, 200},
	"DELETE /api/v1/bots/{id}/autoreplies/{rule}":         {"/api/v1/bots/tg1/autoreplies/r1", "", 204},
	"GET /api/v1/bots/{id}/hours":                         {"/api/v1/bots/tg1/hours", "", 200},
	"PUT /api/v1/bots/{id}/hours":                         {"/api/v1/bots/tg1/hours", `{"zone":"Europe/Kyiv"}`, 200},
	"GET /api/v1/bots/{id}/flows":                         {"/api/v1/bots/tg1/flows", "", 200},
	"GET /api/v1/bots/{id}/flows/{flow}":                  {"/api/v1/bots/tg1/flows/shop", "", 200},
	"PUT /api/v1/bots/{id}/flows/{flow}":                  {"/api/v1/bots/tg1/flows/shop", `{"flow":"shop"}`, 200},
	"POST /api/v1/bots/{id}/flows/{flow}/publish":         {"/api/v1/bots/tg1/flows/shop/publish", "", 200},
	"POST /api/v1/bots/{id}/flows/{flow}/off":             {"/api/v1/bots/tg1/flows/shop/off", "", 200},
	"DELETE /api/v1/bots/{id}/flows/{flow}":               {"/api/v1/bots/tg1/flows/shop", "", 204},
	"GET /api/v1/status":                                  {"/api/v1/status", "", 200},
	"GET /api/v1/autocomplete/bots":                       {"/api/v1/autocomplete/bots?user_input=x", "", 200},
	"GET /api/v1/autocomplete/rules":                      {"/api/v1/autocomplete/rules?channel_id=chan-a", "", 200},
	"GET /api/v1/autocomplete/flows":                      {"/api/v1/autocomplete/flows?channel_id=chan-a", "", 200},
	"GET /api/v1/autocomplete/which-bot":                  {"/api/v1/autocomplete/which-bot?channel_id=chan-a", "", 200},
	"GET /api/v1/autocomplete/dates":                      {"/api/v1/autocomplete/dates?channel_id=chan-a", "", 200},
	"GET /api/v1/autocomplete/paths":                      {"/api/v1/autocomplete/paths?channel_id=chan-a", "", 200},
	"GET /api/v1/autocomplete/new-paths":                  {"/api/v1/autocomplete/new-paths?channel_id=chan-a", "", 200},
	"GET /api/v1/conversations":                           {"/api/v1/conversations", "", 200},
	"GET /api/v1/conversations/{id}":                      {"/api/v1/conversations/conv1", "", 200},
	"GET /api/v1/conversations/by-thread/{root_post_id}":  {"/api/v1/conversations/by-thread/root1", "", 200},
	"GET /api/v1/conversations/{id}/messages":             {"/api/v1/conversations/conv1/messages", "", 200},
	"POST /api/v1/conversations/{id}/claim":               {"/api/v1/conversations/conv1/claim", "", 200},
	"POST /api/v1/conversations/{id}/close":               {"/api/v1/conversations/conv1/close", "", 200},
	"POST /api/v1/conversations/{id}/reopen":              {"/api/v1/conversations/conv1/reopen", "", 200},
	"POST /api/v1/conversations/{id}/mode":                {"/api/v1/conversations/conv1/mode", `{"mode":"human"}`, 200},
	"POST /api/v1/conversations/{id}/typing":              {"/api/v1/conversations/conv1/typing", "", 200},
	"POST /api/v1/messages/{post_id}/retry":               {"/api/v1/messages/post1/retry", "", 200},
}

// interactive routes always answer 200: the tests of buttons and dialogs look at what they do.
func interactive(pattern string) bool {
	return strings.Contains(pattern, "/actions/") || strings.Contains(pattern, "/dialogs/")
}

func (w *world) everyRoute() []route {
	return append(w.server.routes(), w.server.byThread())
}

func TestEveryRouteRefusesThoseWhoMayNot(t *testing.T) {
	people := []string{nobody, outsider, member, channelAdmin, sysadmin}
	for _, r := range newWorld(t).everyRoute() {
		if interactive(r.pattern) {
			continue
		}
		s, ok := samples[r.pattern]
		require.True(t, ok, "no sample of %s", r.pattern)
		for _, channelAdmins := range []bool{false, true} {
			for _, user := range people {
				w := newWorld(t)
				w.channelAdmins = channelAdmins
				method, _, _ := strings.Cut(r.pattern, " ")
				out := w.as(user, method, s.path, s.body)
				want := expected(r, user, channelAdmins, s.ok)
				require.Equal(t, want, out.Code, "%s as %q, channel admins manage: %v: %s", r.pattern, user, channelAdmins, out.Body)
				if want >= 400 {
					require.Empty(t, w.calls, "%s as %q did something", r.pattern, user)
				}
			}
		}
	}
}

// expected is product's table of permissions, spelled out a second time.
func expected(r route, user string, channelAdmins bool, ok int) int {
	about := strings.Contains(r.pattern, "{")
	switch {
	case user == nobody:
		return http.StatusUnauthorized
	case user == sysadmin:
		return ok
	case about && user == outsider:
		return http.StatusNotFound
	case r.pattern == "POST /api/v1/bots" && user == outsider && channelAdmins:
		return http.StatusUnprocessableEntity // He cannot see the channel he names.
	case r.may == Member:
		return ok
	case user == channelAdmin && (r.may == Admin || channelAdmins):
		return ok
	}
	return http.StatusForbidden
}

func TestEveryPathOfRESTNeedsALogin(t *testing.T) {
	for _, path := range []string{"/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1//bots", "/api/v1/bots/tg1/../vb1"} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
			out := newWorld(t).as(nobody, method, path, "")
			require.Equal(t, http.StatusUnauthorized, out.Code, "%s %s", method, path)
			require.Equal(t, "unauthorized", wrongOf(t, out).Code)
		}
	}
}

func TestGetChangesNothing(t *testing.T) {
	for _, r := range newWorld(t).everyRoute() {
		if !strings.HasPrefix(r.pattern, "GET ") {
			continue
		}
		w := newWorld(t)
		w.as(sysadmin, "GET", samples[r.pattern].path, "")
		for _, call := range w.calls {
			require.Regexp(t, `^(conversations|messages)`, call)
		}
		require.Empty(t, w.audits)
	}
}

func TestWhatCouldChangeSomethingIsAudited(t *testing.T) {
	w := newWorld(t)
	w.as(sysadmin, "POST", "/api/v1/bots", samples["POST /api/v1/bots"].body)
	w.as(member, "DELETE", "/api/v1/bots/tg1", "")
	w.as(member, "POST", "/api/v1/conversations/conv1/claim", "")
	w.as(outsider, "POST", "/api/v1/messages/post1/retry", "")
	w.as(member, "POST", "/api/v1/actions/close", press1("sysadmin", map[string]any{"conversation_id": "conv1"}))
	require.Equal(t, []Audit{
		{sysadmin, "POST /api/v1/bots", "new1", 201},
		{member, "DELETE /api/v1/bots/{id}", "tg1", 403},
		{member, "POST /api/v1/conversations/{id}/claim", "conv1", 200},
		{outsider, "POST /api/v1/messages/{post_id}/retry", "post1", 404},
		{member, "POST /api/v1/actions/close", "conv1", 200},
	}, w.audits)
}

func TestListsHoldOnlyWhatTheCallerMaySee(t *testing.T) {
	w := newWorld(t)
	require.NotContains(t, w.as(outsider, "GET", "/api/v1/bots", "").Body.String(), "tg1")
	require.NotContains(t, w.as(member, "GET", "/api/v1/status", "").Body.String(), "vb1")
	require.NotContains(t, w.as(member, "GET", "/api/v1/autocomplete/bots", "").Body.String(), "Viber")
	both := w.as(sysadmin, "GET", "/api/v1/bots", "").Body.String()
	require.Contains(t, both, "tg1")
	require.Contains(t, both, "vb1")

	w.as(member, "GET", "/api/v1/conversations", "")
	require.Equal(t, []string{"chan-a"}, w.filter.ChannelIDs)
	w.as(sysadmin, "GET", "/api/v1/conversations", "")
	require.Nil(t, w.filter.ChannelIDs)
}

func TestWhoSeesNoBotSeesNoConversation(t *testing.T) {
	w := newWorld(t)
	out := w.as("stranger", "GET", "/api/v1/conversations", "")
	require.JSONEq(t, `{"conversations":[],"total":0}`, out.Body.String())
	require.Empty(t, w.calls, "the store is not asked: no channels would select all")
}

func TestAConversationIsSeenWhereItsThreadIs(t *testing.T) {
	w := newWorld(t)
	w.conv.Thread.ChannelID = "chan-b" // The fallback channel, say.
	require.Equal(t, 200, w.as(outsider, "GET", "/api/v1/conversations/conv1", "").Code)
	require.Equal(t, 200, w.as(member, "GET", "/api/v1/conversations/conv1", "").Code)
	require.Equal(t, 404, w.as("stranger", "GET", "/api/v1/conversations/conv1", "").Code)
}

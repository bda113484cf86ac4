// REST: who may do what, and what it answers.

package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestRESTLetsEverybodyDoWhatIsHis(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	_, c := s.begins(bot, "Оксана", "one")
	reply := s.replies(c, "a reply")
	s.settles(c, reply, "sent")

	channelAdmin, stranger := s.colleague(s.channel), s.colleague()
	_, err := w.Admin.Client.UpdateChannelRoles(s.ctx, s.channel.Id, channelAdmin.User.Id,
		model.ChannelUserRoleId+" "+model.ChannelAdminRoleId)
	require.NoError(t, err)
	anonymous := &lab.Session{Client: model.NewAPIv4Client(w.Server.URL)}
	people := []*lab.Session{anonymous, stranger, s.agent, channelAdmin, w.Admin}

	type row struct {
		method, path string
		body         any
		// want are the answers for: anonymous, who is not in the channel, member, channel admin, system admin.
		want [5]int
	}
	const none, deny, miss, ok = http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusOK
	ofBot, ofConversation := "/bots/"+bot.ID, "/conversations/"+c.ID
	absent := "/bots/aaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, r := range []row{
		{"GET", "/bots", nil, [5]int{none, ok, ok, ok, ok}},
		{"POST", "/bots", map[string]any{}, [5]int{none, deny, deny, deny, 422}},
		{"GET", ofBot, nil, [5]int{none, miss, ok, ok, ok}},
		{"PATCH", ofBot, map[string]any{}, [5]int{none, miss, deny, deny, ok}},
		{"POST", ofBot + "/pause", nil, [5]int{none, miss, deny, ok, ok}},
		{"POST", ofBot + "/resume", nil, [5]int{none, miss, deny, ok, ok}},
		{"POST", ofBot + "/reclaim", nil, [5]int{none, miss, deny, deny, ok}},
		{"GET", ofBot + "/health", nil, [5]int{none, miss, ok, ok, ok}},
		{"GET", ofBot + "/exchanges", nil, [5]int{none, miss, ok, ok, ok}},
		{"GET", "/status", nil, [5]int{none, ok, ok, ok, ok}},
		{"GET", "/conversations", nil, [5]int{none, ok, ok, ok, ok}},
		{"GET", "/conversations?per_page=201", nil, [5]int{none, 422, 422, 422, 422}},
		{"GET", "/conversations?status=asleep", nil, [5]int{none, 422, 422, 422, 422}},
		{"GET", ofConversation, nil, [5]int{none, miss, ok, ok, ok}},
		{"GET", "/conversations/by-thread/" + c.RootPostID, nil, [5]int{none, miss, ok, ok, ok}},
		{"GET", ofConversation + "/messages", nil, [5]int{none, miss, ok, ok, ok}},
		{"POST", ofConversation + "/claim", nil, [5]int{none, miss, ok, ok, ok}},
		{"POST", ofConversation + "/close", nil, [5]int{none, miss, ok, ok, ok}},
		{"POST", ofConversation + "/reopen", nil, [5]int{none, miss, ok, ok, ok}},
		{"POST", ofConversation + "/mode", map[string]any{"mode": "bot"}, [5]int{none, miss, ok, ok, ok}},
		{"POST", ofConversation + "/mode", map[string]any{"mode": "x"}, [5]int{none, miss, 422, 422, 422}},
		{"POST", "/messages/" + reply.Id + "/retry", nil, [5]int{none, miss, 409, 409, 409}},
		{"GET", absent, nil, [5]int{none, miss, miss, miss, miss}},
		{"GET", "/no/such/path", nil, [5]int{none, miss, miss, miss, miss}},
		{"PUT", ofBot, map[string]any{}, [5]int{none, 405, 405, 405, 405}},
		{"DELETE", ofBot, nil, [5]int{none, miss, deny, deny, http.StatusNoContent}},
	} {
		for i, who := range people {
			require.Equal(t, r.want[i], s.statusOf(who, r.method, r.path, r.body), "%s %s by %d", r.method, r.path, i)
		}
	}
}

// statusOf calls REST and returns the HTTP status; a refusal must be of the form of REST.
func (s *scene) statusOf(who *lab.Session, method, path string, body any) int {
	s.Helper()
	text := []byte(nil)
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(s, err)
	}
	token := ""
	if who.Client.AuthToken != "" {
		token = "Bearer " + who.Client.AuthToken
	}
	return s.call(method, w.Server.URL+world.Prefix+path, jsonType, text, "Authorization", token)
}

func TestRESTShowsBotsConversationsAndMessagesToWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, map[string]any{"agent_name": "first"})
	customer, c := s.begins(bot, "Оксана Шевченко", "one")
	agent, stranger := world.NewClient(s.agent), world.NewClient(s.colleague())

	var raw map[string]any
	require.NoError(t, agent.Do(s.ctx, http.MethodGet, "/bots/"+bot.ID, nil, &raw))
	require.NotContains(t, raw, "token")
	require.Equal(t, "first", raw["settings"].(map[string]any)["agent_name"])
	require.Equal(t, bot.AtTelegram.Username, raw["username"])

	list, err := stranger.Bots(s.ctx)
	require.NoError(t, err)
	require.Empty(t, list)
	conversations, total, err := stranger.Conversations(s.ctx, nil)
	require.NoError(t, err)
	require.Empty(t, conversations)
	require.Zero(t, total)
	status, err := stranger.Status(s.ctx)
	require.NoError(t, err)
	require.Empty(t, status)

	for i := range 3 {
		s.settles(c, s.says(customer, fmt.Sprintf("more %d", i)), "received")
	}
	reply := s.replies(c, "a reply")
	s.settles(c, reply, "sent")
	page, total, err := agent.Messages(s.ctx, c.ID, url.Values{"per_page": {"2"}, "page": {"0"}})
	require.NoError(t, err)
	require.Equal(t, 5, total)
	require.Len(t, page, 2)
	require.Equal(t, reply.Id, page[0].PostID, "not the newest first")
	conversations, total, err = agent.Conversations(s.ctx, url.Values{"bot": {bot.ID}, "status": {"open"}})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, "Оксана Шевченко", conversations[0].Customer.Name)
	require.Equal(t, s.agent.User.Id, conversations[0].AssigneeID, "the first replier is the assignee")
	require.Positive(t, conversations[0].FirstResponseMS)
	require.Zero(t, conversations[0].WaitingSince)
	exchanges, err := agent.Exchanges(s.ctx, bot.ID)
	require.NoError(t, err)
	require.NotEmpty(t, exchanges)
}

func TestRESTRetriesAReplyWhoseOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	failing(customer, telegramtest.Failure{Kind: telegramtest.Cut})
	post := s.replies(c, "a reply")
	s.settles(c, post, "unknown")
	require.NoError(t, world.NewClient(s.agent).Retry(s.ctx, post.Id))
	s.settles(c, post, "sent")
	s.receives(customer, "a reply")
}

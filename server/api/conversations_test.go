// REST of conversations: exact answers, filters, what agents do.

package api

import (
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const olya = `{"id":"conv1","bot_id":"tg1","channel_id":"chan-a","root_post_id":"root1","status":"open","mode":"bot","assignee_id":"",
	"tags":[],"customer":{"id":"cust1","name":"Оля","username":"olya","language":"uk"},"waiting_since":1795356000123,
	"last_message_at":1795356000123,"first_response_ms":1500}`

func TestConversationsAreShownAsTheContractSays(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/v1/conversations/conv1", "/api/v1/conversations/by-thread/root1"} {
		require.JSONEq(t, olya, w.as(member, "GET", path, "").Body.String())
	}
	require.JSONEq(t, `{"conversations":[`+olya+`],"total":7}`, w.as(member, "GET", "/api/v1/conversations", "").Body.String())
	require.JSONEq(t, `{"total":5,"messages":[
		{"post_id":"p5","direction":"out","at":1795356000123,"state":"failed","error":{"code":"file_too_large","message":"en: file_too_large?name=a.zip&limit=50"},"parts":[]},
		{"post_id":"p4","direction":"out","at":1795356000123,"state":"failed","error":{"code":"403","message":"en: Forbidden: bot was blocked"},"parts":[]},
		{"post_id":"p3","direction":"out","at":1795356000123,"state":"failed","error":{"code":"closed","message":"It was kept back: the conversation was closed."},"parts":[]},
		{"post_id":"p2","direction":"out","at":1795356000123,"state":"queued","parts":[{"external_id":"55","kind":"text","state":"sent"}]},
		{"post_id":"p1","direction":"in","at":1795356000123,"state":"received","parts":[],"versions":[{"at":1795356000123,"text":"was *so*"}]}]}`,
		w.as(member, "GET", "/api/v1/conversations/conv1/messages", "").Body.String())
}

func TestFiltersReachTheStore(t *testing.T) {
	w := newWorld(t)
	out := w.as(member, "GET", "/api/v1/conversations?bot=tg1&channel=chan-a&status=open&assignee=u&tag=vip&q=%D0%BE%D0%BB&waiting=true&page=2&per_page=5", "")
	require.Equal(t, 200, out.Code)
	require.Equal(t, Filter{
		BotID: "tg1", ChannelID: "chan-a", Status: "open", AssigneeID: "u", Tag: "vip", Query: "ол", Waiting: true,
		ChannelIDs: []string{"chan-a"}, Page: 2, PerPage: 5,
	}, w.filter)
	w.as(member, "GET", "/api/v1/conversations/conv1/messages", "")
	require.Equal(t, "messages 0 60", w.calls[len(w.calls)-1])
}

func TestWrongFiltersNameTheirField(t *testing.T) {
	for query, field := range map[string]string{
		"status=lost": "status", "waiting=maybe": "waiting", "page=-1": "page", "page=x": "page", "per_page=0": "per_page",
		"per_page=201": "per_page", "q=%00": "q", "tag=%ff": "tag", "q=" + strings.Repeat("x", 200): "q",
	} {
		w := newWorld(t)
		e := wrongOf(t, w.as(member, "GET", "/api/v1/conversations?"+query, ""))
		require.Equal(t, 422, e.Status, query)
		require.Equal(t, field, e.Field, query)
		require.Empty(t, w.calls)
	}
	require.Equal(t, 400, newWorld(t).as(member, "GET", "/api/v1/conversations?q=%zz", "").Code)
}

func TestWhatAgentsDoToConversations(t *testing.T) {
	for _, c := range []struct {
		path, body string
		status     int
		calls      []string
	}{
		{"conversations/conv1/claim", "", 200, []string{"claim conv1 member"}},
		{"conversations/conv1/close", "", 200, []string{"close conv1"}},
		{"conversations/conv1/close", `{}`, 200, []string{"close conv1"}},
		{"conversations/conv1/close", `{"note":" done \n"}`, 200, []string{"note conv1 root1 member: done", "close conv1"}},
		{"conversations/conv1/close", `{"note":"` + strings.Repeat("я", maxNote) + `"}`, 200,
			[]string{"note conv1 root1 member: " + strings.Repeat("я", maxNote), "close conv1"}},
		{"conversations/conv1/close", `{"note":7}`, 422, nil},
		{"conversations/conv1/close", `{"nota":""}`, 422, nil},
		{"conversations/conv1/close", `{"note":"` + strings.Repeat("x", maxNote+1) + `"}`, 422, nil},
		{"conversations/conv1/close", `{"note":"a\u0000b"}`, 422, nil},
		{"conversations/conv1/reopen", "", 200, []string{"reopen conv1"}},
		{"conversations/conv1/mode", `{"mode":"human"}`, 200, []string{"mode conv1 human"}},
		{"conversations/conv1/mode", `{"mode":"robot"}`, 422, nil},
		{"conversations/conv1/mode", ``, 415, nil},
		{"conversations/conv9/claim", "", 404, nil},
		{"messages/post1/retry", "", 200, []string{"resend conv1 post1"}},
		{"messages/post9/retry", "", 404, nil},
	} {
		w := newWorld(t)
		out := w.as(member, "POST", "/api/v1/"+c.path, c.body)
		require.Equal(t, c.status, out.Code, "%s %s", c.path, out.Body)
		require.Equal(t, c.calls, w.calls, c.path)
		if c.status == 200 {
			require.JSONEq(t, olya, out.Body.String())
		}
	}
}

func TestNothingToRetryIsAConflict(t *testing.T) {
	w := newWorld(t)
	w.err = relay.ErrNothingToSend
	e := wrongOf(t, w.as(member, "POST", "/api/v1/messages/post1/retry", ""))
	require.Equal(t, 409, e.Status)
	require.Equal(t, "nothing_to_send", e.Code)
}

func TestANoteThatCannotBeWrittenKeepsTheConversationOpen(t *testing.T) {
	w := newWorld(t)
	w.err = errors.New("no")
	require.Equal(t, 500, w.as(member, "POST", "/api/v1/conversations/conv1/close", `{"note":"x"}`).Code)
	require.NotContains(t, w.calls, "close conv1")

	w = newWorld(t)
	w.conv.Thread.ChannelID = "chan-c" // The caller sees the bot, but is no member of the thread's channel.
	require.Equal(t, 422, w.as(member, "POST", "/api/v1/conversations/conv1/close", `{"note":"x"}`).Code)
	require.Empty(t, w.calls)
}

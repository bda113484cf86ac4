// Buttons: what they do, and that forged presses do nothing.

package api

import (
	"encoding/json"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func (w *world) press(user, action string, context map[string]any) string {
	w.t.Helper()
	// The body claims to come from the system admin: only the header counts.
	out := w.as(user, "POST", "/api/v1/actions/"+action, press1(sysadmin, context))
	require.Equal(w.t, 200, out.Code, out.Body)
	var response model.PostActionIntegrationResponse
	require.NoError(w.t, json.Unmarshal(out.Body.Bytes(), &response))
	require.Nil(w.t, response.Update, "the card's keeper updates it")
	require.True(w.t, response.SkipSlackParsing, "the text is Markdown")
	return response.EphemeralText
}

func TestButtonsDoTheirWorkForWhoMay(t *testing.T) {
	for _, c := range []struct {
		user, action string
		context      map[string]any
		calls        []string
		text         string
	}{
		{member, "claim", map[string]any{"conversation_id": "conv1"}, []string{"claim conv1 member"}, "You have claimed this conversation."},
		{member, "close", map[string]any{"conversation_id": "conv1"}, []string{"close conv1"}, "You have closed this conversation."},
		{member, "reopen", map[string]any{"conversation_id": "conv1"}, []string{"reopen conv1"}, "You have reopened this conversation."},
		{member, "resend", map[string]any{"post_id": "post1"}, []string{"resend conv1 post1", "clear notice1 of post1 for member"}, "The reply is on its way to the customer."},
		{sysadmin, "reclaim", map[string]any{"bot_id": "tg1"}, []string{"reclaim tg1"}, "`Shop bot` receives its messages here again."},
		{channelAdmin, "acceptconnection", map[string]any{"bot_id": "tg1", "connection_id": "bc/1"}, []string{"decide tg1 bc/1 true channeladmin"}, "The connection of `Іван 'К'` is accepted: messages of its customers appear here, also those that waited."},
		{sysadmin, "refuseconnection", map[string]any{"bot_id": "tg1", "connection_id": "bc/1"}, []string{"decide tg1 bc/1 false sysadmin"}, "The connection of `Іван 'К'` is refused: nothing that is written there is shown."},
		{member, "more", map[string]any{"conversation_id": "conv1"}, []string{"more of conv1 at tg1 for member"}, ""},
		{member, "versions", map[string]any{"conversation_id": "conv1"}, []string{"versions conv1 10"}, "No customer's message of this conversation was edited."},
	} {
		w := newWorld(t)
		require.Equal(t, c.text, w.press(c.user, c.action, c.context))
		require.Equal(t, c.calls, w.calls)
	}
}

func TestForgedPressesDoNothing(t *testing.T) {
	missing := "There is no such thing here, or you may not see it."
	for name, c := range map[string]struct {
		user, action string
		context      map[string]any
		text         string
	}{
		"a conversation of a foreign channel":     {outsider, "claim", map[string]any{"conversation_id": "conv1"}, "Тут такого немає або ви не маєте до цього доступу."},
		"a reply of a foreign channel":            {outsider, "resend", map[string]any{"post_id": "post1"}, "Тут такого немає або ви не маєте до цього доступу."},
		"a post that is no reply":                 {member, "resend", map[string]any{"post_id": "post9", "conversation_id": "conv1"}, missing},
		"a bot taken back by a member":            {member, "reclaim", map[string]any{"bot_id": "tg1"}, "You may not do this."},
		"a bot taken back by a channel admin":     {channelAdmin, "reclaim", map[string]any{"bot_id": "tg1"}, "You may not do this."},
		"a bot that he cannot see":                {member, "reclaim", map[string]any{"bot_id": "vb1"}, missing},
		"a connection accepted by a member":       {member, "acceptconnection", map[string]any{"bot_id": "tg1", "connection_id": "bc/1"}, "You may not do this."},
		"a connection at a bot he is no admin of": {outsider, "acceptconnection", map[string]any{"bot_id": "vb1", "connection_id": "bc/1"}, "Ви не маєте на це права."},
		"a connection of another bot":             {sysadmin, "acceptconnection", map[string]any{"bot_id": "vb1", "connection_id": "bc/1"}, missing},
		"a connection that is none":               {channelAdmin, "refuseconnection", map[string]any{"bot_id": "tg1", "connection_id": "bc/2"}, missing},
		"a connection without a bot":              {channelAdmin, "refuseconnection", map[string]any{"connection_id": "bc/1"}, missing},
		"a connection that is no text":            {channelAdmin, "refuseconnection", map[string]any{"bot_id": "tg1", "connection_id": []string{"bc/1"}}, missing},
		"more of a foreign channel":               {outsider, "more", map[string]any{"conversation_id": "conv1"}, "Тут такого немає або ви не маєте до цього доступу."},
		"versions of a foreign channel":           {outsider, "versions", map[string]any{"conversation_id": "conv1"}, "Тут такого немає або ви не маєте до цього доступу."},
		"no context":                              {member, "close", nil, missing},
		"a number for an id":                      {member, "close", map[string]any{"conversation_id": 7}, missing},
		"an object for an id":                     {member, "close", map[string]any{"conversation_id": map[string]any{"$ne": ""}}, missing},
		"an id that cannot be":                    {member, "close", map[string]any{"conversation_id": "conv1\x00"}, missing},
		"an id of another kind":                   {member, "close", map[string]any{"conversation_id": "tg1"}, missing},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.Equal(t, c.text, w.press(c.user, c.action, c.context))
			require.Empty(t, w.calls)
		})
	}
}

func TestEarlierTextsAreShownToThePresserInTheThread(t *testing.T) {
	w := newWorld(t)
	w.versions = []PostVersions{{PostID: "p1", Versions: []Version{{At: someTime, Text: "was"}}}}
	require.Empty(t, w.press(member, "versions", map[string]any{"conversation_id": "conv1"}))
	require.Equal(t, []string{"versions conv1 10", "show versions to member in chan-a root1, en"}, w.calls)
	require.Equal(t, w.versions, w.shown)
}

func TestAPressSaysWhatFailed(t *testing.T) {
	w := newWorld(t)
	w.err = relay.ErrNothingToSend
	require.Equal(t, "There is no reply here that did not go out.", w.press(member, "resend", map[string]any{"post_id": "post1"}))
	require.Empty(t, w.failed)

	w.err = errors.New("pq: down")
	require.Equal(t, "Something failed; the server log says what.", w.press(member, "claim", map[string]any{"conversation_id": "conv1"}))
	require.Len(t, w.failed, 1)
}

func TestAPressThatIsNoJSONIs400(t *testing.T) {
	require.Equal(t, 400, newWorld(t).as(member, "POST", "/api/v1/actions/claim", "{").Code)
	require.Equal(t, 400, newWorld(t).as(member, "POST", "/api/v1/dialogs/bot-add", "[]").Code)
}

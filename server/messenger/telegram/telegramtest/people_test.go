// What people do, as the bot is told of it: replies, forwards, albums, edits, reactions, presses.

package telegramtest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// told are the updates that wait for the bot, as JSON objects without update_id; it confirms them.
func told(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot) []obj {
	t.Helper()
	var updates []obj
	require.NoError(t, json.Unmarshal(do(t, s, b, "getUpdates", nil).Result, &updates))
	next := 0.0
	for _, u := range updates {
		id, isNumber := u["update_id"].(float64)
		require.True(t, isNumber)
		next = max(next, id+1)
		delete(u, "update_id")
	}
	require.True(t, do(t, s, b, "getUpdates", obj{"offset": next}).OK)
	return updates
}

// at digs into JSON objects and arrays.
func at(t *testing.T, value any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch key := step.(type) {
		case string:
			object, isObject := value.(obj)
			require.True(t, isObject, "no object at %v of %v", step, path)
			value = object[key]
		case int:
			array, isArray := value.([]any)
			require.True(t, isArray && len(array) > key, "no element %v of %v", step, path)
			value = array[key]
		}
	}
	return value
}

// hearing is a shop whose bot asked for reactions too and was told of "hello".
func hearing(t *testing.T, opts ...telegramtest.Option) (*telegramtest.Server, *telegramtest.Bot, *telegramtest.Customer) {
	s, b, c := shop(t, opts...)
	require.True(t, do(t, s, b, "getUpdates", obj{"allowed_updates": []string{
		"message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "business_connection",
		"business_message", "edited_business_message", "deleted_business_messages",
	}}).OK)
	told(t, s, b)
	return s, b, c
}

func TestRepliesShowWhatTheyAnswer(t *testing.T) {
	s, b, c := hearing(t)
	earlier := c.SaidEarlier("👍 from before")
	require.Empty(t, told(t, s, b), "what was said earlier is not told")
	c.RepliesTo(earlier.ID, "an answer", "from")
	c.RepliesTo(12345, "to nothing", "quoted")
	c.ReplyingTo(earlier.ID, "").SendsPhoto(telegramtest.File{Content: telegramtest.PNG(9, 9)}, "")
	updates := told(t, s, b)
	require.Len(t, updates, 3)
	require.Equal(t, "👍 from before", at(t, updates[0], "message", "reply_to_message", "text"))
	require.Equal(t, obj{"text": "from", "position": 3.0, "is_manual": true}, at(t, updates[0], "message", "quote"))
	require.NotContains(t, at(t, updates[1], "message"), "reply_to_message", "the message is not there")
	require.Equal(t, "quoted", at(t, updates[1], "message", "quote", "text"))
	require.EqualValues(t, earlier.ID, at(t, updates[2], "message", "reply_to_message", "message_id"))
	require.Equal(t, &telegramtest.Reply{MessageID: earlier.ID, Quote: "from"}, c.Chat()[2].ReplyTo)
}

func TestForwardsSayFromWhere(t *testing.T) {
	s, b, c := hearing(t)
	for kind, origin := range map[string]telegramtest.Origin{
		"user": telegramtest.FromUser(c), "hidden_user": telegramtest.FromHiddenUser("Ivan"),
		"chat": telegramtest.FromChat(-5, "Team", ""), "channel": telegramtest.FromChannel(-6, "News", 7, "Editor"),
	} {
		c.Forwarding(origin).Says("forwarded")
		require.Equal(t, kind, at(t, told(t, s, b)[0], "message", "forward_origin", "type"))
	}
	c.Says("his own")
	require.NotContains(t, at(t, told(t, s, b)[0], "message"), "forward_origin", "the next message is no forward")
}

func TestAnAlbumArrivesInAnyOrderAndWithGaps(t *testing.T) {
	s, b, c := hearing(t)
	r := newReceiver(t, nil)
	require.True(t, do(t, s, b, "setWebhook", obj{"url": r.URL, "max_connections": 1}).OK)
	photo := func(caption string) telegramtest.Item {
		return telegramtest.Item{Kind: "photo", File: telegramtest.File{Content: telegramtest.PNG(9, 9)}, Caption: caption}
	}
	b.Hold()
	sent := c.SendsAlbum(photo("first"), photo("second"), photo("third"))
	require.Equal(t, sent[0].MediaGroupID, sent[2].MediaGroupID)
	b.ReleaseOnly(sent[2].UpdateID)
	require.NoError(t, s.Await(within(t), func() bool { return b.Undelivered() == 2 }))
	b.ReleaseOnly(sent[0].UpdateID)
	require.NoError(t, s.Await(within(t), func() bool { return b.Undelivered() == 1 }))
	b.Release()
	require.NoError(t, b.AwaitDelivered(within(t)))
	for i, caption := range []string{"third", "first", "second"} {
		require.Contains(t, r.got()[i], caption)
		require.Contains(t, r.got()[i], sent[0].MediaGroupID)
	}
}

func TestReleaseOnlyHoldsForPollsToo(t *testing.T) {
	s, b, c := hearing(t)
	b.Hold()
	first := c.Says("first")
	c.Says("second")
	b.ReleaseOnly(first.UpdateID)
	require.Equal(t, []int64{first.UpdateID}, updateIDs(t, do(t, s, b, "getUpdates", nil)))
}

func TestEditsOfTextCaptionFileAndPlace(t *testing.T) {
	s, b, c := hearing(t)
	text := c.Says("one")
	photo := c.SendsPhoto(telegramtest.File{Content: telegramtest.PNG(9, 9)}, "caption")
	live := c.SendsLiveLocation(50.1, 30.1, time.Hour)
	told(t, s, b)
	c.Edits(text.ID, "two")
	c.Edits(text.ID, "two")
	c.Edits(photo.ID, "another caption")
	c.EditsFile(photo.ID, telegramtest.File{Content: telegramtest.PNG(8, 7)})
	c.Moves(live.ID, 50.2, 30.2)
	updates := told(t, s, b)
	require.Len(t, updates, 5)
	require.Equal(t, "two", at(t, updates[0], "edited_message", "text"))
	require.Equal(t, "two", at(t, updates[1], "edited_message", "text"), "an edit that changes nothing is told too")
	require.Equal(t, "another caption", at(t, updates[2], "edited_message", "caption"))
	require.Equal(t, "another caption", at(t, updates[3], "edited_message", "caption"))
	require.EqualValues(t, 8, at(t, updates[3], "edited_message", "photo", 1, "width"))
	require.EqualValues(t, 50.2, at(t, updates[4], "edited_message", "location", "latitude"))
	require.EqualValues(t, 3600, at(t, updates[4], "edited_message", "location", "live_period"))
	require.True(t, c.Chat()[1].Edited)
	require.Panics(t, func() { c.Edits(999, "not there") })
}

func TestReactionsTellOldAndNew(t *testing.T) {
	s, b, c := hearing(t)
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x"}).OK)
	id := last(c.Chat()).ID
	require.NotZero(t, c.Reacts(id, "👍"))
	require.Zero(t, c.Reacts(id, "👍"), "nothing changed")
	c.Reacts(id, "5368324170671202286")
	c.Reacts(id)
	updates := told(t, s, b)
	require.Len(t, updates, 3)
	require.Equal(t, []any{}, at(t, updates[0], "message_reaction", "old_reaction"))
	require.Equal(t, "👍", at(t, updates[0], "message_reaction", "new_reaction", 0, "emoji"))
	require.Equal(t, "custom_emoji", at(t, updates[1], "message_reaction", "new_reaction", 0, "type"))
	require.Equal(t, []any{}, at(t, updates[2], "message_reaction", "new_reaction"))

	_, other, customer := shop(t)
	require.Zero(t, customer.Reacts(customer.Chat()[0].ID, "👍"), "no bot is told that did not ask for it")
	require.Equal(t, 1, other.Undelivered())
}

func TestTheBotReactsWithOneStandardEmoji(t *testing.T) {
	s, b, c := hearing(t)
	id := c.Chat()[0].ID
	react := func(messageID int, reactions ...obj) answer {
		return do(t, s, b, "setMessageReaction", obj{"chat_id": 42, "message_id": messageID, "reaction": reactions})
	}
	emoji := func(e string) obj { return obj{"type": "emoji", "emoji": e} }
	require.True(t, react(id, emoji("❤")).OK)
	require.Equal(t, []string{"❤"}, c.Chat()[0].Reactions)
	require.Equal(t, "Bad Request: REACTION_INVALID", react(id, emoji("🥑")).Description)
	require.Equal(t, "Bad Request: REACTION_INVALID", react(id, emoji("❤️")).Description, "with a variation selector it is another text")
	require.Equal(t, "Bad Request: REACTIONS_TOO_MANY", react(id, emoji("👍"), emoji("👎")).Description)
	require.Equal(t, "Bad Request: message to react not found", react(999, emoji("👍")).Description)
	require.True(t, do(t, s, b, "setMessageReaction", obj{"chat_id": 42, "message_id": id, "reaction": []obj{}}).OK)
	require.Empty(t, c.Chat()[0].Reactions)
	require.Empty(t, s.Violations())
	require.Contains(t, react(id, obj{"type": "paid"}).Description, "paid")
	require.NotEmpty(t, s.Violations())
}

func TestPressesAreAnsweredOnce(t *testing.T) {
	now := time.Now()
	s, b, c := hearing(t, telegramtest.WithNow(func() time.Time { return now }))
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "choose", "reply_markup": obj{
		"inline_keyboard": [][]obj{{{"text": "Так", "callback_data": "yes"}, {"text": "Site", "url": "https://example.com"}}},
	}}).OK)
	m := last(c.Chat())
	require.Equal(t, [][]telegramtest.Button{{{Text: "Так", Data: "yes"}, {Text: "Site", URL: "https://example.com"}}}, m.Buttons)
	require.Panics(t, func() { c.Presses(m.ID, "Site") }, "no bot is told of a link")
	press, byData := c.Presses(m.ID, "Так"), c.Presses(m.ID, "yes")
	b.Redeliver(press.UpdateID)
	updates := told(t, s, b)
	require.Len(t, updates, 3)
	require.Equal(t, "yes", at(t, updates[0], "callback_query", "data"))
	require.EqualValues(t, m.ID, at(t, updates[0], "callback_query", "message", "message_id"))
	require.Equal(t, updates[0], updates[2])
	_, answered := press.Answer()
	require.False(t, answered)
	reply := func(p *telegramtest.Press) answer {
		return do(t, s, b, "answerCallbackQuery", obj{"callback_query_id": p.ID, "text": "a person is answering you", "show_alert": true})
	}
	require.True(t, reply(press).OK)
	toast, answered := press.Answer()
	require.True(t, answered)
	require.Equal(t, telegramtest.Toast{Text: "a person is answering you", Alert: true, At: now}, toast)
	require.Contains(t, reply(press).Description, "query is too old and response timeout expired or query ID is invalid")
	now = now.Add(3 * time.Minute)
	require.Contains(t, reply(byData).Description, "query is too old")

	require.True(t, do(t, s, b, "deleteMessage", obj{"chat_id": 42, "message_id": m.ID}).OK)
	c.Presses(m.ID, "yes")
	require.Equal(t, obj{"chat": at(t, updates[0], "callback_query", "message", "chat"), "message_id": float64(m.ID), "date": 0.0},
		at(t, told(t, s, b)[0], "callback_query", "message"), "a deleted message is inaccessible")
}

func TestKindsThatNobodyKnows(t *testing.T) {
	s, b, c := hearing(t)
	m := c.SendsRaw(obj{"hologram": obj{"depth": 3}})
	require.Equal(t, "hologram", m.Kind)
	require.Equal(t, obj{"depth": 3.0}, at(t, told(t, s, b)[0], "message", "hologram"))
	require.Equal(t, "hi", c.SendsRaw(obj{"text": "hi", "effect_id": "5"}).Text)
}

func TestDeletedMessagesStayInTheHistory(t *testing.T) {
	s, b, c := hearing(t)
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x"}).OK)
	require.True(t, do(t, s, b, "deleteMessage", obj{"chat_id": 42, "message_id": last(c.Chat()).ID}).OK)
	require.Len(t, c.Chat(), 1)
	require.True(t, last(c.History()).Deleted)
	require.Empty(t, b.Sent())
	require.Len(t, b.SentEver(), 1)
	require.Zero(t, c.Deletes(c.Chat()[0].ID), "a bot is not told of it")
	require.Empty(t, c.Chat())
}

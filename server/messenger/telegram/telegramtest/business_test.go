// Business accounts: what the bot is told of them, and what it may do there.

package telegramtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestABusinessChatIsToldFromAllSides(t *testing.T) {
	s, b, c := hearing(t)
	owner := b.NewCustomer(telegramtest.Customer{ID: 43, FirstName: "Owner"})
	biz := owner.ConnectsBusiness(telegramtest.Rights{CanReply: true})
	question := biz.As(c).Says("a question")
	biz.OwnerTo(c).Says("the owner's own answer")
	sent := do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "the bot's answer", "business_connection_id": biz.ID})
	require.True(t, sent.OK, sent.Description)
	biz.As(c).Edits(question.ID, "another question")
	biz.As(c).Deletes(question.ID)
	biz.Disconnects()
	require.Zero(t, biz.As(c).Says("unheard").UpdateID)

	updates := told(t, s, b)
	require.Len(t, updates, 7)
	require.Equal(t, true, at(t, updates[0], "business_connection", "rights", "can_reply"))
	require.EqualValues(t, 43, at(t, updates[0], "business_connection", "user", "id"))
	require.Equal(t, biz.ID, at(t, updates[1], "business_message", "business_connection_id"))
	require.EqualValues(t, 42, at(t, updates[1], "business_message", "chat", "id"))
	require.EqualValues(t, 42, at(t, updates[1], "business_message", "from", "id"))
	require.EqualValues(t, 43, at(t, updates[2], "business_message", "from", "id"))
	require.NotContains(t, at(t, updates[2], "business_message"), "sender_business_bot")
	require.EqualValues(t, 43, at(t, updates[3], "business_message", "from", "id"))
	require.EqualValues(t, b.ID, at(t, updates[3], "business_message", "sender_business_bot", "id"))
	require.Equal(t, "another question", at(t, updates[4], "edited_business_message", "text"))
	require.Equal(t, []any{float64(question.ID)}, at(t, updates[5], "deleted_business_messages", "message_ids"))
	require.Equal(t, false, at(t, updates[6], "business_connection", "is_enabled"))
	require.Len(t, c.Chat(), 1, "the customer's own chat with the bot is another one")
	require.Len(t, biz.Chat(c), 3)
	require.Len(t, biz.History(c), 4)
	require.True(t, biz.History(c)[2].FromBot)
}

func TestWhatABotMayDoInABusinessChat(t *testing.T) {
	now := time.Now()
	s, b, c := hearing(t, telegramtest.WithNow(func() time.Time { return now }))
	owner := b.NewCustomer(telegramtest.Customer{ID: 43, FirstName: "Owner"})
	biz := owner.ConnectsBusiness(telegramtest.Rights{})
	call := func(method string, connection string, more obj) string {
		params := obj{"business_connection_id": connection}
		for name, value := range more {
			params[name] = value
		}
		return do(t, s, b, method, params).Description
	}
	send := func(connection string, chat int) string {
		return call("sendMessage", connection, obj{"chat_id": chat, "text": "x"})
	}
	question := biz.As(c).Says("a question")
	require.Equal(t, "Bad Request: business connection not found", send("another", 42))
	require.Equal(t, "Bad Request: BUSINESS_PEER_INVALID", send(biz.ID, 42), "without can_reply")
	biz.SetRights(telegramtest.Rights{CanReply: true})
	require.Equal(t, "Bad Request: BUSINESS_PEER_INVALID", send(biz.ID, 999))
	require.Equal(t, "Bad Request: messages must not be sent to self", send(biz.ID, 43))
	require.Empty(t, send(biz.ID, 42))
	require.Empty(t, call("sendPhoto", biz.ID, obj{"chat_id": 42, "photo": "https://example.com/a.png"}))
	require.Empty(t, call("sendChatAction", biz.ID, obj{"chat_id": 42, "action": "typing"}))
	require.Equal(t, "Bad Request: BUSINESS_PEER_INVALID",
		call("sendMessage", biz.ID, obj{"chat_id": 42, "text": "x", "reply_markup": obj{"remove_keyboard": true}}))
	bots := biz.Chat(c)[1].ID
	require.Empty(t, call("editMessageText", biz.ID, obj{"chat_id": 42, "message_id": bots, "text": "y"}))
	require.Equal(t, "y", biz.Chat(c)[1].Text)

	require.Equal(t, "Bad Request: BUSINESS_PEER_INVALID", call("readBusinessMessage", biz.ID, obj{"chat_id": 42, "message_id": question.ID}))
	require.Contains(t, call("deleteBusinessMessages", biz.ID, obj{"message_ids": []int{bots}}), "message can't be deleted")
	biz.SetRights(telegramtest.Rights{CanReply: true, CanReadMessages: true, CanDeleteSentMessages: true})
	require.Empty(t, call("readBusinessMessage", biz.ID, obj{"chat_id": 42, "message_id": question.ID}))
	require.Equal(t, question.ID, biz.Read(c))
	require.Contains(t, call("deleteBusinessMessages", biz.ID, obj{"message_ids": []int{question.ID}}), "message can't be deleted")
	require.Empty(t, call("deleteBusinessMessages", biz.ID, obj{"message_ids": []int{bots}}))
	require.Empty(t, call("getBusinessConnection", biz.ID, nil))

	now = now.Add(25 * time.Hour)
	require.Equal(t, "Bad Request: BUSINESS_PEER_USAGE_MISSING", send(biz.ID, 42), "the customer was silent for a day")
	biz.As(c).Says("again")
	require.Empty(t, send(biz.ID, 42))
	biz.Disconnects()
	require.Equal(t, "Bad Request: BUSINESS_CONNECTION_INVALID", send(biz.ID, 42))
	biz.Reconnects()
	require.Empty(t, send(biz.ID, 42))
	require.Empty(t, s.Violations())
}

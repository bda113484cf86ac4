// What a bot does to its messages, what it answers, and the keyboards it sends.

package telegramtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCaptionsAndKeyboardsAreEdited(t *testing.T) {
	s, b, c := shop(t)
	keyboard := obj{"inline_keyboard": [][]obj{{{"text": "A", "callback_data": "a"}}}}
	require.True(t, do(t, s, b, "sendPhoto", obj{"chat_id": 42, "photo": "https://example.com/a.png", "caption": "one", "reply_markup": keyboard}).OK)
	photo := last(c.Chat())
	require.Len(t, photo.Buttons, 1)
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "text"}).OK)
	text := last(c.Chat())
	edit := func(method string, id int, more obj) answer {
		more["chat_id"], more["message_id"] = 42, id
		return do(t, s, b, method, more)
	}
	require.Contains(t, edit("editMessageCaption", photo.ID, obj{"caption": "one", "reply_markup": keyboard}).Description, "message is not modified")
	require.True(t, edit("editMessageCaption", photo.ID, obj{"caption": "two"}).OK)
	require.Equal(t, "two", b.Sent()[0].Text)
	require.Empty(t, b.Sent()[0].Buttons, "an edit without a keyboard removes it")
	require.True(t, edit("editMessageReplyMarkup", photo.ID, obj{"reply_markup": keyboard}).OK)
	require.Len(t, b.Sent()[0].Buttons, 1)
	require.True(t, edit("editMessageReplyMarkup", photo.ID, obj{}).OK)
	require.Contains(t, edit("editMessageCaption", photo.ID, obj{"caption": strings.Repeat("x", 1025)}).Description, "message caption is too long")
	require.Contains(t, edit("editMessageText", photo.ID, obj{"text": "x"}).Description, "there is no text in the message to edit")
	require.Contains(t, edit("editMessageCaption", text.ID, obj{"caption": "x"}).Description, "there is no caption in the message to edit")
	require.Contains(t, edit("editMessageText", c.Chat()[0].ID, obj{"text": "x"}).Description, "message can't be edited")
	require.Empty(t, s.Violations())
}

func TestMessagesCanBeDeletedForTwoDays(t *testing.T) {
	now := time.Now()
	s, b, c := shop(t, telegramtest.WithNow(func() time.Time { return now }))
	send := func() int {
		require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x"}).OK)
		return last(c.Chat()).ID
	}
	old := send()
	now = now.Add(48*time.Hour + time.Second)
	young := send()
	require.Equal(t, "Bad Request: message can't be deleted for everyone", do(t, s, b, "deleteMessage", obj{"chat_id": 42, "message_id": old}).Description)
	require.False(t, do(t, s, b, "deleteMessages", obj{"chat_id": 42, "message_ids": []int{young, old}}).OK)
	require.Len(t, b.Sent(), 2, "all or none")
	require.True(t, do(t, s, b, "deleteMessages", obj{"chat_id": 42, "message_ids": []int{young, 9999}}).OK, "unknown ones are skipped")
	require.Len(t, b.Sent(), 1)
	require.Contains(t, do(t, s, b, "deleteMessages", obj{"chat_id": 42, "message_ids": []int{}}).Description, "message identifiers are not specified")
	require.Contains(t, do(t, s, b, "deleteMessages", obj{"chat_id": 42, "message_ids": make([]int, 101)}).Description, "too many message identifiers")
	his := c.Says("young too")
	require.True(t, do(t, s, b, "deleteMessage", obj{"chat_id": 42, "message_id": his.ID}).OK, "in a private chat also the customer's")
	g := b.NewGroup(-5, "Team")
	theirs := g.Hears(c, "hello")
	require.Contains(t, do(t, s, b, "deleteMessage", obj{"chat_id": -5, "message_id": theirs.ID}).Description, "message can't be deleted")
}

func TestNativeReplies(t *testing.T) {
	s, b, c := shop(t)
	id := c.Says("two words").ID
	send := func(reply obj) answer {
		return do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_parameters": reply})
	}
	require.True(t, send(obj{"message_id": id, "quote": "words"}).OK)
	require.Equal(t, &telegramtest.Reply{MessageID: id, Quote: "words"}, last(c.Chat()).ReplyTo)
	require.Equal(t, "Bad Request: message to be replied not found", send(obj{"message_id": 999}).Description)
	require.True(t, send(obj{"message_id": 999, "allow_sending_without_reply": true}).OK)
	require.Nil(t, last(c.Chat()).ReplyTo)
	require.Equal(t, "Bad Request: QUOTE_TEXT_INVALID", send(obj{"message_id": id, "quote": "other words"}).Description)
	require.Equal(t, "Bad Request: message thread not found",
		do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "message_thread_id": 5}).Description)
	require.Empty(t, s.Violations())
}

func TestAnEditedKeyboardLeavesNoSignOfAnEdit(t *testing.T) {
	s, b, _ := shop(t)
	keyboard := obj{"inline_keyboard": [][]obj{{{"text": "A", "callback_data": "a"}}}}
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "one", "reply_markup": keyboard}).OK)
	edit := func(method string, more obj) {
		more["chat_id"], more["message_id"] = 42, last(b.Sent()).ID
		require.True(t, do(t, s, b, method, more).OK)
	}
	edit("editMessageReplyMarkup", obj{})
	require.Empty(t, b.Sent()[0].Buttons)
	require.False(t, b.Sent()[0].Edited)
	edit("editMessageText", obj{"text": "two"})
	require.True(t, b.Sent()[0].Edited)
	edit("editMessageReplyMarkup", obj{"reply_markup": keyboard})
	require.True(t, b.Sent()[0].Edited, "the sign stays")
}

func TestKeyboardsAreChecked(t *testing.T) {
	s, b, c := shop(t)
	send := func(markup obj) answer {
		return do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": markup})
	}
	button := func(button obj) answer { return send(obj{"inline_keyboard": [][]obj{{button}}}) }
	require.True(t, button(obj{"text": "A", "callback_data": strings.Repeat("я", 32)}).OK, "64 bytes")
	require.True(t, send(obj{"remove_keyboard": true}).OK)
	require.True(t, send(obj{"keyboard": [][]obj{{{"text": "My number", "request_contact": true}}}}).OK)
	sent := len(b.Sent())
	for _, f := range []struct {
		description string
		violation   bool
		send        func() answer
	}{
		{"BUTTON_DATA_INVALID", false, func() answer { return button(obj{"text": "A", "callback_data": strings.Repeat("я", 33)}) }},
		{"text buttons are unallowed", false, func() answer { return button(obj{"text": "A"}) }},
		{"BUTTON_TEXT_INVALID", false, func() answer { return button(obj{"text": "", "callback_data": "a"}) }},
		{"does exactly one thing", true, func() answer { return button(obj{"text": "A", "callback_data": "a", "url": "https://example.com"}) }},
		{"inline_keyboard[0][0] has no colour", true, func() answer { return button(obj{"text": "A", "callback_data": "a", "colour": "red"}) }},
		{"reply_markup is not of type", true, func() answer { return do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": 5}) }},
	} {
		before := len(s.Violations())
		require.Contains(t, f.send().Description, f.description)
		require.Equal(t, f.violation, len(s.Violations()) > before, f.description)
	}
	require.Len(t, b.Sent(), sent)
	require.Len(t, c.Chat(), sent+1)
}

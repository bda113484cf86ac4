// What updates that are no messages become, and what replies answer.

package telegram_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

var olena = messenger.Person{ID: "42", Name: "Олена Коваль", FirstName: "Олена", Username: "olena", Language: "uk"}

func TestCase26BlockingAndComingBack(t *testing.T) {
	membership := func(inChat, before, after string) []byte {
		return fmt.Appendf(nil, `{"update_id":9,"my_chat_member":{"chat":%s,"from":%s,"date":%d,"old_chat_member":{"status":%q},"new_chat_member":{"status":%q}}}`,
			inChat, user, written, before, after)
	}
	for _, c := range []struct {
		chat, before, after string
		kind                messenger.EventKind
	}{
		{chat, "member", "kicked", messenger.EventBlocked},
		{chat, "kicked", "member", messenger.EventUnblocked},
		{chat, "member", "of_tomorrow", messenger.EventIgnored},
		{group, "member", "left", messenger.EventBlocked},
		{group, "administrator", "kicked", messenger.EventBlocked},
		{group, "left", "member", messenger.EventUnblocked},
		{group, "", "administrator", messenger.EventUnblocked},
		{group, "member", "administrator", messenger.EventIgnored},
		{group, "left", "kicked", messenger.EventIgnored},
		{group, "member", "restricted", messenger.EventIgnored},
		{`{"id":-5,"type":"channel","title":"News"}`, "left", "administrator", messenger.EventIgnored},
	} {
		e := decode(t, membership(c.chat, c.before, c.after))
		require.Equal(t, c.kind, e.Kind, c)
		require.Equal(t, olena, e.From)
		require.Equal(t, time.Unix(written, 0), e.At)
		if c.kind == messenger.EventIgnored {
			require.Equal(t, "my_chat_member", e.Reason)
		}
	}
	require.Equal(t, messenger.Chat{ID: "-100", Kind: messenger.Group, Title: "Склад"}, decode(t, membership(group, "member", "left")).Chat)
}

func TestCase28APressNamesItsButton(t *testing.T) {
	press := func(message string) messenger.Event {
		return decode(t, fmt.Appendf(nil, `{"update_id":9,"callback_query":{"id":"q1","from":%s,"chat_instance":"1","data":"pay",%s}}`, user, message))
	}
	buttons := `"reply_markup":{"inline_keyboard":[[{"text":"Сайт","url":"https://e.com"}],[{"text":"Доставка","callback_data":"ship"},{"text":"Оплата","callback_data":"pay"}]]}`
	e := press(`"message":{"message_id":7,"date":1,"chat":` + chat + `,"text":"Що саме?",` + buttons + `}`)
	require.Equal(t, messenger.Event{
		Kind: messenger.EventPressed, Chat: messenger.Chat{ID: "42", Kind: messenger.Private}, From: olena, ExternalID: "7",
		Press: &messenger.Press{ID: "q1", Data: "pay", Label: "Оплата"},
	}, e)
	e = press(`"message":{"message_id":7,"date":1,"business_connection_id":"bc1","chat":` + chat + `,` + buttons + `}`)
	require.Equal(t, "bc1", e.Chat.Connection)
	for name, message := range map[string]string{
		"too old to be told": `"message":{"message_id":7,"date":0,"chat":` + chat + `}`,
		"buttons unreadable": `"message":{"message_id":7,"date":1,"chat":` + chat + `,"reply_markup":{"inline_keyboard":7}}`,
	} {
		e := press(message)
		require.Equal(t, messenger.EventPressed, e.Kind, name)
		require.Equal(t, "7", e.ExternalID, name)
		require.Equal(t, messenger.Press{ID: "q1", Data: "pay"}, *e.Press, name)
	}
	require.Equal(t, "callback_query", press(`"inline_message_id":"1"`).Reason)
}

func TestCase29ReactionsAreTheStandardEmoji(t *testing.T) {
	e := decode(t, fmt.Appendf(nil, `{"update_id":9,"message_reaction":{"chat":%s,"message_id":7,"user":%s,"date":%d,
		"old_reaction":[{"type":"emoji","emoji":"👍"}],
		"new_reaction":[{"type":"custom_emoji","custom_emoji_id":"1"},{"type":"emoji","emoji":"🔥"},{"type":"paid"},{"type":"of_tomorrow"},7]}}`, chat, user, written))
	require.Equal(t, messenger.Event{
		Kind: messenger.EventReaction, At: time.Unix(written, 0), Chat: messenger.Chat{ID: "42", Kind: messenger.Private}, From: olena,
		ExternalID: "7", Reactions: []string{"🔥"}, Former: []string{"👍"},
	}, e)
	e = decode(t, fmt.Appendf(nil, `{"update_id":9,"message_reaction":{"chat":%s,"message_id":7,"actor_chat":%s,"date":1,"old_reaction":[{"type":"emoji","emoji":"👍"}],"new_reaction":[]}}`,
		group, group))
	require.Equal(t, "Склад", e.From.Name, "an anonymous administrator")
	require.Empty(t, e.Reactions)
}

func TestCase30BusinessMessages(t *testing.T) {
	owner, bot := `{"id":7,"is_bot":false,"first_name":"Іван"}`, `{"id":1,"is_bot":true,"first_name":"Shop"}`
	business := func(kind, from, fields string) messenger.Event {
		return decode(t, fmt.Appendf(nil, `{"update_id":9,%q:{"message_id":5,"date":%d,"business_connection_id":"bc1","chat":%s,"from":%s,"text":"x"%s}}`,
			kind, written, chat, from, fields))
	}
	e := business("business_message", user, "")
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, messenger.Chat{ID: "42", Connection: "bc1", Kind: messenger.Private}, e.Chat)
	require.False(t, e.FromOwner)
	require.Equal(t, messenger.EventEdited, business("edited_business_message", user, "").Kind)

	e = business("business_message", owner, "")
	require.True(t, e.FromOwner)
	require.Equal(t, messenger.Person{ID: "42", Name: "Олена", FirstName: "Олена"}, e.From, "the customer is who the chat is with")
	require.Equal(t, "42", e.Chat.ID)

	for _, kind := range []string{"business_message", "edited_business_message"} {
		e = business(kind, owner, `,"sender_business_bot":`+bot)
		require.Equal(t, messenger.Event{Kind: messenger.EventIgnored, Reason: "own_echo"}, e)
	}
	e = business("business_message", owner, `,"sender_business_bot":{"id":99,"is_bot":true,"first_name":"Other"}`)
	require.Equal(t, messenger.EventMessage, e.Kind, "another bot writes in the owner's name")
	require.True(t, e.FromOwner)

	require.False(t, decode(t, update("message", group, `"text":"x"`)).FromOwner, "in a group everybody's id differs from the chat's")
}

func TestCase30DeletedBusinessMessages(t *testing.T) {
	require.Equal(t, messenger.Event{
		Kind: messenger.EventDeleted, Chat: messenger.Chat{ID: "42", Connection: "bc1", Kind: messenger.Private}, Deleted: []string{"5", "7"},
		From: messenger.Person{ID: "42", Name: "Олена", FirstName: "Олена"},
	}, decode(t, []byte(`{"update_id":9,"deleted_business_messages":{"business_connection_id":"bc1","chat":`+chat+`,"message_ids":[5,7]}}`)))
}

func TestABusinessConnectionSaysWhetherTheBotMayReply(t *testing.T) {
	connected := func(fields string) messenger.Event {
		return decode(t, fmt.Appendf(nil, `{"update_id":9,"business_connection":{"id":"bc1","user":%s,"user_chat_id":42,"date":%d,%s}}`, user, written, fields))
	}
	require.Equal(t, messenger.Event{
		Kind: messenger.EventConnected, At: time.Unix(written, 0), From: olena,
		Connection: &messenger.Connection{ID: "bc1", Owner: olena, Enabled: true, CanReply: true},
	}, connected(`"is_enabled":true,"rights":{"can_reply":true,"can_read_messages":true}`))
	require.True(t, connected(`"is_enabled":true,"can_reply":true`).Connection.CanReply, "before Bot API 9.0")
	require.False(t, connected(`"is_enabled":true,"rights":{}`).Connection.CanReply)
	require.False(t, connected(`"is_enabled":false`).Connection.Enabled)
}

func TestCase33BothSidesOfAMigrationNameTheOldGroupFirst(t *testing.T) {
	for raw, kind := range map[string]messenger.ChatKind{
		string(update("message", `{"id":-5,"type":"group","title":"Склад"}`, `"migrate_to_chat_id":-1005`)):        messenger.Group,
		string(update("message", `{"id":-1005,"type":"supergroup","title":"Склад"}`, `"migrate_from_chat_id":-5`)): messenger.Group,
	} {
		e := decode(t, []byte(raw))
		require.Equal(t, messenger.EventMigrated, e.Kind)
		require.Equal(t, messenger.Chat{ID: "-5", Kind: kind, Title: "Склад"}, e.Chat)
		require.Equal(t, "-1005", e.MigratedTo)
	}
}

func TestOtherKindsAreIgnoredByName(t *testing.T) {
	for _, kind := range []string{"channel_post", "edited_channel_post"} {
		e := decode(t, fmt.Appendf(nil, `{"update_id":9,%q:{"message_id":1,"date":1,"chat":%s}}`, kind, chat))
		require.Equal(t, messenger.Event{Kind: messenger.EventIgnored, Reason: kind}, e)
	}
	for _, raw := range []string{`{"update_id":9}`, `{"update_id":9,"of_tomorrow":{"chat":5}}`} {
		require.Equal(t, "unknown_update", decode(t, []byte(raw)).Reason)
	}
}

func TestCase25RepliesQuoteWhatTheyAnswer(t *testing.T) {
	original := func(fields string) string {
		return `"text":"так","reply_to_message":{"message_id":3,"date":1,"chat":` + chat + `,"from":` + user + `,` + fields + `}`
	}
	bot := `{"id":1,"is_bot":true,"first_name":"Shop"}`
	long := strings.Repeat("я", 300)
	for fields, want := range map[string]messenger.Quoted{
		original(`"text":"Чи є кава?"`):                                                                          {ExternalID: "3", Text: "Чи є кава?", Author: "Олена Коваль"},
		original(`"text":"Чи є кава?"`) + `,"quote":{"text":"кава","position":5}`:                                {ExternalID: "3", Text: "кава", Author: "Олена Коваль"},
		original(`"caption":"Фото","photo":[{` + file + `}]`):                                                    {ExternalID: "3", Text: "Фото", Author: "Олена Коваль"},
		original(`"voice":{` + file + `}`):                                                                       {ExternalID: "3", Author: "Олена Коваль"},
		original(`"text":"` + long + `"`):                                                                        {ExternalID: "3", Text: long[:2*199] + "…", Author: "Олена Коваль"},
		original(`"text":"так","forward_origin":{"type":"of_tomorrow"}`):                                         {ExternalID: "3", Text: "так", Author: "Олена Коваль"},
		`"text":"так","reply_to_message":{"message_id":3,"chat":` + chat + `,"from":` + bot + `,"text":"Вітаю"}`: {ExternalID: "3", Text: "Вітаю"},
		original(`"text":"Вітаю","sender_business_bot":` + bot):                                                  {ExternalID: "3", Text: "Вітаю"},
		`"text":"так","external_reply":{"message_id":9,"origin":{"type":"user","sender_user":` + user + `}},"quote":{"text":"ціна"}`: {
			Text: "ціна", Author: "Олена Коваль",
		},
		`"text":"так","external_reply":{"origin":{"type":"of_tomorrow"}}`: {},
	} {
		e := decode(t, update("message", chat, fields))
		require.NotNil(t, e.ReplyTo, fields)
		require.Equal(t, want, *e.ReplyTo, fields)
		require.Equal(t, "так", e.Text.Plain)
	}
	for _, fields := range []string{
		`"text":"так"`, original(`"forum_topic_created":{"name":"Оплата"}`), `"text":"так","reply_to_message":{"message_id":"x"}`,
	} {
		require.Nil(t, decode(t, update("message", group, fields)).ReplyTo, fields)
	}
}

// Keyboards of both kinds and the bot's commands, as the real server checks them and people see them.

package telegramtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func key(text, asks string) obj {
	k := obj{"text": text}
	if asks != "" {
		k["request_"+asks] = true
	}
	return k
}

func TestAReplyKeyboardReplacesThePersonsOwn(t *testing.T) {
	s, b, c := hearing(t)
	c.Says("hello")
	require.Nil(t, c.Keys())
	keyboard := obj{"keyboard": [][]obj{{key("My number", "contact")}, {key("My place", "location"), key("No", "")}}, "one_time_keyboard": true}
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": keyboard}).OK)
	want := [][]telegramtest.Key{{{Text: "My number", AsksPhone: true}}, {{Text: "My place", AsksLocation: true}, {Text: "No"}}}
	require.Equal(t, want, c.Keys())
	sent := last(c.Chat())
	require.Equal(t, want, sent.Keys)
	require.Empty(t, sent.Buttons)

	c.SharesPhone()
	contact := at(t, told(t, s, b)[1], "message", "contact")
	require.Equal(t, obj{"phone_number": "380500000042", "first_name": "Олена", "user_id": 42.0}, contact)
	c.SharesLocation(50.45, 30.52)
	require.Equal(t, "location", last(c.Chat()).Kind)
	c.PressesKey("No")
	require.Equal(t, "No", last(c.Chat()).Text)
	require.Panics(t, func() { c.PressesKey("Yes") })
	require.Panics(t, func() { c.PressesKey("My number") })

	inline := obj{"inline_keyboard": [][]obj{{{"text": "A", "callback_data": "a"}}}}
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": inline}).OK)
	require.Equal(t, want, c.Keys(), "an inline keyboard is beside it")
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": obj{"remove_keyboard": true}}).OK)
	require.Nil(t, c.Keys())
	require.Panics(t, func() { c.SharesPhone() })
	require.Panics(t, func() { c.SharesLocation(1, 2) })
	require.Empty(t, s.Violations())
}

func TestAMessageWithAReplyKeyboardIsNeverEdited(t *testing.T) {
	s, b, _ := shop(t)
	for name, markup := range map[string]obj{
		"keys": {"keyboard": [][]obj{{key("A", "")}}}, "their removal": {"remove_keyboard": true}, "a forced reply": {"force_reply": true},
	} {
		require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": markup}).OK)
		id := b.Sent()[len(b.Sent())-1].ID
		for _, method := range []string{"editMessageReplyMarkup", "editMessageText"} {
			params := obj{"chat_id": 42, "message_id": id}
			if method == "editMessageText" {
				params["text"] = "y"
			}
			require.Equal(t, "Bad Request: message can't be edited", do(t, s, b, method, params).Description, name)
		}
	}
	require.Empty(t, s.Violations())
}

func TestWhatAReplyKeyboardCannotBe(t *testing.T) {
	s, b, c := shop(t)
	g := b.NewGroup(-5, "Team", c)
	owner := b.NewCustomer(telegramtest.Customer{ID: 7, FirstName: "Іван"})
	business := owner.ConnectsBusiness(telegramtest.Rights{CanReply: true})
	business.As(c).Says("hello")
	both := key("Both", "contact")
	both["request_location"] = true
	for name, f := range map[string]struct {
		chat        obj
		keys        [][]obj
		description string
		violation   bool
	}{
		"a number in a group":      {obj{"chat_id": -5}, [][]obj{{key("My number", "contact")}}, "phone number can be requested in private chats only", false},
		"a place in a group":       {obj{"chat_id": -5}, [][]obj{{key("My place", "location")}}, "location can be requested in private chats only", false},
		"in a Business chat":       {obj{"chat_id": 42, "business_connection_id": business.ID}, [][]obj{{key("A", "")}}, "BUSINESS_PEER_INVALID", false},
		"a key with nothing on it": {obj{"chat_id": 42}, [][]obj{{key("", "")}}, "text must be non-empty", false},
		"a key of two uses":        {obj{"chat_id": 42}, [][]obj{{both}}, "does exactly one thing", true},
		"no keys":                  {obj{"chat_id": 42}, [][]obj{{}}, "needs keys", true},
	} {
		before := len(s.Violations())
		f.chat["text"], f.chat["reply_markup"] = "x", obj{"keyboard": f.keys}
		require.Contains(t, do(t, s, b, "sendMessage", f.chat).Description, f.description, name)
		require.Equal(t, f.violation, len(s.Violations()) > before, name)
	}
	require.Empty(t, b.Sent())
	require.Nil(t, c.Keys())
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": -5, "text": "x", "reply_markup": obj{"keyboard": [][]obj{{key("A", "")}}}}).OK)
	require.Len(t, g.As(c).Keys(), 1)
	require.Equal(t, "A", g.As(c).PressesKey("A").Text)
}

func TestButtonsStandBelowEveryKindOfMessageButAnAlbum(t *testing.T) {
	s, b, c := shop(t)
	markup := `{"inline_keyboard":[[{"text":"A","callback_data":"a"},{"text":"B","url":"https://example.com/b"}]]}`
	require.True(t, upload(t, s, b, "sendDocument", map[string]string{"chat_id": "42", "reply_markup": markup}, one("document", "a.pdf")).OK)
	sent := last(c.Chat())
	require.Equal(t, [][]telegramtest.Button{{{Text: "A", Data: "a"}, {Text: "B", URL: "https://example.com/b"}}}, sent.Buttons)
	require.NotNil(t, c.Presses(sent.ID, "A"))
	require.Panics(t, func() { c.Presses(sent.ID, "B") }, "an address is opened, the bot is not told")
	require.Empty(t, s.Violations())

	album := upload(t, s, b, "sendMediaGroup", map[string]string{
		"chat_id": "42", "reply_markup": markup, "media": `[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://b"}]`,
	}, one("a", "a.png"), one("b", "b.png"))
	require.False(t, album.OK)
	require.Len(t, s.Violations(), 1)
}

func TestAnInlineKeyboardHasAHundredButtonsThatLeadSomewhere(t *testing.T) {
	s, b, _ := shop(t)
	send := func(rows [][]obj) answer {
		return do(t, s, b, "sendMessage", obj{"chat_id": 42, "text": "x", "reply_markup": obj{"inline_keyboard": rows}})
	}
	row := func(n int) []obj { return slices.Repeat([]obj{{"text": "A", "callback_data": "a"}}, n) }
	require.True(t, send([][]obj{row(50), row(50)}).OK)
	require.Contains(t, send([][]obj{row(50), row(51)}).Description, "REPLY_MARKUP_TOO_LONG")
	for address, leads := range map[string]bool{
		"https://example.com/a": true, "http://example.com": true, "tg://resolve?domain=x": true, "example.com": false,
		"ftp://example.com": false, "javascript:alert(1)": false, "https://": false,
	} {
		a := send([][]obj{{{"text": "A", "url": address}}})
		require.Equal(t, leads, a.OK, address)
		require.True(t, leads || strings.Contains(a.Description, "BUTTON_URL_INVALID"), address)
	}
	require.Empty(t, s.Violations())
}

func TestCommandsAreThoseOfTheLanguageElseOfAll(t *testing.T) {
	s, b, _ := shop(t)
	set := func(language, name string) answer {
		return do(t, s, b, "setMyCommands", obj{
			"commands": []obj{{"command": name, "description": "Меню"}}, "scope": obj{"type": "default"}, "language_code": language,
		})
	}
	require.Empty(t, b.Commands("uk"))
	require.True(t, set("uk", "menu_uk").OK)
	require.True(t, do(t, s, b, "setMyCommands", obj{"commands": []obj{{"command": "menu", "description": "Menu"}}}).OK)
	require.Equal(t, []telegramtest.Command{{Name: "menu_uk", Description: "Меню"}}, b.Commands("uk"))
	require.Equal(t, []telegramtest.Command{{Name: "menu", Description: "Menu"}}, b.Commands("en"))
	require.True(t, do(t, s, b, "deleteMyCommands", obj{"language_code": "uk"}).OK)
	require.Equal(t, "menu", b.Commands("uk")[0].Name)
	require.Contains(t, set("uk-UA", "menu").Description, "invalid language code")
	require.Contains(t, set("", "Menu").Description, "BOT_COMMAND_INVALID")
	require.Empty(t, s.Violations())
}

package main

// Tests of what can be told without a Mattermost: the printing, and the customers behind the page.

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/customerpage"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

func TestAFileGetsAlignedTextWithoutColours(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	file, err := os.Create(path)
	require.NoError(t, err)
	s := newScreen(file)
	s.said("Viber", "Оксана", "два\nрядки")
	s.hop("in the thread", 12*time.Millisecond)
	s.hop("у треді", 12*time.Second)
	s.failed("gave up")
	require.NoError(t, file.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, `
  Viber       Оксана
              два
              рядки
              → in the thread                                      12 ms
              → у треді                                          12.0 s 
              ✗ gave up
`, string(text))
}

func TestAnAutomaticAnswerAndAPressShowTheirButtons(t *testing.T) {
	var out bytes.Buffer
	s := &screen{out: &out}
	customer := &world.Customer{Name: "Марія", Bot: &world.Bot{BotView: world.BotView{Kind: "telegram", Name: "ACME"}}}
	s.automatic(customer, world.Line{
		Text: "Що вас\nцікавить?", Buttons: [][]world.Pressable{{{Label: "Ціни"}, {Label: "Сайт"}}, {{Label: "Людина"}}},
	})
	s.pressed(customer, "Людина")
	require.Equal(t, `
  Telegram    ACME to Марія, automatically
              Що вас
              цікавить?
              [Ціни] [Сайт]
              [Людина]

  Telegram    Марія presses
              [Людина]
`, out.String())
}

func TestATerminalGetsColours(t *testing.T) {
	var out bytes.Buffer
	(&screen{out: &out, colours: true}).title("Summary")
	require.Equal(t, "\n\x1b[1mSummary\x1b[0m\n", out.String())
}

func TestTimesAreToldAsARange(t *testing.T) {
	require.Equal(t, "none", spread(nil))
	require.Equal(t, "3 ms", spread([]time.Duration{3 * time.Millisecond, 3100 * time.Microsecond}))
	require.Equal(t, "2 to 40 ms", spread([]time.Duration{3e6, 40e6, 2e6}))
}

func TestThePageWritesAsCustomersOfBothMessengers(t *testing.T) {
	telegram, viber := telegramtest.NewServer(), vibertest.NewServer()
	t.Cleanup(telegram.Close)
	t.Cleanup(viber.Close)
	c := newChats(
		&world.World{TelegramCloud: telegram, ViberCloud: viber},
		&world.Bot{BotView: world.BotView{ID: "t", Kind: "telegram", Name: "ACME"}, AtTelegram: telegram.AddBot("acme_bot", "ACME")},
		&world.Bot{BotView: world.BotView{ID: "v", Kind: "viber", Name: "ACME"}, AtViber: viber.AddBot("ACME", "acme")},
	)
	require.Equal(t, []customerpage.Bot{
		{ID: "t", Messenger: "telegram", Name: "ACME"}, {ID: "v", Messenger: "viber", Name: "ACME"},
	}, c.Bots())

	for _, bot := range []string{"t", "v"} {
		made, err := c.NewCustomer(bot, "Оксана Шевченко")
		require.NoError(t, err)
		require.NoError(t, c.Say(made.ID, "Добрий день"))
		messages := c.Messages(made.ID)
		require.Len(t, messages, 1)
		require.Equal(t, customerpage.Plain("Добрий день"), messages[0].Nodes)
		require.False(t, messages[0].FromBot)

		picture := telegramtest.PNG(20, 10)
		require.NoError(t, c.SendFile(made.ID, "фото.png", picture, "Ось"))
		sent := c.Messages(made.ID)[1]
		require.Equal(t, "Ось", sent.Text)
		require.Equal(t, "image/png", sent.File.Type)
		require.Equal(t, picture, sent.File.Content)

		_, err = c.NewCustomer(bot, "Оксана Шевченко")
		require.ErrorContains(t, err, "of this name already")
	}
	require.Len(t, c.Customers(), 2)
	_, err := c.NewCustomer("x", "Петро")
	require.ErrorContains(t, err, "no such bot")
	require.ErrorContains(t, c.Say("c3", "x"), "no such customer")
	require.ErrorContains(t, c.SendFile("c3", "x", []byte("x"), ""), "no such customer")
	require.Nil(t, c.Messages("c3"))
	require.Nil(t, c.Keys("c3"))
	_, err = c.Press(t.Context(), "c3", "", "x")
	require.ErrorContains(t, err, "no such customer")
}

// theBot sends a call to an emulated messenger as the bot, and returns the answer.
func theBot(t *testing.T, url, viberToken, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Viber-Auth-Token", viberToken)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(text))
	return string(text)
}

func TestThePagePressesWhatABotOfTelegramShows(t *testing.T) {
	telegram := telegramtest.NewServer()
	t.Cleanup(telegram.Close)
	bot := telegram.AddBot("acme_bot", "ACME")
	c := newChats(
		&world.World{TelegramCloud: telegram},
		&world.Bot{BotView: world.BotView{ID: "t", Kind: "telegram", Name: "ACME"}, AtTelegram: bot},
	)
	call := func(method, body string) string { return theBot(t, telegram.URL+"/bot"+bot.Token+"/"+method, "", body) }
	made, err := c.NewCustomer("t", "Оксана")
	require.NoError(t, err)
	require.Equal(t, [][]customerpage.Button{{{ID: "Start", Label: "Start"}}}, c.Keys(made.ID))
	_, err = c.Press(t.Context(), made.ID, "", "Start")
	require.NoError(t, err)
	require.Equal(t, "/start", c.Messages(made.ID)[0].Text)
	require.Nil(t, c.Keys(made.ID))

	chat := fmt.Sprint(c.find(made.ID).AtTelegram.ID)
	call("sendMessage", `{"chat_id":`+chat+`,"text":"Меню","reply_markup":{"inline_keyboard":[[
		{"text":"Ціни","callback_data":"d1"},{"text":"Сайт","url":"https://example.com"}]]}}`)
	menu := c.Messages(made.ID)[1]
	require.Equal(t, [][]customerpage.Button{{{ID: "d1", Label: "Ціни"}, {Label: "Сайт", URL: "https://example.com"}}}, menu.Buttons)
	type shown struct {
		toast string
		err   error
	}
	pressed := make(chan shown)
	go func() {
		toast, err := c.Press(t.Context(), made.ID, menu.ID, "d1")
		pressed <- shown{toast, err}
	}()
	query := regexp.MustCompile(`"id":"(\d+)"`) // other ids are no strings
	var id []string
	require.Eventually(t, func() bool {
		id = query.FindStringSubmatch(call("getUpdates", `{}`))
		return id != nil
	}, 5*time.Second, 10*time.Millisecond)
	call("answerCallbackQuery", `{"callback_query_id":"`+id[1]+`","text":"Людина відповість"}`)
	require.Equal(t, shown{"Людина відповість", nil}, <-pressed)

	for _, gone := range [][2]string{{menu.ID, "d2"}, {menu.ID, ""}, {"99", "d1"}, {"", "Так"}, {"", "Start"}} {
		_, err = c.Press(t.Context(), made.ID, gone[0], gone[1])
		require.ErrorContains(t, err, "gone")
	}
	call("sendMessage", `{"chat_id":`+chat+`,"text":"Номер?","reply_markup":{"keyboard":[[
		{"text":"Номер","request_contact":true},{"text":"Місце","request_location":true}],[{"text":"Ні"}]]}}`)
	require.Equal(t, [][]customerpage.Button{
		{{ID: "Номер", Label: "Номер"}, {ID: "Місце", Label: "Місце"}}, {{ID: "Ні", Label: "Ні"}},
	}, c.Keys(made.ID))
	for label, kind := range map[string]string{"Номер": "contact", "Місце": "location", "Ні": "text"} {
		_, err = c.Press(t.Context(), made.ID, "", label)
		require.NoError(t, err)
		lines := c.find(made.ID).Chat()
		require.Equal(t, kind, lines[len(lines)-1].Kind)
	}
	require.Empty(t, telegram.Violations())
}

func TestThePagePressesTheKeyboardOfABotOfViber(t *testing.T) {
	viber := vibertest.NewServer()
	t.Cleanup(viber.Close)
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hook.Close)
	bot := viber.AddBot("ACME", "acme")
	c := newChats(
		&world.World{ViberCloud: viber}, &world.Bot{BotView: world.BotView{ID: "v", Kind: "viber", Name: "ACME"}, AtViber: bot},
	)
	theBot(t, viber.URL+"/set_webhook", bot.Token, `{"url":"`+hook.URL+`"}`)
	made, err := c.NewCustomer("v", "Оксана")
	require.NoError(t, err)
	require.NoError(t, c.Say(made.ID, "Добрий день"))
	require.Nil(t, c.Keys(made.ID))
	send := func(more string) {
		theBot(t, viber.URL+"/send_message", bot.Token, `{"receiver":"`+c.find(made.ID).AtViber.ID+
			`","sender":{"name":"ACME"},"type":"text","text":"Меню","min_api_version":6`+more+`}`)
	}
	send(`,"keyboard":{"Type":"keyboard","Buttons":[{"ActionBody":"a","Text":"Ціни","Columns":3},
		{"ActionType":"open-url","ActionBody":"https://example.com","Text":"Сайт","Columns":3},
		{"ActionType":"share-phone","ActionBody":"p","Text":"Номер"},
		{"ActionType":"location-picker","ActionBody":"l","Text":"Місце"}]}`)
	require.Equal(t, [][]customerpage.Button{
		{{ID: "Ціни", Label: "Ціни"}, {ID: "Сайт", Label: "Сайт", URL: "https://example.com"}},
		{{ID: "Номер", Label: "Номер"}}, {{ID: "Місце", Label: "Місце"}},
	}, c.Keys(made.ID))
	require.Nil(t, c.Messages(made.ID)[1].Buttons)
	for label, kind := range map[string]string{"Ціни": "text", "Сайт": "text", "Номер": "contact", "Місце": "location"} {
		_, err = c.Press(t.Context(), made.ID, "", label)
		require.NoError(t, err)
		lines := c.find(made.ID).Chat()
		require.Equal(t, kind, lines[len(lines)-1].Kind)
	}
	send("")
	require.Nil(t, c.Keys(made.ID))
	_, err = c.Press(t.Context(), made.ID, "", "Ціни")
	require.ErrorContains(t, err, "gone")
	_, err = c.Press(t.Context(), made.ID, "1", "Ціни")
	require.ErrorContains(t, err, "gone")
	require.Empty(t, viber.Violations())
}

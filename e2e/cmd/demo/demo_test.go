package main

// Tests of what can be told without a Mattermost: the printing, and the customers behind the page.

import (
	"bytes"
	"os"
	"path/filepath"
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
}

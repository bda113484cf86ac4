// What the tests talk about: a desk, a bot, and a customer's conversation.

package desk

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// now is the clock of the tests: a quarter past two in the afternoon in Kyiv.
var now = time.Date(2026, 11, 23, 12, 15, 0, 0, time.UTC)

// newDesk is a desk on a fresh server, whose clock the test may move.
func newDesk(t *testing.T) (*Desk, *server, *time.Time) {
	t.Helper()
	s, clock := newServer(), now
	d := New(s, Options{BotUserID: botUser, PluginID: "msgbot", Now: func() time.Time { return clock }})
	d.SetConfig(Config{SiteURL: "https://chat.example.com/", OverrideUsername: true, OverrideIcon: true, FilesAllowed: true})
	d.texts["en"]["label.unknown"] = "an unknown kind of message" // the adapters' texts are theirs
	return d, s, &clock
}

func shop(lang string) conversation.Bot {
	settings := conversation.DefaultSettings()
	settings.TeamLanguage = lang
	return conversation.Bot{
		ID: "botid", Kind: messenger.Telegram, Name: "Shop Support", ChannelID: inbox, CreatedBy: adminUser, Settings: settings,
	}
}

// ivan's conversation, waiting for ten minutes, in a thread that OpenThread will make.
func ivan() conversation.Conversation {
	return conversation.Conversation{
		ID: "conversationid", BotID: "botid", Status: conversation.Open, Mode: conversation.BotMode,
		Customer:     conversation.Customer{Name: "Іван *К.*", Username: "ivan", AvatarURL: "https://t.me/i/ivan.jpg"},
		Chat:         messenger.Chat{ID: "7", Kind: messenger.Private},
		Thread:       conversation.Thread{Seq: 1, Preview: "Вітаю!\n\nА @all чи є   **розмір** M?"},
		WaitingSince: now.Add(-10 * time.Minute),
	}
}

// opened is ivan's conversation with its thread.
func opened(t *testing.T, d *Desk, bot conversation.Bot) conversation.Conversation {
	t.Helper()
	c := ivan()
	var err error
	c.Thread.RootPostID, c.Thread.ChannelID, err = d.OpenThread(t.Context(), bot, c, "")
	require.NoError(t, err)
	return c
}

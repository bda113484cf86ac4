package world

// Bots: made at an emulator and connected through REST as an administrator does it.

import (
	"context"
	"fmt"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// Bot is a connected bot with its account at the emulator: exactly one of AtTelegram and AtViber is set.
type Bot struct {
	BotView
	AtTelegram *telegramtest.Bot
	AtViber    *vibertest.Bot
}

// Telegram makes a bot at the emulated Telegram and connects it to the inbox channel. Each call makes another one.
func (w *World) Telegram(ctx context.Context, mode Mode) (*Bot, error) {
	w.made++
	account := w.TelegramCloud.AddBot(fmt.Sprintf("acme%d_bot", w.made), "ACME support")
	return w.connect(ctx, &Bot{AtTelegram: account}, NewBot{Kind: "telegram", Token: account.Token, Mode: mode})
}

// Viber makes a bot at the emulated Viber and connects it to the inbox channel. Each call makes another one.
func (w *World) Viber(ctx context.Context) (*Bot, error) {
	w.made++
	account := w.ViberCloud.AddBot("ACME support", fmt.Sprintf("acme%d", w.made))
	return w.connect(ctx, &Bot{AtViber: account}, NewBot{Kind: "viber", Token: account.Token})
}

func (w *World) connect(ctx context.Context, bot *Bot, request NewBot) (*Bot, error) {
	request.ChannelID = w.Inbox.Id
	var err error
	bot.BotView, err = w.Plugin.AddBot(ctx, request)
	return bot, err
}

// NewCustomer makes a person who has not written to the bot yet. A name with a space becomes first and last name at
// Telegram. Names should differ within a bot: AwaitConversation goes by them.
func (b *Bot) NewCustomer(name string) *Customer {
	c := &Customer{Bot: b, Name: name}
	if b.AtViber != nil {
		c.AtViber = b.AtViber.NewCustomer(vibertest.Customer{Name: name, Language: "uk", Country: "UA"})
		return c
	}
	first, last, _ := strings.Cut(name, " ")
	c.AtTelegram = b.AtTelegram.NewCustomer(telegramtest.Customer{FirstName: first, LastName: last, Language: "uk"})
	return c
}

package world

// Customers: people who write from either messenger and see what arrives there.

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// Customer is a person at a bot: exactly one of AtTelegram and AtViber is set.
type Customer struct {
	Bot        *Bot
	Name       string
	AtTelegram *telegramtest.Customer
	AtViber    *vibertest.Customer
}

// Line is one message of a chat as the customer sees it.
type Line struct {
	// ID is the messenger's own id of it: REST's external_id of a part of a reply.
	ID string
	// At is when it got into the chat, by the clock of this machine.
	At      time.Time
	FromBot bool
	Text    string
	// Entities are the formatting, which only Telegram has.
	Entities []telegramtest.Entity
}

// Says writes a text to the bot; the message is on its way when Says returns.
func (c *Customer) Says(text string) {
	if c.AtViber != nil {
		c.AtViber.Says(text)
		return
	}
	c.AtTelegram.Says(text)
}

// Chat is what the customer sees, both sides, oldest first.
func (c *Customer) Chat() []Line {
	var lines []Line
	if c.AtViber != nil {
		for _, l := range c.AtViber.Chat() {
			lines = append(lines, Line{ID: l.Token, At: l.At, FromBot: l.FromBot, Text: l.Text})
		}
		return lines
	}
	for _, m := range c.AtTelegram.Chat() {
		lines = append(lines, Line{ID: strconv.Itoa(m.ID), At: m.At, FromBot: m.FromBot, Text: m.Text, Entities: m.Entities})
	}
	return lines
}

// Received is what the bot sent, oldest first.
func (c *Customer) Received() []Line {
	return slices.DeleteFunc(c.Chat(), func(l Line) bool { return !l.FromBot })
}

// AwaitReceived waits until the bot's message of exactly this text is there, and returns it.
func (c *Customer) AwaitReceived(ctx context.Context, text string) (Line, error) {
	var found Line
	err := lab.Eventually(ctx, "a reply at "+c.Bot.Kind, func() (bool, error) {
		lines := c.Received()
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Text == text })
		if i < 0 {
			return false, nil
		}
		found = lines[i]
		return true, nil
	})
	return found, err
}

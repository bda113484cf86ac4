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

// Customer is a person at a bot: exactly one of AtTelegram and AtViber is set. Or it is a group at Telegram: then neither
// is, and Title is the group's.
type Customer struct {
	Bot        *Bot
	Name       string
	Title      string
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
	// Kind is the messenger's own name of what it is: "text", "photo", "video_note" at Telegram, "text", "picture",
	// "file" at Viber.
	Kind string
	// Text is the text or the caption.
	Text string
	// Entities are the formatting, which only Telegram has.
	Entities []telegramtest.Entity
	// File is the file of it, nil for none.
	File *Attached
	// Album is shared by the messages of one album, ReplyTo the ID of the message that this one answers and Quote the
	// words chosen from it, Reactions are the bot's; empty where there is none, and at Viber always.
	Album     string
	ReplyTo   string
	Quote     string
	Reactions []string
	// Edited tells that it shows that it was changed since it was sent.
	Edited bool
	// Buttons are the rows of those below it, which only Telegram has; Keys are those of the keyboard that came with it.
	// See Customer.Keys for the keyboard that is seen now.
	Buttons [][]Pressable
	Keys    [][]Pressable
	// Welcome tells that Viber showed it because the chat was opened: then no id of msgbot's is its ID.
	Welcome bool
}

// Attached is a file as the customer has it.
type Attached struct {
	// Name and Type are as they were told to the messenger, at Viber Type as the file's own server told it.
	Name, Type string
	Size       int64
	// SHA256 is that of the content, in hexadecimal digits.
	SHA256 string
	// Content is nil from 1 MB on.
	Content []byte
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
			lines = append(lines, viberLine(l))
		}
		return lines
	}
	for _, m := range c.AtTelegram.Chat() {
		lines = append(lines, telegramLine(m))
	}
	return lines
}

func viberLine(l vibertest.Line) Line {
	line := Line{
		ID: l.Token, At: l.At, FromBot: l.FromBot, Kind: l.Kind, Text: l.Text, Keys: pressables(l.Buttons, viberKey),
		Welcome: l.Welcome,
	}
	if f := l.File; f != nil {
		line.File = &Attached{Name: f.Name, Type: f.MIME, Size: f.Size, SHA256: f.SHA256, Content: f.Content}
	}
	return line
}

func telegramLine(m telegramtest.ChatMessage) Line {
	line := Line{
		ID: strconv.Itoa(m.ID), At: m.At, FromBot: m.FromBot, Kind: m.Kind, Text: m.Text, Entities: m.Entities,
		Album: m.MediaGroupID, Reactions: m.Reactions, Edited: m.Edited,
		Buttons: pressables(m.Buttons, telegramButton), Keys: pressables(m.Keys, telegramKey),
	}
	if f := m.File; f.ID != "" {
		line.File = &Attached{Name: f.Name, Type: f.Type, Size: f.Size, SHA256: f.SHA256, Content: f.Content}
	}
	if m.ReplyTo != nil {
		line.ReplyTo, line.Quote = strconv.Itoa(m.ReplyTo.MessageID), m.ReplyTo.Quote
	}
	return line
}

// TelegramLines are messages of any chat of Telegram, such as a group's, as those of a customer's Chat.
func TelegramLines(messages []telegramtest.ChatMessage) []Line {
	var lines []Line
	for _, m := range messages {
		lines = append(lines, telegramLine(m))
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

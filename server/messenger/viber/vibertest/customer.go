// Customers of the emulated Viber: what they see, and what tests make them do besides writing.

package vibertest

import (
	"slices"
	"strconv"
	"time"
)

// Customer is a person at the other end. The exported fields but ID are given to NewCustomer.
type Customer struct {
	// ID is the messenger's id: base64 that holds "/", "+" and "=", unique by bot and person.
	ID                              string
	Name, Avatar, Country, Language string
	// Phone is his number; NewCustomer makes one up.
	Phone string

	bot        *Bot
	known      bool // has written or subscribed once
	subscribed bool
	lines      []Line
	unanswered []time.Time
	tracking   string // of the bot's last message
	lane       <-chan struct{}
}

// Line is one message of a chat.
type Line struct {
	At time.Time
	// Token is the message_token; of a welcome that of its conversation_started.
	Token string
	// FromBot tells the bot's messages from the customer's.
	FromBot bool
	// Sender is the name the bot's message shows.
	Sender string
	// Kind is Viber's type of the message: "text", "picture", "video", "file", "sticker", "contact", "location", "url",
	// "rich_media".
	Kind string
	// Text is what was written, the link of a url and the alt_text of a rich media message.
	Text string
	// File is what came with the message, nil for nothing: of the bot's files what was fetched from the told address.
	File *File
	// Buttons are the rows of the keyboard that came with the bot's message.
	Buttons [][]Button
	// Welcome says that the message was the answer to conversation_started.
	Welcome bool
}

// Chat returns the messages of both sides in order.
func (c *Customer) Chat() []Line {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	return slices.Clone(c.lines)
}

// Sent returns the texts that reached the customer, in order.
func (c *Customer) Sent() []string {
	var texts []string
	for _, l := range c.Chat() {
		if l.FromBot {
			texts = append(texts, l.Text)
		}
	}
	return texts
}

// Opens opens the chat, by a link that carries context, and returns the callback's message_token. It is not a
// subscription; a message in the answer of the webhook is shown as a welcome.
func (c *Customer) Opens(context string) string {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	return c.bot.callLocked(c, eventStarted, 0, map[string]any{
		"type": "open", "context": context, "user": c.personLocked(), "subscribed": c.subscribed,
	})
}

// Subscribes subscribes without writing.
func (c *Customer) Subscribes() string {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	c.known, c.subscribed = true, true
	return c.bot.callLocked(c, "subscribed", 0, map[string]any{"user": c.personLocked()})
}

// Unsubscribes ends the subscription.
func (c *Customer) Unsubscribes() string {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	c.subscribed = false
	return c.bot.callLocked(c, "unsubscribed", 0, map[string]any{"user_id": c.ID})
}

// Receives tells that the message reached one device of the customer; once for each device.
func (c *Customer) Receives(token string) { c.receipt(eventDelivered, token, "") }

// Sees tells that the customer read the message.
func (c *Customer) Sees(token string) { c.receipt(eventSeen, token, "") }

// Misses tells that the message, accepted before, did not reach the customer, with Viber's description.
func (c *Customer) Misses(token, description string) { c.receipt(eventFailed, token, description) }

func (c *Customer) receipt(event, token, description string) {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	c.receiptLocked(event, token, description)
}

func (c *Customer) receiptLocked(event, token, description string) {
	n, err := strconv.ParseUint(token, 10, 64)
	if err != nil {
		c.bot.srv.violationLocked("%s about %q, which is no message_token", event, token)
		return
	}
	fields := map[string]any{"user_id": c.ID}
	if description != "" {
		fields["desc"] = description
	}
	c.bot.callLocked(c, event, n, fields)
}

// personLocked is the customer as callbacks show him: name and avatar only if set_webhook asked for them.
func (c *Customer) personLocked() map[string]any {
	p := map[string]any{"id": c.ID, "language": c.Language, "country": c.Country, "api_version": maxMinVersion}
	if c.bot.webhook.sendName {
		p["name"] = c.Name
	}
	if c.bot.webhook.sendPhoto && c.Avatar != "" {
		p["avatar"] = c.Avatar
	}
	return p
}

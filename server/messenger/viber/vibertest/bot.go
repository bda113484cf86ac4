// Bots and customers of the emulated Viber, and what tests make them do.

package vibertest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bot is a bot account.
type Bot struct {
	// ID looks like "pa:5098034272017990123".
	ID string
	// Token is the one the account was made with, in Viber's shape of three groups of 16 hex digits.
	Token string
	// Name, URI and Icon are what get_account_info tells.
	Name, URI, Icon string

	srv        *Server
	generation int
	secret     string
	customers  []*Customer
	callbacks  []*callback
	webhook    webhook
}

// webhook is what set_webhook registered; the zero value is none.
type webhook struct {
	url       string
	events    []string
	sendName  bool
	sendPhoto bool
}

// Customer is a person at the other end. The exported fields but ID are given to NewCustomer.
type Customer struct {
	// ID is the messenger's id: base64 that holds "/", "+" and "=", unique by bot and person.
	ID                              string
	Name, Avatar, Country, Language string

	bot        *Bot
	known      bool // has written or subscribed once
	subscribed bool
	lines      []Line
	unanswered []time.Time
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
	Text   string
	// Welcome says that the message was the answer to conversation_started.
	Welcome bool
}

// AddBot makes a bot account with no webhook.
func (s *Server) AddBot(name, uri string) *Bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := fmt.Sprintf("pa:%d", firstToken+uint64(len(s.bots)))
	token := makeToken(id, 0)
	b := &Bot{
		ID: id, Token: token, Name: name, URI: uri, Icon: "https://media-direct.cdn.viber.com/pg_download?id=" + uri,
		srv: s, secret: token,
	}
	s.bots = append(s.bots, b)
	return b
}

// NewCustomer makes a person who has not written to the bot yet. His ID is made up.
func (b *Bot) NewCustomer(c Customer) *Customer {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	c.ID = makeUserID(b.ID, len(b.customers))
	c.bot = b
	b.customers = append(b.customers, &c)
	return &c
}

// Webhook returns the address callbacks go to, empty for none.
func (b *Bot) Webhook() string {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	return b.webhook.url
}

// TakeOver lets another program register url as the webhook. Nobody is told, as at Viber; "" removes the webhook.
func (b *Bot) TakeOver(url string) {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	b.webhook.url = url
}

// Sent returns what the bot sent to all customers, in order of time.
func (b *Bot) Sent() []Line {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	var sent []Line
	for _, c := range b.customers {
		for _, l := range c.lines {
			if l.FromBot {
				sent = append(sent, l)
			}
		}
	}
	slices.SortStableFunc(sent, func(x, y Line) int { return x.At.Compare(y.At) })
	return sent
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

// Says writes a text and returns its message_token. The first message also subscribes, without a callback.
func (c *Customer) Says(text string) string {
	return c.Sends(map[string]any{"type": "text", "text": text})
}

// Sends writes a message of any type, given as Viber's message object, and returns its message_token.
func (c *Customer) Sends(message map[string]any) string {
	s := c.bot.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	text, _ := message["text"].(string)
	c.known, c.subscribed, c.unanswered = true, true, nil
	token := c.bot.callLocked(c, "message", 0, map[string]any{"sender": c.personLocked(), "message": message, "silent": false})
	c.lines = append(c.lines, Line{At: s.now(), Token: token, Text: text})
	return token
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

func (b *Bot) customerLocked(id string) *Customer {
	for _, c := range b.customers {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func makeToken(id string, generation int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "token %s %d", id, generation))
	h := hex.EncodeToString(sum[:24])
	return h[:16] + "-" + h[16:32] + "-" + h[32:]
}

// makeUserID makes an id with every character of base64 that needs escaping somewhere.
func makeUserID(bot string, n int) string {
	for salt := 0; ; salt++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "user %s %d %d", bot, n, salt))
		id := base64.StdEncoding.EncodeToString(sum[:16])
		if strings.Contains(id, "/") && strings.Contains(id, "+") {
			return id
		}
	}
}

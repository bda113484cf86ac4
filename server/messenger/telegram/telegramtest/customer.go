// Customers and groups: what people do in Telegram's app, and what they see there.

package telegramtest

import (
	"fmt"
	"slices"
	"time"
)

// Entity is a MessageEntity: Offset and Length count UTF-16 code units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
}

// ChatMessage is a message as it stands in a chat.
type ChatMessage struct {
	// ID is the message id, ChatID the chat's.
	ID     int
	ChatID int64
	// FromBot tells the bot's messages from people's.
	FromBot  bool
	Text     string
	Entities []Entity
	// At has a resolution of one second in what the bot is told, and the clock's own here.
	At     time.Time
	Edited bool
	// UpdateID is the update that told the bot of it; 0 for its own messages.
	UpdateID int64
}

// chat is one chat of a bot.
type chat struct {
	bot      *Bot
	id       int64
	wire     wireChat
	messages []ChatMessage
	// refusal is the description with which messages to it are refused; empty when the bot may write.
	refusal string
}

// notYet is what a bot is told that writes first.
const notYet = "Forbidden: bot can't initiate conversation with a user"

// Customer is a person who can write to a bot. The exported fields are his profile; the others belong to the emulator.
type Customer struct {
	ID        int64
	FirstName string
	LastName  string
	Username  string
	Language  string

	chat *chat
}

// NewCustomer makes a person of this profile known to the bot's server. ID 0 takes a free one. He has not written yet,
// so the bot may not write to him.
func (b *Bot) NewCustomer(profile Customer) *Customer {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	c := profile
	if c.ID == 0 {
		c.ID = 900000001 + int64(len(b.chats))
	}
	c.chat = &chat{bot: b, id: c.ID, refusal: notYet, wire: wireChat{
		ID: c.ID, Type: "private", FirstName: c.FirstName, LastName: c.LastName, Username: c.Username,
	}}
	b.chats[c.ID] = c.chat
	return &c
}

// Group is a supergroup the bot is a member of and reads all messages of.
type Group struct {
	ID    int64
	Title string

	chat *chat
}

// NewGroup puts the bot into a group; id is negative.
func (b *Bot) NewGroup(id int64, title string) *Group {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	g := &Group{ID: id, Title: title, chat: &chat{bot: b, id: id, wire: wireChat{ID: id, Type: "supergroup", Title: title}}}
	b.chats[id] = g.chat
	return g
}

// Hears makes the customer say text in the group.
func (g *Group) Hears(c *Customer, text string, entities ...Entity) ChatMessage {
	return g.chat.hear(c, text, entities)
}

// Chat is what the members see.
func (g *Group) Chat() []ChatMessage { return g.chat.all() }

// Says makes the customer write to the bot; the update is on its way when it returns.
func (c *Customer) Says(text string, entities ...Entity) ChatMessage {
	return c.chat.hear(c, text, entities)
}

// Start is a press on Start: "/start", with a deep link's payload if not empty.
func (c *Customer) Start(payload string) ChatMessage {
	text := "/start"
	if payload != "" {
		text += " " + payload
	}
	return c.Says(text, Entity{Type: "bot_command", Offset: 0, Length: len("/start")})
}

// Edits changes one of the customer's messages. It panics when he has none of that id.
func (c *Customer) Edits(messageID int, text string, entities ...Entity) ChatMessage {
	s := c.chat.bot.server
	s.mu.Lock()
	defer s.mu.Unlock()
	m := c.chat.find(messageID)
	if m == nil || m.FromBot {
		panic(fmt.Sprintf("telegramtest: the customer has no message %d", messageID))
	}
	m.Text, m.Entities, m.Edited = text, entities, true
	wire := m.wire(c.chat)
	wire.From, wire.EditDate = c.user(), s.options.now().Unix()
	m.UpdateID = c.chat.bot.bring("edited_message", c.chat.queue("message"), wire)
	return *m
}

// Blocks stops the bot: it is told, and its messages are refused.
func (c *Customer) Blocks() {
	c.setMembership("kicked", "Forbidden: bot was blocked by the user")
}

// Unblocks lets the bot write again.
func (c *Customer) Unblocks() { c.setMembership("member", "") }

// Deactivates is the end of the customer's account: no update, and messages are refused.
func (c *Customer) Deactivates() {
	s := c.chat.bot.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.chat.refusal = "Forbidden: user is deactivated"
}

// Chat is what the customer sees, oldest first.
func (c *Customer) Chat() []ChatMessage { return c.chat.all() }

func (c *Customer) setMembership(status, refusal string) {
	s := c.chat.bot.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.chat.refusal = refusal
	was := map[string]string{"kicked": "member", "member": "kicked"}[status]
	self := c.chat.bot.user()
	c.chat.bot.bring("my_chat_member", c.chat.queue("member"), map[string]any{
		"chat": c.chat.wire, "from": c.user(), "date": s.options.now().Unix(),
		"old_chat_member": membership(self, was), "new_chat_member": membership(self, status),
	})
}

// membership is a ChatMemberMember or a ChatMemberBanned.
func membership(user wireUser, status string) map[string]any {
	m := map[string]any{"user": user, "status": status}
	if status == "kicked" {
		m["until_date"] = 0
	}
	return m
}

// hear puts a person's message into the chat and brings it to the bot.
func (c *chat) hear(from *Customer, text string, entities []Entity) ChatMessage {
	s := c.bot.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c.refusal = ""
	m := c.add(ChatMessage{Text: text, Entities: entities})
	wire := m.wire(c)
	wire.From = from.user()
	m.UpdateID = c.bot.bring("message", c.queue("message"), wire)
	return *m
}

// add gives a message its id, chat and time, and keeps it. The caller holds the server's mu.
func (c *chat) add(m ChatMessage) *ChatMessage {
	m.ID, m.ChatID, m.At = c.bot.nextMessage, c.id, c.bot.server.options.now()
	c.bot.nextMessage++
	c.messages = append(c.messages, m)
	return &c.messages[len(c.messages)-1]
}

// find is the message of that id, or nil; the caller holds the server's mu.
func (c *chat) find(messageID int) *ChatMessage {
	i := slices.IndexFunc(c.messages, func(m ChatMessage) bool { return m.ID == messageID })
	if i < 0 {
		return nil
	}
	return &c.messages[i]
}

// all is a copy of the chat's messages.
func (c *chat) all() []ChatMessage {
	c.bot.server.mu.Lock()
	defer c.bot.server.mu.Unlock()
	return slices.Clone(c.messages)
}

// queue names the delivery queue: messages of one chat are in order, other kinds are not in order with them.
func (c *chat) queue(kind string) string { return fmt.Sprintf("%s %d", kind, c.id) }

// Customers: people with an account at the messenger.

package telegramtest

import "fmt"

// Customer is a person who can write to a bot; what he does in his chat with it are the methods of Speaker. The exported
// fields are his profile; the others belong to the emulator.
type Customer struct {
	ID        int64
	FirstName string
	LastName  string
	Username  string
	Language  string
	// Phone is his number; NewCustomer makes one up.
	Phone string

	*Speaker
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
	if c.Phone == "" {
		c.Phone = fmt.Sprintf("+38050%07d", c.ID%10_000_000)
	}
	in := &chat{bot: b, id: c.ID, refusal: notYet, wire: c.privateChat(), lastID: &b.lastMessage}
	c.Speaker = &Speaker{chat: in, who: &c}
	b.chats[c.ID] = in
	return &c
}

// Blocks stops the bot: it is told, and its messages are refused.
func (c *Customer) Blocks() {
	c.setMembership("kicked", "Forbidden: bot was blocked by the user")
}

// Unblocks lets the bot write again.
func (c *Customer) Unblocks() { c.setMembership("member", "") }

// Deactivates is the end of the customer's account: no update, and messages are refused.
func (c *Customer) Deactivates() {
	defer c.lock()()
	c.chat.refusal = "Forbidden: user is deactivated"
}

func (c *Customer) setMembership(status, refusal string) {
	defer c.lock()()
	c.chat.refusal = refusal
	was := map[string]string{"kicked": "member", "member": "kicked"}[status]
	c.chat.tellMembership(c, was, status)
}

// tellMembership tells the bot that by changed its own membership; the result is the update's id. The caller holds the
// server's mu.
func (c *chat) tellMembership(by *Customer, was, status string) int64 {
	self := c.bot.user()
	return c.bot.bring("my_chat_member", c.queue("member"), map[string]any{
		"chat": c.wire, "from": by.user(), "date": c.bot.server.options.now().Unix(),
		"old_chat_member": membership(self, was), "new_chat_member": membership(self, status),
	})
}

// membership is a ChatMemberMember, a ChatMemberLeft or a ChatMemberBanned.
func membership(user wireUser, status string) map[string]any {
	m := map[string]any{"user": user, "status": status}
	if status == "kicked" {
		m["until_date"] = 0
	}
	return m
}

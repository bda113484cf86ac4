// Business accounts: a person lets the bot read and answer his own private chats,
// https://core.telegram.org/bots/features#bots-for-business.

package telegramtest

import (
	"slices"
	"time"
)

// Rights are those of a bot in a Business account, https://core.telegram.org/bots/api#businessbotrights; of the others
// the emulator knows no use.
type Rights struct {
	CanReply              bool `json:"can_reply,omitempty"`
	CanReadMessages       bool `json:"can_read_messages,omitempty"`
	CanDeleteSentMessages bool `json:"can_delete_sent_messages,omitempty"`
	CanDeleteAllMessages  bool `json:"can_delete_all_messages,omitempty"`
}

// Business is a connection between a bot and its owner's account.
type Business struct {
	// ID is the business_connection_id.
	ID    string
	Owner *Customer

	bot     *Bot
	rights  Rights
	enabled bool
	since   time.Time
	chats   map[int64]*chat
	lastID  int
}

// ConnectsBusiness connects the bot to the customer's own account: the bot is told (business_connection).
func (c *Customer) ConnectsBusiness(rights Rights) *Business {
	defer c.lock()()
	b := &Business{
		ID: randomText(22), Owner: c, bot: c.chat.bot, rights: rights, enabled: true, since: c.chat.bot.server.options.now(),
		chats: map[int64]*chat{},
	}
	b.bot.businesses[b.ID] = b
	b.tell()
	return b
}

// SetRights changes what the bot may do; the result is the id of the update that tells it.
func (b *Business) SetRights(rights Rights) int64 {
	return b.change(func() { b.rights = rights })
}

// Disconnects ends the connection: the bot hears nothing more of it and may do nothing.
func (b *Business) Disconnects() int64 { return b.change(func() { b.enabled = false }) }

// Reconnects enables the connection again.
func (b *Business) Reconnects() int64 { return b.change(func() { b.enabled = true }) }

func (b *Business) change(what func()) int64 {
	defer b.Owner.lock()()
	what()
	return b.tell()
}

// tell brings the update about the connection. The caller holds the server's mu.
func (b *Business) tell() int64 {
	return b.bot.bring("business_connection", "business "+b.ID, b.wire())
}

// wire is the BusinessConnection.
func (b *Business) wire() map[string]any {
	return map[string]any{
		"id": b.ID, "user": b.Owner.user(), "user_chat_id": b.Owner.ID, "date": b.since.Unix(), "is_enabled": b.enabled,
		"rights": b.rights,
	}
}

// As is a customer who writes to the owner.
func (b *Business) As(c *Customer) *Speaker { return &Speaker{chat: b.with(c), who: c} }

// OwnerTo is the owner who writes to the customer himself.
func (b *Business) OwnerTo(c *Customer) *Speaker { return &Speaker{chat: b.with(c), who: b.Owner} }

// Chat is what the customer and the owner see, what the bot wrote in the owner's name too.
func (b *Business) Chat(c *Customer) []ChatMessage { return b.As(c).Chat() }

// History is Chat with the messages that were deleted.
func (b *Business) History(c *Customer) []ChatMessage { return b.As(c).History() }

// Read is the id of the last message of the customer that the bot marked as read, 0 for none.
func (b *Business) Read(c *Customer) int {
	in := b.with(c)
	defer c.lock()()
	return in.readTo
}

// with is the owner's chat with a customer.
func (b *Business) with(c *Customer) *chat {
	defer b.Owner.lock()()
	if b.chats[c.ID] == nil {
		b.chats[c.ID] = &chat{bot: b.bot, id: c.ID, wire: c.privateChat(), lastID: &b.lastID, business: b}
	}
	return b.chats[c.ID]
}

// tellDeleted brings the update about messages that were deleted in a Business chat; of others there is none. The caller
// holds the server's mu.
func (c *chat) tellDeleted(messageIDs []int) int64 {
	if c.business == nil || !c.business.enabled {
		return 0
	}
	return c.bot.bring("deleted_business_messages", c.queue("message"), map[string]any{
		"business_connection_id": c.business.ID, "chat": c.wire, "message_ids": slices.Clone(messageIDs),
	})
}

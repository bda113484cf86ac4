// A chat: its messages, who may write into it, and which updates tell of it.

package telegramtest

import (
	"fmt"
	"slices"
	"time"
)

// notYet is what a bot is told that writes first.
const notYet = "Forbidden: bot can't initiate conversation with a user"

// chat is one chat of a bot.
type chat struct {
	bot      *Bot
	id       int64
	wire     wireChat
	messages []*message
	// lastID counts the messages; private chats and basic groups share one count.
	lastID *int
	// refusal is the description with which messages to it are refused; empty when the bot may write.
	refusal string
	// membership is the bot's status in a group, empty for a member from the beginning; deaf says that it is told of
	// nothing, as it is no member.
	membership string
	deaf       bool
	// migratedTo is the supergroup that goes on instead of it, 0 for none.
	migratedTo int64
	// business is the connection through which the bot sees it, nil for chats of its own.
	business *Business
	// heardAt is when somebody wrote other than the bot or a Business account's owner.
	heardAt time.Time
	// keys are those of the reply keyboard that is shown.
	keys [][]Key
	// readTo is the last message that the bot marked as read.
	readTo int
}

// private tells a chat with one person.
func (c *chat) private() bool { return c.wire.Type == "private" }

// add gives a message its id, chat and time, and keeps it. The caller holds the server's mu.
func (c *chat) add(m message) *message {
	if c.migratedTo != 0 {
		panic(fmt.Sprintf("telegramtest: the group %d went on as %d", c.id, c.migratedTo))
	}
	*c.lastID++
	m.chat, m.id, m.at = c, *c.lastID, c.bot.server.options.now()
	kept := &m
	c.messages = append(c.messages, kept)
	return kept
}

// find is the message of that id, nil when there is none or it was deleted; the caller holds the server's mu.
func (c *chat) find(messageID int) *message {
	i := slices.IndexFunc(c.messages, func(m *message) bool { return m.id == messageID && !m.deleted })
	if i < 0 {
		return nil
	}
	return c.messages[i]
}

// tell brings an update about a message; kind is "message" or "edited_message". The caller holds the server's mu.
func (c *chat) tell(kind string, m *message) {
	m.updateID = 0
	if c.deaf || c.hides(m) {
		return
	}
	if c.business != nil {
		if !c.business.enabled {
			return
		}
		kind = map[string]string{"message": "business_message", "edited_message": "edited_business_message"}[kind]
	}
	m.updateID = c.bot.bring(kind, c.queue("message"), m.wire())
}

// hides tells whether the bot's privacy mode keeps a message from it: in groups it hears only commands and replies meant
// for it and what the chat itself tells (https://core.telegram.org/bots/features#privacy-mode).
func (c *chat) hides(m *message) bool {
	if !c.bot.privacy || c.private() || m.service {
		return false
	}
	if m.reply != nil {
		if answered := c.find(m.reply.MessageID); answered != nil && answered.byBot {
			return false
		}
	}
	return !isCommandTo(c.bot.Username, m.text)
}

// queue names the delivery queue: messages of one chat are in order, other kinds are not in order with them.
func (c *chat) queue(kind string) string {
	if c.business != nil {
		return fmt.Sprintf("%s %s %d", kind, c.business.ID, c.id)
	}
	return fmt.Sprintf("%s %d", kind, c.id)
}

// Somebody in a chat: what people write in Telegram's app, and what they see there.

package telegramtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Speaker is a person in one chat: a customer with the bot, a member of a group, a customer or the owner in a Business
// chat. Whatever he writes is on its way to the bot when the method returns.
type Speaker struct {
	chat   *chat
	who    *Customer
	reply  *Reply
	origin *Origin
}

// Says writes a text.
func (s *Speaker) Says(text string, entities ...Entity) ChatMessage {
	return s.write(message{kind: kindText, text: text, entities: entities})
}

// SaidEarlier is a text that stands in the chat though no update tells of it: it is from before the bot's program ran.
func (s *Speaker) SaidEarlier(text string, entities ...Entity) ChatMessage {
	defer s.lock()()
	defer s.chat.bot.server.notify()
	return s.put(message{kind: kindText, text: text, entities: entities}).view()
}

// Start is a press on Start: "/start", with a deep link's payload if not empty.
func (s *Speaker) Start(payload string) ChatMessage {
	text := "/start"
	if payload != "" {
		text += " " + payload
	}
	return s.Says(text, Entity{Type: "bot_command", Offset: 0, Length: len("/start")})
}

// ReplyingTo is the same person about to answer a message; quote are words chosen from it, empty for none. Of a message
// that is not in the chat, or not any more, the bot is told nothing but the quote.
func (s *Speaker) ReplyingTo(messageID int, quote string) *Speaker {
	next := *s
	next.reply = &Reply{MessageID: messageID, Quote: quote}
	return &next
}

// RepliesTo answers a message with a text, see ReplyingTo.
func (s *Speaker) RepliesTo(messageID int, text, quote string) ChatMessage {
	return s.ReplyingTo(messageID, quote).Says(text)
}

// Forwarding is the same person about to forward what is said or sent through it.
func (s *Speaker) Forwarding(from Origin) *Speaker {
	next := *s
	next.origin = &from
	return &next
}

// Chat is what is seen in the chat, oldest first.
func (s *Speaker) Chat() []ChatMessage {
	defer s.lock()()
	return views(s.chat.messages, false)
}

// History is Chat with the messages that were deleted.
func (s *Speaker) History() []ChatMessage {
	defer s.lock()()
	return views(s.chat.messages, true)
}

// lock locks the server; the result unlocks it.
func (s *Speaker) lock() func() {
	s.chat.bot.server.mu.Lock()
	return s.chat.bot.server.mu.Unlock
}

// write puts a message into the chat and tells the bot.
func (s *Speaker) write(m message) ChatMessage {
	defer s.lock()()
	kept := s.put(m)
	s.chat.tell("message", kept)
	return kept.view()
}

// put puts a message of this person into the chat. The caller holds the server's mu.
func (s *Speaker) put(m message) *message {
	m.from = s.who.user()
	m.reply = s.reply
	if s.origin != nil {
		m.origin = s.origin.at(s.chat.bot.server.options.now())
	}
	if s.chat.private() && s.chat.business == nil {
		s.chat.refusal = "" // who writes to a bot lets it write to him
	}
	kept := s.chat.add(m)
	if s.chat.business == nil || s.who != s.chat.business.Owner {
		s.chat.heardAt = kept.at
	}
	return kept
}

// mine is a message of this person. It panics when he has none of that id. The caller holds the server's mu.
func (s *Speaker) mine(messageID int) *message {
	m := s.chat.find(messageID)
	if m == nil || m.byBot || m.from.ID != s.who.ID {
		panic(fmt.Sprintf("telegramtest: %s has no message %d", s.who.FirstName, messageID))
	}
	return m
}

// seen is a message of the chat. It panics when there is none of that id. The caller holds the server's mu.
func (s *Speaker) seen(messageID int) *message {
	i := slices.IndexFunc(s.chat.messages, func(m *message) bool { return m.id == messageID })
	if i < 0 {
		panic(fmt.Sprintf("telegramtest: the chat has no message %d", messageID))
	}
	return s.chat.messages[i]
}

// Origin is where a forwarded message comes from, https://core.telegram.org/bots/api#messageorigin.
type Origin struct{ fields map[string]any }

// FromUser is another person's message.
func FromUser(c *Customer) Origin {
	return Origin{map[string]any{"type": "user", "sender_user": c.user()}}
}

// FromHiddenUser is a message of a person who does not let others link to him.
func FromHiddenUser(name string) Origin {
	return Origin{map[string]any{"type": "hidden_user", "sender_user_name": name}}
}

// FromChat is a message written in the name of a group, by an anonymous administrator; signature may be empty.
func FromChat(id int64, title, signature string) Origin {
	chat := wireChat{ID: id, Type: "supergroup", Title: title}
	return Origin{signed(map[string]any{"type": "chat", "sender_chat": chat}, signature)}
}

// FromChannel is a channel's post; signature may be empty.
func FromChannel(id int64, title string, messageID int, signature string) Origin {
	chat := wireChat{ID: id, Type: "channel", Title: title}
	return Origin{signed(map[string]any{"type": "channel", "chat": chat, "message_id": messageID}, signature)}
}

func signed(fields map[string]any, signature string) map[string]any {
	if signature != "" {
		fields["author_signature"] = signature
	}
	return fields
}

// at is the origin of a message that was first sent an hour before now.
func (o Origin) at(now time.Time) map[string]any {
	fields := map[string]any{"date": now.Add(-time.Hour).Unix()}
	for name, value := range o.fields {
		fields[name] = value
	}
	return fields
}

// isCommandTo tells of "/command" and "/command@bot".
func isCommandTo(username, text string) bool {
	if !strings.HasPrefix(text, "/") {
		return false
	}
	command, _, _ := strings.Cut(text, " ")
	_, addressee, named := strings.Cut(command, "@")
	return !named || strings.EqualFold(addressee, username)
}

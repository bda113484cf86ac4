// What people do to messages that are there: edit, move, delete, react, press a button.

package telegramtest

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Edits changes the text or the caption of one of the person's messages. With what stands there already it is an
// invisible change, as the real server tells of when a counter or a preview changed. It panics when he has no message of
// that id.
func (s *Speaker) Edits(messageID int, text string, entities ...Entity) ChatMessage {
	return s.edit(messageID, func(m *message) { m.text, m.entities = text, entities })
}

// EditsFile puts another file of the same kind into one of the person's messages.
func (s *Speaker) EditsFile(messageID int, f File) ChatMessage {
	return s.edit(messageID, func(m *message) {
		next := s.withFile(Item{Kind: m.kind, File: f})
		m.file, m.content = next.file, next.content
	})
}

// Moves updates a live location of the person.
func (s *Speaker) Moves(messageID int, latitude, longitude float64) ChatMessage {
	return s.edit(messageID, func(m *message) {
		where, _ := m.content["location"].(map[string]any)
		where = maps.Clone(where)
		maps.Copy(where, place(latitude, longitude))
		m.content = map[string]any{"location": where}
	})
}

func (s *Speaker) edit(messageID int, change func(*message)) ChatMessage {
	defer s.lock()()
	m := s.mine(messageID)
	change(m)
	m.editedAt, m.edited = s.chat.bot.server.options.now(), true
	s.chat.tell("edited_message", m)
	return m.view()
}

// Deletes deletes messages for both sides. The bot is told only in a Business chat; the result is the update's id, 0 for
// none.
func (s *Speaker) Deletes(messageIDs ...int) int64 {
	defer s.lock()()
	defer s.chat.bot.server.notify()
	for _, id := range messageIDs {
		s.seen(id).deleted = true
	}
	return s.chat.tellDeleted(messageIDs)
}

// Reacts makes these the person's reactions to a message, none of them to take all back; what is none of the standard
// emoji is the id of a custom one. The result is the id of the update, 0 when there is none: nothing changed, or the bot
// did not ask for message_reaction, which no default includes, or the chat is a Business chat.
func (s *Speaker) Reacts(messageID int, emoji ...string) int64 {
	defer s.lock()()
	m := s.seen(messageID)
	old := m.reactions[s.who.ID]
	m.react(s.who.ID, emoji)
	if slices.Equal(old, emoji) || s.chat.deaf || s.chat.business != nil {
		return 0
	}
	return s.chat.bot.bring("message_reaction", s.chat.queue("reaction"), map[string]any{
		"chat": s.chat.wire, "message_id": m.id, "user": s.who.user(), "date": s.chat.bot.server.options.now().Unix(),
		"old_reaction": wireReactions(old), "new_reaction": wireReactions(emoji),
	})
}

// react makes these the reactions of whoever has that id.
func (m *message) react(by int64, emoji []string) {
	if m.reactions == nil {
		m.reactions = map[int64][]string{}
	}
	m.reactions[by] = slices.Clone(emoji)
}

// wireReactions are reactions as ReactionType.
func wireReactions(emoji []string) []any {
	out := []any{}
	for _, e := range emoji {
		if slices.Contains(standardReactions(), e) {
			out = append(out, map[string]any{"type": "emoji", "emoji": e})
		} else {
			out = append(out, map[string]any{"type": "custom_emoji", "custom_emoji_id": e})
		}
	}
	return out
}

// Press is one press on a button of an inline keyboard.
type Press struct {
	// ID is the callback query's, UpdateID the update's that tells of it.
	ID       string
	UpdateID int64

	server *Server
	at     time.Time
	toast  *Toast
}

// Toast is what the person sees of the bot's answer to a press: nothing when Text is empty.
type Toast struct {
	Text string
	// Alert says that it has to be closed by a tap.
	Alert bool
	URL   string
	At    time.Time
}

// Answer is the bot's answer, false while there is none.
func (p *Press) Answer() (Toast, bool) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if p.toast == nil {
		return Toast{}, false
	}
	return *p.toast, true
}

// Presses presses a button under a message of the bot, by its text or its data. A message that the bot deleted meanwhile
// is told as inaccessible. It panics when there is no such button. For a press that Telegram tells twice, use
// Bot.Redeliver.
func (s *Speaker) Presses(messageID int, button string) *Press {
	defer s.lock()()
	m := s.seen(messageID)
	i := slices.IndexFunc(slices.Concat(m.buttons...), func(b Button) bool {
		return b.Data != "" && (b.Text == button || b.Data == button)
	})
	if i < 0 {
		panic(fmt.Sprintf("telegramtest: message %d has no button %q", messageID, button))
	}
	b := s.chat.bot
	p := &Press{ID: randomDigits(18), server: b.server, at: b.server.options.now()}
	b.presses[p.ID] = p
	under := m.wire()
	if m.deleted {
		under = map[string]any{"chat": m.chat.wire, "message_id": m.id, "date": 0}
	}
	p.UpdateID = b.bring("callback_query", fmt.Sprintf("press %d", s.who.ID), map[string]any{
		"id": p.ID, "from": s.who.user(), "message": under, "chat_instance": randomDigits(18),
		"data": slices.Concat(m.buttons...)[i].Data,
	})
	return p
}

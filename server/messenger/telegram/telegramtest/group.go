// Groups: chats of several people that a bot may be a member of.

package telegramtest

import "fmt"

// supergroups have ids below this, as at the real server.
const supergroups = -1000000000000

// Group is a group the bot is a member of. It reads all messages, unless Bot.SetPrivacy keeps them from it.
type Group struct {
	ID    int64
	Title string

	chat *chat
}

// NewGroup puts the bot into a group, without an update. An id below -1000000000000 makes it a supergroup, another
// negative one a basic group. Members are who else is in it; anybody may be made to speak there.
func (b *Bot) NewGroup(id int64, title string, members ...*Customer) *Group {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	for _, m := range members {
		if m.chat.bot != b {
			panic(fmt.Sprintf("telegramtest: %s is a customer of another bot", m.FirstName))
		}
	}
	return b.addGroup(id, title)
}

// addGroup makes a group; the caller holds mu.
func (b *Bot) addGroup(id int64, title string) *Group {
	c := &chat{bot: b, id: id, wire: wireChat{ID: id, Type: "group", Title: title}, lastID: &b.lastMessage}
	if id < supergroups {
		c.wire.Type, c.lastID = "supergroup", new(int)
	}
	b.chats[id] = c
	return &Group{ID: id, Title: title, chat: c}
}

// As is a member who speaks in the group.
func (g *Group) As(c *Customer) *Speaker { return &Speaker{chat: g.chat, who: c} }

// Hears makes the customer say text in the group.
func (g *Group) Hears(c *Customer, text string, entities ...Entity) ChatMessage {
	return g.As(c).Says(text, entities...)
}

// Chat is what the members see.
func (g *Group) Chat() []ChatMessage { return (&Speaker{chat: g.chat}).Chat() }

// History is Chat with the messages that were deleted.
func (g *Group) History() []ChatMessage { return (&Speaker{chat: g.chat}).History() }

// Joins tells that by added people to the group, or that he joined by himself when there are none.
func (g *Group) Joins(by *Customer, who ...*Customer) ChatMessage {
	if len(who) == 0 {
		who = []*Customer{by}
	}
	var users []wireUser
	for _, c := range who {
		users = append(users, c.user())
	}
	return g.As(by).write(message{kind: "new_chat_members", service: true, content: map[string]any{"new_chat_members": users}})
}

// Leaves tells that a member left.
func (g *Group) Leaves(c *Customer) ChatMessage {
	return g.As(c).write(message{kind: "left_chat_member", service: true, content: map[string]any{"left_chat_member": c.user()}})
}

// AddsBot makes the bot a member; the result is the update's id.
func (g *Group) AddsBot(by *Customer) int64 { return g.setMembership(by, "member", "") }

// RemovesBot takes the bot out of the group, from where it may be added again.
func (g *Group) RemovesBot(by *Customer) int64 {
	return g.setMembership(by, "left", fmt.Sprintf("Forbidden: bot is not a member of the %s chat", g.chat.wire.Type))
}

// BansBot takes the bot out of the group for good.
func (g *Group) BansBot(by *Customer) int64 {
	return g.setMembership(by, "kicked", fmt.Sprintf("Forbidden: bot was kicked from the %s chat", g.chat.wire.Type))
}

func (g *Group) setMembership(by *Customer, status, refusal string) int64 {
	defer g.As(by).lock()()
	c := g.chat
	was := c.membership
	if was == "" { // whoever makes a group and adds the bot then means that it was not in it
		was = map[bool]string{true: "left", false: "member"}[status == "member"]
	}
	c.membership, c.refusal, c.deaf = status, refusal, refusal != ""
	return c.tellMembership(by, was, status)
}

// Migrates makes the basic group a supergroup, the result: each is told of the other, ids of messages begin anew, and
// calls for the old id are refused with the new one.
func (g *Group) Migrates(by *Customer) *Group {
	defer g.As(by).lock()()
	next := g.chat.bot.addGroup(supergroups+g.ID, g.Title)
	announce := func(in *chat, kind string, id int64) {
		m := in.add(message{kind: kind, service: true, from: by.user(), content: map[string]any{kind: id}})
		in.tell("message", m)
	}
	announce(g.chat, "migrate_to_chat_id", next.ID)
	announce(next.chat, "migrate_from_chat_id", g.ID)
	g.chat.migratedTo = next.ID
	return next
}

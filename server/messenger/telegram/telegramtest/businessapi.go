// The methods of Business accounts, and the rights that all methods need there.

package telegramtest

import "time"

// active is how long after a customer's last message the bot may act in a Business chat,
// https://core.telegram.org/bots/api#businessbotrights.
const active = 24 * time.Hour

// connection finds a Business connection that is enabled.
func (c call) connection(id string) (*Business, *apiError) {
	b := c.bot.businesses[id]
	switch {
	case b == nil:
		return nil, badRequest("business connection not found")
	case !b.enabled:
		return nil, badRequest("BUSINESS_CONNECTION_INVALID")
	}
	return b, nil
}

// inConnection finds the chat of a Business connection that the customer keeps active, for what the bot has the right to.
func (c call) inConnection(id string, may func(Rights) bool) (*chat, *apiError) {
	b, refusal := c.connection(id)
	if refusal != nil {
		return nil, refusal
	}
	to := b.chats[c.params.chatID()]
	switch {
	case c.params.chatID() == b.Owner.ID:
		return nil, badRequest("messages must not be sent to self")
	case to == nil || !may(b.rights):
		return nil, badRequest("BUSINESS_PEER_INVALID")
	case c.server.options.now().Sub(to.heardAt) > active:
		return nil, badRequest("BUSINESS_PEER_USAGE_MISSING")
	}
	return to, nil
}

// reachBusiness is reach for a chat of a Business connection.
func (c call) reachBusiness(id string) (*chat, *apiError) {
	return c.inConnection(id, func(r Rights) bool { return r.CanReply })
}

func getBusinessConnection(c call) (any, *apiError) {
	b := c.bot.businesses[c.params.text("business_connection_id")]
	if b == nil {
		return nil, badRequest("business connection not found")
	}
	return b.wire(), nil
}

func readBusinessMessage(c call) (any, *apiError) {
	var p struct {
		MessageID int `json:"message_id"`
	}
	c.params.into(&p)
	in, refusal := c.inConnection(c.params.text("business_connection_id"), func(r Rights) bool { return r.CanReadMessages })
	if refusal != nil {
		return nil, refusal
	}
	if in.find(p.MessageID) == nil {
		return nil, badRequest("MESSAGE_ID_INVALID")
	}
	in.readTo = max(in.readTo, p.MessageID)
	return true, nil
}

func deleteBusinessMessages(c call) (any, *apiError) {
	b, refusal := c.connection(c.params.text("business_connection_id"))
	if refusal != nil {
		return nil, refusal
	}
	ids, refusal := c.messageIDs()
	if refusal != nil {
		return nil, refusal
	}
	found, in := b.messages(ids)
	if in == nil {
		return nil, badRequest("MESSAGE_ID_INVALID")
	}
	for _, m := range found {
		if m.chat != in { // "all messages must be from the same chat"
			return nil, badRequest("MESSAGE_ID_INVALID")
		}
		if !b.rights.CanDeleteAllMessages && (!m.byBot || !b.rights.CanDeleteSentMessages) {
			return nil, badRequest("message can't be deleted")
		}
	}
	for _, m := range found {
		m.deleted = true
	}
	in.tellDeleted(ids)
	return true, nil
}

// messages are those of the account with these ids, and the chat of the first.
func (b *Business) messages(ids []int) (found []*message, in *chat) {
	for _, id := range ids {
		for _, c := range b.chats {
			if m := c.find(id); m != nil {
				found = append(found, m)
				in = found[0].chat
			}
		}
	}
	return found, in
}

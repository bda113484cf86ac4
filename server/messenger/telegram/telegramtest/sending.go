// The methods that make messages: a text, a file, an album.

package telegramtest

import (
	"encoding/json"
)

// reach finds the chat that a call names, and says why the bot cannot write to it.
func (c call) reach() (*chat, *apiError) {
	if connection := c.params.text("business_connection_id"); connection != "" {
		return c.reachBusiness(connection)
	}
	to, known := c.bot.chats[c.params.chatID()]
	switch {
	case !known:
		return nil, badRequest("chat not found")
	case to.migratedTo != 0:
		return nil, &apiError{
			code: 400, description: "Bad Request: group chat was upgraded to a supergroup chat", migrateTo: to.migratedTo,
		}
	case to.refusal != "":
		return nil, refuse(403, "%s", to.refusal)
	case c.params.text("message_thread_id") != "" && c.params.text("message_thread_id") != "0":
		return nil, badRequest("message thread not found") // no chat of the emulator has topics
	}
	return to, nil
}

// post makes messages of one call, unless something that all kinds of message have in common speaks against it.
func (c call) post(to *chat, drafts ...message) ([]*message, *apiError) {
	reply, refusal := c.checkReply(to)
	if refusal != nil {
		return nil, refusal
	}
	under, refusal := c.checkMarkup(to)
	if refusal != nil {
		return nil, refusal
	}
	if c.server.options.rateLimits {
		if wait := take(c.server.options.now(), c.bot.limits.bot, c.bot.limits.ofChat(to.id)); wait > 0 {
			return nil, tooMany(wait)
		}
	}
	if under.replaces {
		to.keys = under.keys
	}
	var posted []*message
	for _, m := range drafts {
		m.byBot, m.reply, m.buttons, m.keys, m.fixed = true, reply, under.buttons, under.keys, under.fixed
		m.from = c.bot.user()
		if to.business != nil {
			m.from = to.business.Owner.user()
		}
		kept := to.add(m)
		c.bot.sent = append(c.bot.sent, kept)
		posted = append(posted, kept)
		if to.business != nil { // the bot is told of its own messages there
			to.tell("message", kept)
		}
	}
	return posted, nil
}

// postOne is post for a single message; the result is what the API answers.
func (c call) postOne(to *chat, draft message) (any, *apiError) {
	posted, refusal := c.post(to, draft)
	if refusal != nil {
		return nil, refusal
	}
	return posted[0].wire(), nil
}

func sendMessage(c call) (any, *apiError) {
	var p struct {
		Text     string   `json:"text"`
		Entities []Entity `json:"entities"`
	}
	c.params.into(&p)
	to, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	text, entities, refusal := c.checkText(p.Text, p.Entities)
	if refusal != nil {
		return nil, refusal
	}
	return c.postOne(to, message{kind: kindText, text: text, entities: entities})
}

// checkText cleans the text of a message and its entities, and refuses what no message can have.
func (c call) checkText(text string, entities []Entity) (string, []Entity, *apiError) {
	text, entities, refusal := c.clean(text, entities)
	if refusal != nil {
		return "", nil, refusal
	}
	switch n := len([]rune(text)); {
	case n == 0:
		return "", nil, badRequest("message text is empty")
	case n > maxText:
		return "", nil, badRequest("message is too long")
	}
	return text, entities, nil
}

// checkCaption is checkText for the text of a message with a file.
func (c call) checkCaption(text string, entities []Entity) (string, []Entity, *apiError) {
	text, entities, refusal := c.clean(text, entities)
	if refusal == nil && len([]rune(text)) > maxCaption {
		refusal = badRequest("message caption is too long")
	}
	return text, entities, refusal
}

// clean cleans as the real server does, and records entities that a caller must not send.
func (c call) clean(text string, entities []Entity) (string, []Entity, *apiError) {
	text, entities, err := cleanText(text, entities)
	if err != nil {
		c.server.violate("%v", err)
		return "", nil, badRequest("%v", err)
	}
	return text, entities, nil
}

// caption are the parameters of a caption.
type caption struct {
	Text     string   `json:"caption"`
	Entities []Entity `json:"caption_entities"`
}

func sendMedia(c call, kind string) (any, *apiError) {
	var p caption
	c.params.into(&p)
	to, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	m, refusal := c.withFile(kind, c.params.text(kind), p)
	if refusal != nil {
		return nil, refusal
	}
	return c.postOne(to, m)
}

// withFile is the message of one file.
func (c call) withFile(kind, ref string, p caption) (message, *apiError) {
	text, entities, refusal := c.checkCaption(p.Text, p.Entities)
	if refusal != nil {
		return message{}, refusal
	}
	f, refusal := c.input(kind, ref)
	if refusal != nil {
		return message{}, refusal
	}
	var more map[string]any
	if kind == kindSticker {
		more = stickerFields(f.Name, c.params.text("emoji"))
	}
	return message{kind: kind, text: text, entities: entities, file: f, content: c.bot.content(f, File{}, more)}, nil
}

// checkReply says which message the new one answers, nil for none.
func (c call) checkReply(to *chat) (*Reply, *apiError) {
	var p struct {
		MessageID    int             `json:"message_id"`
		ChatID       json.RawMessage `json:"chat_id"`
		WithoutReply bool            `json:"allow_sending_without_reply"`
		Quote        string          `json:"quote"`
		Entities     []Entity        `json:"quote_entities"`
	}
	if _, given := c.params["reply_parameters"]; !given {
		return nil, nil
	}
	c.params.intoOne("reply_parameters", &p)
	if p.ChatID != nil && (params{"chat_id": p.ChatID}).chatID() != to.id {
		return nil, badRequest("chat not found") // the emulator answers no message of another chat
	}
	answered := to.find(p.MessageID)
	if answered == nil {
		if p.WithoutReply {
			return nil, nil
		}
		return nil, badRequest("message to be replied not found")
	}
	quote, _, refusal := c.clean(p.Quote, p.Entities)
	if refusal != nil {
		return nil, refusal
	}
	if len([]rune(quote)) > maxQuote || unitsBefore(answered.text, quote) < 0 {
		return nil, badRequest("QUOTE_TEXT_INVALID")
	}
	return &Reply{MessageID: p.MessageID, Quote: quote}, nil
}

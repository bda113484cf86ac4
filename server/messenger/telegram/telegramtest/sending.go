// The methods that write into chats, and the small ones beside them.

package telegramtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func getMe(c call) (any, *apiError) {
	return wireMe{wireUser: c.bot.user(), CanJoinGroups: true}, nil
}

// reach finds the chat that chat_id names, and says why the bot cannot write to it.
func (c call) reach() (*chat, *apiError) {
	to, known := c.bot.chats[c.params.chatID()]
	if !known {
		return nil, badRequest("chat not found")
	}
	if to.refusal != "" {
		return nil, refuse(403, "%s", to.refusal)
	}
	return to, nil
}

func sendMessage(c call) (any, *apiError) {
	var p struct {
		Text     string   `json:"text"`
		Entities []Entity `json:"entities"`
		Reply    struct {
			MessageID    int  `json:"message_id"`
			WithoutReply bool `json:"allow_sending_without_reply"`
		} `json:"reply_parameters"`
	}
	c.params.into(&p)
	to, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	if p.Reply.MessageID != 0 && !p.Reply.WithoutReply && to.find(p.Reply.MessageID) == nil {
		return nil, badRequest("message to be replied not found")
	}
	text, entities, refusal := c.checkText(p.Text, p.Entities)
	if refusal != nil {
		return nil, refusal
	}
	now := c.server.options.now()
	if c.server.options.rateLimits {
		if wait := take(now, c.bot.limits.bot, c.bot.limits.ofChat(to.id)); wait > 0 {
			return nil, tooMany(wait)
		}
	}
	m := to.add(ChatMessage{FromBot: true, Text: text, Entities: entities})
	c.bot.sent = append(c.bot.sent, *m)
	return c.own(m, to), nil
}

// own is a message of the bot as the API shows it.
func (c call) own(m *ChatMessage, in *chat) wireMessage {
	w := m.wire(in)
	w.From = c.bot.user()
	return w
}

// checkText cleans a text and its entities as the real server does, and records entities that a caller must not send.
func (c call) checkText(text string, entities []Entity) (string, []Entity, *apiError) {
	text, entities, err := cleanText(text, entities)
	if err != nil {
		c.server.violate("%v", err)
		return "", nil, badRequest("%v", err)
	}
	switch n := len([]rune(text)); {
	case n == 0:
		return "", nil, badRequest("message text is empty")
	case n > maxText:
		return "", nil, badRequest("message is too long")
	}
	return text, entities, nil
}

func editMessageText(c call) (any, *apiError) {
	var p struct {
		MessageID int      `json:"message_id"`
		Text      string   `json:"text"`
		Entities  []Entity `json:"entities"`
	}
	c.params.into(&p)
	in, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	m := in.find(p.MessageID)
	switch {
	case m == nil:
		return nil, badRequest("message to edit not found")
	case !m.FromBot:
		return nil, badRequest("message can't be edited")
	}
	text, entities, refusal := c.checkText(p.Text, p.Entities)
	if refusal != nil {
		return nil, refusal
	}
	if text == m.Text && slices.Equal(entities, m.Entities) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the " +
			"same as a current content and reply markup of the message")
	}
	m.Text, m.Entities, m.Edited = text, entities, true
	c.bot.sent[c.bot.indexSent(m)] = *m
	w := c.own(m, in)
	w.EditDate = c.server.options.now().Unix()
	return w, nil
}

func (b *Bot) indexSent(m *ChatMessage) int {
	return slices.IndexFunc(b.sent, func(s ChatMessage) bool { return s.ID == m.ID && s.ChatID == m.ChatID })
}

func deleteMessage(c call) (any, *apiError) {
	var p struct {
		MessageID int `json:"message_id"`
	}
	c.params.into(&p)
	in, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	m := in.find(p.MessageID)
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	if m.FromBot {
		i := c.bot.indexSent(m)
		c.bot.sent = slices.Delete(c.bot.sent, i, i+1)
	}
	in.messages = slices.DeleteFunc(in.messages, func(x ChatMessage) bool { return x.ID == p.MessageID })
	return true, nil
}

func answerCallbackQuery(c call) (any, *apiError) {
	var p struct {
		ID   string `json:"callback_query_id"`
		Text string `json:"text"`
	}
	c.params.into(&p)
	if len([]rune(p.Text)) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	if !c.bot.callbacks[p.ID] {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	delete(c.bot.callbacks, p.ID)
	return true, nil
}

func setMyCommands(c call) (any, *apiError) {
	var p struct {
		Commands []struct {
			Command     string `json:"command"`
			Description string `json:"description"`
		} `json:"commands"`
	}
	c.params.into(&p)
	if len(p.Commands) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, command := range p.Commands {
		if !regexp.MustCompile(`^[a-z0-9_]{1,32}$`).MatchString(command.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := len([]rune(command.Description)); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	return true, nil
}

func sendChatAction(c call) (any, *apiError) {
	actions := strings.Fields("typing upload_photo record_video upload_video record_voice upload_voice upload_document " +
		"choose_sticker find_location record_video_note upload_video_note")
	var p struct {
		Action string `json:"action"`
	}
	c.params.into(&p)
	if !slices.Contains(actions, p.Action) {
		return nil, badRequest("wrong parameter action in request")
	}
	_, refusal := c.reach()
	return true, refusal
}

func setMessageReaction(c call) (any, *apiError) {
	in, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	id, err := strconv.Atoi(string(c.params["message_id"]))
	if err != nil || in.find(id) == nil {
		return nil, badRequest("message to react not found")
	}
	var reactions []json.RawMessage
	if raw, has := c.params["reaction"]; has && json.Unmarshal(raw, &reactions) != nil || len(reactions) > 1 {
		return nil, badRequest("REACTIONS_TOO_MANY")
	}
	return true, nil
}

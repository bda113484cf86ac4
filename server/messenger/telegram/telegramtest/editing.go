// The methods that change and delete messages.

package telegramtest

import (
	"reflect"
	"time"
)

// deletable is how long a message can be deleted, https://core.telegram.org/bots/api#deletemessage.
const deletable = 48 * time.Hour

// editable finds the message that a call edits.
func (c call) editable() (*message, *apiError) {
	var p struct {
		MessageID int `json:"message_id"`
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
	case !m.byBot, m.fixed:
		return nil, badRequest("message can't be edited")
	}
	return m, nil
}

// changed puts a new text and keyboard into a message, unless both are there already; an edit without keyboard removes it.
func (c call) changed(m *message, text string, entities []Entity) (any, *apiError) {
	under, refusal := c.checkMarkup(m.chat)
	if refusal != nil {
		return nil, refusal
	}
	buttons := under.buttons
	if text == m.text && equal(entities, m.entities) && equal(buttons, m.buttons) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the " +
			"same as a current content and reply markup of the message")
	}
	m.edited = m.edited || text != m.text || !equal(entities, m.entities)
	m.text, m.entities, m.buttons, m.editedAt = text, entities, buttons, c.server.options.now()
	if m.chat.business != nil {
		m.chat.tell("edited_message", m)
	}
	return m.wire(), nil
}

// equal compares slices; none and an empty one are the same.
func equal[T any](a, b []T) bool { return (len(a) == 0 && len(b) == 0) || reflect.DeepEqual(a, b) }

func editMessageText(c call) (any, *apiError) {
	var p struct {
		Text     string   `json:"text"`
		Entities []Entity `json:"entities"`
	}
	c.params.into(&p)
	m, refusal := c.editable()
	if refusal != nil {
		return nil, refusal
	}
	if m.kind != kindText {
		return nil, badRequest("there is no text in the message to edit")
	}
	text, entities, refusal := c.checkText(p.Text, p.Entities)
	if refusal != nil {
		return nil, refusal
	}
	return c.changed(m, text, entities)
}

func editMessageCaption(c call) (any, *apiError) {
	var p caption
	c.params.into(&p)
	m, refusal := c.editable()
	if refusal != nil {
		return nil, refusal
	}
	if !captioned(m.kind) {
		return nil, badRequest("there is no caption in the message to edit")
	}
	text, entities, refusal := c.checkCaption(p.Text, p.Entities)
	if refusal != nil {
		return nil, refusal
	}
	return c.changed(m, text, entities)
}

func editMessageReplyMarkup(c call) (any, *apiError) {
	m, refusal := c.editable()
	if refusal != nil {
		return nil, refusal
	}
	return c.changed(m, m.text, m.entities)
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
	return c.delete(m)
}

// maxDeleted is how many messages one call deletes at most.
const maxDeleted = 100

func deleteMessages(c call) (any, *apiError) {
	in, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	ids, refusal := c.messageIDs()
	if refusal != nil {
		return nil, refusal
	}
	var found []*message
	for _, id := range ids {
		if m := in.find(id); m != nil { // those that are not found are skipped
			found = append(found, m)
		}
	}
	return c.delete(found...)
}

// messageIDs are those of a call that names several messages.
func (c call) messageIDs() ([]int, *apiError) {
	var ids []int
	c.params.intoOne("message_ids", &ids)
	switch {
	case len(ids) == 0:
		return nil, badRequest("message identifiers are not specified")
	case len(ids) > maxDeleted:
		return nil, badRequest("too many message identifiers specified")
	}
	return ids, nil
}

// delete deletes all of the messages, or none when one of them cannot be.
func (c call) delete(messages ...*message) (any, *apiError) {
	for _, m := range messages {
		switch {
		case !m.byBot && !m.chat.private(): // the bot is no administrator in any group
			return nil, badRequest("message can't be deleted")
		case c.server.options.now().Sub(m.at) > deletable:
			return nil, badRequest("message can't be deleted for everyone")
		}
	}
	for _, m := range messages {
		m.deleted = true
	}
	return true, nil
}

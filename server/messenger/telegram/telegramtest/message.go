// A message: as the server keeps it, as the API shows it, and as people in the chat see it.

package telegramtest

import (
	"maps"
	"slices"
	"time"
)

// Entity is a MessageEntity: Offset and Length count UTF-16 code units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
}

// ChatMessage is a message as it stands in a chat.
type ChatMessage struct {
	// ID is the message id, ChatID the chat's.
	ID     int
	ChatID int64
	// FromBot tells the bot's messages from people's; From is the id of who wrote it, in a Business chat the owner's also
	// for what the bot wrote in his name.
	FromBot bool
	From    int64
	// Kind is the name of the API's field that holds the content: "text", "photo", "video_note", "location" and so on,
	// https://core.telegram.org/bots/api#message.
	Kind string
	// Text is the text or the caption.
	Text     string
	Entities []Entity
	// File is the file of it, the zero FileInfo for none.
	File FileInfo
	// MediaGroupID is shared by the messages of one album.
	MediaGroupID string
	// ReplyTo is what it answers, nil for nothing.
	ReplyTo *Reply
	// Reactions are the bot's own.
	Reactions []string
	// Buttons are the rows of its inline keyboard, Keys those of the reply keyboard that came with it.
	Buttons [][]Button
	Keys    [][]Key
	// At has a resolution of one second in what the bot is told, and the clock's own here.
	At time.Time
	// Edited is the sign of it that people see; another keyboard leaves none.
	Edited bool
	// Deleted is only seen in History and SentEver: the others leave such messages out.
	Deleted bool
	// UpdateID is the update that told the bot of it; 0 for its own messages.
	UpdateID int64
}

// Reply says which message another one answers, and the words quoted from it, empty for none.
type Reply struct {
	MessageID int
	Quote     string
}

// message is a message as the server keeps it.
type message struct {
	chat *chat
	id   int
	from wireUser
	// byBot says that the bot made it by a call.
	byBot    bool
	kind     string
	text     string
	entities []Entity
	// content are the fields that the API shows besides text, caption and their entities: {"photo": […]}.
	content map[string]any
	file    *storedFile
	album   string
	reply   *Reply
	// origin is a MessageOrigin, nil when it was not forwarded.
	origin  map[string]any
	buttons [][]Button
	keys    [][]Key
	// fixed says that it cannot be edited, see markup.
	fixed bool
	// reactions are those of each person and of the bot, by id.
	reactions map[int64][]string
	at        time.Time
	// editedAt is when anything of it was edited last, edited tells that people see a sign of it.
	editedAt time.Time
	edited   bool
	deleted  bool
	// service says that it tells of the chat, as that somebody joined.
	service  bool
	updateID int64
}

// view is the message as people see it.
func (m *message) view() ChatMessage {
	v := ChatMessage{
		ID: m.id, ChatID: m.chat.id, FromBot: m.byBot, From: m.from.ID, Kind: m.kind, Text: m.text,
		Entities: slices.Clone(m.entities), MediaGroupID: m.album, Reactions: slices.Clone(m.reactions[m.chat.bot.ID]),
		Buttons: slices.Clone(m.buttons), Keys: slices.Clone(m.keys), At: m.at, Edited: m.edited, Deleted: m.deleted, UpdateID: m.updateID,
	}
	if m.reply != nil {
		reply := *m.reply
		v.ReplyTo = &reply
	}
	if m.file != nil {
		v.File = m.file.FileInfo
	}
	return v
}

// views are messages as people see them; deleted tells whether those are among them that were deleted.
func views(messages []*message, deleted bool) []ChatMessage {
	out := []ChatMessage{}
	for _, m := range messages {
		if deleted || !m.deleted {
			out = append(out, m.view())
		}
	}
	return out
}

// wire is the message as the API shows it, https://core.telegram.org/bots/api#message.
func (m *message) wire() map[string]any {
	w := m.wireAlone()
	if m.reply == nil {
		return w
	}
	answered := m.chat.find(m.reply.MessageID)
	if answered != nil { // the real server leaves out one that is deleted or unknown
		w["reply_to_message"] = answered.wireAlone()
	}
	if m.reply.Quote != "" {
		position := 0
		if answered != nil {
			position = max(0, unitsBefore(answered.text, m.reply.Quote))
		}
		w["quote"] = map[string]any{"text": m.reply.Quote, "position": position, "is_manual": true}
	}
	return w
}

// wireAlone is the message without the one that it answers, as it stands in reply_to_message.
func (m *message) wireAlone() map[string]any {
	w := maps.Clone(m.content)
	if w == nil {
		w = map[string]any{}
	}
	w["message_id"], w["from"], w["chat"], w["date"] = m.id, m.from, m.chat.wire, m.at.Unix()
	set := func(name string, value any, given bool) {
		if given {
			w[name] = value
		}
	}
	text, entities := "caption", "caption_entities"
	if m.kind == kindText {
		text, entities = "text", "entities"
	}
	set(text, m.text, m.text != "")
	set(entities, m.entities, len(m.entities) > 0)
	set("edit_date", m.editedAt.Unix(), !m.editedAt.IsZero())
	set("media_group_id", m.album, m.album != "")
	set("forward_origin", m.origin, m.origin != nil)
	set("reply_markup", keyboard(m.buttons), len(m.buttons) > 0)
	if b := m.chat.business; b != nil {
		w["business_connection_id"] = b.ID
		set("sender_business_bot", m.chat.bot.user(), m.byBot)
	}
	return w
}

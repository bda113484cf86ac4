// Updates that are no messages: presses, reactions, memberships, deletions, Business connections. The library's types for
// them fail as a whole on a variant they do not know; here only what is needed is read.

package telegram

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// decodePress reads callback_query. A button under a message that was sent inline belongs to no chat the bot knows.
func decodePress(raw json.RawMessage) (messenger.Event, error) {
	var query struct {
		ID      string          `json:"id"`
		From    models.User     `json:"from"`
		Message json.RawMessage `json:"message"`
		Data    string          `json:"data"`
	}
	if err := json.Unmarshal(raw, &query); err != nil || query.ID == "" {
		return messenger.Event{}, undocumented("callback_query")
	}
	if query.Message == nil {
		return ignored("callback_query"), nil
	}
	m, err := readMessage(query.Message)
	if err != nil {
		return messenger.Event{}, err
	}
	return messenger.Event{
		Kind: messenger.EventPressed, Chat: m.place(), From: personOf(query.From), ExternalID: strconv.Itoa(m.ID),
		Press: &messenger.Press{ID: query.ID, Data: query.Data, Label: m.button(query.Data)},
	}, nil
}

// button is what stands on the button that carries data, empty when the message is too old to be told.
func (m message) button(data string) string {
	var markup struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	}
	m.read("reply_markup", &markup)
	for _, row := range markup.Rows {
		for _, b := range row {
			if b.Data != "" && b.Data == data {
				return valid(b.Text)
			}
		}
	}
	return ""
}

// decodeReaction reads message_reaction.
func decodeReaction(raw json.RawMessage) (messenger.Event, error) {
	var change struct {
		Chat      models.Chat       `json:"chat"`
		MessageID int64             `json:"message_id"`
		User      *models.User      `json:"user"`
		ActorChat *models.Chat      `json:"actor_chat"`
		Date      int64             `json:"date"`
		Old       []json.RawMessage `json:"old_reaction"`
		New       []json.RawMessage `json:"new_reaction"`
	}
	if err := json.Unmarshal(raw, &change); err != nil || change.MessageID == 0 {
		return messenger.Event{}, undocumented("message_reaction")
	}
	at, err := instant(change.Date)
	if err != nil {
		return messenger.Event{}, err
	}
	return messenger.Event{
		Kind: messenger.EventReaction, At: at, Chat: chatOf(change.Chat), From: eitherOf(change.User, change.ActorChat),
		ExternalID: strconv.FormatInt(change.MessageID, 10), Reactions: emoji(change.New), Former: emoji(change.Old),
	}, nil
}

// emoji are the reactions that are one; custom and paid ones are left out.
func emoji(reactions []json.RawMessage) []string {
	var out []string
	for _, raw := range reactions {
		var r struct {
			Type  string `json:"type"`
			Emoji string `json:"emoji"`
		}
		if json.Unmarshal(raw, &r) == nil && r.Type == "emoji" && r.Emoji != "" {
			out = append(out, r.Emoji)
		}
	}
	return out
}

// reach says what a bot's status in a chat means, https://core.telegram.org/bots/api#chatmember. In a private chat there
// are two: blocked and not.
func reach() map[messenger.ChatKind]map[models.ChatMemberType]messenger.EventKind {
	return map[messenger.ChatKind]map[models.ChatMemberType]messenger.EventKind{
		messenger.Private: {
			models.ChatMemberTypeBanned: messenger.EventBlocked,
			models.ChatMemberTypeMember: messenger.EventUnblocked,
		},
		messenger.Group: {
			models.ChatMemberTypeLeft:          messenger.EventBlocked,
			models.ChatMemberTypeBanned:        messenger.EventBlocked,
			models.ChatMemberTypeMember:        messenger.EventUnblocked,
			models.ChatMemberTypeAdministrator: messenger.EventUnblocked,
		},
	}
}

// decodeMembership reads my_chat_member: the customer blocked the bot or came back, a group removed or added it. A change
// that leaves the bot where it was (it became an administrator), and one in a channel, is ignored.
func decodeMembership(raw json.RawMessage) (messenger.Event, error) {
	type member struct {
		Status models.ChatMemberType `json:"status"`
	}
	var change struct {
		Chat models.Chat `json:"chat"`
		From models.User `json:"from"`
		Date int64       `json:"date"`
		Old  member      `json:"old_chat_member"`
		New  member      `json:"new_chat_member"`
	}
	if err := json.Unmarshal(raw, &change); err != nil {
		return messenger.Event{}, undocumented("my_chat_member")
	}
	at, err := instant(change.Date)
	if err != nil {
		return messenger.Event{}, err
	}
	event := ignored("my_chat_member")
	event.At, event.Chat, event.From = at, chatOf(change.Chat), personOf(change.From)
	meaning := reach()[event.Chat.Kind]
	kind, known := meaning[change.New.Status]
	if known && kind != meaning[change.Old.Status] && change.Chat.Type != models.ChatTypeChannel {
		event.Kind, event.Reason = kind, ""
	}
	return event, nil
}

// decodeDeletion reads deleted_business_messages.
func decodeDeletion(raw json.RawMessage) (messenger.Event, error) {
	var deleted struct {
		Connection string      `json:"business_connection_id"`
		Chat       models.Chat `json:"chat"`
		IDs        []int64     `json:"message_ids"`
	}
	if err := json.Unmarshal(raw, &deleted); err != nil || len(deleted.IDs) == 0 {
		return messenger.Event{}, undocumented("deleted_business_messages")
	}
	event := messenger.Event{Kind: messenger.EventDeleted, Chat: chatOf(deleted.Chat), From: customerOf(deleted.Chat)}
	event.Chat.Connection = deleted.Connection
	for _, id := range deleted.IDs {
		event.Deleted = append(event.Deleted, strconv.FormatInt(id, 10))
	}
	return event, nil
}

// decodeConnection reads business_connection.
func decodeConnection(raw json.RawMessage) (messenger.Event, error) {
	connection, at, err := readConnection(raw)
	if err != nil {
		return messenger.Event{}, err
	}
	return messenger.Event{
		Kind: messenger.EventConnected, At: at, From: connection.Owner, Connection: &connection,
	}, nil
}

// readConnection reads a Business connection. Before Bot API 9.0 can_reply stood in it, since then in its rights.
func readConnection(raw json.RawMessage) (messenger.Connection, time.Time, error) {
	type rights struct {
		CanReply bool `json:"can_reply"`
	}
	var c struct {
		ID        string      `json:"id"`
		User      models.User `json:"user"`
		Date      int64       `json:"date"`
		IsEnabled bool        `json:"is_enabled"`
		Rights    rights      `json:"rights"`
		rights
	}
	if err := json.Unmarshal(raw, &c); err != nil || c.ID == "" {
		return messenger.Connection{}, time.Time{}, undocumented("business_connection")
	}
	at, err := instant(c.Date)
	if err != nil {
		return messenger.Connection{}, time.Time{}, err
	}
	return messenger.Connection{
		ID: c.ID, Owner: personOf(c.User), Enabled: c.IsEnabled, CanReply: c.CanReply || c.Rights.CanReply,
	}, at, nil
}

// What a message answers, and where it was forwarded from.

package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// maxQuoted is how much of a message that is answered as a whole is shown, in code points.
const maxQuoted = 200

// quoted is the message that m answers, nil for none. In a topic of a group every message answers the message that made
// the topic, unless it answers another.
func (c *Client) quoted(m message) *messenger.Quoted {
	var quote struct {
		Text string `json:"text"`
	}
	m.read("quote", &quote)
	if original, err := readMessage(m.fields["reply_to_message"]); err == nil && !original.has("forum_topic_created") {
		text := quote.Text
		if text == "" {
			text = beginning(original.words().Plain, maxQuoted)
		}
		return &messenger.Quoted{ExternalID: strconv.Itoa(original.ID), Text: text, Author: c.authorOf(original)}
	}
	if external, there := m.fields["external_reply"]; there {
		// A message of another chat: its id would be taken for one of this chat.
		var elsewhere struct {
			Origin json.RawMessage `json:"origin"`
		}
		_ = json.Unmarshal(external, &elsewhere) // without an origin the quote alone is told
		name, _ := originOf(elsewhere.Origin)
		return &messenger.Quoted{Text: quote.Text, Author: name}
	}
	return nil
}

// authorOf is who wrote a message, empty when it was the bot, be it in the name of a Business account.
func (c *Client) authorOf(m message) string {
	for _, u := range []*models.User{m.From, m.SenderBusinessBot} {
		if u != nil && u.ID == c.id {
			return ""
		}
	}
	return senderOf(m.Message).Name
}

// originOf is who wrote a message first, and its address where it is public
// (https://core.telegram.org/bots/api#messageorigin). The name is empty for an origin that this version does not know.
func originOf(raw json.RawMessage) (name, address string) {
	var origin struct {
		User       *models.User `json:"sender_user"`
		HiddenUser string       `json:"sender_user_name"`
		SenderChat *models.Chat `json:"sender_chat"`
		Channel    *models.Chat `json:"chat"`
		MessageID  int64        `json:"message_id"`
	}
	if json.Unmarshal(raw, &origin) != nil {
		return "", ""
	}
	switch {
	case origin.User != nil:
		return nameOf(*origin.User), ""
	case origin.SenderChat != nil:
		return nameOfChat(*origin.SenderChat), ""
	case origin.Channel != nil:
		if origin.Channel.Username != "" && origin.MessageID != 0 {
			address = fmt.Sprintf("https://t.me/%s/%d", origin.Channel.Username, origin.MessageID)
		}
		return nameOfChat(*origin.Channel), address
	}
	return valid(origin.HiddenUser), ""
}

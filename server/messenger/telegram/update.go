// Taking webhook bodies apart, just far enough to store updates and keep their order.

package telegram

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// secretHeader is where Telegram sends the webhook's secret back, https://core.telegram.org/bots/api#setwebhook.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Authentic compares the secret of the request in constant time. An empty secret matches nothing.
func (c *Client) Authentic(r *http.Request, _ []byte, secret string) bool {
	return secret != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get(secretHeader)), []byte(secret)) == 1
}

// Split reads one update; Telegram's requests bring one each.
func (c *Client) Split(body []byte) (messenger.Delivery, error) {
	if !json.Valid(body) {
		return messenger.Delivery{}, errors.New("telegram: the body is not JSON")
	}
	u, _ := splitOne(body)
	return messenger.Delivery{Updates: []messenger.Update{u}}, nil
}

// splitOne reads the id and the lane of an update, which is valid JSON; id is nil when it cannot be read.
func splitOne(raw []byte) (u messenger.Update, id *int64) {
	hash := sha256.Sum256(raw)
	u = messenger.Update{EventID: "h" + hex.EncodeToString(hash[:16]), Raw: raw}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		u.Undecodable = "an update is an object"
		return u, nil
	}
	if err := json.Unmarshal(fields["update_id"], &id); err != nil || id == nil {
		u.Undecodable = "update_id is not a whole number"
		return u, nil
	}
	u.EventID = "u" + strconv.FormatInt(*id, 10)
	kind := kindOf(fields)
	place, err := placeOf(kind, fields[kind])
	if err != nil {
		u.Undecodable = err.Error()
		return u, id
	}
	u.Lane, u.Album = place.lane(), place.album(kind)
	return u, id
}

// kindOf is the name of the field that says what an update is; empty when this version knows none of its fields.
func kindOf(fields map[string]json.RawMessage) string {
	for _, kind := range allowedUpdates() {
		if _, has := fields[kind]; has {
			return kind
		}
	}
	return ""
}

// place is where an update belongs: what decides its order.
type place struct {
	Connection string `json:"business_connection_id"`
	Chat       struct {
		ID *int64 `json:"id"`
	} `json:"chat"`
	// Group is read apart: one that cannot be read is no reason to lose the message.
	Group json.RawMessage `json:"media_group_id"`
}

// lane is one per conversation, and one per Business connection; an update of neither is in a lane of its own.
func (p place) lane() string {
	if p.Chat.ID == nil {
		return p.Connection
	}
	lane := strconv.FormatInt(*p.Chat.ID, 10)
	if p.Connection != "" {
		lane = p.Connection + "/" + lane
	}
	return lane
}

// album is the key of the album that a new message is part of. An edit waits for no siblings.
func (p place) album(kind string) string {
	var key string
	if kind != "message" && kind != "business_message" || json.Unmarshal(p.Group, &key) != nil {
		return ""
	}
	return key
}

// placeOf reads the place out of an update's content. A kind that nobody asked for has no place; a message without a chat,
// or with one of the wrong type, is an error. The changes of a Business connection are in order among themselves.
func placeOf(kind string, content json.RawMessage) (place, error) {
	switch kind {
	case "":
		return place{}, nil
	case "business_connection":
		var connection struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(content, &connection); err != nil || connection.ID == "" {
			return place{}, errors.Errorf("%s is not of the documented form", kind)
		}
		return place{Connection: connection.ID}, nil
	case "callback_query": // its message is missing when it was sent inline, into a chat unknown to the bot
		var query struct {
			Message *place `json:"message"`
		}
		if err := json.Unmarshal(content, &query); err != nil {
			return place{}, errors.Errorf("%s is not of the documented form", kind)
		}
		if query.Message == nil {
			return place{}, nil
		}
		return *query.Message, nil
	}
	var p place
	if err := json.Unmarshal(content, &p); err != nil || p.Chat.ID == nil {
		return place{}, errors.Errorf("%s is not of the documented form", kind)
	}
	return p, nil
}

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
	u.Lane = place.lane()
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
}

// lane is one per conversation; an update of no chat is in a lane of its own.
func (p place) lane() string {
	if p.Chat.ID == nil {
		return ""
	}
	lane := strconv.FormatInt(*p.Chat.ID, 10)
	if p.Connection != "" {
		lane = p.Connection + "/" + lane
	}
	return lane
}

// placeOf reads the place out of an update's content. A kind that has no chat, or that nobody asked for, has no place; a
// message without a chat, or with one of the wrong type, is an error.
func placeOf(kind string, content json.RawMessage) (place, error) {
	switch kind {
	case "", "business_connection":
		return place{}, nil
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

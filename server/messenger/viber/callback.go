// Callbacks as they come: proof of origin, and the little that is needed to store one.

package viber

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const signatureHeader = "X-Viber-Content-Signature"

// The events of Viber's callbacks.
const (
	eventWebhook      = "webhook"
	eventMessage      = "message"
	eventStarted      = "conversation_started"
	eventSubscribed   = "subscribed"
	eventUnsubscribed = "unsubscribed"
	eventDelivered    = "delivered"
	eventSeen         = "seen"
	eventFailed       = "failed"
)

const (
	// maxID bounds event names and user ids; Viber's have 24 characters. They become keys of rows.
	maxID = 200
	// endOfTime is the first millisecond that no four-digit year can show.
	endOfTime = 253402300800000
)

// Authentic implements messenger.Messenger: the signature is the hex HMAC-SHA256 of the raw body with the token, in the
// header or, as Viber sends it to some accounts, in the query as sig.
func (c *Client) Authentic(r *http.Request, body []byte, _ string) bool {
	told := r.Header.Get(signatureHeader)
	if told == "" {
		told = r.URL.Query().Get("sig")
	}
	given, err := hex.DecodeString(told)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(c.token))
	_, _ = mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

// user is a customer in a callback.
type user struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Avatar   string `json:"avatar"`
	Language string `json:"language"`
}

// envelope is what all callbacks have. message_token is an unsigned 64-bit number, beyond what a float holds.
type envelope struct {
	Event     string      `json:"event"`
	Timestamp json.Number `json:"timestamp"`
	Token     json.Number `json:"message_token"`
	Sender    user        `json:"sender"`  // message
	User      user        `json:"user"`    // conversation_started, subscribed
	UserID    string      `json:"user_id"` // unsubscribed and receipts
}

// person is who the callback is about; only the ID is known for some events.
func (e envelope) person() user {
	switch {
	case e.Sender.ID != "":
		return e.Sender
	case e.User.ID != "":
		return e.User
	default:
		return user{ID: e.UserID}
	}
}

// check says what makes the callback unusable, nil for nothing.
func (e envelope) check() error {
	if !usable(e.Event) || e.Event == "" {
		return errors.New("event is missing or no name")
	}
	if _, err := strconv.ParseUint(e.Token.String(), 10, 64); err != nil {
		return errors.New("message_token is missing or no unsigned 64-bit number")
	}
	if _, err := e.at(); err != nil {
		return err
	}
	if _, ours := kinds[e.Event]; ours && e.person().ID == "" {
		return errors.New("the user's id is missing")
	}
	if !usable(e.person().ID) {
		return errors.New("the user's id is no id")
	}
	return nil
}

// at is the zero time where Viber told none.
func (e envelope) at() (time.Time, error) {
	if e.Timestamp == "" {
		return time.Time{}, nil
	}
	ms, err := strconv.ParseInt(e.Timestamp.String(), 10, 64)
	if err != nil || ms < 0 || ms >= endOfTime {
		return time.Time{}, errors.New("timestamp is no time in milliseconds")
	}
	return time.UnixMilli(ms).UTC(), nil
}

// eventID of a receipt names the user besides the message it is about: a second device's is the same event.
func (e envelope) eventID() string {
	id := e.Event + ":" + e.Token.String()
	if k := kinds[e.Event]; k.receipt {
		id += ":" + e.UserID
	}
	return id
}

// usable tells whether s can be part of a key.
func usable(s string) bool {
	return len(s) <= maxID && !strings.ContainsFunc(s, isControl)
}

// Split implements messenger.Messenger: a body is one callback. The check that set_webhook makes brings no update.
func (c *Client) Split(body []byte) (messenger.Delivery, error) {
	if !json.Valid(body) {
		return messenger.Delivery{}, errors.New("viber: the body is no JSON")
	}
	e, err := readEnvelope(body)
	if err != nil {
		return messenger.Delivery{Updates: []messenger.Update{undecodable(body, err)}}, nil
	}
	if e.Event == eventWebhook {
		return messenger.Delivery{Dropped: map[string]int{"webhook_check": 1}}, nil
	}
	return messenger.Delivery{Updates: []messenger.Update{{EventID: e.eventID(), Lane: e.person().ID, Raw: body}}}, nil
}

// undecodable keeps a callback that cannot be read; the same body is the same event.
func undecodable(body []byte, why error) messenger.Update {
	sum := sha256.Sum256(body)
	return messenger.Update{EventID: "undecodable:" + hex.EncodeToString(sum[:]), Raw: body, Undecodable: why.Error()}
}

// readEnvelope reads and checks what all callbacks have. Its errors hold nothing that a customer wrote.
func readEnvelope(raw []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, wrongType(err)
	}
	return e, e.check()
}

// wrongType names the field that cannot be read, without its value.
func wrongType(err error) error {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return errors.Errorf("%q is of the wrong type", t.Field)
	}
	return errors.New("a field is of the wrong type")
}

// Package messenger says what a messenger is to msgbot: a small required interface, optional capabilities, limits as
// data, the events a messenger brings, and the classes its errors fall into. Adapters live in folders below it and
// never import each other; nothing here knows Mattermost.
package messenger

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Kind names a messenger; it is the folder name of its adapter and the value of Bot.kind in REST.
type Kind string

// The messengers msgbot speaks.
const (
	Telegram Kind = "telegram"
	Viber    Kind = "viber"
)

// Title is the messenger's name as people write it.
func (k Kind) Title() string {
	if k == "" {
		return ""
	}
	return strings.ToUpper(string(k[:1])) + string(k[1:])
}

// Mode says how updates reach msgbot.
type Mode string

// The modes of receiving: the messenger calls us, or we ask it.
const (
	Webhook Mode = "webhook"
	Polling Mode = "polling"
)

// Account is what a messenger says of the bot that a token belongs to.
type Account struct {
	// ID is the messenger's own id of the bot; two bots with one ID are the same bot.
	ID       string
	Name     string
	Username string
	// AvatarURL is empty where the messenger tells none that is public.
	AvatarURL string
}

// Update is one inbound update, known just well enough to store it: the rest is decoded in its lane.
type Update struct {
	// EventID is unique within a bot; a second delivery of the same update has the same one.
	EventID string
	// Lane groups what must stay in order: one lane per conversation. Empty is a lane of its own.
	Lane string
	// Album is the key that the messages of one album share, empty for all others.
	Album string
	// Raw is the update as it came.
	Raw []byte
	// Undecodable is set, with the reason, when the update is valid JSON that the adapter cannot read.
	Undecodable string
}

// Delivery is what one webhook request or one poll brought.
type Delivery struct {
	Updates []Update
	// Dropped counts what needs no row, by named reason (a webhook check, a receipt nobody asked for).
	Dropped map[string]int
}

// WebhookState is what the messenger says of its registered webhook.
type WebhookState struct {
	// URL is the address the messenger calls now; empty when none is set.
	URL string
	// Pending is the number of updates that wait at the messenger, 0 where it does not tell.
	Pending int
	// LastError and LastErrorAt are the last failed delivery, empty and zero when there was none.
	LastError   string
	LastErrorAt time.Time
}

// Messenger is one connected bot account at its messenger. All methods are safe for concurrent use; errors are *Error
// with a class. A method never retries by itself: whether to try again is the caller's to decide.
type Messenger interface {
	Kind() Kind
	Capabilities() Capabilities

	// Account asks the messenger whose token this is.
	Account(ctx context.Context) (Account, error)

	// Send makes exactly one call that creates at most one message, or one album, and returns the messenger's ids of its
	// messages in their order. After Ambiguous it is unknown whether they exist; after any other class they do not.
	Send(ctx context.Context, out Outgoing) (externalIDs []string, err error)

	// SetWebhook makes url the address of updates; whoever held it before loses it silently. secret comes back with
	// each call where the messenger has such a thing (Telegram), else it is unused.
	SetWebhook(ctx context.Context, url, secret string) error
	WebhookState(ctx context.Context) (WebhookState, error)
	DeleteWebhook(ctx context.Context) error

	// Authentic tells in constant time whether the request came from the messenger. Body is the raw body.
	Authentic(r *http.Request, body []byte, secret string) bool
	// Split takes a webhook body apart into updates. The error is for JSON that cannot be parsed at all.
	Split(body []byte) (Delivery, error)
	// Decode reads one stored update. The error says that this adapter cannot read it (it is then quarantined).
	Decode(raw []byte) (Event, error)
}

// Exchange is one HTTP exchange with a messenger, for the admin's log: never a token, never a message text.
type Exchange struct {
	At        time.Time
	Direction Direction
	// Method is the API method (sendMessage) or the kind of callback.
	Method   string
	Status   int
	Duration time.Duration
	// Error is the messenger's description or a network error without its URL.
	Error string
}

// Direction of an exchange, seen from msgbot.
type Direction string

// Directions.
const (
	Inbound  Direction = "in"
	Outbound Direction = "out"
)

// Options are what every adapter is made from.
type Options struct {
	Token string
	// BaseURL is the API's address without a trailing slash.
	BaseURL string
	Client  *http.Client
	// Media fetches customers' files: it refuses addresses that are not public, but for BaseURL's. http.DefaultClient
	// when nil.
	Media *http.Client
	// Observe is told of every outbound exchange; nil for none. It must not block.
	Observe func(Exchange)
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

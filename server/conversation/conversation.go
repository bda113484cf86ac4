// Package conversation holds what msgbot knows of bots, customers and conversations, and decides without touching
// anything: which thread a message belongs to, which post of an agent goes out, what a change of status means.
package conversation

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Bot is a connected Telegram or Viber bot account with its inbox channel. Its token is never part of it.
type Bot struct {
	ID   string
	Kind messenger.Kind
	// AccountID is the messenger's id of the account, unique by Kind.
	AccountID string
	Name      string
	Username  string
	AvatarURL string
	// ChannelID is the inbox channel.
	ChannelID string
	Mode      messenger.Mode
	Paused    bool
	Settings  Settings
	CreatedBy string
	CreatedAt time.Time
	// Version rises with every change of the row; caches compare it.
	Version int64
}

// Customer is a person at the other end, one per bot and messenger user.
type Customer struct {
	ID         string
	BotID      string
	ExternalID string
	Name       string
	FirstName  string
	Username   string
	Language   string
	AvatarURL  string
	// Unreachable says in the messenger's words why nothing can be sent to him; empty when it can.
	Unreachable string
}

// Called is the name by which the customer is addressed: the first one, or the only one that the messenger tells, as
// Viber's.
func (c Customer) Called() string { return cmp.Or(c.FirstName, c.Name) }

// Status of a conversation.
type Status string

// The statuses.
const (
	Open    Status = "open"
	Snoozed Status = "snoozed"
	Closed  Status = "closed"
)

// Mode says who answers: automatic answers, or people only.
type Mode string

// The modes.
const (
	BotMode   Mode = "bot"
	HumanMode Mode = "human"
)

// Conversation is the exchange with one customer (or one group), unique by bot, chat and business connection.
type Conversation struct {
	ID       string
	BotID    string
	Customer Customer
	Chat     messenger.Chat
	Status   Status
	Mode     Mode
	// AssigneeID is the agent who owns it, empty for nobody.
	AssigneeID string
	Tags       []string
	Thread     Thread
	// WaitingSince is the time of the earliest customer message nobody answered; zero when we wait for the customer.
	WaitingSince time.Time
	// LastMessageAt is the time of the last message in either direction.
	LastMessageAt time.Time
	ClosedAt      time.Time
	// FirstResponse is the time from the start of waiting to the first agent reply, zero while there is none.
	FirstResponse time.Duration
	CreatedAt     time.Time
	// Payload is the deep link by which the customer came last and that no thread has shown yet; empty for none.
	Payload string
	// EarlyEditAt is the time of the newest edit that was shown before its original came, zero for none.
	EarlyEditAt time.Time
	// LastAgentAt is when an agent replied last, zero for never.
	LastAgentAt time.Time
	// HumanSince is when human mode began, zero in bot mode.
	HumanSince time.Time
	// Memory is what the automatic answers remember of it, JSON of autoreply.Memory; nil for nothing.
	Memory json.RawMessage
	// Keyboard is the external id of the message whose buttons the customer sees, empty for none.
	Keyboard string
}

// Thread is the Mattermost thread that shows a conversation now.
type Thread struct {
	// RootPostID is the card; empty before the first message.
	RootPostID string
	ChannelID  string
	// Seq counts the conversation's threads from 1; 0 before the first.
	Seq int
	// Posts counts what the thread holds, about.
	Posts int
	// Preview is the first message's beginning, shown on the card and never refreshed.
	Preview string
}

// Direction of a message, as REST names it.
type Direction string

// Directions.
const (
	In   Direction = "in"
	Out  Direction = "out"
	Auto Direction = "auto"
	Note Direction = "note"
)

// Delivery is the state of a message, as REST names it.
type Delivery string

// The delivery states. Held is shown as failed with a reason and a button: the reply was not sent on purpose.
const (
	Received  Delivery = "received"
	None      Delivery = "none"
	Queued    Delivery = "queued"
	Sending   Delivery = "sending"
	Sent      Delivery = "sent"
	Delivered Delivery = "delivered"
	Seen      Delivery = "seen"
	Failed    Delivery = "failed"
	Unknown   Delivery = "unknown"
	Held      Delivery = "held"
	Cancelled Delivery = "cancelled"
)

// MaxThreadPosts is how long a thread may grow before the conversation goes on in a new linked card: Mattermost loads
// the whole thread for every reply (10 ms when short, 33 to 60 ms at 5,000; measured on Mattermost 11.1).
const MaxThreadPosts = 500

// What REST shows of bots, conversations and messages. Times are Unix milliseconds.

package api

import (
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

type botView struct {
	ID        string                `json:"id"`
	Kind      messenger.Kind        `json:"kind"`
	Name      string                `json:"name"`
	Username  string                `json:"username"`
	AvatarURL string                `json:"avatar_url,omitempty"`
	ChannelID string                `json:"channel_id"`
	Mode      messenger.Mode        `json:"mode"`
	State     bots.State            `json:"state"`
	Settings  conversation.Settings `json:"settings"`
	CreatedBy string                `json:"created_by"`
	CreatedAt int64                 `json:"created_at"`
}

func viewBot(b conversation.Bot, state bots.State) botView {
	return botView{
		ID: b.ID, Kind: b.Kind, Name: b.Name, Username: b.Username, AvatarURL: b.AvatarURL, ChannelID: b.ChannelID,
		Mode: b.Mode, State: state, Settings: b.Settings, CreatedBy: b.CreatedBy, CreatedAt: millis(b.CreatedAt),
	}
}

type healthView struct {
	State  bots.State  `json:"state"`
	Checks []checkView `json:"checks"`
}

type checkView struct {
	Name   string     `json:"name"`
	State  bots.State `json:"state"`
	Detail string     `json:"detail"`
	Since  int64      `json:"since"`
}

func viewHealth(h bots.Health) healthView {
	v := healthView{State: h.State, Checks: make([]checkView, 0, len(h.Checks))}
	for _, c := range h.Checks {
		v.Checks = append(v.Checks, checkView{c.Name, c.State, c.Detail, millis(c.Since)})
	}
	return v
}

type exchangeView struct {
	At         int64               `json:"at"`
	Direction  messenger.Direction `json:"direction"`
	Method     string              `json:"method"`
	Status     int                 `json:"status"`
	DurationMS int64               `json:"duration_ms"`
	Error      string              `json:"error,omitempty"`
}

func viewExchange(e messenger.Exchange) exchangeView {
	return exchangeView{millis(e.At), e.Direction, e.Method, e.Status, e.Duration.Milliseconds(), e.Error}
}

type statusView struct {
	ID          string         `json:"id"`
	Kind        messenger.Kind `json:"kind"`
	Name        string         `json:"name"`
	State       bots.State     `json:"state"`
	Inbox       int            `json:"inbox"`
	Outbox      int            `json:"outbox"`
	Quarantined int            `json:"quarantined"`
	OldestAt    int64          `json:"oldest_at,omitempty"`
}

func viewStatus(b conversation.Bot, state bots.State, d bots.Depth) statusView {
	return statusView{b.ID, b.Kind, b.Name, state, d.Inbox, d.Outbox, d.Quarantined, millis(d.Oldest)}
}

type conversationView struct {
	ID              string              `json:"id"`
	BotID           string              `json:"bot_id"`
	ChannelID       string              `json:"channel_id"`
	RootPostID      string              `json:"root_post_id"`
	Status          conversation.Status `json:"status"`
	Mode            conversation.Mode   `json:"mode"`
	AssigneeID      string              `json:"assignee_id"`
	Tags            []string            `json:"tags"`
	Customer        customerView        `json:"customer"`
	WaitingSince    int64               `json:"waiting_since,omitempty"`
	LastMessageAt   int64               `json:"last_message_at"`
	FirstResponseMS int64               `json:"first_response_ms,omitempty"`
}

type customerView struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Username    string `json:"username"`
	Language    string `json:"language"`
	Unreachable string `json:"unreachable,omitempty"`
}

func viewConversation(c conversation.Conversation) conversationView {
	return conversationView{
		ID: c.ID, BotID: c.BotID, ChannelID: c.Thread.ChannelID, RootPostID: c.Thread.RootPostID, Status: c.Status, Mode: c.Mode,
		AssigneeID: c.AssigneeID, Tags: append([]string{}, c.Tags...),
		Customer: customerView{
			ID: c.Customer.ID, Name: c.Customer.Name, Username: c.Customer.Username, Language: c.Customer.Language,
			Unreachable: c.Customer.Unreachable,
		},
		WaitingSince: millis(c.WaitingSince), LastMessageAt: millis(c.LastMessageAt), FirstResponseMS: c.FirstResponse.Milliseconds(),
	}
}

type messageView struct {
	PostID    string                 `json:"post_id"`
	Direction conversation.Direction `json:"direction"`
	At        int64                  `json:"at"`
	State     conversation.Delivery  `json:"state"`
	Error     *messageError          `json:"error,omitempty"`
	Parts     []partView             `json:"parts"`
	Versions  []versionView          `json:"versions,omitempty"`
}

type messageError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type partView struct {
	ExternalID string                `json:"external_id"`
	Kind       string                `json:"kind"`
	State      conversation.Delivery `json:"state"`
}

// versionView is a text that the message had until At.
type versionView struct {
	At   int64  `json:"at"`
	Text string `json:"text"`
}

func viewMessage(m Message, trouble *messageError) messageView {
	v := messageView{
		PostID: m.PostID, Direction: m.Direction, At: millis(m.At), State: publicState(m.State), Error: trouble, Parts: []partView{},
	}
	for _, p := range m.Parts {
		v.Parts = append(v.Parts, partView{p.ExternalID, p.Kind, publicState(p.State)})
	}
	for _, earlier := range m.Versions {
		v.Versions = append(v.Versions, versionView{millis(earlier.At), earlier.Text})
	}
	return v
}

type connectionView struct {
	ID    string                       `json:"id"`
	User  ownerView                    `json:"user"`
	State conversation.ConnectionState `json:"state"`
	Since int64                        `json:"since"`
}

// ownerView is the person whose Business account it is, by the messenger's id.
type ownerView struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

func viewConnection(c conversation.Connection) connectionView {
	return connectionView{
		ID: c.ID, User: ownerView{c.Owner.ID, c.Owner.Name, c.Owner.Username}, State: c.State, Since: millis(c.Since),
	}
}

// publicState leaves out the states that matter inside only.
func publicState(d conversation.Delivery) conversation.Delivery {
	switch d {
	case conversation.Sending:
		return conversation.Queued
	case conversation.Held, conversation.Cancelled:
		return conversation.Failed
	}
	return d
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

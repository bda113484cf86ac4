package world

// msgbot's REST interface, with typed answers. The types are written from its reference, not shared with the server:
// a test sees what any caller sees.

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// Prefix is the path of msgbot's REST interface.
const Prefix = "/plugins/" + PluginID + "/api/v1"

// Mode is how updates of a Telegram bot reach msgbot.
type Mode string

// The modes.
const (
	Webhook Mode = "webhook"
	Polling Mode = "polling"
)

// NewBot is the body of POST /bots.
type NewBot struct {
	Kind      string         `json:"kind"`
	Token     string         `json:"token"`
	ChannelID string         `json:"channel_id"`
	Mode      Mode           `json:"mode,omitempty"`
	Name      string         `json:"name,omitempty"`
	Settings  map[string]any `json:"settings,omitempty"`
	TakeOver  bool           `json:"take_over,omitempty"`
}

// BotView is a connected bot. Times here and below are Unix milliseconds.
type BotView struct {
	ID        string         `json:"id"`
	Kind      string         `json:"kind"`
	Name      string         `json:"name"`
	Username  string         `json:"username"`
	AvatarURL string         `json:"avatar_url"`
	ChannelID string         `json:"channel_id"`
	Mode      Mode           `json:"mode"`
	State     string         `json:"state"`
	Settings  map[string]any `json:"settings"`
	CreatedBy string         `json:"created_by"`
	CreatedAt int64          `json:"created_at"`
}

// Health is a bot's health: State is the worst of the checks, "ok", "warning" or "error".
type Health struct {
	State  string  `json:"state"`
	Checks []Check `json:"checks"`
}

// Check is one thing the health watch looks at.
type Check struct {
	Name   string `json:"name"`
	State  string `json:"state"`
	Detail string `json:"detail"`
	Since  int64  `json:"since"`
}

// Exchange is one HTTP exchange with the messenger.
type Exchange struct {
	At         int64  `json:"at"`
	Direction  string `json:"direction"`
	Method     string `json:"method"`
	Status     int    `json:"status"`
	DurationMS int64  `json:"duration_ms"`
	Error      string `json:"error"`
}

// Status is what waits for one bot.
type Status struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	State       string `json:"state"`
	Inbox       int    `json:"inbox"`
	Outbox      int    `json:"outbox"`
	Quarantined int    `json:"quarantined"`
	OldestAt    int64  `json:"oldest_at"`
}

// Conversation is a conversation with its present thread.
type Conversation struct {
	ID              string   `json:"id"`
	BotID           string   `json:"bot_id"`
	ChannelID       string   `json:"channel_id"`
	RootPostID      string   `json:"root_post_id"`
	Status          string   `json:"status"`
	Mode            string   `json:"mode"`
	AssigneeID      string   `json:"assignee_id"`
	Tags            []string `json:"tags"`
	Customer        Person   `json:"customer"`
	WaitingSince    int64    `json:"waiting_since"`
	LastMessageAt   int64    `json:"last_message_at"`
	FirstResponseMS int64    `json:"first_response_ms"`
}

// Person is a customer as msgbot knows him.
type Person struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Username    string `json:"username"`
	Language    string `json:"language"`
	Unreachable string `json:"unreachable"`
}

// Message is one message of a conversation; Direction is "in", "out", "auto" or "note".
type Message struct {
	PostID    string        `json:"post_id"`
	Direction string        `json:"direction"`
	At        int64         `json:"at"`
	State     string        `json:"state"`
	Error     *MessageError `json:"error"`
	Parts     []Part        `json:"parts"`
	// Versions are the texts that a customer's message had before he edited it, oldest first.
	Versions []Version `json:"versions"`
}

// Version is a text that a message had until At.
type Version struct {
	At   int64  `json:"at"`
	Text string `json:"text"`
}

// MessageError says why a message was not delivered.
type MessageError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Part is one message at the messenger.
type Part struct {
	ExternalID string `json:"external_id"`
	Kind       string `json:"kind"`
	State      string `json:"state"`
}

// Connection is a Telegram Business account that was connected to a bot; State is "waiting", "accepted", "refused" or
// "revoked".
type Connection struct {
	ID    string `json:"id"`
	User  Person `json:"user"`
	State string `json:"state"`
	Since int64  `json:"since"`
}

// Refusal is the error body of an answer of 400 or above.
type Refusal struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field"`
	Host    string `json:"host"`
}

// AsRefusal takes the refusal out of an error of a Client; false when the server did not answer, or not in that form.
func AsRefusal(err error) (Refusal, bool) {
	var status *lab.StatusError
	if !errors.As(err, &status) {
		return Refusal{}, false
	}
	var body struct {
		Error Refusal `json:"error"`
	}
	if json.Unmarshal(status.Body, &body) != nil || body.Error.Code == "" {
		return Refusal{}, false
	}
	body.Error.Status = status.Status
	return body.Error, true
}

// Client calls msgbot's REST interface as one person on one node. An answer of 400 or above is a *lab.StatusError; see
// AsRefusal.
type Client struct {
	Session *lab.Session
}

// NewClient makes a client for a session; for another node give it session.On(node).
func NewClient(session *lab.Session) *Client { return &Client{Session: session} }

// Do calls a path below Prefix; see lab.Session.Call.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	return c.Session.Call(ctx, method, Prefix+path, in, out)
}

func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	var out T
	err := c.Do(ctx, http.MethodGet, path, nil, &out)
	return out, err
}

func post[T any](ctx context.Context, c *Client, path string, in any) (T, error) {
	var out T
	err := c.Do(ctx, http.MethodPost, path, in, &out)
	return out, err
}

// AddBot connects a bot.
func (c *Client) AddBot(ctx context.Context, bot NewBot) (BotView, error) {
	return post[BotView](ctx, c, "/bots", bot)
}

// Bots are the bots the caller sees.
func (c *Client) Bots(ctx context.Context) ([]BotView, error) {
	list, err := get[struct{ Bots []BotView }](ctx, c, "/bots")
	return list.Bots, err
}

// Bot is one bot.
func (c *Client) Bot(ctx context.Context, id string) (BotView, error) {
	return get[BotView](ctx, c, "/bots/"+id)
}

// EditBot changes the fields given.
func (c *Client) EditBot(ctx context.Context, id string, changes map[string]any) (BotView, error) {
	var out BotView
	err := c.Do(ctx, http.MethodPatch, "/bots/"+id, changes, &out)
	return out, err
}

// RemoveBot disconnects a bot.
func (c *Client) RemoveBot(ctx context.Context, id string) error {
	return c.Do(ctx, http.MethodDelete, "/bots/"+id, nil, nil)
}

// BotAction does "pause", "resume" or "reclaim".
func (c *Client) BotAction(ctx context.Context, id, action string) (BotView, error) {
	return post[BotView](ctx, c, "/bots/"+id+"/"+action, nil)
}

// Health asks for a bot's health; an answer may be 10 s old.
func (c *Client) Health(ctx context.Context, id string) (Health, error) {
	return get[Health](ctx, c, "/bots/"+id+"/health")
}

// Exchanges are the last HTTP exchanges with the bot's messenger.
func (c *Client) Exchanges(ctx context.Context, id string) ([]Exchange, error) {
	list, err := get[struct{ Exchanges []Exchange }](ctx, c, "/bots/"+id+"/exchanges")
	return list.Exchanges, err
}

// Status tells what waits, for each bot.
func (c *Client) Status(ctx context.Context) ([]Status, error) {
	list, err := get[struct{ Bots []Status }](ctx, c, "/status")
	return list.Bots, err
}

// Conversations are one page of those that match the query (bot, channel, status, assignee, tag, q, waiting, page,
// per_page; nil is all), newest first, and how many there are.
func (c *Client) Conversations(ctx context.Context, query url.Values) ([]Conversation, int, error) {
	list, err := get[struct {
		Conversations []Conversation
		Total         int
	}](ctx, c, "/conversations?"+query.Encode())
	return list.Conversations, list.Total, err
}

// Conversation is one conversation.
func (c *Client) Conversation(ctx context.Context, id string) (Conversation, error) {
	return get[Conversation](ctx, c, "/conversations/"+id)
}

// ByThread is the conversation that the thread of a root post belongs to.
func (c *Client) ByThread(ctx context.Context, rootPostID string) (Conversation, error) {
	return get[Conversation](ctx, c, "/conversations/by-thread/"+rootPostID)
}

// Act does "claim", "close", "reopen" or "mode" with a conversation; body is what the action takes, or nil.
func (c *Client) Act(ctx context.Context, conversationID, action string, body any) (Conversation, error) {
	return post[Conversation](ctx, c, "/conversations/"+conversationID+"/"+action, body)
}

// Messages are one page of a conversation's messages (page, per_page; nil is the first), newest first, and how many
// there are.
func (c *Client) Messages(ctx context.Context, conversationID string, query url.Values) ([]Message, int, error) {
	list, err := get[struct {
		Messages []Message
		Total    int
	}](ctx, c, "/conversations/"+conversationID+"/messages?"+query.Encode())
	return list.Messages, list.Total, err
}

// Retry sends a failed, unknown or held reply now.
func (c *Client) Retry(ctx context.Context, postID string) error {
	return c.Do(ctx, http.MethodPost, "/messages/"+postID+"/retry", nil, nil)
}

// Connections are a bot's Business connections, newest first.
func (c *Client) Connections(ctx context.Context, botID string) ([]Connection, error) {
	list, err := get[struct{ Connections []Connection }](ctx, c, "/bots/"+botID+"/business")
	return list.Connections, err
}

// Decide does "accept" or "refuse" with a Business connection.
func (c *Client) Decide(ctx context.Context, botID, connectionID, decision string) (Connection, error) {
	return post[Connection](ctx, c, "/bots/"+botID+"/business/"+connectionID+"/"+decision, nil)
}

// Package api is msgbot's HTTP face: webhooks of the messengers, REST for teams and programs, buttons and dialogs.
// Every entry checks who calls and what he may; nothing here decides about conversations.
package api

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Filter selects conversations; empty fields select all. ChannelIDs are those the caller may see: nil for all, a list
// that is empty for none.
type Filter struct {
	BotID, ChannelID string
	Status           conversation.Status
	AssigneeID, Tag  string
	// Query is looked for in the customer's name and username, any case.
	Query string
	// Waiting selects those that wait for us.
	Waiting       bool
	ChannelIDs    []string
	Page, PerPage int
}

// Message is one message of a conversation as REST shows it.
type Message struct {
	PostID    string
	Direction conversation.Direction
	At        time.Time
	State     conversation.Delivery
	// ErrorCode and ErrorText are set for failed, unknown and held ones: the messenger's code and words, or a reason that
	// msgbot named ("key" or "key?args").
	ErrorCode, ErrorText string
	Parts                []Part
	// Versions are the earlier texts of a customer's message that was edited, oldest first.
	Versions []Version
}

// Version is a text that a customer's message had until At: Markdown, as it was shown.
type Version struct {
	At   time.Time
	Text string
}

// PostVersions are the earlier texts of one message, oldest first.
type PostVersions struct {
	PostID   string
	Versions []Version
}

// Part is what one message is at the messenger.
type Part struct {
	ExternalID string
	Kind       string
	State      conversation.Delivery
}

// Store is what REST reads directly.
type Store interface {
	// Conversations returns one page, newest message first, and the total.
	Conversations(ctx context.Context, f Filter) ([]conversation.Conversation, int, error)
	// Messages returns one page of a conversation, newest first, and the total.
	Messages(ctx context.Context, conversationID string, page, perPage int) ([]Message, int, error)
	// ConversationOfPost finds the conversation that a recorded message's post belongs to.
	ConversationOfPost(ctx context.Context, postID string) (conversation.Conversation, error)
	// MessageVersions returns the earlier texts of a conversation's newest edited messages, at most limit messages, newest first.
	MessageVersions(ctx context.Context, conversationID string, limit int) ([]PostVersions, error)
	Depth(ctx context.Context, botID string) (bots.Depth, error)
}

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
	// ErrorCode and ErrorText are set for failed, unknown and held ones.
	ErrorCode, ErrorText string
	Parts                []Part
	// Versions are the earlier texts, oldest first.
	Versions []Version
}

// Version is an earlier text of a customer's message, as it was shown until At.
type Version struct {
	At   time.Time
	Text string
}

// PostVersions are the earlier texts of one post, oldest first.
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
	// PostVersions returns the posts of a conversation that have earlier texts, the one that was changed last first.
	PostVersions(ctx context.Context, conversationID string, limit int) ([]PostVersions, error)
	// ConversationOfPost finds the conversation that a recorded message's post belongs to.
	ConversationOfPost(ctx context.Context, postID string) (conversation.Conversation, error)
	Depth(ctx context.Context, botID string) (bots.Depth, error)
}

// What the HTTP face is made from: services of other packages, declared here as small as it needs them.

package api

import (
	"context"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Bots is what the HTTP face needs of bots.Service; the errors are those of package bots.
type Bots interface {
	List(ctx context.Context) []conversation.Bot
	Bot(ctx context.Context, id string) (conversation.Bot, error)
	State(ctx context.Context, id string) (bots.State, error)
	Add(ctx context.Context, n bots.New) (conversation.Bot, error)
	Edit(ctx context.Context, id string, e bots.Edit) (conversation.Bot, error)
	Pause(ctx context.Context, id string) (conversation.Bot, error)
	Resume(ctx context.Context, id string) (conversation.Bot, error)
	Reclaim(ctx context.Context, id string) (conversation.Bot, error)
	Remove(ctx context.Context, id string) error
	Health(ctx context.Context, id string) (bots.Health, error)
	Exchanges(ctx context.Context, id string) ([]messenger.Exchange, error)
	Messenger(botID string) (messenger.Messenger, error)
	Secret(botID string) (string, error)
	Observe(botID string, e messenger.Exchange)
}

// Relay stores what a webhook brought. An error means that nothing was stored and the messenger must try again.
type Relay interface {
	Accept(ctx context.Context, botID string, d messenger.Delivery) (added int, err error)
}

// Team carries out what agents decide about conversations: see relay.Team.
type Team interface {
	Claim(ctx context.Context, conversationID, userID string) (conversation.Conversation, error)
	Close(ctx context.Context, conversationID string) (conversation.Conversation, error)
	Reopen(ctx context.Context, conversationID string) (conversation.Conversation, error)
	SetMode(ctx context.Context, conversationID string, m conversation.Mode) (conversation.Conversation, error)
	Resend(ctx context.Context, conversationID, postID string) error
}

// Conversations finds conversations; relay.ErrNotFound when there is none.
type Conversations interface {
	Conversation(ctx context.Context, id string) (conversation.Conversation, error)
	ByThread(ctx context.Context, rootPostID string) (conversation.Conversation, error)
}

// Desk is what the HTTP face needs of Mattermost.
type Desk interface {
	Permissions
	// T is the text of a key in a language, with {{name}} replaced by args["name"].
	T(lang, key string, args map[string]string) string
	// UserLocale is the language of a user's Mattermost.
	UserLocale(userID string) string
	// Ephemeral shows text to one user only.
	Ephemeral(userID, channelID, rootID, text string)
	// ClearNotice takes the button of a notice about a reply away, after userID pressed it.
	ClearNotice(ctx context.Context, noticePostID, replyPostID, userID string) error
}

// Noter writes a note of the team into a thread: see Notes.
type Noter interface {
	Write(ctx context.Context, n Note) error
}

// Kind describes a messenger to people who connect a bot of it.
type Kind struct {
	ID messenger.Kind
	// Title is its name as people write it.
	Title string
	// Polls says that it can be asked for updates, so that the mode is a choice.
	Polls bool
}

// Audit is one attempt to change something, by ids only.
type Audit struct {
	UserID string
	// Action is the route, Target the id of the bot, conversation or post; empty when none was reached.
	Action, Target string
	// Status is the HTTP status of the answer.
	Status int
}

// Options are the parts of the HTTP face; all are required.
type Options struct {
	Bots          Bots
	Relay         Relay
	Team          Team
	Conversations Conversations
	Store         Store
	Desk          Desk
	Access        *Access
	Notes         Noter
	// Kinds are the messengers in the order they are offered.
	Kinds []Kind
	// Ready is false while the store is being connected and migrated: everything answers 503 then.
	Ready func() bool
	// DefaultSettings are those of a new bot.
	DefaultSettings func() conversation.Settings
	// Audit is told of every request that could change something.
	Audit func(Audit)
	// Observe is told of every request: its route pattern, status and duration.
	Observe func(route string, status int, d time.Duration)
	// Panicked counts a handler that panicked, by route.
	Panicked func(route string)
	// Failed logs an error that the caller is only told of as "internal".
	Failed func(route string, err error)
}

// CreatePost is plugin.API's method of that name.
type CreatePost func(*model.Post) (*model.Post, *model.AppError)

// What the HTTP face is made from: services of other packages, declared here as small as it needs them.

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
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

// Answers is what the HTTP face needs of answers.Service; the errors are those of package answers.
type Answers interface {
	Rules(ctx context.Context, botID string) (rules []autoreply.Rule, version int64, err error)
	PutRules(ctx context.Context, botID string, rules []autoreply.Rule, version int64) (saved []autoreply.Rule, now int64, err error)
	AddRule(ctx context.Context, botID string, r autoreply.Rule) (autoreply.Rule, error)
	EditRule(ctx context.Context, botID, ruleID string, patch map[string]json.RawMessage) (autoreply.Rule, error)
	RemoveRule(ctx context.Context, botID, ruleID string) error
	Simulate(ctx context.Context, botID string, t answers.Trial) (answers.Outcome, error)
	Hours(ctx context.Context, botID string) (hours.Hours, error)
	PutHours(ctx context.Context, botID string, h hours.Hours) (hours.Hours, error)
	Flows(ctx context.Context, botID string) ([]answers.FlowState, error)
	Flow(ctx context.Context, botID, name string, version int, by answers.Editor) (answers.StoredFlow, error)
	PutDraft(ctx context.Context, botID, name string, text []byte, by answers.Editor) (answers.FlowState, []flow.Problem, error)
	Publish(ctx context.Context, botID, name string, by answers.Editor) (answers.FlowState, []flow.Problem, error)
	Off(ctx context.Context, botID, name string) (answers.FlowState, error)
	RemoveFlow(ctx context.Context, botID, name string) error
}

// Relay stores what a webhook brought. An error means that nothing was stored and the messenger must try again.
type Relay interface {
	Accept(ctx context.Context, botID string, d messenger.Delivery) (added int, err error)
}

// Welcomer is what a Relay may be as well: it says what a customer is told who opened a bot whose messenger takes that as the
// answer to its call (messenger.Welcomer); nothing for none.
type Welcomer interface {
	Welcome(ctx context.Context, botID string, d messenger.Delivery) (body []byte, err error)
}

// Team carries out what agents decide about conversations: see relay.Team.
type Team interface {
	Claim(ctx context.Context, conversationID, userID string) (conversation.Conversation, error)
	Close(ctx context.Context, conversationID string) (conversation.Conversation, error)
	Reopen(ctx context.Context, conversationID string) (conversation.Conversation, error)
	SetMode(ctx context.Context, conversationID string, m conversation.Mode) (conversation.Conversation, error)
	Resend(ctx context.Context, conversationID, postID string) error
	// Typing shows the customer for a moment that somebody writes, where the messenger can.
	Typing(ctx context.Context, conversationID string) error
	// Connections are a bot's Business connections, newest first.
	Connections(ctx context.Context, botID string) ([]conversation.Connection, error)
	// Decide accepts or refuses one; relay.ErrNotFound when the bot has none of that id, or its owner ended it.
	Decide(ctx context.Context, botID, connectionID string, accept bool, userID string) (conversation.Connection, error)
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
	// Reason puts into words of a language why a message did not go out: a reason that msgbot named, with its arguments
	// ("key?args"), or what a messenger said. Plain text.
	Reason(lang, said string) string
	// More shows one user what the card has no room for.
	More(ctx context.Context, userID string, bot conversation.Bot, c conversation.Conversation) error
	// ShowVersions shows one user, in a thread, the earlier texts of messages.
	ShowVersions(ctx context.Context, userID, channelID, rootID, lang string, list []PostVersions) error
	// ServeFile answers with the content of a file, whole or in ranges, and to HEAD with its headers only.
	ServeFile(w http.ResponseWriter, r *http.Request, fileID string)
}

// Files knows the links under which messengers fetch files.
type Files interface {
	// Verify finds the file of a link; false for a link that was forged or changed, or that has expired.
	Verify(token, name string) (fileID string, ok bool)
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
	// Reacts says that its customers can be shown how agents react.
	Reacts bool
	// Business says that accounts of people can be connected to its bots, Inline that buttons stay below their message.
	Business, Inline bool
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
	Answers       Answers
	Relay         Relay
	Team          Team
	Conversations Conversations
	Store         Store
	Desk          Desk
	Files         Files
	Access        *Access
	Notes         Noter
	// Kinds are the messengers in the order they are offered.
	Kinds []Kind
	// Ready is false while the store is being connected and migrated: everything answers 503 then.
	Ready func() bool
	// DefaultSettings are those of a new bot.
	DefaultSettings func() conversation.Settings
	// Audit is told of every request that could change what is kept.
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

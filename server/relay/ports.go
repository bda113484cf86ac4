// Package relay carries messages between messengers and Mattermost threads, exactly once in and at most once out.
//
// Inbound: Accept stores an update in the inbox before the messenger is told so; the node that owns the bot works the
// inbox off, one lane per conversation. Outbound: the owner scans the posts of its bots' threads, judges each agent's
// post, puts replies into the outbox and sends them, one lane per conversation. What was begun is written down before
// it is begun, so that a crash at any point leaves exactly one post, or a reply that is shown as unknown.
package relay

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// ErrNotFound is returned by a Store for what is not there.
var ErrNotFound = errors.New("not found")

// ErrFenced is returned by writes under a lease that another node has taken over: nothing was written.
var ErrFenced = errors.New("the lease on this bot is no longer ours")

// Lease is the right of one node to work for one bot. Epoch rises with every change of owner and fences writes.
type Lease struct {
	BotID string
	Epoch int64
}

// InboxRow is an update that waits for its lane.
type InboxRow struct {
	ID       int64
	EventID  string
	Lane     string
	Raw      []byte
	Attempts int
	// NotBefore holds the lane until then; zero for at once.
	NotBefore  time.Time
	ReceivedAt time.Time
}

// InboxState is the end of an inbox row.
type InboxState string

// How an inbox row ends. Every end but InboxDone carries a named reason.
const (
	InboxDone        InboxState = "done"
	InboxDropped     InboxState = "dropped"
	InboxQuarantined InboxState = "quarantined"
)

// Finished is an inbox row that was worked off, with what it became.
type Finished struct {
	ID     int64
	State  InboxState
	Reason string
	// Message is nil when the update became no post.
	Message *InboundMessage
}

// InboundMessage records a customer's message that is now a post. It opens the conversation, starts the wait (At, if
// nobody was waited for), counts the posts and makes the customer reachable.
type InboundMessage struct {
	ConversationID string
	PostID         string
	ExternalID     string
	At             time.Time
	// Posts is how many posts the message took, 1 but for very long ones.
	Posts int
}

// Reply is an agent's post that was judged, to be recorded once: a message, and an outbox row where it is to be sent.
type Reply struct {
	Post           conversation.AgentPost
	ConversationID string
	Verdict        conversation.Verdict
	// NotBefore is when it may be sent: after the settle time and the bot's undo time.
	NotBefore time.Time
}

// Candidate is a post found by the scan.
type Candidate struct {
	Post           conversation.AgentPost
	ConversationID string
	// Known is set when the post is recorded already and was edited or deleted since.
	Known bool
}

// OutboxRow is a reply on its way to the customer.
type OutboxRow struct {
	ID             int64
	BotID          string
	ConversationID string
	PostID         string
	// Text is Markdown, as the agent wrote it.
	Text string
	// AuthorName is put before the text as the bot's agent_name setting says: first and full name of the author.
	AuthorFirst, AuthorFull string
	Files                   int
	State                   conversation.Delivery
	// Reason is a conversation.Reason for held rows, else the messenger's words.
	Reason string
	// Part is the number of parts that are sent; the next one is tried next.
	Part int
	// Attempt counts tries over all parts; an outcome is recorded for one attempt only.
	Attempt int
	// Epoch is that of the lease under which the attempt was begun.
	Epoch      int64
	FirstTryAt time.Time
	NotBefore  time.Time
	CreatedAt  time.Time
}

// Outcome of one attempt at an outbox row.
type Outcome struct {
	State conversation.Delivery
	// Code and Description are the messenger's, empty for sent.
	Code        int
	Description string
	// NotBefore is the next try of a row that is queued again.
	NotBefore time.Time
	// ExternalID is the id of the part that was sent; Part the number of parts sent now.
	ExternalID string
	Part       int
	// Unreachable marks the customer with Description until he writes again.
	Unreachable bool
}

// Notice is a message in the thread about an outbox row that did not go out.
type Notice struct {
	Row          OutboxRow
	Conversation conversation.Conversation
}

// Store is the relay's memory. Methods that take a Lease write only while it is the present one, else ErrFenced.
type Store interface {
	LeaseStore
	InboxStore
	ConversationStore
	OutboxStore
}

// LeaseStore keeps who works for which bot. All times are the database's.
type LeaseStore interface {
	// Beat says that node is alive, renews its unexpired leases for ttl, takes unowned or expired ones up to its fair
	// share (bots divided by live nodes, rounded up), and returns the leases it holds and that share.
	Beat(ctx context.Context, node string, ttl time.Duration) (held []Lease, share int, err error)
	// Release gives one lease up, so that another node may take it at once.
	Release(ctx context.Context, node string, l Lease) error
	// Leave gives up all leases of node and forgets it.
	Leave(ctx context.Context, node string) error
	// Claimable tells cheaply whether any bot is unowned or its lease has expired.
	Claimable(ctx context.Context) (bool, error)
}

// InboxStore keeps updates from their arrival until they are posts.
type InboxStore interface {
	// AddUpdates stores updates once each by (bot, event id); undecodable ones as quarantined. It returns how many
	// were new.
	AddUpdates(ctx context.Context, botID string, updates []messenger.Update) (added int, err error)
	// AddPolled stores updates and the offset that follows them, in one transaction.
	AddPolled(ctx context.Context, l Lease, updates []messenger.Update, next int64) (added int, err error)
	// PollOffset is the offset that the next poll asks for, 0 at first.
	PollOffset(ctx context.Context, botID string) (int64, error)
	// NextUpdates returns waiting rows in order of arrival, without those of busy lanes.
	NextUpdates(ctx context.Context, botID string, busy []string, limit int) ([]InboxRow, error)
	// FinishUpdates ends rows and records their messages, all in one statement.
	FinishUpdates(ctx context.Context, l Lease, done []Finished) error
	// DeferUpdate counts a failed attempt and holds the row until notBefore. Reason is for the admin.
	DeferUpdate(ctx context.Context, l Lease, id int64, notBefore time.Time, reason string) error
	// PurgeInbox deletes finished rows' payloads, received before the given time.
	PurgeInbox(ctx context.Context, l Lease, before time.Time) error
}

// ConversationStore keeps customers and conversations.
type ConversationStore interface {
	// Converse finds or creates the conversation of (bot, chat), and the customer; changed names are taken over.
	Converse(ctx context.Context, botID string, chat messenger.Chat, from messenger.Person) (conversation.Conversation, error)
	// Conversation finds one by id, else ErrNotFound.
	Conversation(ctx context.Context, id string) (conversation.Conversation, error)
	// ByThread finds the conversation that the thread of this root post shows or once showed, else ErrNotFound.
	ByThread(ctx context.Context, rootPostID string) (conversation.Conversation, error)
	// StartThread records a new thread of a conversation, which makes the conversation open and waiting since then.
	StartThread(ctx context.Context, l Lease, conversationID string, t conversation.Thread, waitingSince time.Time) error
	// Change applies f to the conversation under a row lock and stores status, mode, assignee, tags, waiting, closing
	// and the customer's Unreachable; its card becomes due when any of them changed. An error of f is returned as it
	// is and nothing is stored.
	Change(ctx context.Context, id string, f func(*conversation.Conversation) error) (conversation.Conversation, error)
	// CloseIdle closes open conversations of the bot whose last message is older than before, and counts them.
	CloseIdle(ctx context.Context, l Lease, before time.Time) (int, error)
	// DueCards returns conversations whose card no longer shows what is stored, not updated for the given time.
	DueCards(ctx context.Context, botID string, rest time.Duration, limit int) ([]DueCard, error)
	// CardShown records that the card shows the state of that version.
	CardShown(ctx context.Context, conversationID string, version int64) error
}

// DueCard is a conversation whose card must be updated.
type DueCard struct {
	Conversation conversation.Conversation
	Version      int64
}

// OutboxStore keeps replies from the moment they are seen until the customer has them.
type OutboxStore interface {
	// ScanMark is the watermark of the scan, the zero time at first.
	ScanMark(ctx context.Context, botID string) (time.Time, error)
	SetScanMark(ctx context.Context, l Lease, mark time.Time) error
	// ScanPosts reads Mattermost's posts in the bot's threads that changed after since and are not by exceptUser:
	// new ones that are not recorded, and recorded ones that were edited or deleted since. Oldest change first.
	ScanPosts(ctx context.Context, botID, exceptUser string, since time.Time, limit int) ([]Candidate, error)
	// RecordReplies records judged posts, once each. For known posts it changes what did not go out: another text, a
	// note, or cancelled. Sending replies end the wait of their conversation, make it human mode, and assign
	// the author where assign is set and nobody is assigned. It returns the ids of the posts that became notes now.
	RecordReplies(ctx context.Context, l Lease, replies []Reply, assign bool) (notes []string, err error)
	// LoseSends makes rows unknown that an earlier epoch began and whose outcome was never recorded.
	LoseSends(ctx context.Context, l Lease) (int, error)
	// NextReplies returns queued rows ordered by (CreatedAt, PostID), without those of busy conversations.
	NextReplies(ctx context.Context, botID string, busy []string, limit int) ([]OutboxRow, error)
	// BeginSend makes a queued row sending and counts an attempt; false when it is not queued any more.
	BeginSend(ctx context.Context, l Lease, id int64) (OutboxRow, bool, error)
	// EndSend records the outcome of an attempt. It is a fact and needs no lease: it is stored if the row still is at
	// that attempt of that epoch and sending or unknown. A part that is sent while more follow leaves the row sending.
	EndSend(ctx context.Context, id int64, attempt int, epoch int64, o Outcome) error
	// Sending returns the bot's rows that are begun and have no outcome yet.
	Sending(ctx context.Context, botID string) ([]OutboxRow, error)
	// DueNotices returns rows that are failed, unknown or held and whose author was not told.
	DueNotices(ctx context.Context, botID string, limit int) ([]Notice, error)
	// NoticeShown records that the author was told of an attempt; a newer one will be told anew.
	NoticeShown(ctx context.Context, id int64, attempt int) error
	// Requeue makes a failed, unknown or held row queued again, by the wish of a person; false when it is not such.
	Requeue(ctx context.Context, postID string) (bool, error)
	// LastUnsent is the post id of the conversation's newest failed, unknown or held reply, else ErrNotFound.
	LastUnsent(ctx context.Context, conversationID string) (postID string, err error)
	// AddNote records a post as a note of the team.
	AddNote(ctx context.Context, conversationID, postID, userID string, at time.Time) error
}

// Errors of a Desk, by which the relay decides.
var (
	// ErrThreadGone: the card was deleted; the conversation needs a new one.
	ErrThreadGone = errors.New("the thread is gone")
	// ErrChannelGone: the channel was deleted or archived and there is no fallback.
	ErrChannelGone = errors.New("the channel is gone")
	// ErrRefused: Mattermost refuses this post and will refuse it again.
	ErrRefused = errors.New("Mattermost refused the post")
)

// InboundPost is a customer's message for a thread.
type InboundPost struct {
	// ID is the id of the first post; further posts of the same message get ids made from it.
	ID           string
	Conversation conversation.Conversation
	Bot          conversation.Bot
	Text         richtext.Text
	// Edited marks a message whose earlier text stands above.
	Edited bool
}

// Desk is the Mattermost side. All methods are idempotent: a second call with the same ids changes nothing.
// An error that is none of the above is passing: the call may be repeated.
type Desk interface {
	// OpenThread posts the card of c.Thread (its Seq is the new one; previous is the root post of the thread before, or
	// empty) and returns where it is: the bot's inbox channel, or the fallback channel when that is archived.
	OpenThread(ctx context.Context, bot conversation.Bot, c conversation.Conversation, previous string) (rootPostID, channelID string, err error)
	// PostInbound appends a customer's message and returns how many posts it took.
	PostInbound(ctx context.Context, p InboundPost) (posts int, err error)
	// PostLine appends a line of msgbot's own, such as "the customer blocked the bot". Key names it in assets/i18n.
	PostLine(ctx context.Context, id string, bot conversation.Bot, c conversation.Conversation, key string, args map[string]string) error
	// UpdateCard makes the card show c.
	UpdateCard(ctx context.Context, bot conversation.Bot, c conversation.Conversation) error
	// ShowNotice tells the thread why a reply did not go out, with the button that fits its state, and marks the post.
	ShowNotice(ctx context.Context, bot conversation.Bot, n Notice) error
	// MarkNote gives a post the sign of a note (🔒).
	MarkNote(ctx context.Context, postID string) error
	// BotUserID is the Mattermost user that msgbot posts as.
	BotUserID() string
	// DisplayName resolves @username of a teammate to the name a customer may see; false when there is no such user.
	DisplayName(username string) (string, bool)
	// Internal tells whether a URL leads into this Mattermost.
	Internal(url string) bool
	// Alive makes one host call that proves that the server behind this plugin is alive.
	Alive() bool
}

// Messengers hands out the connected messenger of a bot.
type Messengers interface {
	// Known is the present state of a bot; false when there is none.
	Known(botID string) (conversation.Bot, bool)
	// Messenger is the connection of a bot; the error says why there is none (a lost key, a token that is gone).
	Messenger(botID string) (messenger.Messenger, error)
	// Refused reports that the messenger refused the bot's token: the bot's health must be looked at.
	Refused(botID string, err *messenger.Error)
	// Polled reports how asking for updates went, nil for well.
	Polled(botID string, err *messenger.Error)
}

// Rules are the settings of the whole plugin that decide about replies and the relay.
type Rules struct {
	// NotePrefixes are lower-case and without surrounding spaces.
	NotePrefixes  []string
	MentionIsNote bool
	// AutoCloseDays closes conversations without traffic for that long; 0 for never.
	AutoCloseDays int
}

// Logger is the server's log: never a customer's text, a token or a phone number.
type Logger interface {
	Warn(msg string, keyValues ...any)
	Error(msg string, keyValues ...any)
	Info(msg string, keyValues ...any)
}

// Meter counts what happens, by names that are fixed: see package metrics.
type Meter interface {
	Inbound(kind messenger.Kind, result, reason string)
	Outbound(kind messenger.Kind, result, reason string)
	Panic(where string)
	Observe(name string, d time.Duration)
}

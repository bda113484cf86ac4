// Package relay carries messages between messengers and Mattermost threads, exactly once in and at most once out.
//
// Inbound: Accept stores an update in the inbox before the messenger is told so; the node that owns the bot works the
// inbox off, one lane per conversation. Outbound: the owner scans the posts of its bots' threads, judges each agent's
// post, puts replies into the outbox and sends them, one lane per conversation. What was begun is written down before
// it is begun, so that a crash at any point leaves exactly one post, or a reply that is shown as unknown.
package relay

import (
	"context"
	"io"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// ErrNotFound is returned by a Store for what is not there.
var ErrNotFound = errors.New("not found")

// ErrFenced is returned by writes under a lease that another node has taken over: nothing was written.
var ErrFenced = errors.New("the lease on this bot is no longer ours")

// Store is the relay's memory. Methods that take a Lease write only while it is the present one, else ErrFenced.
type Store interface {
	LeaseStore
	InboxStore
	ShownStore
	ConversationStore
	ConnectionStore
	OutboxStore
	ReceiptStore
	ReactionStore
	AutoStore
	CallStore
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
	// Album returns the waiting rows of one album that are bound to no post, or to the given one when it is not empty.
	Album(ctx context.Context, botID, lane, album, bound string) (AlbumRows, error)
	// BindAlbum binds rows to the post they become together, before it is made: a row that comes later is not in it.
	BindAlbum(ctx context.Context, l Lease, ids []int64, postID string) error
	// FinishUpdates ends rows, records their messages and carries out their answers, all in one statement. Rows whose answer
	// was decided on what is so no more (AutoAnswer.Seen) are left as they are, and their ids returned.
	FinishUpdates(ctx context.Context, l Lease, done []Finished) (overtaken []int64, err error)
	// DeferUpdate counts a failed attempt and holds the row until notBefore. Reason is for the admin.
	DeferUpdate(ctx context.Context, l Lease, id int64, notBefore time.Time, reason string) error
	// PurgeInbox deletes finished rows' payloads, received before the given time.
	PurgeInbox(ctx context.Context, l Lease, before time.Time) error
}

// ShownStore knows which message of the messenger is which post.
type ShownStore interface {
	// Shown finds the post of a message of either side, else ErrNotFound.
	Shown(ctx context.Context, conversationID, externalID string) (Shown, error)
	// WroteAt is when the customer of a conversation wrote last, the zero time for never.
	WroteAt(ctx context.Context, conversationID string) (time.Time, error)
	// Recorded tells whether a post is recorded as a message.
	Recorded(ctx context.Context, postID string) (bool, error)
	// KeepVersion stores an earlier text, once for each update.
	KeepVersion(ctx context.Context, l Lease, v Version) error
	// Target is the external id of the (first) message behind a post of either side, else ErrNotFound.
	Target(ctx context.Context, conversationID, postID string) (externalID string, err error)
	// Quoted is the external id of the newest message with this richtext.QuoteKey, else ErrNotFound.
	Quoted(ctx context.Context, conversationID, key string) (externalID string, err error)
}

// ConnectionStore keeps Business connections.
type ConnectionStore interface {
	// Connect takes over what the messenger says of a connection at that time, unless something newer is known, and
	// returns what is known now. A connection that is new, or enabled again, waits for an admin; one that ended makes its
	// conversations unreachable. ErrNotFound when there is no such bot.
	Connect(ctx context.Context, botID string, c messenger.Connection, at time.Time) (conversation.Connection, error)
	// Connection finds one, else ErrNotFound.
	Connection(ctx context.Context, botID, id string) (conversation.Connection, error)
	// Connections returns all of a bot, newest first.
	Connections(ctx context.Context, botID string) ([]conversation.Connection, error)
	// Decide accepts or refuses a connection that is not revoked; ErrNotFound when there is none such.
	Decide(ctx context.Context, botID, id string, accept bool, userID string) (conversation.Connection, error)
}

// ReceiptStore keeps what the messenger tells of messages that were sent.
type ReceiptStore interface {
	// Receipt records Delivered, Seen or Failed (with the messenger's words) of a message that was sent. Seen means all
	// earlier ones too; nothing goes back from seen to delivered. A failure fails its reply, whose author is told. It
	// returns ErrNotFound when no message of that id is known.
	Receipt(ctx context.Context, l Lease, conversationID, externalID string, state conversation.Delivery, words string) error
	// Parts returns what a reply became at the messenger, in the order of sending.
	Parts(ctx context.Context, postID string) ([]Part, error)
}

// AutoStore keeps what automatic answers need besides FinishUpdates.
type AutoStore interface {
	// RaiseTimers puts a row into the inbox for each conversation whose NoAnswerAt has come, once, and counts them. Who does
	// not wait any more needs none.
	RaiseTimers(ctx context.Context, l Lease) (int, error)
	// Unshown returns the automatic messages that the customer got and no thread shows, oldest first.
	Unshown(ctx context.Context, conversationID string) ([]OutboxRow, error)
	// UnshownLately returns those of a bot whose conversation has an open thread, of the last minute.
	UnshownLately(ctx context.Context, botID string) ([]OutboxRow, error)
	// AutoShown records that the post of an AutoRow is in its thread.
	AutoShown(ctx context.Context, id int64) error
	// Welcomed records an answer that is handed to the messenger now: shown as sent, without a lease, once by its PostID. It
	// returns false for one that is recorded already, or was decided on what is so no more. ErrNotFound when there is no such
	// conversation.
	Welcomed(ctx context.Context, botID string, a AutoAnswer) (bool, error)
	// DropKeyboards queues a KeyboardRow for each conversation in human mode that still has a Keyboard, and counts them.
	DropKeyboards(ctx context.Context, l Lease) (int, error)
}

// CallStore keeps the calls of flows' services until they are answered. A call is begun once: its service may not bear two.
type CallStore interface {
	// NextCalls returns calls to be made, the oldest first, without those of busy conversations.
	NextCalls(ctx context.Context, l Lease, busy []string, limit int) ([]ServiceCall, error)
	// BeginCall writes down that a call is made now; false when it is not there any more.
	BeginCall(ctx context.Context, l Lease, id int64) (bool, error)
	// EndCall puts the answer into the inbox, once. It is a fact and needs no lease.
	EndCall(ctx context.Context, id int64, answer flow.Answer) error
	// LoseCalls ends the calls that were begun as failed: whether they were made is not known. It counts them. Call it before
	// any call is made.
	LoseCalls(ctx context.Context, l Lease) (int, error)
}

// ReactionStore follows the team's reactions.
type ReactionStore interface {
	// ScanReactions reads Mattermost's reactions to posts that are messages at the messenger and that changed after since,
	// leaving out exceptUser's and bots'. Oldest change first.
	ScanReactions(ctx context.Context, botID, exceptUser string, since time.Time, limit int) ([]Reaction, error)
	// RecordReactions queues a ReactRow for each whose emoji (Name, here already the messenger's) is another than the last.
	RecordReactions(ctx context.Context, l Lease, reactions []Reaction) error
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
	// Change applies f to the conversation under a row lock and stores status, mode, assignee, tags, waiting, closing,
	// payload and the customer's Unreachable; its card becomes due when any of them changed. An error of f is returned as it
	// is and nothing is stored.
	Change(ctx context.Context, id string, f func(*conversation.Conversation) error) (conversation.Conversation, error)
	// MigrateChat makes the conversation of a group go on under its new chat id. Messages of the old one are known by
	// old id + ":" + message id from then on, because the new group counts anew. Twice is as once.
	MigrateChat(ctx context.Context, l Lease, botID, from, to string) error
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
	// note, or cancelled. What went out and changed since gets an EditRow or a DeleteRow; an edit into a note or of files gets
	// an EditRow that has failed with the reason. Sending replies end the wait of their conversation, make it human mode, and assign
	// the author where assign is set and nobody is assigned. It returns the ids of the posts that became notes now.
	RecordReplies(ctx context.Context, l Lease, replies []Reply, assign bool) (notes []string, err error)
	// LoseSends makes rows unknown that an earlier epoch began and whose outcome was never recorded.
	LoseSends(ctx context.Context, l Lease) (int, error)
	// NextReplies returns queued rows ordered by (CreatedAt, PostID), without those of busy conversations.
	NextReplies(ctx context.Context, botID string, busy []string, limit int) ([]OutboxRow, error)
	// BeginSend makes a queued row sending and counts an attempt; false when it is not queued any more.
	BeginSend(ctx context.Context, l Lease, id int64) (OutboxRow, bool, error)
	// EndSend records the outcome of an attempt, with the messages that were sent. What its post became while it was being
	// sent gets an EditRow or a DeleteRow then. It is a fact and needs no lease: it is stored if the row still is at
	// that attempt of that epoch and sending or unknown. A part that is sent while more follow leaves the row sending.
	EndSend(ctx context.Context, id int64, attempt int, epoch int64, o Outcome) error
	// Sending returns the bot's rows that are begun and have no outcome yet.
	Sending(ctx context.Context, botID string) ([]OutboxRow, error)
	// DueNotices returns rows that are failed, unknown or held and whose author was not told; never ReactRows.
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

// Desk is the Mattermost side. All methods are idempotent: a second call with the same ids changes nothing.
// An error that is none of the above is passing: the call may be repeated.
type Desk interface {
	// OpenThread posts the card of c.Thread (its Seq is the new one; previous is the root post of the thread before, or
	// empty) and returns where it is: the bot's inbox channel, or the fallback channel when that is archived.
	OpenThread(ctx context.Context, bot conversation.Bot, c conversation.Conversation, previous string) (rootPostID, channelID string, err error)
	// Preview says in plain words of the team what a message is: its text, else its labels, else its files.
	Preview(bot conversation.Bot, e messenger.Event) string
	// PostInbound appends a message of the customer's side. A file that can never be had (class Rejected of Fetch, too large
	// for Mattermost, refused by it) is shown as a line with name, size and reason; other failures of a file are returned
	// unless p.Hasty.
	PostInbound(ctx context.Context, p InboundPost) (Posted, error)
	// EditInbound makes the posts of a message, of which there are that many, show p. Its files stay as they are when
	// p.Files is nil. ErrThreadGone when the post was deleted.
	EditInbound(ctx context.Context, p InboundPost, posts int) (Posted, error)
	// InboundText is the Markdown of a customer's post without what msgbot put around it, ErrThreadGone when it is deleted.
	InboundText(ctx context.Context, postID string) (string, error)
	// MarkDeleted says on a customer's post that he deleted it at that time; the text stays. Once; a post that is gone is no
	// matter.
	MarkDeleted(ctx context.Context, bot conversation.Bot, postID string, at time.Time) error
	// React adds or removes msgbot's own reaction, by the emoji itself. It returns false when Mattermost has no such emoji.
	React(ctx context.Context, postID, emoji string, on bool) (bool, error)
	// ShowConnection tells the inbox channel the state of a Business connection: one post for each time it was made, with
	// buttons while it waits.
	ShowConnection(ctx context.Context, bot conversation.Bot, c conversation.Connection) error
	// PostLine appends a line of msgbot's own, such as "the customer blocked the bot". Key names it in assets/i18n. Args are
	// plain text, but for "mention", a username to be mentioned, and "post", the id of a post to be linked.
	PostLine(ctx context.Context, id string, bot conversation.Bot, c conversation.Conversation, key string, args map[string]string) error
	// UpdateCard makes the card show c.
	UpdateCard(ctx context.Context, bot conversation.Bot, c conversation.Conversation) error
	// ShowNotice tells the thread why a reply did not go out, with the button that fits its state, and marks the post.
	ShowNotice(ctx context.Context, bot conversation.Bot, n Notice) error
	// PostAuto shows an automatic message in the thread, once by its id, marked as such.
	PostAuto(ctx context.Context, p AutoPost) error
	// T is the text of a key of assets/i18n in a language, with {{name}} replaced by args["name"].
	T(lang, key string, args map[string]string) string
	// AgentID is the id of the active person of that name who is a member of the channel, FirstName the name by which
	// customers may know a user; empty for none.
	AgentID(ctx context.Context, channelID, username string) (string, error)
	FirstName(userID string) string
	// MarkNote gives a post the sign of a note (🔒), MarkSent that of one that was sent (✅).
	MarkNote(ctx context.Context, postID string) error
	MarkSent(ctx context.Context, postID string) error
	// AgentFiles describes files of a post in their order. An id that is not known any more is ErrRefused.
	AgentFiles(ctx context.Context, ids []string) ([]AgentFile, error)
	// AutoFiles describes the files of an automatic message that can be sent, in their order; gone is how many cannot.
	AutoFiles(ctx context.Context, ids []string) (files []AgentFile, gone int, err error)
	// OpenFile streams a file of Mattermost from its beginning; the caller closes it.
	OpenFile(ctx context.Context, id string) (io.ReadCloser, error)
	// PublicFileURL is an address where the messenger can fetch the file for some days, its last element being name.
	PublicFileURL(id, name string) string
	// Emoji is the emoji that Mattermost calls by this name, false for a custom one.
	Emoji(name string) (string, bool)
	// LinkedPost is the id of the post that a permalink into this Mattermost leads to.
	LinkedPost(url string) (postID string, ok bool)
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

// Arbiters hands out what answers automatically.
type Arbiters interface {
	// Arbiter is that of a bot's present rules, hours and flows; nil when it has none.
	Arbiter(botID string) Arbiter
	// Call makes the call of a flow's step: one try, bounded in time and size, guarded against private addresses.
	Call(ctx context.Context, botID string, c flow.Call) flow.Answer
}

// Arbiter decides about one event: see autoreply.Arbiter. It fills Facts.Former itself; the error is that of reading it, and
// says nothing about the event: it can be asked again.
type Arbiter interface {
	Evaluate(ctx context.Context, f autoreply.Facts, m autoreply.Memory, e autoreply.Event, now time.Time) (autoreply.Decision, error)
}

// Rules are the settings of the whole plugin that decide about replies and the relay.
type Rules struct {
	// NotePrefixes are lower-case and without surrounding spaces.
	NotePrefixes  []string
	MentionIsNote bool
	// AutoCloseDays closes conversations without traffic for that long; 0 for never.
	AutoCloseDays int
	// MaxFileBytes is the largest file that is passed on, in either direction; 0 for any.
	MaxFileBytes int64
	// DeliveredReaction marks replies that were sent.
	DeliveredReaction bool
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

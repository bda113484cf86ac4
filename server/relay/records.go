// What the relay hands to its ports and gets from them, as data.

package relay

import (
	"context"
	"encoding/json"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// Lease is the right of one node to work for one bot. Epoch rises with every change of owner and fences writes.
type Lease struct {
	BotID string
	Epoch int64
}

// InboxRow is an update that waits for its lane.
type InboxRow struct {
	ID      int64
	EventID string
	Lane    string
	// Album is the key that the messages of one album share, empty for all others.
	Album string
	// Bound is the post that this row was bound to together with the others of its album, empty for none.
	Bound    string
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
	// Message is set when the update became a post of its own, Edit when it changed one; at most one of them.
	Message *InboundMessage
	Edit    *InboundEdit
	// Auto is what is answered automatically, nil when nothing was evaluated.
	Auto *AutoAnswer
}

// AutoAnswer is a decision of the arbiter as it is carried out: together with the end of its row, or not at all.
type AutoAnswer struct {
	ConversationID string
	// PostID is the post of what is said, empty when nothing is. Text is Markdown; By names who answered, for the team.
	PostID  string
	Text    string
	FileIDs []string
	Buttons [][]messenger.Button
	By      string
	// Rules are the ids of the rules that answered, whose hits are counted.
	Rules []string
	// Memory replaces the conversation's.
	Memory json.RawMessage
	// Mode is what the conversation's becomes, empty for no change; Close closes it.
	Mode  conversation.Mode
	Close bool
	Tags  []string
	// AssigneeID replaces the assignee, empty for no change.
	AssigneeID string
	// NoAnswerAt is when the timer for an answer that did not come runs out, zero for never. Lane is where it comes back.
	NoAnswerAt time.Time
	Lane       string
	// WaitsSince is since when the customer waits for the team because of this, zero for nothing new.
	WaitsSince time.Time
	// RemoveKeyboard takes the buttons from the message in Conversation.Keyboard.
	RemoveKeyboard bool
	// Lines are said to the team in the thread, if there is one.
	Lines []TeamLine
	// Call is made of a flow's service, nil for none. AskedAt is the messenger's time of what the customer did.
	Call    *flow.Call
	AskedAt time.Time
	// Seen is the conversation that the decision was made on. If it is another by now, nothing of this is carried out.
	Seen Seen
}

// Seen is what a decision depends on and others than the lane change as well.
type Seen struct {
	Memory                  json.RawMessage
	Mode                    conversation.Mode
	LastAgentAt, HumanSince time.Time
}

// ServiceCall is a call of a flow's service that waits to be made.
type ServiceCall struct {
	ID             int64
	ConversationID string
	Call           flow.Call
}

// TeamLine is a line of msgbot's own in a thread.
type TeamLine struct {
	// ID is the post's, Key that of the text.
	ID   string            `json:"id"`
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
}

// Prefixes of the event ids of rows that no messenger brought. Their Raw is a Timer: a timer of a conversation ran out; a
// ServiceAnswer; or a DecidedLine.
const (
	TimerPrefix  = "timer:"
	AnswerPrefix = "answer:"
	LinePrefix   = "line:"
)

// DecidedLine is a line about a decision that was carried out.
type DecidedLine struct {
	ConversationID string   `json:"conversation_id"`
	Line           TeamLine `json:"line"`
}

// ServiceAnswer is what a flow's service answered. Of names the call.
type ServiceAnswer struct {
	ConversationID string      `json:"conversation_id"`
	AskedAt        time.Time   `json:"asked_at"`
	Answer         flow.Answer `json:"answer"`
	Of             string      `json:"of"`
}

// Timer is what such a row says.
type Timer struct {
	ConversationID string    `json:"conversation_id"`
	DueAt          time.Time `json:"due_at"`
}

// AutoPost is an automatic message for a thread.
type AutoPost struct {
	// ID is the post's.
	ID           string
	Conversation conversation.Conversation
	Bot          conversation.Bot
	// Text is Markdown; Buttons are shown as words.
	Text    string
	FileIDs []string
	Buttons [][]messenger.Button
	By      string
}

// InboundMessage records a message of the customer's side that is now a post; the rows of an album name the same post. It
// opens the conversation, counts the posts and makes the customer reachable.
type InboundMessage struct {
	ConversationID string
	PostID         string
	// Direction is In, or Out for what the owner of a Business account wrote himself: that ends the wait.
	Direction  conversation.Direction
	ExternalID string
	// Kind is the file's kind, messenger.Text for none.
	Kind messenger.FileKind
	// Number is the place among the messages of the post, from 1.
	Number int
	At     time.Time
	// EditedAt is the time of the edit that the message came as, zero for one that came as it was written.
	EditedAt time.Time
	// Posts is how many posts this row added: 1 but for very long ones and for the later rows of an album, which add none.
	Posts int
	// Waits says that somebody waits for an answer since At, if nobody was waited for.
	Waits bool
	// Text and Files are Digests of the content, by which an edit that changes nothing is known.
	Text, Files string
	// QuoteKey is richtext.QuoteKey of the post's text, by which an agent's quote of it is known.
	QuoteKey string
}

// InboundEdit records that a message's new content is shown.
type InboundEdit struct {
	ConversationID string
	PostID         string
	ExternalID     string
	At             time.Time
	// Posts is how many posts the message takes now.
	Posts                 int
	Text, Files, QuoteKey string
}

// Shown is the post that a message of the messenger became, or that a reply was.
type Shown struct {
	PostID    string
	Direction conversation.Direction
	// Posts is how many posts the message takes.
	Posts int
	// At is the message's time, EditedAt that of the newest edit that is shown, zero for none.
	At, EditedAt time.Time
	// Text and Files are the Digests of that one message's content.
	Text, Files string
	// Captioned is how many messages of the post have a text: more than one only in an album.
	Captioned int
	// Answered says that an agent's reply is younger than the message.
	Answered bool
}

// Version is an earlier text of a customer's message, kept before its post is changed.
type Version struct {
	PostID string
	// InboxID is the update that replaces it: the same one keeps a version once.
	InboxID int64
	// At is when the replacement was made.
	At time.Time
	// Text is Markdown, as it was shown.
	Text string
}

// AlbumRows are the waiting rows of an album, with the time since the first and the last of them arrived.
type AlbumRows struct {
	Rows                  []InboxRow
	SinceFirst, SinceLast time.Duration
}

// Reply is an agent's post that was judged, to be recorded once: a message, and an outbox row where it is to be sent.
type Reply struct {
	Post           conversation.AgentPost
	ConversationID string
	Verdict        conversation.Verdict
	// QuoteKey is richtext.QuoteKey of the post's text.
	QuoteKey string
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

// OutboxKind says what is to be done at the messenger about a post.
type OutboxKind string

// The kinds. A post has at most one row of each: the newest wish replaces one that is not carried out yet.
const (
	// SendRow: the post goes to the customer.
	SendRow OutboxKind = "send"
	// EditRow: what was sent shall read as the post reads now.
	EditRow OutboxKind = "edit"
	// DeleteRow: what was sent shall be deleted.
	DeleteRow OutboxKind = "delete"
	// ReactRow: the bot's reaction to the message behind the post shall be Text.
	ReactRow OutboxKind = "react"
	// AutoRow: an automatic message is shown in the thread and goes to the customer.
	AutoRow OutboxKind = "auto"
	// KeyboardRow: the buttons below the message Text shall go.
	KeyboardRow OutboxKind = "keyboard"
)

// Reasons of rows that fail without a word of the messenger; assets/i18n has their texts as "reason." + the reason.
const (
	ReasonEditUnsupported   = "edit_unsupported"
	ReasonDeleteUnsupported = "delete_unsupported"
	// ReasonEditedToNote: a reply that was sent became a note in Mattermost.
	ReasonEditedToNote = "edited_to_note"
	// ReasonEditedFiles: the files of a reply that was sent were changed.
	ReasonEditedFiles = "edited_files"
	// ReasonEditTooLong: the new text takes more messages than were sent.
	ReasonEditTooLong = "edit_too_long"
	// ReasonAutoLate: an automatic message could not be sent in time.
	ReasonAutoLate = "auto_late"
	// ReasonFileGone: a file of the reply is not in Mattermost any more.
	ReasonFileGone = "file_gone"
	// ReasonNoText: nothing of the reply is left to send.
	ReasonNoText = "no_text"
)

// OutboxRow is something to be done at the messenger about a post.
type OutboxRow struct {
	ID             int64
	BotID          string
	ConversationID string
	PostID         string
	Kind           OutboxKind
	// Text is Markdown, as the agent wrote it; of a ReactRow it is the emoji, empty for none.
	Text string
	// AuthorName is put before the text as the bot's agent_name setting says: first and full name of the author.
	AuthorFirst, AuthorFull string
	FileIDs                 []string
	// Buttons and By are of an AutoRow, as in AutoAnswer; Shown says that its post is in the thread.
	Buttons [][]messenger.Button
	By      string
	Shown   bool
	State   conversation.Delivery
	// Reason is a conversation.Reason for held rows, one of the Reasons above, a FileError's, else the messenger's words.
	Reason string
	// Part is the number of calls that were made; the next one is tried next.
	Part int
	// Attempt counts tries over all calls; an outcome is recorded for one attempt only.
	Attempt int
	// Epoch is that of the lease under which the attempt was begun.
	Epoch      int64
	FirstTryAt time.Time
	NotBefore  time.Time
	CreatedAt  time.Time
}

// Part is one message at the messenger that a reply became.
type Part struct {
	ExternalID string
	// Call is the place of the call that sent it, from 0; the messages of an album share it.
	Call int
	Kind messenger.FileKind
	// Digest is that of the text it has, by which an edit that changes nothing is known.
	Digest string
	State  conversation.Delivery
}

// Outcome of one attempt at an outbox row.
type Outcome struct {
	State conversation.Delivery
	// Code and Description are the messenger's, empty for sent.
	Code        int
	Description string
	// NotBefore is the next try of a row that is queued again.
	NotBefore time.Time
	// Sent are the messages that were sent now, or whose text was changed now; Part is the number of calls made so far.
	Sent []Part
	Part int
	// Unreachable marks the customer with Description until he writes again.
	Unreachable bool
}

// Reaction is how the team reacts to a post now: the newest reaction of a person, empty for none.
type Reaction struct {
	PostID         string
	ConversationID string
	// Name is Mattermost's name of the emoji.
	Name string
	At   time.Time
}

// Notice is a message in the thread about an outbox row that did not go out.
type Notice struct {
	Row          OutboxRow
	Conversation conversation.Conversation
}

// InboundPost is a message of the customer's side for a thread.
type InboundPost struct {
	// ID is the id of the first post; further posts of the same message get ids made from it.
	ID           string
	Conversation conversation.Conversation
	Bot          conversation.Bot
	// Text is what was written, Labels what else the message is; both may be empty.
	Text   richtext.Text
	Labels []messenger.Label
	Files  []InboundFile
	// Quote is what the message answers, nil for nothing.
	Quote *Quote
	// At is the messenger's time of the message.
	At time.Time
	// EditedAt marks a message that was changed since, zero for one that was not. Live says that it only moved.
	EditedAt time.Time
	Live     bool
	// FromOwner marks what the owner of a Business account wrote himself.
	FromOwner bool
	// Hasty shows a file that cannot be fetched now as missing instead of returning the error.
	Hasty bool
}

// InboundFile is a customer's file.
type InboundFile struct {
	messenger.File
	// ID is the id it gets in Mattermost, the same at every try.
	ID string
	// Fetch opens it, from its beginning at each call.
	Fetch func(ctx context.Context) (messenger.Download, error)
}

// Quote is a message that another one answers.
type Quote struct {
	// Text is what was quoted, Author who wrote it, empty for the bot; PostID the post that shows it, empty for none.
	Text, Author, PostID string
}

// Posted is what a message became.
type Posted struct {
	Posts int
	// Missing are named reasons of the files that could not be shown, for the meter.
	Missing []string
}

// AgentFile is a file of an agent's post.
type AgentFile struct {
	ID, Name, MIME string
	// Size is in bytes; Width and Height are of pictures.
	Size          int64
	Width, Height int
}

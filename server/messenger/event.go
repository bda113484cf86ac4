// Events: what a messenger brings, once decoded. An event holds data only; words for people are made from it by desk.

package messenger

import (
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// ChatKind tells one person from a group.
type ChatKind string

// The kinds of chat.
const (
	Private ChatKind = "private"
	Group   ChatKind = "group"
)

// Chat is where a message came from or goes to.
type Chat struct {
	// ID is the messenger's id of the chat: a user id on Viber.
	ID string
	// Connection is the Telegram Business connection, empty elsewhere.
	Connection string
	Kind       ChatKind
	// Title is the name of a group, empty for a person.
	Title string
}

// Person is a customer as the messenger shows him.
type Person struct {
	ID        string
	Name      string
	FirstName string
	Username  string
	// Language is a tag such as "uk" or "en-US", empty when not told.
	Language  string
	AvatarURL string
}

// EventKind says what happened.
type EventKind string

// The kinds of event. Every kind but Ignored reaches the conversation.
const (
	EventMessage   EventKind = "message"
	EventEdited    EventKind = "edited"  // the whole new content of ExternalID
	EventDeleted   EventKind = "deleted" // the messages in Deleted
	EventReaction  EventKind = "reaction"
	EventPressed   EventKind = "pressed" // a button under a message of ours
	EventStarted   EventKind = "started" // opened the bot, wrote nothing yet
	EventBlocked   EventKind = "blocked" // blocked, unsubscribed, or the bot was removed from the group
	EventUnblocked EventKind = "unblocked"
	EventMigrated  EventKind = "migrated" // the group goes on as MigratedTo
	EventDelivered EventKind = "delivered"
	EventSeen      EventKind = "seen"
	EventFailed    EventKind = "failed"
	EventConnected EventKind = "connected" // a Business connection was made, changed or ended
	EventIgnored   EventKind = "ignored"   // counted with Reason, nothing to show
)

// Event is one decoded update.
type Event struct {
	Kind EventKind
	// At is the messenger's clock.
	At   time.Time
	Chat Chat
	From Person
	// ExternalID is the messenger's id of the message the event is or is about.
	ExternalID string

	// Text is what was written, the caption of a file included; empty for a message without text.
	Text richtext.Text
	// Labels say in front of the text what else the message is, in this order.
	Labels []Label
	// Files are what has to be fetched; a message has one at most, an album is several messages.
	Files []File
	// Album is the key that the messages of one album share, as in Update.
	Album string
	// ReplyTo is the message this one answers, nil for none.
	ReplyTo *Quoted
	// FromOwner marks what the owner of a Business account wrote himself: it answers the customer, who is From all the same.
	FromOwner bool
	// Service marks what tells of the chat and not of a person's wish (somebody joined): nobody waits for an answer.
	Service bool
	// Live marks a live location: its edits move it and are no changed words.
	Live bool

	// Shared is a phone number of his own, or a place ("50.45,30.52"), that the customer shared.
	Shared string
	// Payload is a deep-link payload or context.
	Payload string
	// Reactions are what From reacts with now, as emoji; what is no standard emoji is left out.
	Reactions []string
	// Former are what From reacted with before.
	Former []string
	// Deleted are the external ids of messages that the customer deleted.
	Deleted []string
	// Press is the pressed button of EventPressed.
	Press *Press
	// Connection is that of EventConnected.
	Connection *Connection
	// MigratedTo is the new chat id of EventMigrated.
	MigratedTo string
	// Reason names why an event is ignored, or says in the messenger's words why a delivery failed.
	Reason string
}

// Label says what a message is besides its text: "a poll", "forwarded from …". Its words are the text "label." + Key in
// assets/i18n, in which Args stand as {{name}}.
type Label struct {
	Key string
	// Args are a customer's words: plain text, several lines allowed.
	Args map[string]string
	// URL is where the label leads (a place on a map), empty for nowhere; http or https.
	URL string
}

// Quoted is a message that another one answers.
type Quoted struct {
	ExternalID string
	// Text is what was quoted: the chosen words, else the beginning of the message; empty when it had no text.
	Text string
	// Author is who wrote it, empty when it was the bot.
	Author string
}

// Press is a pressed button.
type Press struct {
	// ID acknowledges the press, see Acknowledger; empty where there is nothing to acknowledge.
	ID string
	// Data is what the button carries, Label what stands on it; Label is empty when the message is not known any more.
	Data, Label string
}

// Connection is a Business account that a bot was connected to (https://core.telegram.org/bots/api#businessconnection).
type Connection struct {
	ID string
	// Owner is the person whose account it is.
	Owner Person
	// Enabled is false when the owner ended it; CanReply tells whether the bot may write in his name.
	Enabled, CanReply bool
}

// FileKind says what a file is to the messenger.
type FileKind string

// The kinds of file. Text stands for a message without any.
const (
	Text      FileKind = "text"
	Photo     FileKind = "photo"
	Video     FileKind = "video"
	Animation FileKind = "animation"
	Audio     FileKind = "audio"
	Voice     FileKind = "voice"
	VideoNote FileKind = "video_note"
	Sticker   FileKind = "sticker"
	Document  FileKind = "document"
)

// File is something a customer sent that has to be fetched: see FileFetcher.
type File struct {
	Kind FileKind
	// Ref is what the adapter fetches it by: an id, or an address. It is shown to nobody.
	Ref string
	// Identity is the same for the same content, however it is fetched; Ref where the messenger tells no other.
	Identity string
	// Name is the customer's name of it, empty when the messenger tells none; not to be trusted.
	Name string
	// MIME is the type as told, empty when not told; not to be trusted.
	MIME string
	// Size is in bytes as told, 0 when not told.
	Size int64
}

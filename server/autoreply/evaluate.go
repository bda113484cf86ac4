// What the arbiter is told and what it decides.

package autoreply

import (
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// EventKind says what happened.
type EventKind string

// What the arbiter is asked about. Edits, reactions, receipts, service events and what an owner of a Business account
// writes never get here.
const (
	// Wrote is a customer's message of any kind; Started that he opened the bot (/start, conversation_started); Pressed a
	// button; Answered that the service of a flow answered; NoAnswerDue that the timer of Decision.NoAnswerAt ran out.
	Wrote       EventKind = "wrote"
	Started     EventKind = "started"
	Pressed     EventKind = "pressed"
	Answered    EventKind = "answered"
	NoAnswerDue EventKind = "no_answer_due"
)

// Event is what happened.
type Event struct {
	Kind EventKind
	// At is the messenger's time of it; of Answered that of what the customer did, for waiting begins there; of NoAnswerDue
	// the time at which it was due.
	At time.Time
	// Text is the plain text of a message, empty for one without; Payload that of a deep link.
	Text, Payload string
	// Shared is a phone number or place ("50.45,30.52") that the customer shared by a button.
	Shared string
	// Press is the Data of the pressed button.
	Press string
	// Answer is that of the flow's service.
	Answer *flow.Answer
}

// Facts are what the arbiter needs to know of the conversation besides Memory.
type Facts struct {
	Mode    conversation.Mode
	Status  conversation.Status
	Kind    messenger.ChatKind
	Blocked bool
	// Business says that it is a chat of a Business account.
	Business bool
	// Flooding says that the customer writes faster than the flood guard allows.
	Flooding bool
	// WaitingSince is since when the customer waits, the event not counted; zero when he does not.
	WaitingSince time.Time
	// LastAgentAt is the last time an agent replied, zero for never. HumanSince is when human mode began, zero when that is
	// not known.
	LastAgentAt, HumanSince time.Time
	// Language is the customer's, a tag such as "uk-UA", empty when unknown.
	Language string
	Customer struct{ FirstName, Username string }
	// AgentFirstName is the assignee's as customers may see it, empty otherwise.
	AgentFirstName string
	BotName        string
	// Keyboard says that the customer sees buttons below one of our messages.
	Keyboard bool
	// Former is the version of the flow that Memory.Position names, when it is not the published one: see NeedsFormer. Nil
	// says that it is known no more.
	Former *flow.Flow
}

// Memory is what the arbiter remembers of a conversation; it is stored with it as JSON and handed back unchanged.
type Memory struct {
	// WroteAt is when the customer wrote last, WelcomedAt when he was greeted. Who only started has not written: the message
	// after it is his first, unless he was greeted for starting.
	WroteAt    time.Time `json:"wrote_at,omitzero"`
	WelcomedAt time.Time `json:"welcomed_at,omitzero"`
	// Fired is when each rule answered last, by the rule's id.
	Fired map[string]time.Time `json:"fired,omitempty"`
	// Recent are the automatic answers of the last minute, LimitedAt is when there would have been one too many.
	Recent    []time.Time `json:"recent,omitempty"`
	LimitedAt time.Time   `json:"limited_at,omitzero"`
	// Waiting is the waiting period that the next two are about, by its beginning.
	Waiting time.Time `json:"waiting,omitzero"`
	// AwayInWait, FallbackInWait and NoAnswerInWait say what was said in it.
	AwayInWait     bool `json:"away_in_wait,omitempty"`
	FallbackInWait bool `json:"fallback_in_wait,omitempty"`
	NoAnswerInWait bool `json:"no_answer_in_wait,omitempty"`
	// NoAnswerSeen is up to when the timers of the waiting period were looked at, whatever came of them.
	NoAnswerSeen time.Time `json:"no_answer_seen,omitzero"`
	// Position is where he is inside a flow, nil for nowhere.
	Position *flow.Position `json:"position,omitempty"`
	// Fields are what he told flows.
	Fields map[string]string `json:"fields,omitempty"`
	// Held is what a rule says together with the flow that it began, which first asks a service.
	Held *Held `json:"held,omitempty"`
}

// Held is said before what the flow says after its call. Names are those of Decision; Close closes the conversation then.
type Held struct {
	Text     string               `json:"text,omitempty"`
	Files    []string             `json:"files,omitempty"`
	Buttons  [][]messenger.Button `json:"buttons,omitempty"`
	Language string               `json:"language,omitempty"`
	Names    []string             `json:"names,omitempty"`
	Close    bool                 `json:"close,omitempty"`
}

// Decision is what follows from an event.
type Decision struct {
	// Silence names why nothing is evaluated or said: empty when something is said, and with Call.
	Silence string
	// Text is what is said, Mattermost Markdown with all placeholders filled; it may be empty beside Files.
	Text     string
	Files    []string
	Buttons  [][]messenger.Button
	Language string
	// Rules are the ids of the rules that answered (an away rule may be appended to another), Flow "name/step" if a flow did.
	// A rule whose words wait for a service is told here with the Call, and not again when they are said.
	Rules []string
	// Names are the names of the rules whose words these are, also of words that had to wait.
	Names []string
	Flow  string
	// Toast is shown to a customer who pressed a button in vain, in his language: empty for none.
	Toast string
	// RemoveKeyboard takes the buttons that the customer sees.
	RemoveKeyboard bool
	// Call is to be made and its answer told by an event Answered; nothing is said before. What is decided beside it, tags
	// say, is done at once.
	Call *flow.Call
	// Answered says that nobody needs to wait for people because of this (a flow, command or keyword in bot mode answered). It
	// is never said with Handover, since who asks for a person waits for one, nor of a menu that is only said again because
	// the text meant none of its buttons.
	Answered bool
	// HumanModeOver says that the conversation is in bot mode from this event on: the last message of an agent is a day old
	// and the customer did not wait.
	HumanModeOver bool
	// LimitReached says that this is the first event of a run that the limit of answers leaves without one.
	LimitReached bool
	// Handover makes people answer, Close closes the conversation, Tags and Assign are put on it. Who is handed over is not
	// closed.
	Handover, Close bool
	Tags            []string
	Assign          string
	// NoAnswerAt is when NoAnswerDue is to happen if nobody replied, zero for never. It replaces what was told before.
	NoAnswerAt time.Time
	// Memory replaces the one that was given.
	Memory Memory
	// Considered says of each rule that did not answer why, in the order in which they were looked at.
	Considered []Considered
}

// Values of Decision.Silence.
const (
	SilenceBlocked  = "blocked"
	SilenceFlooding = "flooding"
	SilenceBusiness = "business" // the bot does not answer in chats of Business accounts
	SilenceGroup    = "group"    // said in a group, and not to this bot
	SilenceOld      = "old"      // the message came more than ten minutes ago
	SilenceLate     = "late"     // the timer ran out more than a quarter of an hour ago
	SilenceHuman    = "human_mode"
	SilenceButton   = "unknown_button"
	SilenceLimit    = "limit"   // of automatic answers in a minute
	SilenceService  = "service" // the customer's flow waits for its service
	SilenceStale    = "stale"   // a service answered a customer who had gone on
	SilenceNothing  = "nothing" // there was nothing to say
)

// Considered is a rule that did not answer, and why.
type Considered struct {
	Rule   string `json:"rule"`
	Reason Reason `json:"reason"`
}

// Reason names why a rule did not answer.
type Reason string

// The reasons, as REST names them.
const (
	ReasonOff       Reason = "off"
	ReasonTrigger   Reason = "trigger"
	ReasonSchedule  Reason = "schedule"
	ReasonCooldown  Reason = "cooldown"
	ReasonMode      Reason = "mode"
	ReasonTooLong   Reason = "too_long"
	ReasonOutranked Reason = "outranked"
)

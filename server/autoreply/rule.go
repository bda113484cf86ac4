// What a rule is.

// Package autoreply decides what is answered automatically: one arbiter over the flows, rules and hours of a bot. It is
// pure: Evaluate reads no clock, calls nobody, and the same input always gives the same decision.
package autoreply

import (
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Rule is an auto-reply, as REST shows it (contract of the rules: docs/rest.md).
type Rule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	// Priority decides between rules of one stage: the higher one answers; of equals one with a payload before one without,
	// then the one that was made first.
	Priority int     `json:"priority"`
	Trigger  Trigger `json:"trigger"`
	When     When    `json:"when"`
	// Cooldown is how long the rule is silent for a conversation after it answered there.
	Cooldown conversation.Duration `json:"cooldown,omitempty"`
	// Texts are by language, in Mattermost Markdown with placeholders.
	Texts   flow.Texts      `json:"texts"`
	FileIDs []string        `json:"file_ids,omitempty"`
	Buttons [][]flow.Button `json:"buttons,omitempty"`
	Actions Actions         `json:"actions"`
	// Hits is how often it answered.
	Hits int64 `json:"hits"`
}

// When says at which hours a rule answers.
type When string

// The hours of a rule.
const (
	Always     When = "always"
	WhenOpen   When = "open"
	WhenClosed When = "closed"
)

// TriggerKind is what makes a rule answer; the stages of the arbiter follow from it.
type TriggerKind string

// The kinds of trigger.
const (
	OnCommand  TriggerKind = "command"
	OnKeyword  TriggerKind = "keyword"
	OnFirst    TriggerKind = "first"
	OnAway     TriggerKind = "away"
	OnNoAnswer TriggerKind = "noanswer"
	Fallback   TriggerKind = "fallback"
)

// Match says how the phrases of a keyword rule are looked for.
type Match string

// The ways of matching. Contains is by whole words; a phrase that ends in * takes any ending.
const (
	Contains Match = "contains"
	Equals   Match = "equals"
	Starts   Match = "starts"
	Regex    Match = "regex"
)

// Trigger is what makes a rule answer; the fields that its kind does not use are empty.
type Trigger struct {
	Kind TriggerKind `json:"kind"`
	// Match, Phrases and MaxLength (characters of the message, 120 when not said) are of keywords.
	Match     Match    `json:"match,omitempty"`
	Phrases   []string `json:"phrases,omitempty"`
	MaxLength int      `json:"max_length,omitempty"`
	// Commands begin with a slash; Payload is that of a deep link, empty for any.
	Commands []string `json:"commands,omitempty"`
	Payload  string   `json:"payload,omitempty"`
	// AgainAfter is after how long a returning customer is greeted again, Every how often away is said, After how many
	// open minutes without an agent's reply pass.
	AgainAfter conversation.Duration `json:"again_after,omitempty"`
	Every      conversation.Duration `json:"every,omitempty"`
	After      conversation.Duration `json:"after,omitempty"`
}

// Actions are done when the rule answers.
type Actions struct {
	Tags []string `json:"tags,omitempty"`
	// Assign is a username without @, Flow the name of a flow that begins with the answer.
	Assign string `json:"assign,omitempty"`
	Flow   string `json:"flow,omitempty"`
	Close  bool   `json:"close,omitempty"`
}

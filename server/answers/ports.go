// Package answers keeps each bot's rules, hours and flows: it validates and versions what admins change, hands out the
// arbiter that is made from it, and calls the services of flows.
package answers

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Errors by which REST and commands decide what to say.
var (
	// ErrNotFound says that there is no such bot, rule or flow.
	ErrNotFound = errors.New("there is no such rule or flow")
	// ErrChanged says that somebody else changed the same thing since it was read.
	ErrChanged = errors.New("it was changed by somebody else meanwhile")
)

// How many versions of a flow are kept besides the draft, the published one and those that customers are inside of; and how
// long a customer who does not write is inside, at most: it is the longest `idle` of a flow.
const (
	KeptVersions = 50
	LongestIdle  = 7 * 24 * time.Hour
)

// Script is all that answers automatically for a bot, as it is stored.
type Script struct {
	// Version rises with every change of any part; caches compare it.
	Version int64
	Rules   []autoreply.Rule
	// RulesVersion is what a change of the rules has to name.
	RulesVersion int64
	// Hours carry their own version.
	Hours hours.Hours
	// Published are the flows that are on, in the version that was published last.
	Published []StoredFlow
	// HadFlow says that a flow was published once: customers may be inside it or hold its buttons, also when it is off or gone.
	HadFlow bool
}

// StoredFlow is one version of a flow.
type StoredFlow struct {
	Name    string
	Version int
	// Text is the YAML as it was written.
	Text string
	At   time.Time
	By   string
}

// FlowState is a flow as it is listed.
type FlowState struct {
	Name string
	// Draft and Published are versions, 0 for none. On says that the published one answers.
	Draft, Published int
	On               bool
	ChangedAt        time.Time
}

// Store keeps scripts. Methods return ErrNotFound for a bot that is not there.
type Store interface {
	// Script returns what is in force for a bot; an empty one when nothing was made yet.
	Script(ctx context.Context, botID string) (Script, error)
	// ScriptVersions returns Script.Version of every bot that has a script.
	ScriptVersions(ctx context.Context) (map[string]int64, error)
	// SaveRules replaces the rules of a bot if their version still is the given one, else ErrChanged; hits of rules that
	// stay are kept. It returns the new version.
	SaveRules(ctx context.Context, botID string, rules []autoreply.Rule, version int64) (int64, error)
	// SaveHours replaces the hours if their version still is h.Version, else ErrChanged, and returns the new one.
	SaveHours(ctx context.Context, botID string, h hours.Hours) (int64, error)
	// Told returns the commands that the bot's messenger shows by language, as SaveTold stored them; none when nothing was.
	Told(ctx context.Context, botID string) (map[string][]messenger.Command, error)
	SaveTold(ctx context.Context, botID string, lists map[string][]messenger.Command) error
	// Flows lists a bot's flows by name.
	Flows(ctx context.Context, botID string) ([]FlowState, error)
	// Flow returns one version of a flow; 0 is the draft, else the published one.
	Flow(ctx context.Context, botID, name string, version int) (StoredFlow, error)
	// SaveDraft stores text as the flow's next version and makes it the draft. No version is given twice to flows of one
	// name, also when the flow was removed in between. Of the others those are forgotten that nobody can need any more.
	SaveDraft(ctx context.Context, botID, name, text, userID string) (StoredFlow, error)
	// The changes below are made only if Script.Version still is the given one, else ErrChanged: nothing comes between the
	// look at a flow and what is made of it. They return ErrNotFound when there is no such flow.

	// Publish puts the draft in force, or without one the published version again. Earlier versions stay for customers who
	// are inside them.
	Publish(ctx context.Context, botID, name string, script int64) error
	// Replace stores text as the flow's next version and puts it in force at once; there need not be such a flow.
	Replace(ctx context.Context, botID, name, text, userID string, script int64) error
	// SwitchOff switches the published version off.
	SwitchOff(ctx context.Context, botID, name string, script int64) error
	RemoveFlow(ctx context.Context, botID, name string, script int64) error
}

// Desk is what the service asks Mattermost of names that people write into rules and flows. An error says that nobody knows.
type Desk interface {
	// IsAgent tells whether this username, without @, is that of an active person who is a member of the channel.
	IsAgent(ctx context.Context, channelID, username string) (bool, error)
	// HasFile tells whether a file is there and belongs to a post in the channel. One of another channel may be secret to
	// those who read this one.
	HasFile(ctx context.Context, channelID, fileID string) (bool, error)
}

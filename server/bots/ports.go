// Package bots knows which bots are connected: it adds, edits and removes them, keeps their tokens sealed, hands out
// their messengers, watches their health and tells the team when another service has taken a bot over.
package bots

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Errors by which REST and commands decide what to say.
var (
	ErrNotFound = errors.New("no such bot")
	// ErrExists says that this account of the messenger is connected already.
	ErrExists = errors.New("this bot is connected already")
	// ErrChanged says that somebody else changed the bot since it was read.
	ErrChanged = errors.New("the bot was changed by somebody else meanwhile")
)

// InUseError says that the bot's webhook leads to another service, which would be cut off.
type InUseError struct{ Host string }

// Error implements error.
func (e *InUseError) Error() string {
	return "another service receives this bot's messages now: " + e.Host
}

// RefusedError says that the messenger refused the token, or registering the webhook, in its own words.
type RefusedError struct{ Field, Words string }

// Error implements error.
func (e *RefusedError) Error() string { return e.Words }

// Sealed is a bot's credentials, encrypted, with the id of the key that opens them.
type Sealed struct {
	KeyID string
	Data  []byte
}

// State of a check or of a bot.
type State string

// States, from good to bad. Paused is only a bot's.
const (
	OK      State = "ok"
	Warning State = "warning"
	Error   State = "error"
	Paused  State = "paused"
)

// Check is one line of a bot's health.
type Check struct {
	// Name is fixed: token, webhook, delivery, backlog, public_url, encryption, display, files, polling, answers.
	Name  string
	State State
	// Detail says in words what is wrong and what to do; for a takeover it names the foreign host.
	Detail string
	// Since is when the check came to this state.
	Since time.Time
	// AlertPostID is the alert in the inbox channel that tells of it; empty when none was posted.
	AlertPostID string
}

// Depth is what waits for a bot; Quarantined counts what could not be read within a day.
type Depth struct {
	Inbox, Outbox, Quarantined int
	// Oldest is the arrival of the oldest waiting inbox row, zero when none waits.
	Oldest time.Time
}

// Store keeps bots, their credentials, health and exchanges.
type Store interface {
	// Bots returns all connected bots, ordered by name.
	Bots(ctx context.Context) ([]conversation.Bot, error)
	// Versions returns the version of every bot by id: a cheap way to see that a cached bot is old.
	Versions(ctx context.Context) (map[string]int64, error)
	// CreateBot stores a new bot; ErrExists when (kind, account) is there already.
	CreateBot(ctx context.Context, b conversation.Bot, s Sealed) error
	// UpdateBot stores a changed bot if the stored version still is b.Version, else ErrChanged; sealed may be nil to
	// keep the credentials. It returns the new version.
	UpdateBot(ctx context.Context, b conversation.Bot, sealed *Sealed) (int64, error)
	// RemoveBot forgets the bot with all its rows, conversations included; the posts in Mattermost stay.
	RemoveBot(ctx context.Context, botID string) error
	Credentials(ctx context.Context, botID string) (Sealed, error)
	// EnsureKey stores candidate as the database's own key if there is none yet, and returns the one that is there.
	EnsureKey(ctx context.Context, candidate []byte) ([]byte, error)

	// Checks returns the stored health of a bot, ordered by name.
	Checks(ctx context.Context, botID string) ([]Check, error)
	// SaveChecks replaces the health of a bot.
	SaveChecks(ctx context.Context, botID string, checks []Check) error
	// AddExchanges appends to a bot's log and keeps its newest 200.
	AddExchanges(ctx context.Context, botID string, list []messenger.Exchange) error
	// Exchanges returns the log, newest first.
	Exchanges(ctx context.Context, botID string) ([]messenger.Exchange, error)
	Depth(ctx context.Context, botID string) (Depth, error)
}

// Desk is what the bots need of Mattermost.
type Desk interface {
	// Join makes the msgbot user a member of the channel and its team.
	Join(ctx context.Context, channelID string) error
	// Alert posts into the bot's inbox channel (and to CreatedBy in a direct message) that check is bad, with the
	// button *Take it back* when takeBack is set, and returns the post's id. Resolve marks it as over.
	Alert(ctx context.Context, bot conversation.Bot, check Check, takeBack bool) (postID string, err error)
	Resolve(ctx context.Context, bot conversation.Bot, check Check) error
	// T is the text of key in a language, with {{name}} replaced by args["name"].
	T(lang, key string, args map[string]string) string
	// Overrides tells whether the server shows customers' names and avatars on posts.
	Overrides() bool
}

// Endpoints are the settings that bots depend on, addresses most of them.
type Endpoints struct {
	TelegramAPIURL, ViberAPIURL string
	// PublicURL is where the messengers reach this server: the setting, else SiteURL; without a trailing slash.
	PublicURL string
	ProxyURL  string
	// EncryptionKey is the setting; empty means the database's own key.
	EncryptionKey string
	// FilesDisabled says that Mattermost itself takes no files (FileSettings.EnableFileAttachments is off).
	FilesDisabled bool
}

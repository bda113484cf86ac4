// Business connections: accounts of people that were connected to a bot, and whether an admin let them in.

package conversation

import (
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// ConnectionState says what becomes of the messages of a Business connection, as REST names it.
type ConnectionState string

// The states. Any Premium account can connect itself to a bot that allows it, so nothing is shown before an admin accepted
// the connection.
const (
	ConnectionWaiting  ConnectionState = "waiting"
	ConnectionAccepted ConnectionState = "accepted"
	ConnectionRefused  ConnectionState = "refused"
	// ConnectionRevoked: its owner ended it.
	ConnectionRevoked ConnectionState = "revoked"
)

// Connection is a Business connection of a bot.
type Connection struct {
	messenger.Connection
	BotID string
	State ConnectionState
	// Accepted says that an admin has let it in since it was made last: what was written until its owner ended it is shown.
	Accepted bool
	// Since is when it came to this state.
	Since time.Time
	// Number counts how often the owner connected, from 1: each time is asked about anew.
	Number int
	// DecidedBy is the Mattermost user who accepted or refused it, empty for nobody.
	DecidedBy string
}

// Business connections: nothing of one is shown before an admin accepted it.

package relay

import (
	"context"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// errRefused says that an admin refused the message's Business connection.
var errRefused = errors.New("the Business connection was refused")

// connected takes over what happened to a connection, and shows it in the inbox channel.
func (in *inbound) connected(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if _, err := in.connect(ctx, s, *e.Connection, e); err != nil {
		return Finished{}, err
	}
	return done(row, string(e.Kind)), nil
}

func (in *inbound) connect(ctx context.Context, s *laneState, told messenger.Connection, e messenger.Event) (conversation.Connection, error) {
	c, err := in.store.Connect(ctx, s.bot.ID, told, e.At)
	if err != nil {
		return c, err
	}
	if err := in.desk.ShowConnection(ctx, s.bot, c); err != nil && !lasting(err) {
		return c, err
	}
	return c, nil
}

// admit returns nil for an event that may be shown, errNotAdmitted for one that has to wait, errRefused for one of a
// connection that an admin refused, or that its owner ended before one accepted it.
func (in *inbound) admit(ctx context.Context, s *laneState, e messenger.Event) error {
	if e.Chat.Connection == "" || e.Kind == messenger.EventConnected {
		return nil
	}
	c, err := in.store.Connection(ctx, s.bot.ID, e.Chat.Connection)
	if errors.Is(err, ErrNotFound) {
		c, err = in.ask(ctx, s, e)
	}
	if err != nil {
		return err
	}
	switch {
	case c.Accepted:
		return nil
	case c.State == conversation.ConnectionWaiting:
		return errNotAdmitted
	}
	return errRefused
}

// ask asks the messenger for a connection of which no update told.
func (in *inbound) ask(ctx context.Context, s *laneState, e messenger.Event) (conversation.Connection, error) {
	connector, ok := s.chat.(messenger.Connector)
	if !ok {
		return conversation.Connection{}, errRefused
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	told, err := connector.Connection(call, e.Chat.Connection)
	if err != nil {
		if messenger.AsError(err).Class == messenger.Rejected {
			return conversation.Connection{}, errRefused
		}
		return conversation.Connection{}, err
	}
	return in.connect(ctx, s, told, e)
}

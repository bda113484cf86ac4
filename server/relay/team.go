// What agents do to a conversation: claim, close, reopen, switch the mode, send again. REST, commands and buttons all
// come here; permission is checked by them.

package relay

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// ErrNothingToSend says that there is no failed, unknown or held reply to send again.
var ErrNothingToSend = errors.New("there is no failed, unknown or held reply here")

// TeamOptions are what a Team is made from.
type TeamOptions struct {
	Store      Store
	Desk       Desk
	Messengers Messengers
	// Wake tells the owner of a bot that there is work, wherever it is.
	Wake func(botID string)
	// Unmark takes msgbot's signs from a reply that is on its way again.
	Unmark func(postID string)
}

// Team carries out what agents decide about conversations, and admins about Business connections.
type Team struct{ o TeamOptions }

// NewTeam returns a Team.
func NewTeam(o TeamOptions) *Team { return &Team{o} }

// Claim makes userID the assignee and switches to human mode.
func (t *Team) Claim(ctx context.Context, conversationID, userID string) (conversation.Conversation, error) {
	return t.change(ctx, conversationID, func(c *conversation.Conversation) { c.Claim(userID) })
}

// Close closes the conversation.
func (t *Team) Close(ctx context.Context, conversationID string) (conversation.Conversation, error) {
	return t.change(ctx, conversationID, func(c *conversation.Conversation) { c.Close(time.Now()) })
}

// Reopen opens a closed or snoozed conversation.
func (t *Team) Reopen(ctx context.Context, conversationID string) (conversation.Conversation, error) {
	return t.change(ctx, conversationID, func(c *conversation.Conversation) { c.Reopen() })
}

// SetMode switches between bot mode and human mode.
func (t *Team) SetMode(ctx context.Context, conversationID string, m conversation.Mode) (conversation.Conversation, error) {
	return t.change(ctx, conversationID, func(c *conversation.Conversation) { c.Mode = m })
}

// Note records a post that was written with the note command, so that it never goes out.
func (t *Team) Note(ctx context.Context, conversationID, postID, userID string) error {
	return t.o.Store.AddNote(ctx, conversationID, postID, userID, time.Now())
}

// Resend sends a failed, unknown or held reply again, by the wish of a person. A held reply reopens its conversation.
// It returns ErrNothingToSend when the post is none of these.
func (t *Team) Resend(ctx context.Context, conversationID, postID string) error {
	ok, err := t.o.Store.Requeue(ctx, postID)
	if err != nil {
		return err
	}
	if !ok {
		return ErrNothingToSend
	}
	t.o.Unmark(postID)
	_, err = t.Reopen(ctx, conversationID)
	return err
}

// ResendLast does the same for the conversation's newest failed, unknown or held reply.
func (t *Team) ResendLast(ctx context.Context, conversationID string) error {
	postID, err := t.o.Store.LastUnsent(ctx, conversationID)
	if errors.Is(err, ErrNotFound) {
		return ErrNothingToSend
	}
	if err != nil {
		return err
	}
	return t.Resend(ctx, conversationID, postID)
}

func (t *Team) change(ctx context.Context, id string, f func(*conversation.Conversation)) (conversation.Conversation, error) {
	c, err := t.o.Store.Change(ctx, id, func(c *conversation.Conversation) error {
		f(c)
		return nil
	})
	if err != nil {
		return conversation.Conversation{}, err
	}
	t.o.Wake(c.BotID)
	return c, nil
}

// Typing shows the customer that somebody writes, where the messenger can and he may be written to.
func (t *Team) Typing(ctx context.Context, conversationID string) error {
	c, err := t.o.Store.Conversation(ctx, conversationID)
	if err != nil {
		return err
	}
	bot, known := t.o.Messengers.Known(c.BotID)
	m, ok := connected(t.o.Messengers, c.BotID)
	typer, can := m.(messenger.Typer)
	if !known || bot.Paused || !ok || !can || c.Status == conversation.Closed || c.Customer.Unreachable != "" {
		return nil
	}
	return typer.Typing(ctx, c.Chat)
}

// Connections returns the Business connections of a bot, newest first.
func (t *Team) Connections(ctx context.Context, botID string) ([]conversation.Connection, error) {
	return t.o.Store.Connections(ctx, botID)
}

// Decide lets the messages of a Business connection in, or refuses them. ErrNotFound when there is none that can be
// decided about.
func (t *Team) Decide(ctx context.Context, botID, connectionID string, accept bool, userID string) (conversation.Connection, error) {
	c, err := t.o.Store.Decide(ctx, botID, connectionID, accept, userID)
	if err != nil {
		return c, err
	}
	t.o.Wake(botID)
	if bot, known := t.o.Messengers.Known(botID); known {
		err = t.o.Desk.ShowConnection(ctx, bot, c)
	}
	return c, err
}

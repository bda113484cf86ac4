// What agents do to a conversation: claim, close, reopen, switch the mode, send again. REST, commands and buttons all
// come here; permission is checked by them.

package relay

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// ErrNothingToSend says that there is no failed, unknown or held reply to send again.
var ErrNothingToSend = errors.New("there is no failed, unknown or held reply here")

// Team carries out what agents decide about conversations.
type Team struct {
	store interface {
		ConversationStore
		OutboxStore
	}
	wake   func(botID string)
	unmark func(postID string)
}

// NewTeam returns a Team; wake tells the owner of a bot that there is work, and unmark takes msgbot's signs from a reply
// that is on its way again.
func NewTeam(store Store, wake, unmark func(string)) *Team {
	return &Team{store: store, wake: wake, unmark: unmark}
}

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
	return t.store.AddNote(ctx, conversationID, postID, userID, time.Now())
}

// Resend sends a failed, unknown or held reply again, by the wish of a person. A held reply reopens its conversation.
// It returns ErrNothingToSend when the post is none of these.
func (t *Team) Resend(ctx context.Context, conversationID, postID string) error {
	ok, err := t.store.Requeue(ctx, postID)
	if err != nil {
		return err
	}
	if !ok {
		return ErrNothingToSend
	}
	t.unmark(postID)
	_, err = t.Reopen(ctx, conversationID)
	return err
}

// ResendLast does the same for the conversation's newest failed, unknown or held reply.
func (t *Team) ResendLast(ctx context.Context, conversationID string) error {
	postID, err := t.store.LastUnsent(ctx, conversationID)
	if errors.Is(err, ErrNotFound) {
		return ErrNothingToSend
	}
	if err != nil {
		return err
	}
	return t.Resend(ctx, conversationID, postID)
}

func (t *Team) change(ctx context.Context, id string, f func(*conversation.Conversation)) (conversation.Conversation, error) {
	c, err := t.store.Change(ctx, id, func(c *conversation.Conversation) error {
		f(c)
		return nil
	})
	if err != nil {
		return conversation.Conversation{}, err
	}
	t.wake(c.BotID)
	return c, nil
}

// Notes that are written with a command or when closing: posts of the team in a thread that never go out.

package api

import (
	"context"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// remoteID lets a plugin choose the id of its post (tried on Mattermost 11.1).
const remoteID = "msgbot"

// Note is a text of UserID for his team in the thread of RootPostID.
type Note struct {
	ConversationID, ChannelID, RootPostID string
	UserID, Text                          string
}

// NoteKeeper records a post as a note, so that it is never taken for a reply: relay.Team.
type NoteKeeper interface {
	Note(ctx context.Context, conversationID, postID, userID string) error
}

// NoteMarker gives a post the sign of a note: desk.Desk.
type NoteMarker interface {
	MarkNote(ctx context.Context, postID string) error
}

// Notes writes notes.
type Notes struct {
	keeper NoteKeeper
	marker NoteMarker
	create CreatePost
}

// NewNotes returns Notes.
func NewNotes(k NoteKeeper, m NoteMarker, create CreatePost) *Notes {
	return &Notes{keeper: k, marker: m, create: create}
}

// Write posts the note as its author. The post's id is chosen and recorded as a note first, so there is no moment at
// which the post exists and could be taken for a reply; a crash in between leaves a record without a post, which shows
// nothing. Mattermost also marks posts of plugins (from_plugin), which are never replies. The author can edit his
// note; it stays one.
func (n *Notes) Write(ctx context.Context, note Note) error {
	id, remote := conversation.NewID(), remoteID
	if err := n.keeper.Note(ctx, note.ConversationID, id, note.UserID); err != nil {
		return errors.Wrap(err, "recording a note")
	}
	post, appErr := n.create(&model.Post{
		Id: id, RemoteId: &remote, UserId: note.UserID, ChannelId: note.ChannelID, RootId: note.RootPostID, Message: note.Text,
	})
	switch {
	case appErr != nil:
		return errors.Errorf("posting a note: %s (%d)", appErr.Id, appErr.StatusCode)
	case post == nil || post.Id != id:
		return errors.New("posting a note: Mattermost did not confirm it")
	}
	_ = n.marker.MarkNote(ctx, id) // The sign is an ornament: without it the note is one as well.
	return nil
}

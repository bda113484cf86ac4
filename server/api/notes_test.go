// Notes: the order of their steps, and what Mattermost may answer.

package api

import (
	"context"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// board records in which order a note is recorded, posted and marked.
type board struct {
	steps     []string
	recordErr error
	answer    func(*model.Post) (*model.Post, *model.AppError)
	post      *model.Post
}

func (b *board) Note(_ context.Context, conversationID, postID, userID string) error {
	b.steps = append(b.steps, "record "+conversationID+" "+userID)
	if b.recordErr == nil {
		b.post = &model.Post{Id: postID}
	}
	return b.recordErr
}

func (b *board) MarkNote(context.Context, string) error {
	b.steps = append(b.steps, "mark")
	return errors.New("no emoji")
}

func (b *board) create(p *model.Post) (*model.Post, *model.AppError) {
	if b.post == nil || b.post.Id != p.Id {
		b.steps = append(b.steps, "post unrecorded")
	} else {
		b.steps = append(b.steps, "post")
	}
	b.post = p
	return b.answer(p)
}

func write(b *board) error {
	return NewNotes(b, b, b.create).Write(context.Background(), Note{
		ConversationID: "conv1", ChannelID: "chan-a", RootPostID: "root1", UserID: member, Text: "call back @all",
	})
}

func TestANoteIsRecordedBeforeItExists(t *testing.T) {
	b := &board{answer: func(p *model.Post) (*model.Post, *model.AppError) { return p, nil }}
	require.NoError(t, write(b))
	require.Equal(t, []string{"record conv1 member", "post", "mark"}, b.steps)
	require.True(t, model.IsValidId(b.post.Id))
	require.NotEmpty(t, b.post.GetRemoteID(), "Mattermost takes a chosen id only with it")
	require.Equal(t, "member chan-a root1 call back @all", b.post.UserId+" "+b.post.ChannelId+" "+b.post.RootId+" "+b.post.Message)
}

func TestANoteThatCannotBeRecordedIsNotPosted(t *testing.T) {
	b := &board{recordErr: errors.New("down")}
	require.Error(t, write(b))
	require.Equal(t, []string{"record conv1 member"}, b.steps)
}

func TestANoteThatMattermostDidNotConfirmIsAnError(t *testing.T) {
	for name, answer := range map[string]func(*model.Post) (*model.Post, *model.AppError){
		"dead server": func(*model.Post) (*model.Post, *model.AppError) { return nil, nil },
		"another id":  func(*model.Post) (*model.Post, *model.AppError) { return &model.Post{Id: "x"}, nil },
		"refused": func(*model.Post) (*model.Post, *model.AppError) {
			return nil, model.NewAppError("CreatePost", "api.refused", nil, "call back @all", 400)
		},
	} {
		err := write(&board{answer: answer})
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "call back", "an error may reach the log")
	}
}

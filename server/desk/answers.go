// What automatic answers may name in Mattermost: who may be assigned, and which files may be sent.

package desk

import (
	"context"
	"net/http"

	"github.com/pkg/errors"
)

// IsAgent implements answers.Desk.
func (d *Desk) IsAgent(ctx context.Context, channelID, username string) (bool, error) {
	id, err := d.AgentID(ctx, channelID, username)
	return id != "", err
}

// AgentID implements relay.Desk. Nothing of it is remembered: who was just invited is there, who was removed is not.
func (d *Desk) AgentID(ctx context.Context, channelID, username string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	u, err := found(d.api.GetUserByUsername(username))
	if err != nil || u == nil || u.DeleteAt != 0 || u.IsBot {
		return "", err
	}
	m, appErr := d.api.GetChannelMember(channelID, u.Id)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return "", nil
	case appErr != nil:
		return "", errors.Wrap(failure(appErr), "look for a member")
	case m == nil:
		return "", errors.Wrap(errNoAnswer, "look for a member")
	}
	return u.Id, nil
}

// HasFile implements answers.Desk. A file belongs to one post for ever, so that nobody can bring one into a channel that he
// could not read where it is: he can only post it anew.
func (d *Desk) HasFile(ctx context.Context, channelID, fileID string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	info, err := d.fileInfo(fileID)
	if err != nil || info == nil || info.PostId == "" || info.DeleteAt != 0 {
		return false, err
	}
	post, appErr := d.api.GetPost(info.PostId)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return false, nil
	case appErr != nil:
		return false, errors.Wrap(failure(appErr), "look for the post of a file")
	case post == nil:
		return false, errors.Wrap(errNoAnswer, "look for the post of a file")
	}
	return post.ChannelId == channelID && post.DeleteAt == 0, nil
}

// The file that somebody posted for /msgbot flow import.

package command

import (
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
)

const (
	// seenPosts is how many posts of the channel are looked at, the newest first.
	seenPosts = 200
	// maxUpload is the largest flow, in bytes.
	maxUpload = 256 << 10
)

// flowEndings are those of files in YAML.
var flowEndings = []string{".yaml", ".yml"}

// Host is what commands need of plugin.API.
type Host interface {
	GetPostsForChannel(channelID string, page, perPage int) (*model.PostList, *model.AppError)
	GetFileInfo(fileID string) (*model.FileInfo, *model.AppError)
	GetFile(fileID string) ([]byte, *model.AppError)
	GetUser(userID string) (*model.User, *model.AppError)
}

// upload is a file that was found.
type upload struct {
	name string
	text []byte
}

// newestUpload is the newest file in YAML that a user posted in a channel, nil for none among its last posts.
func (c *Commands) newestUpload(channelID, userID string) (*upload, error) {
	posts, appErr := c.Host.GetPostsForChannel(channelID, 0, seenPosts)
	if appErr != nil || posts == nil {
		return nil, failed("reading the posts of a channel", appErr)
	}
	for _, id := range posts.Order {
		post := posts.Posts[id]
		if post == nil || post.UserId != userID {
			continue
		}
		for _, fileID := range post.FileIds {
			found, err := c.uploaded(fileID)
			if found != nil || err != nil {
				return found, err
			}
		}
	}
	return nil, nil
}

// uploaded is a file if it is in YAML, else nil. It is not read when it is too large.
func (c *Commands) uploaded(fileID string) (*upload, error) {
	info, appErr := c.Host.GetFileInfo(fileID)
	if appErr != nil || info == nil {
		return nil, failed("looking at a file", appErr)
	}
	name := strings.ToLower(info.Name)
	if !slices.ContainsFunc(flowEndings, func(ending string) bool { return strings.HasSuffix(name, ending) }) {
		return nil, nil
	}
	if info.Size > maxUpload {
		return nil, wrong("command.upload_too_large", map[string]string{"file": api.Literal(info.Name)})
	}
	text, appErr := c.Host.GetFile(fileID)
	if appErr != nil {
		return nil, failed("reading a file", appErr)
	}
	return &upload{info.Name, text}, nil
}

func failed(doing string, appErr *model.AppError) error {
	if appErr == nil {
		return errors.Errorf("%s: the server does not answer", doing)
	}
	return errors.Errorf("%s: %s (%d)", doing, appErr.Id, appErr.StatusCode)
}

package lab

// Channels and threads as an agent sees and writes them.

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

const postsPerPage = 200

// Post writes a root post into a channel.
func (s *Session) Post(ctx context.Context, channelID, text string) (*model.Post, error) {
	return s.Reply(ctx, channelID, "", text)
}

// Reply writes into the thread of a root post.
func (s *Session) Reply(ctx context.Context, channelID, rootID, text string) (*model.Post, error) {
	post, _, err := s.Client.CreatePost(ctx, &model.Post{ChannelId: channelID, RootId: rootID, Message: text})
	return post, errors.Wrap(err, "posting")
}

// Thread returns the root post and all its replies, oldest first.
func (s *Session) Thread(ctx context.Context, rootID string) ([]*model.Post, error) {
	list, _, err := s.Client.GetPostThread(ctx, rootID, "", false)
	if err != nil {
		return nil, errors.Wrap(err, "reading a thread")
	}
	return inOrder(list), nil
}

// Roots returns the root posts of a channel that people or plugins wrote, oldest first; notices of
// the server about joining and the like are left out.
func (s *Session) Roots(ctx context.Context, channelID string) ([]*model.Post, error) {
	var roots []*model.Post
	for page := 0; ; page++ {
		list, _, err := s.Client.GetPostsForChannel(ctx, channelID, page, postsPerPage, "", true, false)
		if err != nil {
			return nil, errors.Wrap(err, "reading a channel")
		}
		roots = append(roots, inOrder(list)...)
		if len(list.Order) < postsPerPage {
			break
		}
	}
	roots = slices.DeleteFunc(roots, func(post *model.Post) bool {
		return post.RootId != "" || strings.HasPrefix(post.Type, model.PostSystemMessagePrefix)
	})
	slices.SortFunc(roots, byAge)
	return roots, nil
}

func inOrder(list *model.PostList) []*model.Post {
	posts := make([]*model.Post, 0, len(list.Order))
	for _, id := range list.Order {
		posts = append(posts, list.Posts[id])
	}
	slices.SortFunc(posts, byAge)
	return slices.CompactFunc(posts, func(a, b *model.Post) bool { return a.Id == b.Id })
}

func byAge(a, b *model.Post) int {
	return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Id, b.Id))
}

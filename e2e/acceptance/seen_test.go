// What people see beyond plain words: several messages, files, msgbot's own lines, and posts that change.

package acceptance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// posts are the customer's messages in a thread, oldest first.
func (s *scene) posts(rootID string) []*model.Post {
	s.Helper()
	return slices.DeleteFunc(s.thread(rootID), func(p *model.Post) bool { return !world.IsInbound(p) })
}

// arrivals waits until the customer has so many messages in his thread, and requires that there are no more.
func (s *scene) arrivals(customer *world.Customer, n int) []*model.Post {
	s.Helper()
	root := s.conversation(customer).RootPostID
	var posts []*model.Post
	err := eventually(s.ctx, fmt.Sprintf("%d messages", n), func() bool {
		posts = s.posts(root)
		return len(posts) >= n
	})
	require.Len(s, posts, n, "%v: %q", err, texts(posts))
	return posts
}

func texts(posts []*model.Post) []string {
	var found []string
	for _, p := range posts {
		found = append(found, p.Message)
	}
	return found
}

// again lets the messenger bring updates twice more, and waits until the bot has worked off all it has.
func (s *scene) again(bot *world.Bot, updates ...int64) {
	s.Helper()
	for _, id := range updates {
		bot.AtTelegram.Redeliver(id)
		bot.AtTelegram.Redeliver(id)
	}
	s.worksOff(bot)
}

// worksOff waits until all that the bot's customers did is delivered and shown.
func (s *scene) worksOff(bot *world.Bot) {
	s.Helper()
	if bot.AtTelegram != nil {
		require.NoError(s, bot.AtTelegram.AwaitDelivered(s.ctx))
	} else {
		s.callbacksDelivered()
	}
	require.NoError(s, eventually(s.ctx, "an empty inbox", func() bool { return s.status(bot).Inbox == 0 }))
}

// files are those of a post, downloaded by the agent.
func (s *scene) files(post *model.Post) []world.File {
	s.Helper()
	files, err := world.Files(s.ctx, s.agent, post)
	require.NoError(s, err)
	return files
}

// hashes are those of the files of a post.
func (s *scene) hashes(post *model.Post) []string {
	s.Helper()
	var found []string
	for _, f := range s.files(post) {
		found = append(found, f.SHA256)
	}
	return found
}

// lines are the posts of msgbot's own in a thread, oldest first.
func (s *scene) lines(rootID string) []*model.Post {
	s.Helper()
	posts := s.thread(rootID)
	card := posts[0]
	return slices.DeleteFunc(posts[1:], func(p *model.Post) bool { return world.IsInbound(p) || p.UserId != card.UserId })
}

// line waits for a line of msgbot's own with all these words in it.
func (s *scene) line(rootID string, words ...string) *model.Post {
	s.Helper()
	var lines []*model.Post
	i := -1
	err := eventually(s.ctx, "a line with "+strings.Join(words, ", "), func() bool {
		lines = s.lines(rootID)
		i = slices.IndexFunc(lines, func(p *model.Post) bool { return hasAll(p.Message, words) })
		return i >= 0
	})
	require.NoError(s, err, "%q", texts(lines))
	return lines[i]
}

func hasAll(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// becomes waits until a post has all these words in it, and returns it as it is then.
func (s *scene) becomes(post *model.Post, words ...string) *model.Post {
	s.Helper()
	now := post
	err := eventually(s.ctx, "a post with "+strings.Join(words, ", "), func() bool {
		read, _, err := w.Admin.Client.GetPost(s.ctx, post.Id, "")
		if err != nil {
			return false
		}
		now = read
		return hasAll(now.Message, words)
	})
	require.NoError(s, err, "%q", now.Message)
	return now
}

// record is what REST tells of the message of a post, once it is received.
func (s *scene) record(c world.Conversation, post *model.Post) world.Message {
	s.Helper()
	return s.settles(c, post, "received")
}

// formerly are the texts that the message of a post had before, oldest first, once there are so many.
func (s *scene) formerly(c world.Conversation, post *model.Post, n int) []string {
	s.Helper()
	var former []string
	err := eventually(s.ctx, fmt.Sprintf("%d earlier texts", n), func() bool {
		former = nil
		for _, v := range s.record(c, post).Versions {
			former = append(former, v.Text)
		}
		return len(former) >= n
	})
	require.Len(s, former, n, "%v", err)
	return former
}

// signed waits until exactly these emoji stand under a post as msgbot's reactions.
func (s *scene) signed(post *model.Post, emoji ...string) {
	s.Helper()
	var now []string
	err := eventually(s.ctx, "the reactions "+strings.Join(emoji, ", "), func() bool {
		now = s.signs(post)
		return slices.Equal(slices.Sorted(slices.Values(now)), slices.Sorted(slices.Values(emoji)))
	})
	require.NoError(s, err, "%v", now)
}

// repliesWith makes the agent write in the conversation's thread, with files.
func (s *scene) repliesWith(c world.Conversation, text string, files ...world.Enclosure) *model.Post {
	s.Helper()
	post, err := world.ReplyWith(s.ctx, s.agent, c, text, files...)
	require.NoError(s, err)
	return post
}

// rewrites makes the agent change his post.
func (s *scene) rewrites(postID, text string) {
	s.Helper()
	_, _, err := s.agent.Client.PatchPost(s.ctx, postID, &model.PostPatch{Message: &text})
	require.NoError(s, err)
}

// erases makes the agent delete his post.
func (s *scene) erases(postID string) {
	s.Helper()
	_, err := s.agent.Client.DeletePost(s.ctx, postID)
	require.NoError(s, err)
}

// reacts puts the agent's reaction under a post, unreacts takes it away.
func (s *scene) reacts(postID, emoji string) {
	s.Helper()
	_, _, err := s.agent.Client.SaveReaction(s.ctx, &model.Reaction{UserId: s.agent.User.Id, PostId: postID, EmojiName: emoji})
	require.NoError(s, err)
}

func (s *scene) unreacts(postID, emoji string) {
	s.Helper()
	_, err := s.agent.Client.DeleteReaction(s.ctx, &model.Reaction{UserId: s.agent.User.Id, PostId: postID, EmojiName: emoji})
	require.NoError(s, err)
}

package world

// Conversations as the team sees them: whose thread is whose, and what stands in it.

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// propEvent is the prop that msgbot puts on a customer's message and on no other post.
const propEvent = "msgbot_event"

const postsPerPage = 200

// AwaitConversation waits until the customer has a conversation with a thread. It goes by the bot and the name, for a
// group by its title on the card.
func (w *World) AwaitConversation(ctx context.Context, customer *Customer) (Conversation, error) {
	if customer.Title != "" {
		return w.awaitGroup(ctx, customer)
	}
	var found Conversation
	query := url.Values{"bot": {customer.Bot.ID}, "q": {customer.Name}}
	err := lab.Eventually(ctx, "a conversation of "+customer.Bot.Kind, func() (bool, error) {
		list, _, err := w.Plugin.Conversations(ctx, query)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(list, func(c Conversation) bool {
			return c.Customer.Name == customer.Name && c.RootPostID != ""
		})
		if i < 0 {
			return false, nil
		}
		found = list[i]
		return true, nil
	})
	return found, err
}

func (w *World) awaitGroup(ctx context.Context, group *Customer) (Conversation, error) {
	var found Conversation
	err := lab.Eventually(ctx, "a conversation of a group", func() (bool, error) {
		roots, err := w.Admin.Roots(ctx, group.Bot.ChannelID)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(roots, func(p *model.Post) bool { return strings.Contains(p.Message, group.Title) })
		if i < 0 {
			return false, nil
		}
		found, err = w.Plugin.ByThread(ctx, roots[i].Id)
		return err == nil, err
	})
	return found, err
}

// AwaitInbound waits until the customer's message of exactly this text stands in his thread, and returns its post. A
// text with characters that Markdown knows looks different there.
func (w *World) AwaitInbound(ctx context.Context, customer *Customer, text string) (*model.Post, error) {
	conversation, err := w.AwaitConversation(ctx, customer)
	if err != nil {
		return nil, err
	}
	var found *model.Post
	err = lab.Eventually(ctx, "a customer's message in the thread", func() (bool, error) {
		posts, err := w.Admin.Thread(ctx, conversation.RootPostID)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(posts, func(p *model.Post) bool { return IsInbound(p) && p.Message == text })
		if i < 0 {
			return false, nil
		}
		found = posts[i]
		return true, nil
	})
	return found, err
}

// AwaitMessage waits until the message of a post is in one of the states (queued, sent, delivered, seen, failed,
// unknown, received, none), and returns it.
func (w *World) AwaitMessage(ctx context.Context, conversationID, postID string, states ...string) (Message, error) {
	var found Message
	err := lab.Eventually(ctx, "a message's state", func() (bool, error) {
		list, _, err := w.Plugin.Messages(ctx, conversationID, nil)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(list, func(m Message) bool { return m.PostID == postID })
		if i < 0 {
			return false, errors.New("there is no such message")
		}
		found = list[i]
		if !slices.Contains(states, found.State) {
			return false, errors.Errorf("it is %s", found.State)
		}
		return true, nil
	})
	return found, err
}

// IsInbound tells whether a post is a customer's message.
func IsInbound(p *model.Post) bool { return p.RootId != "" && p.GetProp(propEvent) != nil }

// InboundPosts are all customers' messages in a channel, of all conversations, oldest first. Call it when nothing new
// arrives: it reads page by page.
func (w *World) InboundPosts(ctx context.Context, channelID string) ([]*model.Post, error) {
	found := map[string]*model.Post{}
	for page := 0; ; page++ {
		list, _, err := w.Admin.Client.GetPostsForChannel(ctx, channelID, page, postsPerPage, "", false, false)
		if err != nil {
			return nil, errors.Wrap(err, "reading a channel")
		}
		for _, id := range list.Order {
			if IsInbound(list.Posts[id]) {
				found[id] = list.Posts[id]
			}
		}
		if len(list.Order) < postsPerPage {
			break
		}
	}
	posts := make([]*model.Post, 0, len(found))
	for _, p := range found {
		posts = append(posts, p)
	}
	slices.SortFunc(posts, func(a, b *model.Post) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Id, b.Id))
	})
	return posts, nil
}

// CountTexts counts posts by their text: 1 for every message is exactly once.
func CountTexts(posts []*model.Post) map[string]int {
	count := map[string]int{}
	for _, p := range posts {
		count[p.Message]++
	}
	return count
}

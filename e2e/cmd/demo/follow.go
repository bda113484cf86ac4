package main

// After the script: how to go on by hand, and what happens then, as it happens.

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// look is how often the follower looks for something new.
const look = 200 * time.Millisecond

// invite says how to take part.
func (s *stage) invite(page string) {
	agent := s.Agents[0].User.Username
	s.screen.title("Your turn")
	s.screen.fact("write as a customer", page)
	if s.Server.HasWebApp() {
		s.screen.fact("answer as the team", s.Server.SiteURL+"/"+world.TeamName+"/channels/"+world.InboxName)
	} else {
		s.screen.fact("answer as the team", "type here and press Enter")
		s.screen.line("  %s  %s", pad("", 24), "(as "+agent+", to the customer who wrote last)")
		s.screen.fact("Mattermost's REST", s.Server.SiteURL)
		s.screen.line("  %s  %s", pad("", 24), "built from source, without its web pages: to see them, run")
		s.screen.line("  %s  %s", pad("", 24), lab.MattermostDir+"=<folder of an unpacked Mattermost release> make demo")
	}
	s.screen.fact("log in as agent", agent+"  password "+lab.Password)
	s.screen.fact("log in as administrator", lab.AdminName+"  password "+lab.Password)
	s.screen.fact("server log", s.Server.LogFile)
	s.screen.fact("stop", "Ctrl-C")
}

// follower knows what was printed already.
type follower struct {
	*stage
	posts map[string]bool
	lines map[string]int // of each customer's chat
	last  *world.Customer
}

// follow prints what both sides write, and posts what is typed, until ctx ends.
func (s *stage) follow(ctx context.Context) {
	f := &follower{stage: s, posts: map[string]bool{}, lines: map[string]int{}}
	f.catchUp(ctx)
	typed := typing(ctx)
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case text := <-typed:
			f.answer(ctx, text)
		case <-tick.C:
			f.news(ctx)
		}
	}
}

// typing brings the lines typed into the terminal.
func typing(ctx context.Context) <-chan string {
	typed := make(chan string)
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			select {
			case typed <- strings.TrimSpace(lines.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	return typed
}

// answer posts into the thread of the customer who wrote last.
func (f *follower) answer(ctx context.Context, text string) {
	if text == "" {
		return
	}
	if f.last == nil {
		f.screen.text("Nobody has written yet.")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	talk, err := f.AwaitConversation(ctx, f.last)
	if err == nil {
		_, err = f.Agents[0].Reply(ctx, talk.ChannelID, talk.RootPostID, text)
	}
	if err != nil {
		f.screen.failed(err.Error())
	}
}

// catchUp notes what is there already.
func (f *follower) catchUp(ctx context.Context) {
	for _, customer := range f.chats.all() {
		chat := customer.Chat()
		f.lines[key(customer)] = len(chat)
		f.last = customer
	}
	for _, post := range f.recent(ctx) {
		f.posts[post.Id] = true
	}
}

// news prints what is new on either side since the last look.
func (f *follower) news(ctx context.Context) {
	for _, post := range f.recent(ctx) {
		if f.posts[post.Id] || post.RootId == "" {
			continue
		}
		f.posts[post.Id] = true
		f.showPost(ctx, post)
	}
	for _, customer := range f.chats.all() {
		chat := customer.Chat()
		for _, l := range chat[min(f.lines[key(customer)], len(chat)):] {
			if l.FromBot {
				f.showReceived(ctx, customer, l)
			} else {
				f.last = customer
			}
		}
		f.lines[key(customer)] = len(chat)
	}
}

// recent are the newest posts of the inbox channel, oldest first.
func (f *follower) recent(ctx context.Context) []*model.Post {
	list, _, err := f.Admin.Client.GetPostsForChannel(ctx, f.Inbox.Id, 0, 60, "", false, false)
	if err != nil {
		return nil // the next look may succeed
	}
	posts := make([]*model.Post, 0, len(list.Order))
	for _, id := range slices.Backward(list.Order) {
		posts = append(posts, list.Posts[id])
	}
	return posts
}

// showPost prints a post of the thread: a customer's message with the time it took, or what a person or msgbot wrote.
func (f *follower) showPost(ctx context.Context, post *model.Post) {
	who := "msgbot"
	if name, _ := post.GetProp(model.PostPropsOverrideUsername).(string); name != "" {
		who = name
	}
	if !world.IsInbound(post) {
		if user, _, err := f.Admin.Client.GetUser(ctx, post.UserId, ""); err == nil {
			who = user.Username
		}
		f.screen.said("Mattermost", who, post.Message)
		return
	}
	talk, err := f.Plugin.ByThread(ctx, post.RootId)
	if err != nil {
		return
	}
	customer := f.of(talk)
	if customer == nil {
		return
	}
	f.screen.said(title(customer.Bot), who, post.Message)
	// Messages of one customer stay in order: the n-th from the end of the thread is the n-th from the end of the chat.
	if said, ok := f.source(ctx, customer, post); ok {
		f.screen.hop("in the thread of ~"+f.Inbox.Name, created(post).Sub(said.At))
	}
}

// source is the customer's message that a post shows.
func (f *follower) source(ctx context.Context, customer *world.Customer, post *model.Post) (world.Line, bool) {
	talk, err := f.AwaitConversation(ctx, customer)
	if err != nil {
		return world.Line{}, false
	}
	part, ok := f.part(ctx, talk, func(m world.Message, _ world.Part) bool { return m.PostID == post.Id })
	if !ok {
		return world.Line{}, false
	}
	chat := customer.Chat()
	i := slices.IndexFunc(chat, func(l world.Line) bool { return l.ID == part.ExternalID })
	if i < 0 {
		return world.Line{}, false
	}
	return chat[i], true
}

// showReceived prints what a customer got, and the time since the agent's post it comes from.
func (f *follower) showReceived(ctx context.Context, customer *world.Customer, l world.Line) {
	f.screen.said(title(customer.Bot), customer.Name+" got", l.Text)
	_ = ctx
}

func (f *follower) part(ctx context.Context, talk world.Conversation, wanted func(world.Message, world.Part) bool) (world.Part, bool) {
	messages, _, err := f.Plugin.Messages(ctx, talk.ID, url.Values{})
	if err != nil {
		return world.Part{}, false
	}
	for _, m := range messages {
		for _, p := range m.Parts {
			if wanted(m, p) {
				return p, true
			}
		}
	}
	return world.Part{}, false
}

// of is the customer of a conversation.
func (f *follower) of(talk world.Conversation) *world.Customer {
	for _, customer := range f.chats.all() {
		if customer.Bot.ID == talk.BotID && customer.Name == talk.Customer.Name {
			return customer
		}
	}
	return nil
}

func key(customer *world.Customer) string { return customer.Bot.ID + " " + customer.Name }

package main

// After the script: how to go on by hand, and what happens then, as it happens.

import (
	"bufio"
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

const (
	// look is how often the follower looks for something new.
	look         = 200 * time.Millisecond
	postsPerLook = 60
	// propAuto is the prop that msgbot puts on an automatic answer and on no other post.
	propAuto = "msgbot_auto"
	// pressedSign is how the post of a pressed button begins.
	pressedSign = "🔘 "
	// noting is how long msgbot may take to note what it has sent, and an agent's app to show what was posted.
	noting = 2 * time.Second
)

// invite says how to take part; newcomers are customers who have not written yet.
func (s *stage) invite(page string, newcomers ...*world.Customer) {
	agent := s.Agents[0].User.Username
	s.screen.title("Your turn")
	s.screen.fact("write as a customer", page)
	s.screen.line("  %s  %s", pad("", 24), "(/start, or a press on Start, shows a newcomer the menu; press on from there)")
	for _, c := range newcomers {
		s.screen.line("  %s  %s", pad("", 24), "new on "+title(c.Bot)+": "+c.Name)
	}
	if s.mattermost.HasWebApp() {
		s.screen.fact("answer as the team", s.Server.SiteURL+"/"+world.TeamName+"/channels/"+world.InboxName)
	} else {
		s.screen.fact("answer as the team", "type here and press Enter")
		s.screen.line("  %s  %s", pad("", 24), "(as "+agent+", to the customer who wrote or pressed last)")
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
	// posted are the posts seen so far and when they were made.
	posted map[string]time.Time
	// seen counts the messages of each customer's chat that were looked at.
	seen map[*world.Customer]int
	// events are the customers' messages whose posts were seen; a long one has several.
	events map[any]bool
	// last is who wrote or pressed last.
	last *world.Customer
}

// follow prints what both sides write, and posts what is typed, until ctx ends.
func (s *stage) follow(ctx context.Context) {
	f := &follower{
		stage: s, posted: map[string]time.Time{}, seen: map[*world.Customer]int{}, events: map[any]bool{},
	}
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

// answer posts into the thread of the customer who wrote or pressed last.
func (f *follower) answer(ctx context.Context, text string) {
	if text == "" {
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

// catchUp takes what the script left as seen.
func (f *follower) catchUp(ctx context.Context) {
	for _, customer := range f.chats.all() {
		f.seen[customer] = len(customer.Chat())
		if f.seen[customer] > 0 {
			f.last = customer
		}
	}
	for _, post := range f.recent(ctx) {
		f.posted[post.Id] = created(post)
	}
}

// news prints what is new on either side since the last look.
func (f *follower) news(ctx context.Context) {
	var got []func()
	for _, customer := range f.chats.all() {
		chat := customer.Chat()
		for _, l := range chat[f.seen[customer]:] {
			if l.FromBot {
				got = append(got, func() { f.showReceived(ctx, customer, l) })
				continue
			}
			f.last = customer
		}
		f.seen[customer] = len(chat)
	}
	for _, post := range f.recent(ctx) {
		if _, known := f.posted[post.Id]; !known {
			f.posted[post.Id] = created(post)
			f.showPost(ctx, post)
		}
	}
	// After the posts they come from.
	for _, show := range got {
		show()
	}
}

// recent are the newest posts of the inbox channel, oldest first.
func (f *follower) recent(ctx context.Context) []*model.Post {
	list, _, err := f.Admin.Client.GetPostsForChannel(ctx, f.Inbox.Id, 0, postsPerLook, "", false, false)
	if err != nil {
		return nil // the next look may succeed
	}
	var posts []*model.Post
	for _, id := range slices.Backward(list.Order) {
		posts = append(posts, list.Posts[id])
	}
	return posts
}

// showPost prints a new post: a customer's message with the time it took, or what somebody else wrote.
func (f *follower) showPost(ctx context.Context, post *model.Post) {
	ctx, cancel := context.WithTimeout(ctx, noting)
	defer cancel()
	if post.RootId == "" {
		return // a card
	}
	if post.GetProp(propAuto) != nil {
		return // shown where the customer gets it
	}
	if !world.IsInbound(post) {
		f.screen.said("Mattermost", f.nameOf(ctx, post.UserId), post.Message)
		return
	}
	customer := f.customerOf(ctx, post)
	if customer == nil {
		return
	}
	f.last = customer // a press is nothing that stands in his chat
	if label, pressed := strings.CutPrefix(post.Message, pressedSign); pressed {
		f.screen.pressed(customer, label)
	} else {
		f.screen.said(title(customer.Bot), customer.Name, post.Message)
	}
	event := post.GetProp("msgbot_event")
	if !f.events[event] {
		f.showWay(ctx, customer, post)
	}
	f.events[event] = true
}

// showWay prints how long a customer's message took into the thread. A press is no message: of it the messengers tell no
// time.
func (f *follower) showWay(ctx context.Context, customer *world.Customer, post *model.Post) {
	m, err := f.noted(ctx, customer, func(m world.Message) bool { return m.PostID == post.Id })
	if err != nil {
		return
	}
	chat := customer.Chat()
	i := slices.IndexFunc(chat, func(l world.Line) bool { return !l.FromBot && hasPart(m, l.ID) })
	if i >= 0 {
		_, _ = f.sighted(ctx, post.Id, chat[i].At) // what is not seen is not printed
	}
}

func (f *follower) nameOf(ctx context.Context, userID string) string {
	user, _, err := f.Admin.Client.GetUser(ctx, userID, "")
	if err != nil {
		return "somebody"
	}
	return user.Username
}

// customerOf is whose conversation a post belongs to, nil if that cannot be told.
func (f *follower) customerOf(ctx context.Context, post *model.Post) *world.Customer {
	talk, err := f.Plugin.ByThread(ctx, post.RootId)
	if err != nil {
		return nil
	}
	all := f.chats.all()
	i := slices.IndexFunc(all, func(c *world.Customer) bool {
		return c.Bot.ID == talk.BotID && c.Name == talk.Customer.Name
	})
	if i < 0 {
		return nil
	}
	return all[i]
}

// showReceived prints what a customer got, and for an agent's reply the time since it was written. msgbot notes a message's
// id a moment after it has sent it.
func (f *follower) showReceived(ctx context.Context, customer *world.Customer, l world.Line) {
	ctx, cancel := context.WithTimeout(ctx, noting)
	defer cancel()
	if l.Welcome {
		f.screen.automatic(customer, l)
		return
	}
	m, err := f.noted(ctx, customer, func(m world.Message) bool { return hasPart(m, l.ID) })
	if err == nil && m.Direction == directionAuto {
		f.screen.automatic(customer, l)
		return
	}
	f.screen.said(title(customer.Bot), customer.Name+" got", withButtons(l))
	if at, known := f.posted[m.PostID]; known {
		f.screen.hop("since it was written in the thread", l.At.Sub(at))
	}
}

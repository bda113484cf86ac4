// What cards show, and when they are written.

package desk

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// cards are the states a card shows.
var cards = []struct {
	name   string
	change func(*conversation.Conversation)
}{
	{"new", func(*conversation.Conversation) {}},
	{"claimed, with tags, the customer's turn", func(c *conversation.Conversation) {
		c.AssigneeID, c.Tags, c.WaitingSince = agentUser, []string{"розмір", "a*b"}, time.Time{}
	}},
	{"waiting since the day before", func(c *conversation.Conversation) { c.WaitingSince = now.Add(-24 * time.Hour) }},
	{"waiting since before midnight in Kyiv", func(c *conversation.Conversation) { c.WaitingSince = now.Add(-15 * time.Hour) }},
	{"closed", func(c *conversation.Conversation) { c.Close(now) }},
	{"snoozed", func(c *conversation.Conversation) { c.Status = conversation.Snoozed }},
	{"unreachable", func(c *conversation.Conversation) {
		c.Customer.Unreachable = "Forbidden: bot was blocked by the user"
	}},
	{"a group without a preview", func(c *conversation.Conversation) {
		c.Chat, c.Thread.Preview = messenger.Chat{Kind: messenger.Group, Title: "Sales @here"}, ""
	}},
	{"a long first message", func(c *conversation.Conversation) { c.Thread.Preview = strings.Repeat("довгий текст ", 20) }},
	{"an assignee who is no more", func(c *conversation.Conversation) { c.AssigneeID = "gone" }},
}

func TestCardsAreLowAndSayWhatIsUp(t *testing.T) {
	for _, lang := range []string{"en", "uk"} {
		var all strings.Builder
		for _, example := range cards {
			d, s, _ := newDesk(t)
			c := ivan()
			example.change(&c)
			id, channel, err := d.OpenThread(t.Context(), shop(lang), c, "")
			require.NoError(t, err)
			require.Equal(t, inbox, channel)
			card := s.read(id)
			rows := 2 + strings.Count(card.Message, "\n") + 1 // the message, the attachment's line, the buttons
			require.LessOrEqual(t, rows, 5)
			require.Equal(t, 1, len(card.Attachments()))
			require.Equal(t, card.Attachments()[0].Text, card.Attachments()[0].Fallback)
			all.WriteString("== " + example.name + "\n" + seen(card) + "\n\n")
		}
		golden(t, "cards."+lang, all.String())
	}
}

func TestANewCardLinksToThePreviousOne(t *testing.T) {
	d, s, _ := newDesk(t)
	id, _, err := d.OpenThread(t.Context(), shop("en"), ivan(), "previousrootid")
	require.NoError(t, err)
	require.Contains(t, s.read(id).Message, " · [previous conversation](https://chat.example.com/_redirect/pl/previousrootid)\n")
}

func TestOpeningAThreadAgainFindsItsCard(t *testing.T) {
	d, s, _ := newDesk(t)
	first := opened(t, d, shop("en"))
	s.remove(first.Thread.RootPostID)
	again := opened(t, d, shop("en"))
	require.Equal(t, first.Thread, again.Thread)
	require.Len(t, s.written(), 1)

	c := ivan()
	c.Thread.Seq = 2
	id, _, err := d.OpenThread(t.Context(), shop("en"), c, first.Thread.RootPostID)
	require.NoError(t, err)
	require.NotEqual(t, first.Thread.RootPostID, id)
	require.Len(t, s.written(), 2)
}

func TestAnArchivedInboxChannelIsReplacedByTheFallbackAndAdminsAreToldOnce(t *testing.T) {
	d, s, _ := newDesk(t)
	d.SetConfig(Config{FallbackChannel: "acme:msgbot-fallback"})
	s.archive(inbox)
	for range 2 {
		_, channel, err := d.OpenThread(t.Context(), shop("en"), ivan(), "")
		require.NoError(t, err)
		require.Equal(t, fallbackIn, channel)
	}
	require.True(t, d.CanSee(botUser, fallbackIn), "msgbot must have joined")
	posts := s.written()
	require.Len(t, posts, 2)
	require.Equal(t, directStart+adminUser, posts[0].ChannelId)
	require.Equal(t, "Канал Support заархівовано. Це канал вхідних бота Shop Support: розмови тривають у запасному каналі. "+
		"Виберіть інший канал вхідних командою `/msgbot bot edit`.", posts[0].Message)
}

func TestWithoutAnyChannelAdminsAreToldAndNothingIsPosted(t *testing.T) {
	d, s, _ := newDesk(t)
	s.archive(inbox)
	_, _, err := d.OpenThread(t.Context(), shop("en"), ivan(), "")
	require.ErrorIs(t, err, relay.ErrChannelGone)
	require.Len(t, s.written(), 1)
	require.Contains(t, s.written()[0].Message, "повідомлення клієнтів чекають")
}

func TestACardIsWrittenOnlyWhenItShowsSomethingElse(t *testing.T) {
	d, s, clock := newDesk(t)
	c := opened(t, d, shop("en"))
	for range 2 {
		*clock = clock.Add(time.Minute)
		require.NoError(t, d.UpdateCard(t.Context(), shop("en"), c))
	}
	require.Zero(t, s.calls["UpdatePost"])

	c.Claim(agentUser)
	for range 2 {
		require.NoError(t, d.UpdateCard(t.Context(), shop("en"), c))
	}
	require.Equal(t, 1, s.calls["UpdatePost"])
	require.Contains(t, seen(s.read(c.Thread.RootPostID)), "@anna")
}

func TestAnUpdatedCardKeepsItsButtonsAndWhatOthersDidToIt(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	card := s.read(c.Thread.RootPostID)
	card.IsPinned, card.HasReactions = true, true
	card.AddProp("other_plugin", "x")
	s.put(card)

	for _, change := range []func(){func() { c.Claim(agentUser) }, func() { c.Close(now) }, func() { c.Reopen() }} {
		change()
		require.NoError(t, d.UpdateCard(t.Context(), shop("en"), c))
		after := s.read(c.Thread.RootPostID)
		require.True(t, after.IsPinned)
		require.True(t, after.HasReactions)
		require.Equal(t, "x", after.GetProp("other_plugin"))
		require.Equal(t, card.Message, after.Message)
		for _, b := range after.Attachments()[0].Actions {
			require.Regexp(t, "^[A-Za-z0-9]+$", b.Id)
			require.Equal(t, "/plugins/msgbot/api/v1/actions/"+b.Id, b.Integration.URL)
			require.Equal(t, map[string]any{"conversation_id": "conversationid"}, b.Integration.Context)
		}
	}
}

func TestACardThatCannotBeUpdatedSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		upset func(*server)
		want  error
	}{
		"deleted":  {func(s *server) { s.remove(relay.CardID("conversationid", 1)) }, relay.ErrThreadGone},
		"archived": {func(s *server) { s.archive(inbox) }, relay.ErrChannelGone},
		"dead":     {func(s *server) { s.dead = true }, errNoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, clock := newDesk(t)
			conv := opened(t, d, shop("en"))
			conv.Close(now)
			c.upset(s)
			*clock = clock.Add(2 * time.Second)
			require.ErrorIs(t, d.UpdateCard(t.Context(), shop("en"), conv), c.want)
		})
	}
	t.Run("no card", func(t *testing.T) {
		d, _, _ := newDesk(t)
		require.ErrorIs(t, d.UpdateCard(t.Context(), shop("en"), ivan()), relay.ErrThreadGone)
	})
	t.Run("an unknown assignee is not taken for nobody", func(t *testing.T) {
		d, s, _ := newDesk(t)
		conv := opened(t, d, shop("en"))
		conv.Claim(agentUser)
		s.fails["GetUser"] = refuse("x", http.StatusInternalServerError)
		require.Error(t, d.UpdateCard(t.Context(), shop("en"), conv))
		require.Zero(t, s.calls["UpdatePost"])
	})
}

// slowServer tells how many callers are between reading a post and writing it.
type slowServer struct {
	*server
	mu             sync.Mutex
	within, widest int
}

func (s *slowServer) GetPost(id string) (*model.Post, *model.AppError) {
	s.mu.Lock()
	s.within++
	s.widest = max(s.widest, s.within)
	s.mu.Unlock()
	for range 50 {
		runtime.Gosched() // Whoever can come in, comes in now.
	}
	return s.server.GetPost(id)
}

func (s *slowServer) UpdatePost(p *model.Post) (*model.Post, *model.AppError) {
	defer func() {
		s.mu.Lock()
		s.within--
		s.mu.Unlock()
	}()
	return s.server.UpdatePost(p)
}

func TestACardHasOneWriterAtATime(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	slow := &slowServer{server: s}
	d.api = slow
	var writers sync.WaitGroup
	for i := range 20 {
		writers.Go(func() {
			mine := c
			mine.Tags = []string{strings.Repeat("t", i+1)}
			if err := d.UpdateCard(t.Context(), shop("en"), mine); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	require.Equal(t, 1, slow.widest)
	require.Equal(t, 20, s.calls["UpdatePost"])
}

// Posts are made once, with the customer's name, and errors are sorted.

package desk

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const eventID = "eventeventeventeventevente"

func message(c conversation.Conversation, bot conversation.Bot, text string) relay.InboundPost {
	return relay.InboundPost{ID: eventID, Conversation: c, Bot: bot, Text: richtext.Plain(text)}
}

func replies(s *server) (texts []string) {
	for _, p := range s.written() {
		if p.RootId != "" {
			texts = append(texts, p.Message)
		}
	}
	return texts
}

func TestASecondTryAtAMessageChangesNothing(t *testing.T) {
	for name, upset := range map[string]func(*server){
		"after success":                        func(*server) {},
		"after an error that came too late":    func(s *server) { s.afterSave = refuse("app.cache", http.StatusInternalServerError) },
		"after somebody deleted the post":      func(s *server) { s.remove(eventID) },
		"after the deletion of a whole thread": func(s *server) { s.remove(eventID); s.remove(relay.CardID("conversationid", 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			p := message(opened(t, d, shop("en")), shop("en"), "hello")
			_, err := d.PostInbound(t.Context(), p)
			require.NoError(t, err)
			upset(s)
			s.calls = map[string]int{}
			posted, err := d.PostInbound(t.Context(), p)
			require.NoError(t, err)
			require.Equal(t, relay.Posted{Posts: 1}, posted)
			require.Equal(t, []string{"hello"}, replies(s))
		})
	}
}

func TestAnErrorAfterThePostWasSavedIsSuccess(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "hello")
	s.afterSave = refuse("app.cache", http.StatusInternalServerError)
	posted, err := d.PostInbound(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, relay.Posted{Posts: 1}, posted)
}

func TestAMessageThatWentIntoAChannelAsItWasArchivedIsShownElsewhere(t *testing.T) {
	d, s, _ := newDesk(t)
	d.SetConfig(Config{FallbackChannel: "acme:msgbot-fallback"})
	c := opened(t, d, shop("en"))
	p := message(c, shop("en"), "hello")
	s.archive(inbox) // the desk still remembers it as alive
	_, err := d.PostInbound(t.Context(), p)
	require.ErrorIs(t, err, relay.ErrThreadGone)

	c.Thread.Seq++
	root, channel, err := d.OpenThread(t.Context(), shop("en"), c, c.Thread.RootPostID)
	require.NoError(t, err)
	require.Equal(t, fallbackIn, channel)
	p.Conversation.Thread.RootPostID, p.Conversation.Thread.ChannelID = root, channel
	for range 2 { // the second as after a crash
		posted, err := d.PostInbound(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, relay.Posted{Posts: 1}, posted)
	}
	shown := s.read(conversation.PostID(p.ID, fallbackIn))
	require.Equal(t, root, shown.RootId)
	require.Contains(t, shown.Message, "hello")
}

func TestAMessageCostsOnePostAndOneLookAtItsChannel(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "hello")
	s.calls = map[string]int{}
	_, err := d.PostInbound(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"CreatePost": 1, "GetChannel": 1}, s.calls)
}

func TestErrorsOfPostingAreSorted(t *testing.T) {
	passing := "passing"
	for name, c := range map[string]struct {
		upset func(d *Desk, s *server)
		want  any
	}{
		"the card was deleted": {func(_ *Desk, s *server) { s.remove(relay.CardID("conversationid", 1)) }, relay.ErrThreadGone},
		"the card was moved": {func(_ *Desk, s *server) {
			card := s.read(relay.CardID("conversationid", 1))
			card.ChannelId = fallbackIn
			s.put(card)
		}, relay.ErrThreadGone},
		"the database was away while the card was looked for": {func(_ *Desk, s *server) {
			s.fails["CreatePost"] = refuse("api.post.create_post.root_id.app_error", http.StatusBadRequest)
		}, passing},
		"the database is away": {func(_ *Desk, s *server) {
			s.fails["CreatePost"] = refuse("api.post.create_post.root_id.app_error", http.StatusBadRequest)
			s.fails["GetPost"] = refuse("app.post.get.app_error", http.StatusInternalServerError)
		}, passing},
		"the channel was archived without a fallback": {func(_ *Desk, s *server) { s.archive(inbox) }, relay.ErrChannelGone},
		"the channel was deleted":                     {func(_ *Desk, s *server) { delete(s.channels, inbox) }, relay.ErrChannelGone},
		"the channel was archived with a fallback": {func(d *Desk, s *server) {
			s.archive(inbox)
			d.SetConfig(Config{FallbackChannel: "acme:msgbot-fallback"})
		}, relay.ErrThreadGone},
		"the channel and the fallback were archived": {func(d *Desk, s *server) {
			s.archive(inbox)
			s.archive(fallbackIn)
			d.SetConfig(Config{FallbackChannel: "acme:msgbot-fallback"})
		}, relay.ErrChannelGone},
		"another plugin rejects the post": {func(_ *Desk, s *server) {
			s.fails["CreatePost"] = refuse("Post rejected by plugin. no", http.StatusBadRequest)
		}, relay.ErrRefused},
		"the server fails":         {func(_ *Desk, s *server) { s.fails["CreatePost"] = refuse("x", http.StatusInternalServerError) }, passing},
		"the server was killed":    {func(_ *Desk, s *server) { s.dead = true }, errNoAnswer},
		"the channel is not known": {func(_ *Desk, s *server) { s.fails["GetChannel"] = refuse("x", http.StatusInternalServerError) }, passing},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, clock := newDesk(t)
			p := message(opened(t, d, shop("en")), shop("en"), "hello")
			c.upset(d, s)
			*clock = clock.Add(2 * time.Second) // What is known of the channel is old by now.
			posted, err := d.PostInbound(t.Context(), p)
			require.Zero(t, posted)
			require.Empty(t, replies(s))
			if want, ok := c.want.(error); ok {
				require.ErrorIs(t, err, want)
				return
			}
			require.Error(t, err)
			for _, final := range []error{relay.ErrThreadGone, relay.ErrChannelGone, relay.ErrRefused} {
				require.NotErrorIs(t, err, final)
			}
		})
	}
}

func TestADeadServerPostsNothingWithoutAnErrorEvenWhenTheChannelIsRemembered(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "hello")
	require.True(t, d.Alive())
	s.dead = true
	require.False(t, d.Alive())
	_, err := d.PostInbound(t.Context(), p)
	require.ErrorIs(t, err, errNoAnswer)
}

func TestErrorsQuoteNothingOfThePost(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "my card number")
	s.fails["CreatePost"] = model.NewAppError("CreatePost", "app.post.save.app_error", nil, "my card number", 500)
	_, err := d.PostInbound(t.Context(), p)
	require.EqualError(t, err, "create a post: CreatePost: app.post.save.app_error (500)")
}

func TestAnEndedContextPostsNothing(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "hello")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.PostInbound(ctx, p)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, replies(s))
}

func TestLongMessagesBecomeSeveralPostsThatLoseNothing(t *testing.T) {
	for name, text := range map[string]string{
		"words":                   strings.Repeat("слово ", 6000),
		"one word":                strings.Repeat("x", 40000),
		"characters with escapes": strings.Repeat("*_`", 9000),
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			d.SetConfig(Config{}) // The name stands before each part.
			p := message(opened(t, d, shop("en")), shop("en"), text)
			posted, err := d.PostInbound(t.Context(), p)
			require.NoError(t, err)
			require.Greater(t, posted.Posts, 1)
			parts := replies(s)
			require.Len(t, parts, posted.Posts)
			kept := 0
			for _, part := range parts {
				require.LessOrEqual(t, utf8.RuneCountInString(part), maxMessage)
				kept += strings.Count(part, "слово") + strings.Count(part, "x") + strings.Count(part, "`")
			}
			require.Equal(t, strings.Count(text, "слово")+strings.Count(text, "x")+strings.Count(text, "`"), kept)

			again, err := d.PostInbound(t.Context(), p)
			require.NoError(t, err)
			require.Equal(t, posted, again)
			require.Len(t, replies(s), posted.Posts)
		})
	}
}

func TestALinkThatIsLongerThanAPostIsShownAsText(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "")
	p.Text = richtext.Text{Plain: "x", Spans: []richtext.Span{
		{Start: 0, End: 1, Kind: richtext.Link, Value: "https://a.example/" + strings.Repeat("y", 20000)},
	}}
	posted, err := d.PostInbound(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, relay.Posted{Posts: 1}, posted)
	require.Equal(t, 1, len(replies(s)))
}

func TestWhoSpeaks(t *testing.T) {
	pre := richtext.Text{Plain: "a := 1", Spans: []richtext.Span{{Start: 0, End: 6, Kind: richtext.Pre}}}
	both := Config{OverrideUsername: true, OverrideIcon: true}
	for name, c := range map[string]struct {
		config   Config
		customer conversation.Customer
		text     richtext.Text
		edited   time.Time
		message  string
		props    map[string]any
	}{
		"overrides": {both, ivan().Customer, richtext.Plain("hi @all"), time.Time{}, "hi @\u2060all", map[string]any{
			"from_webhook": "true", "override_username": "Іван *К.*", "override_icon_url": "https://t.me/i/ivan.jpg"}},
		"a picture without an address": {both, conversation.Customer{Name: "Olha", AvatarURL: "/a.jpg"}, richtext.Plain("hi"), time.Time{},
			"hi", map[string]any{"from_webhook": "true", "override_username": "Olha"}},
		"no name":      {both, conversation.Customer{Name: " \n"}, richtext.Plain("hi"), time.Time{}, "hi", map[string]any{"from_webhook": "true", "override_username": "Customer"}},
		"no overrides": {Config{}, ivan().Customer, richtext.Plain("hi"), time.Time{}, "**Іван \\*К.\\*:** hi", map[string]any{propBefore: "**Іван \\*К.\\*:** "}},
		"a block":      {Config{}, conversation.Customer{Name: "Olha"}, pre, time.Time{}, "**Olha:**\n```\na := 1\n```", map[string]any{propBefore: "**Olha:**\n"}},
		"an edit": {both, conversation.Customer{Name: "Olha"}, richtext.Plain("hi"), now, "hi\n*(edited 14:15)*", map[string]any{
			"from_webhook": "true", "override_username": "Olha", propAfter: "\n*(edited 14:15)*"}},
		"nothing": {both, conversation.Customer{Name: "Olha"}, richtext.Plain(" "), time.Time{}, "an unknown kind of message", map[string]any{"from_webhook": "true", "override_username": "Olha"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			conv := opened(t, d, shop("en"))
			d.SetConfig(c.config)
			conv.Customer = c.customer
			_, err := d.PostInbound(t.Context(), relay.InboundPost{
				ID: eventID, Conversation: conv, Bot: shop("en"), Text: c.text, EditedAt: c.edited,
			})
			require.NoError(t, err)
			post := s.read(eventID)
			require.Equal(t, c.message, post.Message)
			c.props[PropEvent] = eventID
			require.Equal(t, c.props, map[string]any(post.GetProps()))
			require.Equal(t, botUser, post.UserId)
		})
	}
}

func TestNULAndBrokenUTF8DoNotReachTheDatabase(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	require.NoError(t, d.PostLine(t.Context(), "lineid", shop("en"), c, "a\x00b\xffc", nil))
	require.Equal(t, []string{"ab\uFFFDc"}, replies(s))
}

func TestALineShowsItsArgumentsAsTheyAreAndMentionsOnlyTheMention(t *testing.T) {
	d, s, _ := newDesk(t)
	d.texts["en"]["test.line"] = "{{who}} gave it to {{mention}}"
	c := opened(t, d, shop("en"))
	args := map[string]string{"who": "@all *x*", "mention": "anna"}
	for range 2 {
		require.NoError(t, d.PostLine(t.Context(), "lineid", shop("en"), c, "test.line", args))
	}
	require.Equal(t, []string{"@\u2060all \\*x\\* gave it to @anna"}, replies(s))
}

func TestWithoutAThreadNothingIsAppended(t *testing.T) {
	d, _, _ := newDesk(t)
	_, err := d.PostInbound(t.Context(), message(ivan(), shop("en"), "hello"))
	require.ErrorIs(t, err, relay.ErrThreadGone)
	require.ErrorIs(t, d.PostLine(t.Context(), "lineid", shop("en"), ivan(), "line.blocked", nil), relay.ErrThreadGone)
}

func TestCuttingKeepsCharactersWhole(t *testing.T) {
	family := "👨‍👩‍👧" // five runes
	require.Equal(t, family, cut(family, 5))
	require.Equal(t, "a…", cut("a"+family, 5))
	require.Equal(t, "a"+family+"…", cut("a"+family+"bc", 7))
	require.Equal(t, "…", cut(family, 3))
	require.Equal(t, "Іван…", cut("Іван Коваль", 6))
}

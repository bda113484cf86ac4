// Customers' messages: what they are and answer, how they change, what of a post is theirs.

package desk

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// labelled is a desk with the texts of two labels.
func labelled(t *testing.T) (*Desk, *server, *time.Time) {
	t.Helper()
	d, s, clock := newDesk(t)
	d.texts["en"]["label.forwarded"] = "↪ Forwarded from {{name}}"
	d.texts["en"]["label.place"] = "📍 {{title}}"
	return d, s, clock
}

func posted(t *testing.T, d *Desk, p relay.InboundPost) relay.Posted {
	t.Helper()
	made, err := d.PostInbound(t.Context(), p)
	require.NoError(t, err)
	return made
}

func TestAMessageShowsWhatItIsWhatItAnswersAndWhatItSays(t *testing.T) {
	answered := &relay.Quote{Text: "Is @all\nthe *red* one there?", Author: "Anna", PostID: "quotedpostid"}
	for name, c := range map[string]struct {
		change func(*relay.InboundPost)
		want   string
	}{
		"labels come first": {func(p *relay.InboundPost) {
			p.Labels = []messenger.Label{
				{Key: "forwarded", Args: map[string]string{"name": "@all *News*"}},
				{Key: "place", Args: map[string]string{"title": "Café [x]"}, URL: "https://maps.example/?q=1,2"},
			}
		}, "↪ Forwarded from @\u2060all \\*News\\*\n[📍 Café &#91;x&#93;](https://maps.example/?q=1,2)\nyes"},
		"a label into this Mattermost is no link": {func(p *relay.InboundPost) {
			p.Labels = []messenger.Label{{Key: "place", Args: map[string]string{"title": "x"}, URL: "https://chat.example.com/acme"}}
		}, "📍 x\nyes"},
		"an argument is not looked into": {func(p *relay.InboundPost) {
			p.Labels = []messenger.Label{{Key: "forwarded", Args: map[string]string{"name": "{{name}}", "title": "no"}}}
		}, "↪ Forwarded from {{name}}\nyes"},
		"a quote of a post": {func(p *relay.InboundPost) { p.Quote = answered },
			"> [Anna](https://chat.example.com/_redirect/pl/quotedpostid): Is @\u2060all the \\*red\\* one there?\n\nyes"},
		"a quote of the bot, of which no post is known": {func(p *relay.InboundPost) { p.Quote = &relay.Quote{Text: "Hello"} },
			"> Shop Support: Hello\n\nyes"},
		"a quote of a picture": {func(p *relay.InboundPost) { p.Quote = &relay.Quote{Author: "Anna"} },
			"> Anna: (a message without text)\n\nyes"},
		"a quote that leads into this Mattermost": {func(p *relay.InboundPost) {
			p.Quote = &relay.Quote{Author: "Anna", Text: "see https://chat.example.com/acme/pl/x"}
		}, "> Anna: see https:\u2060//\u2060chat.example.com/acme/pl/x\n\nyes"},
		"a long quote": {func(p *relay.InboundPost) { p.Quote = &relay.Quote{Author: "Anna", Text: strings.Repeat("б", 300)} },
			"> Anna: " + strings.Repeat("б", 199) + "…\n\nyes"},
		"a label alone": {func(p *relay.InboundPost) {
			p.Text, p.Labels = richtext.Text{}, []messenger.Label{{Key: "forwarded", Args: map[string]string{"name": "N"}}}
		}, "↪ Forwarded from N"},
		"nothing at all": {func(p *relay.InboundPost) { p.Text = richtext.Plain(" \n") }, "an unknown kind of message"},
		"the owner of a Business account": {func(p *relay.InboundPost) { p.FromOwner = true },
			"👤 *The account's owner to the customer:* yes"},
		"changed today": {func(p *relay.InboundPost) { p.EditedAt = now }, "yes\n*(edited 14:15)*"},
		"changed the day before": {func(p *relay.InboundPost) { p.EditedAt = now.Add(-24 * time.Hour) },
			"yes\n*(edited 22 Nov 14:15)*"},
		"moved": {func(p *relay.InboundPost) { p.EditedAt, p.Live = now, true }, "yes\n*(moved 14:15)*"},
		"changed, and nothing but a quote": {func(p *relay.InboundPost) {
			p.Text, p.EditedAt, p.Quote = richtext.Text{}, now, &relay.Quote{Author: "Anna", Text: "Hello"}
		}, "> Anna: Hello\n\n*(edited 14:15)*"},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := labelled(t)
			p := message(opened(t, d, shop("en")), shop("en"), "yes")
			c.change(&p)
			require.Equal(t, relay.Posted{Posts: 1}, posted(t, d, p))
			require.Equal(t, []string{c.want}, replies(s))
		})
	}
}

func TestCase25AReplyShowsWhatItAnswersAsAQuoteOfTheOriginal(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("uk")), shop("uk"), "так")
	p.Quote = &relay.Quote{Text: "Чи є розмір M?", Author: "Іван", PostID: "originalid"}
	posted(t, d, p)
	require.Equal(t, []string{"> [Іван](https://chat.example.com/_redirect/pl/originalid): Чи є розмір M?\n\nтак"}, replies(s))
}

func TestCase30WhatTheOwnerOfABusinessAccountWritesIsMarked(t *testing.T) {
	for _, config := range []Config{{OverrideUsername: true, OverrideIcon: true}, {}} {
		d, s, _ := newDesk(t)
		p := message(opened(t, d, shop("uk")), shop("uk"), "Добрий день")
		d.SetConfig(config)
		p.FromOwner = true
		posted(t, d, p)
		post := s.read(eventID)
		require.Equal(t, "👤 *Власник акаунта клієнтові:* Добрий день", post.Message)
		require.NotContains(t, post.GetProps(), "override_icon_url", "the picture is the customer's")
		if config.OverrideUsername {
			require.Equal(t, "Власник акаунта", post.GetProp("override_username"))
		}
	}
}

func TestCase30AMessageThatWasDeletedStaysAndSaysSoOnce(t *testing.T) {
	d, s, clock := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "my address")
	posted(t, d, p)
	for range 2 {
		require.NoError(t, d.MarkDeleted(t.Context(), shop("en"), eventID, now))
		*clock = clock.Add(24 * time.Hour)
	}
	require.Equal(t, []string{"my address\n*(deleted in the messenger 14:15)*"}, replies(s))
	require.Equal(t, 1, s.calls["UpdatePost"])
	text, err := d.InboundText(t.Context(), eventID)
	require.NoError(t, err)
	require.Equal(t, "my address", text)
}

func TestWhatCannotBeMarkedAsDeletedIsNoMatter(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "hello")
	posted(t, d, p)
	require.NoError(t, d.MarkDeleted(t.Context(), shop("en"), "never", now))
	s.archive(inbox)
	require.NoError(t, d.MarkDeleted(t.Context(), shop("en"), eventID, now))
	s.fails["GetPost"] = refuse("x", http.StatusInternalServerError)
	require.Error(t, d.MarkDeleted(t.Context(), shop("en"), eventID, now))
}

func TestWhatAnAgentWroteIsNeverRewritten(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply := &model.Post{Id: eventID, ChannelId: c.Thread.ChannelID, RootId: c.Thread.RootPostID, UserId: agentUser, Message: "Yes"}
	s.put(reply)
	require.NoError(t, d.MarkDeleted(t.Context(), shop("en"), eventID, now))
	p := message(c, shop("en"), "No")
	p.EditedAt = now
	_, err := d.InboundText(t.Context(), eventID)
	require.ErrorIs(t, err, relay.ErrThreadGone)
	_, err = d.EditInbound(t.Context(), p, 1)
	require.ErrorIs(t, err, relay.ErrThreadGone)
	require.Equal(t, "Yes", s.read(eventID).Message)
	require.Zero(t, s.calls["UpdatePost"])
}

func TestCase15AnEditChangesTheTextInPlaceAndKeepsTheFiles(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "one")
	p.Files = []relay.InboundFile{have("photo.png", picture(t, 10, 10)), never("film.mp4", "Bad Request: file is too big")}
	posted(t, d, p)
	before := s.read(eventID)
	require.Len(t, before.FileIds, 1)

	p.Text, p.Files, p.EditedAt = richtext.Plain("two"), nil, now
	for range 2 {
		made, err := d.EditInbound(t.Context(), p, 1)
		require.NoError(t, err)
		require.Equal(t, relay.Posted{Posts: 1}, made)
	}
	after := s.read(eventID)
	require.Equal(t, before.FileIds, after.FileIds)
	require.Equal(t, strings.Replace(before.Message, "one", "two", 1)+"\n*(edited 14:15)*", after.Message)
	require.Contains(t, after.Message, "film.mp4")
	require.Equal(t, 1, s.calls["UpdatePost"], "the second edit changes nothing")
	text, err := d.InboundText(t.Context(), eventID)
	require.NoError(t, err)
	require.Equal(t, "two", text)
}

func TestAnEditOfTheMediaExchangesTheFiles(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "one")
	p.Files = []relay.InboundFile{never("old.mp4", "file is too big"), have("old.txt", []byte("old"))}
	posted(t, d, p)

	p.Files, p.EditedAt = []relay.InboundFile{have("new.txt", []byte("new"))}, now
	_, err := d.EditInbound(t.Context(), p, 1)
	require.NoError(t, err)
	post := s.read(eventID)
	require.Equal(t, []string{"new.txt"}, s.names(post))
	require.Equal(t, "one\n*(edited 14:15)*", post.Message)

	p.Files = []relay.InboundFile{}
	_, err = d.EditInbound(t.Context(), p, 1)
	require.NoError(t, err)
	require.Empty(t, s.read(eventID).FileIds)
}

func TestAnEditOfTheTextKeepsTheFilesOfEveryPost(t *testing.T) {
	for _, text := range []string{"two", strings.Repeat("довго ", 4000)} {
		d, s, _ := newDesk(t)
		p := message(opened(t, d, shop("en")), shop("en"), "one")
		for i := range maxFiles + 2 {
			p.Files = append(p.Files, have(strconv.Itoa(i)+".txt", []byte("x")))
		}
		posts := posted(t, d, p).Posts
		p.Text, p.Files, p.EditedAt = richtext.Plain(text), nil, now
		_, err := d.EditInbound(t.Context(), p, posts)
		require.NoError(t, err)
		require.Len(t, s.names(s.read(eventID)), maxFiles)
		second := s.read(partID(eventID, 1))
		require.Len(t, s.names(second), 2)
		require.NotContains(t, second.Message, "shorter")
	}
}

func TestAnEditThatMattermostDoesNotTakeWholeIsTriedAgain(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "one")
	posted(t, d, p)
	p.Files = []relay.InboundFile{have("a.txt", []byte("a")), have("b.txt", []byte("b"))}
	s.unattach = 1
	_, err := d.EditInbound(t.Context(), p, 1)
	require.ErrorIs(t, err, errFilesDropped)
	_, err = d.EditInbound(t.Context(), p, 1)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"a.txt", "b.txt"}, s.names(s.read(eventID)))
}

func TestAMessageThatGrowsAndShrinksLosesNothing(t *testing.T) {
	long := func(n int) string { return strings.TrimSpace(strings.Repeat("слово ", n)) }
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "short")
	posts := posted(t, d, p).Posts
	require.Equal(t, 1, posts)
	for i, words := range []int{9000, 3, 6000} {
		p.Text, p.EditedAt = richtext.Plain(long(words)), now.Add(time.Duration(i)*time.Minute)
		for range 2 {
			made, err := d.EditInbound(t.Context(), p, posts)
			require.NoError(t, err)
			require.GreaterOrEqual(t, made.Posts, posts, "what was made once stays a post of the message")
			posts = made.Posts
		}
		text, err := d.InboundText(t.Context(), eventID)
		require.NoError(t, err)
		require.Equal(t, words, strings.Count(text, "слово"))
		require.NotContains(t, text, "edited")
		all := strings.Join(replies(s), "\n")
		require.Equal(t, words, strings.Count(all, "слово"))
		require.Equal(t, 1, strings.Count(all, "*(edited "), "the mark is behind the last post")
	}
	require.Len(t, replies(s), posts)
	require.Equal(t, "*(an edit made the message shorter)*", replies(s)[posts-1])
}

func TestAnEditThatWasCutShortIsCompletedByTheNextOne(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "short")
	posted(t, d, p)
	p.Text = richtext.Plain(strings.Repeat("старе ", 6000))
	_, err := d.EditInbound(t.Context(), p, 1)
	require.NoError(t, err) // and the plugin died before that was recorded
	p.Text = richtext.Plain(strings.Repeat("нове ", 7000))
	_, err = d.EditInbound(t.Context(), p, 1)
	require.NoError(t, err)
	all := strings.Join(replies(s), "\n")
	require.Equal(t, 7000, strings.Count(all, "нове"))
	require.NotContains(t, all, "старе")
}

func TestAPieceThatSomebodyDeletedStaysDeleted(t *testing.T) {
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), strings.Repeat("слово ", 6000))
	posts := posted(t, d, p).Posts
	require.Greater(t, posts, 1)
	s.remove(partID(eventID, 1))
	p.Text, p.EditedAt = richtext.Plain(strings.Repeat("інше ", 6000)), now
	_, err := d.EditInbound(t.Context(), p, posts)
	require.NoError(t, err)
	require.NotZero(t, s.read(partID(eventID, 1)).DeleteAt)
	text, err := d.InboundText(t.Context(), eventID)
	require.NoError(t, err)
	require.NotContains(t, text, "слово")
}

func TestCase16AnEditOfWhatIsNotThereNeedsAPostOfItsOwn(t *testing.T) {
	for name, upset := range map[string]func(*server){
		"never posted":         func(s *server) { delete(s.posts, eventID); s.order = s.order[:len(s.order)-1] },
		"deleted":              func(s *server) { s.remove(eventID) },
		"in an archived place": func(s *server) { s.archive(inbox) },
	} {
		t.Run(name, func(t *testing.T) {
			d, s, clock := newDesk(t)
			d.SetConfig(Config{FallbackChannel: "acme:msgbot-fallback"})
			p := message(opened(t, d, shop("en")), shop("en"), "one")
			posted(t, d, p)
			upset(s)
			*clock = clock.Add(2 * time.Second)
			p.Text, p.EditedAt = richtext.Plain("two"), now
			_, err := d.EditInbound(t.Context(), p, 1)
			require.ErrorIs(t, err, relay.ErrThreadGone)
			if name != "in an archived place" {
				_, err = d.InboundText(t.Context(), eventID)
				require.ErrorIs(t, err, relay.ErrThreadGone)
			}
		})
	}
}

func TestAMessageThatMovedWithItsConversationIsEditedWhereItIsShown(t *testing.T) {
	d, s, clock := newDesk(t)
	d.SetConfig(Config{FallbackChannel: "acme:msgbot-fallback", FilesAllowed: true})
	p := message(opened(t, d, shop("en")), shop("en"), "one")
	p.Files = []relay.InboundFile{have("a.txt", []byte("a"))}
	s.archive(inbox)
	s.channels[inbox].DeleteAt = 0
	posted(t, d, p)
	s.archive(inbox) // after the post, before the desk was done with it
	*clock = clock.Add(2 * time.Second)

	p.Conversation.Thread.Seq++
	root, channel, err := d.OpenThread(t.Context(), shop("en"), p.Conversation, p.Conversation.Thread.RootPostID)
	require.NoError(t, err)
	p.Conversation.Thread.RootPostID, p.Conversation.Thread.ChannelID = root, channel
	for range 2 {
		posted(t, d, p)
	}
	moved := elsewhere(eventID, fallbackIn)
	require.Equal(t, root, s.read(moved).RootId)
	require.Equal(t, []string{"a.txt"}, s.names(s.read(moved)), "a file belongs to one post")

	p.Text, p.Files, p.EditedAt = richtext.Plain("two"), nil, now
	_, err = d.EditInbound(t.Context(), p, 1)
	require.NoError(t, err)
	require.Contains(t, s.read(moved).Message, "two")
	require.Equal(t, []string{"a.txt"}, s.names(s.read(moved)))
}

func TestErrorsOfAnEditArePassedOn(t *testing.T) {
	for _, method := range []string{"GetPost", "UpdatePost", "GetChannel"} {
		d, s, clock := newDesk(t)
		p := message(opened(t, d, shop("en")), shop("en"), "one")
		posted(t, d, p)
		*clock = clock.Add(2 * time.Second)
		s.fails[method] = refuse("x", http.StatusInternalServerError)
		p.EditedAt = now
		_, err := d.EditInbound(t.Context(), p, 1)
		require.Error(t, err, method)
		require.NotErrorIs(t, err, relay.ErrThreadGone, method)
	}
	d, s, _ := newDesk(t)
	p := message(opened(t, d, shop("en")), shop("en"), "one")
	posted(t, d, p)
	s.fails["UpdatePost"] = refuse("Post rejected by plugin. no", http.StatusBadRequest)
	p.EditedAt = now
	_, err := d.EditInbound(t.Context(), p, 1)
	require.ErrorIs(t, err, relay.ErrRefused)
}

func TestALongMessageLeavesRoomForWhatStandsAroundIt(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	d.SetConfig(Config{FilesAllowed: true})
	c.Customer.Name = strings.Repeat("*", maxName)
	p := message(c, shop("en"), strings.Repeat("*", 3*maxMessage))
	p.EditedAt = now
	for i := range maxFiles {
		p.Files = append(p.Files, never(strings.Repeat("*", 90)+strconv.Itoa(i)+".mp4", "file is too big"))
	}
	made := posted(t, d, p)
	require.Len(t, made.Missing, maxFiles)
	require.Len(t, replies(s), made.Posts)
	last := replies(s)[made.Posts-1]
	require.Equal(t, maxFiles, strings.Count(last, "📎"))
	require.True(t, strings.HasSuffix(last, "*(edited 14:15)*"))
}

func TestALineLinksToAPost(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	for key, args := range map[string]map[string]string{
		"line.edited_after_reply": {"post": "postid", "text": "*new* @all"},
		"line.reaction":           {"post": "postid", "name": "Ivan *K*", "emoji": "❤"},
		"line.payload":            {"payload": "spring_sale"},
	} {
		require.NoError(t, d.PostLine(t.Context(), conversation.PostID(key), shop("en"), c, key, args))
	}
	require.ElementsMatch(t, []string{
		"✏️ The customer changed [a message](https://chat.example.com/_redirect/pl/postid) that was answered already. " +
			"It now says: \\*new\\* @\u2060all",
		"❤ Ivan \\*K\\* reacted to [a message](https://chat.example.com/_redirect/pl/postid).",
		"🔗 The customer came by the link: spring_sale",
	}, replies(s))
}

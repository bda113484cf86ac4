// What is said of replies that did not go out, and what a press changes.

package desk

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// notices are the ways a reply can stay behind.
var notices = []struct {
	name    string
	state   conversation.Delivery
	reason  string
	sign    string
	private bool
}{
	{"failed, blocked", conversation.Failed, "Forbidden: bot was blocked by the user", "warning", false},
	{"failed, unsubscribed", conversation.Failed, "notSubscribed", "warning", false},
	{"failed, in words nobody knows", conversation.Failed, "Bad Request: *odd* @all", "warning", false},
	{"failed without a reason", conversation.Failed, "", "warning", false},
	{"unknown", conversation.Unknown, "EOF", "warning", false},
	{"held, stale", conversation.Held, string(conversation.ReasonStale), "lock", false},
	{"held, closed", conversation.Held, string(conversation.ReasonClosed), "lock", true},
	{"held, superseded", conversation.Held, string(conversation.ReasonSuperseded), "lock", true},
	{"held for a reason nobody knows", conversation.Held, "other", "lock", false},
}

// reply is an agent's post in the conversation's thread.
func reply(s *server, c conversation.Conversation) *model.Post {
	p := &model.Post{Id: replyID, ChannelId: c.Thread.ChannelID, RootId: c.Thread.RootPostID, UserId: agentUser, Message: "Так"}
	s.put(p)
	return p
}

func notice(c conversation.Conversation, state conversation.Delivery, reason string) relay.Notice {
	return relay.Notice{Conversation: c, Row: relay.OutboxRow{
		ID: 7, PostID: replyID, ConversationID: c.ID, State: state, Reason: reason, Attempt: 1,
	}}
}

// lastNotice is what ShowNotice showed, wherever it did.
func lastNotice(s *server, private bool) *model.Post {
	if private {
		return s.ephemeral[len(s.ephemeral)-1]
	}
	all := s.written()
	return all[len(all)-1]
}

func TestNoticesSayWhyAndOfferTheButtonThatFits(t *testing.T) {
	for _, lang := range []string{"en", "uk"} {
		var all strings.Builder
		for _, example := range notices {
			d, s, _ := newDesk(t)
			s.users[agentUser].Locale = lang
			c := opened(t, d, shop(lang))
			r := reply(s, c)
			n := notice(c, example.state, example.reason)
			for range 2 {
				require.NoError(t, d.ShowNotice(t.Context(), shop(lang), n))
			}
			require.Equal(t, []string{example.sign}, s.signs())
			shown := lastNotice(s, example.private)
			require.Equal(t, r.RootId, shown.RootId)
			require.Equal(t, botUser, shown.UserId)
			thread := len(s.written()) - 1 // besides the card
			if example.private {
				require.Zero(t, thread)
			} else {
				require.Equal(t, 1, thread)
			}
			all.WriteString("== " + example.name + "\n" + seen(shown) + "\n\n")
		}
		golden(t, "notices."+lang, all.String())
	}
}

func TestAPrivateNoticeIsInItsReadersLanguage(t *testing.T) {
	d, s, _ := newDesk(t)
	s.users[agentUser].Locale = "uk"
	c := opened(t, d, shop("en"))
	reply(s, c)
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Held, "closed")))
	require.Contains(t, s.ephemeral[0].Message, "розмову закрито")
}

func TestANewAttemptGetsANoticeOfItsOwn(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	n := notice(c, conversation.Failed, "x")
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), n))
	n.Row.Attempt = 2
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), n))
	require.Len(t, s.written(), 3)
}

func TestARepliesSignIsSetOnce(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	for range 3 {
		require.NoError(t, d.MarkNote(t.Context(), replyID))
	}
	require.Equal(t, []string{"lock"}, s.signs())
	require.Equal(t, 1, s.calls["AddReaction"])
}

func TestWhatIsGoneNeedsNoNotice(t *testing.T) {
	for name, upset := range map[string]func(*server, conversation.Conversation){
		"the reply":  func(s *server, _ conversation.Conversation) { s.remove(replyID) },
		"the thread": func(s *server, c conversation.Conversation) { s.remove(c.Thread.RootPostID) },
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			c := opened(t, d, shop("en"))
			reply(s, c)
			upset(s, c)
			require.NoError(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Failed, "x")))
			require.Len(t, s.written(), 1)
		})
	}
	d, s, _ := newDesk(t)
	require.NoError(t, d.MarkNote(t.Context(), "never"))
	require.Empty(t, s.written())
}

func TestANoticeThatFailsIsTriedAgain(t *testing.T) {
	for _, method := range []string{"GetPost", "GetReactions", "AddReaction", "CreatePost"} {
		d, s, _ := newDesk(t)
		c := opened(t, d, shop("en"))
		reply(s, c)
		s.fails[method] = refuse("x", http.StatusInternalServerError)
		require.Error(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Failed, "x")), method)
		delete(s.fails, method)
		require.NoError(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Failed, "x")), method)
		require.Len(t, s.written(), 2, method)
	}
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	s.dead = true
	require.ErrorIs(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Failed, "x")), errNoAnswer)
}

func TestAPressedNoticeLosesItsButton(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("uk"))
	reply(s, c)
	require.NoError(t, d.ShowNotice(t.Context(), shop("uk"), notice(c, conversation.Failed, "x")))
	shown := lastNotice(s, false)
	before := shown.Message
	for range 2 {
		require.NoError(t, d.ClearNotice(t.Context(), shown.Id, replyID, agentUser))
	}
	require.Equal(t, before+"\n| Надіслано знову: @anna.", seen(s.read(shown.Id)))
	require.Equal(t, 1, s.calls["UpdatePost"])
}

func TestAForgedPressChangesNoOtherPost(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	before := seen(s.read(c.Thread.RootPostID))
	require.NoError(t, d.ClearNotice(t.Context(), c.Thread.RootPostID, replyID, agentUser))
	require.Equal(t, before, seen(s.read(c.Thread.RootPostID)))
	require.Zero(t, s.calls["UpdatePost"])
}

func TestAPressedPrivateNoticeDisappears(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Held, "closed")))
	require.NoError(t, d.ClearNotice(t.Context(), s.ephemeral[0].Id, replyID, agentUser))
	require.Equal(t, []string{s.ephemeral[0].Id}, s.cleared)
}

func TestAReplyOnItsWayAgainLosesItsSigns(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Failed, "x")))
	require.NotEmpty(t, s.signs())
	d.Unmark(replyID)
	require.Empty(t, s.signs())
}

func TestANoticeInAnArchivedChannelIsNotTriedForEver(t *testing.T) {
	d, s, clock := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	s.fails["AddReaction"] = refuse("api.reaction.save.archived_channel.app_error", http.StatusForbidden)
	s.archive(inbox)
	*clock = clock.Add(time.Minute)
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), notice(c, conversation.Failed, "x")))
}

// Business connections as the inbox channel sees them.

package desk

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func connection(state conversation.ConnectionState) conversation.Connection {
	return conversation.Connection{
		Connection: messenger.Connection{
			ID: "bc1", Owner: messenger.Person{Name: "Olha *Shop*", Username: "olha"}, Enabled: true, CanReply: true,
		},
		BotID: "botid", State: state, Since: now, Number: 1,
	}
}

// connections are the states and shapes of a connection.
var connections = []struct {
	name   string
	state  conversation.ConnectionState
	change func(*conversation.Connection)
}{
	{"waiting", conversation.ConnectionWaiting, func(*conversation.Connection) {}},
	{"waiting, not allowed to reply", conversation.ConnectionWaiting, func(c *conversation.Connection) { c.CanReply = false }},
	{"waiting, of nobody", conversation.ConnectionWaiting, func(c *conversation.Connection) { c.Owner = messenger.Person{} }},
	{"accepted", conversation.ConnectionAccepted, func(c *conversation.Connection) { c.DecidedBy = agentUser }},
	{"accepted by one who left", conversation.ConnectionAccepted, func(c *conversation.Connection) { c.DecidedBy = "gone" }},
	{"refused the day before", conversation.ConnectionRefused, func(c *conversation.Connection) {
		c.DecidedBy, c.Since = agentUser, now.Add(-24*time.Hour)
	}},
	{"revoked", conversation.ConnectionRevoked, func(c *conversation.Connection) { c.Enabled = false }},
}

func TestAConnectionSaysWhoseItIsAndWhatItMeans(t *testing.T) {
	for _, lang := range []string{"en", "uk"} {
		var all strings.Builder
		for _, example := range connections {
			d, s, _ := newDesk(t)
			c := connection(example.state)
			example.change(&c)
			for range 2 {
				require.NoError(t, d.ShowConnection(t.Context(), shop(lang), c))
			}
			require.Len(t, s.written(), 1)
			require.Zero(t, s.calls["UpdatePost"])
			post := s.written()[0]
			require.Equal(t, inbox, post.ChannelId)
			for _, b := range post.Attachments()[0].Actions {
				require.Regexp(t, "^[A-Za-z0-9]+$", b.Id)
			}
			all.WriteString("== " + example.name + "\n" + seen(post) + "\n\n")
		}
		golden(t, "connections."+lang, all.String())
	}
}

func TestCase30AConnectionWaitsWithButtonsThatGoWhenItIsDecided(t *testing.T) {
	d, s, _ := newDesk(t)
	require.NoError(t, d.ShowConnection(t.Context(), shop("en"), connection(conversation.ConnectionWaiting)))
	first := s.written()[0]
	require.Len(t, first.Attachments()[0].Actions, 2)
	for _, state := range []conversation.ConnectionState{conversation.ConnectionAccepted, conversation.ConnectionRevoked} {
		require.NoError(t, d.ShowConnection(t.Context(), shop("en"), connection(state)))
		require.Len(t, s.written(), 1)
		post := s.read(first.Id)
		require.Equal(t, first.Message, post.Message)
		require.Empty(t, post.Attachments()[0].Actions)
	}
	again := connection(conversation.ConnectionWaiting)
	again.Number = 2
	require.NoError(t, d.ShowConnection(t.Context(), shop("en"), again))
	require.Len(t, s.written(), 2, "each time it is asked anew")
}

func TestAConnectionWhosePostIsGoneIsNoMatterAndWithoutAChannelItIs(t *testing.T) {
	d, s, clock := newDesk(t)
	c := connection(conversation.ConnectionWaiting)
	require.NoError(t, d.ShowConnection(t.Context(), shop("en"), c))
	s.remove(s.written()[0].Id)
	c.State = conversation.ConnectionAccepted
	require.NoError(t, d.ShowConnection(t.Context(), shop("en"), c))
	s.archive(inbox)
	*clock = clock.Add(2 * time.Second)
	require.ErrorIs(t, d.ShowConnection(t.Context(), shop("en"), c), relay.ErrChannelGone)

	for _, method := range []string{"GetChannel", "CreatePost", "GetPost"} {
		d, s, _ := newDesk(t)
		s.fails[method] = refuse("x", http.StatusInternalServerError)
		require.Error(t, d.ShowConnection(t.Context(), shop("en"), connection(conversation.ConnectionWaiting)), method)
	}
}

// Business connections, and who may in.

package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// connection is what the messenger says of connection "k".
func connection(enabled bool) messenger.Connection {
	owner := messenger.Person{ID: "7", Name: "Олена К", FirstName: "Олена", Username: "olena", Language: "uk", AvatarURL: "https://example.com/o.png"}
	return messenger.Connection{ID: "k", Owner: owner, Enabled: enabled, CanReply: true}
}

func (w *world) connect(c messenger.Connection, at int) conversation.Connection {
	w.Helper()
	told, err := w.Connect(w.ctx, "a", c, second(at))
	w.ok(err)
	known, err := w.Connection(w.ctx, "a", c.ID)
	w.ok(err)
	require.Equal(w, known, told, "what is returned is what is known")
	return told
}

func (w *world) decide(accept bool, userID string) conversation.Connection {
	w.Helper()
	c, err := w.Decide(w.ctx, "a", "k", accept, userID)
	w.ok(err)
	return c
}

func TestANewConnectionWaitsForAnAdmin(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		w.bot("b")
		want := conversation.Connection{
			Connection: connection(true), BotID: "a", State: conversation.ConnectionWaiting, Since: second(5), Number: 1,
		}
		require.Equal(w, want, w.connect(connection(true), 5))
		renamed := connection(true)
		renamed.Owner.Name, renamed.Owner.Username, renamed.CanReply = "Olena", "", false
		want.Connection = renamed
		require.Equal(w, want, w.connect(renamed, 6), "still the same time of connecting")
		require.Equal(w, want, w.connect(connection(false), 5), "something newer is known")

		_, err := w.Connection(w.ctx, "b", "k")
		require.ErrorIs(w, err, relay.ErrNotFound)
		_, err = w.Connect(w.ctx, "nobody", connection(true), noon)
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

func TestAnAdminDecidesAboutAConnectionUntilItsOwnerEndsIt(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		_, err := w.Decide(w.ctx, "a", "k", true, "admin")
		require.ErrorIs(w, err, relay.ErrNotFound)
		w.connect(connection(true), 1)
		refused := w.decide(false, "admin")
		require.Equal(w, conversation.ConnectionRefused, refused.State)
		require.Equal(w, "admin", refused.DecidedBy)
		require.WithinDuration(w, time.Now(), refused.Since, time.Minute)
		accepted := w.decide(true, "other admin")
		require.Equal(w, conversation.ConnectionAccepted, accepted.State)
		require.Equal(w, "other admin", accepted.DecidedBy)
		require.Equal(w, accepted, w.decide(true, "late"), "decided is decided")
		require.Equal(w, accepted, w.connect(connection(true), 2))

		revoked := w.connect(connection(false), 3)
		require.Equal(w, conversation.ConnectionRevoked, revoked.State)
		require.Equal(w, second(3), revoked.Since)
		require.Equal(w, 1, revoked.Number)
		require.Equal(w, revoked, w.connect(connection(false), 4))
		_, err = w.Decide(w.ctx, "a", "k", true, "admin")
		require.ErrorIs(w, err, relay.ErrNotFound)

		anew := w.connect(connection(true), 5)
		require.Equal(w, conversation.ConnectionWaiting, anew.State)
		require.Equal(w, 2, anew.Number)
		require.Empty(w, anew.DecidedBy)
		require.Equal(w, second(5), anew.Since)
	})
}

func TestAConnectionThatEndedBeforeItWasKnownIsRevoked(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		ended := w.connect(connection(false), 1)
		require.Equal(w, conversation.ConnectionRevoked, ended.State)
		require.Equal(w, 1, ended.Number)
		require.Equal(w, 2, w.connect(connection(true), 2).Number)
	})
}

func TestConnectionsAreListedNewestFirst(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		w.bot("b")
		for i, id := range []string{"old", "new", "middle"} {
			c := connection(true)
			c.ID = id
			w.connect(c, []int{1, 9, 5}[i])
		}
		_, err := w.Connect(w.ctx, "b", connection(true), noon)
		w.ok(err)
		all, err := w.Connections(w.ctx, "a")
		w.ok(err)
		var ids []string
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		require.Equal(w, []string{"new", "middle", "old"}, ids)
	})
}

func TestTheCustomersOfAnEndedConnectionAreUnreachableUntilItIsAcceptedAnew(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.bot("b")
		talk := func(bot, chat, connection string) string {
			c, err := w.Converse(w.ctx, bot, messenger.Chat{ID: chat, Connection: connection, Kind: messenger.Private}, personOf(chat))
			w.ok(err)
			return c.ID
		}
		mine, blocked := talk("a", "1", "k"), talk("a", "2", "k")
		others := []string{talk("a", "1", ""), talk("a", "1", "other"), talk("b", "1", "k")}
		unreachable := func(id string) string { return w.conversation(id).Customer.Unreachable }
		w.ok(w.StartThread(w.ctx, l, mine, conversation.Thread{RootPostID: "root", ChannelID: "channel", Seq: 1}, noon))
		w.connect(connection(true), 1)
		w.decide(true, "admin")
		require.Empty(w, unreachable(mine))

		w.connect(connection(false), 2)
		require.Equal(w, "business connection ended", unreachable(mine))
		require.Equal(w, []string{mine}, w.due("a"), "the card says so")
		for _, id := range others {
			require.Empty(w, unreachable(id))
		}
		w.connect(connection(true), 3)
		require.Equal(w, "business connection ended", unreachable(mine), "nobody let him in yet")
		_, err := w.Change(w.ctx, blocked, func(c *conversation.Conversation) error { c.Customer.Unreachable = "bot was blocked"; return nil })
		w.ok(err)
		w.decide(false, "admin")
		require.Equal(w, "business connection ended", unreachable(mine))
		w.decide(true, "admin")
		require.Empty(w, unreachable(mine))
		require.Equal(w, "bot was blocked", unreachable(blocked))
	})
}

func TestADecisionReleasesWhatWaitsForIt(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.connect(connection(true), 1)
		later := time.Now().Add(time.Hour)
		for i, lane := range []string{"k/1", "k/2", "k", "kk/1", "1"} {
			row := w.update("a", string(rune('a'+i)), lane)
			w.ok(w.DeferUpdate(w.ctx, l, row.ID, later, "connection"))
		}
		w.decide(false, "admin")
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		var held []string
		for _, r := range rows {
			if !r.NotBefore.IsZero() {
				held = append(held, r.Lane)
			}
		}
		require.Equal(w, []string{"k", "kk/1", "1"}, held)
	})
}

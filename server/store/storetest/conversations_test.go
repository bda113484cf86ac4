// Customers, conversations, threads and cards.

package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestANewConversationIsOpenAndWaitsForNothing(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		chat := messenger.Chat{ID: "7", Connection: "business", Kind: messenger.Private}
		person := messenger.Person{ID: "8", Name: "Олена К", FirstName: "Олена", Username: "olena", Language: "uk", AvatarURL: "https://example.com/o.png"}
		c, err := w.Converse(w.ctx, "a", chat, person)
		w.ok(err)
		require.Len(w, c.ID, 26)
		require.Len(w, c.Customer.ID, 26)
		require.WithinDuration(w, time.Now(), c.CreatedAt, time.Minute)
		require.Equal(w, conversation.Conversation{
			ID: c.ID, BotID: "a", Chat: chat, Status: conversation.Open, Mode: conversation.BotMode, Tags: []string{}, CreatedAt: c.CreatedAt,
			Customer: conversation.Customer{
				ID: c.Customer.ID, BotID: "a", ExternalID: "8", Name: "Олена К", FirstName: "Олена", Username: "olena",
				Language: "uk", AvatarURL: "https://example.com/o.png",
			},
		}, c)
		require.Equal(w, c, w.conversation(c.ID))
		_, err = w.Converse(w.ctx, "nobody", chat, person)
		require.ErrorIs(w, err, relay.ErrNotFound)
		_, err = w.Conversation(w.ctx, "nothing")
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

func TestAConversationIsOnePerChatAndConnection(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		require.Equal(w, c, w.converse("a", "1"))
		business, err := w.Converse(w.ctx, "a", messenger.Chat{ID: "1", Connection: "b", Kind: messenger.Private}, personOf("1"))
		w.ok(err)
		require.NotEqual(w, c.ID, business.ID)
		require.Equal(w, c.Customer, business.Customer)
	})
}

func TestTheFirstMessagesOfOneChatAtOnceMakeOneConversation(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		ids := make([]string, 8)
		together(len(ids), func(i int) { ids[i] = w.converse("a", "1").ID })
		require.Len(w, slices.Compact(ids), 1)
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_customers`))
	})
}

func TestChangedNamesAreTakenOverButNotFromWhoTellsNone(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		_, err := w.Converse(w.ctx, "a", chatOf("1"), messenger.Person{ID: "1", Name: "Olena", Language: "uk"})
		w.ok(err)
		person := messenger.Person{ID: "1", Name: "Olha"}
		renamed, err := w.Converse(w.ctx, "a", chatOf("1"), person)
		w.ok(err)
		require.Equal(w, c.ID, renamed.ID)
		require.Equal(w, "Olha", renamed.Customer.Name)
		require.Empty(w, renamed.Customer.Username, "a username can be given up")
		require.Equal(w, "uk", renamed.Customer.Language, "not every event tells it")
		nameless, err := w.Converse(w.ctx, "a", chatOf("1"), messenger.Person{ID: "1"})
		w.ok(err)
		require.Equal(w, renamed, nameless)
	})
}

func TestAGroupIsOneConversationWithWhoeverSpeaks(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		group := messenger.Chat{ID: "-5", Kind: messenger.Group, Title: "Buyers"}
		first, err := w.Converse(w.ctx, "a", group, personOf("1"))
		w.ok(err)
		group.Title = "Old buyers"
		second, err := w.Converse(w.ctx, "a", group, personOf("2"))
		w.ok(err)
		require.Equal(w, first.ID, second.ID)
		require.Equal(w, "2", second.Customer.ExternalID)
		require.Equal(w, "Old buyers", second.Chat.Title)
		require.Equal(w, "1", w.conversation(first.ID).Customer.ExternalID)
	})
}

func TestAThreadOpensItsConversationAndOldOnesStayKnown(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		require.Equal(w, conversation.Thread{RootPostID: "root-1", ChannelID: "channel-a", Seq: 1, Preview: "hello"}, c.Thread)
		require.Equal(w, noon, c.WaitingSince)
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Close(noon); return nil })
		w.ok(err)
		next := conversation.Thread{RootPostID: "root-next", ChannelID: "fallback", Seq: 2, Posts: 1, Preview: "again"}
		for range 2 {
			w.ok(w.StartThread(w.ctx, l, c.ID, next, noon.Add(time.Hour)))
		}
		for _, root := range []string{"root-1", "root-next"} {
			got, err := w.ByThread(w.ctx, root)
			w.ok(err)
			require.Equal(w, c.ID, got.ID)
			require.Equal(w, next, got.Thread)
			require.Equal(w, conversation.Open, got.Status)
			require.Equal(w, noon.Add(time.Hour), got.WaitingSince)
			require.True(w, got.ClosedAt.IsZero())
		}
		_, err = w.ByThread(w.ctx, "elsewhere")
		require.ErrorIs(w, err, relay.ErrNotFound)
		require.ErrorIs(w, w.StartThread(w.ctx, l, "nothing", next, noon), relay.ErrNotFound)
	})
}

func TestAChangeIsStoredAsAWholeOrNotAtAll(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		changed, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error {
			c.Status, c.Mode, c.AssigneeID, c.Tags = conversation.Snoozed, conversation.HumanMode, "agent", []string{"ціни", `a"b\c,d`}
			c.WaitingSince, c.ClosedAt, c.Customer.Unreachable = noon, noon, "blocked"
			return nil
		})
		w.ok(err)
		require.Equal(w, changed, w.conversation(c.ID))
		require.Equal(w, []string{"ціни", `a"b\c,d`}, changed.Tags)

		changed, err = w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Tags[0] = "in place"; return nil })
		w.ok(err)
		require.Equal(w, "in place", w.conversation(c.ID).Tags[0])

		refusal := errors.New("no")
		_, err = w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error {
			c.AssigneeID = "other"
			return refusal
		})
		require.Equal(w, refusal, err)
		require.Equal(w, changed, w.conversation(c.ID))
		_, err = w.Change(w.ctx, "nothing", func(*conversation.Conversation) error { return nil })
		require.ErrorIs(w, err, relay.ErrNotFound)
	})
}

func TestChangesAtOnceDoNotLoseEachOther(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		together(16, func(i int) {
			_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error {
				c.Tags = append(c.Tags, fmt.Sprint(i))
				return nil
			})
			w.ok(err)
		})
		require.Len(w, w.conversation(c.ID).Tags, 16)
	})
}

func TestAChangeWhoseConnectionDiesLeavesNothingLocked(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error {
			w.execute(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE state = 'idle in transaction' AND query LIKE '%' || $1 || '%' AND pid <> pg_backend_pid()
					AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'msgbot_conversations'::regclass)`, "FOR NO KEY UPDATE")
			c.AssigneeID = "lost"
			return nil
		})
		require.Error(w, err)
		ctx, cancel := context.WithTimeout(w.ctx, 2*time.Second)
		defer cancel()
		changed, err := w.Change(ctx, c.ID, func(c *conversation.Conversation) error {
			require.Empty(w, c.AssigneeID)
			c.AssigneeID = "kept"
			return nil
		})
		w.ok(err)
		require.Equal(w, "kept", changed.AssigneeID)
	})
}

func TestACancelledCallReturnsPromptly(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		tx, err := w.raw.BeginTx(w.ctx, nil)
		w.ok(err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.ExecContext(w.ctx, `SELECT FROM msgbot_conversations FOR UPDATE`)
		w.ok(err)
		ctx, cancel := context.WithTimeout(w.ctx, 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err = w.Change(ctx, c.ID, func(*conversation.Conversation) error { return nil })
		require.Error(w, err)
		require.Less(w, time.Since(began), 2*time.Second)
		w.ok(tx.Rollback())
		_, err = w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.AssigneeID = "x"; return nil })
		w.ok(err)
	})
}

// due returns the ids of conversations whose card is due, without a rest.
func (w *world) due(botID string) (ids []string) {
	w.Helper()
	cards, err := w.DueCards(w.ctx, botID, 0, 10)
	w.ok(err)
	for _, card := range cards {
		ids = append(ids, card.Conversation.ID)
	}
	return ids
}

func TestACardIsDueOnlyForWhatItShows(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		require.Empty(w, w.due("a"), "a new card shows all")
		shown := func() {
			w.Helper()
			cards, err := w.DueCards(w.ctx, "a", 0, 10)
			w.ok(err)
			require.Len(w, cards, 1)
			w.ok(w.CardShown(w.ctx, c.ID, cards[0].Version))
			require.Empty(w, w.due("a"))
		}
		for name, f := range map[string]func(*conversation.Conversation){
			"status":      func(c *conversation.Conversation) { c.Status = conversation.Snoozed },
			"mode":        func(c *conversation.Conversation) { c.Mode = conversation.HumanMode },
			"assignee":    func(c *conversation.Conversation) { c.AssigneeID = "agent" },
			"tags":        func(c *conversation.Conversation) { c.Tags = []string{"a"} },
			"waiting":     func(c *conversation.Conversation) { c.WaitingSince = time.Time{} },
			"unreachable": func(c *conversation.Conversation) { c.Customer.Unreachable = "blocked" },
		} {
			change := func(c *conversation.Conversation) error { f(c); return nil }
			_, err := w.Change(w.ctx, c.ID, change)
			w.ok(err)
			require.Equal(w, []string{c.ID}, w.due("a"), name)
			shown()
			_, err = w.Change(w.ctx, c.ID, change)
			w.ok(err)
			require.Empty(w, w.due("a"), "%s again", name)
		}
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.ClosedAt = noon; return nil })
		w.ok(err)
		require.Empty(w, w.due("a"))

		w.finish(l, finishedAs(w.update("a", "1", "1"), c, "p1"))
		shown() // open, waiting, reachable
		w.finish(l, finishedAs(w.update("a", "2", "1"), c, "p2"))
		require.Empty(w, w.due("a"), "a second message changes nothing that is shown")
		w.record(l, sending(c, "p3", 1))
		shown() // answered
		w.record(l, sending(c, "p4", 2))
		require.Empty(w, w.due("a"))
	})
}

func TestACardRestsAndShowsTheNewestVersionInTheEnd(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		claim := func(user string) {
			_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Claim(user); return nil })
			w.ok(err)
		}
		claim("first")
		resting, err := w.DueCards(w.ctx, "a", time.Minute, 10)
		w.ok(err)
		require.Empty(w, resting, "the card was posted a moment ago")
		due, err := w.DueCards(w.ctx, "a", 0, 10)
		w.ok(err)
		require.Equal(w, "first", due[0].Conversation.AssigneeID)
		claim("second")
		w.ok(w.CardShown(w.ctx, c.ID, due[0].Version))
		require.Equal(w, []string{c.ID}, w.due("a"), "changed while it was being shown")
		again, err := w.DueCards(w.ctx, "a", 0, 10)
		w.ok(err)
		require.Greater(w, again[0].Version, due[0].Version)
		w.ok(w.CardShown(w.ctx, c.ID, again[0].Version))
		w.ok(w.CardShown(w.ctx, c.ID, due[0].Version))
		require.Empty(w, w.due("a"), "an old version takes nothing back")
	})
}

func TestAConversationWithoutAThreadHasNoCard(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Claim("agent"); return nil })
		w.ok(err)
		require.Empty(w, w.due("a"))
	})
}

func TestIdleConversationsAreClosed(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		talk := func(chat string, at time.Time) conversation.Conversation {
			c := w.thread(l, chat)
			f := finishedAs(w.update("a", chat, chat), c, "post-"+chat)
			f.Message.At = at
			w.finish(l, f)
			return c
		}
		idle, fresh := talk("1", noon), talk("2", noon.Add(2*time.Hour))
		closed, err := w.CloseIdle(w.ctx, l, noon.Add(time.Hour))
		w.ok(err)
		require.Equal(w, 1, closed)
		got := w.conversation(idle.ID)
		require.Equal(w, conversation.Closed, got.Status)
		require.True(w, got.WaitingSince.IsZero())
		require.WithinDuration(w, time.Now(), got.ClosedAt, time.Minute)
		require.Equal(w, conversation.Open, w.conversation(fresh.ID).Status)
		require.Equal(w, []string{idle.ID}, w.due("a"))
		closed, err = w.CloseIdle(w.ctx, l, noon.Add(time.Hour))
		w.ok(err)
		require.Zero(w, closed)
	})
}

func TestThePayloadOfADeepLinkIsKeptAndMakesNoCardDue(t *testing.T) {
	each(t, func(w *world) {
		c := w.thread(w.bot("a"), "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Payload = "spring-sale"; return nil })
		w.ok(err)
		got, err := w.Converse(w.ctx, "a", messenger.Chat{ID: "1", Kind: messenger.Private}, personOf("1"))
		w.ok(err)
		require.Equal(w, "spring-sale", got.Payload)
		require.Empty(w, w.due("a"), "the card does not show it")
	})
}

func TestHumanModeKnowsSinceWhen(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		c := w.converse("a", "1")
		require.True(w, c.HumanSince.IsZero())
		since := func(m conversation.Mode) time.Time {
			changed, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Mode = m; return nil })
			w.ok(err)
			require.Equal(w, changed, w.conversation(c.ID))
			return changed.HumanSince
		}
		first := since(conversation.HumanMode)
		require.WithinDuration(w, time.Now(), first, time.Minute)
		require.Equal(w, first, since(conversation.HumanMode), "it began once")
		require.True(w, since(conversation.BotMode).IsZero())
	})
}

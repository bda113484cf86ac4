// What is answered automatically, stored with the end of its row.

package storetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// answered adds an automatic answer to what an update of c became; change may be nil.
func answered(f relay.Finished, c conversation.Conversation, change func(*relay.AutoAnswer)) relay.Finished {
	f.Auto = &relay.AutoAnswer{ConversationID: c.ID, Memory: json.RawMessage(`{}`), Lane: c.Chat.ID}
	if change != nil {
		change(f.Auto)
	}
	return f
}

// decided is an event that became no message, with what was decided about it.
func (w *world) decided(c conversation.Conversation, change func(*relay.AutoAnswer)) relay.Finished {
	w.Helper()
	row := w.update(c.BotID, "event-"+conversation.NewID(), c.Chat.ID)
	return answered(relay.Finished{ID: row.ID, State: relay.InboxDone}, c, change)
}

// saying makes an answer one that says something.
func saying(postID string, buttons ...messenger.Button) func(*relay.AutoAnswer) {
	return func(a *relay.AutoAnswer) {
		a.PostID, a.Text, a.By = postID, "text of "+postID, "Greeting"
		if len(buttons) > 0 {
			a.Buttons = [][]messenger.Button{buttons}
		}
	}
}

// remembering makes an answer leave that in the memory.
func remembering(memory string) func(*relay.AutoAnswer) {
	return func(a *relay.AutoAnswer) { a.Memory = json.RawMessage(memory) }
}

func (w *world) hits(botID string) map[string]int64 {
	w.Helper()
	hits := map[string]int64{}
	rows, err := w.raw.QueryContext(w.ctx, `SELECT rule_id, hits FROM msgbot_rule_hits WHERE bot_id = $1`, botID)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var rule string
		var n int64
		w.ok(rows.Scan(&rule, &n))
		hits[rule] = n
	}
	w.ok(rows.Err())
	return hits
}

func (w *world) changed(c conversation.Conversation, f func(*conversation.Conversation)) conversation.Conversation {
	w.Helper()
	c, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { f(c); return nil })
	w.ok(err)
	return c
}

func TestAnAutomaticAnswerIsStoredOnceWithTheEndOfItsRow(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		f := answered(w.arrived(c, "question", 1, nil), c, func(a *relay.AutoAnswer) {
			a.PostID, a.Text, a.By, a.FileIDs = "auto", "**Hello**", "Greeting, Away", []string{"f1", "f2"}
			a.Buttons = [][]messenger.Button{
				{{Label: "Ціни", Data: "g:1"}, {Label: "Site", URL: "https://a.example"}}, {{Label: "Phone", Data: "p", AsksPhone: true}},
			}
			a.Rules, a.Memory = []string{"r1", "r2"}, json.RawMessage(`{"fired": {"r1": "2026-11-20T12:00:01Z"}}`)
			a.Mode, a.Tags, a.AssigneeID = conversation.HumanMode, []string{"ціни", "vip"}, "ivan"
		})
		old := l
		old.Epoch--
		_, err := w.FinishUpdates(w.ctx, old, w.seeing([]relay.Finished{f}))
		require.ErrorIs(w, err, relay.ErrFenced)
		require.Empty(w, w.queued("a"))
		for range 2 {
			w.finish(l, f)
			rows := w.queued("a")
			require.Len(w, rows, 1)
			require.WithinDuration(w, time.Now(), rows[0].CreatedAt, time.Minute)
			require.Equal(w, []relay.OutboxRow{{
				ID: rows[0].ID, BotID: "a", ConversationID: c.ID, PostID: "auto", Kind: relay.AutoRow, Text: "**Hello**",
				FileIDs: []string{"f1", "f2"}, Buttons: f.Auto.Buttons, By: "Greeting, Away", State: conversation.Queued,
				CreatedAt: rows[0].CreatedAt,
			}}, rows)
			got := w.conversation(c.ID)
			require.JSONEq(w, `{"fired": {"r1": "2026-11-20T12:00:01Z"}}`, string(got.Memory))
			require.Equal(w, conversation.HumanMode, got.Mode)
			require.Equal(w, conversation.Open, got.Status)
			require.Equal(w, []string{"ціни", "vip"}, got.Tags)
			require.Equal(w, "ivan", got.AssigneeID)
			require.Equal(w, noon, got.WaitingSince, "an answer alone ends no wait")
			require.Equal(w, rows[0].CreatedAt, got.LastMessageAt)
			require.Equal(w, 1, got.Thread.Posts, "the answer is not in the thread yet")
			require.Equal(w, map[string]int64{"r1": 1, "r2": 1}, w.hits("a"))
		}
		w.execute(`UPDATE msgbot_conversations SET card_shown_at = '2020-01-01'`)
		due, err := w.DueCards(w.ctx, "a", 0, 10)
		w.ok(err)
		require.Len(w, due, 1, "the card shows mode, tags and assignee")
	})
}

func TestARowThatHasEndedIsNotAnsweredAnyMore(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		f := w.arrived(c, "question", 1, nil)
		w.finish(l, f)
		before := w.conversation(c.ID)
		w.finish(l, answered(f, c, func(a *relay.AutoAnswer) {
			saying("auto")(a)
			a.Rules, a.Mode, a.Tags, a.Close = []string{"r1"}, conversation.HumanMode, []string{"vip"}, true
		}))
		require.Equal(w, before, w.conversation(c.ID))
		require.Empty(w, w.queued("a"))
		require.Empty(w, w.hits("a"))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_messages WHERE post_id = 'auto'`))
	})
}

func TestADecisionToSayNothingIsRememberedAllTheSame(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Tags, c.AssigneeID = []string{"old"}, "olha"; return nil })
		w.ok(err)
		before := w.conversation(c.ID)
		w.finish(l, w.decided(c, remembering(`{"wrote_at": "x"}`)))
		got := w.conversation(c.ID)
		require.JSONEq(w, `{"wrote_at": "x"}`, string(got.Memory))
		got.Memory = nil
		require.Equal(w, before, got, "nothing else changes")
		require.Empty(w, w.queued("a"))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_messages`))
		w.finish(l, w.arrived(c, "p1", 1, nil))
		require.JSONEq(w, `{"wrote_at": "x"}`, string(w.conversation(c.ID).Memory), "it stays where nothing is decided")
	})
}

func TestSeveralAnswersInOneConversationApplyInTheOrderOfTheirRows(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		var done []relay.Finished
		for i := range 12 {
			done = append(done, w.decided(c, func(a *relay.AutoAnswer) {
				saying(fmt.Sprint("auto", 99-i))(a)
				a.Memory = json.RawMessage(fmt.Sprintf(`{"n": %d}`, i))
				a.Rules, a.Tags = []string{"r1"}, []string{fmt.Sprint("tag", i%5), "all"}
				a.Mode = map[int]conversation.Mode{3: conversation.HumanMode, 7: conversation.BotMode}[i]
				a.AssigneeID = map[int]string{2: "ivan", 8: "olha"}[i]
			}))
		}
		done = append(done, w.decided(other, remembering(`{"other": true}`)))
		done[0], done[11] = done[11], done[0] // the order of the argument is nobody's
		w.finish(l, done...)
		got := w.conversation(c.ID)
		require.JSONEq(w, `{"n": 11}`, string(got.Memory))
		require.Equal(w, conversation.BotMode, got.Mode)
		require.Equal(w, "olha", got.AssigneeID)
		require.Equal(w, []string{"tag0", "all", "tag1", "tag2", "tag3", "tag4"}, got.Tags)
		require.Equal(w, map[string]int64{"r1": 12}, w.hits("a"))
		require.JSONEq(w, `{"other": true}`, string(w.conversation(other.ID).Memory))
		var want []string
		for i := range 12 {
			want = append(want, fmt.Sprint("auto", 99-i))
		}
		require.Equal(w, want, postIDs(w.queued("a")), "each goes out, in order")
	})
}

func TestTagsAreAddedOnceBehindThoseThatAreThere(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.changed(c, func(c *conversation.Conversation) { c.Tags = []string{"b", "x"} })
		for range 2 {
			w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.Tags = []string{"z", "b", "a", "z"} }))
			require.Equal(w, []string{"b", "x", "z", "a"}, w.conversation(c.ID).Tags)
		}
	})
}

func TestAnAnswerClosesAConversationAsAnAgentDoes(t *testing.T) {
	closing := func(a *relay.AutoAnswer) { a.Close = true }
	each(t, func(w *world) {
		l := w.bot("a")
		prepared := func(chat string) conversation.Conversation {
			c := w.thread(l, chat)
			return w.changed(c, func(c *conversation.Conversation) { c.Claim("ivan") })
		}
		c := prepared("with its message")
		w.finish(l, answered(w.arrived(c, "p1", 1, nil), c, closing))
		got := w.conversation(c.ID)
		require.WithinDuration(w, time.Now(), got.ClosedAt, time.Minute)
		want := c
		want.Close(got.ClosedAt)
		want.Thread.Posts, want.LastMessageAt, want.Memory, want.HumanSince = 1, second(1), got.Memory, time.Time{}
		require.Equal(w, want, got)

		w.finish(l, w.decided(c, closing))
		require.Equal(w, got, w.conversation(c.ID), "what is closed was closed then")
		w.finish(l, answered(w.arrived(c, "p1 again", 2, nil), c, closing))
		require.True(w, w.conversation(c.ID).ClosedAt.After(got.ClosedAt), "its message had opened it")

		c = prepared("without a message")
		w.finish(l, w.decided(c, closing))
		require.Equal(w, conversation.Closed, w.conversation(c.ID).Status)
		require.True(w, w.conversation(c.ID).WaitingSince.IsZero())

		c = prepared("a message follows")
		w.finish(l, answered(w.arrived(c, "p2", 1, nil), c, closing), w.arrived(c, "p3", 2, nil))
		got = w.conversation(c.ID)
		require.Equal(w, conversation.Open, got.Status)
		require.True(w, got.ClosedAt.IsZero())
		require.Equal(w, second(2), got.WaitingSince)
		require.Equal(w, conversation.BotMode, got.Mode)

		c = prepared("an album")
		first := answered(w.arrived(c, "album", 1, nil), c, closing)
		w.finish(l, first, w.arrived(c, "album", 1, func(m *relay.InboundMessage) { m.ExternalID = "x2" }))
		require.Equal(w, conversation.Closed, w.conversation(c.ID).Status)
		require.True(w, w.conversation(c.ID).WaitingSince.IsZero())
	})
}

func TestWhoWasAnsweredDoesNotWaitBecauseHisThreadWasOpened(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1") // waits since noon
		w.finish(l, answered(w.arrived(c, "p1", 0, noWait), c, func(a *relay.AutoAnswer) { a.NoAnswerAt = noon }))
		require.True(w, w.conversation(c.ID).WaitingSince.IsZero())
		require.Zero(w, w.timers())

		c = w.thread(l, "2")
		w.finish(l, w.arrived(c, "p2", 0, nil))
		w.finish(l, answered(w.arrived(c, "p3", 0, noWait), c, nil), w.arrived(c, "p4", 5, nil))
		require.Equal(w, noon, w.conversation(c.ID).WaitingSince, "another question of that second still waits")
		w.finish(l, answered(w.arrived(c, "p5", 6, noWait), c, nil))
		require.Equal(w, noon, w.conversation(c.ID).WaitingSince)

		c = w.thread(l, "3")
		w.finish(l, answered(w.arrived(c, "p6", 0, noWait), c, nil), w.arrived(c, "p7", 5, nil))
		require.Equal(w, second(5), w.conversation(c.ID).WaitingSince)

		c = w.thread(l, "4")
		w.finish(l, w.arrived(c, "joined", 0, noWait))
		require.Equal(w, noon, w.conversation(c.ID).WaitingSince, "nobody answered this one")
	})
}

func TestPeopleWhoAnswerEndTheFlow(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		for name, act := range map[string]func(c conversation.Conversation){
			"a reply": func(c conversation.Conversation) { w.record(l, sending(c, "p"+c.ID, 1)) },
			"a claim": func(c conversation.Conversation) {
				w.changed(c, func(c *conversation.Conversation) { c.Claim("ivan") })
			},
			"the mode": func(c conversation.Conversation) {
				w.changed(c, func(c *conversation.Conversation) { c.Mode = "human" })
			},
			"a held reply": func(c conversation.Conversation) {
				w.record(l, judged(c, agentPost("h"+c.ID, c.Chat.ID, 1), conversation.Hold, conversation.ReasonStale))
				_, err := w.Requeue(w.ctx, "h"+c.ID)
				w.ok(err)
			},
			"a handover": func(c conversation.Conversation) {
				w.finish(l, w.decided(c, func(a *relay.AutoAnswer) {
					a.Mode, a.Memory = conversation.HumanMode, json.RawMessage(`{"position": {"flow": "shop"}, "fields": {"n": "1"}}`)
				}))
			},
			"a decision that a reply overtook": func(c conversation.Conversation) {
				w.record(l, sending(c, "q"+c.ID, 1))
				w.finish(l, w.decided(c, remembering(`{"position": {"flow": "shop"}, "fields": {"n": "1"}}`)))
			},
		} {
			c := w.thread(l, name)
			w.finish(l, w.decided(c, remembering(`{"position": {"flow": "shop"}, "fields": {"n": "1"}}`)))
			w.changed(c, func(c *conversation.Conversation) { c.AssigneeID = "olha" })
			require.Contains(w, string(w.conversation(c.ID).Memory), "position", "it is not lost otherwise")
			act(c)
			require.JSONEq(w, `{"fields": {"n": "1"}}`, string(w.conversation(c.ID).Memory), name)
		}
		c := w.thread(l, "returned")
		w.finish(l, w.decided(c, remembering(`{"position": {}}`)))
		require.JSONEq(w, `{}`, string(w.changed(c, func(c *conversation.Conversation) { c.Claim("ivan") }).Memory), "Change returns what is stored")
	})
}

func TestPoisonInAMemoryIsCleaned(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		fields := map[string]string{"name": "a\x00b", "escaped": `a\u0000b`, "both": "\\\x00\\u0000"}
		memory, err := json.Marshal(map[string]any{"fields": fields})
		w.ok(err)
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) {
			saying("auto", messenger.Button{Label: "x\x00y", Data: "d"})(a)
			a.Memory, a.Text, a.By, a.Tags = memory, "t\x00\xff", "b\x00", []string{"g\x00"}
		}))
		var got struct{ Fields map[string]string }
		w.ok(json.Unmarshal(w.conversation(c.ID).Memory, &got))
		require.Equal(w, map[string]string{"name": "ab", "escaped": `a\u0000b`, "both": `\\u0000`}, got.Fields)
		row := w.queued("a")[0]
		require.Equal(w, "t\uFFFD xy b", row.Text+" "+row.Buttons[0][0].Label+" "+row.By)
		require.Equal(w, []string{"g"}, w.conversation(c.ID).Tags)
	})
}

func TestAConversationThatClosesLeavesItsFlow(t *testing.T) {
	for name, closes := range map[string]func(w *world, l relay.Lease, c conversation.Conversation){
		"by the team": func(w *world, _ relay.Lease, c conversation.Conversation) {
			w.changed(c, func(c *conversation.Conversation) { c.Close(noon) })
		},
		"by itself": func(w *world, l relay.Lease, c conversation.Conversation) {
			w.execute(`UPDATE msgbot_conversations SET last_message_at = '2020-01-01', mode = 'human' WHERE id = $1`, c.ID)
			n, err := w.CloseIdle(w.ctx, l, noon)
			w.ok(err)
			require.Equal(w, 1, n)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				l := w.bot("a")
				c := w.thread(l, "1")
				w.finish(l, w.decided(c, remembering(`{"fields": {"parcel": "1"}, "position": {"flow": "shop"}, "held": {"text": "so"}}`)))
				closes(w, l, c)
				got := w.conversation(c.ID)
				require.JSONEq(w, `{"fields": {"parcel": "1"}}`, string(got.Memory))
				require.Equal(w, conversation.BotMode, got.Mode)
				w.finish(l, w.decided(c, remembering(`{"position": {"flow": "shop"}}`)))
				require.JSONEq(w, `{"position": {"flow": "shop"}}`, string(w.conversation(c.ID).Memory), "a start begins one while it is closed")
			})
		})
	}
}

func TestWhenACustomerWroteIsKnownFromHisMessages(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		at, err := w.WroteAt(w.ctx, c.ID)
		w.ok(err)
		require.Zero(w, at)
		w.finish(l, w.arrived(c, "one", 1, nil), w.arrived(c, "two", 3, nil), w.arrived(c, "own", 9, fromOwner))
		at, err = w.WroteAt(w.ctx, c.ID)
		w.ok(err)
		require.Equal(w, second(3), at)
	})
}

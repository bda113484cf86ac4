// Service calls and welcomes among all other writers, and over the upgrade that brought the calls.

package storetest

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestCallsWelcomesAndFlowsNeverBlockOtherWritersForGoodAndLoseNothing(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		var talks []conversation.Conversation
		for i := range 6 {
			talks = append(talks, w.thread(l, fmt.Sprint(i)))
		}
		inOrder := func(writer, i int) conversation.Conversation { return talks[(i*(1+4*(writer%2))+writer)%len(talks)] }
		var serial, asked, answered, welcomed, hits atomic.Int64
		// decides stores an answer of each conversation until none of them is overtaken.
		decides := func(writer int, change func(*relay.AutoAnswer), carried func()) {
			left := map[int64]relay.Finished{}
			for i := range talks {
				f := w.decided(inOrder(writer, i), change)
				left[f.ID] = f
			}
			for try := 0; len(left) > 0; try++ {
				require.Less(w, try, 200, "an answer is overtaken for ever")
				var done []relay.Finished
				for _, f := range left {
					a := *f.Auto
					a.Seen = w.seen(a.ConversationID)
					f.Auto = &a
					done = append(done, f)
				}
				late, err := w.FinishUpdates(w.ctx, l, done)
				w.ok(err)
				again := map[int64]relay.Finished{}
				for _, id := range late {
					again[id] = left[id]
				}
				for range len(left) - len(again) {
					carried()
				}
				left = again
			}
		}
		remembers := func(a *relay.AutoAnswer) {
			a.Memory = json.RawMessage(fmt.Sprintf(`{"n": %d, "position": {"flow": "shop", "version": 1, "at": "2026-11-20T12:00:00Z"}}`, serial.Add(1)))
		}
		writers := []func(writer, n int){
			func(writer, _ int) {
				decides(writer, func(a *relay.AutoAnswer) {
					remembers(a)
					asking("https://api.example/1")(a)
					a.Rules = []string{"r1", "r2"}
				}, func() { asked.Add(1); hits.Add(1) })
			},
			func(writer, _ int) {
				decides(writer, func(a *relay.AutoAnswer) {
					remembers(a)
					saying(fmt.Sprint("auto", serial.Add(1)), aButton)(a)
					a.Rules, a.RemoveKeyboard = []string{"r2", "r1"}, true
				}, func() { hits.Add(1) })
			},
			func(writer, _ int) {
				for i := range talks {
					c := inOrder(writer, i)
					a := relay.AutoAnswer{
						ConversationID: c.ID, PostID: fmt.Sprint("welcome", serial.Add(1)), Text: "Hello!", Lane: c.Chat.ID,
						Rules: []string{"r2", "r1"}, Seen: w.seen(c.ID),
					}
					remembers(&a)
					said, err := w.Welcomed(w.ctx, "a", a)
					w.ok(err)
					if said {
						welcomed.Add(1)
						hits.Add(1)
					}
				}
			},
			func(int, int) {
				for _, call := range w.nextCalls(l) {
					begun, err := w.BeginCall(w.ctx, l, call.ID)
					w.ok(err)
					if begun {
						w.ok(w.EndCall(w.ctx, call.ID, flow.Answer{Failed: true}))
					}
				}
				_, err := w.LoseCalls(w.ctx, l)
				w.ok(err)
			},
			func(writer, _ int) {
				rows, err := w.UnshownLately(w.ctx, "a")
				w.ok(err)
				for i := range rows {
					w.ok(w.AutoShown(w.ctx, rows[(i*7+writer)%len(rows)].ID))
				}
			},
			func(writer, n int) {
				var replies []relay.Reply
				for i := range talks {
					replies = append(replies, sending(inOrder(writer, i), fmt.Sprint("out", serial.Add(1)), n))
				}
				w.record(l, replies...)
				_, err := w.DropKeyboards(w.ctx, l)
				w.ok(err)
			},
			func(_, n int) {
				_, err := w.SaveDraft(w.ctx, "a", "shop", fmt.Sprint("text ", n), "admin")
				w.ok(err)
			},
			func(writer, n int) {
				_, err := w.Change(w.ctx, inOrder(writer, n).ID, func(c *conversation.Conversation) error {
					c.Mode = conversation.BotMode
					return nil
				})
				w.ok(err)
			},
		}
		together(2*len(writers), func(i int) {
			for n := range 4 {
				writers[i%len(writers)](i, n)
			}
		})
		for calls := w.nextCalls(l); len(calls) > 0; calls = w.nextCalls(l) {
			for _, call := range calls {
				w.ok(w.EndCall(w.ctx, call.ID, flow.Answer{Failed: true}))
			}
		}
		answered.Store(int64(w.count(`SELECT count(*) FROM msgbot_inbox WHERE event_id LIKE 'answer:%'`)))
		require.Equal(w, asked.Load(), answered.Load(), "each call is answered once")
		require.Equal(w, map[string]int64{"r1": hits.Load(), "r2": hits.Load()}, w.hits("a"))
		require.Equal(w, welcomed.Load(), int64(w.count(`SELECT count(*) FROM msgbot_outbox WHERE post_id LIKE 'welcome%'`)))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_inbox WHERE state = 'waiting' AND event_id NOT LIKE 'answer:%'`))
	})
}

func TestTheHitsOfWelcomesAddUp(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for i := range 3 {
			a := relay.AutoAnswer{
				ConversationID: c.ID, PostID: fmt.Sprint("welcome", i), Text: "Hello!", Lane: "1", Memory: json.RawMessage(`{}`),
				Rules: []string{"r1"}, Seen: w.seen(c.ID),
			}
			said, err := w.Welcomed(w.ctx, "a", a)
			w.ok(err)
			require.True(w, said)
			require.Equal(w, map[string]int64{"r1": int64(i + 1)}, w.hits("a"))
		}
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.Rules = []string{"r1"} }))
		require.Equal(w, map[string]int64{"r1": 4}, w.hits("a"))
	})
}

func TestNothingOfACallIsLeftWhenItEndedButWhatTheFlowWaitsFor(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		one, two := w.thread(l, "1"), w.thread(l, "2")
		secret := func(a *relay.AutoAnswer) {
			asking("https://api.example/sesame")(a)
			a.Call.Headers, a.Call.Body = map[string]string{"X-Key": "sesame"}, `{"key": "sesame"}`
		}
		w.finish(l, w.decided(one, secret), w.decided(two, secret))
		begun, err := w.BeginCall(w.ctx, l, w.nextCalls(l)[0].ID)
		w.ok(err)
		require.True(w, begun)
		w.expire("a")
		next := relay.Lease{BotID: "a", Epoch: w.beat("b", ttl)["a"]}
		lost, err := w.LoseCalls(w.ctx, next)
		w.ok(err)
		require.Equal(w, 1, lost)
		w.ok(w.EndCall(w.ctx, w.nextCalls(next)[0].ID, flow.Answer{Values: map[string]string{"status": "here"}}))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_calls`))
		require.Len(w, w.serviceAnswers("a"), 2)
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_inbox i WHERE convert_from(raw, 'UTF8') LIKE '%sesame%' OR i::text LIKE '%sesame%'`))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_conversations c WHERE c::text LIKE '%sesame%'`))
	})
}

func TestWhatABotWasAskedGoesWithTheBot(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.finish(l, w.decided(w.thread(l, "1"), asking("https://api.example/1")))
		id := w.nextCalls(l)[0].ID
		begun, err := w.BeginCall(w.ctx, l, id)
		w.ok(err)
		require.True(w, begun)
		w.ok(w.RemoveBot(w.ctx, "a"))
		w.ok(w.EndCall(w.ctx, id, flow.Answer{Failed: true}))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_calls`))
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_inbox`))
	})
}

// dataOfVersion10 is what was stored of a customer in mid-flow, of one whose timer runs, and of an answer on its way, before
// calls had a table of their own. $1 and $2 are conversations.
const dataOfVersion10 = `
	UPDATE msgbot_conversations SET
		memory = '{"wrote_at": "2026-11-20T12:00:00Z", "recent": ["2026-11-20T12:00:00Z"], "fields": {"name": "Оля"},
			"position": {"flow": "shop", "version": 3, "step": "ask", "before": ["main"], "at": "2026-11-20T12:00:00Z"},
			"held": {"text": "Hello!", "files": ["f1"], "language": "uk"}, "keyboard": "m1"}', keyboard = 'm1'`

func TestTheDataOfTheVersionBeforeCallsGoesOnAndBack(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { saying("queued", aButton)(a); a.NoAnswerAt = noon.AddDate(10, 0, 0) }))
		w.ok(w.MigrateDown(w.ctx, 10))
		w.execute(dataOfVersion10)
		w.ok(w.Migrate(w.ctx))

		var memory autoreply.Memory
		w.ok(json.Unmarshal(w.conversation(c.ID).Memory, &memory))
		require.Equal(w, autoreply.Memory{
			WroteAt: noon, Recent: []time.Time{noon}, Fields: map[string]string{"name": "Оля"},
			Position: &flow.Position{Flow: "shop", Version: 3, Step: "ask", Before: []string{"main"}, At: noon},
			Held:     &autoreply.Held{Text: "Hello!", Files: []string{"f1"}, Language: "uk"},
		}, memory)
		require.Equal(w, "m1", w.conversation(c.ID).Keyboard)
		require.Equal(w, []string{"queued"}, postIDs(w.queued("a")))
		require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_conversations WHERE no_answer_at IS NOT NULL`))

		late, err := w.FinishUpdates(w.ctx, l, w.seeing([]relay.Finished{w.decided(c, asking("https://api.example/1"))}))
		w.ok(err)
		require.Empty(w, late, "what is stored in an older form is not taken for changed")
		require.Len(w, w.nextCalls(l), 1)
		w.ok(w.MigrateDown(w.ctx, 10))
		w.ok(w.Migrate(w.ctx))
		require.Equal(w, []string{"queued"}, postIDs(w.queued("a")))
	})
}

// Calls of flows' services: begun once, answered into the inbox, lost with their owner; and decisions that came too late.

package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// asking makes an answer one that asks a service.
func asking(address string) func(*relay.AutoAnswer) {
	return func(a *relay.AutoAnswer) {
		a.Call = &flow.Call{
			Method: "POST", URL: address, Headers: map[string]string{"X-Key": "k"}, Body: "{}", Timeout: 5 * time.Second,
			Save: map[string]string{"status": "status"}, Of: "lookup@1",
		}
		a.AskedAt = second(7)
	}
}

func (w *world) nextCalls(l relay.Lease, busy ...string) []relay.ServiceCall {
	w.Helper()
	calls, err := w.NextCalls(w.ctx, l, busy, 10)
	w.ok(err)
	return calls
}

// serviceAnswers are those that wait in a bot's inbox.
func (w *world) serviceAnswers(botID string) (answers []relay.ServiceAnswer) {
	w.Helper()
	rows, err := w.NextUpdates(w.ctx, botID, nil, 100)
	w.ok(err)
	for _, row := range rows {
		if len(row.EventID) < len(relay.AnswerPrefix) || row.EventID[:len(relay.AnswerPrefix)] != relay.AnswerPrefix {
			continue
		}
		var a relay.ServiceAnswer
		w.ok(json.Unmarshal(row.Raw, &a))
		answers = append(answers, a)
	}
	return answers
}

func TestACallIsMadeOnceAndItsAnswerComesIntoTheLane(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.decided(c, asking("https://api.example/1")))
		calls := w.nextCalls(l)
		require.Len(w, calls, 1)
		require.Equal(w, c.ID, calls[0].ConversationID)
		want := relay.AutoAnswer{}
		asking("https://api.example/1")(&want)
		require.Equal(w, *want.Call, calls[0].Call)
		require.Empty(w, w.nextCalls(l, c.ID), "its conversation is busy")

		begun, err := w.BeginCall(w.ctx, l, calls[0].ID)
		w.ok(err)
		require.True(w, begun)
		for range 2 {
			w.ok(w.EndCall(w.ctx, calls[0].ID, flow.Answer{Values: map[string]string{"status": "на складі"}}))
		}
		require.Empty(w, w.nextCalls(l))
		require.Equal(w, []relay.ServiceAnswer{{
			ConversationID: c.ID, AskedAt: second(7), Of: "lookup@1", Answer: flow.Answer{Values: map[string]string{"status": "на складі"}},
		}}, inUTC(w.serviceAnswers("a")))
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Equal(w, c.Chat.ID, rows[0].Lane)
		begun, err = w.BeginCall(w.ctx, l, calls[0].ID)
		w.ok(err)
		require.False(w, begun)
	})
}

func inUTC(answers []relay.ServiceAnswer) []relay.ServiceAnswer {
	for i := range answers {
		answers[i].AskedAt = answers[i].AskedAt.UTC()
	}
	return answers
}

func TestACallThatAnEarlierOwnerBeganHasFailedAndOneThatHeDidNotIsMade(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		one, two := w.thread(l, "1"), w.thread(l, "2")
		w.finish(l, w.decided(one, asking("https://api.example/1")), w.decided(two, asking("https://api.example/2")))
		begun, err := w.BeginCall(w.ctx, l, w.nextCalls(l)[0].ID)
		w.ok(err)
		require.True(w, begun)
		w.expire("a")
		next := relay.Lease{BotID: "a", Epoch: w.beat("b", ttl)["a"]}
		_, err = w.BeginCall(w.ctx, l, w.nextCalls(l)[0].ID)
		require.ErrorIs(w, err, relay.ErrFenced)
		lost, err := w.LoseCalls(w.ctx, l)
		w.ok(err)
		require.Zero(w, lost, "who lost the lease loses nobody's calls")
		lost, err = w.LoseCalls(w.ctx, next)
		w.ok(err)
		require.Equal(w, 1, lost)
		answers := w.serviceAnswers("a")
		require.Len(w, answers, 1)
		require.Equal(w, one.ID, answers[0].ConversationID)
		require.True(w, answers[0].Answer.Failed)
		require.Equal(w, "lookup@1", answers[0].Of)
		calls := w.nextCalls(next)
		require.Len(w, calls, 1)
		require.Equal(w, two.ID, calls[0].ConversationID)
	})
}

func TestADecisionThatAnAgentOvertookIsNotCarriedOut(t *testing.T) {
	for name, happens := range map[string]func(w *world, l relay.Lease, c conversation.Conversation){
		"a claim": func(w *world, _ relay.Lease, c conversation.Conversation) {
			w.changed(c, func(c *conversation.Conversation) { c.Mode = conversation.HumanMode })
		},
		"another answer": func(w *world, l relay.Lease, c conversation.Conversation) {
			w.finish(l, w.decided(c, remembering(`{"waiting": "2026-11-20T12:00:00Z"}`)))
		},
		"a reply": func(w *world, _ relay.Lease, c conversation.Conversation) {
			w.execute(`UPDATE msgbot_conversations SET last_agent_at = now() WHERE id = $1`, c.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				l := w.bot("a")
				c, other := w.thread(l, "1"), w.thread(l, "2")
				before := w.seen(c.ID)
				happens(w, l, c)
				memory := w.conversation(c.ID).Memory
				late := answered(w.arrived(c, "question", 1, nil), c, func(a *relay.AutoAnswer) {
					saying("auto", aButton)(a)
					a.Memory, a.Rules, a.Mode, a.Tags, a.Seen = json.RawMessage(`{"fired": {}}`), []string{"r1"}, conversation.BotMode, []string{"new"}, before
					asking("https://api.example/1")(a)
				})
				fine := answered(w.arrived(other, "other", 1, nil), other, saying("fine"))
				ids, err := w.FinishUpdates(w.ctx, l, w.seeing([]relay.Finished{late, fine}))
				w.ok(err)
				require.Equal(w, []int64{late.ID}, ids)
				rows := w.queued("a")
				require.Len(w, rows, 1)
				require.Equal(w, "fine", rows[0].PostID)
				require.Empty(w, w.nextCalls(l))
				require.Empty(w, w.hits("a"))
				got := w.conversation(c.ID)
				require.Equal(w, string(memory), string(got.Memory))
				require.Empty(w, got.Tags)
				known, err := w.Recorded(w.ctx, "question")
				w.ok(err)
				require.False(w, known, "its row waits to be decided anew")
				left, err := w.NextUpdates(w.ctx, "a", nil, 10)
				w.ok(err)
				require.Len(w, left, 1)

				late.Auto.Seen = w.seen(c.ID)
				w.finish(l, late)
				known, err = w.Recorded(w.ctx, "question")
				w.ok(err)
				require.True(w, known)
				require.Len(w, w.queued("a"), 2)
				require.Len(w, w.nextCalls(l), 1)
			})
		})
	}
}

func TestWhoIsHandedOverByAServicesAnswerWaitsSinceHeAsked(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.changed(c, func(c *conversation.Conversation) { c.WaitingSince = time.Time{} })
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.Mode, a.WaitsSince = conversation.HumanMode, second(9) }))
		require.Equal(w, second(9), w.conversation(c.ID).WaitingSince)
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.WaitsSince = second(20) }))
		require.Equal(w, second(9), w.conversation(c.ID).WaitingSince, "who waits already waits since then")
		w.changed(c, func(c *conversation.Conversation) { c.WaitingSince = time.Time{} })
		w.execute(`UPDATE msgbot_conversations SET last_agent_at = $2 WHERE id = $1`, c.ID, second(30))
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.WaitsSince = second(20) }))
		require.Zero(w, w.conversation(c.ID).WaitingSince, "an agent has answered since")
	})
}

func TestACallThatCannotBeReadHasFailedAndHoldsNoOtherUp(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		one, two := w.thread(l, "1"), w.thread(l, "2")
		w.finish(l, w.decided(one, asking("https://api.example/1")), w.decided(two, asking("https://api.example/2")))
		w.execute(`UPDATE msgbot_calls SET call = call || '{"Timeout": "5s"}' WHERE conversation_id = $1`, one.ID)
		calls := w.nextCalls(l)
		require.Len(w, calls, 1)
		require.Equal(w, two.ID, calls[0].ConversationID)
		answers := w.serviceAnswers("a")
		require.Len(w, answers, 1)
		require.True(w, answers[0].Answer.Failed)
		require.Equal(w, "lookup@1", answers[0].Of)
	})
}

func TestAnAlbumWhoseAnswerWasOvertakenIsLeftAsAWhole(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		before := w.seen(c.ID)
		w.changed(c, func(c *conversation.Conversation) { c.Mode = conversation.HumanMode })
		first, second := w.arrived(c, "album", 1, nil), answered(w.arrived(c, "album", 2, nil), c, func(a *relay.AutoAnswer) { a.Seen = before })
		second.Message.ExternalID = "external-album-2"
		fine := w.arrived(other, "fine", 3, nil)
		late, err := w.FinishUpdates(w.ctx, l, []relay.Finished{first, second, fine})
		w.ok(err)
		require.ElementsMatch(w, []int64{first.ID, second.ID}, late)
		known, err := w.Recorded(w.ctx, "album")
		w.ok(err)
		require.False(w, known)
		known, err = w.Recorded(w.ctx, "fine")
		w.ok(err)
		require.True(w, known)
	})
}

func TestALineAboutADecisionComesIntoTheLaneWithIt(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		line := relay.TeamLine{ID: "lineid", Key: "line.assigned", Args: map[string]string{"mention": "ivan"}}
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.Lines = []relay.TeamLine{line} }))
		rows, err := w.NextUpdates(w.ctx, "a", nil, 10)
		w.ok(err)
		require.Len(w, rows, 1)
		require.Equal(w, relay.LinePrefix+"lineid", rows[0].EventID)
		require.Equal(w, c.Chat.ID, rows[0].Lane)
		var told relay.DecidedLine
		w.ok(json.Unmarshal(rows[0].Raw, &told))
		require.Equal(w, relay.DecidedLine{ConversationID: c.ID, Line: line}, told)
	})
}

// What agents wrote, as it was judged.

package storetest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestAReplyIsQueuedAndAnswersItsConversation(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		reply := sending(c, "p1", 90)
		reply.Post.FileIDs = []string{"f2", "f1"}
		later := sending(c, "p2", 95)
		later.Post.UserID = "colleague"
		require.Empty(w, w.record(l, later, reply))

		row := w.queued("a")[0]
		require.Equal(w, relay.OutboxRow{
			ID: row.ID, BotID: "a", ConversationID: c.ID, PostID: "p1", Kind: relay.SendRow, Text: "text of p1", AuthorFirst: "Ivan",
			AuthorFull: "Ivan Koval", FileIDs: []string{"f2", "f1"}, State: conversation.Queued, CreatedAt: reply.Post.CreatedAt, NotBefore: reply.NotBefore,
		}, row)
		got := w.conversation(c.ID)
		require.True(w, got.WaitingSince.IsZero())
		require.Equal(w, conversation.HumanMode, got.Mode)
		require.Equal(w, "agent", got.AssigneeID, "who wrote first")
		require.Equal(w, 90*time.Second, got.FirstResponse)
		require.Equal(w, later.Post.CreatedAt, got.LastMessageAt)
		require.Equal(w, 2, got.Thread.Posts)

		w.record(l, sending(c, "p3", 300))
		require.Equal(w, 90*time.Second, w.conversation(c.ID).FirstResponse, "the first stays the first")
	})
}

func TestAReplyToNobodysWaitIsNoFirstResponse(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.WaitingSince = time.Time{}; return nil })
		w.ok(err)
		w.record(l, sending(c, "p1", 1))
		require.Zero(w, w.conversation(c.ID).FirstResponse)
	})
}

func TestTheFirstReplierIsAssignedOnlyWhereWantedAndNobodyIs(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		unwanted, taken := w.thread(l, "1"), w.thread(l, "2")
		_, err := w.Change(w.ctx, taken.ID, func(c *conversation.Conversation) error { c.AssigneeID = "owner"; return nil })
		w.ok(err)
		_, err = w.RecordReplies(w.ctx, l, []relay.Reply{sending(unwanted, "p1", 1)}, false)
		w.ok(err)
		w.record(l, sending(taken, "p2", 1))
		require.Empty(w, w.conversation(unwanted.ID).AssigneeID)
		require.Equal(w, "owner", w.conversation(taken.ID).AssigneeID)
	})
}

func TestAnAuthorWithoutANameIsCalledByHisUsername(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		nameless, surname := sending(c, "p1", 1), sending(c, "p2", 2)
		nameless.Post.FirstName, nameless.Post.LastName = "", ""
		surname.Post.FirstName = ""
		w.record(l, nameless, surname)
		rows := w.queued("a")
		require.Equal(w, []string{"ivan", "ivan"}, []string{rows[0].AuthorFirst, rows[0].AuthorFull})
		require.Equal(w, []string{"Koval", "Koval"}, []string{rows[1].AuthorFirst, rows[1].AuthorFull})
	})
}

func TestNotesAndHeldRepliesAndNobodysPostsAnswerNothing(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		held := judged(c, agentPost("held", "1", 1), conversation.Hold, conversation.ReasonClosed)
		note := judged(c, agentPost("note", "1", 2), conversation.Keep, conversation.ReasonPrefix)
		skipped := judged(c, agentPost("skipped", "1", 3), conversation.Skip, conversation.ReasonAutomated)
		require.Equal(w, []string{"note"}, w.record(l, held, note, skipped))
		require.Empty(w, w.record(l, held, note, skipped), "known")

		got := w.conversation(c.ID)
		require.Equal(w, noon, got.WaitingSince)
		require.Equal(w, conversation.BotMode, got.Mode)
		require.Zero(w, got.FirstResponse)
		require.Empty(w, got.AssigneeID)
		require.Empty(w, w.queued("a"))
		require.Equal(w, []string{"held"}, w.notices("a"))
		notices, err := w.DueNotices(w.ctx, "a", 1)
		w.ok(err)
		require.Equal(w, conversation.Held, notices[0].Row.State)
		require.Equal(w, string(conversation.ReasonClosed), notices[0].Row.Reason)
		require.Equal(w, got, notices[0].Conversation)
		messages, total, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		require.Equal(w, 2, total, "what is nobody's reply is no message")
		require.Equal(w, []string{"note", "held"}, []string{messages[0].PostID, messages[1].PostID})
	})
}

func TestARepliedPostIsRecordedOnceAlsoByTwoScansAtOnce(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		var notes atomic.Int64
		together(6, func(int) {
			ids, err := w.RecordReplies(w.ctx, l, []relay.Reply{
				sending(c, "p1", 1), judged(c, agentPost("p2", "1", 2), conversation.Keep, conversation.ReasonPrefix),
			}, true)
			w.ok(err)
			notes.Add(int64(len(ids)))
		})
		require.EqualValues(w, 1, notes.Load())
		require.Len(w, w.queued("a"), 1)
		require.Equal(w, 2, w.conversation(c.ID).Thread.Posts)
	})
}

func TestAnEditChangesOnlyWhatIsNotBegun(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		original := func(id string) relay.Reply { return sending(c, id, 1) }
		edited := func(id string, action conversation.Action) relay.Reply {
			r := original(id)
			r.Post.UpdatedAt = r.Post.UpdatedAt.Add(time.Minute)
			r.Verdict = conversation.Verdict{Action: action, Text: "edited", Reason: "any"}
			return r
		}
		held := func(id string) relay.Reply {
			r := original(id)
			r.Verdict.Action, r.Verdict.Reason = conversation.Hold, conversation.ReasonStale
			return r
		}
		for _, tt := range []struct {
			name    string
			prepare func(id string)
			action  conversation.Action
			state   conversation.Delivery
			text    string
			note    bool
		}{
			{"queued, another text", func(id string) { w.record(l, original(id)) }, conversation.Send, conversation.Queued, "edited", false},
			{"queued, stale by now", func(id string) { w.record(l, original(id)) }, conversation.Hold, conversation.Queued, "edited", false},
			{"queued, into a note", func(id string) { w.record(l, original(id)) }, conversation.Keep, conversation.Cancelled, "", true},
			{"queued, deleted", func(id string) { w.record(l, original(id)) }, conversation.Skip, conversation.Cancelled, "", false},
			{"held, another text", func(id string) { w.record(l, held(id)) }, conversation.Send, conversation.Held, "edited", false},
			{"held, into a note", func(id string) { w.record(l, held(id)) }, conversation.Keep, conversation.Cancelled, "", true},
			{"held, deleted", func(id string) { w.record(l, held(id)) }, conversation.Skip, conversation.Cancelled, "", false},
			{"sending", func(id string) { w.record(l, original(id)); w.begin(l, id) }, conversation.Keep, conversation.Sending, "", false},
			{"sent", func(id string) { w.record(l, original(id)); w.end(l, id, outcomeSent("x"+id)) }, conversation.Skip, conversation.Sent, "", false},
			{"failed, another text", func(id string) { w.record(l, original(id)); w.end(l, id, outcomeFailed) }, conversation.Send, conversation.Failed, "edited", false},
			{"failed, into a note", func(id string) { w.record(l, original(id)); w.end(l, id, outcomeFailed) }, conversation.Keep, conversation.Cancelled, "", true},
			{"failed, deleted", func(id string) { w.record(l, original(id)); w.end(l, id, outcomeFailed) }, conversation.Skip, conversation.Cancelled, "", false},
			{"unknown, deleted", func(id string) { w.record(l, original(id)); w.end(l, id, relay.Outcome{State: conversation.Unknown}) }, conversation.Skip, conversation.Cancelled, "", false},
			{"half sent, another text", func(id string) { w.record(l, original(id)); w.end(l, id, outcomeHalf()) }, conversation.Send, conversation.Queued, "", false},
			{"half sent, deleted", func(id string) { w.record(l, original(id)); w.end(l, id, outcomeHalf()) }, conversation.Skip, conversation.Cancelled, "", false},
		} {
			tt.prepare(tt.name)
			notes := w.record(l, edited(tt.name, tt.action))
			require.Equal(w, tt.state, w.state(tt.name), tt.name)
			require.Equal(w, tt.note, len(notes) == 1, tt.name)
			want := tt.text
			if want == "" {
				want = "text of " + tt.name
			}
			require.Equal(w, 1, w.count(`SELECT count(*) FROM msgbot_outbox WHERE post_id = $1 AND text = $2`, tt.name, want), tt.name)
		}
	})
}

func TestAnEditedNoteIsNeverSent(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, judged(c, agentPost("p1", "1", 1), conversation.Keep, conversation.ReasonPrefix))
		require.Empty(w, w.record(l, sending(c, "p1", 1)))
		require.Empty(w, w.queued("a"))
		require.Equal(w, noon, w.conversation(c.ID).WaitingSince)
	})
}

func TestAPostNotedByCommandIsNeverSent(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.ok(w.AddNote(w.ctx, c.ID, "before", "agent", noon))
		w.record(l, sending(c, "before", 1), sending(c, "after", 2), sending(c, "late", 3))
		w.ok(w.AddNote(w.ctx, c.ID, "after", "agent", noon))
		w.begin(l, "late")
		w.ok(w.AddNote(w.ctx, c.ID, "late", "agent", noon))
		require.Empty(w, w.queued("a"))
		require.Equal(w, conversation.Sending, w.state("late"))
		messages, _, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		directions := map[string]conversation.Direction{}
		for _, m := range messages {
			directions[m.PostID] = m.Direction
		}
		require.Equal(w, map[string]conversation.Direction{
			"before": conversation.Note, "after": conversation.Note, "late": conversation.Out,
		}, directions)
		require.ErrorIs(w, w.AddNote(w.ctx, "nothing", "p9", "agent", noon), relay.ErrNotFound)
	})
}

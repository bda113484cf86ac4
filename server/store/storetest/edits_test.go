// What is to be done about replies that were sent: edits and deletions.

package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// wish tells of a post's row of a kind: its state, text and reason, joined by spaces; empty when there is none.
func (w *world) wish(postID string, kind relay.OutboxKind) string {
	w.Helper()
	var all string
	w.ok(w.raw.QueryRowContext(w.ctx, `SELECT coalesce(string_agg(concat_ws(' ', state, text, nullif(reason, '')), ','), '')
		FROM msgbot_outbox WHERE post_id = $1 AND kind = $2`, postID, string(kind)).Scan(&all))
	return all
}

// rowID is the id of a post's row of a kind.
func (w *world) rowID(postID string, kind relay.OutboxKind) int64 {
	w.Helper()
	return int64(w.count(`SELECT id FROM msgbot_outbox WHERE post_id = $1 AND kind = $2`, postID, string(kind)))
}

// beginWish begins to carry out a row of a kind.
func (w *world) beginWish(l relay.Lease, postID string, kind relay.OutboxKind) relay.OutboxRow {
	w.Helper()
	row, ok, err := w.BeginSend(w.ctx, l, w.rowID(postID, kind))
	w.ok(err)
	require.True(w, ok, "it is queued")
	return row
}

func (w *world) endWish(row relay.OutboxRow, o relay.Outcome) {
	w.Helper()
	w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, o))
}

// sentReply records a reply and sends it.
func (w *world) sentReply(l relay.Lease, c conversation.Conversation, id string, files ...string) {
	w.Helper()
	reply := sending(c, id, 1)
	reply.Post.FileIDs = files
	w.record(l, reply)
	w.end(l, id, outcomeSent("x-"+id))
}

// again is a post that was recorded before, as it is a minute later.
func again(c conversation.Conversation, id string, action conversation.Action, reason conversation.Reason, text string, files ...string) relay.Reply {
	r := judged(c, agentPost(id, c.Chat.ID, 1), action, reason)
	r.Post.UpdatedAt, r.Post.FileIDs = noon.Add(time.Minute), files
	if r.Verdict.Text = ""; action == conversation.Send || action == conversation.Hold {
		r.Verdict.Text = text
	}
	return r
}

func TestAnEditOfWhatWasSentIsQueued(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for id, verdict := range map[string]conversation.Verdict{
			"in an open conversation":  {Action: conversation.Send},
			"in a closed conversation": {Action: conversation.Hold, Reason: conversation.ReasonClosed},
			"long after it was sent":   {Action: conversation.Hold, Reason: conversation.ReasonStale},
		} {
			w.sentReply(l, c, id, "f1")
			before := w.conversation(c.ID)
			require.Empty(w, w.record(l, again(c, id, verdict.Action, verdict.Reason, "new", "f1")))
			require.Equal(w, "sent new", w.wish(id, relay.SendRow))
			rows := w.queued("a")
			require.Equal(w, []relay.OutboxRow{{
				ID: rows[0].ID, BotID: "a", ConversationID: c.ID, PostID: id, Kind: relay.EditRow, Text: "new",
				AuthorFirst: "Ivan", AuthorFull: "Ivan Koval", FileIDs: []string{"f1"}, State: conversation.Queued,
				NotBefore: second(2), CreatedAt: noon.Add(time.Minute),
			}}, rows)
			require.Equal(w, before, w.conversation(c.ID), "it answers nothing")
			w.endWish(w.beginWish(l, id, relay.EditRow), relay.Outcome{State: conversation.Sent})
		}
	})
}

func TestWhatBecomesOfASentReplyWhosePostChanges(t *testing.T) {
	const note, files = " " + relay.ReasonEditedToNote, " " + relay.ReasonEditedFiles
	send, hold, keep, skip := conversation.Send, conversation.Hold, conversation.Keep, conversation.Skip
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for id, tt := range map[string]struct {
			changes      []change
			edit, delete string
			text         string
		}{
			"nothing that differs": {changes: []change{as(send, "old", "f"), as(hold, "old", "f")}, text: "old"},
			"another text":         {changes: []change{as(send, "new", "f")}, edit: "queued new", text: "new"},
			"another text twice":   {changes: []change{as(send, "new", "f"), as(send, "newer", "f")}, edit: "queued newer", text: "newer"},
			"another file":         {changes: []change{as(send, "old", "g")}, edit: "failed old" + files, text: "old"},
			"no file":              {changes: []change{as(send, "old")}, edit: "failed old" + files, text: "old"},
			"another text, too":    {changes: []change{as(send, "new", "g")}, edit: "failed new" + files, text: "new"},
			"a file, then a text":  {changes: []change{as(send, "old", "g"), as(send, "new", "g")}, edit: "queued new", text: "new"},
			"a note":               {changes: []change{as(keep, "")}, edit: "failed old" + note, text: "old"},
			"a note, and back":     {changes: []change{as(keep, ""), as(send, "old", "f")}, edit: "queued old", text: "old"},
			"a note after a text":  {changes: []change{as(send, "new", "f"), as(keep, "")}, edit: "failed new" + note, text: "new"},
			"deleted":              {changes: []change{as(skip, "")}, delete: "queued old", text: "old"},
			"deleted twice":        {changes: []change{as(skip, ""), as(skip, "")}, delete: "queued old", text: "old"},
			"deleted after a text": {changes: []change{as(send, "new", "f"), as(skip, "")}, edit: "cancelled new", delete: "queued new", text: "new"},
		} {
			reply := sending(c, id, 1)
			reply.Verdict.Text, reply.Post.FileIDs = "old", []string{"f"}
			w.record(l, reply)
			w.end(l, id, outcomeSent("x-"+id))
			for _, change := range tt.changes {
				require.Empty(w, w.record(l, change(c, id)), "it went out: it is no note")
			}
			require.Equal(w, tt.edit, w.wish(id, relay.EditRow), id)
			require.Equal(w, tt.delete, w.wish(id, relay.DeleteRow), id)
			require.Equal(w, "sent "+tt.text, w.wish(id, relay.SendRow), id)
		}
	})
}

// change makes a post's later state.
type change func(c conversation.Conversation, id string) relay.Reply

// as is a change by what the post is judged as then, its text and its files.
func as(action conversation.Action, text string, files ...string) change {
	reason := map[conversation.Action]conversation.Reason{
		conversation.Keep: conversation.ReasonPrefix, conversation.Skip: conversation.ReasonDeleted, conversation.Hold: conversation.ReasonClosed,
	}[action]
	return func(c conversation.Conversation, id string) relay.Reply {
		return again(c, id, action, reason, text, files...)
	}
}

// emptied is a change into a post of which nothing is left to send.
func emptied(c conversation.Conversation, id string) relay.Reply {
	return again(c, id, conversation.Skip, conversation.ReasonEmpty, "")
}

func TestTheAuthorIsToldOnceThatAReplyBecameANote(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.sentReply(l, c, "p1")
		toNote := func() { w.record(l, as(conversation.Keep, "")(c, "p1")) }
		toNote()
		require.Equal(w, []string{"p1"}, w.notices("a"))
		notices, err := w.DueNotices(w.ctx, "a", 1)
		w.ok(err)
		require.Equal(w, relay.EditRow, notices[0].Row.Kind)
		w.ok(w.NoticeShown(w.ctx, notices[0].Row.ID, notices[0].Row.Attempt))
		toNote()
		require.Empty(w, w.notices("a"), "still a note")
		w.record(l, as(conversation.Send, "text of p1")(c, "p1"))
		toNote()
		require.Equal(w, []string{"p1"}, w.notices("a"), "a note once more")
	})
}

func TestANewerFailureIsToldAlsoWhenAnEarlierOneIsJustBeingTold(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.sentReply(l, c, "p1")
		w.record(l, as(conversation.Send, "text of p1", "f")(c, "p1"))
		notices, err := w.DueNotices(w.ctx, "a", 1)
		w.ok(err)
		require.Len(w, notices, 1)
		require.Equal(w, relay.ReasonEditedFiles, notices[0].Row.Reason)
		w.record(l, as(conversation.Keep, "")(c, "p1"))
		w.ok(w.NoticeShown(w.ctx, notices[0].Row.ID, notices[0].Row.Attempt))
		notices, err = w.DueNotices(w.ctx, "a", 1)
		w.ok(err)
		require.Len(w, notices, 1)
		require.Equal(w, relay.ReasonEditedToNote, notices[0].Row.Reason)
	})
}

func TestAnEditWhoseWishIsRenewedMeanwhileIsCarriedOutAgain(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.sentReply(l, c, "p1")
		w.record(l, as(conversation.Send, "one")(c, "p1"))
		first := w.beginWish(l, "p1", relay.EditRow)
		require.Equal(w, "one", first.Text)
		w.record(l, as(conversation.Send, "two")(c, "p1"))
		w.endWish(first, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{{ExternalID: "x-p1", Digest: "one"}}, Part: 1})
		require.Equal(w, "queued two", w.wish("p1", relay.EditRow), "the outcome is that of the earlier wish")
		parts, err := w.Parts(w.ctx, "p1")
		w.ok(err)
		require.Equal(w, "one", parts[0].Digest, "but the customer sees it")
		second := w.beginWish(l, "p1", relay.EditRow)
		require.Greater(w, second.Attempt, first.Attempt)
		require.Zero(w, second.Part)
		w.endWish(second, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{{ExternalID: "x-p1", Digest: "two"}}, Part: 1})
		require.Equal(w, "sent two", w.wish("p1", relay.EditRow))
		parts, err = w.Parts(w.ctx, "p1")
		w.ok(err)
		want := textPart("x-p1", 0)
		want.Digest = "two"
		require.Equal(w, []relay.Part{want}, parts, "an edit makes no new message")
		w.record(l, as(conversation.Send, "three")(c, "p1"))
		require.Zero(w, w.beginWish(l, "p1", relay.EditRow).Part, "each edit begins with the first message")
	})
}

func TestWhatBecomesOfASendingReplyIsMirroredOnceItIsSent(t *testing.T) {
	const note, files = " " + relay.ReasonEditedToNote, " " + relay.ReasonEditedFiles
	send, keep, skip := conversation.Send, conversation.Keep, conversation.Skip
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for id, tt := range map[string]struct {
			changes            []change
			text, edit, delete string
		}{
			"the same":          {changes: []change{as(send, "old", "f")}, text: "old"},
			"another text":      {changes: []change{as(send, "new", "f")}, text: "new", edit: "queued new"},
			"and back":          {changes: []change{as(send, "new", "f"), as(send, "old", "f")}, text: "old"},
			"other files":       {changes: []change{as(send, "old", "g")}, text: "old", edit: "failed old" + files},
			"a note":            {changes: []change{as(keep, "")}, text: "old", edit: "failed old" + note},
			"a note, and back":  {changes: []change{as(keep, ""), as(send, "old", "f")}, text: "old"},
			"deleted":           {changes: []change{as(skip, "")}, text: "old", delete: "queued old"},
			"edited, deleted":   {changes: []change{as(send, "new", "f"), as(skip, "")}, text: "new", delete: "queued new"},
			"no reply any more": {changes: []change{emptied}, text: "old"},
		} {
			reply := sending(c, id, 1)
			reply.Verdict.Text, reply.Post.FileIDs = "old", []string{"f"}
			w.record(l, reply)
			row := w.begin(l, id)
			for _, change := range tt.changes {
				w.record(l, change(c, id))
			}
			require.Empty(w, w.wish(id, relay.EditRow)+w.wish(id, relay.DeleteRow), id)
			w.endWish(row, outcomeSent("x-"+id))
			require.Equal(w, "sent "+tt.text, w.wish(id, relay.SendRow), id)
			require.Equal(w, tt.edit, w.wish(id, relay.EditRow), id)
			require.Equal(w, tt.delete, w.wish(id, relay.DeleteRow), id)
		}
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_outbox WHERE kind <> 'send' AND created_at <> $1`, noon.Add(time.Minute)))
	})
}

func TestAnEditOfAHalfSentReplyIsMirroredWhenAllOfItIsSent(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1))
		row := w.begin(l, "p1")
		w.endWish(row, relay.Outcome{State: conversation.Sending, Sent: []relay.Part{textPart("x1", 0)}, Part: 1})
		w.endWish(row, outcomeHalf())
		w.record(l, as(conversation.Send, "new")(c, "p1"))
		require.Equal(w, "queued text of p1 Too Many Requests", w.wish("p1", relay.SendRow), "its second half fits the first")
		require.Empty(w, w.wish("p1", relay.EditRow))
		w.end(l, "p1", relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart("x2", 1)}, Part: 2})
		require.Equal(w, "sent new", w.wish("p1", relay.SendRow))
		require.Equal(w, "queued new", w.wish("p1", relay.EditRow))
	})
}

func TestWhatWasSentOfADeletedReplyIsDeleted(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		half := relay.Outcome{State: conversation.Sending, Sent: []relay.Part{textPart("x1", 0)}, Part: 1}
		for id, then := range map[string]func(relay.OutboxRow){
			"while it waits": func(row relay.OutboxRow) {
				w.endWish(row, outcomeHalf())
				w.record(l, as(conversation.Skip, "")(c, row.PostID))
			},
			"while it is being sent": func(row relay.OutboxRow) {
				w.record(l, as(conversation.Skip, "")(c, row.PostID))
				w.endWish(row, outcomeHalf())
			},
			"while its owner is lost": func(row relay.OutboxRow) {
				w.record(l, as(conversation.Skip, "")(c, row.PostID))
				w.execute(`UPDATE msgbot_outbox SET epoch = epoch - 1 WHERE id = $1`, row.ID)
				_, err := w.LoseSends(w.ctx, l)
				w.ok(err)
			},
		} {
			w.record(l, sending(c, id, 1))
			row := w.begin(l, id)
			w.endWish(row, half)
			then(row)
			require.Equal(w, conversation.Cancelled, w.state(id), id)
			require.Equal(w, "queued text of "+id, w.wish(id, relay.DeleteRow), id)
		}
		w.record(l, sending(c, "none", 1))
		w.record(l, as(conversation.Skip, "")(c, "none"))
		require.Empty(w, w.wish("none", relay.DeleteRow), "of what did not go out nothing is deleted")
	})
}

func TestAnOutcomeAtTheMomentOfAnEditDoesNotSwallowIt(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for i := range 12 {
			id := fmt.Sprint("p", i)
			w.record(l, sending(c, id, 1))
			row := w.begin(l, id)
			together(2, func(n int) {
				if n == 0 {
					w.record(l, as(conversation.Send, "new")(c, id))
					return
				}
				w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, outcomeSent("x"+id)))
			})
			require.Equal(w, "sent new", w.wish(id, relay.SendRow))
			require.Equal(w, "queued new", w.wish(id, relay.EditRow))
		}
	})
}

func TestALostEditOrDeletionIsQueuedAgain(t *testing.T) {
	each(t, func(w *world) {
		old := w.bot("a")
		c := w.thread(old, "1")
		w.sentReply(old, c, "edited")
		w.sentReply(old, c, "deleted")
		w.record(old, as(conversation.Send, "new")(c, "edited"), as(conversation.Skip, "")(c, "deleted"), sending(c, "lost", 9))
		w.beginWish(old, "edited", relay.EditRow)
		w.beginWish(old, "deleted", relay.DeleteRow)
		w.begin(old, "lost")
		w.expire("a")
		now := relay.Lease{BotID: "a", Epoch: w.beat("b", ttl)["a"]}
		lost, err := w.LoseSends(w.ctx, now)
		w.ok(err)
		require.Equal(w, 1, lost)
		require.Equal(w, conversation.Unknown, w.state("lost"))
		require.Equal(w, []string{"deleted", "edited"}, postIDs(w.queued("a")))
		require.Equal(w, []string{"lost"}, w.notices("a"))
	})
}

func TestWhatIsToBeDoneAboutOnePostIsDoneInItsOrder(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for i, kind := range []string{"delete", "react", "send", "edit"} {
			w.execute(`INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, kind, text, author_first, author_full, state, created_at)
				VALUES ('a', $1, 'p', $2, '', '', '', 'queued', $3), ('a', $1, $4, 'send', '', '', '', 'queued', $5)`,
				c.ID, kind, noon, fmt.Sprint("z", i), second(-1-i))
		}
		var order []string
		for _, row := range w.queued("a") {
			order = append(order, row.PostID+" "+string(row.Kind))
		}
		require.Equal(w, []string{"z3 send", "z2 send", "z1 send", "z0 send", "p send", "p edit", "p react", "p delete"}, order)
	})
}

func TestAPersonRetriesTheReplyElseWhatFailedAboutIt(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		requeue := func(id string) bool {
			w.Helper()
			ok, err := w.Requeue(w.ctx, id)
			w.ok(err)
			return ok
		}
		w.sentReply(l, c, "p1")
		require.False(w, requeue("p1"))
		w.record(l, as(conversation.Send, "new")(c, "p1"))
		require.False(w, requeue("p1"), "it waits already")
		w.endWish(w.beginWish(l, "p1", relay.EditRow), outcomeFailed)
		require.Equal(w, []string{"p1"}, w.notices("a"))
		require.True(w, requeue("p1"))
		require.Equal(w, "queued new", w.wish("p1", relay.EditRow))
		require.Equal(w, "sent new", w.wish("p1", relay.SendRow))

		for _, reason := range []string{
			relay.ReasonEditUnsupported, relay.ReasonDeleteUnsupported, relay.ReasonEditedToNote, relay.ReasonEditedFiles,
			relay.ReasonEditTooLong, relay.ReasonNoText,
		} {
			w.execute(`UPDATE msgbot_outbox SET state = 'failed', reason = $1 WHERE kind = 'edit'`, reason)
			require.False(w, requeue("p1"), reason)
		}
		w.record(l, as(conversation.Skip, "")(c, "p1"))
		w.endWish(w.beginWish(l, "p1", relay.DeleteRow), outcomeFailed)
		require.True(w, requeue("p1"))
		require.Equal(w, "queued new", w.wish("p1", relay.DeleteRow))
		w.execute(`UPDATE msgbot_outbox SET state = 'failed', reason = '' WHERE post_id = 'p1'`)
		require.True(w, requeue("p1"))
		require.Equal(w, "queued new", w.wish("p1", relay.SendRow), "the reply comes first")
		require.Equal(w, "failed new", w.wish("p1", relay.DeleteRow))
	})
}

func TestAnUnsentReplyFollowsTheFilesOfItsPost(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for id, prepare := range map[string]func(id string){
			"queued":  func(string) {},
			"failed":  func(id string) { w.end(l, id, outcomeFailed) },
			"sending": func(id string) { w.begin(l, id) },
		} {
			w.record(l, sending(c, id, 1))
			prepare(id)
			w.record(l, as(conversation.Send, "new", "f", "g")(c, id))
		}
		row, err := w.Sending(w.ctx, "a")
		w.ok(err)
		require.Nil(w, row[0].FileIDs, "what is being sent is what it was")
		w.endWish(row[0], relay.Outcome{State: conversation.Queued})
		require.Equal(w, 3, w.count(`SELECT count(*) FROM msgbot_outbox WHERE file_ids = '{f,g}' AND text = 'new'`))
		require.Equal(w, 3, w.count(`SELECT count(*) FROM msgbot_outbox`))
	})
}

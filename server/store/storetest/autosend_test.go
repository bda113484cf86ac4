// Automatic messages and buttons on their way to the customer, and what the team sees of them.

package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

var aButton = messenger.Button{Label: "Menu", Data: "m"}

// says queues an automatic message of a conversation.
func (w *world) says(l relay.Lease, c conversation.Conversation, postID string, buttons ...messenger.Button) {
	w.Helper()
	w.finish(l, w.decided(c, saying(postID, buttons...)))
}

func (w *world) beginAuto(l relay.Lease, postID string) relay.OutboxRow {
	w.Helper()
	return w.beginWish(l, postID, relay.AutoRow)
}

func (w *world) auto(postID string) string {
	w.Helper()
	return w.wish(postID, relay.AutoRow)
}

// keyboards are the messages whose buttons shall go, of rows in a state.
func (w *world) keyboards(state conversation.Delivery) (messages []string) {
	w.Helper()
	rows, err := w.raw.QueryContext(w.ctx, `SELECT text FROM msgbot_outbox WHERE kind = 'keyboard' AND state = $1 ORDER BY id`, string(state))
	w.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var message string
		w.ok(rows.Scan(&message))
		messages = append(messages, message)
	}
	w.ok(rows.Err())
	return messages
}

func TestAnAutomaticMessageIsSentAsAReplyIs(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.says(l, c, "auto")
		require.Equal(w, map[string]conversation.Delivery{"auto": "queued"}, w.delivery(c))
		row := w.beginAuto(l, "auto")
		require.Equal(w, "Greeting", row.By)
		require.Equal(w, map[string]conversation.Delivery{"auto": "queued"}, w.delivery(c))
		w.endWish(row, relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart("x1", 0), textPart("x2", 1)}, Part: 2})
		parts, err := w.Parts(w.ctx, "auto")
		w.ok(err)
		require.Equal(w, []relay.Part{textPart("x1", 0), textPart("x2", 1)}, parts)
		messages, total, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		require.Equal(w, 1, total)
		require.Equal(w, []api.Message{{
			PostID: "auto", Direction: conversation.Auto, At: row.CreatedAt, State: conversation.Sent,
			Parts: []api.Part{{ExternalID: "x1", Kind: "text", State: conversation.Sent}, {ExternalID: "x2", Kind: "text", State: conversation.Sent}},
		}}, messages)
		require.Equal(w, relay.Shown{
			PostID: "auto", Direction: conversation.Auto, Posts: 1, At: row.CreatedAt, Text: "digest of x2", Captioned: 2,
		}, w.shown(c, "x2"))

		w.receipt(l, c, "x1", conversation.Delivered)
		require.Equal(w, map[string]conversation.Delivery{"auto": "sent"}, w.delivery(c))
		w.receipt(l, c, "x2", conversation.Seen)
		require.Equal(w, map[string]conversation.Delivery{"auto": "seen"}, w.delivery(c))
		w.receipt(l, c, "x2", conversation.Failed)
		require.Equal(w, "failed text of auto words", w.auto("auto"))
		require.Equal(w, []string{"auto"}, w.notices("a"))
	})
}

func TestAnAutomaticMessageThatWasBegunAndNeverEndedIsUnknown(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.says(l, c, "auto")
		w.beginAuto(l, "auto")
		w.expire("a")
		now := relay.Lease{BotID: "a", Epoch: w.beat("b", ttl)["a"]}
		lost, err := w.LoseSends(w.ctx, now)
		w.ok(err)
		require.Equal(w, 1, lost)
		require.Equal(w, map[string]conversation.Delivery{"auto": "unknown"}, w.delivery(c))
		require.Empty(w, w.queued("a"))
		require.Equal(w, []string{"auto"}, w.notices("a"))
		last, err := w.LastUnsent(w.ctx, c.ID)
		w.ok(err)
		require.Equal(w, "auto", last)

		ok, err := w.Requeue(w.ctx, "auto")
		w.ok(err)
		require.True(w, ok)
		require.Equal(w, conversation.BotMode, w.conversation(c.ID).Mode, "no agent has answered")
		require.Equal(w, noon, w.conversation(c.ID).WaitingSince)
		again := w.beginAuto(now, "auto")
		require.Equal(w, 2, again.Attempt)
		w.endWish(again, outcomeSent("x1"))
		w.receipt(now, c, "x1", conversation.Failed)
		ok, err = w.Requeue(w.ctx, "auto")
		w.ok(err)
		require.True(w, ok)
		parts, err := w.Parts(w.ctx, "auto")
		w.ok(err)
		require.Empty(w, parts, "what failed is sent anew")
	})
}

func TestAnAutomaticMessageThatBecameNeedlessIsNoMessage(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.says(l, c, "auto")
		w.endWish(w.beginAuto(l, "auto"), relay.Outcome{State: conversation.Cancelled})
		require.Empty(w, w.delivery(c))
	})
}

func TestTheButtonsThatACustomerSeesAreKnown(t *testing.T) {
	two := relay.Outcome{State: conversation.Sent, Sent: []relay.Part{textPart("x1", 0), textPart("x2", 0)}, Part: 1}
	blocked := relay.Outcome{State: conversation.Failed, Unreachable: true, Description: "blocked"}
	sendingOn := func(parts ...relay.Part) relay.Outcome {
		return relay.Outcome{State: conversation.Sending, Sent: parts, Part: len(parts)}
	}
	menu := []messenger.Button{aButton}
	each(t, func(w *world) {
		l := w.bot("a")
		for name, tt := range map[string]struct {
			buttons  []messenger.Button
			outcomes []relay.Outcome
			want     string
		}{
			"sent":                      {menu, []relay.Outcome{outcomeSent("x1")}, "x1"},
			"without buttons":           {nil, []relay.Outcome{outcomeSent("x1")}, "before"},
			"below the last message":    {menu, []relay.Outcome{two}, "x2"},
			"of which more is to come":  {menu, []relay.Outcome{sendingOn(two.Sent...)}, "before"},
			"not sent":                  {menu, []relay.Outcome{outcomeFailed}, "before"},
			"perhaps sent":              {menu, []relay.Outcome{{State: conversation.Unknown}}, "before"},
			"in two calls":              {menu, []relay.Outcome{sendingOn(two.Sent[0]), {State: conversation.Sent, Sent: two.Sent[1:], Part: 2}}, "x2"},
			"with nothing left to send": {menu, []relay.Outcome{sendingOn(two.Sent...), {State: conversation.Sent, Part: 2}}, "x2"},
			"blocked meanwhile":         {menu, []relay.Outcome{blocked}, "before"},
		} {
			c := w.thread(l, name)
			w.execute(`UPDATE msgbot_conversations SET keyboard = 'before' WHERE id = $1`, c.ID)
			id := "auto" + c.ID
			w.says(l, c, id, tt.buttons...)
			row := w.beginAuto(l, id)
			for _, o := range tt.outcomes {
				w.endWish(row, o)
			}
			got := w.conversation(c.ID)
			require.Equal(w, tt.want, got.Keyboard, name)
			require.Equal(w, map[bool]string{true: "blocked"}[name == "blocked meanwhile"], got.Customer.Unreachable, name)
		}
	})
}

func TestButtonsThatHaveDoneTheirWorkAreTakenAway(t *testing.T) {
	removing := func(a *relay.AutoAnswer) { a.RemoveKeyboard = true }
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.thread(l, "1"), w.thread(l, "2")
		w.says(l, other, "other", aButton)
		w.endWish(w.beginAuto(l, "other"), outcomeSent("x1"))
		w.finish(l, w.decided(c, removing))
		require.Empty(w, w.queued("a"), "there are none")

		w.says(l, c, "one", aButton)
		w.endWish(w.beginAuto(l, "one"), outcomeSent("x1"))
		w.finish(l, w.decided(c, nil))
		require.Equal(w, "x1", w.conversation(c.ID).Keyboard)
		answer := w.decided(c, func(a *relay.AutoAnswer) { saying("two", aButton)(a); removing(a) })
		w.finish(l, answer, w.decided(c, removing))
		require.Empty(w, w.conversation(c.ID).Keyboard)
		rows := w.queued("a")
		require.Len(w, rows, 2)
		require.Equal(w, "two", rows[0].PostID, "what is said goes out first")
		require.Equal(w, relay.OutboxRow{
			ID: rows[1].ID, BotID: "a", ConversationID: c.ID, PostID: rows[1].PostID, Kind: relay.KeyboardRow, Text: "x1",
			State: conversation.Queued, CreatedAt: rows[1].CreatedAt,
		}, rows[1])
		w.finish(l, answer)
		require.Len(w, w.queued("a"), 2)

		w.endWish(w.beginAuto(l, "two"), outcomeSent("x2"))
		w.finish(l, w.decided(c, removing))
		require.Equal(w, []string{"x1", "x2"}, w.keyboards(conversation.Queued))
		require.Equal(w, "x1", w.conversation(other.ID).Keyboard)
	})
}

func TestTakingButtonsAwayIsDoneAgainAndNobodyIsToldOfIt(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.execute(`UPDATE msgbot_conversations SET keyboard = 'x1' WHERE id = $1`, c.ID)
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { a.RemoveKeyboard = true }))
		row := w.queued("a")[0]
		w.beginWish(l, row.PostID, relay.KeyboardRow)
		w.expire("a")
		now := relay.Lease{BotID: "a", Epoch: w.beat("b", ttl)["a"]}
		lost, err := w.LoseSends(w.ctx, now)
		w.ok(err)
		require.Zero(w, lost)
		w.endWish(w.beginWish(now, row.PostID, relay.KeyboardRow), outcomeFailed)
		require.Equal(w, []string{"x1"}, w.keyboards(conversation.Failed))
		require.Empty(w, w.notices("a"))
		ok, err := w.Requeue(w.ctx, row.PostID)
		w.ok(err)
		require.False(w, ok)
		_, err = w.LastUnsent(w.ctx, c.ID)
		require.ErrorIs(w, err, relay.ErrNotFound)
		require.Zero(w, w.count(`SELECT count(*) FROM msgbot_parts`))
	})
}

func TestPeopleWhoAnswerTakeTheButtonsAway(t *testing.T) {
	each(t, func(w *world) {
		l, elsewhere := w.bot("a"), w.bot("b")
		for _, c := range []conversation.Conversation{w.thread(l, "human"), w.thread(l, "bot"), w.thread(elsewhere, "human")} {
			w.execute(`UPDATE msgbot_conversations SET keyboard = $2 WHERE id = $1`, c.ID, "x of "+c.Chat.ID)
			if c.Chat.ID == "human" {
				w.changed(c, func(c *conversation.Conversation) { c.Claim("ivan") })
			}
		}
		w.changed(w.thread(l, "without buttons"), func(c *conversation.Conversation) { c.Claim("ivan") })
		for _, want := range []int{1, 0} {
			n, err := w.DropKeyboards(w.ctx, l)
			w.ok(err)
			require.Equal(w, want, n)
			require.Equal(w, []string{"x of human"}, w.keyboards(conversation.Queued))
		}
		require.Equal(w, 2, w.count(`SELECT count(*) FROM msgbot_conversations WHERE keyboard <> ''`), "the others keep theirs")
	})
}

func TestAnAutomaticMessageWaitsForAThreadToBeShownIn(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c, other := w.converse("a", "1"), w.thread(l, "2")
		for _, id := range []string{"sent", "queued", "failed", "unknown", "sending", "cancelled", "old"} {
			w.says(l, c, id)
		}
		w.says(l, other, "elsewhere")
		for id, o := range map[string]relay.Outcome{
			"sent": outcomeSent("x"), "failed": outcomeFailed, "unknown": {State: conversation.Unknown}, "cancelled": {State: conversation.Cancelled},
		} {
			w.endWish(w.beginAuto(l, id), o)
		}
		w.beginAuto(l, "sending")
		w.execute(`UPDATE msgbot_outbox SET created_at = now() - interval '24 hours 1 second' WHERE post_id = 'old'`)
		unshown := func() []relay.OutboxRow {
			rows, err := w.Unshown(w.ctx, c.ID)
			w.ok(err)
			return rows
		}
		reply := sending(c, "reply", 1)
		reply.Post.CreatedAt = time.Now()
		w.record(l, reply)
		require.Equal(w, []string{"sent", "queued", "unknown", "sending"}, postIDs(unshown()))
		require.Equal(w, "text of sent", unshown()[0].Text)

		before := w.conversation(c.ID).Thread.Posts
		first := unshown()[0]
		for range 2 {
			w.ok(w.AutoShown(w.ctx, first.ID))
			require.Equal(w, []string{"queued", "unknown", "sending"}, postIDs(unshown()))
			require.Equal(w, before+1, w.conversation(c.ID).Thread.Posts)
		}
		w.ok(w.AutoShown(w.ctx, w.rowID("queued", relay.AutoRow)))
		require.True(w, w.beginAuto(l, "queued").Shown)
		w.ok(w.AutoShown(w.ctx, 1<<40))
	})
}

func TestAnOldAutomaticMessageIsStillShownWithinADay(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.converse("a", "1")
		w.says(l, c, "auto")
		w.execute(`UPDATE msgbot_outbox SET created_at = $1`, time.Now().Add(-24*time.Hour+time.Minute))
		rows, err := w.Unshown(w.ctx, c.ID)
		w.ok(err)
		require.Equal(w, []string{"auto"}, postIDs(rows))
	})
}

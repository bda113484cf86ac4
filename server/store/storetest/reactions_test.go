// How the team's reactions become reactions at the messenger.

package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// react stores how a person reacts to a post; at and removed count in seconds from noon, 0 for not removed. Mattermost
// makes the post updated each time.
func (w *world) react(post, user, emoji string, at, removed int) {
	w.Helper()
	deleted := int64(0)
	if removed > 0 {
		deleted = second(removed).UnixMilli()
	}
	updated := max(second(at).UnixMilli(), deleted)
	w.execute(`INSERT INTO reactions (postid, userid, emojiname, createat, updateat, deleteat) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (postid, userid, emojiname) DO UPDATE SET updateat = excluded.updateat, deleteat = excluded.deleteat`,
		post, user, emoji, second(at).UnixMilli(), updated, deleted)
	w.execute(`UPDATE posts SET updateat = greatest(updateat, $2) WHERE id = $1`, post, updated)
}

// reactions are what the scan of bot a finds: post and emoji.
func (w *world) reactions(since time.Time, limit int) (found []string) {
	w.Helper()
	all, err := w.ScanReactions(w.ctx, "a", "msgbot", since, limit)
	w.ok(err)
	for _, r := range all {
		found = append(found, r.PostID+" "+r.Name)
	}
	return found
}

func TestTheScanFindsTheNewestReactionOfAPerson(t *testing.T) {
	each(t, func(w *world) {
		w.execute(mattermostTables)
		l := w.bot("a")
		c := w.thread(l, "1")
		other := w.bot("b")
		elsewhere := w.thread(other, "2")
		w.finish(l, w.arrived(c, "in", 0, nil))
		w.finish(other, w.arrived(elsewhere, "other-bot", 0, nil))
		w.sentReply(l, c, "out")
		w.record(l, sending(c, "waiting", 1), judged(c, agentPost("note", "1", 1), conversation.Keep, conversation.ReasonPrefix))
		for _, id := range []string{"in", "out", "waiting", "note", "other-bot", "stranger"} {
			w.post(mattermostPost{id: id, user: "ivan", channel: "channel-a", root: "root-1", created: 1})
			w.react(id, "ivan", "+1", 10, 0)
		}
		require.Equal(w, []string{"in +1", "out +1"}, w.reactions(noon, 10), "only what is a message at the messenger")
		all, err := w.ScanReactions(w.ctx, "a", "msgbot", noon, 1)
		w.ok(err)
		require.Equal(w, []relay.Reaction{{PostID: "in", ConversationID: c.ID, Name: "+1", At: second(10)}}, all)
		require.Empty(w, w.reactions(second(10), 10))

		w.react("in", "olha", "heart", 12, 0)
		w.react("in", "helper", "robot", 13, 0)
		w.react("in", "msgbot", "lock", 14, 0)
		require.Equal(w, []string{"in heart"}, w.reactions(second(10), 10), "neither of a bot nor our own")
		w.react("out", "ivan", "tada", 15, 0)
		w.react("in", "olha", "heart", 12, 20)
		require.Equal(w, []string{"out tada", "in +1"}, w.reactions(second(10), 10), "oldest change first, and what is left")
		w.react("in", "ivan", "+1", 10, 21)
		require.Equal(w, []string{"in "}, w.reactions(second(20), 10))
		w.react("in", "olha", "heart", 25, 0)
		require.Equal(w, []string{"in heart"}, w.reactions(second(24), 10), "anew")
		w.execute(`UPDATE reactions SET updateat = NULL, deleteat = NULL, createat = createat + 60000`)
		w.execute(`UPDATE posts SET updateat = updateat + 60000`)
		require.NotEmpty(w, w.reactions(second(24), 10), "rows of old versions have no times but one")
	})
}

func TestAReactionIsQueuedWhenItIsAnotherThanTheLast(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.arrived(c, "in", 0, nil))
		record := func(emoji string, at int) {
			w.Helper()
			w.ok(w.RecordReactions(w.ctx, l, []relay.Reaction{{PostID: "in", ConversationID: c.ID, Name: emoji, At: second(at)}}))
		}
		record("", 1)
		require.Empty(w, w.wish("in", relay.ReactRow), "nothing to take back")
		record("👍", 2)
		rows := w.queued("a")
		require.Equal(w, []relay.OutboxRow{{
			ID: rows[0].ID, BotID: "a", ConversationID: c.ID, PostID: "in", Kind: relay.ReactRow, Text: "👍",
			State: conversation.Queued, CreatedAt: second(2),
		}}, rows)
		row := w.beginWish(l, "in", relay.ReactRow)
		record("❤", 3)
		w.endWish(row, relay.Outcome{State: conversation.Sent, Part: 1})
		require.Equal(w, "queued ❤", w.wish("in", relay.ReactRow))
		w.endWish(w.beginWish(l, "in", relay.ReactRow), relay.Outcome{State: conversation.Sent, Part: 1})
		record("❤", 4)
		require.Equal(w, "sent ❤", w.wish("in", relay.ReactRow))
		record("", 5)
		require.Equal(w, "queued ", w.wish("in", relay.ReactRow), "no reaction is one, too")
		w.endWish(w.beginWish(l, "in", relay.ReactRow), outcomeFailed)
		require.Empty(w, w.notices("a"), "nobody is told")
		ok, err := w.Requeue(w.ctx, "in")
		w.ok(err)
		require.False(w, ok)
		w.ok(w.RecordReactions(w.ctx, l, nil))
		w.ok(w.RecordReactions(w.ctx, l, []relay.Reaction{
			{PostID: "in", ConversationID: c.ID, Name: "🎉", At: second(7)}, {PostID: "in", ConversationID: c.ID, Name: "👍", At: second(6)},
		}))
		require.Equal(w, "queued 🎉", w.wish("in", relay.ReactRow), "the newer one of two")
	})
}

// How the statements behave when much is stored, and when many run at once.

package storetest

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// fill stores many finished rows and few that wait.
func (w *world) fill(c conversation.Conversation) {
	w.Helper()
	w.execute(mattermostTables)
	w.execute(`INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state)
		SELECT 'a', 'old' || n, n % 50, '{}', CASE n % 1000 WHEN 0 THEN 'waiting' ELSE 'done' END FROM generate_series(1, 10000) n`)
	w.execute(`INSERT INTO msgbot_inbox (bot_id, event_id, lane, album, raw, state)
		SELECT 'a', 'album' || n, '7', 'g' || n % 100, '{}', CASE WHEN n < 990 THEN 'done' ELSE 'waiting' END FROM generate_series(1, 1000) n`)
	w.execute(`INSERT INTO msgbot_outbox (bot_id, conversation_id, post_id, text, author_first, author_full, state, noticed, created_at)
		SELECT 'a', $1, 'old' || n, '', '', '',
			(array['queued', 'failed', 'sending'])[CASE WHEN n % 1000 < 3 THEN n % 1000 + 1 ELSE 2 END], n % 1000 >= 3, now()
		FROM generate_series(1, 10000) n`, c.ID)
	w.execute(`INSERT INTO msgbot_threads (root_post_id, bot_id, conversation_id, channel_id, seq)
		SELECT 'root' || n, 'a', $1, 'channel-a', 1 FROM generate_series(1, 500) n`, c.ID)
	w.execute(`INSERT INTO posts SELECT 'old' || n, n, n, 0, 'ivan', 'channel-a', 'root' || n % 500, '', 'text', '', '{}', '[]', 0
		FROM generate_series(1, 10000) n`)
	w.execute(`INSERT INTO msgbot_messages (post_id, conversation_id, direction, at, quote_key)
		SELECT 'old' || n, $1, 'out', now(), 'key' || n FROM generate_series(1, 10000) n`, c.ID)
	w.execute(`INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, state)
		SELECT $1, 'out', 'x' || n, 'old' || n, 1, CASE WHEN n < 9990 THEN 'seen' ELSE 'sent' END FROM generate_series(1, 10000) n`, c.ID)
	w.execute(`INSERT INTO reactions SELECT 'ivan', 'old' || n, 'tada', n, n, 0, '', 'channel-a' FROM generate_series(1, 10000) n`)
	w.execute(`INSERT INTO msgbot_conversations (id, bot_id, customer_id, chat_id, connection, chat_kind, chat_title, mode, keyboard, no_answer_at)
		SELECT 'talk' || n, 'a', $1, 'talk' || n, '', 'private', '', (array['bot', 'human'])[1 + n % 2],
			CASE WHEN n % 100 < 2 THEN 'x' ELSE '' END, CASE n % 100 WHEN 0 THEN now() END
		FROM generate_series(1, 10000) n`, c.Customer.ID)
	for _, table := range []string{"msgbot_conversations", "msgbot_inbox", "msgbot_outbox", "msgbot_threads", "msgbot_messages", "msgbot_parts", "posts", "reactions"} {
		w.execute(`ANALYZE ` + table)
	}
}

func TestHotQueriesLookOnlyAtWhatTheyNeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	l := w.bot("a")
	c := w.thread(l, "1")
	w.fill(c)
	hot := map[string]func() error{
		"msgbot_inbox_waiting":           func() error { _, err := w.NextUpdates(w.ctx, "a", []string{"7"}, 128); return err },
		"msgbot_conversations_timers":    func() error { _, err := w.RaiseTimers(w.ctx, l); return err },
		"msgbot_conversations_keyboards": func() error { _, err := w.DropKeyboards(w.ctx, l); return err },
		"msgbot_outbox_queued":           func() error { _, err := w.NextReplies(w.ctx, "a", []string{"7"}, 128); return err },
		"msgbot_outbox_notices":          func() error { _, err := w.DueNotices(w.ctx, "a", 20); return err },
		"msgbot_outbox_sending":          func() error { _, err := w.LoseSends(w.ctx, l); return err },
		"idx_posts_channel_id_update_at": func() error {
			_, err := w.ScanPosts(w.ctx, "a", "msgbot", time.UnixMilli(9_900), 500)
			return err
		},
		"reactions_pkey": func() error {
			_, err := w.ScanReactions(w.ctx, "a", "msgbot", time.UnixMilli(9_900), 500)
			return err
		},
		"msgbot_inbox_albums":    func() error { _, err := w.Album(w.ctx, "a", "7", "g99", ""); return err },
		"msgbot_messages_quotes": func() error { _, err := w.Quoted(w.ctx, c.ID, "key777"); return err },
		"msgbot_parts_pkey":      func() error { _, err := w.Shown(w.ctx, c.ID, "x777"); return err },
		"msgbot_parts_post":      func() error { _, err := w.Target(w.ctx, c.ID, "old777"); return err },
		"msgbot_parts_unseen":    func() error { return w.Receipt(w.ctx, l, c.ID, "x9995", conversation.Seen, "") },
	}
	scans := func(index string) int {
		return w.count(`SELECT idx_scan FROM pg_stat_user_indexes
			WHERE schemaname = current_schema() AND indexrelname = $1`, index)
	}
	before := map[string]int{}
	for index := range hot {
		before[index] = scans(index)
	}
	for index, f := range hot {
		for range 3 {
			require.NoError(t, f(), index)
		}
	}
	w.ok(w.Close()) // PostgreSQL counts a connection's scans at the latest when it ends
	for index := range hot {
		require.Eventually(t, func() bool { return scans(index) >= before[index]+3 }, 5*time.Second, 20*time.Millisecond,
			"%s is not used", index)
	}
}

func TestFinishingAnUpdateDoesNotReadTheBacklog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	l := w.bot("a")
	w.fill(w.thread(l, "1"))
	// A burst after the last ANALYZE: PostgreSQL still believes that next to nothing waits.
	w.execute(`INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state)
		SELECT 'a', 'new' || n, n % 50, '{}', 'waiting' FROM generate_series(1, 8000) n`)
	reads := func(column string) int {
		return w.count(`SELECT sum(` + column + `) FROM pg_stat_user_indexes
			WHERE schemaname = current_schema() AND relname = 'msgbot_inbox'`)
	}
	began, read := reads("idx_scan"), reads("idx_tup_read")
	for i := range 3 {
		w.finish(l, relay.Finished{ID: int64(1000 * (1 + i)), State: relay.InboxDone})
	}
	w.ok(w.Close())
	require.Eventually(t, func() bool { return reads("idx_scan") >= began+3 }, 5*time.Second, 20*time.Millisecond)
	require.Less(t, reads("idx_tup_read")-read, 1000)
}

func TestWritersOfTheSameConversationsNeverBlockEachOtherForGood(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		var talks []conversation.Conversation
		for i := range 6 {
			talks = append(talks, w.thread(l, fmt.Sprint(i)))
		}
		var serial atomic.Int64
		// Each writer takes the conversations in an order of its own.
		inOrder := func(writer, i int) conversation.Conversation { return talks[(i*(1+4*(writer%2))+writer)%len(talks)] }
		writers := []func(writer, n int){
			func(writer, n int) {
				var done []relay.Finished
				for i := range talks {
					id := fmt.Sprint(serial.Add(1))
					done = append(done, finishedAs(w.update("a", id, id), inOrder(writer, i), "in"+id))
				}
				w.finish(l, done...)
			},
			func(writer, n int) {
				var done []relay.Finished
				for i := range talks {
					done = append(done, w.decided(inOrder(writer, i), func(a *relay.AutoAnswer) {
						saying(fmt.Sprint("auto", serial.Add(1)), aButton)(a)
						a.Rules, a.RemoveKeyboard, a.NoAnswerAt = []string{fmt.Sprint(i), fmt.Sprint(len(talks) - i)}, true, noon
					}))
				}
				w.finish(l, done...)
			},
			func(writer, n int) {
				for i := range talks {
					c := inOrder(writer, i)
					a := relay.AutoAnswer{
						ConversationID: c.ID, PostID: fmt.Sprint("welcome", serial.Add(1)), Text: "Hello!", Lane: c.Chat.ID,
						Memory: json.RawMessage(`{}`), Rules: []string{fmt.Sprint(i), fmt.Sprint(len(talks) - i)}, Seen: w.seen(c.ID),
					}
					_, err := w.Welcomed(w.ctx, "a", a)
					w.ok(err)
				}
			},
			func(writer, n int) {
				_, err := w.RaiseTimers(w.ctx, l)
				w.ok(err)
				_, err = w.DropKeyboards(w.ctx, l)
				w.ok(err)
			},
			func(writer, n int) {
				var replies []relay.Reply
				for i := range talks {
					replies = append(replies, sending(inOrder(writer, i), fmt.Sprint("out", serial.Add(1)), n))
				}
				w.record(l, replies...)
			},
			func(writer, n int) {
				_, err := w.Change(w.ctx, inOrder(writer, n).ID, func(c *conversation.Conversation) error {
					c.AssigneeID = fmt.Sprint(serial.Add(1))
					return nil
				})
				w.ok(err)
			},
			func(writer, n int) {
				for _, row := range w.queued("a") {
					begun, ok, err := w.BeginSend(w.ctx, l, row.ID)
					w.ok(err)
					if ok {
						outcome := relay.Outcome{State: conversation.Failed, Description: "gone", Unreachable: true}
						if begun.Kind == relay.AutoRow {
							outcome = outcomeSent("x" + begun.PostID)
						}
						w.ok(w.EndSend(w.ctx, begun.ID, begun.Attempt, begun.Epoch, outcome))
					}
				}
			},
		}
		together(2*len(writers), func(i int) {
			for n := range 5 {
				writers[i%len(writers)](i, n)
			}
		})
	})
}

func TestAStatementThatWaitsForALockGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.bot("a")
	tx, err := w.raw.BeginTx(w.ctx, nil)
	w.ok(err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(w.ctx, `LOCK TABLE msgbot_inbox`)
	w.ok(err)
	began := time.Now()
	_, err = w.NextUpdates(w.ctx, "a", nil, 1)
	require.Error(t, err)
	require.WithinDuration(t, began.Add(5*time.Second), time.Now(), 3*time.Second)
}

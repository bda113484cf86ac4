// Who works for which bot.

package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// createBots makes bots that nobody owns.
func (w *world) createBots(n int) {
	w.Helper()
	for i := range n {
		w.ok(w.CreateBot(w.ctx, testBot(fmt.Sprint("bot", i)), bots.Sealed{}))
	}
}

// beat beats as the relay does: what is above the share is released.
func (w *world) beat(node string, d time.Duration) map[string]int64 {
	w.Helper()
	held, share, err := w.Beat(w.ctx, node, d)
	w.ok(err)
	mine := map[string]int64{}
	for i, l := range held {
		if i >= share {
			w.ok(w.Release(w.ctx, node, l))
			continue
		}
		mine[l.BotID] = l.Epoch
	}
	return mine
}

func TestOneNodeTakesAllBotsAndKeepsThem(t *testing.T) {
	each(t, func(w *world) {
		held, share, err := w.Beat(w.ctx, "a", ttl)
		w.ok(err)
		require.Empty(w, held)
		require.Zero(w, share)
		free, err := w.Claimable(w.ctx)
		w.ok(err)
		require.False(w, free)

		w.createBots(3)
		free, err = w.Claimable(w.ctx)
		w.ok(err)
		require.True(w, free)
		held, share, err = w.Beat(w.ctx, "a", ttl)
		w.ok(err)
		require.Equal(w, []relay.Lease{{BotID: "bot0", Epoch: 1}, {BotID: "bot1", Epoch: 1}, {BotID: "bot2", Epoch: 1}}, held)
		require.Equal(w, 3, share)
		again, _, err := w.Beat(w.ctx, "a", ttl)
		w.ok(err)
		require.Equal(w, held, again, "a renewal changes no epoch")
		free, err = w.Claimable(w.ctx)
		w.ok(err)
		require.False(w, free)
	})
}

func TestTwoNodesShareBotsEvenly(t *testing.T) {
	each(t, func(w *world) {
		w.createBots(5)
		require.Len(w, w.beat("a", ttl), 5)
		require.Empty(w, w.beat("b", ttl), "what is held is not stolen")
		require.Len(w, w.beat("a", ttl), 3)
		require.Len(w, w.beat("b", ttl), 2)
		require.Len(w, w.beat("a", ttl), 3, "and so it stays")
	})
}

func TestNodesThatBeatTogetherNeverOwnTheSameBot(t *testing.T) {
	each(t, func(w *world) {
		w.createBots(12)
		held := make([]map[string]int64, 4)
		for range 6 {
			together(len(held), func(i int) { held[i] = w.beat(fmt.Sprint("node", i), ttl) })
			owners := map[string]int{}
			for _, mine := range held {
				for bot := range mine {
					owners[bot]++
				}
			}
			for bot, n := range owners {
				require.Equal(w, 1, n, bot)
			}
		}
		for i, mine := range held {
			require.Len(w, mine, 3, "node %d has its share", i)
		}
	})
}

func TestAnExpiredLeaseIsTakenOverWithAHigherEpoch(t *testing.T) {
	each(t, func(w *world) {
		w.createBots(1)
		require.Equal(w, map[string]int64{"bot0": 1}, w.beat("a", 50*time.Millisecond))
		require.Eventually(w, func() bool {
			mine := w.beat("b", ttl)
			return mine["bot0"] == 2
		}, 5*time.Second, 10*time.Millisecond)
		require.Empty(w, w.beat("a", ttl))
	})
}

func TestANodeThatWasPausedGetsItsBotBackWithANewEpoch(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.expire("a")
		require.ErrorIs(w, w.SetScanMark(w.ctx, l, noon), relay.ErrFenced, "expired and not yet taken")
		require.Equal(w, map[string]int64{"a": l.Epoch + 1}, w.beat("node", ttl))
		require.ErrorIs(w, w.SetScanMark(w.ctx, l, noon), relay.ErrFenced)
	})
}

func TestABotThatNobodyTakesIsTakenAboveTheShare(t *testing.T) {
	each(t, func(w *world) {
		w.createBots(2)
		w.execute(`INSERT INTO msgbot_nodes (node, expires_at) VALUES ('idle', now() + interval '1 hour')`)
		held, share, err := w.Beat(w.ctx, "a", ttl)
		w.ok(err)
		require.Equal(w, 1, share)
		require.Len(w, held, 1)
		w.execute(`UPDATE msgbot_leases SET expires_at = now() - interval '61 seconds' WHERE node = ''`)
		held, share, err = w.Beat(w.ctx, "a", ttl)
		w.ok(err)
		require.Equal(w, 1, share)
		require.Len(w, held, 2)
	})
}

func TestAReleasedBotIsFreeAtOnce(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		w.ok(w.Release(w.ctx, "somebody else", l))
		w.ok(w.SetScanMark(w.ctx, l, noon))
		w.ok(w.Release(w.ctx, "node", l))
		require.ErrorIs(w, w.SetScanMark(w.ctx, l, noon), relay.ErrFenced)
		require.Equal(w, map[string]int64{"a": l.Epoch + 1}, w.beat("b", ttl))
	})
}

func TestANodeThatLeavesFreesItsBotsAndCountsNoMore(t *testing.T) {
	each(t, func(w *world) {
		w.createBots(4)
		w.beat("a", ttl)
		w.beat("b", ttl)
		require.Len(w, w.beat("a", ttl), 2)
		w.ok(w.Leave(w.ctx, "a"))
		require.Len(w, w.beat("b", ttl), 4)
	})
}

func TestATakeoverDoesNotOvertakeAWriteOfTheOldOwner(t *testing.T) {
	each(t, func(w *world) {
		old := w.bot("a")
		c := w.thread(old, "1")
		row := w.update("a", "1", "1")
		tx, err := w.raw.BeginTx(w.ctx, nil)
		w.ok(err)
		defer func() { _ = tx.Rollback() }()
		var blocker int
		w.ok(tx.QueryRowContext(w.ctx, `SELECT pg_backend_pid() FROM msgbot_conversations FOR UPDATE`).Scan(&blocker))
		written := make(chan error)
		go func() {
			_, err := w.FinishUpdates(w.ctx, old, []relay.Finished{finishedAs(row, c, "p1")})
			written <- err
		}()
		require.Eventually(w, func() bool {
			return w.count(`SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))`, blocker) > 0
		}, 4*time.Second, 5*time.Millisecond, "the write is under way")

		require.Len(w, w.beat("node", ttl), 1, "a renewal does not wait for writes")
		w.expire("a")
		require.Empty(w, w.beat("b", ttl), "a takeover does")
		w.ok(tx.Rollback())
		w.ok(<-written)
		require.Len(w, w.beat("b", ttl), 1)
	})
}

func TestWritesUnderALostLeaseWriteNothing(t *testing.T) {
	each(t, func(w *world) {
		old := w.bot("a")
		c := w.thread(old, "1")
		row := w.update("a", "e1", "1")
		w.record(old, sending(c, "p1", 1), sending(c, "sent", 1))
		w.end(old, "sent", outcomeSent("x"))
		w.expire("a")
		w.execute(`UPDATE msgbot_conversations SET mode = 'human', keyboard = 'x', waiting_since = now(), no_answer_at = now()`)
		w.beat("b", ttl)
		before := dump(w)
		for name, write := range map[string]func() error{
			"AddPolled": func() error {
				_, err := w.AddPolled(w.ctx, old, []messenger.Update{{EventID: "e2"}}, 7)
				return err
			},
			"FinishUpdates": func() error {
				f := answered(finishedAs(row, c, "p2"), c, saying("auto"))
				f.Auto.Rules, f.Auto.RemoveKeyboard = []string{"r1"}, true
				_, err := w.FinishUpdates(w.ctx, old, []relay.Finished{f})
				return err
			},
			"DeferUpdate": func() error { return w.DeferUpdate(w.ctx, old, row.ID, noon, "") },
			"PurgeInbox":  func() error { return w.PurgeInbox(w.ctx, old, time.Now()) },
			"StartThread": func() error {
				return w.StartThread(w.ctx, old, c.ID, conversation.Thread{RootPostID: "other"}, noon)
			},
			"CloseIdle":   func() error { _, err := w.CloseIdle(w.ctx, old, time.Now()); return err },
			"SetScanMark": func() error { return w.SetScanMark(w.ctx, old, noon) },
			"RecordReplies": func() error {
				_, err := w.RecordReplies(w.ctx, old, []relay.Reply{sending(c, "p3", 3)}, true)
				return err
			},
			"BindAlbum":   func() error { return w.BindAlbum(w.ctx, old, []int64{row.ID}, "p4") },
			"KeepVersion": func() error { return w.KeepVersion(w.ctx, old, relay.Version{PostID: "sent", At: noon}) },
			"Receipt":     func() error { return w.Receipt(w.ctx, old, c.ID, "x", conversation.Seen, "") },
			"RecordReactions": func() error {
				return w.RecordReactions(w.ctx, old, []relay.Reaction{{PostID: "sent", ConversationID: c.ID, Name: "👍"}})
			},
			"MigrateChat":   func() error { return w.MigrateChat(w.ctx, old, "a", "1", "2") },
			"LoseSends":     func() error { _, err := w.LoseSends(w.ctx, old); return err },
			"RaiseTimers":   func() error { _, err := w.RaiseTimers(w.ctx, old); return err },
			"DropKeyboards": func() error { _, err := w.DropKeyboards(w.ctx, old); return err },
			"BeginSend":     func() error { _, _, err := w.BeginSend(w.ctx, old, w.outboxID("p1")); return err },
		} {
			require.ErrorIs(w, write(), relay.ErrFenced, name)
			require.Equal(w, before, dump(w), name)
		}
	})
}

// dump is all that the tables hold.
func dump(w *world) string {
	w.Helper()
	var all string
	w.ok(w.raw.QueryRowContext(w.ctx, `SELECT concat(
		(SELECT json_agg(t ORDER BY id) FROM msgbot_inbox t), (SELECT json_agg(t ORDER BY id) FROM msgbot_conversations t),
		(SELECT json_agg(t ORDER BY root_post_id) FROM msgbot_threads t), (SELECT json_agg(t ORDER BY post_id) FROM msgbot_messages t),
		(SELECT json_agg(t ORDER BY external_id) FROM msgbot_parts t), (SELECT json_agg(t ORDER BY id) FROM msgbot_outbox t),
		(SELECT json_agg(t ORDER BY bot_id) FROM msgbot_leases t), (SELECT json_agg(t ORDER BY post_id) FROM msgbot_versions t),
		(SELECT json_agg(t ORDER BY rule_id) FROM msgbot_rule_hits t))`).Scan(&all))
	return all
}

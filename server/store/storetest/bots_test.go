// Bots, their credentials and their health.

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

func TestABotIsReadAsItWasStored(t *testing.T) {
	each(t, func(w *world) {
		second, first := testBot("b"), testBot("a")
		second.Name, first.Name = "Ωmega", "Alpha"
		first.Settings.ReopenWithin = conversation.Duration(90 * time.Minute)
		first.Paused, first.Kind, first.Mode = true, messenger.Viber, messenger.Polling
		w.ok(w.CreateBot(w.ctx, second, bots.Sealed{KeyID: "k", Data: []byte("\x00\xff")}))
		w.ok(w.CreateBot(w.ctx, first, bots.Sealed{}))
		all, err := w.Bots(w.ctx)
		w.ok(err)
		require.Equal(w, []conversation.Bot{first, second}, all)
		sealed, err := w.Credentials(w.ctx, "b")
		w.ok(err)
		require.Equal(w, bots.Sealed{KeyID: "k", Data: []byte("\x00\xff")}, sealed)
		_, err = w.Credentials(w.ctx, "nobody")
		require.ErrorIs(w, err, bots.ErrNotFound)
	})
}

func TestTheSameAccountIsConnectedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.CreateBot(w.ctx, testBot("a"), bots.Sealed{}))
		twin := testBot("b")
		twin.AccountID = testBot("a").AccountID
		require.ErrorIs(w, w.CreateBot(w.ctx, twin, bots.Sealed{}), bots.ErrExists)
		twin.Kind = messenger.Viber
		w.ok(w.CreateBot(w.ctx, twin, bots.Sealed{}))
		twin.Kind = messenger.Telegram
		_, err := w.UpdateBot(w.ctx, twin, nil)
		require.ErrorIs(w, err, bots.ErrExists)
	})
}

func TestABotIsChangedOnlyFromThePresentVersion(t *testing.T) {
	each(t, func(w *world) {
		b := testBot("a")
		w.ok(w.CreateBot(w.ctx, b, bots.Sealed{KeyID: "old", Data: []byte("old")}))
		b.Name = "New"
		version, err := w.UpdateBot(w.ctx, b, nil)
		w.ok(err)
		require.EqualValues(w, 2, version)
		_, err = w.UpdateBot(w.ctx, b, nil)
		require.ErrorIs(w, err, bots.ErrChanged)
		sealed, err := w.Credentials(w.ctx, "a")
		w.ok(err)
		require.Equal(w, "old", sealed.KeyID)

		b.Version = version
		_, err = w.UpdateBot(w.ctx, b, &bots.Sealed{KeyID: "new", Data: []byte("new")})
		w.ok(err)
		sealed, err = w.Credentials(w.ctx, "a")
		w.ok(err)
		require.Equal(w, bots.Sealed{KeyID: "new", Data: []byte("new")}, sealed)
		versions, err := w.Versions(w.ctx)
		w.ok(err)
		require.Equal(w, map[string]int64{"a": 3}, versions)
	})
}

func TestSettingsThatAnOlderVersionDidNotKnowGetDefaults(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.CreateBot(w.ctx, testBot("a"), bots.Sealed{}))
		w.execute(`UPDATE msgbot_bots SET settings = '{"agent_name": "full"}'`)
		all, err := w.Bots(w.ctx)
		w.ok(err)
		want := conversation.DefaultSettings()
		want.AgentName = conversation.NameFull
		require.Equal(w, want, all[0].Settings)
	})
}

func TestNodesThatStartTogetherAgreeOnOneKey(t *testing.T) {
	each(t, func(w *world) {
		keys := make([]string, 8)
		together(len(keys), func(i int) {
			key, err := w.EnsureKey(w.ctx, []byte(fmt.Sprint("key", i)))
			w.ok(err)
			keys[i] = string(key)
		})
		for _, key := range keys {
			require.Equal(w, keys[0], key)
		}
	})
}

func TestARemovedBotLeavesNothing(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.update("a", "e1", "1")
		w.record(l, sending(c, "p1", 1))
		w.end(l, "p1", outcomeSent("x1"))
		w.ok(w.SaveChecks(w.ctx, "a", []bots.Check{{Name: "token"}}))
		w.ok(w.AddExchanges(w.ctx, "a", []messenger.Exchange{{At: noon}}))
		w.finish(l, w.decided(c, func(a *relay.AutoAnswer) { saying("auto")(a); a.Rules = []string{"r1"} }))
		w.savesRules("a", 0, aRule("r1"))
		_, err := w.SaveDraft(w.ctx, "a", "shop", "text", "ivan")
		w.ok(err)
		other := w.thread(w.bot("b"), "1")

		w.ok(w.RemoveBot(w.ctx, "a"))
		rows, err := w.raw.QueryContext(w.ctx, `
			SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()
				AND column_name IN ('bot_id', 'conversation_id') GROUP BY table_name`)
		w.ok(err)
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var table string
			w.ok(rows.Scan(&table))
			left := w.count(`SELECT count(*) FROM ` + table + ` t WHERE to_jsonb(t) @> '{"bot_id": "a"}'
				OR to_jsonb(t) @> jsonb_build_object('conversation_id', '` + c.ID + `')`)
			require.Zero(w, left, table)
		}
		w.ok(rows.Err())
		require.Equal(w, other, w.conversation(other.ID))
		require.ErrorIs(w, w.RemoveBot(w.ctx, "a"), bots.ErrNotFound)
	})
}

func TestPoisonousTextIsCleaned(t *testing.T) {
	each(t, func(w *world) {
		const poison, harmless = "a\x00b\xed\xa0\x80c", "ab\uFFFDc"
		l := w.bot("a")
		c, err := w.Converse(w.ctx, "a", messenger.Chat{ID: "1", Title: poison}, messenger.Person{ID: "1", Name: poison})
		w.ok(err)
		require.Equal(w, harmless, c.Customer.Name)
		require.Equal(w, harmless, c.Chat.Title)
		reply := sending(c, "p1", 1)
		reply.Verdict.Text = poison
		w.record(l, reply)
		require.Equal(w, harmless, w.queued("a")[0].Text)
		w.ok(w.SaveChecks(w.ctx, "a", []bots.Check{{Name: "token", Detail: poison}}))
		checks, err := w.Checks(w.ctx, "a")
		w.ok(err)
		require.Equal(w, harmless, checks[0].Detail)
		_, err = w.AddUpdates(w.ctx, "a", []messenger.Update{{EventID: "e", Lane: poison, Raw: []byte(poison), Undecodable: poison}})
		w.ok(err)
		w.ok(w.AddExchanges(w.ctx, "a", []messenger.Exchange{{At: noon, Error: poison}}))
	})
}

func TestChecksReplaceTheEarlierOnes(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		none, err := w.Checks(w.ctx, "a")
		w.ok(err)
		require.Empty(w, none)
		w.ok(w.SaveChecks(w.ctx, "a", []bots.Check{{Name: "old", State: bots.OK}}))
		token := bots.Check{Name: "token", State: bots.Error, Detail: "Unauthorized", Since: noon, AlertPostID: "post"}
		backlog := bots.Check{Name: "backlog", State: bots.OK, Since: noon.Add(time.Microsecond)}
		w.ok(w.SaveChecks(w.ctx, "a", []bots.Check{token, backlog}))
		checks, err := w.Checks(w.ctx, "a")
		w.ok(err)
		require.Equal(w, []bots.Check{backlog, token}, checks)
		require.ErrorIs(w, w.SaveChecks(w.ctx, "nobody", checks), bots.ErrNotFound)
	})
}

func TestTheNewest200ExchangesAreKept(t *testing.T) {
	each(t, func(w *world) {
		w.bot("a")
		exchange := func(i int) messenger.Exchange {
			return messenger.Exchange{
				At: noon.Add(time.Duration(i) * time.Second), Direction: messenger.Outbound, Method: "sendMessage",
				Status: 200, Duration: 1234 * time.Microsecond, Error: fmt.Sprint(i),
			}
		}
		for batch := range 5 {
			var list []messenger.Exchange
			for i := range 70 {
				list = append(list, exchange(batch*70+i))
			}
			w.ok(w.AddExchanges(w.ctx, "a", list))
		}
		require.Equal(w, 200, w.count(`SELECT count(*) FROM msgbot_exchanges`))
		log, err := w.Exchanges(w.ctx, "a")
		w.ok(err)
		require.Len(w, log, 200)
		require.Equal(w, exchange(349), log[0])
		require.Equal(w, exchange(150), log[199])

		long := make([]messenger.Exchange, 300)
		for i := range long {
			long[i] = exchange(1000 + i)
		}
		w.ok(w.AddExchanges(w.ctx, "a", long))
		require.Equal(w, 200, w.count(`SELECT count(*) FROM msgbot_exchanges`))
		require.ErrorIs(w, w.AddExchanges(w.ctx, "nobody", log), bots.ErrNotFound)
	})
}

func TestDepthCountsWhatWaits(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		empty, err := w.Depth(w.ctx, "a")
		w.ok(err)
		require.Equal(w, bots.Depth{}, empty)
		oldest := w.update("a", "e1", "1")
		w.update("a", "e2", "1")
		_, err = w.AddUpdates(w.ctx, "a", []messenger.Update{{EventID: "e3", Raw: []byte("?"), Undecodable: "poll"}})
		w.ok(err)
		c := w.thread(l, "1")
		w.record(l, sending(c, "p1", 1), sending(c, "p2", 2), sending(c, "p3", 3))
		w.begin(l, "p1")
		w.end(l, "p2", outcomeSent("x"))
		depth, err := w.Depth(w.ctx, "a")
		w.ok(err)
		require.Equal(w, bots.Depth{Inbox: 2, Outbox: 2, Quarantined: 1, Oldest: oldest.ReceivedAt}, depth)
	})
}

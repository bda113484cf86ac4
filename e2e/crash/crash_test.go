// Package crash kills the plugin, the server and the database while people write, and counts the messages afterwards.
//
//	go test ./crash -run TestCrash -v -args -full -seed 7
package crash

import (
	"cmp"
	"context"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/crash/traffic"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world/worldtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

var (
	full = flag.Bool("full", false, "the whole kill test, some ten minutes; otherwise a short form of it")
	seed = flag.Uint64("seed", 0, "decides who writes and what is killed when; 0 draws one")
)

// size is how much is written and broken.
type size struct {
	talks, each int
	// kills of the plugin while it works and of one that is only just starting; kills of the server alone; stops of
	// PostgreSQL, one of them with a kill of the plugin; calls to a messenger whose answer never comes.
	kills, earlyKills, serverKills, fastStops, immediateStops, blackouts, silences int
	limit                                                                          time.Duration
}

var (
	short = size{
		talks: 6, each: 7, kills: 2, earlyKills: 2, serverKills: 1, immediateStops: 1, silences: 2, limit: 10 * time.Minute,
	}
	whole = size{
		talks: 20, each: 10, kills: 15, earlyKills: 5, serverKills: 2, fastStops: 1, immediateStops: 1, blackouts: 1,
		silences: 6, limit: 50 * time.Minute,
	}
)

// settleLimit is how long the end may take: the longest pause of anything is half a minute.
const settleLimit = 5 * time.Minute

func TestCrashesLoseAndDoubleNothing(t *testing.T) {
	size := short
	if *full {
		size = whole
	}
	seed := cmp.Or(*seed, rand.Uint64())
	t.Logf("seed %d", seed)
	began := time.Now()
	ctx := labtest.Context(t, size.limit)
	var w *world.World
	w = worldtest.Start(ctx, t, world.Options{
		Lab: lab.Options{Postgres: lab.PostgresOptions{Own: true}},
		Settings: map[string]any{
			"telegramapiurl": traffic.StartDistance(t, func() string { return w.TelegramCloud.URL }),
			"viberapiurl":    traffic.StartDistance(t, func() string { return w.ViberCloud.URL }),
		},
		TelegramOptions: []telegramtest.Option{telegramtest.WithRateLimits(), telegramtest.WithRetry(traffic.RetrySoon)},
		ViberOptions:    []vibertest.Option{vibertest.WithRetry(traffic.RetrySoon)},
	})
	bots := connect(ctx, t, w)
	writing := traffic.Start(ctx, w, traffic.Plan{
		Seed: seed, Bots: bots, Agents: w.Agents, Talks: size.talks, Each: size.each,
	})

	c := newChaos(t, w, bots, size, seed)
	c.run(ctx, writing)
	require.NoError(t, writing.Finish(ctx))
	settled, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	require.NoError(t, writing.Settle(settled))

	counts := writing.RequireExactlyOnce(settled, t)
	writing.RequireCards(settled, t)
	require.NotZero(t, counts.Unknown, "calls without an answer leave unknown replies")
	w.TelegramCloud.Heal()
	w.ViberCloud.Heal()
	pressed := writing.RequireUnknownShown(settled, t)
	worldtest.RequireNoViolations(t, w)
	t.Logf("%s", counts)
	t.Logf("sent anyway %d; plugin kills %d, server kills %d, PostgreSQL restarts %d; %d conversations, %s; seed %d",
		pressed, c.count[pluginKilled]+c.count[blackout], c.count[serverKilled], c.count[databaseStopped]+c.count[blackout],
		size.talks, time.Since(began).Round(time.Second), seed)
}

// connect connects one bot of every kind.
func connect(ctx context.Context, t *testing.T, w *world.World) []*world.Bot {
	t.Helper()
	webhook, err := w.Telegram(ctx, world.Webhook)
	require.NoError(t, err)
	viber, err := w.Viber(ctx)
	require.NoError(t, err)
	polling, err := w.Telegram(ctx, world.Polling)
	require.NoError(t, err)
	bots := []*world.Bot{webhook, viber, polling}
	require.NoError(t, w.AwaitOwned(ctx, bots...))
	return bots
}

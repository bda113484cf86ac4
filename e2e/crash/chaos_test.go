package crash

// What is broken, when, and how it is mended.

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/crash/traffic"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

const (
	// dealing is about how long the messages of one round are begun; the blow falls within a little more than that.
	dealing = 2 * time.Second
	// blowWithin is the time within which the blow falls.
	blowWithin = 2500 * time.Millisecond
	// mendLimit is for one try at getting the plugin to work again.
	mendLimit = time.Minute
	mendTries = 5
)

// chaos breaks things in rounds: messages are dealt, a blow falls at a random moment, and what is broken is mended.
type chaos struct {
	t      *testing.T
	w      *world.World
	bots   []*world.Bot
	rand   *rand.Rand
	rounds []round
	// count is how often each blow fell.
	count map[blowName]int
	// silenced counts the calls that were ordered to go without an answer.
	silenced int
}

// blowName names a blow in the report.
type blowName string

const (
	pluginKilled    blowName = "plugin killed"
	serverKilled    blowName = "server killed"
	databaseStopped blowName = "PostgreSQL stopped"
	// blackout is a plugin that is killed while PostgreSQL is away.
	blackout blowName = "PostgreSQL stopped and plugin killed"
)

// round is one blow.
type round struct {
	name blowName
	blow func(context.Context) error
	// dies says that the plugin's process ends by it, restart that it must be started again by hand.
	dies, restart bool
	// early blows fall on a plugin that is just starting and may own nothing yet.
	early bool
	// silent rounds begin with a call that is never answered.
	silent bool
}

func newChaos(t *testing.T, w *world.World, bots []*world.Bot, size size, seed uint64) *chaos {
	c := &chaos{t: t, w: w, bots: bots, rand: rand.New(rand.NewPCG(seed, 2)), count: map[blowName]int{}}
	add := func(n int, r round) {
		for range n {
			c.rounds = append(c.rounds, r)
		}
	}
	add(size.kills, round{name: pluginKilled, blow: c.killPlugin, dies: true, restart: true})
	add(size.earlyKills, round{name: pluginKilled, blow: c.killPlugin, dies: true, restart: true, early: true})
	add(size.serverKills, round{name: serverKilled, blow: c.killServer, dies: true})
	add(size.fastStops, round{name: databaseStopped, blow: c.stopDatabase(lab.Fast)})
	add(size.immediateStops, round{name: databaseStopped, blow: c.stopDatabase(lab.Immediate)})
	add(size.blackouts, round{name: blackout, blow: c.stopDatabase(lab.Fast, c.killPlugin), dies: true, restart: true})
	c.rand.Shuffle(len(c.rounds), func(i, j int) { c.rounds[i], c.rounds[j] = c.rounds[j], c.rounds[i] })
	for i := range size.silences {
		c.rounds[i*len(c.rounds)/size.silences].silent = true
	}
	return c
}

// run plays all rounds and leaves everything working.
func (c *chaos) run(ctx context.Context, writing *traffic.Traffic) {
	dead := map[string]bool{}
	for i, r := range c.rounds {
		if !r.early {
			c.awaitWorking(ctx, dead)
		}
		if r.silent {
			c.silence()
		}
		dealt := make(chan struct{})
		go func() {
			defer close(dealt)
			writing.Deal(ctx, writing.Left()/(len(c.rounds)-i), dealing)
		}()
		time.Sleep(time.Duration(c.rand.Int64N(int64(blowWithin))))
		require.NoError(c.t, r.blow(ctx), string(r.name))
		c.count[r.name]++
		<-dealt
		c.t.Logf("%2d of %d: %s", i+1, len(c.rounds), r.name)
		if r.dies {
			c.bury(ctx, dead)
		}
		c.mend(ctx, r.restart)
	}
	c.awaitWorking(ctx, dead)
}

// bury notes the names of the nodes that died.
func (c *chaos) bury(ctx context.Context, dead map[string]bool) {
	for _, bot := range c.bots {
		lease, err := c.w.Owner(ctx, bot.ID)
		require.NoError(c.t, err)
		dead[lease.Node] = true
	}
}

// awaitWorking waits until a living node owns every bot, and starts the plugin anew when that does not come.
func (c *chaos) awaitWorking(ctx context.Context, dead map[string]bool) {
	owned := func(ctx context.Context, bot *world.Bot) error {
		return lab.Eventually(ctx, "a living owner", func() (bool, error) {
			lease, err := c.w.Owner(ctx, bot.ID)
			return lease.Valid && !dead[lease.Node], err
		})
	}
	c.try(ctx, func(ctx context.Context) error {
		for _, bot := range c.bots {
			if err := owned(ctx, bot); err != nil {
				return err
			}
		}
		return nil
	})
}

// mend makes the plugin answer again. The server itself would restart a killed one at its next look, but only twice in
// an hour. What was only cut off from its database must come back by itself.
func (c *chaos) mend(ctx context.Context, restart bool) {
	if restart {
		c.try(ctx, func(ctx context.Context) error { return c.w.Admin.RestartPlugin(ctx, world.PluginID) })
		return
	}
	c.try(ctx, func(ctx context.Context) error { return c.w.Admin.AwaitPlugin(ctx, world.PluginID) })
}

// try does f within a limit, and again after a restart of the plugin: the server may look at its plugins in the very
// moment in which one was killed, and give it up.
func (c *chaos) try(ctx context.Context, f func(context.Context) error) {
	var err error
	for range mendTries {
		limited, cancel := context.WithTimeout(ctx, mendLimit)
		err = f(limited)
		cancel()
		if err == nil {
			return
		}
		c.t.Logf("the plugin is switched off and on: %v", err)
		limited, cancel = context.WithTimeout(ctx, mendLimit)
		_ = c.w.Admin.RestartPlugin(limited, world.PluginID) // f tells whether it helped
		cancel()
	}
	require.NoError(c.t, err)
}

func (c *chaos) killPlugin(ctx context.Context) error {
	return c.w.Server.KillPlugin(ctx, world.PluginID)
}

// killServer kills the server alone: its plugin must see that and end by itself.
func (c *chaos) killServer(ctx context.Context) error {
	if err := c.w.Server.Kill(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, mendLimit)
	defer cancel()
	err := lab.Eventually(limited, "the end of the orphan", func() (bool, error) {
		left, err := c.w.Server.PluginPIDs(world.PluginID)
		return len(left) == 0, err
	})
	if err != nil {
		return err
	}
	return c.w.Server.Start(ctx)
}

// stopDatabase takes PostgreSQL away for a moment; meanwhile are further blows in it.
func (c *chaos) stopDatabase(mode lab.StopMode, meanwhile ...func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := c.w.Postgres.Stop(mode); err != nil {
			return err
		}
		time.Sleep(time.Duration(c.rand.Int64N(int64(blowWithin))))
		for _, blow := range meanwhile {
			if err := blow(ctx); err != nil {
				return err
			}
		}
		return errors.Wrap(c.w.Postgres.Start(ctx), "starting PostgreSQL again")
	}
}

// silence makes the next call to one of the messengers in turn go without an answer: the message may have arrived or not.
func (c *chaos) silence() {
	c.silenced++
	arrived := c.rand.IntN(2) == 0
	if c.silenced%2 == 0 {
		c.w.TelegramCloud.Fail(telegramtest.Failure{Method: "sendMessage", Kind: telegramtest.Hang, Done: arrived})
		return
	}
	c.w.ViberCloud.Fail(vibertest.Failure{Method: "send_message", Hang: true, Done: arrived})
}

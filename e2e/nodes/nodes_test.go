// Package nodes runs two servers on one database and kills the owners of bots while people write.
//
//	go test ./nodes -run TestNodes -v -args -full -seed 7
package nodes

import (
	"cmp"
	"context"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pkg/errors"
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
	full = flag.Bool("full", false, "the whole two-node test, some minutes; otherwise a short form of it")
	seed = flag.Uint64("seed", 0, "decides who writes when and when an owner is killed; 0 draws one")
)

// size is how much is written and how often an owner is killed.
type size struct {
	talks, each, kills int
	limit              time.Duration
}

var (
	short = size{talks: 6, each: 7, kills: 1, limit: 10 * time.Minute}
	whole = size{talks: 20, each: 10, kills: 6, limit: 30 * time.Minute}
)

const (
	// takeover is the longest time, from the kill of an owner, until another node owns its bots.
	takeover = 20 * time.Second
	// dealing is about how long the messages of one round are begun; the blow falls within that.
	dealing = 2 * time.Second
	// settleLimit is how long the end may take: the longest pause of anything is half a minute.
	settleLimit = 5 * time.Minute
)

func TestNodesShareBotsAndTakeOverFromADeadServer(t *testing.T) {
	size := short
	if *full {
		size = whole
	}
	seed := cmp.Or(*seed, rand.Uint64())
	t.Logf("seed %d", seed)
	began := time.Now()
	ctx := labtest.Context(t, size.limit)
	c := startCluster(ctx, t)
	writing := traffic.Start(ctx, c.World, traffic.Plan{
		Seed: seed, Bots: c.bots, Talks: size.talks, Each: size.each,
		Agents: []*lab.Session{c.Agents[0], c.Agents[0].On(c.nodes[1].Server)},
	})

	dice := rand.New(rand.NewPCG(seed, 2))
	var longest time.Duration
	for turn := range size.kills {
		c.awaitOneEach(ctx, t)
		// Once while both work, and once while one is being killed.
		writing.Deal(ctx, writing.Left()/(size.kills-turn+1)/2, dealing)
		dealt := make(chan struct{})
		go func() {
			defer close(dealt)
			writing.Deal(ctx, writing.Left()/(size.kills-turn+1), dealing)
		}()
		time.Sleep(time.Duration(dice.Int64N(int64(dealing))))
		took := c.killAndAwaitTakeover(ctx, t, c.nodes[turn%2], c.nodes[1-turn%2])
		longest = max(longest, took)
		t.Logf("kill %d of %d: the other node owns all bots after %s", turn+1, size.kills, took.Round(10*time.Millisecond))
		<-dealt
		c.nodes[turn%2].revive(ctx, t)
	}
	c.awaitOneEach(ctx, t)
	require.NoError(t, writing.Finish(ctx))
	settled, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	require.NoError(t, writing.Settle(settled))

	counts := writing.RequireExactlyOnce(settled, t)
	writing.RequireCards(settled, t)
	pressed := writing.RequireUnknownShown(settled, t)
	worldtest.RequireNoViolations(t, c.World)
	passed := c.balancer.counts()
	require.NotContains(t, passed, 0, "both nodes took webhooks")
	t.Logf("%s", counts)
	t.Logf("sent anyway %d; webhook requests by node %v; owners killed %d, longest takeover %s; %s; seed %d", pressed,
		passed, size.kills, longest.Round(10*time.Millisecond), time.Since(began).Round(time.Second), seed)
}

// cluster is a world with a second node and two bots.
type cluster struct {
	*world.World
	balancer *balancer
	nodes    [2]*node
	bots     []*world.Bot
}

// startCluster brings both nodes up. They tell each other nothing: without a licence there are no cluster events.
func startCluster(ctx context.Context, t *testing.T) *cluster {
	t.Helper()
	front := startBalancer(t)
	c := &cluster{balancer: front}
	c.World = worldtest.Start(ctx, t, world.Options{
		Settings: map[string]any{
			"publicurl":      front.URL,
			"telegramapiurl": traffic.StartDistance(t, func() string { return c.TelegramCloud.URL }),
			"viberapiurl":    traffic.StartDistance(t, func() string { return c.ViberCloud.URL }),
		},
		TelegramOptions: []telegramtest.Option{telegramtest.WithRateLimits(), telegramtest.WithRetry(traffic.RetrySoon)},
		ViberOptions:    []vibertest.Option{vibertest.WithRetry(traffic.RetrySoon)},
	})
	front.add(t, c.Server.URL)
	telegram, err := c.Telegram(ctx, world.Webhook)
	require.NoError(t, err)
	viber, err := c.Viber(ctx)
	require.NoError(t, err)
	c.bots = []*world.Bot{telegram, viber}
	require.NoError(t, c.AwaitOwned(ctx, c.bots...))

	peer := labtest.StartPeer(ctx, t, c.Server)
	front.add(t, peer.URL)
	c.nodes = [2]*node{{Server: c.Server, admin: c.Admin}, {Server: peer, admin: c.Admin.On(peer)}}
	require.NoError(t, c.nodes[1].admin.AwaitPlugin(ctx, world.PluginID))
	return c
}

// owners are the names of the living processes that own the bots.
func (c *cluster) owners(ctx context.Context) ([]string, error) {
	var names []string
	for _, bot := range c.bots {
		lease, err := c.Owner(ctx, bot.ID)
		if err != nil {
			return nil, err
		}
		if !lease.Valid {
			return nil, errors.Errorf("nobody owns the %s bot", bot.Kind)
		}
		names = append(names, lease.Node)
	}
	return names, nil
}

// awaitOneEach waits until each node owns one bot.
func (c *cluster) awaitOneEach(ctx context.Context, t *testing.T) {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	require.NoError(t, lab.Eventually(limited, "a bot for each node", func() (bool, error) {
		names, err := c.owners(limited)
		return err == nil && names[0] != names[1], err
	}))
}

// killAndAwaitTakeover kills the server of one node, not its plugin, and returns how long it took until the other one
// owned both bots. The orphaned plugin must have ended by itself then.
func (c *cluster) killAndAwaitTakeover(ctx context.Context, t *testing.T, victim, heir *node) time.Duration {
	t.Helper()
	before, err := c.owners(ctx)
	require.NoError(t, err)
	killed := time.Now()
	require.NoError(t, victim.Kill())
	limited, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	var took time.Duration
	require.NoError(t, lab.Eventually(limited, "the takeover", func() (bool, error) {
		names, err := c.owners(limited)
		took = time.Since(killed)
		return err == nil && names[0] == names[1], err
	}))
	after, err := c.owners(ctx)
	require.NoError(t, err)
	require.Subset(t, before, after, "the heir worked before")
	require.Less(t, took, takeover, "from the kill until the other node owns the bots")
	orphans, err := victim.PluginPIDs(world.PluginID)
	require.NoError(t, err)
	require.Empty(t, orphans, "the plugin of a killed server ends by itself")
	alive, err := heir.PluginPIDs(world.PluginID)
	require.NoError(t, err)
	require.Len(t, alive, 1)
	return took
}

// node is a server with the administrator on it.
type node struct {
	*lab.Server
	admin *lab.Session
}

// revive starts a killed server again and waits for its plugin.
func (n *node) revive(ctx context.Context, t *testing.T) {
	t.Helper()
	require.NoError(t, n.Start(ctx))
	require.NoError(t, n.admin.AwaitPlugin(ctx, world.PluginID))
}

package nodes

// Timers of automatic answers when the node that keeps them dies.

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world/worldtest"
)

const (
	// waits is the timer of the rule, waiting how many customers of each bot wait for an answer.
	waits   = 10 * time.Minute
	waiting = 12
	// apart is how long one timer runs out after the other: the node dies in the middle of them.
	apart = 300 * time.Millisecond
)

func TestATimerWhoseNodeDiesIsHeardOnceFromTheOther(t *testing.T) {
	ctx := labtest.Context(t, 10*time.Minute)
	c := startCluster(ctx, t)
	c.awaitOneEach(ctx, t)
	const asked = "Ще трохи, будь ласка."
	for _, bot := range c.bots {
		_, err := c.Plugin.AddRule(ctx, bot.ID, world.Rule{
			Name: "Чекайте", Enabled: true, When: "always", Texts: map[string]string{"uk": asked},
			Trigger: world.Trigger{Kind: "noanswer", After: waits.String()},
		})
		require.NoError(t, err)
		// Who asks a node makes it look what others changed.
		_, err = world.NewClient(c.nodes[1].admin).Simulate(ctx, bot.ID, world.Trial{Text: "x"})
		require.NoError(t, err)
	}
	var customers []*world.Customer
	var ids []string
	for i := range waiting * len(c.bots) {
		customer := c.bots[i%len(c.bots)].NewCustomer(fmt.Sprintf("Покупець %d", i))
		customer.Says("Добрий день")
		customers = append(customers, customer)
	}
	for _, customer := range customers {
		conversation, err := c.AwaitConversation(ctx, customer)
		require.NoError(t, err)
		ids = append(ids, conversation.ID)
	}
	require.NoError(t, c.AwaitIdle(ctx))
	for i, id := range ids {
		runs, err := c.Timed(ctx, id)
		require.NoError(t, err)
		require.True(t, runs, "%s", customers[i].Name)
		require.NoError(t, c.Age(ctx, id, waits-time.Duration(i)*apart-time.Second))
	}
	require.NoError(t, lab.Eventually(ctx, "the first answers", func() (bool, error) { return answered(customers) >= waiting/2, nil }))
	took := c.killAndAwaitTakeover(ctx, t, c.nodes[1], c.nodes[0])

	// What the dead node was sending in its last moment may have arrived or not; nothing of it is sent again.
	require.NoError(t, lab.Eventually(ctx, "the end of the timers", func() (bool, error) {
		for _, id := range ids {
			if runs, err := c.Timed(ctx, id); runs || err != nil {
				return false, err
			}
		}
		return true, nil
	}))
	require.NoError(t, c.AwaitIdle(ctx))
	lost := 0
	for i, customer := range customers {
		got := customer.Received()
		if len(got) == 0 {
			lost++
			require.Equal(t, "unknown", stateOfAuto(t, c, ids[i]), "%s got nothing, and nobody knows", customer.Name)
			continue
		}
		require.Len(t, got, 1, "%s was told twice", customer.Name)
		require.Equal(t, asked, got[0].Text)
		require.NotEmpty(t, stateOfAuto(t, c, ids[i]))
	}
	for _, bot := range c.bots {
		rules, err := c.Plugin.Rules(ctx, bot.ID)
		require.NoError(t, err)
		require.EqualValues(t, waiting, rules.Rules[0].Hits)
	}
	worldtest.RequireNoViolations(t, c.World)
	t.Logf("takeover after %s; %d of %d answers were cut off in the moment of the kill", took.Round(10*time.Millisecond), lost, len(customers))
}

// answered counts the customers who got an answer.
func answered(customers []*world.Customer) (n int) {
	for _, customer := range customers {
		if len(customer.Received()) > 0 {
			n++
		}
	}
	return n
}

// stateOfAuto is the state of the one automatic message of a conversation.
func stateOfAuto(t *testing.T, c *cluster, conversationID string) string {
	t.Helper()
	list, _, err := c.Plugin.Messages(t.Context(), conversationID, nil)
	require.NoError(t, err)
	state := ""
	for _, m := range list {
		if m.Direction == "auto" {
			require.Empty(t, state, "two automatic messages")
			state = m.State
		}
	}
	return state
}

// How fast replies go out: a storm on one bot, what the messenger tells to wait, and what waits when the plugin restarts.

package acceptance

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// enterAll makes so many customers of the bot write their first words at once.
func (s *scene) enterAll(bot *world.Bot, n int) []*stage {
	s.Helper()
	var all []*stage
	for range n {
		customer := s.customer(bot, fmt.Sprintf("Покупець %d", numbers.Add(1)))
		customer.Says("Добрий день!")
		all = append(all, &stage{scene: s, customer: customer, tg: customer.AtTelegram, viber: customer.AtViber})
	}
	s.worksOff(bot)
	for _, k := range all {
		k.c = s.conversation(k.customer)
	}
	return all
}

// reply is the text of the n-th reply.
func reply(n int) string { return fmt.Sprintf("відповідь %d", n) }

func upTo(n int) []string {
	var texts []string
	for i := range n {
		texts = append(texts, reply(i))
	}
	return texts
}

// floods makes the agent write each customer so many replies, in turn.
func floods(all []*stage, each int) {
	for i := range each {
		for _, k := range all {
			k.replies(k.c, reply(i))
		}
	}
}

// acts pauses or resumes a bot.
func (s *scene) acts(bot *world.Bot, action string) {
	s.Helper()
	_, err := w.Plugin.BotAction(s.ctx, bot.ID, action)
	require.NoError(s, err)
}

// queued waits until so many replies of a bot wait.
func (s *scene) queued(bot *world.Bot, n int) {
	s.Helper()
	require.NoError(s, eventually(s.ctx, fmt.Sprintf("a queue of %d", n), func() bool { return s.status(bot).Outbox == n }))
}

func TestAStormOfRepliesOnOneBotDelaysNoOther(t *testing.T) {
	t.Parallel()
	const chats, each = 20, 10
	s := newScene(t)
	stormy, calm := s.telegram(world.Webhook, nil), s.enters(s.telegram(world.Webhook, nil))
	all := s.enterAll(stormy, chats)
	// They wait until all are written: the storm is as fast as the messenger lets it be, not as the test writes.
	s.acts(stormy, "pause")
	floods(all, each)
	s.queued(stormy, chats*each)
	s.acts(stormy, "resume")
	require.NoError(t, eventually(s.ctx, "the storm", func() bool { return len(stormy.AtTelegram.Sent()) > 0 }))
	post := calm.replies(calm.c, "Вітаю")
	calm.settles(calm.c, post, "sent")
	require.NotZero(t, s.status(stormy).Outbox, "the storm was over before")
	require.Less(t, calm.customer.Received()[0].At.Sub(time.UnixMilli(post.CreateAt)), 5*time.Second)
	require.NoError(t, lab.Eventually(s.ctx, "the end of the storm", func() (bool, error) { return s.status(stormy).Outbox == 0, nil }))
	for _, k := range all {
		k.reads(upTo(each)...)
		paced(k)
	}
}

// paced requires that no more than three messages were sent to a chat at once, and one each second on average.
func paced(k *stage) {
	k.Helper()
	const burst, late = 3, 200 * time.Millisecond
	calls := k.calls("sendMessage")
	for i := burst; i < len(calls); i++ {
		require.GreaterOrEqual(k, calls[i].At.Sub(calls[i-burst].At), time.Second-late)
	}
}

func TestCase40WhenASecondChatIsToldToWaitTheWholeBotDoes(t *testing.T) {
	t.Parallel()
	const wait = 4 * time.Second
	s := newScene(t)
	all := s.enterAll(s.telegram(world.Webhook, nil), 3)
	for _, k := range all[:2] {
		k.failing("sendMessage", telegramtest.Failure{RetryAfter: int(wait / time.Second)})
		k.replies(k.c, "один")
	}
	refusals := func() (at []time.Time) {
		for _, k := range all[:2] {
			if calls := k.calls("sendMessage"); len(calls) > 0 {
				at = append(at, calls[0].At)
			}
		}
		return at
	}
	require.NoError(t, eventually(s.ctx, "both refusals", func() bool { return len(refusals()) == 2 }))
	all[2].replies(all[2].c, "один")
	for _, k := range all {
		k.reads("один")
	}
	second := slices.MaxFunc(refusals(), time.Time.Compare)
	require.GreaterOrEqual(t, all[2].calls("sendMessage")[0].At.Sub(second), wait)
}

// Not parallel: it restarts the plugin.
func TestWhatWaitsForABotSurvivesARestartAndGoesOutInOrder(t *testing.T) {
	const chats, each = 6, 8
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	all := s.enterAll(bot, chats)
	s.acts(bot, "pause")
	floods(all, each)
	s.queued(bot, chats*each)

	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	require.NoError(t, w.AwaitOwned(s.ctx, bot))
	s.queued(bot, chats*each)
	require.Empty(t, bot.AtTelegram.Sent())
	s.acts(bot, "resume")
	require.NoError(t, eventually(s.ctx, "the first of them", func() bool { return len(bot.AtTelegram.Sent()) >= chats }))

	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	require.NotZero(t, s.status(bot).Outbox, "the queue was empty before the second restart")
	for _, k := range all {
		k.reads(upTo(each)...)
		require.Empty(t, k.lines(k.c.RootPostID))
	}
	s.queued(bot, 0)
}

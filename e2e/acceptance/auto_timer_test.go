// The timer for an answer that did not come: once per waiting period, whatever happens meanwhile.

package acceptance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// askedToWait is what the usual rule says when nobody answered for ten minutes.
const askedToWait = "Ще трохи, будь ласка."

func TestAutoNoAnswerIsSaidOncePerWaitingPeriod(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		s.ruled(bot, usualRules()[3])
		c := s.chatter(bot, "Оксана")
		c.writes("Добрий день", "")
		c.passes(9 * time.Minute)
		c.writes("Є хто?", "")
		require.True(s, c.timed())
		c.passes(time.Minute + time.Second)
		c.gets(askedToWait)
		c.passes(20 * time.Minute)
		c.writes("Ну ж бо", "")
		require.False(s, c.timed())

		conversation := s.conversation(c.customer)
		s.settles(conversation, s.replies(conversation, "Слухаю"), "sent", "delivered", "seen")
		c.gets("Слухаю")
		c.writes("Дякую, а ще одне", "")
		require.True(s, c.timed(), "another waiting period")
		c.passes(10*time.Minute + time.Second)
		c.gets(askedToWait)
		c.shows(automatically("Чекайте", askedToWait), automatically("Чекайте", askedToWait))
		require.EqualValues(s, 2, s.hits(bot)["Чекайте"])
	})
}

func TestAutoSituationAwayAndNoAnswerTogether(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		s.ruled(bot, usualRules()[2], usualRules()[3])
		s.keeps(bot, closedNow())
		c := s.chatter(bot, "Оксана")
		c.writes("Є хто?", "Відповімо завтра о 10:00.")
		require.False(s, c.timed(), "he knows that nobody is there")
		c.writes("Агов", "")
		require.False(s, c.timed())

		// The team comes in earlier: only who was not told waits in vain.
		s.keeps(bot, world.Hours{Zone: kyiv})
		other := s.chatter(bot, "Тарас")
		other.writes("Є хто?", "")
		require.True(s, other.timed())
		c.writes("То ви тут?", "")
		require.False(s, c.timed())
		other.passes(10*time.Minute + time.Second)
		other.gets(askedToWait)
		c.getsNothing()
	})
}

func TestAutoAnAgentWhoRepliesInTimeStopsTheTimer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[3])
	c := s.chatter(bot, "Оксана")
	c.writes("Добрий день", "")
	require.True(t, c.timed())
	conversation := s.conversation(c.customer)
	s.settles(conversation, s.replies(conversation, "Слухаю"), "sent")
	c.gets("Слухаю")
	require.False(t, c.timed())
	c.passes(time.Hour)
	c.getsNothing()
}

// Not parallel: it kills the plugin.
func TestAutoATimerGoesOnAfterACrashAndIsHeardOnce(t *testing.T) {
	s := newScene(t)
	telegram, viber := s.telegram(world.Webhook, nil), s.viber()
	var all []*chatter
	for _, bot := range []*world.Bot{telegram, viber} {
		s.ruled(bot, usualRules()[3])
		for range 5 {
			c := s.chatter(bot, "Оксана")
			c.writes("Добрий день", "")
			all = append(all, c)
		}
	}
	// Half of the timers run out about when the plugin comes back, the others while it is dead.
	for i, c := range all {
		require.True(t, c.timed())
		if i%2 == 0 {
			c.ages(10*time.Minute - 3*time.Second)
		}
	}
	require.NoError(t, w.Server.KillPlugin(s.ctx, world.PluginID))
	for i, c := range all {
		if i%2 == 1 {
			c.ages(10*time.Minute + time.Second)
		}
	}
	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	for _, c := range all {
		c.gets(askedToWait)
	}
	s.idle()
	for _, c := range all {
		c.getsNothing()
		c.shows(automatically("Чекайте", askedToWait))
		require.False(t, c.timed())
	}
	require.EqualValues(t, 5, s.hits(telegram)["Чекайте"])
	require.EqualValues(t, 5, s.hits(viber)["Чекайте"])
}

func TestAutoATimerThatRunsOutTooLateSaysWhyNothingWasSaid(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[3])
	c := s.chatter(bot, "Оксана")
	c.writes("Добрий день", "")
	c.passes(26 * time.Minute)
	s.line(s.conversation(c.customer).RootPostID, "more than 15 minutes too late")
	c.getsNothing()
}

func TestAutoATimerFollowsTheHoursThatChange(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, rule("Чекайте", world.Trigger{Kind: "noanswer", After: "10m"}, askedToWait, "A little more, please."))
	s.keeps(bot, closedNow())
	c := s.chatter(bot, "Оксана")
	c.writes("Є хто?", "")
	c.passes(11 * time.Minute)
	require.True(t, c.timed(), "until ten minutes after the opening")
	now, err := w.Plugin.Hours(s.ctx, bot.ID)
	require.NoError(t, err)
	now.Override.Open = true
	s.keeps(bot, now)
	c.gets(askedToWait)
	c.shows(automatically("Чекайте", askedToWait))
}

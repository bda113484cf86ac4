package relay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func TestWhoWaitsForTheBotLosesNothingOfHisChat(t *testing.T) {
	p := newPacer(messenger.Rates{
		PerChat: messenger.Rate{Every: time.Hour, Burst: 1}, PerBot: messenger.Rate{Every: time.Minute, Burst: 1},
	})
	first, second := messenger.Chat{ID: "1"}, messenger.Chat{ID: "2"}
	require.Zero(t, p.Take(first))
	for range 3 {
		wait := p.Take(second)
		require.Positive(t, wait)
		require.LessOrEqual(t, wait, time.Minute, "it waits for its chat, to which nothing was sent")
	}
	require.Greater(t, p.Take(first), time.Minute)
	require.LessOrEqual(t, p.Take(second), time.Minute, "who waits for his chat took from the bot")
}

func TestAGroupHasARateOfItsOwnAndNoLimitIsNone(t *testing.T) {
	p := newPacer(messenger.Rates{PerGroup: messenger.Rate{Every: time.Hour, Burst: 2}})
	group, person := messenger.Chat{ID: "1", Kind: messenger.Group}, messenger.Chat{ID: "2"}
	require.Zero(t, p.Take(group))
	require.Zero(t, p.Take(group))
	require.Positive(t, p.Take(group))
	for range 100 {
		require.Zero(t, p.Take(person))
	}
}

func TestWhatSendsNoMessageCountsForTheBotOnly(t *testing.T) {
	p := newPacer(messenger.Rates{
		PerChat: messenger.Rate{Every: time.Hour, Burst: 1}, PerBot: messenger.Rate{Every: time.Minute, Burst: 2},
	})
	require.Zero(t, p.TakeOfBot())
	require.Zero(t, p.Take(messenger.Chat{ID: "1"}), "nothing of the chat was used")
	wait := p.TakeOfBot()
	require.Positive(t, wait)
	require.LessOrEqual(t, wait, time.Minute)
}

func TestTakingButtonsAwayHoldsUpNoAnswer(t *testing.T) {
	onStage(t, func(s *stage) {
		s.rates = &messenger.Rates{PerChat: messenger.Rate{Every: time.Hour, Burst: 2}}
	}, func(s *stage) {
		s.reply("r1", "olena", "one")
		settleDown()
		s.store.mu.Lock()
		c := s.store.convs["conv-olena"]
		c.Mode, c.Keyboard = conversation.HumanMode, "m1"
		s.store.mu.Unlock()
		settleDown()
		s.reply("r2", "olena", "two")
		settleDown()
		require.Equal(t, []string{"one", "two"}, s.messenger.sent("olena"))
		require.Contains(t, s.methods(), `keyboard m1 ""`)
	})
}

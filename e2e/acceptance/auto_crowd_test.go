// Many customers inside one flow at once.

package acceptance

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// How many walk the flow at once, at each of two bots of Telegram and at one of Viber. msgbot sends 30 messages of a bot in
// a second at Telegram and 40 at Viber, which is most of the time that the walk takes.
const (
	crowdAtTelegram = 150
	crowdAtViber    = 200
	// crowdTime is how long they may take: more than a scene, should the machine be busy.
	crowdTime = 4 * time.Minute
)

// walker is one of them: what he does and what he has to get for it, and how far he is.
type walker struct {
	*chatter
	acts []func()
	want []string
	done int
}

func (s *scene) walker(bot *world.Bot, number int) *walker {
	c := s.chatter(bot, "Покупець")
	told := strconv.Itoa(number)
	return &walker{
		chatter: c,
		acts: []func(){
			func() { c.customer.Says("/menu") }, func() { c.taps("Номер") }, func() { c.customer.Says(told) }, func() { c.taps("Ціни") },
		},
		want: []string{"Меню", "Який номер?", "Дякуємо за " + told + "\n\nМеню", "Ціна 1"},
	}
}

// goesOn does the next thing once the answer to the last one is there, and tells whether he has them all.
func (p *walker) goesOn() (finished bool) {
	if len(p.customer.Received()) < p.done {
		return false
	}
	if p.done == len(p.acts) {
		return true
	}
	p.acts[p.done]()
	p.done++
	return false
}

// Not parallel: others would wait for their turn.
func TestAutoFiveHundredCustomersWalkAFlowAtOnce(t *testing.T) {
	s := newScene(t)
	s.ctx = labtest.Context(t, crowdTime)
	var crowd []*walker
	enter := func(bot *world.Bot, n int) {
		s.publishes(bot, "tour", tourFlow)
		for range n {
			crowd = append(crowd, s.walker(bot, 1000+len(crowd)))
		}
	}
	for range 2 {
		enter(s.telegram(world.Webhook, map[string]any{"keep_keyboard": true}), crowdAtTelegram)
	}
	enter(s.viber(), crowdAtViber)

	began := time.Now()
	for walking := len(crowd); walking > 0; {
		require.NoError(t, s.ctx.Err(), "%d of %d are still walking", walking, len(crowd))
		walking = 0
		for _, p := range crowd {
			if !p.goesOn() {
				walking++
			}
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Logf("%d customers got %d answers in %s", len(crowd), 4*len(crowd), time.Since(began).Round(time.Second))
	s.idle()
	for _, p := range crowd {
		require.Equal(t, p.want, received(p.customer))
	}

	rows, err := s.database().QueryContext(s.ctx, `
		SELECT rootid, count(*) FROM posts WHERE channelid = $1 AND props::jsonb ? '`+propAuto+`' GROUP BY rootid`, s.channel.Id)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	threads := map[string]int{}
	for rows.Next() {
		var root string
		var count int
		require.NoError(t, rows.Scan(&root, &count))
		require.Equal(t, 4, count, "automatic messages in thread %s", root)
		threads[root]++
	}
	require.NoError(t, rows.Err())
	require.Len(t, threads, len(crowd))
}

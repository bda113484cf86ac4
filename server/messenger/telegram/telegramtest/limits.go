// The rates at which the real server lets a bot send, https://core.telegram.org/bots/faq#broadcasting-to-users.

package telegramtest

import (
	"time"

	"golang.org/x/time/rate"
)

type limits struct {
	bot     *rate.Limiter
	webhook *rate.Limiter
	chats   map[int64]*rate.Limiter
}

func newLimits() *limits {
	return &limits{
		bot:     rate.NewLimiter(30, 30),
		webhook: rate.NewLimiter(1, 1),
		chats:   map[int64]*rate.Limiter{},
	}
}

// ofChat is a chat's limiter; groups have negative ids.
func (l *limits) ofChat(id int64) *rate.Limiter {
	if l.chats[id] == nil {
		if id < 0 {
			l.chats[id] = rate.NewLimiter(rate.Every(3*time.Second), 20)
		} else {
			l.chats[id] = rate.NewLimiter(1, 3)
		}
	}
	return l.chats[id]
}

// take takes one of each limiter, or says how long to wait and takes none.
func take(now time.Time, limiters ...*rate.Limiter) (wait time.Duration) {
	var taken []*rate.Reservation
	for _, l := range limiters {
		r := l.ReserveN(now, 1)
		taken = append(taken, r)
		wait = max(wait, r.DelayFrom(now))
	}
	if wait > 0 {
		for _, r := range taken {
			r.CancelAt(now)
		}
	}
	return wait
}

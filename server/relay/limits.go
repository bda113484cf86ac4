// How fast a bot may send: token buckets per chat and per bot, and what the messenger told us to wait.

package relay

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// pacer holds the token buckets of one bot. They live in the memory of its owner.
type pacer struct {
	rates messenger.Rates
	bot   *rate.Limiter

	mu    sync.Mutex
	chats map[string]*rate.Limiter
	// told is until when a chat was told to wait.
	told map[string]time.Time
}

func newPacer(rates messenger.Rates) *pacer {
	return &pacer{rates: rates, bot: limiter(rates.PerBot), chats: map[string]*rate.Limiter{}, told: map[string]time.Time{}}
}

func limiter(r messenger.Rate) *rate.Limiter {
	if r.Every <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Every(r.Every), r.Burst)
}

// Take takes the right to send one message to chat now, or tells how long to wait without taking it: what one bucket gave
// goes back when the other has nothing.
func (p *pacer) Take(chat messenger.Chat) time.Duration {
	now := time.Now()
	ofChat, ofBot := p.chat(chat).ReserveN(now, 1), p.bot.ReserveN(now, 1)
	wait := max(ofChat.DelayFrom(now), ofBot.DelayFrom(now))
	if wait > 0 {
		ofBot.CancelAt(now)
		ofChat.CancelAt(now)
	}
	return wait
}

// TakeOfBot is Take for a call that sends no message.
func (p *pacer) TakeOfBot() time.Duration {
	now := time.Now()
	r := p.bot.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

func (p *pacer) chat(chat messenger.Chat) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.chats[chat.ID]
	if !ok {
		p.forgetFull()
		l = limiter(p.rates.PerChat)
		if chat.Kind == messenger.Group {
			l = limiter(p.rates.PerGroup)
		}
		p.chats[chat.ID] = l
	}
	return l
}

// maxChats bounds the buckets kept; a full bucket is the same as none.
const maxChats = 4096

func (p *pacer) forgetFull() {
	if len(p.chats) < maxChats {
		return
	}
	now := time.Now()
	for id, l := range p.chats {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(p.chats, id)
		}
	}
}

// Told records that the messenger told chat to wait for d. It returns true when another chat was told the same and is
// still waiting: then it is the whole bot that is too fast.
func (p *pacer) Told(chat string, d time.Duration) (whole bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for id, until := range p.told {
		switch {
		case !now.Before(until):
			delete(p.told, id)
		case id != chat:
			whole = true
		}
	}
	p.told[chat] = now.Add(d)
	return whole
}

// getUpdates: the queue as a long poll, and who may hold it.

package telegramtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// What a poller is told when somebody else takes the updates; the texts are the real server's.
const (
	conflictWebhook = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
	conflictPolls   = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	conflictSet     = "Conflict: terminated by setWebhook request"
)

// maxPoll is the longest a poll is held.
const maxPoll = 50

// PollAsOther makes another program poll this bot from now on: every getUpdates is answered 409 until stop is called.
func (b *Bot) PollAsOther() (stop func()) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.polledByElse = true
	b.endPolls(conflictPolls)
	return func() {
		b.server.mu.Lock()
		defer b.server.mu.Unlock()
		b.polledByElse = false
	}
}

// Polled tells whether a getUpdates of this bot waits for updates now.
func (b *Bot) Polled() bool {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	return len(b.pollers) > 0
}

// endPolls ends the polls that wait; the caller holds mu.
func (b *Bot) endPolls(description string) {
	for _, poller := range b.pollers {
		poller <- *refuse(http.StatusConflict, "%s", description)
	}
	b.pollers = nil
}

func getUpdates(c call) (any, *apiError) {
	var p struct {
		Offset  int64 `json:"offset"`
		Limit   int   `json:"limit"`
		Timeout int   `json:"timeout"`
	}
	c.params.into(&p)
	if p.Limit < 1 || p.Limit > 100 {
		p.Limit = 100
	}
	ended, refusal := c.beginPoll(p.Offset)
	if refusal != nil {
		return nil, refusal
	}
	defer c.endPoll(ended)
	timeout := time.NewTimer(time.Duration(min(max(p.Timeout, 0), maxPoll)) * time.Second)
	defer timeout.Stop()
	for {
		updates, changed := c.take(p.Limit)
		if len(updates) > 0 {
			return updates, nil
		}
		select {
		case <-changed:
		case <-timeout.C:
			return updates, nil
		case refusal := <-ended:
			return nil, &refusal
		case <-c.gone:
			return updates, nil
		case <-c.server.ctx.Done():
			return updates, nil
		}
	}
}

// beginPoll confirms what is before offset and ends the polls of others.
func (c call) beginPoll(offset int64) (chan apiError, *apiError) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	switch {
	case c.bot.hook.url != "":
		return nil, refuse(http.StatusConflict, conflictWebhook)
	case c.bot.polledByElse:
		return nil, refuse(http.StatusConflict, conflictPolls)
	}
	if _, given := c.params["allowed_updates"]; given {
		c.bot.allowed = c.params.strings("allowed_updates")
	}
	c.bot.confirm(offset)
	c.bot.endPolls(conflictPolls)
	ended := make(chan apiError, 1)
	c.bot.pollers = append(c.bot.pollers, ended)
	c.server.notify()
	return ended, nil
}

func (c call) endPoll(ended chan apiError) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.bot.pollers = slices.DeleteFunc(c.bot.pollers, func(p chan apiError) bool { return p == ended })
}

// confirm forgets the updates before offset; a negative one keeps only that many of the last. An offset more than 10
// beyond the queue's end counts as none, as in the real server: that is what lets ids begin anew.
func (b *Bot) confirm(offset int64) {
	switch {
	case offset < 0:
		b.pending = b.pending[max(0, len(b.pending)+int(offset)):]
	case offset > 0 && offset <= b.nextUpdateID+10:
		b.pending = slices.DeleteFunc(b.pending, func(u *update) bool { return u.id < offset })
	}
}

// take is what waits now, and the channel that tells of the next change.
func (c call) take(limit int) ([]json.RawMessage, <-chan struct{}) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	updates := []json.RawMessage{}
	waiting := c.bot.deliverable()
	for _, u := range waiting[:min(limit, len(waiting))] {
		updates = append(updates, u.raw)
	}
	return updates, c.server.changed
}

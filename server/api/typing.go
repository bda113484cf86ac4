// Showing a customer that somebody writes.

package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// typingEvery is how often a customer is shown it: Telegram shows it for five seconds
// (https://core.telegram.org/bots/api#sendchataction).
const typingEvery = 4 * time.Second

// typing tells the messenger, unless it was told a moment ago or nothing could be sent to the customer now. That the
// messenger did not take it is no matter: the exchange log has it.
func (s *server) typing(r *http.Request, _ string, c conversation.Conversation) (answer, error) {
	bot, err := s.Bots.Bot(r.Context(), c.BotID)
	if err != nil {
		return answer{}, err
	}
	if bot.Paused || c.Status == conversation.Closed || c.Customer.Unreachable != "" || !s.typed.first(c.ID, typingEvery) {
		return shown(c), nil
	}
	err = s.Team.Typing(r.Context(), c.ID)
	var failed *messenger.Error
	if errors.As(err, &failed) {
		err = nil
	}
	return shown(c), err
}

// recent remembers for a moment what happened to what.
type recent struct {
	mu sync.Mutex
	at map[string]time.Time
}

// first tells whether nothing happened to id within the given time, and notes that something does now.
func (r *recent) first(id string, within time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := make(map[string]time.Time, len(r.at)+1)
	for other, at := range r.at {
		if time.Since(at) < within {
			kept[other] = at
		}
	}
	r.at = kept
	if _, ok := kept[id]; ok {
		return false
	}
	kept[id] = time.Now()
	return true
}

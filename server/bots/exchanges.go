// The exchange log: what was said between msgbot and the messengers, without tokens and texts.

package bots

import (
	"context"
	"sync"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// keepExchanges is how many exchanges are kept per bot.
const keepExchanges = 200

// idlePoll is the method of asking for updates.
const idlePoll = "getUpdates"

// exchangeLog collects exchanges until they are stored.
type exchangeLog struct {
	mu    sync.Mutex
	lists map[string][]messenger.Exchange
}

func (l *exchangeLog) add(botID string, e messenger.Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lists[botID] = append(l.lists[botID], e)
	if over := len(l.lists[botID]) - keepExchanges; over > 0 {
		l.lists[botID] = l.lists[botID][over:]
	}
}

func (l *exchangeLog) take() map[string][]messenger.Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	lists := l.lists
	l.lists = map[string][]messenger.Exchange{}
	return lists
}

// Observe remembers one exchange of a bot. It never blocks. Polls that went well are left out: they would push out all
// else within hours.
func (s *Service) Observe(botID string, e messenger.Exchange) {
	if e.Method == idlePoll && e.Error == "" {
		return
	}
	s.exchanges.add(botID, e)
}

// Exchanges returns a bot's log, newest first.
func (s *Service) Exchanges(ctx context.Context, botID string) ([]messenger.Exchange, error) {
	s.flushExchanges(ctx)
	return s.store.Exchanges(ctx, botID)
}

// flushExchanges stores what was collected. What cannot be stored is lost: it is a log.
func (s *Service) flushExchanges(ctx context.Context) {
	for botID, list := range s.exchanges.take() {
		if err := s.store.AddExchanges(ctx, botID, list); err != nil && !errors.Is(err, ErrNotFound) {
			s.log.Warn("The exchange log cannot be stored", "bot_id", botID, "error", err.Error())
		}
	}
}

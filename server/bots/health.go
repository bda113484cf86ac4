// The health watch: what is wrong with a bot, said in words, and told to the team when it begins.

package bots

import (
	"context"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/sync/singleflight"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// watchEvery is how often each bot's messenger is asked.
	watchEvery = 2 * time.Minute
	// reuseHealth is how long an answer serves who asks.
	reuseHealth = 10 * time.Second
	// healthTimeout bounds the questions of one look.
	healthTimeout = 15 * time.Second
	// pollConflicts is how many polls in a row must be refused before another program is suspected: one may be our own
	// predecessor's that has not ended yet.
	pollConflicts = 2
)

// Health is a bot's state with the checks it comes from.
type Health struct {
	State  State
	Checks []Check
	// At is when the messenger was asked.
	At time.Time
}

// watch remembers when each bot was looked at, and what its polls came to.
type watch struct {
	mu        sync.Mutex
	next      map[string]time.Time
	last      map[string]Health
	conflicts map[string]int
	// looking makes those who ask for a bot at once share one answer.
	looking singleflight.Group
}

func newWatch() *watch {
	return &watch{next: map[string]time.Time{}, last: map[string]Health{}, conflicts: map[string]int{}}
}

// soon makes a bot's next look due.
func (w *watch) soon(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.next, id)
	delete(w.last, id)
}

// forget does the same and forgets conflicts: the bot was just registered again.
func (w *watch) forget(id string) {
	w.mu.Lock()
	delete(w.conflicts, id)
	w.mu.Unlock()
	w.soon(id)
}

// due tells whether it is time to look at a bot, and notes the look.
func (w *watch) due(id string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Before(w.next[id]) {
		return false
	}
	w.next[id] = now.Add(watchEvery)
	return true
}

// Refused is told by the relay that the messenger refused the bot's token.
func (s *Service) Refused(botID string, _ *messenger.Error) { s.watch.soon(botID) }

// Polled is told by the relay how a poll went; nil for well.
func (s *Service) Polled(botID string, failure *messenger.Error) {
	conflict := failure != nil && failure.Class == messenger.Conflict
	s.watch.mu.Lock()
	before := s.watch.conflicts[botID]
	if conflict {
		s.watch.conflicts[botID] = before + 1
	} else if failure == nil {
		delete(s.watch.conflicts, botID)
	}
	s.watch.mu.Unlock()
	if (conflict && before+1 == pollConflicts) || (failure == nil && before >= pollConflicts) {
		s.watch.soon(botID)
	}
}

// Watch looks at the bots this node owns until ctx ends, keeps the registry fresh and stores the exchange log.
func (s *Service) Watch(ctx context.Context, owns func() []string) {
	for ctx.Err() == nil {
		s.watchOnce(ctx, owns)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// watchOnce is one round of Watch. A panic ends this round and nothing else.
func (s *Service) watchOnce(ctx context.Context, owns func() []string) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("A panic", "where", "watch", "stack", string(debug.Stack()))
		}
	}()
	if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("The bots cannot be read", "error", err.Error())
	}
	s.flushExchanges(ctx)
	for _, id := range owns() {
		if !s.watch.due(id, time.Now()) {
			continue
		}
		if _, err := s.look(ctx, id); err != nil && !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
			s.log.Warn("The health of a bot cannot be told", "bot_id", id, "error", err.Error())
		}
	}
}

// State is a bot's state by its stored checks. A bot that was removed a moment ago, as can happen to one of a list, is
// simply OK.
func (s *Service) State(ctx context.Context, id string) (State, error) {
	checks, err := s.store.Checks(ctx, id)
	bot, _ := s.Known(id)
	return worst(bot, checks), err
}

// Health asks the messenger now, or reuses an answer that is at most 10 s old.
func (s *Service) Health(ctx context.Context, id string) (Health, error) {
	if last, ok := s.watch.recent(id); ok {
		return last, nil
	}
	return s.look(ctx, id)
}

// recent is an answer that still serves.
func (w *watch) recent(id string) (Health, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, ok := w.last[id]
	return last, ok && time.Since(last.At) < reuseHealth
}

// look asks, stores and tells; who asks meanwhile gets the same answer.
func (s *Service) look(ctx context.Context, id string) (Health, error) {
	answer, err, _ := s.watch.looking.Do(id, func() (any, error) { return s.lookAlone(context.WithoutCancel(ctx), id) })
	return answer.(Health), err
}

func (s *Service) lookAlone(ctx context.Context, id string) (Health, error) {
	bot, err := s.Bot(ctx, id)
	if err != nil {
		return Health{}, err
	}
	before, err := s.store.Checks(ctx, id)
	if err != nil {
		return Health{}, err
	}
	asking, cancel := context.WithTimeout(ctx, healthTimeout)
	checks := s.examine(asking, bot)
	cancel()
	checks = carryOver(before, checks, time.Now())
	if err := s.store.SaveChecks(ctx, id, checks); err != nil {
		return Health{}, err
	}
	if s.tell(ctx, bot, before, checks) {
		if err := s.store.SaveChecks(ctx, id, checks); err != nil {
			return Health{}, err
		}
	}
	h := Health{State: worst(bot, checks), Checks: checks, At: time.Now()}
	s.watch.mu.Lock()
	s.watch.last[id] = h
	s.watch.mu.Unlock()
	return h, nil
}

// carryOver keeps since when a check is in its state, and the alert that told of it. What could not be examined this time,
// because the messenger did not answer, stays as it was.
func carryOver(before, now []Check, at time.Time) []Check {
	known := map[string]Check{}
	for _, c := range before {
		known[c.Name] = c
	}
	for i := range now {
		now[i].Since = at
		if old, ok := known[now[i].Name]; ok && old.State == now[i].State {
			now[i].Since, now[i].AlertPostID = old.Since, old.AlertPostID
		}
		delete(known, now[i].Name)
	}
	if slices.ContainsFunc(now, func(c Check) bool { return c.Name == checkWebhook || c.Name == checkPolling }) {
		return now
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		now = append(now, known[name])
	}
	return now
}

// tell posts an alert for each error that has none and resolves the alerts of errors that are over. It returns whether
// a check changed by it. Alerts have ids of their own making, so that telling twice shows one.
func (s *Service) tell(ctx context.Context, bot conversation.Bot, before, checks []Check) bool {
	changed := false
	for i, c := range checks {
		if c.State != Error || c.AlertPostID != "" {
			continue
		}
		takeBack := c.Name == checkWebhook || c.Name == checkPolling
		postID, err := s.desk.Alert(ctx, bot, c, takeBack)
		if err != nil {
			s.log.Warn("An alert cannot be posted", "bot_id", bot.ID, "check", c.Name, "error", err.Error())
			continue
		}
		checks[i].AlertPostID = postID
		changed = true
	}
	for _, old := range before {
		if old.AlertPostID == "" || stillBad(checks, old.Name) {
			continue
		}
		if err := s.desk.Resolve(ctx, bot, old); err != nil {
			s.log.Warn("An alert cannot be marked as over", "bot_id", bot.ID, "check", old.Name, "error", err.Error())
		}
	}
	return changed
}

func stillBad(checks []Check, name string) bool {
	for _, c := range checks {
		if c.Name == name {
			return c.State == Error
		}
	}
	return false
}

// worst is the state that a bot's checks come to.
func worst(bot conversation.Bot, checks []Check) State {
	state := OK
	for _, c := range checks {
		switch c.State {
		case Error:
			return Error
		case Warning:
			state = Warning
		}
	}
	if bot.Paused {
		return Paused
	}
	return state
}

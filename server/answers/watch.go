// Keeping the scripts of this node as the database has them, and handing out their arbiters.

package answers

import (
	"context"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const (
	// lookEvery is how often the versions of all scripts are compared, tellEvery how often the messengers' commands.
	lookEvery = 3 * time.Second
	tellEvery = 5 * time.Second
)

// Arbiter is that of a bot's present rules, hours, flows and settings; nil when it has neither rules nor hours and never had
// a flow that was published. It implements relay.Arbiters.
func (s *Service) Arbiter(botID string) relay.Arbiter {
	known := (*s.scripts.Load())[botID]
	if known == nil {
		return nil
	}
	bot, ok := s.o.Bots.Known(botID)
	if !ok {
		return nil
	}
	if arbiter := known.used.arbiter(traitsOf(bot)); arbiter != nil {
		return arbiter
	}
	return nil
}

// Problem says in words what is wrong with the stored script of a bot, empty for nothing. Broken says that a rule, a flow or
// the hours cannot be used at all, not only that something of it leads nowhere.
func (s *Service) Problem(botID string) (words string, broken bool) {
	if known := (*s.scripts.Load())[botID]; known != nil {
		return known.problem, known.broken
	}
	return "", false
}

// Refresh reads every script that changed since it was read, and forgets those that are gone.
func (s *Service) Refresh(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	versions, err := s.o.Store.ScriptVersions(ctx)
	if err != nil {
		return err
	}
	present := *s.scripts.Load()
	next := maps.Clone(present)
	maps.DeleteFunc(next, func(botID string, _ *script) bool { _, ok := versions[botID]; return !ok })
	var failed error
	for botID, version := range versions {
		if known, ok := present[botID]; ok && known.version == version {
			continue
		}
		if err := s.read(ctx, next, botID); err != nil {
			failed = err
		}
	}
	s.scripts.Store(&next)
	return failed
}

// load reads the script of one bot.
func (s *Service) load(ctx context.Context, botID string) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	next := maps.Clone(*s.scripts.Load())
	if err := s.read(ctx, next, botID); err != nil {
		return err
	}
	s.scripts.Store(&next)
	return nil
}

// read puts the stored script of a bot into next.
func (s *Service) read(ctx context.Context, next map[string]*script, botID string) error {
	stored, err := s.o.Store.Script(ctx, botID)
	if errors.Is(err, ErrNotFound) {
		delete(next, botID)
		return nil
	}
	if err != nil {
		return errors.Wrap(err, "read the script of a bot")
	}
	next[botID] = s.renewed(botID, stored, next[botID])
	return nil
}

// Wake lets Watch look at once.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Watch follows what other nodes change, and tells the messengers of the bots that this node owns their commands, until
// ctx ends.
func (s *Service) Watch(ctx context.Context, owns func() []string) {
	var all sync.WaitGroup
	all.Go(func() {
		s.rounds(ctx, lookEvery, s.wake, func() {
			if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Warn("The automatic answers cannot be read", "error", err.Error())
			}
		})
	})
	all.Go(func() {
		s.rounds(ctx, tellEvery, nil, func() { s.SyncCommands(ctx, owns()) })
	})
	all.Wait()
}

// rounds does something now, then again and again, and whenever it is woken.
func (s *Service) rounds(ctx context.Context, every time.Duration, woken <-chan struct{}, round func()) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		s.guarded(round)
		select {
		case <-ctx.Done():
		case <-woken:
		case <-ticker.C:
		}
	}
}

// guarded lets a panic end one round and nothing else.
func (s *Service) guarded(round func()) {
	defer func() {
		if p := recover(); p != nil {
			s.o.Log.Error("A panic", "where", "answers", "stack", string(debug.Stack()))
		}
	}()
	round()
}

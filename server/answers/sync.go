// Keeping the commands that messengers show in step with what answers.

package answers

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// tellTime bounds one call, tellAgain is the pause after one that failed.
	tellTime  = 10 * time.Second
	tellAgain = time.Minute
)

// told is what a messenger shows, as far as this process told it. It is not stored: who becomes the owner of a bot tells
// its messenger once more.
type told struct {
	lists map[string][]messenger.Command
	// notBefore is when the messenger may be told again.
	notBefore time.Time
}

// SyncCommands tells the messengers of these bots, which are all that this node owns, their commands where they changed
// since they were told, language by language. It makes no calls otherwise, nor for a bot that is paused, that has never had
// anything to answer with, or whose messenger shows no commands.
func (s *Service) SyncCommands(ctx context.Context, owned []string) {
	s.telling.Lock()
	defer s.telling.Unlock()
	maps.DeleteFunc(s.told, func(botID string, _ *told) bool { return !slices.Contains(owned, botID) })
	for _, botID := range owned {
		s.syncCommands(ctx, botID)
	}
}

func (s *Service) syncCommands(ctx context.Context, botID string) {
	bot, ok := s.o.Bots.Known(botID)
	known := (*s.scripts.Load())[botID]
	before := s.told[botID]
	if !ok || bot.Paused || known == nil && before == nil {
		return
	}
	if before == nil {
		before = &told{lists: map[string][]messenger.Command{}}
		s.told[botID] = before
	}
	if s.o.Now().Before(before.notBefore) {
		return
	}
	client, err := s.o.Bots.Messenger(botID)
	if err != nil {
		return // health says why
	}
	if commander, ok := client.(messenger.Commander); ok {
		s.tell(ctx, botID, commander, before)
	}
}

// tell makes the calls that bring a messenger up to date, until one has to be tried again later.
func (s *Service) tell(ctx context.Context, botID string, commander messenger.Commander, before *told) {
	wanted := s.Commands(botID)
	for _, language := range changed(before.lists, wanted) {
		call, cancel := context.WithTimeout(ctx, tellTime)
		err := commander.SetCommands(call, language, wanted[language])
		cancel()
		if failure := messenger.AsError(err); failure != nil {
			s.o.Log.Warn("The messenger does not take the commands of a bot", "bot_id", botID, "language", language, "error", failure.Error())
			if failure.Class != messenger.Rejected {
				before.notBefore = s.o.Now().Add(max(tellAgain, failure.After))
				return
			}
		}
		before.lists[language] = wanted[language]
	}
}

// changed are the languages whose lists differ, in their order.
func changed(before, wanted map[string][]messenger.Command) []string {
	both := maps.Clone(before)
	maps.Copy(both, wanted)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(both)), func(language string) bool {
		return slices.Equal(before[language], wanted[language])
	})
}

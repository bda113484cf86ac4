// Keeping the commands that messengers show in step with what answers.

package answers

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// tellTime bounds one call, tellAgain is the pause after one that failed.
	tellTime  = 10 * time.Second
	tellAgain = time.Minute
)

// told is what a messenger shows.
type told struct {
	// lists are stored: who becomes the owner of a bot goes on where the owner before ended, also where a language is to be
	// taken back. unsaved says that they changed since.
	lists   map[string][]messenger.Command
	unsaved bool
	// refused are those that the messenger did not take, notBefore is when it may be told again. Another owner tries anew.
	refused   map[string][]messenger.Command
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
		if err := s.syncCommands(ctx, botID); err != nil && ctx.Err() == nil {
			s.o.Log.Warn("What the messenger shows of a bot's commands cannot be read or stored", "bot_id", botID, "error", err.Error())
		}
	}
}

func (s *Service) syncCommands(ctx context.Context, botID string) error {
	bot, ok := s.o.Bots.Known(botID)
	if !ok || bot.Paused || (*s.scripts.Load())[botID] == nil {
		return nil
	}
	client, _ := s.o.Bots.Messenger(botID) // health says why there is none
	commander, ok := client.(messenger.Commander)
	if !ok {
		return nil
	}
	before, err := s.shown(ctx, botID)
	if err != nil {
		return err
	}
	if !s.o.Now().Before(before.notBefore) {
		s.tell(ctx, botID, commander, before)
	}
	if !before.unsaved {
		return nil
	}
	err = s.o.Store.SaveTold(ctx, botID, before.lists)
	before.unsaved = err != nil
	return errors.Wrap(err, "store the commands of a bot")
}

// shown is what the messenger of a bot shows.
func (s *Service) shown(ctx context.Context, botID string) (*told, error) {
	if known := s.told[botID]; known != nil {
		return known, nil
	}
	lists, err := s.o.Store.Told(ctx, botID)
	if err != nil {
		return nil, errors.Wrap(err, "read the commands of a bot")
	}
	if lists == nil {
		lists = map[string][]messenger.Command{}
	}
	s.told[botID] = &told{lists: lists, refused: map[string][]messenger.Command{}}
	return s.told[botID], nil
}

// tell makes the calls that bring a messenger up to date, until one has to be tried again later.
func (s *Service) tell(ctx context.Context, botID string, commander messenger.Commander, before *told) {
	wanted := s.Commands(botID)
	for _, language := range changed(before.lists, wanted) {
		list := wanted[language]
		if refused, ok := before.refused[language]; ok && slices.Equal(refused, list) {
			continue
		}
		call, cancel := context.WithTimeout(ctx, tellTime)
		err := commander.SetCommands(call, language, list)
		cancel()
		if failure := messenger.AsError(err); failure != nil {
			s.o.Log.Warn("The messenger does not take the commands of a bot", "bot_id", botID, "language", language, "error", failure.Error())
			if failure.Class != messenger.Rejected {
				before.notBefore = s.o.Now().Add(max(tellAgain, failure.After))
				return
			}
			before.refused[language] = list
			continue
		}
		delete(before.refused, language)
		before.lists[language], before.unsaved = list, true
		if len(list) == 0 {
			delete(before.lists, language)
		}
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

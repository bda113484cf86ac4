// The hours of a bot, as admins change them.

package answers

import (
	"context"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// Hours returns the hours of a bot; none were set when they are empty.
func (s *Service) Hours(ctx context.Context, botID string) (hours.Hours, error) {
	stored, err := s.stored(ctx, botID)
	return stored.Hours, err
}

// PutHours replaces the hours, if their version still is h.Version, and returns them with the new one.
func (s *Service) PutHours(ctx context.Context, botID string, h hours.Hours) (hours.Hours, error) {
	if _, ok := s.o.Bots.Known(botID); !ok {
		return h, ErrNotFound
	}
	if err := h.Validate(); err != nil {
		return h, err
	}
	version, err := s.o.Store.SaveHours(ctx, botID, h)
	if err != nil {
		return h, errors.Wrap(err, "save the hours of a bot")
	}
	h.Version = version
	s.after(ctx, botID)
	return h, nil
}

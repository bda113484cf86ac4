// Customers stay on the version of a flow that they began: it is read before the arbiter is asked.

package answers

import (
	"context"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// reader reads an earlier version of a flow, nil for one that is known no more.
type reader func(ctx context.Context, name string, version int) (*flow.Flow, error)

// informed is an arbiter that is told of the version that a customer is in. It implements relay.Arbiter.
type informed struct {
	*autoreply.Arbiter
	former reader
}

// Evaluate decides as autoreply.Arbiter does; Facts.Former is filled here. The error says that it could not be read now.
func (a *informed) Evaluate(ctx context.Context, f autoreply.Facts, m autoreply.Memory, e autoreply.Event, now time.Time) (autoreply.Decision, error) {
	if name, version, needed := a.NeedsFormer(m); needed {
		former, err := a.former(ctx, name, version)
		if err != nil {
			return autoreply.Decision{}, err
		}
		f.Former = former
	}
	return a.Arbiter.Evaluate(f, m, e, now), nil
}

// former returns a reader of earlier versions of a bot's flows, which remembers what it read.
func (s *Service) former(botID string) reader {
	type key struct {
		name    string
		version int
	}
	var known sync.Map // of *flow.Flow, nil for one that cannot be used
	return func(ctx context.Context, name string, version int) (*flow.Flow, error) {
		if f, ok := known.Load(key{name, version}); ok {
			return f.(*flow.Flow), nil
		}
		if version <= 0 {
			return nil, nil // the store would take it for the present one
		}
		stored, err := s.o.Store.Flow(ctx, botID, name, version)
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, errors.Wrap(err, "read an earlier version of a flow")
		}
		f, problems := flow.Parse([]byte(stored.Text))
		used := &f
		if flow.Broken(problems) {
			used = nil
		}
		known.Store(key{name, version}, used)
		return used, nil
	}
}

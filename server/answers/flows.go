// The flows of a bot, as admins write, publish and remove them.

package answers

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// ErrSysadminOnly says that a flow calls a service, which only system admins may let it.
var ErrSysadminOnly = errors.New("a flow that calls a service may be saved and published by system admins only")

// FlowError says what is wrong with a flow; warnings are among its problems.
type FlowError struct{ Problems []flow.Problem }

// Error implements error.
func (e *FlowError) Error() string { return firstBroken(e.Problems).String() }

// Editor is who reads or changes a flow.
type Editor struct {
	UserID   string
	Sysadmin bool
}

// Flows lists the flows of a bot by name.
func (s *Service) Flows(ctx context.Context, botID string) ([]FlowState, error) {
	if _, ok := s.o.Bots.Known(botID); !ok {
		return nil, ErrNotFound
	}
	list, err := s.o.Store.Flows(ctx, botID)
	return list, errors.Wrap(err, "list the flows of a bot")
}

// Flow returns one version of a flow in YAML, as it was written; 0 is the draft, else the published one. Who is no system
// admin does not see the headers that go to a service: they hold its keys.
func (s *Service) Flow(ctx context.Context, botID, name string, version int, by Editor) (StoredFlow, error) {
	if _, ok := s.o.Bots.Known(botID); !ok {
		return StoredFlow{}, ErrNotFound
	}
	stored, err := s.o.Store.Flow(ctx, botID, name, version)
	if err != nil {
		return StoredFlow{}, errors.Wrap(err, "read a flow")
	}
	if f, _ := flow.Parse([]byte(stored.Text)); !by.Sysadmin && hideHeaders(f) {
		stored.Text = string(flow.Marshal(f))
	}
	return stored, nil
}

// hidden stands for a value that is not shown.
const hidden = "***"

// hideHeaders takes the values of headers out of a flow, and tells whether it had any.
func hideHeaders(f flow.Flow) bool {
	found := false
	for _, step := range f.Steps {
		if step.HTTP == nil {
			continue
		}
		for name := range step.HTTP.Headers {
			step.HTTP.Headers[name], found = hidden, true
		}
	}
	return found
}

// hiddenHeaders are the problems of headers that still have what stands for a hidden value: the service would be asked with
// that in the place of its key.
func hiddenHeaders(text []byte, f flow.Flow) (problems []flow.Problem) {
	for _, step := range slices.Sorted(maps.Keys(f.Steps)) {
		call := f.Steps[step].HTTP
		if call == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(call.Headers)) {
			if call.Headers[name] == hidden {
				problems = append(problems, flow.HiddenHeader(text, step, name))
			}
		}
	}
	return problems
}

// PutDraft checks a flow in YAML or JSON and makes it the draft of its name, which must be the given one unless that is
// empty. It returns what is odd about it; what is wrong is a *FlowError, and ErrSysadminOnly is possible.
func (s *Service) PutDraft(ctx context.Context, botID, name string, text []byte, by Editor) (FlowState, []flow.Problem, error) {
	f, text, odd, err := s.saved(ctx, botID, name, text, by)
	if err != nil {
		return FlowState{}, nil, err
	}
	if _, err := s.o.Store.SaveDraft(ctx, botID, f.Name, string(text), by.UserID); err != nil {
		return FlowState{}, nil, errors.Wrap(err, "save a flow")
	}
	state, err := s.state(ctx, botID, f.Name)
	return state, odd, err
}

// saved reads a flow that is saved under a name, with what is odd about it and the YAML to keep.
func (s *Service) saved(ctx context.Context, botID, name string, text []byte, by Editor) (flow.Flow, []byte, []flow.Problem, error) {
	f, odd, err := s.checked(ctx, botID, text, by)
	if err != nil {
		return f, nil, nil, err
	}
	if name != "" && f.Name != name {
		return f, nil, nil, conversation.Wrong("flow", conversation.ProblemFlowOtherName, "value", f.Name, "name", name)
	}
	if json.Valid(text) {
		text = flow.Marshal(f)
	}
	return f, text, odd, nil
}

// checked reads a flow that may be saved by this person, with what is odd about it.
func (s *Service) checked(ctx context.Context, botID string, text []byte, by Editor) (flow.Flow, []flow.Problem, error) {
	bot, ok := s.o.Bots.Known(botID)
	if !ok {
		return flow.Flow{}, nil, ErrNotFound
	}
	f, problems := flow.Parse(text)
	if flow.Broken(problems) {
		return f, nil, &FlowError{problems}
	}
	if !by.Sysadmin && callsService(f) {
		return f, nil, ErrSysadminOnly
	}
	if masked := hiddenHeaders(text, f); len(masked) > 0 {
		return f, nil, &FlowError{append(masked, problems...)}
	}
	strangers, err := s.flowStrangers(ctx, bot.ChannelID, text, f)
	if err != nil {
		return f, nil, err
	}
	if len(strangers) > 0 {
		return f, nil, &FlowError{append(strangers, problems...)}
	}
	return f, problems, nil
}

func callsService(f flow.Flow) bool {
	for _, step := range f.Steps {
		if step.HTTP != nil {
			return true
		}
	}
	return false
}

// The flows of a bot, as admins write, publish and remove them.

package answers

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
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

// PutDraft checks a flow in YAML or JSON and makes it the draft of its name, which must be the given one unless that is
// empty. It returns what is odd about it; what is wrong is a *FlowError, and ErrSysadminOnly is possible.
func (s *Service) PutDraft(ctx context.Context, botID, name string, text []byte, by Editor) (FlowState, []flow.Problem, error) {
	if _, ok := s.o.Bots.Known(botID); !ok {
		return FlowState{}, nil, ErrNotFound
	}
	f, problems, err := checked(text, by)
	if err != nil {
		return FlowState{}, nil, err
	}
	if name != "" && f.Name != name {
		return FlowState{}, nil, conversation.Wrong("flow", conversation.ProblemFlowOtherName, "value", f.Name, "name", name)
	}
	if json.Valid(text) {
		text = flow.Marshal(f)
	}
	if _, err := s.o.Store.SaveDraft(ctx, botID, f.Name, string(text), by.UserID); err != nil {
		return FlowState{}, nil, errors.Wrap(err, "save a flow")
	}
	state, err := s.state(ctx, botID, f.Name)
	return state, problems, err
}

// checked reads a flow that may be saved by this person, with what is odd about it.
func checked(text []byte, by Editor) (flow.Flow, []flow.Problem, error) {
	f, problems := flow.Parse(text)
	if flow.Broken(problems) {
		return f, nil, &FlowError{problems}
	}
	if !by.Sysadmin && callsService(f) {
		return f, nil, ErrSysadminOnly
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

func (s *Service) state(ctx context.Context, botID, name string) (FlowState, error) {
	list, err := s.Flows(ctx, botID)
	if err != nil {
		return FlowState{}, err
	}
	i := slices.IndexFunc(list, func(f FlowState) bool { return f.Name == name })
	if i < 0 {
		return FlowState{}, ErrNotFound
	}
	return list[i], nil
}

// Publish puts the draft of a flow in force, or the published version again that was switched off. It is checked once more:
// what was right when it was saved may be wrong for a newer msgbot, or its commands may begin another flow by now.
func (s *Service) Publish(ctx context.Context, botID, name string, by Editor) (FlowState, []flow.Problem, error) {
	state, err := s.state(ctx, botID, name)
	if err != nil {
		return FlowState{}, nil, err
	}
	stored, err := s.o.Store.Flow(ctx, botID, name, 0)
	if err != nil {
		return FlowState{}, nil, errors.Wrap(err, "read a flow")
	}
	f, problems, err := checked([]byte(stored.Text), by)
	if err != nil {
		return FlowState{}, nil, err
	}
	if err := s.fits(ctx, botID, f); err != nil {
		return FlowState{}, nil, err
	}
	if state.Draft == 0 {
		err = s.o.Store.SwitchFlow(ctx, botID, name, true)
	} else {
		_, err = s.o.Store.Publish(ctx, botID, name)
	}
	if err != nil {
		return FlowState{}, nil, errors.Wrap(err, "publish a flow")
	}
	s.after(ctx, botID)
	state, err = s.state(ctx, botID, name)
	return state, problems, err
}

// fits looks whether a flow can stand beside the others that are published.
func (s *Service) fits(ctx context.Context, botID string, f flow.Flow) error {
	stored, err := s.stored(ctx, botID)
	if err != nil {
		return err
	}
	flows, _ := readFlows(stored.Published)
	flows = slices.DeleteFunc(flows, func(p autoreply.Published) bool { return p.Flow.Name == f.Name })
	_, problems := autoreply.Compile(autoreply.Setup{Flows: append(flows, autoreply.Published{Flow: &f}), Words: noWords})
	for _, p := range problems {
		if field, ok := strings.CutPrefix(p.Field, "flows."+f.Name+"."); ok {
			return p.At(field)
		}
	}
	return nil
}

// Off switches a published flow off. Customers who are inside it go on.
func (s *Service) Off(ctx context.Context, botID, name string) (FlowState, error) {
	if _, err := s.state(ctx, botID, name); err != nil {
		return FlowState{}, err
	}
	if err := s.o.Store.SwitchFlow(ctx, botID, name, false); err != nil {
		return FlowState{}, errors.Wrap(err, "switch a flow off")
	}
	s.after(ctx, botID)
	return s.state(ctx, botID, name)
}

// RemoveFlow forgets a flow with all its versions. Customers who are inside it leave it.
func (s *Service) RemoveFlow(ctx context.Context, botID, name string) error {
	if _, err := s.state(ctx, botID, name); err != nil {
		return err
	}
	if err := s.o.Store.RemoveFlow(ctx, botID, name); err != nil {
		return errors.Wrap(err, "remove a flow")
	}
	s.after(ctx, botID)
	return nil
}

// Flows going into force and out of it. Each change is made of a flow as it was looked at: nobody's work is lost in silence.

package answers

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Publish puts the draft of a flow in force, or the published version again that was switched off. It is checked once more:
// what was right when it was saved may be wrong for a newer msgbot, or its commands may begin another flow by now.
func (s *Service) Publish(ctx context.Context, botID, name string, by Editor) (FlowState, []flow.Problem, error) {
	var odd []flow.Problem
	err := s.changeFlow(ctx, botID, name, func(stored Script, state FlowState) error {
		if state.present() == 0 {
			return ErrNotFound
		}
		wish, err := s.o.Store.Flow(ctx, botID, name, state.present())
		if err != nil {
			return errors.Wrap(err, "read a flow")
		}
		var f flow.Flow
		if f, odd, err = s.checked(ctx, botID, []byte(wish.Text), by); err != nil {
			return err
		}
		if err := fits(stored, f); err != nil {
			return err
		}
		return errors.Wrap(s.o.Store.Publish(ctx, botID, name, stored.Version), "publish a flow")
	})
	return s.changed(ctx, botID, name, odd, err)
}

// Replace puts another text of a flow in force at once. From is the version that it was made from, which Flow returned as the
// present one; 0 when there was no such flow. Nothing is saved when it cannot be published: ErrChanged when another version is
// there by now, and a *conversation.FieldError when a draft is, which nobody decided to publish; else errors as with PutDraft.
func (s *Service) Replace(ctx context.Context, botID, name string, from int, text []byte, by Editor) (FlowState, []flow.Problem, error) {
	f, text, odd, err := s.saved(ctx, botID, name, text, by)
	if err != nil {
		return FlowState{}, nil, err
	}
	err = s.changeFlow(ctx, botID, f.Name, func(stored Script, state FlowState) error {
		if err := state.isStill(from); err != nil {
			return err
		}
		if err := fits(stored, f); err != nil {
			return err
		}
		return errors.Wrap(s.o.Store.Replace(ctx, botID, f.Name, string(text), by.UserID, stored.Version), "replace a flow")
	})
	return s.changed(ctx, botID, f.Name, odd, err)
}

// Off switches a published flow off. Customers who are inside it go on.
func (s *Service) Off(ctx context.Context, botID, name string) (FlowState, error) {
	err := s.changeFlow(ctx, botID, name, func(stored Script, _ FlowState) error {
		return errors.Wrap(s.o.Store.SwitchOff(ctx, botID, name, stored.Version), "switch a flow off")
	})
	state, _, err := s.changed(ctx, botID, name, nil, err)
	return state, err
}

// RemoveFlow forgets a flow with all its versions. Customers who are inside it leave it.
func (s *Service) RemoveFlow(ctx context.Context, botID, name string) error {
	return s.removeFlow(ctx, botID, name, func(FlowState) error { return nil })
}

// RemoveFlowFrom is RemoveFlow for who decided it by the version that Flow returned as the present one; errors as with Replace.
func (s *Service) RemoveFlowFrom(ctx context.Context, botID, name string, from int) error {
	return s.removeFlow(ctx, botID, name, func(state FlowState) error { return state.isStill(from) })
}

func (s *Service) removeFlow(ctx context.Context, botID, name string, may func(FlowState) error) error {
	return s.changeFlow(ctx, botID, name, func(stored Script, state FlowState) error {
		if err := may(state); err != nil {
			return err
		}
		return errors.Wrap(s.o.Store.RemoveFlow(ctx, botID, name, stored.Version), "remove a flow")
	})
}

// changeFlow makes a change of a flow as it is now; the state is empty when there is none. Who changes something else of the
// bot meanwhile does no harm; who changes this flow was quicker: ErrChanged.
func (s *Service) changeFlow(ctx context.Context, botID, name string, change func(Script, FlowState) error) error {
	var first FlowState
	for try := range maxTries {
		stored, err := s.stored(ctx, botID) // before the state: if that is newer, the change is refused
		if err != nil {
			return err
		}
		state, err := s.state(ctx, botID, name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		state.ChangedAt = first.ChangedAt
		if try > 0 && state != first {
			break
		}
		first = state
		err = change(stored, state)
		if err == nil {
			s.after(ctx, botID)
		}
		if !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return ErrChanged
}

// changed is what a change of a flow that ended with err came to.
func (s *Service) changed(ctx context.Context, botID, name string, odd []flow.Problem, err error) (FlowState, []flow.Problem, error) {
	if err != nil {
		return FlowState{}, nil, err
	}
	state, err := s.state(ctx, botID, name)
	return state, odd, err
}

// state is a flow as it is listed; ErrNotFound when there is none.
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

// present is the version that Flow returns as 0.
func (f FlowState) present() int { return cmp.Or(f.Draft, f.Published) }

// isStill returns nil if what was made from a version can take the place of this flow.
func (f FlowState) isStill(version int) error {
	switch {
	case f.Draft > 0:
		return conversation.Wrong("flow", conversation.ProblemFlowDraft, "name", f.Name)
	case f.Published != version:
		return ErrChanged
	}
	return nil
}

// fits looks whether a flow can stand beside the others that are published.
func fits(stored Script, f flow.Flow) error {
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

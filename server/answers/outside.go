// Names that people write into rules and flows and that Mattermost must know: assignees and files.

package answers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// named are the assignee and the files of a rule or of a step.
type named struct {
	assign string
	files  []string
}

// strange are those that may not be named: whether the assignee is no agent, and the files by their places.
type strange struct {
	assign bool
	files  []int
}

// inquiry asks Mattermost about the names of one script, once about each.
type inquiry struct {
	desk          Desk
	channelID     string
	agents, files map[string]bool
}

func (s *Service) inquire(channelID string) *inquiry {
	return &inquiry{s.o.Desk, channelID, map[string]bool{}, map[string]bool{}}
}

// strangers are those of these names that Mattermost does not have in the channel.
func (q *inquiry) strangers(ctx context.Context, n named) (found strange, err error) {
	if n.assign != "" {
		ok, err := once(ctx, q.agents, q.desk.IsAgent, q.channelID, n.assign)
		if err != nil {
			return found, errors.Wrap(err, "look for an agent")
		}
		found.assign = !ok
	}
	for i, id := range n.files {
		ok, err := once(ctx, q.files, q.desk.HasFile, q.channelID, id)
		if err != nil {
			return found, errors.Wrap(err, "look for a file")
		}
		if !ok {
			found.files = append(found.files, i)
		}
	}
	return found, nil
}

// once asks about a name unless it is known.
func once(ctx context.Context, known map[string]bool, ask func(context.Context, string, string) (bool, error), channelID, name string) (bool, error) {
	if is, ok := known[name]; ok {
		return is, nil
	}
	is, err := ask(ctx, channelID, name)
	if err == nil {
		known[name] = is
	}
	return is, err
}

// ruleStrangers are the problems of what rules name anew. What a rule named before stays: who left since is no reason to refuse
// another text of the rule, which may be all that somebody can change of it.
func (s *Service) ruleStrangers(ctx context.Context, channelID string, before, rules []autoreply.Rule) (problems autoreply.Problems, err error) {
	q := s.inquire(channelID)
	for i, r := range rules {
		var was autoreply.Rule
		if known := indexOf(before, r.ID); known >= 0 {
			was = before[known]
		}
		fresh := named{}
		if r.Actions.Assign != was.Actions.Assign {
			fresh.assign = r.Actions.Assign
		}
		var places []int
		for at, id := range r.FileIDs {
			if !slices.Contains(was.FileIDs, id) {
				fresh.files, places = append(fresh.files, id), append(places, at)
			}
		}
		found, err := q.strangers(ctx, fresh)
		if err != nil {
			return nil, err
		}
		for _, f := range found.files {
			field := fmt.Sprintf("rules[%d].file_ids[%d]", i, places[f])
			problems = append(problems, conversation.Wrong(field, conversation.ProblemFileElsewhere, "value", fresh.files[f]))
		}
		if found.assign {
			field := fmt.Sprintf("rules[%d].actions.assign", i)
			problems = append(problems, conversation.Wrong(field, conversation.ProblemNoAgent, "value", fresh.assign))
		}
	}
	return problems, nil
}

// flowStrangers are the problems of what a flow names; text is what it was read from.
func (s *Service) flowStrangers(ctx context.Context, channelID string, text []byte, f flow.Flow) (problems []flow.Problem, err error) {
	q := s.inquire(channelID)
	for _, name := range slices.Sorted(maps.Keys(f.Steps)) {
		step := f.Steps[name]
		found, err := q.strangers(ctx, named{step.Assign, step.Files})
		if err != nil {
			return nil, err
		}
		for _, i := range found.files {
			problems = append(problems, flow.NoFile(text, name, i, step.Files[i]))
		}
		if found.assign {
			problems = append(problems, flow.NoAgent(text, name, step.Assign))
		}
	}
	slices.SortStableFunc(problems, func(a, b flow.Problem) int { return cmp.Compare(a.Line, b.Line) })
	return problems, nil
}

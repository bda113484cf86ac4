// The automatic answers of the world: rules, hours and flows of the bot tg1, kept as the service keeps them; and what people
// posted.

package command

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// helloYAML is the example of the world, shopYAML a flow that is published.
const (
	helloYAML = "flow: hello\nstart: main\nsteps: {main: {text: {uk: Вітаю}}}\n"
	shopYAML  = "# ours\nflow: shop\nstart: main\ntrigger: {commands: [/shop]}\nsteps: {main: {text: {uk: Вітаю}}}\n"
)

// scripts is a hand-made answers.Service; err fails whatever is asked.
type scripts struct {
	w     *world
	rules []autoreply.Rule
	// others are the rules of vb1.
	others  []autoreply.Rule
	hours   hours.Hours
	flows   []answers.FlowState
	texts   map[string]string
	outcome answers.Outcome
	trial   answers.Trial
	editor  answers.Editor
	err     error
}

func newScripts(w *world) scripts {
	return scripts{
		w: w,
		rules: []autoreply.Rule{
			{
				ID: "r1", Name: "Ціни", Enabled: true, Priority: 100, When: autoreply.Always, Texts: flow.Texts{"uk": "100"}, Hits: 7,
				Trigger: autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Contains, Phrases: []string{"ціна", "кошту*"}},
			},
			{ID: "r2", Name: "Away", When: autoreply.Always, Texts: flow.Texts{"en": "Closed"}, Trigger: autoreply.Trigger{Kind: autoreply.OnAway}},
		},
		hours: hours.Hours{
			Zone: "Europe/Kyiv", Week: map[string][]string{"mon": {"09:00-18:00"}, "tue": {"09:00-18:00"}},
			Dates: []hours.Date{{Date: "--08-24", Name: "День незалежності"}}, Version: 4,
		},
		flows: []answers.FlowState{{Name: "shop", Published: 2, On: true}},
		texts: map[string]string{"shop": shopYAML},
	}
}

func (s *scripts) Rules(_ context.Context, bot string) ([]autoreply.Rule, int64, error) {
	of := map[string][]autoreply.Rule{"tg1": s.rules, "vb1": s.others}
	return slices.Clone(of[bot]), 3, s.err
}

func (s *scripts) EditRule(_ context.Context, bot, id string, patch map[string]json.RawMessage) (autoreply.Rule, error) {
	s.w.did("edit rule %s of %s: enabled %s", id, bot, patch["enabled"])
	return s.rules[0], s.err
}

func (s *scripts) RemoveRule(_ context.Context, bot, id string) error {
	s.w.did("remove rule %s of %s", id, bot)
	return s.err
}

func (s *scripts) Simulate(_ context.Context, _ string, t answers.Trial) (answers.Outcome, error) {
	s.trial = t
	return s.outcome, s.err
}

func (s *scripts) Hours(_ context.Context, bot string) (hours.Hours, error) {
	if bot != "tg1" {
		return hours.Hours{}, s.err
	}
	return s.hours, s.err
}

func (s *scripts) PutHours(_ context.Context, bot string, h hours.Hours) (hours.Hours, error) {
	if err := h.Validate(); err != nil {
		return h, err
	}
	s.w.did("put hours of %s at %d", bot, h.Version)
	s.hours = h
	return h, s.err
}

func (s *scripts) Flows(_ context.Context, bot string) ([]answers.FlowState, error) {
	if bot != "tg1" {
		return nil, s.err
	}
	return slices.Clone(s.flows), s.err
}

func (s *scripts) Flow(_ context.Context, _, name string, _ int, by answers.Editor) (answers.StoredFlow, error) {
	s.editor = by
	text, ok := s.texts[name]
	if !ok {
		return answers.StoredFlow{}, errors.Wrap(answers.ErrNotFound, "reading")
	}
	return answers.StoredFlow{Name: name, Version: 2, Text: text}, s.err
}

func (s *scripts) PutDraft(_ context.Context, bot, name string, text []byte, by answers.Editor) (answers.FlowState, []flow.Problem, error) {
	s.editor = by
	f, problems := flow.Parse(text)
	if flow.Broken(problems) {
		return answers.FlowState{}, nil, &answers.FlowError{Problems: problems}
	}
	s.w.did("draft %s of %s", f.Name, bot)
	s.texts[f.Name] = string(text)
	state := answers.FlowState{Name: f.Name, Draft: 3}
	s.keep(state)
	if name != "" && name != f.Name {
		return state, nil, errors.New("another name")
	}
	return state, problems, s.err
}

func (s *scripts) keep(state answers.FlowState) {
	s.flows = slices.DeleteFunc(s.flows, func(f answers.FlowState) bool { return f.Name == state.Name })
	s.flows = append(s.flows, state)
}

func (s *scripts) Publish(_ context.Context, bot, name string, by answers.Editor) (answers.FlowState, []flow.Problem, error) {
	s.editor = by
	s.w.did("publish %s of %s", name, bot)
	state := answers.FlowState{Name: name, Published: 3, On: true}
	s.keep(state)
	_, odd := flow.Parse([]byte(s.texts[name]))
	return state, odd, s.err
}

func (s *scripts) Off(_ context.Context, bot, name string) (answers.FlowState, error) {
	s.w.did("off %s of %s", name, bot)
	return answers.FlowState{Name: name, Published: 2}, s.err
}

func (s *scripts) Replace(_ context.Context, bot, name string, from int, text []byte, by answers.Editor) (answers.FlowState, []flow.Problem, error) {
	s.editor = by
	f, problems := flow.Parse(text)
	if flow.Broken(problems) {
		return answers.FlowState{}, nil, &answers.FlowError{Problems: problems}
	}
	for _, other := range s.flows {
		begun, _ := flow.Parse([]byte(s.texts[other.Name]))
		for _, command := range f.Trigger.Commands {
			if other.Name != name && other.On && slices.Contains(begun.Trigger.Commands, command) {
				return answers.FlowState{}, nil, conversation.Wrong(
					"trigger.commands[0]", conversation.ProblemFlowCommandTaken, "command", command, "flow", other.Name)
			}
		}
	}
	if s.err != nil {
		return answers.FlowState{}, nil, s.err
	}
	s.w.did("replace %s of %s at %d", name, bot, from)
	s.texts[name] = string(text)
	state := answers.FlowState{Name: name, Published: 3, On: true}
	s.keep(state)
	return state, problems, nil
}

func (s *scripts) RemoveFlowFrom(_ context.Context, bot, name string, from int) error {
	s.w.did("remove flow %s of %s at %d", name, bot, from)
	delete(s.texts, name)
	return s.err
}

func (s *scripts) Example(name string) ([]byte, bool) { return []byte(helloYAML), name == "hello" }

func (s *scripts) Examples() []string { return []string{"hello"} }

// host is what people posted in chan-a, the newest first, and where they live.
type host struct {
	posts []*model.Post
	files map[string]*model.FileInfo
	text  map[string]string
	zone  string
	down  bool
	// firstName is everybody's.
	firstName string
}

func newHost() host { return host{files: map[string]*model.FileInfo{}, text: map[string]string{}} }

// post adds the next older post of a user with a file.
func (h *host) post(user, file, text string) {
	id := "file" + file
	h.posts = append(h.posts, &model.Post{Id: "post" + file, UserId: user, FileIds: []string{id}})
	h.files[id] = &model.FileInfo{Id: id, Name: file, Size: int64(len(text))}
	h.text[id] = text
}

func (h *host) refused() *model.AppError {
	if h.down {
		return model.NewAppError("host", "app.down", nil, "", 500)
	}
	return nil
}

func (h *host) GetPostsForChannel(string, int, int) (*model.PostList, *model.AppError) {
	list := model.NewPostList()
	for _, p := range h.posts {
		list.AddPost(p)
		list.AddOrder(p.Id)
	}
	return list, h.refused()
}

func (h *host) GetFileInfo(id string) (*model.FileInfo, *model.AppError) {
	return h.files[id], h.refused()
}

func (h *host) GetFile(id string) ([]byte, *model.AppError) { return []byte(h.text[id]), h.refused() }

func (h *host) GetUser(id string) (*model.User, *model.AppError) {
	return &model.User{Id: id, FirstName: h.firstName, Timezone: map[string]string{"useAutomaticTimezone": "false", "manualTimezone": h.zone}}, h.refused()
}

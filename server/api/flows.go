// REST of flows: in YAML as people write them, or in JSON.

package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// yamlType is the registered type (RFC 9512); the others are what programs used before it.
const yamlType = "application/yaml"

var flowTypes = []string{yamlType, "application/x-yaml", "text/yaml", jsonType}

// maxVersion is more than any flow has versions.
const maxVersion = 1 << 30

type flowView struct {
	Name             string `json:"name"`
	PublishedVersion int    `json:"published_version,omitempty"`
	DraftVersion     int    `json:"draft_version,omitempty"`
	On               bool   `json:"on"`
}

func viewFlow(f answers.FlowState) flowView { return flowView{f.Name, f.Published, f.Draft, f.On} }

// problemView is one thing that is wrong with a flow, or odd.
type problemView struct {
	Line    int    `json:"line"`
	Step    string `json:"step,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
	Warning bool   `json:"warning,omitempty"`
}

// viewProblems says problems in the language of the caller, as plain text.
func (s *server) viewProblems(caller string, problems []flow.Problem) []problemView {
	lang := s.Desk.UserLocale(caller)
	list := make([]problemView, 0, len(problems))
	for _, p := range problems {
		list = append(list, problemView{
			p.Line, p.Step, p.Field, s.Desk.T(lang, p.Key, p.Args), s.Desk.T(lang, p.Remedy, p.Args), p.Warning,
		})
	}
	return list
}

// flowChange is what a changed flow is answered with: its state, and what is odd about it.
func (s *server) flowChange(r *http.Request, f answers.FlowState, odd []flow.Problem, err error) (answer, error) {
	caller := r.Header.Get(userHeader)
	var flawed *answers.FlowError
	if errors.As(err, &flawed) {
		e := AsError(err)
		e.Problems = s.viewProblems(caller, flawed.Problems)
		err = e
	}
	return answer{status: http.StatusOK, target: f.Name, body: struct {
		flowView
		Problems []problemView `json:"problems,omitempty"`
	}{viewFlow(f), s.viewProblems(caller, odd)}}, err
}

// editor is who asks, for package answers.
func (s *server) editor(r *http.Request) answers.Editor {
	caller := r.Header.Get(userHeader)
	return answers.Editor{UserID: caller, Sysadmin: s.Access.IsSysadmin(caller)}
}

func (s *server) flows(r *http.Request, b conversation.Bot) (answer, error) {
	found, err := s.Answers.Flows(r.Context(), b.ID)
	list := make([]flowView, 0, len(found))
	for _, f := range found {
		list = append(list, viewFlow(f))
	}
	return answer{status: http.StatusOK, body: map[string]any{"flows": list}}, err
}

func (s *server) flow(r *http.Request, b conversation.Bot) (answer, error) {
	name, err := pathID(r, "flow")
	if err != nil {
		return answer{}, err
	}
	values, err := query(r)
	if err != nil {
		return answer{}, err
	}
	version, err := whole(values, "version", 0, 1, maxVersion)
	if err != nil {
		return answer{}, err
	}
	stored, err := s.Answers.Flow(r.Context(), b.ID, name, version, s.editor(r))
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(r.Header.Get("Accept"), "yaml") {
		return answer{status: http.StatusOK, body: document{yamlType, []byte(stored.Text)}}, nil
	}
	f, _ := flow.Parse([]byte(stored.Text)) // it was checked when it was saved
	return answer{status: http.StatusOK, body: f}, nil
}

func (s *server) putDraft(r *http.Request, b conversation.Bot) (answer, error) {
	name, err := pathID(r, "flow")
	if err != nil {
		return answer{}, err
	}
	if !slices.Contains(flowTypes, mediaType(r)) {
		e := wrongType()
		e.Message = "the Content-Type must be application/yaml or application/json"
		return answer{}, e
	}
	text, err := readBody(r)
	if err != nil {
		return answer{}, err
	}
	f, odd, err := s.Answers.PutDraft(r.Context(), b.ID, name, text, s.editor(r))
	return s.flowChange(r, f, odd, err)
}

func (s *server) publish(r *http.Request, b conversation.Bot) (answer, error) {
	name, err := pathID(r, "flow")
	if err != nil {
		return answer{}, err
	}
	f, odd, err := s.Answers.Publish(r.Context(), b.ID, name, s.editor(r))
	return s.flowChange(r, f, odd, err)
}

func (s *server) switchOff(r *http.Request, b conversation.Bot) (answer, error) {
	name, err := pathID(r, "flow")
	if err != nil {
		return answer{}, err
	}
	f, err := s.Answers.Off(r.Context(), b.ID, name)
	return s.flowChange(r, f, nil, err)
}

func (s *server) removeFlow(r *http.Request, b conversation.Bot) (answer, error) {
	name, err := pathID(r, "flow")
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent, target: name}, s.Answers.RemoveFlow(r.Context(), b.ID, name)
}

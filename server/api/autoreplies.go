// REST of rules and hours, and the simulator.

package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// rulesView is the body of GET and PUT of all rules.
type rulesView struct {
	Rules   []autoreply.Rule `json:"rules"`
	Version int64            `json:"version"`
}

func viewRules(rules []autoreply.Rule, version int64) answer {
	return answer{status: http.StatusOK, body: rulesView{append([]autoreply.Rule{}, rules...), version}}
}

func (s *server) rules(r *http.Request, b conversation.Bot) (answer, error) {
	rules, version, err := s.Answers.Rules(r.Context(), b.ID)
	return viewRules(rules, version), err
}

func (s *server) putRules(r *http.Request, b conversation.Bot) (answer, error) {
	var body struct {
		Rules   *[]map[string]json.RawMessage `json:"rules"`
		Version int64                         `json:"version"`
	}
	if err := decode(r, &body); err != nil {
		return answer{}, err
	}
	if body.Rules == nil {
		return answer{}, conversation.Wrong("rules", conversation.ProblemMissing)
	}
	rules := make([]autoreply.Rule, 0, len(*body.Rules))
	for i, fields := range *body.Rules {
		rule, err := answers.ReadRule(fields)
		if err != nil {
			return answer{}, at(err, func(field string) string { return fmt.Sprintf("rules[%d].%s", i, field) })
		}
		rules = append(rules, rule)
	}
	rules, version, err := s.Answers.PutRules(r.Context(), b.ID, rules, body.Version)
	return viewRules(rules, version), err
}

func (s *server) addRule(r *http.Request, b conversation.Bot) (answer, error) {
	fields := map[string]json.RawMessage{}
	if err := decode(r, &fields); err != nil {
		return answer{}, err
	}
	rule, err := answers.ReadRule(fields)
	if err != nil {
		return answer{}, err
	}
	rule, err = s.Answers.AddRule(r.Context(), b.ID, rule)
	return answer{status: http.StatusCreated, body: rule, target: rule.ID}, err
}

func (s *server) editRule(r *http.Request, b conversation.Bot) (answer, error) {
	id, err := pathID(r, "rule")
	if err != nil {
		return answer{}, err
	}
	patch := map[string]json.RawMessage{}
	if err := decode(r, &patch); err != nil {
		return answer{target: id}, err
	}
	rule, err := s.Answers.EditRule(r.Context(), b.ID, id, patch)
	return answer{status: http.StatusOK, body: rule, target: id}, err
}

func (s *server) removeRule(r *http.Request, b conversation.Bot) (answer, error) {
	id, err := pathID(r, "rule")
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent, target: id}, s.Answers.RemoveRule(r.Context(), b.ID, id)
}

// outcomeView is what the simulator says.
type outcomeView struct {
	Fired      *firedView             `json:"fired"`
	Silence    string                 `json:"silence,omitempty"`
	Considered []autoreply.Considered `json:"considered"`
}

type firedView struct {
	// Rule is empty when a flow answers. With are the rules whose words are added.
	Rule     string   `json:"rule"`
	With     []string `json:"with,omitempty"`
	Flow     string   `json:"flow,omitempty"`
	Text     string   `json:"text"`
	Language string   `json:"language"`
}

func viewOutcome(o answers.Outcome) outcomeView {
	v := outcomeView{Silence: o.Silence, Considered: append([]autoreply.Considered{}, o.Considered...)}
	if f := o.Fired; f != nil {
		v.Fired = &firedView{Flow: f.Flow, Text: f.Text, Language: f.Language}
		if len(f.Rules) > 0 {
			v.Fired.Rule, v.Fired.With = f.Rules[0], f.Rules[1:]
		}
	}
	return v
}

func (s *server) simulate(r *http.Request, b conversation.Bot) (answer, error) {
	var body struct {
		Text           string `json:"text"`
		Language       string `json:"language"`
		At             int64  `json:"at"`
		ConversationID string `json:"conversation_id"`
	}
	if err := decode(r, &body); err != nil {
		return answer{}, err
	}
	t := answers.Trial{Text: body.Text, Language: body.Language}
	if body.At != 0 {
		t.At = time.UnixMilli(body.At)
	}
	if body.ConversationID != "" {
		c, _, err := s.conversationFor(r.Context(), r.Header.Get(userHeader), body.ConversationID)
		if e := AsError(err); e != nil && e.Status == http.StatusNotFound || err == nil && c.BotID != b.ID {
			return answer{}, conversation.Wrong("conversation_id", conversation.ProblemNoConversation)
		}
		if err != nil {
			return answer{}, err
		}
		t.Conversation = &c
	}
	outcome, err := s.Answers.Simulate(r.Context(), b.ID, t)
	return answer{status: http.StatusOK, body: viewOutcome(outcome)}, err
}

func (s *server) hours(r *http.Request, b conversation.Bot) (answer, error) {
	h, err := s.Answers.Hours(r.Context(), b.ID)
	return answer{status: http.StatusOK, body: h}, err
}

func (s *server) putHours(r *http.Request, b conversation.Bot) (answer, error) {
	var h hours.Hours
	if err := decode(r, &h); err != nil {
		return answer{}, err
	}
	h, err := s.Answers.PutHours(r.Context(), b.ID, h)
	return answer{status: http.StatusOK, body: h}, err
}

package world

// Automatic answers in msgbot's REST interface: rules, hours, flows and the simulator, as its reference has them.

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// Rule is an auto-reply.
type Rule struct {
	ID       string            `json:"id,omitempty"`
	Name     string            `json:"name"`
	Enabled  bool              `json:"enabled"`
	Priority int               `json:"priority"`
	Trigger  Trigger           `json:"trigger"`
	When     string            `json:"when"`
	Cooldown string            `json:"cooldown,omitempty"`
	Texts    map[string]string `json:"texts"`
	Buttons  [][]Button        `json:"buttons,omitempty"`
	Actions  Actions           `json:"actions"`
	Hits     int64             `json:"hits,omitempty"`
}

// Trigger is what makes a rule answer; Kind is "command", "keyword", "first", "away", "noanswer" or "fallback".
type Trigger struct {
	Kind       string   `json:"kind"`
	Match      string   `json:"match,omitempty"`
	Phrases    []string `json:"phrases,omitempty"`
	MaxLength  int      `json:"max_length,omitempty"`
	Commands   []string `json:"commands,omitempty"`
	Payload    string   `json:"payload,omitempty"`
	AgainAfter string   `json:"again_after,omitempty"`
	Every      string   `json:"every,omitempty"`
	After      string   `json:"after,omitempty"`
}

// Button is a button below a rule's answer.
type Button struct {
	Label map[string]string `json:"label"`
	Do    string            `json:"do"`
	Value string            `json:"value,omitempty"`
}

// Actions are done when a rule answers.
type Actions struct {
	Tags   []string `json:"tags,omitempty"`
	Assign string   `json:"assign,omitempty"`
	Flow   string   `json:"flow,omitempty"`
	Close  bool     `json:"close,omitempty"`
}

// Rules are all rules of a bot, with the version that a replacement must name.
type Rules struct {
	Rules   []Rule `json:"rules"`
	Version int64  `json:"version"`
}

// Hours are a bot's business hours.
type Hours struct {
	Zone     string              `json:"zone"`
	Week     map[string][]string `json:"week"`
	Dates    []Date              `json:"dates"`
	Override *Override           `json:"override,omitempty"`
	Version  int64               `json:"version"`
}

// Date is a day with hours of its own, or a closed one.
type Date struct {
	Date  string   `json:"date"`
	Name  string   `json:"name,omitempty"`
	Hours []string `json:"hours,omitempty"`
}

// Override is open or closed until a time in Unix milliseconds.
type Override struct {
	Open  bool  `json:"open"`
	Until int64 `json:"until"`
}

// Flow is the state of a flow.
type Flow struct {
	Name             string `json:"name"`
	PublishedVersion int    `json:"published_version"`
	DraftVersion     int    `json:"draft_version"`
	On               bool   `json:"on"`
}

// Trial is a text for the simulator.
type Trial struct {
	Text           string `json:"text"`
	Language       string `json:"language,omitempty"`
	At             int64  `json:"at,omitempty"`
	ConversationID string `json:"conversation_id,omitempty"`
}

// Outcome is what the simulator says; Fired is nil when nothing answers.
type Outcome struct {
	Fired      *Fired       `json:"fired"`
	Silence    string       `json:"silence"`
	Considered []Considered `json:"considered"`
}

// Fired is the answer that the simulator foresees.
type Fired struct {
	Rule     string   `json:"rule"`
	With     []string `json:"with"`
	Flow     string   `json:"flow"`
	Text     string   `json:"text"`
	Language string   `json:"language"`
}

// Considered is a rule that would not answer, and why.
type Considered struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// Rules reads all rules of a bot.
func (c *Client) Rules(ctx context.Context, botID string) (Rules, error) {
	return get[Rules](ctx, c, "/bots/"+botID+"/autoreplies")
}

// PutRules replaces all rules of a bot.
func (c *Client) PutRules(ctx context.Context, botID string, rules Rules) (Rules, error) {
	var out Rules
	err := c.Do(ctx, http.MethodPut, "/bots/"+botID+"/autoreplies", rules, &out)
	return out, err
}

// AddRule adds a rule, and returns it with its id.
func (c *Client) AddRule(ctx context.Context, botID string, rule Rule) (Rule, error) {
	return post[Rule](ctx, c, "/bots/"+botID+"/autoreplies", rule)
}

// Simulate asks what would be answered.
func (c *Client) Simulate(ctx context.Context, botID string, trial Trial) (Outcome, error) {
	return post[Outcome](ctx, c, "/bots/"+botID+"/autoreplies/test", trial)
}

// Hours reads a bot's business hours.
func (c *Client) Hours(ctx context.Context, botID string) (Hours, error) {
	return get[Hours](ctx, c, "/bots/"+botID+"/hours")
}

// PutHours replaces a bot's business hours, whatever they are now.
func (c *Client) PutHours(ctx context.Context, botID string, hours Hours) (Hours, error) {
	now, err := c.Hours(ctx, botID)
	if err != nil {
		return Hours{}, err
	}
	hours.Version = now.Version
	var out Hours
	err = c.Do(ctx, http.MethodPut, "/bots/"+botID+"/hours", hours, &out)
	return out, err
}

// Flows lists a bot's flows.
func (c *Client) Flows(ctx context.Context, botID string) ([]Flow, error) {
	list, err := get[struct{ Flows []Flow }](ctx, c, "/bots/"+botID+"/flows")
	return list.Flows, err
}

// FlowAction does "publish" or "off" with a flow.
func (c *Client) FlowAction(ctx context.Context, botID, flow, action string) (Flow, error) {
	return post[Flow](ctx, c, "/bots/"+botID+"/flows/"+flow+"/"+action, nil)
}

// SaveFlow saves the draft of a flow in YAML.
func (c *Client) SaveFlow(ctx context.Context, botID, flow, yaml string) error {
	address := c.Session.Client.URL + Prefix + "/bots/" + botID + "/flows/" + flow
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader([]byte(yaml)))
	if err != nil {
		return errors.Wrap(err, "making a request")
	}
	request.Header.Set("Authorization", "Bearer "+c.Session.Client.AuthToken)
	request.Header.Set("Content-Type", "application/yaml")
	answer, err := c.Session.Client.HTTPClient.Do(request)
	if err != nil {
		return errors.Wrap(err, "saving a flow")
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return errors.Wrap(err, "saving a flow")
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return errors.WithStack(&lab.StatusError{Status: answer.StatusCode, Body: text})
	}
	return errors.Wrap(json.Unmarshal(text, &Flow{}), "the answer to a saved flow")
}

// PublishFlow saves a flow in YAML and puts it in force.
func (c *Client) PublishFlow(ctx context.Context, botID, flow, yaml string) (Flow, error) {
	if err := c.SaveFlow(ctx, botID, flow, yaml); err != nil {
		return Flow{}, err
	}
	return c.FlowAction(ctx, botID, flow, "publish")
}

// The automatic answers of the world: one rule, hours and one flow, of the bot tg1.

package api

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// shopYAML is the flow of the world as it was written.
const shopYAML = "# ours\nflow: shop\nstart: main\nsteps: {main: {text: {uk: Вітаю}}}\n"

type scripts struct{ w *world }

func priceRule() autoreply.Rule {
	return autoreply.Rule{
		ID: "r1", Name: "Ціни", Enabled: true, Priority: 100, When: autoreply.Always, Texts: flow.Texts{"uk": "100"}, Hits: 7,
		Trigger: autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Contains, Phrases: []string{"ціна"}},
	}
}

func shopState() answers.FlowState {
	return answers.FlowState{Name: "shop", Published: 1, Draft: 2, On: true}
}

func (f scripts) Rules(context.Context, string) ([]autoreply.Rule, int64, error) {
	return []autoreply.Rule{priceRule()}, 3, f.w.err
}

func (f scripts) PutRules(_ context.Context, bot string, rules []autoreply.Rule, version int64) ([]autoreply.Rule, int64, error) {
	f.w.did("put %d rules of %s at %d", len(rules), bot, version)
	return rules, version + 1, f.w.err
}

func (f scripts) AddRule(_ context.Context, bot string, r autoreply.Rule) (autoreply.Rule, error) {
	f.w.did("add rule %s to %s", r.Name, bot)
	r.ID = "r2"
	return r, f.w.err
}

func (f scripts) EditRule(_ context.Context, bot, id string, patch map[string]json.RawMessage) (autoreply.Rule, error) {
	f.w.did("edit rule %s of %s: %d fields", id, bot, len(patch))
	return priceRule(), f.w.err
}

func (f scripts) RemoveRule(_ context.Context, bot, id string) error {
	f.w.did("remove rule %s of %s", id, bot)
	return f.w.err
}

func (f scripts) Simulate(_ context.Context, _ string, t answers.Trial) (answers.Outcome, error) {
	f.w.trial = t
	if t.Text == "nothing" {
		return answers.Outcome{Silence: autoreply.SilenceNothing}, f.w.err
	}
	return answers.Outcome{
		Fired:      &answers.Fired{Rules: []string{"r1", "r9"}, Text: "100", Language: "uk"},
		Considered: []autoreply.Considered{{Rule: "r2", Reason: autoreply.ReasonOutranked}},
	}, f.w.err
}

func (f scripts) Hours(context.Context, string) (hours.Hours, error) {
	return hours.Hours{Zone: "Europe/Kyiv", Version: 4}, f.w.err
}

func (f scripts) PutHours(_ context.Context, bot string, h hours.Hours) (hours.Hours, error) {
	f.w.did("put hours of %s: %s at %d", bot, h.Zone, h.Version)
	h.Version++
	return h, f.w.err
}

func (f scripts) Flows(context.Context, string) ([]answers.FlowState, error) {
	return []answers.FlowState{shopState()}, f.w.err
}

func (f scripts) Flow(_ context.Context, _, name string, version int, by answers.Editor) (answers.StoredFlow, error) {
	if name != "shop" || version > 2 {
		return answers.StoredFlow{}, errors.Wrap(answers.ErrNotFound, "reading")
	}
	f.w.editor = by
	return answers.StoredFlow{Name: name, Version: max(version, 1), Text: shopYAML}, f.w.err
}

func (f scripts) PutDraft(_ context.Context, bot, name string, text []byte, by answers.Editor) (answers.FlowState, []flow.Problem, error) {
	f.w.did("draft %s of %s", name, bot)
	f.w.draft, f.w.editor = string(text), by
	return shopState(), []flow.Problem{oddText()}, f.w.err
}

func oddText() flow.Problem {
	return flow.Problem{
		Line: 4, Step: "main", Field: "text", Key: "flow.problem.language", Remedy: "flow.remedy.language",
		Args: map[string]string{"names": "en"}, Warning: true,
	}
}

func (f scripts) Publish(_ context.Context, bot, name string, by answers.Editor) (answers.FlowState, []flow.Problem, error) {
	f.w.did("publish %s of %s", name, bot)
	f.w.editor = by
	return shopState(), nil, f.w.err
}

func (f scripts) Off(_ context.Context, bot, name string) (answers.FlowState, error) {
	f.w.did("off %s of %s", name, bot)
	return shopState(), f.w.err
}

func (f scripts) RemoveFlow(_ context.Context, bot, name string) error {
	f.w.did("remove flow %s of %s", name, bot)
	return f.w.err
}

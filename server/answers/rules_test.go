// What admins do with rules: saved, refused, merged, outrun.

package answers

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// fieldWrong is the field that an error is about.
func fieldWrong(t *testing.T, err error) string {
	t.Helper()
	var wrong *conversation.FieldError
	require.ErrorAs(t, err, &wrong)
	require.NotEmpty(t, wrong.Problem)
	return wrong.Field
}

// patch is a patch in JSON.
func patch(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	fields := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal([]byte(text), &fields))
	return fields
}

// switched switches a rule on or off, as commands do.
func (h *house) switched(ruleID string, on bool) (autoreply.Rule, error) {
	return h.EditRule(h.t.Context(), botID, ruleID, map[string]json.RawMessage{"enabled": fmt.Append(nil, on)})
}

func TestARuleGetsAnIDOfItsOwnAndWritesOutWhatWasLeftOut(t *testing.T) {
	h := newHouse(t)
	wish := keyword("a", "b")
	wish.ID, wish.Hits = "mine", 99
	first, second := h.add(wish), h.add(wish)
	require.Regexp(t, `^r[a-z2-7]{6}$`, first.ID)
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, autoreply.Always, first.When)
	require.Zero(t, first.Hits)
	rules, version, err := h.Rules(t.Context(), botID)
	require.NoError(t, err)
	require.Equal(t, []autoreply.Rule{first, second}, rules)
	require.EqualValues(t, 2, version)
}

func TestAWrongRuleIsRefusedByItsField(t *testing.T) {
	for field, spoil := range map[string]func(*autoreply.Rule){
		"trigger.kind":       func(r *autoreply.Rule) { r.Trigger.Kind = "rain" },
		"trigger.phrases[0]": func(r *autoreply.Rule) { r.Trigger.Match, r.Trigger.Phrases = autoreply.Regex, []string{"("} },
		"texts.uk":           func(r *autoreply.Rule) { r.Texts = flow.Texts{"uk": "{{customer.surname}}"} },
		"texts":              func(r *autoreply.Rule) { r.Texts = nil },
		"priority":           func(r *autoreply.Rule) { r.Priority = -1 },
		"actions.flow":       func(r *autoreply.Rule) { r.Actions.Flow = "nowhere" },
		"buttons[0][0].value": func(r *autoreply.Rule) {
			r.Buttons = [][]flow.Button{{{Label: flow.Texts{"uk": "Так"}, Do: flow.DoGo, Value: "nowhere/main"}}}
		},
	} {
		h := newHouse(t)
		good := h.add(keyword("a", "b"))
		wrong := keyword("c", "d")
		spoil(&wrong)

		_, err := h.AddRule(t.Context(), botID, wrong)
		require.Equal(t, field, fieldWrong(t, err))

		_, _, err = h.PutRules(t.Context(), botID, []autoreply.Rule{good, wrong}, 1)
		require.Equal(t, "rules[1]."+field, fieldWrong(t, err))

		text, err := json.Marshal(wrong)
		require.NoError(t, err)
		_, err = h.EditRule(t.Context(), botID, good.ID, patch(t, string(text)))
		require.Equal(t, field, fieldWrong(t, err))

		rules, version, err := h.Rules(t.Context(), botID)
		require.NoError(t, err)
		require.Equal(t, []autoreply.Rule{good}, rules, "nothing of it was saved")
		require.EqualValues(t, 1, version)
	}
}

func TestARuleMayLeadToAPublishedFlow(t *testing.T) {
	h := newHouse(t)
	r := keyword("a", "b")
	r.Actions.Flow = h.publish(menu("shop", "Вітаю", "/start"))
	added := h.add(r)

	_, err := h.Off(t.Context(), botID, "shop")
	require.NoError(t, err)
	require.Contains(t, h.problem(), "rules[0].actions.flow", "health tells of what leads nowhere now")
	require.NotContains(t, h.problem(), "broken", "but it is no error: somebody switched the flow off")
	require.Empty(t, h.says("/start"), "and it is off all the same")
	h.add(keyword("c", "d"))
	_, err = h.EditRule(t.Context(), botID, added.ID, patch(t, `{"name":"x"}`))
	require.Equal(t, "actions.flow", fieldWrong(t, err))
	_, err = h.switched(added.ID, false)
	require.NoError(t, err, "off can be switched whatever is wrong")
	_, err = h.switched(added.ID, true)
	require.Equal(t, "actions.flow", fieldWrong(t, err))
}

func TestAPatchReplacesTheFieldsThatItNamesAsAWhole(t *testing.T) {
	h := newHouse(t)
	r := keyword("ціна", "100")
	r.Texts["en"], r.Cooldown, r.Priority = "one hundred", conversation.Duration(time.Hour), 7
	r.Actions.Tags = []string{"ціни"}
	added := h.add(r)
	h.store.set(botID, func(s *Script) { s.Rules[0].Hits = 12 })

	edited, err := h.EditRule(t.Context(), botID, added.ID, patch(t, `{
		"texts":{"uk":"200"},"trigger":{"kind":"command","commands":["/price"]},"cooldown":null,"priority":0,"id":"other","hits":1}`))
	require.NoError(t, err)
	require.Equal(t, autoreply.Rule{
		ID: added.ID, Name: "ціна", Enabled: true, When: autoreply.Always, Texts: flow.Texts{"uk": "200"}, Hits: 12,
		Trigger: autoreply.Trigger{Kind: autoreply.OnCommand, Commands: []string{"/price"}},
		Actions: autoreply.Actions{Tags: []string{"ціни"}},
	}, edited)
	stored, _, err := h.Rules(t.Context(), botID)
	require.NoError(t, err)
	require.Equal(t, edited, stored[0])
	require.Equal(t, "200", h.says("/price"))
}

func TestWhatIsNoFieldOfARuleIsNamed(t *testing.T) {
	for text, field := range map[string]string{
		`{"nam":"x"}`:                                  "nam",
		`{"priority":"high"}`:                          "priority",
		`{"cooldown":5}`:                               "cooldown",
		`{"cooldown":"soon"}`:                          "cooldown",
		`{"name":"x","trigger":{"after":"10"}}`:        "trigger.after",
		`{"trigger":{"kind":"first","again_after":7}}`: "trigger.again_after",
		`{"trigger":{"phrases":"x"}}`:                  "trigger.phrases",
		`{"trigger":{"phrase":["x"]}}`:                 "trigger.phrase",
		`{"trigger":[]}`:                               "trigger",
		`{"texts":{"uk":1}}`:                           "texts.uk",
		`{"buttons":[[{"do":5}]]}`:                     "buttons.do",
		`{"buttons":[{"do":"go"}]}`:                    "buttons",
		`{"actions":{"close":"yes"}}`:                  "actions.close",
	} {
		_, err := ReadRule(patch(t, text))
		require.Equal(t, field, fieldWrong(t, err), text)
	}
	r, err := ReadRule(patch(t, `{"name":null,"priority":3}`))
	require.NoError(t, err)
	require.Equal(t, autoreply.Rule{Enabled: true, Priority: 3}, r, "a rule is on unless it is said to be off")
	r, err = ReadRule(patch(t, `{"enabled":false}`))
	require.NoError(t, err)
	require.False(t, r.Enabled)
}

func TestAllRulesAreReplacedIfNobodyElseChangedThem(t *testing.T) {
	h := newHouse(t)
	kept := h.add(keyword("a", "b"))
	gone := h.add(keyword("c", "d"))
	h.store.set(botID, func(s *Script) { s.Rules[0].Hits = 5 })
	kept.Priority = 3

	rules, version, err := h.PutRules(t.Context(), botID, []autoreply.Rule{keyword("new", "x"), kept}, 2)
	require.NoError(t, err)
	require.EqualValues(t, 3, version)
	require.NotEmpty(t, rules[0].ID)
	require.EqualValues(t, 5, rules[1].Hits)
	require.Equal(t, 3, rules[1].Priority)
	require.Equal(t, "x", h.says("new"))
	require.Empty(t, h.says("c"), gone.ID)

	_, _, err = h.PutRules(t.Context(), botID, rules, 2)
	require.ErrorIs(t, err, ErrChanged)
	h.store.outrun = 1
	_, _, err = h.PutRules(t.Context(), botID, rules, 3)
	require.ErrorIs(t, err, ErrChanged, "somebody was quicker between the look and the save")
}

func TestTwoRulesOfOneIDAreRefused(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.PutRules(t.Context(), botID, []autoreply.Rule{withID("x", keyword("a", "b")), withID("x", keyword("c", "d"))}, 0)
	require.Equal(t, "rules[1].id", fieldWrong(t, err))
}

func TestTooManyRulesAreRefused(t *testing.T) {
	h := newHouse(t)
	many := slices.Repeat([]autoreply.Rule{keyword("a", "b")}, 1001)
	_, _, err := h.PutRules(t.Context(), botID, many, 0)
	require.Equal(t, "rules", fieldWrong(t, err))
}

func TestAChangeOfOneRuleIsMadeAnewWhenAnotherRuleWasChanged(t *testing.T) {
	h := newHouse(t)
	a := h.add(keyword("a", "b"))
	h.store.outrun = maxTries - 1
	edited, err := h.switched(a.ID, false)
	require.NoError(t, err)
	require.False(t, edited.Enabled)
	require.Empty(t, h.says("a"))

	h.store.outrun = maxTries
	_, err = h.switched(a.ID, true)
	require.ErrorIs(t, err, ErrChanged, "not for ever")
}

func TestARuleThatIsGoneIsNotFound(t *testing.T) {
	h := newHouse(t)
	a, b := h.add(keyword("a", "b")), h.add(keyword("c", "d"))
	require.NoError(t, h.RemoveRule(t.Context(), botID, a.ID))
	rules, _, err := h.Rules(t.Context(), botID)
	require.NoError(t, err)
	require.Equal(t, []autoreply.Rule{b}, rules)
	require.Empty(t, h.says("a"))
	require.ErrorIs(t, h.RemoveRule(t.Context(), botID, a.ID), ErrNotFound)
	_, err = h.EditRule(t.Context(), botID, a.ID, nil)
	require.ErrorIs(t, err, ErrNotFound)
}

func TestABotThatIsNotThereIsNotFound(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	_, _, rules := h.Rules(ctx, "x")
	_, _, put := h.PutRules(ctx, "x", nil, 0)
	_, add := h.AddRule(ctx, "x", keyword("a", "b"))
	_, get := h.Hours(ctx, "x")
	_, set := h.PutHours(ctx, "x", hoursOf())
	_, flows := h.Flows(ctx, "x")
	_, one := h.Flow(ctx, "x", "m", 0, admin)
	_, _, draft := h.PutDraft(ctx, "x", "", []byte(menu("m", "x", "/start")), admin)
	_, _, publish := h.Publish(ctx, "x", "m", admin)
	_, off := h.Off(ctx, "x", "m")
	_, _, replace := h.Replace(ctx, "x", "m", 0, []byte(menu("m", "x", "/start")), admin)
	_, test := h.Simulate(ctx, "x", Trial{Text: "a"})
	for i, err := range []error{
		rules, put, add, h.RemoveRule(ctx, "x", "r1"), get, set, flows, one, draft, publish, off, replace, h.RemoveFlow(ctx, "x", "m"), test,
	} {
		require.ErrorIs(t, err, ErrNotFound, i)
	}
	require.Empty(t, h.changed)
}

func TestAChangeThatCannotBeReadAgainCountsAllTheSame(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.store.err = ErrNotFound // as if the bot was removed at that moment
	h.after(ctx, botID)
	require.Equal(t, []string{botID}, h.changed)
	h.store.err = errAway
	h.after(ctx, botID)
	require.Len(t, h.warned, 1)
	require.Len(t, h.wake, 1, "Watch looks at once")
}

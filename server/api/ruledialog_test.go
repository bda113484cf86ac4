// The form of a rule: what it saves, errors at its elements, forged submissions.

package api

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const (
	hour   = conversation.Duration(time.Hour)
	minute = conversation.Duration(time.Minute)
)

// savings are the automatic answers of the world, which remember what was saved.
type savings struct {
	scripts
	rules []autoreply.Rule
	rule  autoreply.Rule
	patch map[string]json.RawMessage
	hours hours.Hours
}

func newSavingWorld(t *testing.T) (*world, *savings) {
	t.Helper()
	w := newWorld(t)
	s := &savings{scripts: scripts{w}, rules: []autoreply.Rule{priceRule()}}
	o := w.options()
	o.Answers = s
	w.handler = New(o)
	return w, s
}

func (s *savings) Rules(context.Context, string) ([]autoreply.Rule, int64, error) {
	return s.rules, 3, nil
}

func (s *savings) AddRule(ctx context.Context, bot string, r autoreply.Rule) (autoreply.Rule, error) {
	s.rule = r
	return s.scripts.AddRule(ctx, bot, r)
}

func (s *savings) EditRule(ctx context.Context, bot, id string, patch map[string]json.RawMessage) (autoreply.Rule, error) {
	s.patch = patch
	return s.scripts.EditRule(ctx, bot, id, patch)
}

func (s *savings) PutHours(ctx context.Context, bot string, h hours.Hours) (hours.Hours, error) {
	s.hours = h
	return s.scripts.PutHours(ctx, bot, h)
}

func person() []flow.Button {
	return []flow.Button{{Label: flow.Texts{"uk": "Поговорити з людиною", "en": "Talk to a person"}, Do: flow.DoHandover}}
}

// textsIn are the texts that ship with the plugin, in a language; they are read once.
func textsIn(t *testing.T, lang string) Texts {
	t.Helper()
	texts := map[string]string{}
	data, err := assets.I18n.ReadFile("i18n/api." + lang + ".json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &texts))
	return func(key string, args map[string]string) string {
		text, ok := texts[key]
		require.True(t, ok, "no text %s in %s", key, lang)
		for name, value := range args {
			text = strings.ReplaceAll(text, "{{"+name+"}}", value)
		}
		return text
	}
}

func TestTheFormAddsARuleOfEachKind(t *testing.T) {
	for kind, c := range map[autoreply.TriggerKind]struct {
		values map[string]any
		want   autoreply.Rule
	}{
		autoreply.OnKeyword: {
			map[string]any{
				"name": " Ціни ", "trigger.phrases": "ціна\n\n кошту* ", "trigger.match": "starts", "trigger.max_length": "50", "texts.uk": "100",
				"texts.en": "100!", "when": "open", "cooldown": "6h", "priority": "7", "actions.tags": "ціни, vip,", "handover": true,
				"actions.flow": "shop", "actions.assign": " @olena ", "actions.close": true,
			},
			autoreply.Rule{
				Name: "Ціни", Priority: 7, When: autoreply.WhenOpen, Cooldown: 6 * hour, Texts: flow.Texts{"uk": "100", "en": "100!"},
				Trigger: autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Starts, Phrases: []string{"ціна", "кошту*"}, MaxLength: 50},
				Buttons: [][]flow.Button{person()}, Actions: autoreply.Actions{Tags: []string{"ціни", "vip"}, Flow: "shop", Assign: "olena", Close: true},
			},
		},
		autoreply.OnCommand: {
			map[string]any{"name": "n", "trigger.commands": "/prices\n/cost", "trigger.payload": " autumn ", "texts.uk": "100", "when": "always", "priority": "100"},
			autoreply.Rule{
				Name: "n", Priority: 100, When: autoreply.Always, Texts: flow.Texts{"uk": "100"},
				Trigger: autoreply.Trigger{Kind: autoreply.OnCommand, Commands: []string{"/prices", "/cost"}, Payload: "autumn"},
			},
		},
		autoreply.OnFirst: {
			map[string]any{"name": "n", "trigger.again_after": "30д", "texts.en": "Hi", "when": "always", "handover": "true", "actions.flow": "/"},
			autoreply.Rule{
				Name: "n", When: autoreply.Always, Texts: flow.Texts{"en": "Hi"}, Buttons: [][]flow.Button{person()},
				Trigger: autoreply.Trigger{Kind: autoreply.OnFirst, AgainAfter: 720 * hour},
			},
		},
		autoreply.OnAway: {
			map[string]any{"name": "n", "trigger.every": "", "texts.uk": "Ні"},
			autoreply.Rule{Name: "n", When: autoreply.Always, Texts: flow.Texts{"uk": "Ні"}, Trigger: autoreply.Trigger{Kind: autoreply.OnAway}},
		},
		autoreply.OnNoAnswer: {
			map[string]any{"name": "n", "trigger.after": "1h30m", "texts.uk": "Ще трохи", "when": "always"},
			autoreply.Rule{
				Name: "n", When: autoreply.Always, Texts: flow.Texts{"uk": "Ще трохи"},
				Trigger: autoreply.Trigger{Kind: autoreply.OnNoAnswer, After: 90 * minute},
			},
		},
		autoreply.Fallback: {
			map[string]any{"name": "n", "texts.uk": "?", "when": "closed", "cooldown": "90s"},
			autoreply.Rule{Name: "n", When: autoreply.WhenClosed, Cooldown: minute * 3 / 2, Texts: flow.Texts{"uk": "?"}, Trigger: autoreply.Trigger{Kind: autoreply.Fallback}},
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			w, s := newSavingWorld(t)
			require.Equal(t, model.SubmitDialogResponse{}, w.submit(channelAdmin, "rule-add", "tg1 "+string(kind), c.values))
			c.want.Enabled = true
			require.Equal(t, c.want, s.rule)
			s.rule.ID = "r2"
			require.Empty(t, autoreply.ValidateRules([]autoreply.Rule{s.rule}))
			require.Contains(t, w.private[0], "(`r2`) of `Shop bot` is saved and on.")
			require.Equal(t, []Audit{{channelAdmin, "POST " + AddRulePath, "r2", 200}}, w.audits)
		})
	}
}

func TestTheFormChangesWhatItShowsAndKeepsTheRest(t *testing.T) {
	w, s := newSavingWorld(t)
	s.rules = []autoreply.Rule{{
		ID: "r1", Name: strings.Repeat("н", 80), Enabled: true, Priority: 5, When: autoreply.Always, Cooldown: hour, FileIDs: []string{"f"},
		Texts:   flow.Texts{"uk": strings.Repeat("т", 2000), "en": "old", "pl": "cena"},
		Trigger: autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Contains, Phrases: []string{"a"}, MaxLength: 9},
		Buttons: [][]flow.Button{{{Do: flow.DoMenu}, person()[0]}, person()},
		Actions: autoreply.Actions{Tags: []string{"x"}, Flow: "shop/prices", Assign: "olena", Close: true}, Hits: 3,
	}}
	response := w.submit(channelAdmin, "rule-edit", "tg1 r1", map[string]any{
		"name": "", "trigger.phrases": "b", "trigger.match": "equals", "texts.uk": "", "texts.en": nil, "when": "open", "priority": "",
		"actions.flow": "shop/prices", "actions.assign": "", "actions.close": "true",
	})
	require.Equal(t, model.SubmitDialogResponse{}, response)
	edited, err := answers.ReadRule(s.patch)
	require.NoError(t, err)
	require.NotContains(t, s.patch, "enabled")
	require.Equal(t, autoreply.Rule{
		Name: strings.Repeat("н", 80), Enabled: true, When: autoreply.WhenOpen,
		Texts:   flow.Texts{"uk": strings.Repeat("т", 2000), "pl": "cena"},
		Trigger: autoreply.Trigger{Kind: autoreply.OnKeyword, Match: autoreply.Equals, Phrases: []string{"b"}},
		Buttons: [][]flow.Button{{{Do: flow.DoMenu}}},
		Actions: autoreply.Actions{Flow: "shop/prices", Close: true},
	}, edited, "what was too long to be shown stays; what the form does not have stays; the rest is as it was entered")
	require.NotContains(t, s.patch, "enabled")
	require.NotContains(t, s.patch, "file_ids")
}

func TestAButtonToAPersonIsOfferedOnce(t *testing.T) {
	w, s := newSavingWorld(t)
	s.rules[0].Buttons = [][]flow.Button{person()}
	w.submit(channelAdmin, "rule-edit", "tg1 r1", map[string]any{"name": "n", "handover": true, "trigger.match": "contains"})
	edited, err := answers.ReadRule(s.patch)
	require.NoError(t, err)
	require.Equal(t, [][]flow.Button{person()}, edited.Buttons)
}

// flows are those that forms may offer.
var flows = []answers.FlowState{{Name: "shop", Published: 1, On: true}, {Name: "old", Published: 1}, {Name: "new", Draft: 1}}

func TestTheFormShowsTheRuleAsItIs(t *testing.T) {
	texts := textsIn(t, "en")
	bot := newWorld(t).bots[0]
	values := func(d model.Dialog) map[string]string {
		found := map[string]string{}
		for _, e := range d.Elements {
			found[e.Name] = e.Default
		}
		return found
	}
	r := priceRule()
	r.Cooldown, r.Buttons = 6*hour, [][]flow.Button{person()}
	r.Actions = autoreply.Actions{Tags: []string{"a", "b"}, Flow: "shop/prices", Assign: "olena", Close: true}
	require.Equal(t, map[string]string{
		"name": "Ціни", "trigger.phrases": "ціна", "trigger.match": "contains", "trigger.max_length": "", "texts.uk": "100", "texts.en": "",
		"when": "always", "cooldown": "6 h", "handover": "true", "priority": "100", "actions.tags": "a, b",
		"actions.flow": "shop/prices", "actions.assign": "@olena", "actions.close": "true",
	}, values(EditRuleDialog(texts, bot, r, flows)))
	for _, e := range EditRuleDialog(texts, bot, r, flows).Elements {
		if e.Name == "texts.uk" {
			require.Equal(t, "Markdown, with placeholders such as `{{customer.first_name}}`", e.HelpText)
		}
	}
	offered := func(d model.Dialog) (names []string) {
		for _, e := range d.Elements {
			if e.Name == "actions.flow" {
				for _, o := range e.Options {
					names = append(names, o.Value)
				}
			}
		}
		return names
	}
	require.Equal(t, []string{"/", "shop", "shop/prices"}, offered(EditRuleDialog(texts, bot, r, flows)), "what it has now stays")
	require.Equal(t, []string{"/", "shop"}, offered(AddRuleDialog(texts, bot, autoreply.OnFirst, flows)), "what is not on is not offered")
	require.Equal(t, "10 min", values(AddRuleDialog(texts, bot, autoreply.OnNoAnswer, flows))["trigger.after"])
	require.Equal(t, "30 d", values(AddRuleDialog(texts, bot, autoreply.OnFirst, flows))["trigger.again_after"])
	require.Equal(t, "12 h", values(AddRuleDialog(texts, bot, autoreply.OnAway, flows))["trigger.every"])
	bot.Settings.Language = "pl"
	require.Contains(t, values(AddRuleDialog(texts, bot, autoreply.OnAway, flows)), "texts.pl", "the bot's own language")
}

func TestTheFormOfARuleNamesItsBotAndAsksForWhatIsNeeded(t *testing.T) {
	bot := newWorld(t).bots[0]
	bot.Name = "Shop *bot*"
	for kind, want := range map[autoreply.TriggerKind]struct{ needed, lacks []string }{
		autoreply.OnFirst:    {needed: []string{"name", "when"}},
		autoreply.OnAway:     {needed: []string{"name"}, lacks: []string{"actions.flow", "when"}},
		autoreply.OnKeyword:  {needed: []string{"name", "trigger.phrases", "trigger.match", "when"}},
		autoreply.OnCommand:  {needed: []string{"name", "when"}},
		autoreply.OnNoAnswer: {needed: []string{"name", "trigger.after", "when"}, lacks: []string{"actions.flow"}},
		autoreply.Fallback:   {needed: []string{"name", "when"}},
	} {
		d := AddRuleDialog(textsIn(t, "en"), bot, kind, flows)
		require.Contains(t, d.IntroductionText, `**Shop \*bot\* (Telegram)** · `)
		var needed []string
		for _, e := range d.Elements {
			require.NotContains(t, want.lacks, e.Name, kind)
			if !e.Optional {
				needed = append(needed, e.Name)
			}
		}
		require.Equal(t, want.needed, needed, kind)
	}
}

func TestErrorsOfARuleStandAtTheirElements(t *testing.T) {
	good := func(more map[string]any) map[string]any {
		values := map[string]any{"name": "n", "texts.uk": "x", "when": "always", "trigger.match": "contains", "trigger.phrases": "a"}
		for k, v := range more {
			values[k] = v
		}
		return values
	}
	for name, c := range map[string]struct {
		err    error
		values map[string]any
		at     string
		says   string
	}{
		"no name":             {nil, map[string]any{"name": " "}, "name", "This is missing."},
		"a priority in words": {nil, map[string]any{"priority": "high"}, "priority", "“high” is not a whole number."},
		"a length":            {nil, map[string]any{"cooldown": "9:00"}, "cooldown", "“9:00” is not a length of time. Write it as in: 30m, 12h, 30d."},
		"another length":      {nil, map[string]any{"cooldown": "soon"}, "cooldown", "“soon” is not a length of time. Write it as in: 30m, 12h, 30d."},
		"the third phrase":    {conversation.Wrong("trigger.phrases[2]", conversation.ProblemNoWords, "value", "*"), nil, "trigger.phrases", "“*” has no letter, digit or symbol to look for."},
		"no text":             {conversation.Wrong("texts", conversation.ProblemMissing), nil, "texts.uk", "This is missing."},
		"a placeholder": {conversation.Wrong("texts.en", conversation.ProblemUnknownPlaceholder, "value", "x_y", "allowed", "bot.name"), nil, "texts.en",
			"The placeholder “x_y” is not known. Known: bot.name."},
		"a tag":       {conversation.Wrong("actions.tags[0]", conversation.ProblemMissing), nil, "actions.tags", "This is missing."},
		"an assignee": {conversation.Wrong("actions.assign", conversation.ProblemMissing), nil, "actions.assign", "This is missing."},
		"a flow":      {conversation.Wrong("actions.flow", conversation.ProblemMissing), nil, "actions.flow", "This is missing."},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newSavingWorld(t)
			w.err = c.err
			require.Equal(t, map[string]string{c.at: c.says}, w.submit(channelAdmin, "rule-add", "tg1 keyword", good(c.values)).Errors)
			require.Equal(t, map[string]string{c.at: c.says}, w.submit(channelAdmin, "rule-edit", "tg1 r1", good(c.values)).Errors)
			require.Empty(t, w.private)
		})
	}
	w, _ := newSavingWorld(t)
	for err, want := range map[error]string{
		conversation.Wrong("buttons[0][0].value", conversation.ProblemMissing): "buttons[0][0].value: This is missing.",
		answers.ErrChanged:     "Somebody else has changed this meanwhile. Look at it again and repeat.",
		errors.New("pq: down"): "Something failed; the server log says what.",
	} {
		w.err = err
		require.Equal(t, want, w.submit(channelAdmin, "rule-add", "tg1 keyword", good(nil)).Error)
	}
}

func TestAFormOfAUkrainianSaysInUkrainianWhatIsWrong(t *testing.T) {
	values := func(more string, value any) map[string]any {
		return map[string]any{"name": "n", "texts.uk": "x", "when": "always", more: value}
	}
	w, _ := newSavingWorld(t)
	w.outsiders = true
	require.Equal(t, map[string]string{"priority": "«*висока*» — не ціле число."},
		w.submit(outsider, "rule-add", "vb1 first", values("priority", "*висока*")).Errors)
	require.Equal(t, map[string]string{"cooldown": "«скоро» — не тривалість. Пишіть, наприклад: 30m, 12h, 30d."},
		w.submit(outsider, "rule-add", "vb1 command", values("cooldown", "скоро")).Errors)

	w.err = errors.Wrap(conversation.Wrong("texts.uk", conversation.ProblemOpenPlaceholder), "where")
	require.Equal(t, map[string]string{
		"texts.uk": "Підстановку не відкрито або не закрито: потрібно по дві фігурні дужки з обох боків, в одному рядку.",
	}, w.submit(outsider, "rule-add", "vb1 first", values("name", "n")).Errors)
	w.err = conversation.Wrong("file_ids[0]", conversation.ProblemNotFile, "value", "*f*")
	require.Equal(t, `file_ids[0]: «\*f\*» — не ідентифікатор файлу в Mattermost: у ньому 26 символів.`,
		w.submit(outsider, "rule-add", "vb1 first", values("name", "n")).Error)
}

func TestForgedFormsOfAutomaticAnswersDoNothing(t *testing.T) {
	values := map[string]any{"name": "n", "texts.uk": "x", "yaml": shopYAML, "all_dates": true}
	for name, c := range map[string]struct{ user, form, state string }{
		"a member adds a rule":     {member, "rule-add", "tg1 first"},
		"a member changes a rule":  {member, "rule-edit", "tg1 r1"},
		"a member saves a flow":    {member, "flow-import", "tg1"},
		"a member takes holidays":  {member, "holidays", "tg1 ua 2026-11-26 Europe/Kyiv"},
		"a bot that he cannot see": {channelAdmin, "rule-add", "vb1 first"},
		"a bot that is none":       {sysadmin, "flow-import", "tg9"},
		"an id that cannot be":     {sysadmin, "rule-edit", "../tg1 r1"},
		"a rule that is none":      {sysadmin, "rule-edit", "tg1 r9"},
		"no state":                 {sysadmin, "holidays", ""},
		"a state of another form":  {sysadmin, "holidays", "tg1 first"},
		"a country that is none":   {sysadmin, "holidays", "tg1 xx 2026-11-26 Europe/Kyiv"},
		"a date that is none":      {sysadmin, "holidays", "tg1 ua soon Europe/Kyiv"},
		"a year beyond the lists":  {sysadmin, "holidays", "tg1 ua 9998-01-01 Europe/Kyiv"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			response := w.submit(c.user, c.form, c.state, values)
			require.True(t, response.Error != "" || len(response.Errors) > 0)
			require.Empty(t, w.calls)
		})
	}
}

func TestLengthsOfTimeAreReadAsTheyAreWritten(t *testing.T) {
	for length, want := range map[conversation.Duration][2]string{
		720 * hour: {"30 d", "30 д"}, 24 * hour: {"1 d", "1 д"}, 36 * hour: {"1 d 12 h", "1 д 12 год"}, 12 * hour: {"12 h", "12 год"},
		90 * minute: {"1 h 30 min", "1 год 30 хв"}, 10 * minute: {"10 min", "10 хв"}, minute / 2: {"30 s", "30 с"}, 0: {"0 s", "0 с"},
		hour + minute/2: {"1 h 30 s", "1 год 30 с"},
	} {
		for i, lang := range []string{"en", "uk"} {
			require.Equal(t, want[i], FormatLength(textsIn(t, lang), length))
			read, err := parseLength("f", want[i])
			require.NoError(t, err)
			require.Equal(t, length, read)
		}
	}
	for text, want := range map[string]conversation.Duration{
		"": 0, "1h30m": 90 * minute, "30d": 720 * hour, "12ГОД": 12 * hour, "2 дні": 48 * hour, "1.5h": 90 * minute, "5 хв.": 5 * minute,
	} {
		read, err := parseLength("f", text)
		require.NoError(t, err, text)
		require.Equal(t, want, read, text)
	}
	for _, text := range []string{"9:00", "soon", "5", "5 parsecs", "h", "1h 5", "2026-12-01", "999999d"} {
		_, err := parseLength("f", text)
		require.Equal(t, conversation.Wrong("f", conversation.ProblemNotLength, "value", text, "example", exampleLengths), err)
	}
}

// Mattermost counts bytes in these limits and opens no form that breaks one.
func TestFormsOfAutomaticAnswersFitMattermostInBothLanguages(t *testing.T) {
	bot := newWorld(t).bots[0]
	long := autoreply.Rule{
		ID: "r1", Name: strings.Repeat("я", 100), Priority: 1000, When: autoreply.Always, Texts: flow.Texts{"uk": strings.Repeat("я", 4096)},
		Trigger: autoreply.Trigger{Match: autoreply.Regex, Phrases: strings.Split(strings.Repeat(strings.Repeat("я", 200)+"\n", 100), "\n"), Payload: strings.Repeat("a", 64)},
		Actions: autoreply.Actions{Tags: strings.Split(strings.Repeat("міткаміткамітка,", 20), ",")},
	}
	for _, lang := range []string{"en", "uk"} {
		texts := textsIn(t, lang)
		forms := []model.Dialog{PasteFlowDialog(texts, bot)}
		for _, kind := range []autoreply.TriggerKind{
			autoreply.OnFirst, autoreply.OnAway, autoreply.OnKeyword, autoreply.OnCommand, autoreply.OnNoAnswer, autoreply.Fallback,
		} {
			long.Trigger.Kind = kind
			forms = append(forms, AddRuleDialog(texts, bot, kind, flows), EditRuleDialog(texts, bot, long, flows))
		}
		for _, f := range forms {
			require.NoError(t, f.IsValid(), lang)
		}
	}
}

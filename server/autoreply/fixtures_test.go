// A bot with rules and flows, and a customer whose conversation goes through its arbiter as the relay would do it.

package autoreply

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// kyivHours are closed at night, over lunch, at weekends and on a holiday.
var kyivHours = hours.Hours{
	Zone: "Europe/Kyiv",
	Week: map[string][]string{
		"mon": {"09:00-13:00", "14:00-18:00"}, "tue": {"09:00-13:00", "14:00-18:00"}, "wed": {"09:00-13:00", "14:00-18:00"},
		"thu": {"09:00-13:00", "14:00-18:00"}, "fri": {"09:00-13:00", "14:00-18:00"},
	},
	Dates: []hours.Date{{Date: "2026-03-12", Name: "Свято"}},
}

// at is a time in Kyiv on a day of March 2026: the 10th is a Tuesday.
func at(t testing.TB, day int, clock string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	c, err := time.Parse("15:04", clock)
	require.NoError(t, err)
	return time.Date(2026, 3, day, c.Hour(), c.Minute(), 0, 0, zone)
}

func texts(uk, en string) flow.Texts { return flow.Texts{"uk": uk, "en": en} }

func rule(id string, kind TriggerKind, change func(r *Rule)) Rule {
	r := Rule{ID: id, Enabled: true, Priority: 100, Trigger: Trigger{Kind: kind}, Texts: texts(id+" укр", id+" eng")}
	switch kind {
	case OnKeyword:
		r.Trigger.Match = Contains
	case OnNoAnswer:
		r.Trigger.After = minutes(10)
	case OnFirst:
		r.Trigger.AgainAfter = conversation.Duration(720 * time.Hour)
	}
	if change != nil {
		change(&r)
	}
	return r
}

func minutes(n int) conversation.Duration {
	return conversation.Duration(time.Duration(n) * time.Minute)
}

func keyword(id string, phrases ...string) Rule {
	return rule(id, OnKeyword, func(r *Rule) { r.Trigger.Phrases = phrases })
}

func onCommand(id string, commands ...string) Rule {
	return rule(id, OnCommand, func(r *Rule) { r.Trigger.Commands = commands })
}

// fullSet has one rule of each kind.
func fullSet() []Rule {
	return []Rule{
		rule("fallback", Fallback, nil), rule("noanswer", OnNoAnswer, nil), rule("away", OnAway, nil),
		rule("first", OnFirst, nil), keyword("price", "ціна", "кошту*"), onCommand("delivery", "/delivery"),
	}
}

const parcelFlow = `
flow: parcel
start: main
idle: 60m
trigger: {commands: [/start, /menu]}
steps:
  main:
    text: {uk: "Вітаю, {{customer.first_name}}!", en: "Hello, {{customer.first_name}}!"}
    buttons:
      - [{label: {uk: "Де посилка", en: "Track"}, do: go, value: track}]
      - [{label: {uk: "Ціни", en: "Prices"}, do: go, value: prices}]
      - [{label: {uk: "Телефон", en: "Phone"}, do: phone, value: thanks}]
      - [{label: {uk: "Людина", en: "A person"}, do: handover}]
  track:
    text: {uk: "Номер?", en: "Number?"}
    input: {field: parcel, type: text, pattern: "^[0-9]{4}$", error: {uk: "4 цифри", en: "4 digits"}, tries: 2}
    next: lookup
  lookup:
    http: {method: GET, url: "https://api.example.ua/p/{{field.parcel}}", timeout: 5s, save: {status: status}, error: sorry}
    next: result
  result: {text: {uk: "Статус: {{http.status}}", en: "Status: {{http.status}}"}}
  sorry: {text: {uk: "Кличемо людину", en: "Calling a person"}, do: handover}
  prices: {text: {uk: "Від 40 грн", en: "From 40 UAH"}, tags: [prices], next: main}
  thanks: {text: {uk: "Дякую, {{field.phone}}", en: "Thanks, {{field.phone}}"}, do: close}
`

func parsed(t testing.TB, yaml string) *flow.Flow {
	t.Helper()
	f, problems := flow.Parse([]byte(yaml))
	require.False(t, flow.Broken(problems), "%v", problems)
	return &f
}

// words reads assets/i18n as desk does.
func ourWords(t testing.TB) func(language, key string, args map[string]string) string {
	t.Helper()
	catalog := map[string]map[string]string{}
	names, err := fs.Glob(assets.I18n, "i18n/*.json")
	require.NoError(t, err)
	for _, name := range names {
		parts := strings.Split(strings.TrimPrefix(name, "i18n/"), ".")
		language := parts[len(parts)-2]
		data, err := fs.ReadFile(assets.I18n, name)
		require.NoError(t, err)
		if catalog[language] == nil {
			catalog[language] = map[string]string{}
		}
		some := map[string]string{}
		require.NoError(t, json.Unmarshal(data, &some))
		for key, text := range some {
			catalog[language][key] = text
		}
	}
	return func(language, key string, args map[string]string) string {
		text, ok := catalog[language][key]
		require.True(t, ok, "no text %s in %s", key, language)
		for name, value := range args {
			text = strings.ReplaceAll(text, "{{"+name+"}}", value)
		}
		return text
	}
}

// scene is a customer's conversation with a bot.
type scene struct {
	testing.TB
	arbiter *Arbiter
	facts   Facts
	memory  Memory
	now     time.Time
}

// newScene is a private chat in bot mode on Tuesday at ten, with a customer who never wrote.
func newScene(t testing.TB, setup Setup) *scene {
	t.Helper()
	if setup.Words == nil {
		setup.Words = ourWords(t)
	}
	if setup.Language == "" {
		setup.Language = "uk"
	}
	if setup.BotUsername == "" {
		setup.BotUsername = "our_bot"
	}
	a, problems := Compile(setup)
	require.Empty(t, problems)
	s := &scene{TB: t, arbiter: a, now: at(t, 10, "10:00")}
	s.facts = Facts{Mode: conversation.BotMode, Status: conversation.Open, Kind: messenger.Private, Language: "uk", BotName: "Пошта"}
	s.facts.Customer.FirstName = "Оля"
	return s
}

// happens lets an event happen now and does with the decision what the relay does.
func (s *scene) happens(e Event) Decision {
	s.Helper()
	if e.At.IsZero() {
		e.At = s.now
	}
	d := s.arbiter.Evaluate(s.facts, s.memory, e, s.now)
	s.memory = d.Memory
	if d.HumanModeOver {
		s.facts.Mode = conversation.BotMode
	}
	if d.Handover {
		s.facts.Mode = conversation.HumanMode
	}
	waits := e.Kind == Wrote && !d.Answered || d.Handover
	if waits && s.facts.WaitingSince.IsZero() {
		s.facts.WaitingSince = e.At
	}
	if len(d.Buttons) > 0 {
		s.facts.Keyboard = true
	}
	return d
}

func (s *scene) writes(text string) Decision {
	s.Helper()
	return s.happens(Event{Kind: Wrote, Text: text})
}
func (s *scene) starts(payload string) Decision {
	s.Helper()
	return s.happens(Event{Kind: Started, Payload: payload})
}
func (s *scene) presses(data string) Decision {
	s.Helper()
	return s.happens(Event{Kind: Pressed, Press: data})
}

// agentReplies switches to human mode and ends the waiting.
func (s *scene) agentReplies() {
	s.facts.Mode, s.facts.LastAgentAt, s.facts.WaitingSince = conversation.HumanMode, s.now, time.Time{}
	s.memory.Position = nil // as the store does it
}

// wait lets time pass.
func (s *scene) wait(d time.Duration) { s.now = s.now.Add(d) }

// due lets the timer run out that a decision set.
func (s *scene) due(d Decision) Decision {
	s.Helper()
	require.False(s, d.NoAnswerAt.IsZero(), "no timer was set")
	s.now = d.NoAnswerAt
	return s.happens(Event{Kind: NoAnswerDue, At: d.NoAnswerAt})
}

// withParcel is a setup with these rules and the parcel flow.
func withParcel(t testing.TB, rules ...Rule) Setup {
	return Setup{Rules: rules, Flows: []Published{{parsed(t, parcelFlow), 3}}}
}

// reasons are those of a decision by rule.
func reasons(d Decision) map[string]Reason {
	found := map[string]Reason{}
	for _, c := range d.Considered {
		found[c.Rule] = c.Reason
	}
	return found
}

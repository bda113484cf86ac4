package autoreply

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

func TestMemoryOfAnyVersionIsUnderstood(t *testing.T) {
	for _, text := range []string{
		`{}`, `null`, `{"mood":"good","position":null,"fired":null}`,
		`{"wrote_at":"2026-03-10T08:00:00.123456789Z","fired":{"gone":"2026-03-10T08:00:00Z"}}`,
		`{"position":{"flow":"gone","version":9,"step":"x","at":"2026-03-10T08:00:00Z","new":1}}`,
		`{"waiting":"2026-03-10T08:00:00+02:00","away_in_wait":true}`,
	} {
		s := newScene(t, Setup{Rules: fullSet()})
		require.NoError(t, json.Unmarshal([]byte(text), &s.memory), text)
		require.Equal(t, []string{"price"}, s.writes("ціна").Rules, text)
		require.Nil(t, s.memory.Position)
	}
}

func TestMemoryIsTheSameAfterItWasStored(t *testing.T) {
	now := time.Date(2026, 3, 10, 10, 0, 0, 123456789, time.UTC)
	m := Memory{
		WroteAt: now, WelcomedAt: now, Fired: map[string]time.Time{"a": now}, Recent: []time.Time{now}, Waiting: now,
		AwayInWait: true, FallbackInWait: true, NoAnswerInWait: true, NoAnswerSeen: now,
		Position: &flow.Position{Flow: "f", Version: 2, Step: "s", At: now, Before: []string{"b"}, HTTP: map[string]string{"x": "y"}},
		Fields:   map[string]string{"phone": "+380"}, LimitedAt: now,
		Held: &Held{
			Text: "t", Files: []string{"f"}, Buttons: [][]messenger.Button{{{Label: "L", Data: "h"}}}, Language: "uk", Names: []string{"n"}, Close: true,
		},
	}
	data, err := json.Marshal(m)
	require.NoError(t, err)
	var back Memory
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, m, back)
	data, err = json.Marshal(Memory{})
	require.NoError(t, err)
	require.Equal(t, "{}", string(data))
}

func TestPlaceholdersAreLiteralAndInTheCustomersLanguage(t *testing.T) {
	r := keyword("r", "ціна")
	r.Texts = texts(
		"{{customer.first_name}}|{{customer.username}}|{{bot.name}}|{{agent.first_name}}|{{field.note}}|{{field.none}}|{{hours.next_open}}",
		"**{{field.note}}** {{hours.next_open}}",
	)
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{r}})
	s.facts.Customer.FirstName, s.facts.Customer.Username = "*Оля* {{bot.name}}", "olya_k"
	s.facts.AgentFirstName = "Іван"
	s.memory.Fields = map[string]string{"note": "@all [x](https://evil.example)\n# y"}
	shown := func(d Decision) string { return richtext.FromMarkdown(d.Text, richtext.Options{}).Plain }
	require.Equal(t, "*Оля* {{bot.name}}|olya_k|Пошта|Іван|@all [x](https://evil.example)\n# y||зараз", shown(s.writes("ціна")))
	require.NotContains(t, s.writes("ціна").Text, "@all", "nobody in the team is mentioned")

	s.facts.Language = "en-US"
	s.now = at(t, 11, "17:59")
	require.Contains(t, s.writes("ціна").Text, " now")
	s.now = at(t, 11, "18:00")
	require.Contains(t, s.writes("ціна").Text, " on Friday at 09:00", "the day after the holiday")

	s.facts.Language = "de"
	require.Contains(t, s.writes("ціна").Text, "у п’ятницю о 09:00", "the bot's language")
	s.arbiter.setup.Language = "fr"
	require.Contains(t, s.writes("ціна").Text, "on Friday at 09:00", "a language that nobody has here")
}

func TestATeamThatIsClosedForYearsOpensLater(t *testing.T) {
	closed := kyivHours
	closed.Override = &hours.Override{Until: at(t, 10, "10:00").AddDate(3, 0, 0).UnixMilli()}
	r := keyword("r", "ціна")
	r.Texts = flow.Texts{"en": "We open {{hours.next_open}}"}
	s := newScene(t, Setup{Hours: closed, Rules: []Rule{r, rule("noanswer", OnNoAnswer, nil)}})
	require.Equal(t, "We open later", s.writes("ціна").Text)
	require.Zero(t, s.writes("?").NoAnswerAt, "ten open minutes do not pass")
}

func TestRulesThatAreGoneAreForgotten(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{keyword("here", "ціна"), rule("off", OnFirst, func(r *Rule) { r.Enabled = false })}})
	s.memory.Fired = map[string]time.Time{"gone": s.now, "off": s.now}
	given := s.memory
	d := s.writes("ціна")
	require.Equal(t, map[string]time.Time{"here": s.now.UTC(), "off": s.now}, d.Memory.Fired)
	require.Contains(t, given.Fired, "gone", "what is given is not changed")
}

func TestFactsAreThoseOfTheConversation(t *testing.T) {
	when := time.Unix(1, 0)
	c := conversation.Conversation{
		Mode: conversation.HumanMode, Status: conversation.Snoozed, AssigneeID: "u1",
		Chat:         messenger.Chat{Kind: messenger.Group, Connection: "c"},
		Customer:     conversation.Customer{FirstName: "Оля", Username: "olya", Language: "uk"},
		WaitingSince: when, LastAgentAt: when.Add(1), HumanSince: when.Add(2),
	}
	bot := conversation.Bot{Name: "Пошта", Settings: conversation.DefaultSettings()}
	named := func(id string) string { return "first name of " + id }
	want := Facts{
		Mode: conversation.HumanMode, Status: conversation.Snoozed, Kind: messenger.Group, Business: true,
		WaitingSince: when, LastAgentAt: when.Add(1), HumanSince: when.Add(2), Language: "uk", BotName: "Пошта",
	}
	want.Customer.FirstName, want.Customer.Username = "Оля", "olya"
	require.Equal(t, want, FactsOf(c, bot, named), "names of agents are hidden")
	bot.Settings.AgentName = conversation.NameFirst
	want.AgentFirstName = "first name of u1"
	require.Equal(t, want, FactsOf(c, bot, named))
	c.AssigneeID = ""
	require.Empty(t, FactsOf(c, bot, named).AgentFirstName)
}

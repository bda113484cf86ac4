package autoreply

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
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
		Fields:   map[string]string{"phone": "+380"}, Held: &Held{Text: "t", Files: []string{"f"}, Language: "uk"}, Keyboard: "5",
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

func TestWhatIsRememberedOnceAnAgentTookOver(t *testing.T) {
	m := Memory{WroteAt: time.Unix(5, 0), Position: &flow.Position{Flow: "f"}, Held: &Held{Text: "x"}, Keyboard: "5"}
	require.Equal(t, Memory{WroteAt: time.Unix(5, 0), Keyboard: "5"}, m.HumanTookOver())
	require.NotNil(t, m.Position)
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

// Answers of which nothing is left once their placeholders are filled, and answers that become too long.

package autoreply

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const muteFlow = `
flow: mute
start: ask
trigger: {commands: [/start]}
steps:
  ask: {http: {url: "https://a.ua", save: {a: a}}, next: main}
  main: {text: {uk: "{{http.a}}"}, buttons: [[{label: {uk: Так}, do: go, value: yes}], [{label: {uk: Ні}, do: go, value: "no"}], [{label: {uk: Все}, do: go, value: end}]]}
  "yes": {text: {uk: "**{{field.f}}**"}, input: {field: f}, next: end}
  "no": {text: {uk: "{{field.f}}"}, do: handover}
  end: {text: {uk: "{{http.a}}"}}
`

func TestAStepWhoseTextIsLeftEmptyIsSeenAllTheSame(t *testing.T) {
	s := newScene(t, Setup{Flows: []Published{{parsed(t, muteFlow), 1}}})
	d := s.starts("")
	require.NotNil(t, d.Call)
	require.Empty(t, d.Text, "nothing is said before the call")
	d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: d.Call.Of}})
	require.Equal(t, "Оберіть, будь ласка:", d.Text)
	require.Len(t, d.Buttons, 3)
	require.Empty(t, d.Silence)

	d = s.presses("g:mute:yes")
	require.Equal(t, "Напишіть, будь ласка, відповідь.", d.Text, "he is asked for something")
	require.Equal(t, "yes", d.Memory.Position.Step)

	s.facts.Language = "en"
	d = s.writes("x")
	require.Empty(t, d.Text, "a final step may be silent")
	require.Nil(t, d.Memory.Position)

	s.starts("")
	d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{}})
	require.Equal(t, "Please choose:", d.Text)
	s.memory.Fields = nil
	d = s.presses("g:mute:no")
	require.Equal(t, "A person will answer you from here on. Please wait a little.", d.Text, "who is handed over is told so")
}

func TestARuleWhoseTextIsLeftEmptyShowsItsButtons(t *testing.T) {
	buttons := func(r *Rule) {
		r.Texts = texts("{{field.f}}", "{{field.f}}")
		r.Buttons = [][]flow.Button{{{Label: texts("Так", "Yes"), Do: flow.DoHandover}}}
	}
	price := keyword("price", "ціна")
	buttons(&price)
	setup := Setup{Rules: []Rule{price, rule("away", OnAway, nil), rule("fallback", Fallback, buttons)}, Hours: kyivHours}
	s := newScene(t, setup)
	require.Equal(t, "Оберіть, будь ласка:", s.writes("ціна").Text)
	require.Equal(t, "Оберіть, будь ласка:", s.writes("?").Text, "a fallback as well")
	s.now = at(t, 10, "20:00")
	require.Equal(t, "Оберіть, будь ласка:\n\naway укр", s.writes("ціна").Text)
	s.memory.Fields = map[string]string{"f": "100"}
	require.Equal(t, "100", s.writes("ціна").Text)
}

func TestAnAnswerHasAnEndAndItsButtons(t *testing.T) {
	long := rule("long", OnCommand, func(r *Rule) {
		r.Trigger.Commands = []string{"/long"}
		r.Texts = texts("**"+strings.Repeat("слово ", 680)+"**", "x")
		r.Actions.Flow = "parcel"
	})
	s := newScene(t, withParcel(t, long))
	s.facts.Customer.FirstName = strings.Repeat("*Оля* ", 1000)
	d := s.writes("/long")
	seen := richtext.FromMarkdown(d.Text, richtext.Options{})
	require.LessOrEqual(t, seen.Len(richtext.CodePoints), flow.MaxSaid)
	require.Greater(t, seen.Len(richtext.CodePoints), flow.MaxSaid-10)
	require.True(t, strings.HasSuffix(seen.Plain, "*Оля…") || strings.HasSuffix(seen.Plain, "*Оля*…"), "cut between words")
	require.Len(t, d.Buttons, 4)
}

func TestManyLongValuesAreCheap(t *testing.T) {
	r := keyword("r", "ціна")
	r.Texts = texts(strings.Repeat("{{field.f}}", flow.MaxPlaceholders), "x")
	s := newScene(t, Setup{Rules: []Rule{r}})
	s.memory.Fields = map[string]string{"f": strings.Repeat("*", 4000)}
	began := time.Now()
	d := s.writes("ціна")
	require.Less(t, time.Since(began), time.Second)
	require.Equal(t, 4000, richtext.FromMarkdown(d.Text, richtext.Options{}).Len(richtext.CodePoints))
	r.Texts = texts(strings.Repeat("{{field.f}}", flow.MaxPlaceholders+1), "x")
	require.Equal(t, Problems{conversation.Wrong("rules[0].texts.uk", conversation.ProblemManyPlaceholders, "count", "51", "most", "50")}, ValidateRules([]Rule{r}))
}

// Edges of what the arbiter decides, each of which a change by one would pass otherwise.

package autoreply

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func TestAMessageForAKeywordHas120Characters(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{keyword("price", "ціна")}})
	fits := "ціна " + strings.Repeat("ї", 115)
	require.Equal(t, []string{"price"}, s.writes(fits).Rules)
	require.Equal(t, map[string]Reason{"price": ReasonTooLong}, reasons(s.writes(fits+"ї")))
}

func TestTheTimerRunsAgainInTheNextWaitingPeriodAfterAway(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("away", OnAway, nil), rule("noanswer", OnNoAnswer, nil)}, Hours: kyivHours})
	s.now = at(t, 10, "20:00")
	d := s.writes("є хто?")
	require.Equal(t, []string{"away"}, d.Rules)
	require.True(t, d.NoAnswerAt.IsZero(), "he knows that nobody is there")
	s.now = at(t, 11, "09:30")
	s.agentReplies()
	s.facts.Mode = conversation.BotMode // he closed the conversation
	s.wait(time.Hour)
	d = s.writes("ще питання")
	require.Equal(t, s.now.Add(10*time.Minute).UTC(), d.NoAnswerAt)
	require.False(t, d.Memory.AwayInWait)
}

func TestALabelIsInTheBotsLanguageForWhoeverSpeaksNone(t *testing.T) {
	r := keyword("price", "ціна")
	r.Buttons = [][]flow.Button{{{Label: texts("Так", "Yes"), Do: flow.DoHandover}}}
	s := newScene(t, Setup{Rules: []Rule{r}})
	s.facts.Language = "pl"
	d := s.writes("ціна")
	require.Equal(t, "price укр", d.Text)
	require.Equal(t, "Так", d.Buttons[0][0].Label)
}

func TestADeadButtonAnswersNobody(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{keyword("price", "ціна")}})
	for _, data := range []string{"g:gone:away", "m:", "junk"} {
		d := s.presses(data)
		require.Equal(t, SilenceButton, d.Silence)
		require.NotEmpty(t, d.Toast)
		require.False(t, d.Answered, data)
	}
}

const twoCalls = `
flow: calls
start: one
idle: 30m
steps:
  one: {http: {url: "https://a.ua/1"}, next: two}
  two: {http: {url: "https://a.ua/2", save: {a: a}}, next: end}
  end: {text: {uk: "Кінець {{http.a}}"}, buttons: [[{label: {uk: Людина}, do: handover}]]}
`

func ruleWithCalls(t *testing.T) *scene {
	r := keyword("price", "ціна")
	r.Actions.Flow = "calls"
	s := newScene(t, Setup{Rules: []Rule{r}, Flows: []Published{{parsed(t, twoCalls), 1}}})
	d := s.writes("ціна")
	require.Equal(t, "https://a.ua/1", d.Call.URL)
	require.Equal(t, "price укр", s.memory.Held.Text)
	return s
}

func TestWhatIsHeldWaitsForTheLastOfTheCalls(t *testing.T) {
	s := ruleWithCalls(t)
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{}})
	require.Equal(t, "https://a.ua/2", d.Call.URL)
	require.Empty(t, d.Text)
	require.Equal(t, "price укр", s.memory.Held.Text)
	require.Empty(t, d.Names, "its words are not said yet")
	d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{Values: map[string]string{"a": "5"}}})
	require.Equal(t, "price укр\n\nКінець 5", d.Text)
	require.Equal(t, []string{"price"}, d.Names)
	require.Nil(t, s.memory.Held)
}

func TestWhatIsHeldIsForgottenWithTheFlowThatRanOut(t *testing.T) {
	s := ruleWithCalls(t)
	s.wait(31 * time.Minute)
	d := s.writes("ще тут?")
	require.Nil(t, d.Memory.Position)
	require.Nil(t, d.Memory.Held)
}

func TestTheCommandOfARuleThatIsOffIsAnAnswerLikeAnyOther(t *testing.T) {
	const asks = "flow: asks\nstart: a\ntrigger: {commands: [/start]}\nsteps: {a: {text: {uk: А}, input: {field: f}, next: b}, b: {text: {uk: Б}}}"
	off := onCommand("delivery", "/delivery")
	off.Enabled = false
	s := newScene(t, Setup{Rules: []Rule{off}, Flows: []Published{{parsed(t, asks), 1}}})
	s.starts("")
	require.Equal(t, "Б", s.writes("/delivery").Text)
	require.Equal(t, map[string]string{"f": "/delivery"}, s.memory.Fields)
}

func TestTheMenuIsNoDeepLink(t *testing.T) {
	promo := onCommand("promo", "/start")
	promo.Trigger.Payload, promo.Priority = "promo", 900
	s := newScene(t, Setup{Rules: []Rule{promo, onCommand("start", "/start")}})
	require.Equal(t, []string{"promo"}, s.writes("/start promo").Rules)
	require.Equal(t, []string{"start"}, s.writes("/menu promo").Rules)
}

func TestABackButtonOfAStepThatIsGoneLeadsIntoItsFlow(t *testing.T) {
	setup := withParcel(t)
	setup.Flows = append(setup.Flows, Published{parsed(t, "flow: other\nstart: a\nsteps: {a: {text: {uk: А}, buttons: [[{label: {uk: Назад}, do: back}]]}}"), 1})
	s := newScene(t, setup)
	require.Equal(t, "other/a", s.presses("b:other:gone").Flow, "not the menu of another flow")
}

func TestTheLargestThatARuleMayHave(t *testing.T) {
	row := func(count int) (buttons []flow.Button) {
		for range count {
			buttons = append(buttons, flow.Button{Label: texts("Так", "Yes"), Do: flow.DoHandover})
		}
		return buttons
	}
	rows := func(count int) (buttons [][]flow.Button) {
		for range count {
			buttons = append(buttons, row(1))
		}
		return buttons
	}
	years := conversation.Duration(24 * time.Hour * 365)
	for name, c := range map[string]struct {
		rule  Rule
		set   func(r *Rule, most int)
		most  int
		field string
	}{
		"payload":      {onCommand("c", "/start"), func(r *Rule, n int) { r.Trigger.Payload = strings.Repeat("x", n) }, 64, "trigger.payload"},
		"again after":  {rule("f", OnFirst, nil), func(r *Rule, n int) { r.Trigger.AgainAfter = conversation.Duration(n) * years / 10 }, 100, "trigger.again_after"},
		"a row":        {keyword("k", "x"), func(r *Rule, n int) { r.Buttons = [][]flow.Button{row(n)} }, 8, "buttons[0]"},
		"buttons":      {keyword("k", "x"), func(r *Rule, n int) { r.Buttons = rows(n) }, 100, "buttons"},
		"instructions": {keyword("k"), func(r *Rule, n int) { r.Trigger.Match, r.Trigger.Phrases = Regex, []string{fmt.Sprintf("a{%d}", n)} }, 998, "trigger.phrases[0]"},
		"placeholders": {keyword("k", "x"), func(r *Rule, n int) { r.Texts = texts(strings.Repeat("{{bot.name}}", n), "x") }, 50, "texts.uk"},
		"an address": {keyword("k", "x"), func(r *Rule, n int) {
			r.Buttons = [][]flow.Button{{{Label: texts("Так", "Yes"), Do: flow.DoURL, Value: "https://" + strings.Repeat("x", n-8)}}}
		}, 2000, "buttons[0][0].value"},
		"message length": {keyword("k", "x"), func(r *Rule, n int) { r.Trigger.MaxLength = n }, 4096, "trigger.max_length"},
	} {
		r := c.rule
		c.set(&r, c.most)
		require.Empty(t, problemsOf(r), name)
		c.set(&r, c.most+1)
		require.Equal(t, []string{"rules[0]." + c.field}, problemsOf(r), name)
	}
}

// problemsOf are the fields of a rule that are wrong in themselves.
func problemsOf(r Rule) (fields []string) {
	for _, p := range checkRule("rules[0]", r, map[string]bool{}) {
		fields = append(fields, p.Field)
	}
	return fields
}

func TestPlaceholdersOfARuleStandWhereTheyMay(t *testing.T) {
	for text, wrong := range map[string]bool{
		"`{{bot.name}}` [x](https://e.ua/{{bot.name}}) https://e.ua?x={{bot.name}}": false,
		"|a|b|\n|-|-|\n|x|y|\n\n{{bot.name}}":                                       false,
		"|a|b|\n|-|-|\n|{{bot.name}}|y|":                                            true,
		"[x](https://{{bot.name}})":                                                 true,
		"[x]({{bot.name}})":                                                         true,
		"https://{{bot.name}}/x":                                                    true,
		"https://e.ua{{bot.name}}/x":                                                true,
		"www.{{bot.name}}":                                                          true,
		"[x](mailto:{{bot.name}}@e.ua)":                                             true,
		"![x](https://e.ua \"{{bot.name}}\")":                                       true,
	} {
		r := keyword("k", "x")
		r.Texts = flow.Texts{"uk": text}
		want := []string(nil)
		if wrong {
			want = []string{"rules[0].texts.uk"}
		}
		require.Equal(t, want, problemsOf(r), text)
	}
}

// What is refused must not have been made first: that takes 40 MB and 200 ms for each.
func TestExpressionsThatBecomeLargeAreRefusedAtOnce(t *testing.T) {
	pattern := strings.Repeat(`(\pL*\pN*){1000}`, 30)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, wrong := newMatcher(pattern)
	runtime.ReadMemStats(&after)
	require.Equal(t, conversation.Wrong("", conversation.ProblemTooComplex, "value", pattern), wrong)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10<<20))
}

// Calls of services: what is decided beside one, what happens while it is out, and what its answer finds.

package autoreply

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// withService is a setup with these rules and a flow that asks its service first.
func withService(t testing.TB, rules ...Rule) Setup {
	return Setup{Rules: rules, Flows: []Published{{parsed(t, `
flow: order
start: begin
trigger: {commands: [/order]}
steps:
  begin: {text: {uk: Хвилинку}, tags: [замовлення], assign: olena, next: ask}
  ask: {http: {url: "https://x.example/1", save: {status: status}}, next: found}
  found: {text: {uk: "Є: {{http.status}}"}, tags: [знайдено], next: more}
  more: {text: {uk: "Ще?"}, buttons: [[{label: {uk: Людина}, do: handover}]]}
`), 1}}}
}

// answers lets the service answer that the customer waits for.
func (s *scene) answers(call *flow.Call, values map[string]string) Decision {
	s.Helper()
	require.NotNil(s, call)
	return s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: call.Of, Values: values}})
}

func TestWhatIsDecidedBesideACallIsDoneAtOnceAndWhatIsSaidWaits(t *testing.T) {
	r := keyword("r1", "замовлення")
	r.Name, r.FileIDs = "Замовлення", []string{"abcdefghijklmnopqrstuvwxyz"}
	r.Actions = Actions{Tags: []string{"ключ"}, Assign: "petro", Flow: "order", Close: true}
	r.Buttons = [][]flow.Button{{{Label: texts("Сайт", "Site"), Do: flow.DoURL, Value: "https://example.ua"}}}
	setup := withService(t, r, rule("away", OnAway, nil))
	setup.Hours = kyivHours
	s := newScene(t, setup)
	s.now = at(t, 10, "20:00")

	d := s.writes("Де замовлення?")
	require.NotNil(t, d.Call)
	require.Equal(t, []string{"r1"}, d.Rules, "it is counted")
	require.Equal(t, []string{"ключ", "замовлення"}, d.Tags)
	require.Equal(t, "olena", d.Assign, "the step comes after the rule")
	require.False(t, d.Close)
	require.Empty(t, d.Text)
	require.Empty(t, d.Files)
	require.Empty(t, d.Buttons)

	d = s.answers(d.Call, map[string]string{"status": "3"})
	require.Equal(t, "r1 укр\n\nХвилинку\n\nЄ: 3\n\nЩе?\n\naway укр", d.Text)
	require.Equal(t, []string{"away"}, d.Rules, "the other is counted once")
	require.Equal(t, []string{"Замовлення", "away"}, d.Names)
	require.Equal(t, "order/more", d.Flow)
	require.Equal(t, []string{"знайдено"}, d.Tags, "the others were put already")
	require.Empty(t, d.Assign)
	require.Equal(t, r.FileIDs, d.Files)
	require.Equal(t, []messenger.Button{{Label: "Сайт", URL: "https://example.ua"}}, d.Buttons[0])
	require.Equal(t, []messenger.Button{{Label: "Людина", Data: "h"}}, d.Buttons[1])
	require.True(t, d.Close, "with the last message")
	require.Nil(t, d.Memory.Held)
}

func TestARuleWithoutWordsOfItsOwnIsNamedWithTheAnswerOfTheService(t *testing.T) {
	r := keyword("r1", "замовлення")
	r.Texts, r.Actions.Flow, r.Name = nil, "order", "Замовлення"
	s := newScene(t, withService(t, r))
	require.Equal(t, []string{"Замовлення"}, s.answers(s.writes("замовлення").Call, nil).Names)
}

func TestWhatIsHeldWaitsForTheLastOfSeveralCalls(t *testing.T) {
	r := keyword("r1", "замовлення")
	r.Actions = Actions{Flow: "order", Close: true}
	s := newScene(t, Setup{Rules: []Rule{r}, Flows: []Published{{asksTwice(t), 1}}})
	d := s.answers(s.writes("замовлення").Call, nil)
	require.NotNil(t, d.Call)
	require.False(t, d.Close)
	d = s.answers(d.Call, nil)
	require.Equal(t, "r1 укр\n\nГотово", d.Text)
	require.Equal(t, []string{"r1"}, d.Names)
	require.True(t, d.Close)
}

func TestWhoIsHandedOverIsNotClosed(t *testing.T) {
	r := keyword("r1", "замовлення")
	r.Actions = Actions{Flow: "order", Close: true}
	s := newScene(t, withService(t, r))
	call := s.writes("замовлення").Call
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: call.Of, Failed: true}})
	require.True(t, d.Handover)
	require.False(t, d.Close)
}

func TestATextIsTakenSilentlyWhileAServiceIsAsked(t *testing.T) {
	setup := withService(t, append(fullSet(), keyword("where", "де"))...)
	s := newScene(t, setup)
	call := s.writes("/order").Call
	position := s.memory.Position
	for _, text := range []string{"Де?", "ціна", "щось", "", "/unknown"} {
		s.wait(time.Second)
		d := s.writes(text)
		require.Equal(t, SilenceService, d.Silence, text)
		require.Empty(t, d.Text+d.Flow, text)
		require.Empty(t, d.Rules)
		require.False(t, d.Answered, "the team should look")
		require.False(t, d.NoAnswerAt.IsZero())
		require.Equal(t, position, d.Memory.Position, "the call is still waited for")
	}
	require.Equal(t, ReasonOutranked, reasons(s.writes("ціна"))["price"])
	require.Equal(t, "Хвилинку\n\nЄ: 3\n\nЩе?", s.answers(call, map[string]string{"status": "3"}).Text)
}

func TestASecondTapAsksNoServiceAgain(t *testing.T) {
	s := newScene(t, withService(t))
	call := s.presses("g:order:ask").Call
	require.NotNil(t, call)
	position := s.memory.Position
	for range 2 {
		s.wait(time.Second)
		d := s.presses("g:order:ask")
		require.Nil(t, d.Call)
		require.Equal(t, []string{SilenceService, "Хвилинку, будь ласка."}, []string{d.Silence, d.Toast})
		require.True(t, d.Answered, "nobody needs to look")
		require.Equal(t, position, d.Memory.Position)
	}
	require.Contains(t, s.answers(call, map[string]string{"status": "3"}).Text, "Є: 3")
}

func TestAServiceThatNeverAnswersHoldsNobodyForLong(t *testing.T) {
	s := newScene(t, withService(t, keyword("price", "ціна")))
	s.writes("/order")
	s.wait(9 * time.Minute)
	require.Equal(t, SilenceService, s.writes("ціна").Silence)
	s.wait(2 * time.Minute)
	require.Equal(t, []string{"price"}, s.writes("ціна").Rules)
}

func TestAwayIsSaidWhileAServiceIsAsked(t *testing.T) {
	setup := withService(t, rule("away", OnAway, nil))
	setup.Hours = kyivHours
	s := newScene(t, setup)
	s.now = at(t, 10, "20:00")
	s.writes("/order")
	d := s.writes("є хто?")
	require.Equal(t, "away укр", d.Text)
	require.Empty(t, d.Silence)
}

func TestACommandOrAPressMovesWhoWaitsForAServiceAndTheLateAnswerChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		moves func(s *scene) Decision
		text  string
	}{
		"a command of a rule": {func(s *scene) Decision { return s.writes("/delivery") }, "delivery укр"},
		"the menu":            {func(s *scene) Decision { return s.writes("/menu") }, "Вітаю, Оля!"},
		"a start":             {func(s *scene) Decision { return s.starts("") }, "Вітаю, Оля!"},
		"a button":            {func(s *scene) Decision { return s.presses("g:parcel:track") }, "Номер?"},
		"one of the same":     {func(s *scene) Decision { return s.presses("g:order:more") }, "Ще?"},
	} {
		t.Run(name, func(t *testing.T) {
			setup := withService(t, onCommand("delivery", "/delivery"))
			setup.Flows = append(setup.Flows, withParcel(t).Flows...)
			s := newScene(t, setup)
			call := s.writes("/order").Call
			s.wait(time.Second)
			require.Equal(t, c.text, c.moves(s).Text)
			if name == "a command of a rule" {
				require.NotEmpty(t, s.answers(call, nil).Text, "that says something, and his flow goes on")
				return
			}
			before := s.memory
			d := s.answers(call, nil)
			require.Equal(t, Decision{Silence: SilenceStale, Memory: before, Considered: d.Considered, NoAnswerAt: d.NoAnswerAt}, d)
		})
	}
}

func TestWhoAsksAgainGetsTheAnswerOfHisSecondCallOnly(t *testing.T) {
	s := newScene(t, withService(t))
	first := s.writes("/order").Call
	s.wait(time.Second)
	second := s.writes("/order").Call
	require.Equal(t, SilenceStale, s.answers(first, nil).Silence)
	require.NotEmpty(t, s.answers(second, nil).Text)
	require.Equal(t, SilenceStale, s.answers(second, nil).Silence, "nor twice")
}

func TestWhoCallsAPersonWhileAServiceIsAskedIsWithPeople(t *testing.T) {
	s := newScene(t, withService(t))
	call := s.writes("/order").Call
	require.True(t, s.writes("/human").Handover)
	d := s.answers(call, nil)
	require.Equal(t, SilenceHuman, d.Silence)
	require.Nil(t, d.Memory.Held)
}

func TestAnAnswerInHumanModeLeavesTheFlowAndSaysNothing(t *testing.T) {
	r := keyword("r1", "замовлення")
	r.Actions.Flow = "order"
	setup := withService(t, r, rule("away", OnAway, nil))
	setup.Hours = kyivHours
	s := newScene(t, setup)
	s.now = at(t, 10, "20:00")
	call := s.writes("замовлення").Call
	s.facts.Mode = conversation.HumanMode
	d := s.answers(call, nil)
	require.Equal(t, SilenceHuman, d.Silence)
	require.Empty(t, d.Text)
	require.Empty(t, d.Rules)
	require.Empty(t, d.Tags)
	require.Nil(t, d.Memory.Position)
	require.Nil(t, d.Memory.Held)
}

func TestAFlowThatPeopleEndedIsNotGoneOnWithWhenTheyAreDone(t *testing.T) {
	yaml := strings.ReplaceAll(parcelFlow, "idle: 60m", "idle: 168h")
	s := newScene(t, Setup{Flows: []Published{{parsed(t, yaml), 1}}})
	s.starts("")
	s.presses("g:parcel:track")
	s.facts.Mode, s.facts.LastAgentAt = conversation.HumanMode, s.now
	s.wait(25 * time.Hour)
	d := s.writes("1234")
	require.True(t, d.HumanModeOver)
	require.Nil(t, d.Call)
	require.Nil(t, d.Memory.Position)
}

func TestAnAnswerToAFlowThatEndedByItsIdleTimeIsSilent(t *testing.T) {
	s := newScene(t, withService(t))
	call := s.writes("/order").Call
	s.wait(time.Hour + time.Second)
	d := s.answers(call, nil)
	require.Equal(t, SilenceStale, d.Silence)
	require.Nil(t, d.Memory.Position)
}

func TestWhoIsHandedOverByAnAnswerWaitsSinceHeAskedHoweverLateItComes(t *testing.T) {
	s := newScene(t, withService(t, rule("noanswer", OnNoAnswer, nil)))
	asked := s.now
	call := s.writes("/order").Call
	s.wait(20 * time.Minute)
	d := s.happens(Event{Kind: Answered, At: asked, Answer: &flow.Answer{Of: call.Of, Failed: true}})
	require.True(t, d.Handover, "no age is too great for the answer of a service")
	require.True(t, asked.Equal(d.Memory.Waiting))
	require.True(t, asked.Add(10*time.Minute).Equal(d.NoAnswerAt))
}

func TestWhatARuleSaysWaitsForTheServiceOfItsFlow(t *testing.T) {
	yaml := strings.ReplaceAll(parcelFlow, "start: main", "start: lookup")
	r := keyword("track", "посилка")
	r.Actions.Flow = "parcel"
	r.FileIDs = []string{"abcdefghijklmnopqrstuvwxyz"}
	s := newScene(t, Setup{Rules: []Rule{r}, Flows: []Published{{parsed(t, yaml), 1}}})
	s.memory.Fields = map[string]string{"parcel": "1234"}
	d := s.writes("посилка")
	require.NotNil(t, d.Call)
	require.Empty(t, d.Text+d.Silence)
	require.Empty(t, d.Files)
	d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{Values: map[string]string{"status": "ok"}}})
	require.Equal(t, "track укр\n\nСтатус: ok", d.Text)
	require.Equal(t, r.FileIDs, d.Files)
	require.Nil(t, d.Memory.Held)
}

func TestWhatWaitedForAServiceIsForgottenWithTheFlow(t *testing.T) {
	yaml := strings.ReplaceAll(parcelFlow, "/start, /menu", "/start")
	ask := parsed(t, strings.NewReplacer("flow: parcel", "flow: ask", "start: main", "start: lookup", "[/start, /menu]", "[/ask]").Replace(parcelFlow))
	r := keyword("track", "посилка")
	r.Actions.Flow = "ask"
	s := newScene(t, Setup{Rules: []Rule{r}, Flows: []Published{{parsed(t, yaml), 1}, {ask, 1}}})
	s.memory.Fields = map[string]string{"parcel": "1234"}
	first := s.writes("посилка")
	require.NotNil(t, first.Memory.Held)
	s.wait(time.Second)
	s.starts("")
	second := s.writes("/ask")
	require.NotNil(t, second.Call)
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: second.Call.Of, Values: map[string]string{"status": "ok"}}})
	require.Equal(t, "Статус: ok", d.Text)
}

func TestAnAnswerToAnotherCallIsPassedOver(t *testing.T) {
	s := newScene(t, withParcel(t))
	s.starts("")
	s.presses("g:parcel:track")
	call := s.writes("1234").Call
	before := s.memory
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: "other", Values: map[string]string{"status": "ok"}}})
	require.Equal(t, Decision{Silence: SilenceStale, Memory: before, Considered: d.Considered}, d)
	require.Equal(t, "Статус: ok", s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: call.Of, Values: map[string]string{"status": "ok"}}}).Text)
}

func TestACallThatFailsWithoutAWayIsAnnounced(t *testing.T) {
	yaml := strings.ReplaceAll(parcelFlow, ", error: sorry}", "}")
	s := newScene(t, Setup{Flows: []Published{{parsed(t, yaml), 1}}})
	s.starts("")
	s.presses("g:parcel:track")
	s.writes("1234")
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{Failed: true}})
	require.True(t, d.Handover)
	require.Equal(t, "Далі вам відповідатиме людина. Зачекайте, будь ласка.", d.Text)
}

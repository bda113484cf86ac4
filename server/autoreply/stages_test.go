package autoreply

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func TestTheStagesAnswerInTheirOrder(t *testing.T) {
	// Each case takes away the stage that answered in the one before it.
	inFlow := &flow.Position{Flow: "parcel", Version: 3, Step: "track", At: at(t, 10, "09:59")}
	setup := Setup{Hours: kyivHours, Flows: []Published{{parsed(t, parcelFlow), 3}}, Rules: fullSet()}
	for name, c := range map[string]struct {
		text     string
		position *flow.Position
		met      bool
		clock    string
		rules    []string
		flow     string
		silence  string
	}{
		"1 a flow waits for a text that is a keyword as well": {"ціна", inFlow, false, "10:00", nil, "parcel/track", ""},
		"2 a command before a keyword, first and away":        {"/delivery ціна", nil, false, "20:00", []string{"delivery", "away"}, "", ""},
		"3 a keyword before the first message":                {"Яка ціна?", nil, false, "10:00", []string{"price"}, "", ""},
		"3 with away":                                         {"Яка ціна?", nil, false, "20:00", []string{"price", "away"}, "", ""},
		"4 the first message before away":                     {"Привіт", nil, false, "20:00", []string{"first", "away"}, "", ""},
		"5 away alone before the fallback":                    {"Привіт", nil, true, "20:00", []string{"away"}, "", ""},
		"7 the fallback":                                      {"Привіт", nil, true, "10:00", []string{"fallback"}, "", ""},
		"nothing for what is no text":                         {"", nil, true, "10:00", nil, "", SilenceNothing},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, setup)
			s.now = at(t, 10, c.clock)
			s.memory.Position = c.position
			if c.met {
				s.memory.WroteAt = s.now.Add(-time.Hour)
			}
			d := s.writes(c.text)
			require.Equal(t, c.rules, d.Rules)
			require.Equal(t, c.flow, d.Flow)
			require.Equal(t, c.silence, d.Silence)
			require.Equal(t, c.silence == "", d.Text != "")
		})
	}
}

func TestOnlyOneTextIsSaidAndAwayIsAppendedToIt(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: fullSet()})
	s.now = at(t, 10, "20:00")
	d := s.writes("ціна")
	require.Equal(t, "price укр\n\naway укр", d.Text)
	require.Equal(t, "uk", d.Language)
	s.facts.Language = "en-GB"
	s.memory = Memory{}
	require.Equal(t, "price eng\n\naway eng", s.writes("ціна").Text)
}

func TestHumanModeIsSilentButForAwayAndNoAnswer(t *testing.T) {
	s := newScene(t, withParcel(t, fullSet()...))
	s.arbiter.calendar = newScene(t, Setup{Hours: kyivHours}).arbiter.calendar
	s.facts.Mode = conversation.HumanMode
	for _, text := range []string{"/start", "/menu", "/human", "/delivery", "ціна", "Привіт"} {
		d := s.writes(text)
		require.Equal(t, SilenceHuman, d.Silence, text)
		require.Empty(t, d.Text)
		require.False(t, d.Answered || d.Handover)
		require.Equal(t, map[string]Reason{
			"delivery": ReasonMode, "price": ReasonMode, "first": ReasonMode, "fallback": ReasonMode,
			"away": ReasonSchedule, "noanswer": ReasonTrigger,
		}, reasons(d))
	}
	d := s.starts("")
	require.Equal(t, SilenceHuman, d.Silence)
	s.now = at(t, 10, "20:00")
	require.Equal(t, []string{"away"}, s.writes("Привіт").Rules)

	other := newScene(t, Setup{Rules: fullSet()})
	other.facts.Mode = conversation.HumanMode
	require.Equal(t, []string{"noanswer"}, other.due(other.writes("Привіт")).Rules)
}

func TestHumanModeEnds(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		change func(f *Facts, now time.Time)
		over   bool
	}{
		"a day after the last message of an agent": {func(f *Facts, now time.Time) { f.LastAgentAt = now.Add(-day) }, true},
		"not before": {func(f *Facts, now time.Time) { f.LastAgentAt = now.Add(time.Second - day) }, false},
		"not while the customer waits": {func(f *Facts, now time.Time) {
			f.LastAgentAt, f.WaitingSince = now.Add(-2*day), now.Add(-25*time.Hour)
		}, false},
		"not when no agent ever replied": {func(*Facts, time.Time) {}, false},
		"not when it began a moment ago": {func(f *Facts, now time.Time) {
			f.LastAgentAt, f.HumanSince = now.Add(-3*day), now.Add(-time.Minute)
		}, false},
		"on close": {func(f *Facts, _ time.Time) { f.Status = conversation.Closed }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Setup{Rules: []Rule{keyword("price", "ціна")}})
			s.facts.Mode = conversation.HumanMode
			c.change(&s.facts, s.now)
			d := s.writes("ціна")
			require.Equal(t, c.over, d.HumanModeOver)
			require.Equal(t, c.over, d.Text != "")
		})
	}
}

func TestWhatIsNeverEvaluated(t *testing.T) {
	always := []Rule{keyword("price", "ціна"), onCommand("delivery", "/delivery"), rule("noanswer", OnNoAnswer, nil)}
	for name, c := range map[string]struct {
		change  func(s *scene)
		event   Event
		silence string
	}{
		"a blocked customer": {func(s *scene) { s.facts.Blocked = true }, Event{Kind: Wrote, Text: "ціна"}, SilenceBlocked},
		"his buttons":        {func(s *scene) { s.facts.Blocked = true }, Event{Kind: Pressed, Press: "h"}, SilenceBlocked},
		"a flood":            {func(s *scene) { s.facts.Flooding = true }, Event{Kind: Wrote, Text: "ціна"}, SilenceFlooding},
		"a Business chat":    {func(s *scene) { s.facts.Business = true }, Event{Kind: Wrote, Text: "ціна"}, SilenceBusiness},
		"a message in a group": {func(s *scene) { s.facts.Kind = messenger.Group },
			Event{Kind: Wrote, Text: "ціна"}, SilenceGroup},
		"a command in a group that may be another bot's": {func(s *scene) { s.facts.Kind = messenger.Group },
			Event{Kind: Wrote, Text: "/delivery"}, SilenceGroup},
		"a command in a group for another bot": {func(s *scene) { s.facts.Kind = messenger.Group },
			Event{Kind: Wrote, Text: "/delivery@other_bot"}, SilenceGroup},
		"a start in a group": {func(s *scene) { s.facts.Kind = messenger.Group }, Event{Kind: Started}, SilenceGroup},
		"a timer in a group": {func(s *scene) { s.facts.Kind, s.facts.WaitingSince = messenger.Group, at(t, 10, "09:50") },
			Event{Kind: NoAnswerDue}, SilenceGroup},
		"an old message": {func(s *scene) {},
			Event{Kind: Wrote, Text: "ціна", At: at(t, 10, "10:00").Add(-10*time.Minute - time.Second)}, SilenceOld},
		"an old press": {func(s *scene) {}, Event{Kind: Pressed, Press: "h", At: at(t, 10, "09:49")}, SilenceOld},
		"a late timer": {func(s *scene) { s.facts.WaitingSince = at(t, 10, "09:35").Add(-time.Second) },
			Event{Kind: NoAnswerDue, At: at(t, 10, "09:40")}, SilenceLate},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Setup{Rules: always})
			c.change(s)
			d := s.happens(c.event)
			require.Equal(t, c.silence, d.Silence)
			require.Empty(t, d.Text)
			require.False(t, d.Handover)
			require.Equal(t, c.event.Kind == Wrote, !d.Memory.WroteAt.IsZero(), "it is remembered that he wrote")
		})
	}
}

func TestWhatIsStillEvaluated(t *testing.T) {
	always := []Rule{keyword("price", "ціна"), onCommand("delivery", "/delivery"), rule("noanswer", OnNoAnswer, nil)}
	for name, c := range map[string]struct {
		change func(s *scene)
		event  Event
	}{
		"a message of just ten minutes ago": {func(s *scene) {}, Event{Kind: Wrote, Text: "ціна", At: at(t, 10, "09:50")}},
		"a message of a fast clock":         {func(s *scene) {}, Event{Kind: Wrote, Text: "ціна", At: at(t, 10, "10:59")}},
		"a command for this bot in a group": {func(s *scene) { s.facts.Kind = messenger.Group },
			Event{Kind: Wrote, Text: "/Delivery@Our_Bot please"}},
		"a start for this bot in a group": {func(s *scene) { s.facts.Kind = messenger.Group },
			Event{Kind: Started, Text: "/delivery@our_bot"}},
		"a Business chat when wanted": {func(s *scene) { s.facts.Business, s.arbiter.setup.BusinessAuto = true, true },
			Event{Kind: Wrote, Text: "ціна"}},
		"a timer of just a quarter of an hour ago": {func(s *scene) { s.facts.WaitingSince = at(t, 10, "09:35") },
			Event{Kind: NoAnswerDue, At: at(t, 10, "09:45")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Setup{Rules: always})
			c.change(s)
			d := s.happens(c.event)
			require.Empty(t, d.Silence)
			require.NotEmpty(t, d.Text)
		})
	}
}

func TestInAGroupNothingButItsCommandIsAnswered(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: fullSet()})
	s.facts.Kind = messenger.Group
	s.now = at(t, 10, "20:00")
	d := s.writes("/unknown@our_bot ціна")
	require.Equal(t, SilenceNothing, d.Silence)
	require.Zero(t, d.NoAnswerAt)
	require.Equal(t, []string{"delivery", "away"}, s.writes("/delivery@our_bot").Rules)
}

func TestPriorityDecidesThenTheOrderOfMaking(t *testing.T) {
	higher := keyword("higher", "ціна")
	higher.Priority = 200
	s := newScene(t, Setup{Rules: []Rule{keyword("older", "ціна"), keyword("newer", "ціна"), higher}})
	d := s.writes("ціна")
	require.Equal(t, []string{"higher"}, d.Rules)
	require.Equal(t, []Considered{{"older", ReasonOutranked}, {"newer", ReasonOutranked}}, d.Considered)
}

func TestEveryRuleThatIsPassedOverSaysWhy(t *testing.T) {
	off := keyword("off", "ціна")
	off.Enabled = false
	long := keyword("long", "ціна")
	long.Trigger.MaxLength = 5
	night := keyword("night", "ціна")
	night.When = WhenClosed
	cold := keyword("cold", "ціна")
	cold.Cooldown = minutes(60)
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{
		off, long, night, cold, keyword("other", "ні"), keyword("price", "ціна"), keyword("late", "ціна"),
	}})
	s.memory.Fired = map[string]time.Time{"cold": s.now.Add(-59 * time.Minute)}
	d := s.writes("Яка ціна?")
	require.Equal(t, []string{"price"}, d.Rules)
	require.Equal(t, []Considered{
		{"off", ReasonOff}, {"long", ReasonTooLong}, {"night", ReasonSchedule}, {"cold", ReasonCooldown},
		{"other", ReasonTrigger}, {"late", ReasonOutranked},
	}, d.Considered)
}

func TestTheLengthOfAMessageIsCountedInCharacters(t *testing.T) {
	for name, r := range map[string]Rule{
		"by default":   keyword("r", "ціна"),
		"as it says":   rule("r", OnKeyword, func(r *Rule) { r.Trigger.Phrases, r.Trigger.MaxLength = []string{"ціна"}, 7 }),
		"expressions":  rule("r", OnKeyword, func(r *Rule) { r.Trigger.Phrases, r.Trigger.Match = []string{"ціна"}, Regex }),
		"only a start": rule("r", OnKeyword, func(r *Rule) { r.Trigger.Phrases, r.Trigger.Match = []string{"ціна"}, Starts }),
	} {
		s := newScene(t, Setup{Rules: []Rule{r}})
		most := r.Trigger.longest()
		require.NotEmpty(t, s.writes("ціна "+strings.Repeat("ї", most-5)).Text, name)
		d := s.writes("ціна " + strings.Repeat("ї", most-4))
		require.Equal(t, ReasonTooLong, reasons(d)["r"], name)
	}
	s := newScene(t, Setup{Rules: []Rule{rule("r", OnKeyword, func(r *Rule) { r.Trigger.Phrases, r.Trigger.Match = []string{"x"}, Regex })}})
	require.Equal(t, ReasonTooLong, reasons(s.writes(longText))["r"], "an expression is not even looked for")
}

func TestARuleIsSilentForItsCooldownAndNoLonger(t *testing.T) {
	r := keyword("price", "ціна")
	r.Cooldown = minutes(60)
	s := newScene(t, Setup{Rules: []Rule{r}})
	require.NotEmpty(t, s.writes("ціна").Text)
	s.wait(time.Hour - time.Second)
	require.Empty(t, s.writes("ціна").Text)
	s.wait(time.Second)
	require.NotEmpty(t, s.writes("ціна").Text)
}

func TestRulesKeepTheirHours(t *testing.T) {
	open, closed := keyword("open", "ціна"), keyword("closed", "ціна")
	open.When, closed.When = WhenOpen, WhenClosed
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{open, closed}})
	require.Equal(t, []string{"open"}, s.writes("ціна").Rules)
	s.now = at(t, 10, "13:30")
	require.Equal(t, []string{"closed"}, s.writes("ціна").Rules)
}

func TestARuleThatAnswersActs(t *testing.T) {
	r := keyword("price", "ціна")
	r.Actions = Actions{Tags: []string{"ціни"}, Assign: "olha", Close: true}
	r.FileIDs = []string{"abcdefghijklmnopqrstuvwxyz"}
	r.Buttons = [][]flow.Button{
		{{Label: texts("Людина", "A person"), Do: flow.DoHandover}, {Label: texts("Сайт", "Site"), Do: flow.DoURL, Value: "https://example.ua"}},
		{{Label: texts("Меню", "Menu"), Do: flow.DoGo, Value: "parcel/prices"}, {Label: texts("Номер", "Phone"), Do: flow.DoPhone}},
	}
	s := newScene(t, withParcel(t, r))
	d := s.writes("ціна")
	require.Equal(t, []string{"ціни"}, d.Tags)
	require.Equal(t, "olha", d.Assign)
	require.True(t, d.Close && d.Answered)
	require.Equal(t, r.FileIDs, d.Files)
	require.Equal(t, [][]messenger.Button{
		{{Label: "Людина", Data: "h"}, {Label: "Сайт", URL: "https://example.ua"}},
		{{Label: "Меню", Data: "g:parcel:prices"}, {Label: "Номер", Data: "p::", AsksPhone: true}},
	}, d.Buttons)
}

func TestOfEqualRulesTheOneMadeFirstAnswersHoweverMany(t *testing.T) {
	var rules []Rule
	for i := range 100 {
		rules = append(rules, keyword(fmt.Sprint(i), "ціна"))
		rules[i].Priority = i * 7 % 3
	}
	s := newScene(t, Setup{Rules: rules})
	require.Equal(t, []string{"2"}, s.writes("ціна").Rules)
}

func TestAnAnswerHasTheLanguageOfItsFirstText(t *testing.T) {
	first := rule("first", OnFirst, func(r *Rule) { r.Texts = flow.Texts{"uk": "Вітаємо"} })
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{first, rule("away", OnAway, nil)}})
	s.facts.Language = "en"
	s.now = at(t, 10, "20:00")
	d := s.writes("Hello")
	require.Equal(t, "Вітаємо\n\naway eng", d.Text)
	require.Equal(t, "uk", d.Language)
}

func TestATagIsPutOnce(t *testing.T) {
	tagged := func(r *Rule) { r.Actions.Tags = []string{"ніч", "ціни"} }
	price := keyword("price", "ціна")
	tagged(&price)
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{price, rule("away", OnAway, tagged)}})
	s.now = at(t, 10, "20:00")
	require.Equal(t, []string{"ніч", "ціни"}, s.writes("ціна").Tags)
}

func TestWhoAnsweredIsToldByNameElseById(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{
		rule("first", OnFirst, func(r *Rule) { r.Name = "Вітання" }), rule("away", OnAway, nil),
	}})
	s.now = at(t, 10, "23:00")
	require.Equal(t, []string{"Вітання", "away"}, s.writes("Добрий вечір").Names)
}

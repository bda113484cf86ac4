package autoreply

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

func TestTheFirstMessageIsWelcomedOnceUntilTheCustomerWasLongAway(t *testing.T) {
	s := newScene(t, Setup{Rules: fullSet()})
	require.Equal(t, []string{"first"}, s.writes("Привіт").Rules)
	s.agentReplies()
	s.facts.Mode = "bot"
	s.wait(720*time.Hour - time.Second)
	require.Equal(t, []string{"fallback"}, s.writes("Привіт").Rules)
	s.wait(720*time.Hour - time.Second)
	require.NotContains(t, s.writes("Привіт").Rules, "first", "what he wrote meanwhile counts")
	s.wait(720 * time.Hour)
	require.Equal(t, []string{"first"}, s.writes("Привіт").Rules)
}

func TestWithoutAgainAfterNobodyIsWelcomedTwice(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("first", OnFirst, func(r *Rule) { r.Trigger.AgainAfter = 0 })}})
	require.NotEmpty(t, s.writes("Привіт").Text)
	s.wait(10 * 365 * 24 * time.Hour)
	require.Empty(t, s.writes("Привіт").Text)
}

func TestAStartAndTheMessageAfterItAreOneAct(t *testing.T) {
	first := rule("first", OnFirst, nil)
	hello := onCommand("hello", "/start")
	for name, setup := range map[string]Setup{
		"a start that the welcome answers":  {Rules: []Rule{first}},
		"a start that a rule answers":       {Rules: []Rule{first, hello}},
		"a start that a flow answers":       withParcel(t, first),
		"a start with a payload of no rule": {Rules: []Rule{first}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, setup)
			require.NotEmpty(t, s.starts("payload").Text)
			s.memory.Position = nil
			require.Empty(t, s.writes("Привіт").Text, "no second welcome")
			s.wait(721 * time.Hour)
			require.Equal(t, []string{"first"}, s.writes("Привіт").Rules)
		})
	}
}

func TestAStartThatNothingAnsweredLeavesTheWelcomeToTheMessage(t *testing.T) {
	first := rule("first", OnFirst, func(r *Rule) { r.When = WhenOpen })
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{first}})
	s.now = at(t, 10, "13:30")
	require.Empty(t, s.starts("").Text)
	s.now = at(t, 10, "14:00")
	require.Equal(t, []string{"first"}, s.writes("Привіт").Rules)
}

func TestAwayIsSaidWhenClosedEverySoOften(t *testing.T) {
	away := rule("away", OnAway, func(r *Rule) { r.Trigger.Every = minutes(60) })
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{away, rule("second", OnAway, nil)}})
	require.Empty(t, s.writes("Привіт").Text, "open")
	s.now = at(t, 10, "18:00")
	d := s.writes("Привіт")
	require.Equal(t, []string{"away"}, d.Rules, "one of two")
	require.Equal(t, ReasonOutranked, reasons(d)["second"])
	s.wait(time.Hour - time.Second)
	require.Equal(t, []string{"second"}, s.writes("Привіт").Rules, "its own twelve hours")
	s.wait(time.Second)
	require.Equal(t, []string{"away"}, s.writes("Привіт").Rules)
}

func TestAwayIsSaidTwiceADayIfTheRuleDoesNotSayHowOften(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{rule("away", OnAway, nil)}})
	s.now = at(t, 14, "08:00") // a Saturday
	require.NotEmpty(t, s.writes("Привіт").Text)
	s.wait(12*time.Hour - time.Second)
	require.Empty(t, s.writes("Привіт").Text)
	s.wait(time.Second)
	require.NotEmpty(t, s.writes("Привіт").Text)
}

func TestAnEventThatIsNotEvaluatedLeavesTheTimerOfWhoWaits(t *testing.T) {
	for name, happens := range map[string]func(s *scene) Decision{
		SilenceOld: func(s *scene) Decision {
			return s.happens(Event{Kind: Wrote, Text: "Агов", At: s.now.Add(-11 * time.Minute)})
		},
		SilenceFlooding: func(s *scene) Decision { s.facts.Flooding = true; return s.writes("Агов") },
		SilenceBlocked:  func(s *scene) Decision { s.facts.Blocked = true; return s.writes("Агов") },
		SilenceBusiness: func(s *scene) Decision { s.facts.Business = true; return s.writes("Агов") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, func(r *Rule) { r.Trigger.After = minutes(60) })}})
			first := s.writes("Є хто?")
			require.False(t, first.NoAnswerAt.IsZero())
			s.wait(12 * time.Minute)
			d := happens(s)
			require.Equal(t, name, d.Silence)
			require.Equal(t, first.NoAnswerAt, d.NoAnswerAt)
		})
	}
	s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
	require.Zero(t, s.happens(Event{Kind: Wrote, Text: "Агов", At: s.now.Add(-11 * time.Minute)}).NoAnswerAt, "nor does it begin one")
}

func TestATimerThatIsNotEvaluatedDoesNotRunOutAtOnceAgain(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil), rule("later", OnNoAnswer, func(r *Rule) { r.Trigger.After = minutes(30) })}})
	first := s.writes("Є хто?")
	s.facts.Blocked = true
	d := s.due(first)
	require.Equal(t, SilenceBlocked, d.Silence)
	require.True(t, first.NoAnswerAt.Add(20*time.Minute).Equal(d.NoAnswerAt), "it is that of the next rule")
	require.Zero(t, s.due(d).NoAnswerAt)
}

func TestAwayIsNotSaidWhileAnAgentIsThere(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{rule("away", OnAway, nil)}})
	s.now = at(t, 10, "19:00")
	s.agentReplies()
	s.wait(30*time.Minute - time.Second)
	d := s.writes("Дякую")
	require.Empty(t, d.Text)
	require.Equal(t, ReasonCooldown, reasons(d)["away"])
	s.wait(time.Second)
	require.Equal(t, []string{"away"}, s.writes("Ще питання").Rules)
}

func TestNoAnswerComesAfterSoManyOpenMinutes(t *testing.T) {
	for name, c := range map[string]struct {
		day   int
		wrote string
		due   time.Time
	}{
		"in the morning":          {10, "10:00", at(t, 10, "10:10")},
		"over lunch":              {10, "12:55", at(t, 10, "14:05")},
		"into the next day":       {10, "17:57", at(t, 11, "09:07")},
		"over a holiday":          {11, "17:57", at(t, 13, "09:07")},
		"over a weekend":          {13, "17:57", at(t, 16, "09:07")},
		"over a night at an end":  {10, "17:50", at(t, 10, "18:00")},
		"asked while it is night": {10, "03:00", at(t, 10, "09:10")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
			s.now = at(t, c.day, c.wrote)
			d := s.writes("Є хто?")
			require.True(t, c.due.Equal(d.NoAnswerAt), "%s", d.NoAnswerAt)
			require.Equal(t, []string{"noanswer"}, s.due(d).Rules)
		})
	}
}

func TestNoAnswerIsSaidOnceInAWaitingPeriod(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
	d := s.writes("Є хто?")
	s.wait(time.Minute)
	again := s.writes("Агов")
	require.Equal(t, d.NoAnswerAt, again.NoAnswerAt, "the timer runs from the first message")
	d = s.due(again)
	require.Equal(t, []string{"noanswer"}, d.Rules)
	require.Zero(t, d.NoAnswerAt)
	require.Equal(t, SilenceNothing, s.happens(Event{Kind: NoAnswerDue}).Silence, "a timer that two nodes have")
	require.Zero(t, s.writes("Ще раз").NoAnswerAt)
	s.agentReplies()
	s.wait(time.Hour)
	require.Equal(t, []string{"noanswer"}, s.due(s.writes("Нове питання")).Rules, "a new waiting period")
}

func TestNoAnswerIsNotSaidWhenItIsNotTrueAnyMore(t *testing.T) {
	for name, change := range map[string]func(s *scene){
		"an agent replied":              func(s *scene) { s.agentReplies() },
		"he does not wait":              func(s *scene) { s.facts.WaitingSince = time.Time{} },
		"he replied a moment ago":       func(s *scene) { s.facts.LastAgentAt = s.now },
		"the customer waits since less": func(s *scene) { s.facts.WaitingSince = s.now.Add(-time.Minute) },
		"the customer is blocked":       func(s *scene) { s.facts.Blocked = true },
		"away was said meanwhile":       func(s *scene) { s.memory.AwayInWait = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
			d := s.writes("Є хто?")
			s.now = d.NoAnswerAt
			change(s)
			d = s.happens(Event{Kind: NoAnswerDue, At: d.NoAnswerAt})
			require.Empty(t, d.Text)
			require.NotEqual(t, SilenceLate, d.Silence)
		})
	}
}

func TestALateTimerIsSaidToBeLateOnlyIfSomethingWasDue(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
	d := s.writes("Є хто?")
	s.now = d.NoAnswerAt.Add(15*time.Minute + time.Second)
	late := s.happens(Event{Kind: NoAnswerDue, At: d.NoAnswerAt})
	require.Equal(t, SilenceLate, late.Silence)
	require.Zero(t, late.NoAnswerAt, "it is not tried again")
	require.Zero(t, s.writes("Агов").NoAnswerAt)
	s.agentReplies()
	require.Equal(t, SilenceHuman, s.happens(Event{Kind: NoAnswerDue, At: d.NoAnswerAt}).Silence)
}

func TestARuleThatMayNotSpeakAtItsTimeLeavesItToTheNext(t *testing.T) {
	soon := rule("soon", OnNoAnswer, func(r *Rule) { r.When = WhenClosed })
	later := rule("later", OnNoAnswer, func(r *Rule) { r.Trigger.After = minutes(30) })
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{soon, later}})
	d := s.due(s.writes("Є хто?"))
	require.Equal(t, SilenceNothing, d.Silence)
	require.True(t, at(t, 10, "10:30").Equal(d.NoAnswerAt))
	require.Equal(t, d.NoAnswerAt, s.writes("Агов").NoAnswerAt, "what was passed does not come again")
	require.Equal(t, []string{"later"}, s.due(d).Rules)
}

func TestAfterALongOutageTheTimerThatIsStillTrueSpeaks(t *testing.T) {
	late := rule("late", OnNoAnswer, nil)
	intime := rule("intime", OnNoAnswer, func(r *Rule) { r.Trigger.After = minutes(60) })
	s := newScene(t, Setup{Rules: []Rule{late, intime}})
	d := s.writes("Є хто?")
	s.now = at(t, 10, "11:05")
	d = s.happens(Event{Kind: NoAnswerDue, At: d.NoAnswerAt})
	require.Equal(t, []string{"intime"}, d.Rules)
	require.Empty(t, d.Silence)
}

func TestWhatWasAnsweredDoesNotWait(t *testing.T) {
	s := newScene(t, withParcel(t, fullSet()...))
	require.Zero(t, s.writes("ціна").NoAnswerAt)
	require.Zero(t, s.writes("/delivery").NoAnswerAt)
	require.Zero(t, s.starts("").NoAnswerAt)
	require.False(t, s.writes("/human").NoAnswerAt.IsZero(), "who asked for a person does")
}

func TestAwayUnderAnAnswerDoesNotCountForTheWaitThatComesLater(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: fullSet()})
	s.now = at(t, 10, "20:00")
	require.Equal(t, []string{"price", "away"}, s.writes("ціна").Rules)
	s.wait(time.Minute)
	d := s.writes("А доставка в село?")
	require.True(t, at(t, 11, "09:10").Equal(d.NoAnswerAt))
}

func TestNoTimerRunsForAClosedConversationOrARuleThatIsOff(t *testing.T) {
	bye := rule("bye", Fallback, func(r *Rule) { r.Actions.Close = true })
	require.Zero(t, newScene(t, Setup{Rules: []Rule{bye, rule("noanswer", OnNoAnswer, nil)}}).writes("Є хто?").NoAnswerAt)
	off := rule("noanswer", OnNoAnswer, func(r *Rule) { r.Enabled = false })
	require.Zero(t, newScene(t, Setup{Rules: []Rule{off}}).writes("Є хто?").NoAnswerAt)
}

func TestATimerIsNoFinerThanStoresKeepIt(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
	s.now = s.now.Add(123456789)
	d := s.writes("Є хто?")
	require.Equal(t, d.NoAnswerAt, d.NoAnswerAt.Truncate(time.Millisecond))
	require.Equal(t, []string{"noanswer"}, s.due(d).Rules)
}

func TestWhoAsksForAPersonByAButtonWaitsForOne(t *testing.T) {
	s := newScene(t, withParcel(t, rule("noanswer", OnNoAnswer, nil)))
	s.starts("")
	d := s.presses("h")
	require.False(t, d.Answered)
	require.Equal(t, []string{"noanswer"}, s.due(d).Rules)
}

func TestTheFallbackIsSaidOnceInAWaitingPeriod(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("fallback", Fallback, nil)}})
	require.Empty(t, s.writes("  \n").Text, "text only")
	require.NotEmpty(t, s.writes("Привіт").Text)
	d := s.writes("Привіт")
	require.Empty(t, d.Text)
	require.Equal(t, ReasonCooldown, reasons(d)["fallback"])
	s.agentReplies()
	s.facts.Mode = "bot"
	s.wait(time.Second)
	require.NotEmpty(t, s.writes("Привіт").Text)
}

func TestTheWaitingPeriodIsKnownAgainWhateverTheStoreRounds(t *testing.T) {
	for _, ahead := range []time.Duration{-3 * time.Second, 0, 3 * time.Second} {
		s := newScene(t, Setup{Rules: []Rule{rule("fallback", Fallback, nil)}})
		e := Event{Kind: Wrote, Text: "Привіт", At: s.now.Add(ahead + 123456789)}
		require.NotEmpty(t, s.happens(e).Text)
		s.facts.WaitingSince = e.At.Truncate(time.Millisecond)
		s.wait(5 * time.Second)
		require.Empty(t, s.writes("Привіт").Text)
	}
}

func TestAwayAndNoAnswerDoNotBothSpeakOfOneWait(t *testing.T) {
	s := newScene(t, Setup{Hours: kyivHours, Rules: []Rule{rule("away", OnAway, nil), rule("noanswer", OnNoAnswer, nil)}})
	s.now = at(t, 10, "17:55")
	d := s.writes("Є хто?")
	require.True(t, at(t, 11, "09:05").Equal(d.NoAnswerAt))
	s.now = at(t, 10, "18:05")
	again := s.writes("Агов")
	require.Equal(t, []string{"away"}, again.Rules)
	require.Zero(t, again.NoAnswerAt)
	require.Empty(t, s.due(d).Text, "not even when the timer was not taken back")
}

func TestAnEventWithoutATimeHappensNow(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("noanswer", OnNoAnswer, nil)}})
	d := s.arbiter.Evaluate(s.facts, Memory{}, Event{Kind: Wrote, Text: "Є хто?"}, s.now)
	require.True(t, s.now.Add(10*time.Minute).Equal(d.NoAnswerAt))
	require.True(t, s.now.Equal(d.Memory.WroteAt))
}

func TestWithoutHoursTheTeamIsAlwaysOpen(t *testing.T) {
	s := newScene(t, Setup{Hours: hours.Hours{}, Rules: []Rule{rule("away", OnAway, nil)}})
	s.now = at(t, 14, "03:00")
	require.Empty(t, s.writes("Привіт").Text)
}

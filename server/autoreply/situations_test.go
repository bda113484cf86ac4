// The situations that the arbiter was made for, as far as they can be told without a messenger.

package autoreply

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// shop is a bot with rules of every kind, hours and a flow.
func shop(t *testing.T) *scene {
	rules := fullSet()
	for i := range rules {
		if rules[i].ID == "away" {
			rules[i].Texts = texts("Ми відповімо {{hours.next_open}}.", "We answer {{hours.next_open}}.")
		}
	}
	setup := withParcel(t, rules...)
	setup.Hours = kyivHours
	return newScene(t, setup)
}

func TestSituationTheFirstMessageAtNight(t *testing.T) {
	s := shop(t)
	s.now = at(t, 10, "23:00")
	d := s.writes("Добрий вечір")
	require.Equal(t, "first укр\n\nМи відповімо завтра о 09:00.", d.Text)
	require.Equal(t, []string{"first", "away"}, d.Rules)
	require.False(t, d.Answered)
	require.Zero(t, d.NoAnswerAt, "he knows that nobody is there")
	s.wait(time.Minute)
	require.Equal(t, []string{"fallback"}, s.writes("Є питання").Rules, "away not again, the welcome not again")
	s.wait(time.Minute)
	require.Equal(t, SilenceNothing, s.writes("Дуже важливе").Silence)
}

func TestSituationAReturningCustomer(t *testing.T) {
	s := shop(t)
	s.memory.WroteAt = s.now.AddDate(0, -2, 0)
	require.Equal(t, []string{"first"}, s.writes("Це знову я").Rules)
	s = shop(t)
	s.memory.WroteAt = s.now.AddDate(0, 0, -2)
	require.Equal(t, []string{"fallback"}, s.writes("Це знову я").Rules)
}

func TestSituationAStickerOnly(t *testing.T) {
	s := shop(t)
	d := s.writes("")
	require.Equal(t, []string{"first"}, d.Rules)
	d = s.writes("")
	require.Equal(t, SilenceNothing, d.Silence, "no fallback for a sticker")
	require.False(t, d.Answered, "it waits like any message")
	require.False(t, d.NoAnswerAt.IsZero())
}

func TestSituationAnOldButton(t *testing.T) {
	s := shop(t)
	s.memory, s.facts.Keyboard = Memory{WroteAt: s.now.AddDate(0, 0, -5)}, true
	d := s.presses("g:parcel:track")
	require.Equal(t, "Номер?", d.Text)
	require.Equal(t, "track", d.Memory.Position.Step)
	require.True(t, d.RemoveKeyboard)
}

func TestSituationAnAgentStepsInMidFlow(t *testing.T) {
	s := shop(t)
	s.starts("")
	s.presses("g:parcel:track")
	s.agentReplies()
	require.Nil(t, s.memory.Position)
	d := s.writes("1234")
	require.Equal(t, SilenceHuman, d.Silence)
	require.Nil(t, d.Call)
	require.Equal(t, "Вам уже відповідає людина.", s.presses("g:parcel:track").Toast)
}

func TestSituationAServiceAnswersAfterAnAgentSteppedIn(t *testing.T) {
	s := shop(t)
	s.starts("")
	s.presses("g:parcel:track")
	d := s.writes("1234")
	s.agentReplies()
	d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: d.Call.Of}})
	require.Equal(t, SilenceHuman, d.Silence)
	require.Empty(t, d.Text)
}

func TestSituationAGroup(t *testing.T) {
	s := shop(t)
	s.facts.Kind = messenger.Group
	require.Equal(t, SilenceGroup, s.writes("Яка ціна?").Silence)
	require.Equal(t, []string{"delivery"}, s.writes("/delivery@our_bot").Rules)
	require.Equal(t, "Номер?", func() string { s.writes("/menu@our_bot"); return s.presses("g:parcel:track").Text }())
	require.Equal(t, SilenceGroup, s.writes("1234").Silence, "what is said in a group is no input")
}

func TestSituationABusinessChat(t *testing.T) {
	s := shop(t)
	s.facts.Business = true
	require.Equal(t, SilenceBusiness, s.writes("Яка ціна?").Silence)
	s.arbiter.setup.BusinessAuto = true
	require.Equal(t, []string{"price"}, s.writes("Яка ціна?").Rules)
	require.Equal(t, "parcel/main", s.writes("/start").Flow, "a start comes as text there")
}

func TestSituationConversationStartedThenAMessage(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{rule("first", OnFirst, nil)}})
	require.Equal(t, []string{"first"}, s.starts("").Rules)
	s.wait(3 * time.Second)
	d := s.writes("Добрий день")
	require.Empty(t, d.Text, "one welcome")
	require.False(t, d.Answered)
}

func TestSituationAKeywordInsideALongComplaint(t *testing.T) {
	s := shop(t)
	complaint := "Вже третій тиждень чекаю на посилку, у відділенні ніхто нічого не знає, а коштує це в мене нервів. " +
		"Прошу розібратися і повернути гроші, інакше я напишу скаргу, бо ціна такого сервісу — нуль."
	d := s.writes(complaint)
	require.Equal(t, ReasonTooLong, reasons(d)["price"])
	require.Equal(t, []string{"first"}, d.Rules)
	require.False(t, d.Answered)
}

func TestSituationAHoliday(t *testing.T) {
	s := shop(t)
	s.memory.WroteAt = at(t, 11, "12:00")
	s.now = at(t, 12, "11:00") // a Thursday, and closed by its date
	require.Equal(t, "Ми відповімо завтра о 09:00.", s.writes("Працюєте?").Text)
}

func TestSituationTheNightOfTheClockChange(t *testing.T) {
	// In Kyiv 29 March 2026 has no 03:00 to 04:00.
	week := hours.Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"sat": {"22:00-02:30"}, "sun": {"04:30-06:00"}}}
	s := newScene(t, Setup{Hours: week, Rules: []Rule{
		rule("away", OnAway, func(r *Rule) { r.Trigger.Every = minutes(1) }),
		rule("noanswer", OnNoAnswer, func(r *Rule) { r.Trigger.After = minutes(40) }),
	}})
	s.now = time.Date(2026, 3, 29, 0, 20, 0, 0, time.UTC) // 02:20
	d := s.writes("Є хто?")
	require.Empty(t, d.Text, "open")
	require.Equal(t, time.Date(2026, 3, 29, 2, 0, 0, 0, time.UTC), d.NoAnswerAt, "10 minutes before 02:30, 30 after 04:30")
	s.now = time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC) // 02:59
	require.Equal(t, []string{"away"}, s.writes("Агов").Rules)
	s.now = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC) // 04:00
	require.Equal(t, []string{"away"}, s.writes("Агов").Rules)
	s.now = time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC) // 04:30
	require.Empty(t, s.writes("Агов").Text)
}

func TestSituationABlockedCustomer(t *testing.T) {
	s := shop(t)
	s.facts.Blocked = true
	for _, e := range []Event{{Kind: Wrote, Text: "ціна"}, {Kind: Started}, {Kind: Pressed, Press: "h"}, {Kind: NoAnswerDue}} {
		d := s.happens(e)
		require.Equal(t, SilenceBlocked, d.Silence)
		require.Equal(t, Decision{Silence: SilenceBlocked, Memory: d.Memory, NoAnswerAt: d.NoAnswerAt}, d)
	}
}

func TestSituationACustomerTalksToAPersonAndComesBackTheNextDay(t *testing.T) {
	s := shop(t)
	s.starts("")
	require.True(t, s.presses("h").Handover)
	require.Equal(t, SilenceHuman, s.writes("Де моя посилка?").Silence)
	s.agentReplies()
	s.wait(25 * time.Hour)
	d := s.writes("А яка ціна?")
	require.True(t, d.HumanModeOver)
	require.Equal(t, []string{"price"}, d.Rules)
	require.Equal(t, conversation.BotMode, s.facts.Mode)
}

// The limit of automatic answers in a minute: it bounds answers and calls, and leaves nobody without a way on.

package autoreply

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const ourHandover = "Далі вам відповідатиме людина. Зачекайте, будь ласка."

func TestAtMostTenAnswersAMinute(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{keyword("price", "ціна"), rule("noanswer", OnNoAnswer, nil)}})
	for range 10 {
		require.NotEmpty(t, s.writes("ціна").Text)
		s.wait(time.Second)
	}
	d := s.writes("ціна")
	require.Equal(t, SilenceLimit, d.Silence)
	require.Empty(t, d.Text)
	require.False(t, d.Answered, "he waits for people now")
	require.False(t, d.NoAnswerAt.IsZero())
	require.Len(t, d.Memory.Recent, 10)
	s.wait(50*time.Second - time.Second)
	require.Empty(t, s.writes("ціна").Text)
	s.wait(time.Second)
	require.NotEmpty(t, s.writes("ціна").Text, "a minute after the first of them")
}

func TestThatTheLimitIsReachedIsSaidOnceARun(t *testing.T) {
	s := newScene(t, Setup{Rules: []Rule{keyword("price", "ціна")}})
	reached := 0
	for range 100 { // a message every second
		if s.writes("ціна").LimitReached {
			reached++
		}
		s.wait(time.Second)
	}
	require.Equal(t, 1, reached, "also while single answers are allowed in between")
	s.wait(time.Minute)
	for range 10 {
		require.False(t, s.writes("ціна").LimitReached)
	}
	require.True(t, s.writes("ціна").LimitReached, "another run")
}

func TestWhoAsksForAPersonBeyondTheLimitIsToldOfOne(t *testing.T) {
	for name, asks := range map[string]func(s *scene) Decision{
		"by a button":     func(s *scene) Decision { return s.presses("h") },
		"by the command":  func(s *scene) Decision { return s.writes("/human") },
		"in a flow's way": func(s *scene) Decision { return s.writes("Людина") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, withParcel(t, rule("noanswer", OnNoAnswer, nil)))
			for range 10 {
				s.starts("")
			}
			d := asks(s)
			require.Equal(t, ourHandover, d.Text)
			require.Empty(t, d.Silence)
			require.True(t, d.Handover && d.RemoveKeyboard && d.LimitReached)
			require.Nil(t, d.Memory.Position)
			require.False(t, d.NoAnswerAt.IsZero(), "he waits")
			for range 3 {
				require.Equal(t, SilenceHuman, s.writes("/human").Silence, "once, since people answer now")
			}
			s.facts.Mode = conversation.BotMode
			require.Equal(t, SilenceLimit, s.starts("").Silence)
		})
	}
}

func TestAPressBeyondTheLimitIsToldSo(t *testing.T) {
	s := newScene(t, withParcel(t))
	for range 10 {
		s.starts("")
	}
	at := s.memory.Position
	d := s.presses("g:parcel:track")
	require.Equal(t, "Забагато за раз. Зачекайте, будь ласка, хвилину.", d.Toast)
	require.Equal(t, SilenceLimit, d.Silence)
	require.True(t, d.LimitReached)
	require.Equal(t, at, d.Memory.Position, "he is where he was")
	d = s.presses("g:gone:gone")
	require.Equal(t, "Забагато за раз. Зачекайте, будь ласка, хвилину.", d.Toast, "it leads to the menu")
	require.False(t, d.LimitReached)
	require.Equal(t, "Ця кнопка більше не працює.", s.presses("???").Toast)
	s.wait(time.Minute)
	require.Equal(t, "Номер?", s.presses("g:parcel:track").Text)
}

// asksTwice is a flow that asks its service twice before it says anything.
func asksTwice(t *testing.T) *flow.Flow {
	return parsed(t, `
flow: order
start: one
trigger: {commands: [/order]}
steps:
  one: {http: {url: "https://x.example/1"}, next: two}
  two: {http: {url: "https://x.example/2"}, next: done}
  done: {text: {uk: Готово}}
`)
}

func TestTheLimitBoundsCallsOfServices(t *testing.T) {
	s := newScene(t, withService(t))
	calls, said := 0, 0
	for range 200 {
		d := s.writes("/order")
		if d.Call != nil {
			calls++
			d = s.happens(Event{Kind: Answered, At: s.now, Answer: &flow.Answer{Of: d.Call.Of}})
			require.NotEmpty(t, d.Text, "the answer of a call that was counted is not limited")
		}
		if d.Text != "" {
			said++
		}
		s.wait(50 * time.Millisecond)
	}
	require.Equal(t, []int{10, 10}, []int{calls, said})
	require.Len(t, s.memory.Recent, 10, "it is not counted again")
}

func TestACallThatFollowsAnotherBeyondTheLimitBecomesAPerson(t *testing.T) {
	setup := withService(t)
	setup.Flows[0] = Published{asksTwice(t), 1}
	s := newScene(t, setup)
	asked := s.now
	for range 5 {
		d := s.writes("/order")
		d = s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: d.Call.Of}})
		require.NotNil(t, d.Call)
		s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: d.Call.Of}})
	}
	require.Len(t, s.memory.Recent, 10, "each call is counted")
	require.Equal(t, SilenceLimit, s.writes("/order").Silence)

	s.memory.Recent = s.memory.Recent[:9]
	d := s.writes("/order")
	require.NotNil(t, d.Call)
	s.wait(2 * time.Second)
	d = s.happens(Event{Kind: Answered, At: asked, Answer: &flow.Answer{Of: d.Call.Of}})
	require.Nil(t, d.Call)
	require.Equal(t, ourHandover, d.Text)
	require.True(t, d.Handover)
	require.Nil(t, d.Memory.Position)
	require.True(t, asked.Equal(d.Memory.Waiting), "he waits since he asked")
}

func TestTheAnswerOfAServiceBeyondTheLimitIsSaid(t *testing.T) {
	s := newScene(t, withParcel(t))
	for range 8 {
		s.starts("")
	}
	s.presses("g:parcel:track")
	call := s.writes("1234").Call
	require.NotNil(t, call)
	require.Len(t, s.memory.Recent, 10)
	d := s.happens(Event{Kind: Answered, Answer: &flow.Answer{Of: call.Of, Values: map[string]string{"status": "ok"}}})
	require.Equal(t, "Статус: ok", d.Text)
}

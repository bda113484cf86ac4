// What holds for any rules and whatever customers, agents and clocks do.

package autoreply

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// messages are texts that meet phrases, commands, steps of the flow and nothing.
var messages = []string{"", "ціна", "Яка ціна?", "коштує", "1234", "4321", "1", "Людина", "hm", "/start", "/menu", "/human", "/delivery", "/order", "/x", "Довге " + longText}

var longText = string(slices.Repeat([]rune("ціна "), 40))

var pressed = []string{"g:parcel:track", "g:parcel:main", "g:gone:x", "h", "m:", "m:parcel", "b:parcel:track", "p:parcel:thanks", "g:order:", "?"}

var genRule = rapid.Custom(func(t *rapid.T) Rule {
	kind := rapid.SampledFrom(stageOrder).Draw(t, "kind")
	return rule("", kind, func(r *Rule) {
		r.Enabled = rapid.IntRange(0, 5).Draw(t, "on") > 0
		r.Priority = rapid.IntRange(0, 3).Draw(t, "priority")
		r.Cooldown = minutes(rapid.SampledFrom([]int{0, 0, 1, 30, 600}).Draw(t, "cooldown"))
		if kind != OnAway {
			r.When = rapid.SampledFrom([]When{"", Always, WhenOpen, WhenClosed}).Draw(t, "when")
		}
		switch kind {
		case OnCommand:
			r.Trigger.Commands = []string{rapid.SampledFrom([]string{"/start", "/menu", "/human", "/delivery"}).Draw(t, "command")}
			r.Trigger.Payload = rapid.SampledFrom([]string{"", "", "promo"}).Draw(t, "payload")
		case OnKeyword:
			r.Trigger.Phrases = []string{rapid.SampledFrom([]string{"ціна", "кошту*", "hm"}).Draw(t, "phrase")}
		case OnFirst:
			r.Trigger.AgainAfter = minutes(rapid.SampledFrom([]int{0, 60, 3000}).Draw(t, "again"))
		case OnAway:
			r.Trigger.Every = minutes(rapid.SampledFrom([]int{0, 1, 90}).Draw(t, "every"))
		case OnNoAnswer:
			r.Trigger.After = minutes(rapid.SampledFrom([]int{1, 10, 300}).Draw(t, "after"))
		}
		if (kind == OnKeyword || kind == OnFirst || kind == Fallback) && rapid.IntRange(0, 4).Draw(t, "flow") == 0 {
			r.Actions.Flow = rapid.SampledFrom([]string{"parcel", "order"}).Draw(t, "which")
			r.Actions.Close = rapid.Bool().Draw(t, "close")
		}
	})
})

// story is a scene of which the rules are known, and what was said in it.
type story struct {
	*scene
	rules     map[string]Rule
	fired     map[string]time.Time
	said      []time.Time
	timer     time.Time
	perPeriod map[TriggerKind]int
	// out are the calls that were made and not answered, answered those that said something, made when each was.
	out      []*flow.Call
	answered map[string]bool
	made     []time.Time
}

func newStory(t *rapid.T, outer *testing.T) *story {
	rules := rapid.SliceOfN(genRule, 0, 8).Draw(t, "rules")
	s := &story{rules: map[string]Rule{}, fired: map[string]time.Time{}, perPeriod: map[TriggerKind]int{}, answered: map[string]bool{}}
	for i := range rules {
		rules[i].ID = string(rune('a' + i))
		s.rules[rules[i].ID] = rules[i]
	}
	setup := withParcel(outer, rules...)
	setup.Flows = append(setup.Flows, Published{asksTwice(outer), 2})
	setup.Hours = kyivHours
	setup.KeepKeyboard = rapid.Bool().Draw(t, "keep")
	s.scene = newScene(outer, setup)
	return s
}

// tell lets an event happen after looking that its evaluation is a pure function, and keeps the memory as a store does.
func (s *story) tell(t *rapid.T, e Event) {
	if e.At.IsZero() {
		e.At = s.now
	}
	facts, before := s.facts, stored(t, s.memory)
	d := s.arbiter.Evaluate(facts, s.memory, e, s.now)
	require.Equal(t, before, stored(t, s.memory), "what is given is not changed")
	require.Equal(t, d, s.arbiter.Evaluate(facts, s.memory, e, s.now), "the same leads to the same")
	var restored Memory
	require.NoError(t, json.Unmarshal([]byte(before), &restored))
	again := s.arbiter.Evaluate(facts, restored, e, s.now)
	require.Equal(t, stored(t, d), stored(t, again), "also after it was stored")
	require.Equal(t, before, stored(t, restored))
	s.check(t, d, e)
	s.checkService(t, d, e)
	s.happens(e)
	s.timer = d.NoAnswerAt
	s.checkWayOut(t)
}

func stored(t *rapid.T, v any) string {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// check holds what is promised of every decision.
func (s *story) check(t *rapid.T, d Decision, e Event) {
	human := s.facts.Mode == conversation.HumanMode && !d.HumanModeOver
	says := d.Text != "" || len(d.Files) > 0
	require.Equal(t, says || d.Call != nil, d.Silence == "", "%+v", d)
	var stages []TriggerKind
	for _, id := range d.Rules {
		r := s.rules[id]
		stages = append(stages, r.Trigger.Kind)
		require.True(t, r.Enabled)
		s.checkTimes(t, r)
		s.fired[id] = s.now
		s.perPeriod[r.Trigger.Kind]++
		if human {
			require.Contains(t, []TriggerKind{OnAway, OnNoAnswer}, r.Trigger.Kind)
		}
	}
	if human {
		require.Empty(t, d.Flow)
		require.False(t, d.Handover || d.Call != nil || d.Answered)
		require.Nil(t, d.Memory.Position)
	}
	if len(stages) > 0 && stages[len(stages)-1] == OnAway {
		stages = stages[:len(stages)-1]
	}
	require.LessOrEqual(t, len(stages), 1, "one answer, and away under it")
	require.NotContains(t, stages, OnAway)
	require.LessOrEqual(t, s.perPeriod[OnNoAnswer], 1)
	require.LessOrEqual(t, s.perPeriod[Fallback], 1)
	require.Len(t, d.Considered, len(s.rules)-len(d.Rules)-s.unseen(d))
	if e.Kind == NoAnswerDue {
		require.True(t, d.NoAnswerAt.IsZero() || d.NoAnswerAt.After(s.now), "a timer does not run out at once again")
	}
	if says && e.Kind != Answered && !d.Handover {
		s.said = append(s.said, s.now)
		s.said = slices.DeleteFunc(s.said, func(at time.Time) bool { return s.now.Sub(at) >= time.Minute })
		require.LessOrEqual(t, len(s.said), 10)
	}
	require.False(t, d.LimitReached && d.Silence != SilenceLimit && !d.Handover)
	require.False(t, d.Close && d.Handover)
	for id := range d.Memory.Fired {
		require.Contains(t, s.rules, id)
	}
}

// checkService holds what is promised of services: nothing is said before, each answer counts once and only where it is
// waited for, and there are as few calls as answers.
func (s *story) checkService(t *rapid.T, d Decision, e Event) {
	at := s.memory.Position
	if d.Call != nil {
		require.Empty(t, d.Text)
		require.Empty(t, d.Files)
		require.Empty(t, d.Buttons)
		require.False(t, d.Close || d.Handover)
		require.NotNil(t, d.Memory.Position)
		s.out = append(s.out, d.Call)
		s.made = append(slices.DeleteFunc(s.made, func(at time.Time) bool { return s.now.Sub(at) >= time.Minute }), s.now)
		require.LessOrEqual(t, len(s.made), 10)
	}
	switch {
	case e.Kind == Answered && e.Answer.Of != "" && d.Silence == "":
		require.False(t, s.answered[e.Answer.Of], "two answers to one call")
		s.answered[e.Answer.Of] = true
	case e.Kind == Answered && d.Silence == SilenceStale:
		require.Empty(t, d.Tags)
		require.Empty(t, d.Rules)
		require.False(t, d.Answered || d.Handover || d.Close || d.RemoveKeyboard)
	case d.Silence == SilenceService:
		require.Equal(t, at, d.Memory.Position)
		require.Equal(t, e.Press != "", d.Answered, "a second tap asks for nothing new, a text may")
	}
	if d.Memory.Held != nil && d.Silence != SilenceOld {
		require.NotNil(t, d.Memory.Position, "what is held will be said, or its flow is left")
	}
}

// checkWayOut holds that a person can be had at any moment, and is told of.
func (s *story) checkWayOut(t *rapid.T) {
	if s.facts.Mode == conversation.HumanMode {
		return
	}
	for _, e := range []Event{{Kind: Wrote, Text: "/human", At: s.now}, {Kind: Pressed, Press: "h", At: s.now}} {
		d := s.arbiter.Evaluate(s.facts, s.memory, e, s.now)
		require.True(t, d.Handover, "%+v", d)
		require.True(t, d.Text != "" || len(d.Files) > 0)
		require.Nil(t, d.Memory.Position)
	}
}

// anAnswer is that of a call that is out, or of one that nobody made.
func (s *story) anAnswer(t *rapid.T) Event {
	e := Event{Kind: Answered, Answer: &flow.Answer{Failed: rapid.Bool().Draw(t, "failed")}}
	if i := rapid.IntRange(-1, len(s.out)-1).Draw(t, "call"); i >= 0 {
		e.Answer.Of = s.out[i].Of
		if rapid.Bool().Draw(t, "once") {
			s.out = slices.Delete(s.out, i, i+1)
		}
	} else {
		e.Answer.Of = "nobody's"
	}
	e.At = s.now.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, time.Hour}).Draw(t, "asked"))
	return e
}

// unseen are all rules where nothing was evaluated.
func (s *story) unseen(d Decision) int {
	if slices.Contains([]string{SilenceOld, SilenceLimit}, d.Silence) {
		return len(s.rules)
	}
	return 0
}

func (s *story) checkTimes(t *rapid.T, r Rule) {
	if fired, ok := s.fired[r.ID]; ok {
		require.GreaterOrEqual(t, s.now.Sub(fired), time.Duration(r.Cooldown), "it is in its cooldown")
		if r.Trigger.Kind == OnAway {
			require.GreaterOrEqual(t, s.now.Sub(fired), time.Duration(r.Trigger.Every))
		}
		if again := time.Duration(r.Trigger.AgainAfter); r.Trigger.Kind == OnFirst {
			require.True(t, again > 0 && s.now.Sub(fired) >= again, "a second welcome")
		}
	}
	if r.Trigger.Kind == OnAway {
		require.GreaterOrEqual(t, s.now.Sub(s.facts.LastAgentAt), quiet)
		require.False(t, s.arbiter.calendar.Open(s.now))
	}
}

// newPeriod is when the customer stops waiting.
func (s *story) newPeriod() {
	s.facts.WaitingSince, s.timer = time.Time{}, time.Time{}
	s.perPeriod[OnNoAnswer], s.perPeriod[Fallback] = 0, 0
}

func TestWhateverHappensTheRulesOfAnsweringHold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStory(rt, t)
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			s.wait(rapid.SampledFrom([]time.Duration{
				time.Second, 2 * time.Second, 5 * time.Minute, 31 * time.Minute, 3 * time.Hour, 25 * time.Hour, 80 * time.Hour,
			}).Draw(rt, "pause"))
			switch rapid.IntRange(0, 11).Draw(rt, "what") {
			default:
				text := rapid.SampledFrom(messages).Draw(rt, "text")
				age := rapid.SampledFrom([]time.Duration{0, 0, 0, time.Minute, time.Hour, -time.Second}).Draw(rt, "age")
				s.tell(rt, Event{Kind: Wrote, Text: text, At: s.now.Add(-age)})
			case 0:
				s.tell(rt, Event{Kind: Started, Payload: rapid.SampledFrom([]string{"", "promo"}).Draw(rt, "payload")})
			case 1, 2:
				s.tell(rt, Event{Kind: Pressed, Press: rapid.SampledFrom(pressed).Draw(rt, "button")})
			case 3, 11:
				s.tell(rt, s.anAnswer(rt))
			case 4, 5:
				if !s.timer.IsZero() {
					if s.timer.After(s.now) {
						s.now = s.timer
					}
					s.tell(rt, Event{Kind: NoAnswerDue, At: s.timer})
				}
			case 6:
				s.agentReplies()
				s.newPeriod()
			case 7:
				s.facts.Mode = conversation.BotMode
				s.newPeriod()
			}
		}
	})
}

func TestASecondMessageOfTheSameMomentGetsNoSecondWelcome(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		setup := withParcel(t, rule("first", OnFirst, nil))
		if rapid.Bool().Draw(rt, "no flow") {
			setup.Flows = nil
		}
		s := newScene(t, setup)
		welcomes := 0
		for _, start := range rapid.SliceOfN(rapid.Bool(), 1, 6).Draw(rt, "starts") {
			e := Event{Kind: Wrote, Text: "Привіт"}
			if start {
				e = Event{Kind: Started}
			}
			if d := s.happens(e); slices.Contains(d.Rules, "first") {
				welcomes++
			}
			s.wait(time.Second)
		}
		require.LessOrEqual(rt, welcomes, 1)
	})
}

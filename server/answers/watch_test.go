// Scripts in force: when they are read, when an arbiter is made, and what is not believed.

package answers

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

var _ relay.Arbiters = (*Service)(nil)

func TestABotThatNeverHadRulesFlowsOrHoursHasNoArbiter(t *testing.T) {
	h := newHouse(t)
	h.refresh()
	require.Nil(t, h.Arbiter(botID))
	require.Nil(t, h.Arbiter("nobody's"))

	_, _, err := h.PutDraft(t.Context(), botID, "", []byte(menu("m", "x", "/start")), admin)
	require.NoError(t, err)
	h.refresh()
	require.Nil(t, h.Arbiter(botID), "a draft answers nobody")

	_, err = h.PutHours(t.Context(), botID, hours.Hours{Zone: "Europe/Kyiv"})
	require.NoError(t, err)
	require.NotNil(t, h.Arbiter(botID))
	require.Nil(t, h.Arbiter("vb1"), "another bot's hours")
}

func TestAnArbiterIsMadeOnceForAScriptAndTheSettingsOfItsBot(t *testing.T) {
	h := newHouse(t)
	h.add(autoreply.Rule{
		Enabled: true, Trigger: autoreply.Trigger{Kind: autoreply.Fallback}, Texts: map[string]string{"uk": "Так", "de": "Ja"},
	})
	first := h.Arbiter(botID)
	h.refresh()
	h.edit(botID, func(b *conversation.Bot) { b.Paused, b.Name = true, "Other" })
	require.Same(t, first, h.Arbiter(botID), "nothing changed that an arbiter depends on")
	require.Equal(t, "Так", h.says("?"))

	for name, change := range map[string]func(*conversation.Bot){
		"language":      func(b *conversation.Bot) { b.Settings.Language = "de" },
		"username":      func(b *conversation.Bot) { b.Username = "new_bot" },
		"business_auto": func(b *conversation.Bot) { b.Settings.BusinessAuto = true },
		"keep_keyboard": func(b *conversation.Bot) { b.Settings.KeepKeyboard = true },
	} {
		before := h.Arbiter(botID)
		h.edit(botID, change)
		require.NotSame(t, before, h.Arbiter(botID), name)
	}
	require.Equal(t, "Ja", h.says("?"), "settings count at once, without a look at the database")
}

func TestALocalChangeAnswersAtOnceAndTheOthersAreTold(t *testing.T) {
	h := newHouse(t)
	h.add(keyword("ціна", "100"))
	require.Equal(t, "100", h.says("яка ціна?"))
	require.Equal(t, []string{botID}, h.changed)
}

func TestWhatAnotherNodeChangedIsReadOnce(t *testing.T) {
	h := newHouse(t)
	h.store.set(botID, func(s *Script) {
		s.Rules = []autoreply.Rule{{ID: "r1", Enabled: true, Trigger: autoreply.Trigger{Kind: autoreply.Fallback}, Texts: map[string]string{"uk": "Є"}}}
	})
	require.Empty(t, h.says("?"))
	h.refresh()
	require.Equal(t, "Є", h.says("?"))
	reads := h.store.reads
	h.refresh()
	require.Equal(t, reads, h.store.reads, "versions are compared, scripts are not read again")
	require.Empty(t, h.changed, "who only follows tells nobody")
}

func TestWatchFollowsAtOnceWhenItIsWoken(t *testing.T) {
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { h.Watch(ctx, func() []string { return nil }) })
	require.Eventually(t, func() bool { return h.store.looked() > 0 }, 5*time.Second, time.Millisecond)
	h.store.set(botID, func(s *Script) { s.Rules = []autoreply.Rule{withID("r1", keyword("a", "b"))} })
	h.Wake()
	require.Eventually(t, func() bool { return h.Arbiter(botID) != nil }, lookEvery/2, time.Millisecond, "before the next look is due")
	stop()
	done.Wait()
}

func TestAPanicEndsOneRoundOnly(t *testing.T) {
	h := newHouse(t)
	h.store.panics = true
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { h.Watch(ctx, func() []string { return nil }) })
	require.Eventually(t, func() bool { return h.panicked() > 0 }, 5*time.Second, time.Millisecond)
	h.store.mu.Lock()
	h.store.panics = false
	h.store.mu.Unlock()
	h.store.set(botID, func(s *Script) { s.Rules = []autoreply.Rule{withID("r1", keyword("a", "b"))} })
	require.Eventually(t, func() bool { h.Wake(); return h.Arbiter(botID) != nil }, 5*time.Second, time.Millisecond)
	stop()
	done.Wait()
}

func TestABotThatIsGoneIsForgotten(t *testing.T) {
	h := newHouse(t)
	h.add(keyword("a", "b"))
	h.edit(botID, func(*conversation.Bot) {})
	delete(h.bots, botID)
	require.Nil(t, h.Arbiter(botID), "it is not known any more")
	delete(h.store.scripts, botID)
	h.refresh()
	require.Empty(t, *h.scripts.Load())
}

func TestADatabaseThatIsAwayChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.add(keyword("a", "b"))
	h.store.err = errors.New("connection refused")
	require.Error(t, h.Refresh(t.Context()))
	require.Equal(t, "b", h.says("a"))
}

// problem is what health says of the script; broken as an error.
func (h *house) problem() string {
	words, broken := h.Problem(botID)
	if broken {
		return "broken: " + words
	}
	return words
}

// withID is a rule as it is stored.
func withID(id string, r autoreply.Rule) autoreply.Rule {
	r.ID = id
	return r
}

// newer is a rule of a msgbot that knows more than this one.
func newer() autoreply.Rule {
	return autoreply.Rule{ID: "n1", Enabled: true, Trigger: autoreply.Trigger{Kind: "weather"}, Texts: map[string]string{"uk": "Дощ"}}
}

func TestAScriptThatCannotBeReadKeepsTheOneBefore(t *testing.T) {
	h := newHouse(t)
	h.add(keyword("ціна", "100"))
	require.Empty(t, h.problem())
	h.store.set(botID, func(s *Script) { s.Rules = []autoreply.Rule{newer(), withID("r2", keyword("ціна", "200"))} })
	h.refresh()
	require.Equal(t, "100", h.says("ціна"))
	require.Contains(t, h.problem(), "broken: ")
	require.Contains(t, h.problem(), "those before stay in force")
	require.Contains(t, h.problem(), "rules[0].trigger.kind")

	reads := h.store.reads
	h.refresh()
	require.Equal(t, reads, h.store.reads, "it is not read again and again")

	h.store.set(botID, func(s *Script) { s.Rules = s.Rules[1:] })
	h.refresh()
	require.Equal(t, "200", h.says("ціна"))
	require.Empty(t, h.problem())
}

func TestAtTheStartWhatCanBeUsedAnswersAndHealthSaysWhatCannot(t *testing.T) {
	h := newHouse(t)
	h.store.set(botID, func(s *Script) { s.Rules = []autoreply.Rule{newer(), withID("r2", keyword("ціна", "200"))} })
	h.publishUnchecked("broken", "flow: broken")
	h.refresh()
	require.Equal(t, "200", h.says("ціна"))
	require.Contains(t, h.problem(), "broken: Some automatic answers cannot be used")
	require.Contains(t, h.problem(), "flows.broken: line 1")

	_, err := h.AddRule(t.Context(), botID, keyword("знижка", "5%"))
	require.NoError(t, err, "what others did wrong is no reason to refuse a good rule")
	require.Equal(t, "5%", h.says("знижка"), "and nothing better is kept instead")
	rules, version, err := h.Rules(t.Context(), botID)
	require.NoError(t, err)
	rules[0].Hits++ // it answered elsewhere since
	_, _, err = h.PutRules(t.Context(), botID, append(rules, keyword("c", "d")), version)
	require.NoError(t, err)
}

// publishUnchecked puts in force what this msgbot would refuse.
func (h *house) publishUnchecked(name, text string) {
	h.t.Helper()
	_, err := h.store.SaveDraft(h.t.Context(), botID, name, text, "")
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.Publish(h.t.Context(), botID, name, h.store.scripts[botID].Version))
}

func TestHealthNamesAFewProblemsAndCountsTheRest(t *testing.T) {
	h := newHouse(t)
	h.store.set(botID, func(s *Script) {
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			s.Rules = append(s.Rules, withID(id, newer()))
		}
	})
	h.refresh()
	require.Contains(t, h.problem(), "rules[2].trigger.kind")
	require.NotContains(t, h.problem(), "rules[3].trigger.kind")
	require.Contains(t, h.problem(), "and 2 more")
}

func TestACustomerInsideAnEarlierVersionGoesOnThere(t *testing.T) {
	h := newHouse(t)
	name := h.publish(menu("m", "Перша", "/start"))
	h.publish(menu("m", "Друга", "/start"))
	require.Equal(t, "Друга", h.says("/start"))

	inside := autoreply.Memory{Position: &flow.Position{Flow: name, Version: 1, Step: "main", At: noon}}
	facts := autoreply.Facts{Mode: conversation.BotMode, Status: conversation.Open, Kind: messenger.Private}
	e := autoreply.Event{Kind: autoreply.Wrote, At: noon, Text: "щось"}
	h.store.former = 0
	said := func() autoreply.Decision {
		d, err := h.Arbiter(botID).Evaluate(t.Context(), facts, inside, e, noon)
		require.NoError(t, err)
		return d
	}
	h.store.err = errAway
	_, err := h.Arbiter(botID).Evaluate(t.Context(), facts, inside, e, noon)
	require.ErrorIs(t, err, errAway, "he is asked about again, and not thrown out of his flow")
	h.store.err = nil
	for range 3 {
		require.Contains(t, said().Text, "Перша")
	}
	require.Equal(t, 1, h.store.former, "it is read once")

	inside.Position.Version = 0
	require.Empty(t, said().Text, "no version is not the present one")
	inside.Position.Version = 7
	require.Empty(t, said().Text, "a version that is known no more")
	require.Nil(t, said().Memory.Position)
}

func TestAVersionThatCannotBeUsedAnyMoreIsLeft(t *testing.T) {
	h := newHouse(t)
	h.publishUnchecked("m", "flow: m\nstart: gone\nsteps: {main: {text: {uk: A}}}\n")
	h.publish(menu("m", "Друга", "/start"))
	facts := autoreply.Facts{Mode: conversation.BotMode, Status: conversation.Open, Kind: messenger.Private}
	inside := autoreply.Memory{Position: &flow.Position{Flow: "m", Version: 1, Step: "main", At: noon}}
	for range 2 {
		d, err := h.Arbiter(botID).Evaluate(t.Context(), facts, inside, autoreply.Event{Kind: autoreply.Wrote, At: noon, Text: "щось"}, noon)
		require.NoError(t, err)
		require.Nil(t, d.Memory.Position)
	}
}

// TestAFlowThatIsOffIsFinished is for a bot that has nothing else to answer with.
func TestAFlowThatIsOffIsFinished(t *testing.T) {
	press := func(flowName, step string) string {
		return flow.Data(flowName, "main", flow.Button{Do: flow.DoGo, Value: step})
	}
	inside := autoreply.Memory{Position: &flow.Position{Flow: "m", Version: 1, Step: "main", At: noon}}
	for name, c := range map[string]struct {
		memory      autoreply.Memory
		event       autoreply.Event
		text, toast string
		handover    bool
	}{
		"a text inside it":         {inside, autoreply.Event{Kind: autoreply.Wrote, Text: "щось"}, "uk:auto.not_understood\n\nВітаю", "", false},
		"its button inside it":     {inside, autoreply.Event{Kind: autoreply.Pressed, Press: press("m", "main")}, "Вітаю", "", false},
		"its old button":           {autoreply.Memory{}, autoreply.Event{Kind: autoreply.Pressed, Press: press("m", "main")}, "", "uk:auto.button_gone", false},
		"a button that never was":  {autoreply.Memory{}, autoreply.Event{Kind: autoreply.Pressed, Press: "?"}, "", "uk:auto.button_gone", false},
		"the command for a person": {inside, autoreply.Event{Kind: autoreply.Wrote, Text: "/human"}, "uk:auto.handover", "", true},
		"what would begin it":      {autoreply.Memory{}, autoreply.Event{Kind: autoreply.Wrote, Text: "/start"}, "", "", false},
	} {
		for _, gone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, removed: %t", name, gone), func(t *testing.T) {
				h := newHouse(t)
				h.publish(menu("m", "Вітаю", "/start"))
				_, err := h.Off(t.Context(), botID, "m")
				require.NoError(t, err)
				if gone {
					require.NoError(t, h.RemoveFlow(t.Context(), botID, "m"))
					if c.event.Press == press("m", "main") {
						c.text, c.toast = "", "uk:auto.button_gone"
					} else if !c.handover && c.memory.Position != nil {
						c.text = "" // who is inside leaves it
					}
				}
				arbiter := h.Arbiter(botID)
				require.NotNil(t, arbiter)
				facts := autoreply.Facts{Mode: conversation.BotMode, Status: conversation.Open, Kind: messenger.Private, Language: "uk"}
				c.event.At = noon
				d, err := arbiter.Evaluate(t.Context(), facts, c.memory, c.event, noon)
				require.NoError(t, err)
				require.Equal(t, c.text, d.Text)
				require.Equal(t, c.toast, d.Toast)
				require.Equal(t, c.handover, d.Handover)
			})
		}
	}
}

func TestArbitersAreAskedForWhileScriptsAndSettingsChange(t *testing.T) {
	h := newHouse(t)
	h.add(keyword("a", "b"))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				if h.says("a") != "b" {
					t.Error("an answer was lost")
				}
			}
		})
	}
	all.Go(func() {
		for i := range 100 {
			h.edit(botID, func(b *conversation.Bot) { b.Settings.KeepKeyboard = i%2 == 0 })
			h.store.set(botID, func(*Script) {})
			if err := h.Refresh(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
}

// Changes of flows by several admins at once: none is lost in silence, and nothing goes into force that nobody checked.

package answers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
)

func TestWhoWasOutrunAtAFlowIsToldAndChangesNothing(t *testing.T) {
	drafts := func(h *house) {
		_, _, err := h.draft("", menu("m", "Чернетка іншого", "/start"), admin)
		require.NoError(h.t, err)
	}
	for name, c := range map[string]struct {
		// before is done before the look, between after it.
		before, between func(h *house)
		change          func(h *house) error
	}{
		"a draft that was replaced is not published": {
			before:  drafts,
			between: drafts,
			change:  func(h *house) error { _, _, err := h.Publish(h.t.Context(), botID, "m", admin); return err },
		},
		"a draft that calls a service does not slip through": {
			before: drafts,
			between: func(h *house) {
				_, _, err := h.draft("", lookup("m"), sysadmin)
				require.NoError(h.t, err)
			},
			change: func(h *house) error { _, _, err := h.Publish(h.t.Context(), botID, "m", admin); return err },
		},
		"a flow that was published anew is not switched off": {
			before:  drafts,
			between: func(h *house) { h.publish(menu("m", "Нове", "/start")) },
			change:  func(h *house) error { _, err := h.Off(h.t.Context(), botID, "m"); return err },
		},
		"a flow that was switched off is not switched on": {
			before: drafts,
			between: func(h *house) {
				_, err := h.Off(h.t.Context(), botID, "m")
				require.NoError(h.t, err)
			},
			change: func(h *house) error { _, _, err := h.Publish(h.t.Context(), botID, "m", admin); return err },
		},
		"a flow with a new draft is not removed": {
			before:  func(*house) {},
			between: drafts,
			change:  func(h *house) error { return h.RemoveFlow(h.t.Context(), botID, "m") },
		},
		"a flow that was published anew is not replaced": {
			before:  func(*house) {},
			between: func(h *house) { h.publish(menu("m", "Нове", "/start")) },
			change:  func(h *house) error { return h.replace(1, menu("m", "Моє", "/start")) },
		},
		"a flow that got a draft is not replaced": {
			before:  func(*house) {},
			between: drafts,
			change:  func(h *house) error { return h.replace(1, menu("m", "Моє", "/start")) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.publish(menu("m", "Вітаю", "/start"))
			c.before(h)
			var there FlowState
			h.store.between = func() { c.between(h); there = h.store.states["m"] }
			require.ErrorIs(t, c.change(h), ErrChanged)
			require.Equal(t, there, h.store.states["m"])
		})
	}
}

// replace puts a text of the flow m in force that was made from a version.
func (h *house) replace(from int, text string) error {
	_, _, err := h.Replace(h.t.Context(), botID, "m", from, []byte(text), admin)
	return err
}

func TestAChangeOfSomethingElseIsNoReasonToRefuseThatOfAFlow(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.draft("", menu("m", "Вітаю", "/start"), admin)
	require.NoError(t, err)
	h.store.between = func() { h.add(keyword("a", "b")) }
	state, _, err := h.Publish(t.Context(), botID, "m", admin)
	require.NoError(t, err)
	require.Equal(t, FlowState{Name: "m", Published: 1, On: true}, state)

	h.store.between = func() { h.publish(menu("other", "Інше", "/other")) }
	_, err = h.Off(t.Context(), botID, "m")
	require.NoError(t, err)
	h.store.between = func() { h.add(keyword("c", "d")) }
	require.NoError(t, h.replace(1, menu("m", "Знову", "/start")))
	require.Equal(t, "Знову", h.says("/start"))
}

func TestOfTwoFlowsThatArePublishedTogetherOneGetsTheCommand(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.draft("", menu("m", "Вітаю", "/start"), admin)
	require.NoError(t, err)
	h.store.between = func() { h.publish(menu("other", "Інше", "/start")) }
	_, _, err = h.Publish(t.Context(), botID, "m", admin)
	require.Equal(t, "trigger.commands[0]", fieldWrong(t, err))
	require.False(t, h.store.states["m"].On)
}

func TestAFlowIsReplacedAndInForceInOneStep(t *testing.T) {
	h := newHouse(t)
	require.NoError(t, h.replace(0, menu("m", "Перша", "/start")), "there was none")
	require.Equal(t, "Перша", h.says("/start"))
	require.NoError(t, h.replace(1, menu("m", "Друга", "/start")))
	require.Equal(t, "Друга", h.says("/start"))
	require.ErrorIs(t, h.replace(1, menu("m", "Третя", "/start")), ErrChanged)
	require.ErrorIs(t, h.replace(0, menu("m", "Третя", "/start")), ErrChanged, "there is one by now")
	_, err := h.Off(t.Context(), botID, "m")
	require.NoError(t, err)
	require.NoError(t, h.replace(2, menu("m", "Третя", "/start")))
	require.Equal(t, "Третя", h.says("/start"), "and on again")

	require.ErrorIs(t, h.RemoveFlowFrom(t.Context(), botID, "m", 2), ErrChanged)
	require.NoError(t, h.RemoveFlowFrom(t.Context(), botID, "m", 3))
	require.ErrorIs(t, h.replace(3, menu("m", "Четверта", "/start")), ErrChanged, "it was removed meanwhile")
	require.NoError(t, h.replace(0, menu("m", "Четверта", "/start")))
	require.Equal(t, 4, h.store.states["m"].Published)
}

func TestWhatCannotBePublishedIsNotSavedByAReplacement(t *testing.T) {
	h := newHouse(t)
	h.publish(menu("m", "Вітаю", "/start"))
	h.publish(menu("other", "Інше", "/other"))
	saved := len(h.store.flows[botID+"m"])

	require.Equal(t, "trigger.commands[0]", fieldWrong(t, h.replace(1, menu("m", "x", "/other"))))
	require.Equal(t, "flow", fieldWrong(t, h.replace(1, menu("n", "x", "/start"))))
	require.ErrorIs(t, h.replace(1, lookup("m")), ErrSysadminOnly)
	var flawed *FlowError
	require.ErrorAs(t, h.replace(1, "flow: m"), &flawed)

	_, _, err := h.draft("", menu("m", "Чернетка іншого", "/start"), admin)
	require.NoError(t, err)
	for _, from := range []int{0, 1, 2} {
		require.Equal(t, "flow", fieldWrong(t, h.replace(from, menu("m", "x", "/start"))), "nobody decided to publish the draft")
		require.Equal(t, "flow", fieldWrong(t, h.RemoveFlowFrom(t.Context(), botID, "m", from)))
	}
	require.Len(t, h.store.flows[botID+"m"], saved+1)
	require.Equal(t, FlowState{Name: "m", Draft: 2, Published: 1, On: true}, h.store.states["m"])
	require.Equal(t, "Вітаю", h.says("/start"))
}

func TestARuleThatChangesAllTheTimeEndsTheChangeOfAFlow(t *testing.T) {
	h := newHouse(t)
	h.publish(menu("m", "Вітаю", "/start"))
	tries := 0
	var again func()
	again = func() {
		tries++
		h.store.set(botID, func(s *Script) { s.Rules = []autoreply.Rule{withID("r1", keyword("a", "b"))} })
		h.store.between = again
	}
	h.store.between = again
	_, err := h.Off(t.Context(), botID, "m")
	require.ErrorIs(t, err, ErrChanged)
	require.Equal(t, maxTries, tries)
}

func TestVersionsAreKeptForTheLongestTimeThatACustomerMayBeInside(t *testing.T) {
	h := newHouse(t)
	idle := func(d time.Duration) string {
		return strings.Replace(menu("m", "x", "/start"), "start:", fmt.Sprintf("idle: %s\nstart:", d), 1)
	}
	_, _, err := h.draft("", idle(LongestIdle), admin)
	require.NoError(t, err)
	_, _, err = h.draft("", idle(LongestIdle+time.Minute), admin)
	require.Error(t, err)
}

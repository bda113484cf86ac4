// What admins do with flows: drafts, publishing, and who may let them call a service.

package answers

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

func (h *house) draft(name, text string, by Editor) (FlowState, []flow.Problem, error) {
	return h.PutDraft(h.t.Context(), botID, name, []byte(text), by)
}

func TestADraftAnswersOnlyOnceItIsPublished(t *testing.T) {
	h := newHouse(t)
	state, odd, err := h.draft("m", menu("m", "Вітаю", "/start"), admin)
	require.NoError(t, err)
	require.Empty(t, odd)
	require.Equal(t, FlowState{Name: "m", Draft: 1}, state)
	require.Empty(t, h.says("/start"))

	state, _, err = h.Publish(t.Context(), botID, "m", admin)
	require.NoError(t, err)
	require.Equal(t, FlowState{Name: "m", Published: 1, On: true}, state)
	require.Equal(t, "Вітаю", h.says("/start"))

	_, _, err = h.draft("m", menu("m", "Інше", "/start"), admin)
	require.NoError(t, err)
	require.Equal(t, "Вітаю", h.says("/start"), "a newer draft is not in force")
	list, err := h.Flows(t.Context(), botID)
	require.NoError(t, err)
	require.Equal(t, []FlowState{{Name: "m", Published: 1, Draft: 2, On: true}}, list)
	for version, text := range map[int]string{0: "Інше", 1: "Вітаю", 2: "Інше"} {
		stored, err := h.Flow(t.Context(), botID, "m", version, admin)
		require.NoError(t, err)
		require.Contains(t, stored.Text, text)
	}
}

func TestAFlowThatIsOffAnswersAgainWhenItIsPublishedAgain(t *testing.T) {
	h := newHouse(t)
	h.publish(menu("m", "Вітаю", "/start"))
	state, err := h.Off(t.Context(), botID, "m")
	require.NoError(t, err)
	require.False(t, state.On)
	require.Empty(t, h.says("/start"))
	state, _, err = h.Publish(t.Context(), botID, "m", admin)
	require.NoError(t, err)
	require.Equal(t, FlowState{Name: "m", Published: 1, On: true}, state)
	require.Equal(t, "Вітаю", h.says("/start"))
}

func TestAFlowIsRemovedWithWhatItAnswers(t *testing.T) {
	h := newHouse(t)
	h.publish(menu("m", "Вітаю", "/start"))
	require.NoError(t, h.RemoveFlow(t.Context(), botID, "m"))
	require.Empty(t, h.says("/start"))
	require.ErrorIs(t, h.RemoveFlow(t.Context(), botID, "m"), ErrNotFound)
	_, _, err := h.Publish(t.Context(), botID, "m", admin)
	require.ErrorIs(t, err, ErrNotFound)
	_, err = h.Off(t.Context(), botID, "m")
	require.ErrorIs(t, err, ErrNotFound)
}

func TestABrokenFlowIsRefusedWithAllItsProblemsAndAnOddOneIsNot(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.draft("", "flow: m\nstart: nowhere\nsteps:\n  main: {txt: {uk: x}}\n", sysadmin)
	var flawed *FlowError
	require.ErrorAs(t, err, &flawed)
	require.GreaterOrEqual(t, len(flawed.Problems), 2)
	require.Contains(t, err.Error(), "line 2")
	require.Empty(t, h.store.states)

	_, odd, err := h.draft("", strings.Replace(menu("m", "x", "/start"), "{uk: Людина}", "{uk: Людина, en: A person}", 1), admin)
	require.NoError(t, err)
	require.Len(t, odd, 1)
	require.True(t, odd[0].Warning, "a text lacks a language that others have")
}

func TestAFlowIsSavedUnderItsOwnName(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.draft("other", menu("m", "x", "/start"), admin)
	require.Equal(t, "flow", fieldWrong(t, err))
	require.Empty(t, h.store.states)
}

func TestAFlowInJSONIsKeptAsYAML(t *testing.T) {
	h := newHouse(t)
	f, problems := flow.Parse([]byte(menu("m", "Вітаю", "/start")))
	require.Empty(t, problems)
	text, err := json.Marshal(f)
	require.NoError(t, err)
	_, _, err = h.draft("m", string(text), admin)
	require.NoError(t, err)
	stored, err := h.Flow(t.Context(), botID, "m", 0, admin)
	require.NoError(t, err)
	require.Equal(t, string(flow.Marshal(f)), stored.Text)

	written := "# ours\n" + menu("m", "Вітаю", "/start")
	_, _, err = h.draft("m", written, admin)
	require.NoError(t, err)
	stored, err = h.Flow(t.Context(), botID, "m", 0, admin)
	require.NoError(t, err)
	require.Equal(t, written, stored.Text, "YAML keeps its comments")
}

func TestOnlySystemAdminsLetAFlowCallAService(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.draft("", lookup("calls"), admin)
	require.ErrorIs(t, err, ErrSysadminOnly)
	require.Empty(t, h.store.states)

	_, _, err = h.draft("", lookup("calls"), sysadmin)
	require.NoError(t, err)
	_, _, err = h.Publish(t.Context(), botID, "calls", admin)
	require.ErrorIs(t, err, ErrSysadminOnly)
	require.False(t, h.store.states["calls"].On)
	_, _, err = h.Publish(t.Context(), botID, "calls", sysadmin)
	require.NoError(t, err)
}

func TestTheKeysOfAServiceAreShownToSystemAdminsOnly(t *testing.T) {
	h := newHouse(t)
	h.publish(lookup("calls"))
	stored, err := h.Flow(t.Context(), botID, "calls", 0, sysadmin)
	require.NoError(t, err)
	require.Equal(t, lookup("calls"), stored.Text)
	stored, err = h.Flow(t.Context(), botID, "calls", 0, admin)
	require.NoError(t, err)
	require.NotContains(t, stored.Text, "s3cret")
	f, problems := flow.Parse([]byte(stored.Text))
	require.False(t, flow.Broken(problems))
	require.Equal(t, map[string]string{"X-Key": "***"}, f.Steps["ask"].HTTP.Headers)

	// Saved again as it was shown, it would ask the service with the stars.
	_, _, err = h.draft("", stored.Text, sysadmin)
	var flawed *FlowError
	require.ErrorAs(t, err, &flawed)
	require.Equal(t, []string{"ask", "http.headers.X-Key", "flow.problem.hidden_header"},
		[]string{flawed.Problems[0].Step, flawed.Problems[0].Field, flawed.Problems[0].Key})
	require.Contains(t, strings.Split(stored.Text, "\n")[flawed.Problems[0].Line-1], "X-Key")
	kept, err := h.Flow(t.Context(), botID, "calls", 0, sysadmin)
	require.NoError(t, err)
	require.Equal(t, lookup("calls"), kept.Text)
}

func TestTwoPublishedFlowsDoNotBeginWithOneCommand(t *testing.T) {
	h := newHouse(t)
	h.publish(menu("a", "Перша", "/start"))
	_, _, err := h.draft("", menu("b", "Друга", "/start"), admin)
	require.NoError(t, err, "a draft disturbs nobody")
	_, _, err = h.Publish(t.Context(), botID, "b", admin)
	require.Equal(t, "trigger.commands[0]", fieldWrong(t, err))
	require.Equal(t, "Перша", h.says("/start"))

	h.publish(menu("a", "Перша, знову", "/start"))
	require.Equal(t, "Перша, знову", h.says("/start"), "a flow does not stand in its own way")
	h.publish(menu("c", "Третя", "/third"))
	_, _, err = h.draft("", menu("a", "Перша", "/start, /third"), admin)
	require.NoError(t, err)
	_, _, err = h.Publish(t.Context(), botID, "a", admin)
	require.Equal(t, "trigger.commands[1]", fieldWrong(t, err))
}

func TestADraftThatIsWrongByNowIsNotPublished(t *testing.T) {
	h := newHouse(t)
	_, err := h.store.SaveDraft(t.Context(), botID, "m", "flow: m", "")
	require.NoError(t, err)
	_, _, err = h.Publish(t.Context(), botID, "m", sysadmin)
	var flawed *FlowError
	require.ErrorAs(t, err, &flawed)
	require.False(t, h.store.states["m"].On)
}

func TestTheExamplesComeAlongAndCanBePublished(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, []string{"parcel", "shop"}, h.Examples())
	for _, name := range h.Examples() {
		text, ok := h.Example(name)
		require.True(t, ok)
		_, odd, err := h.draft(name, string(text), sysadmin)
		require.NoError(t, err)
		require.Empty(t, odd)
	}
	for _, name := range []string{"", "nothing", "../flows", "examples.go"} {
		_, ok := h.Example(name)
		require.False(t, ok, name)
	}
}

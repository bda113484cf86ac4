// Assignees and files that Mattermost must know.

package answers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
)

// Files of the tests.
const (
	priceList = "abcdefghijklmnopqrstuvwxya"
	secret    = "abcdefghijklmnopqrstuvwxyb"
)

// naming is a rule that assigns somebody and sends files.
func naming(assign string, files ...string) autoreply.Rule {
	r := keyword("ціна", "100")
	r.Actions.Assign, r.FileIDs = assign, files
	return r
}

// withStep is a flow whose second step is this.
func withStep(step string) string {
	return strings.Replace(menu("m", "x", "/start"), "steps:\n", "steps:\n  more: {"+step+", text: {uk: x}, do: handover}\n", 1)
}

func TestARuleNamesNobodyAndNoFileThatIsNotInTheChannelOfItsBot(t *testing.T) {
	for field, r := range map[string]autoreply.Rule{
		"actions.assign": naming("stranger"),
		"file_ids[1]":    naming("ivan", priceList, secret),
	} {
		h := newHouse(t)
		h.absent = map[string]bool{"stranger": true, secret: true}
		good := h.add(naming("ivan", priceList))
		require.Equal(t, []string{"inbox ivan", "inbox " + priceList}, h.asked)
		_, err := h.AddRule(t.Context(), botID, r)
		require.Equal(t, field, fieldWrong(t, err))
		_, _, err = h.PutRules(t.Context(), botID, []autoreply.Rule{good, r}, 1)
		require.Equal(t, "rules[1]."+field, fieldWrong(t, err))
		r.ID = good.ID
		_, _, err = h.PutRules(t.Context(), botID, []autoreply.Rule{r}, 1)
		require.Equal(t, "rules[0]."+field, fieldWrong(t, err))
		_, version, err := h.Rules(t.Context(), botID)
		require.NoError(t, err)
		require.EqualValues(t, 1, version)
	}
}

func TestMattermostIsAskedOnceAboutEachName(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.PutRules(t.Context(), botID, []autoreply.Rule{naming("ivan", priceList), naming("ivan", secret, priceList)}, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"inbox ivan", "inbox " + priceList, "inbox " + secret}, h.asked)
}

func TestWhoLeftSinceIsNoReasonToRefuseAnotherText(t *testing.T) {
	h := newHouse(t)
	added := h.add(naming("ivan", secret))
	h.absent = map[string]bool{"ivan": true, secret: true}
	_, err := h.EditRule(t.Context(), botID, added.ID, patch(t, `{"texts":{"uk":"200"}}`))
	require.NoError(t, err)
	require.Equal(t, "200", h.says("ціна"))
	_, err = h.EditRule(t.Context(), botID, added.ID, patch(t, `{"file_ids":["`+priceList+`","`+secret+`"],"actions":{}}`))
	require.NoError(t, err)
	_, err = h.EditRule(t.Context(), botID, added.ID, patch(t, `{"actions":{"assign":"ivan"}}`))
	require.Equal(t, "actions.assign", fieldWrong(t, err))
	h.add(naming("olha", priceList))
}

func TestAFlowNamesNobodyAndNoFileThatIsNotInTheChannelOfItsBot(t *testing.T) {
	h := newHouse(t)
	h.absent = map[string]bool{"stranger": true, secret: true}
	_, odd, err := h.draft("", withStep("assign: ivan, files: ["+priceList+"]"), admin)
	require.NoError(t, err)
	for step, want := range map[string]string{
		"assign: stranger": "line 5, step more, assign: flow.problem.no_agent map[name:stranger]",
		"files: [" + priceList + ",\n    " + secret + "]": "line 6, step more, files[1]: flow.problem.no_file map[name:" + secret + "]",
	} {
		_, _, err := h.draft("", withStep(step), admin)
		var flawed *FlowError
		require.ErrorAs(t, err, &flawed)
		require.Equal(t, want, err.Error())
		require.Len(t, flawed.Problems, 1+len(odd), "with what is odd about it")
		require.ErrorAs(t, h.replace(0, withStep(step)), &flawed)
	}
	require.Len(t, h.store.flows[botID+"m"], 1)

	h.absent = map[string]bool{"ivan": true}
	_, _, err = h.Publish(t.Context(), botID, "m", admin)
	require.ErrorContains(t, err, "no_agent", "he left since the draft was saved")
	h.absent = nil
	_, _, err = h.Publish(t.Context(), botID, "m", admin)
	require.NoError(t, err)
}

func TestNothingIsSavedWhileMattermostDoesNotTell(t *testing.T) {
	h := newHouse(t)
	h.nobodyKnows = errAway
	_, rule := h.AddRule(t.Context(), botID, naming("ivan"))
	_, file := h.AddRule(t.Context(), botID, naming("", priceList))
	_, _, step := h.draft("", withStep("assign: ivan"), admin)
	for _, err := range []error{rule, file, step} {
		require.ErrorIs(t, err, errAway)
	}
	require.Empty(t, h.changed)
	h.add(keyword("a", "b"))
}

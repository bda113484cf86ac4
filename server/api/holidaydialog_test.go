// The forms for holidays and for pasted flows.

package api

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func TestTheHolidaysOfTheNextTwelveMonthsAreOffered(t *testing.T) {
	for _, lang := range []string{"en", "uk"} {
		texts := textsIn(t, lang)
		for _, code := range hours.Countries() {
			d, err := HolidayForm{conversation.Bot{ID: "tg1"}, code, "2026-11-26", "Europe/Kyiv"}.Dialog(texts, hours.Hours{})
			require.NoError(t, err)
			require.NoError(t, d.IsValid(), code)
			seen := map[string]bool{}
			for _, o := range d.Elements[0].Options {
				require.False(t, seen[o.Value], "%s: %s stands there twice", code, o.Value)
				seen[o.Value] = true
			}
			require.NotEmpty(t, seen, code)
		}
	}
	texts := textsIn(t, "uk")
	foreign, err := HolidayForm{conversation.Bot{ID: "tg1"}, "pl", "2026-11-26", "Europe/Kyiv"}.Dialog(texts, hours.Hours{})
	require.NoError(t, err)
	require.NotContains(t, foreign.IntroductionText, "воєнного стану")
	d, err := HolidayForm{conversation.Bot{ID: "tg1"}, "ua", "2026-11-26", "Europe/Kyiv"}.Dialog(texts, hours.Hours{Dates: []hours.Date{{Date: "--01-01"}}})
	require.NoError(t, err)
	require.Contains(t, d.IntroductionText, "воєнного стану")
	options := d.Elements[0].Options
	require.Equal(t, "25.12.2026 Різдво Христове (щороку)", options[0].Text)
	require.Equal(t, "--12-25", options[0].Value)
	for _, o := range options {
		require.NotEqual(t, "--01-01", o.Value, "that one is there already")
	}
	require.Equal(t, "2027-05-03", optionNamed(options, "Великдень"), "the day off of one that moves, in the next year")
}

func optionNamed(options []*model.PostActionOptions, name string) string {
	last := ""
	for _, o := range options {
		if strings.Contains(o.Text, name) {
			last = o.Value
		}
	}
	return last
}

func TestTheHolidaysThatAreTickedAreAdded(t *testing.T) {
	for name, c := range map[string]struct {
		values map[string]any
		want   []hours.Date
	}{
		"a list":       {map[string]any{"dates": []any{"--12-25", "--08-24", "--99-99", 7}}, []hours.Date{{Date: "--12-25", Name: "Різдво Христове"}, {Date: "--08-24", Name: "День незалежності України"}}},
		"one text":     {map[string]any{"dates": "--12-25, --08-24"}, []hours.Date{{Date: "--12-25", Name: "Різдво Христове"}, {Date: "--08-24", Name: "День незалежності України"}}},
		"a single one": {map[string]any{"dates": "--12-25", "all_dates": false}, []hours.Date{{Date: "--12-25", Name: "Різдво Христове"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := newSavingWorld(t)
			require.Equal(t, model.SubmitDialogResponse{}, w.submit(channelAdmin, "holidays", "tg1 ua 2026-11-26 Europe/Warsaw", c.values))
			require.Equal(t, c.want, s.hours.Dates)
			require.Equal(t, "Europe/Kyiv", s.hours.Zone, "the zone that the hours have stays")
			require.Equal(t, []string{"put hours of tg1: Europe/Kyiv at 4"}, w.calls)
			require.Contains(t, w.private[0], "Dates added to the hours of `Shop bot`: ")
		})
	}
	w, s := newSavingWorld(t)
	w.submit(channelAdmin, "holidays", "tg1 ua 2026-11-26 Europe/Kyiv", map[string]any{"all_dates": true})
	require.Greater(t, len(s.hours.Dates), 10)
	for _, values := range []map[string]any{{}, {"dates": []any{"2020-01-01"}}} {
		w := newWorld(t)
		require.Equal(t, map[string]string{"dates": "This is missing."}, w.submit(channelAdmin, "holidays", "tg1 ua 2026-11-26 Europe/Kyiv", values).Errors)
		require.Empty(t, w.calls)
	}
}

func TestAPastedFlowBecomesADraft(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, model.SubmitDialogResponse{}, w.submit(channelAdmin, "flow-import", "tg1", map[string]any{"yaml": shopYAML}))
	require.Equal(t, shopYAML, w.draft)
	require.Equal(t, answers.Editor{UserID: channelAdmin}, w.editor)
	require.Contains(t, w.private[0], "`shop` is saved as a draft, version 2. To publish it: `/msgbot flow publish shop`")
	require.Contains(t, w.private[0], "(warning): ")
	w.submit(sysadmin, "flow-import", "tg1", map[string]any{"yaml": shopYAML})
	require.Equal(t, answers.Editor{UserID: sysadmin, Sysadmin: true}, w.editor)
}

func TestWhatIsWrongWithAPastedFlowStandsBesideIt(t *testing.T) {
	w := newWorld(t)
	odd, wrong := oddText(), flow.Problem{
		Line: 6, Step: "main_menu", Field: "buttons[0][0].value", Key: "flow.problem.unknown_step", Remedy: "flow.remedy.unknown_step",
		Args: map[string]string{"name": "<a>_b_"},
	}
	var problems []flow.Problem
	for range 22 {
		problems = append(problems, odd, wrong)
	}
	submit := func(problems []flow.Problem) []string {
		w.err = &answers.FlowError{Problems: problems}
		return strings.Split(w.submit(channelAdmin, "flow-import", "tg1", map[string]any{"yaml": "x"}).Errors["yaml"], "\n")
	}
	lines := submit(problems)
	require.Len(t, lines, 22)
	require.Equal(t, "- Line 6, step main_menu, buttons[0][0].value: There is no step <a>_b_. Add it below steps, or correct the name.", lines[0],
		"what stops comes first, and nothing is escaped where nothing is formatted")
	require.Equal(t, lines[0], lines[19])
	require.Equal(t, []string{"… and 2 more mistakes", "… and 22 more warnings"}, lines[20:])
	lines = submit(problems[:22])
	require.Len(t, lines, 21)
	require.Contains(t, lines[11], "(warning): ", "warnings where there is room")
	require.Equal(t, "… and 2 more warnings", lines[20])
	w.err = answers.ErrSysadminOnly
	require.Contains(t, w.submit(channelAdmin, "flow-import", "tg1", map[string]any{"yaml": "x"}).Error, "system admins only")
}

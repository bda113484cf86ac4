// What admins do with hours.

package answers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

func hoursOf(monday ...string) hours.Hours {
	return hours.Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"mon": monday}}
}

func TestHoursAreInForceAtOnceAndCountTheirVersion(t *testing.T) {
	h := newHouse(t)
	h.add(autoreply.Rule{Enabled: true, Trigger: autoreply.Trigger{Kind: autoreply.OnAway}, Texts: map[string]string{"uk": "Зачинено"}})
	require.Empty(t, h.says("?"), "no hours are always open")
	saved, err := h.PutHours(t.Context(), botID, hoursOf("09:00-18:00"))
	require.NoError(t, err)
	require.EqualValues(t, 1, saved.Version)
	require.Equal(t, "Зачинено", h.says("?"), "it is Wednesday")
	read, err := h.Hours(t.Context(), botID)
	require.NoError(t, err)
	require.Equal(t, saved, read)

	_, err = h.PutHours(t.Context(), botID, hoursOf("10:00-18:00"))
	require.ErrorIs(t, err, ErrChanged)
}

func TestWrongHoursAreRefusedByTheirField(t *testing.T) {
	h := newHouse(t)
	for field, wrong := range map[string]hours.Hours{
		"zone":           {Zone: "Kiev/Europe", Week: map[string][]string{"mon": {"09:00-18:00"}}},
		"week.mon[1]":    hoursOf("09:00-18:00", "17:00-19:00"),
		"dates[0].date":  {Zone: "Europe/Kyiv", Dates: []hours.Date{{Date: "24 August"}}},
		"override.until": {Zone: "Europe/Kyiv", Override: &hours.Override{}},
	} {
		_, err := h.PutHours(t.Context(), botID, wrong)
		require.Equal(t, field, fieldWrong(t, err))
	}
	require.Zero(t, h.store.scripts[botID].Version)
}

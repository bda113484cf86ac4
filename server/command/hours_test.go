// Commands about business hours and dates.

package command

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// someTime is a Monday, 16:05 in Kyiv.

func TestHoursAreShownInWords(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "**Business hours of `My shop`** (`Europe/Kyiv`)\nWeek: `Mon-Tue 09:00-18:00`\nNow: open, closes today at 18:00\n"+
		"Dates that differ: 1. `/msgbot holiday list` shows them.", w.enter(member, "", "/msgbot hours show"))
	w.scripts.hours = hours.Hours{}
	require.Equal(t, "**Business hours of `My shop`** (`UTC`)\nWeek: `24/7`\nNow: open all the time", w.enter(member, "", "/msgbot hours show"))
	w.scripts.hours = hours.Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"fri": {"11:00-12:00"}}}
	require.Contains(t, w.enter(member, "", "/msgbot hours show"), "Now: closed, opens on Friday at 11:00")
}

func TestHoursOfAWeekAreSet(t *testing.T) {
	for _, c := range []struct {
		line, profile string
		present       string
		zone          string
		week          map[string][]string
	}{
		{"Mon-Tue 9-18", "", "Europe/Kyiv", "Europe/Kyiv", map[string][]string{"mon": {"09:00-18:00"}, "tue": {"09:00-18:00"}}},
		{"Пн 9:00-13:00, 14:00-18:00; Сб 10-14 Europe/Warsaw", "", "Europe/Kyiv", "Europe/Warsaw", map[string][]string{"mon": {"09:00-13:00", "14:00-18:00"}, "sat": {"10:00-14:00"}}},
		{"24/7 UTC", "", "", "UTC", map[string][]string{}},
		{"24/7", "America/New_York", "", "America/New_York", map[string][]string{}},
		{"24/7", "America/New_York", "Europe/Kyiv", "Europe/Kyiv", map[string][]string{}},
		{"24/7 europe/kyiv", "", "", "Europe/Kyiv", map[string][]string{}},
		{"24/7 america/NEW_york", "", "", "America/New_York", map[string][]string{}},
		{"24/7 Europe/Kiev", "", "", "Europe/Kiev", map[string][]string{}},
		{`tg1 Fri 22:00-02:00`, "", "Europe/Kyiv", "Europe/Kyiv", map[string][]string{"fri": {"22:00-02:00"}}},
	} {
		w := newWorld(t)
		w.host.zone, w.scripts.hours.Zone = c.profile, c.present
		w.scripts.hours.Dates = nil
		w.scripts.hours.Override = &hours.Override{Open: true, Until: someTime.Add(time.Hour).UnixMilli()}
		require.Contains(t, w.enter(channelAdmin, "", "/msgbot hours set "+c.line), "**Business hours of `My shop`**", c.line)
		require.Equal(t, c.week, w.scripts.hours.Week, c.line)
		require.Equal(t, c.zone, w.scripts.hours.Zone, c.line)
		require.NotNil(t, w.scripts.hours.Override, "an override stays")
	}
}

func TestHoursNeedAZoneFromSomewhere(t *testing.T) {
	for _, line := range []string{"/msgbot hours set Mon 9-18", "/msgbot hours close-until 2h", "/msgbot holiday add 25.12", "/msgbot holiday country ua"} {
		w := newWorld(t)
		w.scripts.hours = hours.Hours{}
		require.Contains(t, w.enter(channelAdmin, "", line), "The time zone is missing", line)
		w.host.down = true
		require.Contains(t, w.enter(channelAdmin, "", line), "The time zone is missing", line)
		require.Empty(t, w.calls)
	}
}

func TestWrongHoursAreNamedByTheirField(t *testing.T) {
	w := newWorld(t)
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot hours set Mon 9-18, 10-12"), "week.mon[1]: ")
}

func TestAnOverrideBeginsAndEnds(t *testing.T) {
	for line, want := range map[string]hours.Override{
		"close-until 2h":                        {Until: someTime.Add(2 * time.Hour).UnixMilli()},
		"close-until tomorrow 9:00":             {Until: time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC).UnixMilli()},
		`open-until "My shop" 01.12.2026 10:00`: {Open: true, Until: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC).UnixMilli()},
		`close-until 01.12 10:00`:               {Until: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC).UnixMilli()},
		`close-until 24.08 о 10:00`:             {Until: time.Date(2027, 8, 24, 7, 0, 0, 0, time.UTC).UnixMilli()},
		`open-until "завтра 9:00"`:              {Open: true, Until: time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC).UnixMilli()},
	} {
		w := newWorld(t)
		answer := w.enter(channelAdmin, "", "/msgbot hours "+line)
		require.Equal(t, &want, w.scripts.hours.Override, line)
		require.Contains(t, answer, "`/msgbot hours normal` ends it.", line)
		require.NotContains(t, w.enter(channelAdmin, "", "/msgbot hours normal"), "whatever the week says")
		require.Nil(t, w.scripts.hours.Override, line)
		require.Len(t, w.calls, 2)
		w.enter(channelAdmin, "", "/msgbot hours normal")
		require.Len(t, w.calls, 2, "there is nothing left to end")
	}
	w := newWorld(t)
	w.scripts.hours.Override = &hours.Override{Until: someTime.Add(-time.Hour).UnixMilli()}
	require.NotContains(t, w.enter(member, "", "/msgbot hours show"), "whatever", "one that is over is not shown")
}

func TestDatesAreTakenAsTheyAreWritten(t *testing.T) {
	for line, want := range map[string]hours.Date{
		"25.12":                   {Date: "--12-25"},
		"25.12. Різдво Христове":  {Date: "--12-25", Name: "Різдво Христове"},
		"--12-25 x":               {Date: "--12-25", Name: "x"},
		"29.2":                    {Date: "--02-29"},
		"2026-12-25 \"New name\"": {Date: "2026-12-25", Name: "New name"},
		"5.1.2027":                {Date: "2027-01-05"},
		"31.12.2026 9-13":         {Date: "2026-12-31", Hours: []string{"09:00-13:00"}},
		"25.08 День Незалежності 10-14":        {Date: "--08-25", Hours: []string{"10:00-14:00"}, Name: "День Незалежності"},
		"31.12 з 9 до 13":                      {Date: "--12-31", Hours: []string{"09:00-13:00"}},
		"31.12 Short day from 9:30 to 13":      {Date: "--12-31", Hours: []string{"09:30-13:00"}, Name: "Short day"},
		"31.12 Day 9 – 13, 14-15":              {Date: "--12-31", Hours: []string{"09:00-13:00", "14:00-15:00"}, Name: "Day"},
		"08.05 «Дні пам’яті 8 - 9 травня»":     {Date: "--05-08", Name: "Дні пам’яті 8 - 9 травня"},
		"08.05 9-13 \"Days 8-9\"":              {Date: "--05-08", Hours: []string{"09:00-13:00"}, Name: "Days 8-9"},
		"23.11.2026":                           {Date: "2026-11-23"},
		"31.12.2026 9:00–13:00, 14-15 Short 1": {Date: "2026-12-31", Hours: []string{"09:00-13:00", "14:00-15:00"}, Name: "Short 1"},
	} {
		w := newWorld(t)
		require.Contains(t, w.enter(channelAdmin, "", "/msgbot holiday add "+line), "Saved.", line)
		require.Equal(t, want, w.scripts.hours.Dates[1], line)
		require.Equal(t, "--08-24", w.scripts.hours.Dates[0].Date, "the others stay")
	}
}

func TestADateThatIsThereIsReplacedAndRemoved(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "Saved. `24.08` every year `Day`: 10:00-12:00.", w.enter(channelAdmin, "", "/msgbot holiday add 24.08 10-12 Day"))
	require.Len(t, w.scripts.hours.Dates, 1)
	w.enter(channelAdmin, "", "/msgbot holiday add 2026-12-25")
	require.Equal(t, "**Dates of `My shop`**\n- `24.08` every year `Day`: 10:00-12:00\n- `25.12.2026`: closed", w.enter(member, "", "/msgbot holiday list"))
	require.Equal(t, "`24.8` is as the week says again.", w.enter(channelAdmin, "", "/msgbot holiday remove 24.8"))
	w.enter(channelAdmin, "", "/msgbot holiday remove 25.12.2026")
	require.Equal(t, "`My shop` has no dates that differ from the week.", w.enter(member, "", "/msgbot holiday list"))
}

func TestTheHolidaysOfACountryAreOfferedInAForm(t *testing.T) {
	w := newWorld(t)
	require.Empty(t, w.enter(channelAdmin, "", "/msgbot holiday country UA"))
	require.Len(t, w.dialogs, 1)
	require.Equal(t, "/plugins/msgbot/api/v1/dialogs/holidays", w.dialogs[0].URL)
	require.Equal(t, "tg1 ua 2026-11-23 Europe/Kyiv", w.dialogs[0].Dialog.State)
	for _, o := range w.dialogs[0].Dialog.Elements[0].Options {
		require.NotEqual(t, "--08-24", o.Value, "that one is there already")
		w.scripts.hours.Dates = append(w.scripts.hours.Dates, hours.Date{Date: o.Value})
	}
	require.Contains(t, w.enter(channelAdmin, "", "/msgbot holiday country ua"), "are in the list already")
	require.Len(t, w.dialogs, 1)
}

func TestEveryCountryHasItsNameInTheAutocomplete(t *testing.T) {
	data := newWorld(t).commands.Command("uk").AutocompleteData
	require.NoError(t, data.IsValid())
	require.Contains(t, staticItems(t, data, "holiday country"), "ua Україна")
	require.Len(t, staticItems(t, data, "holiday country"), len(hours.Countries()))
}

func TestZonesAreProposedByTheirPresentNames(t *testing.T) {
	require.Contains(t, zones(), "Europe/Kyiv")
	require.NotContains(t, zones(), "Europe/Kiev")
	require.NotContains(t, zones(), "US/Pacific-New", "one that is in the list, and not in the database of zones")
	require.Greater(t, len(zones()), 500)
}

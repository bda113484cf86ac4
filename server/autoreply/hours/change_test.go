// The days on which the clock changes, minute by minute, against a calculation that knows no offsets: it reads the wall
// clock as text, and takes the hands never to go back.

package hours

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wall is what a clock on a wall shows in each minute of some days.
type wall struct {
	start time.Time
	shown []string // by minute; the latest reading so far where the clock has gone back
}

func newWall(zone *time.Location, noon time.Time, before, after int) wall {
	w := wall{start: noon.Add(-time.Duration(before) * 24 * time.Hour)}
	latest := ""
	for m := range (before + after) * 24 * 60 {
		latest = max(latest, w.at(m).In(zone).Format(wallClock))
		w.shown = append(w.shown, latest)
	}
	return w
}

func (w wall) at(minute int) time.Time { return w.start.Add(time.Duration(minute) * time.Minute) }

// intervalsOf returns the intervals of a date, and whether it is one that is closed as a whole.
func intervalsOf(h Hours, date time.Time) ([]string, bool) {
	for _, form := range []string{time.DateOnly, "--01-02"} {
		for _, d := range h.Dates {
			if d.Date == date.Format(form) {
				return d.Hours, len(d.Hours) == 0
			}
		}
	}
	none := true
	for _, intervals := range h.Week {
		none = none && len(intervals) == 0
	}
	if none {
		return []string{"00:00-24:00"}, false
	}
	return h.Week[strings.ToLower(date.Format("Mon"))], false
}

// wallDay is what a date holds, for those who read it from the wall.
type wallDay struct {
	date             string
	today, yesterday []string
	closed           bool
}

func newWallDay(h Hours, text string) (wallDay, error) {
	date, err := time.Parse(time.DateOnly, text)
	today, closed := intervalsOf(h, date)
	yesterday, _ := intervalsOf(h, date.AddDate(0, 0, -1))
	return wallDay{text, today, yesterday, closed}, err
}

func (d wallDay) open(clock string) bool {
	for _, interval := range d.today {
		from, to, _ := strings.Cut(interval, "-")
		if from <= clock && (clock < to || to < from) {
			return true
		}
	}
	for _, interval := range d.yesterday {
		from, to, _ := strings.Cut(interval, "-")
		if to < from && clock < to && !d.closed {
			return true
		}
	}
	return false
}

// openMinutes tells from the text on the wall in which minutes it is open.
func (w wall) openMinutes(t require.TestingT, h Hours) []bool {
	open := make([]bool, len(w.shown))
	var day wallDay
	for m, shown := range w.shown {
		date, clock, _ := strings.Cut(shown, " ")
		if date != day.date {
			var err error
			day, err = newWallDay(h, date)
			require.NoError(t, err)
		}
		open[m] = day.open(clock)
	}
	return open
}

// changeDays are the noons, UTC, of the days of a year on which the zone's offset is another in the evening than in the
// morning.
func changeDays(zone *time.Location, year int) []time.Time {
	var days []time.Time
	offset := func(at time.Time) string { return at.In(zone).Format("-07:00:00") }
	for noon := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); noon.Year() == year; noon = noon.AddDate(0, 0, 1) {
		if offset(noon.Add(-12*time.Hour)) != offset(noon.Add(12*time.Hour)) {
			days = append(days, noon)
		}
	}
	return days
}

// changeWeeks are weeks whose intervals begin and end in and around the hours in which clocks change.
func changeWeeks() map[string]map[string][]string {
	var halfHours []string
	for hour := range 24 {
		halfHours = append(halfHours, fmt.Sprintf("%02d:15-%02d:45", hour, hour))
	}
	return map[string]map[string][]string{
		"always":          nil,
		"whole days":      everyDayOf("00:00-24:00"),
		"half hours":      everyDayOf(halfHours...),
		"nights":          everyDayOf("22:00-03:30", "03:40-05:00"),
		"into the hour":   everyDayOf("00:30-01:30", "01:45-02:30", "02:40-03:10", "23:10-00:20"),
		"long nights":     everyDayOf("12:00-11:00"),
		"from the change": {"sat": {"23:30-03:00"}, "sun": {"04:00-12:00", "23:00-24:00"}, "mon": {"00:00-00:30", "03:00-04:00"}, "fri": {"02:00-01:00"}},
	}
}

func TestEveryMinuteOfTheDaysOnWhichClocksChange(t *testing.T) {
	for _, row := range []struct {
		zone        string
		first, last int
		changes     int // a year
		why         string
	}{
		{"Europe/Kyiv", 2025, 2028, 2, ""},
		{"America/New_York", 2025, 2028, 2, ""},
		{"Africa/Lagos", 2025, 2028, 0, "a zone without changes"},
		{"Europe/Kyiv", 2060, 2060, 2, "beyond the tables of zones"},
		{"Australia/Lord_Howe", 2026, 2026, 2, "half an hour"},
		{"America/Havana", 2026, 2026, 2, "midnight does not exist, and comes twice"},
		{"Africa/Cairo", 2026, 2026, 2, "the day before is an hour longer at its end"},
		{"America/St_Johns", 2008, 2008, 2, "a minute after midnight, back into the day before"},
		{"Pacific/Apia", 2011, 2011, 3, "a day that does not exist"},
	} {
		zone, err := time.LoadLocation(row.zone)
		require.NoError(t, err)
		for year := row.first; year <= row.last; year++ {
			days := changeDays(zone, year)
			require.Len(t, days, row.changes, "%s %d %s", row.zone, year, row.why)
			if len(days) == 0 {
				kyiv, err := time.LoadLocation("Europe/Kyiv")
				require.NoError(t, err)
				days = changeDays(kyiv, year)
			}
			for _, noon := range days {
				compareMinutes(t, zone, noon)
			}
		}
	}
}

// compareMinutes asks a calendar of each week, closed two days later, about each minute within a day of noon, and of those
// around a change and some others what comes next; and looks the same up on the wall.
func compareMinutes(t *testing.T, zone *time.Location, noon time.Time) {
	const before, after = 2, 4 // days that are read from the wall
	w := newWall(zone, noon, before, after)
	for name, week := range changeWeeks() {
		h := Hours{Zone: zone.String(), Week: week, Dates: []Date{{Date: noon.AddDate(0, 0, 2).Format(time.DateOnly)}}}
		c := compile(t, h)
		open := w.openMinutes(t, h)
		// The next minute that is open and closed, from the end backwards; len(open) is beyond the wall.
		next := map[bool]int{true: len(open), false: len(open)}
		for m := len(open) - 1; m >= (before-1)*24*60; m-- {
			next[open[m]] = m
			if m >= (before+1)*24*60 {
				continue
			}
			now := w.at(m)
			at := func() string { return fmt.Sprintf("%s: %s, the wall shows %s", name, now.In(zone), w.shown[m]) }
			if open[m] != c.Open(now) || open[m] != c.Open(now.Add(time.Minute-1)) {
				t.Fatalf("%s: open is not %t", at(), open[m])
			}
			if m%7 != 0 && open[m] == open[m-1] {
				continue
			}
			for _, ask := range []struct {
				state  bool
				answer func(time.Time) (time.Time, bool)
			}{{true, c.NextOpen}, {false, c.NextClose}} {
				found, ok := ask.answer(now)
				switch expected := next[ask.state]; {
				case expected < len(open) && (!ok || !found.Equal(w.at(expected))):
					t.Fatalf("%s: open=%t comes at %s %t, not at %s", at(), ask.state, found, ok, w.at(expected).In(zone))
				case expected == len(open) && ok && found.Before(w.at(expected)):
					t.Fatalf("%s: open=%t comes at %s, but it does not", at(), ask.state, found)
				}
			}
		}
	}
}

func TestOpenTimeOfADayIsThatOfItsWallClock(t *testing.T) {
	whole := everyDayOf("00:00-24:00")
	night := everyDayOf("22:00-06:00")
	for _, row := range []struct {
		zone, from, to string
		week           map[string][]string
		open           time.Duration
	}{
		{"Europe/Kyiv", "2026-03-28 00:00", "2026-03-29 00:00", whole, 24 * time.Hour},
		{"Europe/Kyiv", "2026-03-29 00:00", "2026-03-30 00:00", whole, 23 * time.Hour},
		{"Europe/Kyiv", "2026-10-25 00:00", "2026-10-26 00:00", whole, 25 * time.Hour},
		{"America/New_York", "2026-03-08 00:00", "2026-03-09 00:00", whole, 23 * time.Hour},
		{"America/New_York", "2026-11-01 00:00", "2026-11-02 00:00", whole, 25 * time.Hour},
		{"Africa/Lagos", "2026-03-29 00:00", "2026-03-30 00:00", whole, 24 * time.Hour},
		{"Europe/Kyiv", "2026-03-28 12:00", "2026-03-29 12:00", night, 7 * time.Hour},
		{"Europe/Kyiv", "2026-10-24 12:00", "2026-10-25 12:00", night, 9 * time.Hour},
		{"Europe/Kyiv", "2026-10-26 12:00", "2026-10-27 12:00", night, 8 * time.Hour},
	} {
		c := compile(t, Hours{Zone: row.zone, Week: row.week})
		require.Equal(t, row.open, openBetween(c, moment(t, c, row.from), moment(t, c, row.to)), "%s %s", row.zone, row.from)
	}
}

func TestATimeThatIsSkippedBeginsAtTheNextThatExists(t *testing.T) {
	// In Kyiv 03:00 to 04:00 does not exist on 2026-03-29.
	opens := func(intervals ...string) string {
		c := compile(t, Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"sun": intervals}})
		return said(c.NextOpen(moment(t, c, "2026-03-29 00:00")))
	}
	require.Equal(t, "2026-03-29 04:00", opens("03:30-05:00"))
	require.Equal(t, "2026-04-05 03:10", opens("03:10-03:40"), "skipped as a whole")
	require.Equal(t, "2026-03-29 02:30", opens("02:30-03:30"))
}

func TestOfATimeThatIsShownTwiceTheFirstCounts(t *testing.T) {
	// In Kyiv 03:00 to 04:00 is shown twice on 2026-10-25: first in summer time.
	first := time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		interval string
		open     time.Duration
		from, to time.Duration // after 03:00 is shown first
	}{
		{"03:15-03:45", 30 * time.Minute, 15 * time.Minute, 45 * time.Minute},
		{"02:00-03:30", 90 * time.Minute, -time.Hour, 30 * time.Minute},
		{"03:30-05:00", 150 * time.Minute, 30 * time.Minute, 3 * time.Hour},
		{"03:00-04:00", 2 * time.Hour, 0, 2 * time.Hour},
		{"04:00-05:00", time.Hour, 2 * time.Hour, 3 * time.Hour},
	} {
		c := compile(t, Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"sun": {row.interval}}})
		require.Equal(t, row.open, openBetween(c, first.Add(-3*time.Hour), first.Add(9*time.Hour)), row.interval)
		opens, ok := c.NextOpen(first.Add(-2 * time.Hour))
		require.True(t, ok && opens.Equal(first.Add(row.from)), row.interval)
		closes, ok := c.NextClose(opens)
		require.True(t, ok && closes.Equal(first.Add(row.to)), row.interval)
	}
}

// Properties that hold for all hours.

package hours

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var zones = []string{"Europe/Kyiv", "America/New_York", "Africa/Lagos", "Australia/Lord_Howe", "America/Havana", "UTC"}

const dayMinutes = 24 * 60

// drawWeek cuts the circle of a week into open and closed pieces.
func drawWeek(t *rapid.T) map[string][]string {
	const weekMinutes = len(weekdays) * dayMinutes
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, weekMinutes/5-1), 0, 30, rapid.ID).Draw(t, "cuts")
	slices.Sort(cuts)
	week := map[string][]string{}
	for i := 0; i+1 < len(cuts); i += 2 {
		from := cuts[i] * 5
		to := min(cuts[i+1]*5, from+dayMinutes-5)
		day := weekdays[from/dayMinutes]
		interval := clockText(from%dayMinutes) + "-" + clockText(to%dayMinutes)
		if to%dayMinutes == 0 && rapid.Bool().Draw(t, "24:00") {
			interval = clockText(from%dayMinutes) + "-24:00"
		}
		week[day] = append(week[day], interval)
	}
	return week
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func drawDates(t *rapid.T) []Date {
	var dates []Date
	used := map[string]bool{}
	for range rapid.IntRange(0, 5).Draw(t, "dates") {
		day := time.Date(2026, 1, 1+rapid.IntRange(0, 400).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		d := Date{Date: day.Format(rapid.SampledFrom([]string{time.DateOnly, "--01-02"}).Draw(t, "form"))}
		if rapid.Bool().Draw(t, "hours") {
			d.Hours = drawWeek(t)["mon"]
		}
		if !used[d.Date] {
			used[d.Date] = true
			dates = append(dates, d)
		}
	}
	return dates
}

func drawTime(t *rapid.T, name string) time.Time {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := start.Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, name)))
	return at.Truncate(rapid.SampledFrom([]time.Duration{1, time.Millisecond, 5 * time.Minute, time.Hour}).Draw(t, name+" precision"))
}

func drawHours(t *rapid.T) Hours {
	h := Hours{Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Week: drawWeek(t), Dates: drawDates(t)}
	if rapid.IntRange(0, 3).Draw(t, "override") == 0 {
		h.Override = &Override{Open: rapid.Bool().Draw(t, "open"), Until: drawTime(t, "until").UnixMilli()}
	}
	return h
}

// between draws a time of [a, b).
func between(t *rapid.T, a, b time.Time) time.Time {
	return a.Add(time.Duration(rapid.Int64Range(0, int64(b.Sub(a))-1).Draw(t, "between")))
}

func TestTheNextOpeningIsOpenAndNothingBeforeItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := compile(t, drawHours(t))
		now := drawTime(t, "now")
		opens, ok := c.NextOpen(now)
		if !ok {
			opens = now.AddDate(2, 0, 0)
		}
		require.Equal(t, ok, c.Open(opens) && ok)
		require.Equal(t, c.Open(now), ok && opens.Equal(now))
		require.Zero(t, openBetween(c, now, opens))
		if opens.After(now) {
			require.False(t, c.Open(opens.Add(-1)))
			for range 20 {
				require.False(t, c.Open(between(t, now, opens)))
			}
		}
	})
}

func TestTheNextClosingIsClosedAndNothingBeforeItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := compile(t, drawHours(t))
		now := drawTime(t, "now")
		closes, ok := c.NextClose(now)
		if !ok {
			closes = now.AddDate(2, 0, 0)
		}
		require.False(t, ok && c.Open(closes))
		require.Equal(t, !c.Open(now), ok && closes.Equal(now))
		require.Equal(t, closes.Sub(now), openBetween(c, now, closes))
		if closes.After(now) {
			require.True(t, c.Open(closes.Add(-1)))
			for range 20 {
				require.True(t, c.Open(between(t, now, closes)))
			}
		}
	})
}

func TestAddingOpenTimeAndCountingItAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := compile(t, drawHours(t))
		from := drawTime(t, "from")
		d := time.Duration(rapid.Int64Range(1, int64(200*time.Hour)).Draw(t, "d"))
		if to, ok := c.AddOpen(from, d); ok {
			require.Equal(t, d, openBetween(c, from, to))
			require.True(t, c.Open(to.Add(-1)), "the first such time")
		} else {
			require.Less(t, openBetween(c, from, from.AddDate(2, 0, 0)), d)
		}
		to := drawTime(t, "to")
		first, ok := c.AddOpen(from, openBetween(c, from, to))
		require.True(t, ok)
		if !to.Before(from) {
			require.False(t, first.After(to))
			require.Zero(t, openBetween(c, first, to))
		}
	})
}

func TestOpenTimeAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := compile(t, drawHours(t))
		at := []time.Time{drawTime(t, "a"), drawTime(t, "b"), drawTime(t, "c")}
		slices.SortFunc(at, time.Time.Compare)
		require.Equal(t, openBetween(c, at[0], at[2]), openBetween(c, at[0], at[1])+openBetween(c, at[1], at[2]))
		require.LessOrEqual(t, openBetween(c, at[0], at[2]), at[2].Sub(at[0]))
	})
}

func TestAnyMinuteIsAsTheWallClockSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHours(t)
		h.Override = nil
		c := compile(t, h)
		w := newWall(c.Zone(), drawTime(t, "day").Truncate(time.Minute), 1, 1)
		for m, open := range w.openMinutes(t, h) {
			if m >= dayMinutes { // the day before is for hands that go back
				require.Equal(t, open, c.Open(w.at(m)), w.shown[m])
			}
		}
	})
}

func TestAnswersDependOnNothingButTheQuestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHours(t)
		before := fmt.Sprint(h, h.Override)
		c := compile(t, h)
		times := []time.Time{drawTime(t, "a"), drawTime(t, "b"), drawTime(t, "c")}
		ask := func(c *Calendar, at time.Time) string {
			opens, will := c.NextOpen(at)
			closes, ends := c.NextClose(at)
			added, enough := c.AddOpen(at, 10*time.Hour)
			return fmt.Sprint(c.Open(at), opens, will, closes, ends, added, enough, openBetween(c, times[0], at))
		}
		var first []string
		for _, at := range times {
			first = append(first, ask(c, at))
		}
		again := compile(t, h)
		for i, at := range slices.Backward(times) {
			require.Equal(t, first[i], ask(c, at))
			require.Equal(t, first[i], ask(again, at))
		}
		require.Equal(t, before, fmt.Sprint(h, h.Override))
	})
}

func TestAWeekThatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		week := drawWeek(t)
		if rapid.Bool().Draw(t, "the same days") {
			same := week["mon"]
			for _, day := range weekdays {
				if len(same) > 0 && rapid.Bool().Draw(t, day) {
					week[day] = same
				}
			}
		}
		for _, language := range []string{"en", "uk", "xx"} {
			text := FormatWeek(week, language)
			again, err := ParseWeek(text)
			require.NoError(t, err, text)
			require.Equal(t, week, again, text)
			require.Equal(t, text, FormatWeek(again, language))
		}
	})
}

// typed are pieces of what people type.
var typed = []string{
	"Mon", "пн", "Пт", "завтра", "tomorrow", "24/7", "9", "09:00", "18:00", "24:00", "25:00", "2h", "45хв", "9999d", "2026-02-30", "01.12.2026",
	"2026-12-01", "-", "–", ",", ";", ":", " ", " ", "\n", "о", "at", "щось", "'", ".", "\x00", "\xff", "٩",
}

func TestWhateverIsTypedIsUnderstoodOrRefused(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for _, piece := range rapid.SliceOfN(rapid.SampledFrom(typed), 0, 12).Draw(t, "pieces") {
			text += piece
		}
		var refused *InputError
		if week, err := ParseWeek(text); err != nil {
			require.ErrorAs(t, err, &refused)
		} else if err := (Hours{Zone: "UTC", Week: week}).Validate(); err != nil {
			require.ErrorContains(t, err, "overlaps")
		}
		now := drawTime(t, "now")
		if at, err := ParseMoment(text, now, kyiv); err != nil {
			require.ErrorAs(t, err, &refused)
		} else {
			require.True(t, at.After(now), text)
		}
	})
}

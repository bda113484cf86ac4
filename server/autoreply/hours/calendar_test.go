// When a team is open, in examples; the nights of clock changes are in change_test.go.

package hours

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wallClock is how times are written in these tests.
const wallClock = "2006-01-02 15:04"

func compile(t require.TestingT, h Hours) *Calendar {
	c, err := Compile(h)
	require.NoError(t, err)
	return c
}

func moment(t require.TestingT, c *Calendar, text string) time.Time {
	at, err := time.ParseInLocation(wallClock, text, c.Zone())
	require.NoError(t, err)
	return at
}

// said writes an answer of a calendar: empty for "never".
func said(at time.Time, ok bool) string {
	if !ok {
		return ""
	}
	return at.Format(wallClock)
}

// office is closed at lunch and on Sundays, works a night from Friday to Saturday, and keeps some dates.
func office() Hours {
	workday := []string{"09:00-13:00", "14:00-18:00"}
	return Hours{
		Zone: "Europe/Kyiv",
		Week: map[string][]string{
			"mon": workday, "tue": workday, "wed": workday, "thu": workday, "fri": {"09:00-18:00", "22:00-02:00"}, "sat": {"10:00-14:00"},
		},
		Dates: []Date{
			{Date: "--12-25", Name: "Різдво"},
			{Date: "2026-12-31", Hours: []string{"09:00-13:00"}},
			{Date: "--01-01"},
			{Date: "2027-01-01", Hours: []string{"12:00-13:00"}},
			{Date: "--02-29"},
		},
	}
}

func TestNextOpeningAndClosing(t *testing.T) {
	c := compile(t, office())
	for _, row := range []struct{ now, opens, closes, why string }{
		{"2026-09-07 08:59", "2026-09-07 09:00", "2026-09-07 08:59", "a Monday morning"},
		{"2026-09-07 09:00", "2026-09-07 09:00", "2026-09-07 13:00", "the first minute"},
		{"2026-09-07 12:59", "2026-09-07 12:59", "2026-09-07 13:00", "the last minute"},
		{"2026-09-07 13:00", "2026-09-07 14:00", "2026-09-07 13:00", "lunch"},
		{"2026-09-07 18:00", "2026-09-08 09:00", "2026-09-07 18:00", "the evening"},
		{"2026-09-11 23:59", "2026-09-11 23:59", "2026-09-12 02:00", "Friday night, before midnight"},
		{"2026-09-12 00:00", "2026-09-12 00:00", "2026-09-12 02:00", "Friday night, midnight"},
		{"2026-09-12 01:59", "2026-09-12 01:59", "2026-09-12 02:00", "Friday night, after midnight"},
		{"2026-09-12 02:00", "2026-09-12 10:00", "2026-09-12 02:00", "the night is over"},
		{"2026-09-12 14:00", "2026-09-14 09:00", "2026-09-12 14:00", "over Sunday"},
		{"2026-12-24 17:00", "2026-12-24 17:00", "2026-12-24 18:00", "a Thursday, Christmas Eve"},
		{"2026-12-24 18:00", "2026-12-26 10:00", "2026-12-24 18:00", "over Christmas, whose Friday night is not worked either"},
		{"2026-12-31 13:00", "2027-01-01 12:00", "2026-12-31 13:00", "own hours of a date, and the date with its year before the yearly one"},
		{"2027-01-01 12:30", "2027-01-01 12:30", "2027-01-01 13:00", "a Friday without its night"},
		{"2027-12-31 18:00", "2027-12-31 22:00", "2027-12-31 18:00", "the night before a closed date"},
		{"2027-12-31 23:00", "2027-12-31 23:00", "2028-01-01 00:00", "a closed date is closed from its midnight on"},
		{"2028-02-28 18:00", "2028-03-01 09:00", "2028-02-28 18:00", "a leap day"},
		{"2027-02-26 18:00", "2027-02-26 22:00", "2027-02-26 18:00", "no leap day"},
	} {
		now := moment(t, c, row.now)
		require.Equal(t, row.opens, said(c.NextOpen(now)), row.why)
		require.Equal(t, row.closes, said(c.NextClose(now)), row.why)
		require.Equal(t, row.opens == row.now, c.Open(now), row.why)
	}
}

func TestANightFromSundayIntoMonday(t *testing.T) {
	c := compile(t, Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"sun": {"22:00-02:00"}}})
	require.Equal(t, "2026-09-14 02:00", said(c.NextClose(moment(t, c, "2026-09-13 22:00"))))
	require.True(t, c.Open(moment(t, c, "2026-09-14 01:59")))
	require.Equal(t, "2026-09-20 22:00", said(c.NextOpen(moment(t, c, "2026-09-14 02:00"))))
}

func TestANightGoesOnIntoADateWithOwnHoursButNotIntoAClosedOne(t *testing.T) {
	week := map[string][]string{"sun": {"22:00-06:00"}, "mon": {"09:00-18:00"}}
	for name, row := range map[string]struct {
		monday *Date
		closes string
	}{
		"a Monday as any":                        {nil, "2026-09-14 06:00"},
		"with own hours":                         {&Date{Hours: []string{"12:00-13:00"}}, "2026-09-14 06:00"},
		"with own hours that touch":              {&Date{Hours: []string{"06:00-07:00"}}, "2026-09-14 07:00"},
		"with own hours that begin in the night": {&Date{Hours: []string{"05:00-07:00"}}, "2026-09-14 07:00"},
		"with own hours within the night":        {&Date{Hours: []string{"01:00-02:00"}}, "2026-09-14 06:00"},
		"closed":                                 {&Date{}, "2026-09-14 00:00"},
	} {
		h := Hours{Zone: "Europe/Kyiv", Week: week}
		if row.monday != nil {
			row.monday.Date = "2026-09-14"
			h.Dates = []Date{*row.monday}
		}
		c := compile(t, h)
		require.Equal(t, row.closes, said(c.NextClose(moment(t, c, "2026-09-13 23:00"))), name)
	}
}

func TestANightOfADateGoesOnIntoTheNextDay(t *testing.T) {
	c := compile(t, Hours{
		Zone: "Europe/Kyiv", Week: map[string][]string{"fri": {"09:00-18:00"}},
		Dates: []Date{{Date: "--12-31", Hours: []string{"20:00-03:00"}}},
	})
	require.Equal(t, "2027-01-01 03:00", said(c.NextClose(moment(t, c, "2026-12-31 20:00"))))
	require.Equal(t, "2027-01-01 09:00", said(c.NextOpen(moment(t, c, "2027-01-01 03:00"))))
}

func TestWithoutHoursItIsAlwaysOpen(t *testing.T) {
	for name, h := range map[string]Hours{
		"nothing":             {},
		"a week without any":  {Zone: "Europe/Kyiv", Week: map[string][]string{"mon": {}}},
		"whole days":          {Zone: "Europe/Kyiv", Week: everyDayOf("00:00-24:00")},
		"days that go around": {Zone: "Europe/Kyiv", Week: everyDayOf("10:00-09:00", "09:00-10:00")},
	} {
		c := compile(t, h)
		now := moment(t, c, "2026-10-24 12:34")
		opens, ok := c.NextOpen(now)
		require.True(t, ok && opens.Equal(now) && c.Open(now), name)
		_, ok = c.NextClose(now)
		require.False(t, ok, name)
		require.Equal(t, 48*time.Hour, openBetween(c, now, now.Add(48*time.Hour)), name)
		later, ok := c.AddOpen(now, 72*time.Hour)
		require.True(t, ok && later.Equal(now.Add(72*time.Hour)), name)
	}
}

// everyDayOf is a week with the same intervals each day.
func everyDayOf(intervals ...string) map[string][]string {
	week := map[string][]string{}
	for _, day := range weekdays {
		week[day] = intervals
	}
	return week
}

func TestDatesCloseAlsoWhereNoWeekIsSet(t *testing.T) {
	c := compile(t, Hours{Zone: "Europe/Kyiv", Dates: []Date{{Date: "2026-12-25"}}})
	require.Equal(t, "2026-12-25 00:00", said(c.NextClose(moment(t, c, "2026-09-07 12:00"))))
	require.Equal(t, "2026-12-26 00:00", said(c.NextOpen(moment(t, c, "2026-12-25 12:00"))))
}

func TestItMayNeverOpenAgain(t *testing.T) {
	var everyDay []Date
	for day := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2028; day = day.AddDate(0, 0, 1) {
		everyDay = append(everyDay, Date{Date: day.Format("--01-02")})
	}
	c := compile(t, Hours{Zone: "Europe/Kyiv", Week: everyDayOf("09:00-18:00"), Dates: everyDay})
	now := moment(t, c, "2026-09-07 12:00")
	_, ok := c.NextOpen(now)
	require.False(t, ok)
	_, ok = c.AddOpen(now, time.Minute)
	require.False(t, ok)
	require.Zero(t, openBetween(c, now, now.AddDate(1, 0, 0)))
	require.Equal(t, "2026-09-07 12:00", said(c.NextClose(now)))
}

func TestAnOverrideHoldsUntilItsTimeWhateverTheHoursSay(t *testing.T) {
	for name, row := range map[string]struct {
		open                      bool
		until, now, opens, closes string
		inTheNextDay              time.Duration
	}{
		"closed until a time in hours":     {false, "2026-09-07 16:00", "2026-09-07 10:00", "2026-09-07 16:00", "2026-09-07 10:00", 3 * time.Hour},
		"closed until a time out of hours": {false, "2026-09-07 20:00", "2026-09-07 10:00", "2026-09-08 09:00", "2026-09-07 10:00", time.Hour},
		"closed until it closes":           {false, "2026-09-07 18:00", "2026-09-07 10:00", "2026-09-08 09:00", "2026-09-07 10:00", time.Hour},
		"open until a time out of hours":   {true, "2026-09-07 20:00", "2026-09-07 13:30", "2026-09-07 13:30", "2026-09-07 20:00", 6*time.Hour + 30*time.Minute + 4*time.Hour},
		"open until a time in hours":       {true, "2026-09-07 15:00", "2026-09-07 13:30", "2026-09-07 13:30", "2026-09-07 18:00", 4*time.Hour + 30*time.Minute + 4*time.Hour},
		"open until it opens":              {true, "2026-09-07 14:00", "2026-09-07 13:30", "2026-09-07 13:30", "2026-09-07 18:00", 4*time.Hour + 30*time.Minute + 4*time.Hour},
		"over":                             {true, "2026-09-07 13:30", "2026-09-07 13:30", "2026-09-07 14:00", "2026-09-07 13:30", 8 * time.Hour},
		"closed for more than two years":   {false, "2029-09-07 20:00", "2026-09-07 10:00", "", "2026-09-07 10:00", 0},
		"closed for almost two years":      {false, "2028-09-07 09:59", "2026-09-07 10:00", "2028-09-07 09:59", "2026-09-07 10:00", 0},
		"closed for two years":             {false, "2028-09-07 10:00", "2026-09-07 10:00", "", "2026-09-07 10:00", 0},
		"open for more than two years":     {true, "2029-09-07 20:00", "2026-09-07 10:00", "2026-09-07 10:00", "", 24 * time.Hour},
	} {
		h := office()
		until := moment(t, compile(t, h), row.until)
		h.Override = &Override{Open: row.open, Until: until.UnixMilli()}
		c := compile(t, h)
		now := moment(t, c, row.now)
		require.Equal(t, row.opens, said(c.NextOpen(now)), name)
		require.Equal(t, row.closes, said(c.NextClose(now)), name)
		require.Equal(t, row.opens == row.now, c.Open(now), name)
		require.Equal(t, row.inTheNextDay, openBetween(c, now, now.Add(24*time.Hour)), name)
	}
}

func TestAnOverrideEndsAtItsMillisecond(t *testing.T) {
	until := time.Date(2026, 9, 7, 20, 0, 0, 250_000_000, time.UTC)
	c := compile(t, Hours{Override: &Override{Open: false, Until: until.UnixMilli()}})
	require.False(t, c.Open(until.Add(-time.Nanosecond)))
	require.True(t, c.Open(until))
	opens, ok := c.NextOpen(until.Add(-time.Hour))
	require.True(t, ok && opens.Equal(until))
}

func TestOpenTimeIsAdded(t *testing.T) {
	c := compile(t, office())
	for _, row := range []struct {
		from string
		add  time.Duration
		to   string
	}{
		{"2026-09-07 12:00", 0, "2026-09-07 12:00"},
		{"2026-09-07 20:00", 0, "2026-09-07 20:00"},
		{"2026-09-07 20:00", -time.Hour, "2026-09-07 20:00"},
		{"2026-09-07 12:00", 10 * time.Minute, "2026-09-07 12:10"},
		{"2026-09-07 12:00", time.Hour, "2026-09-07 13:00"},
		{"2026-09-07 12:55", 10 * time.Minute, "2026-09-07 14:05"},
		{"2026-09-07 20:00", 10 * time.Minute, "2026-09-08 09:10"},
		{"2026-09-07 17:55", 10 * time.Minute, "2026-09-08 09:05"},
		{"2026-09-11 23:50", 20 * time.Minute, "2026-09-12 00:10"},
		{"2026-09-12 13:00", 9 * time.Hour, "2026-09-14 18:00"},
		{"2026-12-24 17:50", 20 * time.Minute, "2026-12-26 10:10"},
	} {
		from := moment(t, c, row.from)
		require.Equal(t, row.to, said(c.AddOpen(from, row.add)), "%s and %s", row.from, row.add)
	}
	_, ok := c.AddOpen(moment(t, c, "2026-09-07 12:00"), 3*365*24*time.Hour)
	require.False(t, ok, "not within two years")
}

func TestOpenTimeIsCounted(t *testing.T) {
	c := compile(t, office())
	for _, row := range []struct {
		from, to string
		open     time.Duration
	}{
		{"2026-09-07 00:00", "2026-09-08 00:00", 8 * time.Hour},
		{"2026-09-07 12:00", "2026-09-07 14:30", 90 * time.Minute},
		{"2026-09-07 12:00", "2026-09-07 12:00", 0},
		{"2026-09-07 15:00", "2026-09-07 10:00", 0},
		{"2026-09-07 00:00", "2026-09-14 00:00", 4*8*time.Hour + 9*time.Hour + 4*time.Hour + 4*time.Hour},
		{"2026-12-25 00:00", "2026-12-26 00:00", 0},
	} {
		require.Equal(t, row.open, openBetween(c, moment(t, c, row.from), moment(t, c, row.to)), "%s to %s", row.from, row.to)
	}
}

func TestTheSameInstantIsTheSameInEveryZone(t *testing.T) {
	c := compile(t, office())
	now := moment(t, c, "2026-09-07 09:00")
	require.True(t, c.Open(now.UTC()))
	require.False(t, c.Open(now.UTC().Add(-time.Nanosecond)))
	opens, ok := c.NextOpen(now.UTC().Add(-time.Second))
	require.True(t, ok)
	require.Equal(t, "2026-09-07 09:00 EEST", opens.Format(wallClock+" MST"))
}

func TestTheLastDayOfALeapYearBeyondTheTablesOfZones(t *testing.T) {
	c := compile(t, Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"fri": {"22:00-01:00"}, "sun": {"09:00-18:00"}}})
	// 2060-12-31 is a Friday.
	require.Equal(t, "2060-12-31 22:00", said(c.NextOpen(moment(t, c, "2060-12-31 01:00"))))
	require.Equal(t, "2061-01-01 01:00", said(c.NextClose(moment(t, c, "2060-12-31 23:00"))))
	require.Equal(t, 12*time.Hour, openBetween(c, moment(t, c, "2060-12-30 12:00"), moment(t, c, "2061-01-03 00:00")))
}

func TestAnAnswerNeedsNoMemory(t *testing.T) {
	c := compile(t, office())
	for _, now := range []string{"2026-09-07 12:00", "2026-10-24 20:00", "2026-12-24 20:00"} {
		at := moment(t, c, now)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			c.Open(at)
			c.NextOpen(at)
			c.AddOpen(at, 100*time.Hour)
		}), now)
	}
}

func BenchmarkOpen(b *testing.B) {
	c := compile(b, office())
	for name, now := range map[string]string{"Day": "2026-09-07 12:00", "Change": "2026-10-25 12:00", "Beyond": "2060-09-07 12:00"} {
		at := moment(b, c, now)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Open(at)
			}
		})
	}
}

func BenchmarkAddOpen(b *testing.B) {
	always := office()
	always.Week = nil
	for name, h := range map[string]Hours{"Office": office(), "RoundTheClock": always, "NothingSet": {}} {
		c := compile(b, h)
		at := moment(b, c, "2026-09-07 17:55")
		for _, d := range []time.Duration{10 * time.Minute, 100 * time.Hour} {
			b.Run(name+"/"+d.String(), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c.AddOpen(at, d)
				}
			})
		}
	}
}

// openBetween is how much of the time from a to b is open.
func openBetween(c *Calendar, a, b time.Time) (open time.Duration) {
	for a.Before(b) {
		start, ok := c.NextOpen(a)
		if !ok || !start.Before(b) {
			return open
		}
		end, ok := c.NextClose(start)
		if !ok || end.After(b) {
			end = b
		}
		open += end.Sub(start)
		a = end
	}
	return open
}

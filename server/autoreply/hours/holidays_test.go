// Countries' holidays.

package hours

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// names are a country's holidays by their date.
func names(t *testing.T, code string, year int) map[string]string {
	t.Helper()
	holidays, err := Holidays(code, year)
	require.NoError(t, err)
	all := map[string]string{}
	for _, h := range holidays {
		all[h.Date] = h.Name
	}
	require.Len(t, all, len(holidays), "no date twice")
	return all
}

func TestUkrainesHolidays(t *testing.T) {
	require.Equal(t, map[string]string{
		"--01-01": "Новий рік", "--03-08": "Міжнародний жіночий день", "2026-03-09": "Міжнародний жіночий день",
		"2026-04-12": "Великдень", "2026-04-13": "Великдень", "--05-01": "День праці",
		"--05-08":    "День пам’яті та перемоги над нацизмом у Другій світовій війні",
		"2026-05-31": "Трійця", "2026-06-01": "Трійця", "--06-28": "День Конституції України", "2026-06-29": "День Конституції України",
		"--07-15": "День Української Державності", "--08-24": "День незалежності України",
		"--10-01": "День захисників і захисниць України", "--12-25": "Різдво Христове",
	}, names(t, "ua", 2026))
}

func TestFixedHolidaysAreYearlyAndMovableOnesHaveTheDateOfTheYear(t *testing.T) {
	for _, row := range []struct {
		code       string
		year       int
		date, name string
	}{
		{"ua", 2027, "2027-05-02", "Великдень"},
		{"us", 2026, "--07-04", "Independence Day"},
		{"us", 2026, "2026-07-03", "Independence Day"}, // a Saturday: the day off is on Friday
		{"us", 2026, "2026-11-26", "Thanksgiving Day"},
		{"us", 2027, "2027-12-31", "New Year's Day"}, // that of 2028, a Saturday
		{"US", 2026, "2026-05-25", "Memorial Day"},
		{"pl", 2026, "--11-11", "Narodowe Święto Niepodległości"},
		{"pl", 2026, "2026-06-04", "dzień Bożego Ciała"},
		{"de", 2026, "--10-03", "Tag der Deutschen Einheit"},
		{"de", 2026, "2026-04-03", "Karfreitag"},
		{"gb", 2026, "--12-25", "Christmas Day"},
		{"gb", 2026, "2026-12-28", "Boxing Day"},
		{"gb", 2023, "2023-05-08", "Coronation of King Charles III"},
		{"gb", 2026, "2026-08-31", "Summer Bank Holiday"},
		{"jp", 2026, "2026-03-20", "Vernal Equinox Day"},
		{"au", 2026, "--04-25", "ANZAC Day"},
	} {
		require.Equal(t, row.name, names(t, row.code, row.year)[row.date], "%s %d %s", row.code, row.year, row.date)
	}
	require.NotContains(t, names(t, "gb", 2026), "2026-05-08", "held once, in another year")
	require.NotContains(t, names(t, "us", 2026), "2025-12-31")
}

func TestWhateverAnAdminTicksIsValid(t *testing.T) {
	require.Subset(t, Countries(), []string{"ua", "us", "pl", "de", "gb"})
	for _, code := range Countries() {
		require.Len(t, code, 2)
		for year := 2024; year <= 2028; year++ {
			holidays := names(t, code, year)
			require.GreaterOrEqual(t, len(holidays), 5, code)
			h := Hours{Zone: "UTC"}
			for date, name := range holidays {
				require.NotEmpty(t, name, "%s %s", code, date)
				h.Dates = append(h.Dates, Date{Date: date, Name: name})
			}
			c := compile(t, h)
			for at := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); at.Year() == year; at = at.AddDate(0, 0, 1) {
				off := holidays[at.Format("--01-02")]+holidays[at.Format(time.DateOnly)] != ""
				require.Equal(t, !off, c.Open(at), "%s %s", code, at)
			}
		}
	}
}

func TestHolidaysStandInTheOrderOfTheYear(t *testing.T) {
	holidays, err := Holidays("ua", 2026)
	require.NoError(t, err)
	last := ""
	for _, h := range holidays {
		day := h.Date[len(h.Date)-len("01-02"):]
		require.Greater(t, day, last)
		last = day
	}
}

func TestAnUnknownCountryOrYearIsNamed(t *testing.T) {
	_, err := Holidays("xx", 2026)
	require.Equal(t, conversation.Wrong("country", conversation.ProblemNotOneOf, "value", "xx", "allowed", strings.Join(Countries(), ", ")), err)
	_, err = Holidays("ua", 2100)
	require.Equal(t, conversation.Wrong("year", conversation.ProblemOutOfRange, "value", "2100", "least", "1900", "most", "2099"), err)
	_, err = Holidays("ua", 1899)
	require.Error(t, err)
}

func TestTheServersZoneDoesNotMoveAHoliday(t *testing.T) {
	all := func() map[string]map[string]string {
		lists := map[string]map[string]string{}
		for _, code := range Countries() {
			lists[code] = names(t, code, 2026)
		}
		return lists
	}
	expected := all()
	zone := cal.DefaultLoc
	t.Cleanup(func() { cal.DefaultLoc = zone })
	for _, name := range []string{
		"America/Havana", // has no midnight on 8 March, a holiday in Ukraine
		"America/Asuncion", "Africa/Cairo", "Pacific/Kiritimati",
	} {
		var err error
		cal.DefaultLoc, err = time.LoadLocation(name)
		require.NoError(t, err)
		require.Equal(t, expected, all(), name)
	}
}

func TestListsMayBeAskedForAtOnce(t *testing.T) {
	var all sync.WaitGroup
	failed := make([]error, 20)
	for i := range failed {
		all.Go(func() { _, failed[i] = Holidays("jp", 2020+i) })
	}
	all.Wait()
	require.NoError(t, errors.Join(failed...))
}

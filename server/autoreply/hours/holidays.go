// The holidays of a country, as dates that an admin may take over.

package hours

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// Holiday is a day that an admin may take over into Hours.Dates.
type Holiday struct {
	// Date is "--12-25" for a day of every year, "2026-04-12" for one that moves.
	Date string `json:"date"`
	// Name is in the country's language.
	Name string `json:"name"`
}

// fixedYears is after how many years the days of the week and leap years come round, so that a holiday on the same day
// in all of them is on that day always.
const fixedYears = 28

// The rules of Easter that the lists stand on hold in these years.
const firstYear, lastYear = 1900, 2099

// Countries returns the codes of the countries that have a list, in their order: ISO 3166-1, in small letters.
func Countries() []string { return slices.Sorted(maps.Keys(countries)) }

// Holidays returns the public holidays of a country in a year, in their order. A holiday whose day off is another day in
// that year, since it falls on a weekend, stands there with both days. The error is the *conversation.FieldError of the
// country or year that is not known.
func Holidays(code string, year int) ([]Holiday, error) {
	list, ok := countries[strings.ToLower(code)]
	if !ok {
		return nil, conversation.Wrong("country", conversation.ProblemNotOneOf, "value", code, "allowed", strings.Join(Countries(), ", "))
	}
	if year < firstYear || year > lastYear {
		return nil, conversation.Wrong("year", conversation.ProblemOutOfRange,
			"value", strconv.Itoa(year), "least", strconv.Itoa(firstYear), "most", strconv.Itoa(lastYear))
	}
	days := map[time.Time]Holiday{}
	for _, h := range list {
		if day, _ := calculate(h, year); !day.IsZero() {
			addOnce(days, day, Holiday{day.Format(dateLayout(h, year)), h.Name})
		}
	}
	for _, h := range list {
		for y := year - 1; y <= year+1; y++ { // New Year's day off may be in the old year
			if _, off := calculate(h, y); off.Year() == year {
				addOnce(days, off, Holiday{off.Format(time.DateOnly), h.Name})
			}
		}
	}
	var holidays []Holiday
	for _, day := range slices.SortedFunc(maps.Keys(days), time.Time.Compare) {
		holidays = append(holidays, days[day])
	}
	return holidays, nil
}

func addOnce(days map[time.Time]Holiday, day time.Time, h Holiday) {
	if _, ok := days[day]; !ok {
		days[day] = h
	}
}

// dateLayout writes a holiday's day with the year only if it needs one.
func dateLayout(h *cal.Holiday, year int) string {
	const everyYear = "--01-02"
	first, _ := calculate(h, year)
	for y := year + 1; y <= year+fixedYears; y++ {
		if day, _ := calculate(h, y); day.Format(everyYear) != first.Format(everyYear) {
			return time.DateOnly
		}
	}
	return everyYear
}

// calculate returns the midnights, UTC, of a holiday and of its day off in a year, zero if it is not held then.
func calculate(h *cal.Holiday, year int) (day, off time.Time) {
	// The library calculates in the zone of the server's machine, where a midnight may not exist, and some of its
	// functions write into the holiday: so it gets a copy, and each day is taken by its noon.
	own := *h
	own.Func = func(self *cal.Holiday, year int) time.Time {
		noon := h.Func(self, year).Add(12 * time.Hour)
		return time.Date(noon.Year(), noon.Month(), noon.Day(), 0, 0, 0, 0, time.UTC)
	}
	day, off = own.Calc(year)
	if day.Year() != year {
		return time.Time{}, time.Time{}
	}
	return day, off
}

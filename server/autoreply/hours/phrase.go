// When the team opens next, in words: "tomorrow at 09:00", "у понеділок о 09:00".

package hours

import (
	"strings"
	"time"
)

// Phrase returns the key of the text in assets/i18n that says when next is, seen from now, and its arguments. Next is
// what Calendar.NextOpen returned: now or earlier is "now", and the zero time is "later". Which day it is goes by the
// clock of zone.
func Phrase(now, next time.Time, zone *time.Location) (key string, args map[string]string) {
	switch {
	case next.IsZero():
		return "opens.later", nil
	case !next.After(now):
		return "opens.now", nil
	}
	now, next = now.In(zone), next.In(zone)
	name, args := dayPhrase(now, next)
	args["time"] = next.Format("15:04")
	// Ukrainian says "о 09:00", but "об 11:00".
	if next.Hour() == 11 {
		return "opens.at_eleven." + name, args
	}
	return "opens.at." + name, args
}

// dayPhrase returns the last part of the key and the arguments that name the day.
func dayPhrase(now, next time.Time) (name string, args map[string]string) {
	k := clock{zone: now.Location()}
	that := k.day(next.Unix())
	ahead := that - k.day(now.Unix())
	switch {
	case ahead <= 0:
		return "today", map[string]string{}
	case ahead == 1:
		return "tomorrow", map[string]string{}
	case ahead <= 6:
		return strings.ToLower(next.Weekday().String()), map[string]string{}
	case that < k.day(now.AddDate(1, 0, 0).Unix()):
		return strings.ToLower(next.Month().String()), map[string]string{"day": next.Format("2")}
	}
	return "another_year", map[string]string{
		"day": next.Format("02"), "month": next.Format("01"), "year": next.Format("2006"),
	}
}

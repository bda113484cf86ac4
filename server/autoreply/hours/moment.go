// A moment as people type it: 2h, tomorrow 9:00, Mon 9:00, 01.12 10:00, 2026-12-01 10:00

package hours

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// units of a duration; a day here is 24 hours.
var units = map[string]time.Duration{
	"m": time.Minute, "min": time.Minute, "хв": time.Minute,
	"h": time.Hour, "г": time.Hour, "год": time.Hour,
	"d": 24 * time.Hour, "д": 24 * time.Hour, "дн": 24 * time.Hour,
}

var (
	duration     = regexp.MustCompile(`^(?:[0-9]{1,4}\pL+)+$`)
	durationPart = regexp.MustCompile(`([0-9]+)(\pL+)`)
)

// nearDays are the days that have a word of their own, by how far away they are.
var nearDays = map[string]int{
	"today": 0, "сьогодні": 0, "tomorrow": 1, "завтра": 1, "післязавтра": 2,
}

// fillers may stand before a day or a time and mean nothing.
var fillers = []string{"at", "on", "о", "об", "у", "в"}

// dateLayouts are the forms of a day of one year.
var dateLayouts = []string{time.DateOnly, "2.1.2006"}

// ParseMoment reads a moment after now: "2h", "45m", "1h30m", "9:00" (the next), "tomorrow 9:00", "Mon 9:00" (the next),
// "2026-12-01 10:00", "01.12.2026 10:00", "01.12 10:00" (the next), with English or Ukrainian words. Times are by the clock of zone; one that it
// skips or shows twice is what Calendar takes it for. The error is an *InputError.
func ParseMoment(text string, now time.Time, zone *time.Location) (time.Time, error) {
	words := slices.DeleteFunc(strings.Fields(strings.ToLower(text)), func(word string) bool {
		return slices.Contains(fillers, word)
	})
	at, ok := parseDuration(strings.Join(words, ""), now)
	switch {
	case ok:
	case len(words) == 1:
		at, ok = nextTime(words[0], now, zone, everyDay)
	case len(words) == 2:
		at, ok = timeOfDay(words[0], words[1], now, zone)
	}
	switch {
	case !ok:
		return time.Time{}, &InputError{"wrong.moment", strings.TrimSpace(text)}
	case !at.After(now):
		return time.Time{}, &InputError{"wrong.moment_past", strings.TrimSpace(text)}
	}
	return at.In(zone), nil
}

func parseDuration(text string, now time.Time) (time.Time, bool) {
	if !duration.MatchString(text) {
		return time.Time{}, false
	}
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		count, err := strconv.Atoi(part[1])
		unit, known := units[part[2]]
		if err != nil || !known {
			return time.Time{}, false
		}
		now = now.Add(time.Duration(count) * unit)
	}
	return now, true
}

// timeOfDay reads a day and a time.
func timeOfDay(day, clockText string, now time.Time, zone *time.Location) (time.Time, bool) {
	if weekday := dayNamed(day); weekday >= 0 {
		return nextTime(clockText, now, zone, func(number int64) bool { return modulo(number+3, 7) == int64(weekday) })
	}
	k := clock{zone: zone}
	if ahead, ok := nearDays[day]; ok {
		return onDay(&k, k.day(now.Unix())+int64(ahead), clockText)
	}
	if date, err := time.Parse("2.1", strings.TrimSuffix(day, ".")); err == nil {
		return nextTime(clockText, now, zone, func(number int64) bool {
			that := time.Unix(number*daySeconds, 0).UTC()
			return that.Month() == date.Month() && that.Day() == date.Day()
		})
	}
	for _, layout := range dateLayouts {
		if date, err := time.Parse(layout, day); err == nil {
			return onDay(&k, date.Unix()/daySeconds, clockText)
		}
	}
	return time.Time{}, false
}

func everyDay(int64) bool { return true }

// nextTime returns when the clock shows a time next, on a day that fits.
func nextTime(clockText string, now time.Time, zone *time.Location, fits func(day int64) bool) (time.Time, bool) {
	k := clock{zone: zone}
	for day := k.day(now.Unix()); ; day++ {
		if !fits(day) {
			continue
		}
		at, ok := onDay(&k, day, clockText)
		if !ok || at.After(now) {
			return at, ok
		}
	}
}

// onDay returns when the clock shows a time on a day.
func onDay(k *clock, day int64, clockText string) (time.Time, bool) {
	text, ok := parseClock(clockText, false)
	seconds := clockTime(text)
	if !ok || seconds == daySeconds {
		return time.Time{}, false
	}
	return time.Unix(k.first(day*daySeconds+seconds), 0), true
}

// A week as people type it: Mon-Fri 09:00-18:00; Sat 10:00-14:00

package hours

import (
	"slices"
	"strings"
	"unicode"
)

// roundTheClock is a week without any interval: open all the time.
const roundTheClock = "24/7"

// dashes are written between two days or two times.
var dashes = strings.NewReplacer("–", "-", "—", "-", "−", "-", "‑", "-")

// ParseWeek reads "Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10-14", "Пн,Ср 9:00-18:00" or "24/7" into the form of
// Hours.Week; days that are left out are closed. It does not look for overlaps: Hours.Validate does. The error is an
// *InputError.
func ParseWeek(text string) (map[string][]string, error) {
	week := map[string][]string{}
	if strings.TrimSpace(text) == roundTheClock {
		return week, nil
	}
	parts := strings.FieldsFunc(dashes.Replace(text), func(r rune) bool { return r == ';' || r == '\n' })
	for _, part := range parts {
		if strings.TrimSpace(part) == "" {
			continue
		}
		if err := parseDays(week, part); err != nil {
			return nil, err
		}
	}
	if len(week) == 0 {
		return nil, &InputError{"wrong.week", text}
	}
	return week, nil
}

// parseDays reads "Mon-Fri 09:00-13:00, 14:00-18:00" into week.
func parseDays(week map[string][]string, part string) error {
	split := strings.IndexFunc(part, unicode.IsDigit)
	if split < 0 {
		return &InputError{"wrong.week", strings.TrimSpace(part)}
	}
	days, err := parseDayList(strings.TrimRight(part[:split], " \t\r:"))
	if err != nil {
		return err
	}
	var intervals []string
	for piece := range strings.SplitSeq(part[split:], ",") {
		interval, ok := parseInterval(piece)
		if !ok {
			return &InputError{"wrong.interval", strings.TrimSpace(piece)}
		}
		intervals = append(intervals, interval)
	}
	for _, day := range days {
		if _, twice := week[weekdays[day]]; twice {
			return &InputError{"wrong.day_twice", strings.TrimSpace(part)}
		}
		week[weekdays[day]] = slices.Clone(intervals)
	}
	return nil
}

// parseDayList reads "Mon-Wed, Fri" into the numbers of the days; "Sat-Mon" goes over the end of the week.
func parseDayList(text string) ([]int, error) {
	var days []int
	for piece := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(piece, "-")
		if !isRange {
			last = first
		}
		from, to := dayNamed(strings.TrimSpace(first)), dayNamed(strings.TrimSpace(last))
		if from < 0 || to < 0 {
			return nil, &InputError{"wrong.day", strings.TrimSpace(piece)}
		}
		for day := from; ; day = (day + 1) % len(weekdays) {
			days = append(days, day)
			if day == to {
				break
			}
		}
	}
	return days, nil
}

// parseInterval reads "9-18" or "9:00 - 18:00" and returns "09:00-18:00".
func parseInterval(text string) (string, bool) {
	from, to, _ := strings.Cut(text, "-")
	from, okFrom := parseClock(strings.TrimSpace(from), true)
	to, okTo := parseClock(strings.TrimSpace(to), true)
	if !okFrom || !okTo {
		return "", false
	}
	interval := from + "-" + to
	_, err := parseSpan("", interval)
	return interval, err == nil
}

// parseClock reads "9:00", or also "9" where that cannot be anything else, and returns "09:00".
func parseClock(text string, bareHour bool) (string, bool) {
	hour, minute, hasMinute := strings.Cut(text, ":")
	if !hasMinute && bareHour {
		minute = "00"
	}
	if len(hour) == 1 {
		hour = "0" + hour
	}
	clock := hour + ":" + minute
	return clock, clockTime(clock) >= 0
}

// FormatWeek writes a week of valid hours so that ParseWeek reads it back, with the names of days in a language: "uk",
// anything else is English.
func FormatWeek(week map[string][]string, language string) string {
	if language != ukrainian {
		language = english
	}
	var parts []string
	for i, key := range weekdays {
		if len(week[key]) == 0 || slices.ContainsFunc(weekdays[:i], func(earlier string) bool {
			return slices.Equal(week[earlier], week[key])
		}) {
			continue
		}
		parts = append(parts, formatDays(week, week[key], language)+" "+strings.Join(week[key], ", "))
	}
	if len(parts) == 0 {
		return roundTheClock
	}
	return strings.Join(parts, "; ")
}

// formatDays names the days that have these intervals: "Mon-Wed,Fri".
func formatDays(week map[string][]string, intervals []string, language string) string {
	var runs []string
	for from := 0; from < len(weekdays); from++ {
		to := from
		for to < len(weekdays) && slices.Equal(week[weekdays[to]], intervals) {
			to++
		}
		switch to - from {
		case 0:
			continue
		case 1:
			runs = append(runs, dayNames[from][language][0])
		default:
			runs = append(runs, dayNames[from][language][0]+"-"+dayNames[to-1][language][0])
		}
		from = to
	}
	return strings.Join(runs, ",")
}

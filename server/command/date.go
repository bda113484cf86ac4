// A date as people type it, with hours of its own and a name: 31.12.2026 09:00-13:00 Short day

package command

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// yearly is the form of a day of every year.
const yearly = "--01-02"

// dateForms are how a date may be typed, and what it becomes.
var dateForms = []struct{ typed, stored string }{
	{time.DateOnly, time.DateOnly},
	{"2.1.2006", time.DateOnly},
	{"2.1", yearly},
	{yearly, yearly},
}

// Clock times as they are typed: what stands in quotes is a name and stays as it is.
var (
	intervalWords = regexp.MustCompile(`(?i)[` + quotes + `][^` + quotes + `]*[` + quotes + `]|` +
		`(^|\s)(?:(?:з|із|зі|від|from)\s+)?(\d{1,2}(?::\d\d)?)\s*(?:[-–—−‑]|\s(?:до|to|till|until)\s)\s*(\d{1,2}(?::\d\d)?)`)
	lastInterval = regexp.MustCompile(`^\d{1,2}(?::\d\d)?[-–—−‑]\d{1,2}(?::\d\d)?,?$`)
	clockWords   = regexp.MustCompile(`(?i)\d{1,2}:\d\d|\d[-–—−‑]\d|(^|\s)(?:з|із|зі|від|до|from|to|till|until)\s+\d{1,2}(\s|$)`)
)

// parseDate reads a date, hours before or behind its name, and the name. A date that is over on the day today is refused.
func parseDate(text, today string) (hours.Date, error) {
	word, rest, _ := cut(text)
	day, ok := dateOf(word)
	if !ok {
		return hours.Date{}, wrong("command.date_wrong", map[string]string{"text": api.Literal(word)})
	}
	if !strings.HasPrefix(day, "--") && day < today {
		return hours.Date{}, wrong("command.date_past", map[string]string{"text": api.Literal(word)})
	}
	times, name, err := cutHours(joinIntervals(rest))
	d := hours.Date{Date: day, Name: bare(name)}
	if err != nil || times == "" {
		return d, err
	}
	week, err := hours.ParseWeek("Mon " + times)
	if err != nil {
		return hours.Date{}, mistyped(err)
	}
	d.Hours = week["mon"]
	return d, nil
}

// dateOf is a typed date in the form that is stored.
func dateOf(word string) (string, bool) {
	word = strings.TrimSuffix(word, ".")
	for _, f := range dateForms {
		if day, err := time.Parse(f.typed, word); err == nil {
			return day.Format(f.stored), true
		}
	}
	return "", false
}

// joinIntervals writes "з 9 до 13" and "9 – 13" as "9-13".
func joinIntervals(text string) string {
	return intervalWords.ReplaceAllStringFunc(text, func(found string) string {
		if isQuoted(found) {
			return found
		}
		parts := intervalWords.FindStringSubmatch(found)
		return parts[1] + parts[2] + "-" + parts[3]
	})
}

// cutHours takes times such as "09:00-13:00, 14:00-18:00" off the beginning or the end of a name. Times in the midst of it are
// an error: they would be taken for a part of the name, and the date for closed.
func cutHours(text string) (times, name string, err error) {
	before, name := cutTimes(text)
	after, name := cutLastTimes(name)
	if before != "" && after != "" || !isQuoted(name) && clockWords.MatchString(name) {
		return "", "", wrong("command.date_hours", map[string]string{"text": api.Literal(text)})
	}
	return before + after, name, nil
}

// cutTimes takes times off the beginning of a text.
func cutTimes(text string) (times, rest string) {
	var found []string
	for {
		word, after, _ := cut(text)
		if first, _ := utf8.DecodeRuneInString(word); isQuoted(text) || !unicode.IsDigit(first) || !strings.ContainsAny(word, "-–—−‑") {
			return strings.Join(found, " "), text
		}
		found, text = append(found, word), after
	}
}

// cutLastTimes takes times off the end of a text.
func cutLastTimes(text string) (times, rest string) {
	for {
		i := strings.LastIndexFunc(text, unicode.IsSpace)
		if !lastInterval.MatchString(text[i+1:]) {
			return times, text
		}
		times, text = strings.TrimSpace(text[i+1:]+" "+times), strings.TrimSpace(text[:max(i, 0)])
	}
}

// Lengths of time as people read and type them.

package api

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const day = 24 * time.Hour

const exampleLengths = "30m, 12h, 30d"

// units of a length, the longest first: the key of its text, and the words by which it is typed.
var units = []struct {
	length time.Duration
	key    string
	words  []string
}{
	{day, "api.length.days", []string{"d", "day", "days", "д", "дн", "день", "дні", "днів"}},
	{time.Hour, "api.length.hours", []string{"h", "hour", "hours", "г", "год", "година", "години", "годин"}},
	{time.Minute, "api.length.minutes", []string{"m", "min", "minute", "minutes", "хв", "хвилина", "хвилини", "хвилин"}},
	{time.Second, "api.length.seconds", []string{"s", "sec", "second", "seconds", "с", "сек", "секунда", "секунди", "секунд"}},
}

// FormatLength writes "30 d", "12 h" or "1 h 30 min" in the language of t.
func FormatLength(t Texts, d conversation.Duration) string {
	left := time.Duration(d)
	var parts []string
	for _, u := range units {
		count := left / u.length
		left %= u.length
		if count > 0 || u.length == time.Second && len(parts) == 0 {
			parts = append(parts, t(u.key, map[string]string{"count": strconv.Itoa(int(count))}))
		}
	}
	return strings.Join(parts, " ")
}

var (
	lengthShape = regexp.MustCompile(`^(?:\s*[0-9]{1,5}\s*\pL+\.?)+\s*$`)
	lengthPart  = regexp.MustCompile(`([0-9]+)\s*(\pL+)`)
)

// parseLength reads what FormatLength writes in any language, with or without spaces, and any Go duration; nothing is zero.
func parseLength(field, text string) (conversation.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if length, err := time.ParseDuration(text); err == nil {
		return conversation.Duration(length), nil
	}
	var sum time.Duration
	ok := lengthShape.MatchString(text)
	for _, part := range lengthPart.FindAllStringSubmatch(strings.ToLower(text), -1) {
		count, _ := strconv.Atoi(part[1]) // at most five digits
		unit := unitNamed(part[2])
		ok = ok && unit > 0
		sum += time.Duration(count) * unit
	}
	if !ok {
		return 0, conversation.Wrong(field, conversation.ProblemNotLength, "value", text, "example", exampleLengths)
	}
	return conversation.Duration(sum), nil
}

// unitNamed is a unit by one of its words, zero for none.
func unitNamed(word string) time.Duration {
	for _, u := range units {
		if slices.Contains(u.words, word) {
			return u.length
		}
	}
	return 0
}

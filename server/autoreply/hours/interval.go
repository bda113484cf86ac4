// Intervals of a day: "09:00-13:00", read strictly; several of them must not overlap.

package hours

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const (
	daySeconds = 24 * 60 * 60
	// maxIntervals is how many a day may have.
	maxIntervals = 24
)

// span is an interval in seconds by wall clock since the midnight before its day; it may end on the next day.
type span struct{ from, to int64 }

func (s span) overlaps(other span) bool { return s.from < other.to && other.from < s.to }

// plan is what a day holds.
type plan struct {
	// spans begin on this day, one after another.
	spans []span
	// tail is how far the last one reaches into the next day.
	tail int64
	// closed keeps out what reaches in from the day before.
	closed bool
}

// newPlan reads the intervals of a day; an error names their place under field.
func newPlan(field string, intervals []string) (plan, error) {
	if len(intervals) > maxIntervals {
		return plan{}, tooMany(field, len(intervals), maxIntervals)
	}
	var p plan
	for i, text := range intervals {
		here := fmt.Sprintf("%s[%d]", field, i)
		s, err := parseSpan(here, text)
		if err != nil {
			return plan{}, err
		}
		if other := slices.IndexFunc(p.spans, s.overlaps); other >= 0 {
			return plan{}, conversation.Wrong(here, conversation.ProblemOverlap, "value", text, "other", intervals[other])
		}
		p.spans = append(p.spans, s)
		p.tail = max(p.tail, s.to-daySeconds)
	}
	slices.SortFunc(p.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return p, nil
}

// parseSpan reads "09:00-13:00".
func parseSpan(field, text string) (span, error) {
	from, to, _ := strings.Cut(text, "-")
	s := span{clockTime(from), clockTime(to)}
	if s.from < 0 || s.to < 0 || s.from == daySeconds {
		return span{}, conversation.Wrong(field, conversation.ProblemNotInterval, "value", text)
	}
	if s.from == s.to {
		return span{}, conversation.Wrong(field, conversation.ProblemEmptyInterval, "value", text)
	}
	if s.to < s.from {
		s.to += daySeconds
	}
	return s, nil
}

// clockTime returns the seconds since midnight of "00:00" to "24:00", -1 for anything else.
func clockTime(text string) int64 {
	if len(text) != len("00:00") || text[2] != ':' {
		return -1
	}
	var digits [4]int64
	for i, at := range [...]int{0, 1, 3, 4} {
		digits[i] = int64(text[at]) - '0'
		if digits[i] < 0 || digits[i] > 9 {
			return -1
		}
	}
	hour, minute := digits[0]*10+digits[1], digits[2]*10+digits[3]
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return -1
	}
	return (hour*60 + minute) * 60
}

func tooMany(field string, count, most int) error {
	return conversation.Wrong(field, conversation.ProblemTooMany, "count", strconv.Itoa(count), "most", strconv.Itoa(most))
}

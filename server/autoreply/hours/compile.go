// From hours as they are written to a calendar that can be asked; the one place where hours are checked.

package hours

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are loaded by name, also where the server's machine has none

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// maxDates is how many dates hours may have.
const maxDates = 400

// weekdays are the keys of Hours.Week in their order.
var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Compile returns the calendar of these hours, or the *conversation.FieldError that Validate returns.
func Compile(h Hours) (*Calendar, error) {
	c := &Calendar{dates: map[int64]plan{}, yearly: map[yearDay]plan{}}
	for _, step := range []func(Hours) error{c.setZone, c.setWeek, c.setDates, c.setOverride} {
		if err := step(h); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Calendar) setZone(h Hours) error {
	if h.Zone == "" && len(h.Week) == 0 && len(h.Dates) == 0 {
		c.zone = time.UTC
		return nil
	}
	zone, err := time.LoadLocation(h.Zone)
	// Go takes "" for UTC and "Local" for the zone of the server's machine, which are nobody's choice.
	if err != nil || h.Zone == "" || h.Zone == "Local" {
		return conversation.Wrong("zone", conversation.ProblemNotZone, "value", h.Zone)
	}
	c.zone = zone
	return nil
}

func (c *Calendar) setWeek(h Hours) error {
	for _, key := range slices.Sorted(maps.Keys(h.Week)) {
		if !slices.Contains(weekdays[:], key) {
			return conversation.Wrong("week."+key, conversation.ProblemNotOneOf, "value", key, "allowed", strings.Join(weekdays[:], ", "))
		}
	}
	empty := true
	for i, key := range weekdays {
		day, err := newPlan("week."+key, h.Week[key])
		if err != nil {
			return err
		}
		empty = empty && len(day.spans) == 0
		c.week[i] = day
	}
	if empty {
		for i := range c.week {
			c.week[i].spans = []span{{0, daySeconds}}
		}
		c.always = len(h.Dates) == 0
	}
	return c.checkNights(h)
}

// checkNights refuses an interval of a day that reaches into one of the day after it.
func (c *Calendar) checkNights(h Hours) error {
	for i, key := range weekdays {
		next := (i + 1) % len(weekdays)
		if spans := c.week[next].spans; len(spans) == 0 || spans[0].from >= c.week[i].tail {
			continue
		}
		late := intervalAt(h.Week[key], c.week[i].spans[len(c.week[i].spans)-1])
		early := intervalAt(h.Week[weekdays[next]], c.week[next].spans[0])
		return conversation.Wrong(fmt.Sprintf("week.%s[%d]", weekdays[next], early), conversation.ProblemOverlap,
			"value", h.Week[weekdays[next]][early], "other", key+" "+h.Week[key][late])
	}
	return nil
}

// intervalAt returns which of the intervals, all valid, is s.
func intervalAt(intervals []string, s span) int {
	return slices.IndexFunc(intervals, func(text string) bool { return clockTime(text[:len("00:00")]) == s.from })
}

func (c *Calendar) setDates(h Hours) error {
	if len(h.Dates) > maxDates {
		return tooMany("dates", len(h.Dates), maxDates)
	}
	for i, d := range h.Dates {
		day, err := newPlan(fmt.Sprintf("dates[%d].hours", i), d.Hours)
		if err != nil {
			return err
		}
		day.closed = len(d.Hours) == 0
		if err := c.setDate(fmt.Sprintf("dates[%d].date", i), d.Date, day); err != nil {
			return err
		}
	}
	return nil
}

func (c *Calendar) setDate(field, date string, day plan) error {
	text, everyYear := strings.CutPrefix(date, "--")
	if everyYear {
		text = "2000-" + text // a leap year
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return conversation.Wrong(field, conversation.ProblemNotDate, "value", date)
	}
	if everyYear && put(c.yearly, yearDay{at.Month(), at.Day()}, day) || !everyYear && put(c.dates, at.Unix()/daySeconds, day) {
		return nil
	}
	return conversation.Wrong(field, conversation.ProblemTwice, "value", date)
}

// put reports false for a key that is taken.
func put[K comparable](days map[K]plan, key K, day plan) bool {
	_, taken := days[key]
	if !taken {
		days[key] = day
	}
	return !taken
}

func (c *Calendar) setOverride(h Hours) error {
	if h.Override == nil {
		return nil
	}
	if h.Override.Until <= 0 {
		return conversation.Wrong("override.until", conversation.ProblemNotMoment, "value", strconv.FormatInt(h.Override.Until, 10))
	}
	c.until, c.openUntil = time.UnixMilli(h.Override.Until).In(c.zone), h.Override.Open
	return nil
}

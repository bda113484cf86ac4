// What can be asked about hours.

package hours

import "time"

// horizon is how many years ahead a calendar looks for the next opening or closing.
const horizon = 2

// Calendar answers when a team is open. It never changes and may be asked by many at once. Times may be given in any
// zone; the answers are in the calendar's own, unless an answer is the given time itself.
//
// Hours are by wall clock: a day on which the clock changes has 23 or 25 hours. A time that the clock skips begins at
// the next one that exists. Of a time that it shows twice the first counts: in the repeated hour everything stays as it
// was at the end of that hour's first run.
type Calendar struct {
	zone   *time.Location
	week   [len(weekdays)]plan
	dates  map[int64]plan // by the number of the day
	yearly map[yearDay]plan
	always bool // neither week nor dates
	// Before until it is open or not as openUntil says.
	until     time.Time
	openUntil bool
}

// yearDay is a day of every year.
type yearDay struct {
	month time.Month
	day   int
}

// Zone returns the zone whose clock counts: UTC if no hours are set.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Open tells whether the team is open at t. An interval holds from its first instant and ends before its last.
func (c *Calendar) Open(t time.Time) bool {
	if t.Before(c.until) {
		return c.openUntil
	}
	second := t.Unix()
	r := c.scheduled(second, second+1)
	return r.found && r.start <= second
}

// NextOpen returns the first time from t on at which the team is open: t itself when it is. It reports false when that
// is not within two years.
func (c *Calendar) NextOpen(t time.Time) (time.Time, bool) {
	start, _, ok := c.stretch(t, t.AddDate(horizon, 0, 0))
	return start, ok
}

// NextClose returns the first time from t on at which the team is closed: t itself when it is. It reports false when
// that is not within two years.
func (c *Calendar) NextClose(t time.Time) (time.Time, bool) {
	limit := t.AddDate(horizon, 0, 0)
	start, end, ok := c.stretch(t, limit)
	if !ok || start.After(t) {
		return t, true
	}
	return end, end.Before(limit)
}

// AddOpen returns the first time at which d of open time has passed since t, t itself if d is not above zero. It reports
// false when that is not within two years.
func (c *Calendar) AddOpen(t time.Time, d time.Duration) (time.Time, bool) {
	limit := t.AddDate(horizon, 0, 0)
	for d > 0 {
		start, end, ok := c.stretch(t, limit)
		if !ok {
			return time.Time{}, false
		}
		if end.Sub(start) >= d {
			return start.Add(d).In(c.zone), true
		}
		d -= end.Sub(start)
		t = end
	}
	return t, true
}

// stretch returns where the first stretch of open time from from on begins (from itself when open) and ends (limit when
// it is open longer); not ok when there is none before limit.
func (c *Calendar) stretch(from, limit time.Time) (start, end time.Time, ok bool) {
	if !from.Before(limit) {
		return start, end, false
	}
	overridden := from.Before(c.until)
	begin := from
	if overridden {
		begin = c.until
	}
	run := c.scheduled(begin.Unix(), limit.Unix()+1)
	start, end = later(c.at(run.start), begin), c.at(run.end)
	if overridden && c.openUntil {
		if !run.found || start.After(begin) {
			end = begin
		}
		start = from
	} else if !run.found || !start.Before(limit) {
		return start, end, false
	}
	if end.After(limit) {
		end = limit
	}
	return start, end, true
}

func (c *Calendar) at(second int64) time.Time { return time.Unix(second, 0).In(c.zone) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// What week and dates say, without the override, in Unix seconds.

package hours

import "time"

// run is a stretch of open time as it grows while days are looked at in their order.
type run struct {
	start, end int64
	found      bool
}

// add takes the next interval that does not end before after. It reports true when that does not belong to the run
// anymore, which is then complete.
func (r *run) add(start, end, after int64) (complete bool) {
	switch {
	case end <= start || end <= after: // an hour that the clock skips, or what is past
	case !r.found:
		r.start, r.end, r.found = start, end, true
	case start > r.end:
		return true
	default:
		r.end = max(r.end, end)
	}
	return false
}

// scheduled returns the first stretch of open time that ends after from. It looks no further than the day of limit: a
// stretch may begin or end later than limit, and one that goes on beyond that day is cut somewhere after it.
func (c *Calendar) scheduled(from, limit int64) run {
	if c.always {
		return run{from, limit, true}
	}
	var r run
	k := clock{zone: c.zone}
	day := k.day(from)
	for before := c.plan(day - 1); ; day++ {
		midnight := k.first(day * daySeconds)
		if midnight >= limit || r.found && r.end < midnight {
			return r
		}
		today := c.plan(day)
		if before.tail > 0 && !today.closed && r.add(midnight, k.first(day*daySeconds+before.tail), from) {
			return r
		}
		for _, s := range today.spans {
			end := k.first(day*daySeconds + min(s.to, daySeconds))
			if r.add(k.first(day*daySeconds+s.from), end, from) {
				return r
			}
		}
		before = today
	}
}

// plan returns what holds on a day: its date, its yearly date, or its day of the week.
func (c *Calendar) plan(day int64) plan {
	if p, ok := c.dates[day]; ok {
		return p
	}
	if len(c.yearly) > 0 {
		at := time.Unix(day*daySeconds, 0).UTC()
		if p, ok := c.yearly[yearDay{at.Month(), at.Day()}]; ok {
			return p
		}
	}
	return c.week[modulo(day+3, int64(len(c.week)))] // 1970-01-01 was a Thursday
}

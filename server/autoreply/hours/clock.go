// The one place that turns wall-clock times into instants.

package hours

import (
	"math"
	"time"
)

// reach is more than any zone is away from UTC, and more than any clock has been set back, in seconds.
const reach = 26 * 60 * 60

// clock is the wall clock of a zone. It remembers the period between two changes of the clock that it was asked about
// last, since the next question is mostly about the same one. Wall-clock times are seconds that would be Unix time if
// the zone were UTC; instants are Unix seconds.
type clock struct {
	zone                *time.Location
	from, until, offset int64 // the offset holds from from and before until
}

// seek moves to the period of an instant. A long period may come in several pieces.
func (k *clock) seek(instant int64) {
	at := time.Unix(instant, 0).In(k.zone)
	_, offset := at.Zone()
	from, until := at.ZoneBounds()
	k.from, k.until, k.offset = math.MinInt64/2, math.MaxInt64/2, int64(offset)
	if !from.IsZero() {
		k.from = from.Unix()
	}
	if !until.IsZero() {
		k.until = until.Unix()
	}
	// On the last day, UTC, of leap years beyond the tables of zones Go ends the period before it: golang/go#81583.
	if k.until <= instant {
		k.until = instant + daySeconds - modulo(instant, daySeconds)
	}
}

// first returns the first instant at which the clock shows this time or a later one. So a time that the clock skips
// begins when the clock has been set forward, and one that it shows twice is the first of the two.
func (k *clock) first(wall int64) int64 {
	if at := wall - k.offset; at >= k.from+reach && at < k.until {
		return at
	}
	for k.seek(wall - reach); ; k.seek(k.until) {
		if at := max(wall-k.offset, k.from); at < k.until {
			return at
		}
	}
}

// day returns the number of the day that the clock shows at an instant: 0 is 1970-01-01.
func (k *clock) day(instant int64) int64 {
	if instant < k.from || instant >= k.until {
		k.seek(instant)
	}
	wall := instant + k.offset
	return (wall - modulo(wall, daySeconds)) / daySeconds
}

// modulo is never negative.
func modulo(a, b int64) int64 { return ((a % b) + b) % b }

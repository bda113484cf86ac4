// The sweep: a row that is begun and that nobody is sending would wait for ever.

package relay

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// sweepEvery is how often begun rows are looked at.
const sweepEvery = time.Minute

// attempt is one try at a row.
type attempt struct {
	row    int64
	number int
}

// keepSwept makes begun rows unknown that no lane is sending; what can be done twice is queued again. There are such when
// the database carried out a statement whose answer never came. A row counts only when two looks in a row find the same
// attempt at rest: at one look it may just be between being begun and being seen.
func (out *outbound) keepSwept(ctx context.Context) {
	var before map[attempt]bool
	for ctx.Err() == nil {
		sleep(ctx, sweepEvery)
		guard(out.meter, out.log, "sweep", func() { before = out.sweep(ctx, before) })
	}
}

func (out *outbound) sweep(ctx context.Context, before map[attempt]bool) map[attempt]bool {
	rows, err := out.store.Sending(ctx, out.lease.BotID)
	if err != nil {
		return before
	}
	resting := map[attempt]bool{}
	for _, row := range rows {
		if _, busy := out.inFlight.Load(row.ID); busy {
			continue
		}
		a := attempt{row.ID, row.Attempt}
		if before[a] {
			o := Outcome{State: conversation.Unknown, Part: row.Part}
			if row.Kind != SendRow {
				o.State, o.NotBefore = conversation.Queued, time.Now()
			}
			out.end(ctx, row, o)
			continue
		}
		resting[a] = true
	}
	return resting
}

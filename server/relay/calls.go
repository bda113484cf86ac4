// Calls of flows' services: beside the lanes of customers, so that a slow service holds up only those who wait for it. A call
// is written down before it is made, and never made twice; its answer comes back as a row of the inbox.

package relay

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
)

// callWidth is how many conversations' calls of one bot are made at once.
const callWidth = 64

// calls makes the calls of one bot under one lease.
type calls struct {
	lease Lease
	store CallStore
	bots  Messengers
	autos Arbiters
	meter Meter
	log   Logger
	lanes *lanes[ServiceCall]
	// answered is called when an answer is in the inbox.
	answered func()
}

func (w *worker) newCalls() *calls {
	c := &calls{lease: w.lease, store: w.store, bots: w.bots, autos: w.autos, meter: w.meter, log: w.log, answered: w.in.lanes.Wake}
	c.lanes = newLanes(callWidth, laneWork[ServiceCall]{
		fetch: c.fetch,
		key:   func(s ServiceCall) string { return s.ConversationID },
		run:   c.run,
		failed: func(err error) {
			c.log.Warn("The calls of services cannot be read", "bot_id", c.lease.BotID, "error", err.Error())
		},
	})
	return c
}

// fetch returns nothing while the bot is paused: then nothing goes out.
func (c *calls) fetch(ctx context.Context, busy []string, limit int) ([]ServiceCall, error) {
	if bot, ok := c.bots.Known(c.lease.BotID); !ok || bot.Paused {
		return nil, nil
	}
	return c.store.NextCalls(ctx, c.lease, busy, limit)
}

// run makes the calls of one conversation, one after another.
func (c *calls) run(ctx context.Context, _ string, rows []ServiceCall) time.Duration {
	for _, row := range rows {
		if ctx.Err() != nil {
			return 0
		}
		begun, err := c.store.BeginCall(ctx, c.lease, row.ID)
		if err != nil {
			return pollEvery
		}
		if !begun {
			continue
		}
		answer := c.call(ctx, row)
		err = untilStored(ctx, func(fact context.Context) error { return c.store.EndCall(fact, row.ID, answer) })
		if err != nil {
			c.log.Error("The answer of a service could not be recorded", "bot_id", c.lease.BotID, "error", err.Error())
			return pollEvery
		}
		c.answered()
	}
	return 0
}

// call makes one call. What was begun is not cut off when we stop: it would count as failed.
func (c *calls) call(ctx context.Context, row ServiceCall) (answer flow.Answer) {
	defer func() {
		if p := recover(); p != nil {
			c.meter.Panic("calls")
			c.log.Error("A panic while asking a service", "bot_id", c.lease.BotID, "stack", string(debug.Stack()))
			answer = flow.Answer{Failed: true}
		}
	}()
	return c.autos.Call(context.WithoutCancel(ctx), c.lease.BotID, row.Call)
}

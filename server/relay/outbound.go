// Outbound: from the outbox to the messenger, one lane per conversation. What is done is written down before it is begun;
// a send that is written as begun and has no outcome is unknown and never repeated by itself.

package relay

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// outboundWidth is how many conversations of one bot are sent to at once.
	outboundWidth = 8
	// sendTimeout bounds one call to a messenger; after it the outcome is unknown.
	sendTimeout = 30 * time.Second
	// giveUpAfter is how long passing failures are retried.
	giveUpAfter = time.Hour
	// factTimeout bounds the record of something that has happened, which is tried even when we are stopping.
	factTimeout = 5 * time.Second
	// slowest is the speed in bytes per second below which a transfer of files is given up.
	slowest = 128 << 10
	// refusedPause is how long a bot whose token was refused waits before it is tried again.
	refusedPause = 2 * time.Minute
)

// outbound sends the replies of one bot under one lease.
type outbound struct {
	lease Lease
	store Store
	desk  Desk
	bots  Messengers
	meter Meter
	log   Logger
	rules func() Rules
	pacer *pacer
	// inFlight holds the ids of the rows that lanes are sending.
	inFlight sync.Map
	lanes    *lanes[OutboxRow]
	// changed is called when a row ended in a way its author must be told.
	changed func()
}

func (w *worker) newOutbound(rates messenger.Rates, changed func()) *outbound {
	out := &outbound{
		lease: w.lease, store: w.store, desk: w.desk, bots: w.bots, meter: w.meter, log: w.log,
		rules: w.rules, pacer: newPacer(rates), changed: changed,
	}
	out.lanes = newLanes(outboundWidth, laneWork[OutboxRow]{
		fetch: out.fetch,
		key:   func(r OutboxRow) string { return r.ConversationID },
		run:   out.run,
		failed: func(err error) {
			out.log.Warn("The outbox cannot be read", "bot_id", out.lease.BotID, "error", err.Error())
		},
	})
	return out
}

// fetch returns nothing while the bot is paused.
func (out *outbound) fetch(ctx context.Context, busy []string, limit int) ([]OutboxRow, error) {
	if bot, ok := out.bots.Known(out.lease.BotID); !ok || bot.Paused {
		return nil, nil
	}
	return out.store.NextReplies(ctx, out.lease.BotID, busy, limit)
}

// run works off rows of one conversation in order until one has to wait.
func (out *outbound) run(ctx context.Context, conversationID string, rows []OutboxRow) (pause time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			out.meter.Panic("outbound")
			out.log.Error("A panic while sending", "bot_id", out.lease.BotID, "conversation_id", conversationID, "stack", string(debug.Stack()))
			pause = time.Minute
		}
	}()
	chat, err := out.bots.Messenger(out.lease.BotID)
	if err != nil {
		return refusedPause
	}
	c, err := out.store.Conversation(ctx, conversationID)
	if err != nil {
		return pollEvery
	}
	for _, row := range rows {
		if wait := time.Until(row.NotBefore); wait > 0 {
			return wait
		}
		if pause := out.attempt(ctx, chat, c, row); pause > 0 || ctx.Err() != nil {
			return pause
		}
	}
	return 0
}

// task is one row being worked off.
type task struct {
	bot  conversation.Bot
	chat messenger.Messenger
	conv conversation.Conversation
	row  OutboxRow
}

// carriers do what each kind of row wants; a pause means that the row waits and nothing may overtake it.
var carriers = map[OutboxKind]func(*outbound, context.Context, task) time.Duration{
	SendRow:     (*outbound).send,
	EditRow:     (*outbound).edit,
	DeleteRow:   (*outbound).delete,
	ReactRow:    (*outbound).react,
	AutoRow:     (*outbound).auto,
	KeyboardRow: (*outbound).keyboard,
}

// attempt writes down that a row is begun and carries it out.
func (out *outbound) attempt(ctx context.Context, chat messenger.Messenger, c conversation.Conversation, row OutboxRow) time.Duration {
	bot, ok := out.bots.Known(out.lease.BotID)
	if !ok || bot.Paused {
		return pollEvery
	}
	if wait := out.turn(c.Chat, row.Kind); wait > 0 {
		return wait
	}
	out.inFlight.Store(row.ID, true)
	defer out.inFlight.Delete(row.ID)
	begun, ok, err := out.store.BeginSend(ctx, out.lease, row.ID)
	if errors.Is(err, ErrFenced) {
		return pollEvery
	}
	if err != nil {
		// It may have been written all the same: then the row must not stay begun, for nothing was sent.
		row.Attempt++
		row.Epoch = out.lease.Epoch
		out.end(ctx, row, Outcome{State: conversation.Queued, Part: row.Part, NotBefore: time.Now()})
		return pollEvery
	}
	if !ok {
		return 0
	}
	return carriers[begun.Kind](out, ctx, task{bot: bot, chat: chat, conv: c, row: begun})
}

// turn takes the right to carry a row out, or tells how long to wait. What a chat may get is counted in messages: taking buttons
// away is none, and must not hold up the next answer of a customer who walks through a menu.
func (out *outbound) turn(chat messenger.Chat, kind OutboxKind) time.Duration {
	if kind == KeyboardRow {
		return out.pacer.TakeOfBot()
	}
	return out.pacer.Take(chat)
}

// awaitTurn waits for the pacer between the calls of one row.
func (out *outbound) awaitTurn(ctx context.Context, chat messenger.Chat) error {
	for {
		wait := out.pacer.Take(chat)
		if wait <= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// judge says what a failure means for the row and its lane.
func (out *outbound) judge(ctx context.Context, t task, f *messenger.Error) (Outcome, time.Duration) {
	outcome := Outcome{State: conversation.Failed, Code: f.Code, Description: f.Description}
	class := f.Class
	if class == messenger.Ambiguous && !once(t.row.Kind) {
		class = messenger.Transient // doing it twice is as doing it once
	}
	switch class {
	case messenger.Ambiguous:
		outcome.State = conversation.Unknown
	case messenger.Blocked:
		outcome.Unreachable = true
	case messenger.RetryAfter:
		if out.pacer.Told(t.conv.Chat.ID, f.After) {
			out.lanes.HoldAll(f.After)
		}
		return queueAgain(outcome, f.After)
	case messenger.Unauthorized:
		out.bots.Refused(out.lease.BotID, f)
		// Only the lane waits, not the row: a new token releases it.
		outcome, _ = queueAgain(outcome, 0)
		return outcome, refusedPause
	case messenger.Migrated:
		if err := out.store.MigrateChat(ctx, out.lease, out.lease.BotID, t.conv.Chat.ID, f.MigratedTo); err != nil {
			return queueAgain(outcome, pollEvery)
		}
		return queueAgain(outcome, time.Millisecond)
	case messenger.Transient, messenger.Conflict:
		if time.Since(t.row.FirstTryAt) < giveUpAfter {
			return queueAgain(outcome, backoff(t.row.Attempt))
		}
	}
	return outcome, 0
}

// once tells what must not be done twice.
func once(k OutboxKind) bool { return k == SendRow || k == AutoRow }

func queueAgain(o Outcome, d time.Duration) (Outcome, time.Duration) {
	o.State = conversation.Queued
	o.NotBefore = time.Now().Add(d)
	return o, d
}

// fail ends a row that cannot be carried out.
func (out *outbound) fail(ctx context.Context, row OutboxRow, reason string) time.Duration {
	return out.end(ctx, row, Outcome{State: conversation.Failed, Description: reason, Part: row.Part})
}

// later ends an attempt that could not be made because something of ours failed in passing.
func (out *outbound) later(ctx context.Context, t task, err error) time.Duration {
	outcome, pause := out.judge(ctx, t, &messenger.Error{Class: messenger.Transient, Description: err.Error()})
	outcome.Part = t.row.Part
	return max(pause, out.end(ctx, t.row, outcome))
}

// end records an outcome. It has happened, so it is tried until it is stored; when we stop meanwhile, a few times more:
// then the row stays begun without outcome, and the next owner shows it as unknown.
func (out *outbound) end(ctx context.Context, row OutboxRow, o Outcome) time.Duration {
	err := untilStored(ctx, func(fact context.Context) error {
		return out.store.EndSend(fact, row.ID, row.Attempt, row.Epoch, o)
	})
	if err != nil {
		out.log.Error("The outcome of a reply could not be recorded", "bot_id", out.lease.BotID, "outbox_id", row.ID, "state", string(o.State), "error", err.Error())
		return pollEvery
	}
	if o.State == conversation.Failed || o.State == conversation.Unknown {
		out.changed()
	}
	return 0
}

// untilStored repeats what stores a fact until it is stored. An error is returned only when ctx has ended.
func untilStored(ctx context.Context, store func(context.Context) error) error {
	for try, last := 0, 0; ; try++ {
		fact, cancel := context.WithTimeout(context.Background(), factTimeout)
		err := store(fact)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			if last++; last == lastTries {
				return err
			}
		}
		time.Sleep(backoff(min(try, 2)))
	}
}

// lastTries is how often a fact is tried once more while the relay stops.
const lastTries = 3

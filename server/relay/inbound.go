// Inbound: from the inbox to the thread, one lane per conversation.

package relay

import (
	"context"
	"runtime/debug"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// inboundWidth is how many conversations of one bot are worked off at once: more callers did not make Mattermost's
// CreatePost faster (289 posts/s with eight on two cores).
const inboundWidth = 8

// errNotAdmitted says that no admin has accepted the message's Business connection yet: it waits in the inbox.
var errNotAdmitted = errors.New("the Business connection waits for an admin")

// admissionPause is how long a lane of such a connection rests when nothing wakes it.
const admissionPause = time.Minute

// inbound works off the inbox of one bot under one lease.
type inbound struct {
	answerer
	lease Lease
	store Store
	bots  Messengers
	// said is told that something waits to be sent, or a service to be asked.
	said    func()
	log     Logger
	commits *commits
	lanes   *lanes[InboxRow]
}

func (w *worker) newInbound() *inbound {
	in := &inbound{
		lease: w.lease, store: w.store, bots: w.bots, log: w.log,
		answerer: answerer{botID: w.lease.BotID, desk: w.desk, autos: w.autos, meter: w.meter},
	}
	in.commits = newCommits(func(rows []Finished) ([]int64, error) {
		ctx, cancel := context.WithTimeout(context.Background(), factTimeout)
		defer cancel()
		overtaken, err := in.store.FinishUpdates(ctx, in.lease, rows)
		if err == nil && slices.ContainsFunc(rows, func(f Finished) bool { return f.Auto != nil }) {
			in.said()
		}
		return overtaken, err
	})
	in.lanes = newLanes(inboundWidth, laneWork[InboxRow]{
		fetch: func(ctx context.Context, busy []string, limit int) ([]InboxRow, error) {
			return in.store.NextUpdates(ctx, in.lease.BotID, busy, limit)
		},
		key: func(r InboxRow) string { return r.Lane },
		run: in.run,
		failed: func(err error) {
			in.log.Warn("The inbox cannot be read", "bot_id", in.lease.BotID, "error", err.Error())
		},
	})
	return in
}

// Run works until ctx ends and all that was posted is recorded.
func (in *inbound) Run(ctx context.Context) {
	recorded := make(chan struct{})
	go func() {
		defer close(recorded)
		in.commits.Run()
	}()
	in.lanes.Run(ctx)
	in.commits.Close()
	<-recorded
}

// laneState is what a lane keeps between the rows of one batch.
type laneState struct {
	bot  conversation.Bot
	chat messenger.Messenger
	conv *conversation.Conversation
	from messenger.Person
	// done are the rows of this batch that were worked off and may not be recorded yet.
	done *records
}

// run works off rows of one lane. It goes on with the next row while earlier ones are being recorded: posts are
// created in order, and a row whose record is lost finds its post by its id when it is worked off again.
func (in *inbound) run(ctx context.Context, _ string, rows []InboxRow) time.Duration {
	bot, ok := in.bots.Known(in.lease.BotID)
	if !ok {
		return pollEvery
	}
	chat, err := in.bots.Messenger(in.lease.BotID)
	if err != nil {
		return time.Minute
	}
	state := &laneState{bot: bot, chat: chat, done: &records{}}
	pause := in.runRows(ctx, state, rows)
	if err := state.done.Await(); err != nil {
		pause = max(pause, pollEvery)
		in.log.Warn("What was shown cannot be recorded yet", "bot_id", in.lease.BotID, "error", err.Error())
	}
	return pause
}

// runRows works rows off until one has to wait, and returns for how long.
func (in *inbound) runRows(ctx context.Context, state *laneState, rows []InboxRow) time.Duration {
	worked := map[int64]bool{}
	for _, row := range rows {
		if worked[row.ID] {
			continue // it went with its album
		}
		if wait := time.Until(row.NotBefore); wait > 0 {
			return wait
		}
		unit, wait, err := in.gather(ctx, row)
		if err == nil && wait > 0 {
			return wait
		}
		if err == nil && len(unit) == 0 {
			return pollEvery // another owner has ended it since it was fetched
		}
		var finished []Finished
		if err == nil {
			finished, err = in.workOff(ctx, state, unit)
		}
		if errors.Is(err, errNotAdmitted) {
			return admissionPause
		}
		if err != nil {
			return in.postpone(ctx, row, err)
		}
		in.commits.Add(state.done, finished...)
		for _, f := range finished {
			worked[f.ID] = true
		}
	}
	return 0
}

// workOff turns rows that belong together into what they become in Mattermost. A panic makes them poison.
func (in *inbound) workOff(ctx context.Context, state *laneState, unit []InboxRow) (done []Finished, err error) {
	defer func() {
		if p := recover(); p != nil {
			in.meter.Panic("inbound")
			in.log.Error("A panic while working off an update", "bot_id", in.lease.BotID, "inbox_id", unit[0].ID, "stack", string(debug.Stack()))
			done, err = nil, nil
			for _, row := range unit {
				done = append(done, quarantined(row, "panic"))
			}
		}
	}()
	if handle, ok := ownRow(unit[0]); ok {
		f, err := handle(in, ctx, state, unit[0])
		return []Finished{f}, err
	}
	var items []item
	for _, row := range unit {
		event, err := state.chat.Decode(row.Raw)
		if err != nil {
			done = append(done, quarantined(row, "undecodable"))
			continue
		}
		event.At = exact(event.At, row.ReceivedAt)
		items = append(items, item{row, event})
	}
	if len(items) > 0 {
		handled, err := in.handle(ctx, state, items)
		if err != nil {
			return nil, err
		}
		done = append(done, handled...)
	}
	for _, f := range done {
		in.meter.Inbound(state.bot.Kind, string(f.State), f.Reason)
	}
	return done, nil
}

// exact is the time of an event as exactly as it is known: Telegram tells whole seconds, and of presses and deletions nothing.
// Within its second the latest moment is taken: who wrote in the second of an agent's reply shall not be overlooked.
func exact(told, received time.Time) time.Time {
	latest := told.Add(time.Second - time.Millisecond)
	switch {
	case told.IsZero():
		return received
	case told.Nanosecond() != 0:
		return told
	case received.After(told) && received.Before(latest):
		return received
	}
	return latest
}

// eventHandlers say what each kind of event becomes; kinds that are not here are dropped with their reason.
var eventHandlers = map[messenger.EventKind]func(*inbound, context.Context, *laneState, InboxRow, messenger.Event) (Finished, error){
	messenger.EventEdited:    (*inbound).edited,
	messenger.EventDeleted:   (*inbound).deleted,
	messenger.EventReaction:  (*inbound).reaction,
	messenger.EventPressed:   (*inbound).pressed,
	messenger.EventStarted:   (*inbound).started,
	messenger.EventBlocked:   (*inbound).blocked,
	messenger.EventUnblocked: (*inbound).unblocked,
	messenger.EventMigrated:  (*inbound).migrated,
	messenger.EventConnected: (*inbound).connected,
	messenger.EventDelivered: (*inbound).receipt,
	messenger.EventSeen:      (*inbound).receipt,
	messenger.EventFailed:    (*inbound).receipt,
}

// handle hands what was decoded to its handler: messages, which may be an album, or one event of another kind.
func (in *inbound) handle(ctx context.Context, s *laneState, items []item) ([]Finished, error) {
	e := items[0].event
	if err := in.admit(ctx, s, e); err != nil {
		if errors.Is(err, errRefused) {
			return dropped(items, "connection_refused"), nil
		}
		return nil, err
	}
	if e.Kind == messenger.EventMessage {
		return in.message(ctx, s, items)
	}
	handle, ok := eventHandlers[e.Kind]
	if !ok {
		reason := string(e.Kind)
		if e.Kind == messenger.EventIgnored {
			reason = e.Reason
		}
		return dropped(items, reason), nil
	}
	done, err := handle(in, ctx, s, items[0].row, e)
	return []Finished{done}, err
}

func dropped(items []item, reason string) []Finished {
	done := make([]Finished, len(items))
	for i, it := range items {
		done[i] = Finished{ID: it.row.ID, State: InboxDropped, Reason: reason}
	}
	return done
}

// converse loads or creates the lane's conversation, once per batch unless the customer shows himself otherwise.
func (in *inbound) converse(ctx context.Context, s *laneState, e messenger.Event) error {
	if s.conv != nil && s.conv.Chat == e.Chat && s.from == e.From {
		return nil
	}
	c, err := in.store.Converse(ctx, s.bot.ID, e.Chat, e.From)
	if err != nil {
		return err
	}
	s.conv, s.from = &c, e.From
	return nil
}

// shown finds the post of a message of either side, else ErrNotFound. It waits until what the lane showed before is recorded.
func (in *inbound) shown(ctx context.Context, s *laneState, externalID string) (Shown, error) {
	if err := s.done.Await(); err != nil {
		return Shown{}, err
	}
	return in.store.Shown(ctx, s.conv.ID, externalID)
}

// change stores a change of the lane's conversation; the customer stays the one who speaks now, which in a group is not
// always the one who is stored with the conversation.
func (in *inbound) change(ctx context.Context, s *laneState, f func(*conversation.Conversation)) error {
	changed, err := in.store.Change(ctx, s.conv.ID, func(c *conversation.Conversation) error {
		f(c)
		return nil
	})
	if err != nil {
		return err
	}
	speaker := s.conv.Customer
	speaker.Unreachable = changed.Customer.Unreachable
	changed.Customer = speaker
	s.conv = &changed
	return nil
}

// postpone holds a row after a passing failure of Mattermost or the database, and returns the lane's pause: the
// conversation waits as long as it takes.
func (in *inbound) postpone(ctx context.Context, row InboxRow, cause error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	pause := backoff(row.Attempts)
	in.log.Warn("An update could not be worked off yet", "bot_id", in.lease.BotID, "inbox_id", row.ID, "attempt", row.Attempts+1, "error", cause.Error())
	if err := in.store.DeferUpdate(ctx, in.lease, row.ID, time.Now().Add(pause), cause.Error()); err != nil {
		in.log.Warn("An update could not be deferred", "bot_id", in.lease.BotID, "inbox_id", row.ID, "error", err.Error())
	}
	return pause
}

func quarantined(row InboxRow, reason string) Finished {
	return Finished{ID: row.ID, State: InboxQuarantined, Reason: reason}
}

// backoff is 0.5 s, 1 s, 2 s … at most 30 s.
func backoff(attempts int) time.Duration {
	return min(500*time.Millisecond<<min(attempts, 6), 30*time.Second)
}

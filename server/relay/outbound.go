// Outbound: from the outbox to the customer, one lane per conversation. A send is written down before it is begun; what
// is written as begun and has no outcome is unknown and never repeated by itself.

package relay

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
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
		pacer: newPacer(rates), changed: changed,
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

// run sends rows of one conversation in order until one has to wait.
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
		if pause := out.send(ctx, chat, c, row); pause > 0 || ctx.Err() != nil {
			return pause
		}
	}
	return 0
}

// send tries the parts of one row that are still to be sent. A pause means that the row waits and nothing may overtake
// it.
func (out *outbound) send(ctx context.Context, chat messenger.Messenger, c conversation.Conversation, row OutboxRow) time.Duration {
	bot, ok := out.bots.Known(out.lease.BotID)
	if !ok || bot.Paused {
		return pollEvery
	}
	if wait := out.pacer.Take(c.Chat); wait > 0 {
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
	row = begun
	if refusal := refusal(c, row); refusal != nil {
		return out.end(ctx, row, *refusal)
	}
	parts := out.parts(bot, chat.Capabilities(), row)
	if len(parts) == 0 {
		return out.end(ctx, row, Outcome{State: conversation.Failed, Description: noText, Part: row.Part})
	}
	for i := row.Part; i < len(parts); i++ {
		if i > row.Part {
			if err := out.awaitTurn(ctx, c.Chat); err != nil || ctx.Err() != nil {
				return out.end(ctx, row, Outcome{State: conversation.Queued, Part: i, NotBefore: time.Now()})
			}
		}
		outcome, pause := out.sendPart(ctx, chat, bot, c, row, parts[i])
		outcome.Part = i
		if outcome.State != conversation.Sent {
			out.end(ctx, row, outcome)
			return pause
		}
		outcome.Part = i + 1
		if i+1 < len(parts) {
			outcome.State = conversation.Sending
		}
		if pause := out.end(ctx, row, outcome); pause > 0 {
			return pause
		}
	}
	return 0
}

// NoFiles is the reason of a reply that was not sent because files stand in it.
const NoFiles = "files cannot be sent yet"

// noText is the reason of a reply of which nothing is left to send, in the words of the messengers.
const noText = "message text is empty"

// refusal says why a reply is not even tried; nil when it may be.
func refusal(c conversation.Conversation, row OutboxRow) *Outcome {
	switch {
	case c.Customer.Unreachable != "":
		return &Outcome{State: conversation.Failed, Description: c.Customer.Unreachable, Part: row.Part}
	case len(row.FileIDs) > 0:
		return &Outcome{State: conversation.Failed, Description: NoFiles, Part: row.Part}
	}
	return nil
}

// parts renders a row for its messenger. The same row gives the same parts at every try.
func (out *outbound) parts(bot conversation.Bot, limits messenger.Capabilities, row OutboxRow) []richtext.Text {
	text := richtext.FromMarkdown(row.Text, richtext.Options{Mention: out.desk.DisplayName, Internal: out.desk.Internal})
	if name := row.shownName(bot.Settings.AgentName); name != "" {
		text = richtext.Concat(richtext.Plain(name+":\n"), text)
	}
	if !limits.Formatting {
		text = richtext.Plain(text.PlainText())
	}
	return text.Split(limits.TextLimit, limits.TextUnit)
}

func (r OutboxRow) shownName(setting string) string {
	switch setting {
	case conversation.NameFirst:
		return r.AuthorFirst
	case conversation.NameFull:
		return r.AuthorFull
	}
	return ""
}

// awaitTurn waits for the pacer between the parts of one message.
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

// sendPart makes the one call and says what it came to, and how long the lane must wait.
func (out *outbound) sendPart(ctx context.Context, chat messenger.Messenger, bot conversation.Bot, c conversation.Conversation, row OutboxRow, text richtext.Text) (Outcome, time.Duration) {
	// A call that was begun is not cut off when we stop: its outcome would be unknown.
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	began := time.Now()
	ids, err := chat.Send(call, messenger.Outgoing{Chat: c.Chat, Text: text, SenderName: bot.Name})
	if err == nil {
		out.meter.Outbound(bot.Kind, string(conversation.Sent), "")
		out.meter.Observe("outbound_call", time.Since(began))
		out.meter.Observe("outbound", time.Since(row.CreatedAt))
		return Outcome{State: conversation.Sent, Sent: sentParts(ids)}, 0
	}
	failure := messenger.AsError(err)
	out.meter.Outbound(bot.Kind, "error", string(failure.Class))
	return out.judge(failure, c, row)
}

// judge says what a failure means for the row and its lane.
func (out *outbound) judge(f *messenger.Error, c conversation.Conversation, row OutboxRow) (Outcome, time.Duration) {
	outcome := Outcome{State: conversation.Failed, Code: f.Code, Description: f.Description}
	switch f.Class {
	case messenger.Ambiguous:
		outcome.State = conversation.Unknown
		return outcome, 0
	case messenger.Blocked:
		outcome.Unreachable = true
		return outcome, 0
	case messenger.RetryAfter:
		if out.pacer.Told(c.Chat.ID, f.After) {
			out.lanes.HoldAll(f.After)
		}
		return queueAgain(outcome, f.After)
	case messenger.Unauthorized:
		out.bots.Refused(out.lease.BotID, f)
		// Only the lane waits, not the row: a new token releases it.
		outcome, _ = queueAgain(outcome, 0)
		return outcome, refusedPause
	case messenger.Transient, messenger.Conflict:
		if time.Since(row.FirstTryAt) < giveUpAfter {
			return queueAgain(outcome, backoff(row.Attempt))
		}
		return outcome, 0
	}
	return outcome, 0
}

func queueAgain(o Outcome, d time.Duration) (Outcome, time.Duration) {
	o.State = conversation.Queued
	o.NotBefore = time.Now().Add(d)
	return o, d
}

// end records an outcome. It has happened, so it is tried until it is stored; when we stop meanwhile, a few times more:
// then the row stays begun without outcome, and the next owner shows it as unknown.
func (out *outbound) end(ctx context.Context, row OutboxRow, o Outcome) time.Duration {
	for try, last := 0, 0; ; try++ {
		fact, cancel := context.WithTimeout(context.Background(), factTimeout)
		err := out.store.EndSend(fact, row.ID, row.Attempt, row.Epoch, o)
		cancel()
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			if last++; last == lastTries {
				out.log.Error("The outcome of a reply could not be recorded", "bot_id", out.lease.BotID, "outbox_id", row.ID, "state", string(o.State), "error", err.Error())
				return pollEvery
			}
		}
		time.Sleep(backoff(min(try, 2)))
	}
	if o.State == conversation.Failed || o.State == conversation.Unknown {
		out.changed()
	}
	return 0
}

// lastTries is how often an outcome is tried once more while the relay stops.
const lastTries = 3

func sentParts(ids []string) []Part {
	parts := make([]Part, len(ids))
	for i, id := range ids {
		parts[i] = Part{ExternalID: id, State: conversation.Sent}
	}
	return parts
}

// Automatic answers: what the arbiter is asked, and how its decision becomes a part of the row's end.

package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// answerer asks a bot's arbiter and makes of its decisions what is stored.
type answerer struct {
	botID string
	desk  Desk
	autos Arbiters
	meter Meter
}

// asking is what an event of a conversation is decided with: the customer is the one who speaks now.
type asking struct {
	bot  conversation.Bot
	conv conversation.Conversation
	// lane and id are those of the row, or of the update that has none.
	lane, id string
}

// maxCalls bounds the calls of a flow's service for one event.
const maxCalls = 5

// answer asks the arbiter about an event of the customer. answered says that he does not wait for the team because of it.
// A press is acknowledged in any case.
func (in *inbound) answer(ctx context.Context, s *laneState, row InboxRow, e messenger.Event, kind autoreply.EventKind) (a *AutoAnswer, answered bool, err error) {
	arbiter := in.autos.Arbiter(in.lease.BotID)
	if arbiter == nil || e.FromOwner || e.Service {
		in.acknowledge(ctx, s, row, e, "")
		return nil, false, nil
	}
	asked := autoreply.Event{Kind: kind, At: e.At, Text: e.Text.Plain, Payload: e.Payload, Shared: e.Shared}
	if e.Press != nil {
		asked.Press = e.Press.Data
	}
	q, err := in.asking(ctx, s, row)
	if err != nil {
		return nil, false, err
	}
	if !q.conv.WaitingSince.Before(e.At.Truncate(time.Microsecond)) {
		q.conv.WaitingSince = time.Time{} // it began with this event, by the thread that it opened
	}
	d, err := in.decide(ctx, q, arbiter, asked, func(d autoreply.Decision) {
		in.acknowledge(ctx, s, row, e, in.toast(q, d))
	})
	if err != nil {
		return nil, false, err
	}
	a, err = in.carry(ctx, q, d)
	return a, d.Answered, err
}

// asking is the conversation as it is stored now, with all that the lane did before.
func (in *inbound) asking(ctx context.Context, s *laneState, row InboxRow) (asking, error) {
	if err := s.done.Await(); err != nil {
		return asking{}, err
	}
	c, err := in.store.Conversation(ctx, s.conv.ID)
	c.Customer, c.Thread = s.conv.Customer, s.conv.Thread
	return asking{bot: s.bot, conv: c, lane: row.Lane, id: cmp.Or(row.Bound, row.EventID)}, err
}

// decide evaluates until the arbiter needs no call of a service any more; first is told of the first decision.
func (w *answerer) decide(ctx context.Context, q asking, arbiter Arbiter, e autoreply.Event, first func(autoreply.Decision)) (autoreply.Decision, error) {
	var memory autoreply.Memory
	if len(q.conv.Memory) > 0 {
		if err := json.Unmarshal(q.conv.Memory, &memory); err != nil {
			return autoreply.Decision{}, errors.New("what the automatic answers remember cannot be read")
		}
	}
	facts := autoreply.FactsOf(q.conv, q.bot, w.desk.FirstName)
	d, err := arbiter.Evaluate(ctx, facts, memory, e, time.Now())
	if err != nil {
		return d, err
	}
	first(d)
	for range maxCalls {
		if d.Call == nil {
			break
		}
		answer := w.autos.Call(ctx, w.botID, *d.Call)
		if ctx.Err() != nil {
			return d, ctx.Err()
		}
		next := autoreply.Event{Kind: autoreply.Answered, At: e.At, Answer: &answer}
		if d, err = arbiter.Evaluate(ctx, facts, d.Memory, next, time.Now()); err != nil {
			return d, err
		}
	}
	return d, nil
}

// toast is what a customer who pressed in vain sees for a moment, in his language.
func (w *answerer) toast(q asking, d autoreply.Decision) string {
	if d.Toast == "" {
		return ""
	}
	return w.desk.T(q.conv.Customer.Language, d.Toast, nil)
}

// carry makes of a decision what is stored with the end of the row.
func (w *answerer) carry(ctx context.Context, q asking, d autoreply.Decision) (*AutoAnswer, error) {
	memory, err := json.Marshal(d.Memory)
	if err != nil {
		return nil, errors.Wrap(err, "write what the automatic answers remember")
	}
	a := &AutoAnswer{
		ConversationID: q.conv.ID, Text: d.Text, FileIDs: d.Files, Buttons: d.Buttons, Rules: d.Rules, Memory: memory,
		Close: d.Close, Tags: d.Tags, NoAnswerAt: d.NoAnswerAt, Lane: q.lane, RemoveKeyboard: d.RemoveKeyboard, By: by(d),
	}
	if d.Text != "" || len(d.Files) > 0 {
		a.PostID = conversation.PostID(w.botID, "auto", q.id)
		w.meter.Outbound(q.bot.Kind, "auto", "")
	} else {
		w.meter.Outbound(q.bot.Kind, "auto_silent", d.Silence)
	}
	switch {
	case d.Handover:
		a.Mode = conversation.HumanMode
	case d.HumanModeOver:
		a.Mode = conversation.BotMode
	}
	if d.Assign == "" {
		return a, nil
	}
	if a.AssigneeID = w.desk.UserID(d.Assign); a.AssigneeID == "" || a.AssigneeID == q.conv.AssigneeID {
		return a, nil
	}
	return a, w.assigned(ctx, q, d.Assign)
}

// assigned mentions the new assignee, which makes him follow the thread.
func (w *answerer) assigned(ctx context.Context, q asking, username string) error {
	if q.conv.Thread.RootPostID == "" {
		return nil
	}
	id := conversation.PostID(w.botID, "assigned", q.id)
	err := w.desk.PostLine(ctx, id, q.bot, q.conv, "line.assigned", map[string]string{"mention": username})
	if err != nil && !lasting(err) {
		return err
	}
	return nil
}

// by names who answered: the flow's step, else the rules.
func by(d autoreply.Decision) string {
	if d.Flow != "" {
		return d.Flow
	}
	return strings.Join(d.Names, ", ")
}

func timerOf(row InboxRow) (t Timer, ok bool) {
	err := json.Unmarshal(row.Raw, &t)
	return t, err == nil
}

// timer is a conversation whose time for an answer ran out. Who cannot be reached is told nothing.
func (in *inbound) timer(ctx context.Context, s *laneState, row InboxRow) (Finished, error) {
	t, ok := timerOf(row)
	if !ok {
		return quarantined(row, "undecodable"), nil
	}
	c, err := in.store.Conversation(ctx, t.ConversationID)
	if errors.Is(err, ErrNotFound) || err == nil && c.Customer.Unreachable != "" {
		return done(row, "timer"), nil
	}
	if err != nil {
		return Finished{}, err
	}
	s.conv = &c
	arbiter := in.autos.Arbiter(in.lease.BotID)
	if arbiter == nil {
		return done(row, "timer"), nil
	}
	q, err := in.asking(ctx, s, row)
	if err != nil {
		return Finished{}, err
	}
	asked := autoreply.Event{Kind: autoreply.NoAnswerDue, At: t.DueAt}
	d, err := in.decide(ctx, q, arbiter, asked, func(autoreply.Decision) {})
	if err != nil {
		return Finished{}, err
	}
	if d.Silence == autoreply.SilenceLate {
		if err := in.line(ctx, s, row, "line.auto_late", nil); err != nil {
			return Finished{}, err
		}
	}
	f := done(row, "timer")
	f.Auto, err = in.carry(ctx, q, d)
	return f, err
}

// showUnshown puts into a new thread what the customer was answered before he wrote.
func (in *inbound) showUnshown(ctx context.Context, s *laneState) error {
	if in.autos.Arbiter(in.lease.BotID) == nil {
		return nil
	}
	rows, err := in.store.Unshown(ctx, s.conv.ID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		err := in.desk.PostAuto(ctx, autoPost(s.bot, *s.conv, row))
		if err == nil {
			err = in.store.AutoShown(ctx, row.ID)
		}
		if err != nil && !lasting(err) {
			return err
		}
	}
	return nil
}

func autoPost(bot conversation.Bot, c conversation.Conversation, row OutboxRow) AutoPost {
	return AutoPost{
		ID: row.PostID, Conversation: c, Bot: bot, Text: row.Text, FileIDs: row.FileIDs, Buttons: row.Buttons, By: row.By,
	}
}

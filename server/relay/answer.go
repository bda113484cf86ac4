// Automatic answers: what the arbiter is asked, and how its decision becomes a part of the row's end.

package relay

import (
	"context"
	"encoding/json"
	"slices"
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
	// lane is that of the row, or of the update that has none; id is what the ids of posts about it are made of.
	lane, id string
	// wroteAt is when he wrote last, if nothing is remembered of him: he may be older than the bot's answers.
	wroteAt time.Time
}

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
	q, err := in.asking(ctx, s, row, in.postID(row, e))
	if err != nil {
		return nil, false, err
	}
	if q.conv.WaitingSince.Equal(e.At.Truncate(time.Microsecond)) {
		q.conv.WaitingSince = time.Time{} // it began with this event, by the thread that it opened
	}
	d, err := in.decide(ctx, q, arbiter, asked)
	if err != nil {
		return nil, false, err
	}
	in.acknowledge(ctx, s, row, e, d.Toast)
	a, err = in.carry(q, asked, d)
	if err == nil {
		err = in.tell(ctx, q, d, a)
	}
	return a, d.Answered, err
}

// asking is the conversation as it is stored now, with all that the lane did before.
func (in *inbound) asking(ctx context.Context, s *laneState, row InboxRow, id string) (asking, error) {
	if err := s.done.Await(); err != nil {
		return asking{}, err
	}
	c, err := in.store.Conversation(ctx, s.conv.ID)
	if err != nil {
		return asking{}, err
	}
	c.Customer, c.Thread = s.conv.Customer, s.conv.Thread
	q := asking{bot: s.bot, conv: c, lane: row.Lane, id: id}
	if len(c.Memory) == 0 {
		q.wroteAt, err = in.store.WroteAt(ctx, c.ID)
	}
	return q, err
}

// decide is what the arbiter says of an event.
func (w *answerer) decide(ctx context.Context, q asking, arbiter Arbiter, e autoreply.Event) (autoreply.Decision, error) {
	memory := autoreply.Memory{WroteAt: q.wroteAt}
	if len(q.conv.Memory) > 0 {
		if err := json.Unmarshal(q.conv.Memory, &memory); err != nil {
			return autoreply.Decision{}, errors.New("what the automatic answers remember cannot be read")
		}
	}
	return arbiter.Evaluate(ctx, autoreply.FactsOf(q.conv, q.bot, w.desk.FirstName), memory, e, time.Now())
}

// carry makes of a decision what is stored with the end of the row.
func (w *answerer) carry(q asking, e autoreply.Event, d autoreply.Decision) (*AutoAnswer, error) {
	memory, err := json.Marshal(d.Memory)
	if err != nil {
		return nil, errors.Wrap(err, "write what the automatic answers remember")
	}
	a := &AutoAnswer{
		ConversationID: q.conv.ID, Text: d.Text, FileIDs: d.Files, Buttons: d.Buttons, Rules: d.Rules, Memory: memory,
		Close: d.Close, Tags: d.Tags, NoAnswerAt: d.NoAnswerAt, Lane: q.lane, RemoveKeyboard: d.RemoveKeyboard, By: by(d),
		Call: d.Call, AskedAt: e.At,
		Seen: Seen{q.conv.Memory, q.conv.Mode, q.conv.LastAgentAt, q.conv.HumanSince},
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
	if d.Handover && e.Kind == autoreply.Answered {
		a.WaitsSince = e.At
	}
	if d.Assign != "" {
		if id := w.desk.UserID(d.Assign); id != q.conv.AssigneeID {
			a.AssigneeID = id
		}
	}
	return a, nil
}

// tell says in the thread what the team must know of a decision: that it assigned somebody, whom the mention makes follow the
// thread, or that the customer got as many answers as he may.
func (w *answerer) tell(ctx context.Context, q asking, d autoreply.Decision, a *AutoAnswer) error {
	if a.AssigneeID != "" {
		if err := w.lineAbout(ctx, q, "assigned", "line.assigned", map[string]string{"mention": d.Assign}); err != nil {
			return err
		}
	}
	if d.LimitReached {
		return w.lineAbout(ctx, q, "limit", "line.auto_limit", nil)
	}
	return nil
}

// lineAbout posts a line about a decision, once for each what.
func (w *answerer) lineAbout(ctx context.Context, q asking, what, key string, args map[string]string) error {
	if q.conv.Thread.RootPostID == "" {
		return nil
	}
	err := w.desk.PostLine(ctx, conversation.PostID(w.botID, what, q.id), q.bot, q.conv, key, args)
	if err != nil && !lasting(err) {
		return err
	}
	return nil
}

// by names who answered: rules, and the step of a flow; nobody for words of msgbot's own.
func by(d autoreply.Decision) string {
	names := d.Names
	if d.Flow != "" {
		names = append(slices.Clone(names), d.Flow)
	}
	return strings.Join(names, ", ")
}

// ownRows are the rows that no messenger brought, by the beginnings of their ids.
var ownRows = map[string]func(*inbound, context.Context, *laneState, InboxRow) (Finished, error){
	TimerPrefix:  (*inbound).timer,
	AnswerPrefix: (*inbound).serviceAnswered,
}

// ownRow finds what handles a row that no messenger brought.
func ownRow(row InboxRow) (handle func(*inbound, context.Context, *laneState, InboxRow) (Finished, error), ok bool) {
	prefix, _, _ := strings.Cut(row.EventID, ":")
	handle, ok = ownRows[prefix+":"]
	return handle, ok
}

// ownRaw is what such a row says.
func ownRaw[T any](row InboxRow) (said T, ok bool) {
	err := json.Unmarshal(row.Raw, &said)
	return said, err == nil
}

// timer is a conversation whose time for an answer ran out. Who cannot be reached is told nothing.
func (in *inbound) timer(ctx context.Context, s *laneState, row InboxRow) (Finished, error) {
	t, ok := ownRaw[Timer](row)
	if !ok {
		return quarantined(row, "undecodable"), nil
	}
	f, d, err := in.happened(ctx, s, row, t.ConversationID, autoreply.Event{Kind: autoreply.NoAnswerDue, At: t.DueAt})
	f.Reason = "timer"
	if err == nil && d.Silence == autoreply.SilenceLate {
		err = in.line(ctx, s, row, "line.auto_late", nil)
	}
	return f, err
}

// serviceAnswered is the answer of a flow's service, or that there is none.
func (in *inbound) serviceAnswered(ctx context.Context, s *laneState, row InboxRow) (Finished, error) {
	told, ok := ownRaw[ServiceAnswer](row)
	if !ok {
		return quarantined(row, "undecodable"), nil
	}
	told.Answer.Of = told.Of
	e := autoreply.Event{Kind: autoreply.Answered, At: told.AskedAt, Answer: &told.Answer}
	f, _, err := in.happened(ctx, s, row, told.ConversationID, e)
	f.Reason = "service_answer"
	return f, err
}

// happened asks the arbiter about something that the customer did not do just now. Whose conversation is gone, or cannot be
// reached, is told nothing.
func (in *inbound) happened(ctx context.Context, s *laneState, row InboxRow, conversationID string, e autoreply.Event) (Finished, autoreply.Decision, error) {
	f := done(row, "")
	c, err := in.store.Conversation(ctx, conversationID)
	arbiter := in.autos.Arbiter(in.lease.BotID)
	if errors.Is(err, ErrNotFound) || err == nil && (c.Customer.Unreachable != "" || arbiter == nil) {
		return f, autoreply.Decision{}, nil
	}
	if err != nil {
		return f, autoreply.Decision{}, err
	}
	s.conv = &c
	q, err := in.asking(ctx, s, row, row.EventID)
	if err != nil {
		return f, autoreply.Decision{}, err
	}
	d, err := in.decide(ctx, q, arbiter, e)
	if err != nil {
		return f, d, err
	}
	if f.Auto, err = in.carry(q, e, d); err == nil {
		err = in.tell(ctx, q, d, f.Auto)
	}
	return f, d, err
}

// showUnshown puts into a thread that opens what the customer was answered while there was none.
func (in *inbound) showUnshown(ctx context.Context, s *laneState) error {
	if in.autos.Arbiter(in.lease.BotID) == nil {
		return nil
	}
	rows, err := in.store.Unshown(ctx, s.conv.ID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := showAuto(ctx, in.desk, in.store, s.bot, *s.conv, row); err != nil {
			return err
		}
	}
	return nil
}

// showAuto shows an automatic message in its thread. A thread that is gone needs it no more.
func showAuto(ctx context.Context, desk Desk, store AutoStore, bot conversation.Bot, c conversation.Conversation, row OutboxRow) error {
	err := desk.PostAuto(ctx, AutoPost{
		ID: row.PostID, Conversation: c, Bot: bot, Text: row.Text, FileIDs: row.FileIDs, Buttons: row.Buttons, By: row.By,
	})
	if err == nil {
		err = store.AutoShown(ctx, row.ID)
	}
	if lasting(err) {
		return nil
	}
	return err
}

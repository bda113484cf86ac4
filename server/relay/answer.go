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
	// memory is what is remembered of him. When he wrote is known also of who is older than the bot's answers.
	memory autoreply.Memory
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
	a, err = in.carry(ctx, q, asked, d)
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
	return q, in.remember(ctx, in.store, &q)
}

// remember finds out since when a customer is known of whom nothing is remembered.
func (w *answerer) remember(ctx context.Context, store ShownStore, q *asking) error {
	if len(q.conv.Memory) > 0 {
		if err := json.Unmarshal(q.conv.Memory, &q.memory); err != nil {
			return errors.New("what the automatic answers remember cannot be read")
		}
	}
	if !q.memory.WroteAt.IsZero() {
		return nil
	}
	var err error
	q.memory.WroteAt, err = store.WroteAt(ctx, q.conv.ID)
	return err
}

// decide is what the arbiter says of an event.
func (w *answerer) decide(ctx context.Context, q asking, arbiter Arbiter, e autoreply.Event) (autoreply.Decision, error) {
	return arbiter.Evaluate(ctx, autoreply.FactsOf(q.conv, q.bot, w.desk.FirstName), q.memory, e, time.Now())
}

// carry makes of a decision what is stored with the end of the row.
func (w *answerer) carry(ctx context.Context, q asking, e autoreply.Event, d autoreply.Decision) (*AutoAnswer, error) {
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
	if d.LimitReached {
		a.Lines = append(a.Lines, w.line(q, "limit", "line.auto_limit", nil))
	}
	return a, w.assign(ctx, q, d.Assign, a)
}

// assign makes the person of this username, empty for nobody, the assignee. The line mentions him, which makes him follow the
// thread. Who may not answer any more is not assigned, and the team is told.
func (w *answerer) assign(ctx context.Context, q asking, username string, a *AutoAnswer) error {
	if username == "" {
		return nil
	}
	id, err := w.desk.AgentID(ctx, q.bot.ChannelID, username)
	switch {
	case err != nil:
		return err
	case id == "":
		a.Lines = append(a.Lines, w.line(q, "assigned", "line.assign_gone", map[string]string{"name": username}))
	case id != q.conv.AssigneeID:
		a.AssigneeID = id
		a.Lines = append(a.Lines, w.line(q, "assigned", "line.assigned", map[string]string{"mention": username}))
	}
	return nil
}

// line is one about a decision, once for each what.
func (w *answerer) line(q asking, what, key string, args map[string]string) TeamLine {
	return TeamLine{ID: conversation.PostID(w.botID, what, q.id), Key: key, Args: args}
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
	LinePrefix:   (*inbound).decidedLine,
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

// decidedLine posts a line about a decision into the thread, if there is one.
func (in *inbound) decidedLine(ctx context.Context, s *laneState, row InboxRow) (Finished, error) {
	told, ok := ownRaw[DecidedLine](row)
	if !ok {
		return quarantined(row, "undecodable"), nil
	}
	c, err := in.store.Conversation(ctx, told.ConversationID)
	if errors.Is(err, ErrNotFound) || err == nil && c.Thread.RootPostID == "" {
		return done(row, "line"), nil
	}
	if err == nil {
		err = in.desk.PostLine(ctx, told.Line.ID, s.bot, c, told.Line.Key, told.Line.Args)
	}
	if err != nil && !lasting(err) {
		return Finished{}, err
	}
	return done(row, "line"), nil
}

// happened asks the arbiter about something that the customer did not do just now. Who cannot be reached is told nothing; a
// service that answered him is waited for no more.
func (in *inbound) happened(ctx context.Context, s *laneState, row InboxRow, conversationID string, e autoreply.Event) (Finished, autoreply.Decision, error) {
	f := done(row, "")
	c, err := in.store.Conversation(ctx, conversationID)
	arbiter := in.autos.Arbiter(in.lease.BotID)
	unreachable := err == nil && c.Customer.Unreachable != ""
	if errors.Is(err, ErrNotFound) || err == nil && arbiter == nil || unreachable && e.Kind == autoreply.NoAnswerDue {
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
	if unreachable {
		d.Text, d.Files, d.Buttons, d.Call = "", nil, nil, nil
	}
	f.Auto, err = in.carry(ctx, q, e, d)
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

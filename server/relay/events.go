// What happens besides messages: presses, reactions, deletions, blocking, receipts, groups that move.

package relay

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// started is a customer who opened the bot: nothing is shown until he writes. By which link he came is shown at once in an
// open thread, else in the next one. A messenger that takes a welcome as the answer to its call got it there.
func (in *inbound) started(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	if err := in.keepPayload(ctx, s, row, e); err != nil {
		return Finished{}, err
	}
	f := done(row, "started")
	if _, ok := s.chat.(messenger.Welcomer); ok {
		return f, nil
	}
	var err error
	f.Auto, _, err = in.answer(ctx, s, row, e, autoreply.Started)
	return f, err
}

func (in *inbound) keepPayload(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) error {
	if e.Payload == "" {
		return nil
	}
	if conversation.RouteInbound(*s.conv, s.bot.Settings, time.Now()) == conversation.SameThread {
		return in.line(ctx, s, row, "line.payload", map[string]string{"payload": e.Payload})
	}
	return in.change(ctx, s, func(c *conversation.Conversation) { c.Payload = e.Payload })
}

// line posts a line of msgbot's own for an update. A thread that is gone needs none.
func (in *inbound) line(ctx context.Context, s *laneState, row InboxRow, key string, args map[string]string) error {
	if s.conv.Thread.RootPostID == "" {
		return nil
	}
	err := in.desk.PostLine(ctx, conversation.PostID(in.lease.BotID, row.EventID), s.bot, *s.conv, key, args)
	if err != nil && !lasting(err) {
		return err
	}
	return nil
}

// pressed is a button under a message of ours: the customer's wait ends at once, and the thread shows what he chose.
func (in *inbound) pressed(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	again, err := in.pressedAgain(ctx, s, row, e)
	if err != nil {
		return Finished{}, err
	}
	if again {
		in.acknowledge(ctx, s, row, e, "")
		return done(row, "press_again"), nil
	}
	auto, answered, err := in.answer(ctx, s, row, e, autoreply.Pressed)
	if err != nil {
		return Finished{}, err
	}
	label := e.Press.Label
	if label == "" {
		label = e.Press.Data
	}
	e.ExternalID = "" // that of the message with the button, which is ours
	e.Labels = []messenger.Label{{Key: "pressed", Args: map[string]string{"label": label}}}
	posted, end, err := in.show(ctx, s, row, e, time.Time{})
	if err != nil {
		return Finished{}, err
	}
	m := in.record(s, row, e, e)
	m.Posts, m.Waits = posted.Posts, !answered
	return Finished{ID: row.ID, State: end.state, Reason: end.reason, Message: m, Auto: auto}, nil
}

// pressedAgain tells whether the press was worked off already: it may be told twice, with different ids.
func (in *inbound) pressedAgain(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (bool, error) {
	if e.Press.ID == "" {
		return false, nil
	}
	if err := s.done.Await(); err != nil {
		return false, err
	}
	return in.store.Recorded(ctx, in.postID(row, e))
}

// acknowledge ends the wait of a customer who pressed a button. What he pressed counts also when that is too late.
func (in *inbound) acknowledge(ctx context.Context, s *laneState, row InboxRow, e messenger.Event, toast string) {
	a, ok := s.chat.(messenger.Acknowledger)
	if !ok || e.Press == nil || e.Press.ID == "" {
		return
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := a.Acknowledge(call, e.Press.ID, toast); err != nil {
		in.log.Info("A press could not be acknowledged", "bot_id", in.lease.BotID, "inbox_id", row.ID, "error", err.Error())
	}
}

// reaction shows how a customer reacts to a message of either side.
func (in *inbound) reaction(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	shown, err := in.shown(ctx, s, e.ExternalID)
	if errors.Is(err, ErrNotFound) {
		return Finished{ID: row.ID, State: InboxDropped, Reason: "reaction_to_unknown"}, nil
	}
	if err != nil {
		return Finished{}, err
	}
	for _, former := range e.Former {
		if !slices.Contains(e.Reactions, former) {
			if _, err := in.desk.React(ctx, shown.PostID, former, false); err != nil && !lasting(err) {
				return Finished{}, err
			}
		}
	}
	for _, emoji := range e.Reactions {
		known, err := in.desk.React(ctx, shown.PostID, emoji, true)
		if err == nil && !known {
			err = in.line(ctx, s, row, "line.reaction", map[string]string{"name": s.conv.Customer.Name, "emoji": emoji, "post": shown.PostID})
		}
		if err != nil && !lasting(err) {
			return Finished{}, err
		}
	}
	return done(row, string(e.Kind)), nil
}

// deleted says on the posts that the customer deleted their messages.
func (in *inbound) deleted(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	for _, id := range e.Deleted {
		shown, err := in.shown(ctx, s, id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			err = in.desk.MarkDeleted(ctx, s.bot, shown.PostID, e.At)
		}
		if err != nil && !lasting(err) {
			return Finished{}, err
		}
	}
	return done(row, string(e.Kind)), nil
}

// Unreachable reasons that msgbot gives itself; assets/i18n has the words for people.
const (
	unreachableBlocked = "blocked"
	unreachableRemoved = "bot was kicked"
)

func (in *inbound) blocked(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if e.Chat.Kind == messenger.Group {
		return in.reachable(ctx, s, row, e, unreachableRemoved, "line.removed")
	}
	return in.reachable(ctx, s, row, e, unreachableBlocked, "line.blocked")
}

func (in *inbound) unblocked(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if e.Chat.Kind == messenger.Group {
		return in.reachable(ctx, s, row, e, "", "line.added")
	}
	return in.reachable(ctx, s, row, e, "", "line.unblocked")
}

// reachable records whether the customer can be written to, and says so in his thread if he has one.
func (in *inbound) reachable(ctx context.Context, s *laneState, row InboxRow, e messenger.Event, unreachable, line string) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	if s.conv.Customer.Unreachable == unreachable {
		return done(row, string(e.Kind)), nil
	}
	if err := in.line(ctx, s, row, line, nil); err != nil {
		return Finished{}, err
	}
	return done(row, string(e.Kind)), in.change(ctx, s, func(c *conversation.Conversation) { c.Customer.Unreachable = unreachable })
}

// receiptStates are the states that receipts bring.
var receiptStates = map[messenger.EventKind]conversation.Delivery{
	messenger.EventDelivered: conversation.Delivered,
	messenger.EventSeen:      conversation.Seen,
	messenger.EventFailed:    conversation.Failed,
}

// receipt records what the messenger tells of a message that was sent. One that overtakes the answer to the call waits a
// moment; one of a message that msgbot never sent is nobody's.
func (in *inbound) receipt(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	err := in.store.Receipt(ctx, in.lease, s.conv.ID, e.ExternalID, receiptStates[e.Kind], e.Reason)
	if !errors.Is(err, ErrNotFound) {
		return done(row, string(e.Kind)), err
	}
	sending, err := in.store.Sending(ctx, in.lease.BotID)
	if err != nil {
		return Finished{}, err
	}
	if slices.ContainsFunc(sending, func(r OutboxRow) bool { return r.ConversationID == s.conv.ID }) {
		return Finished{}, errors.New("the message of this receipt is being sent")
	}
	return Finished{ID: row.ID, State: InboxDropped, Reason: "receipt_unknown"}, nil
}

// migrated makes the conversation of a group go on under the group's new id. Both chats tell of it.
func (in *inbound) migrated(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.store.MigrateChat(ctx, in.lease, s.bot.ID, e.Chat.ID, e.MigratedTo); err != nil {
		return Finished{}, err
	}
	s.conv = nil
	return done(row, string(e.Kind)), nil
}

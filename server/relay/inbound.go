// Inbound: from the inbox to the thread, one lane per conversation.

package relay

import (
	"context"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// inboundWidth is how many conversations of one bot are worked off at once: more callers did not make Mattermost's
// CreatePost faster (289 posts/s with eight on two cores).
const inboundWidth = 8

// previewRunes bounds what the card shows of the first message.
const previewRunes = 120

// inbound works off the inbox of one bot under one lease.
type inbound struct {
	lease   Lease
	store   Store
	desk    Desk
	bots    Messengers
	meter   Meter
	log     Logger
	commits *commits
	lanes   *lanes[InboxRow]
}

func (w *worker) newInbound() *inbound {
	in := &inbound{lease: w.lease, store: w.store, desk: w.desk, bots: w.bots, meter: w.meter, log: w.log}
	in.commits = newCommits(func(rows []Finished) error {
		ctx, cancel := context.WithTimeout(context.Background(), factTimeout)
		defer cancel()
		return in.store.FinishUpdates(ctx, in.lease, rows)
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
	state := &laneState{bot: bot, chat: chat}
	done := make(chan error, len(rows))
	added, pause := 0, time.Duration(0)
	for _, row := range rows {
		if wait := time.Until(row.NotBefore); wait > 0 {
			pause = wait
			break
		}
		finished, err := in.workOff(ctx, state, row)
		if err != nil {
			pause = in.postpone(ctx, row, err)
			break
		}
		in.commits.Add(finished, done)
		added++
	}
	for range added {
		if err := <-done; err != nil {
			pause = max(pause, pollEvery)
			in.log.Warn("What was shown cannot be recorded yet", "bot_id", in.lease.BotID, "error", err.Error())
		}
	}
	return pause
}

// workOff turns one row into what it becomes in Mattermost. A panic makes it poison.
func (in *inbound) workOff(ctx context.Context, state *laneState, row InboxRow) (done Finished, err error) {
	defer func() {
		if p := recover(); p != nil {
			in.meter.Panic("inbound")
			in.log.Error("A panic while working off an update", "bot_id", in.lease.BotID, "inbox_id", row.ID, "stack", string(debug.Stack()))
			done, err = quarantined(row, "panic"), nil
		}
	}()
	event, err := state.chat.Decode(row.Raw)
	if err != nil {
		in.meter.Inbound(state.bot.Kind, string(InboxQuarantined), "undecodable")
		return quarantined(row, "undecodable"), nil
	}
	handle, ok := eventHandlers[event.Kind]
	if !ok {
		reason := string(event.Kind)
		if event.Kind == messenger.EventIgnored {
			reason = event.Reason
		}
		in.meter.Inbound(state.bot.Kind, string(InboxDropped), reason)
		return Finished{ID: row.ID, State: InboxDropped, Reason: reason}, nil
	}
	done, err = handle(in, ctx, state, row, event)
	if err == nil {
		in.meter.Inbound(state.bot.Kind, string(done.State), done.Reason)
	}
	return done, err
}

// eventHandlers say what each kind of event becomes; kinds that are not here are dropped with their reason.
var eventHandlers = map[messenger.EventKind]func(*inbound, context.Context, *laneState, InboxRow, messenger.Event) (Finished, error){
	messenger.EventMessage:   (*inbound).message,
	messenger.EventEdited:    (*inbound).message,
	messenger.EventStarted:   (*inbound).started,
	messenger.EventBlocked:   (*inbound).blocked,
	messenger.EventUnblocked: (*inbound).unblocked,
}

// message appends a customer's message to its thread and opens one where needed.
func (in *inbound) message(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	if err := in.route(ctx, s, e); err != nil {
		return Finished{}, err
	}
	postID := conversation.PostID(s.bot.ID, row.EventID)
	posts, err := in.append(ctx, s, postID, e)
	if errors.Is(err, ErrThreadGone) {
		if err = in.newThread(ctx, s, e); err == nil {
			posts, err = in.append(ctx, s, postID, e)
		}
	}
	state, reason := InboxDone, ""
	if errors.Is(err, ErrRefused) {
		state, reason = InboxQuarantined, "refused"
		posts, err = 1, in.desk.PostLine(ctx, conversation.PostID(postID, reason), s.bot, *s.conv, "line.unreadable", nil)
	}
	if err != nil {
		return Finished{}, err
	}
	s.conv.Thread.Posts += posts
	s.conv.Status = conversation.Open
	s.conv.Customer.Unreachable = ""
	return Finished{ID: row.ID, State: state, Reason: reason, Message: &InboundMessage{
		ConversationID: s.conv.ID, PostID: postID, ExternalID: e.ExternalID, At: e.At, Posts: posts,
	}}, nil
}

func (in *inbound) append(ctx context.Context, s *laneState, postID string, e messenger.Event) (int, error) {
	posted, err := in.desk.PostInbound(ctx, InboundPost{
		ID: postID, Conversation: *s.conv, Bot: s.bot, Text: e.Text, At: e.At,
	})
	return posted.Posts, err
}

// started is a customer who opened the bot: nothing is shown until he writes.
func (in *inbound) started(_ context.Context, _ *laneState, row InboxRow, _ messenger.Event) (Finished, error) {
	return Finished{ID: row.ID, State: InboxDone, Reason: "started"}, nil
}

func (in *inbound) blocked(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	return in.reachable(ctx, s, row, e, "blocked", "line.blocked")
}

func (in *inbound) unblocked(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	return in.reachable(ctx, s, row, e, "", "line.unblocked")
}

// reachable records whether the customer can be written to, and says so in his thread if he has one.
func (in *inbound) reachable(ctx context.Context, s *laneState, row InboxRow, e messenger.Event, unreachable, line string) (Finished, error) {
	done := Finished{ID: row.ID, State: InboxDone, Reason: string(e.Kind)}
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	if s.conv.Customer.Unreachable == unreachable {
		return done, nil
	}
	if s.conv.Thread.RootPostID != "" {
		id := conversation.PostID(s.bot.ID, row.EventID)
		if err := in.desk.PostLine(ctx, id, s.bot, *s.conv, line, nil); err != nil && !errors.Is(err, ErrThreadGone) {
			return Finished{}, err
		}
	}
	changed, err := in.store.Change(ctx, s.conv.ID, func(c *conversation.Conversation) error {
		c.Customer.Unreachable = unreachable
		return nil
	})
	if err != nil {
		return Finished{}, err
	}
	s.take(changed)
	return done, nil
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

// route makes sure that the conversation has an open thread.
func (in *inbound) route(ctx context.Context, s *laneState, e messenger.Event) error {
	switch conversation.RouteInbound(*s.conv, s.bot.Settings, time.Now()) {
	case conversation.NewThread:
		return in.newThread(ctx, s, e)
	case conversation.ReopenThread:
		changed, err := in.store.Change(ctx, s.conv.ID, func(c *conversation.Conversation) error {
			c.Reopen()
			return nil
		})
		if err != nil {
			return err
		}
		s.take(changed)
	}
	return nil
}

// take makes c the lane's conversation; the customer stays the one who speaks now, which in a group is not always the one
// who is stored with the conversation.
func (s *laneState) take(c conversation.Conversation) {
	speaker := s.conv.Customer
	speaker.Unreachable = c.Customer.Unreachable
	c.Customer = speaker
	s.conv = &c
}

// newThread opens the conversation's next thread. The card's id is made from the conversation and the thread's number,
// so that a second try finds it.
func (in *inbound) newThread(ctx context.Context, s *laneState, e messenger.Event) error {
	next := *s.conv
	previous := next.Thread.RootPostID
	next.Thread = conversation.Thread{Seq: next.Thread.Seq + 1, Preview: preview(e)}
	next.Status = conversation.Open
	if next.WaitingSince.IsZero() {
		next.WaitingSince = e.At
	}
	root, channel, err := in.desk.OpenThread(ctx, s.bot, next, previous)
	if err != nil {
		return err
	}
	next.Thread.RootPostID, next.Thread.ChannelID = root, channel
	if err := in.store.StartThread(ctx, in.lease, next.ID, next.Thread, next.WaitingSince); err != nil {
		return err
	}
	s.conv = &next
	return nil
}

// CardID is the post id of a conversation's card number seq.
func CardID(conversationID string, seq int) string {
	return conversation.PostID("card", conversationID, strconv.Itoa(seq))
}

func preview(e messenger.Event) string {
	runes := []rune(e.Text.Plain)
	if len(runes) <= previewRunes {
		return string(runes)
	}
	return string(runes[:previewRunes-1]) + "…"
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

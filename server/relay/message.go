// What customers write: messages and albums, and their edits.

package relay

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const (
	// previewRunes bounds what the card shows of the first message.
	previewRunes = 120
	// changeRunes bounds what a line about an edit repeats of it.
	changeRunes = 500
	// patientTries is how often a file that cannot be fetched now is tried before its message is shown without it.
	patientTries = 3
)

// message appends a message of the customer's side to its thread and opens one where needed.
func (in *inbound) message(ctx context.Context, s *laneState, items []item) ([]Finished, error) {
	if err := in.converse(ctx, s, items[0].event); err != nil {
		return nil, err
	}
	items, known, err := in.parted(ctx, s, items)
	if err != nil || len(items) == 0 {
		return known, err
	}
	e := together(items)
	posted, state, err := in.show(ctx, s, items[0].row, e, time.Time{})
	if errors.Is(err, errNoThread) {
		return append(known, dropped(items, "service_without_thread")...), nil
	}
	if err != nil {
		return nil, err
	}
	auto, answered, err := in.answer(ctx, s, items[0].row, e, autoreply.Wrote)
	if err != nil {
		return nil, err
	}
	done := make([]Finished, len(items))
	for i, it := range items {
		m := in.record(s, it.row, it.event, e)
		m.Waits = m.Waits && !answered
		m.Number = i + 1
		if i == 0 {
			m.Posts = posted.Posts
		}
		done[i] = Finished{ID: it.row.ID, State: state.state, Reason: state.reason, Message: m}
	}
	done[len(done)-1].Auto = auto // with the last row: the others must not open what it closes
	return slices.Concat(done, known), nil
}

// parted takes those out of the messages of one post that are in the thread already, each by an edit of its own.
func (in *inbound) parted(ctx context.Context, s *laneState, items []item) (fresh []item, known []Finished, err error) {
	for _, i := range items {
		shown, err := in.shownByItsEdit(ctx, s, i.event)
		switch {
		case err != nil:
			return nil, nil, err
		case shown:
			known = append(known, dropped([]item{i}, "shown_by_its_edit")...)
		default:
			fresh = append(fresh, i)
		}
	}
	return fresh, known, nil
}

// shownByItsEdit tells whether the message is in the thread already, because an edit of it was worked off before it. An
// edit is not of an earlier second than what it changes, so only a message that is not younger needs a look.
func (in *inbound) shownByItsEdit(ctx context.Context, s *laneState, e messenger.Event) (bool, error) {
	if e.ExternalID == "" || e.At.Truncate(time.Second).After(s.conv.EarlyEditAt) {
		return false, nil
	}
	_, err := in.shown(ctx, s, e.ExternalID)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// record is what becomes known of a message that is shown; whole is the album it is part of, or the message itself.
func (in *inbound) record(s *laneState, row InboxRow, e, whole messenger.Event) *InboundMessage {
	m := &InboundMessage{
		ConversationID: s.conv.ID, PostID: in.postID(row, e), Direction: conversation.In, ExternalID: e.ExternalID,
		Kind: messenger.Text, Number: 1, At: e.At, Waits: !e.Service,
		Text: textDigest(e.Text, e.Labels), Files: filesDigest(e.Files), QuoteKey: richtext.QuoteKey(whole.Text.PlainText()),
	}
	if len(e.Files) > 0 {
		m.Kind = e.Files[0].Kind
	}
	if e.FromOwner {
		m.Direction, m.Waits = conversation.Out, false
	}
	return m
}

// postID is the id of a row's post: that of its album, of the press, whose update may come twice with different ids, or of
// the update.
func (in *inbound) postID(row InboxRow, e messenger.Event) string {
	switch {
	case row.Bound != "":
		return row.Bound
	case e.Press != nil && e.Press.ID != "":
		return conversation.PostID(in.lease.BotID, "press", e.Press.ID)
	}
	return conversation.PostID(in.lease.BotID, row.EventID)
}

// ending is how a row ends.
type ending struct {
	state  InboxState
	reason string
}

// errNoThread: what tells of the chat only is shown in an open thread or not at all.
var errNoThread = errors.New("there is no open thread")

// show posts a message into the conversation's thread; editedAt is zero for one that was not edited. What Mattermost
// refuses becomes a line that says so.
func (in *inbound) show(ctx context.Context, s *laneState, row InboxRow, e messenger.Event, editedAt time.Time) (Posted, ending, error) {
	if e.Service && conversation.RouteInbound(*s.conv, s.bot.Settings, time.Now()) != conversation.SameThread {
		return Posted{}, ending{}, errNoThread
	}
	if err := in.route(ctx, s, e); err != nil {
		return Posted{}, ending{}, err
	}
	p, err := in.inboundPost(ctx, s, row, e)
	if err != nil {
		return Posted{}, ending{}, err
	}
	p.EditedAt = editedAt
	posted, err := in.append(ctx, s, p)
	if errors.Is(err, ErrThreadGone) {
		if err = in.newThread(ctx, s, e); err == nil {
			posted, err = in.append(ctx, s, p)
		}
	}
	end := ending{state: InboxDone}
	if errors.Is(err, ErrRefused) {
		end = ending{InboxQuarantined, "refused"}
		posted, err = Posted{Posts: 1}, in.desk.PostLine(ctx, conversation.PostID(p.ID, end.reason), s.bot, *s.conv, "line.unreadable", nil)
	}
	if err != nil {
		return posted, end, err
	}
	in.countMissing(s, posted)
	s.conv.Thread.Posts += posted.Posts
	if !e.FromOwner && !e.Service {
		s.conv.Status = conversation.Open
		s.conv.Customer.Unreachable = ""
	}
	return posted, end, nil
}

func (in *inbound) append(ctx context.Context, s *laneState, p InboundPost) (Posted, error) {
	p.Conversation = *s.conv
	return in.desk.PostInbound(ctx, p)
}

func (in *inbound) countMissing(s *laneState, posted Posted) {
	for _, reason := range posted.Missing {
		in.meter.Inbound(s.bot.Kind, "file_missing", reason)
	}
}

// inboundPost is what the desk is to show of an event.
func (in *inbound) inboundPost(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (InboundPost, error) {
	p := InboundPost{
		ID: in.postID(row, e), Conversation: *s.conv, Bot: s.bot, Text: e.Text, Labels: e.Labels, At: e.At,
		Live: e.Live, FromOwner: e.FromOwner, Hasty: row.Attempts >= patientTries,
	}
	for i, file := range e.Files {
		p.Files = append(p.Files, in.inboundFile(s, conversation.PostID(p.ID, "file", strconv.Itoa(i)), file))
	}
	quote, err := in.quote(ctx, s, e.ReplyTo)
	p.Quote = quote
	return p, err
}

// quote is what a message answers, with its post where that is known: it may be from before the plugin.
func (in *inbound) quote(ctx context.Context, s *laneState, q *messenger.Quoted) (*Quote, error) {
	if q == nil {
		return nil, nil
	}
	shown, err := in.shown(ctx, s, q.ExternalID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	return &Quote{Text: q.Text, Author: q.Author, PostID: shown.PostID}, nil
}

// edited makes the post of a message show its new content. An edit of a message that no post shows becomes a post.
func (in *inbound) edited(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	if err := in.converse(ctx, s, e); err != nil {
		return Finished{}, err
	}
	shown, err := in.shown(ctx, s, e.ExternalID)
	if errors.Is(err, ErrNotFound) {
		return in.editedUnknown(ctx, s, row, e)
	}
	if err != nil {
		return Finished{}, err
	}
	text, files := textDigest(e.Text, e.Labels), filesDigest(e.Files)
	switch {
	case e.At.Before(shown.EditedAt):
		return done(row, "edit_outdated"), nil
	case text == shown.Text && files == shown.Files:
		return done(row, "edit_of_nothing"), nil
	case !inPlace(e, shown, text, files):
		return in.editedUnknown(ctx, s, row, e)
	}
	p, err := in.inboundPost(ctx, s, row, e)
	if err != nil {
		return Finished{}, err
	}
	p.ID, p.EditedAt = shown.PostID, e.At
	if files == shown.Files {
		p.Files = nil
	}
	posted, err := in.replace(ctx, row, p, shown)
	if errors.Is(err, ErrThreadGone) || errors.Is(err, ErrChannelGone) {
		return in.editedUnknown(ctx, s, row, e)
	}
	if err != nil {
		return Finished{}, err
	}
	in.countMissing(s, posted)
	if shown.Answered && !e.Live {
		line := conversation.PostID(in.lease.BotID, row.EventID)
		err := in.desk.PostLine(ctx, line, s.bot, *s.conv, "line.edited_after_reply", map[string]string{"post": shown.PostID, "text": shortened(e.Text.Plain, changeRunes)})
		if err != nil && !lasting(err) {
			return Finished{}, err
		}
	}
	return Finished{ID: row.ID, State: InboxDone, Edit: &InboundEdit{
		ConversationID: s.conv.ID, PostID: shown.PostID, ExternalID: e.ExternalID, At: e.At, Posts: posted.Posts,
		Text: text, Files: files, QuoteKey: richtext.QuoteKey(e.Text.PlainText()),
	}}, nil
}

// inPlace tells whether the post can show the edit. Of an album only the one caption can change in it: what the others say
// is not known any more.
func inPlace(e messenger.Event, shown Shown, text, files string) bool {
	if e.Album == "" {
		return true
	}
	others := shown.Captioned
	if shown.Text != "" {
		others--
	}
	return files == shown.Files && (others == 0 || text == shown.Text)
}

// replace keeps the text that the post has now, and then changes the post. The order makes a second try keep the same text.
func (in *inbound) replace(ctx context.Context, row InboxRow, p InboundPost, shown Shown) (Posted, error) {
	if !p.Live {
		before, err := in.desk.InboundText(ctx, p.ID)
		if err != nil {
			return Posted{}, err
		}
		if err := in.store.KeepVersion(ctx, in.lease, Version{PostID: p.ID, InboxID: row.ID, At: p.EditedAt, Text: before}); err != nil {
			return Posted{}, err
		}
	}
	return in.desk.EditInbound(ctx, p, shown.Posts)
}

// editedUnknown shows an edit as a message of its own, marked as edited.
func (in *inbound) editedUnknown(ctx context.Context, s *laneState, row InboxRow, e messenger.Event) (Finished, error) {
	posted, end, err := in.show(ctx, s, row, e, e.At)
	if errors.Is(err, errNoThread) {
		return Finished{ID: row.ID, State: InboxDropped, Reason: "service_without_thread"}, nil
	}
	if err != nil {
		return Finished{}, err
	}
	if e.At.After(s.conv.EarlyEditAt) {
		s.conv.EarlyEditAt = e.At // its original may follow in this batch
	}
	m := in.record(s, row, e, e)
	m.Posts, m.EditedAt = posted.Posts, e.At
	return Finished{ID: row.ID, State: end.state, Reason: end.reason, Message: m}, nil
}

func done(row InboxRow, reason string) Finished {
	return Finished{ID: row.ID, State: InboxDone, Reason: reason}
}

// route makes sure that the conversation has an open thread.
func (in *inbound) route(ctx context.Context, s *laneState, e messenger.Event) error {
	switch conversation.RouteInbound(*s.conv, s.bot.Settings, time.Now()) {
	case conversation.NewThread:
		return in.newThread(ctx, s, e)
	case conversation.ReopenThread:
		if err := in.change(ctx, s, func(c *conversation.Conversation) { c.Reopen() }); err != nil {
			return err
		}
		return in.showUnshown(ctx, s)
	}
	return nil
}

// newThread opens the conversation's next thread. The card's id is made from the conversation and the thread's number,
// so that a second try finds it.
func (in *inbound) newThread(ctx context.Context, s *laneState, e messenger.Event) error {
	next := *s.conv
	previous := next.Thread.RootPostID
	next.Thread = conversation.Thread{Seq: next.Thread.Seq + 1, Preview: in.preview(s, e)}
	next.Status = conversation.Open
	if next.WaitingSince.IsZero() && !e.FromOwner {
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
	if err := in.showPayload(ctx, s); err != nil {
		return err
	}
	return in.showUnshown(ctx, s)
}

// showPayload tells by which link the customer came, in the first thread since.
func (in *inbound) showPayload(ctx context.Context, s *laneState) error {
	if s.conv.Payload == "" {
		return nil
	}
	id := conversation.PostID("payload", s.conv.Thread.RootPostID)
	if err := in.desk.PostLine(ctx, id, s.bot, *s.conv, "line.payload", map[string]string{"payload": s.conv.Payload}); err != nil {
		return err
	}
	return in.change(ctx, s, func(c *conversation.Conversation) { c.Payload = "" })
}

// CardID is the post id of a conversation's card number seq.
func CardID(conversationID string, seq int) string {
	return conversation.PostID("card", conversationID, strconv.Itoa(seq))
}

// preview is what the card shows of the first message.
func (in *inbound) preview(s *laneState, e messenger.Event) string {
	return shortened(in.desk.Preview(s.bot, e), previewRunes)
}

// shortened is a text of at most limit runes.
func shortened(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// A hand-made double of the store that keeps its rules in memory.

package relay

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const testBot = "bot1"

type fakeStore struct {
	Store
	mu          sync.Mutex
	owner       Lease
	inbox       []*InboxRow
	ended       map[int64]Finished
	convs       map[string]*conversation.Conversation
	posts       []Candidate
	recorded    map[string]Verdicted
	outbox      []*OutboxRow
	parts       map[string][]Part
	shown       map[string]Shown
	versions    []Version
	connections map[string]conversation.Connection
	reactions   []Reaction
	receipts    []string
	// due are the timers of conversations.
	due     map[string]time.Time
	noticed map[int64]bool
	// since and looks are of the scans.
	since time.Time
	looks int
	// broken makes every method fail, as a database that is down.
	broken error
	// forgets makes the next FinishUpdates fail, as a crash between post and record.
	forgets int
	// refuses is the chat whose messages cannot be recorded.
	refuses string
	// meanwhile happens just before a row is recorded. It holds the lock.
	meanwhile func(Finished)
	// calls wait for their services, begun tells of each in which epoch it was begun.
	calls []ServiceCall
	begun map[int64]int64
	asked map[int64]time.Time
	// unended makes answers of calls be lost.
	unended bool
	// usurped makes another owner end the rows of an album after they were fetched.
	usurped bool
}

// Verdicted is a recorded post.
type Verdicted struct{ Reply }

func newFakeStore() *fakeStore {
	return &fakeStore{
		ended: map[int64]Finished{}, convs: map[string]*conversation.Conversation{}, recorded: map[string]Verdicted{},
		parts: map[string][]Part{}, shown: map[string]Shown{}, noticed: map[int64]bool{},
		connections: map[string]conversation.Connection{}, due: map[string]time.Time{},
		begun: map[int64]int64{}, asked: map[int64]time.Time{},
	}
}

func (s *fakeStore) locked() (func(), error) {
	s.mu.Lock()
	return s.mu.Unlock, s.broken
}

func (s *fakeStore) Beat(_ context.Context, _ string, _ time.Duration) ([]Lease, int, error) {
	unlock, err := s.locked()
	defer unlock()
	if s.owner.BotID == "" {
		s.owner = Lease{BotID: testBot, Epoch: s.owner.Epoch + 1}
	}
	return []Lease{s.owner}, 1, err
}

func (s *fakeStore) Release(_ context.Context, _ string, l Lease) error {
	unlock, err := s.locked()
	defer unlock()
	if s.owner == l {
		s.owner.BotID = ""
	}
	return err
}

func (s *fakeStore) Leave(context.Context, string) error { return nil }

func (s *fakeStore) Claimable(context.Context) (bool, error) {
	unlock, err := s.locked()
	defer unlock()
	return s.owner.BotID == "", err
}

func (s *fakeStore) AddUpdates(_ context.Context, _ string, updates []messenger.Update) (int, error) {
	unlock, err := s.locked()
	defer unlock()
	if err != nil {
		return 0, err
	}
	added := 0
	for _, u := range updates {
		if slices.ContainsFunc(s.inbox, func(r *InboxRow) bool { return r.EventID == u.EventID }) {
			continue
		}
		s.inbox = append(s.inbox, &InboxRow{
			ID: int64(len(s.inbox) + 1), EventID: u.EventID, Lane: u.Lane, Album: u.Album, Raw: u.Raw, ReceivedAt: time.Now(),
		})
		added++
	}
	return added, nil
}

func (s *fakeStore) NextUpdates(_ context.Context, _ string, busy []string, limit int) ([]InboxRow, error) {
	unlock, err := s.locked()
	defer unlock()
	var rows []InboxRow
	for _, r := range s.inbox {
		if _, ended := s.ended[r.ID]; !ended && !slices.Contains(busy, r.Lane) && len(rows) < limit {
			rows = append(rows, *r)
		}
	}
	return rows, err
}

func (s *fakeStore) FinishUpdates(_ context.Context, l Lease, done []Finished) (overtaken []int64, err error) {
	unlock, err := s.locked()
	defer unlock()
	switch {
	case err != nil:
		return nil, err
	case l != s.owner:
		return nil, ErrFenced
	case s.forgets > 0:
		s.forgets--
		return nil, errors.New("the connection broke")
	}
	for _, f := range done {
		if s.refuses != "" && f.Message != nil && f.Message.ConversationID == "conv-"+s.refuses {
			return nil, errors.New("the value is out of range")
		}
	}
	late := map[string]bool{} // posts whose answer was overtaken
	for _, f := range done {
		if s.meanwhile != nil {
			s.meanwhile(f)
		}
		if f.Auto != nil && s.overtaken(f.Auto) {
			overtaken = append(overtaken, f.ID)
			late[f.post()] = true
		}
	}
	for _, f := range done {
		if slices.Contains(overtaken, f.ID) {
			continue
		}
		if post := f.post(); post != "" && late[post] {
			overtaken = append(overtaken, f.ID)
			continue
		}
		s.ended[f.ID] = f
		s.remember(f)
	}
	return overtaken, nil
}

// remember keeps what became of a row as the tables do.
// post is the one that a row became, empty for none.
func (f Finished) post() string {
	if f.Message == nil {
		return ""
	}
	return f.Message.PostID
}

func (s *fakeStore) remember(f Finished) {
	if m := f.Message; m != nil {
		c := s.convs[m.ConversationID]
		c.Thread.Posts += m.Posts
		if m.EditedAt.After(c.EarlyEditAt) {
			c.EarlyEditAt = m.EditedAt
		}
		if m.Direction == conversation.In && m.Waits {
			c.Status = conversation.Open
			c.Customer.Unreachable = ""
		}
		if m.ExternalID != "" {
			s.shown[m.ConversationID+" "+m.ExternalID] = Shown{
				PostID: m.PostID, Direction: m.Direction, Posts: m.Posts, At: m.At, EditedAt: m.EditedAt, Text: m.Text, Files: m.Files,
			}
		}
	}
	if a := f.Auto; a != nil {
		s.auto(a)
	}
	if e := f.Edit; e != nil {
		known := s.shown[e.ConversationID+" "+e.ExternalID]
		known.EditedAt, known.Text, known.Files, known.Posts = e.At, e.Text, e.Files, e.Posts
		s.shown[e.ConversationID+" "+e.ExternalID] = known
	}
}

func (s *fakeStore) DeferUpdate(_ context.Context, _ Lease, id int64, until time.Time, _ string) error {
	unlock, err := s.locked()
	defer unlock()
	s.inbox[id-1].Attempts++
	s.inbox[id-1].NotBefore = until
	return err
}

func (s *fakeStore) Album(_ context.Context, _, lane, album, bound string) (AlbumRows, error) {
	unlock, err := s.locked()
	defer unlock()
	var rows AlbumRows
	for _, r := range s.inbox {
		if s.usurped && r.Album == album {
			s.ended[r.ID] = Finished{ID: r.ID, State: InboxDone}
		}
		if _, ended := s.ended[r.ID]; !ended && r.Lane == lane && r.Album == album && r.Bound == bound {
			rows.Rows = append(rows.Rows, *r)
			rows.SinceFirst = max(rows.SinceFirst, time.Since(r.ReceivedAt))
			rows.SinceLast = time.Since(r.ReceivedAt)
		}
	}
	return rows, err
}

func (s *fakeStore) BindAlbum(_ context.Context, _ Lease, ids []int64, postID string) error {
	unlock, err := s.locked()
	defer unlock()
	for _, id := range ids {
		s.inbox[id-1].Bound = postID
	}
	return err
}

func (s *fakeStore) Shown(_ context.Context, conversationID, externalID string) (Shown, error) {
	unlock, err := s.locked()
	defer unlock()
	known, ok := s.shown[conversationID+" "+externalID]
	if !ok {
		return known, cmp.Or(err, ErrNotFound)
	}
	for _, other := range s.shown {
		if other.PostID == known.PostID && other.Text != "" {
			known.Captioned++
		}
	}
	known.Answered = slices.ContainsFunc(s.outbox, func(r *OutboxRow) bool {
		return r.ConversationID == conversationID && r.CreatedAt.After(known.At)
	})
	return known, err
}

func (s *fakeStore) KeepVersion(_ context.Context, _ Lease, v Version) error {
	unlock, err := s.locked()
	defer unlock()
	if !slices.ContainsFunc(s.versions, func(known Version) bool { return known.PostID == v.PostID && known.InboxID == v.InboxID }) {
		s.versions = append(s.versions, v)
	}
	return err
}

func (s *fakeStore) Target(_ context.Context, conversationID, postID string) (string, error) {
	unlock, err := s.locked()
	defer unlock()
	for key, known := range s.shown {
		if id, ok := strings.CutPrefix(key, conversationID+" "); ok && known.PostID == postID {
			return id, err
		}
	}
	if parts := s.parts[postID]; len(parts) > 0 {
		return parts[0].ExternalID, err
	}
	return "", cmp.Or(err, ErrNotFound)
}

func (s *fakeStore) Quoted(_ context.Context, conversationID, key string) (string, error) {
	unlock, err := s.locked()
	defer unlock()
	for _, f := range s.ended {
		if m := f.Message; m != nil && m.ConversationID == conversationID && m.QuoteKey == key {
			return m.ExternalID, err
		}
	}
	return "", cmp.Or(err, ErrNotFound)
}

func (s *fakeStore) Connect(_ context.Context, botID string, told messenger.Connection, at time.Time) (conversation.Connection, error) {
	unlock, err := s.locked()
	defer unlock()
	c, known := s.connections[told.ID]
	if !known {
		c = conversation.Connection{BotID: botID, State: conversation.ConnectionWaiting, Since: at, Number: 1}
	}
	c.Connection = told
	if !told.Enabled {
		c.State = conversation.ConnectionRevoked
	}
	s.connections[told.ID] = c
	return c, err
}

func (s *fakeStore) Connection(_ context.Context, _, id string) (conversation.Connection, error) {
	unlock, err := s.locked()
	defer unlock()
	c, known := s.connections[id]
	if !known {
		return c, cmp.Or(err, ErrNotFound)
	}
	return c, err
}

func (s *fakeStore) Decide(_ context.Context, _, id string, accept bool, userID string) (conversation.Connection, error) {
	unlock, err := s.locked()
	defer unlock()
	c := s.connections[id]
	c.State, c.DecidedBy = conversation.ConnectionRefused, userID
	if accept {
		c.State, c.Accepted = conversation.ConnectionAccepted, true
	}
	s.connections[id] = c
	return c, err
}

func (s *fakeStore) Receipt(_ context.Context, _ Lease, _, externalID string, state conversation.Delivery, words string) error {
	unlock, err := s.locked()
	defer unlock()
	for _, parts := range s.parts {
		for i := range parts {
			if parts[i].ExternalID == externalID {
				parts[i].State = state
				s.receipts = append(s.receipts, strings.TrimSpace(fmt.Sprint(externalID, " ", state, " ", words)))
				return err
			}
		}
	}
	return cmp.Or(err, ErrNotFound)
}

func (s *fakeStore) Parts(_ context.Context, postID string) ([]Part, error) {
	unlock, err := s.locked()
	defer unlock()
	return slices.Clone(s.parts[postID]), err
}

func (s *fakeStore) MigrateChat(_ context.Context, _ Lease, _, from, to string) error {
	unlock, err := s.locked()
	defer unlock()
	for _, c := range s.convs {
		if c.Chat.ID == from {
			c.Chat.ID = to
		}
	}
	return err
}

func (s *fakeStore) ScanReactions(_ context.Context, _, _ string, since time.Time, _ int) ([]Reaction, error) {
	unlock, err := s.locked()
	defer unlock()
	return slices.DeleteFunc(slices.Clone(s.reactions), func(r Reaction) bool { return !r.At.After(since) }), err
}

func (s *fakeStore) RecordReactions(_ context.Context, _ Lease, reactions []Reaction) error {
	unlock, err := s.locked()
	defer unlock()
	for _, r := range reactions {
		s.wish(OutboxRow{ConversationID: r.ConversationID, PostID: r.PostID, Kind: ReactRow, Text: r.Name, CreatedAt: r.At})
	}
	return err
}

// wish queues what replaces an earlier wish of the same kind about the same post.
func (s *fakeStore) wish(row OutboxRow) {
	for _, known := range s.outbox {
		if known.PostID == row.PostID && known.Kind == row.Kind {
			if known.Text != row.Text {
				known.Text, known.State, known.Reason = row.Text, conversation.Queued, ""
			}
			return
		}
	}
	row.ID, row.BotID, row.State = int64(len(s.outbox)+1), testBot, conversation.Queued
	s.outbox = append(s.outbox, &row)
}

func (s *fakeStore) PurgeInbox(context.Context, Lease, time.Time) error       { return nil }
func (s *fakeStore) CloseIdle(context.Context, Lease, time.Time) (int, error) { return 0, nil }

func (s *fakeStore) Converse(_ context.Context, botID string, chat messenger.Chat, from messenger.Person) (conversation.Conversation, error) {
	unlock, err := s.locked()
	defer unlock()
	if err != nil {
		return conversation.Conversation{}, err
	}
	id := "conv-" + chat.ID
	for known, c := range s.convs {
		if c.Chat.ID == chat.ID {
			id = known // it migrated
		}
	}
	if s.convs[id] == nil {
		s.convs[id] = &conversation.Conversation{
			ID: id, BotID: botID, Chat: chat, Status: conversation.Open, Mode: conversation.BotMode,
			Customer: conversation.Customer{ExternalID: from.ID, Name: from.Name},
		}
	}
	return *s.convs[id], nil
}

func (s *fakeStore) Conversation(_ context.Context, id string) (conversation.Conversation, error) {
	unlock, err := s.locked()
	defer unlock()
	if s.convs[id] == nil {
		return conversation.Conversation{}, ErrNotFound
	}
	return *s.convs[id], err
}

func (s *fakeStore) StartThread(_ context.Context, _ Lease, id string, t conversation.Thread, waiting time.Time) error {
	unlock, err := s.locked()
	defer unlock()
	if err != nil {
		return err
	}
	s.convs[id].Thread, s.convs[id].WaitingSince, s.convs[id].Status = t, waiting, conversation.Open
	return nil
}

func (s *fakeStore) Change(_ context.Context, id string, f func(*conversation.Conversation) error) (conversation.Conversation, error) {
	unlock, err := s.locked()
	defer unlock()
	if err == nil {
		err = f(s.convs[id])
	}
	return *s.convs[id], err
}

func (s *fakeStore) DueCards(context.Context, string, time.Duration, int) ([]DueCard, error) {
	return nil, nil
}

func (s *fakeStore) ScanMark(context.Context, string) (time.Time, error) { return time.Time{}, nil }
func (s *fakeStore) SetScanMark(context.Context, Lease, time.Time) error { return nil }
func (s *fakeStore) PollOffset(context.Context, string) (int64, error)   { return 0, nil }

func (s *fakeStore) ScanPosts(_ context.Context, _, _ string, since time.Time, _ int) ([]Candidate, error) {
	unlock, err := s.locked()
	defer unlock()
	s.since = since
	s.looks++
	var found []Candidate
	for _, p := range s.posts {
		known, recorded := s.recorded[p.Post.ID]
		changed := p.Post.UpdatedAt.After(known.Post.UpdatedAt)
		if p.Post.UpdatedAt.After(since) && (!recorded || changed) {
			p.Known = recorded
			found = append(found, p)
		}
	}
	return found, err
}

func (s *fakeStore) RecordReplies(_ context.Context, _ Lease, replies []Reply, _ bool) ([]string, error) {
	unlock, err := s.locked()
	defer unlock()
	if err != nil {
		return nil, err
	}
	var notes []string
	for _, r := range replies {
		_, known := s.recorded[r.Post.ID]
		s.recorded[r.Post.ID] = Verdicted{r}
		if known {
			s.revise(r)
			continue
		}
		switch r.Verdict.Action {
		case conversation.Keep:
			notes = append(notes, r.Post.ID)
		case conversation.Send:
			s.outbox = append(s.outbox, &OutboxRow{
				ID: int64(len(s.outbox) + 1), BotID: testBot, ConversationID: r.ConversationID, PostID: r.Post.ID,
				Kind: SendRow, Text: r.Verdict.Text, State: conversation.Queued, NotBefore: r.NotBefore, CreatedAt: r.Post.CreatedAt,
				FileIDs: r.Post.FileIDs,
			})
		}
	}
	return notes, nil
}

// revise follows a post that went out already; what did not is storetest's matter.
func (s *fakeStore) revise(r Reply) {
	row := OutboxRow{ConversationID: r.ConversationID, PostID: r.Post.ID, Kind: EditRow, Text: r.Verdict.Text, CreatedAt: r.Post.UpdatedAt}
	if r.Post.Deleted {
		row.Kind = DeleteRow
	}
	s.wish(row)
}

func (s *fakeStore) LoseSends(_ context.Context, l Lease) (int, error) {
	unlock, err := s.locked()
	defer unlock()
	n := 0
	for _, r := range s.outbox {
		if r.State == conversation.Sending {
			r.State = conversation.Unknown
			n++
		}
	}
	return n, err
}

func (s *fakeStore) NextReplies(_ context.Context, _ string, busy []string, limit int) ([]OutboxRow, error) {
	unlock, err := s.locked()
	defer unlock()
	var queued []*OutboxRow
	for _, r := range s.outbox {
		if r.State == conversation.Queued && !slices.Contains(busy, r.ConversationID) {
			queued = append(queued, r)
		}
	}
	slices.SortStableFunc(queued, func(a, b *OutboxRow) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.PostID, b.PostID))
	})
	var rows []OutboxRow
	for _, r := range queued[:min(len(queued), limit)] {
		rows = append(rows, *r)
	}
	return rows, err
}

func (s *fakeStore) Sending(context.Context, string) ([]OutboxRow, error) {
	unlock, err := s.locked()
	defer unlock()
	var rows []OutboxRow
	for _, r := range s.outbox {
		if r.State == conversation.Sending {
			rows = append(rows, *r)
		}
	}
	return rows, err
}

func (s *fakeStore) BeginSend(_ context.Context, l Lease, id int64) (OutboxRow, bool, error) {
	unlock, err := s.locked()
	defer unlock()
	r := s.outbox[id-1]
	if err != nil || l != s.owner {
		return OutboxRow{}, false, cmp.Or(err, ErrFenced)
	}
	if r.State != conversation.Queued {
		return OutboxRow{}, false, nil
	}
	r.State = conversation.Sending
	r.Attempt++
	r.Epoch = l.Epoch
	if r.FirstTryAt.IsZero() {
		r.FirstTryAt = time.Now()
	}
	return *r, true, nil
}

func (s *fakeStore) EndSend(_ context.Context, id int64, attempt int, epoch int64, o Outcome) error {
	unlock, err := s.locked()
	defer unlock()
	r := s.outbox[id-1]
	if err != nil || r.Attempt != attempt || r.Epoch != epoch || (r.State != conversation.Sending && r.State != conversation.Unknown) {
		return err
	}
	r.State, r.Reason, r.NotBefore, r.Part = o.State, o.Description, o.NotBefore, o.Part
	if len(r.Buttons) > 0 && o.State == conversation.Sent {
		s.convs[r.ConversationID].Keyboard = o.Sent[len(o.Sent)-1].ExternalID
	}
	if r.Kind == SendRow || r.Kind == AutoRow {
		s.parts[r.PostID] = append(s.parts[r.PostID], o.Sent...)
	}
	for _, changed := range o.Sent {
		for i, p := range s.parts[r.PostID] {
			if p.ExternalID == changed.ExternalID {
				s.parts[r.PostID][i].Digest = changed.Digest
			}
		}
	}
	if o.Unreachable {
		s.convs[r.ConversationID].Customer.Unreachable = o.Description
	}
	return nil
}

func (s *fakeStore) DueNotices(_ context.Context, _ string, _ int) ([]Notice, error) {
	unlock, err := s.locked()
	defer unlock()
	var due []Notice
	for _, r := range s.outbox {
		if (r.State == conversation.Failed || r.State == conversation.Unknown) && !s.noticed[r.ID] {
			due = append(due, Notice{Row: *r, Conversation: *s.convs[r.ConversationID]})
		}
	}
	return due, err
}

func (s *fakeStore) NoticeShown(_ context.Context, id int64, _ int) error {
	unlock, err := s.locked()
	defer unlock()
	s.noticed[id] = true
	return err
}

func (s *fakeStore) state(postID string) conversation.Delivery {
	unlock, _ := s.locked()
	defer unlock()
	for _, r := range s.outbox {
		if r.PostID == postID {
			return r.State
		}
	}
	return ""
}

func (s *fakeStore) write(posts ...conversation.AgentPost) {
	unlock, _ := s.locked()
	defer unlock()
	for _, p := range posts {
		s.posts = append(s.posts, Candidate{Post: p, ConversationID: "conv-" + p.RootID})
	}
}

func (s *fakeStore) end(id int64) Finished {
	unlock, _ := s.locked()
	defer unlock()
	return s.ended[id]
}

func (s *fakeStore) lastScan() (time.Time, int) {
	unlock, _ := s.locked()
	defer unlock()
	return s.since, s.looks
}

func (s *fakeStore) setForgets(n int) {
	unlock, _ := s.locked()
	defer unlock()
	s.forgets = n
}

func (s *fakeStore) usurp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usurped = true
}

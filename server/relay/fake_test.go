// Hand-made doubles of the relay's ports: a store that keeps its rules in memory, a desk that keeps posts by id as
// Mattermost does, and a messenger that fails as it is told.

package relay

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const testBot = "bot1"

type fakeStore struct {
	Store
	mu       sync.Mutex
	owner    Lease
	inbox    []*InboxRow
	ended    map[int64]Finished
	convs    map[string]*conversation.Conversation
	posts    []Candidate
	recorded map[string]Verdicted
	outbox   []*OutboxRow
	sentIDs  map[int64][]string
	noticed  map[int64]bool
	// since and looks are of the scans.
	since time.Time
	looks int
	// broken makes every method fail, as a database that is down.
	broken error
	// forgets makes the next FinishUpdates fail, as a crash between post and record.
	forgets int
	// refuses is the chat whose messages cannot be recorded.
	refuses string
}

// Verdicted is a recorded post.
type Verdicted struct{ Reply }

func newFakeStore() *fakeStore {
	return &fakeStore{
		ended: map[int64]Finished{}, convs: map[string]*conversation.Conversation{}, recorded: map[string]Verdicted{},
		sentIDs: map[int64][]string{}, noticed: map[int64]bool{},
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
		s.inbox = append(s.inbox, &InboxRow{ID: int64(len(s.inbox) + 1), EventID: u.EventID, Lane: u.Lane, Raw: u.Raw})
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

func (s *fakeStore) FinishUpdates(_ context.Context, l Lease, done []Finished) error {
	unlock, err := s.locked()
	defer unlock()
	switch {
	case err != nil:
		return err
	case l != s.owner:
		return ErrFenced
	case s.forgets > 0:
		s.forgets--
		return errors.New("the connection broke")
	}
	for _, f := range done {
		if s.refuses != "" && f.Message != nil && f.Message.ConversationID == "conv-"+s.refuses {
			return errors.New("the value is out of range")
		}
	}
	for _, f := range done {
		s.ended[f.ID] = f
		if f.Message != nil {
			c := s.convs[f.Message.ConversationID]
			c.Thread.Posts += f.Message.Posts
			c.Status = conversation.Open
			c.Customer.Unreachable = ""
		}
	}
	return nil
}

func (s *fakeStore) DeferUpdate(_ context.Context, _ Lease, id int64, until time.Time, _ string) error {
	unlock, err := s.locked()
	defer unlock()
	s.inbox[id-1].Attempts++
	s.inbox[id-1].NotBefore = until
	return err
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
		if _, known := s.recorded[p.Post.ID]; !known && p.Post.UpdatedAt.After(since) {
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
		s.recorded[r.Post.ID] = Verdicted{r}
		switch r.Verdict.Action {
		case conversation.Keep:
			notes = append(notes, r.Post.ID)
		case conversation.Send:
			s.outbox = append(s.outbox, &OutboxRow{
				ID: int64(len(s.outbox) + 1), BotID: testBot, ConversationID: r.ConversationID, PostID: r.Post.ID,
				Text: r.Verdict.Text, State: conversation.Queued, NotBefore: r.NotBefore, CreatedAt: r.Post.CreatedAt,
				Files: r.Post.Files,
			})
		}
	}
	return notes, nil
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
	var rows []OutboxRow
	for _, r := range s.outbox {
		if r.State == conversation.Queued && !slices.Contains(busy, r.ConversationID) {
			rows = append(rows, *r)
		}
	}
	slices.SortStableFunc(rows, func(a, b OutboxRow) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.PostID, b.PostID))
	})
	return rows[:min(len(rows), limit)], err
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
	if o.ExternalID != "" {
		s.sentIDs[id] = append(s.sentIDs[id], o.ExternalID)
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

type shown struct{ id, root, text string }

type fakeDesk struct {
	mu      sync.Mutex
	posts   []shown
	lines   []string
	cards   []string
	notices []conversation.Delivery
	notes   []string
	// fail is asked before each post.
	fail func(p InboundPost) error
	dead atomic.Bool
}

func (d *fakeDesk) OpenThread(_ context.Context, _ conversation.Bot, c conversation.Conversation, _ string) (string, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := fmt.Sprintf("card-%s-%d", c.ID, c.Thread.Seq)
	if !slices.Contains(d.cards, id) {
		d.cards = append(d.cards, id)
	}
	return id, "channel", nil
}

func (d *fakeDesk) PostInbound(_ context.Context, p InboundPost) (int, error) {
	time.Sleep(3 * time.Millisecond) // in the test's own time: posts of different lanes overlap
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		if err := d.fail(p); err != nil {
			return 0, err
		}
	}
	if !slices.ContainsFunc(d.posts, func(s shown) bool { return s.id == p.ID }) {
		d.posts = append(d.posts, shown{p.ID, p.Conversation.Thread.RootPostID, p.Text.Plain})
	}
	return 1, nil
}

func (d *fakeDesk) PostLine(_ context.Context, _ string, _ conversation.Bot, _ conversation.Conversation, key string, _ map[string]string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, key)
	return nil
}

func (d *fakeDesk) ShowNotice(_ context.Context, _ conversation.Bot, n Notice) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = append(d.notices, n.Row.State)
	return nil
}

func (d *fakeDesk) MarkNote(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes = append(d.notes, id)
	return nil
}

func (d *fakeDesk) UpdateCard(context.Context, conversation.Bot, conversation.Conversation) error {
	return nil
}
func (d *fakeDesk) BotUserID() string                 { return "msgbot" }
func (d *fakeDesk) DisplayName(string) (string, bool) { return "", false }
func (d *fakeDesk) Internal(string) bool              { return false }
func (d *fakeDesk) Alive() bool                       { return !d.dead.Load() }

func (d *fakeDesk) setFail(fail func(InboundPost) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = fail
}

// texts returns what a thread shows, in order.
func (d *fakeDesk) texts(root string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var texts []string
	for _, p := range d.posts {
		if p.root == root {
			texts = append(texts, p.text)
		}
	}
	return texts
}

// call is one Send as the messenger saw it.
type call struct {
	chat, text string
	at         time.Time
}

type fakeMessenger struct {
	mu    sync.Mutex
	calls []call
	rates messenger.Rates
	limit int
	// answer decides about each call, nil for sent.
	answer func(n int, c call) error
	// slow is how long a call takes.
	slow time.Duration
}

func (m *fakeMessenger) Kind() messenger.Kind { return messenger.Telegram }
func (m *fakeMessenger) Capabilities() messenger.Capabilities {
	return messenger.Capabilities{TextLimit: cmp.Or(m.limit, 4096), Rates: m.rates}
}
func (m *fakeMessenger) Account(context.Context) (messenger.Account, error) {
	return messenger.Account{}, nil
}
func (m *fakeMessenger) Send(_ context.Context, out messenger.Outgoing) (string, error) {
	time.Sleep(m.slow)
	m.mu.Lock()
	defer m.mu.Unlock()
	c := call{out.Chat.ID, out.Text.Plain, time.Now()}
	m.calls = append(m.calls, c)
	if m.answer != nil {
		if err := m.answer(len(m.calls), c); err != nil {
			return "", err
		}
	}
	return fmt.Sprint("m", len(m.calls)), nil
}
func (m *fakeMessenger) SetWebhook(context.Context, string, string) error { return nil }
func (m *fakeMessenger) WebhookState(context.Context) (messenger.WebhookState, error) {
	return messenger.WebhookState{}, nil
}
func (m *fakeMessenger) DeleteWebhook(context.Context) error          { return nil }
func (m *fakeMessenger) Authentic(*http.Request, []byte, string) bool { return true }
func (m *fakeMessenger) Split([]byte) (messenger.Delivery, error)     { return messenger.Delivery{}, nil }
func (m *fakeMessenger) Decode(raw []byte) (messenger.Event, error) {
	var chat, text string
	switch string(raw) {
	case "garbage":
		return messenger.Event{}, errors.New("not an update")
	case "panic":
		panic("a bug")
	}
	if _, err := fmt.Sscanf(string(raw), "%s %s", &chat, &text); err != nil {
		return messenger.Event{}, err
	}
	kind := messenger.EventMessage
	switch text {
	case "/blocked":
		kind = messenger.EventBlocked
	case "/unblocked":
		kind = messenger.EventUnblocked
	case "/ignored":
		return messenger.Event{Kind: messenger.EventIgnored, Reason: "nothing"}, nil
	case "/started":
		kind = messenger.EventStarted
	}
	return messenger.Event{
		Kind: kind, At: time.Now(), Chat: messenger.Chat{ID: chat, Kind: messenger.Private},
		From: messenger.Person{ID: chat, Name: "Olena"}, ExternalID: text, Text: richtext.Plain(text),
	}, nil
}

func (m *fakeMessenger) sent(chat string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var texts []string
	for _, c := range m.calls {
		if c.chat == chat {
			texts = append(texts, c.text)
		}
	}
	return texts
}

type fakeBots struct {
	messenger messenger.Messenger
	mu        sync.Mutex
	bot       conversation.Bot
	refused   int
	removed   bool
	// gone is why there is no messenger.
	gone error
}

func (b *fakeBots) Known(id string) (conversation.Bot, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bot, id == testBot && !b.removed
}
func (b *fakeBots) Messenger(string) (messenger.Messenger, error) { return b.messenger, b.gone }
func (b *fakeBots) Refused(string, *messenger.Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused++
}
func (b *fakeBots) Polled(string, *messenger.Error) {}

type fakeMeter struct {
	mu     sync.Mutex
	counts map[string]int
}

func (m *fakeMeter) count(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[name]++
}
func (m *fakeMeter) Inbound(_ messenger.Kind, result, reason string) {
	m.count("in/" + result + "/" + reason)
}
func (m *fakeMeter) Outbound(_ messenger.Kind, result, reason string) {
	m.count("out/" + result + "/" + reason)
}
func (m *fakeMeter) Panic(where string)            { m.count("panic/" + where) }
func (m *fakeMeter) Observe(string, time.Duration) {}

type silent struct{}

func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

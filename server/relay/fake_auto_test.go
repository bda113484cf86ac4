// What the double of the store does for automatic answers.

package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// overtaken tells whether an answer was decided on what is so no more.
func (s *fakeStore) overtaken(a *AutoAnswer) bool {
	c := s.convs[a.ConversationID]
	return string(c.Memory) != string(a.Seen.Memory) || c.Mode != a.Seen.Mode || !c.LastAgentAt.Equal(a.Seen.LastAgentAt) ||
		!c.HumanSince.Equal(a.Seen.HumanSince)
}

func (s *fakeStore) Recorded(_ context.Context, postID string) (bool, error) {
	unlock, err := s.locked()
	defer unlock()
	for _, f := range s.ended {
		if f.Message != nil && f.Message.PostID == postID {
			return true, err
		}
	}
	return false, err
}

func (s *fakeStore) WroteAt(_ context.Context, conversationID string) (at time.Time, err error) {
	unlock, err := s.locked()
	defer unlock()
	for _, f := range s.ended {
		if m := f.Message; m != nil && m.ConversationID == conversationID && m.Direction == conversation.In && m.At.After(at) {
			at = m.At
		}
	}
	return at, err
}

func (s *fakeStore) NextCalls(_ context.Context, l Lease, busy []string, limit int) ([]ServiceCall, error) {
	unlock, err := s.locked()
	defer unlock()
	var next []ServiceCall
	for _, c := range s.calls {
		if epoch, begun := s.begun[c.ID]; (!begun || epoch == l.Epoch) && !slices.Contains(busy, c.ConversationID) && len(next) < limit {
			next = append(next, c)
		}
	}
	return next, err
}

func (s *fakeStore) BeginCall(_ context.Context, l Lease, id int64) (bool, error) {
	unlock, err := s.locked()
	defer unlock()
	if err == nil && l != s.owner {
		return false, ErrFenced
	}
	s.begun[id] = l.Epoch
	return slices.ContainsFunc(s.calls, func(c ServiceCall) bool { return c.ID == id }), err
}

func (s *fakeStore) EndCall(_ context.Context, id int64, answer flow.Answer) error {
	unlock, err := s.locked()
	defer unlock()
	if err == nil && s.unended {
		err = errors.New("the connection broke")
	}
	if err == nil {
		s.endCall(id, answer)
	}
	return err
}

func (s *fakeStore) endCall(id int64, answer flow.Answer) {
	i := slices.IndexFunc(s.calls, func(c ServiceCall) bool { return c.ID == id })
	if i < 0 {
		return
	}
	c := s.calls[i]
	s.calls = slices.Delete(s.calls, i, i+1)
	raw, _ := json.Marshal(ServiceAnswer{ConversationID: c.ConversationID, AskedAt: s.asked[id], Answer: answer, Of: c.Call.Of})
	s.inbox = append(s.inbox, &InboxRow{
		ID: int64(len(s.inbox) + 1), EventID: AnswerPrefix + fmt.Sprint(id), Lane: s.convs[c.ConversationID].Chat.ID, Raw: raw, ReceivedAt: time.Now(),
	})
}

func (s *fakeStore) LoseCalls(_ context.Context, l Lease) (int, error) {
	unlock, err := s.locked()
	defer unlock()
	lost := 0
	for _, c := range slices.Clone(s.calls) {
		if epoch, begun := s.begun[c.ID]; begun && epoch != l.Epoch {
			s.endCall(c.ID, flow.Answer{Failed: true})
			lost++
		}
	}
	return lost, err
}

func (s *fakeStore) UnshownLately(_ context.Context, _ string) ([]OutboxRow, error) {
	unlock, err := s.locked()
	defer unlock()
	var rows []OutboxRow
	for _, r := range s.outbox {
		c := s.convs[r.ConversationID]
		if r.Kind == AutoRow && !r.Shown && r.State == conversation.Sent && c.Status != conversation.Closed && c.Thread.RootPostID != "" {
			rows = append(rows, *r)
		}
	}
	return rows, err
}

// auto carries out what was decided.
func (s *fakeStore) auto(a *AutoAnswer) {
	c := s.convs[a.ConversationID]
	c.Memory = a.Memory
	c.Mode = cmp.Or(a.Mode, c.Mode)
	c.AssigneeID = cmp.Or(a.AssigneeID, c.AssigneeID)
	c.Tags = append(c.Tags, a.Tags...)
	s.due[a.ConversationID] = a.NoAnswerAt
	if a.Close {
		c.Close(time.Now())
	}
	if a.PostID != "" {
		s.outbox = append(s.outbox, &OutboxRow{
			ID: int64(len(s.outbox) + 1), BotID: testBot, ConversationID: a.ConversationID, PostID: a.PostID, Kind: AutoRow,
			Text: a.Text, FileIDs: a.FileIDs, Buttons: a.Buttons, By: a.By, State: conversation.Queued, CreatedAt: time.Now(),
		})
	}
	for _, line := range a.Lines {
		raw, _ := json.Marshal(DecidedLine{ConversationID: c.ID, Line: line})
		s.inbox = append(s.inbox, &InboxRow{
			ID: int64(len(s.inbox) + 1), EventID: LinePrefix + line.ID, Lane: c.Chat.ID, Raw: raw, ReceivedAt: time.Now(),
		})
	}
	if a.Call != nil {
		id := int64(len(s.asked) + 1)
		s.calls = append(s.calls, ServiceCall{ID: id, ConversationID: a.ConversationID, Call: *a.Call})
		s.asked[id] = a.AskedAt
	}
	if !a.WaitsSince.IsZero() && c.WaitingSince.IsZero() {
		c.WaitingSince = a.WaitsSince
	}
	if a.RemoveKeyboard && c.Keyboard != "" {
		s.wish(OutboxRow{ConversationID: c.ID, PostID: a.PostID + "kb", Kind: KeyboardRow, Text: c.Keyboard, CreatedAt: time.Now()})
		c.Keyboard = ""
	}
}

func (s *fakeStore) RaiseTimers(context.Context, Lease) (int, error) {
	unlock, err := s.locked()
	defer unlock()
	n := 0
	for id, at := range s.due {
		if at.IsZero() || time.Now().Before(at) {
			continue
		}
		delete(s.due, id)
		raw, _ := json.Marshal(Timer{ConversationID: id, DueAt: at})
		s.inbox = append(s.inbox, &InboxRow{ID: int64(len(s.inbox) + 1), EventID: TimerPrefix + id, Lane: s.convs[id].Chat.ID, Raw: raw, ReceivedAt: time.Now()})
		n++
	}
	return n, err
}

func (s *fakeStore) Unshown(_ context.Context, conversationID string) ([]OutboxRow, error) {
	unlock, err := s.locked()
	defer unlock()
	var rows []OutboxRow
	for _, r := range s.outbox {
		if r.ConversationID == conversationID && r.Kind == AutoRow && !r.Shown {
			rows = append(rows, *r)
		}
	}
	return rows, err
}

func (s *fakeStore) AutoShown(_ context.Context, id int64) error {
	unlock, err := s.locked()
	defer unlock()
	s.outbox[id-1].Shown = true
	return err
}

func (s *fakeStore) Welcomed(_ context.Context, _ string, a AutoAnswer) (bool, error) {
	unlock, err := s.locked()
	defer unlock()
	if s.overtaken(&a) || slices.ContainsFunc(s.outbox, func(r *OutboxRow) bool { return r.PostID == a.PostID }) {
		return false, err
	}
	s.auto(&a)
	s.outbox[len(s.outbox)-1].State = conversation.Sent
	return true, err
}

func (s *fakeStore) DropKeyboards(context.Context, Lease) (int, error) {
	unlock, err := s.locked()
	defer unlock()
	n := 0
	for _, c := range s.convs {
		if c.Mode == conversation.HumanMode && c.Keyboard != "" {
			s.wish(OutboxRow{ConversationID: c.ID, PostID: "kb" + c.Keyboard, Kind: KeyboardRow, Text: c.Keyboard, CreatedAt: time.Now()})
			c.Keyboard = ""
			n++
		}
	}
	return n, err
}

func (s *fakeStore) Requeue(_ context.Context, postID string) (bool, error) {
	unlock, err := s.locked()
	defer unlock()
	for _, r := range s.outbox {
		if r.PostID == postID && (r.State == conversation.Failed || r.State == conversation.Unknown) {
			r.State, r.Reason, r.FirstTryAt, r.NotBefore = conversation.Queued, "", time.Time{}, time.Time{}
			return true, err
		}
	}
	return false, err
}

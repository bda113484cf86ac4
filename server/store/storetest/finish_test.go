// What updates became: messages, albums, edits, and what the owner of a Business account wrote himself.

package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// second is a moment after noon.
func second(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }

// arrived is a message of a conversation that became a post that many seconds after noon; change may be nil.
func (w *world) arrived(c conversation.Conversation, postID string, at int, change func(*relay.InboundMessage)) relay.Finished {
	w.Helper()
	f := finishedAs(w.update(c.BotID, "event-"+postID+conversation.NewID(), c.Chat.ID), c, postID)
	f.Message.At = second(at)
	if change != nil {
		change(f.Message)
	}
	return f
}

// edited is an edit of a message, shown that many seconds after noon.
func (w *world) edited(c conversation.Conversation, postID string, at int, change func(*relay.InboundEdit)) relay.Finished {
	w.Helper()
	row := w.update(c.BotID, "edit-"+postID+conversation.NewID(), c.Chat.ID)
	f := relay.Finished{ID: row.ID, State: relay.InboxDone, Edit: &relay.InboundEdit{
		ConversationID: c.ID, PostID: postID, ExternalID: "external-" + postID, At: second(at), Posts: 1,
	}}
	change(f.Edit)
	return f
}

func (w *world) finish(l relay.Lease, done ...relay.Finished) {
	w.Helper()
	_, err := w.FinishUpdates(w.ctx, l, w.seeing(done))
	w.ok(err)
}

// seeing makes the answers of rows be decided on the conversations as they are, unless they say on what.
func (w *world) seeing(done []relay.Finished) []relay.Finished {
	w.Helper()
	for i, f := range done {
		if f.Auto != nil && f.Auto.Seen.Mode == "" {
			a := *f.Auto
			a.Seen = w.seen(a.ConversationID)
			done[i].Auto = &a
		}
	}
	return done
}

// seen is what a decision about a conversation is made on now.
func (w *world) seen(conversationID string) relay.Seen {
	w.Helper()
	c := w.conversation(conversationID)
	return relay.Seen{Memory: c.Memory, Mode: c.Mode, LastAgentAt: c.LastAgentAt, HumanSince: c.HumanSince}
}

func (w *world) shown(c conversation.Conversation, externalID string) relay.Shown {
	w.Helper()
	s, err := w.Shown(w.ctx, c.ID, externalID)
	w.ok(err)
	return s
}

// fromOwner makes a message one that the owner of a Business account wrote himself.
func fromOwner(m *relay.InboundMessage) { m.Direction, m.Waits = conversation.Out, false }

// noWait makes a message one that nobody waits after.
func noWait(m *relay.InboundMessage) { m.Waits = false }

func TestTheMessagesOfAnAlbumAreOneMessageWithSeveralParts(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		photo := func(n int) relay.Finished {
			return w.arrived(c, "album", n, func(m *relay.InboundMessage) {
				m.ExternalID, m.Kind, m.Number, m.Files = fmt.Sprint("x", n), messenger.Photo, n, fmt.Sprint("file", n)
				m.Posts = map[bool]int{true: 1}[n == 1]
				if n == 2 {
					m.Text, m.QuoteKey = "caption", "key"
				}
			})
		}
		w.finish(l, photo(3), photo(1))
		w.finish(l, photo(2)) // recorded a moment later
		messages, total, err := w.Messages(w.ctx, c.ID, 0, 10)
		w.ok(err)
		require.Equal(w, 1, total)
		require.Equal(w, second(1), messages[0].At)
		require.Equal(w, "x1 x2 x3", messages[0].Parts[0].ExternalID+" "+messages[0].Parts[1].ExternalID+" "+messages[0].Parts[2].ExternalID)
		require.Equal(w, "photo", messages[0].Parts[2].Kind)
		require.Equal(w, 1, w.conversation(c.ID).Thread.Posts)
		require.Equal(w, relay.Shown{
			PostID: "album", Direction: conversation.In, Posts: 1, At: second(1), Text: "caption", Files: "file2", Captioned: 1,
		}, w.shown(c, "x2"))
		require.Empty(w, w.shown(c, "x3").Text)
		first, err := w.Quoted(w.ctx, c.ID, "key")
		w.ok(err)
		require.Equal(w, "x1", first)
	})
}

func TestAMessageThatNobodyWaitsAfterStartsNoWait(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.record(l, sending(c, "answer", 1))
		w.finish(l, w.arrived(c, "joined", 5, noWait))
		require.True(w, w.conversation(c.ID).WaitingSince.IsZero())
		w.finish(l, w.arrived(c, "question", 6, nil), w.arrived(c, "left", 3, noWait))
		require.Equal(w, second(6), w.conversation(c.ID).WaitingSince)
		w.record(l, sending(c, "second answer", 7))
		w.finish(l, w.arrived(c, "third question", 9, nil), w.arrived(c, "joined again", 8, noWait))
		w.record(l, sending(c, "late answer", 7))
		require.Equal(w, second(9), w.conversation(c.ID).WaitingSince, "a reply to what came before it leaves the rest")
	})
}

func TestAnAnswerThatIsRecordedLateLeavesNobodyWaitingWhoDidNotWait(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		answers := map[string]func(c conversation.Conversation, id string, at int){
			"agent": func(c conversation.Conversation, id string, at int) { w.record(l, sending(c, id, at)) },
			"owner": func(c conversation.Conversation, id string, at int) { w.finish(l, w.arrived(c, id, at, fromOwner)) },
		}
		for who, answer := range answers {
			c := w.thread(l, who)
			w.finish(l, w.arrived(c, who+"1", 5, nil), w.arrived(c, who+"2", 8, noWait))
			answer(c, who+"3", 7)
			require.True(w, w.conversation(c.ID).WaitingSince.IsZero(), "%s: nobody waits after a service message", who)
			w.finish(l, w.arrived(c, who+"4", 10, nil))
			answer(c, who+"5", 11)
			answer(c, who+"6", 9)
			require.True(w, w.conversation(c.ID).WaitingSince.IsZero(), "%s: what was answered stays answered", who)
		}
	})
}

func TestTheOwnersOwnMessageAnswersWithoutTakingTheConversationOver(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		_, err := w.Change(w.ctx, c.ID, func(c *conversation.Conversation) error { c.Close(noon); return nil })
		w.ok(err)
		w.finish(l, w.arrived(c, "question", 1, nil), w.arrived(c, "own", 2, fromOwner))
		got := w.conversation(c.ID)
		require.True(w, got.WaitingSince.IsZero())
		require.Equal(w, conversation.Open, got.Status)
		require.Equal(w, conversation.BotMode, got.Mode)
		require.Empty(w, got.AssigneeID)
		require.Zero(w, got.FirstResponse)
		require.Equal(w, second(2), got.LastMessageAt)
		require.Equal(w, 2, got.Thread.Posts)
		messages, _, err := w.Messages(w.ctx, c.ID, 0, 1)
		w.ok(err)
		require.Equal(w, conversation.Out, messages[0].Direction)
		require.Equal(w, conversation.Sent, messages[0].State)
		require.Equal(w, conversation.Sent, messages[0].Parts[0].State)
	})
}

func TestTheOwnersOwnMessageEndsTheWaitOfWhatCameBeforeItOnly(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		for name, tt := range map[string]struct {
			first, then []any // seconds after noon: of a customer's message as an int, of the owner's as a string
			want        time.Time
		}{
			"a later question in the same batch": {nil, []any{1, "2", 3}, second(3)},
			"out of order in the same batch":     {nil, []any{3, "2", 1}, second(3)},
			"a later question before it":         {[]any{1, 3}, []any{"2"}, second(3)},
			"all was before":                     {[]any{1, 3}, []any{"4"}, time.Time{}},
			"none was before":                    {[]any{3}, []any{"2"}, second(3)},
			"what he answered stays answered":    {[]any{1, 3, "4"}, []any{"2"}, time.Time{}},
			"a question after two of his":        {[]any{1, "2"}, []any{"4", 3, 5}, second(5)},
		} {
			c := w.converse("a", name)
			for _, batch := range [][]any{tt.first, tt.then} {
				var done []relay.Finished
				for _, message := range batch {
					id := conversation.NewID()
					if at, ok := message.(int); ok {
						done = append(done, w.arrived(c, id, at, nil))
						continue
					}
					done = append(done, w.arrived(c, id, int(message.(string)[0]-'0'), fromOwner))
				}
				w.finish(l, done...)
			}
			require.Equal(w, tt.want, w.conversation(c.ID).WaitingSince, name)
		}
	})
}

func TestAnEditIsRecordedWithItsMessage(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.arrived(c, "p1", 1, func(m *relay.InboundMessage) { m.Text, m.Files, m.QuoteKey = "old", "file", "old key" }))
		before := w.conversation(c.ID)
		change := func(text string, posts int) func(*relay.InboundEdit) {
			return func(e *relay.InboundEdit) {
				e.Text, e.Files, e.QuoteKey, e.Posts = text, "new file", "key of "+text, posts
			}
		}
		late := w.edited(c, "p1", 9, change("new", 3))
		w.finish(l, late)
		want := relay.Shown{
			PostID: "p1", Direction: conversation.In, Posts: 3, At: second(1), EditedAt: second(9), Text: "new", Files: "new file", Captioned: 1,
		}
		require.Equal(w, want, w.shown(c, "external-p1"))
		before.Thread.Posts += 2
		require.Equal(w, before, w.conversation(c.ID), "an edit neither opens nor starts a wait")
		id, err := w.Quoted(w.ctx, c.ID, "key of new")
		w.ok(err)
		require.Equal(w, "external-p1", id)
		_, err = w.Quoted(w.ctx, c.ID, "old key")
		require.ErrorIs(w, err, relay.ErrNotFound)

		w.finish(l, late)
		require.Equal(w, want, w.shown(c, "external-p1"), "a second time changes nothing")
		w.finish(l, w.edited(c, "p1", 5, change("newest", 2)))
		want.Posts, want.Text = 2, "newest"
		require.Equal(w, want, w.shown(c, "external-p1"), "the time of the edits never goes back")
		before.Thread.Posts--
		require.Equal(w, before, w.conversation(c.ID))
	})
}

func TestAnEditMayStandInTheBatchOfItsMessage(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l,
			w.arrived(c, "p1", 1, func(m *relay.InboundMessage) { m.Text = "old" }),
			w.edited(c, "p1", 2, func(e *relay.InboundEdit) { e.Text, e.Posts, e.QuoteKey = "newer", 5, "older key" }),
			w.edited(c, "p1", 3, func(e *relay.InboundEdit) { e.Text, e.Posts, e.QuoteKey = "newest", 2, "key" }),
			w.arrived(c, "p2", 4, nil))
		require.Equal(w, relay.Shown{
			PostID: "p1", Direction: conversation.In, Posts: 2, At: second(1), EditedAt: second(3), Text: "newest", Captioned: 1,
		}, w.shown(c, "external-p1"))
		require.Equal(w, 3, w.conversation(c.ID).Thread.Posts)
		_, err := w.Quoted(w.ctx, c.ID, "key")
		w.ok(err)
	})
}

func TestAnEditOfOneMessageOfAnAlbumLeavesTheOthers(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		for n, text := range []string{"one", "two"} {
			w.finish(l, w.arrived(c, "album", n, func(m *relay.InboundMessage) {
				m.ExternalID, m.Number, m.Text, m.Posts = text, n+1, text, 1-n
			}))
		}
		require.Equal(w, 2, w.shown(c, "one").Captioned)
		w.finish(l, w.edited(c, "album", 5, func(e *relay.InboundEdit) { e.ExternalID = "two" }))
		require.Equal(w, "one", w.shown(c, "one").Text)
		require.Empty(w, w.shown(c, "two").Text)
		require.Equal(w, 1, w.shown(c, "one").Captioned)
	})
}

func TestALateMessageAndAnEditOfItsAlbumMayStandInOneBatch(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		photo := func(id string, number, posts int) relay.Finished {
			return w.arrived(c, "album", number, func(m *relay.InboundMessage) {
				m.ExternalID, m.Number, m.Text, m.Posts = id, number, id, posts
			})
		}
		w.finish(l, photo("one", 1, 1))
		w.finish(l, photo("two", 2, 0), w.edited(c, "album", 5, func(e *relay.InboundEdit) { e.ExternalID, e.Text = "one", "new" }))
		require.Equal(w, relay.Shown{
			PostID: "album", Direction: conversation.In, Posts: 1, At: second(1), EditedAt: second(5), Text: "new", Captioned: 2,
		}, w.shown(c, "one"))
		require.Equal(w, "two", w.shown(c, "two").Text)
	})
}

func TestAnEditThatCameBeforeItsOriginalIsRemembered(t *testing.T) {
	each(t, func(w *world) {
		l := w.bot("a")
		c := w.thread(l, "1")
		w.finish(l, w.arrived(c, "plain", 1, nil))
		require.True(w, w.conversation(c.ID).EarlyEditAt.IsZero())
		for _, at := range []int{5, 3} {
			w.finish(l, w.arrived(c, fmt.Sprint("edit ", at), at, func(m *relay.InboundMessage) { m.EditedAt = second(at) }))
			require.Equal(w, second(5), w.conversation(c.ID).EarlyEditAt, "the newest")
		}
	})
}

// What the tests of this package share: a store with a bot, a lease and a conversation.

package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/store"
)

// noon is a moment of the tests; Mattermost counts in milliseconds.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// ttl is a lease that does not expire by itself within a test.
const ttl = time.Minute

// world is one store under test. Raw is a connection of the test's own.
type world struct {
	*testing.T
	*store.Store
	ctx context.Context
	dsn string
	raw *sql.DB
}

// each runs a test with both kinds of data source name.
func each(t *testing.T, f func(w *world)) {
	t.Helper()
	t.Parallel()
	for _, binary := range []bool{true, false} {
		t.Run(fmt.Sprintf("binary_parameters=%t", binary), func(t *testing.T) {
			t.Parallel()
			f(newWorld(t, binary))
		})
	}
}

func newWorld(t *testing.T, binary bool) *world {
	dsn := DSN(t, binary)
	raw, err := sql.Open("postgres", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return &world{T: t, Store: openAt(t, dsn), ctx: ctx, dsn: dsn, raw: raw}
}

func (w *world) ok(err error) {
	w.Helper()
	require.NoError(w, err)
}

func (w *world) execute(query string, args ...any) {
	w.Helper()
	_, err := w.raw.ExecContext(w.ctx, query, args...)
	w.ok(err)
}

func (w *world) count(query string, args ...any) (n int) {
	w.Helper()
	w.ok(w.raw.QueryRowContext(w.ctx, query, args...).Scan(&n))
	return n
}

func testBot(id string) conversation.Bot {
	return conversation.Bot{
		ID: id, Kind: messenger.Telegram, AccountID: "account-" + id, Name: "Shop " + id, Username: "shop_bot",
		AvatarURL: "https://example.com/a.png", ChannelID: "channel-" + id, Mode: messenger.Webhook,
		Settings: conversation.DefaultSettings(), CreatedBy: "admin", CreatedAt: noon, Version: 1,
	}
}

// bot creates a bot and returns the lease of the node "node" on it.
func (w *world) bot(id string) relay.Lease {
	w.Helper()
	w.ok(w.CreateBot(w.ctx, testBot(id), bots.Sealed{KeyID: "key", Data: []byte{0, 1, 2}}))
	held, _, err := w.Beat(w.ctx, "node", ttl)
	w.ok(err)
	for _, l := range held {
		if l.BotID == id {
			return l
		}
	}
	w.Fatalf("no lease on %s", id)
	return relay.Lease{}
}

// expire ends leases before their time.
func (w *world) expire(botID string) {
	w.Helper()
	w.execute(`UPDATE msgbot_leases SET expires_at = now() - interval '1 ms' WHERE bot_id = $1`, botID)
}

func chatOf(id string) messenger.Chat { return messenger.Chat{ID: id, Kind: messenger.Private} }

func personOf(id string) messenger.Person {
	return messenger.Person{ID: id, Name: "Olena " + id, FirstName: "Olena", Username: "olena_" + id, Language: "uk"}
}

// converse makes a conversation without a thread.
func (w *world) converse(botID, chatID string) conversation.Conversation {
	w.Helper()
	c, err := w.Converse(w.ctx, botID, chatOf(chatID), personOf(chatID))
	w.ok(err)
	return c
}

// thread makes a conversation whose thread's root post is root-<chat id>.
func (w *world) thread(l relay.Lease, chatID string) conversation.Conversation {
	w.Helper()
	c := w.converse(l.BotID, chatID)
	w.ok(w.StartThread(w.ctx, l, c.ID, conversation.Thread{
		RootPostID: "root-" + chatID, ChannelID: "channel-" + l.BotID, Seq: 1, Preview: "hello",
	}, noon))
	return w.conversation(c.ID)
}

func (w *world) conversation(id string) conversation.Conversation {
	w.Helper()
	c, err := w.Conversation(w.ctx, id)
	w.ok(err)
	return c
}

// update stores one update and returns its inbox row.
func (w *world) update(botID, eventID, lane string) relay.InboxRow {
	w.Helper()
	_, err := w.AddUpdates(w.ctx, botID, []messenger.Update{{EventID: eventID, Lane: lane, Raw: []byte(`{}`)}})
	w.ok(err)
	rows, err := w.NextUpdates(w.ctx, botID, nil, 1000)
	w.ok(err)
	for _, r := range rows {
		if r.EventID == eventID {
			return r
		}
	}
	w.Fatalf("no row of event %s", eventID)
	return relay.InboxRow{}
}

// agentPost is a plain post in the thread of root-<chat id>, written a number of seconds after noon.
func agentPost(id, chatID string, second int) conversation.AgentPost {
	at := noon.Add(time.Duration(second) * time.Second)
	return conversation.AgentPost{
		ID: id, RootID: "root-" + chatID, UserID: "agent", FirstName: "Ivan", LastName: "Koval", Username: "ivan",
		Message: "text of " + id, CreatedAt: at, UpdatedAt: at,
	}
}

func judged(c conversation.Conversation, p conversation.AgentPost, action conversation.Action, reason conversation.Reason) relay.Reply {
	return relay.Reply{
		Post: p, ConversationID: c.ID, NotBefore: p.CreatedAt.Add(time.Second),
		Verdict: conversation.Verdict{Action: action, Text: p.Message, Reason: reason},
	}
}

func sending(c conversation.Conversation, postID string, second int) relay.Reply {
	return judged(c, agentPost(postID, c.Chat.ID, second), conversation.Send, "")
}

// record records replies and returns the ids of the new notes.
func (w *world) record(l relay.Lease, replies ...relay.Reply) []string {
	w.Helper()
	notes, err := w.RecordReplies(w.ctx, l, replies, true)
	w.ok(err)
	return notes
}

// queued returns the queued replies of a bot.
func (w *world) queued(botID string) []relay.OutboxRow {
	w.Helper()
	rows, err := w.NextReplies(w.ctx, botID, nil, 1000)
	w.ok(err)
	return rows
}

// outboxID is the id of the outbox row of a post that goes to the customer.
func (w *world) outboxID(postID string) int64 {
	w.Helper()
	return int64(w.count(`SELECT id FROM msgbot_outbox WHERE post_id = $1 AND kind = 'send'`, postID))
}

func (w *world) state(postID string) conversation.Delivery {
	w.Helper()
	var state conversation.Delivery
	w.ok(w.raw.QueryRowContext(w.ctx, `SELECT state FROM msgbot_outbox WHERE post_id = $1 AND kind = 'send'`, postID).Scan(&state))
	return state
}

// begin begins to send a post's reply.
func (w *world) begin(l relay.Lease, postID string) relay.OutboxRow {
	w.Helper()
	row, ok, err := w.BeginSend(w.ctx, l, w.outboxID(postID))
	w.ok(err)
	require.True(w, ok, "the reply is queued")
	return row
}

// end begins to send a reply and ends it with an outcome.
func (w *world) end(l relay.Lease, postID string, o relay.Outcome) {
	w.Helper()
	row := w.begin(l, postID)
	w.ok(w.EndSend(w.ctx, row.ID, row.Attempt, row.Epoch, o))
}

// notices returns the post ids of the due notices.
func (w *world) notices(botID string) (posts []string) {
	w.Helper()
	due, err := w.DueNotices(w.ctx, botID, 100)
	w.ok(err)
	for _, n := range due {
		posts = append(posts, n.Row.PostID)
	}
	return posts
}

// together runs f n times at once.
func together(n int, f func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

func eventIDs(rows []relay.InboxRow) []string {
	ids := []string{}
	for _, r := range rows {
		ids = append(ids, r.EventID)
	}
	return ids
}

func postIDs(rows []relay.OutboxRow) []string {
	ids := []string{}
	for _, r := range rows {
		ids = append(ids, r.PostID)
	}
	return ids
}

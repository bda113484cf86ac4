// Updates from their arrival until they are posts.

package store

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// purgeBatch bounds how many payloads one statement deletes, so that it stays far from its deadline.
const purgeBatch = 2000

// arrivals is the tail of the statements that add updates: in their order, each event once.
const arrivals = `
	unnest($3::text[], $4::text[], $5::bytea[], $6::text[]) WITH ORDINALITY AS u (event_id, lane, raw, reason, place)
	ORDER BY u.place
	ON CONFLICT (bot_id, event_id) DO NOTHING`

// columnsOf turns updates into the arrays that arrivals unnests.
func columnsOf(updates []messenger.Update) []any {
	events, lanes := make([]string, len(updates)), make([]string, len(updates))
	raw, reasons := make(pq.ByteaArray, len(updates)), make([]string, len(updates))
	for i, u := range updates {
		events[i], lanes[i], raw[i], reasons[i] = u.EventID, u.Lane, notNil(u.Raw), u.Undecodable
	}
	return []any{texts(events), texts(lanes), raw, texts(reasons)}
}

// AddUpdates implements relay.InboxStore; relay.ErrNotFound when there is no such bot.
func (s *Store) AddUpdates(ctx context.Context, botID string, updates []messenger.Update) (int, error) {
	args := append([]any{botID, string(relay.InboxQuarantined)}, columnsOf(updates)...)
	added, err := s.exec(ctx, "store updates", `
		INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state, reason)
		SELECT $1, u.event_id, u.lane, u.raw, CASE u.reason WHEN '' THEN 'waiting' ELSE $2 END, u.reason
		FROM `+arrivals, args...)
	if isOrphan(err) {
		return 0, relay.ErrNotFound
	}
	return added, err
}

// AddPolled implements relay.InboxStore.
func (s *Store) AddPolled(ctx context.Context, l relay.Lease, updates []messenger.Update, next int64) (int, error) {
	args := append([]any{l.BotID, l.Epoch}, columnsOf(updates)...)
	added, err := value[int](ctx, s, "store polled updates", lease+`,
		moved AS (UPDATE msgbot_leases SET poll_offset = $7 WHERE bot_id IN (SELECT bot_id FROM lease)),
		added AS (
			INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state, reason)
			SELECT lease.bot_id, u.event_id, u.lane, u.raw, CASE u.reason WHEN '' THEN 'waiting' ELSE $8 END, u.reason
			FROM lease, `+arrivals+` RETURNING id)
		SELECT (SELECT count(*) FROM added) FROM lease`, append(args, next, string(relay.InboxQuarantined))...)
	return added, fencedIfMissing(err)
}

// NextUpdates implements relay.InboxStore.
func (s *Store) NextUpdates(ctx context.Context, botID string, busy []string, limit int) ([]relay.InboxRow, error) {
	fields := func(r *relay.InboxRow) []any {
		return []any{&r.ID, &r.EventID, &r.Lane, &r.Raw, &r.Attempts, when{&r.NotBefore}, when{&r.ReceivedAt}}
	}
	return list(ctx, s, "read the inbox", fields, `
		SELECT id, event_id, lane, raw, attempts, not_before, received_at FROM msgbot_inbox
		WHERE bot_id = $1 AND state = 'waiting' AND lane <> ALL ($2::text[])
		ORDER BY id LIMIT $3`, botID, texts(busy), limit)
}

// finished is a relay.Finished as a JSON argument; the conversation is empty when it became no post.
type finished struct {
	ID           int64            `json:"id"`
	State        relay.InboxState `json:"state"`
	Reason       text             `json:"reason"`
	Conversation string           `json:"conversation_id"`
	Post         string           `json:"post_id"`
	External     text             `json:"external_id"`
	At           *time.Time       `json:"at"`
	Posts        int              `json:"posts"`
}

func finishedRows(done []relay.Finished) (rows []finished, ids pq.Int64Array) {
	rows, ids = make([]finished, len(done)), make(pq.Int64Array, len(done))
	for i, d := range done {
		ids[i] = d.ID
		rows[i] = finished{ID: d.ID, State: d.State, Reason: text(d.Reason)}
		if m := d.Message; m != nil {
			rows[i].Conversation, rows[i].Post, rows[i].External = m.ConversationID, m.PostID, text(m.ExternalID)
			rows[i].At, rows[i].Posts = orNull(m.At.UTC()), m.Posts
		}
	}
	return rows, ids
}

// FinishUpdates implements relay.InboxStore. A row that is finished already changes nothing again. The ids go in a second
// time as an array: PostgreSQL sees how few they are, and does not read the whole backlog for them.
func (s *Store) FinishUpdates(ctx context.Context, l relay.Lease, done []relay.Finished) error {
	rows, ids := finishedRows(done)
	argument, err := document(rows)
	if err != nil {
		return err
	}
	return s.fenced(ctx, "finish updates", l, `
		done AS (
			SELECT d.* FROM lease, json_to_recordset($3::json) AS d (id bigint, state text, reason text,
				conversation_id text, post_id text, external_id text, at timestamptz, posts int)),
		ended AS (
			UPDATE msgbot_inbox i SET state = done.state, reason = done.reason FROM done
			WHERE i.id = done.id AND i.id = ANY ($6::bigint[]) AND i.bot_id = $1 AND i.state = 'waiting' RETURNING i.id),
		message AS (
			SELECT conversation_id, post_id, external_id, coalesce(at, now()) AS at, posts
			FROM done JOIN ended USING (id) WHERE conversation_id <> ''),
		stored AS (
			INSERT INTO msgbot_messages (post_id, conversation_id, direction, at)
			SELECT post_id, conversation_id, $4, at FROM message ON CONFLICT DO NOTHING),
		part AS (
			INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, state)
			SELECT conversation_id, $4, external_id, post_id, 1, $5 FROM message WHERE external_id <> ''
			ON CONFLICT DO NOTHING),
		news AS (
			SELECT conversation_id, min(at) AS first, max(at) AS last, sum(posts) AS posts
			FROM message GROUP BY conversation_id),
		-- Rows are locked in one order wherever several are: no two statements can wait for each other.
		locked AS (
			SELECT id FROM msgbot_conversations WHERE id IN (SELECT conversation_id FROM news)
			ORDER BY id FOR NO KEY UPDATE),
		conversation AS (
			UPDATE msgbot_conversations c SET
				status = 'open', closed_at = NULL, unreachable = '', thread_posts = thread_posts + news.posts,
				waiting_since = coalesce(waiting_since, news.first),
				last_message_at = greatest(last_message_at, news.last)
			FROM news JOIN locked ON locked.id = news.conversation_id WHERE c.id = news.conversation_id)`,
		argument, string(conversation.In), string(conversation.Received), ids)
}

// DeferUpdate implements relay.InboxStore.
func (s *Store) DeferUpdate(ctx context.Context, l relay.Lease, id int64, notBefore time.Time, reason string) error {
	return s.fenced(ctx, "defer an update", l, `
		done AS (
			UPDATE msgbot_inbox SET attempts = attempts + 1, not_before = $4::timestamptz, reason = $5
			WHERE id = $3 AND bot_id IN (SELECT bot_id FROM lease) AND state = 'waiting')`,
		id, orNull(notBefore), reason)
}

// PurgeInbox implements relay.InboxStore.
func (s *Store) PurgeInbox(ctx context.Context, l relay.Lease, before time.Time) error {
	for {
		purged, err := value[int](ctx, s, "purge the inbox", lease+`,
			purged AS (
				UPDATE msgbot_inbox SET raw = NULL WHERE id IN (
					SELECT i.id FROM msgbot_inbox i JOIN lease USING (bot_id)
					WHERE i.state <> 'waiting' AND i.raw IS NOT NULL AND i.received_at < $3 LIMIT $4)
				RETURNING id)
			SELECT (SELECT count(*) FROM purged) FROM lease`, l.BotID, l.Epoch, before, purgeBatch)
		if err != nil || purged < purgeBatch {
			return fencedIfMissing(err)
		}
	}
}

// Customers, conversations and their threads.

package store

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"time"

	"github.com/lib/pq"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// closeBatch bounds how many conversations one statement closes.
const closeBatch = 500

// conversationColumns are what conversationFields scans, of a conversation c and its customer p.
const conversationColumns = ` c.id, c.bot_id, p.id, p.bot_id, p.external_id, p.name, p.first_name, p.username,
	p.language, p.avatar_url, c.unreachable, c.chat_id, c.connection, c.chat_kind, c.chat_title, c.status, c.mode,
	c.assignee_id, c.tags, c.root_post_id, c.channel_id, c.thread_seq, c.thread_posts, c.preview, c.waiting_since,
	c.last_message_at, c.closed_at, c.first_response_ms, c.created_at, c.payload, c.early_edit_at, c.last_agent_at, c.human_since,
	c.memory, c.keyboard `

// withCustomer joins a conversation c with its customer p. A group's is the one who wrote first.
const withCustomer = ` JOIN msgbot_customers p ON p.id = c.customer_id `

func conversationFields(c *conversation.Conversation) []any {
	p := &c.Customer
	return []any{
		&c.ID, &c.BotID, &p.ID, &p.BotID, &p.ExternalID, &p.Name, &p.FirstName, &p.Username,
		&p.Language, &p.AvatarURL, &p.Unreachable, &c.Chat.ID, &c.Chat.Connection, &c.Chat.Kind, &c.Chat.Title, &c.Status, &c.Mode,
		&c.AssigneeID, pq.Array(&c.Tags), &c.Thread.RootPostID, &c.Thread.ChannelID, &c.Thread.Seq, &c.Thread.Posts, &c.Thread.Preview,
		when{&c.WaitingSince}, when{&c.LastMessageAt}, when{&c.ClosedAt}, elapsed{&c.FirstResponse, time.Millisecond}, when{&c.CreatedAt},
		&c.Payload, when{&c.EarlyEditAt}, when{&c.LastAgentAt}, when{&c.HumanSince}, (*[]byte)(&c.Memory), &c.Keyboard,
	}
}

// Converse implements relay.ConversationStore. Customer is the person who speaks now, in a group too. A person without
// a name tells nothing new: some events bring no more than an id, some no language. relay.ErrNotFound when there is no such bot.
func (s *Store) Converse(ctx context.Context, botID string, chat messenger.Chat, from messenger.Person) (conversation.Conversation, error) {
	chat, from = cleanChat(chat), cleanPerson(from)
	c, err := s.speaking(ctx, botID, chat, from.ID)
	if err == nil && (from.Name == "" || c.Chat == chat && personOf(c.Customer) == from) {
		return c, nil
	}
	if err != nil && !errors.Is(err, relay.ErrNotFound) {
		return conversation.Conversation{}, err
	}
	_, err = s.exec(ctx, "store a customer", `
		WITH person AS (
			INSERT INTO msgbot_customers AS p (id, bot_id, external_id, name, first_name, username, language, avatar_url)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (bot_id, external_id) DO UPDATE SET
				name = CASE WHEN $14 THEN excluded.name ELSE p.name END,
				first_name = CASE WHEN $14 THEN excluded.first_name ELSE p.first_name END,
				username = CASE WHEN $14 THEN excluded.username ELSE p.username END,
				language = CASE WHEN $14 THEN coalesce(nullif(excluded.language, ''), p.language) ELSE p.language END,
				avatar_url = CASE WHEN $14 THEN excluded.avatar_url ELSE p.avatar_url END
			RETURNING id)
		INSERT INTO msgbot_conversations AS c (id, bot_id, customer_id, chat_id, connection, chat_kind, chat_title)
		SELECT $9, $2, person.id, $10, $11, $12, $13 FROM person
		ON CONFLICT (bot_id, chat_id, connection) DO UPDATE SET
			chat_kind = excluded.chat_kind, chat_title = coalesce(nullif(excluded.chat_title, ''), c.chat_title)`,
		conversation.NewID(), botID, from.ID, from.Name, from.FirstName, from.Username, from.Language, from.AvatarURL,
		conversation.NewID(), chat.ID, chat.Connection, string(chat.Kind), chat.Title, from.Name != "")
	if isOrphan(err) {
		return conversation.Conversation{}, relay.ErrNotFound
	}
	if err != nil {
		return conversation.Conversation{}, err
	}
	return s.speaking(ctx, botID, chat, from.ID)
}

// speaking finds the conversation of a chat, with the person of that id at the messenger as its customer.
func (s *Store) speaking(ctx context.Context, botID string, chat messenger.Chat, personID string) (conversation.Conversation, error) {
	return row(ctx, s, "read a conversation", conversationFields, `
		SELECT`+conversationColumns+`
		FROM msgbot_conversations c JOIN msgbot_customers p ON p.bot_id = c.bot_id AND p.external_id = $4
		WHERE c.bot_id = $1 AND c.chat_id = $2 AND c.connection = $3`, botID, chat.ID, chat.Connection, personID)
}

func personOf(c conversation.Customer) messenger.Person {
	return messenger.Person{
		ID: c.ExternalID, Name: c.Name, FirstName: c.FirstName, Username: c.Username, Language: c.Language, AvatarURL: c.AvatarURL,
	}
}

func cleanPerson(p messenger.Person) messenger.Person {
	return messenger.Person{
		ID: clean(p.ID), Name: clean(p.Name), FirstName: clean(p.FirstName), Username: clean(p.Username),
		Language: clean(p.Language), AvatarURL: clean(p.AvatarURL),
	}
}

func cleanChat(c messenger.Chat) messenger.Chat {
	return messenger.Chat{ID: clean(c.ID), Connection: clean(c.Connection), Kind: c.Kind, Title: clean(c.Title)}
}

// Conversation implements relay.ConversationStore.
func (s *Store) Conversation(ctx context.Context, id string) (conversation.Conversation, error) {
	return row(ctx, s, "read a conversation", conversationFields,
		`SELECT`+conversationColumns+`FROM msgbot_conversations c`+withCustomer+`WHERE c.id = $1`, id)
}

// ByThread implements relay.ConversationStore.
func (s *Store) ByThread(ctx context.Context, rootPostID string) (conversation.Conversation, error) {
	return row(ctx, s, "find a conversation by its thread", conversationFields, `
		SELECT`+conversationColumns+`
		FROM msgbot_threads t JOIN msgbot_conversations c ON c.id = t.conversation_id`+withCustomer+`
		WHERE t.root_post_id = $1`, rootPostID)
}

// StartThread implements relay.ConversationStore. A wait that began earlier stays; relay.ErrNotFound when there is no
// such conversation.
func (s *Store) StartThread(ctx context.Context, l relay.Lease, conversationID string, t conversation.Thread, waitingSince time.Time) error {
	started, err := value[int](ctx, s, "start a thread", lease+`,
		conversation AS (
			UPDATE msgbot_conversations SET status = 'open', closed_at = NULL,
				root_post_id = $4, channel_id = $5, thread_seq = $6, thread_posts = $7, preview = $8,
				waiting_since = coalesce(waiting_since, $9::timestamptz)
			WHERE id = $3 AND bot_id IN (SELECT bot_id FROM lease) RETURNING id, bot_id),
		thread AS (
			INSERT INTO msgbot_threads (root_post_id, bot_id, conversation_id, channel_id, seq)
			SELECT $4, bot_id, id, $5, $6 FROM conversation ON CONFLICT DO NOTHING)
		SELECT (SELECT count(*) FROM conversation) FROM lease`,
		l.BotID, l.Epoch, conversationID, t.RootPostID, t.ChannelID, t.Seq, t.Posts, t.Preview, orNull(waitingSince))
	if err == nil && started == 0 {
		return relay.ErrNotFound
	}
	return fencedIfMissing(err)
}

// Change implements relay.ConversationStore; relay.ErrNotFound when there is no such conversation. The row is locked
// while f runs: f must not call the store. The card is due for what it shows, see msgbot_card in the migrations: it shows
// neither when the conversation was closed nor a payload. What automatic answers remember follows, see msgbot_auto there.
func (s *Store) Change(ctx context.Context, id string, f func(*conversation.Conversation) error) (conversation.Conversation, error) {
	ctx, cancel := context.WithTimeout(ctx, statementTime)
	defer cancel()
	var none conversation.Conversation
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return none, errors.Wrap(err, "change a conversation")
	}
	defer func() { _ = tx.Rollback() }()

	var c conversation.Conversation
	err = tx.QueryRowContext(ctx, `SELECT`+conversationColumns+`FROM msgbot_conversations c`+withCustomer+`
		WHERE c.id = $1 FOR NO KEY UPDATE OF c`, id).Scan(conversationFields(&c)...)
	if errors.Is(err, sql.ErrNoRows) {
		return none, relay.ErrNotFound
	}
	if err != nil {
		return none, errors.Wrap(err, "change a conversation")
	}
	before := c
	before.Tags = slices.Clone(c.Tags)
	if err := f(&c); err != nil {
		return none, err
	}
	if reflect.DeepEqual(before, c) {
		return c, nil
	}
	err = tx.QueryRowContext(ctx, `
		UPDATE msgbot_conversations SET status = $2, mode = $3, assignee_id = $4, tags = $5, waiting_since = $6,
			closed_at = $7, unreachable = $8, payload = $9
		WHERE id = $1 RETURNING memory, human_since`, id, string(c.Status), string(c.Mode), c.AssigneeID, texts(c.Tags), orNull(c.WaitingSince),
		orNull(c.ClosedAt), clean(c.Customer.Unreachable), clean(c.Payload)).Scan((*[]byte)(&c.Memory), when{&c.HumanSince})
	if err != nil {
		return none, errors.Wrap(err, "change a conversation")
	}
	return c, errors.Wrap(tx.Commit(), "change a conversation")
}

// CloseIdle implements relay.ConversationStore.
func (s *Store) CloseIdle(ctx context.Context, l relay.Lease, before time.Time) (int, error) {
	for total := 0; ; {
		closed, err := value[int](ctx, s, "close idle conversations", lease+`,
			idle AS (
				SELECT id FROM msgbot_conversations
				WHERE bot_id IN (SELECT bot_id FROM lease) AND status = 'open' AND last_message_at < $3
				ORDER BY id LIMIT $4 FOR NO KEY UPDATE),
			closed AS (
				UPDATE msgbot_conversations c SET status = 'closed', closed_at = now(), waiting_since = NULL, mode = 'bot'
				FROM idle WHERE c.id = idle.id RETURNING c.id)
			SELECT (SELECT count(*) FROM closed) FROM lease`, l.BotID, l.Epoch, before, closeBatch)
		total += closed
		if err != nil || closed < closeBatch {
			return total, fencedIfMissing(err)
		}
	}
}

// DueCards implements relay.ConversationStore, the longest due first.
func (s *Store) DueCards(ctx context.Context, botID string, rest time.Duration, limit int) ([]relay.DueCard, error) {
	fields := func(d *relay.DueCard) []any { return append(conversationFields(&d.Conversation), &d.Version) }
	return list(ctx, s, "read the due cards", fields, `
		SELECT`+conversationColumns+`, c.card_version FROM msgbot_conversations c`+withCustomer+`
		WHERE c.bot_id = $1 AND c.card_shown < c.card_version AND c.root_post_id <> ''
			AND c.card_shown_at <= now() - make_interval(secs => $2::float8)
		ORDER BY c.card_shown_at LIMIT $3`, botID, rest.Seconds(), limit)
}

// CardShown implements relay.ConversationStore.
func (s *Store) CardShown(ctx context.Context, conversationID string, version int64) error {
	_, err := s.exec(ctx, "record a card", `
		UPDATE msgbot_conversations SET card_shown = greatest(card_shown, $2), card_shown_at = now() WHERE id = $1`,
		conversationID, version)
	return err
}

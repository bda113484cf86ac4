// A bot of the emulator: its chats, its updates, and what a test can do to it.

package telegramtest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Bot is one bot account.
type Bot struct {
	// ID, Username (without @), Name and Token are as BotFather gave them.
	ID       int64
	Username string
	Name     string
	Token    string

	server       *Server
	revoked      bool
	chats        map[int64]*chat
	businesses   map[string]*Business
	lastMessage  int
	sent         []*message
	presses      map[string]*Press
	commands     map[commandsOf][]Command
	files        map[string]*storedFile
	offers       int
	privacy      bool
	limits       *limits
	hook         hook
	allowed      []string
	polledByElse bool
	pollers      []chan apiError

	nextUpdateID int64
	updates      []*update
	pending      []*update
	held         bool
	inFlight     int
}

// update is one update of a bot.
type update struct {
	id       int64
	kind     string
	queue    string
	raw      []byte
	inFlight bool
	// released lets it go though the others are held.
	released  bool
	attempts  int
	notBefore time.Time
}

// randomText is n characters of the alphabet of Telegram's tokens.
func randomText(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never returns an error
	for i := range b {
		b[i] = alphabet[b[i]%byte(len(alphabet))]
	}
	return string(b)
}

// randomDigits is n decimal digits, none of them 0.
func randomDigits(n int) string {
	b := []byte(randomText(n))
	for i := range b {
		b[i] = '1' + b[i]%9
	}
	return string(b)
}

// Sent is every message that the bot created, in all chats, oldest first; edits change them, deleted ones are gone.
func (b *Bot) Sent() []ChatMessage {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	return views(b.sent, false)
}

// SentEver is Sent with the messages that were deleted.
func (b *Bot) SentEver() []ChatMessage {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	return views(b.sent, true)
}

// SetPrivacy turns the privacy mode on or off, as BotFather does: with it the bot hears in groups only commands and
// replies that are meant for it. A bot begins without.
func (b *Bot) SetPrivacy(on bool) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.privacy = on
}

// Undelivered counts the updates that no webhook and no getUpdates confirmed yet.
func (b *Bot) Undelivered() int {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	return len(b.pending)
}

// AwaitDelivered returns when no update of this bot waits for delivery, or with ctx's error.
func (b *Bot) AwaitDelivered(ctx context.Context) error {
	return b.server.Await(ctx, func() bool { return b.Undelivered() == 0 })
}

// SetNextUpdateID makes the next update have this id; as after a quiet week it may be lower than earlier ones. Call it
// when nothing is undelivered, as it is then.
func (b *Bot) SetNextUpdateID(id int64) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.nextUpdateID = id
}

// Inject queues a hand-made update, a JSON object without update_id (it is added; one that is there stays, even of a
// wrong type). It is not checked and not filtered by allowed_updates. The result is the id that was given.
func (b *Bot) Inject(rawUpdate string) int64 {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(rawUpdate), &fields); err != nil {
		panic(fmt.Sprintf("telegramtest: Inject needs a JSON object: %v", err))
	}
	id := b.takeUpdateID()
	raw := []byte(rawUpdate)
	if _, has := fields["update_id"]; !has {
		fields["update_id"] = json.RawMessage(fmt.Sprint(id))
		raw = mustJSON(fields)
	}
	var callback struct {
		Query struct {
			ID string `json:"id"`
		} `json:"callback_query"`
	}
	if json.Unmarshal(raw, &callback) == nil && callback.Query.ID != "" {
		b.presses[callback.Query.ID] = &Press{ID: callback.Query.ID, UpdateID: id, server: b.server, at: b.server.options.now()}
	}
	b.enqueue(&update{id: id, kind: "injected", queue: fmt.Sprintf("injected %d", id), raw: raw})
	return id
}

// Redeliver brings an update once more, beside all order, as the real server does after an answer that was lost. Two
// calls in a row make two deliveries at the same time. It panics for an id that never was.
func (b *Bot) Redeliver(updateID int64) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	for _, u := range slices.Backward(b.updates) {
		if u.id == updateID {
			again := &update{id: u.id, kind: u.kind, raw: u.raw, queue: "again " + randomText(8)}
			b.pending = append(b.pending, again)
			b.server.notify()
			return
		}
	}
	panic(fmt.Sprintf("telegramtest: no update %d", updateID))
}

// Hold keeps all updates back, as if Telegram were slow, until Release.
func (b *Bot) Hold() {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.held = true
}

// Release delivers what Hold kept back: first the updates named, in the order given, then the others.
func (b *Bot) Release(first ...int64) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	place := func(u *update) int {
		if i := slices.Index(first, u.id); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(b.pending, func(x, y *update) int { return place(x) - place(y) })
	b.held = false
	b.server.notify()
}

// ReleaseOnly delivers these of the updates that Hold keeps back; the others stay until another call, or Release. A bot
// that polls never sees again what has a lower id than one that it confirmed, so release to it in the order of the ids.
func (b *Bot) ReleaseOnly(ids ...int64) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	for _, u := range b.pending {
		u.released = u.released || slices.Contains(ids, u.id)
	}
	b.server.notify()
}

// deliverable are the updates that nothing holds back, in their order. The caller holds mu.
func (b *Bot) deliverable() []*update {
	if !b.held {
		return b.pending
	}
	return slices.DeleteFunc(slices.Clone(b.pending), func(u *update) bool { return !u.released })
}

// takeUpdateID gives the next id away; the caller holds mu.
func (b *Bot) takeUpdateID() int64 {
	id := b.nextUpdateID
	b.nextUpdateID++
	return id
}

// bring makes an update of kind with content and queues it, unless allowed_updates excludes the kind; it returns the
// update's id, 0 for none. The caller holds mu.
func (b *Bot) bring(kind, queue string, content any) int64 {
	if !b.allows(kind) {
		return 0
	}
	id := b.takeUpdateID()
	raw := mustJSON(map[string]any{"update_id": id, kind: content})
	b.enqueue(&update{id: id, kind: kind, queue: queue, raw: raw})
	return id
}

// enqueue queues an update; the caller holds mu.
func (b *Bot) enqueue(u *update) {
	b.updates = append(b.updates, u)
	b.pending = append(b.pending, u)
	b.server.notify()
}

// allows tells whether updates of kind are made. The default excludes three kinds
// (https://core.telegram.org/bots/api#setwebhook).
func (b *Bot) allows(kind string) bool {
	if len(b.allowed) > 0 {
		return slices.Contains(b.allowed, kind)
	}
	return !slices.Contains([]string{"chat_member", "message_reaction", "message_reaction_count"}, kind)
}

// forget takes an update out of the queue; the caller holds mu.
func (b *Bot) forget(u *update) {
	if i := slices.Index(b.pending, u); i >= 0 {
		b.pending = slices.Delete(b.pending, i, i+1)
	}
}

// mustJSON marshals what the emulator itself made.
func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: %v", err))
	}
	return raw
}

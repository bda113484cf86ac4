// Hand-made doubles of a messenger that fails as it is told, of the bots and of the meter.

package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// call is one Send as the messenger saw it.
type call struct {
	chat, text string
	at         time.Time
	replyTo    string
	files      []string
	buttons    [][]messenger.Button
	// method is empty for Send.
	method, id string
}

type fakeMessenger struct {
	mu    sync.Mutex
	calls []call
	rates messenger.Rates
	limit int
	// answer decides about each call, nil for sent.
	answer func(n int, c call) error
	// fetch decides about each file, nil for had.
	fetch   func(ref string) error
	fetches int
	// bare says that it shows no buttons.
	bare bool
	// slow is how long a call takes.
	slow time.Duration
}

func (m *fakeMessenger) Kind() messenger.Kind { return messenger.Telegram }
func (m *fakeMessenger) Capabilities() messenger.Capabilities {
	return messenger.Capabilities{
		TextLimit: cmp.Or(m.limit, 4096), CaptionLimit: 1024, Rates: m.rates, NativeReplies: true, Buttons: !m.bare, FetchLimit: 1000,
		Files: []messenger.FileRule{{Kind: messenger.Document, MaxBytes: 5000}}, Reactions: []string{"👍", "❤"},
	}
}
func (m *fakeMessenger) Account(context.Context) (messenger.Account, error) {
	return messenger.Account{}, nil
}
func (m *fakeMessenger) Send(_ context.Context, out messenger.Outgoing) ([]string, error) {
	c := call{chat: out.Chat.ID, text: out.Text.Plain, replyTo: out.ReplyTo, buttons: out.Buttons}
	for _, f := range out.Files {
		c.files = append(c.files, f.Name)
	}
	n, err := m.note(c)
	return []string{fmt.Sprint("m", n)}, err
}

// note keeps a call and says what it comes to.
func (m *fakeMessenger) note(c call) (int, error) {
	time.Sleep(m.slow)
	m.mu.Lock()
	defer m.mu.Unlock()
	c.at = time.Now()
	m.calls = append(m.calls, c)
	if m.answer != nil {
		if err := m.answer(len(m.calls), c); err != nil {
			return 0, err
		}
	}
	return len(m.calls), nil
}

func (m *fakeMessenger) Edit(_ context.Context, chat messenger.Chat, id string, text richtext.Text, _ bool) error {
	_, err := m.note(call{chat: chat.ID, text: text.Plain, method: "edit", id: id})
	return err
}

func (m *fakeMessenger) Delete(_ context.Context, chat messenger.Chat, id string) error {
	_, err := m.note(call{chat: chat.ID, method: "delete", id: id})
	return err
}

func (m *fakeMessenger) React(_ context.Context, chat messenger.Chat, id, emoji string) error {
	_, err := m.note(call{chat: chat.ID, text: emoji, method: "react", id: id})
	return err
}

func (m *fakeMessenger) RemoveKeyboard(_ context.Context, chat messenger.Chat, id string) error {
	_, err := m.note(call{chat: chat.ID, method: "keyboard", id: id})
	return err
}

func (m *fakeMessenger) Acknowledge(_ context.Context, pressID, text string) error {
	_, err := m.note(call{method: "acknowledge", id: pressID, text: text})
	return err
}

func (m *fakeMessenger) Connection(_ context.Context, id string) (messenger.Connection, error) {
	return messenger.Connection{ID: id, Enabled: true, CanReply: true}, nil
}

func (m *fakeMessenger) Fetch(_ context.Context, ref string) (messenger.Download, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fetches++
	if m.fetch != nil {
		if err := m.fetch(ref); err != nil {
			return messenger.Download{}, err
		}
	}
	return messenger.Download{Body: io.NopCloser(strings.NewReader(ref)), Size: int64(len(ref))}, nil
}

func (m *fakeMessenger) SetWebhook(context.Context, string, string) error { return nil }
func (m *fakeMessenger) WebhookState(context.Context) (messenger.WebhookState, error) {
	return messenger.WebhookState{}, nil
}
func (m *fakeMessenger) DeleteWebhook(context.Context) error          { return nil }
func (m *fakeMessenger) Authentic(*http.Request, []byte, string) bool { return true }
func (m *fakeMessenger) Split([]byte) (messenger.Delivery, error)     { return messenger.Delivery{}, nil }

// Decode reads an event from JSON, or a message of plain words from "chat text".
func (m *fakeMessenger) Decode(raw []byte) (messenger.Event, error) {
	var chat, text string
	switch string(raw) {
	case "garbage":
		return messenger.Event{}, errors.New("not an update")
	case "panic":
		panic("a bug")
	}
	if raw[0] == '{' {
		var e messenger.Event
		return e, json.Unmarshal(raw, &e)
	}
	if _, err := fmt.Sscanf(string(raw), "%s %s", &chat, &text); err != nil {
		return messenger.Event{}, err
	}
	e := event(messenger.EventMessage, chat)
	e.ExternalID, e.Text = text, richtext.Plain(text)
	switch text {
	case "/blocked":
		e.Kind = messenger.EventBlocked
	case "/unblocked":
		e.Kind = messenger.EventUnblocked
	case "/ignored":
		return messenger.Event{Kind: messenger.EventIgnored, Reason: "nothing"}, nil
	case "/started":
		e.Kind = messenger.EventStarted
	}
	return e, nil
}

// event is one of a customer who is called like his chat.
func event(kind messenger.EventKind, chat string) messenger.Event {
	return messenger.Event{
		Kind: kind, At: time.Now(), Chat: messenger.Chat{ID: chat, Kind: messenger.Private},
		From: messenger.Person{ID: chat, Name: "Olena"},
	}
}

func (m *fakeMessenger) sent(chat string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var texts []string
	for _, c := range m.calls {
		if c.chat == chat && c.method == "" {
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

// fakeArbiter answers as the test says; without a test's word there is none.
type fakeArbiter struct {
	mu     sync.Mutex
	decide func(autoreply.Facts, autoreply.Memory, autoreply.Event) autoreply.Decision
	calls  []flow.Call
	// slow is how long a call takes; panics makes it panic.
	slow   time.Duration
	panics bool
}

func (a *fakeArbiter) Arbiter(string) Arbiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.decide == nil {
		return nil
	}
	return a
}

func (a *fakeArbiter) Evaluate(_ context.Context, f autoreply.Facts, m autoreply.Memory, e autoreply.Event, _ time.Time) (autoreply.Decision, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.decide(f, m, e), nil
}

func (a *fakeArbiter) Call(_ context.Context, _ string, c flow.Call) flow.Answer {
	a.mu.Lock()
	a.calls = append(a.calls, c)
	a.mu.Unlock()
	if a.panics {
		panic("a call")
	}
	time.Sleep(a.slow)
	return flow.Answer{Values: map[string]string{"status": "on its way"}}
}

// asked are the calls that were made.
func (a *fakeArbiter) asked() []flow.Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

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

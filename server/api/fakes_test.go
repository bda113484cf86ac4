// A small world for the tests: two bots in two channels, one conversation, and people with different rights.

package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// People of the world. The outsider is a member of the other bot's channel only.
const (
	nobody       = ""
	outsider     = "outsider"
	member       = "member"
	channelAdmin = "channeladmin"
	sysadmin     = "sysadmin"
)

const (
	secret = "s3cret"
	// failingToken lets the fake service answer with the world's error.
	goodToken = "123:token"
)

var someTime = time.UnixMilli(1795356000123)

type world struct {
	t     *testing.T
	bots  []conversation.Bot
	conv  conversation.Conversation
	calls []string
	// err is returned by the next service that is asked to do something; lookupErr by those that find something.
	err, lookupErr error
	connectErr     error
	client         messenger.Messenger
	ready          bool
	panics         bool
	channelAdmins  bool
	added          bots.New
	edited         bots.Edit
	filter         Filter
	delivered      []messenger.Delivery
	exchanges      []messenger.Exchange
	audits         []Audit
	observed       []string
	panicked       []string
	failed         []error
	private        []string
	shown          []PostVersions
	versions       []PostVersions
	// trial is what the simulator was asked, draft and editor what was saved of a flow and by whom.
	trial  answers.Trial
	draft  string
	editor answers.Editor
	// outsiders makes the outsider an admin of the other channel.
	outsiders bool
	// welcome is what the relay says to who opened a bot; welcomeErr that it cannot say it.
	welcome    []byte
	welcomeErr error
	// holding keeps a file being served until it is closed; nil serves at once.
	holding chan struct{}
	// asked counts the links that were looked at.
	asked   atomic.Int32
	handler http.Handler
	server  *server
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, ready: true, client: signed{}}
	w.bots = []conversation.Bot{
		{
			ID: "tg1", Kind: messenger.Telegram, Name: "Shop bot", Username: "shop_bot", ChannelID: "chan-a", Mode: messenger.Webhook,
			Settings: conversation.DefaultSettings(), CreatedBy: sysadmin, CreatedAt: someTime,
		},
		{ID: "vb1", Kind: messenger.Viber, Name: "Viber", ChannelID: "chan-b", Mode: messenger.Webhook, Settings: conversation.DefaultSettings()},
	}
	w.conv = conversation.Conversation{
		ID: "conv1", BotID: "tg1", Status: conversation.Open, Mode: conversation.BotMode,
		Customer:     conversation.Customer{ID: "cust1", Name: "Оля", Username: "olya", Language: "uk"},
		Thread:       conversation.Thread{RootPostID: "root1", ChannelID: "chan-a", Seq: 1},
		WaitingSince: someTime, LastMessageAt: someTime, FirstResponse: 1500 * time.Millisecond,
	}
	w.server = &server{Options: w.options()}
	w.handler = New(w.options())
	return w
}

func (w *world) options() Options {
	return Options{
		Bots: w, Answers: scripts{w}, Relay: welcoming{w}, Team: team{w}, Conversations: w, Store: store{w}, Desk: desk{w}, Files: links{w},
		Access: NewAccess(desk{w}, func() bool { return w.channelAdmins }),
		Notes:  w,
		Kinds: []Kind{
			{ID: messenger.Telegram, Title: "Telegram", Polls: true, Reacts: true, Business: true, Inline: true},
			{ID: messenger.Viber, Title: "Viber"},
		},
		Ready:           func() bool { return w.ready },
		DefaultSettings: conversation.DefaultSettings,
		Audit:           func(a Audit) { w.audits = append(w.audits, a) },
		Observe: func(route string, status int, _ time.Duration) {
			w.observed = append(w.observed, fmt.Sprintf("%s %d", route, status))
		},
		Panicked: func(route string) { w.panicked = append(w.panicked, route) },
		Failed:   func(_ string, err error) { w.failed = append(w.failed, err) },
	}
}

func (w *world) did(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

// Bots.

func (w *world) List(context.Context) []conversation.Bot {
	if w.panics {
		panic("boom")
	}
	return w.bots
}

func (w *world) Bot(_ context.Context, id string) (conversation.Bot, error) {
	if w.lookupErr != nil {
		return conversation.Bot{}, w.lookupErr
	}
	for _, b := range w.bots {
		if b.ID == id {
			return b, nil
		}
	}
	return conversation.Bot{}, errors.Wrap(bots.ErrNotFound, "looking")
}

func (w *world) State(context.Context, string) (bots.State, error) { return bots.OK, nil }

func (w *world) Add(_ context.Context, n bots.New) (conversation.Bot, error) {
	w.did("add %s", n.Kind)
	w.added = n
	return conversation.Bot{ID: "new1", Kind: n.Kind, Name: "New", ChannelID: n.ChannelID, Settings: n.Settings}, w.err
}

func (w *world) Edit(_ context.Context, id string, e bots.Edit) (conversation.Bot, error) {
	w.did("edit %s", id)
	w.edited = e
	return w.bots[0], w.err
}

func (w *world) Pause(_ context.Context, id string) (conversation.Bot, error) {
	w.did("pause %s", id)
	return w.bots[0], w.err
}

func (w *world) Resume(_ context.Context, id string) (conversation.Bot, error) {
	w.did("resume %s", id)
	return w.bots[0], w.err
}

func (w *world) Reclaim(_ context.Context, id string) (conversation.Bot, error) {
	w.did("reclaim %s", id)
	return w.bots[0], w.err
}

func (w *world) Remove(_ context.Context, id string) error {
	w.did("remove %s", id)
	return w.err
}

func (w *world) Health(context.Context, string) (bots.Health, error) {
	return bots.Health{State: bots.Warning, Checks: []bots.Check{
		{Name: "webhook", State: bots.Warning, Detail: "late", Since: someTime},
	}}, w.err
}

func (w *world) Exchanges(context.Context, string) ([]messenger.Exchange, error) {
	return []messenger.Exchange{{
		At: someTime, Direction: messenger.Outbound, Method: "sendMessage", Status: 429, Duration: 12 * time.Millisecond, Error: "slow down",
	}}, w.err
}

func (w *world) Messenger(string) (messenger.Messenger, error) { return w.client, w.connectErr }

func (w *world) Secret(string) (string, error) { return secret, nil }

func (w *world) Observe(_ string, e messenger.Exchange) { w.exchanges = append(w.exchanges, e) }

// Relay.

func (w *world) Accept(_ context.Context, botID string, d messenger.Delivery) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	w.did("accept %s", botID)
	w.delivered = append(w.delivered, d)
	return len(d.Updates), nil
}

// welcoming is the relay of a messenger that takes welcomes.
type welcoming struct{ *world }

func (f welcoming) Welcome(ctx context.Context, botID string, d messenger.Delivery) ([]byte, error) {
	if _, ok := ctx.Deadline(); !ok {
		return nil, errors.New("there is no time limit")
	}
	f.did("welcome %s: %d", botID, len(d.Updates))
	return f.welcome, f.welcomeErr
}

// Conversations.

func (w *world) Conversation(_ context.Context, id string) (conversation.Conversation, error) {
	if id != w.conv.ID {
		return conversation.Conversation{}, relay.ErrNotFound
	}
	return w.conv, w.lookupErr
}

func (w *world) ByThread(_ context.Context, root string) (conversation.Conversation, error) {
	if root != w.conv.Thread.RootPostID {
		return conversation.Conversation{}, relay.ErrNotFound
	}
	return w.conv, nil
}

// Notes.

func (w *world) Write(_ context.Context, n Note) error {
	w.did("note %s %s %s: %s", n.ConversationID, n.RootPostID, n.UserID, n.Text)
	return w.err
}

type team struct{ w *world }

func (f team) Claim(_ context.Context, id, user string) (conversation.Conversation, error) {
	f.w.did("claim %s %s", id, user)
	return f.w.conv, f.w.err
}

func (f team) Close(_ context.Context, id string) (conversation.Conversation, error) {
	f.w.did("close %s", id)
	return f.w.conv, f.w.err
}

func (f team) Reopen(_ context.Context, id string) (conversation.Conversation, error) {
	f.w.did("reopen %s", id)
	return f.w.conv, f.w.err
}

func (f team) SetMode(_ context.Context, id string, m conversation.Mode) (conversation.Conversation, error) {
	f.w.did("mode %s %s", id, m)
	return f.w.conv, f.w.err
}

func (f team) Resend(_ context.Context, id, post string) error {
	f.w.did("resend %s %s", id, post)
	return f.w.err
}

func (f team) Typing(_ context.Context, id string) error {
	f.w.did("typing %s", id)
	return f.w.err
}

func (f team) Connections(_ context.Context, botID string) ([]conversation.Connection, error) {
	return []conversation.Connection{ivan(botID, conversation.ConnectionWaiting)}, f.w.err
}

func (f team) Decide(_ context.Context, botID, id string, accept bool, user string) (conversation.Connection, error) {
	if botID != "tg1" || id != "bc/1" {
		return conversation.Connection{}, errors.Wrap(relay.ErrNotFound, "deciding")
	}
	f.w.did("decide %s %s %v %s", botID, id, accept, user)
	state := conversation.ConnectionRefused
	if accept {
		state = conversation.ConnectionAccepted
	}
	return ivan(botID, state), f.w.err
}

// ivan is the Business connection of the world.
func ivan(botID string, state conversation.ConnectionState) conversation.Connection {
	return conversation.Connection{
		Connection: messenger.Connection{ID: "bc/1", Owner: messenger.Person{ID: "7", Name: "Іван `К`", Username: "ivan"}, Enabled: true},
		BotID:      botID, State: state, Since: someTime, Number: 1,
	}
}

type store struct{ w *world }

func (f store) Conversations(_ context.Context, filter Filter) ([]conversation.Conversation, int, error) {
	f.w.did("conversations")
	f.w.filter = filter
	return []conversation.Conversation{f.w.conv}, 7, f.w.err
}

func (f store) Messages(_ context.Context, _ string, page, perPage int) ([]Message, int, error) {
	f.w.did("messages %d %d", page, perPage)
	return []Message{
		{PostID: "p5", Direction: conversation.Out, At: someTime, State: conversation.Failed, ErrorText: "file_too_large?name=a.zip&limit=50"},
		{PostID: "p4", Direction: conversation.Out, At: someTime, State: conversation.Failed, ErrorCode: "403", ErrorText: "Forbidden: bot was blocked"},
		{PostID: "p3", Direction: conversation.Out, At: someTime, State: conversation.Held, ErrorCode: "closed"},
		{PostID: "p2", Direction: conversation.Out, At: someTime, State: conversation.Sending, Parts: []Part{
			{ExternalID: "55", Kind: "text", State: conversation.Sent},
		}},
		{PostID: "p1", Direction: conversation.In, At: someTime, State: conversation.Received, Versions: []Version{{At: someTime, Text: "was *so*"}}},
	}, 5, f.w.err
}

func (f store) MessageVersions(_ context.Context, id string, limit int) ([]PostVersions, error) {
	f.w.did("versions %s %d", id, limit)
	return f.w.versions, f.w.err
}

func (f store) ConversationOfPost(_ context.Context, id string) (conversation.Conversation, error) {
	if id != "post1" {
		return conversation.Conversation{}, relay.ErrNotFound
	}
	return f.w.conv, nil
}

func (f store) Depth(context.Context, string) (bots.Depth, error) {
	return bots.Depth{Inbox: 1, Outbox: 2, Quarantined: 3, Oldest: someTime}, f.w.err
}

type desk struct{ w *world }

func (f desk) IsSysadmin(user string) bool { return user == sysadmin }

func (f desk) CanPost(user, channel string) bool { return f.CanSee(user, channel) }

func (f desk) CanSee(user, channel string) bool {
	return slices.Contains(map[string][]string{
		"chan-a": {member, channelAdmin, sysadmin},
		"chan-b": {outsider, sysadmin},
		"chan-c": {channelAdmin},
	}[channel], user)
}

func (f desk) IsChannelAdmin(user, channel string) bool {
	return user == channelAdmin && channel == "chan-a" || f.w.outsiders && user == outsider && channel == "chan-b"
}

func (f desk) UserLocale(user string) string {
	if user == outsider {
		return "uk"
	}
	return "en"
}

func (f desk) Ephemeral(user, _, _, text string) {
	f.w.private = append(f.w.private, user+": "+text)
}

func (f desk) ClearNotice(_ context.Context, notice, reply, user string) error {
	f.w.did("clear %s of %s for %s", notice, reply, user)
	return nil
}

func (f desk) Reason(lang, said string) string { return lang + ": " + said }

func (f desk) More(_ context.Context, user string, bot conversation.Bot, c conversation.Conversation) error {
	f.w.did("more of %s at %s for %s", c.ID, bot.ID, user)
	return f.w.err
}

func (f desk) ShowVersions(_ context.Context, user, channel, root, lang string, list []PostVersions) error {
	f.w.did("show versions to %s in %s %s, %s", user, channel, root, lang)
	f.w.shown = list
	return nil
}

// ServeFile streams in several writes, as a large file is.
func (f desk) ServeFile(w http.ResponseWriter, r *http.Request, id string) {
	if f.w.panics {
		panic("boom")
	}
	if f.w.holding != nil {
		<-f.w.holding
	}
	http.ServeContent(w, r, "", someTime, bytes.NewReader([]byte("content of "+id)))
}

// links knows one link.
type links struct{ w *world }

func (f links) Verify(token, name string) (string, bool) {
	f.w.asked.Add(1)
	return "file1", token == "t0ken" && name == "фото 1.jpg"
}

func (f desk) T(lang, key string, args map[string]string) string {
	return catalogText(f.w.t, lang, key, args)
}

// catalogText reads the texts that ship with the plugin.
func catalogText(t *testing.T, lang, key string, args map[string]string) string {
	t.Helper()
	part, _, _ := strings.Cut(key, ".")
	data, err := assets.I18n.ReadFile("i18n/" + part + "." + lang + ".json")
	require.NoError(t, err)
	texts := map[string]string{}
	require.NoError(t, json.Unmarshal(data, &texts))
	text, ok := texts[key]
	require.True(t, ok, "no text %s in %s", key, lang)
	for name, value := range args {
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	require.NotContains(t, text, "{{", key)
	return text
}

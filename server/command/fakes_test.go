// A small world for the tests: three bots, one conversation, and people with different rights.

package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const (
	outsider     = "outsider"
	member       = "member"
	channelAdmin = "channeladmin"
	sysadmin     = "sysadmin"
)

var someTime = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)

type world struct {
	t             *testing.T
	bots          []conversation.Bot
	conv          conversation.Conversation
	calls         []string
	err           error
	ready, panics bool
	channelAdmins bool
	dialogs       []model.OpenDialogRequest
	dialogErr     *model.AppError
	audits        []api.Audit
	panicked      []string
	failed        []error
	// scripts are the automatic answers of tg1; host is what was posted.
	scripts  scripts
	host     host
	commands *Commands
}

func newWorld(t *testing.T) *world {
	t.Helper()
	settings := conversation.DefaultSettings()
	w := &world{t: t, ready: true, bots: []conversation.Bot{
		{ID: "tg1", Kind: messenger.Telegram, Name: "My shop", Username: "shop_bot", ChannelID: "chan-a", Mode: messenger.Webhook, Settings: settings},
		{ID: "vb1", Kind: messenger.Viber, Name: "Viber", ChannelID: "chan-b", Mode: messenger.Webhook, Settings: settings},
		{ID: "vb2", Kind: messenger.Viber, Name: "viber", ChannelID: "chan-b", Mode: messenger.Webhook, Settings: settings},
	}}
	w.conv = conversation.Conversation{
		ID: "conv1", BotID: "tg1", Status: conversation.Open, Thread: conversation.Thread{RootPostID: "root2", ChannelID: "chan-a", Seq: 2},
	}
	w.scripts, w.host = newScripts(w), newHost()
	w.commands = New(Options{
		Bots: w, Answers: &w.scripts, Host: &w.host, Now: func() time.Time { return someTime }, Store: w, Team: team{w}, Conversations: w, Desk: w, Notes: w, PluginID: "msgbot",
		Access:     api.NewAccess(w, func() bool { return w.channelAdmins }),
		Kinds:      []api.Kind{{ID: messenger.Telegram, Title: "Telegram", Polls: true}, {ID: messenger.Viber, Title: "Viber"}},
		OpenDialog: func(r model.OpenDialogRequest) *model.AppError { w.dialogs = append(w.dialogs, r); return w.dialogErr },
		Ready:      func() bool { return w.ready },
		Audit:      func(a api.Audit) { w.audits = append(w.audits, a) },
		Panicked:   func(where string) { w.panicked = append(w.panicked, where) },
		Failed:     func(_ string, err error) { w.failed = append(w.failed, err) },
	})
	return w
}

func (w *world) did(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

func (w *world) List(context.Context) []conversation.Bot {
	if w.panics {
		panic("boom")
	}
	return w.bots
}

func (w *world) State(_ context.Context, id string) (bots.State, error) {
	return map[string]bots.State{"tg1": bots.OK, "vb1": bots.Error, "vb2": bots.Paused}[id], nil
}

func (w *world) change(what, id string) (conversation.Bot, error) {
	w.did("%s %s", what, id)
	i := slices.IndexFunc(w.bots, func(b conversation.Bot) bool { return b.ID == id })
	return w.bots[i], w.err
}

func (w *world) Pause(_ context.Context, id string) (conversation.Bot, error) {
	return w.change("pause", id)
}

func (w *world) Resume(_ context.Context, id string) (conversation.Bot, error) {
	return w.change("resume", id)
}

func (w *world) Reclaim(_ context.Context, id string) (conversation.Bot, error) {
	return w.change("reclaim", id)
}

func (w *world) Remove(_ context.Context, id string) error {
	_, err := w.change("remove", id)
	return err
}

func (w *world) Health(context.Context, string) (bots.Health, error) {
	return bots.Health{State: bots.Warning, Checks: []bots.Check{
		{Name: "token", State: bots.OK},
		{Name: "webhook", State: bots.Warning, Detail: "old.example receives the messages", Since: someTime},
	}}, w.err
}

func (w *world) Exchanges(context.Context, string) ([]messenger.Exchange, error) {
	list := []messenger.Exchange{
		{At: someTime, Direction: messenger.Inbound, Method: "message", Status: 200, Duration: 3 * time.Millisecond},
		{At: someTime, Direction: messenger.Outbound, Method: "sendMessage", Status: 429, Duration: time.Second, Error: "Too `many`"},
	}
	for range 10 {
		list = append(list, messenger.Exchange{At: someTime, Direction: messenger.Outbound, Method: "getMe", Status: 200})
	}
	return list, w.err
}

func (w *world) Depth(context.Context, string) (bots.Depth, error) {
	return bots.Depth{Inbox: 1, Outbox: 2, Quarantined: 3, Oldest: someTime}, w.err
}

func (w *world) ByThread(_ context.Context, root string) (conversation.Conversation, error) {
	if root != "root1" && root != "root2" {
		return conversation.Conversation{}, relay.ErrNotFound
	}
	return w.conv, nil
}

func (w *world) Write(_ context.Context, n api.Note) error {
	w.did("note %s %s %s %s: %s", n.ConversationID, n.ChannelID, n.RootPostID, n.UserID, n.Text)
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

func (f team) ResendLast(_ context.Context, id string) error {
	f.w.did("resend %s", id)
	return f.w.err
}

func (w *world) IsSysadmin(user string) bool { return user == sysadmin }

func (w *world) CanPost(user, channel string) bool { return w.CanSee(user, channel) }

func (w *world) CanSee(user, channel string) bool {
	return slices.Contains(map[string][]string{
		"chan-a": {member, channelAdmin, sysadmin},
		"chan-b": {outsider, sysadmin},
	}[channel], user)
}

func (w *world) IsChannelAdmin(user, channel string) bool {
	return user == channelAdmin && channel == "chan-a"
}

func (w *world) UserLocale(user string) string {
	if user == outsider {
		return "uk"
	}
	return "en"
}

func (w *world) T(lang, key string, args map[string]string) string {
	w.t.Helper()
	all, err := catalogs()
	require.NoError(w.t, err)
	text, ok := all[lang][key]
	require.True(w.t, ok, "no text %s in %s", key, lang)
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		value, ok := args[strings.Trim(found, "{}")]
		require.True(w.t, ok, "%s lacks %s", key, found)
		return value
	})
}

var placeholder = regexp.MustCompile(`{{\w+}}`)

// catalogs are the texts that ship with the plugin, by language.
var catalogs = sync.OnceValues(func() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, lang := range []string{"en", "uk"} {
		names, err := fs.Glob(assets.I18n, "i18n/*"+lang+".json")
		if err != nil {
			return nil, err
		}
		all[lang] = map[string]string{}
		for _, name := range names {
			data, err := assets.I18n.ReadFile(name)
			if err != nil {
				return nil, err
			}
			texts := map[string]string{}
			if err := json.Unmarshal(data, &texts); err != nil {
				return nil, err
			}
			maps.Copy(all[lang], texts)
		}
	}
	return all, nil
})

// enter is a command entered in chan-a, in the thread of root when that is not empty.
func (w *world) enter(user, root, line string) string {
	w.t.Helper()
	response := w.commands.Execute(context.Background(), &model.CommandArgs{
		UserId: user, ChannelId: "chan-a", RootId: root, TriggerId: "trigger", Command: line,
	})
	require.NotNil(w.t, response)
	if response.Text != "" {
		require.Equal(w.t, model.CommandResponseTypeEphemeral, response.ResponseType)
		require.True(w.t, response.SkipSlackParsing, "Mattermost makes links and mentions of <…|…> and <!…> otherwise")
	}
	return response.Text
}

// Bad input of administrators: each gets a clear error and loses nothing.

package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

func TestABotThatCannotBeConnectedIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	account := telegramAccount()
	good := func() world.NewBot {
		return world.NewBot{Kind: "telegram", Token: account.Token, ChannelID: s.channel.Id, Mode: world.Webhook}
	}
	for name, bad := range map[string]struct {
		change func(*world.NewBot)
		status int
		code   string
		field  string
		words  string
	}{
		"token nobody gave": {func(b *world.NewBot) { b.Token = "1:" + strings.Repeat("A", 35) }, 422, "token_refused", "token", ""},
		"token of no form":  {func(b *world.NewBot) { b.Token = "not a token/../x?y#z" }, 422, "token_refused", "token", ""},
		"no token":          {func(b *world.NewBot) { b.Token = " " }, 422, "invalid_field", "token", "missing"},
		"viber token":       {func(b *world.NewBot) { b.Kind, b.Mode = "viber", "" }, 422, "token_refused", "token", "invalidAuthToken"},
		"no such channel":   {func(b *world.NewBot) { b.ChannelID = strings.Repeat("a", 26) }, 422, "invalid_field", "channel_id", "no such channel"},
		"no channel":        {func(b *world.NewBot) { b.ChannelID = "" }, 422, "invalid_field", "channel_id", ""},
		"unknown messenger": {func(b *world.NewBot) { b.Kind = "icq" }, 422, "invalid_field", "kind", "icq"},
		"unknown mode":      {func(b *world.NewBot) { b.Mode = "pigeon" }, 422, "invalid_field", "mode", "pigeon"},
		"bad setting":       {func(b *world.NewBot) { b.Settings = map[string]any{"agent_name": "nick"} }, 422, "invalid_field", "settings.agent_name", "nick"},
		"unknown setting":   {func(b *world.NewBot) { b.Settings = map[string]any{"colour": 1} }, 422, "invalid_field", "settings.colour", "no such field"},
	} {
		request := good()
		bad.change(&request)
		_, err := w.Plugin.AddBot(s.ctx, request)
		refusal := refused(t, err, bad.status, bad.code)
		require.Equal(t, bad.field, refusal.Field, name)
		require.Contains(t, refusal.Message, bad.words, name)
	}
	body := []byte(`{"kind":"telegram","token":`)
	bearer := "Bearer " + w.Admin.Client.AuthToken
	address := w.Server.URL + world.Prefix + "/bots"
	require.Equal(t, 400, s.call(http.MethodPost, address, jsonType, body, "Authorization", bearer))
	require.Equal(t, 415, s.call(http.MethodPost, address, "text/plain", []byte(`{}`), "Authorization", bearer))
	require.Equal(t, 413, s.call(http.MethodPost, address, jsonType, []byte(`{"name":"`+strings.Repeat("x", 2<<20)+`"}`), "Authorization", bearer))

	first := s.connect(&world.Bot{AtTelegram: account}, good())
	_, err := w.Plugin.AddBot(s.ctx, good())
	refused(t, err, http.StatusConflict, "bot_exists")
	s.begins(first, "Оксана", "it works all the same")
	other := telegramAccount()
	_, err = w.Plugin.EditBot(s.ctx, first.ID, map[string]any{"token": other.Token})
	refusal, ok := world.AsRefusal(err)
	require.True(t, ok && refusal.Status == 422 && refusal.Field == "token", "%v", err)
}

func TestAWebhookOfAnotherServiceIsNotTakenUnasked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	address, host := elsewhere(t)
	telegram, viber := telegramAccount(), viberAccount()
	telegram.TakeOver(address)
	viber.TakeOver(address)
	for _, request := range []struct {
		bot *world.Bot
		new world.NewBot
	}{
		{&world.Bot{AtTelegram: telegram}, world.NewBot{Kind: "telegram", Token: telegram.Token, Mode: world.Webhook}},
		{&world.Bot{AtViber: viber}, world.NewBot{Kind: "viber", Token: viber.Token}},
	} {
		request.new.ChannelID = s.channel.Id
		_, err := w.Plugin.AddBot(s.ctx, request.new)
		require.Equal(t, host, refused(t, err, http.StatusConflict, "webhook_in_use").Host)
		if request.bot.AtViber != nil {
			require.Equal(t, address, viber.Webhook())
		}
		request.new.TakeOver = true
		s.begins(s.connect(request.bot, request.new), "Оксана", "one")
	}
}

// Not parallel: it changes a setting. With it, a channel admin adds bots, but only to channels he is in.
func TestAChannelThatTheAdminCannotSeeIsRefused(t *testing.T) {
	s := newScene(t)
	s.configure(map[string]any{"channeladminsmanagebots": true})
	admin := s.colleague(s.channel)
	_, err := w.Admin.Client.UpdateChannelRoles(s.ctx, s.channel.Id, admin.User.Id, "channel_user channel_admin")
	require.NoError(t, err)
	account := telegramAccount()
	request := world.NewBot{Kind: "telegram", Token: account.Token, ChannelID: w.Inbox.Id}
	_, err = world.NewClient(admin).AddBot(s.ctx, request)
	require.Equal(t, "channel_id", refused(t, err, http.StatusUnprocessableEntity, "invalid_field").Field)
	request.ChannelID = s.channel.Id
	bot, err := world.NewClient(admin).AddBot(s.ctx, request)
	require.NoError(t, err)
	require.NoError(t, world.NewClient(admin).RemoveBot(s.ctx, bot.ID))
}

// Not parallel: it points the plugin at the messengers' own clouds. All calls there would go through a proxy that counts
// them and passes none on.
func TestAnAddressThatTheCloudCannotCallIsRefusedBeforeAnyCall(t *testing.T) {
	s := newScene(t)
	list, err := w.Plugin.Bots(s.ctx)
	require.NoError(t, err)
	require.Empty(t, list, "bots of other tests would call the clouds")
	var calls atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	for _, bad := range []struct{ public, kind, words string }{
		{"http://chat.example.com", "telegram", "needs https"},
		{"http://chat.example.com", "viber", "needs https"},
		{"https://chat.example.com:8065", "telegram", "8065"},
		{"https://10.1.2.3", "telegram", "not a public address"},
		{"https://192.168.0.7", "viber", "not a public address"},
		{"https://localhost", "telegram", "not a public address"},
	} {
		s.configure(map[string]any{
			"telegramapiurl": "https://api.telegram.org", "viberapiurl": "https://chatapi.viber.com/pa",
			"publicurl": bad.public, "proxyurl": proxy.URL,
		})
		_, err := w.Plugin.AddBot(s.ctx, world.NewBot{Kind: bad.kind, Token: "1:x", ChannelID: s.channel.Id})
		refusal := refused(t, err, http.StatusUnprocessableEntity, "invalid_field")
		require.Equal(t, "mode", refusal.Field)
		require.Contains(t, refusal.Message, bad.words)
		require.Zero(t, calls.Load(), "the messenger was called")
	}
}

// Not parallel: it changes the key of all tokens and restarts the plugin.
func TestAnEncryptionKeyThatIsLostIsToldAndANewTokenHeals(t *testing.T) {
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "one")
	s.configure(map[string]any{"encryptionkey": strings.Repeat("a", 32)})
	s.replies(c, "with a new key")
	s.receives(customer, "with a new key")
	require.NoError(t, w.Configure(s.ctx, map[string]any{"encryptionkey": strings.Repeat("b", 32)}))
	s.replies(c, "with a changed key")
	s.receives(customer, "with a new key", "with a changed key")

	require.NoError(t, w.Admin.DisablePlugin(s.ctx, world.PluginID))
	require.NoError(t, w.Configure(s.ctx, map[string]any{"encryptionkey": strings.Repeat("c", 32)}))
	require.NoError(t, w.Admin.EnablePlugin(s.ctx, world.PluginID))
	s.turns(bot, "encryption", "error")
	s.alert(s.channel.Id, "encryption key was changed or lost")
	post := s.replies(c, "with a lost key")
	s.settles(c, post, "queued")
	_, err := w.Plugin.EditBot(s.ctx, bot.ID, map[string]any{"token": bot.AtTelegram.Token})
	require.NoError(t, err)
	s.receives(customer, "with a new key", "with a changed key", "with a lost key")
	s.turns(bot, "encryption", "ok")
	s.says(customer, "two")
}

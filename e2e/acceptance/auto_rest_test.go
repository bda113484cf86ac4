// REST of automatic answers: who may do what, and what the messenger shows of the commands.

package acceptance

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestAutoRESTLetsEverybodyDoWhatIsHis(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.publishes(bot, "parcel", parcelFlow("https://api.example.ua"))
	one := s.ruled(bot, usualRules()...)[0].ID

	channelAdmin, stranger := s.colleague(s.channel), s.colleague()
	_, err := w.Admin.Client.UpdateChannelRoles(s.ctx, s.channel.Id, channelAdmin.User.Id,
		model.ChannelUserRoleId+" "+model.ChannelAdminRoleId)
	require.NoError(t, err)
	anonymous := &lab.Session{Client: model.NewAPIv4Client(w.Server.URL)}
	people := []*lab.Session{anonymous, stranger, s.agent, channelAdmin, w.Admin}

	const none, deny, miss, ok = http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusOK
	const made, gone, stale, wrong = http.StatusCreated, http.StatusNoContent, http.StatusConflict, http.StatusUnprocessableEntity
	answers, flows := "/bots/"+bot.ID+"/autoreplies", "/bots/"+bot.ID+"/flows"
	pattern := rule("Ціни", world.Trigger{Kind: "keyword", Match: "regex", Phrases: []string{"("}}, "x", "x")
	unknown := rule("Ціни", keyword("ціна"), "{{nobody.knows}}", "x")
	for _, r := range []struct {
		method, path string
		body         any
		// want are the answers for: anonymous, who is not in the channel, member, channel admin, system admin.
		want [5]int
	}{
		{"GET", answers, nil, [5]int{none, miss, ok, ok, ok}},
		{"POST", answers, rule("Ще", keyword("ще"), "Так", "Yes"), [5]int{none, miss, deny, made, made}},
		{"POST", answers, pattern, [5]int{none, miss, deny, wrong, wrong}},
		{"POST", answers, unknown, [5]int{none, miss, deny, wrong, wrong}},
		{"PUT", answers, world.Rules{Rules: usualRules(), Version: 1 << 40}, [5]int{none, miss, deny, stale, stale}},
		{"PATCH", answers + "/" + one, map[string]any{"enabled": false}, [5]int{none, miss, deny, ok, ok}},
		{"POST", answers + "/test", world.Trial{Text: "ціна"}, [5]int{none, miss, ok, ok, ok}},
		{"DELETE", answers + "/" + one, nil, [5]int{none, miss, deny, gone, miss}},
		{"GET", "/bots/" + bot.ID + "/hours", nil, [5]int{none, miss, ok, ok, ok}},
		{"PUT", "/bots/" + bot.ID + "/hours", world.Hours{Zone: "Mars/Olympus"}, [5]int{none, miss, deny, wrong, wrong}},
		{"PUT", "/bots/" + bot.ID + "/hours", world.Hours{Zone: kyiv, Version: 77}, [5]int{none, miss, deny, stale, stale}},
		{"GET", flows, nil, [5]int{none, miss, ok, ok, ok}},
		{"GET", flows + "/parcel", nil, [5]int{none, miss, ok, ok, ok}},
		{"POST", flows + "/parcel/publish", nil, [5]int{none, miss, deny, deny, ok}}, // it calls a service
		{"POST", flows + "/parcel/off", nil, [5]int{none, miss, deny, ok, ok}},
		{"GET", flows + "/absent", nil, [5]int{none, miss, miss, miss, miss}},
		{"DELETE", flows + "/parcel", nil, [5]int{none, miss, deny, gone, miss}},
	} {
		for i, who := range people {
			require.Equal(t, r.want[i], s.statusOf(who, r.method, r.path, r.body), "%s %s by %d", r.method, r.path, i)
		}
	}
	for i, want := range [5]int{none, miss, deny, ok, ok} {
		require.Equal(t, want, s.savesAs(people[i], bot, "shop", example("shop")), "a flow without a service by %d", i)
	}
	for i, want := range [5]int{none, miss, deny, deny, ok} {
		require.Equal(t, want, s.savesAs(people[i], bot, "parcel", example("parcel")), "a flow with a service by %d", i)
	}
	broken := strings.Replace(example("shop"), "value: delivery}", "value: nowhere}", 1)
	require.Equal(t, wrong, s.savesAs(channelAdmin, bot, "shop", broken))
}

// savesAs saves a flow as somebody, and returns the HTTP status.
func (s *scene) savesAs(who *lab.Session, bot *world.Bot, name, yaml string) int {
	s.Helper()
	token := ""
	if who.Client.AuthToken != "" {
		token = "Bearer " + who.Client.AuthToken
	}
	address := w.Server.URL + world.Prefix + "/bots/" + bot.ID + "/flows/" + name
	return s.call(http.MethodPut, address, "application/yaml", []byte(yaml), "Authorization", token)
}

func TestAutoAChannelAdminsSimulatorKnowsNoConversationOfOthers(t *testing.T) {
	t.Parallel()
	s, other := newScene(t), newScene(t)
	bot, elsewhere := s.telegram(world.Webhook, nil), other.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()...)
	_, c := other.begins(elsewhere, "Оксана", "Добрий день")
	for _, who := range []*world.Client{w.Plugin, world.NewClient(s.agent)} {
		_, err := who.Simulate(s.ctx, bot.ID, world.Trial{Text: "ціна", ConversationID: c.ID})
		refused(t, err, http.StatusUnprocessableEntity, "invalid_field")
	}
}

func TestAutoTheCommandsOfTelegramFollowRulesAndFlowsByLanguage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	require.Empty(t, bot.AtTelegram.Commands("uk"))
	s.ruled(bot, rule("Години роботи", world.Trigger{Kind: "command", Commands: []string{"/hours"}}, "9–18", "9–18"))
	s.lists(bot, "uk", "hours — Години роботи", "human — Поговорити з людиною")
	s.lists(bot, "en", "hours — Години роботи", "human — Talk to a person")
	s.lists(bot, "pl", "hours — Години роботи", "human — Поговорити з людиною")

	s.publishes(bot, "shop", example("shop"))
	s.lists(bot, "uk", "menu — Меню", "hours — Години роботи", "human — Поговорити з людиною")
	s.lists(bot, "en", "menu — Menu", "hours — Години роботи", "human — Talk to a person")
	_, err := w.Plugin.FlowAction(s.ctx, bot.ID, "shop", "off")
	require.NoError(t, err)
	s.lists(bot, "uk", "hours — Години роботи", "human — Поговорити з людиною")
	s.ruled(bot)
	s.lists(bot, "uk")
	s.lists(bot, "en")
}

// lists waits until Telegram shows exactly these commands to customers of a language.
func (s *scene) lists(bot *world.Bot, language string, want ...string) {
	s.Helper()
	var now []string
	err := eventually(s.ctx, "the commands", func() bool {
		now = nil
		for _, c := range bot.AtTelegram.Commands(language) {
			now = append(now, described(c))
		}
		return slices.Equal(now, want)
	})
	require.Equal(s, want, now, "%v", err)
}

func described(c telegramtest.Command) string { return c.Name + " — " + c.Description }

func TestAutoAServiceAtAPrivateAddressIsNotCalled(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.publishes(bot, "parcel", parcelFlow(w.Server.URL))
	c := s.chatter(bot, "Оксана")
	c.opens("")
	c.gets("Вітаємо, Оксана! Чим допомогти?", "📦 Де моя посилка", "Тарифи", "Відділення", "Поговорити з людиною")
	c.taps("📦 Де моя посилка")
	c.gets("Надішліть номер посилки — 14 цифр із чека або повідомлення.")
	c.customer.Says(knownParcel)
	c.gets("Не вдалося знайти посилку "+knownParcel+". Можливо, її ще не зареєстровано або в номері помилка.",
		"Спробувати ще раз", "Меню", "Людина")
	exchanges, err := w.Plugin.Exchanges(s.ctx, bot.ID)
	require.NoError(t, err)
	i := slices.IndexFunc(exchanges, func(e world.Exchange) bool { return strings.HasPrefix(e.Method, "flow ") })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, "flow 127.0.0.1", exchanges[i].Method)
	require.Contains(t, exchanges[i].Error, "not a public one")
	require.NotContains(t, exchanges[i].Error, knownParcel)
}

// The lists behind the autocomplete, and commands in answers that can be copied.

package api

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func (w *world) items(user, path string) []string {
	w.t.Helper()
	var list []model.AutocompleteListItem
	require.NoError(w.t, json.Unmarshal(w.as(user, "GET", path, "").Body.Bytes(), &list))
	items := []string{}
	for _, item := range list {
		items = append(items, strings.TrimSpace(item.Item+" "+item.Hint))
	}
	return items
}

func TestRulesAndFlowsAreOfferedWhileSomebodyTypes(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, []string{"r1 Ціни"}, w.items(member, "/api/v1/autocomplete/rules?channel_id=chan-a"))
	rules := w.as(sysadmin, "GET", "/api/v1/autocomplete/rules?channel_id=chan-b", "").Body.String()
	require.JSONEq(t, `[{"Item":"r1","Hint":"Ціни","HelpText":"Viber (Viber)"},{"Item":"r1","Hint":"Ціни","HelpText":"Shop bot (Telegram)"}]`, rules)
	require.Equal(t, []string{"shop"}, w.items(member, "/api/v1/autocomplete/flows?channel_id=chan-a"))
	require.Equal(t, []string{`"Shop bot" shop`, "Viber shop"}, w.items(sysadmin, "/api/v1/autocomplete/flows?channel_id=elsewhere"))
	require.Empty(t, w.items("stranger", "/api/v1/autocomplete/rules"))
	require.Empty(t, w.items("stranger", "/api/v1/autocomplete/flows"))
}

// tellers are automatic answers with dates and a menu.
type tellers struct{ scripts }

func (tellers) Hours(context.Context, string) (hours.Hours, error) {
	return hours.Hours{Zone: "Europe/Kyiv", Dates: []hours.Date{{Date: "--12-25", Name: "Різдво"}, {Date: "2026-12-31"}}}, nil
}

func (tellers) Flow(context.Context, string, string, int, answers.Editor) (answers.StoredFlow, error) {
	return answers.StoredFlow{Name: MenuName, Version: 1, Text: `flow: menu
start: main
steps:
  main:
    text: {uk: Так}
    buttons:
      - [{label: {uk: Сайт}, do: url, value: "https://example.ua"}, {label: {uk: Ціни}, do: go, value: prices}]
      - [{label: {uk: Адреса}, do: go, value: prices}]
  prices: {text: {uk: 70}, buttons: [[{label: {uk: Знову}, do: go, value: main}]]}
`}, nil
}

// newCrowdedWorld has two bots in chan-a.
func newCrowdedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.bots = append(w.bots, conversation.Bot{ID: "tg2", Kind: messenger.Telegram, Name: "Other", ChannelID: "chan-a", Settings: conversation.DefaultSettings()})
	return w
}

func TestDatesAndButtonsAreOfferedWithTheBotWhereItHasToBeNamed(t *testing.T) {
	for path, want := range map[string][]string{
		"dates": {"25.12", "31.12.2026"}, "paths": {"1", "1.1", "2", "2.1"},
		"new-paths": {"1", "1.1", "2", "2.1", "3", "1.2", "2.2"},
	} {
		for _, w := range []*world{newWorld(t), newCrowdedWorld(t)} {
			o := w.options()
			o.Answers = tellers{scripts{w}}
			w.handler = New(o)
			var all []string
			for _, b := range w.bots {
				for _, item := range want {
					if b.ChannelID == "chan-a" {
						all = append(all, BotPrefix(b, w.bots, "chan-a")+item)
					}
				}
			}
			require.Equal(t, all, w.items(sysadmin, "/api/v1/autocomplete/"+path+"?channel_id=chan-a"))
		}
	}
	require.Empty(t, newWorld(t).items(member, "/api/v1/autocomplete/paths?channel_id=chan-a"), "no menu yet")
	require.Equal(t, []string{`"Shop bot" 1`, "Other 1"}, newCrowdedWorld(t).items(sysadmin, "/api/v1/autocomplete/new-paths?channel_id=chan-a"))
}

func TestABotIsOfferedWhereOneHasToBeNamed(t *testing.T) {
	path := "/api/v1/autocomplete/which-bot?channel_id="
	require.Empty(t, newWorld(t).items(member, path+"chan-a"), "there is one only")
	w := newCrowdedWorld(t)
	require.Equal(t, []string{`"Shop bot"`, "Other"}, w.items(sysadmin, path+"chan-a"))
	require.Equal(t, []string{`"Shop bot"`, "Viber", "Other"}, w.items(sysadmin, path+"elsewhere"))
	require.Empty(t, w.items("stranger", path+"chan-a"))
}

func TestARuleIsFoundByTheBeginningOfItsName(t *testing.T) {
	w := newWorld(t)
	typed := func(text string) string {
		return "/api/v1/autocomplete/rules?channel_id=chan-a&" + url.Values{
			"parsed": {"msgbot autoreply edit "}, "user_input": {"msgbot autoreply edit " + text},
		}.Encode()
	}
	require.Equal(t, []string{"r1 Ціни"}, w.items(member, typed("")))
	require.Equal(t, []string{"Ціни r1"}, w.items(member, typed("ці")))
	require.Equal(t, []string{"r1 Ціни"}, w.items(member, typed("r")))
}

func TestARuleThatWasAddedSaysHowItIsTried(t *testing.T) {
	for kind, c := range map[autoreply.TriggerKind]struct {
		values map[string]any
		tried  string
	}{
		autoreply.OnKeyword:  {map[string]any{"trigger.phrases": "цін*\nпрайс", "trigger.match": "contains"}, "цін"},
		autoreply.OnCommand:  {map[string]any{"trigger.payload": "autumn"}, "/start autumn"},
		autoreply.OnFirst:    {nil, "Hello!"},
		autoreply.Fallback:   {nil, "Hello!"},
		autoreply.OnNoAnswer: {map[string]any{"trigger.after": "10m"}, ""},
	} {
		values := map[string]any{"name": "n", "texts.uk": "x", "when": "always"}
		for name, value := range c.values {
			values[name] = value
		}
		for _, w := range []*world{newWorld(t), newCrowdedWorld(t)} {
			require.Equal(t, model.SubmitDialogResponse{}, w.submit(channelAdmin, "rule-add", "tg1 "+string(kind), values))
			naming := map[bool]string{true: `"Shop bot" `}[len(w.bots) > 2]
			if c.tried == "" {
				require.NotContains(t, w.private[0], "Try it", "time has to pass for it")
				continue
			}
			require.Contains(t, w.private[0], "Try it: `/msgbot autoreply test "+naming+c.tried+"`", kind)
		}
	}
	b := conversation.Bot{ID: "vb1", Name: "Viber", ChannelID: "chan-b"}
	require.Equal(t, "`/msgbot autoreply test \"Viber\" x`", trialCommand(b, []conversation.Bot{b}, "chan-a", "x"), "else it is taken for text")
}

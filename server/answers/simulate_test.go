// The simulator tells what would be answered and why others would not, and changes nothing.

package answers

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func (h *house) simulate(trial Trial) Outcome {
	h.t.Helper()
	out, err := h.Simulate(h.t.Context(), botID, trial)
	require.NoError(h.t, err)
	return out
}

func TestTheSimulatorSaysWhatFiresAndWhyOthersDoNot(t *testing.T) {
	h := newHouse(t)
	price := keyword("ціна", "{{customer.first_name}}: 100")
	price.Texts["en"] = "{{customer.first_name}}: one hundred"
	price.Trigger.MaxLength = 20
	fired := h.add(price)
	low := h.add(keyword("ціна", "дешево"))
	off := keyword("ціна", "ні")
	off.Enabled = false
	silent := h.add(off)
	away := h.add(autoreply.Rule{Enabled: true, Trigger: autoreply.Trigger{Kind: autoreply.OnAway}, Texts: flow.Texts{"uk": "Зачинено", "en": "Closed"}})
	_, err := h.PutHours(t.Context(), botID, hoursOf("09:00-18:00"))
	require.NoError(t, err)
	monday := time.Date(2026, time.December, 7, 9, 0, 0, 0, time.UTC)

	out := h.simulate(Trial{Text: "Яка ціна?", At: monday})
	require.Equal(t, &Fired{Rules: []string{fired.ID}, Text: ": 100", Language: "uk"}, out.Fired)
	require.Equal(t, []autoreply.Considered{
		{Rule: low.ID, Reason: autoreply.ReasonOutranked}, {Rule: silent.ID, Reason: autoreply.ReasonOff}, {Rule: away.ID, Reason: autoreply.ReasonSchedule},
	}, out.Considered)

	out = h.simulate(Trial{Text: "ціна", Language: "en-US"})
	require.Equal(t, []string{fired.ID, away.ID}, out.Fired.Rules, "it is Wednesday: away is added")
	require.Equal(t, ": one hundred\n\nClosed", out.Fired.Text)
	require.Equal(t, "en", out.Fired.Language)

	out = h.simulate(Trial{Text: "скажіть мені, будь ласка, яка ціна", At: monday})
	require.Equal(t, []string{low.ID}, out.Fired.Rules)
	require.Contains(t, out.Considered, autoreply.Considered{Rule: fired.ID, Reason: autoreply.ReasonTooLong})

	out = h.simulate(Trial{Text: "інше", At: monday})
	require.Nil(t, out.Fired)
	require.Equal(t, autoreply.SilenceNothing, out.Silence)
	require.Len(t, out.Considered, 4)
	require.Empty(t, h.exchanges)
}

func TestTheSimulatorKnowsTheConversation(t *testing.T) {
	h := newHouse(t)
	r := keyword("ціна", "{{customer.first_name}} {{customer.username}}")
	r.Texts["en"] = "Olya"
	r.Cooldown = conversation.Duration(time.Hour)
	fired := h.add(r)
	c := conversation.Conversation{
		BotID: botID, Mode: conversation.BotMode, Status: conversation.Open, Chat: messenger.Chat{Kind: messenger.Private},
		Customer: conversation.Customer{FirstName: "Оля", Username: "olya", Language: "uk"},
	}
	require.Equal(t, "Оля olya", h.simulate(Trial{Text: "ціна", Conversation: &c}).Fired.Text)
	require.Equal(t, "Olya", h.simulate(Trial{Text: "ціна", Language: "en", Conversation: &c}).Fired.Text, "his language can be tried out")

	for reason, change := range map[autoreply.Reason]func(*conversation.Conversation){
		autoreply.ReasonMode: func(c *conversation.Conversation) {
			c.Mode, c.LastAgentAt, c.WaitingSince = conversation.HumanMode, noon, noon
		},
		autoreply.ReasonCooldown: func(c *conversation.Conversation) {
			c.Memory, _ = json.Marshal(autoreply.Memory{Fired: map[string]time.Time{fired.ID: noon.Add(-time.Minute)}})
		},
	} {
		other := c
		change(&other)
		require.Equal(t, []autoreply.Considered{{Rule: fired.ID, Reason: reason}}, h.simulate(Trial{Text: "ціна", Conversation: &other}).Considered)
	}
	for silence, change := range map[string]func(*conversation.Conversation){
		autoreply.SilenceGroup:    func(c *conversation.Conversation) { c.Chat.Kind = messenger.Group },
		autoreply.SilenceBusiness: func(c *conversation.Conversation) { c.Chat.Connection = "bc1" },
	} {
		other := c
		change(&other)
		require.Equal(t, silence, h.simulate(Trial{Text: "ціна", Conversation: &other}).Silence)
	}
	nameless := c
	nameless.Customer = conversation.Customer{Name: "Оля Коваль"}
	require.Equal(t, "Оля Коваль", h.simulate(Trial{Text: "ціна", Conversation: &nameless}).Fired.Text, "a messenger that tells one name")
	named, _ := h.Known(botID)
	h.edit(botID, func(b *conversation.Bot) { b.Settings.AgentName = conversation.NameFirst })
	told := h.add(keyword("хто", "Це {{agent.first_name}}"))
	assigned := c
	assigned.AssigneeID = "ivan"
	require.Equal(t, "Це first name of ivan", h.simulate(Trial{Text: "хто", Conversation: &assigned}).Fired.Text)
	require.NoError(t, h.RemoveRule(t.Context(), botID, told.ID))
	h.edit(botID, func(b *conversation.Bot) { b.Settings = named.Settings })
	handed := c
	handed.Mode, handed.HumanSince = conversation.HumanMode, noon.Add(-25*time.Hour)
	require.NotNil(t, h.simulate(Trial{Text: "ціна", Conversation: &handed}).Fired, "human mode without a word of an agent ends too")
	c.Memory = json.RawMessage(`[]`)
	_, err := h.Simulate(t.Context(), botID, Trial{Text: "ціна", Conversation: &c})
	require.Error(t, err)
}

func TestTheSimulatorShowsFlowsAndCallsNobody(t *testing.T) {
	h := newHouse(t)
	h.add(autoreply.Rule{Enabled: true, Trigger: autoreply.Trigger{Kind: autoreply.Fallback}, Texts: flow.Texts{"uk": "Хтось відповість"}})
	require.Nil(t, h.simulate(Trial{Text: "/start"}).Fired, "opening the bot is no text")
	require.Nil(t, h.simulate(Trial{Text: "/start@shop_bot promo"}).Fired)
	h.publish(menu("m", "Вітаю", "/start"))
	require.Equal(t, &Fired{Flow: "m/main", Text: "Вітаю", Language: "uk", Buttons: []string{"Людина"}}, h.simulate(Trial{Text: "/start"}).Fired)
	r := keyword("де", "Зараз")
	r.Actions.Flow = h.publish(lookup("calls"))
	added := h.add(r)
	require.Equal(t, &Fired{Rules: []string{added.ID}, Flow: "calls/ask"}, h.simulate(Trial{Text: "де?"}).Fired)
	require.Empty(t, h.exchanges)
}

func TestTheSimulatorNeedsATextAndSeesWhatOtherNodesChanged(t *testing.T) {
	h := newHouse(t)
	_, err := h.Simulate(t.Context(), botID, Trial{Text: " "})
	require.Equal(t, "text", fieldWrong(t, err))
	require.Equal(t, Outcome{Silence: autoreply.SilenceNothing}, h.simulate(Trial{Text: "a"}), "nothing answers in this bot")
	h.store.set(botID, func(s *Script) { s.Rules = []autoreply.Rule{withID("r1", keyword("a", "b"))} })
	require.Equal(t, "b", h.simulate(Trial{Text: "a"}).Fired.Text)
	h.store.err = errAway
	_, err = h.Simulate(t.Context(), botID, Trial{Text: "a"})
	require.Error(t, err)
}

func TestTheSimulatorShowsButtonsAndASampleName(t *testing.T) {
	h := newHouse(t)
	price := keyword("ціна", "{{customer.first_name}}: 100")
	price.Buttons = [][]flow.Button{
		{{Label: flow.Texts{"uk": "Людина"}, Do: flow.DoHandover}, {Label: flow.Texts{"uk": "Сайт"}, Do: flow.DoURL, Value: "https://example.ua"}},
	}
	fired := h.add(price)
	out := h.simulate(Trial{Text: "ціна", FirstName: "Оля"})
	require.Equal(t, &Fired{Rules: []string{fired.ID}, Text: "Оля: 100", Language: "uk", Buttons: []string{"Людина", "Сайт"}}, out.Fired)

	c := conversation.Conversation{Customer: conversation.Customer{Name: "Іван"}}
	c.Chat.Kind = messenger.Private
	require.Equal(t, "Іван: 100", h.simulate(Trial{Text: "ціна", FirstName: "Оля", Conversation: &c}).Fired.Text, "who has a name keeps it")
}

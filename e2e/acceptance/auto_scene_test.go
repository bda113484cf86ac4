// Automatic answers: bots with rules, hours and flows, what their customers press and get, and what the thread shows of it.

package acceptance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/docs/examples"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// propAuto marks the posts of automatic messages.
const propAuto = "msgbot_auto"

// rule is one that is on, with a text in Ukrainian and one in English.
func rule(name string, trigger world.Trigger, uk, en string) world.Rule {
	return world.Rule{
		Name: name, Enabled: true, Trigger: trigger, When: "always", Texts: map[string]string{"uk": uk, "en": en},
	}
}

func keyword(phrases ...string) world.Trigger {
	return world.Trigger{Kind: "keyword", Match: "contains", Phrases: phrases}
}

// ruled gives a bot these rules instead of those it has, and returns them with their ids.
func (s *scene) ruled(bot *world.Bot, rules ...world.Rule) []world.Rule {
	s.Helper()
	now, err := w.Plugin.Rules(s.ctx, bot.ID)
	require.NoError(s, err)
	now, err = w.Plugin.PutRules(s.ctx, bot.ID, world.Rules{Rules: append([]world.Rule{}, rules...), Version: now.Version})
	require.NoError(s, err)
	return now.Rules
}

// hits are how often each rule of a bot answered, by name.
func (s *scene) hits(bot *world.Bot) map[string]int64 {
	s.Helper()
	now, err := w.Plugin.Rules(s.ctx, bot.ID)
	require.NoError(s, err)
	count := map[string]int64{}
	for _, r := range now.Rules {
		count[r.Name] = r.Hits
	}
	return count
}

// keeps gives a bot these hours.
func (s *scene) keeps(bot *world.Bot, hours world.Hours) {
	s.Helper()
	_, err := w.Plugin.PutHours(s.ctx, bot.ID, hours)
	require.NoError(s, err)
}

// kyiv is the zone of the hours of the tests.
const kyiv = "Europe/Kyiv"

// closedNow are hours that open tomorrow at 10:00 in Kyiv, whatever day and hour it is.
func closedNow() world.Hours {
	zone, err := time.LoadLocation(kyiv)
	if err != nil {
		panic(err)
	}
	now := time.Now().In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone)
	hours := daily(kyiv, "10:00-18:00")
	hours.Override = &world.Override{Until: midnight.UnixMilli()}
	return hours
}

// daily are the same hours for every day, by the clock of a zone.
func daily(zone string, intervals ...string) world.Hours {
	hours := world.Hours{Zone: zone, Week: map[string][]string{}}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		hours.Week[day] = intervals
	}
	return hours
}

// publishes puts a flow in force.
func (s *scene) publishes(bot *world.Bot, name, yaml string) world.Flow {
	s.Helper()
	flow, err := w.Plugin.PublishFlow(s.ctx, bot.ID, name, yaml)
	require.NoError(s, err)
	require.True(s, flow.On)
	return flow
}

// example is a flow of docs/examples.
func example(name string) string {
	text, err := examples.Flows.ReadFile(name + ".yaml")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// chatter is a customer in front of a bot that answers by itself. What he got so far is counted, so that an answer too many
// is found by the next look.
type chatter struct {
	*scene
	customer *world.Customer
	seen     int
}

func (s *scene) chatter(bot *world.Bot, name string) *chatter {
	return &chatter{scene: s, customer: s.customer(bot, fmt.Sprintf("%s %d", name, numbers.Add(1)))}
}

// opens opens the bot: /start at Telegram, at Viber the chat itself.
func (c *chatter) opens(payload string) {
	if c.customer.AtViber != nil {
		c.customer.AtViber.Opens(payload)
		return
	}
	c.customer.AtTelegram.Start(payload)
}

// taps presses a button or key that he sees now.
func (c *chatter) taps(label string) {
	c.Helper()
	if v := c.customer.AtViber; v != nil {
		v.PressesButton(label)
		return
	}
	tg := c.customer.AtTelegram
	if last := lastFromBot(c.customer); len(last.Buttons) > 0 {
		tg.Presses(last.ID, label)
		return
	}
	tg.PressesKey(label)
}

// sharesPhone presses the button for it.
func (c *chatter) sharesPhone() {
	if v := c.customer.AtViber; v != nil {
		v.SharesPhone()
		return
	}
	c.customer.AtTelegram.SharesPhone()
}

// phone is his number as a flow keeps it.
func (c *chatter) phone() string {
	if v := c.customer.AtViber; v != nil {
		return "+" + strings.TrimPrefix(v.Phone, "+")
	}
	return c.customer.AtTelegram.Phone
}

// gets waits for the bot's next message, and requires that it is this one with these buttons and that nothing else came.
func (c *chatter) gets(text string, labels ...string) {
	c.Helper()
	c.seen++
	err := eventually(c.ctx, "an answer", func() bool { return len(c.customer.Received()) >= c.seen })
	lines := c.customer.Received()
	require.Len(c, lines, c.seen, "%v; wanted %q; he has %q", err, text, received(c.customer))
	require.Equal(c, text, lines[c.seen-1].Text)
	require.Equal(c, labels, c.labels(), "below %q", text)
}

// getsNothing waits until all he did is worked off, and requires that nothing came of it.
func (c *chatter) getsNothing() {
	c.Helper()
	c.rests()
	require.Len(c, c.customer.Received(), c.seen, "%q", received(c.customer))
}

// rests waits until his bot has nothing to do.
func (c *chatter) rests() {
	c.Helper()
	c.worksOff(c.customer.Bot)
	require.NoError(c, eventually(c.ctx, "an empty outbox", func() bool { return c.status(c.customer.Bot).Outbox == 0 }))
}

// labels are the buttons below the bot's last message, or the keys in place of them.
func (c *chatter) labels() []string {
	var labels []string
	if v := c.customer.AtViber; v != nil {
		for _, b := range slices.Concat(v.Buttons()...) {
			labels = append(labels, b.Label)
		}
		return labels
	}
	last := lastFromBot(c.customer)
	for _, b := range slices.Concat(last.Buttons...) {
		labels = append(labels, b.Text)
	}
	if labels == nil && c.showsKeys() {
		for _, k := range slices.Concat(c.customer.AtTelegram.Keys()...) {
			labels = append(labels, k.Text)
		}
	}
	return labels
}

// showsKeys tells whether the bot's last message put keys in place of the customer's own: earlier ones stay at hand.
func (c *chatter) showsKeys() bool {
	chat := strconv.FormatInt(c.customer.AtTelegram.ID, 10)
	for _, r := range slices.Backward(w.TelegramCloud.Calls("sendMessage")) {
		if r.Params["chat_id"] == chat {
			return strings.HasPrefix(r.Params["reply_markup"], `{"keyboard"`)
		}
	}
	return false
}

// lastFromBot is the bot's last message in a chat of Telegram.
func lastFromBot(customer *world.Customer) telegramtest.ChatMessage {
	for _, m := range slices.Backward(customer.AtTelegram.Chat()) {
		if m.FromBot {
			return m
		}
	}
	return telegramtest.ChatMessage{}
}

// automatic are the automatic messages that his thread shows, oldest first.
func (c *chatter) automatic() []string {
	c.Helper()
	return texts(c.automaticPosts())
}

func (c *chatter) automaticPosts() []*model.Post {
	c.Helper()
	return slices.DeleteFunc(c.thread(c.conversation(c.customer).RootPostID), func(p *model.Post) bool { return p.GetProp(propAuto) == nil })
}

// shows waits until the thread shows exactly these automatic messages.
func (c *chatter) shows(want ...string) {
	c.Helper()
	var now []string
	err := eventually(c.ctx, "the automatic messages in the thread", func() bool {
		now = c.automatic()
		return len(now) >= len(want)
	})
	require.Equal(c, want, now, "%v", err)
}

// automatically is how a thread shows an automatic message: who answered, the text, and the buttons as words that no
// line break tears apart.
func automatically(by, text string, labels ...string) string {
	lines := []string{"🤖 *automatic · " + by + "*", text}
	var boxes []string
	for _, label := range labels {
		boxes = append(boxes, "`"+strings.ReplaceAll(label, " ", "\u00a0")+"`")
	}
	if len(boxes) > 0 {
		lines = append(lines, strings.Join(boxes, " "))
	}
	return strings.Join(lines, "\n")
}

// From Telegram to Mattermost: cases 1 to 9 and 24. Further ones are in the files that begin with in_.

package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

var modes = []world.Mode{world.Webhook, world.Polling}

func TestCase01FirstMessageOpensAThreadAndTheSecondFollows(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oksana, c := s.begins(s.telegram(world.Webhook, nil), "Оксана Шевченко", "Добрий день!")
	second := s.says(oksana, "Де моя посилка?")

	require.Equal(t, c.RootPostID, second.RootId)
	cards := s.cards()
	require.Len(t, cards, 1)
	require.Equal(t, c.RootPostID, cards[0].Id)
	require.Contains(t, cards[0].Message, "**Оксана Шевченко**")
	require.Contains(t, cards[0].Message, "Добрий день!")
	require.Equal(t, []string{"Добрий день!", "Де моя посилка?"}, s.inbound(c.RootPostID))
	require.Equal(t, "Оксана Шевченко", second.GetProp(model.PostPropsOverrideUsername))
	require.Equal(t, cards[0].UserId, second.UserId)
}

func TestCase01AFirstMessageWithoutTextOpensAThreadToo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	customer.AtTelegram.SendsPhoto(picture(1), "")
	photo := s.arrivals(customer, 1)[0]
	require.Equal(t, []string{picture(1).SHA256()}, s.hashes(photo))
	card := s.cards()[0]
	require.Equal(t, photo.RootId, card.Id)
	require.Empty(t, card.FileIds)
	require.Len(t, strings.Split(card.Message, "\n"), 2, "the card does not say what the first message is: %q", card.Message)
	require.NotZero(t, s.conversation(customer).WaitingSince)
}

// arrivesAs makes a customer write a formatted text, once alone and once under a photo, and requires the Markdown that it
// becomes.
func arrivesAs(t *testing.T, markdown, text string, entities ...telegramtest.Entity) {
	t.Helper()
	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	customer.AtTelegram.Says(text, entities...)
	customer.AtTelegram.SendsPhoto(picture(1), text, entities...)
	posts := s.arrivals(customer, 2)
	require.Equal(t, []string{markdown, markdown}, texts(posts))
	require.Equal(t, []string{picture(1).SHA256()}, s.hashes(posts[1]))
}

func TestCase02OffsetsAreUTF16AndOddEntitiesLoseNoText(t *testing.T) {
	t.Parallel()
	arrivesAs(t, "👍🏽 **bold**", "👍🏽 bold", telegramtest.Entity{Type: "bold", Offset: 5, Length: 4})

	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	customer.AtTelegram.Says("👍🏽 abcdef",
		telegramtest.Entity{Type: "bold", Offset: 1, Length: 1},
		telegramtest.Entity{Type: "italic", Offset: 5, Length: 3},
		telegramtest.Entity{Type: "strikethrough", Offset: 6, Length: 4},
		telegramtest.Entity{Type: "bold", Offset: -3, Length: 4},
		telegramtest.Entity{Type: "bold", Offset: 8, Length: 1 << 40},
		telegramtest.Entity{Type: "underline", Offset: 5, Length: 2},
		telegramtest.Entity{Type: "spoiler", Offset: 7, Length: 2})
	var shown []string
	require.NoError(t, eventually(s.ctx, "the message", func() bool {
		shown = s.inbound(s.conversation(customer).RootPostID)
		return len(shown) > 0
	}))
	require.Equal(t, "👍🏽 abcdef", strings.NewReplacer("*", "", "_", "", "~", "", "\u2060", "").Replace(shown[0]))
}

func TestCase03NestedFormattingStaysNested(t *testing.T) {
	t.Parallel()
	arrivesAs(t, "**bold *italic*** [***link***](https://a.b)", "bold italic link",
		telegramtest.Entity{Type: "bold", Offset: 0, Length: 16},
		telegramtest.Entity{Type: "italic", Offset: 5, Length: 11},
		telegramtest.Entity{Type: "text_link", Offset: 12, Length: 4, URL: "https://a.b"})
	arrivesAs(t, "[***x***](https://a.b)", "x",
		telegramtest.Entity{Type: "bold", Offset: 0, Length: 1},
		telegramtest.Entity{Type: "italic", Offset: 0, Length: 1},
		telegramtest.Entity{Type: "text_link", Offset: 0, Length: 1, URL: "https://a.b"})
}

func TestCase04MarkdownOfCustomersMeansNothingAndMentionsNobody(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана @all")
	before := s.mentions()
	hostile := "*_~|#@all @" + s.agent.User.Username
	customer.AtTelegram.Says(hostile)
	customer.AtTelegram.SendsDocument(telegramtest.File{Name: "@all.pdf", Content: body(pdfHead, "all")}, hostile)
	harmless := "\\*\\_~|#@\u2060all @\u2060" + s.agent.User.Username
	require.Equal(t, []string{harmless, harmless}, texts(s.arrivals(customer, 2)))

	require.Equal(t, before, s.mentions(), "the customer mentioned an agent")
}

// mentions are how often the agent was mentioned in the channel and did not look yet; his joining is one.
func (s *scene) mentions() int64 {
	s.Helper()
	member, _, err := s.agent.Client.GetChannelMember(s.ctx, s.channel.Id, s.agent.User.Id, "")
	require.NoError(s, err)
	return member.MentionCount
}

func TestCase05PreWithBackticksGetsALongerFence(t *testing.T) {
	t.Parallel()
	code := "a\n```\nb ````` c"
	arrivesAs(t, "``````go\n"+code+"\n``````", code,
		telegramtest.Entity{Type: "pre", Offset: 0, Length: len(code), Language: "go"})
}

func TestCase06ATextThatIsOneLinkOrOneEmojiIsNotEmpty(t *testing.T) {
	t.Parallel()
	arrivesAs(t, "[тут](https://a.b)", "тут", telegramtest.Entity{Type: "text_link", Offset: 0, Length: 3, URL: "https://a.b"})
	arrivesAs(t, "🔥", "🔥", telegramtest.Entity{Type: "custom_emoji", Offset: 0, Length: 2})
}

func TestCase07RightToLeftTextKeepsItsOrder(t *testing.T) {
	t.Parallel()
	arrivesAs(t, "שלום **עולם** טוב", "שלום עולם טוב", telegramtest.Entity{Type: "bold", Offset: 5, Length: 4})
}

func TestCase08TheSameUpdateTwiceIsOnePost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer, c := s.begins(s.telegram(world.Webhook, nil), "Оксана", "one")
	again := customer.AtTelegram.Chat()[0].UpdateID
	for range 4 {
		customer.Bot.AtTelegram.Redeliver(again)
	}
	require.NoError(t, customer.Bot.AtTelegram.AwaitDelivered(s.ctx))
	s.says(customer, "two")
	require.Equal(t, []string{"one", "two"}, s.inbound(c.RootPostID))
}

func TestCase09AnUpdateIDMayDrop(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.telegram(mode, nil)
			bot.AtTelegram.SetNextUpdateID(900000)
			customer, c := s.begins(bot, "Оксана", "one")
			require.NoError(t, bot.AtTelegram.AwaitDelivered(s.ctx))
			bot.AtTelegram.SetNextUpdateID(5)
			s.says(customer, "two")
			s.says(customer, "three")
			require.Equal(t, []string{"one", "two", "three"}, s.inbound(c.RootPostID))
		})
	}
}

func TestCase24AnUpdateNobodyCanReadIsKeptAsideAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s, customer := betweenTwoMessages(t, mode, `{"message":{"message_id":"seven","date":1,"chat":{"id":%d,"type":"private"},"text":"x"}}`)
			require.Equal(t, []string{"one", "three"}, s.inbound(s.conversation(customer).RootPostID))
			s.quarantines(customer.Bot, 1)
		})
	}
}

// A message with an unknown variant of a union can be read but for that variant: it is shown, and nothing has to be kept
// aside.
func TestCase24AnUnknownVariantOfAUnionHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s, customer := betweenTwoMessages(t, mode, `{"message":{"message_id":7777,"date":1,"text":"two",
				"chat":{"id":%[1]d,"type":"private","first_name":"Оксана"},"from":{"id":%[1]d,"is_bot":false,"first_name":"Оксана"},
				"forward_origin":{"type":"martian","date":1}}}`)
			root := s.conversation(customer).RootPostID
			require.NoError(t, eventually(s.ctx, "all three", func() bool { return len(s.inbound(root)) == 3 }))
			require.Contains(t, strings.Join(s.inbound(root), "\n"), "two")
		})
	}
}

// betweenTwoMessages brings an update, with the customer's id in it, between his messages "one" and "three", and waits
// until the latter is shown.
func betweenTwoMessages(t *testing.T, mode world.Mode, update string) (*scene, *world.Customer) {
	s := newScene(t)
	customer := s.customer(s.telegram(mode, nil), "Оксана")
	customer.Bot.AtTelegram.Hold()
	customer.Says("one")
	customer.Bot.AtTelegram.Inject(fmt.Sprintf(update, customer.AtTelegram.ID))
	customer.Says("three")
	customer.Bot.AtTelegram.Release()
	require.NoError(t, customer.Bot.AtTelegram.AwaitDelivered(s.ctx))
	_, err := w.AwaitInbound(s.ctx, customer, "three")
	require.NoError(t, err)
	return s, customer
}

// quarantines waits until so many updates of a bot are kept aside, as status tells.
func (s *scene) quarantines(bot *world.Bot, want int) {
	s.Helper()
	require.NoError(s, eventually(s.ctx, "an update in quarantine", func() bool {
		return s.status(bot).Quarantined == want
	}))
}

func (s *scene) status(bot *world.Bot) world.Status {
	s.Helper()
	list, err := w.Plugin.Status(s.ctx)
	require.NoError(s, err)
	for _, status := range list {
		if status.ID == bot.ID {
			return status
		}
	}
	require.Fail(s, "status does not tell of the bot")
	return world.Status{}
}

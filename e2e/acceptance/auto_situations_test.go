// The situations in which automatic answers have to be right, on the real server. The night of the clock change is in
// auto_clock_test.go.

package acceptance

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// The rules of a usual bot, and what they say to Оксана.
func usualRules() []world.Rule {
	return []world.Rule{
		rule("Ціни", keyword("ціна", "кошту*"), "Від 40 грн", "From 40 UAH"),
		rule("Вітання", world.Trigger{Kind: "first", AgainAfter: "720h"}, "Вітаємо!", "Welcome!"),
		rule("Ніч", world.Trigger{Kind: "away", Every: "12h"}, "Відповімо {{hours.next_open}}.", "We answer {{hours.next_open}}."),
		rule("Чекайте", world.Trigger{Kind: "noanswer", After: "10m"}, "Ще трохи, будь ласка.", "A little more, please."),
		rule("Далі", world.Trigger{Kind: "fallback"}, "Зараз хтось відповість.", "Somebody will answer."),
	}
}

// bothMessengers plays a situation with a bot of each messenger that has the usual rules.
func bothMessengers(t *testing.T, plays func(s *scene, bot *world.Bot)) {
	t.Helper()
	t.Parallel()
	for _, way := range []way{fromTelegram, fromViber} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.botFor(way)
			s.ruled(bot, usualRules()...)
			plays(s, bot)
		})
	}
}

// writes makes him write a text, and requires that the simulator foresees what he gets for it: this text, or nothing.
func (c *chatter) writes(text, want string, labels ...string) {
	c.Helper()
	trial := world.Trial{Text: text, Language: "uk"}
	if c.seen > 0 || len(c.customer.Chat()) > 0 {
		trial.ConversationID = c.conversation(c.customer).ID
	}
	foreseen, err := w.Plugin.Simulate(c.ctx, c.customer.Bot.ID, trial)
	require.NoError(c, err)
	c.customer.Says(text)
	if want == "" {
		c.getsNothing()
		require.Nil(c, foreseen.Fired, "the simulator foresaw an answer to %q", text)
		return
	}
	c.gets(want, labels...)
	require.NotNil(c, foreseen.Fired, "the simulator foresaw nothing for %q: %s", text, foreseen.Silence)
	require.Equal(c, want, plainly(foreseen.Fired.Text))
	c.worksOff(c.customer.Bot)
}

// passes lets time pass for his conversation: since when he waits, his timer and all that is remembered move back.
func (c *chatter) passes(d time.Duration) {
	c.Helper()
	c.rests()
	c.ages(d)
}

// ages is the same in a world where nothing is at work.
func (c *chatter) ages(d time.Duration) {
	c.Helper()
	require.NoError(c, w.Age(c.ctx, c.id(), d))
}

// id is that of his conversation, read past the plugin.
func (c *chatter) id() (id string) {
	c.Helper()
	var chat string
	if v := c.customer.AtViber; v != nil {
		chat = v.ID
	} else {
		chat = strconv.FormatInt(c.customer.AtTelegram.ID, 10)
	}
	require.NoError(c, c.database().QueryRowContext(c.ctx,
		`SELECT id FROM msgbot_conversations WHERE bot_id = $1 AND chat_id = $2`, c.customer.Bot.ID, chat).Scan(&id))
	return id
}

// timed tells whether a timer runs for his conversation.
func (c *chatter) timed() bool {
	c.Helper()
	runs, err := w.Timed(c.ctx, c.id())
	require.NoError(c, err)
	return runs
}

func TestAutoSituationTheFirstMessageAtNight(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		s.keeps(bot, closedNow())
		c := s.chatter(bot, "Оксана")
		c.writes("Добрий вечір", "Вітаємо!\n\nВідповімо завтра о 10:00.")
		c.shows(automatically("Вітання, Ніч", "Вітаємо!\n\nВідповімо завтра о 10:00."))
		c.writes("Є питання", "Зараз хтось відповість.")
		c.writes("Дуже важливе", "")
		require.False(s, c.timed(), "he knows that nobody is there")
		require.NotZero(s, s.conversation(c.customer).WaitingSince)
		require.Equal(s, map[string]int64{"Ціни": 0, "Вітання": 1, "Ніч": 1, "Чекайте": 0, "Далі": 1}, s.hits(bot))
	})
}

func TestAutoAwayIsInTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[2])
	s.keeps(bot, closedNow())
	for language, want := range map[string]string{
		"en": "We answer tomorrow at 10:00.", "en-US": "We answer tomorrow at 10:00.", "uk": "Відповімо завтра о 10:00.",
		"pl": "Відповімо завтра о 10:00.",
	} {
		c := s.chatter(bot, "Хтось")
		c.customer.AtTelegram = bot.AtTelegram.NewCustomer(telegramtest.Customer{
			ID: 700000000 + numbers.Add(1), FirstName: strings.Fields(c.customer.Name)[0], LastName: strings.Fields(c.customer.Name)[1],
			Language: language,
		})
		c.customer.Says("Hello")
		c.gets(want)
	}
}

func TestAutoAwayGoesByHolidaysAndOverrides(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		s.ruled(bot, usualRules()[2])
		zone, err := time.LoadLocation(kyiv)
		require.NoError(s, err)
		now := time.Now().In(zone)
		hours := daily(kyiv, "00:00-24:00")
		s.keeps(bot, hours)
		s.chatter(bot, "Будень").writes("Працюєте?", "")

		hours.Dates = []world.Date{{Date: now.Format("--01-02"), Name: "Свято"}}
		s.keeps(bot, hours)
		s.chatter(bot, "Свято").writes("Працюєте?", "Відповімо завтра о 00:00.")

		hours.Override = &world.Override{Open: true, Until: now.Add(time.Hour).UnixMilli()}
		s.keeps(bot, hours)
		s.chatter(bot, "Відчинено").writes("Працюєте?", "")

		until := time.Date(now.Year(), now.Month(), now.Day()+2, 11, 30, 0, 0, zone)
		hours.Override = &world.Override{Until: until.UnixMilli()}
		s.keeps(bot, hours)
		at := map[time.Weekday]string{
			time.Monday: "у понеділок", time.Tuesday: "у вівторок", time.Wednesday: "в середу", time.Thursday: "у четвер",
			time.Friday: "у п’ятницю", time.Saturday: "в суботу", time.Sunday: "в неділю",
		}[until.Weekday()]
		s.chatter(bot, "Зачинено").writes("Працюєте?", "Відповімо "+at+" об 11:30.")
	})
}

func TestAutoSituationAReturningCustomer(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		c := s.chatter(bot, "Оксана")
		c.writes("Добрий день", "Вітаємо!")
		s.settles(s.conversation(c.customer), s.replies(s.conversation(c.customer), "Слухаю"), "sent", "delivered")
		c.gets("Слухаю")
		_, err := w.Plugin.Act(s.ctx, s.conversation(c.customer).ID, "close", nil)
		require.NoError(s, err)
		c.passes(29 * 24 * time.Hour)
		c.writes("Це знову я", "Зараз хтось відповість.")
		c.passes(31 * 24 * time.Hour)
		c.writes("І знову", "Вітаємо!")
	})
}

func TestAutoSituationAStickerOnly(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		c := s.chatter(bot, "Оксана")
		sticks := func() {
			if v := c.customer.AtViber; v != nil {
				v.SendsSticker(40133, nil)
				return
			}
			c.customer.AtTelegram.SendsSticker(telegramtest.File{Name: "s.webp", Content: body("RIFF....WEBP", "s")}, "👍")
		}
		sticks()
		c.gets("Вітаємо!")
		sticks()
		c.getsNothing()
		require.NotZero(s, s.conversation(c.customer).WaitingSince, "it waits like any message")
	})
}

func TestAutoSituationAKeywordInsideALongComplaint(t *testing.T) {
	bothMessengers(t, func(s *scene, bot *world.Bot) {
		c := s.chatter(bot, "Оксана")
		c.writes("Яка ціна?", "Від 40 грн")
		complaint := "Вже третій тиждень чекаю на посилку, у відділенні ніхто нічого не знає, а коштує це мені нервів. " +
			"Прошу розібратися і повернути гроші, бо ціна такого сервісу нуль!"
		outcome, err := w.Plugin.Simulate(s.ctx, bot.ID, world.Trial{Text: complaint})
		require.NoError(s, err)
		require.Contains(s, outcome.Considered, world.Considered{Rule: s.idOf(bot, "Ціни"), Reason: "too_long"})
		c.writes(complaint, "Зараз хтось відповість.")
	})
}

func (s *scene) idOf(bot *world.Bot, name string) string {
	s.Helper()
	now, err := w.Plugin.Rules(s.ctx, bot.ID)
	require.NoError(s, err)
	for _, r := range now.Rules {
		if r.Name == name {
			return r.ID
		}
	}
	require.Fail(s, "no such rule", name)
	return ""
}

func TestAutoSituationAMessageEditedIntoAKeyword(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[0])
	c := s.chatter(bot, "Оксана")
	m := c.customer.AtTelegram.Says("Добрий день")
	post := s.arrivals(c.customer, 1)[0]
	c.customer.AtTelegram.Edits(m.ID, "Яка ціна?")
	s.becomes(post, "Яка ціна?")
	c.getsNothing()
	c.writes("Яка ціна?", "Від 40 грн")
}

func TestAutoSituationABlockedCustomer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[3])
	c := s.chatter(bot, "Оксана")
	c.customer.Says("Добрий день")
	c.getsNothing()
	require.True(t, c.timed())
	c.customer.AtTelegram.Blocks()
	s.line(s.conversation(c.customer).RootPostID, "blocked the bot")
	c.passes(10 * time.Minute)
	require.NoError(t, eventually(s.ctx, "the timer", func() bool { return !c.timed() }))
	c.getsNothing()
	require.Empty(t, sends(c.customer), "a blocked customer was written to")
	require.Len(t, s.lines(s.conversation(c.customer).RootPostID), 1, "the team is told that he blocked the bot, and of nothing else")
}

func TestAutoSituationTwoBotsOnePerson(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	one, other := s.telegram(world.Webhook, nil), s.telegram(world.Webhook, nil)
	s.ruled(one, rule("Перше", world.Trigger{Kind: "first"}, "Це перший", "The first"))
	s.ruled(other, rule("Друге", world.Trigger{Kind: "first"}, "Це другий", "The second"))
	c := s.chatter(one, "Оксана")
	same := *c
	same.customer = &world.Customer{Bot: other, Name: c.customer.Name, AtTelegram: other.AtTelegram.NewCustomer(telegramtest.Customer{
		ID: c.customer.AtTelegram.ID, FirstName: c.customer.AtTelegram.FirstName, LastName: c.customer.AtTelegram.LastName, Language: "uk",
	})}
	c.writes("Привіт", "Це перший")
	same.writes("Привіт", "Це другий")
	c.writes("Ще", "")
	same.writes("Ще", "")
	require.NotEqual(t, s.conversation(c.customer).ID, s.conversation(same.customer).ID)
}

func TestAutoSituationAGroupIsAnsweredOnlyWhenItNamesTheBot(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, append(usualRules(), rule("Години", world.Trigger{Kind: "command", Commands: []string{"/hours"}}, "9–18", "9–18"))...)
	g := s.crowd(bot, "Сусіди")
	g.Hears(g.olha, "Яка ціна?")
	g.Hears(g.olha, "/hours")
	g.Hears(g.petro, "/hours@somebody_else_bot")
	s.arrivals(g.asCustomer, 3)
	g.Hears(g.petro, "/hours@"+bot.AtTelegram.Username)
	require.NoError(t, eventually(s.ctx, "an answer", func() bool { return len(saidByBot(g.Group)) > 0 }))
	s.worksOff(bot)
	require.Equal(t, []string{"9–18"}, saidByBot(g.Group))
}

func TestAutoSituationABusinessChatOnlyWithItsSetting(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot, usualRules()[0])
	b := s.accepted(bot, "Оксана")
	b.customer.Says("Яка ціна?")
	s.arrivals(b.asCustomer, 1)
	s.worksOff(bot)
	said := func() (texts []string) {
		for _, m := range b.Chat(b.asCustomer.AtTelegram) {
			if m.FromBot {
				texts = append(texts, m.Text)
			}
		}
		return texts
	}
	require.Empty(t, said())
	_, err := w.Plugin.EditBot(s.ctx, bot.ID, map[string]any{"settings": map[string]any{"business_auto": true}})
	require.NoError(t, err)
	b.customer.Says("То яка ціна?")
	require.NoError(t, eventually(s.ctx, "an answer", func() bool { return len(said()) > 0 }))
	b.owner.Says("Наша ціна найкраща")
	s.arrivals(b.asCustomer, 3)
	s.worksOff(bot)
	require.Equal(t, []string{"Від 40 грн"}, said(), "the owner's own words were answered")
}

func TestCase52AutoTheWelcomeIsTheAnswerToTheCallOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	buttons := [][]world.Button{{{Label: map[string]string{"uk": "Людина", "en": "A person"}, Do: "handover"}}}
	welcome := usualRules()[1]
	welcome.Buttons = buttons
	s.ruled(bot, welcome)
	c := s.chatter(bot, "Оксана")
	token := c.customer.AtViber.Opens("campaign")
	c.gets("Вітаємо!", "Людина")
	require.True(t, c.customer.AtViber.Chat()[0].Welcome, "it is no message of its own")
	require.Equal(t, 1, bot.AtViber.Redeliver(token))
	s.worksOff(bot)
	c.customer.AtViber.Opens("campaign")
	s.worksOff(bot)
	require.Empty(t, s.cards(), "who only opens the chat opens no thread")
	c.customer.Says("Добрий день")
	s.arrivals(c.customer, 1)
	c.getsNothing()
	thread := s.thread(s.conversation(c.customer).RootPostID)
	require.Equal(t, automatically("Вітання", "Вітаємо!", "Людина"), thread[2].Message, "%q", texts(thread))
	require.Equal(t, "Добрий день", thread[3].Message)
	c.shows(automatically("Вітання", "Вітаємо!", "Людина"))
	require.EqualValues(t, 1, s.hits(bot)["Вітання"])
}

func TestAutoADeepLinkIsAnsweredByItsRule(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	s.ruled(bot,
		rule("Знижка", world.Trigger{Kind: "command", Payload: "spring"}, "Ваша знижка — 10 %", "Your discount is 10 %"),
		usualRules()[1])
	c := s.chatter(bot, "Оксана")
	c.opens("spring")
	c.gets("Ваша знижка — 10 %")
	c.customer.Says("Дякую")
	s.arrivals(c.customer, 1)
	c.getsNothing()
	c.shows(automatically("Знижка", "Ваша знижка — 10 %"))
	other := s.chatter(bot, "Тарас")
	other.opens("autumn")
	other.gets("Вітаємо!")
}

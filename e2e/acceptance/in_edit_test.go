// Edits from Telegram: cases 13 to 16, and what the team is told when it answered already.

package acceptance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCase13AnEditBeforeItsOriginalIsOnePost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	bot.AtTelegram.Hold()
	original := customer.AtTelegram.Says("Розмір M")
	edit := customer.AtTelegram.Edits(original.ID, "Розмір L")
	bot.AtTelegram.ReleaseOnly(edit.UpdateID)
	require.Contains(t, s.arrivals(customer, 1)[0].Message, "Розмір L")
	bot.AtTelegram.Release()
	s.again(bot, original.UpdateID, edit.UpdateID)

	posts := s.arrivals(customer, 1)
	require.Contains(t, posts[0].Message, "Розмір L")
	require.NotContains(t, posts[0].Message, "Розмір M")
}

func TestCase14AnEditThatChangesNothingIsNoEdit(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "Добрий день!")
	before := s.arrivals(customer, 1)[0]
	m := customer.AtTelegram.Chat()[0]
	edit := customer.AtTelegram.Edits(m.ID, m.Text)
	s.again(bot, edit.UpdateID)

	after := s.arrivals(customer, 1)[0]
	require.Equal(t, before.Message, after.Message)
	require.Zero(t, after.EditAt)
	require.Empty(t, s.record(c, after).Versions)
}

func TestCase15AnEditedCaptionKeepsTheFiles(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	m := customer.AtTelegram.SendsPhoto(picture(1), "Такий колір")
	before := s.arrivals(customer, 1)[0]
	c := s.conversation(customer)
	edit := customer.AtTelegram.Edits(m.ID, "Такий самий колір", telegramtest.Entity{Type: "bold", Offset: 6, Length: 5})

	after := s.becomes(before, "Такий **самий** колір", "(edited ")
	require.Equal(t, before.FileIds, after.FileIds)
	require.Equal(t, []string{picture(1).SHA256()}, s.hashes(after))
	require.Equal(t, []string{"Такий колір"}, s.formerly(c, after, 1))
	s.again(bot, edit.UpdateID)
	require.Equal(t, []string{"Такий колір"}, s.formerly(c, s.arrivals(customer, 1)[0], 1))
}

func TestCase15AnotherFileInAMessageTakesThePlaceOfTheFirst(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	m := customer.AtTelegram.SendsPhoto(picture(1), "Такий колір")
	before := s.arrivals(customer, 1)[0]
	customer.AtTelegram.EditsFile(m.ID, picture(2))
	s.worksOff(bot)

	after := s.becomes(before, "Такий колір", "(edited ")
	require.Equal(t, []string{picture(2).SHA256()}, s.hashes(after))
	s.arrivals(customer, 1)
}

func TestCase16AnEditOfAMessageNobodyKnowsIsShownOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	m := customer.AtTelegram.SaidEarlier("До встановлення")
	edit := customer.AtTelegram.Edits(m.ID, "Після встановлення")
	shown := s.arrivals(customer, 1)[0]
	require.Contains(t, shown.Message, "Після встановлення")
	require.Contains(t, shown.Message, "(edited ")
	s.again(bot, edit.UpdateID)
	s.arrivals(customer, 1)

	customer.AtTelegram.Edits(m.ID, "Ще пізніше")
	s.becomes(shown, "Ще пізніше")
	s.worksOff(bot)
	s.arrivals(customer, 1)
}

func TestAnEditKeepsEveryEarlierTextAndTellsWhoAnsweredAlready(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "Розмір M")
	post := s.arrivals(customer, 1)[0]
	m := customer.AtTelegram.Chat()[0]
	customer.AtTelegram.Edits(m.ID, "Розмір L")
	s.becomes(post, "Розмір L", "(edited ")
	require.Empty(t, s.lines(c.RootPostID), "nobody had answered")

	s.settles(c, s.replies(c, "Розмір L є"), "sent")
	edit := customer.AtTelegram.Edits(m.ID, "Розмір XL @all")
	s.becomes(post, "Розмір XL", "(edited ")
	line := s.line(c.RootPostID, "Розмір XL", post.Id)
	require.NotContains(t, line.Message, "@all")
	require.Equal(t, []string{"Розмір M", "Розмір L"}, s.formerly(c, post, 2))
	s.again(bot, edit.UpdateID)
	require.Len(t, s.lines(c.RootPostID), 1)
	s.arrivals(customer, 1)
}

func TestEarlierTextsAreShownUnderMoreAndVersions(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "Розмір M")
	post := s.arrivals(customer, 1)[0]
	customer.AtTelegram.Edits(customer.AtTelegram.Chat()[0].ID, "Розмір L")
	s.becomes(post, "Розмір L")
	s.formerly(c, post, 1)
	ears := s.listens(s.agent)
	card, _, err := w.Admin.Client.GetPost(s.ctx, c.RootPostID, "")
	require.NoError(t, err)
	s.presses(s.agent, card, "More")
	s.presses(s.agent, s.hears(ears, "Оксана"), "Versions")
	require.Contains(t, s.hears(ears, "Розмір M").Message, post.Id, "it does not link the message")
}

func TestALiveLocationMovesInItsPost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	m := customer.AtTelegram.SendsLiveLocation(50.4501, 30.5234, 15*time.Minute)
	post := s.arrivals(customer, 1)[0]
	c := s.conversation(customer)
	require.Contains(t, post.Message, "50.4501")
	s.settles(c, s.replies(c, "Бачу вас"), "sent")
	customer.AtTelegram.Moves(m.ID, 50.4507, 30.5241)
	moved := s.becomes(post, "50.4507", "30.5241")
	require.NotContains(t, moved.Message, "50.4501")
	s.worksOff(bot)
	s.arrivals(customer, 1)
	require.Empty(t, s.lines(c.RootPostID), "a place that moves is no news")
	require.Empty(t, s.record(c, post).Versions)
}

// Albums from Telegram: cases 17 to 19.

package acceptance

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// photos are an album of so many pictures, the caption under the first.
func photos(n int, caption string) []telegramtest.Item {
	var items []telegramtest.Item
	for i := range n {
		items = append(items, telegramtest.Item{Kind: "photo", File: picture(i)})
	}
	items[0].Caption = caption
	return items
}

// pictures are the hashes of an album's photos from one number up to another.
func pictures(from, to int) []string {
	var hashes []string
	for i := from; i < to; i++ {
		hashes = append(hashes, picture(i).SHA256())
	}
	return hashes
}

func TestCase17AShuffledAlbumIsOnePost(t *testing.T) {
	t.Parallel()
	const gap = 2 * time.Second
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	bot.AtTelegram.Hold()
	sent := customer.AtTelegram.SendsAlbum(photos(3, "Ось усі три")...)
	for i, m := range []telegramtest.ChatMessage{sent[2], sent[0], sent[1]} {
		if i > 0 {
			<-time.After(gap)
		}
		bot.AtTelegram.ReleaseOnly(m.UpdateID)
		require.NoError(t, w.TelegramCloud.Await(s.ctx, func() bool { return bot.AtTelegram.Undelivered() == 2-i }))
	}
	bot.AtTelegram.Release()

	post := s.arrivals(customer, 1)[0]
	require.Equal(t, "Ось усі три", post.Message)
	require.Equal(t, pictures(0, 3), s.hashes(post), "not in the order in which they were sent")
	for _, r := range w.TelegramCloud.Journal() {
		if r.Direction == telegramtest.ToWebhook && r.Bot == bot.AtTelegram.Username {
			require.Equal(t, http.StatusOK, r.Status)
			require.Less(t, r.Duration, time.Second, "the answer waited for the other messages of the album")
		}
	}
	parts := s.record(s.conversation(customer), post).Parts
	require.Len(t, parts, 3)
	s.again(bot, sent[0].UpdateID, sent[1].UpdateID, sent[2].UpdateID)
	s.arrivals(customer, 1)
}

func TestCase17AnAlbumHasUpToTenFilesAndEveryCaptionOfIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer := s.customer(s.telegram(world.Polling, nil), "Оксана")
	items := photos(10, "Перша")
	items[7].Caption = "Восьма"
	customer.AtTelegram.SendsAlbum(items...)
	post := s.arrivals(customer, 1)[0]
	require.Equal(t, "Перша\nВосьма", post.Message)
	require.Equal(t, pictures(0, 10), s.hashes(post))
}

func TestCase15TheOnlyCaptionOfAnAlbumChangesInPlaceAndOfSeveralNoneIsLost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer := s.customer(bot, "Оксана")
	sent := customer.AtTelegram.SendsAlbum(photos(2, "Два кольори")...)
	post := s.arrivals(customer, 1)[0]
	customer.AtTelegram.Edits(sent[0].ID, "Два розміри")
	s.becomes(post, "Два розміри", "(edited ")
	require.Equal(t, pictures(0, 2), s.hashes(post))

	second := customer.AtTelegram.Edits(sent[1].ID, "І ще колір")
	s.worksOff(bot)
	posts := s.arrivals(customer, 2)
	require.Contains(t, posts[0].Message, "Два розміри")
	require.Contains(t, posts[1].Message, "І ще колір")
	require.Equal(t, pictures(0, 2), s.hashes(posts[0]))
	s.again(bot, second.UpdateID)
	s.arrivals(customer, 2)
}

func TestCase18APhotoAndADocumentSentTogetherLoseNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	document := telegramtest.File{Name: "договір.pdf", Type: "application/pdf", Content: body(pdfHead, "договір")}
	customer.AtTelegram.SendsPhoto(picture(1), "Фото")
	customer.AtTelegram.SendsDocument(document, "")
	posts := s.arrivals(customer, 2)
	require.Equal(t, []string{picture(1).SHA256()}, s.hashes(posts[0]))
	require.Equal(t, []string{document.SHA256()}, s.hashes(posts[1]))

	together := s.customer(customer.Bot, "Ірина")
	together.AtTelegram.SendsAlbum(telegramtest.Item{Kind: "photo", File: picture(2)}, telegramtest.Item{Kind: "document", File: document})
	require.Equal(t, []string{picture(2).SHA256(), document.SHA256()}, s.hashes(s.arrivals(together, 1)[0]))
}

func TestCase19AStragglerOfAnAlbumIsNotLost(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "Дивіться")
	bot.AtTelegram.Hold()
	sent := customer.AtTelegram.SendsAlbum(photos(3, "Три")...)
	bot.AtTelegram.ReleaseOnly(sent[0].UpdateID, sent[1].UpdateID)
	first := s.arrivals(customer, 2)[1]
	require.Equal(t, pictures(0, 2), s.hashes(first))
	s.settles(c, first, "received")
	bot.AtTelegram.Release()
	late := s.arrivals(customer, 3)[2]
	require.Equal(t, pictures(2, 3), s.hashes(late))
	s.again(bot, sent[0].UpdateID, sent[2].UpdateID)
	s.arrivals(customer, 3)
	require.Equal(t, pictures(0, 2), s.hashes(first))
}

// Not parallel: it kills the plugin.
func TestCase19ARestartInMidAlbumLosesNothing(t *testing.T) {
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, _ := s.begins(bot, "Оксана", "Дивіться")
	s.idle()
	db := s.database()
	bot.AtTelegram.Hold()
	sent := customer.AtTelegram.SendsAlbum(photos(3, "Три")...)
	bot.AtTelegram.ReleaseOnly(sent[0].UpdateID, sent[2].UpdateID)
	require.NoError(t, eventually(s.ctx, "two stored messages", func() bool { return waiting(s, db, bot) == 2 }))
	require.NoError(t, w.Server.KillPlugin(s.ctx, world.PluginID))
	bot.AtTelegram.Release()
	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	s.says(customer, "Побачили?")

	var hashes []string
	for _, post := range s.posts(s.conversation(customer).RootPostID) {
		hashes = append(hashes, s.hashes(post)...)
	}
	require.ElementsMatch(t, pictures(0, 3), hashes)
	s.again(bot, sent[0].UpdateID, sent[1].UpdateID, sent[2].UpdateID)
	require.LessOrEqual(t, len(s.posts(s.conversation(customer).RootPostID)), 4)
	s.idle()
}

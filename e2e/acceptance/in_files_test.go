// Files from Telegram: cases 20 and 21, names and types, and what cannot be had.

package acceptance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// missing requires that a post has no file and says which file is not there and why.
func (s *scene) missing(post *model.Post, words ...string) {
	s.Helper()
	require.Empty(s, post.FileIds)
	for _, word := range words {
		require.Contains(s, post.Message, word)
	}
}

func TestCase20AFileOver20MBIsNamedWithItsSizeAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for name, hidden := range map[string]bool{"size told": false, "size hidden": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
			film := telegramtest.File{Name: "фільм про кота.mp4", Type: "video/mp4", Size: 25 << 20, HidesSize: hidden}
			customer.AtTelegram.SendsDocument(film, "Ось запис")
			customer.Says("Бачите?")
			posts := s.arrivals(customer, 2)
			s.missing(posts[0], "Ось запис", "фільм про кота.mp4", "only up to 20 MB")
			if !hidden {
				require.Contains(t, posts[0].Message, "25 MB")
			}
			require.Equal(t, "Бачите?", posts[1].Message)
		})
	}
}

func TestCase20AFileThatMattermostWouldNotTakeIsNamedWithItsSize(t *testing.T) {
	s := newScene(t)
	s.configure(map[string]any{"maxfilemb": 1})
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	fits := telegramtest.File{Name: "мале.bin", Size: 1 << 20}
	customer.AtTelegram.SendsDocument(telegramtest.File{Name: "велике.bin", Size: 3 << 20}, "")
	customer.AtTelegram.SendsDocument(telegramtest.File{Name: "приховане.bin", Size: 3 << 20, HidesSize: true}, "")
	customer.AtTelegram.SendsDocument(fits, "")
	posts := s.arrivals(customer, 3)
	s.missing(posts[0], "велике.bin (3 MB)", "(1 MB)")
	s.missing(posts[1], "приховане.bin", "(1 MB)")
	require.Equal(t, []string{fits.SHA256()}, s.hashes(posts[2]))
}

// sample is a file that a customer sends, and how it looks in Mattermost.
type sample struct {
	file  telegramtest.File
	sends func(*telegramtest.Customer, telegramtest.File)
	// name is a pattern, kind the MIME type.
	name, kind string
	words      string
}

func TestCase21EveryFileIsPlayableUnderAGoodName(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	for title, f := range map[string]sample{
		"voice": {
			telegramtest.File{Name: "secret.oga", Type: "audio/ogg", Content: body(oggHead, "voice"), Duration: 12 * time.Second},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsVoice(f, "") },
			`^voice-\d{4}-\d\d-\d\d-\d{4}\.ogg$`, "audio/ogg", "0:12",
		},
		"video note": {
			telegramtest.File{Type: "video/mp4", Content: body(mp4Head, "note"), Width: 240, Height: 240, Duration: 7 * time.Second},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsVideoNote(f) },
			`^video-message-\d{4}-\d\d-\d\d-\d{4}\.mp4$`, "video/mp4", "0:07",
		},
		"photo": {
			telegramtest.File{Content: jpegPicture(640, 480)},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsPhoto(f, "") },
			`^photo-\d{4}-\d\d-\d\d-\d{4}\.jpe?g$`, "image/jpeg", "",
		},
		"static sticker": {
			telegramtest.File{Name: "s.webp", Content: webpPicture(64, 64)},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsSticker(f, "😺") },
			`^sticker-\d{4}-\d\d-\d\d-\d{4}\.webp$`, "image/webp", "😺",
		},
		"animated sticker": {
			telegramtest.File{Name: "s.tgs", Content: tgsSticker()},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsSticker(f, "🎉") },
			`^sticker.*\.tgs$`, "", "🎉",
		},
		"video sticker": {
			telegramtest.File{Name: "s.webm", Content: body(webmHead, "sticker")},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsSticker(f, "🔥") },
			`^sticker-\d{4}-\d\d-\d\d-\d{4}\.webm$`, "", "🔥",
		},
		"animation": {
			telegramtest.File{Content: gifPicture(), Type: "image/gif"},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsAnimation(f, "") },
			`^animation-\d{4}-\d\d-\d\d-\d{4}\.gif$`, "image/gif", "",
		},
		"music": {
			telegramtest.File{Name: "пісня.mp3", Type: "audio/mpeg", Content: body(mp3Head, "song"), Duration: 201 * time.Second, Performer: "Океан", Title: "Обійми"},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsAudio(f, "") },
			`^пісня\.mp3$`, "audio/mpeg", "Океан",
		},
		"a type that was told wrongly": {
			telegramtest.File{Name: "рахунок", Type: "text/html", Content: body(pdfHead, "invoice")},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsDocument(f, "") },
			`^рахунок\.pdf$`, "application/pdf", "",
		},
		"a name that leads elsewhere": {
			telegramtest.File{Name: "..\\../etc/pass\u202ewd\n.pdf", Type: "application/pdf", Content: body(pdfHead, "passwd")},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsDocument(f, "") },
			`^[^/\\\pC]+\.pdf$`, "application/pdf", "",
		},
		"a picture that is none": {
			telegramtest.File{Name: "фото.jpg", Type: "image/jpeg", Content: []byte("no picture at all")},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsDocument(f, "") },
			`^фото`, "", "",
		},
		"a picture with too many pixels": {
			telegramtest.File{Name: "плакат.png", Type: "image/png", Content: telegramtest.PNG(9000, 9000)},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsDocument(f, "") },
			`^плакат`, "", "",
		},
		"an empty file": {
			telegramtest.File{Name: "пусто.txt", Type: "text/plain", Content: []byte{}},
			func(c *telegramtest.Customer, f telegramtest.File) { c.SendsDocument(f, "") }, "", "", "пусто.txt",
		},
	} {
		t.Run(title, func(t *testing.T) {
			s := s.on(t)
			customer := s.customer(bot, title)
			f.sends(customer.AtTelegram, f.file)
			post := s.arrivals(customer, 1)[0]
			require.Contains(t, post.Message, f.words)
			files := s.files(post)
			if f.name == "" {
				require.Empty(t, files)
				return
			}
			require.Len(t, files, 1, "%q", post.Message)
			require.Equal(t, f.file.SHA256(), files[0].SHA256, "it is not the file that was sent")
			require.Regexp(t, f.name, files[0].Name)
			if f.kind != "" {
				kind, _, _ := strings.Cut(files[0].Type, ";")
				require.Equal(t, f.kind, kind)
			}
		})
	}
}

// Not parallel: it makes all downloads fail.
func TestAFileThatCannotBeHadIsNamedAndHoldsNothingUp(t *testing.T) {
	s := newScene(t)
	customer := s.customer(s.telegram(world.Webhook, nil), "Оксана")
	document := telegramtest.File{Name: "договір.pdf", Type: "application/pdf", Content: body(pdfHead, "договір")}
	refusing := telegramtest.Failure{Method: telegramtest.FileDownload, Status: http.StatusNotFound, Description: "Not Found", Times: -1}
	t.Cleanup(w.TelegramCloud.Heal)
	w.TelegramCloud.Fail(refusing)
	customer.AtTelegram.SendsDocument(document, "Підпишіть")
	customer.Says("Дякую")
	s.missing(s.arrivals(customer, 2)[0], "Підпишіть", "договір.pdf")

	w.TelegramCloud.Heal()
	w.TelegramCloud.Fail(telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.Cut, Done: true})
	customer.AtTelegram.SendsDocument(document, "Ще раз")
	require.Equal(t, []string{document.SHA256()}, s.hashes(s.arrivals(customer, 3)[2]), "a cut download is not the file")

	w.TelegramCloud.Fail(telegramtest.Failure{Method: telegramtest.FileDownload, Status: http.StatusBadGateway, Kind: telegramtest.HTML, Times: -1})
	customer.AtTelegram.SendsDocument(document, "І ще раз")
	customer.Says("Отримали?")
	posts := s.arrivals(customer, 5)
	s.missing(posts[3], "І ще раз", "договір.pdf")
	require.Equal(t, "Отримали?", posts[4].Message)
}

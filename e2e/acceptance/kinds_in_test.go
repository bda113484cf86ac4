// The rows of docs/messages.md about what customers send.

package acceptance

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// The kinds that more than one way has.
const (
	kindText       = "text"
	kindFormatting = "formatting"
	kindPicture    = "picture"
	kindVideo      = "video"
	kindGIF        = "GIF"
	kindAudio      = "audio"
	kindVoice      = "voice message"
	kindFile       = "file"
	kindAlbum      = "several files at once"
	kindSticker    = "sticker"
	kindLocation   = "location"
	kindContact    = "contact"
	kindReply      = "reply to a message"
	kindEdit       = "edited message"
	kindDelete     = "deleted message"
	kindReaction   = "reaction"
	kindPress      = "pressed button"
	kindLink       = "opened by a link with a payload"
	kindGone       = "blocked, unsubscribed"
	kindBack       = "unblocked, subscribed"
	kindBusiness   = "message of a Telegram Business account"
	kindTooLarge   = "file that is too large"
	kindUnknown    = "unknown kind"
)

// played is a file of 1:12 minutes, where that has a meaning.
func played(name, head string) telegramtest.File {
	return telegramtest.File{Name: name, Content: body(head, name), Duration: 72 * time.Second, Width: 320, Height: 240}
}

// phone is a number that must not get into a log.
const phone = "+380501234567"

// of is the file as the team gets it, under a name that fits a pattern.
func of(f telegramtest.File, name string) shown { return shown{name, f.SHA256()} }

// telegramRows are in the order of the page.
func telegramRows() []row {
	return withWay(fromTelegram, []row{
		{kind: kindText, words: "the text; its Markdown means nothing, its `@` mentions nobody", plays: func(k *stage) {
			k.tg.Says("**не жирне** @all")
			k.shows("\\*\\*не жирне\\*\\* @\u2060all")
		}},
		{kind: kindFormatting, words: "bold, italic, strike-through, code, quotes and links as such; underline and spoiler as plain text", plays: func(k *stage) {
			k.tg.Says("a b c d e f g\nh", telegramtest.Entity{Type: "blockquote", Offset: 14, Length: 1},
				telegramtest.Entity{Type: "bold", Offset: 0, Length: 1}, telegramtest.Entity{Type: "italic", Offset: 2, Length: 1},
				telegramtest.Entity{Type: "strikethrough", Offset: 4, Length: 1}, telegramtest.Entity{Type: "code", Offset: 6, Length: 1},
				telegramtest.Entity{Type: "text_link", Offset: 8, Length: 1, URL: "https://a.b"},
				telegramtest.Entity{Type: "underline", Offset: 10, Length: 1}, telegramtest.Entity{Type: "spoiler", Offset: 12, Length: 1})
			k.shows("**a** *b* ~~c~~ `d` [e](https://a.b) f g\n> h")
		}},
		{kind: "custom emoji", words: "the emoji that it stands for", plays: func(k *stage) {
			k.tg.Says("так 🔥", telegramtest.Entity{Type: "custom_emoji", Offset: 4, Length: 2})
			require.Equal(k, "так 🔥", k.shows("🔥").Message)
		}},
		{kind: kindPicture, words: "the picture, its caption as the text", plays: func(k *stage) {
			k.tg.SendsPhoto(picture(1), "Ось так", telegramtest.Entity{Type: "bold", Offset: 4, Length: 3})
			k.shows("Ось **так**", of(picture(1), `^photo-.+\.png$`))
		}},
		{kind: kindVideo, words: "the video, its caption as the text", plays: func(k *stage) {
			f := played("кіт.mp4", mp4Head)
			k.tg.SendsVideo(f, "Дивіться")
			k.shows("Дивіться", of(f, `^кіт\.mp4$`))
		}},
		{kind: kindGIF, words: "the GIF or silent video", plays: func(k *stage) {
			f := telegramtest.File{Content: gifPicture(), Type: "image/gif"}
			k.tg.SendsAnimation(f, "Ха")
			k.shows("Ха", of(f, `^animation-.+\.gif$`))
		}},
		{kind: kindAudio, words: "the file, with performer, title and length", plays: func(k *stage) {
			f := played("song.mp3", mp3Head)
			f.Performer, f.Title = "Океан", "Обійми"
			k.tg.SendsAudio(f, "")
			k.has(k.shows("Океан – Обійми", of(f, `^song\.mp3$`)), "1:12", of(f, ""))
		}},
		{kind: kindVoice, words: "the recording as `.ogg`, with its length", plays: func(k *stage) {
			f := played("", oggHead)
			k.tg.SendsVoice(f, "")
			k.shows("1:12", of(f, `^voice-.+\.ogg$`))
		}},
		{kind: "round video message", words: "the video, with its length", plays: func(k *stage) {
			f := played("", mp4Head)
			k.tg.SendsVideoNote(f)
			k.shows("1:12", of(f, `^video-message-.+\.mp4$`))
		}},
		{kind: kindFile, words: "the file under its name; its type is told from the content", plays: func(k *stage) {
			f := played("рахунок", pdfHead)
			k.tg.SendsDocument(f, "Оплачено")
			k.shows("Оплачено", of(f, `^рахунок\.pdf$`))
		}},
		{kind: kindAlbum, words: "one post with all of them in their order", plays: func(k *stage) {
			k.tg.SendsAlbum(photos(3, "Три")...)
			k.shows("Три", of(picture(0), ""), of(picture(1), ""), of(picture(2), ""))
		}},
		{kind: kindSticker, words: "the picture, and the emoji that it stands for", plays: func(k *stage) {
			f := telegramtest.File{Name: "s.webp", Content: webpPicture(512, 512)}
			k.tg.SendsSticker(f, "😺")
			k.shows("😺", of(f, `^sticker-.+\.webp$`))
		}},
		{kind: "animated sticker", words: "a still picture of it, and its emoji", plays: func(k *stage) {
			still := telegramtest.File{Content: webpPicture(128, 128)}
			k.tg.SendsSticker(telegramtest.File{Name: "s.tgs", Content: tgsSticker(), Thumbnail: &still}, "🎉")
			k.shows("🎉", of(still, `^sticker.*\.webp$`))
		}},
		{kind: "video sticker", words: "the video, and its emoji", plays: func(k *stage) {
			f := telegramtest.File{Name: "s.webm", Content: body(webmHead, "sticker")}
			k.tg.SendsSticker(f, "🔥")
			k.shows("🔥", of(f, `^sticker-.+\.webm$`))
		}},
		{kind: kindLocation, words: "the coordinates, linked to a map", plays: func(k *stage) {
			k.tg.SendsLocation(50.4501, 30.5234)
			k.has(k.shows("50.4501, 30.5234"), "https://www.google.com/maps/")
		}},
		{kind: "live location", words: "the same; the post follows while it moves", plays: func(k *stage) {
			m := k.tg.SendsLiveLocation(50.4501, 30.5234, time.Hour)
			post := k.shows("50.4501, 30.5234")
			k.tg.Moves(m.ID, 50.4502, 30.5235)
			k.becomes(post, "50.4502, 30.5235")
			k.shows("50.4502, 30.5235")
		}},
		{kind: "venue", words: "name and address, linked to a map", plays: func(k *stage) {
			k.tg.SendsVenue(50.4501, 30.5234, "Пошта № 7", "вул. Хрещатик, 1")
			k.has(k.shows("Пошта № 7, вул. Хрещатик, 1"), "https://www.google.com/maps/")
		}},
		{kind: kindContact, words: "name and phone number", plays: func(k *stage) {
			secrets.add(phone)
			k.tg.SendsContact(telegramtest.Contact{Phone: phone, FirstName: "Тарас", LastName: "Ш."})
			k.has(k.shows("Тарас Ш."), phone)
		}},
		{kind: "poll", words: "the question and the options", plays: func(k *stage) {
			k.tg.SendsPoll("Коли?", "У вівторок", "У *середу*")
			post := k.shows("Коли?")
			k.has(post, "У вівторок")
			k.has(post, `У \*середу\*`)
		}},
		{kind: "dice", words: "the emoji and the value", plays: func(k *stage) {
			k.tg.SendsDice("🎯", 6)
			k.has(k.shows("🎯"), "6")
		}},
		{kind: "game", words: "a label with its title", plays: func(k *stage) {
			k.tg.SendsGame("Тетріс", "Складай")
			k.shows("Тетріс")
		}},
		{kind: "story", words: "a label with whose story it is", plays: func(k *stage) {
			k.tg.SendsStory("Крамниця")
			k.shows("Крамниця")
		}},
		{kind: "giveaway", words: "a label with the prize and the number of winners", plays: func(k *stage) {
			k.tg.SendsGiveaway("Крамниця", "Кавоварка", 3)
			k.has(k.shows("Кавоварка"), "3")
		}},
		{kind: "paid media", words: "a label with the price and how many; bots get no more", plays: func(k *stage) {
			k.tg.SendsPaidMedia(50, "За зірки")
			k.has(k.shows("50 ⭐"), "За зірки")
		}},
		{kind: "payment", words: "a label with the sum", plays: func(k *stage) {
			k.tg.SendsPayment("UAH", 15050)
			k.shows("150.50 UAH")
		}},
		{kind: "forwarded message", words: "the message, and from whom it was forwarded", plays: func(k *stage) {
			k.tg.Forwarding(telegramtest.FromHiddenUser("Тарас")).SendsPhoto(picture(2), "Його фото")
			k.has(k.shows("Його фото", of(picture(2), "")), "Тарас", of(picture(2), ""))
		}},
		{kind: kindReply, words: "the quoted words above it, with a link to their post", plays: func(k *stage) {
			first := k.begins()
			k.tg.RepliesTo(k.tg.Chat()[0].ID, "Саме так", "день")
			post := k.arrivals(k.customer, 2)[1]
			k.has(post, ": день\n")
			k.has(post, first.Id)
		}},
		{kind: kindEdit, words: "the post changes in place and says when; earlier texts are kept under *More → Versions*. If an agent has replied since, a line tells what changed", plays: func(k *stage) {
			post := k.begins()
			k.settles(k.c, k.replies(k.c, "Вітаю"), "sent")
			k.tg.Edits(k.tg.Chat()[0].ID, "Добрий вечір!")
			k.becomes(post, "Добрий вечір!", "(edited ")
			require.Equal(k, []string{"Добрий день!"}, k.formerly(k.c, post, 1))
			k.line(k.c.RootPostID, "Добрий вечір!")
		}},
		{kind: kindDelete, words: "the post stays and says so; Telegram tells it only in Business accounts", plays: func(k *stage) {
			post := k.begins()
			require.Zero(k, k.tg.Deletes(k.tg.Chat()[0].ID))
			require.Equal(k, post.Message, k.shows("Добрий день!").Message)
			b := k.accepted(k.customer.Bot, "Марія")
			m := b.customer.Says("Помилка")
			gone := k.arrivals(b.asCustomer, 1)[0]
			b.customer.Deletes(m.ID)
			k.becomes(gone, "Помилка", "deleted")
		}},
		{kind: kindReaction, words: "the same reaction under the post, while it lasts", plays: func(k *stage) {
			post := k.begins()
			k.tg.Reacts(k.tg.Chat()[0].ID, "👍")
			k.signed(post, "+1")
			k.tg.Reacts(k.tg.Chat()[0].ID)
			k.signed(post)
		}},
		{kind: kindPress, words: "what stands on the button", plays: func(k *stage) {
			k.begins()
			k.answered(k.tg.Presses(offers(k.scene, k.customer, "Що саме?", "Ціни"), "Ціни"))
			k.has(k.arrivals(k.customer, 2)[1], "Ціни")
		}},
		{kind: kindLink, words: "a line with the payload, once the customer writes", plays: func(k *stage) {
			k.tg.Start("spring")
			k.begins()
			k.line(k.c.RootPostID, "spring")
		}},
		{kind: kindGone, words: "a line; replies are refused until the customer is back", plays: func(k *stage) {
			k.begins()
			k.tg.Blocks()
			k.line(k.c.RootPostID, "blocked the bot")
			k.worksOff(k.customer.Bot)
			k.fails("Ви тут?", nil, "blocked the bot")
		}},
		{kind: kindBack, words: "a line", plays: func(k *stage) {
			k.begins()
			k.tg.Blocks()
			k.tg.Unblocks()
			k.line(k.c.RootPostID, "can be reached again")
		}},
		{kind: "somebody joined or left, other news of a group", words: "a label, in a thread that is open", plays: func(k *stage) {
			g := k.crowd(k.customer.Bot, "Двір")
			g.Hears(g.olha, "Вітаю")
			k.arrivals(g.asCustomer, 1)
			g.Joins(g.petro)
			k.has(k.arrivals(g.asCustomer, 2)[1], "Петро")
		}},
		{kind: "group that became a supergroup", words: "nothing: its thread goes on", plays: func(k *stage) {
			g := k.crowd(k.customer.Bot, "Сад")
			g.Hears(g.olha, "Вітаю")
			k.arrivals(g.asCustomer, 1)
			g.Migrates(g.olha).Hears(g.petro, "Тут")
			require.Equal(k, k.arrivals(g.asCustomer, 2)[0].RootId, k.arrivals(g.asCustomer, 2)[1].RootId)
		}},
		{kind: kindBusiness, words: "as any other, once an admin accepted the connection; what the owner writes is marked", plays: func(k *stage) {
			b := k.accepted(k.customer.Bot, "Дарина")
			b.customer.Says("Є розмір M?")
			b.owner.Says("Зараз гляну")
			posts := k.arrivals(b.asCustomer, 2)
			k.has(posts[0], "Є розмір M?")
			k.has(posts[1], "The account's owner to the customer:")
			k.has(posts[1], "Зараз гляну")
		}},
		{kind: kindTooLarge, words: "a line with name, size and reason: bots get at most 20 MB", plays: func(k *stage) {
			k.tg.SendsDocument(telegramtest.File{Name: "кіно.mkv", Size: 21 << 20}, "Кіно")
			post := k.shows("Кіно")
			k.has(post, "кіно.mkv")
			k.has(post, "21 MB")
			k.has(post, "only up to 20 MB")
		}},
		{kind: kindUnknown, words: "a label with what the messenger calls it", plays: func(k *stage) {
			k.tg.SendsRaw(map[string]any{"hologram": map[string]any{"depth": 3}})
			k.shows("hologram")
		}},
	})
}

// viberRows are in the order of the page.
func viberRows() []row {
	return withWay(fromViber, []row{
		{kind: kindText, words: "the text; codes such as `(smiley)` become emoji", plays: func(k *stage) {
			k.viber.Says("Дякую (smiley) *дуже* @all")
			k.shows("Дякую 😊 \\*дуже\\* @\u2060all")
		}},
		{kind: kindPicture, words: "the picture, its text as the text", plays: func(k *stage) {
			m := w.ViberCloud.Store("", "image/png", telegramtest.PNG(33, 44))
			k.viber.SendsPicture(m, "Ось")
			k.shows("Ось", shown{`^photo-.+\.png$`, m.SHA256()})
		}},
		{kind: kindVideo, words: "the video", plays: func(k *stage) {
			m := w.ViberCloud.Store("", "video/mp4", body(mp4Head, "viber"))
			k.viber.SendsVideo(m, 7, "")
			k.shows("", shown{`^video-.+\.mp4$`, m.SHA256()})
		}},
		{kind: kindFile, words: "the file under its name", plays: func(k *stage) {
			m := w.ViberCloud.Store("рахунок.pdf", "application/pdf", body(pdfHead, "viber"))
			k.viber.SendsFile(m)
			k.shows("", shown{`^рахунок\.pdf$`, m.SHA256()})
		}},
		{kind: kindSticker, words: "its picture where Viber tells one, else its number", plays: func(k *stage) {
			m := w.ViberCloud.Store("", "image/png", telegramtest.PNG(50, 50))
			k.viber.SendsSticker(40100, m)
			k.shows("40100", shown{`^sticker-.+\.png$`, m.SHA256()})
			k.viber.SendsSticker(40101, nil)
			k.has(k.arrivals(k.customer, 2)[1], "40101")
		}},
		{kind: kindLocation, words: "the coordinates, linked to a map", plays: func(k *stage) {
			k.viber.SendsLocation(50.4501, 30.5234)
			k.has(k.shows("50.4501, 30.5234"), "https://www.google.com/maps/")
		}},
		{kind: kindContact, words: "name and phone number", plays: func(k *stage) {
			secrets.add(phone)
			k.viber.SendsContact("Тарас Ш.", phone)
			k.has(k.shows("Тарас Ш."), phone)
		}},
		{kind: "link", words: "the link", plays: func(k *stage) {
			k.viber.SendsURL("https://example.com/a_b")
			k.shows("https://example.com/a_b")
		}},
		{kind: "rich media", words: "what it says where it cannot be shown", plays: func(k *stage) {
			k.viber.SendsRichMedia("Три товари")
			k.shows("Три товари")
		}},
		{kind: kindPress, words: "what stands on the button", plays: func(k *stage) {
			r := rule("Кнопки", keyword("кнопки"), "Що саме?", "Which?")
			r.Buttons = [][]world.Button{{{Label: map[string]string{"uk": "Ціни", "en": "Prices"}, Do: "handover"}}}
			_, err := w.Plugin.AddRule(k.ctx, k.customer.Bot.ID, r)
			require.NoError(k, err)
			k.says(k.customer, "кнопки")
			k.receives(k.customer, "Що саме?")
			k.viber.PressesButton("Ціни")
			k.has(k.arrivals(k.customer, 2)[1], "🔘 Ціни")
		}},
		{kind: kindLink, words: "a line with the context, once the customer writes", plays: func(k *stage) {
			k.viber.Opens("spring")
			k.begins()
			k.line(k.c.RootPostID, "spring")
		}},
		{kind: kindGone, words: "a line; replies are refused until the customer is back", plays: func(k *stage) {
			k.begins()
			k.viber.Unsubscribes()
			k.line(k.c.RootPostID, "unsubscribed")
			k.worksOff(k.customer.Bot)
			k.fails("Ви тут?", nil, "blocked the bot")
		}},
		{kind: kindBack, words: "a line", plays: func(k *stage) {
			k.begins()
			k.viber.Unsubscribes()
			k.callbacksDelivered()
			k.viber.Subscribes()
			k.line(k.c.RootPostID, "can be reached again")
		}},
		{kind: "delivered, seen, not delivered", words: "the state of the reply; what was not delivered is told in the thread with the reason", plays: func(k *stage) {
			k.begins()
			seen, missed := k.replies(k.c, "Вітаю"), k.replies(k.c, "Чим допомогти?")
			k.settles(k.c, missed, "sent")
			lines := k.customer.Received()
			k.viber.Receives(lines[0].ID)
			k.settles(k.c, seen, "delivered")
			k.viber.Sees(lines[0].ID)
			k.settles(k.c, seen, "seen")
			k.viber.Misses(lines[1].ID, "device is too old")
			k.settles(k.c, missed, "failed")
			k.line(k.c.RootPostID, "device is too old")
		}},
		{kind: kindTooLarge, words: "a line with name, size and reason", plays: func(k *stage) {
			k.viber.SendsFile(w.ViberCloud.Generate("архів.zip", "application/zip", 101<<20))
			post := k.shows("архів.zip")
			k.has(post, "101 MB")
			k.has(post, "100 MB")
		}},
		{kind: "file that cannot be fetched any more", words: "a line with name, size and reason", plays: func(k *stage) {
			m := w.ViberCloud.Store("рахунок.pdf", "application/pdf", body(pdfHead, "expired"))
			m.Expire()
			k.viber.SendsFile(m)
			post := k.shows("рахунок.pdf (")
			k.has(post, " B)")
			k.has(post, "no longer hands it out")
		}},
		{kind: kindUnknown, words: "a label with what the messenger calls it", plays: func(k *stage) {
			k.viber.Sends(map[string]any{"type": "hologram"})
			k.shows("hologram")
		}},
	})
}

func withWay(w way, rows []row) []row {
	for i := range rows {
		rows[i].way = w
	}
	return rows
}

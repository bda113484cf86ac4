// The rows of docs/messages.md about what agents send.

package acceptance

import (
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// The kinds that only agents send.
const (
	kindLong      = "very long text"
	kindForbidden = "file of a forbidden type"
	kindTyping    = "somebody is typing"
)

// Files of an agent.
func anImage() world.Enclosure {
	return world.Enclosure{Name: "фото.png", Content: telegramtest.PNG(60, 40)}
}
func aVideo() world.Enclosure {
	return world.Enclosure{Name: "відео.mp4", Content: body(mp4Head, "agent")}
}
func aGIF() world.Enclosure { return world.Enclosure{Name: "ха.gif", Content: gifPicture()} }
func aSong() world.Enclosure {
	return world.Enclosure{Name: "пісня.mp3", Content: body(mp3Head, "agent")}
}
func aVoice() world.Enclosure {
	return world.Enclosure{Name: "голос.ogg", Content: body(oggHead, "agent")}
}
func aPDF() world.Enclosure {
	return world.Enclosure{Name: "рахунок.pdf", Content: body(pdfHead, "agent")}
}

// types tells that the agent is typing, as the web app does.
func (k *stage) types() error {
	return world.NewClient(k.agent).Do(k.ctx, http.MethodPost, "/conversations/"+k.c.ID+"/typing", nil, nil)
}

func enclosed(files ...world.Enclosure) []world.Enclosure { return files }

// replyRows are those of both messengers.
func replyRows() []row {
	return append(withWay(toTelegram, toTelegramRows()), withWay(toViber, toViberRows())...)
}

func toTelegramRows() []row {
	return []row{
		{kind: kindText, words: "the text; `@olena` as her name, links into Mattermost taken out", plays: func(k *stage) {
			k.goesOut("Вітаю! :tada: Це знає @"+k.called("Олена", "Коваль").User.Username+" ([тут]("+w.Server.SiteURL+"/support))", nil,
				gets{"text", "Вітаю! 🎉 Це знає Олена Коваль (тут)", ""})
		}},
		{kind: kindFormatting, words: "bold, italic, strike-through, code, quotes and links as such; headings bold, lists and tables as text", plays: func(k *stage) {
			k.goesOut("# h\n**a** *b* ~~c~~ `d` [e](https://a.b)\n> f\n\n- g\n\n| 1 | 2 |\n|---|---|\n| 3 | 4 |", nil,
				gets{"text", "h\na b c d e\nf\n\n• g\n1 | 2\n--+--\n3 | 4", ""})
			var kinds []string
			for _, e := range k.customer.Received()[0].Entities {
				kinds = append(kinds, e.Type)
			}
			require.Equal(k, []string{"bold", "bold", "italic", "strikethrough", "code", "text_link", "blockquote", "pre"}, kinds)
		}},
		{kind: kindPicture, words: "a picture; over 10 MB or very long and narrow a file", plays: func(k *stage) {
			k.goesOut("Ось", enclosed(anImage()), gets{"photo", "Ось", anImage().SHA256()})
			narrow := world.Enclosure{Name: "смуга.png", Content: telegramtest.PNG(2100, 100)}
			k.goesOut("", enclosed(narrow), gets{"document", "", narrow.SHA256()})
		}},
		{kind: kindVideo, words: "a video", plays: func(k *stage) {
			k.goesOut("Ось", enclosed(aVideo()), gets{"video", "Ось", aVideo().SHA256()})
		}},
		{kind: kindGIF, words: "a GIF", plays: func(k *stage) {
			k.goesOut("", enclosed(aGIF()), gets{"animation", "", aGIF().SHA256()})
		}},
		{kind: kindAudio, words: "audio (`.mp3`, `.m4a`); other types a file", plays: func(k *stage) {
			k.goesOut("", enclosed(aSong()), gets{"audio", "", aSong().SHA256()})
			wave := world.Enclosure{Name: "звук.wav", Content: body("RIFF\x24\x00\x00\x00WAVEfmt ", "agent")}
			k.goesOut("", enclosed(wave), gets{"document", "", wave.SHA256()})
		}},
		{kind: kindVoice, words: "a voice message (`.ogg`, `.oga`, `.opus`)", plays: func(k *stage) {
			k.goesOut("", enclosed(aVoice()), gets{"voice", "", aVoice().SHA256()})
		}},
		{kind: kindFile, words: "the file under its name", plays: func(k *stage) {
			k.goesOut("Рахунок", enclosed(aPDF()), gets{"document", "Рахунок", aPDF().SHA256()})
			require.Equal(k, "рахунок.pdf", k.customer.Received()[0].File.Name)
		}},
		{kind: kindAlbum, words: "albums of 2 to 10: pictures with videos, audio and files each with their own", plays: func(k *stage) {
			k.goesOut("Усе", enclosed(anImage(), aVideo(), aPDF()),
				gets{"photo", "Усе", anImage().SHA256()}, gets{"video", "", aVideo().SHA256()}, gets{"document", "", aPDF().SHA256()})
			got := k.customer.Received()
			require.NotEmpty(k, got[0].Album)
			require.Equal(k, got[0].Album, got[1].Album)
			require.Empty(k, got[2].Album)
		}},
		{kind: kindReply, words: "a reply, where it begins with a link to a message of the thread or a quote of it", plays: func(k *stage) {
			asked := k.posts(k.c.RootPostID)[0]
			k.goesOut(permalink(asked.Id)+"\nТак", nil, gets{"text", "Так", ""})
			k.goesOut("> Добрий день!\n\nІ вам", nil, gets{"text", "І вам", ""})
			for _, line := range k.customer.Received() {
				require.Equal(k, k.customer.Chat()[0].ID, line.ReplyTo)
			}
		}},
		{kind: kindEdit, words: "the message changes", plays: func(k *stage) {
			post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
			k.rewrites(post.Id, "Триста")
			require.NoError(k, eventually(k.ctx, "the edit", func() bool { return k.got()[0].text == "Триста" }))
			require.Len(k, k.got(), 1)
		}},
		{kind: kindDelete, words: "the message is deleted", plays: func(k *stage) {
			post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
			k.erases(post.Id)
			require.NoError(k, eventually(k.ctx, "the deletion", func() bool { return len(k.got()) == 0 }))
		}},
		{kind: kindReaction, words: "the bot's reaction, if the bot's setting `mirror_reactions` is on", plays: func(k *stage) {
			asked := k.posts(k.c.RootPostID)[0]
			k.reacts(asked.Id, "+1")
			require.NoError(k, eventually(k.ctx, "the reaction", func() bool {
				return strings.Join(k.customer.Chat()[0].Reactions, "") == "👍"
			}))
			k.unreacts(asked.Id, "+1")
			require.NoError(k, eventually(k.ctx, "its end", func() bool { return len(k.customer.Chat()[0].Reactions) == 0 }))
		}},
		{kind: kindLong, words: "several messages, a caption's rest after the file", plays: func(k *stage) {
			k.goesOut(strings.Repeat("щ", 4097), nil, gets{"text", strings.Repeat("щ", 4096), ""}, gets{"text", "щ", ""})
			k.goesOut(strings.Repeat("щ", 1025), enclosed(anImage()),
				gets{"photo", "", anImage().SHA256()}, gets{"text", strings.Repeat("щ", 1025), ""})
		}},
		{kind: kindBusiness, words: "in the owner's name, where the owner lets the bot answer", plays: func(k *stage) {
			b := k.accepted(k.customer.Bot, "Дарина")
			b.customer.Says("Є розмір M?")
			k.arrivals(b.asCustomer, 1)
			c := k.conversation(b.asCustomer)
			k.settles(c, k.replies(c, "Є"), "sent")
			chat := b.Chat(b.asCustomer.AtTelegram)
			require.Equal(k, "Є", chat[1].Text)
			require.Equal(k, b.Owner.ID, chat[1].From)
		}},
		{kind: kindTooLarge, words: "refused: Telegram takes 50 MB, a self-hosted Bot API server 2000 MB", plays: func(k *stage) {
			k.fails("Ось", enclosed(world.Enclosure{Name: "архів.zip", Content: make([]byte, 50<<20+1)}), "of this size")
		}},
		{kind: kindTyping, words: "is shown", plays: func(k *stage) {
			require.NoError(k, k.types())
			require.NotZero(k, callsOf(k.customer.Bot, "sendChatAction"))
		}},
	}
}

func toViberRows() []row {
	return []row{
		{kind: kindText, words: "the text", plays: func(k *stage) {
			k.goesOut("Вітаю! :tada:", nil, gets{"text", "Вітаю! 🎉", ""})
		}},
		{kind: kindFormatting, words: "plain text; a link is written out", plays: func(k *stage) {
			k.goesOut("**a** `b` [тут](https://a.b)", nil, gets{"text", "a b тут (https://a.b)", ""})
		}},
		{kind: kindPicture, words: "a picture (`.jpg`, `.png`, `.gif`) up to 1 MB, else a file", plays: func(k *stage) {
			k.goesOut("Ось", enclosed(anImage()), gets{"picture", "Ось", anImage().SHA256()})
			large := world.Enclosure{Name: "велике.png", Content: append(telegramtest.PNG(70, 40), make([]byte, 1<<20)...)}
			k.goesOut("", enclosed(large), gets{"file", "", large.SHA256()})
		}},
		{kind: kindVideo, words: "a video (`.mp4`) up to 26 MB, else a file; its text after it", plays: func(k *stage) {
			k.goesOut("Ось", enclosed(aVideo()), gets{"video", "", aVideo().SHA256()}, gets{"text", "Ось", ""})
			large := world.Enclosure{Name: "велике.mp4", Content: append([]byte(mp4Head), make([]byte, 26<<20)...)}
			k.goesOut("", enclosed(large), gets{"file", "", large.SHA256()})
		}},
		{kind: kindGIF, words: "a picture", plays: func(k *stage) {
			k.goesOut("", enclosed(aGIF()), gets{"picture", "", aGIF().SHA256()})
		}},
		{kind: kindAudio, words: "a file", plays: func(k *stage) {
			k.goesOut("", enclosed(aSong()), gets{"file", "", aSong().SHA256()})
		}},
		{kind: kindVoice, words: "a file: Viber has no voice messages for bots", plays: func(k *stage) {
			k.goesOut("", enclosed(aVoice()), gets{"file", "", aVoice().SHA256()})
		}},
		{kind: kindFile, words: "the file under its name", plays: func(k *stage) {
			k.goesOut("", enclosed(aPDF()), gets{"file", "", aPDF().SHA256()})
			require.Equal(k, "рахунок.pdf", k.customer.Received()[0].File.Name)
		}},
		{kind: kindAlbum, words: "one message each", plays: func(k *stage) {
			k.goesOut("", enclosed(anImage(), aPDF()), gets{"picture", "", anImage().SHA256()}, gets{"file", "", aPDF().SHA256()})
		}},
		{kind: kindReply, words: "a text with the quote in it", plays: func(k *stage) {
			k.goesOut("> Добрий день!\n\nТак", nil, gets{"text", "> Добрий день!\n\nТак", ""})
		}},
		{kind: kindEdit, words: "nothing: Viber cannot; its author is told", plays: func(k *stage) {
			post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
			ears := k.listens(k.agent)
			k.rewrites(post.Id, "Триста")
			k.hears(ears, "no way to change")
			require.Equal(k, []gets{{"text", "Двісті", ""}}, k.got())
		}},
		{kind: kindDelete, words: "nothing: Viber cannot; its author is told", plays: func(k *stage) {
			post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
			k.erases(post.Id)
			k.line(k.c.RootPostID, "no way to delete")
			require.Equal(k, []gets{{"text", "Двісті", ""}}, k.got())
		}},
		{kind: kindReaction, words: "nothing: Viber cannot", plays: func(k *stage) {
			k.reacts(k.posts(k.c.RootPostID)[0].Id, "+1")
			k.goesOut("Вітаю", nil, gets{"text", "Вітаю", ""})
			require.Empty(k, k.lines(k.c.RootPostID))
		}},
		{kind: kindLong, words: "several messages", plays: func(k *stage) {
			k.goesOut(strings.Repeat("я", 7001), nil, gets{"text", strings.Repeat("я", 7000), ""}, gets{"text", "я", ""})
		}},
		{kind: kindTooLarge, words: "refused: Viber takes 50 MB", plays: func(k *stage) {
			k.fails("", enclosed(world.Enclosure{Name: "архів.zip", Content: make([]byte, 50<<20+1)}), "50 MB")
		}},
		{kind: kindForbidden, words: "refused, such as `.exe`", plays: func(k *stage) {
			k.fails("", enclosed(world.Enclosure{Name: "гра.exe", Content: []byte("MZ")}), ".exe")
		}},
		{kind: kindTyping, words: "nothing: Viber cannot", plays: func(k *stage) {
			require.NoError(k, k.types())
			require.Zero(k, tries(k.customer))
		}},
	}
}

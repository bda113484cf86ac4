// Buttons, what customers share by them, and the bot's commands, at the emulator.

package telegram_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

var (
	track  = messenger.Button{Label: "Де посилка?", Data: "g:parcel:track"}
	prices = messenger.Button{Label: "Ціни & <умови>", Data: "g:parcel:prices"}
	site   = messenger.Button{Label: "Сайт", URL: "https://example.com/a?b=1&c=2"}
	phone  = messenger.Button{Label: "Мій номер", Data: "p:parcel:called", AsksPhone: true}
	here   = messenger.Button{Label: "Де я", Data: "l:parcel:found", AsksLocation: true}
)

// offers sends a text with buttons and returns what the chat shows of it, and its id.
func (d desk) offers(t *testing.T, chat messenger.Chat, rows ...[]messenger.Button) (telegramtest.ChatMessage, string) {
	t.Helper()
	ids, err := d.Send(within(t), messenger.Outgoing{Chat: chat, Text: richtext.Plain("Що саме?"), Buttons: rows})
	require.NoError(t, err)
	sent := d.bot.Sent()
	return sent[len(sent)-1], ids[0]
}

func TestButtonsStandBelowATextInTheirRows(t *testing.T) {
	d := newDesk(t)
	sent, _ := d.offers(t, private, []messenger.Button{track, prices}, nil, []messenger.Button{site})
	require.Equal(t, [][]telegramtest.Button{
		{{Text: track.Label, Data: track.Data}, {Text: prices.Label, Data: prices.Data}}, {{Text: site.Label, URL: site.URL}},
	}, sent.Buttons)
	sent, _ = d.offers(t, private)
	require.Empty(t, sent.Buttons)
	require.NotContains(t, d.server.Calls("sendMessage")[1].Params, "reply_markup")
}

func TestButtonsStandBelowEveryKindOfFile(t *testing.T) {
	for kind, name := range map[messenger.FileKind]string{
		messenger.Photo: "a.png", messenger.Animation: "a.gif", messenger.Video: "a.mp4", messenger.Voice: "a.ogg",
		messenger.Audio: "a.mp3", messenger.Document: "a.pdf",
	} {
		d := newDesk(t)
		var open atomic.Int32
		_, err := d.Send(within(t), messenger.Outgoing{
			Chat: private, Buttons: [][]messenger.Button{{track}},
			Files: []messenger.Upload{upload(kind, name, telegramtest.PNG(4, 3), &open)},
		})
		require.NoError(t, err, kind)
		require.Equal(t, [][]telegramtest.Button{{{Text: track.Label, Data: track.Data}}}, d.bot.Sent()[0].Buttons, kind)
	}
}

func TestAnAlbumWithButtonsIsRejectedWithoutACall(t *testing.T) {
	d := newDesk(t)
	var open atomic.Int32
	_, err := d.Send(within(t), messenger.Outgoing{
		Chat: private, Buttons: [][]messenger.Button{{track}}, Files: []messenger.Upload{
			upload(messenger.Document, "a.pdf", []byte("a"), &open), upload(messenger.Document, "b.pdf", []byte("b"), &open),
		},
	})
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Empty(t, d.bot.Sent())
}

func TestCase46ALongCyrillicLabelHasAShortKey(t *testing.T) {
	d := newDesk(t)
	long := messenger.Button{Label: strings.Repeat("Відстежити посилку ", 13), Data: strings.Repeat("d", 64)}
	require.Greater(t, len(long.Label), 64)
	sent, _ := d.offers(t, private, []messenger.Button{long})
	press := d.customer.Presses(sent.ID, long.Label)
	e := d.told(t, press.UpdateID)
	require.Equal(t, messenger.EventPressed, e.Kind)
	require.Equal(t, long.Data, e.Press.Data)
	require.Equal(t, strings.TrimSpace(long.Label), e.Press.Label)

	_, err := d.Send(within(t), messenger.Outgoing{
		Chat: private, Text: richtext.Plain("x"), Buttons: [][]messenger.Button{{{Label: "A", Data: strings.Repeat("d", 65)}}},
	})
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
}

// told is the event of an update, which is polled.
func (d desk) told(t *testing.T, updateID int64) messenger.Event {
	t.Helper()
	delivery, _, err := d.Poll(within(t), updateID, 0)
	require.NoError(t, err)
	require.Len(t, delivery.Updates, 1)
	e, err := d.Decode(delivery.Updates[0].Raw)
	require.NoError(t, err)
	return e
}

func TestAButtonThatAsksMakesAReplyKeyboardOfAll(t *testing.T) {
	d := newDesk(t)
	sent, _ := d.offers(t, private, []messenger.Button{phone, here}, []messenger.Button{prices, site})
	require.Equal(t, [][]telegramtest.Key{
		{{Text: phone.Label, AsksPhone: true}, {Text: here.Label, AsksLocation: true}}, {{Text: prices.Label}, {Text: site.Label}},
	}, sent.Keys)
	require.Empty(t, sent.Buttons)
	markup := d.server.Calls("sendMessage")[0].Params["reply_markup"]
	require.Contains(t, markup, `"one_time_keyboard":true`)
	require.Contains(t, markup, `"resize_keyboard":true`)

	e := d.told(t, d.customer.SharesPhone().UpdateID)
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, "380500000042", e.Shared)
	require.Equal(t, "50.45,30.52", d.told(t, d.customer.SharesLocation(50.45, 30.52).UpdateID).Shared)
	e = d.told(t, d.customer.PressesKey(prices.Label).UpdateID)
	require.Equal(t, prices.Label, e.Text.Plain)
	require.Nil(t, e.Press)
}

func TestWhereNothingCanBeAskedOnlyTheOtherButtonsStand(t *testing.T) {
	d := newDesk(t)
	_, business := d.business()
	d.bot.NewGroup(-5, "Двір", d.customer)
	for _, chat := range []messenger.Chat{business, {ID: "-5", Kind: messenger.Group}} {
		sent, _ := d.offers(t, chat, []messenger.Button{phone, prices}, []messenger.Button{here})
		require.Equal(t, [][]telegramtest.Button{{{Text: prices.Label, Data: prices.Data}}}, sent.Buttons)
		require.Empty(t, sent.Keys)
		sent, _ = d.offers(t, chat, []messenger.Button{phone}, []messenger.Button{here})
		require.Empty(t, sent.Buttons)
		require.Equal(t, "Що саме?", sent.Text)
	}
}

func TestOnlyHisOwnNumberIsSharedByACustomer(t *testing.T) {
	contact := func(fields string) string {
		return `"contact":{"first_name":"Олена","phone_number":"+380501112233"` + fields + `}`
	}
	for fields, want := range map[string]string{
		contact(`,"user_id":42`): "+380501112233",
		contact(`,"user_id":43`): "",
		contact(""):              "",
		`"contact":{"first_name":"Олена","phone_number":"1\n2","user_id":42}`:                             "1 2",
		`"location":{"latitude":-50.5,"longitude":30}`:                                                    "-50.5,30",
		`"venue":{"title":"Музей","address":"","location":{}},"location":{"latitude":1.25,"longitude":2}`: "1.25,2",
		`"location":{"latitude":1,"longitude":2,"live_period":60}`:                                        "1,2",
		`"text":"+380501112233"`: "",
	} {
		require.Equal(t, want, decode(t, update("message", chat, fields)).Shared, fields)
	}
}

func TestButtonsAreRemovedAlsoWhereThereAreNone(t *testing.T) {
	d := newDesk(t)
	b, business := d.business()
	for _, chat := range []messenger.Chat{private, business} {
		_, id := d.offers(t, chat, []messenger.Button{prices})
		for range 2 { // the second finds none
			require.NoError(t, d.RemoveKeyboard(within(t), chat, id))
		}
		sent := d.bot.Sent()
		require.Empty(t, sent[len(sent)-1].Buttons)
		require.Equal(t, "Що саме?", sent[len(sent)-1].Text)
		require.NoError(t, d.RemoveKeyboard(within(t), chat, "99999"), "a message that is gone")
	}
	require.Equal(t, b.ID, d.server.Calls("editMessageReplyMarkup")[3].Params["business_connection_id"])

	_, id := d.offers(t, private, []messenger.Button{phone})
	require.NoError(t, d.RemoveKeyboard(within(t), private, id), "a reply keyboard")
	require.Equal(t, messenger.Rejected, messenger.AsError(d.RemoveKeyboard(within(t), private, "x")).Class)
	d.server.Fail(telegramtest.Failure{Method: "editMessageReplyMarkup", Status: http.StatusBadGateway, Kind: telegramtest.HTML})
	require.Equal(t, messenger.Transient, messenger.AsError(d.RemoveKeyboard(within(t), private, id)).Class)
}

func TestCommandsFollowTheLanguage(t *testing.T) {
	d := newDesk(t)
	set := func(language string, names ...string) error {
		var commands []messenger.Command
		for _, name := range names {
			commands = append(commands, messenger.Command{Name: name, Description: "Опис " + name})
		}
		return d.SetCommands(within(t), language, commands)
	}
	shown := func(language string) string {
		var names []string
		for _, c := range d.bot.Commands(language) {
			require.Equal(t, "Опис "+c.Name, c.Description)
			names = append(names, c.Name)
		}
		return fmt.Sprint(names)
	}
	require.NoError(t, set("", "menu", "human"))
	require.NoError(t, set("uk", "menu", "stop"))
	require.Equal(t, []string{"[menu stop]", "[menu human]"}, []string{shown("uk"), shown("en")})
	require.NoError(t, set("uk", "menu"))
	require.Equal(t, "[menu]", shown("uk"))
	require.NoError(t, set("uk"))
	require.Equal(t, "[menu human]", shown("uk"), "those of all others")
	require.NoError(t, set(""))
	require.Equal(t, "[]", shown("en"))
	require.Equal(t, messenger.Rejected, messenger.AsError(set("uk", "Меню")).Class)
	require.Contains(t, d.server.Calls("setMyCommands")[0].Params["scope"], `"default"`)
}

// Editing, deleting, reacting and the small calls, at the emulator.

package telegram_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

func itoa(n int) string { return strconv.Itoa(n) }

// sends sends a text, or a file with it as caption, and returns its id.
func (d desk) sends(t *testing.T, chat messenger.Chat, text string, file bool) string {
	t.Helper()
	out := messenger.Outgoing{Chat: chat, Text: richtext.Plain(text)}
	if file {
		var open atomic.Int32
		out.Files = []messenger.Upload{upload(messenger.Document, "a.pdf", []byte("x"), &open)}
	}
	ids, err := d.Send(within(t), out)
	require.NoError(t, err)
	return ids[0]
}

// business is a Business account that the desk's bot may write and delete in, and its chat with the customer.
func (d desk) business() (*telegramtest.Business, messenger.Chat) {
	owner := d.bot.NewCustomer(telegramtest.Customer{ID: 7, FirstName: "Іван"})
	b := owner.ConnectsBusiness(telegramtest.Rights{CanReply: true, CanDeleteSentMessages: true, CanDeleteAllMessages: true})
	b.As(d.customer).Says("добрий день")
	return b, messenger.Chat{ID: "42", Connection: b.ID, Kind: messenger.Private}
}

func TestCase43AnEditReplacesTextOrCaption(t *testing.T) {
	d := newDesk(t)
	for _, caption := range []bool{false, true} {
		id := d.sends(t, private, "ціна 10", caption)
		for range 2 { // the second finds the text there already
			require.NoError(t, d.Edit(within(t), private, id, marked("ціна [12]", of(richtext.Bold)), caption))
		}
		sent := d.bot.Sent()
		last := sent[len(sent)-1]
		require.Equal(t, "ціна 12", last.Text)
		require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 5, Length: 2}}, last.Entities)
	}
	err := d.Edit(within(t), private, "99999", richtext.Plain("x"), false)
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Contains(t, err.Error(), "message to edit not found")
}

func TestCase44ADeletedMessageIsGoneAndStaysSo(t *testing.T) {
	d := newDesk(t)
	id := d.sends(t, private, "помилка", false)
	for range 2 { // the second finds nothing
		require.NoError(t, d.Delete(within(t), private, id))
	}
	require.Empty(t, d.bot.Sent())
	d.server.Fail(telegramtest.Failure{Method: "deleteMessage", Status: 400, Description: "Bad Request: message can't be deleted"})
	require.Equal(t, messenger.Rejected, messenger.AsError(d.Delete(within(t), private, id)).Class, "older than 48 hours")
}

func TestCase45AReactionIsOneOrNone(t *testing.T) {
	d := newDesk(t)
	said := d.customer.Says("дякую")
	reactions := func() []string {
		for _, m := range d.customer.Chat() {
			if m.ID == said.ID {
				return m.Reactions
			}
		}
		return nil
	}
	for _, emoji := range d.Capabilities().Reactions {
		require.NoError(t, d.React(within(t), private, itoa(said.ID), emoji))
		require.Equal(t, []string{emoji}, reactions())
	}
	require.NoError(t, d.React(within(t), private, itoa(said.ID), ""))
	require.Empty(t, reactions())
	calls := d.server.Calls("setMessageReaction")
	require.Equal(t, "[]", calls[len(calls)-1].Params["reaction"])
}

func TestChangesGoThroughABusinessConnection(t *testing.T) {
	d := newDesk(t)
	b, chat := d.business()
	text, captioned := d.sends(t, chat, "ціна 10", false), d.sends(t, chat, "фото", true)
	require.NoError(t, d.Edit(within(t), chat, text, richtext.Plain("ціна 12"), false))
	require.NoError(t, d.Edit(within(t), chat, captioned, richtext.Plain("скан"), true))
	seen := b.Chat(d.customer)
	require.Equal(t, []string{"ціна 12", "скан"}, []string{seen[1].Text, seen[2].Text})
	require.NoError(t, d.Typing(within(t), chat))
	require.Equal(t, b.ID, d.server.Calls("sendChatAction")[0].Params["business_connection_id"])
	for range 2 {
		require.NoError(t, d.Delete(within(t), chat, text))
	}
	require.Len(t, b.Chat(d.customer), 2)
	require.Empty(t, d.server.Calls("deleteMessage"))
	err := d.React(within(t), chat, text, "👍")
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Empty(t, d.server.Calls("setMessageReaction"), "it would meet a message of another chat")
}

func TestTypingIsShown(t *testing.T) {
	d := newDesk(t)
	require.NoError(t, d.Typing(within(t), private))
	require.Equal(t, "typing", d.server.Calls("sendChatAction")[0].Params["action"])
}

func TestCase28APressIsAcknowledgedAndOneTooOldIsRejected(t *testing.T) {
	d := newDesk(t)
	d.bot.Inject(`{"callback_query":{"id":"q1","from":` + user + `,"chat_instance":"1","data":"a"}}`)
	require.NoError(t, d.Acknowledge(within(t), "q1", strings.Repeat("я", 250)))
	shown := []rune(d.server.Calls("answerCallbackQuery")[0].Params["text"])
	require.Len(t, shown, 200)
	err := d.Acknowledge(within(t), "unknown", "")
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Contains(t, err.Error(), "query is too old")
}

func TestAConnectionIsToldAsItIsNow(t *testing.T) {
	d := newDesk(t)
	b, _ := d.business()
	got, err := d.Connection(within(t), b.ID)
	require.NoError(t, err)
	require.Equal(t, messenger.Connection{
		ID: b.ID, Owner: messenger.Person{ID: "7", Name: "Іван", FirstName: "Іван"}, Enabled: true, CanReply: true,
	}, got)
	b.SetRights(telegramtest.Rights{})
	b.Disconnects()
	got, err = d.Connection(within(t), b.ID)
	require.NoError(t, err)
	require.False(t, got.Enabled || got.CanReply)
	_, err = d.Connection(within(t), "unknown")
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
}

func TestChangesOfWhatIsNoMessageAreRejectedWithoutACall(t *testing.T) {
	d := newDesk(t)
	nowhere := messenger.Chat{ID: "x"}
	for _, err := range []error{
		d.Edit(within(t), nowhere, "1", richtext.Plain("x"), false), d.Edit(within(t), private, "x", richtext.Plain("x"), true),
		d.Delete(within(t), nowhere, "1"), d.Delete(within(t), private, ""), d.React(within(t), private, "x", "👍"), d.Typing(within(t), nowhere),
	} {
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	}
	require.Empty(t, d.server.Journal())
}

func TestFailuresOfChangesHaveTheirClasses(t *testing.T) {
	d := newDesk(t)
	id := d.sends(t, private, "x", false)
	for method, call := range map[string]func() error{
		"editMessageText":     func() error { return d.Edit(within(t), private, id, richtext.Plain("y"), false) },
		"deleteMessage":       func() error { return d.Delete(within(t), private, id) },
		"setMessageReaction":  func() error { return d.React(within(t), private, id, "👍") },
		"sendChatAction":      func() error { return d.Typing(within(t), private) },
		"answerCallbackQuery": func() error { return d.Acknowledge(within(t), "q", "") },
		"getBusinessConnection": func() error {
			_, err := d.Connection(within(t), "b")
			return err
		},
	} {
		d.server.Fail(telegramtest.Failure{Method: method, RetryAfter: 7})
		require.Equal(t, messenger.RetryAfter, messenger.AsError(call()).Class, method)
		d.server.Fail(telegramtest.Failure{Method: method, Kind: telegramtest.HTML, Status: http.StatusBadGateway})
		err := call()
		require.Equal(t, messenger.Transient, messenger.AsError(err).Class, method)
		require.NotContains(t, err.Error(), d.bot.Token)
	}
}

// Reasons in plain words, and what is told of changes that did not go out.

package desk

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func TestReasonsReadAsWords(t *testing.T) {
	d, _, _ := newDesk(t)
	for said, want := range map[string][2]string{
		"file_too_large?limit=52428800&name=a.mp4&size=66060288": {
			"the file a.mp4 has 63 MB, and the messenger takes 50 MB at most", "файл a.mp4 має 63 МБ, а месенджер приймає щонайбільше 50 МБ"},
		"file_forbidden?name=a%26b.exe": {
			"the messenger takes no files such as a&b.exe", "месенджер не приймає таких файлів, як a&b.exe"},
		"file_kind?name=a.psd":                     {"the messenger cannot take the file a.psd", "месенджер не може прийняти файл a.psd"},
		"file_empty?name=a.txt":                    {"the file a.txt is empty", "файл a.txt порожній"},
		relay.ReasonEditTooLong:                    {"the new text needs another number of messages than were sent", "новий текст потребує іншої кількості повідомлень, ніж надіслано"},
		relay.ReasonEditedToNote:                   {"what was sent cannot become a note of the team", "надіслане не може стати нотаткою команди"},
		"Bad Request: message can't be edited":     {"the messenger no longer lets this message be changed", "месенджер уже не дозволяє змінити це повідомлення"},
		"Bad Request: message can't be deleted":    {"the messenger no longer lets this message be deleted", "месенджер уже не дозволяє видалити це повідомлення"},
		"Bad Request: message to edit not found":   {"the message is not there any more at the customer", "у клієнта цього повідомлення вже немає"},
		"business connection ended":                {"the owner of the Business account disconnected the bot", "власник бізнес-акаунта від’єднав бота"},
		"Bad Request: BUSINESS_CONNECTION_INVALID": {"the owner of the Business account disconnected the bot", "власник бізнес-акаунта від’єднав бота"},
		"Bad Request: file is too big":             {"the messenger refuses a file of this size", "месенджер не приймає файл такого розміру"},
		"413 Request Entity Too Large":             {"the messenger refuses a file of this size", "месенджер не приймає файл такого розміру"},
		"badData":                                  {"the messenger does not accept this message as it is", "месенджер не приймає повідомлення в такому вигляді"},
		"tooManyRequests":                          {"too many messages were sent to this customer without an answer", "клієнтові надіслано забагато повідомлень без відповіді"},
		"The out-of-session threshold is reached":  {"the bot has used up its free messages outside a conversation for this month", "бот вичерпав безплатні повідомлення поза розмовою на цей місяць"},
		"no balance":                               {"the bot's account at the messenger has no balance left", "на рахунку бота в месенджері немає коштів"},
		"receiverNoSuitableDevice":                 {"the customer has no device that can receive it", "у клієнта немає пристрою, який може це отримати"},
		"":                                         {"the messenger gave no reason", "месенджер не назвав причини"},
		"Bad Request: something new.":              {"Bad Request: something new", "Bad Request: something new"},
		"file_unknown?name=x":                      {"file_unknown?name=x", "file_unknown?name=x"},
		"file_empty?name=%zz":                      {"file_empty?name=%zz", "file_empty?name=%zz"},
		"file_empty?name=a\u202Eb&limit=x":         {"the file ab is empty", "файл ab порожній"},
	} {
		require.Equal(t, want[0], d.Reason("en", said), said)
		require.Equal(t, want[1], d.Reason("uk", said), said)
	}
}

func TestEveryReasonOfTheRelayHasAText(t *testing.T) {
	d, _, _ := newDesk(t)
	for _, reason := range []string{
		relay.ReasonEditUnsupported, relay.ReasonDeleteUnsupported, relay.ReasonEditedToNote, relay.ReasonEditedFiles,
		relay.ReasonEditTooLong, relay.ReasonNoText,
	} {
		require.True(t, d.texts.has("reason."+reason), reason)
		require.NotEqual(t, reason, d.Reason("en", reason))
		require.False(t, d.mayPass(reason))
	}
}

// changes are the ways a change of a reply can stay behind.
var changes = []struct {
	name   string
	kind   relay.OutboxKind
	state  conversation.Delivery
	reason string
	retry  bool
}{
	{"edit, not possible there", relay.EditRow, conversation.Failed, relay.ReasonEditUnsupported, false},
	{"edit into a note", relay.EditRow, conversation.Failed, relay.ReasonEditedToNote, false},
	{"edit, too late", relay.EditRow, conversation.Failed, "Bad Request: message can't be edited", false},
	{"edit, in words nobody knows", relay.EditRow, conversation.Failed, "Bad Request: *odd* @all", true},
	{"edit, blocked", relay.EditRow, conversation.Failed, "Forbidden: bot was blocked by the user", true},
	{"edit, unknown", relay.EditRow, conversation.Unknown, "EOF", true},
	{"edit, in a state nobody knows", relay.EditRow, conversation.Held, "odd", true},
	{"deletion, not possible there", relay.DeleteRow, conversation.Failed, relay.ReasonDeleteUnsupported, false},
	{"deletion, too late", relay.DeleteRow, conversation.Failed, "Bad Request: message can't be deleted", false},
	{"deletion, failed", relay.DeleteRow, conversation.Failed, "Bad Gateway", true},
	{"deletion, unknown", relay.DeleteRow, conversation.Unknown, "EOF", true},
}

func TestAChangeThatDidNotGoOutIsToldWithoutASign(t *testing.T) {
	for _, lang := range []string{"en", "uk"} {
		var all strings.Builder
		for _, example := range changes {
			d, s, _ := newDesk(t)
			s.users[agentUser].Locale = lang
			c := opened(t, d, shop(lang))
			reply(s, c)
			if example.kind == relay.DeleteRow {
				s.remove(replyID)
			}
			n := notice(c, example.state, example.reason)
			n.Row.Kind = example.kind
			for range 2 {
				require.NoError(t, d.ShowNotice(t.Context(), shop(lang), n))
			}
			private := example.kind == relay.EditRow
			shown := lastNotice(s, private)
			require.Equal(t, c.Thread.RootPostID, shown.RootId)
			require.Equal(t, example.retry, len(shown.Attachments()) == 1, example.name)
			require.Empty(t, s.signs())
			if private {
				require.Len(t, s.written(), 1, "only the author sees it")
			} else {
				require.Len(t, s.written(), 2)
			}
			all.WriteString("== " + example.name + "\n" + seen(shown) + "\n\n")
		}
		golden(t, "changes."+lang, all.String())
	}
}

func TestANoticeOfAnEditedReplyThatIsGoneIsNotNeededAndOneOfADeletionIs(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	s.remove(replyID)
	for kind, want := range map[relay.OutboxKind]int{relay.EditRow: 0, relay.SendRow: 0, relay.DeleteRow: 1} {
		n := notice(c, conversation.Failed, "x")
		n.Row.Kind = kind
		before := len(s.written())
		require.NoError(t, d.ShowNotice(t.Context(), shop("en"), n))
		require.Len(t, s.written(), before+want, kind)
	}
	require.Empty(t, s.ephemeral)
	s.remove(c.Thread.RootPostID)
	n := notice(c, conversation.Failed, "x")
	n.Row.Kind, n.Row.Attempt = relay.DeleteRow, 2
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), n))
}

func TestAReplyWithAFileThatCannotGoOutNamesTheFileWithoutFormattingIt(t *testing.T) {
	d, s, _ := newDesk(t)
	c := opened(t, d, shop("en"))
	reply(s, c)
	n := notice(c, conversation.Failed, "file_forbidden?name=%40all+*x*.exe")
	n.Row.Kind = relay.SendRow
	require.NoError(t, d.ShowNotice(t.Context(), shop("en"), n))
	require.Contains(t, lastNotice(s, false).Message, "the messenger takes no files such as @\u2060all \\*x\\*.exe.")
}

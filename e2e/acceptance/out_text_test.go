// What agents write, as customers read it: further cases of 34 to 36.

package acceptance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// written is a text of an agent as it arrives at Telegram, and as at Viber.
type written struct {
	name, markdown, text string
	entities             []telegramtest.Entity
	atViber              string
}

// writings are what Mattermost has and messengers have not. Teammate is a username.
func writings(teammate string) []written {
	inside := w.Server.SiteURL + "/" + world.TeamName
	return []written{
		{
			name: "a mention", markdown: "Питайте @" + teammate + ", будь ласка", text: "Питайте Олена Петренко, будь ласка",
			atViber: "Питайте Олена Петренко, будь ласка",
		},
		{
			name: "a link to a channel", markdown: "У [~inbox](" + inside + "/channels/inbox) і ~inbox", text: "У ~inbox і ~inbox",
			atViber: "У ~inbox і ~inbox",
		},
		{
			name: "a permalink in a sentence", markdown: "Див. " + inside + "/pl/abcdefghijklmnopqrstuvwxyz і **край**", text: "Див.  і край",
			entities: []telegramtest.Entity{{Type: "bold", Offset: 8, Length: 4}}, atViber: "Див.  і край",
		},
		{
			name: "a picture of Mattermost's", markdown: "Ось ![схема](" + w.Server.SiteURL + "/api/v4/files/abc) і `" + inside + "`",
			text: "Ось схема і", atViber: "Ось схема і",
		},
		{
			name: "emoji", markdown: ":tada: :+1: :acme-logo: `:tada:`", text: "🎉 👍 :acme-logo: :tada:",
			entities: []telegramtest.Entity{{Type: "code", Offset: 18, Length: 6}}, atViber: "🎉 👍 :acme-logo: :tada:",
		},
		{
			name: "a table", markdown: "| Товар | Ціна |\n|:--|--:|\n| Чай | 200 |", text: "Товар | Ціна\n------+-----\nЧай   |  200",
			entities: []telegramtest.Entity{{Type: "pre", Offset: 0, Length: 38}}, atViber: "Товар | Ціна\n------+-----\nЧай   |  200",
		},
		{
			name: "a heading and lists", markdown: "# Етапи\n\n1. перший\n2. другий\n\n- a\n- b",
			text: "Етапи\n\n1. перший\n2. другий\n\n• a\n• b", entities: []telegramtest.Entity{{Type: "bold", Offset: 0, Length: 5}},
			atViber: "Етапи\n\n1. перший\n2. другий\n\n• a\n• b",
		},
		{
			name: "code with its language", markdown: "Ось:\n```go\nx := 1\n```", text: "Ось:\nx := 1",
			entities: []telegramtest.Entity{{Type: "pre", Offset: 5, Length: 6, Language: "go"}}, atViber: "Ось:\nx := 1",
		},
		{
			name: "a quote of nobody here", markdown: "> Як кажуть\n\nТак", text: "Як кажуть\n\nТак",
			entities: []telegramtest.Entity{{Type: "blockquote", Offset: 0, Length: 9}}, atViber: "> Як кажуть\n\nТак",
		},
	}
}

func TestCase34WhatOnlyMattermostHasIsReadableAndLeadsNowhere(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	for i, tt := range writings(k.called("Олена", "Петренко").User.Username) {
		t.Run(tt.name, func(t *testing.T) {
			k := k.playing(t)
			k.settles(k.c, k.replies(k.c, tt.markdown), "sent")
			line := k.customer.Received()[i]
			require.Equal(t, tt.text, line.Text)
			require.Equal(t, tt.entities, line.Entities)
		})
	}
}

func TestCase34WhatOnlyMattermostHasIsPlainAtViber(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	for i, tt := range writings(k.called("Олена", "Петренко").User.Username) {
		t.Run(tt.name, func(t *testing.T) {
			k := k.playing(t)
			k.settles(k.c, k.replies(k.c, tt.markdown), "sent")
			require.Equal(t, tt.atViber, k.customer.Received()[i].Text)
		})
	}
}

func TestCase34AReplyWithNothingButALinkInsideIsToldAndNotSent(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	k.fails(w.Server.SiteURL+"/"+world.TeamName+"/channels/inbox", nil, "nothing of it is left")
	require.Empty(t, k.calls("sendMessage"))
}

func TestCase34AReplyThatBeginsWithAPermalinkOrAQuoteIsANativeReply(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	stranger := s.enters(bot)
	theirs := stranger.posts(stranger.c.RootPostID)[0]
	for _, tt := range []struct {
		name string
		// markdown is made from the ids of the customer's first post and of the agent's own.
		markdown func(asked, answered string) string
		text     string
		// to is the number of the answered message in the chat, -1 for none.
		to int
	}{
		{"a permalink", func(asked, _ string) string { return permalink(asked) + "\n\nТак" }, "Так", 0},
		{"a permalink before the words", func(asked, _ string) string { return permalink(asked) + " **Так**" }, "Так", 0},
		{"a permalink through the team's redirect", func(asked, _ string) string {
			return w.Server.SiteURL + "/_redirect/pl/" + asked + "\nТак"
		}, "Так", 0},
		{"a permalink to the agent's own reply", func(_, answered string) string { return permalink(answered) + "\nДоповню" }, "Доповню", 2},
		{"a permalink to another customer's message", func(string, string) string { return permalink(theirs.Id) + "\nТак" }, "Так", -1},
		{"a quote", func(string, string) string { return "> Добрий день!\n\nТак" }, "Так", 0},
		{"a quote of formatted words", func(string, string) string { return "> Коли **саме**?\nЗавтра" }, "Завтра", 1},
		{"a quote of the agent's own reply", func(string, string) string { return "> Вітаю!\n\nДоповню" }, "Доповню", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			asked := k.posts(k.c.RootPostID)[0]
			k.tg.Says("Коли саме?", telegramtest.Entity{Type: "bold", Offset: 5, Length: 4})
			second := k.arrivals(k.customer, 2)[1]
			k.record(k.c, second)
			answered := k.replies(k.c, "Вітаю!")
			k.settles(k.c, answered, "sent")

			k.settles(k.c, k.replies(k.c, tt.markdown(asked.Id, answered.Id)), "sent")
			line := k.customer.Received()[1]
			require.Equal(t, tt.text, line.Text)
			if tt.to < 0 {
				require.Empty(t, line.ReplyTo)
				return
			}
			require.Equal(t, k.customer.Chat()[tt.to].ID, line.ReplyTo)
		})
	}
}

func TestCase34AnAnswerToADeletedMessageGoesOutAllTheSame(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	asked := k.posts(k.c.RootPostID)[0]
	k.tg.Deletes(k.tg.Chat()[0].ID)
	k.goesOut(permalink(asked.Id)+"\nТак", nil, gets{"text", "Так", ""})
	require.Empty(t, k.customer.Received()[0].ReplyTo)
}

func TestCase35ANoteWithAFileStaysInsideAlsoWhenItIsEdited(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	note := k.repliesWith(k.c, "! рахунок для нас", aPDF())
	k.marked(note, "lock")
	k.rewrites(note.Id, "рахунок для нас")
	k.goesOut("Вітаю!", nil, gets{"text", "Вітаю!", ""})
	require.Equal(t, "note", k.settles(k.c, note, "none").Direction)
	require.Empty(t, k.calls("sendDocument"))
}

func TestCase36EachPartOfALongTextIsChangedWhereItStands(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	first := strings.TrimSpace(strings.Repeat("слово ", 682))
	post := k.goesOut(first+"\n\nкінець", nil, gets{"text", first, ""}, gets{"text", "кінець", ""})
	k.rewrites(post.Id, first+"\n\n**край**")
	k.reads(first, "край")
	edits := k.calls("editMessageText")
	require.Len(t, edits, 1, "what did not change was sent anew")
	require.Equal(t, http.StatusOK, edits[0].Status)
	require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 0, Length: 4}}, k.customer.Received()[1].Entities)
}

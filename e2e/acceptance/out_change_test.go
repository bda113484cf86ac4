// What agents change about what they sent, and how they react: cases 43 to 45.

package acceptance

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCase43AnEditChangesTextAndCaption(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	text := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
	caption := k.repliesWith(k.c, "Ось", anImage())
	k.settles(k.c, caption, "sent")
	k.rewrites(text.Id, "**Триста**")
	k.rewrites(caption.Id, "Ось `він`")
	k.reads("Триста", "Ось він")
	lines := k.customer.Received()
	require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 0, Length: 6}}, lines[0].Entities)
	require.Equal(t, []telegramtest.Entity{{Type: "code", Offset: 4, Length: 3}}, lines[1].Entities)
	require.Equal(t, anImage().SHA256(), lines[1].File.SHA256)
	require.Len(t, k.calls("editMessageText"), 1)
	require.Len(t, k.calls("editMessageCaption"), 1)
	require.Len(t, lines, 2)
	require.Equal(t, "sent", k.settles(k.c, text, "sent").State)
}

func TestCase43AnEditThatChangesNothingAtTheMessengerIsSuccess(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	ears := k.listens(k.agent)
	post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
	k.failing("editMessageText", telegramtest.Failure{
		Status: http.StatusBadRequest, Description: "Bad Request: message is not modified: specified new message content " +
			"and reply markup are exactly the same as a current content and reply markup of the message",
	})
	k.rewrites(post.Id, "Двісті!")
	require.NoError(t, eventually(k.ctx, "the edit", func() bool { return len(k.calls("editMessageText")) == 1 }))
	k.rewrites(post.Id, "Триста")
	k.reads("Триста")
	require.Len(t, k.calls("editMessageText"), 2)
	require.Nil(t, ears.find(post.Id), "the agent was told of a success")
	require.Empty(t, k.refusals())
}

func TestCase43AnEditOfAMessageThatIsGoneIsToldToItsAuthorAlone(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	colleague := k.colleague(k.channel)
	ears, others := k.listens(k.agent), k.listens(colleague)
	post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
	k.tg.Deletes(k.number(0))
	k.rewrites(post.Id, "Триста")
	require.Equal(t, k.c.RootPostID, k.whispered(ears, post, "not there any more").RootId)
	k.settles(k.c, k.replies(k.c, "Вітаю"), "sent")
	require.Nil(t, others.find(post.Id))
	require.Empty(t, k.lines(k.c.RootPostID))
	require.Len(t, k.calls("editMessageText"), 1, "what is gone was tried again")
	require.Equal(t, "sent", k.settles(k.c, post, "sent").State)
}

func TestCase43AnEditWhileTheReplyIsBeingSentIsNotLost(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	const old, edited = "старе", "нове"
	long := strings.Repeat("щ", 1025)
	k.failing("sendMessage", telegramtest.Failure{RetryAfter: 5})
	post := k.repliesWith(k.c, long+old, anImage())
	require.NoError(t, eventually(k.ctx, "the refusal of the second part", func() bool { return len(k.calls("sendMessage")) == 1 }))
	k.rewrites(post.Id, long+edited)
	require.Equal(t, "queued", k.settles(k.c, post, "queued", "sending", "sent").State, "it was sent before it was edited")
	k.reads("", long+edited)
	require.Equal(t, anImage().SHA256(), k.got()[0].hash)
	require.Len(t, k.settles(k.c, post, "sent").Parts, 2)
	require.Len(t, k.calls("sendPhoto"), 1)
}

func TestCase43AnEditOfWhatWaitsChangesWhatIsSent(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	k.failing("sendMessage", telegramtest.Failure{RetryAfter: 5})
	post := k.replies(k.c, "Двісті")
	require.NoError(t, eventually(k.ctx, "the refusal", func() bool { return len(k.calls("sendMessage")) == 1 }))
	k.rewrites(post.Id, "Триста")
	k.settles(k.c, post, "sent")
	require.Equal(t, []string{"Триста"}, received(k.customer))
	require.Empty(t, k.calls("editMessageText"))
}

func TestCase43AnEditThatCannotBePassedOnIsToldToItsAuthorAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	for _, tt := range []struct {
		name  string
		edit  func(k *stage, postID string, fileIDs []string)
		words string
	}{
		{"into a note", func(k *stage, id string, _ []string) { k.rewrites(id, "! тільки для нас") }, "cannot become a note"},
		{"of the files", func(k *stage, id string, files []string) { k.keepsFiles(id, files[0]) }, "cannot be exchanged"},
		{"over the limit", func(k *stage, id string, _ []string) { k.rewrites(id, strings.Repeat("щ", 1025)) }, "another number of messages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			ears := k.listens(k.agent)
			post := k.goesOut("Ось", enclosed(images(2)...),
				gets{"photo", "Ось", images(2)[0].SHA256()}, gets{"photo", "", images(2)[1].SHA256()})
			before := k.got()
			tt.edit(k, post.Id, post.FileIds)
			told := k.whispered(ears, post, tt.words)
			require.Empty(t, buttons(told), "a second try would come to the same")
			k.settles(k.c, k.replies(k.c, "Вітаю"), "sent")
			require.Equal(t, append(before, gets{"text", "Вітаю", ""}), k.got())
			require.Empty(t, k.calls("editMessageText", "editMessageCaption", "editMessageMedia", "deleteMessage"))
			require.Empty(t, k.lines(k.c.RootPostID))
		})
	}
}

func TestCase44ADeletedReplyIsDeletedWithAllItsMessages(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	long := strings.Repeat("щ", 1025)
	post := k.goesOut(long, enclosed(images(2)...),
		gets{"photo", "", images(2)[0].SHA256()}, gets{"photo", "", images(2)[1].SHA256()}, gets{"text", long, ""})
	k.settles(k.c, k.replies(k.c, "Лишається"), "sent")
	k.erases(post.Id)
	k.reads("Лишається")
	require.Empty(t, k.lines(k.c.RootPostID))
}

func TestCase44AReplyThatIsDeletedBeforeItIsSentNeverGoesOut(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	k.failing("sendMessage", telegramtest.Failure{RetryAfter: 5})
	post := k.replies(k.c, "Помилка")
	require.NoError(t, eventually(k.ctx, "the refusal", func() bool { return len(k.calls("sendMessage")) == 1 }))
	k.erases(post.Id)
	k.settles(k.c, k.replies(k.c, "Вітаю"), "sent")
	require.Equal(t, []string{"Вітаю"}, received(k.customer))
	require.Empty(t, k.calls("deleteMessage"))
}

// These are Telegram's words after 48 hours; that it then says them has a test of the emulator with a clock of its own.
func TestCase44WhatTheMessengerDeletesNoLongerIsToldInTheThread(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
	k.failing("deleteMessage", telegramtest.Failure{
		Status: http.StatusBadRequest, Description: "Bad Request: message can't be deleted for everyone",
	})
	k.erases(post.Id)
	told := k.line(k.c.RootPostID, "the customer still sees it", "no longer lets this message be deleted")
	require.Empty(t, buttons(told))
	require.Equal(t, []string{"Двісті"}, received(k.customer))
	k.settles(k.c, k.replies(k.c, "Вітаю"), "sent")
	require.Len(t, k.calls("deleteMessage"), 1, "it was tried again")
}

func TestCase45ReactionsAreMirroredOneAtATimeWhereTheBotSaysSo(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, map[string]any{"mirror_reactions": true})
	asked := k.posts(k.c.RootPostID)[0]
	shows := func(emoji ...string) {
		t.Helper()
		var now []string
		err := eventually(k.ctx, "the bot's reaction", func() bool {
			now = k.tg.Chat()[0].Reactions
			return strings.Join(now, " ") == strings.Join(emoji, " ")
		})
		require.NoError(t, err, "%v", now)
	}
	k.reacts(asked.Id, "+1")
	shows("👍")
	k.reacts(asked.Id, "heart")
	shows("❤")
	k.unreacts(asked.Id, "heart")
	k.unreacts(asked.Id, "+1")
	shows()

	answered := k.replies(k.c, "Вітаю")
	k.settles(k.c, answered, "sent")
	k.reacts(asked.Id, "pizza")
	k.reacts(answered.Id, "tada")
	require.NoError(t, eventually(k.ctx, "a reaction to the bot's own message", func() bool {
		return strings.Join(k.customer.Received()[0].Reactions, "") == "🎉"
	}))
	shows()
	calls := k.calls("setMessageReaction")
	for _, call := range calls {
		require.Equal(t, http.StatusOK, call.Status, "%s", call.Description)
		require.NotContains(t, call.Params["reaction"], "🍕")
	}
	require.Equal(t, "[]", calls[len(calls)-2].Params["reaction"])
	require.Equal(t, strconv.Itoa(k.number(0)), calls[len(calls)-1].Params["message_id"])
	require.Empty(t, k.lines(k.c.RootPostID))
}

func TestCase45ReactionsStayInsideUnlessTheBotSaysOtherwise(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	asked := k.posts(k.c.RootPostID)[0]
	k.reacts(asked.Id, "+1")
	k.settles(k.c, k.replies(k.c, "Вітаю"), "sent")
	require.Empty(t, k.calls("setMessageReaction"))

	_, err := w.Plugin.EditBot(k.ctx, k.customer.Bot.ID, map[string]any{"settings": map[string]any{"mirror_reactions": true}})
	require.NoError(t, err)
	k.reacts(asked.Id, "fire")
	require.NoError(t, eventually(k.ctx, "the bot's reaction", func() bool {
		return strings.Join(k.tg.Chat()[0].Reactions, "") == "🔥"
	}))
}

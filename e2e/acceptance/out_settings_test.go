// What settings make of replies, what agents see of their way, and that somebody is typing.

package acceptance

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestTheAgentIsNamedAsTheBotSays(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	olena := s.called("Олена", "Петренко")
	nameless := s.colleague(s.channel)
	for _, tt := range []struct {
		mode string
		// name is Olena's before her text, username tells that the nameless one is called by his.
		name     string
		username bool
	}{{"hidden", "", false}, {"first", "Олена", true}, {"full", "Олена Петренко", true}} {
		t.Run(tt.mode, func(t *testing.T) {
			s := s.on(t)
			k := s.enters(s.telegram(world.Webhook, map[string]any{"agent_name": tt.mode}))
			before := func(name, text string) string {
				switch {
				case tt.name == "":
					return text
				case text == "":
					return name + ":"
				}
				return name + ":\n" + text
			}
			k.agent = olena
			post := k.replies(k.c, "**Вітаю**")
			k.settles(k.c, post, "sent")
			k.settles(k.c, k.repliesWith(k.c, "", anImage()), "sent")
			k.agent = nameless
			k.settles(k.c, k.replies(k.c, "І я"), "sent")
			k.reads(before(tt.name, "Вітаю"), before(tt.name, ""), before(nameless.User.Username, "І я"))
			require.Equal(t, "bold", k.customer.Received()[0].Entities[0].Type)
			require.Len(t, k.customer.Received()[0].Entities, 1)

			k.agent = olena
			k.rewrites(post.Id, "Доброго дня")
			k.reads(before(tt.name, "Доброго дня"), before(tt.name, ""), before(nameless.User.Username, "І я"))
		})
	}
}

func TestAReplyCanBeUndoneUntilItsTimeIsUp(t *testing.T) {
	t.Parallel()
	const undo = 3 * time.Second
	k := telegramStage(t, map[string]any{"undo": undo.String()})
	wrong, kept, inside := k.replies(k.c, "Не те"), k.replies(k.c, "Двісті"), k.replies(k.c, "Для нас")
	k.erases(wrong.Id)
	k.rewrites(kept.Id, "Триста")
	k.rewrites(inside.Id, "! Для нас")
	k.marked(inside, "lock")
	k.settles(k.c, kept, "sent")
	require.Equal(t, []string{"Триста"}, received(k.customer))
	require.Equal(t, "note", k.settles(k.c, inside, "none").Direction)
	sent := k.calls("sendMessage")
	require.Len(t, sent, 1)
	require.GreaterOrEqual(t, sent[0].At.Sub(time.UnixMilli(kept.CreateAt)), undo)
	require.Empty(t, k.calls("editMessageText", "deleteMessage"))
}

// Not parallel: it changes a setting of the whole plugin.
func TestAReplyThatWasSentIsMarkedWhereTheSettingSaysSo(t *testing.T) {
	k := telegramStage(t, nil)
	setting := func(on bool) map[string]any { return map[string]any{"deliveredreaction": on} }
	require.NoError(t, w.Configure(k.ctx, setting(true)))
	t.Cleanup(func() { require.NoError(t, w.Configure(labtest.Context(t, sceneTime), setting(false))) })
	post := k.replies(k.c, "Вітаю")
	k.settles(k.c, post, "sent")
	k.marked(post, "white_check_mark")
	k.failing("sendMessage", telegramtest.Failure{Status: http.StatusBadRequest, Description: "Bad Request: not today"})
	failed := k.replies(k.c, "Ще раз")
	k.settles(k.c, failed, "failed")
	k.marked(failed, "warning")
	require.Equal(t, []string{"warning"}, k.signs(failed))
	require.Equal(t, []string{"white_check_mark"}, k.signs(post))

	require.NoError(t, w.Configure(k.ctx, setting(false)))
	unmarked := k.replies(k.c, "І ще")
	k.settles(k.c, unmarked, "sent")
	k.settles(k.c, k.replies(k.c, "Усе"), "sent")
	require.Empty(t, k.signs(unmarked))
}

func TestTypingIsShownAtMostOnceInFourSeconds(t *testing.T) {
	t.Parallel()
	const between, late = 4 * time.Second, 200 * time.Millisecond
	k := telegramStage(t, nil)
	require.NoError(t, k.types())
	require.NoError(t, k.types())
	require.Len(t, k.calls("sendChatAction"), 1)
	require.NoError(t, eventually(k.ctx, "the next one", func() bool {
		return k.types() == nil && len(k.calls("sendChatAction")) == 2
	}))
	calls := k.calls("sendChatAction")
	require.GreaterOrEqual(t, calls[1].At.Sub(calls[0].At), between-late)
	require.Equal(t, "typing", calls[0].Params["action"])

	other := k.enters(k.customer.Bot)
	require.NoError(t, other.types())
	require.Len(t, other.calls("sendChatAction"), 1, "another customer waited too")
	require.Empty(t, k.lines(k.c.RootPostID))

	stranger := *other
	stranger.scene = k.on(t)
	stranger.agent = k.colleague()
	refused(t, stranger.types(), http.StatusNotFound, "not_found")
}

func TestNobodyIsShownTypingToWhomNothingCanBeSent(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	_, err := world.NewClient(k.agent).Act(k.ctx, k.c.ID, "close", nil)
	require.NoError(t, err)
	require.NoError(t, k.types())
	blocked := k.enters(k.customer.Bot)
	blocked.tg.Blocks()
	blocked.worksOff(blocked.customer.Bot)
	require.NoError(t, blocked.types())
	require.Empty(t, k.calls("sendChatAction"))
	require.Empty(t, blocked.calls("sendChatAction"))
}

func TestRESTTellsTheStateOfEveryPartOfAReply(t *testing.T) {
	t.Parallel()
	k := telegramStage(t, nil)
	post := k.repliesWith(k.c, "Усе", append(images(2), aPDF())...)
	parts := k.settles(k.c, post, "sent").Parts
	var want []world.Part
	for _, line := range k.customer.Received() {
		want = append(want, world.Part{ExternalID: line.ID, Kind: line.Kind, State: "sent"})
	}
	require.Equal(t, want, parts)
	require.Len(t, parts, 3)

	k.failing("sendMessage", telegramtest.Failure{Kind: telegramtest.Cut})
	lost := k.settles(k.c, k.replies(k.c, "Чи дійшло?"), "unknown")
	require.Empty(t, lost.Parts, "of what nobody knows there is no message to tell of")
	require.Equal(t, "out", lost.Direction)
}

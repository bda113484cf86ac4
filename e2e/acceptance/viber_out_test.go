// Viber: what becomes of replies after they are sent, cases 56 and 57, and what Viber cannot take, cases 60, 61 and 63.

package acceptance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

func TestCase56DeliveredAndSeenAreToldOnceAndNeverTakenBack(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	first, second, third := k.replies(k.c, "один"), k.replies(k.c, "два"), k.replies(k.c, "три")
	k.settles(k.c, third, "sent")
	k.reads("один", "два", "три")
	got := k.customer.Received()

	k.viber.Receives(got[0].ID)
	k.viber.Receives(got[0].ID) // his other device
	require.Equal(t, "delivered", k.settles(k.c, first, "delivered").Parts[0].State)
	k.viber.Sees(got[1].ID)
	k.settles(k.c, second, "seen")
	require.Equal(t, "seen", k.settles(k.c, first, "seen").Parts[0].State, "what was read before is not seen")
	k.viber.Receives(got[1].ID)
	k.viber.Receives(got[0].ID)
	k.worksOff(k.customer.Bot)
	k.settles(k.c, first, "seen")
	k.settles(k.c, second, "seen")
	require.Equal(t, "sent", k.settles(k.c, third, "sent", "delivered", "seen").State, "what came later is not seen yet")
	require.Empty(t, k.lines(k.c.RootPostID))
	require.Len(t, k.posts(k.c.RootPostID), 1)
	for _, event := range []string{"delivered", "seen"} {
		for _, callback := range w.ViberCloud.Callbacks(event) {
			require.Equal(t, 1, callback.Attempt, "a receipt was not confirmed at once")
		}
	}
}

func TestCase56AReplyOfSeveralMessagesIsDeliveredWhenAllOfThemAre(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	post := k.repliesWith(k.c, "", anImage(), aPDF())
	k.settles(k.c, post, "sent")
	got := k.customer.Received()
	k.viber.Receives(got[1].ID)
	k.worksOff(k.customer.Bot)
	parts := k.settles(k.c, post, "sent", "delivered").Parts
	require.Equal(t, []string{"sent", "delivered"}, []string{parts[0].State, parts[1].State})
	k.viber.Receives(got[0].ID)
	k.settles(k.c, post, "delivered")
	k.viber.Sees(got[1].ID)
	k.settles(k.c, post, "seen")
}

func TestCase57WhatFailsAfterItWasTakenIsToldWithViberWordsAndCanBeSentAgain(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	post := k.goesOut("Вітаю", nil, gets{"text", "Вітаю", ""})
	k.viber.Misses(k.customer.Received()[0].ID, "device is too old")
	message := k.settles(k.c, post, "failed")
	require.NotNil(t, message.Error)
	require.Equal(t, "failed", message.Parts[0].State)
	notice := k.notice(k.c.RootPostID, "Retry")
	require.Contains(t, notice.Message, "device is too old")
	k.marked(post, "warning")

	k.presses(k.agent, notice, "Retry")
	k.settles(k.c, post, "sent")
	k.reads("Вітаю", "Вітаю")
	require.Equal(t, 2, tries(k.customer))
	require.NoError(t, eventually(k.ctx, "the sign to go", func() bool { return len(k.signs(post)) == 0 }))
}

func TestCase58AReplyWithFilesToWhoUnsubscribedIsRefusedWithoutACall(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	k.viber.Unsubscribes()
	k.line(k.c.RootPostID, "unsubscribed")
	k.worksOff(k.customer.Bot)
	k.fails("Ось", enclosed(anImage()), "unsubscribed")
	require.Zero(t, tries(k.customer))
}

func TestCase60EachFileIsAMessageAndALongTextFollowsInParts(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	first, rest := strings.Repeat("я", 7000), "я"
	post := k.goesOut(first+rest, enclosed(anImage(), aPDF()),
		gets{"picture", "", anImage().SHA256()}, gets{"file", "", aPDF().SHA256()}, gets{"text", first, ""}, gets{"text", rest, ""})
	require.Len(t, k.settles(k.c, post, "sent").Parts, 4)
	require.Equal(t, 4, tries(k.customer))
}

func TestCase60ATextThatFitsStandsWithThePicture(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	fits := strings.Repeat("щ", 512)
	s.enters(bot).goesOut(fits, enclosed(anImage(), images(1)[0]),
		gets{"picture", fits, anImage().SHA256()}, gets{"picture", "", images(1)[0].SHA256()})
	s.enters(bot).goesOut(fits+"щ", enclosed(anImage()),
		gets{"picture", "", anImage().SHA256()}, gets{"text", fits + "щ", ""})
	s.enters(bot).goesOut("Ось", enclosed(aVideo()), gets{"video", "", aVideo().SHA256()}, gets{"text", "Ось", ""})
}

func TestCase61AVideoOrPictureOverItsLimitIsAFile(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	for name, file := range map[string]world.Enclosure{
		"a video of 27 MB":        {Name: "відео.mp4", Content: append(body(mp4Head, "large"), make([]byte, 27<<20)...)},
		"a picture of 2 MB":       {Name: "фото.jpg", Content: append(jpegPicture(64, 48), make([]byte, 2<<20)...)},
		"a picture of other kind": {Name: "наліпка.webp", Content: webpPicture(64, 64)},
	} {
		t.Run(name, func(t *testing.T) {
			s.on(t).enters(bot).goesOut("", enclosed(file), gets{"file", "", file.SHA256()})
		})
	}
}

func TestCase61AForbiddenFileIsRefusedByItsNameAndNothingGoesOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bot := s.viber()
	for _, name := range []string{"гра.exe", "Застосунок.APK", "run.bat"} {
		t.Run(name, func(t *testing.T) {
			k := s.on(t).enters(bot)
			k.fails("Ось", enclosed(anImage(), world.Enclosure{Name: name, Content: []byte("MZ")}), name)
			require.Zero(t, tries(k.customer))
		})
	}
}

func TestCase63AnEditIsToldToItsAuthorAloneAndADeletionToTheThreadWithoutACall(t *testing.T) {
	t.Parallel()
	k := viberStage(t)
	ears := k.listens(k.agent)
	post := k.goesOut("Двісті", nil, gets{"text", "Двісті", ""})
	k.rewrites(post.Id, "Триста")
	told := k.whispered(ears, post, "no way to change")
	require.Empty(t, buttons(told))
	require.Empty(t, k.lines(k.c.RootPostID))
	k.erases(post.Id)
	require.Empty(t, buttons(k.line(k.c.RootPostID, "no way to delete")))
	require.Equal(t, []gets{{"text", "Двісті", ""}}, k.got())
	require.Equal(t, 1, tries(k.customer))
	k.goesOut("Вітаю", nil, gets{"text", "Вітаю", ""})
}

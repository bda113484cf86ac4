// A crash while files are on their way, in both directions: cases 10, 11 and 42.

package acceptance

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// valve is a customer's file whose second half does not come before it is opened.
type valve struct {
	content []byte
	opened  chan struct{}
	reached chan struct{}
	once    sync.Once
}

func newValve(name string) *valve {
	return &valve{content: body(pdfHead, name), opened: make(chan struct{}), reached: make(chan struct{})}
}

// Read brings nothing: it stands between the halves.
func (v *valve) Read([]byte) (int, error) {
	v.once.Do(func() { close(v.reached) })
	<-v.opened
	return 0, io.EOF
}

func (v *valve) file(name string) telegramtest.File {
	return telegramtest.File{Name: name, Type: "application/pdf", Size: int64(len(v.content)), Open: func() io.Reader {
		half := len(v.content) / 2
		return io.MultiReader(bytes.NewReader(v.content[:half]), v, bytes.NewReader(v.content[half:]))
	}}
}

// awaitFetch waits until the first half was fetched.
func (s *scene) awaitFetch(v *valve) {
	s.Helper()
	select {
	case <-v.reached:
	case <-s.ctx.Done():
		require.Fail(s, "nobody fetches the file")
	}
}

// Not parallel: it kills the plugin.
func TestCase10Case11Case42ACrashWhileFilesAreOnTheirWayLosesAndDoublesNone(t *testing.T) {
	s := newScene(t)
	telegram, viber := s.telegram(world.Webhook, nil), s.viber()
	one, album := newValve("one"), newValve("album")
	release := sync.OnceFunc(func() { close(one.opened); close(album.opened) })
	t.Cleanup(release)
	t.Cleanup(w.TelegramCloud.Heal)
	t.Cleanup(w.ViberCloud.Heal)
	whole := telegramtest.File{Name: "перший.pdf", Type: "application/pdf", Content: body(pdfHead, "whole")}
	media := w.ViberCloud.Store("договір.pdf", "application/pdf", body(pdfHead, "viber"))
	media.Slow(time.Minute)

	// Three customers send files, and none of them has come in whole.
	sent, sentAlbum, sentViber := s.enters(telegram), s.enters(telegram), s.enters(viber)
	sent.tg.SendsDocument(one.file("рахунок.pdf"), "Ось рахунок")
	sentAlbum.tg.SendsAlbum(
		telegramtest.Item{Kind: "document", File: whole, Caption: "Обидва"},
		telegramtest.Item{Kind: "document", File: album.file("другий.pdf")})
	sentViber.viber.SendsFile(media)
	s.awaitFetch(one)
	s.awaitFetch(album)
	require.NoError(t, eventually(s.ctx, "the fetch from Viber", func() bool { return len(media.Requests()) > 0 }))

	// Three customers are sent files, and the plugin knows of none whether it arrived.
	arrived, lost, arrivedViber := s.enters(telegram), s.enters(telegram), s.enters(viber)
	arrived.failing("sendDocument", telegramtest.Failure{Kind: telegramtest.Hang, Done: true})
	lost.failing("sendMediaGroup", telegramtest.Failure{Kind: telegramtest.Hang})
	w.ViberCloud.Fail(vibertest.Failure{Method: "send_message", Receiver: arrivedViber.viber.ID, Hang: true, Done: true})
	replies := []*model.Post{
		arrived.repliesWith(arrived.c, "Рахунок", aPDF()),
		lost.repliesWith(lost.c, "Фото", images(2)...),
		arrivedViber.repliesWith(arrivedViber.c, "Схема", anImage()),
	}
	require.NoError(t, eventually(s.ctx, "the calls", func() bool {
		return len(arrived.got()) == 1 && len(lost.calls("sendMediaGroup")) == 1 && len(arrivedViber.got()) == 1
	}))

	require.NoError(t, w.Server.KillPlugin(s.ctx, world.PluginID))
	release()
	media.Slow(0)
	w.TelegramCloud.Heal()
	w.ViberCloud.Heal()
	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	for i, k := range []*stage{arrived, lost, arrivedViber} {
		k.settles(k.c, replies[i], "unknown")
		k.settles(k.c, k.replies(k.c, "Далі"), "sent")
		require.NotNil(t, k.notice(k.c.RootPostID, "Send anyway"))
	}
	require.Equal(t, []gets{{"document", "Рахунок", aPDF().SHA256()}, {"text", "Далі", ""}}, arrived.got())
	require.Equal(t, []gets{{"text", "Далі", ""}}, lost.got())
	require.Equal(t, []gets{{"picture", "Схема", anImage().SHA256()}, {"text", "Далі", ""}}, arrivedViber.got())
	lost.presses(lost.agent, lost.notice(lost.c.RootPostID, "Send anyway"), "Send anyway")
	lost.settles(lost.c, replies[1], "sent")
	require.Equal(t, []gets{
		{"text", "Далі", ""}, {"photo", "Фото", images(2)[0].SHA256()}, {"photo", "", images(2)[1].SHA256()},
	}, lost.got())

	for _, k := range []*stage{sent, sentAlbum, sentViber} {
		k.customer.Says("Отримали?")
		_, err := w.AwaitInbound(s.ctx, k.customer, "Отримали?")
		require.NoError(t, err)
	}
	s.idle()
	sent.has(sent.arrivals(sent.customer, 3)[1], "Ось рахунок", shown{`^рахунок\.pdf$`, one.file("").SHA256()})
	both := sentAlbum.arrivals(sentAlbum.customer, 3)[1]
	require.Contains(t, both.Message, "Обидва")
	require.ElementsMatch(t, []string{whole.SHA256(), album.file("").SHA256()}, sentAlbum.hashes(both))
	sentViber.has(sentViber.arrivals(sentViber.customer, 3)[1], "", shown{`^договір\.pdf$`, media.SHA256()})
}

// Tests of sending files, and of the welcome.

package viber_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// served is a public address of content under a name.
func served(t *testing.T, name string, content []byte) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/" + name + "?sig=abc"
}

func (s *scene) messageWith(t *testing.T, kind messenger.FileKind, name, text string) messenger.Outgoing {
	out := s.message(text)
	out.Files = []messenger.Upload{{Kind: kind, Name: name, Size: int64(len(picture)), URL: served(t, name, picture)}}
	return out
}

func TestEachKindOfFileIsSentByItsAddress(t *testing.T) {
	for name, c := range map[string]struct {
		kind       messenger.FileKind
		text, want string
	}{
		"cat.jpg":  {messenger.Photo, "our cat", "picture"},
		"cat.jpeg": {messenger.Photo, "", "picture"},
		"film.mp4": {messenger.Video, "", "video"},
		"bill.pdf": {messenger.Document, "", "file"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newChat(t)
			out := s.messageWith(t, c.kind, name, c.text)
			out.ReplyTo = "4912661846655238145"
			token, err := s.post(t, out)
			require.NoError(t, err)
			line := s.bot.Sent()[0]
			require.Equal(t, []string{token, c.want, c.text, "Shop"}, []string{line.Token, line.Kind, line.Text, line.Sender})
			require.Equal(t, picture, line.File.Content)
			require.Equal(t, out.Files[0].URL, line.File.URL)
			require.Len(t, s.Calls("send_message"), 1)
			require.Empty(t, s.Violations())
		})
	}
}

func TestALongFileNameKeepsItsExtension(t *testing.T) {
	s := newChat(t, vibertest.WithoutMediaFetch())
	for given, want := range map[string]string{
		strings.Repeat("ї", 252) + ".pdf": strings.Repeat("ї", 252) + ".pdf",
		strings.Repeat("ї", 300) + ".pdf": strings.Repeat("ї", 252) + ".pdf",
		"a\u0000b.pdf\n":                  "ab.pdf",
	} {
		out := s.messageWith(t, messenger.Document, "a.pdf", "")
		out.Files[0].Name = given
		_, err := s.post(t, out)
		require.NoError(t, err)
		sent := s.bot.Sent()
		require.Equal(t, want, sent[len(sent)-1].File.Name)
	}
	require.Empty(t, s.Violations())
}

func TestCase61WhatViberHasNoMessageForIsRejectedWithoutACall(t *testing.T) {
	s := newChat(t)
	change := func(f func(*messenger.Outgoing)) messenger.Outgoing {
		out := s.messageWith(t, messenger.Document, "a.pdf", "")
		f(&out)
		return out
	}
	for name, out := range map[string]messenger.Outgoing{
		"voice":            change(func(o *messenger.Outgoing) { o.Files[0].Kind = messenger.Voice }),
		"text with a file": change(func(o *messenger.Outgoing) { o.Text = richtext.Plain("see") }),
		"text with a video": change(func(o *messenger.Outgoing) {
			o.Text, o.Files[0].Kind = richtext.Plain("see"), messenger.Video
		}),
		"album":       change(func(o *messenger.Outgoing) { o.Files = append(o.Files, o.Files[0]) }),
		"no address":  change(func(o *messenger.Outgoing) { o.Files[0].URL = "" }),
		"a file path": change(func(o *messenger.Outgoing) { o.Files[0].URL = "file:///etc/passwd" }),
	} {
		_, err := s.post(t, out)
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, name)
		_, err = s.client.Welcome(out)
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, name)
	}
	require.Empty(t, s.Calls("send_message"))
}

func TestCase61AForbiddenFormatAndAVideoOf27MegabytesAreRefused(t *testing.T) {
	can := newScene(t).client.Capabilities()
	require.Contains(t, can.Forbidden, ".exe")
	require.True(t, can.FilesByURL)
	require.Zero(t, can.AlbumLimit)
	require.Zero(t, can.FetchLimit)
	first := func(extension string, size int64) messenger.FileKind {
		for _, r := range can.Files {
			if size <= r.MaxBytes && (r.Extensions == nil || slices.Contains(r.Extensions, extension)) {
				return r.Kind
			}
		}
		return ""
	}
	require.Equal(t, messenger.Photo, first(".png", 1<<20))
	require.Equal(t, messenger.Document, first(".png", 1<<20+1))
	require.Equal(t, messenger.Document, first(".webp", 1))
	require.Equal(t, messenger.Video, first(".mp4", 26<<20))
	require.Equal(t, messenger.Document, first(".mp4", 27_500_000))
	require.Equal(t, messenger.Document, first(".zip", 50<<20))
	require.Empty(t, first(".zip", 50<<20+1))

	s := newChat(t)
	for _, out := range []messenger.Outgoing{
		s.messageWith(t, messenger.Document, "setup.exe", ""), s.messageWith(t, messenger.Document, "Setup.ApK", ""),
		s.messageWith(t, messenger.Video, "film.avi", ""), s.messageWith(t, messenger.Photo, "cat.webp", ""),
	} {
		_, err := s.post(t, out)
		require.Equal(t, 3, messenger.AsError(err).Code)
	}
	out := s.messageWith(t, messenger.Video, "film.mp4", "")
	out.Files[0].Size = 27 << 20
	_, err := s.post(t, out)
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Len(t, s.Violations(), 5, "a program that keeps to the capabilities never tries")
	require.Empty(t, s.customer.Sent())
}

func TestAnAddressThatHasEndedIsRejected(t *testing.T) {
	s := newChat(t)
	out := s.messageWith(t, messenger.Photo, "cat.jpg", "")
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	out.Files[0].URL = gone.URL + "/cat.jpg"
	_, err := s.post(t, out)
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Contains(t, messenger.AsError(err).Description, "404")
	require.Empty(t, s.Violations())
}

func TestCase52AWelcomeIsTheAnswerToConversationStarted(t *testing.T) {
	s := newScene(t)
	require.NoError(t, s.client.SetWebhook(ctx(t), s.webhook.URL, ""))
	var err error
	s.welcome, err = s.client.Welcome(s.message("Вітаємо & <ласкаво просимо>"))
	require.NoError(t, err)
	require.NotContains(t, string(s.welcome), "receiver")
	token := s.customer.Opens("promo-7")
	s.settled(t)
	line := s.customer.Chat()[0]
	require.True(t, line.Welcome)
	require.Equal(t, []string{token, "text", "Вітаємо & <ласкаво просимо>", "Shop"}, []string{line.Token, line.Kind, line.Text, line.Sender})
	require.Equal(t, s.welcome, s.Callbacks("conversation_started")[0].Answer)
	require.Empty(t, s.Violations())
}

func TestCase52AWelcomeMayBeAPictureAndFitsTheLimits(t *testing.T) {
	s := newScene(t)
	require.NoError(t, s.client.SetWebhook(ctx(t), s.webhook.URL, ""))
	out := s.messageWith(t, messenger.Photo, "cat.png", strings.Repeat("я", 512))
	var err error
	s.welcome, err = s.client.Welcome(out)
	require.NoError(t, err)
	s.customer.Opens("")
	s.settled(t)
	require.Equal(t, picture, s.customer.Chat()[0].File.Content)
	require.Empty(t, s.Violations())

	for name, out := range map[string]messenger.Outgoing{
		"nothing":      s.message("\x01"),
		"long text":    s.message(strings.Repeat("я", 7001)),
		"long caption": s.messageWith(t, messenger.Photo, "cat.png", strings.Repeat("я", 513)),
	} {
		_, err := s.client.Welcome(out)
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, name)
	}
	longest, err := s.client.Welcome(s.message(strings.Repeat("😀", 7000)))
	require.NoError(t, err)
	require.True(t, json.Valid(longest))
	require.LessOrEqual(t, len(longest), 30_000)
}

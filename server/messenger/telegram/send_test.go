// How files, albums and replies go out, at the emulator.

package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// upload is a file to send; the count of what is open is kept in open.
func upload(kind messenger.FileKind, name string, content []byte, open *atomic.Int32) messenger.Upload {
	return messenger.Upload{
		Kind: kind, Name: name, Size: int64(len(content)),
		Open: func(context.Context) (io.ReadCloser, error) {
			open.Add(1)
			return &counted{Reader: bytes.NewReader(content), open: open}, nil
		},
	}
}

type counted struct {
	io.Reader
	open *atomic.Int32
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return nil
}

func TestAFileGoesOutAsItsKindWithItsCaption(t *testing.T) {
	png := telegramtest.PNG(40, 30)
	for _, c := range []struct {
		kind    messenger.FileKind
		name    string
		content []byte
		method  string
	}{
		{messenger.Photo, "кава.png", png, "sendPhoto"},
		{messenger.Animation, "a.gif", []byte("GIF89a"), "sendAnimation"},
		{messenger.Video, "a.mp4", []byte("video"), "sendVideo"},
		{messenger.Voice, "a.ogg", []byte("OggS"), "sendVoice"},
		{messenger.Audio, "a.mp3", []byte("ID3"), "sendAudio"},
		{messenger.Document, "прайс \"2026\".pdf", []byte("%PDF"), "sendDocument"},
	} {
		t.Run(c.method, func(t *testing.T) {
			d := newDesk(t)
			var open atomic.Int32
			u := upload(c.kind, c.name, c.content, &open)
			u.Width, u.Height = 40, 30
			ids, err := d.Send(within(t), messenger.Outgoing{Chat: private, Text: marked("ось [прайс]", of(richtext.Bold)), Files: []messenger.Upload{u}})
			require.NoError(t, err)
			require.Len(t, ids, 1)
			require.Zero(t, open.Load(), "the file was left open")
			require.Len(t, d.server.Calls(c.method), 1)
			sent := d.bot.Sent()
			require.Len(t, sent, 1)
			require.Equal(t, "ось прайс", sent[0].Text)
			require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 4, Length: 5}}, sent[0].Entities)
			require.Equal(t, string(c.kind), sent[0].Kind)
			require.Equal(t, c.name, sent[0].File.Name)
			require.Equal(t, c.content, sent[0].File.Content)
		})
	}
}

func TestCase38AnAlbumIsOneCallWithAnIDForEachFile(t *testing.T) {
	d := newDesk(t)
	png := telegramtest.PNG(40, 30)
	var open atomic.Int32
	ids, err := d.Send(within(t), messenger.Outgoing{Chat: private, Text: marked("[двоє]", of(richtext.Italic)), Files: []messenger.Upload{
		upload(messenger.Photo, "один.png", png, &open), upload(messenger.Video, "a.mp4", []byte("video"), &open),
	}})
	require.NoError(t, err)
	require.Len(t, ids, 2)
	require.NotEqual(t, ids[0], ids[1])
	require.Zero(t, open.Load())
	sent := d.bot.Sent()
	require.Len(t, sent, 2)
	require.Equal(t, sent[0].MediaGroupID, sent[1].MediaGroupID)
	require.Equal(t, []string{"двоє", ""}, []string{sent[0].Text, sent[1].Text})
	require.Equal(t, []telegramtest.Entity{{Type: "italic", Offset: 0, Length: 4}}, sent[0].Entities)
	require.Equal(t, "один.png", sent[0].File.Name)
	require.Equal(t, png, sent[0].File.Content)
	require.Equal(t, []string{"photo", "video"}, []string{sent[0].Kind, sent[1].Kind})
	require.Len(t, d.server.Calls("sendMediaGroup"), 1)
}

func TestFilesOfTheSameNameStandInOneAlbum(t *testing.T) {
	for _, kind := range []messenger.FileKind{messenger.Document, messenger.Audio} {
		d := newDesk(t)
		var open atomic.Int32
		name := map[messenger.FileKind]string{messenger.Document: "прайс.pdf", messenger.Audio: "пісня.mp3"}[kind]
		ids, err := d.Send(within(t), messenger.Outgoing{Chat: private, Files: []messenger.Upload{
			upload(kind, name, []byte("one"), &open), upload(kind, name, []byte("two"), &open),
		}})
		require.NoError(t, err)
		require.Len(t, ids, 2)
		sent := d.bot.Sent()
		require.Equal(t, []string{name, name}, []string{sent[0].File.Name, sent[1].File.Name})
		require.Equal(t, []byte("two"), sent[1].File.Content)
	}
}

func TestAReplyNamesWhatItAnswersAndGoesOutWithoutIt(t *testing.T) {
	d := newDesk(t)
	said := d.customer.Says("Чи є кава?")
	var open atomic.Int32
	files := [][]messenger.Upload{
		nil,
		{upload(messenger.Document, "a.pdf", []byte("x"), &open)},
		{upload(messenger.Document, "a.pdf", []byte("x"), &open), upload(messenger.Document, "b.pdf", []byte("x"), &open)},
	}
	for _, f := range files {
		for _, answered := range []string{itoa(said.ID), "99999"} {
			before := len(d.bot.Sent())
			_, err := d.Send(within(t), messenger.Outgoing{Chat: private, Text: richtext.Plain("є"), Files: f, ReplyTo: answered})
			require.NoError(t, err)
			sent := d.bot.Sent()[before:]
			if answered == "99999" {
				require.Nil(t, sent[0].ReplyTo)
				continue
			}
			require.Equal(t, said.ID, sent[0].ReplyTo.MessageID)
		}
	}
}

func TestFilesGoThroughABusinessConnection(t *testing.T) {
	d := newDesk(t)
	business := d.bot.NewCustomer(telegramtest.Customer{ID: 7, FirstName: "Іван"}).ConnectsBusiness(telegramtest.Rights{CanReply: true})
	business.As(d.customer).Says("добрий день")
	var open atomic.Int32
	one := upload(messenger.Document, "a.pdf", []byte("x"), &open)
	for _, files := range [][]messenger.Upload{nil, {one}, {one, one}} {
		_, err := d.Send(within(t), messenger.Outgoing{
			Chat: messenger.Chat{ID: "42", Connection: business.ID}, Text: richtext.Plain("x"), Files: files,
		})
		require.NoError(t, err)
	}
	require.Len(t, business.Chat(d.customer), 1+1+1+2)
}

func TestAFileThatCannotBeReadIsTransientAndNothingIsSent(t *testing.T) {
	broken := errors.New("the disk is gone")
	half := func(err error) func(context.Context) (io.ReadCloser, error) {
		return func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, 300_000)), &failing{err})), nil
		}
	}
	for name, open := range map[string]func(context.Context) (io.ReadCloser, error){
		"it does not open":     func(context.Context) (io.ReadCloser, error) { return nil, broken },
		"it breaks off":        half(broken),
		"it is too short":      half(io.EOF),
		"it is longer as told": func(context.Context) (io.ReadCloser, error) { return io.NopCloser(&endless{}), nil },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			u := messenger.Upload{Kind: messenger.Document, Name: "a.pdf", Size: 600_000, Open: open}
			for _, files := range [][]messenger.Upload{{u}, {u, u}} {
				_, err := d.Send(within(t), messenger.Outgoing{Chat: private, Files: files})
				got := messenger.AsError(err)
				require.NotNil(t, got)
				require.Equal(t, messenger.Transient, got.Class, got)
				require.Contains(t, got.Description, "the file cannot be read: ")
				require.NotContains(t, got.Description, d.bot.Token)
			}
			require.Empty(t, d.bot.Sent())
		})
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestAContextThatEndsWhileAFileIsSentLeavesNothingOpen(t *testing.T) {
	d := newDesk(t)
	d.server.Fail(telegramtest.Failure{Method: "sendDocument", Kind: telegramtest.Hang})
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	closed := make(chan struct{})
	u := messenger.Upload{Kind: messenger.Document, Name: "a.pdf", Size: 1 << 30, Open: func(ctx context.Context) (io.ReadCloser, error) {
		return &waiting{ctx: ctx, first: cancel, closed: closed}, nil
	}}
	_, err := d.Send(ctx, messenger.Outgoing{Chat: private, Files: []messenger.Upload{u}})
	require.Equal(t, messenger.Transient, messenger.AsError(err).Class, "the request was never complete")
	<-closed
}

func TestAnEarlyAnswerEndsTheReadingOfTheFile(t *testing.T) {
	reading := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-reading
		w.Header().Set("Connection", "close") // else the body is read first
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	t.Cleanup(server.Close)
	closed := make(chan struct{})
	u := messenger.Upload{Kind: messenger.Document, Name: "a.pdf", Size: 1 << 30, Open: func(ctx context.Context) (io.ReadCloser, error) {
		return &waiting{ctx: ctx, first: func() { close(reading) }, closed: closed}, nil
	}}
	_, err := connect(t, server.URL, "1:a").Send(context.Background(), messenger.Outgoing{Chat: private, Files: []messenger.Upload{u}})
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, err)
	<-closed
}

// waiting is a file whose second read takes until its context ends.
type waiting struct {
	ctx    context.Context
	first  func()
	reads  int
	closed chan struct{}
}

func (w *waiting) Read(p []byte) (int, error) {
	if w.reads++; w.reads == 1 {
		return len(p), nil
	}
	w.first()
	<-w.ctx.Done()
	return 0, w.ctx.Err()
}

func (w *waiting) Close() error {
	close(w.closed)
	return nil
}

func TestALargeFileIsNotHeldInMemory(t *testing.T) {
	const size = 64 << 20
	var peak uint64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a cut is seen by the client
		_, _ = io.WriteString(w, `{"ok":true,"result":[{"message_id":1},{"message_id":2}]}`)
	}))
	t.Cleanup(server.Close)
	u := messenger.Upload{Kind: messenger.Document, Name: "a.bin", Size: size, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(&measured{Reader: io.LimitReader(&endless{}, size), peak: &peak}), nil
	}}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := connect(t, server.URL, "1:a")
	for _, files := range [][]messenger.Upload{{u}, {u, u}} {
		_, err := c.Send(within(t), messenger.Outgoing{Chat: private, Files: files})
		require.NoError(t, err)
	}
	require.Less(t, int64(peak)-int64(before.HeapAlloc), int64(20<<20))
}

// measured looks at the memory in use while it is read.
type measured struct {
	io.Reader
	reads int
	peak  *uint64
}

func (m *measured) Read(p []byte) (int, error) {
	if m.reads++; m.reads%500 == 0 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		*m.peak = max(*m.peak, now.HeapAlloc)
	}
	return m.Reader.Read(p)
}

func TestTooLargeForTheServerIsRejected(t *testing.T) {
	for _, kind := range []telegramtest.FailureKind{telegramtest.Refuse, telegramtest.HTML} {
		d := newDesk(t)
		d.server.Fail(telegramtest.Failure{Method: "sendDocument", Kind: kind, Status: 413, Description: "Request Entity Too Large"})
		var open atomic.Int32
		_, err := d.Send(within(t), messenger.Outgoing{Chat: private, Files: []messenger.Upload{upload(messenger.Document, "a.pdf", []byte("x"), &open)}})
		require.EqualError(t, err, "rejected (413): the server refuses a file of this size")
	}
}

func TestAnAnswerTheLibraryCannotReadStillNamesTheMessage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a cut is seen by the client
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":77,"reply_to_message":{"message_id":5,"forward_origin":{"type":"of_tomorrow"}}}}`)
	}))
	t.Cleanup(server.Close)
	ids, err := connect(t, server.URL, "1:a").Send(within(t), messenger.Outgoing{Chat: private, Text: richtext.Plain("x"), ReplyTo: "5"})
	require.NoError(t, err)
	require.Equal(t, []string{"77"}, ids)
}

func TestAnAlbumOfWhichNotAllIsToldIsAmbiguous(t *testing.T) {
	for _, result := range []string{`[]`, `[{"message_id":1},{}]`, `{}`, `true`, `[5]`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a cut is seen by the client
			_, _ = io.WriteString(w, `{"ok":true,"result":`+result+`}`)
		}))
		var open atomic.Int32
		one := upload(messenger.Photo, "a.png", []byte("x"), &open)
		_, err := connect(t, server.URL, "1:a").Send(within(t), messenger.Outgoing{Chat: private, Files: []messenger.Upload{one, one}})
		require.Equal(t, messenger.Ambiguous, messenger.AsError(err).Class, result)
		server.Close()
	}
}

func TestWhatTelegramHasNoMethodForIsRejectedWithoutACall(t *testing.T) {
	d := newDesk(t)
	var open atomic.Int32
	pdf := upload(messenger.Document, "a.pdf", []byte("x"), &open)
	for _, out := range []messenger.Outgoing{
		{Chat: messenger.Chat{ID: "x"}, Text: richtext.Plain("x")},
		{Chat: private, Text: richtext.Plain("x"), ReplyTo: "x"},
		{Chat: private, Files: []messenger.Upload{upload(messenger.VideoNote, "a.mp4", []byte("x"), &open)}},
		{Chat: private, Files: []messenger.Upload{pdf, upload(messenger.Voice, "a.ogg", []byte("x"), &open)}},
	} {
		_, err := d.Send(within(t), out)
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	}
	require.Zero(t, open.Load())
	require.Empty(t, d.server.Journal())
}

func TestCase39PicturesOverTheLimitsOfPhotosHaveAnotherRule(t *testing.T) {
	rules := offline(t).Capabilities().Files
	require.Equal(t, messenger.Photo, rules[0].Kind)
	require.Equal(t, int64(10<<20), rules[0].MaxBytes)
	require.Equal(t, []int{10000, 20}, []int{rules[0].MaxSides, rules[0].MaxRatio})
	require.NotContains(t, rules[0].Extensions, ".webp", "the server refuses it as a photo")
	last := rules[len(rules)-1]
	require.Equal(t, messenger.Document, last.Kind)
	require.Nil(t, last.Extensions)
}

func TestASelfHostedServerHasWiderLimits(t *testing.T) {
	cloud := connect(t, "https://api.telegram.org/", "1:a").Capabilities()
	own := offline(t).Capabilities()
	for i, rule := range cloud.Files {
		require.LessOrEqual(t, rule.MaxBytes, int64(50<<20))
		if rule.Kind != messenger.Photo {
			require.Equal(t, int64(2000<<20), own.Files[i].MaxBytes)
		}
	}
	require.Equal(t, int64(20<<20), cloud.FetchLimit)
	require.Zero(t, own.FetchLimit)
}

func TestCase37Case45CaptionsAndReactionsAreLimited(t *testing.T) {
	limits := offline(t).Capabilities()
	require.Equal(t, 1024, limits.CaptionLimit)
	require.Len(t, limits.Reactions, 73)
	for _, emoji := range limits.Reactions {
		require.False(t, strings.Contains(emoji, "\ufe0f"), "%s is written otherwise by Telegram", emoji)
	}
}

// Customers' files: brought once and whole, or said to be missing and why.

package desk

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// picture is a PNG of that many pixels.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var data bytes.Buffer
	require.NoError(t, png.Encode(&data, image.NewGray(image.Rect(0, 0, width, height))))
	return data.Bytes()
}

// have is a document that the messenger hands out, with its size.
func have(name string, content []byte) relay.InboundFile {
	return fetched(name, func() (io.Reader, int64) { return bytes.NewReader(content), int64(len(content)) })
}

func fetched(name string, content func() (io.Reader, int64)) relay.InboundFile {
	return relay.InboundFile{
		File: messenger.File{Kind: messenger.Document, Name: name}, ID: conversation.PostID("file", name),
		Fetch: func(context.Context) (messenger.Download, error) {
			reader, size := content()
			return messenger.Download{Body: io.NopCloser(reader), Size: size}, nil
		},
	}
}

// failing is a file whose Fetch fails.
func failing(name string, err error) relay.InboundFile {
	f := have(name, nil)
	f.Fetch = func(context.Context) (messenger.Download, error) { return messenger.Download{}, err }
	return f
}

// never is a file that the messenger never hands out.
func never(name, said string) relay.InboundFile {
	return failing(name, &messenger.Error{Class: messenger.Rejected, Description: said})
}

// counted makes a file count how often it is fetched.
func counted(f relay.InboundFile, times *int) relay.InboundFile {
	fetch := f.Fetch
	f.Fetch = func(ctx context.Context) (messenger.Download, error) {
		*times++
		return fetch(ctx)
	}
	return f
}

// names are those of a post's files that are really attached to it.
func (s *server) names(p *model.Post) []string {
	names := []string{}
	for _, id := range p.FileIds {
		if info := s.files[id]; info != nil && info.PostId == p.Id && info.DeleteAt == 0 {
			names = append(names, info.Name)
		}
	}
	return names
}

// withFiles is a message with files and no text.
func withFiles(t *testing.T, d *Desk, lang string, files ...relay.InboundFile) relay.InboundPost {
	t.Helper()
	p := message(opened(t, d, shop(lang)), shop(lang), "")
	p.At, p.Files = now, files
	return p
}

func TestFilesAreAttachedInTheirOrderAndAMessageNeedsNoText(t *testing.T) {
	d, s, _ := newDesk(t)
	p := withFiles(t, d, "en", have("b.txt", []byte("bb")), have("a.png", picture(t, 10, 10)))
	require.Equal(t, relay.Posted{Posts: 1}, posted(t, d, p))
	post := s.read(eventID)
	require.Empty(t, post.Message)
	require.Equal(t, []string{"b.txt", "a.png"}, s.names(post))
	require.Equal(t, []byte("bb"), s.contents[post.FileIds[0]])
	require.Equal(t, "nouser", s.files[post.FileIds[0]].CreatorId, "else an edit could not attach it")
}

func TestASecondTryAtAMessageWithFilesBringsNothingTwice(t *testing.T) {
	for name, upset := range map[string]func(*server){
		"after success":                           func(*server) {},
		"after the post was deleted":              func(s *server) { s.remove(eventID) },
		"after an error that came too late":       func(s *server) { s.afterSave = refuse("app.cache", http.StatusInternalServerError) },
		"after files were left out":               func(s *server) { s.unattach = 1 },
		"after the upload's answer was lost":      func(s *server) { s.fails["afterUpload"] = refuse("x", http.StatusInternalServerError) },
		"after the server died between its steps": func(s *server) { s.fails["CreatePost"] = refuse("x", http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			times := 0
			p := withFiles(t, d, "en", counted(have("a.txt", []byte("a")), &times), counted(have("b.txt", []byte("b")), &times))
			before := strings.HasPrefix(name, "after the upload") || strings.HasPrefix(name, "after files") ||
				strings.HasPrefix(name, "after the server")
			if before {
				upset(s)
			}
			_, first := d.PostInbound(t.Context(), p)
			if !before {
				require.NoError(t, first)
				upset(s)
			}
			clear(s.fails)
			require.Equal(t, relay.Posted{Posts: 1}, posted(t, d, p))
			require.Equal(t, 2, times)
			require.Len(t, s.files, 2)
			if post := s.read(eventID); post.DeleteAt == 0 {
				require.Equal(t, []string{"a.txt", "b.txt"}, s.names(post))
			}
		})
	}
}

func TestAnUploadWhoseAnswerWasLostIsSuccess(t *testing.T) {
	d, s, _ := newDesk(t)
	s.fails["afterUpload"] = refuse("x", http.StatusInternalServerError)
	require.Empty(t, posted(t, d, withFiles(t, d, "en", have("a.txt", []byte("a")))).Missing)
	require.Equal(t, []string{"a.txt"}, s.names(s.read(eventID)))
}

func TestAMessageThatWasPostedIsNotFetchedAgainForWhatItMisses(t *testing.T) {
	d, s, _ := newDesk(t)
	times := 0
	p := withFiles(t, d, "en", counted(never("a.mp4", "file is too big"), &times))
	for range 2 {
		posted(t, d, p)
	}
	require.Equal(t, 1, times)
	require.Len(t, replies(s), 1)
}

func TestAFileThatThePostNamesWithoutHoldingItIsAttached(t *testing.T) {
	d, s, _ := newDesk(t)
	p := withFiles(t, d, "en", have("a.txt", []byte("a")), have("b.txt", []byte("b")))
	posted(t, d, p)
	s.files[p.Files[0].ID].PostId = "" // as when the server died after it saved the post
	posted(t, d, p)
	require.Equal(t, []string{"a.txt", "b.txt"}, s.names(s.read(eventID)))
}

func TestAFileThatIsAttachedAtASecondTryIsInTheOnePost(t *testing.T) {
	d, s, _ := newDesk(t)
	s.unattach = 1
	p := withFiles(t, d, "en", have("a.txt", []byte("a")), have("b.txt", []byte("b")))
	require.Equal(t, relay.Posted{Posts: 1}, posted(t, d, p))
	require.Len(t, replies(s), 1)
	require.Equal(t, []string{"a.txt", "b.txt"}, s.names(s.read(eventID)))
}

func TestAFileThatIsNeverAttachedIsAPassingFailure(t *testing.T) {
	d, s, _ := newDesk(t)
	s.unattach = 10
	_, err := d.PostInbound(t.Context(), withFiles(t, d, "en", have("a.txt", []byte("a"))))
	require.ErrorIs(t, err, errFilesDropped)
	for _, final := range []error{relay.ErrThreadGone, relay.ErrChannelGone, relay.ErrRefused} {
		require.NotErrorIs(t, err, final)
	}
}

func TestMoreFilesThanAPostHoldsGoOnInTheNext(t *testing.T) {
	d, s, _ := newDesk(t)
	var files []relay.InboundFile
	for i := range 12 {
		files = append(files, have(strconv.Itoa(i)+".txt", []byte("x")))
	}
	require.Equal(t, relay.Posted{Posts: 2}, posted(t, d, withFiles(t, d, "en", files...)))
	require.Len(t, s.names(s.read(eventID)), 10)
	require.Equal(t, []string{"10.txt", "11.txt"}, s.names(s.read(partID(eventID, 1))))
}

func TestCase20AFileTheMessengerDoesNotHandOutIsALineWithNameSizeAndReason(t *testing.T) {
	d, s, _ := newDesk(t)
	film := never("film *1*.mp4", "Bad Request: file is too big")
	film.Size = 26_528_972
	p := withFiles(t, d, "en", film, have("a.txt", []byte("a")))
	p.Text = richtext.Plain("look")
	require.Equal(t, relay.Posted{Posts: 1, Missing: []string{"too_large"}}, posted(t, d, p))
	post := s.read(eventID)
	require.Equal(t, "look\n📎 film \\*1\\*.mp4 (25.2 MB): it is too large: Telegram hands files to bots only up to 20 MB.", post.Message)
	require.Equal(t, []string{"a.txt"}, s.names(post), "nothing else is held up")
	text, err := d.InboundText(t.Context(), eventID)
	require.NoError(t, err)
	require.Equal(t, "look", text)
}

func TestWhatCannotBeHadSaysWhyInPlainWords(t *testing.T) {
	large := func(told, size int64) relay.InboundFile {
		f := fetched("f.dat", func() (io.Reader, int64) { return io.LimitReader(zeros{}, size), told })
		return f
	}
	for name, c := range map[string]struct {
		file         relay.InboundFile
		config       Config
		reason, want string
		fetches      int
	}{
		"larger than the plugin's limit": {large(3<<20, 3<<20), Config{MaxFileBytes: 2 << 20, ServerMaxFileBytes: 9 << 20, FilesAllowed: true},
			"over_limit", "📎 f.dat (3 MB): it is larger than this server takes (2 MB).", 1},
		"larger than the server's limit": {large(3<<20, 3<<20), Config{MaxFileBytes: 9 << 20, ServerMaxFileBytes: 1 << 20, FilesAllowed: true},
			"over_limit", "📎 f.dat (3 MB): it is larger than this server takes (1 MB).", 1},
		"told to be larger": {func() relay.InboundFile { f := large(1, 1); f.Size = 3 << 20; return f }(),
			Config{MaxFileBytes: 2 << 20, FilesAllowed: true},
			"over_limit", "📎 f.dat (3 MB): it is larger than this server takes (2 MB).", 0},
		"larger, which nobody told": {large(-1, 3<<20), Config{MaxFileBytes: 2 << 20, FilesAllowed: true},
			"over_limit", "📎 f.dat (2 MB): it is larger than this server takes (2 MB).", 1},
		"files are off":            {large(1, 1), Config{}, "files_off", "📎 f.dat: files are turned off on this Mattermost server.", 0},
		"empty":                    {have("f.dat", nil), Config{FilesAllowed: true}, "empty", "📎 f.dat: the file is empty.", 1},
		"empty, which nobody told": {large(-1, 0), Config{FilesAllowed: true}, "empty", "📎 f.dat: the file is empty.", 1},
		"expired": {never("f.dat", "expired: the address of the file works no more"), Config{FilesAllowed: true},
			"expired", "📎 f.dat: the messenger no longer hands it out; ask the customer to send it again.", 1},
		"not found": {never("f.dat", "404 Not Found"), Config{FilesAllowed: true},
			"expired", "📎 f.dat: the messenger no longer hands it out; ask the customer to send it again.", 1},
		"a private address": {never("f.dat", "address forbidden"), Config{FilesAllowed: true},
			"forbidden_address", "📎 f.dat: its address leads into a private network and was not opened.", 1},
		"refused in other words": {never("f.dat", "no"), Config{FilesAllowed: true},
			"rejected", "📎 f.dat: the messenger does not hand it out.", 1},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			times := 0
			p := withFiles(t, d, "en", counted(c.file, &times))
			c.config.OverrideUsername = true
			d.SetConfig(c.config)
			require.Equal(t, relay.Posted{Posts: 1, Missing: []string{c.reason}}, posted(t, d, p))
			require.Equal(t, []string{c.want}, replies(s))
			require.Equal(t, c.fetches, times)
			require.Empty(t, s.files)
		})
	}
}

func TestEveryReasonOfAnAbsenceHasAText(t *testing.T) {
	d, _, _ := newDesk(t)
	reasons := []string{
		missingOverLimit, missingEmpty, missingOff, missingRefused, missingTooLarge, missingExpired, missingForbidden,
		missingUnreachable, missingRejected,
	}
	for _, r := range refusals {
		require.Contains(t, reasons, r.reason)
		require.Equal(t, strings.ToLower(r.said), r.said)
	}
	for _, reason := range reasons {
		require.True(t, d.texts.has("missing."+reason), reason)
	}
}

func TestAFailureThatMayPassIsReturnedUnlessThereIsNoTime(t *testing.T) {
	passing := map[string]relay.InboundFile{
		"transient":   failing("f.dat", &messenger.Error{Class: messenger.Transient, Description: "502"}),
		"retry after": failing("f.dat", &messenger.Error{Class: messenger.RetryAfter, After: time.Second}),
		"of no class": failing("f.dat", errors.New("odd")),
		"cut short": fetched("f.dat", func() (io.Reader, int64) {
			return io.MultiReader(strings.NewReader("abc"), broken{}), 10
		}),
		"cut short far in": fetched("f.dat", func() (io.Reader, int64) {
			return io.MultiReader(io.LimitReader(zeros{}, 6<<20), broken{}), 7 << 20
		}),
	}
	for name, file := range passing {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			p := withFiles(t, d, "en", file)
			_, err := d.PostInbound(t.Context(), p)
			require.Error(t, err)
			require.Empty(t, replies(s))
			p.Hasty = true
			require.Equal(t, []string{"unreachable"}, posted(t, d, p).Missing)
			require.Equal(t, []string{"📎 f.dat: it could not be fetched; ask the customer to send it again."}, replies(s))
			require.Empty(t, s.files)
		})
	}
}

func TestTheServersFailuresDuringAnUploadMayPass(t *testing.T) {
	for _, method := range []string{"GetFileInfo", "CreateUploadSession", "UploadData"} {
		d, s, _ := newDesk(t)
		p := withFiles(t, d, "en", have("a.txt", []byte("my secret")))
		s.fails[method] = model.NewAppError(method, "app.upload.x", nil, "my secret", http.StatusInternalServerError)
		_, err := d.PostInbound(t.Context(), p)
		require.Error(t, err, method)
		require.NotContains(t, err.Error(), "secret")
		delete(s.fails, method)
		require.Empty(t, posted(t, d, p).Missing)
	}
	d, s, _ := newDesk(t)
	p := withFiles(t, d, "en", have("a.txt", []byte("a")))
	s.dead = true
	_, err := d.PostInbound(t.Context(), p)
	require.ErrorIs(t, err, errNoAnswer)
}

func TestAnotherPluginMayRefuseAFile(t *testing.T) {
	d, s, _ := newDesk(t)
	s.fails["FileWillBeUploaded"] = refuse("app.upload.run_plugins_hook.rejected", http.StatusBadRequest)
	require.Equal(t, []string{"refused"}, posted(t, d, withFiles(t, d, "en", have("a.txt", []byte("a")))).Missing)
}

func TestAPictureThatMattermostCannotReadComesUnderANeutralName(t *testing.T) {
	for name, content := range map[string][]byte{
		"broken.jpg":  []byte("\xff\xd8\xff\xe0 not a picture"),
		"drawing.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"phone.heic":  []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1"),
		"new.avif":    []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1"),
		"huge.png":    picture(t, 200, 200),
	} {
		d, s, _ := newDesk(t)
		times := 0
		require.Empty(t, posted(t, d, withFiles(t, d, "en", counted(have(name, content), &times))).Missing)
		post := s.read(eventID)
		require.Equal(t, []string{name + ".bin"}, s.names(post))
		require.Equal(t, content, s.contents[post.FileIds[0]])
		require.Equal(t, 2, times, "from its beginning each time")
	}
}

func TestASizeThatIsNotToldOrALieDoesNotMatter(t *testing.T) {
	content := strings.Repeat("0123456789", 100)
	for name, told := range map[string]int64{"not told": -1, "too small": 17, "too large": 5000, "nothing": 0, "one less": 999, "one more": 1001} {
		d, s, _ := newDesk(t)
		f := fetched("a.txt", func() (io.Reader, int64) { return strings.NewReader(content), told })
		require.Empty(t, posted(t, d, withFiles(t, d, "en", f)).Missing, name)
		post := s.read(eventID)
		require.Equal(t, []string{"a.txt"}, s.names(post), name)
		require.Equal(t, content, string(s.contents[post.FileIds[0]]), name)
	}
}

func TestALargeFileThatEndsTooEarlyIsNotTakenForWhole(t *testing.T) {
	d, s, _ := newDesk(t)
	f := fetched("a.dat", func() (io.Reader, int64) { return io.LimitReader(zeros{}, 6<<20), 7 << 20 })
	require.Empty(t, posted(t, d, withFiles(t, d, "en", f)).Missing)
	require.Len(t, s.contents[f.ID], 6<<20)
}

func TestAFileIsNeverHeldWholeInMemory(t *testing.T) {
	const size = 100 << 20
	for name, told := range map[string]int64{"streamed": size, "spooled": -1} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := newDesk(t)
			s.forgetful = true
			p := withFiles(t, d, "en", fetched("a.dat", func() (io.Reader, int64) { return io.LimitReader(zeros{}, size), told }))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			posted(t, d, p)
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(5<<20))
			require.Equal(t, int64(size), s.files[p.Files[0].ID].Size)
		})
	}
}

func TestNothingIsFetchedForAThreadThatIsGone(t *testing.T) {
	d, s, clock := newDesk(t)
	times := 0
	p := withFiles(t, d, "en", counted(have("a.txt", []byte("a")), &times))
	s.archive(inbox)
	*clock = clock.Add(2 * time.Second)
	_, err := d.PostInbound(t.Context(), p)
	require.ErrorIs(t, err, relay.ErrChannelGone)
	require.Zero(t, times)
}

func TestAnEndedContextBringsNoFile(t *testing.T) {
	d, s, _ := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	f := have("a.txt", nil)
	f.Fetch = func(ctx context.Context) (messenger.Download, error) {
		cancel()
		return messenger.Download{}, ctx.Err()
	}
	p := withFiles(t, d, "en", f)
	p.Hasty = true
	_, err := d.PostInbound(ctx, p)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, replies(s))
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// broken is the end of a connection that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

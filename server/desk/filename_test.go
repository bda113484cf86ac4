// Names of customers' files.

package desk

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// Beginnings of files, as their formats have them.
var (
	oggHead  = []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead")
	mp4Head  = []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42")
	webmHead = []byte("\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm")
	webpHead = []byte("RIFF\x24\x00\x00\x00WEBPVP8 ")
	jpegHead = []byte("\xff\xd8\xff\xe0\x00\x10JFIF")
	exeHead  = []byte("MZ\x90\x00\x03\x00\x00\x00")
	elfHead  = []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00")
)

func packed(t *testing.T) []byte {
	t.Helper()
	var data bytes.Buffer
	w := gzip.NewWriter(&data)
	_, err := w.Write([]byte(`{"v":"5.5.2"}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return data.Bytes()
}

var sent = time.Date(2026, 11, 22, 9, 14, 0, 0, time.UTC)

func TestNamesAreHarmlessOrInventedWell(t *testing.T) {
	for _, c := range []struct {
		kind       messenger.FileKind
		name, mime string
		head       []byte
		number     int
		want       string
	}{
		{messenger.Voice, "", "", oggHead, 0, "voice-2026-11-22-0914.ogg"},
		{messenger.Photo, "", "", jpegHead, 0, "photo-2026-11-22-0914.jpg"},
		{messenger.Photo, "", "", jpegHead, 1, "photo-2026-11-22-0914-2.jpg"},
		{messenger.Photo, "", "", webpHead, 0, "photo-2026-11-22-0914.webp"},
		{messenger.VideoNote, "", "", mp4Head, 0, "video-message-2026-11-22-0914.mp4"},
		{messenger.Sticker, "", "", webpHead, 0, "sticker-2026-11-22-0914.webp"},
		{messenger.Sticker, "", "", webmHead, 0, "sticker-2026-11-22-0914.webm"},
		{messenger.Animation, "", "", mp4Head, 0, "animation-2026-11-22-0914.mp4"},
		{messenger.Video, "", "", nil, 0, "video-2026-11-22-0914.mp4"},
		{messenger.Audio, "", "audio/x-wav", []byte{1, 2}, 0, "audio-2026-11-22-0914.wav"},
		{messenger.Document, "", "", []byte{1, 2}, 0, "file-2026-11-22-0914.bin"},
		{"a new kind", "", "", []byte{1, 2}, 0, "file-2026-11-22-0914.bin"},

		{messenger.Document, "Звіт за липень.pdf", "", []byte("%PDF-1.7"), 0, "Звіт за липень.pdf"},
		{messenger.Document, "notes", "", []byte("hello"), 0, "notes.txt"},
		{messenger.Document, "release v1.2", "", []byte("hello"), 0, "release v1.2.txt"},
		{messenger.Document, "St. Anna", "", []byte("hello"), 0, "St. Anna.txt"},
		{messenger.Document, "photo.JPG", "", []byte("hello"), 0, "photo.JPG"},
		{messenger.Document, "photo.jpg", "", exeHead, 0, "photo.jpg.exe"},
		{messenger.Document, "report.PDF", "application/pdf", elfHead, 0, "report.PDF.elf"},
		{messenger.Document, "setup.exe", "", exeHead, 0, "setup.exe"},
		{messenger.Document, "library.dll", "", exeHead, 0, "library.dll"},
		{messenger.Document, "song.oga", "", oggHead, 0, "song.ogg"},
		{messenger.Document, "song.OPUS", "", oggHead, 0, "song.ogg"},

		{messenger.Document, "../../etc/passwd", "", []byte("x"), 0, "passwd.txt"},
		{messenger.Document, `C:\Users\me\a.doc`, "", []byte("x"), 0, "a.doc"},
		{messenger.Document, ".bashrc", "", []byte("x"), 0, "bashrc.txt"},
		{messenger.Document, "...", "", []byte("x"), 0, "file-2026-11-22-0914.txt"},
		{messenger.Document, "a\x00b\r\nc.txt", "", []byte("x"), 0, "abc.txt"},
		{messenger.Document, "\u202egpj.\u202dtxt\u200b", "", []byte("x"), 0, "gpj.txt"},
		{messenger.Document, "\u200b\u2066", "", []byte("x"), 0, "file-2026-11-22-0914.txt"},
		{messenger.Document, "a\xff.txt", "", []byte("x"), 0, "a.txt"},
		{messenger.Document, "a  b .txt. ", "", []byte("x"), 0, "a b.txt"},
		{messenger.Document, strings.Repeat("a", 300) + ".docx", "", []byte("x"), 0, strings.Repeat("a", 95) + ".docx"},
		{messenger.Document, strings.Repeat("字", 300) + ".docx", "", []byte("x"), 0, strings.Repeat("字", 65) + ".docx"},
		{messenger.Document, "👨‍👩‍👧.txt", "", []byte("x"), 0, "👨‍👩‍👧.txt"},
	} {
		n := naming{file: messenger.File{Kind: c.kind, Name: c.name, MIME: c.mime}, number: c.number, at: sent}
		require.Equal(t, c.want, n.name(c.head), "%q", c.name)
		n.neutral = true
		if long := strings.TrimSuffix(n.name(c.head), ".bin"); len(c.name) < 100 {
			require.Equal(t, c.want, long)
		}
	}
}

func TestAnyNameIsOneThatMattermostTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := naming{
			file: messenger.File{
				Kind: rapid.SampledFrom([]messenger.FileKind{messenger.Photo, messenger.Sticker, "odd"}).Draw(t, "kind"),
				Name: rapid.OneOf(rapid.String(), rapid.StringMatching(`[./\\ a-z\x{202e}\x{200d}]{0,200}`)).Draw(t, "name"),
				MIME: rapid.SampledFrom([]string{"", "image/png", "text/html", "no/such"}).Draw(t, "mime"),
			},
			number: rapid.IntRange(0, 9).Draw(t, "number"), at: sent, neutral: rapid.Bool().Draw(t, "neutral"),
		}
		name := n.name(rapid.SliceOf(rapid.Byte()).Draw(t, "head"))
		switch {
		case !model.IsValidFilename(name), strings.HasPrefix(name, "."), utf8.RuneCountInString(name) > maxFileName,
			len(name) > maxFileNameBytes, !strings.Contains(name, "."):
			t.Fatalf("%q", name)
		}
	})
}

func TestCase21VoicesVideoMessagesAndStickersPlayInMattermost(t *testing.T) {
	for _, c := range []struct {
		kind    messenger.FileKind
		name    string
		content []byte
		want    string
	}{
		{messenger.Voice, "", oggHead, "voice-2026-11-22-1114.ogg"},
		{messenger.Voice, "file_12.oga", oggHead, "file_12.ogg"},
		{messenger.VideoNote, "", mp4Head, "video-message-2026-11-22-1114.mp4"},
		{messenger.Sticker, "", webmHead, "sticker-2026-11-22-1114.webm"},
		{messenger.Sticker, "", packed(t), "sticker-2026-11-22-1114.tgs"},
	} {
		d, s, _ := newDesk(t)
		f := have(c.name, c.content)
		f.Kind = c.kind
		p := withFiles(t, d, "en", f)
		p.At = sent // 11:14 in Kyiv
		require.Equal(t, relay.Posted{Posts: 1}, posted(t, d, p))
		require.Equal(t, []string{c.want}, s.names(s.read(eventID)))
	}
}

func TestSizesReadAsPeopleWriteThem(t *testing.T) {
	d, _, _ := newDesk(t)
	for bytes, want := range map[int64][2]string{
		0: {"0 B", "0 Б"}, 1023: {"1023 B", "1023 Б"}, 1024: {"1 KB", "1 КБ"}, 1536: {"1.5 KB", "1,5 КБ"},
		20 << 20: {"20 MB", "20 МБ"}, 26_528_972: {"25.2 MB", "25,2 МБ"}, 1<<30 + 1<<29: {"1.5 GB", "1,5 ГБ"},
	} {
		require.Equal(t, want[0], d.size("en", bytes))
		require.Equal(t, want[1], d.size("uk", bytes))
	}
}

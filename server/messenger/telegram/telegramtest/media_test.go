// What a bot sends besides text: files of every kind, albums, and what the server refuses of them.

package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// part is a file of a multipart call.
type part struct {
	field string
	file  telegramtest.File
	body  io.Reader
}

// upload calls a method with a multipart body that is made up while it is sent.
func upload(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot, method string, params map[string]string, files ...part) answer {
	t.Helper()
	from, to := io.Pipe()
	form := multipart.NewWriter(to)
	go func() {
		for _, name := range slices.Sorted(maps.Keys(params)) {
			_ = form.WriteField(name, params[name])
		}
		for _, f := range files {
			header := textproto.MIMEHeader{}
			header.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, f.field, f.file.Name))
			header.Set("Content-Type", "application/octet-stream")
			w, _ := form.CreatePart(header)
			body := f.body
			if body == nil {
				body = bytes.NewReader(f.file.Content)
			}
			_, _ = io.Copy(w, body)
		}
		_ = form.Close()
		_ = to.Close()
	}()
	response, err := http.Post(s.URL+"/bot"+b.Token+"/"+method, form.FormDataContentType(), from)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var a answer
	require.NoError(t, json.NewDecoder(response.Body).Decode(&a))
	return a
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// one is a file of a name and some content.
func one(field, name string) part {
	return part{field: field, file: telegramtest.File{Name: name, Content: []byte("content of " + name)}}
}

// shop is a server with a bot and a customer, 42, who has written "hello".
func shop(t *testing.T, opts ...telegramtest.Option) (*telegramtest.Server, *telegramtest.Bot, *telegramtest.Customer) {
	s := newServer(t, opts...)
	b := s.AddBot("shop_bot", "Shop")
	c := b.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	c.Says("hello")
	return s, b, c
}

var to42 = map[string]string{"chat_id": "42"}

// last is the newest message of a chat.
func last(messages []telegramtest.ChatMessage) telegramtest.ChatMessage {
	return messages[len(messages)-1]
}

func TestAFileOfEachKindIsSeenByTheCustomer(t *testing.T) {
	s, b, c := shop(t)
	for method, f := range map[string]struct{ kind, name string }{
		"sendVideo": {"video", "a.mp4"}, "sendAnimation": {"animation", "a.gif"}, "sendAudio": {"audio", "a.mp3"},
		"sendVoice": {"voice", "a.ogg"}, "sendDocument": {"document", "рахунок.pdf"}, "sendVideoNote": {"video_note", "a.mp4"},
		"sendSticker": {"sticker", "a.webp"},
	} {
		params := maps.Clone(to42)
		captioned := f.kind != "video_note" && f.kind != "sticker"
		if captioned {
			params["caption"], params["caption_entities"] = " a caption", `[{"type":"bold","offset":3,"length":7}]`
		}
		a := upload(t, s, b, method, params, one(f.kind, f.name))
		require.True(t, a.OK, "%s: %s", method, a.Description)
		m := last(c.Chat())
		require.Equal(t, f.kind, m.Kind)
		require.Equal(t, f.name, m.File.Name)
		require.Equal(t, "content of "+f.name, string(m.File.Content))
		require.Equal(t, telegramtest.File{Content: m.File.Content}.SHA256(), m.File.SHA256)
		require.Equal(t, "application/octet-stream", m.File.Type)
		if captioned {
			require.Equal(t, "a caption", m.Text)
			require.Equal(t, []telegramtest.Entity{{Type: "bold", Offset: 2, Length: 7}}, m.Entities)
		}
		require.Equal(t, fmt.Sprintf(`attach name=%q type="application/octet-stream" size=%d`, f.name, m.File.Size),
			lastCall(s.Calls(method)).Params[f.kind], "the journal says what the file is")
		require.Empty(t, lastCall(s.Calls(method)).Files[f.kind].Content)
	}
	require.Empty(t, s.Violations())
}

func lastCall(records []telegramtest.Record) telegramtest.Record { return records[len(records)-1] }

func TestPhotosHaveLimits(t *testing.T) {
	s, b, c := shop(t)
	photo := func(name string, content []byte, filler int64) answer {
		p := part{field: "photo", file: telegramtest.File{Name: name}}
		p.body = io.MultiReader(bytes.NewReader(content), io.LimitReader(zeros{}, filler))
		return upload(t, s, b, "sendPhoto", to42, p)
	}
	require.True(t, photo("a.png", telegramtest.PNG(9500, 500), 0).OK)
	require.Equal(t, 9500, last(c.Chat()).File.Width)
	require.True(t, photo("a.png", telegramtest.PNG(10, 10), 9<<20).OK)
	require.Nil(t, last(c.Chat()).File.Content, "a large content is not kept")
	require.Len(t, last(c.Chat()).File.Head, 512)
	for description, send := range map[string]func() answer{
		"PHOTO_INVALID_DIMENSIONS":                                   func() answer { return photo("a.png", telegramtest.PNG(9501, 500), 0) },
		"Bad Request: PHOTO_INVALID_DI":                              func() answer { return photo("a.png", telegramtest.PNG(20, 401), 0) },
		"is too big for a photo; the maximum size is 10485760 bytes": func() answer { return photo("a.png", telegramtest.PNG(1, 1), 10<<20) },
		"IMAGE_PROCESS_FAILED":                                       func() answer { return photo("a.jpg", []byte("no picture"), 0) },
		"unsupported extension":                                      func() answer { return photo("a.webp", telegramtest.PNG(1, 1), 0) },
		"file must be non-empty":                                     func() answer { return photo("a.png", nil, 0) },
		"wrong file identifier/HTTP":                                 func() answer { return do(t, s, b, "sendPhoto", obj{"chat_id": 42, "photo": "nonsense"}) },
		"message caption is too long":                                func() answer { return caption(t, s, b, 1025) },
	} {
		a := send()
		require.Equal(t, 400, a.ErrorCode, description)
		require.Contains(t, a.Description, description)
	}
	require.True(t, caption(t, s, b, 1024).OK)
	require.Empty(t, s.Violations(), "a program that leaves the limits to the server has no fault")
}

// caption sends a photo with a caption of n characters.
func caption(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot, n int) answer {
	return do(t, s, b, "sendPhoto", obj{"chat_id": 42, "photo": "https://example.com/a.png", "caption": strings.Repeat("👍", n)})
}

func TestUploadsAreStreamedUpToTheLimit(t *testing.T) {
	big := func(size int64) part {
		return part{field: "document", file: telegramtest.File{Name: "big.bin"}, body: io.LimitReader(zeros{}, size)}
	}
	s, b, _ := shop(t)
	require.True(t, upload(t, s, b, "sendDocument", to42, big(50<<20)).OK)
	a := upload(t, s, b, "sendDocument", to42, big(50<<20+1))
	require.Equal(t, 413, a.ErrorCode)
	require.Equal(t, "Request Entity Too Large", a.Description)
	require.Len(t, b.Sent(), 1)
	require.Empty(t, s.Violations())

	local, lb, lc := shop(t, telegramtest.WithLocalServer())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.True(t, upload(t, local, lb, "sendDocument", to42, big(100<<20)).OK)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "100 MB were held")
	require.Equal(t, int64(100<<20), last(lc.Chat()).File.Size)
}

func TestAFileIsSentAgainByItsID(t *testing.T) {
	s, b, c := shop(t)
	require.True(t, upload(t, s, b, "sendDocument", to42, one("document", "a.pdf")).OK)
	id := last(c.Chat()).File.ID
	require.True(t, do(t, s, b, "sendDocument", obj{"chat_id": 42, "document": id}).OK)
	require.Equal(t, "a.pdf", last(c.Chat()).File.Name)
	require.Contains(t, do(t, s, b, "sendPhoto", obj{"chat_id": 42, "photo": id}).Description, "can't use file of type Document as Photo")
	other := s.AddBot("other_bot", "Other")
	other.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"}).Says("hello")
	require.Contains(t, do(t, s, other, "sendDocument", obj{"chat_id": 42, "document": id}).Description, "wrong file identifier")
	require.Contains(t, do(t, s, b, "sendVideoNote", obj{"chat_id": 42, "video_note": "https://example.com/a.mp4"}).Description, "by URL")
	require.Empty(t, s.Violations())
}

func TestFaultyUploadsAreViolations(t *testing.T) {
	s, b, _ := shop(t)
	for description, send := range map[string]func() answer{
		`a file "extra" that no parameter names`: func() answer {
			return upload(t, s, b, "sendDocument", to42, one("document", "a.pdf"), one("extra", "b.pdf"))
		},
		"caption is not of type String but a file": func() answer {
			return upload(t, s, b, "sendDocument", to42, one("document", "a.pdf"), one("caption", "b.txt"))
		},
		"sendDocument needs document": func() answer { return upload(t, s, b, "sendDocument", to42) },
		"media not found": func() answer {
			return do(t, s, b, "sendDocument", obj{"chat_id": 42, "document": "attach://nowhere"})
		},
		`a voice cannot be of type ".wav"`:   func() answer { return upload(t, s, b, "sendVoice", to42, one("voice", "a.wav")) },
		`a sticker cannot be of type ".png"`: func() answer { return upload(t, s, b, "sendSticker", to42, one("sticker", "a.png")) },
		"sendVideoNote has no caption": func() answer {
			return do(t, s, b, "sendVideoNote", obj{"chat_id": 42, "video_note": "x", "caption": "y"})
		},
		"the body is not multipart": func() answer {
			return post(t, s, b, "sendDocument", "multipart/form-data; boundary=B", "--B\r\nnonsense")
		},
		"sendMediaGroup.media[0] is a InputMe": func() answer { return album(t, s, b, "animation", "photo") },
		"an album has at least 2 messages":     func() answer { return album(t, s, b, "photo") },
	} {
		before := len(s.Violations())
		a := send()
		require.Contains(t, a.Description, description)
		require.Greater(t, len(s.Violations()), before, description)
	}
	require.Empty(t, b.Sent())
}

// album sends files of these kinds as one album, the first with a caption.
func album(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot, kinds ...string) answer {
	t.Helper()
	var media []obj
	var files []part
	for i, kind := range kinds {
		item, field := obj{"type": kind, "media": fmt.Sprintf("attach://file%d", i)}, fmt.Sprintf("file%d", i)
		f := one(field, map[string]string{"photo": "a.png", "video": "a.mp4", "audio": "a.mp3", "document": "a.pdf"}[kind])
		if kind == "photo" {
			f.file.Content = telegramtest.PNG(10+i, 10)
		}
		if i == 0 {
			item["caption"] = "all of it"
		}
		media, files = append(media, item), append(files, f)
	}
	raw, err := json.Marshal(media)
	require.NoError(t, err)
	return upload(t, s, b, "sendMediaGroup", map[string]string{"chat_id": "42", "media": string(raw)}, files...)
}

func TestAlbums(t *testing.T) {
	s, b, c := shop(t)
	many := func(n int, kind string) []string { return slices.Repeat([]string{kind}, n) }
	for _, kinds := range [][]string{{"photo", "video"}, many(10, "photo"), many(2, "document"), many(3, "audio")} {
		a := album(t, s, b, kinds...)
		require.True(t, a.OK, a.Description)
		var sent []struct {
			ID    int    `json:"message_id"`
			Group string `json:"media_group_id"`
		}
		require.NoError(t, json.Unmarshal(a.Result, &sent))
		require.Len(t, sent, len(kinds))
		chat := c.Chat()
		for i, m := range chat[len(chat)-len(kinds):] {
			require.Equal(t, sent[i].ID, m.ID)
			require.Equal(t, sent[0].Group, m.MediaGroupID)
			require.NotEmpty(t, m.MediaGroupID)
			require.Equal(t, kinds[i], m.Kind)
			require.Equal(t, i == 0, m.Text == "all of it")
		}
	}
	call := lastCall(s.Calls("sendMediaGroup"))
	require.ElementsMatch(t, []string{"chat_id", "media"}, slices.Collect(maps.Keys(call.Params)), "attached files are no parameters")
	require.Len(t, call.Files, 3)
	for description, kinds := range map[string][]string{
		"too many messages to send as an album":            many(11, "photo"),
		"there are no messages to send":                    {},
		"document can't be mixed with other media types":   {"photo", "document"},
		"audio can't be mixed with other media types":      {"audio", "document"},
		"Bad Request: document can't be mixed with other ": {"document", "video"},
	} {
		before := len(b.Sent())
		if len(kinds) == 0 {
			require.Contains(t, do(t, s, b, "sendMediaGroup", obj{"chat_id": 42, "media": []obj{}}).Description, description)
			continue
		}
		require.Contains(t, album(t, s, b, kinds...).Description, description)
		require.Len(t, b.Sent(), before)
	}
	require.Empty(t, s.Violations())
}

func TestACallerWhoHangsUpDuringAnUploadIsNoViolation(t *testing.T) {
	s, b, _ := shop(t)
	from, to := io.Pipe()
	form := multipart.NewWriter(to)
	go func() {
		w, _ := form.CreateFormFile("document", "a.pdf")
		_, _ = w.Write(make([]byte, 1<<20))
		_ = to.CloseWithError(io.ErrClosedPipe)
	}()
	response, err := http.Post(s.URL+"/bot"+b.Token+"/sendDocument", form.FormDataContentType(), from)
	if err == nil {
		_ = response.Body.Close()
	}
	require.Error(t, err)
	require.NoError(t, s.Await(within(t), func() bool { return len(s.Calls("sendDocument")) == 1 }))
	require.Zero(t, s.Calls("sendDocument")[0].Status)
	require.Empty(t, s.Violations())
	require.Empty(t, b.Sent())
}

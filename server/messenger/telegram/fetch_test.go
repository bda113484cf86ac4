// Fetching customers' files, at the emulator and from a disk.

package telegram_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// sentFile lets the customer send a document and returns what the event says of it.
func (d desk) sentFile(t *testing.T, f telegramtest.File) messenger.File {
	t.Helper()
	d.customer.SendsDocument(f, "")
	delivery, _, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	e, err := d.Decode(delivery.Updates[len(delivery.Updates)-1].Raw)
	require.NoError(t, err)
	require.Len(t, e.Files, 1)
	return e.Files[0]
}

func TestAFileIsFetchedAsItWasSent(t *testing.T) {
	d := newDesk(t)
	file := d.sentFile(t, telegramtest.File{Name: "прайс.pdf", Type: "application/pdf", Content: []byte("%PDF-1.7")})
	require.Equal(t, messenger.File{Kind: messenger.Document, Ref: file.Ref, Name: "прайс.pdf", MIME: "application/pdf", Size: 8}, file)
	got, err := d.Fetch(within(t), file.Ref)
	require.NoError(t, err)
	require.Equal(t, int64(8), got.Size)
	content, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.NoError(t, got.Body.Close())
	require.Equal(t, "%PDF-1.7", string(content))
}

func TestCase20FilesThatCannotBeHad(t *testing.T) {
	for name, c := range map[string]struct {
		file    telegramtest.File
		failure telegramtest.Failure
		class   messenger.Class
	}{
		"too big":             {file: telegramtest.File{Name: "a.bin", Size: 21 << 20}, class: messenger.Rejected},
		"gone":                {failure: telegramtest.Failure{Method: telegramtest.FileDownload, Status: 404, Description: "Not Found"}, class: messenger.Rejected},
		"server busy":         {failure: telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.HTML}, class: messenger.Transient},
		"token revoked":       {failure: telegramtest.Failure{Method: telegramtest.FileDownload, Status: 401, Description: "Unauthorized"}, class: messenger.Unauthorized},
		"asked to wait":       {failure: telegramtest.Failure{Method: telegramtest.FileDownload, RetryAfter: 7}, class: messenger.RetryAfter},
		"cut":                 {failure: telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.Cut}, class: messenger.Transient},
		"no answer to where":  {failure: telegramtest.Failure{Method: "getFile", Kind: telegramtest.Cut, Done: true}, class: messenger.Transient},
		"where is garbage":    {failure: telegramtest.Failure{Method: "getFile", Kind: telegramtest.Garbage, Done: true}, class: messenger.Transient},
		"not reachable today": {failure: telegramtest.Failure{Method: "getFile", Status: 400, Description: "Bad Request: wrong file_id or the file is temporarily unavailable"}, class: messenger.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			if c.file.Name == "" {
				c.file = telegramtest.File{Name: "a.bin", Content: []byte("x")}
			}
			file := d.sentFile(t, c.file)
			if c.failure.Method != "" {
				d.server.Fail(c.failure)
			}
			_, err := d.Fetch(within(t), file.Ref)
			got := messenger.AsError(err)
			require.NotNil(t, got)
			require.Equal(t, c.class, got.Class, got)
			require.NotContains(t, got.Error(), d.bot.Token)
			if got.Class == messenger.RetryAfter {
				require.Equal(t, 7*time.Second, got.After)
			}
		})
	}
}

func TestADownloadThatBreaksOffIsAnErrorOfItsBody(t *testing.T) {
	d := newDesk(t)
	file := d.sentFile(t, telegramtest.File{Name: "a.bin", Content: make([]byte, 100_000)})
	d.server.Fail(telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.Cut, Done: true})
	got, err := d.Fetch(within(t), file.Ref)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, got.Body)
	require.Error(t, err)
	require.NotContains(t, err.Error(), d.bot.Token)
	require.NoError(t, got.Body.Close())
}

func TestBothExchangesOfAFetchAreObservedWithoutTheToken(t *testing.T) {
	d := newDesk(t)
	file := d.sentFile(t, telegramtest.File{Name: "a.bin", Content: []byte("x")})
	var seen []messenger.Exchange
	c, err := telegram.New(messenger.Options{
		Token: d.bot.Token, BaseURL: d.server.URL, Observe: func(e messenger.Exchange) { seen = append(seen, e) },
	})
	require.NoError(t, err)
	fetch := func() {
		got, err := c.Fetch(within(t), file.Ref)
		if err == nil {
			require.NoError(t, got.Body.Close())
		}
	}
	fetch()
	d.server.Fail(telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.HTML})
	fetch()
	// Go's transport asks once more when it meets an old connection cut.
	d.server.Fail(telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.Cut, Times: 2})
	fetch()
	require.Len(t, seen, 6)
	for i, e := range seen {
		require.Equal(t, []string{"getFile", "file"}[i%2], e.Method)
		require.Equal(t, messenger.Outbound, e.Direction)
		require.NotZero(t, e.Duration)
		require.NotContains(t, e.Error, d.bot.Token)
	}
	require.Equal(t, []int{200, 502, 0}, []int{seen[1].Status, seen[3].Status, seen[5].Status})
	require.Empty(t, seen[1].Error)
	require.NotEmpty(t, seen[3].Error)
	require.NotEmpty(t, seen[5].Error)
}

func TestADownloadFollowsNoRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/file/") {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // a cut is seen by the client
		_, _ = io.WriteString(w, `{"ok":true,"result":{"file_id":"f","file_path":"documents/file_0.pdf"}}`)
	}))
	t.Cleanup(server.Close)
	_, err := connect(t, server.URL, "1:a").Fetch(within(t), "f")
	require.Equal(t, messenger.Transient, messenger.AsError(err).Class)
}

func TestTheServersPathStaysBelowTheBotsFiles(t *testing.T) {
	var asked string
	file := `"documents/прайс 1?.pdf"`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/file/") {
			asked = r.URL.Path
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // a cut is seen by the client
		_, _ = io.WriteString(w, `{"ok":true,"result":{"file_id":"f","file_path":`+file+`}}`)
	}))
	t.Cleanup(server.Close)
	for path, want := range map[string]string{`"documents/прайс 1?.pdf"`: "documents/прайс 1?.pdf", `"../../bot1:a/getMe"`: "bot1:a/getMe"} {
		file = path
		got, err := connect(t, server.URL, "1:a").Fetch(within(t), "f")
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		require.Equal(t, "/file/bot1:a/"+want, asked)
	}
	file = `""`
	_, err := connect(t, server.URL, "1:a").Fetch(within(t), "f")
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
}

func TestALocalServersFileIsReadFromItsDisk(t *testing.T) {
	dir := t.TempDir()
	s := telegramtest.NewServer(telegramtest.WithLocalFiles(dir))
	t.Cleanup(s.Close)
	bot := s.AddBot("shop_bot", "Shop")
	d := desk{Client: connect(t, s.URL, bot.Token), server: s, bot: bot}
	d.customer = bot.NewCustomer(telegramtest.Customer{ID: 42, FirstName: "Олена"})
	file := d.sentFile(t, telegramtest.File{Name: "великий.bin", Size: 30 << 20})
	got, err := d.Fetch(within(t), file.Ref)
	require.NoError(t, err)
	require.Equal(t, int64(30<<20), got.Size)
	n, err := io.Copy(io.Discard, got.Body)
	require.NoError(t, err)
	require.Equal(t, int64(30<<20), n)
	require.NoError(t, got.Body.Close())
}

func TestALocalServerNamesOnlyFilesOfItsBot(t *testing.T) {
	const token = "1:secret"
	dir := t.TempDir()
	write := func(parts ...string) string {
		name := filepath.Join(append([]string{dir}, parts...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
		return name
	}
	own, tilde, foreign := write(token, "documents", "file_0.pdf"), write("1~secret", "file_1.pdf"), write("2:other", "file_2.pdf")
	link := filepath.Join(dir, token, "link")
	require.NoError(t, os.Symlink(foreign, link))
	for path, taken := range map[string]bool{
		own: true, tilde: true, foreign: false, link: false, "/etc/hostname": false,
		dir + "/" + token + "/../2:other/file_2.pdf": false, dir + "/" + token: false, dir + "/" + token + "/documents": false,
		dir + "/" + token + "/none": false, dir + "/x" + token + "/documents/file_0.pdf": false, "/" + token: false,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a cut is seen by the client
			_, _ = io.WriteString(w, `{"ok":true,"result":{"file_id":"f","file_path":"`+path+`"}}`)
		}))
		got, err := connect(t, server.URL, token).Fetch(within(t), "f")
		server.Close()
		if taken {
			require.NoError(t, err, path)
			require.NoError(t, got.Body.Close())
			continue
		}
		require.Equal(t, messenger.Rejected, messenger.AsError(err).Class, path)
		require.NotContains(t, err.Error(), "secret")
	}
}

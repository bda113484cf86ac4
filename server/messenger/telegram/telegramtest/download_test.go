// How a bot gets at the files of customers.

package telegramtest_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

// pathOf asks for the address of a file.
func pathOf(t *testing.T, s *telegramtest.Server, b *telegramtest.Bot, id string) string {
	t.Helper()
	a := do(t, s, b, "getFile", obj{"file_id": id})
	require.True(t, a.OK, a.Description)
	var f struct {
		Path string `json:"file_path"`
	}
	require.NoError(t, json.Unmarshal(a.Result, &f))
	return f.Path
}

// download fetches a file; the hash is of what came, err of what ended it too early.
func download(t *testing.T, s *telegramtest.Server, token, path string) (status int, hash string, size int64, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/file/bot"+token+"/"+path, http.NoBody)
	require.NoError(t, err)
	// On a connection that was used before, a client repeats a download that is cut.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	h := sha256.New()
	size, err = io.Copy(h, response.Body)
	return response.StatusCode, hex.EncodeToString(h.Sum(nil)), size, err
}

func TestAFileOfACustomerCanBeDownloaded(t *testing.T) {
	now := time.Now()
	s, b, c := shop(t, telegramtest.WithNow(func() time.Time { return now }))
	f := telegramtest.File{Name: "рахунок.pdf", Type: "application/pdf", Size: 20 << 20}
	m := c.SendsDocument(f, "")
	path := pathOf(t, s, b, m.File.ID)
	require.Equal(t, path, pathOf(t, s, b, m.File.ID), "the address stays while it works")
	status, hash, _, err := download(t, s, b.Token, path)
	require.NoError(t, err)
	require.Equal(t, 200, status)
	require.Equal(t, f.SHA256(), hash)

	status, _, _, _ = download(t, s, "1:other", path)
	require.Equal(t, 404, status, "another token")
	status, _, _, _ = download(t, s, b.Token, "documents/file_99.pdf")
	require.Equal(t, 404, status, "no such file")
	now = now.Add(61 * time.Minute)
	status, _, _, _ = download(t, s, b.Token, path)
	require.Equal(t, 404, status, "after an hour")
	next := pathOf(t, s, b, m.File.ID)
	require.NotEqual(t, path, next)
	b.ExpireDownloads()
	status, _, _, _ = download(t, s, b.Token, next)
	require.Equal(t, 404, status, "expired by the test")
	for _, r := range s.Journal() {
		require.NotContains(t, r.Params["file_path"], b.Token)
	}
	require.Empty(t, s.Violations())
	require.Empty(t, s.Calls(telegramtest.FileDownload), "a download is no call")
}

func TestLargeFilesNeedALocalServerAndNoMemory(t *testing.T) {
	big := telegramtest.File{Name: "film.mp4", Size: 100 << 20, HidesSize: true}
	s, b, c := shop(t)
	require.Equal(t, "Bad Request: file is too big", do(t, s, b, "getFile", obj{"file_id": c.SendsVideo(big, "").File.ID}).Description)
	require.Equal(t, "Bad Request: invalid file_id", do(t, s, b, "getFile", obj{"file_id": "nobody's"}).Description)

	local, lb, lc := shop(t, telegramtest.WithLocalServer())
	path := pathOf(t, local, lb, lc.SendsVideo(big, "").File.ID)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, hash, size, err := download(t, local, lb.Token, path)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, int64(100<<20), size)
	require.Equal(t, big.SHA256(), hash)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "100 MB were held")
}

func TestLocalFilesHaveAbsolutePaths(t *testing.T) {
	dir := t.TempDir()
	s, b, c := shop(t, telegramtest.WithLocalFiles(dir))
	m := c.SendsPhoto(telegramtest.File{Name: "a.png", Content: telegramtest.PNG(30, 20)}, "")
	path := pathOf(t, s, b, m.File.ID)
	require.Equal(t, filepath.Join(dir, b.Token, "photos", "file_1.png"), path)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, telegramtest.PNG(30, 20), content)
	status, _, _, _ := download(t, s, b.Token, path)
	require.Equal(t, 404, status, "such a server serves no files")
}

func TestDownloadsFailOnDemand(t *testing.T) {
	s, b, c := shop(t)
	path := pathOf(t, s, b, c.SendsDocument(telegramtest.File{Name: "a.bin", Size: 1 << 20}, "").File.ID)
	for _, f := range []struct {
		telegramtest.Failure
		status int
		size   int64
	}{
		{telegramtest.Failure{Kind: telegramtest.Cut}, 0, 0},
		{telegramtest.Failure{Kind: telegramtest.Cut, Done: true}, 200, 1 << 19},
		{telegramtest.Failure{Status: 404, Description: "Not Found"}, 404, -1},
		{telegramtest.Failure{RetryAfter: 3}, 429, -1},
		{telegramtest.Failure{Kind: telegramtest.HTML}, 502, -1},
	} {
		f.Method = telegramtest.FileDownload
		s.Fail(f.Failure)
		status, _, size, err := download(t, s, b.Token, path)
		require.Equal(t, f.status, status, "%+v", f)
		require.Equal(t, f.status == 0 || f.size > 0, err != nil, "%+v: %v", f, err)
		if f.size >= 0 {
			require.Equal(t, f.size, size)
		}
	}
	s.Fail(telegramtest.Failure{Method: telegramtest.FileDownload, Kind: telegramtest.Slow})
	response, err := http.Get(s.URL + "/file/bot" + b.Token + "/" + path)
	require.NoError(t, err)
	half, err := io.CopyN(io.Discard, response.Body, 1<<19)
	require.NoError(t, err)
	require.Equal(t, int64(1<<19), half)
	require.NoError(t, response.Body.Close())
	status, _, _, err := download(t, s, b.Token, path)
	require.NoError(t, err)
	require.Equal(t, 200, status)
}

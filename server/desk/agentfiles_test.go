// Files of agents on their way out: described, streamed, and served in ranges.

package desk

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const agentFile = "agentfileid"

// restful is a desk whose server answers REST for one agent's file, as Mattermost 11.1 does: GET alone, with a session.
func restful(t *testing.T) (d *Desk, s *server, clock *time.Time) {
	t.Helper()
	d, s, clock = newDesk(t)
	s.files[agentFile] = &model.FileInfo{
		Id: agentFile, Name: `Рахунок "7".pdf`, MimeType: "application/pdf", Size: 10, Width: 3, Height: 4, PostId: replyID,
	}
	s.contents[agentFile] = []byte("0123456789")
	rest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		content, found := s.contents[strings.TrimPrefix(r.URL.Path, "/api/v4/files/")]
		switch {
		case len(s.tokens) == 0 || token != s.tokens[len(s.tokens)-1]:
			http.Error(w, `{"id":"api.context.session_expired.app_error"}`, http.StatusUnauthorized)
		case r.Method != http.MethodGet:
			http.Error(w, "", http.StatusMethodNotAllowed)
		case s.fails["REST"] != nil:
			http.Error(w, `{"message":"secret"}`, s.fails["REST"].StatusCode)
		case !found:
			http.Error(w, `{"message":"secret"}`, http.StatusNotFound)
		default:
			w.Header().Set("Content-Type", "application/pdf")
			w.Header().Set("Content-Disposition", "inline")
			w.Header().Set("X-Request-Id", "secret")
			w.Header().Set("ETag", `"v1"`)
			http.ServeContent(w, r, "", now, bytes.NewReader(content))
		}
	}))
	t.Cleanup(rest.Close)
	d.opts.Loopback = func() string { return rest.URL }
	return d, s, clock
}

func TestAgentsFilesAreDescribedInTheOrderOfTheirUploads(t *testing.T) {
	d, s, _ := restful(t)
	s.files["other"] = &model.FileInfo{Id: "other", Name: "b.txt", Size: 1, CreateAt: s.files[agentFile].CreateAt - 1}
	files, err := d.AgentFiles(t.Context(), []string{agentFile, "other"})
	require.NoError(t, err)
	require.Equal(t, []relay.AgentFile{
		{ID: "other", Name: "b.txt", Size: 1},
		{ID: agentFile, Name: `Рахунок "7".pdf`, MIME: "application/pdf", Size: 10, Width: 3, Height: 4},
	}, files)
	_, err = d.AgentFiles(t.Context(), []string{"never"})
	require.ErrorIs(t, err, relay.ErrRefused)
	s.dead = true
	_, err = d.AgentFiles(t.Context(), []string{"other"})
	require.ErrorIs(t, err, errNoAnswer)
}

func read(t *testing.T, d *Desk, id string) (string, error) {
	t.Helper()
	file, err := d.OpenFile(t.Context(), id)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(file)
	return string(data), err
}

func TestAFileIsStreamedFromItsBeginningEachTimeUnderOneSession(t *testing.T) {
	d, s, _ := restful(t)
	for range 3 {
		content, err := read(t, d, agentFile)
		require.NoError(t, err)
		require.Equal(t, "0123456789", content)
	}
	require.Equal(t, 1, s.calls["CreateSession"])
}

func TestASessionIsReplacedBeforeItEndsAndWhenItIsRefused(t *testing.T) {
	d, s, clock := restful(t)
	_, err := read(t, d, agentFile)
	require.NoError(t, err)
	*clock = clock.Add(sessionLife - sessionRest)
	_, err = read(t, d, agentFile)
	require.NoError(t, err)
	require.Equal(t, 2, s.calls["CreateSession"])

	s.tokens = append(s.tokens, "another") // an admin ended all sessions
	_, err = read(t, d, agentFile)
	require.NoError(t, err)
	require.Equal(t, 3, s.calls["CreateSession"])
}

func TestAFileThatCannotBeOpenedIsSorted(t *testing.T) {
	d, s, _ := restful(t)
	_, err := read(t, d, "never")
	require.ErrorIs(t, err, relay.ErrRefused)
	for _, status := range []int{http.StatusForbidden, http.StatusInternalServerError} {
		s.fails["REST"] = refuse("x", status)
		_, err := read(t, d, agentFile)
		require.Error(t, err)
		require.NotErrorIs(t, err, relay.ErrRefused)
		require.NotContains(t, err.Error(), "secret")
	}
	for _, upset := range []func(){
		func() { s.fails["CreateSession"] = refuse("x", http.StatusInternalServerError) },
		func() { delete(s.fails, "CreateSession"); s.dead = true },
		func() { s.dead = false; d.opts.Loopback = func() string { return "http://127.0.0.1:1" } },
		func() { d.opts.Loopback = func() string { return "://" } },
	} {
		d.session.token = ""
		upset()
		_, err := read(t, d, agentFile)
		require.Error(t, err)
	}
}

func TestCase62AFileIsServedWholeInRangesAndByItsHead(t *testing.T) {
	for name, c := range map[string]struct {
		method  string
		headers map[string]string
		status  int
		body    string
		told    map[string]string
	}{
		"whole": {http.MethodGet, nil, http.StatusOK, "0123456789", map[string]string{"Content-Length": "10", "Accept-Ranges": "bytes"}},
		"head":  {http.MethodHead, nil, http.StatusOK, "", map[string]string{"Content-Length": "10", "Accept-Ranges": "bytes"}},
		"range": {http.MethodGet, map[string]string{"Range": "bytes=2-4"}, http.StatusPartialContent, "234",
			map[string]string{"Content-Length": "3", "Content-Range": "bytes 2-4/10"}},
		"head of a range": {http.MethodHead, map[string]string{"Range": "bytes=2-4"}, http.StatusPartialContent, "",
			map[string]string{"Content-Range": "bytes 2-4/10"}},
		"range of a file that changed": {http.MethodGet, map[string]string{"Range": "bytes=2-4", "If-Range": `"v0"`},
			http.StatusOK, "0123456789", nil},
		"not changed":      {http.MethodGet, map[string]string{"If-None-Match": `"v1"`}, http.StatusNotModified, "", nil},
		"range behind all": {http.MethodGet, map[string]string{"Range": "bytes=20-"}, http.StatusRequestedRangeNotSatisfiable, "", map[string]string{"Content-Range": "bytes */10"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, _, _ := restful(t)
			request := httptest.NewRequestWithContext(t.Context(), c.method, "/files/token/name", http.NoBody)
			for key, value := range c.headers {
				request.Header.Set(key, value)
			}
			request.Header.Set("Cookie", "MMAUTHTOKEN=someone")
			w := httptest.NewRecorder()
			d.ServeFile(w, request, agentFile)
			require.Equal(t, c.status, w.Code)
			if c.status < http.StatusBadRequest {
				require.Equal(t, c.body, w.Body.String())
				require.Equal(t, `"v1"`, w.Header().Get("ETag"))
			}
			for key, value := range c.told {
				require.Equal(t, value, w.Header().Get(key), key)
			}
			if c.status < http.StatusMultipleChoices {
				require.Equal(t, "application/pdf", w.Header().Get("Content-Type"))
				require.NotEmpty(t, w.Header().Get("Last-Modified"))
			}
			require.Equal(t, "attachment; filename*=utf-8''"+url.PathEscape(`Рахунок "7".pdf`), w.Header().Get("Content-Disposition"))
			require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			require.Equal(t, "private", w.Header().Get("Cache-Control"))
			require.Empty(t, w.Header().Get("X-Request-Id"))
		})
	}
}

func TestAFileThatCannotBeServedTellsNothingOfTheServer(t *testing.T) {
	for name, c := range map[string]struct {
		id     string
		upset  func(*Desk, *server)
		status int
	}{
		"unknown":              {"never", func(*Desk, *server) {}, http.StatusNotFound},
		"gone from the disk":   {agentFile, func(_ *Desk, s *server) { delete(s.contents, agentFile) }, http.StatusNotFound},
		"not to be seen":       {agentFile, func(_ *Desk, s *server) { s.fails["REST"] = refuse("x", http.StatusForbidden) }, http.StatusBadGateway},
		"the server fails":     {agentFile, func(_ *Desk, s *server) { s.fails["REST"] = refuse("x", http.StatusInternalServerError) }, http.StatusBadGateway},
		"the database is away": {agentFile, func(_ *Desk, s *server) { s.fails["GetFileInfo"] = refuse("x", http.StatusInternalServerError) }, http.StatusBadGateway},
		"not to be reached":    {agentFile, func(d *Desk, _ *server) { d.opts.Loopback = func() string { return "http://127.0.0.1:1" } }, http.StatusBadGateway},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, _ := restful(t)
			c.upset(d, s)
			w := httptest.NewRecorder()
			d.ServeFile(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody), c.id)
			require.Equal(t, c.status, w.Code)
			require.NotContains(t, w.Body.String(), "secret")
			require.NotContains(t, w.Body.String(), "127.0.0.1")
		})
	}
}

// signs makes tokens that can be read.
type signs struct{}

func (signs) Sign(fileID, name string, ttl time.Duration) string {
	return fileID + "." + name + "." + ttl.String()
}

func TestAPublicAddressEndsWithTheName(t *testing.T) {
	d, _, _ := newDesk(t)
	d.opts.Links = signs{}
	require.Equal(t, "https://chat.example.com/plugins/msgbot/files/id.a b.jpg.336h0m0s/a%20b.jpg", d.PublicFileURL("id", "a b.jpg"))
	d.SetConfig(Config{SiteURL: "https://chat.example.com", PublicURL: "https://bot.example.com/x/"})
	require.Equal(t, "https://bot.example.com/x/plugins/msgbot/files/id.п/?.jpg.336h0m0s/%D0%BF%2F%3F.jpg", d.PublicFileURL("id", "п/?.jpg"))
}

func TestPermalinksLeadToTheirPost(t *testing.T) {
	const id = "abcdefghijklmnopqrstuvwxy1"
	d, _, _ := newDesk(t)
	for address, want := range map[string]bool{
		"https://chat.example.com/acme/pl/" + id:             true,
		"https://CHAT.example.com:443/acme-2/pl/" + id + "/": true,
		"https://chat.example.com/_redirect/pl/" + id:        true,
		"https://chat.example.com/acme/pl/" + id + "?x=1#y":  true,
		"/acme/pl/" + id:                               true,
		"/_redirect/pl/" + id:                          true,
		"mattermost://chat.example.com/acme/pl/" + id:  true,
		"https://other.example/acme/pl/" + id:          false,
		"https://other.example/_redirect/pl/" + id:     false,
		"mattermost://other.example/acme/pl/" + id:     false,
		"https://chat.example.com/acme/pl/short":       false,
		"https://chat.example.com/acme/channels/" + id: false,
		"https://chat.example.com/a/b/pl/" + id:        false,
		"acme/pl/" + id:                                false,
		"://":                                          false,
		"":                                             false,
	} {
		got, ok := d.LinkedPost(address)
		require.Equal(t, want, ok, address)
		require.Equal(t, want, got == id, address)
	}
	d.SetConfig(Config{SiteURL: "https://example.com/chat"})
	for address, want := range map[string]bool{
		"https://example.com/chat/acme/pl/" + id: true, "/chat/acme/pl/" + id: true, "/acme/pl/" + id: true,
		"https://example.com/acme/pl/" + id: false,
	} {
		_, ok := d.LinkedPost(address)
		require.Equal(t, want, ok, address)
	}
}

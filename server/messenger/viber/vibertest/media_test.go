// Tests of files on the emulator's media servers, and of its fetching of what bots send.

package vibertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// reply is the answer to get.
type reply struct {
	status  int
	length  int64
	header  http.Header
	content string
	err     error // of reading the content
}

// get makes a request without following redirects.
func get(t *testing.T, method, url, part string) reply {
	t.Helper()
	req, err := http.NewRequest(method, url, http.NoBody)
	require.NoError(t, err)
	if part != "" {
		req.Header.Set("Range", part)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.ContentLength, res.Header, string(content), err}
}

func TestAMediaServerServesItsFile(t *testing.T) {
	s := NewServer()
	defer s.Close()
	m := s.Store("a b?.jpg", "image/jpeg", []byte("picture"))
	whole := get(t, http.MethodGet, m.URL(), "")
	require.NoError(t, whole.err)
	require.Equal(t, []any{200, "image/jpeg", "picture"}, []any{whole.status, whole.header.Get("Content-Type"), whole.content})
	part := get(t, http.MethodGet, m.URL(), "bytes=2-3")
	require.NoError(t, part.err)
	require.Equal(t, []any{206, "ct"}, []any{part.status, part.content})
	require.Equal(t, int64(7), get(t, http.MethodHead, m.URL(), "").length)
	require.Len(t, m.Requests(), 3)
	unsigned, _, _ := strings.Cut(m.URL(), "?")
	require.Equal(t, http.StatusNotFound, get(t, http.MethodGet, unsigned, "").status)
	require.Empty(t, s.Journal(), "requests for files are no calls of the API")
}

func TestAMediaServerFailsOnDemand(t *testing.T) {
	s := NewServer()
	defer s.Close()
	m := s.Store("a.jpg", "image/jpeg", bytes.Repeat([]byte("x"), 100_000))
	m.CutAfter(50_000)
	cut := get(t, http.MethodGet, m.URL(), "")
	require.ErrorIs(t, cut.err, io.ErrUnexpectedEOF)
	require.Equal(t, []int64{100_000, 50_000}, []int64{cut.length, int64(len(cut.content))})
	m.CutAfter(-1)

	m.Slow(30 * time.Millisecond)
	began := time.Now()
	slow := get(t, http.MethodGet, m.URL(), "")
	require.NoError(t, slow.err)
	require.Len(t, slow.content, 100_000)
	require.GreaterOrEqual(t, time.Since(began), 30*time.Millisecond)
	m.Slow(0)

	m.Redirect("http://10.0.0.1/secret")
	redirected := get(t, http.MethodGet, m.URL(), "")
	require.Equal(t, []any{302, "http://10.0.0.1/secret"}, []any{redirected.status, redirected.header.Get("Location")})
	m.Redirect("")

	m.Expire()
	require.Equal(t, http.StatusNotFound, get(t, http.MethodGet, m.URL(), "").status)
	m.Answer(0)
	require.Equal(t, http.StatusOK, get(t, http.MethodGet, m.URL(), "").status)
}

func TestATokenInARequestForAFileIsAViolation(t *testing.T) {
	s := NewServer()
	defer s.Close()
	b := s.AddBot("Shop", "shop")
	req, err := http.NewRequest(http.MethodGet, s.Store("a.jpg", "image/jpeg", nil).URL(), http.NoBody)
	require.NoError(t, err)
	req.Header.Set(tokenHeader, b.Token)
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Len(t, s.Violations(), 1)
}

// store is a web server of one file that a test can spoil.
func store(t *testing.T, name string, size int64, spoil func(w http.ResponseWriter, r *http.Request) bool) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoil == nil || !spoil(w, r) {
			http.ServeContent(w, r, name, time.Time{}, io.NewSectionReader(pattern{}, 0, size))
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/" + name
}

func TestWhatABotSendsIsFetchedWithoutKeepingLargeContent(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	c.Says("hello")
	const size = 50 << 20
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	url := store(t, "a.pdf", size, nil)
	_, status := api(t, s, b.Token, "send_message", body(c.ID, fmt.Sprintf(`"type":"file","media":%q,"size":%d,"file_name":"звіт.pdf"`, url, size)))
	require.Zero(t, status, "%v", s.Violations())
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(20<<20))

	small := store(t, "a.png", 1<<20, nil)
	_, status = api(t, s, b.Token, "send_message", body(c.ID, fmt.Sprintf(`"type":"picture","media":%q,"text":"see"`, small)))
	require.Zero(t, status, "%v", s.Violations())
	chat := c.Chat()
	want := File{Name: "звіт.pdf", MIME: "application/pdf", Size: size, URL: url, SHA256: s.Generate("", "", size).SHA256()}
	require.Equal(t, &want, chat[1].File)
	require.Len(t, chat[2].File.Content, 1<<20)
	require.Equal(t, s.Generate("", "", 1<<20).SHA256(), chat[2].File.SHA256)
}

func TestAFileThatIsNotAsToldIsRefused(t *testing.T) {
	type spoiler = func(w http.ResponseWriter, r *http.Request) bool
	answers := func(status int) spoiler {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(status)
			return true
		}
	}
	for name, c := range map[string]struct {
		name, kind string
		size, told int64
		spoil      spoiler
		violations int
	}{
		"gone":          {"a.pdf", "file", 5, 5, answers(http.StatusNotFound), 0},
		"failing":       {"a.pdf", "file", 5, 5, answers(http.StatusBadGateway), 0},
		"no content":    {"a.pdf", "file", 5, 5, answers(http.StatusNoContent), 1},
		"other size":    {"a.pdf", "file", 5, 6, nil, 1},
		"large picture": {"a.jpg", "picture", 1<<20 + 1, 0, nil, 1},
		"empty type":    {"a.pdf", "file", 5, 5, func(w http.ResponseWriter, _ *http.Request) bool { w.Header()["Content-Type"] = nil; return false }, 1},
		"type of a page": {"a.jpg", "picture", 5, 0, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			return false
		}, 1},
		"type of a png": {"a.jpg", "picture", 5, 0, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "image/png")
			return false
		}, 1},
		"no HEAD": {"a.pdf", "file", 5, 5, func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodHead && answers(http.StatusMethodNotAllowed)(w, r)
		}, 1},
		"no Range": {"a.pdf", "file", 5, 5, func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Range"); return false }, 1},
		"other length": {"a.pdf", "file", 5, 5, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead || r.Header.Get("Range") != "" {
				return false
			}
			_, _ = w.Write([]byte("four"))
			return true
		}, 1},
		"cut": {"a.pdf", "file", 5, 5, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead || r.Header.Get("Range") != "" {
				return false
			}
			w.Header().Set("Content-Length", "5")
			_, _ = w.Write([]byte("abc"))
			panic(http.ErrAbortHandler)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t, ok)
			s, b, customer := connected(t, h)
			customer.Says("hello")
			fields := map[string]string{
				"file": `"type":"file","media":%q,"size":%d,"file_name":"a.pdf"`, "picture": `"type":"picture","text":"","media":%q`,
			}[c.kind]
			args := []any{store(t, c.name, c.size, c.spoil), c.told}[:strings.Count(fields, "%")]
			_, status := api(t, s, b.Token, "send_message", body(customer.ID, fmt.Sprintf(fields, args...)))
			require.Equal(t, statusBadData, status)
			require.Len(t, s.Violations(), c.violations, "%v", s.Violations())
			require.Empty(t, customer.Sent())
		})
	}
}

func TestNothingIsFetchedForACustomerWhoCannotBeReached(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	called := false
	url := store(t, "a.jpg", 5, func(http.ResponseWriter, *http.Request) bool { called = true; return false })
	_, status := api(t, s, b.Token, "send_message", body(c.ID, fmt.Sprintf(`"type":"picture","text":"","media":%q`, url)))
	require.Equal(t, statusNotSubscribed, status)
	require.False(t, called)
}

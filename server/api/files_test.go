// The public links of files: what opens one, how it is served, and what it never tells.

package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

const goodLink = "/files/t0ken/%D1%84%D0%BE%D1%82%D0%BE%201.jpg"

// fetch asks for a file as a messenger does: without a login.
func (w *world) fetch(method, path string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, nil)
	r.Header = header
	out := httptest.NewRecorder()
	w.handler.ServeHTTP(out, r)
	return out
}

func TestCase62AFileIsServedByItsLinkWithoutALogin(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		header http.Header
		status int
		body   string
		length string
	}{
		"whole":  {"GET", http.Header{}, 200, "content of file1", "16"},
		"a part": {"GET", http.Header{"Range": {"bytes=11-"}}, 206, "file1", "5"},
		"head":   {"HEAD", http.Header{}, 200, "", "16"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			out := w.fetch(c.method, goodLink, c.header)
			require.Equal(t, c.status, out.Code)
			require.Equal(t, c.body, out.Body.String())
			require.Equal(t, c.length, out.Header().Get("Content-Length"))
			require.Equal(t, "nosniff", out.Header().Get("X-Content-Type-Options"))
			require.Contains(t, out.Header().Get("Content-Security-Policy"), "sandbox")
			require.Empty(t, out.Header().Get("Access-Control-Allow-Origin"))
			require.Empty(t, w.audits)
		})
	}
}

func TestEveryWrongLinkGetsTheSameAnswer(t *testing.T) {
	w := newWorld(t)
	first := w.fetch("GET", "/files/t0ken/other.jpg", http.Header{}).Body.String()
	for _, path := range []string{
		"/files/forged/%D1%84%D0%BE%D1%82%D0%BE%201.jpg", "/files/t0ken/" + strings.Repeat("x", maxLinkName+1),
		"/files/" + strings.Repeat("x", maxLinkToken+1) + "/a.jpg", "/files/t0ken/%00", "/files/t0ken/", "/files/t0ken", "/files/", "/files",
		"/files/t0ken/a/b", "/files/t0ken/..%2Fa",
	} {
		out := w.fetch("GET", path, http.Header{})
		require.Equal(t, 404, out.Code, path)
		require.Equal(t, first, out.Body.String(), path)
	}
}

func TestALinkThatIsTooLongIsNotLookedAt(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{strings.Repeat("x", maxLinkToken+1) + "/a.jpg", "t0ken/" + strings.Repeat("x", maxLinkName+1)} {
		require.Equal(t, 404, w.fetch("GET", "/files/"+path, http.Header{}).Code)
	}
	require.Zero(t, w.asked.Load())
}

func TestALinkIsOnlyForReading(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		out := newWorld(t).fetch(method, goodLink, http.Header{"Origin": {"https://elsewhere.example"}})
		require.Equal(t, 405, out.Code, method)
		require.Empty(t, out.Header().Get("Access-Control-Allow-Origin"))
	}
}

func TestFilesAreCountedByTheirPatternOnly(t *testing.T) {
	w := newWorld(t)
	w.fetch("GET", goodLink, http.Header{})
	w.fetch("HEAD", goodLink, http.Header{})
	w.fetch("GET", "/files/t0ken/other.jpg", http.Header{})
	w.panics = true
	w.fetch("GET", goodLink, http.Header{})
	require.Equal(t, []string{
		"GET /files/{token}/{name} 200", "GET /files/{token}/{name} 200", "GET /files/{token}/{name} 404", "GET /files/{token}/{name} 500",
	}, w.observed)
	require.Equal(t, []string{"GET /files/{token}/{name}"}, w.panicked)
}

func TestNoFileIsServedBeforeTheKeysAreKnown(t *testing.T) {
	w := newWorld(t)
	w.ready = false
	require.Equal(t, 503, w.fetch("GET", goodLink, http.Header{}).Code)
}

func TestSoManyFilesAreServedAtOnceAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.holding = make(chan struct{})
		served := make(chan int)
		for range maxStreams {
			go func() { served <- w.fetch("GET", goodLink, http.Header{}).Code }()
		}
		synctest.Wait()
		busy := w.fetch("GET", goodLink, http.Header{})
		require.Equal(t, 503, busy.Code)
		require.Equal(t, "5", busy.Header().Get("Retry-After"))
		for range maxStreams {
			w.holding <- struct{}{}
			require.Equal(t, 200, <-served)
		}
		close(w.holding)
		require.Equal(t, 200, w.fetch("GET", goodLink, http.Header{}).Code, "its place is free again")
	})
}

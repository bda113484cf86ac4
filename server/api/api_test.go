// What holds for every request: panics, unknown paths, counting.

package api

import (
	"net/http"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

func TestAPanicIsAnsweredAndCounted(t *testing.T) {
	w := newWorld(t)
	w.panics = true
	out := w.as(member, "GET", "/api/v1/bots", "")
	require.Equal(t, http.StatusInternalServerError, out.Code)
	require.Equal(t, "internal", wrongOf(t, out).Code)
	require.Equal(t, []string{"GET /api/v1/bots"}, w.panicked)
	require.Equal(t, []string{"GET /api/v1/bots 500"}, w.observed)
}

func TestAnUnexpectedErrorIsLoggedAndNotTold(t *testing.T) {
	w := newWorld(t)
	w.err = errors.New("pq: relation msgbot_bots")
	out := w.as(sysadmin, "POST", "/api/v1/bots/tg1/pause", "")
	require.Equal(t, http.StatusInternalServerError, out.Code)
	require.NotContains(t, out.Body.String(), "pq")
	require.Equal(t, []error{w.err}, w.failed)
}

func TestNothingIsServedBeforeTheStoreIsReady(t *testing.T) {
	w := newWorld(t)
	w.ready = false
	for _, out := range []*http.Request{
		request(sysadmin, "GET", "/api/v1/bots", ""),
		request(nobody, "POST", "/webhook/telegram/tg1", `{}`),
	} {
		answer := w.do(out)
		require.Equal(t, http.StatusServiceUnavailable, answer.Code)
		require.Equal(t, "5", answer.Header().Get("Retry-After"))
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/", 404, ""},
		{"GET", "/nothing", 404, ""},
		{"GET", "/api/v1/nothing", 404, ""},
		{"PUT", "/api/v1/bots", 405, "GET, POST"},
		{"POST", "/api/v1/bots/tg1", 405, "GET, PATCH, DELETE"},
		{"GET", "/api/v1/bots/tg1/pause", 405, "POST"},
		{"GET", "/webhook/telegram/tg1", 405, "POST"},
		{"GET", "/api/v1/bots/%00", 404, ""},
		{"GET", "/api/v1/conversations/by-thread/messages", 404, ""},
	} {
		w := newWorld(t)
		out := w.as(sysadmin, c.method, c.path, "")
		require.Equal(t, c.status, out.Code, c)
		require.Equal(t, c.allow, out.Header().Get("Allow"), c)
	}
}

func TestRoutesAreCountedByPatternOnly(t *testing.T) {
	w := newWorld(t)
	w.as(sysadmin, "GET", "/api/v1/bots/tg1", "")
	w.as(sysadmin, "GET", "/api/v1/conversations/by-thread/root1", "")
	w.as(sysadmin, "GET", "/api/v1/who/knows", "")
	w.as(nobody, "GET", "/api/v1/bots", "")
	require.Equal(t, []string{
		"GET /api/v1/bots/{id} 200", "GET /api/v1/conversations/by-thread/{root_post_id} 200", "other 404", "other 401",
	}, w.observed)
}

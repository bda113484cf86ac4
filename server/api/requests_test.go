// How the tests send requests, and what they check of every answer.

package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// signed is a messenger that signs the raw body with HMAC, as Viber does.
type signed struct{ messenger.Messenger }

func (signed) Authentic(r *http.Request, body []byte, key string) bool {
	return hmac.Equal([]byte(r.Header.Get("Signature")), []byte(signature(body, key)))
}

func (signed) Split(body []byte) (messenger.Delivery, error) {
	var update struct {
		ID json.Number `json:"update_id"`
	}
	if err := json.Unmarshal(body, &update); err != nil {
		return messenger.Delivery{}, err
	}
	return messenger.Delivery{Updates: []messenger.Update{{EventID: update.ID.String(), Raw: body}}}, nil
}

func signature(body []byte, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// counting counts what reaches the server: more than one Write of an answer is overwritten there.
type counting struct {
	*httptest.ResponseRecorder
	writes, headers int
}

func (c *counting) Write(b []byte) (int, error) {
	c.writes++
	return c.ResponseRecorder.Write(b)
}

func (c *counting) WriteHeader(status int) {
	c.headers++
	c.ResponseRecorder.WriteHeader(status)
}

// do sends a request and checks what holds for every answer.
func (w *world) do(r *http.Request) *httptest.ResponseRecorder {
	w.t.Helper()
	out := &counting{ResponseRecorder: httptest.NewRecorder()}
	w.handler.ServeHTTP(out, r)
	require.LessOrEqual(w.t, out.writes, 1, "one Write")
	require.Equal(w.t, 1, out.headers, "one status")
	if out.Body.Len() > 0 && out.Code != http.StatusTemporaryRedirect && out.Header().Get("Content-Type") != yamlType {
		require.Equal(w.t, "application/json", out.Header().Get("Content-Type"))
		require.True(w.t, json.Valid(out.Body.Bytes()), out.Body.String())
	}
	return out.ResponseRecorder
}

// as sends a request of REST for a user; body is JSON text, empty for none.
func (w *world) as(user, method, path, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(request(user, method, path, body))
}

func request(user, method, path, body string) *http.Request {
	var reader io.Reader
	if body != "" {
		reader = bytes.NewBufferString(body)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, path, reader)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if user != nobody {
		r.Header.Set(userHeader, user)
	}
	return r
}

// wrongOf reads the error of an answer.
func wrongOf(t *testing.T, out *httptest.ResponseRecorder) Error {
	t.Helper()
	var body struct {
		Error Error `json:"error"`
	}
	require.NoError(t, json.Unmarshal(out.Body.Bytes(), &body), out.Body.String())
	body.Error.Status = out.Code
	return body.Error
}

func press1(user string, context map[string]any) string {
	body, err := json.Marshal(model.PostActionIntegrationRequest{UserId: user, PostId: "notice1", Context: context})
	if err != nil {
		panic(err)
	}
	return string(body)
}

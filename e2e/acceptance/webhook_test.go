// Webhooks from outside, as anybody on the Internet can call them: case 31 and the bad input that must lose nothing.

package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// hook is a webhook of a Telegram bot as the messenger knows it.
type hook struct{ url, secret string }

func (s *scene) hook(bot *world.Bot) hook {
	s.Helper()
	for _, call := range w.TelegramCloud.Calls("setWebhook") {
		if call.Bot == bot.AtTelegram.Username {
			return hook{call.Params["url"], call.Params["secret_token"]}
		}
	}
	require.Fail(s, "no webhook was registered")
	return hook{}
}

// call makes one request to an address and returns the status of the answer.
func (s *scene) call(method, url, contentType string, body []byte, header, value string) int {
	s.Helper()
	request, err := http.NewRequestWithContext(s.ctx, method, url, bytes.NewReader(body))
	require.NoError(s, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if value != "" {
		request.Header.Set(header, value)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(s, err)
	require.NoError(s, answer.Body.Close())
	return answer.StatusCode
}

const (
	secretHeader    = "X-Telegram-Bot-Api-Secret-Token"
	signatureHeader = "X-Viber-Content-Signature"
	jsonType        = "application/json"
)

// private are words of a customer that must not get into a log.
const private = "потаємне-слово-покупця"

func TestCase31WhatIsNoUpdateIsRefusedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	secrets.add(private)
	s := newScene(t)
	bot := s.telegram(world.Webhook, nil)
	customer, c := s.begins(bot, "Оксана", "one")
	h := s.hook(bot)
	update := func(id int, text string) []byte {
		return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"date":1,"text":%q,"chat":{"id":%[4]d,"type":"private",
			"first_name":"Оксана"},"from":{"id":%[4]d,"is_bot":false,"first_name":"Оксана"}}}`, id, id, text, customer.AtTelegram.ID)
	}
	for name, bad := range map[string]struct {
		method, kind, secret string
		body                 []byte
		status               int
	}{
		"no secret":      {http.MethodPost, jsonType, "", update(1, private), http.StatusForbidden},
		"a wrong secret": {http.MethodPost, jsonType, "x" + h.secret, update(1, private), http.StatusForbidden},
		"another type":   {http.MethodPost, "text/plain", h.secret, update(1, private), http.StatusUnsupportedMediaType},
		"broken JSON":    {http.MethodPost, jsonType, h.secret, update(1, private)[:150], http.StatusBadRequest},
		"no JSON":        {http.MethodPost, jsonType, h.secret, []byte(private), http.StatusBadRequest},
		"oversized":      {http.MethodPost, jsonType, h.secret, update(1, strings.Repeat("щ", 1<<20)), http.StatusRequestEntityTooLarge},
		"GET":            {http.MethodGet, "", h.secret, nil, http.StatusMethodNotAllowed},
	} {
		require.Equal(t, bad.status, s.call(bad.method, h.url, bad.kind, bad.body, secretHeader, bad.secret), name)
	}
	require.Equal(t, http.StatusNotFound, s.call(http.MethodPost, h.url[:len(h.url)-26]+strings.Repeat("a", 26), jsonType,
		update(1, private), secretHeader, h.secret), "a bot that is not there")
	require.Equal(t, world.Status{ID: bot.ID, Kind: "telegram", Name: bot.Name, State: s.status(bot).State}, s.status(bot),
		"something of it was stored")

	// What is JSON and no update is kept aside and confirmed: refusing it would stop the chat for a day.
	kept := [][]byte{
		[]byte(`[]`), []byte(`null`), []byte(`"text"`), []byte(`{"update_id":"seven"}`),
		[]byte(`{"update_id":900001,"message":[]}`),
		[]byte(`{"update_id":900002,"message":{"message_id":{},"chat":{"id":"x"}}}`),
	}
	for _, body := range kept {
		require.Equal(t, http.StatusOK, s.call(http.MethodPost, h.url, jsonType, body, secretHeader, h.secret), "%s", body)
	}
	s.quarantines(bot, len(kept))

	// A genuine update with fields that nobody knows, brought three times.
	var fields map[string]any
	require.NoError(t, json.Unmarshal(update(900003, "two"), &fields))
	fields["brand_new"] = map[string]any{"deep": []int{1}}
	fields["message"].(map[string]any)["brand_new"] = true
	unknown, err := json.Marshal(fields)
	require.NoError(t, err)
	for range 3 {
		require.Equal(t, http.StatusOK, s.call(http.MethodPost, h.url, jsonType, unknown, secretHeader, h.secret))
	}
	nested := []byte(`{"update_id":900004,"message":` + strings.Repeat("[", 200000) + strings.Repeat("]", 200000) + `}`)
	require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, s.call(http.MethodPost, h.url, jsonType, nested, secretHeader, h.secret))

	s.says(customer, "three")
	require.Equal(t, []string{"one", "two", "three"}, s.inbound(c.RootPostID))
	log, err := os.ReadFile(w.Server.LogFile)
	require.NoError(t, err)
	require.NotContains(t, string(log), private)
	require.NotContains(t, string(log), h.secret)
}

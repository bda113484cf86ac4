// Closing the emulator ends all that runs in it.

package telegramtest_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestCloseEndsPollsHangsAndRetries(t *testing.T) {
	transport := &http.Transport{}
	client := &http.Client{Transport: transport}

	s := telegramtest.NewServer(telegramtest.WithRetry(func(int) time.Duration { return time.Hour }))
	polled, hooked := s.AddBot("polled_bot", "Polled"), s.AddBot("hooked_bot", "Hooked")
	ended := make(chan struct{}, 2)
	call := func(b *telegramtest.Bot, method, body string) {
		response, err := client.Post(s.URL+"/bot"+b.Token+"/"+method, "application/json", strings.NewReader(body))
		if err == nil {
			_ = response.Body.Close()
		}
		ended <- struct{}{}
	}
	s.Fail(telegramtest.Failure{Method: "getMe", Kind: telegramtest.Hang})
	go call(hooked, "getMe", "{}")
	go call(polled, "getUpdates", `{"timeout":50}`)
	require.NoError(t, s.Await(within(t), func() bool { return polled.Polled() && len(s.Calls("getMe")) == 1 }))
	require.True(t, do(t, s, hooked, "setWebhook", obj{"url": "http://127.0.0.1:1/nobody"}).OK)
	hooked.NewCustomer(telegramtest.Customer{ID: 1, FirstName: "A"}).Says("to nobody")
	require.NoError(t, s.Await(within(t), func() bool {
		for _, r := range s.Journal() {
			if r.Direction == telegramtest.ToWebhook {
				return r.Description == "Connection refused"
			}
		}
		return false
	}))

	s.Close()
	<-ended
	<-ended
	transport.CloseIdleConnections()
	require.Eventually(t, func() bool { return !strings.Contains(stacks(), "telegramtest.(*") }, 10*time.Second, 10*time.Millisecond,
		"goroutines of the emulator are left")
}

// stacks are the stacks of all goroutines.
func stacks() string {
	buffer := make([]byte, 1<<20)
	return string(buffer[:runtime.Stack(buffer, true)])
}

// The bounds of a call, by the numbers that the documentation promises; and what the simulator is told of a conversation.

package answers

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func TestACallIsGivenTenSecondsAndNotMore(t *testing.T) {
	h := newHouse(t)
	var left time.Duration
	h.http.Transport = transport(func(r *http.Request) (*http.Response, error) {
		deadline, _ := r.Context().Deadline()
		left = time.Until(deadline)
		return nil, io.EOF
	})
	for _, wish := range []time.Duration{0, 10 * time.Second, 12 * time.Second, time.Hour} {
		h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: "http://example.org/", Timeout: wish})
		require.InDelta(t, 10, left.Seconds(), 0.5, wish)
	}
}

func TestAnAnswerMayBe256KBLarge(t *testing.T) {
	const most = 256 * 1024
	for size, failed := range map[int]bool{most: false, most + 1: true} {
		h := newHouse(t)
		body := `{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}`
		server := h.service(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		require.Equal(t, failed, h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: server.URL}).Failed, size)
	}
}

func TestOnlyA2xxIsAnAnswer(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 299, 300, 304, 308, 399, 400, 404, 429, 500, 503, 599} {
		h := newHouse(t)
		server := h.service(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"a":"b"}`)
		})
		answer := h.Call(t.Context(), botID, flow.Call{Method: "GET", URL: server.URL, Save: map[string]string{"a": "a"}})
		if status < 300 {
			require.Equal(t, flow.Answer{Values: map[string]string{"a": "b"}}, answer, status)
			continue
		}
		require.Equal(t, flow.Answer{Failed: true}, answer, status)
		require.Equal(t, errStatus.words, h.exchanges[0].Error, status)
		require.Equal(t, status, h.exchanges[0].Status)
	}
}

// talk is the private conversation of a customer whom agents answer since then.
func talk(change func(*conversation.Conversation)) *conversation.Conversation {
	c := &conversation.Conversation{
		Mode: conversation.HumanMode, Status: conversation.Open, Chat: messenger.Chat{Kind: messenger.Private},
		HumanSince: noon.Add(-50 * time.Hour),
	}
	change(c)
	return c
}

func TestTheSimulatorKnowsHowLongPeopleHaveNotAnswered(t *testing.T) {
	h := newHouse(t)
	h.add(keyword("ціна", "100"))
	for name, c := range map[string]struct {
		answers bool
		change  func(*conversation.Conversation)
	}{
		"an agent wrote a day ago":    {true, func(c *conversation.Conversation) { c.LastAgentAt = noon.Add(-24 * time.Hour) }},
		"an agent wrote an hour ago":  {false, func(c *conversation.Conversation) { c.LastAgentAt = noon.Add(-time.Hour) }},
		"the customer waits for them": {false, func(c *conversation.Conversation) { c.WaitingSince = noon.Add(-30 * time.Hour) }},
		"nobody wrote, nobody waits":  {true, func(*conversation.Conversation) {}},
		"it was closed": {true, func(c *conversation.Conversation) {
			c.Status, c.LastAgentAt = conversation.Closed, noon.Add(-time.Hour)
		}},
	} {
		out := h.simulate(Trial{Text: "ціна", Conversation: talk(c.change)})
		require.Equal(t, c.answers, out.Fired != nil, fmt.Sprintf("%s: %s", name, out.Silence))
	}
}

func TestTheSimulatorDoesNotSayTwiceWhatWasSaidInThisWait(t *testing.T) {
	h := newHouse(t)
	fallback := h.add(autoreply.Rule{Enabled: true, Trigger: autoreply.Trigger{Kind: autoreply.Fallback}, Texts: flow.Texts{"uk": "Хтось відповість"}})
	c := talk(func(c *conversation.Conversation) {
		c.Mode, c.WaitingSince = conversation.BotMode, noon.Add(-time.Hour)
		c.Memory = []byte(`{"wrote_at": "2026-12-02T09:00:00Z", "waiting": "2026-12-02T09:00:00Z", "fallback_in_wait": true}`)
	})
	require.Nil(t, h.simulate(Trial{Text: "щось", Conversation: c}).Fired, "it was said in this wait")
	c.WaitingSince = time.Time{}
	require.Equal(t, []string{fallback.ID}, h.simulate(Trial{Text: "щось", Conversation: c}).Fired.Rules, "he waits anew")
}

func TestTheSimulatorTellsOfAnAnswerThatIsFilesOnly(t *testing.T) {
	h := newHouse(t)
	r := keyword("прайс", "")
	r.Texts, r.FileIDs = nil, []string{strings.Repeat("f", 26)}
	fired := h.add(r)
	require.Equal(t, &Fired{Rules: []string{fired.ID}}, h.simulate(Trial{Text: "прайс"}).Fired)
}

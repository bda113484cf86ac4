// The clients that messengers get, and the keys of links.

package bots

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMessengersFetchFilesThroughATransportThatKnowsProxyAndOwnAPIs(t *testing.T) {
	h := newHouse(t)
	h.configure(t, Endpoints{
		TelegramAPIURL: "http://10.0.0.5:8081", ViberAPIURL: ViberCloud, PublicURL: site, ProxyURL: "http://proxy.example.org:3128",
	})
	h.add(t)
	require.NotSame(t, h.cloud.options.Client, h.cloud.options.Media)
	require.Zero(t, h.cloud.options.Media.Timeout)
	proxy, err := h.proxy(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://cdn.example.com/a.jpg", nil))
	require.NoError(t, err)
	require.Equal(t, "proxy.example.org:3128", proxy.Host)
	for hostPort, exempt := range map[string]bool{
		"10.0.0.5:8081": true, "chatapi.viber.com:443": true, "CHATAPI.viber.com:443": true,
		"10.0.0.5:80": false, "10.0.0.5:443": false, "10.0.0.5": false, "chatapi.viber.com:80": false, "": false, ":": false,
	} {
		require.Equal(t, exempt, h.exempt(hostPort), hostPort)
	}
}

func TestChangedSettingsReachTheClientsOfConnectedBots(t *testing.T) {
	h := newHouse(t)
	h.add(t)
	before := h.cloud.options
	h.configure(t, Endpoints{TelegramAPIURL: "http://[::1]", PublicURL: site})
	require.NotSame(t, before.Media, h.cloud.options.Media)
	require.True(t, h.exempt("[::1]:80"))
	require.False(t, h.exempt("api.telegram.org:443"))
}

func TestAProxyThatIsNoneIsRefused(t *testing.T) {
	h := newHouse(t)
	require.ErrorContains(t, h.Configure(t.Context(), Endpoints{ProxyURL: "nonsense"}), "ProxyURL")
}

// A file of Telegram lies at an address with the bot's token in it.
func TestAFileMayLieBehindFiveRedirectsThatLearnNothing(t *testing.T) {
	var left int
	var referer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		referer += r.Header.Get("Referer")
		if left == 0 {
			_, _ = w.Write([]byte("content"))
			return
		}
		left--
		http.Redirect(w, r, fmt.Sprintf("/file/bot123:token/%d", left), http.StatusFound)
	}))
	defer server.Close()
	media := newMediaClient(server.Client().Transport)
	for redirects, ok := range map[int]bool{0: true, 5: true, 6: false} {
		left = redirects
		response, err := media.Get(server.URL + "/file/bot123:token/start")
		if !ok {
			require.ErrorContains(t, err, "more than 5 redirects")
			continue
		}
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
	require.Empty(t, referer)
}

func TestTheClientOfAPIsFollowsNoRedirect(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer server.Close()
	response, err := newAPIClient(nil).Get(server.URL)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusFound, response.StatusCode)
}

func TestLinksAreSignedWithThePresentKeyAndHoldWithTheDatabasesOwn(t *testing.T) {
	h := newHouse(t)
	require.Empty(t, h.another().LinkKeys(), "nothing is signed before the settings are known")
	own := h.LinkKeys()
	require.Len(t, own, 1)
	require.Len(t, own[0], 32)

	other := h.another()
	h.configure(t, Endpoints{EncryptionKey: strings.Repeat("k", 16)})
	require.NoError(t, other.Configure(t.Context(), Endpoints{EncryptionKey: strings.Repeat("k", 16)}))
	both := h.LinkKeys()
	require.Len(t, both, 2)
	require.NotEqual(t, own[0], both[0])
	require.Equal(t, own[0], both[1])
	require.Equal(t, both, other.LinkKeys(), "every node signs alike")
	require.NotEqual(t, h.memory.key, own[0], "the key itself is for tokens")
}

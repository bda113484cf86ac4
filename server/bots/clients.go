// The HTTP clients that all messengers share: one for their APIs, one for customers' files.

package bots

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// maxRedirects is how many redirects a file may lie behind.
const maxRedirects = 5

// proxyFunc chooses the proxy of a request, as http.Transport.Proxy does.
type proxyFunc = func(*http.Request) (*url.URL, error)

// MediaTransport makes the transport by which customers' files are fetched: it reaches public addresses only, but for
// the host:port that exempt names. Which others are allowed is its maker's matter.
type MediaTransport func(proxy proxyFunc, exempt func(hostPort string) bool) http.RoundTripper

// proxyOf is the proxy of the setting, else that of the environment.
func proxyOf(setting string) (proxyFunc, error) {
	if setting == "" {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		return nil, errors.New("ProxyURL is not an address such as http://proxy.example.org:3128")
	}
	return http.ProxyURL(u), nil
}

// newAPIClient makes the client for the messengers' APIs. Redirects are not followed: an API has none, and a token stands
// in the path.
func newAPIClient(proxy proxyFunc) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: 32,
			// Shorter than the messengers', so that they do not close a connection just as we write on it: such a call
			// would be ambiguous.
			IdleConnTimeout:   20 * time.Second,
			ForceAttemptHTTP2: true,
			Proxy:             proxy,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newMediaClient makes the client for customers' files. It has no time limit of its own: a file takes as long as its
// request's context allows. Another host is not told where it was redirected from: a token may stand in that address.
func newMediaClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.Errorf("more than %d redirects", maxRedirects)
			}
			r.Header.Del("Referer")
			return nil
		},
	}
}

// ownAPI tells whether a host:port is that of one of the APIs of the settings: a server of one's own may have a private
// address.
func (e Endpoints) ownAPI(hostPort string) bool {
	for _, address := range []string{e.TelegramAPIURL, e.ViberAPIURL} {
		if u, err := url.Parse(address); err == nil && u.Host != "" && strings.EqualFold(hostPortOf(u), hostPort) {
			return true
		}
	}
	return false
}

// hostPortOf is the host with the port that the scheme stands for where none is written.
func hostPortOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

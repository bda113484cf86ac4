package traffic

// A network with distance: on loopback a call to a messenger is over too soon for a kill to fall into it.

import (
	"bytes"
	"context"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"
)

// farthest is the longest way of a request or of an answer.
const farthest = 300 * time.Millisecond

// StartDistance returns an address from which the server at the address that target returns is far away: both ways
// take up to farthest. Target is asked at each request. A caller that dies before its request is there is not heard.
func StartDistance(tb testing.TB, target func() string) string {
	tb.Helper()
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if address, err := url.Parse(target()); err == nil {
				r.SetURL(address)
			}
		},
		Transport: distance{},
		ErrorLog:  log.New(io.Discard, "", 0), // callers that are killed are what the test is about
	})
	tb.Cleanup(proxy.Close)
	return proxy.URL
}

// distance is a way that takes its time.
type distance struct{}

// RoundTrip implements http.RoundTripper. Only whole requests travel: half of one would look like a fault of the caller.
func (distance) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	if err := travel(r.Context()); err != nil {
		return nil, err
	}
	whole := r.Clone(r.Context())
	whole.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := http.DefaultTransport.RoundTrip(whole)
	if err != nil {
		return nil, err
	}
	if err = travel(r.Context()); err != nil {
		_ = answer.Body.Close()
		return nil, err
	}
	return answer, nil
}

func travel(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(rand.Int64N(int64(farthest)))):
		return nil
	}
}

package nodes

// What stands before two nodes: a plain balancer that knows nothing of their health.

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// balancer sends each request to the next node in turn and answers 502 when that one does not.
type balancer struct {
	URL string

	mu    sync.Mutex
	next  int
	nodes []*httputil.ReverseProxy
	// passed counts the requests that each node answered.
	passed []int
}

func startBalancer(t *testing.T) *balancer {
	b := &balancer{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.URL = server.URL
	return b
}

// add makes a node one of those that get requests.
func (b *balancer) add(t *testing.T, address string) {
	t.Helper()
	target, err := url.Parse(address)
	require.NoError(t, err)
	b.mu.Lock()
	defer b.mu.Unlock()
	number := len(b.nodes)
	b.nodes = append(b.nodes, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(*http.Response) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.passed[number]++
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0), // a killed node is what the test is about
	})
	b.passed = append(b.passed, 0)
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	node := b.nodes[b.next%len(b.nodes)]
	b.next++
	b.mu.Unlock()
	node.ServeHTTP(w, r)
}

// counts is how many requests each node answered so far.
func (b *balancer) counts() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]int(nil), b.passed...)
}

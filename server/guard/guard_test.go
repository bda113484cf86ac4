// What is reached and what is refused, by address, name, redirect and proxy.

package guard

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// names is a resolver that knows these names only.
type names map[string][]string

func (n names) resolve(_ context.Context, host string) ([]net.IP, error) {
	list, ok := n[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var ips []net.IP
	for _, ip := range list {
		ips = append(ips, net.ParseIP(ip))
	}
	return ips, nil
}

func get(t *testing.T, o Options, address string) (body string, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: NewTransport(o)}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return string(data), err
}

// served is a server on this machine that says hello and counts who asked.
func served(t *testing.T) (server *httptest.Server, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, "hello")
	}))
	t.Cleanup(server.Close)
	return server, asked
}

func port(t *testing.T, s *httptest.Server) string {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	return port
}

func TestAddressesThatAreNotPublicAreRefused(t *testing.T) {
	server, asked := served(t)
	known := names{
		"loopback.example": {"127.0.0.1"}, "both.example": {"93.184.215.14", "127.0.0.1"}, "six.example": {"::1"},
		"mapped.example": {"::ffff:10.0.0.1"}, "localhost": {"127.0.0.1"}, "2130706433": {"127.0.0.1"},
		"0177.0.0.1": {"127.0.0.1"}, "0x7f.1": {"127.0.0.1"}, "127.1": {"127.0.0.1"},
	}
	for _, host := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
		"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]", "[fe80::1%25eth0]",
		"[fc00::1]", "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]",
		"loopback.example", "LOOPBACK.example", "both.example", "six.example", "mapped.example", "localhost",
		"2130706433", "0177.0.0.1", "0x7f.1", "127.1", "0x7f000001", "127.0.0.1.",
	} {
		for _, o := range []Options{
			{Resolve: known.resolve},
			{Resolve: known.resolve, Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: strings.TrimPrefix(server.URL, "http://")})},
		} {
			_, err := get(t, o, "http://"+host+":"+port(t, server)+"/")
			require.ErrorIs(t, err, ErrForbidden, host)
			require.ErrorContains(t, err, "address forbidden")
		}
	}
	require.Zero(t, asked.Load())
}

func TestThisMachinesOwnAddressesAreRefused(t *testing.T) {
	list, err := net.InterfaceAddrs()
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, address := range list {
		network, ok := address.(*net.IPNet)
		require.True(t, ok)
		closed, err := reserved(network.IP)
		require.NoError(t, err)
		require.True(t, closed, address)
	}
}

func TestPublicAddressesAreNotReserved(t *testing.T) {
	for _, ip := range []string{"93.184.215.14", "149.154.167.220", "172.15.0.1", "172.32.0.1", "2a00:1450:4001::1", "::ffff:8.8.8.8"} {
		closed, err := reserved(net.ParseIP(ip))
		require.NoError(t, err)
		require.False(t, closed, ip)
	}
	closed, err := reserved(nil)
	require.NoError(t, err)
	require.True(t, closed, "what is no address is no public one")
}

func TestOnlyHTTPIsSpoken(t *testing.T) {
	for _, address := range []string{"file:///etc/passwd", "ftp://93.184.215.14/", "gopher://93.184.215.14:70/", "HTTPX://a.example/"} {
		_, err := get(t, Options{}, address)
		require.ErrorIs(t, err, ErrForbidden, address)
	}
}

func TestWhatIsExemptOrAllowedIsReached(t *testing.T) {
	server, asked := served(t)
	here := strings.TrimPrefix(server.URL, "http://")
	known := names{"api.example": {"127.0.0.1"}}
	for name, o := range map[string]Options{
		"exempt":  {Exempt: func(hostPort string) bool { return hostPort == here }},
		"allowed": {Allowed: func(host string, ip net.IP) bool { return host == "127.0.0.1" && ip.IsLoopback() }},
	} {
		body, err := get(t, o, server.URL)
		require.NoError(t, err, name)
		require.Equal(t, "hello", body)
	}
	body, err := get(t, Options{
		Resolve: known.resolve, Allowed: func(host string, _ net.IP) bool { return host == "api.example" },
	}, "http://API.example:"+port(t, server)+"/")
	require.NoError(t, err)
	require.Equal(t, "hello", body)

	asked.Store(0)
	_, err = get(t, Options{Exempt: func(hostPort string) bool { return hostPort == "127.0.0.1:1" }}, server.URL)
	require.ErrorIs(t, err, ErrForbidden, "the port counts")
	require.Zero(t, asked.Load())
}

func TestARedirectIsCheckedLikeTheFirstAddress(t *testing.T) {
	secret, asked := served(t)
	for _, target := range []string{secret.URL, "http://169.254.169.254/latest/", "file:///etc/passwd", "http://2130706433/"} {
		front := httptest.NewServer(http.RedirectHandler(target, http.StatusFound))
		here := strings.TrimPrefix(front.URL, "http://")
		_, err := get(t, Options{Exempt: func(hostPort string) bool { return hostPort == here }}, front.URL)
		require.ErrorIs(t, err, ErrForbidden, target)
		front.Close()
	}
	require.Zero(t, asked.Load())
}

func TestANameIsLookedUpOnceSoThatASecondAnswerLeadsNowhere(t *testing.T) {
	server, asked := served(t)
	looks := 0
	_, err := get(t, Options{Resolve: func(context.Context, string) ([]net.IP, error) {
		looks++
		if looks == 1 {
			return []net.IP{net.ParseIP("127.0.0.1")}, nil
		}
		return []net.IP{net.ParseIP("93.184.215.14")}, nil
	}}, "http://rebind.example:"+port(t, server)+"/")
	require.ErrorIs(t, err, ErrForbidden)
	require.Equal(t, 1, looks)
	require.Zero(t, asked.Load())
}

func TestTheNextAddressIsTriedWhenOneDoesNotAnswer(t *testing.T) {
	server, _ := served(t)
	known := names{"api.example": {"::1", "127.0.0.1"}}
	body, err := get(t, Options{
		Resolve: known.resolve, Allowed: func(string, net.IP) bool { return true },
	}, "http://api.example:"+port(t, server)+"/")
	require.NoError(t, err)
	require.Equal(t, "hello", body)
}

func TestANameThatIsNotThereIsNoForbiddenAddress(t *testing.T) {
	for _, known := range []names{{}, {"nowhere.example": nil}} {
		_, err := get(t, Options{Resolve: known.resolve}, "http://nowhere.example/")
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrForbidden)
	}
}

func TestAProxyIsUsedForPublicNamesAndForThoseItAloneKnows(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		_, _ = io.WriteString(w, "through the proxy")
	}))
	defer proxy.Close()
	through, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	o := Options{
		Proxy:   http.ProxyURL(through),
		Exempt:  func(hostPort string) bool { return hostPort == "10.0.0.1:8081" },
		Resolve: names{"public.example": {"93.184.215.14"}}.resolve,
	}
	addresses := []string{"http://public.example/a", "http://only-outside.example/b", "http://10.0.0.1:8081/c"}
	for _, address := range addresses {
		body, err := get(t, o, address)
		require.NoError(t, err, address)
		require.Equal(t, "through the proxy", body)
	}
	require.Equal(t, addresses, asked)

	o.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("odd") }
	_, err = get(t, o, addresses[0])
	require.ErrorContains(t, err, "odd")
}

func TestAProxyThatIsPassedByIsNoWayAround(t *testing.T) {
	server, asked := served(t)
	through, err := url.Parse("http://proxy.example:3128")
	require.NoError(t, err)
	proxies := []*url.URL{nil, through} // as when the settings change in between
	_, err = get(t, Options{Proxy: func(*http.Request) (*url.URL, error) {
		next := proxies[0]
		proxies = proxies[1:]
		return next, nil
	}}, server.URL)
	require.ErrorIs(t, err, ErrForbidden)
	require.Zero(t, asked.Load())
}

// body tells whether it was closed.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }

func TestTheBodyOfARefusedRequestIsClosed(t *testing.T) {
	for _, address := range []string{"ftp://a.example/", "http://127.0.0.1:1/"} {
		sent := &body{Reader: strings.NewReader("x")}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, sent)
		require.NoError(t, err)
		response, err := NewTransport(Options{}).RoundTrip(request)
		if err == nil {
			_ = response.Body.Close()
		}
		require.ErrorIs(t, err, ErrForbidden)
		require.True(t, sent.closed, address)
	}
}

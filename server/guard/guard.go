// Package guard is the way out for every address that somebody outside named: it reaches public addresses only, so that
// nobody can make msgbot look into the company's own network.
package guard

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// ErrForbidden is in the error of a request to an address that may not be reached; errors.Is finds it through *url.Error.
var ErrForbidden = errors.New("address forbidden")

// How long the steps of a request may take. There is none for the whole: a large file takes its time, and whoever waits
// for it has a context.
const (
	dialTimeout   = 10 * time.Second
	headerTimeout = 30 * time.Second
	idleTimeout   = 90 * time.Second
)

// Options of a transport; each may be nil.
type Options struct {
	// Proxy is as in http.Transport. The proxy's own address may be anywhere.
	Proxy func(*http.Request) (*url.URL, error)
	// Exempt tells of a host:port, in lower case, that it may be anywhere.
	Exempt func(hostPort string) bool
	// Allowed tells that this host may be at this address although it is not a public one.
	Allowed func(host string, ip net.IP) bool
	// Resolve finds the addresses of a name; net.DefaultResolver when nil.
	Resolve func(ctx context.Context, host string) ([]net.IP, error)
}

// transport checks each request, and with it each redirect, since a client sends those through it as well.
type transport struct {
	opts    Options
	direct  *http.Transport
	proxied *http.Transport
}

// NewTransport returns a RoundTripper that refuses with ErrForbidden every address that is private, loopback, link-local,
// reserved, multicast or one of this machine's own, and every scheme but http and https. A name is looked up once and what
// was found is dialled, so that a second answer cannot lead elsewhere; one private address among several is enough to
// refuse. Behind a proxy, which looks up names itself, that is done before the request; a name that only the proxy knows is
// left to it.
func NewTransport(o Options) http.RoundTripper {
	if o.Proxy == nil {
		o.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	if o.Exempt == nil {
		o.Exempt = func(string) bool { return false }
	}
	if o.Allowed == nil {
		o.Allowed = func(string, net.IP) bool { return false }
	}
	if o.Resolve == nil {
		o.Resolve = resolve
	}
	t := &transport{opts: o}
	t.direct = bare(t.dial)
	t.proxied = bare((&net.Dialer{Timeout: dialTimeout}).DialContext)
	t.proxied.Proxy = chosenProxy
	return t
}

// bare is a transport without a proxy.
func bare(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		DialContext:           dial,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		IdleConnTimeout:       idleTimeout,
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: headerTimeout,
	}
}

// proxyKey is where RoundTrip leaves the proxy it asked for, so that the answer cannot be another one when it counts.
type proxyKey struct{}

func chosenProxy(r *http.Request) (*url.URL, error) {
	proxy, ok := r.Context().Value(proxyKey{}).(*url.URL)
	if !ok {
		return nil, errors.New("no proxy was chosen for this request")
	}
	return proxy, nil
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.roundTrip(r)
	if err != nil && r.Body != nil {
		_ = r.Body.Close() // as RoundTripper promises, also where nothing was sent
	}
	return response, err
}

func (t *transport) roundTrip(r *http.Request) (*http.Response, error) {
	port, ok := map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
	if !ok {
		return nil, errors.Wrap(ErrForbidden, "neither http nor https")
	}
	if p := r.URL.Port(); p != "" {
		port = p
	}
	proxy, err := t.opts.Proxy(r)
	if err != nil {
		return nil, errors.Wrap(err, "choose a proxy")
	}
	if proxy == nil {
		return t.direct.RoundTrip(r)
	}
	if _, err := t.places(r.Context(), r.URL.Hostname(), port); err != nil && !unknownHere(err) {
		return nil, err
	}
	return t.proxied.RoundTrip(r.WithContext(context.WithValue(r.Context(), proxyKey{}, proxy)))
}

// dial connects to the first address of the host that answers.
func (t *transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errors.Wrap(ErrForbidden, "there is no host and port")
	}
	places, err := t.places(ctx, host, port)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: dialTimeout}
	var failed error
	for _, place := range places {
		connection, err := dialer.DialContext(ctx, network, place)
		if err == nil {
			return connection, nil
		}
		failed = err
	}
	return nil, failed
}

// places are the host:port to dial for a host, at least one: itself when it is exempt, else its addresses, all of which
// may be reached.
func (t *transport) places(ctx context.Context, host, port string) ([]string, error) {
	host = strings.ToLower(host)
	if t.opts.Exempt(net.JoinHostPort(host, port)) {
		return []string{net.JoinHostPort(host, port)}, nil
	}
	addresses, err := t.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	var places []string
	for _, ip := range addresses {
		closed, err := reserved(ip)
		if err != nil {
			return nil, errors.Wrap(err, "look at an address")
		}
		if closed && !t.opts.Allowed(host, ip) {
			return nil, errors.Wrap(ErrForbidden, "it is not a public one")
		}
		places = append(places, net.JoinHostPort(ip.String(), port))
	}
	return places, nil
}

// unknownHere tells that a name could not be looked up.
func unknownHere(err error) bool {
	var unknown *net.DNSError
	return errors.As(err, &unknown)
}

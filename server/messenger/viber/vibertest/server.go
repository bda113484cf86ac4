// The emulator's server: its options, its lifetime, and the routing of API calls.

// Package vibertest emulates Viber's REST bot API on the loopback, the way net/http/httptest emulates a web server. It is
// strict where Viber is: what it would refuse is refused, and what a correct program never does is kept as a violation.
// It calls the registered webhook with signed callbacks as Viber does, repeats them until they are acknowledged, and can
// be told to fail.
//
// Its behaviour follows Viber's REST bot API page (developers.viber.com/docs/api/rest-bot-api) and Viber's FAQ.
package vibertest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/pkg/errors"
)

// Viber's limits, as its REST bot API page gives them.
const (
	maxBody       = 30_000 // bytes of JSON of one call
	maxText       = 7000   // characters of a text message
	maxSenderName = 28
	maxTracking   = 4000
	maxUnanswered = 100 // messages within an hour to a customer who does not reply
	firstToken    = 5098034272017990000
	apiPath       = "/pa/"
	tokenHeader   = "X-Viber-Auth-Token"
	signature     = "X-Viber-Content-Signature"
	chatHostname  = "SN-CHAT-05_"
	maxMinVersion = 8
)

// How callbacks are repeated. Viber: "several times for an hour until HTTP 200"; programs saw that an answer later than
// five seconds is followed by a duplicate with the same message_token. The pauses are not documented.
const (
	slowAnswer = 5 * time.Second
	giveUp     = time.Hour
	maxPause   = 10 * time.Minute
)

// Server is the emulated Viber. All methods are safe for concurrent use.
type Server struct {
	// URL is the base of the API without a trailing slash, for messenger.Options.BaseURL.
	URL string

	http      *httptest.Server
	callbacks *http.Client
	downloads *http.Client
	ctx       context.Context
	stop      context.CancelFunc
	work      sync.WaitGroup

	options

	mu         sync.Mutex
	bots       []*Bot
	nextToken  uint64
	failures   []*Failure
	journal    []Entry
	violations []string
	pending    int
	changed    chan struct{}
	media      map[string]*Media
	closed     bool
}

type options struct {
	address     string
	now         func() time.Time
	retry       func(attempt int) time.Duration
	slow        time.Duration
	publicRules bool
	rateLimits  bool
	delivered   bool
	seen        bool
	fetches     bool
}

// Option changes how a Server behaves.
type Option func(*options)

// WithAddress listens on host:port instead of a free port of 127.0.0.1.
func WithAddress(hostPort string) Option { return func(o *options) { o.address = hostPort } }

// WithNow replaces the clock that dates messages and the journal; pauses are of real time.
func WithNow(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithRetry replaces the wait before a callback is sent again; attempt counts failed tries from 1.
func WithRetry(wait func(attempt int) time.Duration) Option {
	return func(o *options) { o.retry = wait }
}

// WithWebhookTimeout replaces the five seconds after which an unanswered callback is sent again while the first still
// runs, and after which set_webhook finds that an address does not answer.
func WithWebhookTimeout(d time.Duration) Option { return func(o *options) { o.slow = d } }

// WithPublicRules makes set_webhook demand https, as Viber's own cloud does.
func WithPublicRules() Option { return func(o *options) { o.publicRules = true } }

// WithRateLimits enforces 100 messages within an hour to a customer who does not reply.
func WithRateLimits() Option { return func(o *options) { o.rateLimits = true } }

// WithReceipts sends a delivered and a seen callback, each if wanted, for every message that reaches a customer.
func WithReceipts(delivered, seen bool) Option {
	return func(o *options) { o.delivered, o.seen = delivered, seen }
}

// WithoutMediaFetch accepts the files of messages by their address only; without it they are fetched, and a message whose
// file is not as told is refused.
func WithoutMediaFetch() Option { return func(o *options) { o.fetches = false } }

// retryLikeViber doubles from one second.
func retryLikeViber(attempt int) time.Duration {
	return min(time.Second<<min(attempt-1, 16), maxPause)
}

// NewServer starts an emulator; Close ends it. It panics if it cannot listen, as httptest.NewServer does.
func NewServer(opts ...Option) *Server {
	o := options{address: "127.0.0.1:0", now: time.Now, retry: retryLikeViber, slow: slowAnswer, fetches: true}
	for _, opt := range opts {
		opt(&o)
	}
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		panic(fmt.Sprintf("vibertest: cannot listen on %s: %v", o.address, err))
	}
	s := &Server{options: o, nextToken: firstToken, changed: make(chan struct{}), media: map[string]*Media{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.callbacks = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.downloads = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	s.http = &httptest.Server{
		Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute},
	}
	s.http.Start()
	s.URL = s.http.URL + "/pa"
	return s
}

// Close stops the server and its callbacks, acknowledged or not, and waits for its goroutines. It may be called twice.
func (s *Server) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if !first {
		return
	}
	s.stop()
	s.work.Wait()
	s.http.CloseClientConnections()
	s.http.Close()
	s.callbacks.CloseIdleConnections()
	s.downloads.CloseIdleConnections()
}

// NextToken makes n the next message_token; later ones count up from it and wrap round after 18446744073709551615.
func (s *Server) NextToken(n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextToken = n
}

// Await returns when condition holds; it is asked again after everything that happens in the server. The error is
// ctx's, or says that the server was closed.
func (s *Server) Await(ctx context.Context, condition func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if condition() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.Wrap(ctx.Err(), "vibertest: the awaited did not happen")
		case <-s.ctx.Done():
			return errors.New("vibertest: the server was closed")
		}
	}
}

// AwaitDelivered returns when every callback was acknowledged or given up and no request to a webhook is under way.
func (s *Server) AwaitDelivered(ctx context.Context) error {
	return s.Await(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.pending == 0
	})
}

// notifyLocked wakes all who wait for a change.
func (s *Server) notifyLocked() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// RevokeToken makes the bot's token invalid (every call answers status 2) and returns the new one, which also signs its
// callbacks from now on.
func (s *Server) RevokeToken(b *Bot) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.generation++
	b.secret = makeToken(b.ID, b.generation)
	return b.secret
}

// begin counts one piece of work that AwaitDelivered waits for and runs it; after Close it runs nothing.
func (s *Server) begin(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beginLocked(f)
}

func (s *Server) beginLocked(f func()) {
	if s.closed {
		return
	}
	s.pending++
	s.work.Go(func() {
		defer s.end()
		f()
	})
}

func (s *Server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending--
	s.notifyLocked()
}

func (s *Server) takeTokenLocked() uint64 {
	n := s.nextToken
	s.nextToken++
	return n
}

func (s *Server) botLocked(token string) *Bot {
	for _, b := range s.bots {
		if b.secret == token {
			return b
		}
	}
	return nil
}

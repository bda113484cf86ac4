// The emulator's server: making it, closing it, its bots, and waiting for what happens in it.

// Package telegramtest emulates the Telegram Bot API on loopback, as net/http/httptest emulates a web server. It is
// strict: what the real server would refuse, and what only a program with a fault would send, is refused and recorded
// as a violation. It delivers updates like the real one, can be told to fail, and keeps a journal. It knows the methods
// listed in methods.go and answers 404 to all others. People are made with Bot.NewCustomer, Bot.NewGroup and
// Customer.ConnectsBusiness; what they do are the methods of Speaker. Where a refusal or a field is not in the
// documentation, it is as in the server's source, github.com/tdlib/telegram-bot-api and github.com/tdlib/td.
package telegramtest

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

// Server is an emulated Bot API with any number of bots. All its methods, and those of its bots and customers, are safe
// for concurrent use.
type Server struct {
	// URL is the API's address without a trailing slash.
	URL string

	options options
	http    *httptest.Server
	hooks   *http.Client
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu         sync.Mutex
	changed    chan struct{}
	bots       []*Bot
	failures   []*Failure
	held       []net.Conn
	journal    []Record
	violations []string
}

type options struct {
	address     string
	now         func() time.Time
	retry       func(attempt int) time.Duration
	hookTimeout time.Duration
	publicRules bool
	rateLimits  bool
	local       bool
	localFiles  string
}

// Option changes how a Server behaves.
type Option func(*options)

// WithAddress listens on host:port instead of a free port of 127.0.0.1.
func WithAddress(hostPort string) Option { return func(o *options) { o.address = hostPort } }

// WithNow replaces the clock that dates messages and the journal.
func WithNow(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithRetry replaces the wait before a webhook delivery is tried again; attempt counts failed tries from 1. A longer
// Retry-After of the webhook's answer still holds.
func WithRetry(wait func(attempt int) time.Duration) Option {
	return func(o *options) { o.retry = wait }
}

// WithWebhookTimeout replaces the 60 s that a webhook has to answer.
func WithWebhookTimeout(d time.Duration) Option { return func(o *options) { o.hookTimeout = d } }

// WithPublicRules demands of webhook addresses what Telegram's own cloud demands: https, a port of 443, 80, 88, 8443, no
// private address. Without it the server is like a self-hosted one, which takes http and any port.
func WithPublicRules() Option { return func(o *options) { o.publicRules = true } }

// WithRateLimits enforces 1 message/s per chat (3 at once), 20 a minute per group, 30/s per bot, and 1 setWebhook/s.
func WithRateLimits() Option { return func(o *options) { o.rateLimits = true } }

// WithLocalServer makes the limits of files those of a self-hosted server: uploads of 2000 MB and downloads of any size
// (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
func WithLocalServer() Option { return func(o *options) { o.local = true } }

// WithLocalFiles is WithLocalServer as it is by itself, without another server that serves files: getFile stores the file
// below dir, in a folder named by the token, and answers an absolute file_path; nothing can be downloaded by HTTP.
func WithLocalFiles(dir string) Option {
	return func(o *options) { o.local, o.localFiles = true, dir }
}

// retryLikeTelegram is the real server's wait: at once, 2, 4, 8 … at most 60 s.
func retryLikeTelegram(attempt int) time.Duration {
	if attempt <= 1 {
		return 0
	}
	return min(time.Second<<min(attempt-1, 6), time.Minute)
}

// NewServer starts a server. It panics if it cannot listen, as httptest.NewServer does.
func NewServer(opts ...Option) *Server {
	o := options{address: "127.0.0.1:0", now: time.Now, retry: retryLikeTelegram, hookTimeout: time.Minute}
	for _, opt := range opts {
		opt(&o)
	}
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: cannot listen on %s: %v", o.address, err))
	}
	s := &Server{options: o, changed: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.hooks = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: maxConnectionsLimit},
		Timeout:       o.hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.http = &httptest.Server{Listener: listener, Config: &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}}
	s.http.Start()
	s.URL = s.http.URL
	return s
}

// Close ends the server, all that waits in it, and its deliveries; it returns when nothing of it runs any more.
func (s *Server) Close() {
	s.cancel()
	s.mu.Lock()
	held := s.held
	s.held = nil
	s.mu.Unlock()
	for _, conn := range held {
		_ = conn.Close() // the peer may be gone already
	}
	s.http.Close()
	s.running.Wait()
	s.hooks.CloseIdleConnections()
}

// AddBot makes a bot as BotFather would. Its id and token are new; username has no @.
func (s *Server) AddBot(username, name string) *Bot {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := int64(700000001 + len(s.bots))
	b := &Bot{
		ID: id, Username: username, Name: name,
		Token:        fmt.Sprintf("%d:%s", id, randomText(35)),
		server:       s,
		chats:        map[int64]*chat{},
		businesses:   map[string]*Business{},
		presses:      map[string]*Press{},
		commands:     map[commandsOf][]Command{},
		files:        map[string]*storedFile{},
		nextUpdateID: 100001,
		limits:       newLimits(),
	}
	s.bots = append(s.bots, b)
	return b
}

// RevokeToken makes the bot's token invalid: every call with it answers 401.
func (s *Server) RevokeToken(b *Bot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.revoked = true
	s.notify()
}

// Violations lists, in order, what callers did that a program without faults does not do.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
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
			return errors.Wrap(ctx.Err(), "telegramtest: the awaited did not happen")
		case <-s.ctx.Done():
			return errors.New("telegramtest: the server was closed")
		}
	}
}

// AwaitDelivered returns when no update of any bot waits for delivery.
func (s *Server) AwaitDelivered(ctx context.Context) error {
	return s.Await(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, b := range s.bots {
			if len(b.pending) > 0 {
				return false
			}
		}
		return true
	})
}

// notify wakes all who wait for a change and starts what can be delivered. The caller holds mu.
func (s *Server) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
	for _, b := range s.bots {
		b.pump()
	}
}

// bot finds the bot of a token; the caller holds mu.
func (s *Server) bot(token string) *Bot {
	for _, b := range s.bots {
		if b.Token == token {
			return b
		}
	}
	return nil
}

// violate records a violation; the caller holds mu.
func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// Webhooks: setting one, and delivering updates to it as the real server does.

package telegramtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

const (
	defaultConnections  = 40
	maxConnectionsLimit = 100
)

// hook is a bot's webhook; the zero value is none.
type hook struct {
	url         string
	secret      string
	connections int
	// foreign is set when another service owns it: its updates go there and are seen no more.
	foreign     bool
	lastError   string
	lastErrorAt time.Time
}

// TakeOver makes another service set its webhook for this bot. What comes from now on goes to that service.
func (b *Bot) TakeOver(address string) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.hook = hook{url: address, connections: defaultConnections, foreign: true}
	b.endPolls(conflictSet)
	b.server.notify()
}

func setWebhook(c call) (any, *apiError) {
	p := struct {
		URL    string `json:"url"`
		Secret string `json:"secret_token"`
		Max    int    `json:"max_connections"`
		Drop   bool   `json:"drop_pending_updates"`
	}{Max: defaultConnections}
	c.params.into(&p)
	if c.server.options.rateLimits {
		if wait := take(c.server.options.now(), c.bot.limits.webhook); wait > 0 {
			return nil, tooMany(wait)
		}
	}
	if p.URL == "" {
		return deleteWebhook(c)
	}
	if wrong := checkWebhook(p.URL, c.server.options.publicRules); wrong != "" {
		return nil, badRequest("bad webhook: %s", wrong)
	}
	if _, given := c.params["secret_token"]; given && !regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`).MatchString(p.Secret) {
		return nil, badRequest("secret token contains unallowed characters or has a wrong length")
	}
	if p.Max < 1 || p.Max > maxConnectionsLimit {
		return nil, badRequest("max_connections must be between 1 and %d", maxConnectionsLimit)
	}
	if p.Drop {
		c.bot.pending = nil
	}
	next := hook{url: p.URL, secret: p.Secret, connections: p.Max}
	same := c.bot.hook.url == next.url && c.bot.hook.secret == next.secret && c.bot.hook.connections == next.connections &&
		!c.bot.hook.foreign
	if _, given := c.params["allowed_updates"]; given {
		allowed := c.params.strings("allowed_updates")
		same = same && slices.Equal(allowed, c.bot.allowed)
		c.bot.allowed = allowed
	}
	if same {
		return described{true, "Webhook is already set"}, nil
	}
	c.bot.hook = next
	c.bot.endPolls(conflictSet)
	return described{true, "Webhook was set"}, nil
}

// checkWebhook says what is wrong with an address, "" for nothing.
func checkWebhook(address string, public bool) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "invalid webhook URL specified"
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case !public:
		return ""
	case u.Scheme != "https":
		return "An HTTPS URL must be provided for webhook"
	case !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()):
		return "Webhook can be set up only on ports 80, 88, 443 or 8443"
	case ip != nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()):
		return fmt.Sprintf("IP address %s is reserved", ip)
	}
	return ""
}

func deleteWebhook(c call) (any, *apiError) {
	if string(c.params["drop_pending_updates"]) == "true" {
		c.bot.pending = nil
	}
	if c.bot.hook.url == "" {
		return described{true, "Webhook is already deleted"}, nil
	}
	c.bot.hook = hook{}
	return described{true, "Webhook was deleted"}, nil
}

func getWebhookInfo(c call) (any, *apiError) {
	h := c.bot.hook
	info := wireWebhookInfo{
		URL: h.url, PendingUpdateCount: len(c.bot.pending), MaxConnections: h.connections,
		LastErrorMessage: h.lastError, AllowedUpdates: c.bot.allowed,
	}
	if h.lastError != "" {
		info.LastErrorDate = h.lastErrorAt.Unix()
	}
	return info, nil
}

// pump starts the deliveries that are due: the first of each queue, as many as the webhook's connections allow. The
// caller holds mu.
func (b *Bot) pump() {
	if b.hook.url == "" || b.server.ctx.Err() != nil {
		return
	}
	if b.hook.foreign {
		if !b.held {
			b.pending = slices.DeleteFunc(b.pending, func(u *update) bool { return !u.inFlight })
		}
		return
	}
	now := time.Now()
	waiting := map[string]bool{}
	for _, u := range b.deliverable() {
		if b.inFlight >= b.hook.connections {
			return
		}
		if waiting[u.queue] {
			continue
		}
		waiting[u.queue] = true
		if u.inFlight || now.Before(u.notBefore) {
			continue
		}
		u.inFlight = true
		b.inFlight++
		b.server.running.Add(1)
		go b.deliver(u, b.hook)
	}
}

// deliver tries one delivery and notes what came of it.
func (b *Bot) deliver(u *update, h hook) {
	s := b.server
	defer s.running.Done()
	record := Record{
		At: s.options.now(), Direction: ToWebhook, Bot: b.Username, Method: u.kind,
		Params: map[string]string{"update_id": strconv.FormatInt(u.id, 10), "update": string(u.raw)},
		began:  time.Now(),
	}
	result := s.post(h, u.raw)
	record.Status, record.Description = result.status, result.problem

	s.mu.Lock()
	defer s.mu.Unlock()
	b.inFlight--
	u.inFlight = false
	if result.problem == "" {
		b.forget(u)
	} else {
		b.hook.lastError, b.hook.lastErrorAt = result.problem, s.options.now()
		u.attempts++
		b.retryLater(u, max(s.options.retry(u.attempts), result.retryAfter))
	}
	s.write(record)
}

// retryLater plans the next try; the caller holds mu.
func (b *Bot) retryLater(u *update, wait time.Duration) {
	u.notBefore = time.Now().Add(wait)
	s := b.server
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		b.pump()
	}()
}

// maxRetryAfter is the longest Retry-After of a webhook that is heeded.
const maxRetryAfter = time.Hour

// delivered is what came of one webhook request; problem is worded as getWebhookInfo words it, "" when all went well.
type delivered struct {
	status     int
	retryAfter time.Duration
	problem    string
}

// post makes one webhook request.
func (s *Server) post(h hook, raw []byte) delivered {
	ctx, cancel := context.WithTimeout(s.ctx, s.options.hookTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(raw))
	if err != nil {
		return delivered{problem: "Bad webhook address"}
	}
	request.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	response, err := s.hooks.Do(request)
	if err != nil {
		return delivered{problem: inWords(err)}
	}
	defer func() { _ = response.Body.Close() }()                       // nothing follows that could fail
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxBody)) // so that the connection is used again
	out := delivered{status: response.StatusCode}
	if out.status >= 200 && out.status < 300 {
		return out
	}
	out.problem = fmt.Sprintf("Wrong response from the webhook: %d %s", out.status, http.StatusText(out.status))
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		out.retryAfter = min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	return out
}

// inWords is a network error in the words of last_error_message.
func inWords(err error) string {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "Read timeout expired"
	}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "dial" {
		return "Connection refused"
	}
	return "Connection closed"
}

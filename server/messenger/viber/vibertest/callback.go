// Callbacks to the webhook: signed, repeated until HTTP 200, in order for one customer as long as they are answered
// promptly, duplicated when the answer is slow.

package vibertest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Events that set_webhook can leave out.
const (
	eventDelivered = "delivered"
	eventSeen      = "seen"
	eventFailed    = "failed"
	eventStarted   = "conversation_started"
)

// maxAnswer bounds what is read of a webhook's answer.
const maxAnswer = 1 << 20

// callback is one callback with everything a repetition needs.
type callback struct {
	bot      *Bot
	customer *Customer
	event    string
	token    string
	body     []byte
}

// callLocked makes a callback and starts its delivery behind the customer's earlier ones. The message_token is new when
// about is 0.
func (b *Bot) callLocked(c *Customer, event string, about uint64, fields map[string]any) string {
	s := b.srv
	token := about
	if token == 0 {
		token = s.takeTokenLocked()
	}
	cb := &callback{bot: b, customer: c, event: event, token: strconv.FormatUint(token, 10), body: s.body(event, token, fields)}
	if !b.webhook.wants(event) {
		return cb.token
	}
	b.callbacks = append(b.callbacks, cb)
	s.deliverLocked(cb)
	return cb.token
}

// wants applies event_types: without the list all events come, and these three always.
func (w webhook) wants(event string) bool {
	return w.events == nil || slices.Contains([]string{"message", "subscribed", "unsubscribed"}, event) ||
		slices.Contains(w.events, event)
}

// body is the callback's JSON; fields that every callback has are added.
func (s *Server) body(event string, token uint64, fields map[string]any) []byte {
	all := map[string]any{
		"event": event, "timestamp": s.now().UnixMilli(), "message_token": token, "chat_hostname": chatHostname,
	}
	for k, v := range fields {
		all[k] = v
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic("vibertest: a message that is no JSON: " + err.Error())
	}
	return b
}

func (s *Server) deliverLocked(cb *callback) {
	before, settled := cb.customer.lane, make(chan struct{})
	cb.customer.lane = settled
	s.beginLocked(func() { s.deliver(cb, before, settled) })
}

// deliver repeats the callback until an attempt is acknowledged. settled is closed when the first attempt was answered
// or is late: the customer's next callback goes then.
func (s *Server) deliver(cb *callback, before <-chan struct{}, settled chan<- struct{}) {
	if before != nil {
		select {
		case <-before:
		case <-s.ctx.Done():
		}
	}
	answers, finished := make(chan bool), make(chan struct{})
	defer close(finished)
	last := time.Now().Add(giveUp)
	for attempt := 1; ; attempt++ {
		s.begin(func() {
			ok := s.attempt(cb, attempt)
			select {
			case answers <- ok:
			case <-finished:
			}
		})
		acknowledged, ended := s.await(answers, s.slow, true)
		if attempt == 1 {
			close(settled)
		}
		if acknowledged || ended || !time.Now().Before(last) {
			return
		}
		// An earlier attempt may still be acknowledged during the pause.
		if acknowledged, ended = s.await(answers, s.retry(attempt), false); acknowledged || ended {
			return
		}
	}
}

// await waits up to d for an acknowledgement; anyAnswer also ends it by a refusal.
func (s *Server) await(answers <-chan bool, d time.Duration, anyAnswer bool) (acknowledged, ended bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case ok := <-answers:
			if ok || anyAnswer {
				return ok, false
			}
		case <-t.C:
			return false, false
		case <-s.ctx.Done():
			return false, true
		}
	}
}

// attempt posts the callback once and tells whether no more is needed: it was acknowledged, or there is no webhook. Viber
// offers no chat with an account without webhook, so such a callback is lost.
func (s *Server) attempt(cb *callback, n int) bool {
	s.mu.Lock()
	url, signed := cb.bot.webhook.url, sign(cb.bot.secret, cb.body)
	s.mu.Unlock()
	e := Entry{Direction: Callback, BotID: cb.bot.ID, Method: cb.event, Body: cb.body, Token: cb.token, Attempt: n}
	if url == "" {
		e.At, e.Error = s.now(), "lost: the account has no webhook"
		s.record(e)
		return true
	}
	answer, status, err := s.post(s.ctx, url, cb.body, signed, &e)
	if err == nil && status == http.StatusOK && cb.event == eventStarted {
		s.welcome(cb, answer)
	}
	return err == nil && status == http.StatusOK
}

// post makes one request to a webhook and records it.
func (s *Server) post(ctx context.Context, url string, body []byte, signed string, e *Entry) ([]byte, int, error) {
	e.At = s.now()
	began := time.Now()
	answer, status, err := s.request(ctx, url, body, signed)
	e.HTTP, e.Duration, e.Answer = status, time.Since(began), answer
	if err != nil {
		e.Error = err.Error()
	}
	s.record(*e)
	return answer, status, err
}

func (s *Server) request(ctx context.Context, url string, body []byte, signed string) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if signed != "" {
		req.Header.Set(signature, signed)
	}
	res, err := s.callbacks.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return answer, res.StatusCode, err
}

// welcome shows the message that the webhook answered to conversation_started, once for a callback.
func (s *Server) welcome(cb *callback, body []byte) {
	if len(bytes.TrimSpace(body)) == 0 {
		return
	}
	m, wrong := readMessage(body, false)
	var file *File
	if wrong == nil {
		file, wrong = s.fetch(s.ctx, m)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if wrong != nil {
		s.violationLocked("the answer to conversation_started is no message: %s", wrong.words)
		return
	}
	if slices.ContainsFunc(cb.customer.lines, func(l Line) bool { return l.Welcome && l.Token == cb.token }) {
		return
	}
	l := m.line(s.now(), cb.token, file)
	l.Welcome = true
	cb.customer.lines, cb.customer.tracking = append(cb.customer.lines, l), m.TrackingData
}

// Redeliver sends every callback with this message_token again, as Viber does when it missed the acknowledgement. It
// returns how many there are.
func (b *Bot) Redeliver(token string) int {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	n := 0
	for _, cb := range b.callbacks {
		if cb.token == token {
			b.srv.deliverLocked(cb)
			n++
		}
	}
	return n
}

// Inject posts raw to the webhook once, signed or not, and returns the HTTP status of the answer.
func (b *Bot) Inject(raw []byte, signed bool) (int, error) {
	s := b.srv
	s.mu.Lock()
	url, sig := b.webhook.url, ""
	if signed {
		sig = sign(b.secret, raw)
	}
	s.mu.Unlock()
	_, status, err := s.post(s.ctx, url, raw, sig, &Entry{Direction: Callback, BotID: b.ID, Method: "injected", Body: raw})
	return status, err
}

// Sign returns the signature Viber gives a callback of the bot with this body.
func (b *Bot) Sign(body []byte) string {
	b.srv.mu.Lock()
	defer b.srv.mu.Unlock()
	return sign(b.secret, body)
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

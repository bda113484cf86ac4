// The API's methods: set_webhook, get_account_info, send_message and get_user_details.

package vibertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Viber's statuses and the words it gives with them.
const (
	statusOK              = 0
	statusInvalidURL      = 1
	statusInvalidToken    = 2
	statusBadData         = 3
	statusMissingData     = 4
	statusNotRegistered   = 5
	statusNotSubscribed   = 6
	statusWebhookNotSet   = 10
	statusTooManyRequests = 12
	statusAPIVersion      = 13
)

// answer is what every method answers; Extra holds the method's own fields.
type answer struct {
	Status  int
	Message string
	Token   uint64
	Extra   map[string]any
}

func (a answer) write(w http.ResponseWriter) {
	all := map[string]any{"status": a.Status, "status_message": a.Message, "chat_hostname": chatHostname}
	if a.Token != 0 {
		all["message_token"], all["billing_status"] = a.Token, 0
	}
	for k, v := range a.Extra {
		all[k] = v
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(all)
}

// serve answers one call and records it; requests for files are no calls.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, mediaPath) {
		s.serveMedia(w, r)
		return
	}
	began := time.Now()
	e := Entry{At: s.now(), Direction: Call, Method: strings.TrimPrefix(r.URL.Path, apiPath)}
	s.call(w, r, &e)
	e.Duration = time.Since(began)
	s.record(e)
}

func (s *Server) call(w http.ResponseWriter, r *http.Request, e *Entry) {
	s.mu.Lock()
	bot := s.botLocked(r.Header.Get(tokenHeader))
	s.mu.Unlock()
	if bot != nil {
		e.BotID = bot.ID
	}
	if f := s.failureFor(e.Method, "", true); f != nil {
		e.Failed, e.Status = true, f.Status
		e.HTTP = s.apply(w, r, f)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	e.Body = body
	f := s.failureFor(e.Method, receiverOf(body), false)
	if f != nil && !f.Done {
		e.Failed, e.Status = true, f.Status
		e.HTTP = s.apply(w, r, f)
		return
	}
	a, status := s.perform(r, bot, e.Method, body)
	e.HTTP, e.Status = status, a.Status
	if a.Token != 0 {
		e.Token = strconv.FormatUint(a.Token, 10)
	}
	switch {
	case f != nil:
		e.Failed = true
		e.HTTP = s.apply(w, r, f)
	case status != http.StatusOK:
		http.Error(w, http.StatusText(status), status)
	default:
		a.write(w)
	}
}

// perform carries the call out. A status other than 200 is for what Viber has no method for.
func (s *Server) perform(r *http.Request, b *Bot, method string, body []byte) (answer, int) {
	methods := map[string]func(context.Context, *Bot, []byte) answer{
		"set_webhook": s.setWebhook, "get_account_info": s.accountInfo, "send_message": s.sendMessage, "get_user_details": s.userDetails,
	}
	do, ok := methods[method]
	switch {
	case !ok || !strings.HasPrefix(r.URL.Path, apiPath):
		s.violation("no method %s", r.URL.Path)
		return answer{}, http.StatusNotFound
	case r.Method != http.MethodPost:
		s.violation("%s by %s instead of POST", method, r.Method)
		return answer{}, http.StatusMethodNotAllowed
	case b == nil:
		return answer{Status: statusInvalidToken, Message: "invalidAuthToken"}, http.StatusOK
	case !json.Valid(body):
		s.violation("%s: the body is no JSON", method)
		return answer{Status: statusBadData, Message: "Request contains bad data: no JSON"}, http.StatusOK
	}
	return do(r.Context(), b, body), http.StatusOK
}

func (s *Server) violation(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violationLocked(format, args...)
}

// setWebhook calls the address first: it must answer the webhook event by 200 before the call returns.
func (s *Server) setWebhook(ctx context.Context, b *Bot, body []byte) answer {
	var in struct {
		URL        *string   `json:"url"`
		EventTypes *[]string `json:"event_types"`
		SendName   bool      `json:"send_name"`
		SendPhoto  bool      `json:"send_photo"`
	}
	if err := strictly(body, &in); err != nil {
		return s.refuse(statusBadData, "set_webhook: %s", err)
	}
	if in.URL == nil {
		return s.refuse(statusMissingData, "set_webhook: url is missing")
	}
	w := webhook{url: *in.URL, sendName: in.SendName, sendPhoto: in.SendPhoto}
	if in.EventTypes != nil {
		w.events = append([]string{}, *in.EventTypes...)
	}
	known := []string{eventDelivered, eventSeen, eventFailed, "subscribed", "unsubscribed", eventStarted, "message", "webhook"}
	for _, e := range w.events {
		if !slices.Contains(known, e) {
			return s.refuse(statusBadData, "set_webhook: unknown event type %q", e)
		}
	}
	if w.url != "" {
		if a := s.verify(ctx, b, w.url); a.Status != statusOK {
			return a
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b.webhook = w
	return answer{Message: "ok", Extra: map[string]any{"event_types": w.events}}
}

// verify posts the webhook event and tells how the address answered.
func (s *Server) verify(ctx context.Context, b *Bot, url string) answer {
	if s.publicRules && !strings.HasPrefix(url, "https://") {
		return answer{Status: statusInvalidURL, Message: "Result: invalid URL, only https is accepted"}
	}
	s.mu.Lock()
	token := s.takeTokenLocked()
	body := s.body("webhook", token, nil)
	signed := sign(b.secret, body)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, s.slow)
	defer cancel()
	e := Entry{Direction: Callback, BotID: b.ID, Method: "webhook", Body: body, Token: strconv.FormatUint(token, 10), Attempt: 1}
	_, status, err := s.post(ctx, url, body, signed, &e)
	if err != nil {
		return answer{Status: statusInvalidURL, Message: "Result: the webhook does not answer"}
	}
	if status != http.StatusOK {
		reason := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
		return answer{Status: statusInvalidURL, Message: "Result: invalid webhook answer HttpResponse[HTTP/1.1 " + reason + "]"}
	}
	return answer{}
}

func (s *Server) accountInfo(_ context.Context, b *Bot, _ []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	subscribers := 0
	for _, c := range b.customers {
		if c.subscribed {
			subscribers++
		}
	}
	return answer{Message: "ok", Extra: map[string]any{
		"id": b.ID, "name": b.Name, "uri": b.URI, "icon": b.Icon, "webhook": b.webhook.url, "event_types": b.webhook.events,
		"category": "Companies", "country": "UA", "subscribers_count": subscribers, "members": []any{},
	}}
}

func (s *Server) userDetails(_ context.Context, b *Bot, body []byte) answer {
	var in struct {
		ID string `json:"id"`
	}
	if err := strictly(body, &in); err != nil {
		return s.refuse(statusBadData, "get_user_details: %s", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := b.customerLocked(in.ID)
	if c == nil || !c.known {
		return answer{Status: statusNotRegistered, Message: "receiverNotRegistered"}
	}
	user := map[string]any{"id": c.ID, "name": c.Name, "avatar": c.Avatar, "country": c.Country, "language": c.Language}
	return answer{Message: "ok", Token: s.takeTokenLocked(), Extra: map[string]any{"user": user}}
}

// refuse answers what a correct program never gets, and remembers it.
func (s *Server) refuse(status int, format string, args ...any) answer {
	return s.refuseBy(&fault{status: status, words: fmt.Sprintf(format, args...)}, "")
}

// refuseBy answers a fault of a method's body.
func (s *Server) refuseBy(f *fault, method string) answer {
	words := strings.TrimPrefix(method+": "+f.words, ": ")
	if !f.excused {
		s.violation("%s", words)
	}
	return answer{Status: f.status, Message: "Request contains bad data: " + words}
}

// The REST client: one POST for each method, observed, with every outcome brought into a class.

// Package viber connects a Viber bot: it calls Viber's REST bot API, proves callbacks and decodes them. Facts are from
// Viber's REST bot API page (developers.viber.com/docs/api/rest-bot-api).
package viber

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	tokenHeader = "X-Viber-Auth-Token"
	// maxAnswer bounds what is read of an answer; the longest, get_account_info with its members, is far below.
	maxAnswer = 1 << 20
)

// Client is one Viber bot. It implements messenger.Messenger.
type Client struct {
	token   string
	base    string
	http    *http.Client
	media   *http.Client
	observe func(messenger.Exchange)
	now     func() time.Time
}

var _ messenger.Messenger = (*Client)(nil)

// New makes the client of the bot that o.Token belongs to; nothing is called yet. It refuses an empty token, with which
// every signature could be forged, one that no HTTP header can carry, and a base address that is not http or https.
func New(o messenger.Options) (*Client, error) {
	if o.Token == "" || strings.ContainsFunc(o.Token, isControl) {
		return nil, errors.New("viber: the token is empty or holds control characters")
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("viber: the API address is no http or https address")
	}
	c := &Client{token: o.Token, base: o.BaseURL, http: &http.Client{}, media: newMedia(o.Media), observe: o.Observe, now: o.Now}
	if o.Client != nil {
		*c.http = *o.Client
	}
	// A redirect would carry the token to another host, and would make a second call.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.observe == nil {
		c.observe = func(messenger.Exchange) {}
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// answer holds the fields of all methods' answers.
type answer struct {
	Status        *int        `json:"status"`
	StatusMessage string      `json:"status_message"`
	MessageToken  json.Number `json:"message_token"`
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	URI           string      `json:"uri"`
	Icon          string      `json:"icon"`
	Webhook       string      `json:"webhook"`
}

// call makes one call. The exchange shows Viber's status where it refused with HTTP 200, else the HTTP status, and 0
// without an answer.
func (c *Client) call(ctx context.Context, method string, in any) (answer, error) {
	began := c.now()
	a, status, failure := c.exchange(ctx, method, in)
	e := messenger.Exchange{
		At: began, Direction: messenger.Outbound, Method: method, Status: status, Duration: c.now().Sub(began),
	}
	if failure == nil {
		c.observe(e)
		return a, nil
	}
	failure.Description = c.clean(failure.Description)
	e.Error = failure.Description
	if failure.Code != 0 {
		e.Status = failure.Code
	}
	c.observe(e)
	return answer{}, failure
}

// exchange returns the answer, its HTTP status (0 for none), and what went wrong.
func (c *Client) exchange(ctx context.Context, method string, in any) (answer, int, *messenger.Error) {
	body, err := encode(in)
	if err != nil {
		return answer{}, 0, &messenger.Error{Class: messenger.Rejected, Description: err.Error()}
	}
	var p progress
	ctx = httptrace.WithClientTrace(ctx, p.trace())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/"+method, bytes.NewReader(body))
	if err != nil {
		return answer{}, 0, &messenger.Error{Class: messenger.Rejected, Description: withoutURL(err).Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(tokenHeader, c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return answer{}, 0, &messenger.Error{Class: p.class(), Description: withoutURL(err).Error()}
	}
	defer func() { _ = res.Body.Close() }()
	if failure := httpFailure(res); failure != nil {
		return answer{}, res.StatusCode, failure
	}
	content, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return answer{}, res.StatusCode, unreadable(res, "the answer was cut: "+err.Error())
	}
	var a answer
	if len(content) > maxAnswer || json.Unmarshal(content, &a) != nil || a.Status == nil {
		return answer{}, res.StatusCode, unreadable(res, "the answer cannot be read")
	}
	return a, res.StatusCode, statusFailure(a, res)
}

// encode writes JSON without the escapes that are only of use in HTML: with them a text within the limit could exceed
// the 30 KB Viber allows.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, errors.Wrap(err, "viber: encode a request")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// progress is how far a request came.
type progress struct {
	state atomic.Int32
}

const (
	notConnected int32 = iota
	connected
	written
	notWritten
)

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.state.Store(notConnected) },
		GotConn: func(httptrace.GotConnInfo) { p.state.Store(connected) },
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err != nil {
				p.state.Store(notWritten)
				return
			}
			p.state.Store(written)
		},
	}
}

// class of a call that brought no answer: Transient if Viber cannot have got all of it. A call that ended while it was
// being written counts as written, since the last bytes may have gone.
func (p *progress) class() messenger.Class {
	switch p.state.Load() {
	case notConnected, notWritten:
		return messenger.Transient
	default:
		return messenger.Ambiguous
	}
}

// Calls of a company's own service, by steps of flows.

package answers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/guard"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Bounds of a call.
const (
	maxCallTime  = 10 * time.Second
	maxAnswer    = 256 << 10
	maxRedirects = 2
)

// callMethod stands before the host in the exchange log.
const callMethod = "flow"

// callError is why a call came to nothing: a name for counting, and words for the exchange log. Neither holds anything of
// the address but its host, nor of what was asked or answered.
type callError struct{ name, words string }

// Error implements error.
func (e *callError) Error() string { return e.words }

// The ways to fail.
var (
	errSlow       = &callError{"timeout", "the service was too slow"}
	errForbidden  = &callError{"forbidden", "the address is not a public one; AllowedUntrustedInternalConnections can allow it"}
	errRedirected = &callError{"redirect", "the service redirects to another server, or too often"}
	errLarge      = &callError{"too_large", "the answer is larger than 256 KB"}
	errNotJSON    = &callError{"not_json", "the answer is not JSON"}
	errStatus     = &callError{"status", "the service did not answer with 2xx"}
	errAway       = &callError{"unreachable", "the service could not be reached"}
)

// Call makes the call of a flow's step: one try, within the time of the step and ten seconds at most. It appears in the
// exchange log of the bot as "flow" with the host. It implements relay.Arbiters.
func (s *Service) Call(ctx context.Context, botID string, c flow.Call) flow.Answer {
	began := s.o.Now()
	ctx, cancel := context.WithTimeout(ctx, min(cmp.Or(c.Timeout, maxCallTime), maxCallTime))
	defer cancel()
	values, status, failure := s.call(ctx, c)
	name, words := "", ""
	if failure != nil {
		name, words = failure.name, failure.words
	}
	s.o.Bots.Observe(botID, messenger.Exchange{
		At: began, Direction: messenger.Outbound, Method: callMethod + " " + hostOf(c.URL), Status: status,
		Duration: s.o.Now().Sub(began), Error: words,
	})
	bot, _ := s.o.Bots.Known(botID)
	s.o.Meter.Outbound(bot.Kind, callMethod, name)
	return flow.Answer{Failed: failure != nil, Values: values, Of: c.Of}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func (s *Service) call(ctx context.Context, c flow.Call) (values map[string]string, status int, failure *callError) {
	request, err := http.NewRequestWithContext(ctx, c.Method, c.URL, strings.NewReader(c.Body))
	if err != nil {
		return nil, 0, errAway
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "msgbot")
	if c.Body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.Headers {
		request.Header.Set(name, value)
	}
	response, err := s.http.Do(request)
	if err != nil {
		return nil, 0, failureOf(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode/100 != 2 {
		return nil, response.StatusCode, errStatus
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, response.StatusCode, failureOf(err)
	case len(body) > maxAnswer:
		return nil, response.StatusCode, errLarge
	}
	values, ok := saved(body, c.Save)
	if !ok {
		return nil, response.StatusCode, errNotJSON
	}
	return values, response.StatusCode, nil
}

// failureOf names an error of the client, whose own words may quote the address or the answer.
func failureOf(err error) *callError {
	var timed net.Error
	switch {
	case errors.Is(err, errRedirected):
		return errRedirected
	case errors.Is(err, guard.ErrForbidden):
		return errForbidden
	case errors.As(err, &timed) && timed.Timeout():
		return errSlow
	}
	return errAway
}

// sameServer follows few redirects, and only within the server that was named: a redirect is what an answer says.
func sameServer(r *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) > maxRedirects || !strings.EqualFold(r.URL.Host, first.Host) || first.Scheme == "https" && r.URL.Scheme != "https" {
		return errRedirected
	}
	return nil
}

// saved are the values at the paths of a JSON answer, those that there are; false for what is no JSON.
func saved(body []byte, paths map[string]string) (map[string]string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	decoder.UseNumber() // an order number stays as it was written
	var answer any
	if decoder.Decode(&answer) != nil {
		return nil, false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	values := map[string]string{}
	for name, path := range paths {
		if value, ok := valueAt(answer, path); ok {
			values[name] = value
		}
	}
	return values, true
}

// valueAt follows a path such as "items.0.name" to a text, number or boolean.
func valueAt(value any, path string) (string, bool) {
	for name := range strings.SplitSeq(path, ".") {
		switch at := value.(type) {
		case map[string]any:
			value = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return "", false
			}
			value = at[i]
		default:
			return "", false
		}
	}
	switch found := value.(type) {
	case string:
		return found, true
	case json.Number:
		return found.String(), true
	case bool:
		return strconv.FormatBool(found), true
	}
	return "", false
}

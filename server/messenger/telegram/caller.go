// One HTTP exchange with the Bot API: made, observed, and judged.

package telegram

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// maxAnswer is how much of an answer is read; 100 updates take well below 1 MB.
const maxAnswer = 16 << 20

// caller is the HTTP client that the library is given. It sees what the library does not tell: the HTTP status, whether
// the request was written, and what an answer that is not JSON was.
type caller struct {
	client  *http.Client
	token   string
	observe func(messenger.Exchange)
	now     func() time.Time
}

func newCaller(o messenger.Options, token string) *caller {
	c := &caller{client: withoutRedirects(cmp.Or(o.Client, &http.Client{})), token: token, observe: o.Observe, now: o.Now}
	if c.observe == nil {
		c.observe = func(messenger.Exchange) {}
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c
}

// Do makes the exchange. The response is one in which the Bot API said ok, read as a whole; any other outcome is a
// *messenger.Error without a token.
func (c *caller) Do(request *http.Request) (*http.Response, error) {
	exchange := messenger.Exchange{At: c.now(), Direction: messenger.Outbound, Method: path.Base(request.URL.Path)}
	began := time.Now()
	body := &sentBody{ReadCloser: request.Body}
	request.Body = body

	response, answer, err := c.exchange(request)
	var problem *messenger.Error
	if err != nil {
		problem = networkError(err, body.ended.Load())
	} else {
		problem = judge(response.StatusCode, response.Header, answer)
	}
	if response != nil {
		exchange.Status = response.StatusCode
	}
	if problem != nil {
		problem.Description = strings.ReplaceAll(problem.Description, c.token, "***")
		exchange.Error = problem.Description
	}
	exchange.Duration = time.Since(began)
	c.observe(exchange)
	if problem != nil {
		return nil, problem
	}
	keep(request.Context(), answer)
	response.Body = io.NopCloser(bytes.NewReader(answer))
	return response, nil
}

// resultKey is where a context has the place for a method's result.
type resultKey struct{}

// keepResult is a context whose exchange keeps the method's result as it came. The library reads a whole message or
// nothing of it, and a message that was sent may quote one with a field that is newer than the library.
func keepResult(ctx context.Context) (context.Context, *json.RawMessage) {
	result := &json.RawMessage{}
	return context.WithValue(ctx, resultKey{}, result), result
}

func keep(ctx context.Context, answer []byte) {
	place, wanted := ctx.Value(resultKey{}).(*json.RawMessage)
	if !wanted {
		return
	}
	var whole struct {
		Result json.RawMessage `json:"result"`
	}
	if json.Unmarshal(answer, &whole) == nil {
		*place = whole.Result
	}
}

// exchange sends the request and reads the whole answer. With an error the response may be there, its body is not.
func (c *caller) exchange(request *http.Request) (*http.Response, []byte, error) {
	response, err := c.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read, nothing can be lost
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return response, nil, errors.Wrap(err, "reading the answer")
	}
	return response, answer, nil
}

// sentBody knows whether the transport has read a request's body to its end. Bodies of the library have no length, so
// that their end is written only after that: a body not read to its end, such as one whose file broke off, is a request
// that was not written. This errs to the safe side only; httptrace's WroteRequest comes after the last bytes have left.
type sentBody struct {
	io.ReadCloser
	ended atomic.Bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.ended.Store(true)
	}
	return n, err
}

// networkError judges an exchange that brought no answer.
func networkError(err error, written bool) *messenger.Error {
	class := messenger.Transient
	if written {
		class = messenger.Ambiguous
	}
	return &messenger.Error{Class: class, Description: inWords(err)}
}

// inWords is an error of the network without the address, which holds the token.
func inWords(err error) string {
	var broken *sourceError
	if errors.As(err, &broken) {
		return broken.Error()
	}
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	return err.Error()
}

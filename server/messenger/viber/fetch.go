// Fetching what customers send: Viber tells a public address that works for about an hour.

package viber

import (
	"context"
	"net/http"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// mediaExchange is the name of a fetch in the admin's log.
	mediaExchange = "media"
	// maxRedirects is what net/http follows by itself.
	maxRedirects = 10

	// Descriptions of what cannot be had at any later time.
	forbiddenAddress = "address forbidden"
	expired          = "expired: the address of the file works no more"
)

var _ messenger.FileFetcher = (*Client)(nil)

// mediaClasses are the classes of HTTP statuses that say something of their own when a file is fetched; the others of
// 400 to 499 are Rejected, and 500 and above are Transient, since nothing is done by fetching twice.
var mediaClasses = map[int]messenger.Class{
	http.StatusRequestTimeout:  messenger.Transient,
	http.StatusTooEarly:        messenger.Transient,
	http.StatusTooManyRequests: messenger.RetryAfter,
}

// gone are the HTTP statuses of an address that worked once.
var gone = map[int]bool{http.StatusForbidden: true, http.StatusNotFound: true, http.StatusGone: true}

// newMedia makes the client of fetches from o, which refuses addresses that are not public. A redirect is followed to
// http and https only.
func newMedia(o *http.Client) *http.Client {
	if o == nil {
		o = http.DefaultClient
	}
	media := *o
	media.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		switch {
		case !webAddress(r.URL.String()):
			return errors.New(forbiddenAddress)
		case o.CheckRedirect != nil:
			return o.CheckRedirect(r, via)
		case len(via) >= maxRedirects:
			return errors.New("too many redirects")
		}
		return nil
	}
	return &media
}

// Fetch implements messenger.FileFetcher: ref is the address that a callback told. The request carries no token, the
// host is any that a callback names.
func (c *Client) Fetch(ctx context.Context, ref string) (messenger.Download, error) {
	began := c.now()
	d, failure := c.get(ctx, ref)
	e := messenger.Exchange{
		At: began, Direction: messenger.Outbound, Method: mediaExchange, Status: http.StatusOK, Duration: c.now().Sub(began),
	}
	if failure == nil {
		c.observe(e)
		return d, nil
	}
	failure.Description = c.clean(failure.Description)
	e.Status, e.Error = failure.Code, failure.Description
	c.observe(e)
	return messenger.Download{}, failure
}

// get opens the file, or says what went wrong.
func (c *Client) get(ctx context.Context, ref string) (messenger.Download, *messenger.Error) {
	if !webAddress(ref) {
		return messenger.Download{}, rejected(forbiddenAddress)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ref, http.NoBody)
	if err != nil {
		return messenger.Download{}, rejected("the address cannot be read")
	}
	res, err := c.media.Do(req)
	if err != nil {
		return messenger.Download{}, fetchFailure(err)
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return messenger.Download{}, mediaFailure(res)
	}
	return messenger.Download{Body: res.Body, Size: res.ContentLength}, nil
}

// fetchFailure is what brought no answer. The guard's error is known by its words, since adapters know nothing of it.
func fetchFailure(err error) *messenger.Error {
	words := withoutURL(err).Error()
	switch {
	case strings.Contains(words, forbiddenAddress):
		return rejected(forbiddenAddress)
	case strings.Contains(words, "Location header"):
		// net/http quotes the address it was redirected to.
		return rejected("the address leads nowhere")
	}
	return &messenger.Error{Class: messenger.Transient, Description: words}
}

func mediaFailure(res *http.Response) *messenger.Error {
	code := res.StatusCode
	class, special := mediaClasses[code]
	switch {
	case gone[code]:
		return failure(messenger.Rejected, code, expired, res)
	case special:
	case code >= http.StatusInternalServerError:
		class = messenger.Transient
	default:
		class = messenger.Rejected
	}
	return failure(class, code, httpWords(code), res)
}

// Fetching customers' files, https://core.telegram.org/bots/api#getfile.

package telegram

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

var _ messenger.FileFetcher = (*Client)(nil)

// Fetch asks where the file is and opens it there. Nothing can be ambiguous: whatever fails may be asked again.
func (c *Client) Fetch(ctx context.Context, ref string) (messenger.Download, error) {
	file, err := c.api.GetFile(ctx, &bot.GetFileParams{FileID: ref})
	if err != nil {
		return messenger.Download{}, askAgain(failure(err))
	}
	switch {
	case file.FilePath == "":
		return messenger.Download{}, rejected("the server does not tell where the file is")
	case path.IsAbs(file.FilePath):
		return c.fromDisk(file.FilePath)
	}
	return c.download(ctx, file)
}

// askAgain is the failure of getFile. The server words an id it does not know and a file that it cannot reach just now in
// the same way; ids come from Telegram itself, so that the second is the case.
func askAgain(err error) error {
	e := *messenger.AsError(err)
	if e.Class == messenger.Ambiguous || strings.Contains(e.Description, "temporarily unavailable") {
		e.Class = messenger.Transient
	}
	return &e
}

// download gets the file from the server, below an address that holds the token.
func (c *Client) download(ctx context.Context, file *models.File) (messenger.Download, error) {
	where := (&url.URL{Path: path.Clean("/" + file.FilePath)}).EscapedPath()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.files+where, nil)
	if err != nil {
		return messenger.Download{}, rejected("the file has no address") // err would hold the token
	}
	exchange := messenger.Exchange{At: c.caller.now(), Direction: messenger.Outbound, Method: "file"}
	began := time.Now()
	response, err := c.media.Do(request)
	var problem *messenger.Error
	if err != nil {
		problem = &messenger.Error{Class: messenger.Transient, Description: strings.ReplaceAll(inWords(err), c.caller.token, "***")}
	} else {
		exchange.Status = response.StatusCode
		problem = refusalOfFile(response)
	}
	if problem != nil {
		exchange.Error = problem.Description
	}
	exchange.Duration = time.Since(began)
	c.caller.observe(exchange)
	if problem != nil {
		if response != nil {
			_ = response.Body.Close() // what it says is not read
		}
		return messenger.Download{}, problem
	}
	size := response.ContentLength
	if size < 0 && file.FileSize > 0 {
		size = file.FileSize
	}
	return messenger.Download{Body: response.Body, Size: size}, nil
}

// refusalOfFile judges an answer by its status, nil for one that brings the file.
func refusalOfFile(response *http.Response) *messenger.Error {
	status := response.StatusCode
	e := &messenger.Error{Code: status, Description: strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))}
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized:
		e.Class = messenger.Unauthorized
	case status == http.StatusTooManyRequests:
		e.Class, e.After = messenger.RetryAfter, waitTold(answer{}, response.Header)
	case status >= http.StatusInternalServerError, status < http.StatusBadRequest, status == http.StatusRequestTimeout:
		e.Class = messenger.Transient
	default:
		e.Class = messenger.Rejected
	}
	return e
}

// fromDisk opens a file of a server in --local mode, which tells a path on its own disk. The server's answer decides what
// is read there, so it may only be in the directory that the server keeps for this bot, whose name is the token (with "~"
// for ":" where the file system wants it).
func (c *Client) fromDisk(name string) (messenger.Download, error) {
	parts := strings.Split(path.Clean(name), "/")
	at := slices.IndexFunc(parts, func(part string) bool {
		return part == c.caller.token || part == strings.ReplaceAll(c.caller.token, ":", "~")
	})
	if c.inCloud || at < 0 || at == len(parts)-1 {
		return messenger.Download{}, rejected("the server names a file outside the bot's directory")
	}
	// An error of the file system would hold the token.
	unreachable := rejected("the server keeps the file on a disk that cannot be read from here")
	root, err := os.OpenRoot(strings.Join(parts[:at+1], "/"))
	if err != nil {
		return messenger.Download{}, unreachable
	}
	defer func() { _ = root.Close() }() // what was opened below stays open
	inside := strings.Join(parts[at+1:], "/")
	info, err := root.Stat(inside)
	if err != nil || !info.Mode().IsRegular() {
		return messenger.Download{}, unreachable
	}
	file, err := root.Open(inside)
	if err != nil {
		return messenger.Download{}, unreachable
	}
	return messenger.Download{Body: io.ReadCloser(file), Size: info.Size()}, nil
}

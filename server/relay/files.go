// Customers' files: how they are fetched, and when a transfer is given up.

package relay

import (
	"context"
	"io"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// A transfer that takes longer than stallTime for a stretch of bytes is given up: it would hold its lane for hours.
const (
	stallTime = 30 * time.Second
	stretch   = 1 << 20
)

// tooBig is what Telegram says of a file that bots cannot fetch.
const tooBig = "file is too big"

// inboundFile is a customer's file as the desk fetches it.
func (in *inbound) inboundFile(s *laneState, id string, file messenger.File) InboundFile {
	return InboundFile{File: file, ID: id, Fetch: func(ctx context.Context) (messenger.Download, error) {
		fetcher, ok := s.chat.(messenger.FileFetcher)
		limit := s.chat.Capabilities().FetchLimit
		if !ok || limit > 0 && file.Size > limit {
			return messenger.Download{}, &messenger.Error{Class: messenger.Rejected, Description: tooBig}
		}
		ctx, watch := watched(ctx, stallTime)
		download, err := fetcher.Fetch(ctx, file.Ref)
		if err != nil {
			watch.stop()
			return messenger.Download{}, err
		}
		watch.timer.Stop()
		watch.body = download.Body
		download.Body = watch
		return download, nil
	}}
}

// watch ends a transfer that stands still or crawls. Only the messenger's time counts: Mattermost may take its own.
type watch struct {
	body  io.ReadCloser
	timer *time.Timer
	limit time.Duration
	stop  context.CancelFunc
	// left is the time for what is still to come of the present stretch, got what came of it.
	left time.Duration
	got  int
}

func watched(ctx context.Context, limit time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(limit, cancel)
	return ctx, &watch{timer: timer, limit: limit, left: limit, stop: func() {
		timer.Stop()
		cancel()
	}}
}

// Read implements io.Reader.
func (w *watch) Read(p []byte) (int, error) {
	w.timer.Reset(w.left)
	began := time.Now()
	n, err := w.body.Read(p)
	w.timer.Stop()
	w.left -= time.Since(began)
	if w.got += n; w.got >= stretch {
		w.left, w.got = w.limit, 0
	}
	return n, err
}

// Close implements io.Closer.
func (w *watch) Close() error {
	w.stop()
	return w.body.Close()
}

// Customers' files: how they are fetched, and when a transfer is given up.

package relay

import (
	"context"
	"io"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// stallTime is how long a transfer may bring nothing.
const stallTime = 30 * time.Second

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
		watch.body = download.Body
		download.Body = watch
		return download, nil
	}}
}

// watch ends a transfer that stands still.
type watch struct {
	body  io.ReadCloser
	timer *time.Timer
	limit time.Duration
	stop  context.CancelFunc
}

func watched(ctx context.Context, limit time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(limit, cancel)
	return ctx, &watch{timer: timer, limit: limit, stop: func() {
		timer.Stop()
		cancel()
	}}
}

// Read implements io.Reader.
func (w *watch) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	if n > 0 {
		w.timer.Reset(w.limit)
	}
	return n, err
}

// Close implements io.Closer.
func (w *watch) Close() error {
	w.stop()
	return w.body.Close()
}

package relay

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// drip gives a byte at a time, each after a while, until its context ends.
type drip struct {
	ctx   context.Context
	every time.Duration
}

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(d.every):
		return copy(p, "x"), nil
	}
}

func (drip) Close() error { return nil }

// from is a messenger whose files come from a function.
type from struct {
	messenger.Messenger
	open func(ctx context.Context) io.ReadCloser
}

func (from) Capabilities() messenger.Capabilities { return messenger.Capabilities{} }

func (f from) Fetch(ctx context.Context, _ string) (messenger.Download, error) {
	return messenger.Download{Body: f.open(ctx), Size: -1}, nil
}

func opened(t *testing.T, open func(ctx context.Context) io.ReadCloser) io.ReadCloser {
	file := (&inbound{}).inboundFile(&laneState{chat: from{open: open}}, "id", messenger.File{})
	download, err := file.Fetch(t.Context())
	require.NoError(t, err)
	return download.Body
}

func TestATransferThatCrawlsIsGivenUp(t *testing.T) {
	for _, every := range []time.Duration{time.Hour, 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			body := opened(t, func(ctx context.Context) io.ReadCloser { return drip{ctx, every} })
			began := time.Now()
			_, err := io.CopyN(io.Discard, body, 1000)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, stallTime, time.Since(began))
			require.NoError(t, body.Close())
		})
	}
}

func TestATransferThatMattermostIsSlowToTakeGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended <-chan struct{}
		body := opened(t, func(ctx context.Context) io.ReadCloser {
			ended = ctx.Done()
			return io.NopCloser(strings.NewReader("content"))
		})
		for range len("content") {
			time.Sleep(2 * stallTime)
			_, err := body.Read(make([]byte, 1))
			require.NoError(t, err)
		}
		select {
		case <-ended:
			require.Fail(t, "the transfer was given up")
		default:
		}
		require.NoError(t, body.Close())
		<-ended
	})
}

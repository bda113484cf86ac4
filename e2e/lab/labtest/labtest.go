// Package labtest starts labs for tests: they end with the test, and a failed test shows the
// server's last words.
package labtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// Context returns a context that ends with the test or after the given time.
func Context(t testing.TB, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// Start brings up a lab for one test.
func Start(ctx context.Context, t testing.TB, options lab.Options) *lab.Lab {
	t.Helper()
	l, err := lab.Start(ctx, options)
	require.NoError(t, err)
	t.Cleanup(func() {
		ShowLogIfFailed(t, l.Server)
		require.NoError(t, l.Close())
	})
	return l
}

// StartPeer brings up another node beside a server for one test.
func StartPeer(ctx context.Context, t testing.TB, server *lab.Server) *lab.Server {
	t.Helper()
	peer, err := server.StartPeer(ctx, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		ShowLogIfFailed(t, peer)
		require.NoError(t, peer.Close())
	})
	return peer
}

// ShowLogIfFailed writes the end of the server's log into the output of a failed test.
func ShowLogIfFailed(t testing.TB, server *lab.Server) {
	t.Helper()
	if t.Failed() {
		t.Logf("last lines of %s:\n%s", server.LogFile, server.Log())
	}
}

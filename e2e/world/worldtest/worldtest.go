// Package worldtest starts worlds for tests: they end with the test, and a failed test shows the server's last words.
package worldtest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// Start brings up a world for one test.
func Start(ctx context.Context, t testing.TB, options world.Options) *world.World {
	t.Helper()
	w, err := world.Start(ctx, options)
	require.NoError(t, err)
	t.Cleanup(func() {
		labtest.ShowLogIfFailed(t, w.Server)
		require.NoError(t, w.Close())
	})
	return w
}

// RequireNoViolations fails the test when the plugin called a messenger in a way no program without faults does, or made a
// call that the Bot API's description, where there is one, does not know.
func RequireNoViolations(t testing.TB, w *world.World) {
	t.Helper()
	require.Empty(t, w.TelegramCloud.Violations(), "Telegram")
	require.Empty(t, w.ViberCloud.Violations(), "Viber")
	faults, err := world.UndocumentedCalls(w.TelegramCloud.Journal())
	if err != nil {
		t.Logf("the calls are not held against the Bot API: %v", err)
	}
	require.Empty(t, faults, "the Bot API")
}

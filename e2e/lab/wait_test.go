package lab_test

// Tests of the waiting.

import (
	"context"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

func TestEventuallyGoesOnAfterErrorsUntilItIsDone(t *testing.T) {
	asked := 0
	err := lab.Eventually(t.Context(), "the third time", func() (bool, error) {
		asked++
		if asked < 3 {
			return false, errors.New("not yet")
		}
		return true, nil
	})
	require.NoError(t, err)
	require.Equal(t, 3, asked)
}

func TestEventuallySaysWhatItWaitedForAndTheLastError(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	refused := errors.New("refused")
	err := lab.Eventually(ctx, "the door", func() (bool, error) { return false, refused })
	require.ErrorIs(t, err, refused)
	require.EqualError(t, err, "gave up waiting for the door: refused")
}

func TestEventuallyEndsWithTheContextWhenNothingFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := lab.Eventually(ctx, "nothing", func() (bool, error) { return false, nil })
	require.ErrorIs(t, err, context.Canceled)
}

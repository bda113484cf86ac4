package desk

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALookIsSharedAndBeginsAfterItWasAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRounds[time.Time]()
		var looks atomic.Int32
		load := func(string) (time.Time, error) {
			began := time.Now()
			looks.Add(1)
			time.Sleep(10 * time.Millisecond)
			return began, nil
		}
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				asked := time.Now()
				began, err := r.after("channel", load)
				require.NoError(t, err)
				require.False(t, began.Before(asked))
			})
		}
		all.Wait()
		require.Less(t, looks.Load(), int32(6))
		require.Empty(t, r.running)
	})
}

package main

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPeakOfMemoryIsSeenAlsoWhenItIsOver(t *testing.T) {
	p, err := watch(os.Getpid())
	require.NoError(t, err)
	before, err := p.growth()
	require.NoError(t, err)
	require.Less(t, before, int64(mayGrow))

	const much = 64 << 20
	use(much)
	debug.FreeOSMemory()
	after, err := p.growth()
	require.NoError(t, err)
	require.GreaterOrEqual(t, after, int64(much-4<<20))
	now, err := p.read("VmRSS:")
	require.NoError(t, err)
	require.Less(t, now-p.rest, int64(much/2), "it is not over")
}

// use has so many bytes for a moment.
func use(n int) {
	block := make([]byte, n)
	for i := range block {
		block[i] = byte(i)
	}
}

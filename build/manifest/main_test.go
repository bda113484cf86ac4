// Tests of what each manifest command prints, writes and refuses.
package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const plugin = `{
	"id": "msgbot", "name": "msgbot", "version": "1.2.3", "min_server_version": "11.0.0", "icon_path": "icon.svg",
	"server": {"executables": {"linux-arm64": "server/dist/p"}}
}`

func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "plugin.json", plugin)
	write(t, root, "icon.svg", "<svg/>")
	write(t, root, "server/manifest.go", "")
	write(t, root, "webapp/src/manifest.ts", "")
	return root
}

func write(t *testing.T, root, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestIDAndVersionArePrintedAlone(t *testing.T) {
	root := repository(t)
	for command, want := range map[string]string{"id": "msgbot\n", "version": "1.2.3\n"} {
		var out strings.Builder
		require.NoError(t, run([]string{command}, root, &out))
		require.Equal(t, want, out.String())
	}
}

func TestCheckFailsUntilApplyAndAgainAfterAnyChange(t *testing.T) {
	root := repository(t)
	require.ErrorContains(t, run([]string{"check"}, root, io.Discard), "stale")

	require.NoError(t, run([]string{"apply"}, root, io.Discard))
	require.NoError(t, run([]string{"check"}, root, io.Discard))

	write(t, root, "plugin.json", strings.Replace(plugin, "1.2.3", "1.2.4", 1))
	require.ErrorContains(t, run([]string{"check"}, root, io.Discard), "make apply")

	require.NoError(t, run([]string{"apply"}, root, io.Discard))
	write(t, root, "webapp/src/manifest.ts", "edited by hand")
	require.ErrorContains(t, run([]string{"check"}, root, io.Discard), "webapp/src/manifest.ts")
}

func TestTheRepositorysGeneratedFilesAreUpToDate(t *testing.T) {
	require.NoError(t, run([]string{"check"}, "../..", io.Discard))
}

func TestAnUnknownCommandShowsTheUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"publish"}, {"id", "version"}} {
		require.ErrorContains(t, run(args, repository(t), io.Discard), "usage")
	}
}

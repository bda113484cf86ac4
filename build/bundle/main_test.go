// Tests of the bundle's contents, modes and repeatability, on a small
// repository made for the test.
package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const own = runtime.GOOS + "-" + runtime.GOARCH

func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	for path, text := range map[string]string{
		"go.mod":              "module example\n\ngo 1.26\n",
		"server/main.go":      "package main\n\nfunc main() {}\n",
		"assets/icon.svg":     "<svg/>",
		"assets/i18n/en.json": "{}",
		"webapp/dist/main.js": "web",
		"LICENSE":             "licence",
		"plugin.json": `{
			"id": "msgbot", "name": "msgbot", "version": "1.2.3", "min_server_version": "11.0.0", "icon_path": "assets/icon.svg",
			"webapp": {"bundle_path": "webapp/dist/main.js"},
			"server": {"executables": {"` + own + `": "server/dist/own` + suffix + `", "plan9-arm": "server/dist/other"}}
		}`,
	} {
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

// read returns the bundle's names and modes in their order, as "-rw-r--r-- name".
func read(t *testing.T, bundle string) []string {
	t.Helper()
	file, err := os.Open(bundle)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	compressed, err := gzip.NewReader(file)
	require.NoError(t, err)

	var found []string
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err)
		found = append(found, header.FileInfo().Mode().String()+" "+header.Name)
	}
}

func TestABundleHasEveryFileWithItsMode(t *testing.T) {
	root := repository(t)
	require.NoError(t, run(t.Context(), []string{"compile"}, root, io.Discard))

	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"pack"}, root, &out))
	require.Contains(t, out.String(), filepath.FromSlash("dist/msgbot-1.2.3.tar.gz"))

	found := read(t, filepath.Join(root, "dist", "msgbot-1.2.3.tar.gz"))
	require.Len(t, found, 7)
	require.Equal(t, []string{
		"-rw-r--r-- msgbot/LICENSE",
		"-rw-r--r-- msgbot/assets/i18n/en.json",
		"-rw-r--r-- msgbot/assets/icon.svg",
		"-rw-r--r-- msgbot/plugin.json",
		"-rwxr-xr-x msgbot/server/dist/other",
	}, found[:5])
	require.Equal(t, "-rw-r--r-- msgbot/webapp/dist/main.js", found[6])
}

func TestALocalBundleHasOnlyThisMachinesExecutableAndAnOwnName(t *testing.T) {
	root := repository(t)
	require.NoError(t, run(t.Context(), []string{"-local", "compile"}, root, io.Discard))
	require.NoError(t, run(t.Context(), []string{"-local", "pack"}, root, io.Discard))

	var path strings.Builder
	require.NoError(t, run(t.Context(), []string{"-local", "path"}, root, &path))
	require.Equal(t, filepath.FromSlash("dist/msgbot-1.2.3-"+own+".tar.gz")+"\n", path.String())

	names := strings.Join(read(t, filepath.Join(root, strings.TrimSpace(path.String()))), "\n")
	require.Contains(t, names, "-rwxr-xr-x msgbot/server/dist/own")
	require.NotContains(t, names, "server/dist/other")
}

func TestTheSameFilesGiveTheSameBytes(t *testing.T) {
	root := repository(t)
	bundle := filepath.Join(root, "dist", "msgbot-1.2.3-"+own+".tar.gz")
	require.NoError(t, run(t.Context(), []string{"-local", "compile"}, root, io.Discard))
	require.NoError(t, run(t.Context(), []string{"-local", "pack"}, root, io.Discard))
	first, err := os.ReadFile(bundle)
	require.NoError(t, err)

	icon := filepath.Join(root, "assets", "icon.svg")
	require.NoError(t, os.Chtimes(icon, time.Time{}, time.Now().Add(time.Hour)))
	require.NoError(t, os.Chmod(icon, 0o700))
	require.NoError(t, run(t.Context(), []string{"-local", "pack"}, root, io.Discard))
	second, err := os.ReadFile(bundle)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestAMissingFileLeavesTheOldBundleAndNoHalfOne(t *testing.T) {
	root := repository(t)
	require.NoError(t, os.Mkdir(filepath.Join(root, "dist"), 0o700))
	bundle := filepath.Join(root, "dist", "msgbot-1.2.3-"+own+".tar.gz")
	require.NoError(t, os.WriteFile(bundle, []byte("old"), 0o600))

	require.ErrorContains(t, run(t.Context(), []string{"-local", "pack"}, root, io.Discard), "own")

	files, err := os.ReadDir(filepath.Dir(bundle))
	require.NoError(t, err)
	require.Len(t, files, 1)
	text, err := os.ReadFile(bundle)
	require.NoError(t, err)
	require.Equal(t, "old", string(text))
}

func TestCodeThatDoesNotCompileIsAnError(t *testing.T) {
	root := repository(t)
	require.NoError(t, os.WriteFile(filepath.Join(root, "server", "main.go"), []byte("package main\n"), 0o600))
	require.ErrorContains(t, run(t.Context(), []string{"-local", "compile"}, root, io.Discard), own)
}

func TestWrongArgumentsShowTheUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"-all", "pack"}, {"sign"}, {"pack", "path"}} {
		require.ErrorContains(t, run(t.Context(), args, repository(t), io.Discard), "usage")
	}
}

package lab

// Which Mattermost to run: an unpacked release, else one built from source.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// MattermostDir names the environment variable with the folder of an unpacked Mattermost release to
// use instead of a build from source. Only a release has the web app.
const MattermostDir = "MATTERMOST_DIR"

const (
	serverSource  = "github.com/mattermost/mattermost/server/v8"
	buildPatience = 20 * time.Minute
	reportEvery   = 30 * time.Second
)

// Mattermost is a folder laid out like an unpacked release: bin, i18n, templates, fonts and, in a
// release, client.
type Mattermost struct {
	Dir string
	key string // changes with the version
}

// FindMattermost returns the release in MATTERMOST_DIR, else the server that e2e/mattermost pins.
// The first call builds that in some minutes and keeps it in the cache.
func FindMattermost(ctx context.Context, progress io.Writer) (*Mattermost, error) {
	if dir := os.Getenv(MattermostDir); dir != "" {
		return release(dir)
	}
	root, err := Root()
	if err != nil {
		return nil, err
	}
	key, err := sourceKey(filepath.Join(root, serverModule))
	if err != nil {
		return nil, err
	}
	dir, err := cached(ctx, "mattermost-"+key, progress, func(dir string) error {
		return buildMattermost(ctx, filepath.Join(root, serverModule), dir, progress)
	})
	return &Mattermost{Dir: dir, key: key}, err
}

// HasWebApp tells whether a browser can be used.
func (m *Mattermost) HasWebApp() bool { return exists(filepath.Join(m.Dir, "client", "root.html")) }

func (m *Mattermost) program(name string) string { return filepath.Join(m.Dir, "bin", name) }

func release(dir string) (*Mattermost, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, errors.Wrap(err, MattermostDir)
	}
	binary, err := os.Stat(filepath.Join(dir, "bin", "mattermost"))
	if err != nil {
		return nil, errors.Wrapf(err, "%s is not the folder of an unpacked release", MattermostDir)
	}
	return &Mattermost{Dir: dir, key: digest(dir, binary.ModTime().String(), fmt.Sprint(binary.Size()))}, nil
}

func sourceKey(module string) (string, error) {
	parts := []string{runtime.GOOS, runtime.GOARCH}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return "", errors.Wrap(err, "the server's module")
		}
		parts = append(parts, string(text))
	}
	return digest(parts...), nil
}

// digest names a version in 12 hexadecimal digits.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// buildMattermost builds in a copy of the module, since -mod=mod may write to it.
func buildMattermost(ctx context.Context, module, dir string, progress io.Writer) error {
	say(progress, "building Mattermost 11.1 once, about 3 minutes…")
	began := time.Now()
	defer reportUntilDone(progress, "still building Mattermost", began)()

	source := filepath.Join(dir, "source")
	if err := copyTree(module, source, nil); err != nil {
		return err
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return errors.Wrap(err, "building Mattermost")
	}
	if _, err := goTool(ctx, source, "build", "-mod=mod", "-o", bin+"/",
		serverSource+"/cmd/mattermost", serverSource+"/cmd/mmctl"); err != nil {
		return errors.Wrap(err, "building Mattermost")
	}
	moduleDir, err := goTool(ctx, source, "list", "-mod=mod", "-m", "-f", "{{.Dir}}", serverSource)
	if err != nil {
		return errors.Wrap(err, "looking for Mattermost's source")
	}
	for _, name := range []string{"i18n", "templates", "fonts"} {
		if err = copyTree(filepath.Join(strings.TrimSpace(moduleDir), name), filepath.Join(dir, name), nil); err != nil {
			return err
		}
	}
	say(progress, "built Mattermost in %s", time.Since(began).Round(time.Second))
	return errors.Wrap(os.RemoveAll(source), "building Mattermost")
}

// goTool runs the go command free of the caller's flags and workspace and returns what it printed.
func goTool(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var output, failure strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &failure
	err := cmd.Run()
	return output.String(), errors.Wrapf(err, "go %s: %s", args[0], failure.String())
}

// reportUntilDone writes a line of progress now and then until the returned function is called.
func reportUntilDone(progress io.Writer, what string, began time.Time) (done func()) {
	finished := make(chan struct{})
	go func() {
		tick := time.NewTicker(reportEvery)
		defer tick.Stop()
		for {
			select {
			case <-finished:
				return
			case <-tick.C:
				say(progress, "%s, %s so far…", what, time.Since(began).Round(time.Second))
			}
		}
	}()
	return func() { close(finished) }
}

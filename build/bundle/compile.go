// Compiling the server part, package ./server, for one or more platforms.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// compile builds the executable of each of the job's platforms where
// plugin.json says it lies. No cgo, so that one machine builds for all; no
// paths or symbols, so that the same source gives the same bytes.
func compile(ctx context.Context, j job) error {
	for _, platform := range j.platforms {
		goos, goarch, _ := strings.Cut(platform, "-")
		target, err := filepath.Abs(filepath.Join(j.root, j.manifest.Server.Executables[platform]))
		if err != nil {
			return errors.Wrap(err, "find the executable's place")
		}

		fmt.Fprintln(os.Stderr, "compiling the server part for", platform)
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", target, "./server")
		build.Dir = j.root
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			return errors.Wrapf(err, "compile for %s", platform)
		}
	}
	return nil
}

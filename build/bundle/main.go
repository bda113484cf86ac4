// Command bundle makes what an admin uploads to Mattermost. Run in the
// repository's root:
//
//	bundle [-local] compile   compiles the server part
//	bundle [-local] pack      packs it with the built web app; prints the path
//	bundle [-local] path      prints that path only
//
// Without -local it does so for all platforms in plugin.json and the bundle is
// dist/<id>-<version>.tar.gz; with it only for the machine it runs on, which is
// much quicker, and the platform is part of the bundle's name.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/build/internal/pluginmanifest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], ".", os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

// job is one run: what to build, where, for whom.
type job struct {
	root      string
	manifest  *model.Manifest
	platforms []string
	path      string // of the bundle, below root
}

func run(ctx context.Context, args []string, root string, out io.Writer) error {
	flags := flag.NewFlagSet("bundle", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	local := flags.Bool("local", false, "only the machine's own platform")

	commands := map[string]func(job) error{
		"compile": func(j job) error { return compile(ctx, j) },
		"pack":    func(j job) error { return packAndTell(j, out) },
		"path":    func(j job) error { _, err := fmt.Fprintln(out, j.path); return err },
	}
	err := flags.Parse(args)
	command := commands[flags.Arg(0)]
	if err != nil || flags.NArg() != 1 || command == nil {
		return errors.New("usage: bundle [-local] compile|pack|path")
	}

	j, err := newJob(root, *local)
	if err != nil {
		return err
	}
	return command(j)
}

func newJob(root string, local bool) (job, error) {
	manifest, err := pluginmanifest.Load(os.DirFS(root))
	if err != nil {
		return job{}, err
	}

	j := job{
		root:      root,
		manifest:  manifest,
		platforms: pluginmanifest.Platforms(manifest),
	}
	name := manifest.Id + "-" + manifest.Version
	if local {
		platform := runtime.GOOS + "-" + runtime.GOARCH
		if manifest.Server.Executables[platform] == "" {
			return job{}, errors.Errorf("plugin.json has no executable for this machine, %s", platform)
		}
		j.platforms = []string{platform}
		name += "-" + platform
	}
	j.path = filepath.Join("dist", name+".tar.gz")
	return j, nil
}

func packAndTell(j job, out io.Writer) error {
	entries, err := list(j)
	if err != nil {
		return err
	}
	size, err := writeBundle(filepath.Join(j.root, j.path), j.manifest.Id, entries)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s (%.1f MB)\n", j.path, float64(size)/1e6)
	return err
}

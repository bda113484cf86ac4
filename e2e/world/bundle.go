package world

// The bundle under test: the one the environment names, else the newest that was built.

import (
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// BundleFile names the environment variable with the path of the bundle to install.
const BundleFile = "MSGBOT_BUNDLE"

// FindBundle returns the path of the bundle in MSGBOT_BUNDLE, else of the newest dist/msgbot-*.tar.gz of the repository.
// The error says how to make one.
func FindBundle() (string, error) {
	if named := os.Getenv(BundleFile); named != "" {
		_, err := os.Stat(named)
		return named, errors.Wrap(err, BundleFile)
	}
	root, err := lab.Root()
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(root, "dist", PluginID+"-*.tar.gz"))
	if err != nil {
		return "", errors.Wrap(err, "looking for the bundle")
	}
	newest, made := "", time.Time{}
	for _, file := range found {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(made) {
			newest, made = file, info.ModTime()
		}
	}
	if newest == "" {
		return "", errors.New("there is no plugin bundle in dist: run `make dist-local` first, or name one in " + BundleFile)
	}
	return newest, nil
}

package lab

// The cache: what takes long to make (the server, PostgreSQL's binaries, a migrated database) is
// made once per version and kept in the repository's git-ignored folder.

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/pkg/errors"
)

// serverModule is the folder, below the repository's root, that pins the Mattermost to build.
const serverModule = "e2e/mattermost"

// Root returns the repository's root: the nearest folder at or above the working directory that
// holds e2e/mattermost/go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", errors.Wrap(err, "working directory")
	}
	for {
		if exists(filepath.Join(dir, serverModule, "go.mod")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the repository: no e2e/mattermost/go.mod in any parent folder")
		}
		dir = parent
	}
}

// Cache returns the git-ignored folder <repository>/.cache and makes it when it is not there.
func Cache() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, ".cache")
	return dir, errors.Wrap(os.MkdirAll(dir, 0o755), "making the cache")
}

// cached returns the folder name of the cache. If it is not there yet, build fills an empty folder
// that then takes that name, so that a folder in the cache is always complete. Of several processes
// one builds and the others wait.
func cached(ctx context.Context, name string, progress io.Writer, build func(dir string) error) (string, error) {
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	target := filepath.Join(cache, name)
	if exists(target) {
		return target, nil
	}

	unlock, err := lock(ctx, target+".lock", progress)
	if err != nil {
		return "", err
	}
	defer unlock()
	if exists(target) {
		return target, nil
	}

	unfinished := target + ".unfinished"
	if err = os.RemoveAll(unfinished); err != nil {
		return "", errors.Wrap(err, "clearing an unfinished build")
	}
	if err = os.Mkdir(unfinished, 0o755); err != nil {
		return "", errors.Wrap(err, "making a cache folder")
	}
	if err = build(unfinished); err != nil {
		return "", err
	}
	return target, errors.Wrap(os.Rename(unfinished, target), "finishing a cache folder")
}

// lock takes the lock file at path, waiting for its holder, and returns what releases it. The
// system releases it too when this process dies.
func lock(ctx context.Context, path string, progress io.Writer) (unlock func(), err error) {
	file, err := tryLock(path)
	if err == nil && file == nil {
		say(progress, "waiting for another run that prepares %s", filepath.Base(path))
		ctx, cancel := context.WithTimeout(ctx, buildPatience)
		defer cancel()
		err = Eventually(ctx, filepath.Base(path), func() (bool, error) {
			file, err = tryLock(path)
			return file != nil, err
		})
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = file.Close() }, nil
}

// tryLock returns the locked file, or nil when somebody else holds it.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, errors.Wrap(err, "opening a lock file")
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, nil
	}
	_ = file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, errors.Wrap(err, "locking a file")
}

// say writes one line of progress; nil means standard error.
func say(progress io.Writer, format string, args ...any) {
	if progress == nil {
		progress = os.Stderr
	}
	_, _ = fmt.Fprintf(progress, format+"\n", args...)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

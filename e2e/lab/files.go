package lab

// Folders: where a run keeps its files, and copying trees.

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"
)

const (
	runPrefix = "msgbot-lab-"
	runLock   = "lock"
	// A folder younger than this may not have its lock yet, so it is not taken for a leftover.
	leftoverAge = time.Minute
)

// runDir is a temporary folder of one run. Its lock file tells the next run whether this one lives.
type runDir struct {
	path string
	lock *os.File
}

// newRunDir makes a temporary folder and clears away folders of runs that were killed. Root needs
// one that every account can pass through, because then PostgreSQL runs as another user.
func newRunDir() (*runDir, error) {
	for _, base := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		base, err := filepath.EvalSymlinks(base)
		if err != nil || (os.Geteuid() == 0 && !reachable(base)) {
			continue
		}
		clearLeftovers(base)
		path, err := os.MkdirTemp(base, runPrefix)
		if err != nil {
			continue
		}
		if err = os.Chmod(path, 0o711); err != nil {
			return nil, errors.Wrap(err, "opening a run folder to others")
		}
		file, err := tryLock(filepath.Join(path, runLock))
		if err != nil {
			return nil, err
		}
		return &runDir{path: path, lock: file}, nil
	}
	return nil, errors.New("no temporary folder that another account can reach: set TMPDIR to one")
}

func (d *runDir) remove() error {
	_ = d.lock.Close()
	return errors.Wrap(os.RemoveAll(d.path), "removing a run folder")
}

func clearLeftovers(base string) {
	dirs, _ := filepath.Glob(filepath.Join(base, runPrefix+"*"))
	for _, dir := range dirs {
		info, err := os.Stat(filepath.Join(dir, runLock))
		if err != nil || time.Since(info.ModTime()) < leftoverAge {
			continue
		}
		if file, err := tryLock(filepath.Join(dir, runLock)); err == nil && file != nil {
			_ = os.RemoveAll(dir)
			_ = file.Close()
		}
	}
}

// reachable tells whether every account can enter path and all folders above it.
func reachable(path string) bool {
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// copyTree copies the folder from to the folder to, which is made. Symbolic links stay links.
// Everything becomes writable for its owner (Go's module cache is not), and its owner is account
// unless that is nil.
func copyTree(from, to string, account *account) error {
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err = copyEntry(path, target, entry); err != nil {
			return err
		}
		return account.own(target)
	})
	return errors.Wrap(err, "copying a folder")
}

func copyEntry(from, to string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	mode := info.Mode().Perm() | 0o200
	switch {
	case entry.IsDir():
		return os.MkdirAll(to, mode)
	case entry.Type() == fs.ModeSymlink:
		link, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(link, to)
	default:
		return copyFile(from, to, mode)
	}
}

func copyFile(from, to string, mode fs.FileMode) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err = io.Copy(target, source); err != nil {
		_ = target.Close()
		return err
	}
	return target.Close()
}

// Tail returns the last lines of a log file, for the message of a failed test.
func Tail(path string, lines int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	rows := bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
	if len(rows) > lines {
		rows = rows[len(rows)-lines:]
	}
	return string(bytes.Join(rows, []byte("\n")))
}

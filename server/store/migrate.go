// The tables' versions: numbered pairs of SQL files, run in one transaction under a lock that needs no session.

package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pkg/errors"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock's key: "msgbot" in ASCII.
const migrationLock = 0x6d7367626f74

// Migrate brings the tables to this version's state. Two nodes may do it at once. Tables of a newer version are left
// alone and are an error: an older plugin must not write into them.
func (s *Store) Migrate(ctx context.Context) error {
	return s.migrate(ctx, latestMigration(), false)
}

// MigrateDown takes back the migrations after version; 0 removes all tables with all that is in them.
func (s *Store) MigrateDown(ctx context.Context, version int) error {
	return s.migrate(ctx, version, true)
}

func (s *Store) migrate(ctx context.Context, to int, down bool) error {
	ctx, cancel := context.WithTimeout(ctx, bulkTime)
	defer cancel()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return errors.Wrap(err, "begin the migration")
	}
	defer func() { _ = tx.Rollback() }()
	from, err := lockVersion(ctx, tx)
	if err != nil {
		return errors.Wrap(err, "lock the migrations")
	}
	if from > to && !down {
		return errors.Errorf("the tables are at version %d; this plugin knows %d only", from, to)
	}
	for v := from; v < to; v++ {
		if err := step(ctx, tx, v+1, "up", `INSERT INTO msgbot_migrations (version) VALUES ($1)`); err != nil {
			return err
		}
	}
	for v := from; v > to; v-- {
		if err := step(ctx, tx, v, "down", `DELETE FROM msgbot_migrations WHERE version = $1`); err != nil {
			return err
		}
	}
	return errors.Wrap(tx.Commit(), "commit the migration")
}

// lockVersion waits for other nodes and returns the version of the tables, 0 for none.
func lockVersion(ctx context.Context, tx *sql.Tx) (version int, err error) {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, migrationLock); err != nil {
		return 0, err
	}
	const table = `CREATE TABLE IF NOT EXISTS msgbot_migrations (
		version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM msgbot_migrations`).Scan(&version)
	return version, err
}

// step runs one file and notes it.
func step(ctx context.Context, tx *sql.Tx, version int, direction, note string) error {
	names, err := fs.Glob(migrations, fmt.Sprintf("migrations/%06d_*.%s.sql", version, direction))
	if err != nil || len(names) != 1 {
		return errors.Errorf("migration %d has no single file to go %s", version, direction)
	}
	statements, err := migrations.ReadFile(names[0])
	if err != nil {
		return errors.Wrap(err, "read a migration")
	}
	if _, err := tx.ExecContext(ctx, string(statements)); err != nil {
		return errors.Wrapf(err, "migration %s", strings.TrimSuffix(path.Base(names[0]), ".sql"))
	}
	_, err = tx.ExecContext(ctx, note, version)
	return errors.Wrapf(err, "note migration %d", version)
}

// latestMigration is the number of migrations, which are numbered from 1 without gaps.
func latestMigration() int {
	names, err := fs.Glob(migrations, "migrations/*.up.sql")
	if err != nil {
		return 0
	}
	return len(names)
}

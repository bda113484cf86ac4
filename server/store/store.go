// Package store keeps everything msgbot must not forget in Mattermost's own PostgreSQL, in tables named msgbot_*.
//
// It works on a pool of its own and not through the plugin API's database handle: that one answers a broken connection
// to the server with zero values and no error, so that an INSERT seems to succeed and writes nothing (tried on
// Mattermost 11.1). There is no session state, so that a PgBouncer in transaction mode may stand between (with
// binary_parameters=yes, as Mattermost needs it there too: without it lib/pq prepares and runs in two steps). Every
// statement has a deadline. One file per group of tables; the SQL stands next to the method that needs it.
package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const (
	// maxConnections bounds the pool: Mattermost's own needs the rest of what PostgreSQL allows.
	maxConnections = 10
	// maxIdleTime gives connections back after a busy hour; it is Mattermost's own default.
	maxIdleTime = 5 * time.Minute
	// statementTime bounds one statement, waiting for a connection and for locks included.
	statementTime = 5 * time.Second
	// bulkTime bounds the few statements that touch many rows: migrations and the removal of a bot.
	bulkTime = 2 * time.Minute
)

var (
	_ relay.Store   = (*Store)(nil)
	_ bots.Store    = (*Store)(nil)
	_ api.Store     = (*Store)(nil)
	_ answers.Store = (*Store)(nil)
)

// Store is msgbot's memory. Its methods are safe for concurrent use, also by several nodes.
type Store struct {
	db *sql.DB
}

// Open connects to the database of a data source name as Mattermost's SqlSettings.DataSource has it. The error holds
// neither password nor host.
func Open(ctx context.Context, dsn string) (*Store, error) {
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, errors.New("the data source name of the database cannot be read")
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	db.SetConnMaxIdleTime(maxIdleTime)
	s := &Store{db: db}
	if err := s.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the connections; calls that are under way fail.
func (s *Store) Close() error {
	return errors.Wrap(s.db.Close(), "close the database")
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.exec(ctx, "reach the database", `SELECT 1`)
	return err
}

// Ready returns nil when the database answers and has the tables that this version works with.
func (s *Store) Ready(ctx context.Context) error {
	version, err := value[int](ctx, s, "read the schema version", `SELECT coalesce(max(version), 0) FROM msgbot_migrations`)
	if err != nil {
		return err
	}
	if version != latestMigration() {
		return errors.Errorf("the tables are at version %d, not at %d", version, latestMigration())
	}
	return nil
}

// Package storetest gives tests a store on a real PostgreSQL, and holds the contract that the store keeps: each test
// states one behaviour that the ports of relay, bots and api promise.
package storetest

import (
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/store"
)

// databaseURL names the environment variable with the URL of a PostgreSQL whose user may create schemas.
const databaseURL = "MSGBOT_TEST_DATABASE_URL"

// DSN makes an empty schema for one test and returns a data source name that works in it. Binary says whether it has
// binary_parameters=yes, as Mattermost's default has. The schema goes with the test.
func DSN(t testing.TB, binary bool) string {
	t.Helper()
	server, err := url.Parse(os.Getenv(databaseURL))
	if err != nil || server.Host == "" {
		t.Fatalf("These tests need a PostgreSQL: run `make test`, or "+
			"`go -C e2e run ./cmd/testdb -- go test -C .. ./server/store/...`, or set %s to the URL of one.", databaseURL)
	}
	schema := "storetest_" + strings.ToLower(conversation.NewID())
	execute(t, server.String(), "CREATE SCHEMA "+pq.QuoteIdentifier(schema))
	t.Cleanup(func() { execute(t, server.String(), "DROP SCHEMA "+pq.QuoteIdentifier(schema)+" CASCADE") })

	query := server.Query()
	query.Set("search_path", schema)
	query.Del("binary_parameters")
	if binary {
		query.Set("binary_parameters", "yes")
	}
	server.RawQuery = query.Encode()
	return server.String()
}

// Open returns a migrated store in an empty schema. It is closed with the test.
func Open(t testing.TB, binary bool) *store.Store {
	t.Helper()
	return openAt(t, DSN(t, binary))
}

func openAt(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

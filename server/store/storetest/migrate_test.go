// The tables' versions.

package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/store"
)

// schemaOf describes all columns, indexes and constraints of the tables.
func schemaOf(w *world) (lines []string) {
	w.Helper()
	rows, err := w.raw.QueryContext(w.ctx, `
		SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
		FROM information_schema.columns WHERE table_schema = current_schema()
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
		UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid)
			FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
		UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
		ORDER BY 1`)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		w.ok(rows.Scan(&line))
		lines = append(lines, line)
	}
	w.ok(rows.Err())
	return lines
}

func TestEveryMigrationGoesDownAndUpAgain(t *testing.T) {
	each(t, func(w *world) {
		latest := w.count(`SELECT max(version) FROM msgbot_migrations`)
		require.Positive(w, latest)
		full := schemaOf(w)
		require.NoError(w, w.Ready(w.ctx))
		for version := latest - 1; version >= 0; version-- {
			w.ok(w.MigrateDown(w.ctx, version))
			require.ErrorContains(w, w.Ready(w.ctx), "version")
			require.NotEqual(w, full, schemaOf(w))
			w.ok(w.Migrate(w.ctx))
			require.Equal(w, full, schemaOf(w), "down to %d and up", version)
		}
		w.ok(w.MigrateDown(w.ctx, 0))
		tables := w.count(`SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()`)
		require.Equal(w, 1, tables, "only msgbot_migrations is left")
	})
}

func TestTwoNodesMigrateAtOnce(t *testing.T) {
	dsn := DSN(t, true)
	stores := make([]*store.Store, 4)
	for i := range stores {
		s, err := store.Open(t.Context(), dsn)
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Close() })
		stores[i] = s
	}
	errs := make([]error, len(stores))
	together(len(stores), func(i int) { errs[i] = stores[i].Migrate(t.Context()) })
	for i, s := range stores {
		require.NoError(t, errs[i])
		require.NoError(t, s.Ready(t.Context()))
	}
}

func TestNotReadyBeforeTheMigration(t *testing.T) {
	s, err := store.Open(t.Context(), DSN(t, true))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	require.NoError(t, s.Ping(t.Context()))
	require.Error(t, s.Ready(t.Context()))
}

func TestTablesOfANewerVersionAreLeftAlone(t *testing.T) {
	each(t, func(w *world) {
		w.execute(`INSERT INTO msgbot_migrations (version) VALUES (1000)`)
		before := schemaOf(w)
		require.ErrorContains(w, w.Migrate(w.ctx), "1000")
		require.Error(w, w.Ready(w.ctx))
		require.Equal(w, before, schemaOf(w))
	})
}

func TestOpenTellsNoPassword(t *testing.T) {
	for _, dsn := range []string{
		"postgres://user:sesame@127.0.0.1:1/db?sslmode=disable&connect_timeout=1",
		"postgres://user:sesame@%zz/db",
		"host=127.0.0.1 port=1 password=sesame sslmode=wrong",
	} {
		_, err := store.Open(t.Context(), dsn)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "sesame")
	}
}

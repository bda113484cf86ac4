// Changes of the plugin's settings for one test, and holding the database back.

package acceptance

import (
	"database/sql"
	"maps"

	"github.com/stretchr/testify/require"

	_ "github.com/lib/pq" // the driver "postgres"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// usual are the settings that tests change, as they are between tests.
func usual() map[string]any {
	return map[string]any{
		"telegramapiurl": w.TelegramCloud.URL, "viberapiurl": w.ViberCloud.URL, "publicurl": w.Server.URL, "proxyurl": "",
		"encryptionkey": "", "channeladminsmanagebots": false, "maxfilemb": 100,
		"fallbackchannel": world.TeamName + ":" + world.InboxName,
	}
}

// configure changes settings until the test ends. Only tests that are not parallel may use it.
func (s *scene) configure(changes map[string]any) {
	s.Helper()
	former := usual()
	maps.DeleteFunc(former, func(name string, _ any) bool { _, changed := changes[name]; return !changed })
	require.Len(s, former, len(changes), "a setting that is not among the usual ones")
	s.Cleanup(func() { require.NoError(s, w.Configure(labtest.Context(s, sceneTime), former)) })
	require.NoError(s, w.Configure(s.ctx, changes))
}

// database opens the server's database.
func (s *scene) database() *sql.DB {
	s.Helper()
	db, err := sql.Open("postgres", w.Server.DSN())
	require.NoError(s, err)
	s.Cleanup(func() { require.NoError(s, db.Close()) })
	return db
}

// locked runs a statement that locks something, and keeps the lock until release is called or the test ends.
func (s *scene) locked(db *sql.DB, statement string, args ...any) (release func()) {
	s.Helper()
	tx, err := db.BeginTx(s.ctx, nil)
	require.NoError(s, err)
	_, err = tx.ExecContext(s.ctx, statement, args...)
	require.NoError(s, err)
	released := false
	release = func() {
		if !released {
			released = true
			require.NoError(s, tx.Rollback())
		}
	}
	s.Cleanup(release)
	return release
}

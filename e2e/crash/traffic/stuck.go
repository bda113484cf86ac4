package traffic

// A look into msgbot's tables: REST does not tell what only a later message would bring to light.

import (
	"context"
	"database/sql"

	_ "github.com/lib/pq" // the driver "postgres"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
)

// stuck counts what must not be left when all is over.
var stuck = map[string]string{
	"updates waiting or quarantined":   `SELECT count(*) FROM msgbot_inbox WHERE state NOT IN ('done', 'dropped')`,
	"replies neither sent nor unknown": `SELECT count(*) FROM msgbot_outbox WHERE state NOT IN ('sent', 'unknown')`,
	"unknown replies without a notice": `SELECT count(*) FROM msgbot_outbox WHERE state = 'unknown' AND NOT noticed`,
	"cards that show an earlier state": `SELECT count(*) FROM msgbot_conversations WHERE card_shown <> card_version`,
}

func (t *Traffic) awaitNothingStuck(ctx context.Context) error {
	db, err := sql.Open("postgres", t.world.Server.DSN())
	if err != nil {
		return errors.Wrap(err, "opening the database")
	}
	defer func() { _ = db.Close() }()
	for what, query := range stuck {
		err := lab.Eventually(ctx, "an end of "+what, func() (bool, error) {
			var left int
			if err := db.QueryRowContext(ctx, query).Scan(&left); err != nil {
				return false, err
			}
			if left > 0 {
				return false, errors.Errorf("%d left", left)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

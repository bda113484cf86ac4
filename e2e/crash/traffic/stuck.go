package traffic

// A look into the tables: REST does not tell what only a later message would bring to light.

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
	for what, query := range stuck {
		err := lab.Eventually(ctx, "an end of "+what, func() (bool, error) {
			left, err := t.count(ctx, query)
			if err == nil && left > 0 {
				err = errors.Errorf("%d left", left)
			}
			return left == 0, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// customersPosts counts the posts of customers' messages in all channels, deleted ones too. (REST gives a channel page
// by page in the order of time alone, so that of two posts of the same millisecond one can be on both pages or on none.)
func (t *Traffic) customersPosts(ctx context.Context) (int, error) {
	return t.count(ctx, `
		SELECT count(*) FROM posts WHERE rootid <> '' AND originalid = '' AND props ->> 'msgbot_event' IS NOT NULL`)
}

func (t *Traffic) count(ctx context.Context, query string) (n int, err error) {
	db, err := sql.Open("postgres", t.world.Server.DSN())
	if err != nil {
		return 0, errors.Wrap(err, "opening the database")
	}
	defer func() { _ = db.Close() }()
	err = db.QueryRowContext(ctx, query).Scan(&n)
	return n, errors.Wrap(err, "counting")
}

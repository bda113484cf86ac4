package world

// Time that passes for one conversation: nobody can wait for days in a test.

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/pkg/errors"
)

// Age makes everything that automatic answers go by in a conversation so much older: since when the customer waits, the
// timer for that, the last reply of an agent, the closing, and what is remembered. Call it when nothing of the conversation
// is at work.
func (w *World) Age(ctx context.Context, conversationID string, d time.Duration) error {
	db, err := sql.Open("postgres", w.Server.DSN())
	if err != nil {
		return errors.Wrap(err, "opening the database")
	}
	defer func() { _ = db.Close() }()
	result, err := db.ExecContext(ctx, `
		UPDATE msgbot_conversations SET waiting_since = waiting_since - $2::interval, no_answer_at = no_answer_at - $2::interval,
			last_agent_at = last_agent_at - $2::interval, human_since = human_since - $2::interval, closed_at = closed_at - $2::interval,
			memory = memory || (
				SELECT coalesce(jsonb_object_agg(name, to_jsonb((value #>> '{}')::timestamptz - $2::interval)), '{}')
				FROM jsonb_each(memory) AS m (name, value)
				WHERE name IN ('wrote_at', 'welcomed_at', 'waiting', 'no_answer_seen'))
		WHERE id = $1`, conversationID, fmt.Sprintf("%d milliseconds", d.Milliseconds()))
	if err != nil {
		return errors.Wrap(err, "letting time pass")
	}
	if changed, err := result.RowsAffected(); err != nil || changed != 1 {
		return errors.Errorf("%d conversations grew older, not one (%v)", changed, err)
	}
	return nil
}

// Timed tells whether a timer for an answer that does not come runs for a conversation. REST does not tell that.
func (w *World) Timed(ctx context.Context, conversationID string) (bool, error) {
	db, err := sql.Open("postgres", w.Server.DSN())
	if err != nil {
		return false, errors.Wrap(err, "opening the database")
	}
	defer func() { _ = db.Close() }()
	var runs bool
	err = db.QueryRowContext(ctx, `SELECT no_answer_at IS NOT NULL FROM msgbot_conversations WHERE id = $1`, conversationID).Scan(&runs)
	return runs, errors.Wrap(err, "reading a timer")
}

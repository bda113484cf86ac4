// Calls of flows' services: taken from their table, begun once, answered into the inbox.

package store

import (
	"context"
	"encoding/json"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/flow"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

func callFields(c *storedCall) []any {
	return []any{&c.ID, &c.ConversationID, &c.call}
}

// storedCall is a relay.ServiceCall with what it asks for as JSON.
type storedCall struct {
	relay.ServiceCall
	call []byte
}

// NextCalls implements relay.CallStore. A call that this epoch began and that nobody makes was never made: whoever makes one
// ends it, and its conversation is busy until then. One that cannot be read, of a later version, has failed.
func (s *Store) NextCalls(ctx context.Context, l relay.Lease, busy []string, limit int) ([]relay.ServiceCall, error) {
	rows, err := list(ctx, s, "read the calls", callFields, `
		SELECT id, conversation_id, call FROM msgbot_calls
		WHERE bot_id = $1 AND (begun_in IS NULL OR begun_in = $2) AND conversation_id <> ALL ($3::text[])
		ORDER BY id LIMIT $4`, l.BotID, l.Epoch, texts(busy), limit)
	if err != nil {
		return nil, err
	}
	calls := make([]relay.ServiceCall, 0, len(rows))
	for _, row := range rows {
		if json.Unmarshal(row.call, &row.Call) != nil {
			if err := s.EndCall(ctx, row.ID, flow.Answer{Failed: true}); err != nil {
				return nil, err
			}
			continue
		}
		calls = append(calls, row.ServiceCall)
	}
	return calls, nil
}

// BeginCall implements relay.CallStore.
func (s *Store) BeginCall(ctx context.Context, l relay.Lease, id int64) (bool, error) {
	begun, err := value[int](ctx, s, "begin a call", lease+`,
		begun AS (
			UPDATE msgbot_calls SET begun_in = $2
			WHERE id = $3 AND bot_id IN (SELECT bot_id FROM lease) AND (begun_in IS NULL OR begun_in = $2) RETURNING id)
		SELECT (SELECT count(*) FROM begun) FROM lease`, l.BotID, l.Epoch, id)
	return begun > 0, fencedIfMissing(err)
}

// answeredCalls makes rows of the inbox of the calls in gone, with the answer $1.
const answeredCalls = `
	INSERT INTO msgbot_inbox (bot_id, event_id, lane, raw, state)
	SELECT bot_id, $2 || id, lane,
		convert_to(json_build_object('conversation_id', conversation_id, 'asked_at', asked_at,
			'answer', $1::json, 'of', call -> 'Of')::text, 'UTF8'),
		'waiting'
	FROM gone ORDER BY id ON CONFLICT DO NOTHING`

// EndCall implements relay.CallStore.
func (s *Store) EndCall(ctx context.Context, id int64, answer flow.Answer) error {
	told, err := document(answer)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "end a call", `
		WITH gone AS (DELETE FROM msgbot_calls WHERE id = $3 RETURNING *)`+answeredCalls, told, relay.AnswerPrefix, id)
	return err
}

// LoseCalls implements relay.CallStore.
func (s *Store) LoseCalls(ctx context.Context, l relay.Lease) (int, error) {
	failed, err := document(flow.Answer{Failed: true})
	if err != nil {
		return 0, err
	}
	return s.exec(ctx, "lose the calls of earlier owners", `
		WITH gone AS (
			DELETE FROM msgbot_calls WHERE bot_id = $3 AND begun_in IS NOT NULL
				AND EXISTS (SELECT FROM msgbot_leases WHERE bot_id = $3 AND epoch = $4 AND expires_at > now() FOR KEY SHARE)
			RETURNING *)`+answeredCalls, failed, relay.AnswerPrefix, l.BotID, l.Epoch)
}

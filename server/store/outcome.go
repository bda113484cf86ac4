// What came of an attempt, and what follows from what a post became meanwhile.

package store

import (
	"cmp"
	"context"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// newestWish is how a row of the outbox takes the place of an earlier one of its post and kind: it begins anew, also when
// the earlier one is being carried out. It counts as an attempt, so that neither the outcome of the earlier one ends it nor
// what its author was told of the earlier one is taken for news of this. A deletion is wished once; a reply that became a note is told of once; a reaction is nothing new when it is the
// last one.
const newestWish = `
	ON CONFLICT (post_id, kind) DO UPDATE SET text = excluded.text, file_ids = excluded.file_ids, state = excluded.state,
		reason = excluded.reason, code = 0, part = 0, attempt = o.attempt + 1, first_try_at = NULL,
		not_before = excluded.not_before, created_at = excluded.created_at, noticed = false
	WHERE o.kind <> 'delete' AND (o.kind <> 'react' OR o.text <> excluded.text)
		AND (excluded.reason <> '` + relay.ReasonEditedToNote + `' OR o.reason <> excluded.reason OR o.state <> 'failed')`

// followed makes rows for what replies became while they were being sent; ended are the replies with their new state.
const followed = `
	wish AS (
		SELECT *,
			CASE withdrawn WHEN 'deleted' THEN 'delete' ELSE 'edit' END AS wished,
			CASE
				WHEN withdrawn = 'note' THEN '` + relay.ReasonEditedToNote + `'
				WHEN withdrawn = '' AND revised_files IS NOT NULL THEN '` + relay.ReasonEditedFiles + `'
				ELSE '' END AS refused
		FROM ended
		WHERE kind = 'send' AND CASE withdrawn
			WHEN 'deleted' THEN state IN ('sent', 'failed') OR state = 'cancelled' AND part > 0
			WHEN 'note' THEN state = 'sent'
			WHEN '' THEN state = 'sent' AND (revised IS NOT NULL OR revised_files IS NOT NULL)
			ELSE false END),
	wished AS (
		INSERT INTO msgbot_outbox AS o (bot_id, conversation_id, post_id, kind, text, author_first, author_full, file_ids,
			state, reason, created_at)
		SELECT bot_id, conversation_id, post_id, wished, text, author_first, author_full, file_ids,
			CASE refused WHEN '' THEN 'queued' ELSE 'failed' END, refused, coalesce((
				SELECT timestamptz 'epoch' + m.seen_ms * interval '1 ms' FROM msgbot_messages m WHERE m.post_id = wish.post_id),
				created_at)
		FROM wish` + newestWish + `)`

// LoseSends implements relay.OutboxStore. What can be done twice without harm (an edit, a deletion, a reaction) is queued
// again and does not count as lost.
func (s *Store) LoseSends(ctx context.Context, l relay.Lease) (int, error) {
	lost, err := value[int](ctx, s, "look for lost sends", lease+`,
		ended AS (
			UPDATE msgbot_outbox SET reason = '',
				text = CASE WHEN part = 0 THEN coalesce(revised, text) ELSE text END,
				file_ids = CASE WHEN part = 0 THEN coalesce(revised_files, file_ids) ELSE file_ids END,
				state = CASE WHEN kind NOT IN ('send', 'auto') THEN 'queued' WHEN withdrawn <> '' THEN 'cancelled' ELSE 'unknown' END
			WHERE bot_id IN (SELECT bot_id FROM lease) AND state = 'sending' AND epoch < $2 RETURNING *),`+followed+`
		SELECT (SELECT count(*) FROM ended WHERE kind IN ('send', 'auto')) FROM lease`, l.BotID, l.Epoch)
	return lost, fencedIfMissing(err)
}

// sentPart is a relay.Part as a JSON argument.
type sentPart struct {
	Place    int    `json:"place"`
	External text   `json:"external_id"`
	Call     int    `json:"call"`
	Kind     string `json:"kind"`
	Digest   string `json:"digest"`
}

// sentParts numbers the parts of one outcome from 1.
func sentParts(parts []relay.Part) []sentPart {
	rows := make([]sentPart, len(parts))
	for i, p := range parts {
		rows[i] = sentPart{i + 1, text(p.ExternalID), p.Call, string(p.Kind), p.Digest}
	}
	return rows
}

// EndSend implements relay.OutboxStore. The texts that messages have now are facts too, also when a newer wish has taken
// the place of the edit. A reply of which the messenger failed a part before all was sent fails with the messenger's words.
// Buttons stand below the last message.
func (s *Store) EndSend(ctx context.Context, id int64, attempt int, epoch int64, o relay.Outcome) error {
	unreachable := ""
	if o.Unreachable {
		unreachable = cmp.Or(o.Description, "blocked")
	}
	sent, err := document(sentParts(o.Sent))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "record an outcome", `
		WITH
		tried AS (
			SELECT kind, conversation_id, post_id FROM msgbot_outbox WHERE id = $1 AND attempt >= $2 AND epoch = $10),
		ended AS (
			UPDATE msgbot_outbox SET
				state = CASE
					WHEN withdrawn <> '' AND $3 IN ('queued', 'failed', 'unknown') THEN 'cancelled'
					WHEN $3 = 'sent' AND failed_call IS NOT NULL THEN 'failed'
					ELSE $3 END,
				reason = CASE WHEN failed_call IS NOT NULL AND $3 IN ('sent', 'sending', 'queued') THEN reason ELSE $4 END,
				part = CASE WHEN $3 = 'sent' AND failed_call IS NOT NULL THEN failed_call ELSE greatest(part, $6) END,
				failed_call = CASE WHEN $3 <> 'sent' THEN failed_call END,
				text = CASE WHEN `+takesOver+` THEN coalesce(revised, text) ELSE text END,
				file_ids = CASE WHEN `+takesOver+` THEN coalesce(revised_files, file_ids) ELSE file_ids END,
				revised = nullif(revised, text), revised_files = nullif(revised_files, file_ids),
				code = $5, not_before = $7::timestamptz, noticed = noticed AND state = $3
			WHERE id = $1 AND attempt = $2 AND epoch = $10 AND state IN ('sending', 'unknown') RETURNING *),
		sent AS (
			SELECT * FROM json_to_recordset($8::json) AS s (place int, external_id text, call int, kind text, digest text)),
		part AS (
			INSERT INTO msgbot_parts (conversation_id, direction, external_id, post_id, number, kind, state, call, text_digest)
			SELECT conversation_id, 'out', sent.external_id, post_id,
				sent.place + (SELECT coalesce(max(p.number), 0) FROM msgbot_parts p WHERE p.post_id = ended.post_id),
				sent.kind, 'sent', sent.call, sent.digest
			FROM ended, sent WHERE ended.kind IN ('send', 'auto') ON CONFLICT DO NOTHING),
		rewritten AS (
			UPDATE msgbot_parts p SET text_digest = sent.digest
			FROM tried, sent
			WHERE tried.kind = 'edit' AND p.conversation_id = tried.conversation_id AND p.direction = 'out'
				AND p.external_id = sent.external_id AND p.post_id = tried.post_id),
		keyboard AS (
			SELECT coalesce(
				(SELECT sent.external_id FROM sent ORDER BY place DESC LIMIT 1),
				(SELECT p.external_id FROM msgbot_parts p WHERE p.post_id = ended.post_id AND p.direction = 'out'
					ORDER BY p.number DESC LIMIT 1)) AS external_id
			FROM ended WHERE buttons IS NOT NULL AND state = 'sent'),`+followed+`
		UPDATE msgbot_conversations c SET unreachable = coalesce(nullif($9, ''), c.unreachable),
			keyboard = coalesce((SELECT external_id FROM keyboard), c.keyboard)
		FROM ended WHERE c.id = ended.conversation_id AND ($9 <> '' OR EXISTS (SELECT FROM keyboard))`,
		id, attempt, string(o.State), o.Description, o.Code, o.Part, orNull(o.NotBefore), sent, unreachable, epoch)
	return err
}

// takesOver says that a reply is from now on what its post became: it went out, or nothing of it did and it does not go
// out now.
const takesOver = `$3 = 'sent' OR greatest(part, $6) = 0 AND $3 IN ('queued', 'failed', 'unknown')`

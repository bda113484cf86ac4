// What answers automatically: rules and hours of each bot. Flows are in flows.go.

package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// stored scans a JSON document.
type stored[T any] struct{ value *T }

// Scan implements sql.Scanner.
func (d stored[T]) Scan(src any) error {
	raw, ok := src.([]byte)
	if !ok {
		return errors.Errorf("a document is a %T", src)
	}
	return json.Unmarshal(raw, d.value)
}

// Script implements answers.Store. All of it is read at one moment.
func (s *Store) Script(ctx context.Context, botID string) (answers.Script, error) {
	var hits map[string]int64
	var hoursVersion int64
	script, err := row(ctx, s, "read what answers automatically", func(a *answers.Script) []any {
		return []any{
			&a.Version, listed[autoreply.Rule]{&a.Rules}, &a.RulesVersion, stored[hours.Hours]{&a.Hours}, &hoursVersion,
			stored[map[string]int64]{&hits}, listed[answers.StoredFlow]{&a.Published}, &a.HadFlow,
		}
	}, `
		SELECT coalesce(s.version, 0), nullif(s.rules, '[]'), coalesce(s.rules_version, 0), coalesce(s.hours, '{}'),
			coalesce(s.hours_version, 0),
			(SELECT coalesce(json_object_agg(rule_id, hits), '{}') FROM msgbot_rule_hits WHERE bot_id = b.id),
			(SELECT json_agg(json_build_object('Name', v.name, 'Version', v.version, 'Text', v.text, 'By', v.by,
					'At', to_char(v.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ORDER BY v.name)
				FROM msgbot_flows f
				JOIN msgbot_flow_versions v ON v.bot_id = f.bot_id AND v.name = f.name AND v.version = f.published
				WHERE f.bot_id = b.id AND f.is_on),
			coalesce(s.had_flow, false)
		FROM msgbot_bots b LEFT JOIN msgbot_scripts s ON s.bot_id = b.id WHERE b.id = $1`, botID)
	script.Hours.Version = hoursVersion
	for i, r := range script.Rules {
		script.Rules[i].Hits = hits[r.ID]
	}
	return script, scriptGone(err)
}

// ScriptVersions implements answers.Store.
func (s *Store) ScriptVersions(ctx context.Context) (map[string]int64, error) {
	return s.versions(ctx, "read the scripts' versions", `SELECT bot_id, version FROM msgbot_scripts`)
}

// retimed makes the timers of a bot run out soon, when every node knows what was saved: what they go by is another now, and
// who finds that his time has not come sets it anew.
const retimed = `,
		timed AS (
			SELECT c.id FROM saved JOIN msgbot_conversations c USING (bot_id) WHERE c.no_answer_at IS NOT NULL
			ORDER BY c.id FOR NO KEY UPDATE OF c),
		retimed AS (
			UPDATE msgbot_conversations c SET no_answer_at = least(c.no_answer_at, now() + interval '10 seconds')
			FROM timed WHERE c.id = timed.id)`

// SaveRules implements answers.Store. Hits of the given rules are not looked at: the database counts them.
func (s *Store) SaveRules(ctx context.Context, botID string, rules []autoreply.Rule, version int64) (int64, error) {
	rules = slices.Clone(rules)
	ids := make([]string, len(rules))
	for i := range rules {
		rules[i].Hits = 0
		ids[i] = rules[i].ID
	}
	return s.savePart(ctx, "rules", botID, rules, version, `,
		forgotten AS (
			DELETE FROM msgbot_rule_hits h USING saved WHERE h.bot_id = saved.bot_id AND h.rule_id <> ALL ($4::text[]))`+retimed, texts(ids))
}

// SaveHours implements answers.Store.
func (s *Store) SaveHours(ctx context.Context, botID string, h hours.Hours) (int64, error) {
	version := h.Version
	h.Version = 0
	return s.savePart(ctx, "hours", botID, h, version, retimed)
}

// Told implements answers.Store.
func (s *Store) Told(ctx context.Context, botID string) (map[string][]messenger.Command, error) {
	lists, err := row(ctx, s, "read the commands that a messenger shows", func(lists *map[string][]messenger.Command) []any {
		return []any{stored[map[string][]messenger.Command]{lists}}
	}, `
		SELECT coalesce(s.told, '{}') FROM msgbot_bots b LEFT JOIN msgbot_scripts s ON s.bot_id = b.id WHERE b.id = $1`, botID)
	return lists, scriptGone(err)
}

// SaveTold implements answers.Store. It is no change of the script; a bot that never had one has no commands.
func (s *Store) SaveTold(ctx context.Context, botID string, lists map[string][]messenger.Command) error {
	doc, err := document(lists)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "store the commands that a messenger shows", `
		UPDATE msgbot_scripts SET told = $2::jsonb WHERE bot_id = $1`, botID, doc)
	return err
}

// savePart replaces one part of a script, which is the name of its column, if its version still is the given one, and
// returns the new version. More are further common table expressions, for a part that was saved.
func (s *Store) savePart(ctx context.Context, part, botID string, content any, version int64, more string, args ...any) (int64, error) {
	doc, err := document(content)
	if err != nil {
		return 0, err
	}
	now, err := value[*int64](ctx, s, "store the "+part, `
		WITH
		bot AS (SELECT id FROM msgbot_bots WHERE id = $1),
		saved AS (
			INSERT INTO msgbot_scripts AS s (bot_id, version, `+part+`, `+part+`_version)
			SELECT id, 1, $2::jsonb, 1 FROM bot
			WHERE $3 = 0 OR EXISTS (SELECT FROM msgbot_scripts WHERE bot_id = $1)
			ON CONFLICT (bot_id) DO UPDATE SET version = s.version + 1, `+part+` = excluded.`+part+`,
				`+part+`_version = s.`+part+`_version + 1
			WHERE s.`+part+`_version = $3
			RETURNING bot_id, `+part+`_version AS now)`+more+`
		SELECT (SELECT now FROM saved) FROM bot`, append([]any{botID, doc, version}, args...)...)
	switch {
	case err != nil:
		return 0, scriptGone(err)
	case now == nil:
		return 0, answers.ErrChanged
	}
	return *now, nil
}

// scriptGone says in the words of package answers that a bot or a flow is not there.
func scriptGone(err error) error {
	if errors.Is(err, relay.ErrNotFound) || isOrphan(err) {
		return answers.ErrNotFound
	}
	return err
}

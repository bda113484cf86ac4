// Flows and their versions.

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
)

func storedFlowFields(f *answers.StoredFlow) []any {
	return []any{&f.Name, &f.Version, &f.Text, when{&f.At}, &f.By}
}

// Flows implements answers.Store.
func (s *Store) Flows(ctx context.Context, botID string) ([]answers.FlowState, error) {
	fields := func(f *answers.FlowState) []any {
		return []any{&f.Name, &f.Draft, &f.Published, &f.On, when{&f.ChangedAt}}
	}
	flows, err := list(ctx, s, "list the flows", fields, `
		SELECT coalesce(f.name, ''), coalesce(f.draft, 0), coalesce(f.published, 0), coalesce(f.is_on, false), f.changed_at
		FROM msgbot_bots b LEFT JOIN msgbot_flows f ON f.bot_id = b.id AND f.draft + f.published > 0
		WHERE b.id = $1 ORDER BY f.name`, botID)
	switch {
	case err != nil:
		return nil, err
	case len(flows) == 0:
		return nil, answers.ErrNotFound
	case flows[0].Name == "": // the bot has none
		return nil, nil
	}
	return flows, nil
}

// Flow implements answers.Store.
func (s *Store) Flow(ctx context.Context, botID, name string, version int) (answers.StoredFlow, error) {
	flow, err := row(ctx, s, "read a flow", storedFlowFields, `
		SELECT v.name, v.version, v.text, v.at, v.by
		FROM msgbot_flows f JOIN msgbot_flow_versions v USING (bot_id, name)
		WHERE bot_id = $1 AND name = $2 AND v.version = coalesce(nullif($3, 0), nullif(f.draft, 0), f.published)`,
		botID, name, version)
	return flow, scriptGone(err)
}

// SaveDraft implements answers.Store. The script goes first in all changes of flows, so that two of them wait for each other.
func (s *Store) SaveDraft(ctx context.Context, botID, name, text, userID string) (answers.StoredFlow, error) {
	flow, err := row(ctx, s, "store a draft", storedFlowFields, `
		WITH
		script AS (
			INSERT INTO msgbot_scripts AS s (bot_id, version) SELECT id, 1 FROM msgbot_bots WHERE id = $1
			ON CONFLICT (bot_id) DO UPDATE SET version = s.version + 1 RETURNING bot_id),
		changed AS (
			INSERT INTO msgbot_flows AS f (bot_id, name, newest, draft) SELECT bot_id, $2, 1, 1 FROM script
			ON CONFLICT (bot_id, name) DO UPDATE SET newest = f.newest + 1, draft = f.newest + 1, changed_at = now()
			RETURNING *),`+newVersion+`
		SELECT name, version, text, at, by FROM stored`, botID, name, text, userID)
	return flow, scriptGone(err)
}

// settled is how long a flow has been as it was, before old versions are forgotten: another node may let customers into what
// was published until then.
const settled = time.Minute

// newVersion stores the newest version of the flow in changed, $3 by $4, and forgets old ones: all but the last ones, the
// draft, the published one and those where a customer still is, which nobody is who came there too long ago.
var newVersion = fmt.Sprintf(`
		stored AS (
			INSERT INTO msgbot_flow_versions (bot_id, name, version, text, by)
			SELECT bot_id, name, newest, $3, $4 FROM changed RETURNING *),
		forgotten AS (
			DELETE FROM msgbot_flow_versions v USING changed f, msgbot_flows before
			WHERE v.bot_id = f.bot_id AND v.name = f.name AND v.version <= f.newest - %d AND v.version NOT IN (f.draft, f.published)
				AND before.bot_id = f.bot_id AND before.name = f.name AND before.changed_at < now() - make_interval(secs => %d)
				AND NOT EXISTS (
					SELECT FROM msgbot_conversations c
					WHERE c.bot_id = v.bot_id AND c.memory #>> '{position,flow}' = v.name
						AND (c.memory #>> '{position,version}')::int = v.version
						AND (c.memory #>> '{position,at}')::timestamptz > now() - make_interval(secs => %d)))`,
	answers.KeptVersions, int(settled.Seconds()), int(answers.LongestIdle.Seconds()))

// Replace implements answers.Store.
func (s *Store) Replace(ctx context.Context, botID, name, text, userID string, script int64) error {
	return changedFlow(value[bool](ctx, s, "replace a flow", `
		WITH
		bot AS (SELECT id FROM msgbot_bots WHERE id = $1),
		script AS (
			INSERT INTO msgbot_scripts AS s (bot_id, version, had_flow) SELECT id, 1, true FROM bot
			WHERE $5 = 0 OR EXISTS (SELECT FROM msgbot_scripts WHERE bot_id = $1)
			ON CONFLICT (bot_id) DO UPDATE SET version = s.version + 1, had_flow = true WHERE s.version = $5
			RETURNING bot_id),
		changed AS (
			INSERT INTO msgbot_flows AS f (bot_id, name, newest, draft, published, is_on)
			SELECT bot_id, $2, 1, 0, 1, true FROM script
			ON CONFLICT (bot_id, name) DO UPDATE SET newest = f.newest + 1, draft = 0, published = f.newest + 1, is_on = true,
				changed_at = now()
			RETURNING *),`+newVersion+`
		SELECT EXISTS (SELECT FROM script) FROM bot`, botID, name, text, userID, script))
}

// Publish implements answers.Store. There is no draft any more then.
func (s *Store) Publish(ctx context.Context, botID, name string, script int64) error {
	return s.changeFlow(ctx, "publish a flow", flowChange{
		of: "draft + published > 0", script: ", had_flow = true",
		set: "published = coalesce(nullif(draft, 0), published), draft = 0, is_on = true",
	}, botID, name, script)
}

// SwitchOff implements answers.Store.
func (s *Store) SwitchOff(ctx context.Context, botID, name string, script int64) error {
	return s.changeFlow(ctx, "switch a flow off", flowChange{of: "published > 0", set: "is_on = false"}, botID, name, script)
}

// RemoveFlow implements answers.Store. The row stays for its number: a flow of that name which is made later begins above it,
// so that no customer's place in this one is taken for one in that.
func (s *Store) RemoveFlow(ctx context.Context, botID, name string, script int64) error {
	return s.changeFlow(ctx, "remove a flow", flowChange{
		of: "draft + published > 0", set: "draft = 0, published = 0, is_on = false", more: `,
		forgotten AS (
			DELETE FROM msgbot_flow_versions v USING changed WHERE v.bot_id = changed.bot_id AND v.name = changed.name)`,
	}, botID, name, script)
}

// flowChange is a change of a flow: what must be true of it, what is set of it and besides of its script, and further common
// table expressions.
type flowChange struct{ of, set, script, more string }

// changeFlow makes a change of a flow if its bot's script still has the given version.
func (s *Store) changeFlow(ctx context.Context, doing string, c flowChange, botID, name string, script int64) error {
	return changedFlow(value[bool](ctx, s, doing, `
		WITH
		flow AS (SELECT name FROM msgbot_flows WHERE bot_id = $1 AND name = $2 AND `+c.of+`),
		script AS (
			UPDATE msgbot_scripts SET version = version + 1`+c.script+`
			WHERE bot_id = $1 AND version = $3 AND EXISTS (SELECT FROM flow) RETURNING bot_id),
		changed AS (
			UPDATE msgbot_flows f SET `+c.set+`, changed_at = now() FROM script
			WHERE f.bot_id = script.bot_id AND f.name = $2 RETURNING f.*)`+c.more+`
		SELECT EXISTS (SELECT FROM script) FROM flow`, botID, name, script))
}

// changedFlow is the error of a change that tells whether it was made.
func changedFlow(made bool, err error) error {
	if err == nil && !made {
		return answers.ErrChanged
	}
	return scriptGone(err)
}

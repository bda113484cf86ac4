// Flows and their versions.

package store

import (
	"context"

	"github.com/msgbot/mattermost-plugin-msgbot/server/answers"
)

// newScript makes the script of the bots in changed count one more change.
const newScript = `
	script AS (
		INSERT INTO msgbot_scripts AS s (bot_id, version) SELECT bot_id, 1 FROM changed
		ON CONFLICT (bot_id) DO UPDATE SET version = s.version + 1`

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

// SaveDraft implements answers.Store.
func (s *Store) SaveDraft(ctx context.Context, botID, name, text, userID string) (answers.StoredFlow, error) {
	flow, err := row(ctx, s, "store a draft", storedFlowFields, `
		WITH
		changed AS (
			INSERT INTO msgbot_flows AS f (bot_id, name, newest, draft) VALUES ($1, $2, 1, 1)
			ON CONFLICT (bot_id, name) DO UPDATE SET newest = f.newest + 1, draft = f.newest + 1, changed_at = now()
			RETURNING bot_id, name, draft),
		version AS (
			INSERT INTO msgbot_flow_versions (bot_id, name, version, text, by)
			SELECT bot_id, name, draft, $3, $4 FROM changed RETURNING *),`+newScript+`)
		SELECT name, version, text, at, by FROM version`, botID, name, text, userID)
	return flow, scriptGone(err)
}

// Publish implements answers.Store. There is no draft any more then.
func (s *Store) Publish(ctx context.Context, botID, name string) (answers.StoredFlow, error) {
	version, err := value[int](ctx, s, "publish a flow", `
		WITH
		changed AS (
			UPDATE msgbot_flows SET published = draft, draft = 0, is_on = true, changed_at = now()
			WHERE bot_id = $1 AND name = $2 AND draft > 0 RETURNING bot_id, published),`+newScript+`, had_flow = true)
		SELECT published FROM changed`, botID, name)
	if err != nil {
		return answers.StoredFlow{}, scriptGone(err)
	}
	return s.Flow(ctx, botID, name, version)
}

// SwitchFlow implements answers.Store; answers.ErrNotFound when no version is published.
func (s *Store) SwitchFlow(ctx context.Context, botID, name string, on bool) error {
	return s.changeFlow(ctx, "switch a flow", `
			UPDATE msgbot_flows SET is_on = $3, changed_at = now()
			WHERE bot_id = $1 AND name = $2 AND published > 0 RETURNING bot_id`, botID, name, on)
}

// RemoveFlow implements answers.Store. The row stays for its number: a flow of that name which is made later begins above it,
// so that no customer's place in this one is taken for one in that.
func (s *Store) RemoveFlow(ctx context.Context, botID, name string) error {
	return s.changeFlow(ctx, "remove a flow", `
			UPDATE msgbot_flows SET draft = 0, published = 0, is_on = false
			WHERE bot_id = $1 AND name = $2 AND draft + published > 0 RETURNING bot_id),
		forgotten AS (
			DELETE FROM msgbot_flow_versions v USING changed WHERE v.bot_id = changed.bot_id AND v.name = $2`, botID, name)
}

// changeFlow runs a statement that returns the bot of a flow that it changed; answers.ErrNotFound when it changed none.
func (s *Store) changeFlow(ctx context.Context, doing, statement string, args ...any) error {
	_, err := value[string](ctx, s, doing, `
		WITH
		changed AS (`+statement+`),`+newScript+`)
		SELECT bot_id FROM changed`, args...)
	return scriptGone(err)
}

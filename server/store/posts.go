// The one place that reads Mattermost's own tables: posts, reactions, users and bots, read only.
//
// Mattermost's hooks cannot be relied on for what agents write: they come concurrently, at most once, and not at all
// while the plugin is dead or starting. The plugin API's GetPostsSince is cut at 1,000 posts without an order and reads a
// replica (tried on Mattermost 11.1). So the posts are read where they are, by the index on (channelid, updateat). There is
// none on the times of reactions; but adding or removing one makes its post updated, later or in the same millisecond
// (SqlReactionStore of Mattermost 11.1), so that reactions are found by their posts. Mattermost's column names are lower-case, its times milliseconds since 1970.

package store

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// botChannels are the channels where bot $1 has or had threads.
const botChannels = ` ANY (array(
				SELECT channel_id FROM msgbot_bots WHERE id = $1
				UNION SELECT channel_id FROM msgbot_threads WHERE bot_id = $1)) `

// ScanPosts implements relay.OutboxStore. Posts of Mattermost's own types ("x joined the channel") are left out, as are
// the copies that it keeps of edited posts (they have an originalid). Fileids is a JSON list of ids, kept as text.
func (s *Store) ScanPosts(ctx context.Context, botID, exceptUser string, since time.Time, limit int) ([]relay.Candidate, error) {
	fields := func(c *relay.Candidate) []any {
		p := &c.Post
		return []any{
			&p.ID, &p.RootID, &p.ChannelID, &p.UserID, &p.FirstName, &p.LastName, &p.Username, &p.Message, &p.Type,
			&p.Automated, pq.Array(&p.FileIDs), postTime{&p.CreatedAt}, postTime{&p.UpdatedAt}, &p.Deleted, &c.ConversationID, &c.Known,
		}
	}
	return list(ctx, s, "scan the posts", fields, `
		SELECT p.id, p.rootid, p.channelid, p.userid,
			coalesce(u.firstname, ''), coalesce(u.lastname, ''), coalesce(u.username, ''), p.message, p.type,
			b.userid IS NOT NULL OR 'true' IN (coalesce(p.props->>'from_webhook', ''),
				coalesce(p.props->>'from_bot', ''), coalesce(p.props->>'from_plugin', '')),
			nullif(string_to_array(translate(p.fileids, '[]" ', ''), ','), '{}'),
			p.createat, p.updateat, p.deleteat > 0, t.conversation_id, m.post_id IS NOT NULL
		FROM posts p
		JOIN msgbot_threads t ON t.root_post_id = p.rootid AND t.bot_id = $1
		LEFT JOIN msgbot_messages m ON m.post_id = p.id
		LEFT JOIN users u ON u.id = p.userid
		LEFT JOIN bots b ON b.userid = p.userid
		WHERE p.channelid =`+botChannels+`
			AND p.updateat > $3 AND p.originalid = '' AND p.rootid <> '' AND p.userid <> $2 AND p.type = ''
			AND (m.post_id IS NULL OR greatest(p.editat, p.deleteat) > m.seen_ms)
			-- Who deletes a card deletes its replies with it, at the same moment: that is no wish about the customer.
			AND NOT EXISTS (SELECT FROM posts r WHERE r.id = p.rootid AND r.deleteat > 0 AND r.deleteat = p.deleteat)
		ORDER BY p.updateat, p.id LIMIT $4`, botID, exceptUser, millisOf(since), limit)
}

// ScanReactions implements relay.ReactionStore. At is when somebody last reacted or took a reaction back; that of a person
// who reacts anew with the same emoji counts from then.
func (s *Store) ScanReactions(ctx context.Context, botID, exceptUser string, since time.Time, limit int) ([]relay.Reaction, error) {
	fields := func(r *relay.Reaction) []any { return []any{&r.PostID, &r.ConversationID, &r.Name, postTime{&r.At}} }
	return list(ctx, s, "scan the reactions", fields, `
		SELECT p.id, m.conversation_id, coalesce(now.name, ''), now.at
		FROM posts p
		JOIN msgbot_messages m ON m.post_id = p.id
		JOIN msgbot_conversations c ON c.id = m.conversation_id AND c.bot_id = $1
		CROSS JOIN LATERAL (
			SELECT max(coalesce(r.updateat, r.createat)) AS at,
				(array_agg(r.emojiname ORDER BY coalesce(r.updateat, r.createat) DESC, r.emojiname)
					FILTER (WHERE coalesce(r.deleteat, 0) = 0))[1] AS name
			FROM reactions r
			WHERE r.postid = p.id AND r.userid <> $2 AND NOT EXISTS (SELECT FROM bots b WHERE b.userid = r.userid)) now
		WHERE p.channelid =`+botChannels+`
			AND p.updateat > $3 AND p.originalid = '' AND now.at > $3
			AND EXISTS (SELECT FROM msgbot_parts part WHERE part.post_id = p.id)
		ORDER BY now.at, p.id LIMIT $4`, botID, exceptUser, millisOf(since), limit)
}

// postTime scans one of Mattermost's times.
type postTime struct{ *time.Time }

// Scan implements sql.Scanner.
func (p postTime) Scan(src any) error {
	var since time.Duration
	if err := (elapsed{&since, time.Millisecond}).Scan(src); err != nil {
		return err
	}
	*p.Time = time.UnixMilli(since.Milliseconds()).UTC()
	return nil
}

// millisOf is t as Mattermost has it, 0 for the zero time.
func millisOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

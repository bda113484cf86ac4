// What the scan finds in Mattermost's tables. They are made here as Mattermost 11.1 has them, as far as they are read.

package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

const mattermostTables = `
	CREATE TABLE posts (
		id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, userid varchar(26),
		channelid varchar(26), rootid varchar(26), originalid varchar(26), message varchar(65535), type varchar(26),
		props jsonb, fileids varchar(300), editat bigint);
	CREATE INDEX idx_posts_channel_id_update_at ON posts (channelid, updateat);
	CREATE TABLE users (id varchar(26) PRIMARY KEY, username varchar(64), firstname varchar(64), lastname varchar(64));
	CREATE TABLE bots (userid varchar(26) PRIMARY KEY);
	CREATE TABLE reactions (
		userid varchar(26) NOT NULL, postid varchar(26) NOT NULL, emojiname varchar(64) NOT NULL, createat bigint,
		updateat bigint, deleteat bigint, remoteid varchar(26), channelid varchar(26) NOT NULL DEFAULT '',
		PRIMARY KEY (postid, userid, emojiname));
	CREATE INDEX idx_reactions_channel_id ON reactions (channelid);
	INSERT INTO users VALUES ('ivan', 'ivan.k', 'Іван', 'Коваль'), ('helper', 'helper', '', '');
	INSERT INTO bots VALUES ('helper'), ('msgbot')`

// mattermostPost is a row of Mattermost's posts; seconds count from noon.
type mattermostPost struct {
	id, user, channel, root, original, message, kind, props, files string
	created, updated, edited, deleted                              int
}

func (w *world) post(p mattermostPost) {
	w.Helper()
	millis := func(seconds int) int64 {
		if seconds == 0 {
			return 0
		}
		return noon.Add(time.Duration(seconds) * time.Second).UnixMilli()
	}
	if p.props == "" {
		p.props = "{}"
	}
	w.execute(`INSERT INTO posts VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (id) DO UPDATE SET updateat = excluded.updateat, deleteat = excluded.deleteat,
			editat = excluded.editat, message = excluded.message`,
		p.id, millis(p.created), millis(max(p.created, p.updated, p.edited, p.deleted)), millis(p.deleted), p.user,
		p.channel, p.root, p.original, p.message, p.kind, p.props, p.files, millis(p.edited))
}

// scan returns the ids of what the scan of bot a finds; known ones with an asterisk.
func (w *world) scan(since time.Time, limit int) (ids []string) {
	w.Helper()
	found, err := w.ScanPosts(w.ctx, "a", "msgbot", since, limit)
	w.ok(err)
	for _, c := range found {
		id := c.Post.ID
		if c.Known {
			id += "*"
		}
		ids = append(ids, id)
	}
	return ids
}

func TestTheScanReadsAPostWithItsAuthor(t *testing.T) {
	each(t, func(w *world) {
		w.execute(mattermostTables)
		c := w.thread(w.bot("a"), "1")
		w.post(mattermostPost{id: "p1", user: "ivan", channel: "channel-a", root: "root-1", message: "Добрий день", files: `["f1","f2"]`, created: 5, edited: 7})
		found, err := w.ScanPosts(w.ctx, "a", "msgbot", noon, 10)
		w.ok(err)
		require.Equal(w, []relay.Candidate{{ConversationID: c.ID, Post: conversation.AgentPost{
			ID: "p1", RootID: "root-1", ChannelID: "channel-a", UserID: "ivan", FirstName: "Іван", LastName: "Коваль",
			Username: "ivan.k", Message: "Добрий день", FileIDs: []string{"f1", "f2"},
			CreatedAt: noon.Add(5 * time.Second), UpdatedAt: noon.Add(7 * time.Second),
		}}}, found)
	})
}

func TestTheScanFindsOnlyWhatIsWrittenInTheBotsThreads(t *testing.T) {
	each(t, func(w *world) {
		w.execute(mattermostTables)
		l := w.bot("a")
		c := w.thread(l, "1")
		w.ok(w.StartThread(w.ctx, l, c.ID, conversation.Thread{RootPostID: "root-fallback", ChannelID: "fallback", Seq: 2}, noon))
		other := w.bot("b") // two bots may share a channel
		w.ok(w.StartThread(w.ctx, other, w.converse("b", "2").ID, conversation.Thread{RootPostID: "root-2", ChannelID: "channel-a", Seq: 1}, noon))
		good := mattermostPost{user: "ivan", channel: "channel-a", root: "root-1", message: "text"}
		for i, tt := range []struct {
			id     string
			change func(*mattermostPost)
		}{
			{"reply", func(*mattermostPost) {}},
			{"in-fallback", func(p *mattermostPost) { p.channel, p.root = "fallback", "root-fallback" }},
			{"own", func(p *mattermostPost) { p.user = "msgbot" }},
			{"root-post", func(p *mattermostPost) { p.root = "" }},
			{"other-thread", func(p *mattermostPost) { p.root = "unknown" }},
			{"other-bot", func(p *mattermostPost) { p.root = "root-2" }},
			{"old-copy", func(p *mattermostPost) { p.original = "reply" }},
			{"joined", func(p *mattermostPost) { p.kind = "system_join_channel" }},
			{"stranger", func(p *mattermostPost) { p.user = "unknown" }},
		} {
			p := good
			p.id, p.created = tt.id, 1+i
			tt.change(&p)
			w.post(p)
		}
		require.Equal(w, []string{"reply", "in-fallback", "stranger"}, w.scan(time.Time{}, 10))
		require.Equal(w, []string{"in-fallback"}, w.scan(noon.Add(time.Second), 1), "after since, at most limit")
	})
}

func TestTheScanSeesWhoIsAMachine(t *testing.T) {
	each(t, func(w *world) {
		w.execute(mattermostTables)
		w.thread(w.bot("a"), "1")
		for i, tt := range []struct {
			user, props string
			automated   bool
		}{
			{"ivan", `{}`, false},
			{"ivan", `{"from_webhook": "false", "from_bot": null}`, false},
			{"helper", `{}`, true},
			{"ivan", `{"from_webhook": "true"}`, true},
			{"ivan", `{"from_webhook": true}`, true},
			{"ivan", `{"from_bot": "true"}`, true},
			{"ivan", `{"from_plugin": true}`, true},
		} {
			w.execute(`DELETE FROM posts`)
			w.post(mattermostPost{id: "p", user: tt.user, channel: "channel-a", root: "root-1", props: tt.props, created: 1 + i})
			found, err := w.ScanPosts(w.ctx, "a", "msgbot", noon, 10)
			w.ok(err)
			require.Equal(w, tt.automated, found[0].Post.Automated, "%s %s", tt.user, tt.props)
			require.Nil(w, found[0].Post.FileIDs)
		}
		w.execute(`UPDATE posts SET props = NULL, fileids = NULL`)
		found, err := w.ScanPosts(w.ctx, "a", "msgbot", noon, 10)
		w.ok(err)
		require.False(w, found[0].Post.Automated)
	})
}

func TestTheScanBringsARecordedPostAgainOnlyWhenItWasEditedOrDeleted(t *testing.T) {
	each(t, func(w *world) {
		w.execute(mattermostTables)
		l := w.bot("a")
		c := w.thread(l, "1")
		p := mattermostPost{id: "p1", user: "ivan", channel: "channel-a", root: "root-1", message: "text", created: 1}
		recordAll := func(action conversation.Action) {
			found, err := w.ScanPosts(w.ctx, "a", "msgbot", time.Time{}, 10)
			w.ok(err)
			for _, f := range found {
				w.record(l, judged(c, f.Post, action, "any"))
			}
		}
		w.post(p)
		require.Equal(w, []string{"p1"}, w.scan(time.Time{}, 10))
		recordAll(conversation.Send)
		require.Empty(w, w.scan(time.Time{}, 10))
		p.updated = 2 // a reaction, a pin, a reply
		w.post(p)
		require.Empty(w, w.scan(time.Time{}, 10))
		p.edited = 3
		w.post(p)
		require.Equal(w, []string{"p1*"}, w.scan(time.Time{}, 10))
		recordAll(conversation.Send)
		require.Empty(w, w.scan(time.Time{}, 10))
		p.deleted = 4
		w.post(p)
		require.Equal(w, []string{"p1*"}, w.scan(time.Time{}, 10))
		recordAll(conversation.Skip)
		require.Empty(w, w.scan(time.Time{}, 10))
		require.Equal(w, conversation.Cancelled, w.state("p1"))

		w.post(mattermostPost{id: "p2", user: "helper", channel: "channel-a", root: "root-1", created: 5})
		recordAll(conversation.Skip)
		require.Empty(w, w.scan(time.Time{}, 10), "what is nobody's reply is judged once")
	})
}

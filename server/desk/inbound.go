// Customers' messages in a thread: posted, changed, marked as deleted.

package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// PropEvent is the post prop that holds the id a customer's message was posted with: the post's own id, or that of the
// first post of a message that took several.
const PropEvent = "msgbot_event"

// propDeleted is the prop of a post whose message the customer deleted, propParts that of the first post of a message that
// took several: how many.
const (
	propDeleted = "msgbot_deleted"
	propParts   = "msgbot_parts"
)

// PostInbound appends a message of the customer's side. It takes more than one post when it is longer than Mattermost
// allows; its files are in the first ones. A file that can never be had is a line; other failures of a file are returned
// unless p.Hasty.
func (d *Desk) PostInbound(ctx context.Context, p relay.InboundPost) (relay.Posted, error) {
	thread := p.Conversation.Thread
	if err := d.reachable(ctx, p.Bot, thread); err != nil {
		return relay.Posted{}, err
	}
	at := seat{first: p.ID}
	var files brought
	if len(p.Files) > 0 {
		var err error
		if at, err = d.seat(p.ID, thread.ChannelID); err != nil {
			return relay.Posted{}, err
		}
		if files, err = d.files(ctx, p, at, thread.ChannelID); err != nil {
			return relay.Posted{}, err
		}
	}
	parts, after := d.parts(p, len(files.ids), files.lines)
	for i := range parts {
		post := &model.Post{Id: at.part(i), ChannelId: thread.ChannelID, RootId: thread.RootPostID}
		d.compose(post, p, parts, i, after, files)
		post.FileIds = chunk(files.ids, i)
		if err := d.show(ctx, p.Bot, post); err != nil {
			return relay.Posted{Posts: i}, err
		}
	}
	return relay.Posted{Posts: len(parts), Missing: files.missing}, nil
}

// compose makes a post show the i-th of the parts.
func (d *Desk) compose(post *model.Post, p relay.InboundPost, parts []richtext.Text, i int, after string, files brought) {
	post.AddProp(PropEvent, p.ID)
	if i < len(parts)-1 {
		after = ""
	}
	d.write(post, p, parts[i], after)
	if i > 0 {
		return
	}
	setProp(post, propFiles, strings.Join(files.lines, "\n"))
	several := ""
	if len(parts) > 1 {
		several = strconv.Itoa(len(parts))
	}
	setProp(post, propParts, several)
}

// seat is the place of a message's posts.
type seat struct {
	// first is the id of the first post where the message was made but once. channelID is set when it was made once more, in
	// that channel, because the first one's was archived.
	first, channelID string
	// taken says that the first post was made; post is it, nil when it was deleted since.
	taken bool
	post  *model.Post
}

// seat finds the first post of a message that belongs into a channel.
func (d *Desk) seat(id, channelID string) (seat, error) {
	at := seat{first: id}
	post, where, err := d.find(id, channelID)
	if err != nil {
		return at, err
	}
	at.taken, at.post = where != "", post
	if where == "" || where == channelID {
		return at, nil
	}
	if p, err := d.place(where); err != nil || p.alive {
		return at, err
	}
	at.channelID = channelID
	post, where, err = d.find(at.part(0), channelID)
	at.taken, at.post = where != "", post
	return at, err
}

// part is the id of the i-th post of the message, from 0.
func (s seat) part(i int) string { return s.here(partID(s.first, i)) }

// here is the id that something of the message has in this place.
func (s seat) here(id string) string {
	if s.channelID == "" {
		return id
	}
	return elsewhere(id, s.channelID)
}

// elsewhere is the id of what is made once more in another channel.
func elsewhere(id, channelID string) string { return conversation.PostID(id, channelID) }

// partID is the id of the i-th post of a message, from 0.
func partID(id string, i int) string {
	if i == 0 {
		return id
	}
	return conversation.PostID(id, strconv.Itoa(i+1))
}

// show posts into a thread and makes sure that it can be seen. A post that went into a channel as it was archived is made
// once more, with an id of its own, when the conversation goes on elsewhere.
func (d *Desk) show(ctx context.Context, bot conversation.Bot, post *model.Post) error {
	wanted, id := post.ChannelId, post.Id
	where, err := d.create(ctx, post)
	if err != nil {
		return err
	}
	if where != wanted {
		p, err := d.place(where)
		if err != nil || p.alive {
			return err
		}
		post.Id = elsewhere(id, wanted)
		if where, err = d.create(ctx, post); err != nil {
			return err
		}
	}
	return d.seen(ctx, bot, where)
}

// EditInbound makes the posts of a message, of which there are that many, show p. Its files stay as they are when p.Files
// is nil. What the message no longer fills says so; what it fills now besides becomes further posts. It returns
// relay.ErrThreadGone when the first post was deleted, is in an archived channel, where nothing can be changed, or is an
// agent's own, which is never rewritten.
func (d *Desk) EditInbound(ctx context.Context, p relay.InboundPost, posts int) (relay.Posted, error) {
	at, first, err := d.editable(p)
	if err != nil {
		return relay.Posted{}, err
	}
	files := brought{ids: first.FileIds}
	if lines := prop(first, propFiles); lines != "" {
		files.lines = strings.Split(lines, "\n")
	}
	if p.Files != nil {
		if files, err = d.bring(ctx, p, at, first.ChannelId); err != nil {
			return relay.Posted{}, err
		}
	}
	parts, after := d.parts(p, len(files.ids), files.lines)
	for i := range max(len(parts), posts) {
		change := func(post *model.Post) {
			if i >= len(parts) {
				d.empty(post, p)
				return
			}
			d.compose(post, p, parts, i, after, files)
			if p.Files != nil {
				post.FileIds = chunk(files.ids, i)
			}
		}
		err := d.update(ctx, at.part(i), change)
		if errors.Is(err, errPostGone) && i > 0 {
			err = nil // somebody deleted a piece of it, or there is none yet
			if i < len(parts) {
				post := &model.Post{Id: at.part(i), ChannelId: first.ChannelId, RootId: first.RootId}
				change(post)
				err = d.show(ctx, p.Bot, post)
			}
		}
		if err != nil {
			return relay.Posted{Posts: i}, gone(err)
		}
	}
	return relay.Posted{Posts: max(len(parts), posts), Missing: files.missing}, nil
}

// editable finds the first post of a message that is to be changed.
func (d *Desk) editable(p relay.InboundPost) (seat, *model.Post, error) {
	at, err := d.seat(p.ID, p.Conversation.Thread.ChannelID)
	if err != nil {
		return at, nil, err
	}
	if at.post == nil || !d.ours(at.post) {
		return at, nil, relay.ErrThreadGone
	}
	where, err := d.place(at.post.ChannelId)
	if err == nil && !where.alive {
		err = relay.ErrThreadGone
	}
	return at, at.post, err
}

// empty makes a post show that the message became shorter, unless it holds files. It is not deleted: its id would be lost
// for a longer text.
func (d *Desk) empty(post *model.Post, p relay.InboundPost) {
	if p.Files != nil {
		post.FileIds = nil
	}
	after := ""
	if len(post.FileIds) == 0 {
		after = d.T(d.language(p.Bot), "thread.shortened", nil)
	}
	d.write(post, p, richtext.Text{}, after)
}

// gone is the error of a change, in the relay's terms.
func gone(err error) error {
	if errors.Is(err, errPostGone) {
		return relay.ErrThreadGone
	}
	return err
}

// InboundText is the Markdown of a customer's message, all its posts, without what msgbot put around it: his name, lines
// about files, marks. It returns relay.ErrThreadGone when the post was deleted or is an agent's.
func (d *Desk) InboundText(ctx context.Context, postID string) (string, error) {
	first, err := d.read(ctx, postID)
	if err != nil {
		return "", gone(err)
	}
	if !d.ours(first) {
		return "", relay.ErrThreadGone
	}
	text := own(first)
	several, _ := strconv.Atoi(prop(first, propParts)) // there is no such prop on a single post
	for i := 1; i < several; i++ {
		post, err := d.read(ctx, partID(postID, i))
		switch {
		case errors.Is(err, errPostGone):
			continue // somebody deleted a piece of it
		case err != nil:
			return "", err
		}
		text += "\n" + own(post)
	}
	return text, nil
}

// own is the part of a post that is the customer's.
func own(post *model.Post) string {
	text := strings.TrimPrefix(post.Message, prop(post, propBefore))
	return strings.TrimSuffix(text, prop(post, propAfter))
}

// ours tells whether msgbot made the post. What agents wrote is theirs: a change of it would be sent to the customer.
func (d *Desk) ours(post *model.Post) bool { return post.UserId == d.opts.BotUserID }

// MarkDeleted says on a customer's post that he deleted it at that time; the text stays. Once; a post that is gone, can no
// longer be changed, or is an agent's own is no matter.
func (d *Desk) MarkDeleted(ctx context.Context, bot conversation.Bot, postID string, at time.Time) error {
	line := d.T(d.language(bot), "thread.deleted", map[string]string{"time": d.clock(bot, at)})
	err := d.update(ctx, postID, func(post *model.Post) {
		if prop(post, propDeleted) != "" || !d.ours(post) {
			return
		}
		added := behind(post.Message, line)
		post.Message += added
		setProp(post, propAfter, prop(post, propAfter)+added)
		setProp(post, propDeleted, "true")
	})
	if errors.Is(err, errPostGone) || errors.Is(err, relay.ErrRefused) {
		return nil
	}
	return err
}

// maxFiles is how many files a post may hold (model.Post.IsValid, tried on Mattermost 11.1).
const maxFiles = 10

// chunk are the files of the i-th post of a message.
func chunk(ids []string, i int) []string {
	return slices.Clone(ids[min(i*maxFiles, len(ids)):min((i+1)*maxFiles, len(ids))])
}

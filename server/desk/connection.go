// Business connections in the inbox channel: whose account it is, and who let it in.

package desk

import (
	"context"
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// ShowConnection tells the inbox channel the state of a Business connection: one post for each time it was made, with
// buttons while it waits for an admin. A post that was deleted, or can no longer be changed, is left so.
func (d *Desk) ShowConnection(ctx context.Context, bot conversation.Bot, c conversation.Connection) error {
	channelID, err := d.home(ctx, bot)
	if err != nil {
		return err
	}
	post := &model.Post{
		Id:        conversation.PostID("connection", bot.ID, c.ID, strconv.Itoa(c.Number)),
		ChannelId: channelID, Message: d.connectionText(bot, c),
	}
	id, show := post.Id, d.connectionFace(bot, c)
	show(post)
	if _, err := d.create(ctx, post); err != nil {
		return err
	}
	err = d.update(ctx, id, show)
	if errors.Is(err, errPostGone) || errors.Is(err, relay.ErrRefused) {
		return nil
	}
	return err
}

// connectionText says who connected what, and what that means. It stays as it is for the life of the post.
func (d *Desk) connectionText(bot conversation.Bot, c conversation.Connection) string {
	who := oneLine(c.Owner.Name, maxName)
	if who == "" {
		who = d.T(d.language(bot), "connection.nameless", nil)
	}
	who = "**" + plain(who) + "**"
	if c.Owner.Username != "" {
		who += " (" + plain("@"+oneLine(c.Owner.Username, maxName)) + ")"
	}
	key := "connection.asks"
	if !c.CanReply {
		key = "connection.asks_silent"
	}
	return d.T(d.language(bot), key, map[string]string{
		"who": who, "bot": "**" + plain(oneLine(bot.Name, maxName)) + "** (" + bot.Kind.Title() + ")",
	})
}

// connectionFace returns what makes the post show the connection's present state.
func (d *Desk) connectionFace(bot conversation.Bot, c conversation.Connection) (show func(*model.Post)) {
	lang := d.language(bot)
	if c.State == conversation.ConnectionWaiting {
		about := map[string]any{ContextBot: bot.ID, ContextConnection: c.ID}
		accept := d.button(ActionConnectionAccept, d.T(lang, "button.accept", nil), "primary", about)
		refuse := d.button(ActionConnectionRefuse, d.T(lang, "button.refuse", nil), "", about)
		return func(post *model.Post) { attach(post, d.T(lang, "connection.waiting", nil), accept, refuse) }
	}
	by := d.T(lang, "connection.somebody", nil)
	if name := d.Username(c.DecidedBy); name != "" {
		by = "@" + name
	}
	line := d.T(lang, "connection."+string(c.State), map[string]string{"user": by, "time": d.clock(bot, c.Since)})
	return func(post *model.Post) { attach(post, line) }
}

// Lines of msgbot's own in a thread.

package desk

import (
	"context"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// PostLine appends a line of msgbot's own. Key names it in assets/i18n; args may be a customer's words and are shown
// as plain text, but for the argument "mention", which is a username that is to be mentioned, and "post", which is the id
// of a post and stands in the text as its address.
func (d *Desk) PostLine(
	ctx context.Context, id string, bot conversation.Bot, c conversation.Conversation, key string, args map[string]string,
) error {
	if err := d.reachable(ctx, bot, c.Thread); err != nil {
		return err
	}
	safe := make(map[string]string, len(args))
	for name, value := range args {
		safe[name] = plain(value)
	}
	if username, ok := args["mention"]; ok {
		safe["mention"] = "@" + strings.TrimPrefix(username, "@")
	}
	if postID, ok := args["post"]; ok {
		safe["post"] = d.permalink(postID)
	}
	_, err := d.create(ctx, &model.Post{
		Id: id, ChannelId: c.Thread.ChannelID, RootId: c.Thread.RootPostID,
		Message: d.T(d.language(bot), key, safe),
	})
	return err
}

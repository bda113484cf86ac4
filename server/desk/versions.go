// What is behind a card's More button, and the earlier texts of messages that customers changed.

package desk

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// maxVersions is how many runes of earlier texts are shown at once.
const maxVersions = 16000

// EditedPost is a customer's post with its earlier texts, the oldest first.
type EditedPost struct {
	PostID   string
	Versions []Version
}

// Version is an earlier text: Markdown as it was shown, until At.
type Version struct {
	At   time.Time
	Text string
}

// More shows one user, in the conversation's thread, what is rarely needed.
func (d *Desk) More(ctx context.Context, userID string, bot conversation.Bot, c conversation.Conversation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lang := d.UserLocale(userID)
	post := &model.Post{
		UserId: d.opts.BotUserID, ChannelId: c.Thread.ChannelID, RootId: c.Thread.RootPostID,
		Message: d.T(lang, "more.title", map[string]string{"customer": plain(d.customerName(bot, c.Customer))}),
	}
	attach(post, "", d.button(ActionVersions, d.T(lang, "button.versions", nil), "",
		map[string]any{ContextConversation: c.ID}))
	if d.api.SendEphemeralPost(userID, post) == nil {
		return errNoAnswer
	}
	return nil
}

// ShowVersions shows one user the earlier texts of posts, in his zone, as many of them as fit.
func (d *Desk) ShowVersions(ctx context.Context, userID, channelID, rootID, lang string, list []EditedPost) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(list) == 0 {
		d.Ephemeral(userID, channelID, rootID, d.T(lang, "versions.none", nil))
		return nil
	}
	zone, left := d.userZone(userID), maxVersions
	var shown []string
	omitted := 0
	for _, post := range list {
		for _, v := range post.Versions {
			text := d.version(lang, zone, post.PostID, v)
			if left -= utf8.RuneCountInString(text) + 2; left < 0 || omitted > 0 {
				omitted++
				continue
			}
			shown = append(shown, text)
		}
	}
	if omitted > 0 {
		shown = append(shown, d.T(lang, "versions.omitted", map[string]string{"count": strconv.Itoa(omitted)}))
	}
	d.Ephemeral(userID, channelID, rootID, strings.Join(shown, "\n\n"))
	return nil
}

// version is one earlier text as a quote below its time and a link to the post. One that is too long for all that is shown
// loses its end, and its formatting, which might be left open.
func (d *Desk) version(lang string, zone *time.Location, postID string, v Version) string {
	head := d.T(lang, "versions.until", map[string]string{
		"post": d.permalink(postID), "time": d.clockIn(zone, lang, v.At),
	})
	text := v.Text
	if utf8.RuneCountInString(text) > maxVersions/2 {
		text = plain(cut(text, maxVersions/4))
	}
	if strings.TrimSpace(text) == "" {
		text = d.T(lang, "versions.empty", nil)
	}
	return head + "\n> " + strings.ReplaceAll(text, "\n", "\n> ")
}

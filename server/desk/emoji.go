// Emoji: Mattermost's names of them, and msgbot's own reactions.

package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// signSent is the sign of a reply that was sent.
const signSent = "white_check_mark"

// variation is the selector that asks for the coloured form. Messengers and Mattermost differ in where they write it.
const variation = "\uFE0F"

// emojiNames is Mattermost's name of each emoji, written without variation selectors. Of several names it is the first.
func emojiNames() map[string]string {
	names := make(map[string]string, len(model.SystemEmojis))
	for name, points := range model.SystemEmojis {
		key := strings.ReplaceAll(fromPoints(points), variation, "")
		if known, ok := names[key]; key != "" && (!ok || name < known) {
			names[key] = name
		}
	}
	return names
}

// fromPoints is the emoji that Mattermost writes as code points ("1f468-200d-1f469"), empty for its own picture
// ("mattermost").
func fromPoints(points string) string {
	var emoji strings.Builder
	for point := range strings.SplitSeq(points, "-") {
		r, err := strconv.ParseInt(point, 16, 32)
		if err != nil {
			return ""
		}
		emoji.WriteRune(rune(r))
	}
	return emoji.String()
}

// Emoji is the emoji that Mattermost calls by this name, false for a custom one.
func (d *Desk) Emoji(name string) (string, bool) {
	emoji := fromPoints(model.SystemEmojis[name])
	return emoji, emoji != ""
}

// emojiName is Mattermost's name of an emoji; that of another colour of skin where it knows the wanted one not.
func (d *Desk) emojiName(emoji string) (string, bool) {
	emoji = strings.ReplaceAll(emoji, variation, "")
	for _, key := range []string{emoji, strings.Map(withoutTone, emoji)} {
		if name, ok := d.emoji[key]; ok {
			return name, true
		}
	}
	return "", false
}

// withoutTone drops the modifiers of skin tone.
func withoutTone(r rune) rune {
	if '\U0001F3FB' <= r && r <= '\U0001F3FF' {
		return -1
	}
	return r
}

// React adds or removes msgbot's own reaction, by the emoji itself. It returns false when Mattermost has no such emoji. A
// post that is gone or takes no reaction is left alone.
func (d *Desk) React(ctx context.Context, postID, emoji string, on bool) (bool, error) {
	name, ok := d.emojiName(emoji)
	if !ok {
		return false, nil
	}
	if on {
		return true, d.mark(ctx, postID, name)
	}
	return true, d.unmark(ctx, postID, name)
}

// MarkNote gives a post the sign of a note (🔒).
func (d *Desk) MarkNote(ctx context.Context, postID string) error {
	return d.mark(ctx, postID, signNote)
}

// MarkSent gives a post the sign of a reply that was sent (✅).
func (d *Desk) MarkSent(ctx context.Context, postID string) error {
	return d.mark(ctx, postID, signSent)
}

// Unmark takes msgbot's signs from a reply that is on its way again; a sign that is not there is no matter.
func (d *Desk) Unmark(postID string) {
	for _, sign := range []string{signNote, signAlarm} {
		_ = d.api.RemoveReaction(d.reaction(postID, sign))
	}
}

// mark adds msgbot's reaction to a post, once: adding it again would change the post's update time, and the scan would
// see the post again. A post that is gone or cannot be marked is left alone.
func (d *Desk) mark(ctx context.Context, postID, emoji string) error {
	if marked, err := d.marked(ctx, postID, emoji); err != nil || marked {
		return err
	}
	made, appErr := d.api.AddReaction(d.reaction(postID, emoji))
	switch {
	case appErr != nil && appErr.StatusCode < http.StatusInternalServerError:
		return nil
	case appErr != nil:
		return errors.Wrap(failure(appErr), "add a reaction")
	case made == nil:
		return errors.Wrap(errNoAnswer, "add a reaction")
	}
	return nil
}

// unmark takes msgbot's reaction off a post.
func (d *Desk) unmark(ctx context.Context, postID, emoji string) error {
	if marked, err := d.marked(ctx, postID, emoji); err != nil || !marked {
		return err
	}
	appErr := d.api.RemoveReaction(d.reaction(postID, emoji))
	if appErr != nil && appErr.StatusCode >= http.StatusInternalServerError {
		return errors.Wrap(failure(appErr), "remove a reaction")
	}
	return nil
}

// marked tells whether msgbot reacts with this emoji.
func (d *Desk) marked(ctx context.Context, postID, emoji string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	present, appErr := d.api.GetReactions(postID)
	if appErr != nil {
		return false, errors.Wrap(failure(appErr), "read reactions")
	}
	for _, r := range present {
		if r.UserId == d.opts.BotUserID && r.EmojiName == emoji {
			return true, nil
		}
	}
	return false, nil
}

func (d *Desk) reaction(postID, emoji string) *model.Reaction {
	return &model.Reaction{UserId: d.opts.BotUserID, PostId: postID, EmojiName: emoji}
}

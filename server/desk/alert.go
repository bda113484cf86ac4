// Alerts: a bot's health went bad, told in its inbox channel and to the admin who added it.

package desk

import (
	"context"
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// maxDetail is how many runes of a check's detail are shown.
const maxDetail = 500

// propOver is the post prop of an alert that is over.
const propOver = "msgbot_over"

// Alert posts that a check is bad, once by bot, check and Since: into the inbox channel (the fallback channel when that
// is archived) and to CreatedBy. It returns the alert's id, also when there was no channel to post it into.
func (d *Desk) Alert(ctx context.Context, bot conversation.Bot, check bots.Check, takeBack bool) (postID string, err error) {
	id := conversation.PostID("alert", bot.ID, check.Name, strconv.FormatInt(check.Since.UnixMilli(), 10))
	channelID, err := d.home(ctx, bot)
	if err == nil {
		post := d.alert(bot, check, takeBack, d.language(bot), id)
		post.ChannelId = channelID
		_, err = d.create(ctx, post)
	}
	if err != nil && !errors.Is(err, relay.ErrChannelGone) {
		return "", err
	}
	return id, d.alertAdmin(ctx, bot, check, takeBack, id)
}

// alert says in its first line what happened and what to do, and then what the check found.
func (d *Desk) alert(bot conversation.Bot, check bots.Check, takeBack bool, lang, id string) *model.Post {
	sign, text := "🔴", "alert."+check.Name
	if check.State == bots.Warning {
		sign = "🟡"
	}
	if !d.texts.has(text) {
		text = "alert.other"
	}
	first := sign + " **" + plain(oneLine(bot.Name, maxName)) + "** (" + bot.Kind.Title() + "): " + d.T(lang, text, nil)
	post := &model.Post{Id: id}
	post.AddProp(propLanguage, lang)
	if takeBack {
		first += " " + d.T(lang, "alert.press_take_back", nil)
		attach(post, "", d.button(ActionReclaim, d.T(lang, "button.take_back", nil), "primary",
			map[string]any{ContextBot: bot.ID}))
	}
	post.Message = first
	if detail := oneLine(check.Detail, maxDetail); detail != "" {
		post.Message += "\n" + plain(detail)
	}
	return post
}

// alertAdmin sends the same to the admin who added the bot, in his language.
func (d *Desk) alertAdmin(ctx context.Context, bot conversation.Bot, check bots.Check, takeBack bool, alertID string) error {
	admin, err := d.user(bot.CreatedBy)
	if err != nil || admin == nil {
		return err
	}
	return d.direct(ctx, admin.Id, d.alert(bot, check, takeBack, d.UserLocale(admin.Id), directAlertID(alertID)))
}

func directAlertID(alertID string) string { return conversation.PostID(alertID, "direct") }

// Resolve marks the alert of a check as over since now, in the channel and in the direct message, and takes its button
// away. An alert that was deleted, or can no longer be changed, is over as well.
func (d *Desk) Resolve(ctx context.Context, bot conversation.Bot, check bots.Check) error {
	if check.AlertPostID == "" {
		return nil
	}
	over := d.clock(bot, d.opts.Now())
	for _, id := range []string{check.AlertPostID, directAlertID(check.AlertPostID)} {
		err := d.update(ctx, id, func(p *model.Post) {
			if p.GetProp(propOver) != nil {
				return
			}
			p.AddProp(propOver, "true")
			lang, _ := p.GetProp(propLanguage).(string)
			attach(p, d.T(lang, "alert.over", map[string]string{"time": over}))
		})
		if err != nil && !errors.Is(err, errPostGone) && !errors.Is(err, relay.ErrRefused) {
			return err
		}
	}
	return nil
}

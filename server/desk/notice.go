// Notices: what the team is told of a reply that did not go out, and the button that fits.

package desk

import (
	"context"
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// The signs msgbot puts on agents' posts.
const (
	signNote  = "lock"
	signAlarm = "warning"
)

// form is how a notice of one kind looks.
type form struct {
	text, button, sign string
	// private notices are shown to the author only; who is offline sees the sign, and that nothing was answered.
	private bool
}

// forms by state, and for held rows by reason; of automatic messages and of what was to be changed about a reply by kind and
// state.
var forms = map[string]form{
	string(conversation.Failed):           {"notice.failed", "button.retry", signAlarm, false},
	string(conversation.Unknown):          {"notice.unknown", "button.send_anyway", signAlarm, false},
	string(conversation.ReasonStale):      {"notice.stale", "button.send_now", signNote, false},
	string(conversation.ReasonClosed):     {"notice.closed", "button.send_and_reopen", signNote, true},
	string(conversation.ReasonSuperseded): {"notice.superseded", "button.send_and_reopen", signNote, true},

	kindForm(relay.AutoRow, conversation.Failed):  {"notice.auto_failed", "button.retry", signAlarm, false},
	kindForm(relay.AutoRow, conversation.Unknown): {"notice.auto_unknown", "button.send_anyway", signAlarm, false},

	kindForm(relay.EditRow, conversation.Failed):    {"notice.edit_failed", "button.retry", "", true},
	kindForm(relay.EditRow, conversation.Unknown):   {"notice.edit_unknown", "button.retry", "", true},
	kindForm(relay.DeleteRow, conversation.Failed):  {"notice.delete_failed", "button.retry", "", false},
	kindForm(relay.DeleteRow, conversation.Unknown): {"notice.delete_unknown", "button.retry", "", false},
}

// kindForm is the key of a form of one kind of row.
func kindForm(kind relay.OutboxKind, state conversation.Delivery) string {
	return string(kind) + "_" + string(state)
}

// propReply is the post prop of a notice that names the reply it is about, propLanguage the language it is written in.
const (
	propReply    = "msgbot_reply"
	propLanguage = "msgbot_language"
)

// ShowNotice tells why a reply, or a change of it, did not go out, with the button that fits its state, and marks the
// reply's post: in the thread where something went wrong, to the author alone where msgbot asks him or where it is about
// his edit. That a deletion did not reach the customer is for the thread: the deleted post does not tell its author. A
// reply whose post or thread is gone needs no other notice. It is shown once by post, attempt and state.
func (d *Desk) ShowNotice(ctx context.Context, bot conversation.Bot, n relay.Notice) error {
	look, kind := noticeForm(n.Row)
	post := &model.Post{
		Id:        conversation.PostID("notice", n.Row.PostID, strconv.Itoa(n.Row.Attempt), kind),
		ChannelId: n.Conversation.Thread.ChannelID, RootId: n.Conversation.Thread.RootPostID,
	}
	lang, author := d.language(bot), ""
	if n.Row.Kind != relay.DeleteRow {
		reply, err := d.read(ctx, n.Row.PostID)
		if errors.Is(err, errPostGone) {
			return nil
		}
		if err != nil {
			return err
		}
		post.ChannelId, post.RootId, author = reply.ChannelId, reply.RootId, reply.UserId
	}
	if look.sign != "" {
		if err := d.mark(ctx, n.Row.PostID, look.sign); err != nil {
			return err
		}
	}
	if look.private {
		lang = d.UserLocale(author)
	}
	post.Message = d.noticeText(lang, look.text, n)
	post.AddProp(propReply, n.Row.PostID)
	post.AddProp(propLanguage, lang)
	if isSend(n.Row) || d.mayPass(n.Row.Reason) {
		attach(post, "", d.button(ActionResend, d.T(lang, look.button, nil), "primary",
			map[string]any{ContextPost: n.Row.PostID, ContextConversation: n.Conversation.ID}))
	}
	if look.private {
		post.UserId = d.opts.BotUserID
		_ = d.api.SendEphemeralPost(author, post)
		return nil
	}
	_, err := d.create(ctx, post)
	if errors.Is(err, relay.ErrThreadGone) || errors.Is(err, relay.ErrRefused) {
		return nil
	}
	return err
}

// isSend tells of a row that sends a reply, from one that changes it.
func isSend(row relay.OutboxRow) bool {
	return row.Kind != relay.EditRow && row.Kind != relay.DeleteRow
}

// noticeForm picks the form of a row; a held row without a known reason is asked about in public.
func noticeForm(row relay.OutboxRow) (look form, kind string) {
	keys := []string{kindForm(row.Kind, row.State), string(row.State), row.Reason, string(conversation.ReasonStale)}
	if !isSend(row) {
		keys = []string{kindForm(row.Kind, row.State), kindForm(row.Kind, conversation.Failed)}
	}
	for _, kind = range keys {
		if look, ok := forms[kind]; ok {
			return look, kind
		}
	}
	return look, kind
}

func (d *Desk) noticeText(lang, key string, n relay.Notice) string {
	return d.T(lang, key, map[string]string{
		"reply":  d.permalink(n.Row.PostID),
		"thread": d.permalink(n.Conversation.Thread.RootPostID),
		"reason": plain(oneLine(d.Reason(lang, n.Row.Reason), 3*maxReason)),
	})
}

// ClearNotice takes the button of a notice away after userID pressed it and the reply is on its way again, and says so
// in its place. A private notice just disappears.
func (d *Desk) ClearNotice(ctx context.Context, noticePostID, replyPostID, userID string) error {
	err := d.update(ctx, noticePostID, func(p *model.Post) {
		if reply, _ := p.GetProp(propReply).(string); p.UserId != d.opts.BotUserID || reply != replyPostID {
			return // the press was forged: this is no notice about that reply
		}
		lang, _ := p.GetProp(propLanguage).(string)
		attach(p, d.T(lang, "notice.sent_again", map[string]string{"user": "@" + d.Username(userID)}))
	})
	if errors.Is(err, errPostGone) {
		d.api.DeleteEphemeralPost(userID, noticePostID)
		return nil
	}
	return err
}

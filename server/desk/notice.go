// Notices: what the team is told of a reply that did not go out, and the button that fits.

package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

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

// forms by state, and for held rows by reason.
var forms = map[string]form{
	string(conversation.Failed):           {"notice.failed", "button.retry", signAlarm, false},
	string(conversation.Unknown):          {"notice.unknown", "button.send_anyway", signAlarm, false},
	string(conversation.ReasonStale):      {"notice.stale", "button.send_now", signNote, false},
	string(conversation.ReasonClosed):     {"notice.closed", "button.send_and_reopen", signNote, true},
	string(conversation.ReasonSuperseded): {"notice.superseded", "button.send_and_reopen", signNote, true},
}

// propReply is the post prop of a notice that names the reply it is about, propLanguage the language it is written in.
const (
	propReply    = "msgbot_reply"
	propLanguage = "msgbot_language"
)

// MarkNote gives a post the sign of a note (🔒).
func (d *Desk) MarkNote(ctx context.Context, postID string) error {
	return d.mark(ctx, postID, signNote)
}

// ShowNotice tells why a reply did not go out, with the button that fits its state, and marks the reply's post: in the
// thread where something went wrong, to the author alone where msgbot asks him. A reply whose post or thread is gone
// needs no notice. It is shown once by post, attempt and state.
func (d *Desk) ShowNotice(ctx context.Context, bot conversation.Bot, n relay.Notice) error {
	reply, appErr := d.api.GetPost(n.Row.PostID)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return nil
	case appErr != nil:
		return errors.Wrap(failure(appErr), "read the reply")
	case reply == nil:
		return errors.Wrap(errNoAnswer, "read the reply")
	}
	look, kind := noticeForm(n.Row)
	if err := d.mark(ctx, reply.Id, look.sign); err != nil {
		return err
	}
	lang := d.language(bot)
	if look.private {
		lang = d.UserLocale(reply.UserId)
	}
	post := &model.Post{
		Id:        conversation.PostID("notice", n.Row.PostID, strconv.Itoa(n.Row.Attempt), kind),
		ChannelId: reply.ChannelId, RootId: reply.RootId,
		Message: d.noticeText(lang, look.text, n),
	}
	post.AddProp(propReply, reply.Id)
	post.AddProp(propLanguage, lang)
	attach(post, "", d.button(ActionResend, d.T(lang, look.button, nil), "primary",
		map[string]any{ContextPost: reply.Id, ContextConversation: n.Conversation.ID}))
	if look.private {
		post.UserId = d.opts.BotUserID
		_ = d.api.SendEphemeralPost(reply.UserId, post)
		return nil
	}
	_, err := d.create(ctx, post)
	if errors.Is(err, relay.ErrThreadGone) || errors.Is(err, relay.ErrRefused) {
		return nil
	}
	return err
}

// noticeForm picks the form of a row; a held row without a known reason is asked about in public.
func noticeForm(row relay.OutboxRow) (look form, kind string) {
	for _, kind := range []string{string(row.State), row.Reason} {
		if look, ok := forms[kind]; ok {
			return look, kind
		}
	}
	return forms[string(conversation.ReasonStale)], string(conversation.ReasonStale)
}

func (d *Desk) noticeText(lang, key string, n relay.Notice) string {
	return d.T(lang, key, map[string]string{
		"reply":  d.permalink(n.Row.PostID),
		"thread": d.permalink(n.Conversation.Thread.RootPostID),
		"reason": plain(oneLine(d.plainReason(lang, n.Row.Reason), 3*maxReason)),
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

// Unmark takes msgbot's signs from a reply that is on its way again; a sign that is not there is no matter.
func (d *Desk) Unmark(postID string) {
	for _, sign := range []string{signNote, signAlarm} {
		_ = d.api.RemoveReaction(&model.Reaction{UserId: d.opts.BotUserID, PostId: postID, EmojiName: sign})
	}
}

// words are what messengers say, in lower case, and what that means to an agent. The texts are those of the Telegram
// Bot API and of Viber's status messages.
var words = []struct{ said, key string }{
	{"publicaccountblocked", "reason.account_blocked"},
	{"blocked", "reason.blocked"},
	{"not subscribed", "reason.unsubscribed"},
	{"notsubscribed", "reason.unsubscribed"},
	{"user is deactivated", "reason.deactivated"},
	{"chat not found", "reason.no_chat"},
	{"receivernotregistered", "reason.no_chat"},
	{"bot was kicked", "reason.kicked"},
	{"can't initiate conversation", "reason.not_started"},
	{"message is too long", "reason.too_long"},
	{"message text is empty", "reason.empty"},
	{relay.NoFiles, "reason.files"},
}

// plainReason says a messenger's words plainly where they are known, else as they are; without a full stop.
func (d *Desk) plainReason(lang, said string) string {
	lower := strings.ToLower(said)
	for _, w := range words {
		if strings.Contains(lower, w.said) {
			return d.T(lang, w.key, nil)
		}
	}
	if said = strings.TrimRight(said, ". "); said == "" {
		return d.T(lang, "reason.none", nil)
	}
	return said
}

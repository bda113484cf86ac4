// Changing what was sent: edits, deletions and reactions. Doing such a thing twice is as doing it once, so it is tried
// again where a send would be unknown.

package relay

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// edit makes the messages of a reply read as its post reads now.
func (out *outbound) edit(ctx context.Context, t task) time.Duration {
	editor, ok := t.chat.(messenger.Editor)
	if !ok {
		return out.fail(ctx, t.row, ReasonEditUnsupported)
	}
	parts, err := out.store.Parts(ctx, t.row.PostID)
	if err != nil {
		return out.later(ctx, t, err)
	}
	if len(parts) == 0 {
		return out.carried(ctx, t, nil)
	}
	markdown := t.row.Text
	if t.chat.Capabilities().NativeReplies {
		if _, markdown, err = out.replyTo(ctx, t); err != nil {
			return out.later(ctx, t, err)
		}
	}
	changes, reason := revise(t.chat.Capabilities(), parts, out.text(t, markdown))
	if reason != "" {
		return out.fail(ctx, t.row, reason)
	}
	var changed []Part
	return out.each(ctx, t, len(changes), func(call context.Context, i int) error {
		c := changes[i]
		if err := editor.Edit(call, t.conv.Chat, c.part.ExternalID, c.text, c.part.Kind != messenger.Text); err != nil {
			return err
		}
		c.part.Digest = textDigest(c.text, nil)
		changed = append(changed, c.part)
		return nil
	}, func() []Part { return changed })
}

// revision is a message that shall have another text.
type revision struct {
	part Part
	text richtext.Text
}

// revise says which of a reply's messages shall have which text, or why that is impossible. The text stands in the text
// messages, or as the caption of the first file where there are none; an edit makes no new messages and deletes none.
func revise(can messenger.Capabilities, parts []Part, text richtext.Text) ([]revision, string) {
	holders := slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return p.Kind != messenger.Text })
	texts := text.Split(can.TextLimit, can.TextUnit)
	if len(holders) == 0 {
		holders, texts = parts[:1], []richtext.Text{text}
		if text.Len(can.TextUnit) > can.CaptionLimit {
			return nil, ReasonEditTooLong
		}
	}
	switch {
	case len(texts) == 0:
		return nil, ReasonNoText
	case len(texts) != len(holders):
		return nil, ReasonEditTooLong
	}
	var revisions []revision
	for i, holder := range holders {
		if textDigest(texts[i], nil) != holder.Digest {
			revisions = append(revisions, revision{holder, texts[i]})
		}
	}
	return revisions, ""
}

// delete deletes the messages of a reply.
func (out *outbound) delete(ctx context.Context, t task) time.Duration {
	deleter, ok := t.chat.(messenger.Deleter)
	if !ok {
		return out.fail(ctx, t.row, ReasonDeleteUnsupported)
	}
	parts, err := out.store.Parts(ctx, t.row.PostID)
	if err != nil {
		return out.later(ctx, t, err)
	}
	return out.each(ctx, t, len(parts), func(call context.Context, i int) error {
		return deleter.Delete(call, t.conv.Chat, parts[i].ExternalID)
	}, func() []Part { return nil })
}

// react makes the row's emoji the bot's reaction to the message behind the post. One that the messenger does not have is
// left out.
func (out *outbound) react(ctx context.Context, t task) time.Duration {
	reactor, ok := t.chat.(messenger.Reactor)
	target, err := out.store.Target(ctx, t.conv.ID, t.row.PostID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return out.later(ctx, t, err)
	}
	if !ok || err != nil {
		return out.carried(ctx, t, nil)
	}
	return out.each(ctx, t, 1, func(call context.Context, _ int) error {
		return reactor.React(call, t.conv.Chat, target, t.row.Text)
	}, func() []Part { return nil })
}

// each makes the calls of a row one after the other; made are the parts that were changed so far.
func (out *outbound) each(ctx context.Context, t task, calls int, make func(context.Context, int) error, made func() []Part) time.Duration {
	for i := range calls {
		if i > 0 {
			if err := out.awaitTurn(ctx, t.conv.Chat); err != nil {
				return out.end(ctx, t.row, Outcome{State: conversation.Queued, Sent: made(), NotBefore: time.Now()})
			}
		}
		call, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
		err := make(call, i)
		cancel()
		if err == nil {
			continue
		}
		failure := messenger.AsError(err)
		out.meter.Outbound(t.bot.Kind, string(t.row.Kind)+"_error", string(failure.Class))
		outcome, pause := out.judge(ctx, t, failure)
		outcome.Sent = made()
		return max(pause, out.end(ctx, t.row, outcome))
	}
	return out.carried(ctx, t, made())
}

// carried ends a row that is carried out.
func (out *outbound) carried(ctx context.Context, t task, changed []Part) time.Duration {
	out.meter.Outbound(t.bot.Kind, string(t.row.Kind), "")
	return out.end(ctx, t.row, Outcome{State: conversation.Sent, Sent: changed})
}

// Carrying out automatic messages: shown in the thread, then sent as a reply is; and taking buttons away.

package relay

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// auto shows an automatic message in the thread, if there is an open one, and sends it. A person who has replied since
// makes it needless; one that is late is not sent by itself.
func (out *outbound) auto(ctx context.Context, t task) time.Duration {
	if t.row.Attempt == 1 && t.conv.Mode == conversation.HumanMode && t.conv.LastAgentAt.After(t.row.CreatedAt) {
		return out.end(ctx, t.row, Outcome{State: conversation.Cancelled})
	}
	if err := out.showAuto(ctx, t); err != nil {
		return out.later(ctx, t, err)
	}
	if t.row.Attempt == 1 && time.Since(t.row.CreatedAt) > conversation.MaxReplyAge {
		return out.fail(ctx, t.row, ReasonAutoLate)
	}
	return out.send(ctx, t)
}

// saidAfterClosing tells what belongs to the next thread. The answer that closes a conversation is said with it.
func saidAfterClosing(t task) bool {
	return t.conv.Status == conversation.Closed && t.row.CreatedAt.After(t.conv.ClosedAt.Add(time.Second))
}

func (out *outbound) showAuto(ctx context.Context, t task) error {
	if t.row.Shown || t.conv.Thread.RootPostID == "" || saidAfterClosing(t) {
		return nil
	}
	if err := out.desk.PostAuto(ctx, autoPost(t.bot, t.conv, t.row)); err != nil {
		if lasting(err) {
			return nil
		}
		return err
	}
	return out.store.AutoShown(ctx, t.row.ID)
}

// keyboard takes the buttons from a message.
func (out *outbound) keyboard(ctx context.Context, t task) time.Duration {
	remover, ok := t.chat.(messenger.KeyboardRemover)
	if !ok {
		return out.carried(ctx, t, nil)
	}
	return out.each(ctx, t, 1, func(call context.Context, _ int) error {
		return remover.RemoveKeyboard(call, t.conv.Chat, t.row.Text)
	}, func() []Part { return nil })
}

// Carrying out automatic messages: shown in the thread, then sent as a reply is; and taking buttons away.

package relay

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// auto shows an automatic message in the thread, if there is an open one, and sends it. A person who has replied or taken over
// since makes it needless; one that is late is not sent by itself. A person who asks for it has it sent all the same.
func (out *outbound) auto(ctx context.Context, t task) time.Duration {
	since := t.row.CreatedAt
	if t.row.Attempt > 1 {
		since = t.row.FirstTryAt // that of these tries: they begin anew when a person asks for it
	}
	if takenOver(t.conv, since) {
		return out.end(ctx, t.row, Outcome{State: conversation.Cancelled, Part: t.row.Part})
	}
	if err := out.showAuto(ctx, t); err != nil {
		return out.later(ctx, t, err)
	}
	if time.Since(since) > conversation.MaxReplyAge {
		return out.fail(ctx, t.row, ReasonAutoLate)
	}
	return out.send(ctx, t)
}

// takenOver tells whether people answer since then. A message that hands the customer over, or that was decided while they
// did, is not older than that.
func takenOver(c conversation.Conversation, since time.Time) bool {
	return c.Mode == conversation.HumanMode && (c.LastAgentAt.After(since) || c.HumanSince.After(since))
}

// saidAfterClosing tells what belongs to the next thread. The answer that closes a conversation is said with it: one statement
// stores both, microseconds apart.
func saidAfterClosing(t task) bool {
	return t.conv.Status == conversation.Closed && t.row.CreatedAt.After(t.conv.ClosedAt.Add(time.Millisecond))
}

func (out *outbound) showAuto(ctx context.Context, t task) error {
	if t.row.Shown || t.conv.Thread.RootPostID == "" || saidAfterClosing(t) {
		return nil
	}
	return showAuto(ctx, out.desk, out.store, t.bot, t.conv, t.row)
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

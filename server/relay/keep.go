// What a worker looks after besides its queues: notices, cards, timers, keyboards, old payloads, idle conversations.

package relay

import (
	"context"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

const (
	// tellEvery is the pause between two looks for what is due, when nothing wakes them.
	tellEvery = time.Second
	// cardRest is the least time between two updates of one card: Mattermost keeps a full copy at every update.
	cardRest  = 5 * time.Second
	tellBatch = 20
	// keepPayloads is how long the payloads of finished inbox rows are kept.
	keepPayloads = 48 * time.Hour
	purgeEvery   = time.Hour
)

// keepTold shows notices and updates cards that are due.
func (w *worker) keepTold(ctx context.Context) {
	for ctx.Err() == nil {
		guard(w.meter, w.log, "tell", func() {
			w.showNotices(ctx)
			w.updateCards(ctx)
		})
		select {
		case <-ctx.Done():
		case <-w.tell:
		case <-time.After(tellEvery):
		}
	}
}

// keepTimers brings timers that ran out into their lanes, takes buttons away where a person answers now, and shows what was
// answered past the thread.
func (w *worker) keepTimers(ctx context.Context) {
	for ctx.Err() == nil {
		guard(w.meter, w.log, "timers", func() {
			if n, err := w.store.RaiseTimers(ctx, w.lease); err != nil {
				w.warn(ctx, "The timers cannot be read", err)
			} else if n > 0 {
				w.in.lanes.Wake()
			}
			w.dropKeyboards(ctx)
			w.showAnswers(ctx)
		})
		sleep(ctx, tellEvery)
	}
}

func (w *worker) dropKeyboards(ctx context.Context) {
	if bot, ok := w.bots.Known(w.lease.BotID); !ok || bot.Settings.KeepKeyboard {
		return
	}
	if n, err := w.store.DropKeyboards(ctx, w.lease); err != nil {
		w.warn(ctx, "The keyboards cannot be read", err)
	} else if n > 0 {
		w.out.lanes.Wake()
	}
}

// showAnswers shows what customers were answered past their open threads: a welcome that the messenger took at once.
func (w *worker) showAnswers(ctx context.Context) {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok {
		return
	}
	rows, err := w.store.UnshownLately(ctx, w.lease.BotID)
	for _, row := range rows {
		var c conversation.Conversation
		if c, err = w.store.Conversation(ctx, row.ConversationID); err == nil {
			err = showAuto(ctx, w.desk, w.store, bot, c, row)
		}
	}
	if err != nil {
		w.warn(ctx, "An automatic message cannot be shown", err)
	}
}

func (w *worker) showNotices(ctx context.Context) {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok {
		return
	}
	due, err := w.store.DueNotices(ctx, w.lease.BotID, tellBatch)
	if err != nil {
		w.warn(ctx, "The notices cannot be read", err)
		return
	}
	for _, n := range due {
		if err := w.desk.ShowNotice(ctx, bot, n); err != nil {
			w.warn(ctx, "A notice cannot be shown", err)
			continue
		}
		if err := w.store.NoticeShown(ctx, n.Row.ID, n.Row.Attempt); err != nil {
			w.warn(ctx, "A notice cannot be recorded", err)
		}
	}
}

func (w *worker) updateCards(ctx context.Context) {
	bot, ok := w.bots.Known(w.lease.BotID)
	if !ok {
		return
	}
	due, err := w.store.DueCards(ctx, w.lease.BotID, cardRest, tellBatch)
	if err != nil {
		w.warn(ctx, "The cards cannot be read", err)
		return
	}
	for _, d := range due {
		if err := w.desk.UpdateCard(ctx, bot, d.Conversation); err != nil && !lasting(err) {
			w.warn(ctx, "A card cannot be updated", err)
			continue
		}
		if err := w.store.CardShown(ctx, d.Conversation.ID, d.Version); err != nil {
			w.warn(ctx, "A card cannot be recorded", err)
		}
	}
}

// keepPurged removes what is no longer needed and closes what nobody writes in any more.
func (w *worker) keepPurged(ctx context.Context) {
	for ctx.Err() == nil {
		guard(w.meter, w.log, "purge", func() { w.purge(ctx) })
		sleep(ctx, purgeEvery)
	}
}

func (w *worker) purge(ctx context.Context) {
	if err := w.store.PurgeInbox(ctx, w.lease, time.Now().Add(-keepPayloads)); err != nil {
		w.warn(ctx, "Old payloads cannot be purged", err)
	}
	days := w.rules().AutoCloseDays
	if days == 0 {
		return
	}
	if _, err := w.store.CloseIdle(ctx, w.lease, time.Now().AddDate(0, 0, -days)); err != nil {
		w.warn(ctx, "Idle conversations cannot be closed", err)
	}
}

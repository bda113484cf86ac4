// When the database or Mattermost is slow or away, or the plugin dies: cases 10 to 12 and 53.

package acceptance

import (
	"database/sql"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

// Not parallel: it kills the plugin. One crash serves both cases: at its moment one message is a post that is not yet
// recorded as one, the other is stored and no post.
func TestCase10Case11AfterACrashEveryStoredMessageIsOnePost(t *testing.T) {
	s := newScene(t)
	db := s.database()
	posted, postedC := s.begins(s.telegram(world.Webhook, nil), "Написана", "before")
	stored := s.customer(s.viber(), "Збережена")
	s.idle()

	releaseChannel := s.locked(db, `SELECT 1 FROM channels WHERE id = $1 FOR UPDATE`, s.channel.Id)
	posted.Says("crash")
	require.NoError(t, posted.Bot.AtTelegram.AwaitDelivered(s.ctx))
	releaseRow := s.locked(db, `SELECT 1 FROM msgbot_inbox WHERE bot_id = $1 AND state = 'waiting' FOR UPDATE`, posted.Bot.ID)
	releaseChannel()
	_, err := w.AwaitInbound(s.ctx, posted, "crash")
	require.NoError(t, err)
	require.Equal(t, 1, waiting(s, db, posted.Bot), "it is finished already")

	releaseConversations := s.locked(db, `LOCK TABLE msgbot_conversations IN EXCLUSIVE MODE`)
	stored.Says("crash")
	s.callbacksDelivered()
	require.Equal(t, 1, waiting(s, db, stored.Bot))
	require.Len(t, s.cards(), 1, "it is shown already")

	require.NoError(t, w.Server.KillPlugin(s.ctx, world.PluginID))
	releaseRow()
	releaseConversations()
	require.NoError(t, w.Admin.RestartPlugin(s.ctx, world.PluginID))
	posted.Says("after")
	stored.Says("after")
	for _, customer := range []*world.Customer{posted, stored} {
		_, err := w.AwaitInbound(s.ctx, customer, "after")
		require.NoError(t, err)
	}
	require.Equal(t, []string{"before", "crash", "after"}, s.inbound(postedC.RootPostID))
	require.Equal(t, []string{"crash", "after"}, s.inbound(s.conversation(stored).RootPostID))
	require.Len(t, s.cards(), 2)
	s.idle()
}

func (s *scene) idle() {
	s.Helper()
	require.NoError(s, w.AwaitIdle(s.ctx))
}

// waiting counts the updates of a bot that are stored and not finished.
func waiting(s *scene, db *sql.DB, bot *world.Bot) (n int) {
	s.Helper()
	require.NoError(s, db.QueryRowContext(s.ctx,
		`SELECT count(*) FROM msgbot_inbox WHERE bot_id = $1 AND state = 'waiting'`, bot.ID).Scan(&n))
	return n
}

// Not parallel: it makes the store refuse to store.
func TestCase12WhatCannotBeStoredIsNotConfirmedAndComesLater(t *testing.T) {
	s := newScene(t)
	hooked, hookedC := s.begins(s.telegram(world.Webhook, nil), "Вебхук", "one")
	polled, polledC := s.begins(s.telegram(world.Polling, nil), "Опитування", "one")
	viber, viberC := s.begins(s.viber(), "Вайбер", "one")
	s.idle()

	release := s.locked(s.database(), `LOCK TABLE msgbot_inbox IN EXCLUSIVE MODE`)
	for _, customer := range []*world.Customer{hooked, polled, viber} {
		customer.Says("two")
	}
	require.NoError(t, eventually(s.ctx, "refusals", func() bool { return refusedAtTelegram(hooked) && refusedAtViber(viber) }))
	require.Equal(t, 1, polled.Bot.AtTelegram.Undelivered(), "the poll moved on before the update was stored")
	release()

	for _, customer := range []*world.Customer{hooked, polled, viber} {
		_, err := w.AwaitInbound(s.ctx, customer, "two")
		require.NoError(t, err)
	}
	s.idle()
	for _, c := range []world.Conversation{hookedC, polledC, viberC} {
		require.Equal(t, []string{"one", "two"}, s.inbound(c.RootPostID))
	}
}

func refusedAtTelegram(c *world.Customer) bool {
	for _, r := range w.TelegramCloud.Journal() {
		if r.Direction == telegramtest.ToWebhook && r.Bot == c.Bot.AtTelegram.Username && r.Status >= http.StatusInternalServerError {
			return true
		}
	}
	return false
}

func refusedAtViber(c *world.Customer) bool {
	for _, e := range w.ViberCloud.Callbacks("message") {
		if e.BotID == c.Bot.AtViber.ID && e.HTTP >= http.StatusInternalServerError {
			return true
		}
	}
	return false
}

func TestCase53ASlowMattermostDoesNotSlowTheAcknowledgement(t *testing.T) {
	t.Parallel()
	const slow, limit = 10 * time.Second, 5 * time.Second
	s := newScene(t)
	customer, c := s.begins(s.viber(), "Оксана", "one")
	release := s.locked(s.database(), `SELECT 1 FROM channels WHERE id = $1 FOR UPDATE`, s.channel.Id)
	customer.Says("two")
	require.NoError(t, eventually(s.ctx, "the callback", func() bool { return len(callbacksOf(customer)) == 2 }))
	require.Equal(t, 1, customer.Bot.AtViber.Redeliver(customer.AtViber.Chat()[1].Token))
	<-time.After(slow)
	release()
	s.says(customer, "three")
	require.Equal(t, []string{"one", "two", "three"}, s.inbound(c.RootPostID))
	for _, e := range callbacksOf(customer) {
		require.Equal(t, http.StatusOK, e.HTTP)
		require.Less(t, e.Duration, limit)
	}
}

// callbacksOf are the messages of a customer's bot that were brought to the webhook.
func callbacksOf(c *world.Customer) []vibertest.Entry {
	var mine []vibertest.Entry
	for _, e := range w.ViberCloud.Callbacks("message") {
		if e.BotID == c.Bot.AtViber.ID {
			mine = append(mine, e)
		}
	}
	return mine
}

package world_test

// The world's own test: customers of both messengers and an agent hold a conversation in it.

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab/labtest"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world/worldtest"
)

func TestCustomersOfBothMessengersTalkWithAnAgent(t *testing.T) {
	ctx := labtest.Context(t, 10*time.Minute)
	w := worldtest.Start(ctx, t, world.Options{})
	webhook, err := w.Telegram(ctx, world.Webhook)
	require.NoError(t, err)
	polling, err := w.Telegram(ctx, world.Polling)
	require.NoError(t, err)
	viber, err := w.Viber(ctx)
	require.NoError(t, err)
	require.NoError(t, w.AwaitHealthy(ctx, webhook, polling, viber))

	for _, bot := range []*world.Bot{webhook, polling, viber} {
		customer := bot.NewCustomer("Оксана " + bot.Kind + " " + string(bot.Mode))
		customer.Says("Добрий день")
		post, err := w.AwaitInbound(ctx, customer, "Добрий день")
		require.NoError(t, err)
		conversation, err := w.Plugin.ByThread(ctx, post.RootId)
		require.NoError(t, err)
		require.Equal(t, customer.Name, conversation.Customer.Name)

		reply, err := w.Agents[0].Reply(ctx, conversation.ChannelID, conversation.RootPostID, "**Вітаю**")
		require.NoError(t, err)
		line, err := customer.AwaitReceived(ctx, "Вітаю")
		require.NoError(t, err)
		message, err := w.AwaitMessage(ctx, conversation.ID, reply.Id, "sent", "delivered", "seen")
		require.NoError(t, err)
		require.Equal(t, line.ID, message.Parts[0].ExternalID)
	}

	require.NoError(t, w.AwaitIdle(ctx))
	posts, err := w.InboundPosts(ctx, w.Inbox.Id)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"Добрий день": 3}, world.CountTexts(posts))
	rss, err := world.PluginRSS(ctx, w.Server)
	require.NoError(t, err)
	require.Positive(t, rss)
	worldtest.RequireNoViolations(t, w)
}

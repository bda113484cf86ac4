// Receiving by polling, at the emulator.

package telegram_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func TestPollBringsWhatWaitsAndDeletesItOnlyWhenConfirmed(t *testing.T) {
	d := newDesk(t)
	d.customer.Says("two")
	first, next, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	require.Len(t, first.Updates, 2)
	again, _, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	require.Equal(t, first, again)
	none, same, err := d.Poll(within(t), next, 0)
	require.NoError(t, err)
	require.Empty(t, none.Updates)
	require.Equal(t, next, same)
	require.Zero(t, d.bot.Undelivered())
}

func TestAnUnreadableUpdateDoesNotStopThePoll(t *testing.T) {
	d := newDesk(t)
	d.bot.Inject(`{"message":{"message_id":7,"date":"yesterday","chat":{"id":"of the wrong type"}}}`)
	d.customer.Says("three")
	delivery, next, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	require.Len(t, delivery.Updates, 3)
	require.NotEmpty(t, delivery.Updates[1].Undecodable)
	for _, i := range []int{0, 2} {
		require.Empty(t, delivery.Updates[i].Undecodable)
		e, err := d.Decode(delivery.Updates[i].Raw)
		require.NoError(t, err)
		require.Equal(t, []string{"hello", "", "three"}[i], e.Text.Plain)
	}
	none, _, err := d.Poll(within(t), next, 0)
	require.NoError(t, err)
	require.Empty(t, none.Updates)
}

func TestAnUpdateWithoutIDIsPassedOver(t *testing.T) {
	d := newDesk(t)
	_, next, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	d.bot.Inject(`{"update_id":"none"}`)
	delivery, after, err := d.Poll(within(t), next, 0)
	require.NoError(t, err)
	require.NotEmpty(t, delivery.Updates[0].Undecodable)
	d.customer.Says("next")
	delivery, _, err = d.Poll(within(t), after, 0)
	require.NoError(t, err)
	require.Len(t, delivery.Updates, 1)
	require.Empty(t, delivery.Updates[0].Undecodable)
}

func TestLowerIDsAfterAQuietWeekAreTaken(t *testing.T) {
	d := newDesk(t)
	d.bot.SetNextUpdateID(900000)
	d.customer.Says("before")
	_, next, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	require.Equal(t, int64(900001), next)
	_, _, err = d.Poll(within(t), next, 0)
	require.NoError(t, err)
	d.bot.SetNextUpdateID(5)
	d.customer.Says("after")
	delivery, next, err := d.Poll(within(t), next, 0)
	require.NoError(t, err)
	require.Len(t, delivery.Updates, 1)
	require.Equal(t, "u5", delivery.Updates[0].EventID)
	require.Equal(t, int64(6), next)
	delivery, _, err = d.Poll(within(t), next, 0)
	require.NoError(t, err)
	require.Empty(t, delivery.Updates)
}

func TestPollWaitsForAnUpdate(t *testing.T) {
	d := newDesk(t)
	_, next, err := d.Poll(within(t), 0, 0)
	require.NoError(t, err)
	got := make(chan messenger.Delivery, 1)
	go func() {
		delivery, _, pollErr := d.Poll(within(t), next, 50*time.Second)
		if pollErr == nil {
			got <- delivery
		}
		close(got)
	}()
	require.NoError(t, d.server.Await(within(t), d.bot.Polled))
	d.customer.Says("at last")
	require.Len(t, (<-got).Updates, 1)
}

func TestAnotherPollerIsAConflict(t *testing.T) {
	d := newDesk(t)
	stop := d.bot.PollAsOther()
	_, next, err := d.Poll(within(t), 3, 0)
	require.Equal(t, messenger.Conflict, messenger.AsError(err).Class)
	require.Contains(t, err.Error(), "terminated by other getUpdates request")
	require.Equal(t, int64(3), next, "nothing was confirmed")
	stop()
	require.NoError(t, d.SetWebhook(within(t), d.server.URL+"/nowhere", "s"))
	_, _, err = d.Poll(within(t), 3, 0)
	require.Equal(t, messenger.Conflict, messenger.AsError(err).Class)
	require.Contains(t, err.Error(), "while webhook is active")
}

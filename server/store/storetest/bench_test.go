// What the statements of the hot path cost, with a table of finished rows behind them.

package storetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
	"github.com/msgbot/mattermost-plugin-msgbot/server/store"
)

// bench opens a store with a bot and a few conversations.
func bench(b *testing.B) (*store.Store, relay.Lease, []conversation.Conversation) {
	s := Open(b, true)
	require.NoError(b, s.CreateBot(b.Context(), testBot("a"), bots.Sealed{}))
	held, _, err := s.Beat(b.Context(), "node", 10*ttl)
	require.NoError(b, err)
	var conversations []conversation.Conversation
	for i := range 8 {
		c, err := s.Converse(b.Context(), "a", chatOf(fmt.Sprint(i)), personOf(fmt.Sprint(i)))
		require.NoError(b, err)
		conversations = append(conversations, c)
	}
	return s, held[0], conversations
}

func updates(from, n int) []messenger.Update {
	list := make([]messenger.Update, n)
	for i := range list {
		list[i] = messenger.Update{EventID: fmt.Sprint(from + i), Lane: fmt.Sprint(i % 8), Raw: make([]byte, 700)}
	}
	return list
}

func BenchmarkAddUpdates1(b *testing.B) {
	s, l, _ := bench(b)
	for i := 0; b.Loop(); i++ {
		_, err := s.AddUpdates(b.Context(), l.BotID, updates(i, 1))
		require.NoError(b, err)
	}
}

func BenchmarkNextUpdates128(b *testing.B) {
	s, l, _ := bench(b)
	_, err := s.AddUpdates(b.Context(), l.BotID, updates(0, 128))
	require.NoError(b, err)
	for b.Loop() {
		_, err := s.NextUpdates(b.Context(), l.BotID, []string{"x", "y"}, 128)
		require.NoError(b, err)
	}
}

func BenchmarkFinishUpdates16(b *testing.B) {
	s, l, conversations := bench(b)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		_, err := s.AddUpdates(b.Context(), l.BotID, updates(16*i, 16))
		require.NoError(b, err)
		rows, err := s.NextUpdates(b.Context(), l.BotID, nil, 16)
		require.NoError(b, err)
		var done []relay.Finished
		for j, row := range rows {
			done = append(done, finishedAs(row, conversations[j%8], "post"+row.EventID))
		}
		b.StartTimer()
		_, err = s.FinishUpdates(b.Context(), l, done)
		require.NoError(b, err)
	}
}

func BenchmarkBeginAndEndSend(b *testing.B) {
	s, l, conversations := bench(b)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		_, err := s.RecordReplies(b.Context(), l, []relay.Reply{sending(conversations[i%8], fmt.Sprint("p", i), i)}, true)
		require.NoError(b, err)
		queued, err := s.NextReplies(b.Context(), l.BotID, nil, 1)
		require.NoError(b, err)
		b.StartTimer()
		row, _, err := s.BeginSend(b.Context(), l, queued[0].ID)
		require.NoError(b, err)
		require.NoError(b, s.EndSend(b.Context(), row.ID, row.Attempt, row.Epoch, outcomeSent(fmt.Sprint(i))))
	}
}

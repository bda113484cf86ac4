// Groups: who hears what, the bot's membership, and the migration to a supergroup.

package telegramtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram/telegramtest"
)

func TestAGroupHasSeveralSpeakers(t *testing.T) {
	s, b, olena := hearing(t)
	ivan := b.NewCustomer(telegramtest.Customer{ID: 43, FirstName: "Ivan"})
	g := b.NewGroup(-1001234567890, "Team", olena, ivan)
	first := g.Hears(olena, "hello")
	g.As(ivan).SendsPhoto(telegramtest.File{Content: telegramtest.PNG(9, 9)}, "look")
	g.As(ivan).Reacts(first.ID, "👍")
	g.Joins(ivan)
	g.Leaves(olena)
	updates := told(t, s, b)
	require.Len(t, updates, 5)
	require.Equal(t, "supergroup", at(t, updates[0], "message", "chat", "type"))
	require.Equal(t, "Олена", at(t, updates[0], "message", "from", "first_name"))
	require.Equal(t, "Ivan", at(t, updates[1], "message", "from", "first_name"))
	require.Equal(t, "look", at(t, updates[1], "message", "caption"))
	require.EqualValues(t, g.ID, at(t, updates[2], "message_reaction", "chat", "id"))
	require.EqualValues(t, 43, at(t, updates[3], "message", "new_chat_members", 0, "id"))
	require.EqualValues(t, 42, at(t, updates[4], "message", "left_chat_member", "id"))
	require.Equal(t, 1, first.ID, "a supergroup counts its own messages")
	require.Equal(t, int64(42), g.Chat()[0].From)
	require.Contains(t, do(t, s, b, "sendMessage", obj{"chat_id": 43, "text": "x"}).Description, "can't initiate conversation",
		"who writes in a group has not written to the bot")
}

func TestInPrivacyModeTheBotHearsOnlyWhatIsMeantForIt(t *testing.T) {
	s, b, c := hearing(t)
	b.SetPrivacy(true)
	require.Contains(t, string(do(t, s, b, "getMe", nil).Result), `"can_read_all_group_messages":false`)
	g := b.NewGroup(-5, "Team")
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": -5, "text": "hello"}).OK)
	bots := last(g.Chat()).ID
	for text, heard := range map[string]bool{
		"between us": false, "/help": true, "/help@shop_bot now": true, "/help@Shop_Bot": true, "/help@other_bot": false, "see a/b": false,
	} {
		require.Equal(t, heard, g.Hears(c, text).UpdateID != 0, text)
	}
	require.NotZero(t, g.As(c).RepliesTo(bots, "an answer", "").UpdateID)
	require.Zero(t, g.As(c).RepliesTo(last(g.Chat()).ID, "to another", "").UpdateID)
	require.NotZero(t, g.Leaves(c).UpdateID, "what the group itself tells")
	require.NotZero(t, c.Says("in private").UpdateID)
	b.SetPrivacy(false)
	require.NotZero(t, g.Hears(c, "between us").UpdateID)
}

func TestTheBotIsRemovedAndAddedAgain(t *testing.T) {
	s, b, c := hearing(t)
	g := b.NewGroup(-5, "Team", c)
	send := func() answer { return do(t, s, b, "sendMessage", obj{"chat_id": -5, "text": "x"}) }
	g.RemovesBot(c)
	require.Equal(t, "Forbidden: bot is not a member of the group chat", send().Description)
	require.Zero(t, g.Hears(c, "alone").UpdateID)
	g.AddsBot(c)
	require.True(t, send().OK)
	g.BansBot(c)
	require.Equal(t, "Forbidden: bot was kicked from the group chat", send().Description)
	var statuses []any
	for _, u := range told(t, s, b) {
		statuses = append(statuses, at(t, u, "my_chat_member", "old_chat_member", "status"), at(t, u, "my_chat_member", "new_chat_member", "status"))
	}
	require.Equal(t, []any{"member", "left", "left", "member", "member", "kicked"}, statuses)
}

func TestAGroupBecomesASupergroup(t *testing.T) {
	s, b, c := hearing(t)
	g := b.NewGroup(-5, "Team", c)
	g.Hears(c, "before")
	told(t, s, b)
	next := g.Migrates(c)
	updates := told(t, s, b)
	require.Len(t, updates, 2)
	require.EqualValues(t, next.ID, at(t, updates[0], "message", "migrate_to_chat_id"))
	require.EqualValues(t, -5, at(t, updates[0], "message", "chat", "id"))
	require.EqualValues(t, -5, at(t, updates[1], "message", "migrate_from_chat_id"))
	require.EqualValues(t, next.ID, at(t, updates[1], "message", "chat", "id"))
	require.EqualValues(t, 1, at(t, updates[1], "message", "message_id"), "ids begin anew")
	a := do(t, s, b, "sendMessage", obj{"chat_id": -5, "text": "x"})
	require.Equal(t, "Bad Request: group chat was upgraded to a supergroup chat", a.Description)
	require.Equal(t, next.ID, a.Parameters.MigrateTo)
	require.True(t, do(t, s, b, "sendMessage", obj{"chat_id": next.ID, "text": "x"}).OK)
	require.Panics(t, func() { g.Hears(c, "into the past") })
}

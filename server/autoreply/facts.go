// What the arbiter needs to know of a conversation, as it is stored.

package autoreply

import "github.com/msgbot/mattermost-plugin-msgbot/server/conversation"

// FactsOf are those of a conversation of a bot; firstName is that of a user. What a stored conversation does not tell stays to
// be filled: Blocked, Flooding and Former.
func FactsOf(c conversation.Conversation, bot conversation.Bot, firstName func(userID string) string) Facts {
	f := Facts{
		Mode: c.Mode, Status: c.Status, Kind: c.Chat.Kind, Business: c.Chat.Connection != "",
		WaitingSince: c.WaitingSince, LastAgentAt: c.LastAgentAt, HumanSince: c.HumanSince,
		Language: c.Customer.Language, BotName: bot.Name, Keyboard: c.Keyboard != "",
	}
	f.Customer.FirstName, f.Customer.Username = c.Customer.Called(), c.Customer.Username
	if bot.Settings.AgentName != conversation.NameHidden && c.AssigneeID != "" {
		f.AgentFirstName = firstName(c.AssigneeID)
	}
	return f
}

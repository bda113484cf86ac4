// Who may do what. REST, buttons, dialogs and commands ask here, each time anew.

package api

import "github.com/msgbot/mattermost-plugin-msgbot/server/conversation"

// Permissions answers questions about Mattermost users; false for users and channels that do not exist.
type Permissions interface {
	IsSysadmin(userID string) bool
	// CanSee tells whether the user may read the channel.
	CanSee(userID, channelID string) bool
	IsChannelAdmin(userID, channelID string) bool
	// CanPost tells whether the user may write into the channel now.
	CanPost(userID, channelID string) bool
}

// Level is what somebody may do with a bot; each includes the ones before it.
type Level string

// The levels. An agent's work on conversations is Member.
const (
	// Member sees the bot and its conversations and answers them: who may read the inbox channel.
	Member Level = "member"
	// Admin pauses and resumes: channel admins of the inbox channel and system admins.
	Admin Level = "admin"
	// Manager adds, edits, reclaims and removes: system admins, and with the setting ChannelAdminsManageBots also
	// channel admins of the inbox channel.
	Manager Level = "manager"
)

// Access decides by the present permissions of Mattermost; it remembers nothing.
type Access struct {
	Permissions
	channelAdminsManage func() bool
}

// NewAccess returns an Access; channelAdminsManage is the setting ChannelAdminsManageBots.
func NewAccess(p Permissions, channelAdminsManage func() bool) *Access {
	return &Access{Permissions: p, channelAdminsManage: channelAdminsManage}
}

// Allows tells whether the user has the level at bots of that inbox channel.
func (a *Access) Allows(l Level, userID, inboxChannelID string) bool {
	if a.IsSysadmin(userID) {
		return true
	}
	switch l {
	case Member:
		return a.CanSee(userID, inboxChannelID)
	case Admin:
		return a.CanSee(userID, inboxChannelID) && a.IsChannelAdmin(userID, inboxChannelID)
	case Manager:
		return a.channelAdminsManage() && a.Allows(Admin, userID, inboxChannelID)
	}
	return false
}

// MayManage tells whether there can be a channel at all where the user is a Manager.
func (a *Access) MayManage(userID string) bool {
	return a.IsSysadmin(userID) || a.channelAdminsManage()
}

// SeesConversation tells whether the user may read and answer c: whoever sees its bot, and whoever may read the channel
// its thread is in, which is another one when the inbox channel was archived or changed.
func (a *Access) SeesConversation(userID string, bot conversation.Bot, c conversation.Conversation) bool {
	return a.Allows(Member, userID, bot.ChannelID) || c.Thread.ChannelID != "" && a.CanSee(userID, c.Thread.ChannelID)
}

// Visible returns the bots that the user sees, in the same order.
func (a *Access) Visible(userID string, all []conversation.Bot) []conversation.Bot {
	visible := make([]conversation.Bot, 0, len(all))
	for _, b := range all {
		if a.Allows(Member, userID, b.ChannelID) {
			visible = append(visible, b)
		}
	}
	return visible
}

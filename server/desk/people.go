// People of the team: their names and languages, and what they may do.

package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are loaded by name, also where the server's machine has none

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// IsSysadmin tells whether the user may manage the whole system.
func (d *Desk) IsSysadmin(userID string) bool {
	return userID != "" && d.api.HasPermissionTo(userID, model.PermissionManageSystem)
}

// CanSee tells whether the user is a member of the channel; asked anew each time.
func (d *Desk) CanSee(userID, channelID string) bool {
	return d.member(userID, channelID) != nil
}

// CanPost tells whether the user may write into the channel now: what a plugin posts in his name Mattermost does not check.
func (d *Desk) CanPost(userID, channelID string) bool {
	p, err := d.place(channelID)
	return err == nil && p.alive && d.CanSee(userID, channelID) &&
		d.api.HasPermissionToChannel(userID, channelID, model.PermissionCreatePost)
}

// IsChannelAdmin tells whether the user is a channel admin of the channel.
func (d *Desk) IsChannelAdmin(userID, channelID string) bool {
	m := d.member(userID, channelID)
	return m != nil && (m.SchemeAdmin || slices.Contains(m.GetRoles(), model.ChannelAdminRoleId))
}

func (d *Desk) member(userID, channelID string) *model.ChannelMember {
	if userID == "" || channelID == "" {
		return nil
	}
	m, appErr := d.api.GetChannelMember(channelID, userID)
	if appErr != nil {
		return nil
	}
	return m
}

// UserLocale is the language of what this user alone sees: one that there are texts for.
func (d *Desk) UserLocale(userID string) string {
	u, err := d.user(userID)
	if err != nil || u == nil {
		return d.texts.language(d.config.Load().ServerLocale)
	}
	return d.texts.language(u.Locale)
}

// Username is the user's name without @, empty when there is no such user.
func (d *Desk) Username(userID string) string {
	u, err := d.user(userID)
	if err != nil || u == nil {
		return ""
	}
	return u.Username
}

// DisplayName resolves @username of a teammate to the name a customer may see: "First Last", else the username;
// false when there is no such user.
func (d *Desk) DisplayName(username string) (string, bool) {
	name := strings.ToLower(strings.TrimPrefix(username, "@"))
	if name == "" {
		return "", false
	}
	u, err := d.usernames.get(name, func(string) (*model.User, error) { return found(d.api.GetUserByUsername(name)) })
	if err != nil || u == nil {
		return "", false
	}
	if full := u.GetFullName(); full != "" {
		return full, true
	}
	return u.Username, true
}

// user returns nil when there is no such user.
func (d *Desk) user(userID string) (*model.User, error) {
	if userID == "" {
		return nil, nil
	}
	return d.users.get(userID, func(string) (*model.User, error) { return found(d.api.GetUser(userID)) })
}

// found makes of an answer the user, nil when there is none, or an error when nobody knows.
func found(u *model.User, appErr *model.AppError) (*model.User, error) {
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return nil, nil
	case appErr != nil:
		return nil, errors.Wrap(failure(appErr), "find a user")
	case u == nil:
		return nil, errors.Wrap(errNoAnswer, "find a user")
	}
	return u, nil
}

// zone is the team's: that of the admin who added the bot, else the server's.
func (d *Desk) zone(bot conversation.Bot) *time.Location { return d.userZone(bot.CreatedBy) }

// userZone is the zone that a user chose, else the server's.
func (d *Desk) userZone(userID string) *time.Location {
	u, err := d.user(userID)
	if err != nil || u == nil || u.GetPreferredTimezone() == "" {
		return time.Local
	}
	zone, err := time.LoadLocation(u.GetPreferredTimezone())
	if err != nil {
		return time.Local
	}
	return zone
}

// Ephemeral shows text to one user only; who is offline never sees it.
func (d *Desk) Ephemeral(userID, channelID, rootID, text string) {
	_ = d.api.SendEphemeralPost(userID, &model.Post{
		UserId: d.opts.BotUserID, ChannelId: channelID, RootId: rootID, Message: storable(text),
	})
}

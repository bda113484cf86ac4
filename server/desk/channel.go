// Channels: which one a bot's conversations go to, and what becomes of them when it is archived.

package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// place is what the desk remembers of a channel.
type place struct {
	name, teamID string
	// alive is false when the channel was deleted or archived; Mattermost has one word for both.
	alive     bool
	deletedAt int64
}

// maxAdmins is how many system admins are told of an archived inbox channel.
const maxAdmins = 20

// place looks a channel up; the answer may be a second old.
func (d *Desk) place(channelID string) (place, error) {
	return d.channels.get(channelID, d.lookUp)
}

func (d *Desk) lookUp(channelID string) (place, error) {
	c, appErr := d.api.GetChannel(channelID)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return place{}, nil
	case appErr != nil:
		return place{}, errors.Wrap(failure(appErr), "look at a channel")
	case c == nil:
		return place{}, errors.Wrap(errNoAnswer, "look at a channel")
	}
	name := c.DisplayName
	if name == "" {
		name = c.Name
	}
	return place{name: name, teamID: c.TeamId, alive: c.DeleteAt == 0, deletedAt: c.DeleteAt}, nil
}

// seen returns nil when the channel of a post that was just made is alive, so that somebody can see it: CreatePost into
// an archived channel succeeds without anybody seeing it (tried on Mattermost 11.1). Otherwise the message needs another
// thread: relay.ErrThreadGone, or relay.ErrChannelGone when there is no place for one.
func (d *Desk) seen(ctx context.Context, bot conversation.Bot, channelID string) error {
	p, err := d.looks.after(channelID, func(id string) (place, error) { return d.channels.fresh(id, d.lookUp) })
	if err != nil || p.alive {
		return err
	}
	return d.moved(ctx, bot)
}

// moved says what a conversation needs whose thread's channel was archived.
func (d *Desk) moved(ctx context.Context, bot conversation.Bot) error {
	if _, err := d.home(ctx, bot); err != nil {
		return err
	}
	return relay.ErrThreadGone
}

// home returns the channel where a new thread of the bot belongs: its inbox channel, else the fallback channel, else
// relay.ErrChannelGone. System admins are told when it is not the inbox channel.
func (d *Desk) home(ctx context.Context, bot conversation.Bot) (string, error) {
	inbox, err := d.place(bot.ChannelID)
	if err != nil || inbox.alive {
		return bot.ChannelID, err
	}
	fallback, usable, err := d.fallback()
	if err != nil {
		return "", err
	}
	if err := d.tellAdmins(ctx, bot, inbox, usable); err != nil {
		return "", err
	}
	if !usable {
		return "", relay.ErrChannelGone
	}
	return fallback, d.Join(ctx, fallback)
}

// fallback is the channel of last resort, which may be made after it was named in the settings; usable is false while
// there is none.
func (d *Desk) fallback() (id string, usable bool, err error) {
	id, err = d.ResolveChannel(d.config.Load().FallbackChannel)
	if errors.Is(err, errNoChannel) || id == "" && err == nil {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	p, err := d.place(id)
	return id, p.alive, err
}

// reachable returns nil when the conversation's thread can be written to, relay.ErrThreadGone when a new card has to
// take its place, and relay.ErrChannelGone when there is no place for one.
func (d *Desk) reachable(ctx context.Context, bot conversation.Bot, t conversation.Thread) error {
	if t.RootPostID == "" {
		return relay.ErrThreadGone
	}
	p, err := d.place(t.ChannelID)
	if err != nil || p.alive {
		return err
	}
	return d.moved(ctx, bot)
}

// tellAdmins writes to every system admin that the inbox channel was archived, once per archiving.
func (d *Desk) tellAdmins(ctx context.Context, bot conversation.Bot, inbox place, usable bool) error {
	key := bot.ChannelID + strconv.FormatInt(inbox.deletedAt, 10)
	if _, known := d.told.Load(key); known {
		return nil
	}
	admins, appErr := d.api.GetUsers(&model.UserGetOptions{
		Role: model.SystemAdminRoleId, Active: true, Page: 0, PerPage: maxAdmins,
	})
	if appErr != nil {
		return errors.Wrap(failure(appErr), "list system admins")
	}
	text := "admin.channel_archived"
	if usable {
		text = "admin.channel_archived_fallback"
	}
	for _, admin := range admins {
		message := d.T(admin.Locale, text, map[string]string{"bot": plain(bot.Name), "channel": plain(inbox.name)})
		id := conversation.PostID("archived", bot.ID, key, admin.Id)
		if err := d.direct(ctx, admin.Id, &model.Post{Id: id, Message: message}); err != nil {
			return err
		}
	}
	d.told.Store(key, true)
	return nil
}

// direct writes to one user, once by id. Who cannot be written to is left out.
func (d *Desk) direct(ctx context.Context, userID string, post *model.Post) error {
	channel, appErr := d.api.GetDirectChannel(d.opts.BotUserID, userID)
	switch {
	case appErr != nil && appErr.StatusCode < http.StatusInternalServerError:
		return nil
	case appErr != nil:
		return errors.Wrap(failure(appErr), "open a direct channel")
	case channel == nil:
		return errors.Wrap(errNoAnswer, "open a direct channel")
	}
	post.ChannelId = channel.Id
	_, err := d.create(ctx, post)
	if errors.Is(err, relay.ErrRefused) {
		return nil
	}
	return err
}

// Join makes the msgbot user a member of the channel and its team: without that @here reaches nobody and files are
// refused (tried on Mattermost 11.1). It returns a *conversation.FieldError for a channel that is archived or not there.
func (d *Desk) Join(ctx context.Context, channelID string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p, err := d.place(channelID)
	if err != nil {
		return err
	}
	if !p.alive {
		return conversation.Wrong("channel_id", conversation.ProblemNoChannel)
	}
	if d.CanSee(d.opts.BotUserID, channelID) {
		return nil
	}
	var teamErr *model.AppError
	if p.teamID != "" {
		// Of two who do this at the same time one is told of a conflict (tried on Mattermost 11.1). Whether the user is
		// in the team shows in the next step, which needs it.
		_, teamErr = d.api.CreateTeamMember(p.teamID, d.opts.BotUserID)
	}
	member, appErr := d.api.AddChannelMember(channelID, d.opts.BotUserID)
	switch {
	case appErr != nil && teamErr != nil:
		return errors.Wrap(failure(teamErr), "join the team")
	case appErr != nil:
		return errors.Wrap(failure(appErr), "join the channel")
	}
	if member == nil {
		return errors.Wrap(errNoAnswer, "join the channel")
	}
	return nil
}

// ChannelName is the name people see, empty when there is no such channel.
func (d *Desk) ChannelName(channelID string) string {
	p, err := d.place(channelID)
	if err != nil {
		return ""
	}
	return p.name
}

// errNoChannel says that a name leads to no channel.
var errNoChannel = errors.New("there is no such channel")

// ResolveChannel finds the id of the channel written as team:channel, the names in the channel's address. The empty
// name is the empty id.
func (d *Desk) ResolveChannel(name string) (id string, err error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", nil
	}
	team, channel, ok := strings.Cut(name, ":")
	if !ok || team == "" || channel == "" {
		return "", errors.Wrapf(errNoChannel, "%q is not written as team:channel", name)
	}
	c, appErr := d.api.GetChannelByNameForTeamName(strings.TrimSpace(team), strings.TrimSpace(channel), false)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return "", errors.Wrapf(errNoChannel, "%q", name)
	case appErr != nil:
		return "", errors.Wrap(failure(appErr), "find the channel")
	case c == nil:
		return "", errors.Wrap(errNoAnswer, "find the channel")
	}
	return c.Id, nil
}

// The card: the root post of a conversation's thread. It is low, at most five lines with its buttons, and is changed
// only when the state it shows changes.

package desk

import (
	"context"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// How many runes of what others wrote are shown on a card.
const (
	maxPreview = 120
	maxReason  = 80
)

// The buttons of a card and of notices and alerts: the last part of their URLs in api, and their ids.
const (
	ActionClaim   = "claim"
	ActionClose   = "close"
	ActionReopen  = "reopen"
	ActionResend  = "resend"
	ActionReclaim = "reclaim"
	// ActionMore shows what is rarely needed, ActionVersions the earlier texts of changed messages.
	ActionMore     = "more"
	ActionVersions = "versions"
	// ActionConnectionAccept and ActionConnectionRefuse decide about a Business connection.
	ActionConnectionAccept = "acceptconnection"
	ActionConnectionRefuse = "refuseconnection"
)

// What a button tells its handler; everything in it may be forged and must be checked.
const (
	ContextConversation = "conversation_id"
	ContextPost         = "post_id"
	ContextBot          = "bot_id"
	ContextConnection   = "connection_id"
)

// OpenThread posts the card of c.Thread, once by conversation and Thread.Seq, and returns where it is. Previous is the
// root post of the thread before, linked when not empty. It returns relay.ErrChannelGone when neither the inbox
// channel nor a fallback is there.
func (d *Desk) OpenThread(
	ctx context.Context, bot conversation.Bot, c conversation.Conversation, previous string,
) (rootPostID, channelID string, err error) {
	channelID, err = d.home(ctx, bot)
	if err != nil {
		return "", "", err
	}
	show, err := d.face(bot, c)
	if err != nil {
		return "", "", err
	}
	card := &model.Post{
		Id:        relay.CardID(c.ID, c.Thread.Seq),
		ChannelId: channelID,
		Message:   d.cardMessage(bot, c, previous),
	}
	show(card)
	rootPostID = card.Id
	channelID, err = d.create(ctx, card)
	return rootPostID, channelID, err
}

// UpdateCard makes the card show c and touches nothing when it does already. It returns relay.ErrThreadGone when the
// card was deleted and relay.ErrChannelGone when it is in an archived channel, where no post can be changed.
func (d *Desk) UpdateCard(ctx context.Context, bot conversation.Bot, c conversation.Conversation) error {
	if c.Thread.RootPostID == "" {
		return relay.ErrThreadGone
	}
	p, err := d.place(c.Thread.ChannelID)
	if err != nil {
		return err
	}
	if !p.alive {
		return relay.ErrChannelGone
	}
	show, err := d.face(bot, c)
	if err != nil {
		return err
	}
	err = d.update(ctx, c.Thread.RootPostID, show)
	if errors.Is(err, errPostGone) {
		return relay.ErrThreadGone
	}
	return err
}

// cardMessage says who writes through what, and what he wrote first. It stays as it is for the life of the card.
func (d *Desk) cardMessage(bot conversation.Bot, c conversation.Conversation, previous string) string {
	who := "**" + plain(d.customerName(bot, c.Customer)) + "**"
	if c.Chat.Kind == messenger.Group && c.Chat.Title != "" {
		who = "👥 **" + plain(oneLine(c.Chat.Title, maxName)) + "**"
	} else if c.Customer.Username != "" {
		who += " (" + plain("@"+c.Customer.Username) + ")"
	}
	first := []string{who, plain(oneLine(bot.Name, maxName)) + " (" + bot.Kind.Title() + ")"}
	if previous != "" {
		first = append(first, "["+d.T(d.language(bot), "card.previous", nil)+"]("+d.permalink(previous)+")")
	}
	lines := []string{strings.Join(first, " · ")}
	if preview := oneLine(c.Thread.Preview, maxPreview); preview != "" {
		lines = append(lines, plain(preview))
	}
	return strings.Join(lines, "\n")
}

// face returns what makes a card show the conversation's present state: the line that changes and the buttons.
func (d *Desk) face(bot conversation.Bot, c conversation.Conversation) (show func(card *model.Post), err error) {
	assignee, err := d.user(c.AssigneeID)
	if err != nil {
		return nil, err
	}
	name := ""
	if assignee != nil {
		name = assignee.Username
	}
	line, buttons := d.statusLine(bot, c, name), d.cardButtons(bot, c, name)
	return func(card *model.Post) { attach(card, line, buttons...) }, nil
}

// statusLine is the line that changes. @assignee in it makes him follow the thread at the next reply (tried on
// Mattermost 11.1). Times are absolute: a ticking one would store the card anew every minute.
func (d *Desk) statusLine(bot conversation.Bot, c conversation.Conversation, assignee string) string {
	lang := d.language(bot)
	line := []string{d.T(lang, "card."+string(c.Status), nil)}
	if c.Status != conversation.Closed {
		line = append(line, d.waiting(bot, c))
	}
	if assignee == "" {
		line = append(line, d.T(lang, "card.unassigned", nil))
	} else {
		line = append(line, "@"+assignee)
	}
	for _, tag := range c.Tags {
		line = append(line, plain(tag))
	}
	if c.Customer.Unreachable != "" {
		reason := oneLine(d.Reason(lang, c.Customer.Unreachable), maxReason)
		line = append(line, d.T(lang, "card.unreachable", map[string]string{"reason": plain(reason)}))
	}
	return strings.Join(line, " · ")
}

func (d *Desk) waiting(bot conversation.Bot, c conversation.Conversation) string {
	if c.WaitingSince.IsZero() {
		return d.T(d.language(bot), "card.waiting_for_customer", nil)
	}
	return d.T(d.language(bot), "card.waiting_since", map[string]string{"time": d.clock(bot, c.WaitingSince)})
}

// cardButtons are those that do something in the conversation's present state.
func (d *Desk) cardButtons(bot conversation.Bot, c conversation.Conversation, assignee string) []*model.PostAction {
	lang, about := d.language(bot), map[string]any{ContextConversation: c.ID}
	more := d.button(ActionMore, d.T(lang, "button.more", nil), "", about)
	if c.Status == conversation.Closed {
		return []*model.PostAction{d.button(ActionReopen, d.T(lang, "button.reopen", nil), "", about), more}
	}
	closing := d.button(ActionClose, d.T(lang, "button.close", nil), "", about)
	if assignee != "" {
		return []*model.PostAction{closing, more}
	}
	return []*model.PostAction{d.button(ActionClaim, d.T(lang, "button.claim", nil), "primary", about), closing, more}
}

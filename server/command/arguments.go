// The arguments that commands take: how each is read, and how it completes itself.

package command

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// argument is what follows a command's path.
type argument interface {
	// read checks the argument and puts what it stands for into the call; permission included.
	read(c *Commands, call *call) error
	// complete adds the argument to the autocomplete of its command.
	complete(c *Commands, t api.Texts, s spec, to *model.AutocompleteData)
}

func forbidden() error { return &api.Error{Status: http.StatusForbidden, Code: "forbidden"} }

// nothing follows.
type nothing struct{}

func (nothing) read(_ *Commands, call *call) error {
	if len(call.words) > 0 {
		return wrong("command.unexpected", map[string]string{"text": api.Literal(strings.Join(call.words, " "))})
	}
	return nil
}

func (nothing) complete(*Commands, api.Texts, spec, *model.AutocompleteData) {}

// freeText is everything that follows, as it was written.
type freeText struct{ optional bool }

func (f freeText) read(_ *Commands, call *call) error {
	if call.text == "" && !f.optional {
		return wrong("command.text_missing", nil)
	}
	return nil
}

func (freeText) complete(_ *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	to.AddTextArgument(t(s.helpKey(), nil), s.usage, "")
}

// commandName is the path of a command, or its beginning.
type commandName struct{}

func (commandName) read(c *Commands, call *call) error {
	if len(call.words) > 0 && len(c.beginning(call.words)) == 0 {
		return wrong("command.unknown", map[string]string{"text": api.Literal(strings.Join(call.words, " "))})
	}
	return nil
}

func (commandName) complete(c *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	items := make([]model.AutocompleteListItem, 0, len(c.table))
	for _, other := range c.table {
		items = append(items, model.AutocompleteListItem{Item: other.path, HelpText: t(other.helpKey(), nil)})
	}
	to.AddStaticListArgument(t(s.helpKey(), nil), false, items)
}

// kindName is a messenger.
type kindName struct{}

func (kindName) read(c *Commands, call *call) error {
	if !c.Access.MayManage(call.args.UserId) {
		return forbidden()
	}
	if len(call.words) == 0 {
		return wrong("command.kind_missing", nil)
	}
	if _, ok := c.kind(call); !ok {
		return wrong("command.kind_unknown", map[string]string{"text": api.Literal(strings.Join(call.words, " "))})
	}
	return nil
}

func (kindName) complete(c *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	items := make([]model.AutocompleteListItem, 0, len(c.Kinds))
	for _, k := range c.Kinds {
		items = append(items, model.AutocompleteListItem{Item: string(k.ID), HelpText: k.Title})
	}
	to.AddStaticListArgument(t(s.helpKey(), nil), true, items)
}

// kind is the messenger that the call names.
func (c *Commands) kind(call *call) (api.Kind, bool) {
	i := slices.IndexFunc(c.Kinds, func(k api.Kind) bool {
		return len(call.words) == 1 && strings.EqualFold(string(k.ID), call.words[0])
	})
	if i < 0 {
		return api.Kind{}, false
	}
	return c.Kinds[i], true
}

// botName names a bot by its name, @username or id; quotes are needed nowhere, since nothing else follows.
type botName struct {
	// optional: without a name it is the channel's bot, or none where the channel has not exactly one.
	optional bool
}

func (b botName) read(c *Commands, call *call) error {
	name := strings.Join(call.words, " ")
	if name == "" && b.optional {
		call.bot = c.onlyBot(call)
		return nil
	}
	return c.takeBot(call, name)
}

func (b botName) complete(_ *Commands, t api.Texts, s spec, to *model.AutocompleteData) {
	to.AddDynamicListArgument(t(s.helpKey(), nil), api.AutocompleteBots, !b.optional)
}

// takeBot makes the bot of that name the one that the call is about, for who may do with it what the command does.
func (c *Commands) takeBot(call *call, name string) error {
	visible := c.visible(call)
	if len(visible) == 0 {
		return inTheWay("command.no_bots", nil)
	}
	if name == "" {
		return wrong("command.bot_missing", map[string]string{"bots": handles(visible, visible)})
	}
	named := api.Named(visible, name)
	switch len(named) {
	case 0:
		return wrong("command.bot_unknown", map[string]string{"text": api.Literal(name), "bots": handles(visible, visible)})
	case 1:
		call.bot = named[0]
	default:
		return wrong("command.bot_ambiguous", map[string]string{"text": api.Literal(name), "bots": handles(named, visible)})
	}
	return c.permit(call)
}

// permit refuses who may not do with the call's bot what the command does.
func (c *Commands) permit(call *call) error {
	if !c.Access.Allows(call.spec.may, call.args.UserId, call.bot.ChannelID) {
		return forbidden()
	}
	return nil
}

// visible are the bots that the caller sees.
func (c *Commands) visible(call *call) []conversation.Bot {
	return c.Access.Visible(call.args.UserId, c.Bots.List(call.ctx))
}

// onlyBot is the bot of the channel where the command was entered, if that has exactly one, else the zero Bot.
func (c *Commands) onlyBot(call *call) conversation.Bot {
	return api.OnlyBot(c.visible(call), call.args.ChannelId)
}

// called is what the call's bot is called in a text.
func (c *Commands) called(call *call) string {
	return api.Literal(api.Called(call.bot, c.visible(call)))
}

// handles lists bots as they can be typed.
func handles(list, all []conversation.Bot) string {
	names := make([]string, 0, len(list))
	for _, b := range list {
		names = append(names, api.Literal(api.Handle(b, all)))
	}
	return strings.Join(names, ", ")
}

// How bots are named in commands and texts: as people know them, and unmistakably.

package api

import (
	"cmp"
	"context"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// namings are what a bot can be called, the nicest first: "My shop", "My shop (Telegram)" as cards say it, "@myshop_bot".
var namings = []func(conversation.Bot) string{
	func(b conversation.Bot) string { return b.Name },
	fullName,
	func(b conversation.Bot) string { return "@" + b.Username },
}

// fullName is a name as cards say it. Forms name their bot like that.
func fullName(b conversation.Bot) string { return b.Name + " (" + b.Kind.Title() + ")" }

// Named are the bots that a name stands for, in any case: an id stands for its bot alone, a bare name or username for
// all who bear it, and a name with the messenger behind it for those of that messenger.
func Named(list []conversation.Bot, name string) []conversation.Bot {
	var found []conversation.Bot
	for _, b := range list {
		switch {
		case name == "":
		case b.ID == name:
			return []conversation.Bot{b}
		case b.Username != "" && strings.EqualFold(b.Username, strings.TrimPrefix(name, "@")),
			strings.EqualFold(b.Name, name), strings.EqualFold(fullName(b), name):
			found = append(found, b)
		}
	}
	return found
}

// Called is what a bot is called in a text: the nicest name that stands for it alone among all, else its own.
func Called(b conversation.Bot, all []conversation.Bot) string {
	return cmp.Or(naming(b, all, func(string) bool { return true }), b.Name)
}

// called is what a caller's bot is called in an answer to him.
func (s *server) called(ctx context.Context, caller string, b conversation.Bot) string {
	return Literal(Called(b, s.Access.Visible(caller, s.Bots.List(ctx))))
}

// Handle is how people name a bot in a command: like Called, if that can be typed, and in quotes if it has spaces; else its id.
func Handle(b conversation.Bot, all []conversation.Bot) string {
	name := cmp.Or(naming(b, all, typeable), b.ID)
	if strings.ContainsAny(name, " \t") {
		return `"` + name + `"`
	}
	return name
}

// typeable tells whether a command would read a name as it is.
func typeable(name string) bool { return !strings.ContainsAny(name, "\"“”„«»`\n") }

// naming is the first naming that fits and stands for the bot alone; empty for none.
func naming(b conversation.Bot, all []conversation.Bot, fits func(string) bool) string {
	for _, call := range namings {
		name := call(b)
		if named := Named(all, name); fits(name) && len(named) == 1 && named[0].ID == b.ID {
			return name
		}
	}
	return ""
}

// The small methods: who the bot is, its commands, and that it writes.

package telegramtest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

func getMe(c call) (any, *apiError) {
	return wireMe{wireUser: c.bot.user(), CanJoinGroups: true, CanReadAllGroupMessages: !c.bot.privacy, CanConnectToBusiness: true}, nil
}

// Command is one of the bot's commands, its name without the slash.
type Command struct {
	Name        string `json:"command"`
	Description string `json:"description"`
}

// defaultScope is the scope of commands where a call names none, https://core.telegram.org/bots/api#botcommandscope.
const defaultScope = "default"

// commandsOf is whom commands are for.
type commandsOf struct{ scope, language string }

// Commands are those that a customer of the language is shown: of his language, else of all others.
func (b *Bot) Commands(language string) []Command {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	own, known := b.commands[commandsOf{defaultScope, language}]
	if !known {
		own = b.commands[commandsOf{defaultScope, ""}]
	}
	return slices.Clone(own)
}

// whose reads for whom the commands of a call are.
func (c call) whose() (commandsOf, *apiError) {
	var p struct {
		Scope struct {
			Type string `json:"type"`
		} `json:"scope"`
		Language string `json:"language_code"`
	}
	c.params.into(&p)
	if !regexp.MustCompile(`^([a-z]{2})?$`).MatchString(p.Language) {
		return commandsOf{}, badRequest("invalid language code specified")
	}
	return commandsOf{cmp.Or(p.Scope.Type, defaultScope), p.Language}, nil
}

func setMyCommands(c call) (any, *apiError) {
	var p struct {
		Commands []Command `json:"commands"`
	}
	c.params.into(&p)
	whose, refusal := c.whose()
	if refusal != nil {
		return nil, refusal
	}
	if len(p.Commands) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, command := range p.Commands {
		if !regexp.MustCompile(`^[a-z0-9_]{1,32}$`).MatchString(command.Name) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := len([]rune(command.Description)); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	c.bot.commands[whose] = p.Commands
	return true, nil
}

func deleteMyCommands(c call) (any, *apiError) {
	whose, refusal := c.whose()
	delete(c.bot.commands, whose)
	return true, refusal
}

func sendChatAction(c call) (any, *apiError) {
	actions := strings.Fields("typing upload_photo record_video upload_video record_voice upload_voice upload_document " +
		"choose_sticker find_location record_video_note upload_video_note")
	if !slices.Contains(actions, c.params.text("action")) {
		return nil, badRequest("wrong parameter action in request")
	}
	_, refusal := c.reach()
	return true, refusal
}

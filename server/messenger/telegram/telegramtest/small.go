// The small methods: who the bot is, its commands, and that it writes.

package telegramtest

import (
	"regexp"
	"slices"
	"strings"
)

func getMe(c call) (any, *apiError) {
	return wireMe{wireUser: c.bot.user(), CanJoinGroups: true, CanReadAllGroupMessages: !c.bot.privacy, CanConnectToBusiness: true}, nil
}

func setMyCommands(c call) (any, *apiError) {
	var p struct {
		Commands []struct {
			Command     string `json:"command"`
			Description string `json:"description"`
		} `json:"commands"`
	}
	c.params.into(&p)
	if len(p.Commands) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, command := range p.Commands {
		if !regexp.MustCompile(`^[a-z0-9_]{1,32}$`).MatchString(command.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := len([]rune(command.Description)); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	return true, nil
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

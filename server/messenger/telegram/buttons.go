// Buttons below messages, and the list of the bot's commands.

package telegram

import (
	"context"
	"slices"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

var (
	_ messenger.KeyboardRemover = (*Client)(nil)
	_ messenger.Commander       = (*Client)(nil)
)

// inlineKeyboard stands below a message, https://core.telegram.org/bots/api#inlinekeyboardmarkup. The library's own type
// gives every button an empty text to copy, which makes it one that does two things.
type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// markup is what shows the buttons, nil for none. Only the keys of a reply keyboard can ask for a phone number or a place:
// where one is wanted the others become keys too, which send what stands on them. Groups have no such keys, Business chats
// no reply keyboards at all (https://core.telegram.org/bots/api#keyboardbutton): there they are left out.
func markup(chat messenger.Chat, rows [][]messenger.Button) models.ReplyMarkup {
	asks := func(b messenger.Button) bool { return b.AsksPhone || b.AsksLocation }
	if chat.Kind == messenger.Private && chat.Connection == "" && slices.ContainsFunc(slices.Concat(rows...), asks) {
		return models.ReplyKeyboardMarkup{Keyboard: each(rows, replyKey), OneTimeKeyboard: true, ResizeKeyboard: true}
	}
	var possible [][]messenger.Button
	for _, row := range rows {
		if row = slices.DeleteFunc(slices.Clone(row), asks); len(row) > 0 {
			possible = append(possible, row)
		}
	}
	if len(possible) == 0 {
		return nil
	}
	return inlineKeyboard{Rows: each(possible, func(b messenger.Button) inlineButton {
		if b.URL != "" {
			return inlineButton{Text: b.Label, URL: b.URL}
		}
		return inlineButton{Text: b.Label, Data: b.Data}
	})}
}

func replyKey(b messenger.Button) models.KeyboardButton {
	return models.KeyboardButton{Text: b.Label, RequestContact: b.AsksPhone, RequestLocation: b.AsksLocation}
}

// each makes of every button what stands for it.
func each[T any](rows [][]messenger.Button, made func(messenger.Button) T) [][]T {
	all := make([][]T, len(rows))
	for i, row := range rows {
		for _, b := range row {
			all[i] = append(all[i], made(b))
		}
	}
	return all
}

// RemoveKeyboard takes the buttons from a message. A message with a reply keyboard "can't be edited"; that keyboard is
// gone for the customer once he pressed one of its keys.
func (c *Client) RemoveKeyboard(ctx context.Context, chat messenger.Chat, externalID string) error {
	chatID, messageID, err := target(chat, externalID)
	if err != nil {
		return err
	}
	_, err = c.api.EditMessageReplyMarkup(ctx, &bot.EditMessageReplyMarkupParams{
		BusinessConnectionID: chat.Connection, ChatID: chatID, MessageID: messageID,
	})
	return harmless(carriedOut(err),
		"message is not modified", "message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID")
}

// SetCommands shows the commands in all chats (https://core.telegram.org/bots/api#setmycommands); language has two
// letters. Without commands those of the language are removed, and its customers see those of all others.
func (c *Client) SetCommands(ctx context.Context, language string, commands []messenger.Command) error {
	scope := &models.BotCommandScopeDefault{}
	if len(commands) == 0 {
		_, err := c.api.DeleteMyCommands(ctx, &bot.DeleteMyCommandsParams{Scope: scope, LanguageCode: language})
		return carriedOut(err)
	}
	list := make([]models.BotCommand, len(commands))
	for i, command := range commands {
		list[i] = models.BotCommand{Command: command.Name, Description: command.Description}
	}
	_, err := c.api.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: list, Scope: scope, LanguageCode: language})
	return carriedOut(err)
}

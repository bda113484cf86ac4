// What becomes of messages once they are sent, and the small calls beside them.

package telegram

import (
	"context"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

var (
	_ messenger.Editor       = (*Client)(nil)
	_ messenger.Deleter      = (*Client)(nil)
	_ messenger.Reactor      = (*Client)(nil)
	_ messenger.Typer        = (*Client)(nil)
	_ messenger.Acknowledger = (*Client)(nil)
	_ messenger.Connector    = (*Client)(nil)
)

// target finds a message by its ids.
func target(chat messenger.Chat, externalID string) (chatID int64, messageID int, err error) {
	if chatID, err = chatNumber(chat); err != nil {
		return 0, 0, err
	}
	messageID, err = messageNumber(externalID)
	return chatID, messageID, err
}

// Edit replaces text or caption.
func (c *Client) Edit(ctx context.Context, chat messenger.Chat, externalID string, text richtext.Text, caption bool) error {
	chatID, messageID, err := target(chat, externalID)
	if err != nil {
		return err
	}
	text = text.Normal()
	if caption {
		_, err = c.api.EditMessageCaption(ctx, &bot.EditMessageCaptionParams{
			BusinessConnectionID: chat.Connection, ChatID: chatID, MessageID: messageID,
			Caption: text.Plain, CaptionEntities: toEntities(text),
		})
	} else {
		_, err = c.api.EditMessageText(ctx, &bot.EditMessageTextParams{
			BusinessConnectionID: chat.Connection, ChatID: chatID, MessageID: messageID,
			Text: text.Plain, Entities: toEntities(text),
		})
	}
	return harmless(carriedOut(err), "message is not modified")
}

// Delete deletes for both sides. In a Business chat it has a method of its own.
func (c *Client) Delete(ctx context.Context, chat messenger.Chat, externalID string) error {
	chatID, messageID, err := target(chat, externalID)
	if err != nil {
		return err
	}
	if chat.Connection != "" {
		_, err = c.api.DeleteBusinessMessages(ctx, &bot.DeleteBusinessMessagesParams{
			BusinessConnectionID: chat.Connection, MessageIDs: []int{messageID},
		})
	} else {
		_, err = c.api.DeleteMessage(ctx, &bot.DeleteMessageParams{ChatID: chatID, MessageID: messageID})
	}
	return harmless(carriedOut(err), "message to delete not found", "MESSAGE_ID_INVALID")
}

// React sets the only reaction that a bot may have. The method knows no Business chats: there it would find a message of
// another chat by the same id.
func (c *Client) React(ctx context.Context, chat messenger.Chat, externalID, emoji string) error {
	if chat.Connection != "" {
		return rejected("a bot cannot react in the name of a Business account")
	}
	chatID, messageID, err := target(chat, externalID)
	if err != nil {
		return err
	}
	reaction := []models.ReactionType{}
	if emoji != "" {
		reaction = append(reaction, models.ReactionType{
			Type: models.ReactionTypeTypeEmoji, ReactionTypeEmoji: &models.ReactionTypeEmoji{Emoji: emoji},
		})
	}
	_, err = c.api.SetMessageReaction(ctx, &bot.SetMessageReactionParams{ChatID: chatID, MessageID: messageID, Reaction: reaction})
	return carriedOut(err)
}

// Typing shows for five seconds that somebody writes.
func (c *Client) Typing(ctx context.Context, chat messenger.Chat) error {
	chatID, err := chatNumber(chat)
	if err != nil {
		return err
	}
	_, err = c.api.SendChatAction(ctx, &bot.SendChatActionParams{
		BusinessConnectionID: chat.Connection, ChatID: chatID, Action: models.ChatActionTyping,
	})
	return carriedOut(err)
}

// maxToast is the longest text of a toast in code points, https://core.telegram.org/bots/api#answercallbackquery.
const maxToast = 200

// Acknowledge answers a press; a text over the limit is cut.
func (c *Client) Acknowledge(ctx context.Context, pressID, text string) error {
	_, err := c.api.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: pressID, Text: beginning(text, maxToast)})
	return carriedOut(err)
}

// Connection asks for a Business connection.
func (c *Client) Connection(ctx context.Context, id string) (messenger.Connection, error) {
	ctx, result := keepResult(ctx)
	_, err := c.api.GetBusinessConnection(ctx, &bot.GetBusinessConnectionParams{BusinessConnectionID: id})
	if err := carriedOut(err); err != nil {
		return messenger.Connection{}, err
	}
	connection, _, err := readConnection(*result)
	if err != nil {
		return messenger.Connection{}, unreadable("getBusinessConnection")
	}
	return connection, nil
}

// beginning is the text, or its first limit-1 code points and an ellipsis.
func beginning(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return strings.TrimSpace(string(runes[:limit-1])) + "…"
}

// Sending: a text, or one message with a file.

package telegram

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// letter is what every method that sends wants.
type letter struct {
	chat       int64
	connection string
	text       string
	entities   []models.MessageEntity
	reply      *models.ReplyParameters
	markup     models.ReplyMarkup
}

// Send sends text with entities, so that there is no markup to be misread, and streams files; the ids are decimal message
// ids. A refusal of the entities ("can't parse entities") is Rejected like any other, a file of ours that cannot be read
// is Transient.
func (c *Client) Send(ctx context.Context, out messenger.Outgoing) ([]string, error) {
	l, err := letterOf(out)
	if err != nil {
		return nil, err
	}
	sources := make([]*source, len(out.Files))
	for i, u := range out.Files {
		sources[i] = newSource(ctx, u)
		defer sources[i].close()
	}
	ctx, result := keepResult(ctx)
	switch len(sources) {
	case 0:
		err = c.sendText(ctx, l)
	case 1:
		err = c.sendFile(ctx, l, sources[0])
	default:
		err = c.sendAlbum(ctx, l, sources)
	}
	if err := carriedOut(err); err != nil {
		return nil, err
	}
	return sentIDs(*result)
}

func letterOf(out messenger.Outgoing) (letter, error) {
	chat, err := chatNumber(out.Chat)
	if err != nil {
		return letter{}, err
	}
	text := out.Text.Normal()
	l := letter{
		chat: chat, connection: out.Chat.Connection, text: text.Plain, entities: toEntities(text),
		markup: markup(out.Chat, out.Buttons),
	}
	if l.markup != nil && len(out.Files) > 1 {
		return letter{}, rejected("an album has no buttons")
	}
	if out.ReplyTo != "" {
		id, err := messageNumber(out.ReplyTo)
		if err != nil {
			return letter{}, err
		}
		l.reply = &models.ReplyParameters{MessageID: id, AllowSendingWithoutReply: true}
	}
	return l, nil
}

func chatNumber(chat messenger.Chat) (int64, error) {
	n, err := strconv.ParseInt(chat.ID, 10, 64)
	if err != nil {
		return 0, rejected("a chat's id is a number")
	}
	return n, nil
}

func messageNumber(externalID string) (int, error) {
	n, err := strconv.Atoi(externalID)
	if err != nil {
		return 0, rejected("a message's id is a number")
	}
	return n, nil
}

// sentIDs are the ids of the messages in a result, which is a message or a list of them.
func sentIDs(result json.RawMessage) ([]string, error) {
	type sent struct {
		ID int64 `json:"message_id"`
	}
	messages := make([]sent, 1)
	if json.Unmarshal(result, &messages[0]) != nil && json.Unmarshal(result, &messages) != nil {
		return nil, unreadable("sending")
	}
	var ids []string
	for _, m := range messages {
		if m.ID != 0 {
			ids = append(ids, strconv.FormatInt(m.ID, 10))
		}
	}
	if len(ids) == 0 || len(ids) < len(messages) {
		return nil, unreadable("sending")
	}
	return ids, nil
}

func (c *Client) sendText(ctx context.Context, l letter) error {
	_, err := c.api.SendMessage(ctx, &bot.SendMessageParams{
		BusinessConnectionID: l.connection, ChatID: l.chat, Text: l.text, Entities: l.entities,
		ReplyParameters: l.reply, ReplyMarkup: l.markup,
	})
	return errors.Wrap(err, "sendMessage")
}

// sendFile makes the call that the file's kind asks for. The library writes the form into a pipe, so that no more of the
// file is in memory than a buffer (build_request_form.go of v1.19.0).
func (c *Client) sendFile(ctx context.Context, l letter, s *source) error {
	file, u := &models.InputFileUpload{Filename: s.upload.Name, Data: s}, s.upload
	var err error
	switch u.Kind {
	case messenger.Photo:
		_, err = c.api.SendPhoto(ctx, &bot.SendPhotoParams{
			BusinessConnectionID: l.connection, ChatID: l.chat, Photo: file,
			Caption: l.text, CaptionEntities: l.entities, ReplyParameters: l.reply, ReplyMarkup: l.markup,
		})
	case messenger.Animation:
		_, err = c.api.SendAnimation(ctx, &bot.SendAnimationParams{
			BusinessConnectionID: l.connection, ChatID: l.chat, Animation: file, Width: u.Width, Height: u.Height,
			Caption: l.text, CaptionEntities: l.entities, ReplyParameters: l.reply, ReplyMarkup: l.markup,
		})
	case messenger.Video:
		_, err = c.api.SendVideo(ctx, &bot.SendVideoParams{
			BusinessConnectionID: l.connection, ChatID: l.chat, Video: file, Width: u.Width, Height: u.Height,
			SupportsStreaming: true, Caption: l.text, CaptionEntities: l.entities, ReplyParameters: l.reply, ReplyMarkup: l.markup,
		})
	case messenger.Voice:
		_, err = c.api.SendVoice(ctx, &bot.SendVoiceParams{
			BusinessConnectionID: l.connection, ChatID: l.chat, Voice: file,
			Caption: l.text, CaptionEntities: l.entities, ReplyParameters: l.reply, ReplyMarkup: l.markup,
		})
	case messenger.Audio:
		_, err = c.api.SendAudio(ctx, &bot.SendAudioParams{
			BusinessConnectionID: l.connection, ChatID: l.chat, Audio: file,
			Caption: l.text, CaptionEntities: l.entities, ReplyParameters: l.reply, ReplyMarkup: l.markup,
		})
	case messenger.Document:
		_, err = c.api.SendDocument(ctx, &bot.SendDocumentParams{
			BusinessConnectionID: l.connection, ChatID: l.chat, Document: file,
			Caption: l.text, CaptionEntities: l.entities, ReplyParameters: l.reply, ReplyMarkup: l.markup,
		})
	default:
		return rejected("a file of kind " + string(u.Kind) + " cannot be sent")
	}
	return errors.Wrap(err, "sending a file")
}

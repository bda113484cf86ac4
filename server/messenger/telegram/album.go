// Sending albums, https://core.telegram.org/bots/api#sendmediagroup. The library gives each file of an album the name of
// its form field, which the customer would see; so the form is written here.

package telegram

import (
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/go-telegram/bot/models"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// sendAlbum sends the files as one album, the letter's text as the caption of the first.
func (c *Client) sendAlbum(ctx context.Context, l letter, sources []*source) error {
	fields, err := albumFields(l, sources)
	if err != nil {
		return err
	}
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() { _ = writer.CloseWithError(writeForm(form, fields, sources)) }() // it returns no error
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.methods+"sendMediaGroup", reader)
	if err != nil {
		_ = reader.Close()                       // it returns no error
		return rejected("no address for albums") // err would hold the token
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	response, err := c.caller.Do(request)
	if err != nil {
		return err
	}
	return errors.Wrap(response.Body.Close(), "closing an answer")
}

// albumFields are the form's fields but for the files.
func albumFields(l letter, sources []*source) (map[string]string, error) {
	items := make([]json.RawMessage, len(sources))
	for i, s := range sources {
		item := albumItem(s.upload, "attach://"+partName(i), l)
		if item == nil {
			return nil, rejected("a file of kind " + string(s.upload.Kind) + " cannot stand in an album")
		}
		raw, err := item.MarshalInputMedia()
		if err != nil {
			return nil, errors.Wrap(err, "telegram: writing an album")
		}
		items[i] = raw
		l.text, l.entities = "", nil // the first one alone has the caption
	}
	fields := map[string]string{"chat_id": strconv.FormatInt(l.chat, 10)}
	if l.connection != "" {
		fields["business_connection_id"] = l.connection
	}
	for name, value := range map[string]any{"media": items, "reply_parameters": l.reply} {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, errors.Wrap(err, "telegram: writing an album")
		}
		if string(raw) != "null" {
			fields[name] = string(raw)
		}
	}
	return fields, nil
}

// albumItem says how a file stands in an album, nil when it cannot.
func albumItem(u messenger.Upload, media string, l letter) models.InputMedia {
	switch u.Kind {
	case messenger.Photo:
		return &models.InputMediaPhoto{Media: media, Caption: l.text, CaptionEntities: l.entities}
	case messenger.Video:
		return &models.InputMediaVideo{
			Media: media, Caption: l.text, CaptionEntities: l.entities, Width: u.Width, Height: u.Height, SupportsStreaming: true,
		}
	case messenger.Document:
		return &models.InputMediaDocument{Media: media, Caption: l.text, CaptionEntities: l.entities}
	case messenger.Audio:
		return &models.InputMediaAudio{Media: media, Caption: l.text, CaptionEntities: l.entities}
	}
	return nil
}

func partName(i int) string { return "file" + strconv.Itoa(i) }

// writeForm writes the whole form; it returns when the form is read or its reader closed.
func writeForm(form *multipart.Writer, fields map[string]string, sources []*source) error {
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			return errors.Wrap(err, "writing the form")
		}
	}
	for i, s := range sources {
		part, err := form.CreateFormFile(partName(i), s.upload.Name)
		if err != nil {
			return errors.Wrap(err, "writing the form")
		}
		if _, err := io.Copy(part, s); err != nil {
			return errors.Wrap(err, "writing the form")
		}
	}
	return errors.Wrap(form.Close(), "writing the form")
}

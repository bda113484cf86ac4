// Sending: the bodies of send_message, one for each kind, and the welcome, which is such a body without a receiver.

package viber

import (
	"context"
	"encoding/json"
	"net/url"
	"path"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const (
	// anonymous is the sender's name where none is given: Viber requires one.
	anonymous = "Bot"
	// minAPIVersion lets every client show the message: text, pictures, videos and files need no newer one.
	minAPIVersion = 1
	// maxBody is the longest JSON of a message in bytes.
	maxBody = 30_000
)

// head is what all messages have.
type head struct {
	Receiver      string    `json:"receiver,omitempty"`
	MinAPIVersion int       `json:"min_api_version"`
	Sender        sender    `json:"sender"`
	Type          string    `json:"type"`
	TrackingData  string    `json:"tracking_data,omitempty"`
	Keyboard      *keyboard `json:"keyboard,omitempty"`
}

type sender struct {
	Name string `json:"name"`
}

type textMessage struct {
	head
	Text string `json:"text"`
}

// pictureMessage has a text always, which may be empty.
type pictureMessage struct {
	head
	Text  string `json:"text"`
	Media string `json:"media"`
}

type videoMessage struct {
	head
	Media string `json:"media"`
	Size  int64  `json:"size"`
}

type fileMessage struct {
	head
	Media    string `json:"media"`
	Size     int64  `json:"size"`
	FileName string `json:"file_name"`
}

// body is how one kind of message is written; caption says that a text can stand with the file.
type body struct {
	write   func(h head, text string, file messenger.Upload) any
	name    string
	caption bool
}

// bodies are the kinds of message with a file. Only pictures have a text on Viber's REST bot API page.
var bodies = map[messenger.FileKind]body{
	messenger.Photo: {name: "picture", caption: true, write: func(h head, text string, file messenger.Upload) any {
		return pictureMessage{head: h, Text: text, Media: file.URL}
	}},
	messenger.Video: {name: "video", write: func(h head, _ string, file messenger.Upload) any {
		return videoMessage{head: h, Media: file.URL, Size: file.Size}
	}},
	messenger.Document: {name: "file", write: func(h head, _ string, file messenger.Upload) any {
		return fileMessage{head: h, Media: file.URL, Size: file.Size, FileName: fileName(file.Name)}
	}},
}

// Send implements messenger.Messenger by send_message; the id is the exact decimal message_token, and there is none if
// Viber accepted the message and told none. Viber shows no formatting from bots: the text goes out as Text.PlainText,
// which is what has to fit the limit. Buttons are a keyboard that the next message without any hides. ReplyTo is not used,
// since Viber has no replies.
func (c *Client) Send(ctx context.Context, out messenger.Outgoing) ([]string, error) {
	in, refused := write(out.Chat.ID, out)
	if refused != nil {
		return nil, refused
	}
	a, err := c.call(ctx, "send_message", in)
	if err != nil {
		return nil, err
	}
	if a.MessageToken == "" {
		return nil, nil
	}
	return []string{a.MessageToken.String()}, nil
}

// Welcome returns the body that answers a conversation_started callback: the one message that a customer gets who is not
// subscribed. Chat and ReplyTo are not used. Nobody answers it, so it has to fit the limits: class Rejected says that it
// does not.
func (c *Client) Welcome(out messenger.Outgoing) ([]byte, error) {
	limits, text := c.Capabilities(), richtext.Plain(plainText(out.Text))
	limit := limits.TextLimit
	if len(out.Files) > 0 {
		limit = limits.CaptionLimit
	}
	switch {
	case len(out.Files) == 0 && text.Plain == "":
		return nil, rejected("there is nothing to send")
	case text.Len(limits.TextUnit) > limit:
		return nil, rejected("the text is too long")
	}
	in, refused := write("", out)
	if refused != nil {
		return nil, refused
	}
	return in, nil
}

// write makes the body of a message, or says why Viber takes none.
func write(receiver string, out messenger.Outgoing) (json.RawMessage, *messenger.Error) {
	h, refused := headOf(receiver, out)
	if refused != nil {
		return nil, refused
	}
	message, refused := messageOf(h, out)
	if refused != nil {
		return nil, refused
	}
	raw, err := encode(message)
	switch {
	case err != nil:
		return nil, rejected(err.Error())
	case len(raw) > maxBody:
		return nil, rejected("the text and the buttons are too long together")
	}
	return raw, nil
}

func headOf(receiver string, out messenger.Outgoing) (head, *messenger.Error) {
	h := head{Receiver: receiver, MinAPIVersion: minAPIVersion, Sender: sender{Name: senderName(out.SenderName)}, Type: "text"}
	var refused *messenger.Error
	if h.Keyboard, refused = keyboardOf(out.Buttons); h.Keyboard != nil {
		h.MinAPIVersion, h.TrackingData = keyboardVersion, links(out.Buttons)
	}
	return h, refused
}

// messageOf puts text and file below a head.
func messageOf(h head, out messenger.Outgoing) (any, *messenger.Error) {
	text := plainText(out.Text)
	if len(out.Files) == 0 {
		return textMessage{head: h, Text: text}, nil
	}
	file := out.Files[0]
	kind, known := bodies[file.Kind]
	switch {
	case len(out.Files) > 1:
		return nil, rejected("Viber has no albums")
	case !known:
		return nil, rejected("Viber has no messages of the kind " + string(file.Kind))
	case text != "" && !kind.caption:
		return nil, rejected("no text can stand with a " + kind.name)
	case !webAddress(file.URL):
		return nil, rejected("the file has no public address")
	}
	h.Type = kind.name
	return kind.write(h, text, file), nil
}

func rejected(description string) *messenger.Error {
	return &messenger.Error{Class: messenger.Rejected, Description: description}
}

// webAddress tells whether s is an absolute http or https address.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// fileName is what fits file_name; the extension stays, by which phones know what to open a file with.
func fileName(name string) string {
	name = strings.TrimSpace(visibleText(name))
	extension := path.Ext(name)
	if r := []rune(name); len(r) > maxFileName {
		return string(r[:max(maxFileName-len([]rune(extension)), 0)]) + extension
	}
	return name
}

// senderName is what fits sender.name, and never empty.
func senderName(name string) string {
	name = strings.TrimSpace(visibleText(name))
	if r := []rune(name); len(r) > maxSenderName {
		name = strings.TrimSpace(string(r[:maxSenderName]))
	}
	if name == "" {
		return anonymous
	}
	return name
}

func plainText(t richtext.Text) string { return visibleText(t.PlainText()) }

// visibleText leaves out control characters and replaces bad UTF-8 and the rare line separators: nobody sees them, and
// JSON writes each in six bytes.
func visibleText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case isControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
}

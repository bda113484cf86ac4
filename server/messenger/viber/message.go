// A customer's message as text, labels and files.

package viber

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// message is a customer's message ("Receive message from user" on Viber's REST bot API page). Numbers keep the digits as
// Viber writes them.
type message struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Media    string `json:"media"`
	FileName string `json:"file_name"`
	// AltText is what a rich media message says where it cannot be shown.
	AltText string `json:"alt_text"`
	// Size is in bytes. The page calls it file_size, some callbacks size.
	Size      json.Number `json:"size"`
	FileSize  json.Number `json:"file_size"`
	StickerID json.Number `json:"sticker_id"`
	Contact   contact     `json:"contact"`
	Location  location    `json:"location"`
	// Tracking is what came with our last message, see links.
	Tracking string `json:"tracking_data"`
}

type contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone_number"`
}

type location struct {
	Lat json.Number `json:"lat"`
	Lon json.Number `json:"lon"`
}

// readers add to an event what each type of message is besides its text. Keyboard and rich media answers are of type text
// or url.
var readers = map[string]func(message, *messenger.Event){
	"text":       func(message, *messenger.Event) {},
	"rich_media": readRichMedia,
	"picture":    func(m message, e *messenger.Event) { m.attach(e, messenger.Photo) },
	"video":      func(m message, e *messenger.Event) { m.attach(e, messenger.Video) },
	"file":       func(m message, e *messenger.Event) { m.attach(e, messenger.Document) },
	"sticker":    readSticker,
	"contact":    readContact,
	"location":   readLocation,
	"url":        readURL,
}

// read fills the event from the message, which may be a press. What the customer sent is never left without anything to
// show: a type unknown today, or a message without what its type promises, gets a label that names the type.
func (m message) read(e *messenger.Event) {
	if press := m.press(); press != nil {
		e.Kind, e.Press = messenger.EventPressed, press
		return
	}
	if m.opensLink() {
		e.Kind, e.Reason = messenger.EventIgnored, openedLink
		return
	}
	e.Text = richtext.Plain(withEmoji(m.Text))
	if reader, known := readers[m.Type]; known {
		reader(m, e)
	} else {
		m.attach(e, messenger.Document)
		e.Labels = []messenger.Label{m.unknown()}
	}
	if e.Text.Plain == "" && len(e.Labels) == 0 && len(e.Files) == 0 {
		e.Labels = []messenger.Label{m.unknown()}
	}
}

func (m message) unknown() messenger.Label { return told("unknown", "fields", m.Type) }

// told is a label with one argument, and the bare one of its key where that is not told.
func told(key, name, value string) messenger.Label {
	if value == "" {
		return messenger.Label{Key: key + "_bare"}
	}
	return messenger.Label{Key: key, Args: map[string]string{name: value}}
}

// attach adds the file at the message's address, if it has one. Viber tells no type of the content.
func (m message) attach(e *messenger.Event, kind messenger.FileKind) {
	if m.Media != "" {
		e.Files = []messenger.File{{Kind: kind, Ref: m.Media, Name: m.FileName, Size: m.size()}}
	}
}

// size is 0 where Viber tells none that can be one.
func (m message) size() int64 {
	n, err := strconv.ParseInt(cmp.Or(m.FileSize, m.Size).String(), 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

func readRichMedia(m message, e *messenger.Event) {
	e.Text = richtext.Plain(withEmoji(cmp.Or(m.Text, m.AltText)))
}

// readSticker names the sticker by its number: Viber's stickers stand for no emoji.
func readSticker(m message, e *messenger.Event) {
	m.attach(e, messenger.Sticker)
	e.Labels = []messenger.Label{told("sticker", "emoji", m.StickerID.String())}
}

// readContact takes the number for the customer's: Viber does not tell whose card it is.
func readContact(m message, e *messenger.Event) {
	name, phone := m.Contact.Name, m.Contact.Phone
	e.Shared = phone
	switch {
	case name == "" && phone == "":
	case name == "" || phone == "":
		e.Labels = []messenger.Label{{Key: "contact_bare", Args: map[string]string{"phone": cmp.Or(phone, name)}}}
	default:
		e.Labels = []messenger.Label{{Key: "contact", Args: map[string]string{"name": name, "phone": phone}}}
	}
}

func readLocation(m message, e *messenger.Event) {
	lat, lon := m.Location.Lat.String(), m.Location.Lon.String()
	if lat == "" || lon == "" {
		return
	}
	e.Shared = lat + "," + lon
	e.Labels = []messenger.Label{{
		Key: "location", Args: map[string]string{"coordinates": lat + ", " + lon},
		URL: "https://www.google.com/maps/search/?api=1&query=" + url.QueryEscape(lat+","+lon),
	}}
}

// readURL puts the link below what was written with it.
func readURL(m message, e *messenger.Event) {
	if m.Media == "" {
		return
	}
	link := richtext.Text{
		Plain: m.Media, Spans: []richtext.Span{{End: len(m.Media), Kind: richtext.Link, Value: m.Media}},
	}
	if e.Text.Plain == "" {
		e.Text = link
		return
	}
	e.Text = richtext.Concat(e.Text, richtext.Plain("\n"), link)
}

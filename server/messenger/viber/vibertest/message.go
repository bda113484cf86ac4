// The messages Viber takes from bots, as data ("Send Message" on Viber's REST bot API page).

package vibertest

import (
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits in bytes and characters. Editions of Viber's page differ in the text of a picture: this is the lowest of the last
// years.
const (
	maxCaption    = 512
	maxFileName   = 256
	maxContact    = 28
	maxPhone      = 18
	maxPicture    = 1 << 20
	maxVideo      = 26 << 20
	maxFile       = 50 << 20
	maxDuration   = 180
	endOfLatitude = 90
	endOfGlobe    = 180
)

// The types of message.
const (
	typeText      = "text"
	typePicture   = "picture"
	typeVideo     = "video"
	typeFile      = "file"
	typeContact   = "contact"
	typeLocation  = "location"
	typeURL       = "url"
	typeSticker   = "sticker"
	typeRichMedia = "rich_media"
)

// common are the fields of all messages.
var common = fields{
	"type":            {kind: text, required: true, min: 1, max: 100},
	"min_api_version": {kind: integer, min: 1, max: maxMinVersion, status: statusAPIVersion},
	"tracking_data":   {kind: text, max: maxTracking},
	"keyboard":        {kind: object, fields: keyboard},
	"sender": {kind: object, required: true, fields: fields{
		"name": {kind: text, required: true, min: 1, max: maxSenderName}, "avatar": {kind: address},
	}},
}

// types are the fields that each type of message has besides.
var types = map[string]fields{
	typeText: {"text": {kind: text, required: true, min: 1}},
	typePicture: {
		"text": {kind: text, required: true, max: maxCaption}, "media": {kind: address, required: true},
		"thumbnail": {kind: address},
	},
	typeVideo: {
		"media": {kind: address, required: true}, "size": {kind: integer, required: true, min: 1, max: maxVideo},
		"duration": {kind: integer, min: 1, max: maxDuration}, "thumbnail": {kind: address},
	},
	typeFile: {
		"media": {kind: address, required: true}, "size": {kind: integer, required: true, min: 1, max: maxFile},
		"file_name": {kind: text, required: true, min: 1, max: maxFileName},
	},
	typeContact: {"contact": {kind: object, required: true, fields: fields{
		"name":         {kind: text, required: true, min: 1, max: maxContact},
		"phone_number": {kind: text, required: true, min: 1, max: maxPhone},
		"avatar":       {kind: address},
	}}},
	typeLocation: {"location": {kind: object, required: true, fields: fields{
		"lat": {kind: number, required: true, min: -endOfLatitude, max: endOfLatitude},
		"lon": {kind: number, required: true, min: -endOfGlobe, max: endOfGlobe},
	}}},
	typeURL:     {"media": {kind: address, required: true, min: 1, max: maxURL}},
	typeSticker: {"sticker_id": {kind: digits, required: true}},
	typeRichMedia: {
		"rich_media": {kind: object, required: true, fields: richMedia}, "alt_text": {kind: text, max: maxText},
	},
}

// extensions are what the address of each type's media ends with; a file has any that is not forbidden.
var extensions = map[string][]string{
	typePicture: {".jpg", ".jpeg", ".png", ".gif"},
	typeVideo:   {".mp4"},
}

// forbiddenExtensions are Viber's "Forbidden file formats".
var forbiddenExtensions = strings.Fields(`.action .apk .app .bat .bin .cmd .com .command .cpl .csh .exe .gadget .inf1 .ins
	.inx .ipa .isu .job .jse .ksh .lnk .msc .msi .msp .mst .osx .out .paf .pif .prg .ps1 .reg .rgs .run .sct .shb .shs
	.u3p .vb .vbe .vbs .vbscript .workflow .ws .wsf`)

// message is a checked message.
type message struct {
	Receiver      string          `json:"receiver"`
	Type          string          `json:"type"`
	MinAPIVersion int             `json:"min_api_version"`
	TrackingData  string          `json:"tracking_data"`
	Text          string          `json:"text"`
	AltText       string          `json:"alt_text"`
	Media         string          `json:"media"`
	Size          int64           `json:"size"`
	FileName      string          `json:"file_name"`
	Keyboard      json.RawMessage `json:"keyboard"`
	RichMedia     json.RawMessage `json:"rich_media"`
	Sender        struct {
		Name string `json:"name"`
	} `json:"sender"`
}

// readMessage checks everything that depends neither on the receiver nor on the media; nil is no fault. A welcome has no
// receiver.
func readMessage(body []byte, receiver bool) (message, *fault) {
	var m message
	if len(body) > maxBody {
		return m, bad("%d bytes of JSON, at most %d", len(body), maxBody)
	}
	var named struct {
		Type json.RawMessage `json:"type"`
	}
	if err := json.Unmarshal(body, &named); err != nil {
		return m, bad("no object")
	}
	if named.Type == nil {
		return m, &fault{status: statusMissingData, words: "type is missing"}
	}
	own, known := types[unquoted(named.Type)]
	if !known {
		return m, bad("type %s is unknown", named.Type)
	}
	all := common.with(own)
	if receiver {
		all["receiver"] = field{kind: text, required: true, min: 1, max: 100}
	}
	if wrong := all.check("", body); wrong != nil {
		return m, wrong
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, bad("%s", err)
	}
	return m, m.check()
}

// check is for what a schema cannot say.
func (m message) check() *fault {
	switch {
	case m.Type == typeRichMedia && m.MinAPIVersion < minRichMedia:
		return bad("rich_media needs a min_api_version of %d", minRichMedia)
	case utf8.RuneCountInString(m.Text) > maxText:
		return &fault{status: statusBadData, words: "text is too long", excused: true}
	}
	if wrong := checkKeys(m.MinAPIVersion, maxRows, m.Keyboard); wrong != nil {
		return wrong
	}
	if wrong := checkKeys(m.MinAPIVersion, 0, m.RichMedia); wrong != nil {
		return wrong
	}
	return m.checkExtensions()
}

func (m message) checkExtensions() *fault {
	if !m.hasFile() {
		return nil
	}
	extension := m.extension()
	taken := extensions[m.Type]
	switch {
	case extension == "":
		return bad("media has no extension")
	case taken != nil && !slices.Contains(taken, extension):
		return bad("media: a %s with the extension %s", m.Type, extension)
	}
	for _, e := range []string{extension, strings.ToLower(path.Ext(m.FileName))} {
		if slices.Contains(forbiddenExtensions, e) {
			return bad("the file format %s is forbidden", e)
		}
	}
	return nil
}

// hasFile tells whether the message's media is a file.
func (m message) hasFile() bool {
	return slices.Contains([]string{typePicture, typeVideo, typeFile}, m.Type)
}

// extension is the one of the address's last segment, in lower case.
func (m message) extension() string {
	u, err := url.Parse(m.Media)
	if err != nil {
		return ""
	}
	return strings.ToLower(path.Ext(u.Path))
}

// readable is what a customer reads.
func (m message) readable() string {
	switch m.Type {
	case typeURL:
		return m.Media
	case typeRichMedia:
		return m.AltText
	}
	return m.Text
}

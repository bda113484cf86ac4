// What Viber takes as keyboards and rich media ("Keyboards" and "Rich Media Message" on its pages).

package vibertest

import (
	"cmp"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
)

const (
	// minSharing is the min_api_version of buttons that share a phone number or a place.
	minSharing = 3
	// minRichMedia is the min_api_version of rich media.
	minRichMedia = 7
	maxURL       = 2000
	maxButton    = 250
)

// What a button does: Viber's ActionType.
const (
	actionReply    = "reply"
	actionURL      = "open-url"
	actionPhone    = "share-phone"
	actionLocation = "location-picker"
)

// sharing are the actions that only a phone has, and that need a body besides the version.
var sharing = []string{actionPhone, actionLocation}

var scales = []string{"crop", "fill", "fit"}

// button are the fields of both kinds of buttons but for their size.
var button = fields{
	"ActionType":          {kind: text, oneOf: append([]string{actionReply, actionURL, "open-map", "none"}, sharing...)},
	"ActionBody":          {kind: text, required: true},
	"Text":                {kind: text, max: maxButton},
	"TextSize":            {kind: text, oneOf: []string{"small", "regular", "medium", "large"}},
	"TextVAlign":          {kind: text, oneOf: []string{"top", "middle", "bottom"}},
	"TextHAlign":          {kind: text, oneOf: []string{"left", "center", "middle", "right"}},
	"TextPaddings":        {kind: array, min: 4, max: 4},
	"TextOpacity":         {kind: integer, max: 100},
	"TextBgGradientColor": {kind: text},
	"TextShouldFit":       {kind: boolean},
	"BgColor":             {kind: text},
	"BgMediaType":         {kind: text, oneOf: []string{"picture", "gif"}},
	"BgMedia":             {kind: address},
	"BgMediaScaleType":    {kind: text, oneOf: scales},
	"BgLoop":              {kind: boolean},
	"Image":               {kind: address},
	"ImageScaleType":      {kind: text, oneOf: scales},
	"Silent":              {kind: boolean},
	"OpenURLType":         {kind: text, oneOf: []string{"internal", "external"}},
	"OpenURLMediaType":    {kind: text, oneOf: []string{"not-media", "video", "gif", "picture", "audio"}},
	"InternalBrowser":     {kind: object},
	"MediaPlayer":         {kind: object},
	"Map":                 {kind: object, fields: fields{"Latitude": {kind: text}, "Longitude": {kind: text}}},
	"Frame":               {kind: object},
}

// buttons are an array of them that are at most rows high.
func buttons(rows float64) field {
	sized := button.with(fields{
		"Columns": {kind: integer, min: 1, max: 6}, "Rows": {kind: integer, min: 1, max: rows},
	})
	return field{kind: array, required: true, min: 1, max: 24 * 6, fields: sized}
}

var keyboard = fields{
	"Type":                {kind: text, required: true, oneOf: []string{"keyboard"}},
	"Buttons":             buttons(2),
	"BgColor":             {kind: text},
	"DefaultHeight":       {kind: boolean},
	"CustomDefaultHeight": {kind: integer, min: 40, max: 70},
	"HeightScale":         {kind: integer, min: 20, max: 100},
	"ButtonsGroupColumns": {kind: integer, min: 1, max: 6},
	"ButtonsGroupRows":    {kind: integer, min: 1, max: 2},
	"InputFieldState":     {kind: text, oneOf: []string{"regular", "minimized", "hidden"}},
	"FavoritesMetadata":   {kind: object},
}

var richMedia = fields{
	"Type":                {kind: text, required: true, oneOf: []string{"rich_media"}},
	"Buttons":             buttons(7),
	"BgColor":             {kind: text},
	"ButtonsGroupColumns": {kind: integer, min: 1, max: 6},
	"ButtonsGroupRows":    {kind: integer, min: 1, max: 7},
	"HeightScale":         {kind: integer, min: 20, max: 100},
	"FavoritesMetadata":   {kind: object},
}

// levels are the fields that only clients of a later API know, with the min_api_version that they demand.
var levels = map[string]int{
	"CustomDefaultHeight": 3, "HeightScale": 3, "InternalBrowser": 3, "ButtonsGroupColumns": 4, "ButtonsGroupRows": 4,
	"InputFieldState": 4, "TextPaddings": 4, "BgMediaScaleType": 6, "ImageScaleType": 6, "TextShouldFit": 6, "Map": 6,
	"Frame": 6, "MediaPlayer": 6, "FavoritesMetadata": 6,
}

const (
	// minSilent is the min_api_version from which clients heed Silent, as programs saw it; the page names none.
	minSilent = 6
	// columns are how wide a keyboard is, maxRows how high.
	columns = 6
	maxRows = 24
)

// keys is a keyboard or rich media as it is sent.
type keys struct {
	Buttons []key
}

// key is a button as it is sent.
type key struct {
	Columns, Rows                                         int
	ActionType, ActionBody, Text, BgColor, BgMedia, Image string
	Silent                                                bool
}

// checkKeys is for what the schema cannot say of a keyboard or rich media; rows bounds its height, 0 for no bound.
func checkKeys(version, rows int, raw json.RawMessage) *fault {
	var given struct{ Buttons []map[string]json.RawMessage }
	var k keys
	if len(raw) == 0 || json.Unmarshal(raw, &given) != nil || json.Unmarshal(raw, &k) != nil {
		return nil
	}
	var whole map[string]json.RawMessage
	if json.Unmarshal(raw, &whole) != nil {
		return nil
	}
	for _, object := range append(given.Buttons, whole) {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if version < levels[name] {
				return bad("%s needs a min_api_version of %d", name, levels[name])
			}
		}
	}
	for _, b := range k.Buttons {
		if wrong := b.check(version); wrong != nil {
			return wrong
		}
	}
	if _, height := k.rows(); rows > 0 && height > rows {
		return bad("%d rows of buttons, at most %d", height, rows)
	}
	return nil
}

func (b key) check(version int) *fault {
	shares := slices.Contains(sharing, b.ActionType)
	switch {
	case shares && version < minSharing:
		return bad("%s needs a min_api_version of %d", b.ActionType, minSharing)
	case shares && b.ActionBody == "":
		return bad("%s needs an ActionBody", b.ActionType)
	case b.ActionType == actionURL && !leads(b.ActionBody):
		return bad("the ActionBody of %s is no address", actionURL)
	case b.Text == "" && b.BgColor == "" && b.BgMedia == "" && b.Image == "":
		return bad("a button shows nothing")
	}
	return nil
}

// leads tells whether a client can open an address; the page has one without a scheme.
func leads(address string) bool {
	u, err := url.Parse(address)
	return err == nil && address != "" && (u.Host != "" || u.Scheme == "")
}

// Button is a button of a keyboard as a customer sees it.
type Button struct {
	// Label is what stands on it: its HTML as text.
	Label string
	// Action is Viber's ActionType and Body its ActionBody.
	Action, Body string
	// Silent says that a press leaves nothing in the chat.
	Silent bool
}

// tags are the HTML of a button's text.
var tags = regexp.MustCompile(`<[^>]*>`)

// shown is the button at a client of this API version.
func (b key) shown(version int) Button {
	return Button{
		Label: html.UnescapeString(tags.ReplaceAllString(b.Text, "")), Action: cmp.Or(b.ActionType, actionReply),
		Body: b.ActionBody, Silent: b.Silent && version >= minSilent,
	}
}

// rows are the buttons as clients lay them out: as many beside each other as have room; and how high all are together.
func (k keys) rows() (rows [][]key, height int) {
	room, high := 0, 0
	for _, b := range k.Buttons {
		wide := cmp.Or(b.Columns, columns)
		if wide > room {
			rows, room, high = append(rows, nil), columns, 0
		}
		room -= wide
		last := len(rows) - 1
		rows[last] = append(rows[last], b)
		higher := max(high, cmp.Or(b.Rows, 1))
		height += higher - high
		high = higher
	}
	return rows, height
}

// shown are the rows of the keyboard that comes with a message, nil for none.
func (m message) shown() [][]Button {
	var k keys
	if len(m.Keyboard) == 0 || json.Unmarshal(m.Keyboard, &k) != nil {
		return nil
	}
	rows, _ := k.rows()
	all := make([][]Button, len(rows))
	for i, row := range rows {
		for _, b := range row {
			all[i] = append(all[i], b.shown(m.MinAPIVersion))
		}
	}
	return all
}

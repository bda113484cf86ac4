// What Viber takes as keyboards and rich media ("Keyboards" and "Rich Media Message" on its pages).

package vibertest

import (
	"encoding/json"
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

// sharing are the actions that only a phone has, and that need a body besides the version.
var sharing = []string{"share-phone", "location-picker"}

var scales = []string{"crop", "fill", "fit"}

// button are the fields of both kinds of buttons but for their size.
var button = fields{
	"ActionType":          {kind: text, oneOf: append([]string{"reply", "open-url", "open-map", "none"}, sharing...)},
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

// checkVersion compares min_api_version with what the buttons need, which the schema cannot say.
func checkVersion(version int, raw json.RawMessage) *fault {
	var k struct {
		Buttons []struct{ ActionType, ActionBody string }
	}
	if len(raw) == 0 || json.Unmarshal(raw, &k) != nil {
		return nil
	}
	for _, b := range k.Buttons {
		switch {
		case slices.Contains(sharing, b.ActionType) && version < minSharing:
			return bad("%s needs a min_api_version of %d", b.ActionType, minSharing)
		case slices.Contains(sharing, b.ActionType) && b.ActionBody == "":
			return bad("%s needs an ActionBody", b.ActionType)
		}
	}
	return nil
}

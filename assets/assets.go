// Package assets carries the files that the plugin needs inside its binary.
package assets

import "embed"

// I18n holds the texts people see as flat JSON objects of key and text: i18n/en.json and i18n/uk.json, and beside them
// those of one part of msgbot, such as i18n/api.en.json.
//
//go:embed i18n/*.json
var I18n embed.FS

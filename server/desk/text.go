// Text of somebody else in a line of msgbot's: what is taken out, cut and escaped.

package desk

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// plain is text of somebody else as Markdown that shows exactly it: it mentions nobody and formats nothing.
func plain(text string) string { return richtext.Plain(text).Markdown() }

// oneLine is text with every run of white space made one space, cut to limit runes.
func oneLine(text string, limit int) string {
	text = strings.Map(visible, storable(text))
	if strings.IndexFunc(text, unicode.IsGraphic) < 0 {
		return ""
	}
	return cut(strings.Join(strings.Fields(text), " "), limit)
}

// visible drops what would turn the rest of a line around (bidirectional controls) or be a name nobody sees.
func visible(r rune) rune {
	switch {
	case '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069', r == '\u200E', r == '\u200F', r == '\u061C',
		r == '\u200B', r == '\uFEFF':
		return -1
	}
	return r
}

// cut shortens text to limit runes, the last one then being an ellipsis; what looks like one character stays whole.
func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	end, runes := 0, 0
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		if runes += len(clusters.Runes()); runes >= limit {
			break
		}
		_, end = clusters.Positions()
	}
	return strings.TrimSpace(text[:end]) + "…"
}

// absolute tells whether an address is one that Mattermost takes for a picture: http or https with a host.
func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// clock writes a time in the team's zone, with the date when it is not today's.
func (d *Desk) clock(bot conversation.Bot, at time.Time) string {
	return d.clockIn(d.zone(bot), d.language(bot), at)
}

func (d *Desk) clockIn(zone *time.Location, lang string, at time.Time) string {
	at, now := at.In(zone), d.opts.Now().In(zone)
	if at.Year() == now.Year() && at.YearDay() == now.YearDay() {
		return at.Format("15:04")
	}
	return at.Format(d.T(lang, "time.layout", nil))
}

// sizes are the units of a file's size, the largest first.
var sizes = []struct {
	bytes int64
	key   string
}{{1 << 30, "size.gb"}, {1 << 20, "size.mb"}, {1 << 10, "size.kb"}, {1, "size.bytes"}}

// size writes a number of bytes as people do: "25.3 MB".
func (d *Desk) size(lang string, bytes int64) string {
	unit := sizes[len(sizes)-1]
	for _, u := range sizes {
		if bytes >= u.bytes {
			unit = u
			break
		}
	}
	whole, tenth := bytes/unit.bytes, bytes%unit.bytes*10/unit.bytes
	number := strconv.FormatInt(whole, 10)
	if tenth > 0 {
		number = d.T(lang, "size.decimal", map[string]string{"n": number, "tenth": strconv.FormatInt(tenth, 10)})
	}
	return d.T(lang, unit.key, map[string]string{"n": number})
}

// Messages as text: what was written, and a readable label for what is more than text.

package viber

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// message is a customer's message.
type message struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Media    string `json:"media"`
	FileName string `json:"file_name"`
	// Size is in bytes, Duration in seconds.
	Size      int64       `json:"size"`
	Duration  int64       `json:"duration"`
	StickerID json.Number `json:"sticker_id"`
	Contact   struct {
		Name  string `json:"name"`
		Phone string `json:"phone_number"`
	} `json:"contact"`
	// Location keeps the digits as Viber writes them.
	Location struct {
		Lat json.Number `json:"lat"`
		Lon json.Number `json:"lon"`
	} `json:"location"`
}

// labels are the types that are more than text.
var labels = map[string]func(message) string{
	"picture":  func(message) string { return "📷 picture" },
	"video":    func(m message) string { return join(" ", "🎬 video", duration(m.Duration)) },
	"file":     func(m message) string { return join(" ", "📎", cmp.Or(m.FileName, "file"), size(m.Size)) },
	"sticker":  func(m message) string { return join(" ", "🙂 sticker", m.StickerID.String()) },
	"contact":  func(m message) string { return join(" ", "👤", join(", ", m.Contact.Name, m.Contact.Phone)) },
	"location": func(m message) string { return "📍 " + join(", ", m.Location.Lat.String(), m.Location.Lon.String()) },
	"url":      func(m message) string { return join(" ", "🔗", m.Media) },
}

// readable is the text, below a label unless the message is nothing but text. It is never empty.
func (m message) readable() string {
	if m.Type == "text" && m.Text != "" {
		return m.Text
	}
	label, known := labels[m.Type]
	if !known {
		return join("\n", join(" ", "❔", m.Type), m.Text)
	}
	return join("\n", label(m), m.Text)
}

// join joins the parts that are not empty.
func join(separator string, parts ...string) string {
	var present []string
	for _, p := range parts {
		if p != "" {
			present = append(present, p)
		}
	}
	return strings.Join(present, separator)
}

// duration writes 72 as "1:12", and nothing for none.
func duration(seconds int64) string {
	if seconds <= 0 {
		return ""
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// size writes 1200000 as "(1.2 MB)", and nothing for none.
func size(bytes int64) string {
	switch {
	case bytes <= 0:
		return ""
	case bytes < 1000:
		return fmt.Sprintf("(%d B)", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("(%d KB)", bytes/1000)
	default:
		return fmt.Sprintf("(%.1f MB)", float64(bytes)/1e6)
	}
}

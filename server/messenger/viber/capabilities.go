// What Viber can do, as data.

package viber

import (
	"slices"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// Limits in characters, taken as code points, and in bytes, from Viber's REST bot API page ("Send Message").
const (
	// maxText is the limit of a text message. 7,000 of four bytes are 28 KB and fit the 30 KB of JSON that a call may
	// have, since visibleText leaves none that JSON writes longer.
	maxText = 7000
	// maxCaption is the lowest of the limits that editions of the page give for a picture's text in the last years.
	maxCaption    = 512
	maxSenderName = 28
	maxFileName   = 256 // extension included

	maxPicture = 1 << 20 // on iOS, three times as much on Android
	maxVideo   = 26 << 20
	maxFile    = 50 << 20
)

// forbidden are the extensions under "Forbidden file formats" on the same page.
var forbidden = []string{
	".action", ".apk", ".app", ".bat", ".bin", ".cmd", ".com", ".command", ".cpl", ".csh", ".exe", ".gadget", ".inf1",
	".ins", ".inx", ".ipa", ".isu", ".job", ".jse", ".ksh", ".lnk", ".msc", ".msi", ".msp", ".mst", ".osx", ".out", ".paf",
	".pif", ".prg", ".ps1", ".reg", ".rgs", ".run", ".sct", ".shb", ".shs", ".u3p", ".vb", ".vbe", ".vbs", ".vbscript",
	".workflow", ".ws", ".wsf",
}

// Kind implements messenger.Messenger.
func (c *Client) Kind() messenger.Kind { return messenger.Viber }

// Capabilities implements messenger.Messenger. Viber documents one rate, 500 calls in 10 seconds (for
// broadcast_message), taken here for the bot: 100 at once and one each 25 ms never exceed it. Its limit of 100 messages
// an hour to a customer who does not reply is no token bucket: it comes back as RetryAfter.
func (c *Client) Capabilities() messenger.Capabilities {
	return messenger.Capabilities{
		TextLimit:    maxText,
		CaptionLimit: maxCaption,
		TextUnit:     richtext.CodePoints,
		Rates: messenger.Rates{
			PerChat: messenger.Rate{Every: time.Second, Burst: 5},
			PerBot:  messenger.Rate{Every: 25 * time.Millisecond, Burst: 100},
		},
		NeedsPublicHTTPS: true,
		Files: []messenger.FileRule{
			{Kind: messenger.Photo, MaxBytes: maxPicture, Extensions: []string{".jpg", ".jpeg", ".png", ".gif"}},
			{Kind: messenger.Video, MaxBytes: maxVideo, Extensions: []string{".mp4"}, NoCaption: true},
			{Kind: messenger.Document, MaxBytes: maxFile, NoCaption: true},
		},
		FilesByURL: true,
		Forbidden:  slices.Clone(forbidden),
		Buttons:    true,
	}
}

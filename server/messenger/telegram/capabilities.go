// What Telegram can do, as data.

package telegram

import (
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// cloud is Telegram's own server of the Bot API; any other is self-hosted and has wider limits
// (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
const cloud = "https://api.telegram.org"

// The largest files in bytes.
const (
	maxPhoto       = 10 << 20
	maxUpload      = 50 << 20
	maxLocalUpload = 2000 << 20
	maxFetch       = 20 << 20
)

// Capabilities are Telegram's limits: https://core.telegram.org/bots/api#sendmessage and the other methods that send,
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, https://core.telegram.org/bots/webhooks.
func (c *Client) Capabilities() messenger.Capabilities {
	upload, fetch := int64(maxUpload), int64(maxFetch)
	if !c.inCloud {
		upload, fetch = maxLocalUpload, 0
	}
	return messenger.Capabilities{
		Formatting:   true,
		TextLimit:    4096,
		CaptionLimit: 1024,
		TextUnit:     richtext.CodePoints,
		Rates: messenger.Rates{
			PerChat:  messenger.Rate{Every: time.Second, Burst: 3},
			PerGroup: messenger.Rate{Every: 3 * time.Second, Burst: 20},
			PerBot:   messenger.Rate{Every: time.Second / 30, Burst: 30},
		},
		NeedsPublicHTTPS: true,
		WebhookPorts:     []int{443, 80, 88, 8443},
		Files: []messenger.FileRule{
			{
				Kind: messenger.Photo, MaxBytes: maxPhoto, Extensions: []string{".jpg", ".jpeg", ".png"},
				MaxSides: 10000, MaxRatio: 20,
			},
			{Kind: messenger.Animation, MaxBytes: upload, Extensions: []string{".gif"}},
			{Kind: messenger.Video, MaxBytes: upload, Extensions: []string{".mp4"}},
			{Kind: messenger.Voice, MaxBytes: upload, Extensions: []string{".ogg", ".oga", ".opus"}},
			{Kind: messenger.Audio, MaxBytes: upload, Extensions: []string{".mp3", ".m4a"}},
			{Kind: messenger.Document, MaxBytes: upload},
		},
		AlbumLimit:    10,
		Albums:        [][]messenger.FileKind{{messenger.Photo, messenger.Video}, {messenger.Document}, {messenger.Audio}},
		FetchLimit:    fetch,
		Buttons:       true,
		NativeReplies: true,
		Reactions:     reactions(),
	}
}

// reactions are the emoji that a bot may react with, https://core.telegram.org/bots/api#reactiontypeemoji. They are
// written as Telegram writes them: without the variation selector U+FE0F.
func reactions() []string {
	return strings.Fields(`👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐
		🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡`)
}

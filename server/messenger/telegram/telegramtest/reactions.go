// Reactions of the bot, and its answers to presses on buttons.

package telegramtest

import (
	"slices"
	"strings"
	"time"
)

// standardReactions are the emoji that anybody can react with, https://core.telegram.org/bots/api#reactiontypeemoji.
func standardReactions() []string {
	return strings.Fields("❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 " +
		"😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡")
}

func setMessageReaction(c call) (any, *apiError) {
	var p struct {
		MessageID int `json:"message_id"`
		Reaction  []struct {
			Emoji string `json:"emoji"`
		} `json:"reaction"`
	}
	c.params.into(&p)
	in, refusal := c.reach()
	if refusal != nil {
		return nil, refusal
	}
	m := in.find(p.MessageID)
	if m == nil {
		return nil, badRequest("message to react not found")
	}
	if len(p.Reaction) > 1 { // bots have one, as everybody without a subscription
		return nil, badRequest("REACTIONS_TOO_MANY")
	}
	var emoji []string
	for _, r := range p.Reaction {
		if !slices.Contains(standardReactions(), r.Emoji) {
			return nil, badRequest("REACTION_INVALID")
		}
		emoji = append(emoji, r.Emoji)
	}
	m.react(c.bot.ID, emoji)
	return true, nil
}

const (
	// answerable is how long a press can be answered: the real server keeps its update no longer.
	answerable = 150 * time.Second
	// maxToast is the longest answer in characters, https://core.telegram.org/bots/api#answercallbackquery.
	maxToast = 200
)

func answerCallbackQuery(c call) (any, *apiError) {
	var p struct {
		ID    string `json:"callback_query_id"`
		Text  string `json:"text"`
		Alert bool   `json:"show_alert"`
		URL   string `json:"url"`
	}
	c.params.into(&p)
	if len([]rune(p.Text)) > maxToast {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	press, now := c.bot.presses[p.ID], c.server.options.now()
	if press == nil || press.toast != nil || now.Sub(press.at) > answerable {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	press.toast = &Toast{Text: p.Text, Alert: p.Alert, URL: p.URL, At: now}
	return true, nil
}

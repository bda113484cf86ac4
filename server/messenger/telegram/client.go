// The client of one bot: making it, what Telegram can do, and the calls msgbot makes.

// Package telegram is the adapter to Telegram's Bot API, https://core.telegram.org/bots/api. Of the library it uses the
// typed methods and models only: its receive loop, its webhook handler and its handlers acknowledge an update before
// anybody has stored it.
package telegram

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// Client is one connected Telegram bot.
type Client struct {
	api    *bot.Bot
	caller *caller
	// methods is the address below which the bot's methods are; it holds the token.
	methods string
}

var (
	_ messenger.Messenger = (*Client)(nil)
	_ messenger.Poller    = (*Client)(nil)
)

// maxConnections is how many updates Telegram delivers at once, each of another chat; 40 is its default.
const maxConnections = 40

// allowedUpdates are the kinds of update a bot asks for. The list is always given: an omitted one keeps what an earlier
// integration had set (https://core.telegram.org/bots/api#setwebhook).
func allowedUpdates() []string {
	return []string{
		"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member",
		"message_reaction", "business_connection", "business_message", "edited_business_message", "deleted_business_messages",
	}
}

// New makes a client; it calls nobody. A Timeout of o.Client must be longer than any wait of Poll. The error says that
// the address is not one, or is *messenger.Error of class Unauthorized for what cannot be a token; it holds no token.
func New(o messenger.Options) (*Client, error) {
	token, base := strings.TrimSpace(o.Token), strings.TrimRight(o.BaseURL, "/")
	root, err := url.Parse(base)
	if err != nil || root.Host == "" || (root.Scheme != "http" && root.Scheme != "https") || root.RawQuery != "" {
		return nil, errors.New("telegram: the API's address is not an http or https URL")
	}
	// A token that changes where the address leads can be none, and would show in the name of the method.
	methods := base + "/bot" + token + "/"
	whole, err := url.Parse(methods)
	if err != nil || token == "" || whole.Path != root.Path+"/bot"+token+"/" {
		return nil, &messenger.Error{Class: messenger.Unauthorized, Code: http.StatusUnauthorized, Description: "this cannot be a token"}
	}
	c := newCaller(o, token)
	ignoreCloseErrors := func(error) {}
	api, err := bot.New(token, bot.WithSkipGetMe(), bot.WithServerURL(base), bot.WithHTTPClient(0, c),
		bot.WithErrorsHandler(ignoreCloseErrors))
	if err != nil {
		return nil, errors.New("telegram: the library refuses the token")
	}
	return &Client{api: api, caller: c, methods: methods}, nil
}

// Kind is messenger.Telegram.
func (c *Client) Kind() messenger.Kind { return messenger.Telegram }

// Capabilities are Telegram's limits: https://core.telegram.org/bots/api#sendmessage,
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, https://core.telegram.org/bots/webhooks.
func (c *Client) Capabilities() messenger.Capabilities {
	return messenger.Capabilities{
		Formatting: true,
		TextLimit:  4096,
		TextUnit:   richtext.CodePoints,
		Rates: messenger.Rates{
			PerChat:  messenger.Rate{Every: time.Second, Burst: 3},
			PerGroup: messenger.Rate{Every: 3 * time.Second, Burst: 20},
			PerBot:   messenger.Rate{Every: time.Second / 30, Burst: 30},
		},
		NeedsPublicHTTPS: true,
		WebhookPorts:     []int{443, 80, 88, 8443},
	}
}

// Account asks for the bot's id, name and username.
func (c *Client) Account(ctx context.Context) (messenger.Account, error) {
	me, err := c.api.GetMe(ctx)
	if err != nil {
		return messenger.Account{}, failure(err)
	}
	return messenger.Account{ID: strconv.FormatInt(me.ID, 10), Name: me.FirstName, Username: me.Username}, nil
}

// Send sends plain text with entities, so that there is no markup to be misread; the id is the decimal message id. A
// refusal of the entities ("can't parse entities") is Rejected like any other: the caller may then send the plain text.
func (c *Client) Send(ctx context.Context, out messenger.Outgoing) (string, error) {
	chat, err := strconv.ParseInt(out.Chat.ID, 10, 64)
	if err != nil {
		return "", &messenger.Error{Class: messenger.Rejected, Description: "a chat's id is a number"}
	}
	text := out.Text.Normal()
	sent, err := c.api.SendMessage(ctx, &bot.SendMessageParams{
		BusinessConnectionID: out.Chat.Connection,
		ChatID:               chat,
		Text:                 text.Plain,
		Entities:             toEntities(text),
	})
	if err != nil {
		return "", failure(err)
	}
	if sent.ID == 0 {
		return "", unreadable("sendMessage")
	}
	return strconv.Itoa(sent.ID), nil
}

// SetWebhook registers url; Telegram sends secret back with each update. What waits for delivery stays.
func (c *Client) SetWebhook(ctx context.Context, url, secret string) error {
	_, err := c.api.SetWebhook(ctx, &bot.SetWebhookParams{
		URL: url, SecretToken: secret, MaxConnections: maxConnections, AllowedUpdates: allowedUpdates(),
	})
	return failure(err)
}

// WebhookState asks for the registered webhook.
func (c *Client) WebhookState(ctx context.Context) (messenger.WebhookState, error) {
	info, err := c.api.GetWebhookInfo(ctx)
	if err != nil {
		return messenger.WebhookState{}, failure(err)
	}
	state := messenger.WebhookState{URL: info.URL, Pending: info.PendingUpdateCount, LastError: info.LastErrorMessage}
	if info.LastErrorDate != 0 {
		state.LastErrorAt = time.Unix(int64(info.LastErrorDate), 0)
	}
	return state, nil
}

// DeleteWebhook removes the webhook; what waits for delivery stays.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	_, err := c.api.DeleteWebhook(ctx, &bot.DeleteWebhookParams{})
	return failure(err)
}

// The client of one bot: making it, whose it is, and its webhook.

// Package telegram is the adapter to Telegram's Bot API, https://core.telegram.org/bots/api. Of the library it uses the
// typed methods and models only: its receive loop, its webhook handler and its handlers acknowledge an update before
// anybody has stored it.
package telegram

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-telegram/bot"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Client is one connected Telegram bot.
type Client struct {
	api    *bot.Bot
	caller *caller
	// media fetches files.
	media *http.Client
	// methods and files are the addresses below which the bot's methods and its customers' files are; they hold the token.
	methods, files string
	// inCloud says that the server is Telegram's own.
	inCloud bool
	// id is the bot's, 0 when the token does not tell.
	id int64
	// username is the bot's, nil until Account was asked.
	username atomic.Pointer[string]
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
	beforeColon, _, _ := strings.Cut(token, ":")
	id, err := strconv.ParseInt(beforeColon, 10, 64)
	if err != nil {
		id = 0
	}
	return &Client{
		api: api, caller: c, media: withoutRedirects(cmp.Or(o.Media, http.DefaultClient)),
		methods: methods, files: base + "/file/bot" + token, inCloud: base == cloud, id: id,
	}, nil
}

// withoutRedirects is a copy of the client that follows none: a redirect would carry the token in the address to wherever
// it leads.
func withoutRedirects(client *http.Client) *http.Client {
	out := *client
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &out
}

// Kind is messenger.Telegram.
func (c *Client) Kind() messenger.Kind { return messenger.Telegram }

// Account asks for the bot's id, name and username.
func (c *Client) Account(ctx context.Context) (messenger.Account, error) {
	me, err := c.api.GetMe(ctx)
	if err != nil {
		return messenger.Account{}, failure(err)
	}
	c.username.Store(&me.Username)
	return messenger.Account{ID: strconv.FormatInt(me.ID, 10), Name: me.FirstName, Username: me.Username}, nil
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

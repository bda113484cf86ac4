// The methods msgbot calls, and what Viber can do as data.

package viber

import (
	"context"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const (
	// maxText is Viber's limit of a text message in characters, taken as code points. 7,000 of four bytes are 28 KB and
	// fit the 30 KB of JSON that a call may have, since visibleText leaves none that JSON writes longer.
	maxText = 7000
	// maxSenderName is Viber's limit of sender.name in characters.
	maxSenderName = 28
	// anonymous is the sender's name where none is given: Viber requires one.
	anonymous = "Bot"
	// minAPIVersion lets every client show the message: a text needs no newer one.
	minAPIVersion = 1
)

// Kind implements messenger.Messenger.
func (c *Client) Kind() messenger.Kind { return messenger.Viber }

// Capabilities implements messenger.Messenger. Viber documents one rate, 500 calls in 10 seconds (for
// broadcast_message), taken here for the bot: 100 at once and one each 25 ms never exceed it. Its limit of 100 messages
// an hour to a customer who does not reply is no token bucket: it comes back as RetryAfter.
func (c *Client) Capabilities() messenger.Capabilities {
	return messenger.Capabilities{
		TextLimit: maxText,
		TextUnit:  richtext.CodePoints,
		Rates: messenger.Rates{
			PerChat: messenger.Rate{Every: time.Second, Burst: 5},
			PerBot:  messenger.Rate{Every: 25 * time.Millisecond, Burst: 100},
		},
		NeedsPublicHTTPS: true,
	}
}

// Account implements messenger.Messenger by get_account_info; Username is the account's URI.
func (c *Client) Account(ctx context.Context) (messenger.Account, error) {
	a, err := c.call(ctx, "get_account_info", struct{}{})
	if err != nil {
		return messenger.Account{}, err
	}
	return messenger.Account{ID: a.ID, Name: a.Name, Username: a.URI, AvatarURL: a.Icon}, nil
}

type sender struct {
	Name string `json:"name"`
}

type textMessage struct {
	Receiver      string `json:"receiver"`
	MinAPIVersion int    `json:"min_api_version"`
	Sender        sender `json:"sender"`
	Type          string `json:"type"`
	Text          string `json:"text"`
}

// Send implements messenger.Messenger by send_message; the id is the exact decimal message_token, empty if Viber
// accepted the message and told none. Viber shows no formatting from bots: the text goes out as Text.PlainText, which is
// what has to fit the limit.
func (c *Client) Send(ctx context.Context, out messenger.Outgoing) (string, error) {
	a, err := c.call(ctx, "send_message", textMessage{
		Receiver:      out.Chat.ID,
		MinAPIVersion: minAPIVersion,
		Sender:        sender{Name: senderName(out.SenderName)},
		Type:          "text",
		Text:          visibleText(out.Text.PlainText()),
	})
	if err != nil {
		return "", err
	}
	return a.MessageToken.String(), nil
}

// senderName is what fits sender.name, and never empty.
func senderName(name string) string {
	name = strings.TrimSpace(visibleText(name))
	if r := []rune(name); len(r) > maxSenderName {
		name = strings.TrimSpace(string(r[:maxSenderName]))
	}
	if name == "" {
		return anonymous
	}
	return name
}

// visibleText leaves out control characters and replaces bad UTF-8 and the rare line separators: nobody sees them, and
// JSON writes each in six bytes.
func visibleText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case isControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
}

type webhookRequest struct {
	URL        string   `json:"url"`
	EventTypes []string `json:"event_types,omitempty"`
	SendName   bool     `json:"send_name,omitempty"`
	SendPhoto  bool     `json:"send_photo,omitempty"`
}

// SetWebhook implements messenger.Messenger; secret is not used, since Viber signs with the token. Viber calls url
// before it answers: the route must be there, and this call must not be made under a lock that the route needs. What
// Viber finds wrong with url is Rejected with status 1 and its words.
func (c *Client) SetWebhook(ctx context.Context, url, _ string) error {
	_, err := c.call(ctx, "set_webhook", webhookRequest{
		URL: url,
		EventTypes: []string{
			eventDelivered, eventSeen, eventFailed, eventSubscribed, eventUnsubscribed, eventStarted,
		},
		SendName:  true,
		SendPhoto: true,
	})
	return err
}

// WebhookState implements messenger.Messenger; Viber tells only the address.
func (c *Client) WebhookState(ctx context.Context) (messenger.WebhookState, error) {
	a, err := c.call(ctx, "get_account_info", struct{}{})
	if err != nil {
		return messenger.WebhookState{}, err
	}
	return messenger.WebhookState{URL: a.Webhook}, nil
}

// DeleteWebhook implements messenger.Messenger. Viber then closes the chat to customers until a webhook is set again.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	_, err := c.call(ctx, "set_webhook", webhookRequest{})
	return err
}

// The methods about the account and its webhook.

package viber

import (
	"context"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Account implements messenger.Messenger by get_account_info; Username is the account's URI.
func (c *Client) Account(ctx context.Context) (messenger.Account, error) {
	a, err := c.call(ctx, "get_account_info", struct{}{})
	if err != nil {
		return messenger.Account{}, err
	}
	return messenger.Account{ID: a.ID, Name: a.Name, Username: a.URI, AvatarURL: a.Icon}, nil
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

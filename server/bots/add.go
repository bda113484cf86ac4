// Connecting a bot: checked with its messenger, never cutting off another service unasked.

package bots

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// Add connects a bot: its token is checked with the messenger, another service is not cut off unasked, and the webhook
// is registered. Errors: *conversation.FieldError, *RefusedError, *InUseError, ErrExists.
func (s *Service) Add(ctx context.Context, n New) (conversation.Bot, error) {
	if n.Mode == "" {
		n.Mode = messenger.Webhook
	}
	if err := n.Settings.Validate(); err != nil {
		return conversation.Bot{}, err
	}
	if _, ok := s.adapters[n.Kind]; !ok {
		return conversation.Bot{}, conversation.Wrong("kind", conversation.ProblemNotOneOf,
			"value", string(n.Kind), "allowed", strings.Join(s.kinds(), ", "))
	}
	id := conversation.NewID()
	client, err := s.newClient(id, n.Kind, n.Token)
	if err != nil {
		return conversation.Bot{}, refused("token", err)
	}
	if err := s.checkMode(client, n.Mode); err != nil {
		return conversation.Bot{}, err
	}
	account, err := client.Account(ctx)
	if err != nil {
		return conversation.Bot{}, refused("token", err)
	}
	if err := s.notConnected(ctx, n.Kind, account.ID); err != nil {
		return conversation.Bot{}, err
	}
	if err := s.notInUse(ctx, client, n.TakeOver); err != nil {
		return conversation.Bot{}, err
	}
	if err := s.desk.Join(ctx, n.ChannelID); err != nil {
		return conversation.Bot{}, err
	}
	bot := conversation.Bot{
		ID: id, Kind: n.Kind, AccountID: account.ID, Name: n.Name, Username: account.Username,
		AvatarURL: account.AvatarURL, ChannelID: n.ChannelID, Mode: n.Mode, Settings: n.Settings, CreatedBy: n.By,
		CreatedAt: time.Now(), Version: 1,
	}
	if bot.Name == "" {
		bot.Name = account.Name
	}
	return s.create(ctx, client, bot, credentials{Token: n.Token, Secret: rand.Text()})
}

// kinds are the messengers that bots can be of.
func (s *Service) kinds() []string {
	var names []string
	for kind := range s.adapters {
		names = append(names, string(kind))
	}
	slices.Sort(names)
	return names
}

// create stores the bot and then registers it with its messenger, which may call back while that is being done. What
// cannot be registered is taken back.
func (s *Service) create(ctx context.Context, client messenger.Messenger, bot conversation.Bot, c credentials) (conversation.Bot, error) {
	sealed, err := s.keys().seal(bot.ID, c)
	if err != nil {
		return bot, err
	}
	if err := s.store.CreateBot(ctx, bot, sealed); err != nil {
		return bot, err
	}
	if err := s.reload(ctx); err != nil {
		return bot, err
	}
	if err := s.register(ctx, client, bot, c.Secret); err != nil {
		if undo := s.store.RemoveBot(context.WithoutCancel(ctx), bot.ID); undo != nil {
			s.log.Error("A bot that could not be registered could not be removed either", "bot_id", bot.ID, "error", undo.Error())
		}
		return bot, errors.WithStack(firstError(err, s.reload(context.WithoutCancel(ctx))))
	}
	s.changed(bot.ID)
	return bot, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// register makes the messenger send its updates the way the bot's mode says.
func (s *Service) register(ctx context.Context, client messenger.Messenger, bot conversation.Bot, secret string) error {
	var err error
	if bot.Mode == messenger.Polling {
		err = client.DeleteWebhook(ctx)
	} else {
		err = client.SetWebhook(ctx, s.webhookURL(bot), secret)
	}
	if err != nil {
		return refused("mode", err)
	}
	return nil
}

// notConnected returns ErrExists for an account that is connected already.
func (s *Service) notConnected(ctx context.Context, kind messenger.Kind, accountID string) error {
	list, err := s.store.Bots(ctx)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.Kind == kind && b.AccountID == accountID {
			return ErrExists
		}
	}
	return nil
}

// notInUse returns *InUseError when another service receives the bot's messages and takeOver is not set.
func (s *Service) notInUse(ctx context.Context, client messenger.Messenger, takeOver bool) error {
	if takeOver {
		return nil
	}
	state, err := client.WebhookState(ctx)
	if err != nil {
		return refused("token", err)
	}
	if state.URL != "" && !s.ours(state.URL) {
		return &InUseError{Host: hostOf(state.URL)}
	}
	return nil
}

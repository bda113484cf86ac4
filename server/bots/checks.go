// The checks of a bot's health, each a comparison of what is with what should be.

package bots

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const (
	// backlogAge and backlogPending are from when on a backlog is worth a warning.
	backlogAge     = 2 * time.Minute
	backlogPending = 100
	// freshError is how old a delivery error may be to be shown as a present one.
	freshError = 10 * time.Minute
)

// Names of the checks.
const (
	checkToken      = "token"
	checkWebhook    = "webhook"
	checkPolling    = "polling"
	checkDelivery   = "delivery"
	checkBacklog    = "backlog"
	checkUnreadable = "unreadable"
	checkPublicURL  = "public_url"
	checkEncryption = "encryption"
	checkDisplay    = "display"
	checkFiles      = "files"
)

// examine makes the checks of a bot, in a fixed order.
func (s *Service) examine(ctx context.Context, bot conversation.Bot) []Check {
	client, err := s.Messenger(bot.ID)
	checks := []Check{s.encryptionCheck(err), s.answers(bot.ID)}
	if err != nil {
		return checks
	}
	token, alive := tokenCheck(ctx, client)
	checks = append(checks, token, s.filesCheck(client))
	pending := 0
	if alive {
		state, err := client.WebhookState(ctx)
		pending = state.Pending
		checks = append(checks, s.receivingChecks(bot, client, state, err)...)
	}
	return append(checks, s.backlogChecks(ctx, bot, pending)...)
}

func (s *Service) encryptionCheck(err error) Check {
	c := Check{Name: checkEncryption, State: OK}
	switch {
	case err != nil:
		c.State = Error
		c.Detail = "The token of this bot cannot be decrypted: the encryption key was changed or lost. Put the former " +
			"EncryptionKey back in the System Console, or enter the token again with /msgbot bot edit."
	case s.config.Load().endpoints.EncryptionKey == "":
		c.Detail = "The key lies in the database beside the tokens. Generating an EncryptionKey in the System Console keeps them apart."
	}
	return c
}

// tokenCheck also tells whether the messenger answers, so that asking it more makes sense.
func tokenCheck(ctx context.Context, client messenger.Messenger) (Check, bool) {
	c := Check{Name: checkToken, State: OK}
	_, err := client.Account(ctx)
	if err == nil {
		return c, true
	}
	failure := messenger.AsError(err)
	if failure.Class == messenger.Unauthorized {
		c.State = Error
		c.Detail = fmt.Sprintf("%s refuses the token: %s. Replies wait. Enter a valid token with /msgbot bot edit.", client.Kind(), failure.Description)
		return c, false
	}
	c.State = Warning
	c.Detail = fmt.Sprintf("%s does not answer: %s", client.Kind(), failure.Description)
	return c, false
}

// receivingChecks compare what the messenger says of our webhook, or of our polls, with what should be.
func (s *Service) receivingChecks(bot conversation.Bot, client messenger.Messenger, state messenger.WebhookState, err error) []Check {
	if err != nil {
		return []Check{{Name: checkDelivery, State: Warning, Detail: messenger.AsError(err).Description}}
	}
	if bot.Mode == messenger.Polling {
		return []Check{s.pollingCheck(bot, state)}
	}
	delivery := Check{Name: checkDelivery, State: OK}
	if state.LastError != "" && time.Since(state.LastErrorAt) < freshError {
		delivery.State = Warning
		delivery.Detail = fmt.Sprintf("%s could not deliver: %s", client.Kind(), state.LastError)
	}
	public := Check{Name: checkPublicURL, State: OK}
	if wrong := s.publicProblem(client); wrong != nil {
		public.State, public.Detail = Error, wrong.English(s.desk.T)
	}
	return []Check{s.webhookCheck(bot, state), delivery, public}
}

func (s *Service) webhookCheck(bot conversation.Bot, state messenger.WebhookState) Check {
	c := Check{Name: checkWebhook, State: OK}
	switch {
	case state.URL == s.webhookURL(bot):
	case state.URL == "":
		c.State = Error
		c.Detail = "No webhook is registered: another program has removed it. Nothing arrives until you take the bot back."
	case former(bot, state.URL):
		c.State = Error
		c.Detail = fmt.Sprintf("This bot's messages still go to %s: the address of this server was changed, or a copy of it has the bot. Nothing arrives here until you take it back.", hostOf(state.URL))
	default:
		c.State = Error
		c.Detail = fmt.Sprintf("Another service has taken over this bot: %s receives its messages now. Nothing arrives here until you take it back.", hostOf(state.URL))
	}
	return c
}

func (s *Service) pollingCheck(bot conversation.Bot, state messenger.WebhookState) Check {
	c := Check{Name: checkPolling, State: OK}
	s.watch.mu.Lock()
	conflicts := s.watch.conflicts[bot.ID]
	s.watch.mu.Unlock()
	switch {
	case state.URL != "":
		c.State = Error
		c.Detail = fmt.Sprintf("Another service has taken over this bot: %s receives its messages now. Nothing arrives here until you take it back.", hostOf(state.URL))
	case conflicts >= pollConflicts:
		c.State = Error
		c.Detail = "Another program asks for this bot's messages too, and takes some of them. Stop it: two cannot share a bot."
	}
	return c
}

// filesCheck looks for what keeps files from going either way.
func (s *Service) filesCheck(client messenger.Messenger) Check {
	c := Check{Name: checkFiles, State: OK}
	e := s.config.Load().endpoints
	switch {
	case e.FilesDisabled:
		c.State = Warning
		c.Detail = "Mattermost takes no files: customers' files are not shown and agents cannot send any. Turn on “Allow file sharing” in the System Console (Site Configuration → File Sharing and Downloads)."
	case client.Capabilities().FilesByURL && e.cloud(client.Kind()) && !strings.HasPrefix(e.PublicURL, "https://"):
		c.State = Warning
		c.Detail = fmt.Sprintf("%s fetches agents' files from this server by https only, and the public address is none: files cannot be sent. Set PublicURL or SiteURL to an https address.", client.Kind())
	}
	return c
}

// backlogChecks look at what waits, here and at the messenger, and at what could not be read.
func (s *Service) backlogChecks(ctx context.Context, bot conversation.Bot, pending int) []Check {
	backlog := Check{Name: checkBacklog, State: OK}
	unreadable := Check{Name: checkUnreadable, State: OK}
	display := Check{Name: checkDisplay, State: OK}
	depth, err := s.store.Depth(ctx, bot.ID)
	switch {
	case err != nil:
		backlog.State, backlog.Detail = Warning, "The database does not tell what waits."
	case !depth.Oldest.IsZero() && time.Since(depth.Oldest) > backlogAge:
		backlog.State = Warning
		backlog.Detail = fmt.Sprintf("%d messages wait to be shown, the oldest since %s.", depth.Inbox, depth.Oldest.UTC().Format("15:04 MST"))
	}
	if pending > backlogPending {
		backlog.State = Warning
		backlog.Detail = fmt.Sprintf("%d messages wait at %s.", pending, bot.Kind)
	}
	if depth.Quarantined > 0 {
		unreadable.State = Warning
		unreadable.Detail = fmt.Sprintf("%d updates of the last 24 hours could not be read and are kept aside.", depth.Quarantined)
	}
	if !s.desk.Overrides() {
		display.Detail = "Customers' names stand in the text: turn on “Enable integrations to override usernames” and “… profile picture icons” in the System Console to show them as authors."
	}
	return []Check{backlog, unreadable, display}
}

// The settings of the System Console: defaults and validation live here, because Mattermost lower-cases the keys and
// swallows values of a wrong type (tried on Mattermost 11.1).

package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// configuration is one valid set of settings. It is never changed, only replaced.
type configuration struct {
	TelegramAPIURL          string
	ViberAPIURL             string
	PublicURL               string
	ProxyURL                string
	EncryptionKey           string
	FallbackChannel         string
	NotePrefixes            []string
	MentionIsNote           bool
	DeliveredReaction       bool
	MaxFileMB               int
	AutoCloseDays           int
	DefaultLanguage         string
	ChannelAdminsManageBots bool
}

const (
	// maxAutoCloseDays bounds AutoCloseDays: ten years.
	maxAutoCloseDays = 3650
	// maxFileMB bounds MaxFileMB: what a Bot API server of one's own takes (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
	maxFileMB = 2000
)

func defaultConfiguration() configuration {
	return configuration{
		TelegramAPIURL: bots.TelegramCloud,
		ViberAPIURL:    bots.ViberCloud,
		NotePrefixes:   []string{"!", "note:", "нотатка:"},
		MentionIsNote:  true,
		MaxFileMB:      100,
		AutoCloseDays:  14,
	}
}

// readConfiguration reads the present settings. GetPluginConfig would mask the key (tried on Mattermost 11.1).
func (p *Plugin) readConfiguration() (*configuration, error) {
	raw := map[string]any{}
	if err := p.API.LoadPluginConfiguration(&raw); err != nil {
		return nil, errors.Wrap(err, "read the settings")
	}
	return parseConfiguration(raw)
}

// parseConfiguration reads settings by name, in any case. Missing and empty values mean the default; the error names
// the first field that cannot be used, its value and what is allowed.
func parseConfiguration(raw map[string]any) (*configuration, error) {
	c := defaultConfiguration()
	values := make(map[string]any, len(raw))
	for key, value := range raw {
		values[strings.ToLower(key)] = value
	}
	var prefixes string
	for _, field := range []struct {
		key   string
		parse func(any) error
	}{
		{"TelegramAPIURL", address(&c.TelegramAPIURL)},
		{"ViberAPIURL", address(&c.ViberAPIURL)},
		{"PublicURL", address(&c.PublicURL)},
		{"ProxyURL", proxy(&c.ProxyURL)},
		{"EncryptionKey", secret(&c.EncryptionKey)},
		{"FallbackChannel", text(&c.FallbackChannel)},
		{"NotePrefixes", text(&prefixes)},
		{"MentionIsNote", flag(&c.MentionIsNote)},
		{"DeliveredReaction", flag(&c.DeliveredReaction)},
		{"MaxFileMB", number(&c.MaxFileMB, 1, maxFileMB)},
		{"AutoCloseDays", number(&c.AutoCloseDays, 0, maxAutoCloseDays)},
		{"DefaultLanguage", choice(&c.DefaultLanguage, "en", "uk")},
		{"ChannelAdminsManageBots", flag(&c.ChannelAdminsManageBots)},
	} {
		value, ok := values[strings.ToLower(field.key)]
		if !ok || value == nil || value == "" {
			continue
		}
		if err := field.parse(value); err != nil {
			return nil, errors.Wrap(err, field.key)
		}
	}
	if prefixes != "" {
		c.NotePrefixes = splitPrefixes(prefixes)
	}
	return &c, nil
}

func splitPrefixes(list string) []string {
	var prefixes []string
	for p := range strings.SplitSeq(list, ",") {
		if p = strings.ToLower(strings.TrimSpace(p)); p != "" {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

func text(field *string) func(any) error {
	return func(value any) error {
		s, ok := value.(string)
		if !ok {
			return fmt.Errorf("%v is not a text", value)
		}
		*field = strings.TrimSpace(s)
		return nil
	}
}

// address takes an absolute http or https address and drops a slash at its end.
func address(field *string) func(any) error { return addressOf(field, "https", "http") }

// proxy takes the address of an HTTP or SOCKS proxy. It may hold a password, so the error does not quote it.
func proxy(field *string) func(any) error {
	return func(value any) error {
		if err := addressOf(field, "https", "http", "socks5")(value); err != nil {
			return errors.New("this is not an address that begins with https://, http:// or socks5://")
		}
		return nil
	}
}

// minSecret is the least length of a key that somebody chose himself.
const minSecret = 16

// secret takes a key; the error does not quote it.
func secret(field *string) func(any) error {
	return func(value any) error {
		s, _ := value.(string)
		if len(s) < minSecret {
			return errors.Errorf("a key has at least %d characters", minSecret)
		}
		*field = s
		return nil
	}
}

func addressOf(field *string, schemes ...string) func(any) error {
	return func(value any) error {
		s, _ := value.(string)
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return fmt.Errorf("%v is not an address that begins with %s://", value, strings.Join(schemes, ":// or "))
		}
		*field = strings.TrimRight(strings.TrimSpace(s), "/")
		return nil
	}
}

func flag(field *bool) func(any) error {
	return func(value any) error {
		b, ok := value.(bool)
		if !ok {
			return fmt.Errorf("%v is neither true nor false", value)
		}
		*field = b
		return nil
	}
}

// number takes a whole number; JSON and the System Console also give it as float or text.
func number(field *int, low, high int) func(any) error {
	return func(value any) error {
		var n int
		if _, err := fmt.Sscanf(fmt.Sprint(value)+"\n", "%d\n", &n); err != nil || n < low || n > high {
			return fmt.Errorf("%v is not a whole number from %d to %d", value, low, high)
		}
		*field = n
		return nil
	}
}

func choice(field *string, allowed ...string) func(any) error {
	return func(value any) error {
		s, _ := value.(string)
		if !slices.Contains(allowed, s) {
			return fmt.Errorf("%v is not one of %s", value, strings.Join(allowed, ", "))
		}
		*field = s
		return nil
	}
}

// publicURL is where the messengers reach this server: the setting, else SiteURL; without a trailing slash.
func (c *configuration) publicURL(siteURL string) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return strings.TrimRight(siteURL, "/")
}

// endpoints are the addresses and keys that the bots depend on.
func (c *configuration) endpoints(siteURL string) bots.Endpoints {
	return bots.Endpoints{
		TelegramAPIURL: c.TelegramAPIURL, ViberAPIURL: c.ViberAPIURL, PublicURL: c.publicURL(siteURL), ProxyURL: c.ProxyURL,
		EncryptionKey: c.EncryptionKey,
	}
}

// maxFileBytes is MaxFileMB in bytes, as Mattermost counts them.
func (c *configuration) maxFileBytes() int64 { return int64(c.MaxFileMB) << 20 }

func (c *configuration) rules() relay.Rules {
	return relay.Rules{
		NotePrefixes: c.NotePrefixes, MentionIsNote: c.MentionIsNote, AutoCloseDays: c.AutoCloseDays,
		MaxFileBytes: c.maxFileBytes(), DeliveredReaction: c.DeliveredReaction,
	}
}

// botSettings are those of a new bot.
func (c *configuration) botSettings(serverLocale string) conversation.Settings {
	s := conversation.DefaultSettings()
	for _, language := range []string{serverLocale, c.DefaultLanguage} {
		if language == "uk" || language == "en" {
			s.TeamLanguage = language
		}
	}
	return s
}

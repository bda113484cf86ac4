// Addresses: where the messengers are, where they reach us, and which of them are ours.

package bots

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// The messengers' own clouds.
const (
	TelegramCloud = "https://api.telegram.org"
	ViberCloud    = "https://chatapi.viber.com/pa"
)

// webhookPath is where webhooks arrive under the public address.
const webhookPath = "/plugins/msgbot/webhook/"

func (e Endpoints) base(kind messenger.Kind) string {
	return map[messenger.Kind]string{messenger.Telegram: e.TelegramAPIURL, messenger.Viber: e.ViberAPIURL}[kind]
}

// cloud tells whether the messenger itself is behind the address, which calls public https addresses only; a server of
// one's own or a test may call any.
func (e Endpoints) cloud(kind messenger.Kind) bool {
	return e.base(kind) == map[messenger.Kind]string{messenger.Telegram: TelegramCloud, messenger.Viber: ViberCloud}[kind]
}

func (s *Service) webhookURL(b conversation.Bot) string {
	return s.config.Load().endpoints.PublicURL + webhookPath + string(b.Kind) + "/" + b.ID
}

// ours tells whether a webhook leads to this installation.
func (s *Service) ours(u string) bool {
	return strings.HasPrefix(u, s.config.Load().endpoints.PublicURL+webhookPath)
}

// former tells whether a webhook leads to this bot at another address: its id, which nobody else can know, stands in it.
func former(b conversation.Bot, u string) bool {
	return strings.HasSuffix(u, webhookPath+string(b.Kind)+"/"+b.ID)
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "an address that cannot be read"
	}
	return u.Host
}

// checkMode returns a *conversation.FieldError when the bot cannot receive in that mode.
func (s *Service) checkMode(client messenger.Messenger, mode messenger.Mode) error {
	switch mode {
	case messenger.Polling:
		if _, ok := client.(messenger.Poller); !ok {
			return conversation.Wrong("mode", conversation.ProblemNoPolling)
		}
		return nil
	case messenger.Webhook:
		if wrong := s.publicProblem(client); wrong != nil {
			return wrong
		}
		return nil
	}
	return conversation.Wrong("mode", conversation.ProblemNotOneOf,
		"value", string(mode), "allowed", string(messenger.Webhook)+", "+string(messenger.Polling))
}

// publicProblem says why the messenger's cloud cannot reach our public address; nil when it can, as far as can be told
// from here.
func (s *Service) publicProblem(client messenger.Messenger) *conversation.FieldError {
	e, can := s.config.Load().endpoints, client.Capabilities()
	u, err := url.Parse(e.PublicURL)
	if err != nil || u.Host == "" {
		return conversation.Wrong("mode", conversation.ProblemNoPublicURL)
	}
	if !e.cloud(client.Kind()) || !can.NeedsPublicHTTPS {
		return nil
	}
	switch {
	case u.Scheme != "https":
		return conversation.Wrong("mode", conversation.ProblemNotHTTPS, "scheme", u.Scheme)
	case len(can.WebhookPorts) > 0 && !slices.Contains(can.WebhookPorts, portOf(u)):
		return conversation.Wrong("mode", conversation.ProblemWrongPort,
			"port", strconv.Itoa(portOf(u)), "ports", portList(can.WebhookPorts))
	case privateHost(u.Hostname()):
		return conversation.Wrong("mode", conversation.ProblemNotPublic, "host", u.Hostname())
	}
	return nil
}

func portList(ports []int) string {
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = strconv.Itoa(p)
	}
	return strings.Join(words, ", ")
}

func portOf(u *url.URL) int {
	if port, err := strconv.Atoi(u.Port()); err == nil {
		return port
	}
	return 443
}

// privateHost tells whether a host name is surely not public: a literal private address, or a name without a dot.
func privateHost(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localhost")
}

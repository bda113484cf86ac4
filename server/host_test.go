package main

import (
	"net"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/desk"
)

func TestThisServerIsCalledWithoutLeavingTheMachineWhereThatWorks(t *testing.T) {
	for name, c := range map[string]struct{ listen, security, site, want string }{
		"all addresses":      {":8065", "", "https://chat.example.com", "http://127.0.0.1:8065"},
		"all of IPv4":        {"0.0.0.0:80", "", "https://chat.example.com/", "http://127.0.0.1:80"},
		"all of IPv6":        {"[::]:8065", "", "https://chat.example.com", "http://127.0.0.1:8065"},
		"one address":        {"10.0.0.5:8065", "", "https://chat.example.com", "http://10.0.0.5:8065"},
		"one of IPv6":        {"[fd00::5]:8065", "", "https://chat.example.com", "http://[fd00::5]:8065"},
		"a name":             {"localhost:8065", "", "https://chat.example.com", "http://localhost:8065"},
		"below a path":       {":8065", "", "https://example.com/company/chat/", "http://127.0.0.1:8065/company/chat"},
		"no SiteURL":         {":8065", "", "", "http://127.0.0.1:8065"},
		"TLS":                {":443", "TLS", "https://chat.example.com/", "https://chat.example.com"},
		"no address":         {"", "", "https://chat.example.com/", "https://chat.example.com"},
		"no port":            {"10.0.0.5", "", "https://chat.example.com", "https://chat.example.com"},
		"any free port":      {":0", "", "https://chat.example.com", "https://chat.example.com"},
		"a port with a name": {":http", "", "https://chat.example.com", "https://chat.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, loopback(model.ServiceSettings{
				ListenAddress: &c.listen, ConnectionSecurity: &c.security, SiteURL: &c.site,
			}))
		})
	}
	require.Empty(t, loopback(model.ServiceSettings{}))
}

func TestInternalAddressesAreTrustedAsMattermostLists(t *testing.T) {
	for _, c := range []struct {
		list, host, ip string
		want           bool
	}{
		{"", "cdn.corp", "10.0.0.5", false},
		{"cdn.corp", "cdn.corp", "10.0.0.5", true},
		{"CDN.corp", "cdn.corp", "10.0.0.5", true},
		{"corp", "cdn.corp", "10.0.0.5", false},
		{"10.0.0.5", "cdn.corp", "10.0.0.5", true},
		{"10.0.0.5", "cdn.corp", "10.0.0.6", false},
		{"192.168.0.0/16 10.0.0.0/8", "cdn.corp", "10.0.0.5", true},
		{"192.168.0.0/16, a.corp,\n10.0.0.0/8", "cdn.corp", "10.0.0.5", true},
		{"192.168.0.0/16", "cdn.corp", "10.0.0.5", false},
		{"fd00::/8", "cdn.corp", "fd00::5", true},
		{"::ffff:10.0.0.5", "cdn.corp", "10.0.0.5", true},
		{"0.0.0.0/0", "cdn.corp", "", false},
		{", ,", "", "", false},
	} {
		require.Equal(t, c.want, listed(c.list, c.host, net.ParseIP(c.ip)), "%q has %s at %s", c.list, c.host, c.ip)
	}
}

func TestTheDeskKeepsToTheLimitsOfBothSides(t *testing.T) {
	server := &model.Config{}
	server.SetDefaults()
	site, most := "https://chat.example.com", int64(52428800)
	server.ServiceSettings.SiteURL, server.FileSettings.MaxFileSize = &site, &most
	c := defaultConfiguration()
	c.MaxFileMB, c.PublicURL = 20, "https://hooks.example.com"
	require.Equal(t, desk.Config{
		SiteURL: site, PublicURL: "https://hooks.example.com", OverrideUsername: false, OverrideIcon: false, ServerLocale: "en",
		MaxFileBytes: 20 << 20, ServerMaxFileBytes: most, FilesAllowed: true,
	}, deskConfig(&c, server))
}

func TestWhatIsWrongWithAutomaticAnswersIsACheckOfTheBotsHealth(t *testing.T) {
	require.Equal(t, bots.Check{Name: "answers", State: bots.OK}, answersCheck("", false))
	require.Equal(t, bots.Check{Name: "answers", State: bots.Warning, Detail: "x"}, answersCheck("x", false))
	require.Equal(t, bots.Check{Name: "answers", State: bots.Error, Detail: "x"}, answersCheck("x", true))
}

// What the plugin takes from Mattermost's own settings: what desk shows and keeps to, where this server can be called
// from within, and which addresses of the company's network it may call.

package main

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/desk"
	"github.com/msgbot/mattermost-plugin-msgbot/server/guard"
)

// deskConfig is what the desk depends on, of both sides' settings.
func deskConfig(c *configuration, server *model.Config) desk.Config {
	site := deref(server.ServiceSettings.SiteURL)
	return desk.Config{
		SiteURL:            site,
		PublicURL:          c.publicURL(site),
		OverrideUsername:   deref(server.ServiceSettings.EnablePostUsernameOverride),
		OverrideIcon:       deref(server.ServiceSettings.EnablePostIconOverride),
		DefaultLanguage:    c.DefaultLanguage,
		ServerLocale:       deref(server.LocalizationSettings.DefaultServerLocale),
		FallbackChannel:    c.FallbackChannel,
		MaxFileBytes:       c.maxFileBytes(),
		ServerMaxFileBytes: deref(server.FileSettings.MaxFileSize),
		FilesAllowed:       deref(server.FileSettings.EnableFileAttachments),
	}
}

// loopback is the address at which this server can be called without leaving the machine, with the path that all of it
// lies under and without a trailing slash. It is SiteURL where the server itself speaks TLS, because its certificate is
// for that name, and where its address cannot be told.
func loopback(s model.ServiceSettings) string {
	site := strings.TrimRight(deref(s.SiteURL), "/")
	host, port, err := net.SplitHostPort(deref(s.ListenAddress))
	if err != nil || deref(s.ConnectionSecurity) == model.ConnSecurityTLS {
		return site
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return site
	}
	// What listens on all addresses, IPv6 ones too, also answers here.
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	path := ""
	if u, err := url.Parse(site); err == nil {
		path = u.EscapedPath()
	}
	return "http://" + net.JoinHostPort(host, port) + path
}

// newLoopbackClient calls this server: never through a proxy, and not where it redirects to, since a session goes along. A
// file takes as long as the context of its request allows.
func newLoopbackClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 30 * time.Second,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newServiceClient calls the services that flows ask: public addresses, and those of the company's network that the admin
// allows. It never goes through a proxy, which would reach what this client must not; a call has a time of its own.
func (p *Plugin) newServiceClient() *http.Client {
	return &http.Client{Transport: guard.NewTransport(guard.Options{Allowed: p.trusted})}
}

// trusted tells whether the admin allows calls to an address that is not public: Mattermost's setting
// AllowedUntrustedInternalConnections, which is asked anew each time.
func (p *Plugin) trusted(host string, ip net.IP) bool {
	server := p.API.GetConfig()
	return server != nil && listed(deref(server.ServiceSettings.AllowedUntrustedInternalConnections), host, ip)
}

// listed tells whether a list of hosts, addresses and networks (10.0.0.0/8), separated by spaces or commas, has the host
// or its address.
func listed(list, host string, ip net.IP) bool {
	separator := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	for _, entry := range strings.FieldsFunc(list, separator) {
		if strings.EqualFold(entry, host) || ip != nil && ip.Equal(net.ParseIP(entry)) {
			return true
		}
		if _, network, err := net.ParseCIDR(entry); err == nil && network.Contains(ip) {
			return true
		}
	}
	return false
}

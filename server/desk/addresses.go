// Addresses: which lead into this Mattermost, to which post, and what a post's own is.

package desk

import (
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Links signs addresses of files: server/filelink.
type Links interface {
	Sign(fileID, name string, ttl time.Duration) string
}

// fileLinkTTL is how long an address of a file works: as long as Viber tries to deliver a message (14 days, Viber's FAQ).
const fileLinkTTL = 14 * 24 * time.Hour

// Internal tells whether a URL leads into this Mattermost: below SiteURL, a path without a host, a deep link of the
// apps, or /_redirect/ on any host.
func (d *Desk) Internal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch {
	case strings.HasPrefix(u.Path, "/_redirect/"), strings.EqualFold(u.Scheme, "mattermost"):
		return true
	case u.Host == "":
		return u.Scheme == "" && strings.HasPrefix(u.Path, "/")
	}
	site, err := url.Parse(d.config.Load().SiteURL)
	return err == nil && below(u, site)
}

// below tells whether an address leads to a site: its host, and a path under the site's. http and https are one place: a
// server sends the one on to the other.
func below(u, site *url.URL) bool {
	return site.Host != "" && hostAndPort(u) == hostAndPort(site) &&
		(u.Path == site.Path || strings.HasPrefix(u.Path, site.Path+"/"))
}

// hostAndPort is the host, in lower case and without the dot at the end of a full name, with the port where it is not that of
// http or https.
func hostAndPort(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	switch port := u.Port(); port {
	case "", "80", "443":
		return host
	default:
		return host + ":" + port
	}
}

// postPath is the path of a permalink, below the server's own: of a team, or of none.
var postPath = regexp.MustCompile(`^/[a-z0-9_-]+/pl/([a-z0-9]{26})/?$`)

// LinkedPost is the id of the post that a permalink into this Mattermost leads to: below SiteURL, as a path without a host,
// or as a deep link of the apps.
func (d *Desk) LinkedPost(address string) (postID string, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	site, err := url.Parse(d.config.Load().SiteURL)
	if err != nil {
		return "", false
	}
	pathOnly := u.Scheme == "" && u.Host == ""
	if strings.EqualFold(u.Scheme, "mattermost") {
		u.Scheme = site.Scheme
	}
	if !pathOnly && !below(u, site) {
		return "", false
	}
	path := u.Path
	if rest, ok := strings.CutPrefix(path, site.Path+"/"); ok {
		path = "/" + rest
	}
	found := postPath.FindStringSubmatch(path)
	if found == nil {
		return "", false
	}
	return found[1], true
}

// permalink is the address of a post that works in every team.
func (d *Desk) permalink(postID string) string {
	return d.config.Load().SiteURL + "/_redirect/pl/" + postID
}

// PublicFileURL is an address where the messenger can fetch the file for 14 days, its last element being name.
func (d *Desk) PublicFileURL(id, name string) string {
	c := d.config.Load()
	base := c.PublicURL
	if base == "" {
		base = c.SiteURL
	}
	token := d.opts.Links.Sign(id, name, fileLinkTTL)
	return base + "/plugins/" + d.opts.PluginID + "/files/" + token + "/" + url.PathEscape(name)
}

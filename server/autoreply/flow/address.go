// Reading calls of a service and addresses.

package flow

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ownHeaders are set by the client itself.
var ownHeaders = []string{"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}

func (r *reader) http(n *yaml.Node, at place) *HTTP {
	var h HTTP
	has := r.object(n, at, keys{
		"method": func(n *yaml.Node, at place) { h.Method = r.one(n, at, "GET", "POST", "PUT", "PATCH", "DELETE") },
		"url": func(n *yaml.Node, at place) {
			h.URL = r.text(n, at, MaxURL)
			r.serviceAddress(h.URL, at)
		},
		"headers": func(n *yaml.Node, at place) { h.Headers = r.headers(n, at) },
		"body": func(n *yaml.Node, at place) {
			h.Body = r.text(n, at, maxBody)
			r.body(h.Body, at)
		},
		"timeout": func(n *yaml.Node, at place) { h.Timeout = r.duration(n, at, minTimeout, maxTimeout) },
		"save":    func(n *yaml.Node, at place) { h.Save = r.save(n, at) },
		"error":   func(n *yaml.Node, at place) { h.Error = r.target(n, at) },
	})
	r.need(at, has, "url")
	if has["body"] && cmp.Or(h.Method, defaultMethod) == defaultMethod {
		r.wrong(at, "body_of_get")
	}
	return &h
}

func (r *reader) headers(n *yaml.Node, at place) map[string]string {
	found := map[string]string{}
	r.entries(n, at, func(name string, n *yaml.Node, at place) {
		value := r.text(n, at, maxValue)
		switch {
		case !r.fits(name, at, headerForm) || value == "":
		case slices.Contains(ownHeaders, strings.ToLower(name)):
			r.wrong(at, "own_header", "name", name)
		case strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c == 0x7f }):
			r.wrong(at, "one_line")
		case strings.Contains(value, "{{"):
			r.wrong(at, "no_placeholder")
		default:
			found[name] = value
		}
	})
	if len(found) == 0 {
		return nil
	}
	return found
}

func (r *reader) save(n *yaml.Node, at place) map[string]string {
	found := map[string]string{}
	r.entries(n, at, func(name string, n *yaml.Node, at place) {
		path := r.text(n, at, maxValue)
		if !r.fits(name, at, fieldForm) || path == "" || !r.fits(path, at, pathForm) {
			return
		}
		found[name] = path
		r.saved[name] = true
	})
	if len(found) > maxSave {
		r.wrong(at, "too_many", "count", strconv.Itoa(len(found)), "most", strconv.Itoa(maxSave))
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// body looks whether a body is JSON once its placeholders are filled: they are put into strings.
func (r *reader) body(body string, at place) {
	if body == "" {
		return
	}
	r.services = append(r.services, noted{body, at})
	if !json.Valid([]byte(replace(body, func(string) string { return "x" }))) {
		r.wrong(at, "body_json")
	}
}

// serviceAddress looks at the address of a call: its placeholders stand in path and query only.
func (r *reader) serviceAddress(address string, at place) {
	if address == "" {
		return
	}
	r.services = append(r.services, noted{address, at})
	filled := replace(address, func(string) string { return "x" })
	parsed, err := url.Parse(filled)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" {
		r.wrong(at, "url_service")
		return
	}
	server, rest := cutAddress(address)
	if _, fragment, _ := strings.Cut(rest, "#"); strings.Contains(server, "{{") || strings.Contains(fragment, "{{") {
		r.wrong(at, "url_placeholder")
	}
}

// cutAddress divides an address into scheme and server, and what follows them.
func cutAddress(address string) (server, rest string) {
	scheme, after, _ := strings.Cut(address, "://")
	end := strings.IndexAny(after, "/?#")
	if end < 0 {
		end = len(after)
	}
	return scheme + "://" + after[:end], after[end:]
}

// link looks at the address of a button.
func (r *reader) link(address string, at place) {
	if address == "" {
		return
	}
	if strings.Contains(address, "{{") {
		r.wrong(at, "no_placeholder")
		return
	}
	if !IsLink(address) {
		r.wrong(at, "url_button")
	}
}

// IsLink tells whether a button can open an address: a page. Telegram refuses a message with a button for anything else
// ("inline keyboard button URL … is invalid: Unsupported URL protocol"), a tel: or mailto: address too.
func IsLink(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") && parsed.Hostname() != ""
}

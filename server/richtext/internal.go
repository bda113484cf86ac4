// Addresses that lead into Mattermost and never go out.

package richtext

import (
	"iter"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// withoutInternal takes out of the text what is, or could be followed as, an
// address that leads into Mattermost: also one without a scheme, in code, with
// the scheme of an app, or inside of another address.
func (t Text) withoutInternal(o Options) Text {
	if o.Internal == nil {
		return t
	}
	var kept strings.Builder
	moved := make(moves, 0, len(t.Plain)+1)
	keep := func(end int) {
		for at := len(moved); at < end; at++ {
			moved = append(moved, kept.Len())
			kept.WriteByte(t.Plain[at])
		}
	}
	for at := 0; ; {
		start, end, ok := findAddress(t.Plain, at)
		if !ok {
			break
		}
		at = end
		if o.leads(complete(t.Plain[start:end])) {
			keep(start)
			at = start + addressEnd(t.Plain[start:])
			for range at - start {
				moved = append(moved, kept.Len())
			}
		}
	}
	keep(len(t.Plain))
	moved = append(moved, kept.Len())
	out := Text{Plain: kept.String()}
	for _, s := range t.Spans {
		s.Start, s.End = moved[s.Start], moved[s.End]
		out.Spans = append(out.Spans, s)
	}
	return out
}

// leads tells whether an address leads into Mattermost, be it by a scheme that
// Mattermost redirects or by another address in it, as redirects and archives
// have them.
func (o Options) leads(address string) bool {
	if o.Internal == nil {
		return false
	}
	if o.Internal(address) {
		return true
	}
	decoded, err := url.PathUnescape(address)
	if err != nil {
		decoded = address
	}
	for at := range hosts(decoded) {
		rest := decoded[at:]
		// Clients link as far as a host can go.
		host := rest[:hostLength(rest)]
		if o.Internal("https://"+rest) || o.Internal("http://"+rest) || o.Internal("https://"+host) && !goesOn(rest[len(host):]) {
			return true
		}
	}
	return false
}

// goesOn tells whether what stands behind a host is part of its address.
func goesOn(behind string) bool {
	return hasPort(behind) || behind != "" && strings.IndexByte("/?#", behind[0]) >= 0
}

func hasPort(behind string) bool {
	return len(behind) > 1 && behind[0] == ':' && '0' <= behind[1] && behind[1] <= '9'
}

// complete puts a scheme before an address that has none.
func complete(address string) string {
	if i := strings.Index(address, "://"); i >= 0 && hostLength(address) == i {
		return address
	}
	return "https://" + strings.TrimLeft(address, "/")
}

// maxAddress is how many bytes of an address are looked at: enough for the host
// and what decides, few enough for a text that is nothing but addresses.
const maxAddress = 2000

// findAddress returns the place of the first address in s at or after from,
// with or without a scheme. It need not be complete.
func findAddress(s string, from int) (start, end int, ok bool) {
	for at := range hosts(s[from:]) {
		start = from + at
		end = start + addressLength(s[start:min(len(s), start+maxAddress)])
		if strings.HasSuffix(s[from:start], "//") {
			start -= 2
		}
		return start, end, true
	}
	return 0, 0, false
}

// hosts yields the places where an address may begin with a host or a scheme:
// with a dot in it, or a port, a path or :// behind it, or // before it.
func hosts(s string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := 0; at < len(s); {
			length := hostLength(s[at:])
			if length == 0 {
				_, size := utf8.DecodeRuneInString(s[at:])
				at += size
				continue
			}
			before, behind := s[:at], s[at+length:]
			likely := hasPort(behind) || strings.HasPrefix(behind, "/") || strings.HasPrefix(behind, "://") ||
				strings.HasSuffix(before, "//") || strings.Contains(strings.Trim(s[at:at+length], "."), ".")
			if likely && !strings.HasSuffix(before, "@") && !yield(at) {
				return
			}
			at += length
		}
	}
}

// hostLength returns how much of s can be the name of a host.
func hostLength(s string) int {
	if end := strings.IndexFunc(s, notInHost); end >= 0 {
		return end
	}
	return len(s)
}

func notInHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_", r)
}

// addressLength returns the length of the address that s begins with. Without a
// scheme it ends where a list or a parenthesis may.
func addressLength(s string) int {
	host := hostLength(s)
	if strings.HasPrefix(s[host:], "://") {
		return addressEnd(s)
	}
	path, _, _ := strings.Cut(s[host:], "//")
	if end := strings.IndexAny(path, ",;()[]|="); end >= 0 {
		path = path[:end]
	}
	if !goesOn(path) {
		return host
	}
	return max(min(addressEnd(s), host+len(path)), host)
}

// addressEnd returns where white space or punctuation ends an address.
func addressEnd(s string) int {
	if end := strings.IndexFunc(s, endsURL); end >= 0 {
		s = s[:end]
	}
	return max(trimURL(s), 1)
}

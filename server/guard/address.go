// Which addresses a host has, and which of them are public.

package guard

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"github.com/mattermost/mattermost/server/public/shared/httpservice"
	"github.com/pkg/errors"
)

// alsoReserved are networks of IANA's registry of special addresses that httpservice leaves out
// (https://www.iana.org/assignments/iana-ipv6-special-registry), and the deprecated ones of RFC 3879 and RFC 4291.
var alsoReserved = []netip.Prefix{
	netip.MustParsePrefix("64:ff9b:1::/48"), // IPv4 behind a local translator, RFC 8215
	netip.MustParsePrefix("3fff::/20"),      // documentation, RFC 9637
	netip.MustParsePrefix("5f00::/16"),      // segment routing, RFC 9602
	netip.MustParsePrefix("fec0::/10"),      // site-local, RFC 3879
	netip.MustParsePrefix("::/96"),          // IPv4-compatible, RFC 4291
}

// reserved tells whether an address is not a public one, or one of this machine's own: what goes to those never passes a
// firewall.
func reserved(ip net.IP) (bool, error) {
	address, ok := netip.AddrFromSlice(ip)
	if !ok || httpservice.IsReservedIP(ip) {
		return true, nil
	}
	for _, network := range alsoReserved {
		if network.Contains(address.Unmap()) {
			return true, nil
		}
	}
	return httpservice.IsOwnIP(ip)
}

// addresses are those of a host, at least one. An error that is none of the name's looking up is ErrForbidden.
func (t *transport) addresses(ctx context.Context, host string) ([]net.IP, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []net.IP{address.WithZone("").AsSlice()}, nil
	}
	if numeric(host) {
		return nil, errors.Wrap(ErrForbidden, "the host is no name")
	}
	found, err := t.opts.Resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return found, nil
}

// numeric tells of a host that some programs read as an IPv4 address although it is not written as one: 2130706433,
// 0177.1, 0x7f.0.0.1, or of no host at all. No name ends in a number (https://url.spec.whatwg.org/#ends-in-a-number-checker).
func numeric(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if digits, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// resolve looks a name up at this machine's resolver.
func resolve(ctx context.Context, host string) ([]net.IP, error) {
	return net.DefaultResolver.LookupIP(ctx, "ip", host)
}

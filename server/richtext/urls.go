// URLs: finding bare ones in a text, which may become links, and how they are
// written into Markdown.

package richtext

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Schemes that become links. A customer may not link into Mattermost or run
// anything; an agent may also point into the messengers.
var (
	customerSchemes = []string{"http", "https", "mailto", "tel"}
	agentSchemes    = []string{"http", "https", "mailto", "tel", "ftp", "tg", "viber"}
)

// linkable tells whether url is absolute and of one of the schemes.
func linkable(url string, schemes []string) bool {
	scheme, rest, ok := strings.Cut(url, ":")
	scheme = strings.ToLower(scheme)
	if !ok || !slices.Contains(schemes, scheme) {
		return false
	}
	if strings.HasPrefix(scheme, "http") {
		rest, ok = strings.CutPrefix(rest, "//")
	}
	return ok && strings.TrimLeft(rest, "/?#") != ""
}

// findURL returns the place of the first bare http, https or www. URL in s at
// or after from. Each byte is looked at a bounded number of times.
func findURL(s string, from int) (start, end int, ok bool) {
	for i := from; i < len(s); i++ {
		switch s[i] {
		case 'h', 'H', 'w', 'W':
			if i > 0 && isASCIIWord(s[i-1]) {
				continue
			}
			if end := urlEnd(s[i:]); end > 0 {
				return i, i + end, true
			}
		}
	}
	return 0, 0, false
}

// maxURLStart is how many bytes of a text startsURL looks at.
const maxURLStart = len("https://") + utf8.UTFMax

// startsURL tells whether s begins with a scheme or www. and a host.
func startsURL(s string) bool {
	host := urlPrefix(s)
	first, _ := utf8.DecodeRuneInString(s[host:])
	return host > 0 && (unicode.IsLetter(first) || unicode.IsDigit(first))
}

// urlEnd returns the length of the bare URL that s begins with, 0 if none.
func urlEnd(s string) int {
	if !startsURL(s) {
		return 0
	}
	if end := strings.IndexFunc(s, endsURL); end >= 0 {
		s = s[:end]
	}
	return trimURL(s)
}

// endsURL tells whether r cannot be part of a bare URL.
func endsURL(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`«»“”„"+joiner, r)
}

// urlPrefix returns the length of the "https://" or "www." that s begins with.
func urlPrefix(s string) int {
	for _, prefix := range []string{"http://", "https://"} {
		if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			return len(prefix)
		}
	}
	if len(s) > 4 && strings.EqualFold(s[:3], "www") {
		i := 3
		for i < len(s)-1 && i < 6 && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		if s[i] == '.' {
			return i + 1
		}
	}
	return 0
}

// trimURL takes off the punctuation that belongs to the sentence around a URL,
// a closing bracket only if none opens in the URL, and returns the length left.
func trimURL(url string) int {
	round := strings.Count(url, ")") - strings.Count(url, "(")
	square := strings.Count(url, "]") - strings.Count(url, "[")
	for url != "" {
		r, size := utf8.DecodeLastRuneInString(url)
		switch {
		case r == ')' && round > 0:
			round--
		case r == ']' && square > 0:
			square--
		case r == '(':
			round++
		case r == '[':
			square++
		case !strings.ContainsRune("?!.,;:'*_~|…’{}\\", r):
			return len(url)
		}
		url = url[:len(url)-size]
	}
	return 0
}

// withScheme completes a bare URL that begins with www.
func withScheme(url string) string {
	if urlPrefix(url) > 0 && (url[0] == 'w' || url[0] == 'W') {
		return "http://" + url
	}
	return url
}

// destination writes url so that it survives between the parentheses of a
// Markdown link in every renderer: what could end it is percent-encoded.
func destination(url string) string {
	url = percentEncode(url, "\"<>\\`()[]|")
	var b strings.Builder
	for i := range len(url) {
		if url[i] == '&' && entityLen(url[i:]) > 0 {
			b.WriteString("&amp;")
			continue
		}
		b.WriteByte(url[i])
	}
	return b.String()
}

// percentEncode writes white space, joiners and the given characters of url
// such that none is left.
func percentEncode(url, chars string) string {
	var b strings.Builder
	for _, r := range url {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && !strings.ContainsRune(chars+joiner, r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// isASCIIWord tells what a regular expression calls a word character, without
// the underscore.
func isASCIIWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

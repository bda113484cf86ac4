// The characters of a post as its readers see them: escapes, entities, emoji,
// mentions.

package richtext

import (
	"html"
	"strings"
	"unicode/utf8"
)

// decode resolves backslash escapes and HTML entities as Mattermost does: only
// some characters can be escaped, a backslash only before another that no word
// character follows, and an entity ends in a semicolon.
func decode(raw string) string {
	if !strings.ContainsAny(raw, `\&`) {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); {
		switch c, next := raw[i], byteAt(raw, i+1); {
		case c == '\\' && next == '\\' && !isWordByte(byteAt(raw, i+2)),
			c == '\\' && next != 0 && strings.IndexByte("`*{}[]()#+-.!_>|~", next) >= 0:
			b.WriteByte(next)
			i += 2
		case c == '&':
			n := max(entityLen(raw[i:]), 1)
			b.WriteString(entity(raw[i : i+n]))
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

func isWordByte(c byte) bool { return isASCIIWord(c) || c == '_' }

// entity returns the character that an entity like &amp; stands for, or s
// itself if there is none of that name.
func entity(s string) string {
	out := html.UnescapeString(s)
	// The library also takes a known name without semicolon at the start of
	// an unknown one, which browsers are kept from here.
	if len(out) > 1 && strings.HasSuffix(out, ";") {
		return s
	}
	return out
}

// emoji puts the characters of emoji for their :names:.
func (r *reader) emoji(s string) string {
	if r.options.Emoji == nil || !strings.Contains(s, ":") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.IndexByte(s, ':')
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		written, length := ":", 1
		if name := shortcode(s); name != "" {
			if unicode, ok := r.options.Emoji(name); ok {
				written, length = unicode, len(name)+2
			}
		}
		b.WriteString(written)
		s = s[length:]
	}
}

// maxUsername is the length of the longest username in Mattermost.
const maxUsername = 64

// mentions puts the display names of users for their @mentions.
func (r *reader) mentions(s string) string {
	if r.options.Mention == nil || !strings.Contains(s, "@") {
		return s
	}
	var b strings.Builder
	last, _ := utf8.DecodeLastRuneInString(r.out.String())
	for {
		at := strings.IndexByte(s, '@')
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		if at > 0 {
			last, _ = utf8.DecodeLastRuneInString(s[:at])
		}
		b.WriteString(s[:at])
		s = s[at:]
		display, length := "@", 1
		if last >= utf8.RuneSelf || !isASCIIWord(byte(last)) {
			display, length = r.mention(s)
		}
		b.WriteString(display)
		last, _ = utf8.DecodeLastRuneInString(s[:length])
		s = s[length:]
	}
}

// mention returns what stands for the mention at the start of s and the number
// of bytes it replaces. Punctuation after a name may be part of it or not.
func (r *reader) mention(s string) (string, int) {
	end := 1
	for end < len(s) && end <= maxUsername && (isWordByte(s[end]) || s[end] == '.' || s[end] == '-') {
		end++
	}
	for end > 1 {
		if display, ok := r.options.Mention(s[1:end]); ok {
			return display, end
		}
		if isASCIIWord(s[end-1]) {
			break
		}
		end--
	}
	return "@", 1
}

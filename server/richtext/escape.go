// Keeping customers' characters from being read as Mattermost Markdown. The
// renderers differ: the web has a fork of marked with regular expressions that
// do not see escapes, mobile and server follow CommonMark more or less. What
// is written here means the same in all of them.

package richtext

import (
	"strings"
	"unicode/utf8"
)

// joiner is U+2060, an invisible character without meaning. After @, ~, #, or
// a colon it stops what would begin there: a backslash does not stop a mention
// (tried on Mattermost 11.1).
const joiner = "\u2060"

// surroundings of a piece of text that decide what must be escaped in it.
type surroundings struct {
	starred bool // inside * or **, where the web takes any * for the end
	struck  bool // inside ~~, likewise
	label   bool // inside the [] of a link
}

// escape returns s, a piece of one line between two markers, such that it
// shows as it is.
func escape(s string, in surroundings) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf || escapes[c] == nil {
			b.WriteByte(c)
			i++
			continue
		}
		size := 1
		if c == '_' {
			size = len(s[i:]) - len(strings.TrimLeft(s[i:], "_"))
		}
		b.WriteString(escapes[c](spot{
			before: s[:i], rest: s[i:], size: size, in: in,
			prev: byteAt(s, i-1), next: byteAt(s, i+size),
		}))
		i += size
	}
	return b.String()
}

// spot is a character, or a run of underscores, and what stands around it.
type spot struct {
	before, rest string // rest begins with the character
	size         int
	prev, next   byte // the bytes beside it, 0 at the ends of the piece
	in           surroundings
}

// escapes has, by character, what to write for it at a given spot.
var escapes = [utf8.RuneSelf]func(spot) string{
	'\\': func(p spot) string { return when(p.next == 0 || isASCIIPunct(p.next), `\\`, `\`) },
	'`':  func(spot) string { return "\\`" },
	'*':  escapeStar,
	'~':  escapeTilde,
	'_':  escapeUnderscores,
	'[':  escapeOpeningBracket,
	']':  func(p spot) string { return when(p.in.label, "&#93;", "]") },
	'(':  func(p spot) string { return when(p.prev == ']' && !p.in.label, `\(`, "(") },
	'<':  func(p spot) string { return when(p.next == ' ', "<", "&lt;") },
	'&':  func(p spot) string { return when(entityLen(p.rest) > 0, "&amp;", "&") },
	'@':  func(p spot) string { return when(!isASCIIWord(p.prev) && p.startsName(), "@"+joiner, "@") },
	'#':  func(p spot) string { return when(!isASCIIWord(p.prev) && p.startsTag(), "#"+joiner, "#") },
	':':  func(p spot) string { return when(shortcode(p.rest) != "" || p.isForeignScheme(), ":"+joiner, ":") },
	'.':  func(p spot) string { return when(!p.in.label && endsInWWW(p.before), joiner+".", ".") },
}

func when(is bool, then, otherwise string) string {
	if is {
		return then
	}
	return otherwise
}

// startsName tells whether what follows may be the name of a user or channel.
func (p spot) startsName() bool {
	return isWordByte(p.next) || p.next == '-' || p.next == '.' || p.next >= utf8.RuneSelf
}

// startsTag tells whether what follows may be the name of a hashtag.
func (p spot) startsTag() bool {
	return isASCIIWord(p.next) && p.next > '9' || p.next >= utf8.RuneSelf
}

func escapeStar(p spot) string {
	if p.in.starred {
		return "&#42;"
	}
	return when(p.prev == ' ' && p.next == ' ', "*", `\*`)
}

func escapeTilde(p spot) string {
	tilde := "~"
	switch {
	case p.in.struck:
		tilde = "&#126;"
	case p.prev == 0 || p.prev == '~' || p.next == 0 || p.next == '~':
		tilde = `\~`
	}
	return when(p.startsName(), tilde+joiner, tilde)
}

// escapeUnderscores leaves those inside of words and a lone one as they are.
func escapeUnderscores(p spot) string {
	lone := p.size == 1 && p.next == ' ' && p.prev != '\\'
	if isASCIIWord(p.prev) || lone {
		return p.rest[:p.size]
	}
	return strings.Repeat(`\_`, p.size)
}

func escapeOpeningBracket(p spot) string {
	if p.in.label {
		return "&#91;"
	}
	return when(p.prev == 0 || p.prev == '!', `\[`, "[")
}

// isForeignScheme tells whether a colon is part of a URL that Mattermost would
// link by itself and that must not become a link. Inside a label it links none.
func (p spot) isForeignScheme() bool {
	start := len(p.before)
	for start > 0 && (isASCIIWord(p.before[start-1]) || strings.IndexByte("+-.", p.before[start-1]) >= 0) {
		start--
	}
	scheme := strings.ToLower(p.before[start:])
	return !p.in.label && len(scheme) > 1 && (p.next == '/' || scheme == "mattermost" || scheme == "ftp")
}

// byteAt returns s[i], 0 outside of s.
func byteAt(s string, i int) byte {
	if i < 0 || i >= len(s) {
		return 0
	}
	return s[i]
}

func isASCIIPunct(c byte) bool {
	return c > ' ' && c < 0x7f && !isASCIIWord(c)
}

// entityLen returns the length of what looks like an HTML entity at the start
// of s, 0 if nothing does. Mattermost decodes those that end in a semicolon.
func entityLen(s string) int {
	const longest = 40
	s = s[:min(len(s), longest)]
	end := strings.IndexByte(s, ';')
	name := strings.TrimPrefix(s[1:max(end, 1)], "#")
	if name == "" {
		return 0
	}
	for i := range len(name) {
		if !isASCIIWord(name[i]) && name[i] != '_' {
			return 0
		}
	}
	return end + 1
}

// shortcode returns the name in the emoji shortcode like :smile: that s begins
// with, "" if it begins with none. One or two digits between colons are a time.
func shortcode(s string) string {
	end := 1
	digits := true
	for ; end < len(s); end++ {
		c := s[end]
		if !isASCIIWord(c) && c != '_' && c != '+' && c != '-' {
			break
		}
		digits = digits && '0' <= c && c <= '9'
	}
	if byteAt(s, end) != ':' || end == 1 || digits && end <= 3 {
		return ""
	}
	return s[1:end]
}

// endsInWWW tells whether a dot after s would begin what the web takes for a URL
// although it is none.
func endsInWWW(s string) bool {
	s = strings.TrimRight(s[max(len(s)-6, 0):], "0123456789")
	return len(s) >= 3 && strings.EqualFold(s[len(s)-3:], "www")
}

// guardLine returns a line, complete with its markers, such that its start
// opens no block: no heading, list, quote, code, table, rule or definition.
func guardLine(line string) string {
	// The web reads a no-break space as a space.
	rest := strings.TrimLeft(line, " \u00a0")
	indent := line[:len(line)-len(rest)]
	switch at := blockMark(rest); {
	case rest == "":
		return "" // a no-break space behind others would be indented code
	case rest[0] == '\t', utf8.RuneCountInString(indent) > 3:
		return joiner + line
	case isRule(rest):
		// Behind the stars that open bold: before them it would undo it.
		stars := len(rest) - len(strings.TrimLeft(rest, "*"))
		return indent + rest[:stars] + joiner + rest[stars:]
	case at >= 0:
		return indent + rest[:at] + `\` + rest[at:]
	default:
		return line
	}
}

// blockMark returns the place of the character in the marker of a heading, list
// or quote at the start of a line that must be escaped, -1 if there is none.
func blockMark(line string) int {
	hashes := len(line) - len(strings.TrimLeft(line, "#"))
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	switch c := byteAt(line, 0); {
	case c == '>',
		(c == '+' || c == '-' || c == '*') && spaceAt(line, 1),
		0 < hashes && hashes <= 6 && spaceAt(line, hashes):
		return 0
	case digits > 0 && (byteAt(line, digits) == '.' || byteAt(line, digits) == ')') && spaceAt(line, digits+1):
		return digits
	default:
		return -1
	}
}

// isRule tells whether the line has only the characters of horizontal rules,
// of the underlines of headings and of the second line of tables.
func isRule(line string) bool {
	return strings.ContainsAny(line, "-=*_") && strings.Trim(line, "-=*_|:+ \t\u00a0") == ""
}

// spaceAt tells whether s ends or has white space at i.
func spaceAt(s string, i int) bool {
	return i >= len(s) || s[i] == ' ' || s[i] == '\t' || strings.HasPrefix(s[i:], "\u00a0")
}

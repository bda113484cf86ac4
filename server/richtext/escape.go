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
		c, prev, next := s[i], byteAt(s, i-1), byteAt(s, i+1)
		wordBefore, wordAfter := isASCIIWord(prev), isASCIIWord(next) || next >= utf8.RuneSelf
		size := 1
		out := string(rune(c))
		switch c {
		case '\\':
			if next == 0 || isASCIIPunct(next) {
				out = `\\`
			}
		case '`':
			out = "\\`"
		case '*':
			switch {
			case in.starred:
				out = "&#42;"
			case prev != ' ' || next != ' ':
				out = `\*`
			}
		case '~':
			switch {
			case in.struck:
				out = "&#126;"
			case prev == 0 || prev == '~' || next == 0 || next == '~':
				out = `\~`
			}
			if wordAfter || strings.IndexByte("-_.", next) >= 0 {
				out += joiner
			}
		case '_':
			size = len(s[i:]) - len(strings.TrimLeft(s[i:], "_"))
			out = s[i : i+size]
			lone := size == 1 && next == ' ' && prev != '\\'
			if !wordBefore && !lone {
				out = strings.Repeat(`\_`, size)
			}
		case '[':
			switch {
			case in.label:
				out = "&#91;"
			case prev == 0 || prev == '!':
				out = `\[`
			}
		case ']':
			if in.label {
				out = "&#93;"
			}
		case '(':
			if prev == ']' && !in.label {
				out = `\(`
			}
		case '<':
			if next != ' ' {
				out = "&lt;"
			}
		case '&':
			if entityLen(s[i:]) > 0 {
				out = "&amp;"
			}
		case '@':
			if !wordBefore && (wordAfter || strings.IndexByte("-_.", next) >= 0) {
				out += joiner
			}
		case '#':
			if !wordBefore && wordAfter && (next < '0' || next > '9') {
				out += joiner
			}
		case ':':
			if isShortcode(s[i:]) || !in.label && isForeignScheme(s[:i], next) {
				out += joiner
			}
		case '.':
			if !in.label && endsInWWW(s[:i]) {
				out = joiner + "."
			}
		default:
			if c >= utf8.RuneSelf {
				_, size = utf8.DecodeRuneInString(s[i:])
				out = s[i : i+size]
			}
		}
		b.WriteString(out)
		i += size
	}
	return b.String()
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

// isShortcode tells whether s begins with an emoji shortcode like :smile:.
// One or two digits between colons are a time.
func isShortcode(s string) bool {
	name := 1
	digits := true
	for ; name < len(s); name++ {
		c := s[name]
		if !isASCIIWord(c) && c != '_' && c != '+' && c != '-' {
			break
		}
		digits = digits && '0' <= c && c <= '9'
	}
	return byteAt(s, name) == ':' && name > 1 && !(digits && name <= 3)
}

// isForeignScheme tells whether before, a colon and next begin a URL that
// Mattermost would link by itself and that must not become a link.
func isForeignScheme(before string, next byte) bool {
	start := len(before)
	for start > 0 && (isASCIIWord(before[start-1]) || strings.IndexByte("+-.", before[start-1]) >= 0) {
		start--
	}
	scheme := strings.ToLower(before[start:])
	return len(scheme) > 1 && (next == '/' || scheme == "mattermost" || scheme == "ftp")
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
		return line
	case rest[0] == '\t', utf8.RuneCountInString(indent) > 3, isRule(rest):
		return joiner + line
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

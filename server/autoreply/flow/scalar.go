// YAML's ways of writing a text.

package flow

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

func inList(names []string) string {
	written := make([]string, len(names))
	for i, name := range names {
		written[i] = scalar(name)
	}
	return "[" + strings.Join(written, ", ") + "]"
}

func inObject(texts Texts) string {
	var written []string
	for _, language := range slices.Sorted(maps.Keys(texts)) {
		written = append(written, scalar(language)+": "+scalar(texts[language]))
	}
	return "{" + strings.Join(written, ", ") + "}"
}

// plainText needs no quotes, unless it is a word that some YAML takes for something else.
var plainText = regexp.MustCompile(`^/?[a-zA-Z][a-zA-Z0-9_.-]*$`)

var otherWords = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// scalar writes a text in one line.
func scalar(text string) string {
	if plainText.MatchString(text) && !slices.Contains(otherWords, strings.ToLower(text)) {
		return text
	}
	if strings.ContainsAny(text, `"\`) && !strings.ContainsFunc(text, func(c rune) bool { return !readable(c) }) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'" // takes patterns and JSON as they are
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case readable(c):
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, `\U%08x`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// readable tells whether a character may stand in YAML as it is, and can be seen there.
func readable(c rune) bool {
	return c == ' ' || unicode.IsGraphic(c) && !unicode.Is(unicode.Zs, c) && !unicode.IsControl(c) ||
		unicode.Is(unicode.Mn, c) || c == '\u200d' // in emoji
}

// fitsBlock tells whether a text of several lines reads back the same when its lines are written one below the other.
func fitsBlock(text string) bool {
	if !strings.Contains(text, "\n") {
		return false
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		edge := i == 0 || i == len(lines)-1
		if edge && line == "" || strings.TrimSpace(line) != line && (i == 0 || strings.TrimSpace(line) == "") {
			return false
		}
		if strings.ContainsFunc(line, func(c rune) bool { return !readable(c) }) {
			return false
		}
	}
	return true
}

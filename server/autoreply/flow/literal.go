// Values in Markdown: they show as they are, wherever their placeholders stand.

package flow

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// A stand-in is what stands for the i-th placeholder of a text while its Markdown is read: a character of private use, which
// is like a letter to Markdown and which nobody writes.
const (
	firstStandIn = '\U00100000'
	lastStandIn  = '\U0010fffd'
)

func isStandIn(c rune) bool { return c >= firstStandIn && c <= lastStandIn }

// template is a text with placeholders, as its readers see it.
type template struct {
	// pieces are what stands before, between and behind the placeholders; names are theirs.
	pieces, names []string
	// shape is the text with stand-ins.
	shape richtext.Text
	// linked are the placeholders in addresses, code those in code; unseen are neither there nor in the text.
	linked, code, unseen []bool
}

// readTemplate reads a text; width is that of its stand-ins.
func readTemplate(text string, width int) *template {
	t := &template{}
	at := 0
	for _, place := range placeholder.FindAllStringIndex(text, lastStandIn-firstStandIn) {
		t.pieces = append(t.pieces, dropStandIns(text[at:place[0]]))
		t.names = append(t.names, strings.TrimSpace(text[place[0]+2:place[1]-2]))
		at = place[1]
	}
	t.pieces = append(t.pieces, dropStandIns(text[at:]))
	t.shape = richtext.FromMarkdown(t.with(func(i int) string { return strings.Repeat(string(firstStandIn+rune(i)), width) }), richtext.Options{})
	t.linked, t.code, t.unseen = make([]bool, len(t.names)), make([]bool, len(t.names)), make([]bool, len(t.names))
	for i := range t.names {
		standIn := string(firstStandIn + rune(i))
		at := strings.Index(t.shape.Plain, standIn)
		t.unseen[i] = at < 0
		for _, s := range t.shape.Spans {
			switch {
			case s.Kind == richtext.Link && strings.Contains(s.Value, standIn):
				t.linked[i], t.unseen[i] = true, false
			case (s.Kind == richtext.Code || s.Kind == richtext.Pre) && s.Start <= at && at < s.End:
				t.code[i] = true
			}
		}
	}
	return t
}

func dropStandIns(text string) string {
	return strings.Map(func(c rune) rune {
		if isStandIn(c) {
			return -1
		}
		return c
	}, text)
}

// with is the Markdown with something in the places of the placeholders.
func (t *template) with(value func(i int) string) string {
	var b strings.Builder
	for i, piece := range t.pieces {
		b.WriteString(piece)
		if i < len(t.names) {
			b.WriteString(value(i))
		}
	}
	return b.String()
}

// filled is the text with these values, as its readers are to see it.
func (t *template) filled(values []string) richtext.Text {
	var plain strings.Builder
	moved := make([]int, len(t.shape.Plain)+1)
	for at, c := range t.shape.Plain {
		moved[at] = plain.Len()
		if isStandIn(c) {
			plain.WriteString(t.seen(int(c-firstStandIn), values))
		} else {
			plain.WriteRune(c)
		}
	}
	moved[len(t.shape.Plain)] = plain.Len()
	text := richtext.Text{Plain: plain.String(), Spans: slices.Clone(t.shape.Spans)}
	for i := range text.Spans {
		s := &text.Spans[i]
		s.Start, s.End = moved[s.Start], moved[s.End]
		for at, value := range values {
			s.Value = strings.ReplaceAll(s.Value, string(firstStandIn+rune(at)), escapeInAddress(value))
		}
	}
	return text.Trim().Normal()
}

// seen is what readers see of a value.
func (t *template) seen(i int, values []string) string {
	switch {
	case t.linked[i]:
		return escapeInAddress(values[i])
	case t.code[i]:
		return strings.ReplaceAll(values[i], "\n", " ")
	}
	return values[i]
}

// written is Markdown that says the same if the values are harmless where they stand.
func (t *template) written(values []string) string {
	var b strings.Builder
	for i, piece := range t.pieces {
		glue(&b, piece)
		b.WriteString(piece)
		if i == len(t.names) {
			break
		}
		if t.linked[i] || t.code[i] {
			b.WriteString(t.seen(i, values))
			continue
		}
		value := literal(values[i])
		glue(&b, value)
		b.WriteString(value)
	}
	return b.String()
}

// A name is what Mattermost makes something of behind a sign: a mention, a channel or a hashtag, or an emoji between colons.
// What is written ends in the beginning of one, and the next goes on with it.
var names = []struct{ begun, goesOn *regexp.Regexp }{
	{regexp.MustCompile(`[@~#][A-Za-z0-9_.+-]{0,64}$`), regexp.MustCompile(`^[\pL\pN_.-]`)},
	{regexp.MustCompile(`:[A-Za-z0-9_+-]{0,64}$`), regexp.MustCompile(`^[A-Za-z0-9_+:-]`)},
}

// joiner is U+2060, which nobody sees and which ends a name, see package richtext.
const joiner = "\u2060"

// glue keeps what is written apart from what follows.
func glue(b *strings.Builder, next string) {
	before := b.String()
	before = before[max(0, len(before)-70):]
	for _, n := range names {
		if n.begun.MatchString(before) && n.goesOn.MatchString(next) {
			b.WriteString(joiner)
			return
		}
	}
}

// escapeInAddress writes a value as a part of an address that leaves nothing but that value.
func escapeInAddress(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// maxFilled is how much the values of one text are together, in characters: as much as one of them may be.
const maxFilled = maxAnswer

// valuesFor are what stands in the places of placeholders: texts, not longer than maxFilled together.
func valuesFor(names []string, value func(name string) (string, bool)) []string {
	left := maxFilled
	values := make([]string, len(names))
	for i, name := range names {
		v, _ := value(name)
		v = Cut(dropStandIns(richtext.Plain(v).Normal().Plain), left)
		left -= utf8.RuneCountInString(v)
		values[i] = v
	}
	return values
}

// Cut is the beginning of a text, of at most so many characters, the last of which tells that there was more.
func Cut(text string, most int) string {
	count := 0
	for at := range text {
		if count == most {
			runes := []rune(text[:at])
			return string(runes[:max(0, most-1)]) + "…"[:min(3*most, 3)]
		}
		count++
	}
	return text
}

// sameReading tells whether readers see the same, but for addresses that stand in a text as such: they may be links or not.
func sameReading(a, b richtext.Text) bool {
	return a.Plain == b.Plain && slices.Equal(withoutBareLinks(a), withoutBareLinks(b))
}

func withoutBareLinks(t richtext.Text) []richtext.Span {
	return slices.DeleteFunc(slices.Clone(t.Spans), func(s richtext.Span) bool { return isBare(s, t.Plain[s.Start:s.End]) })
}

// isBare tells whether a link shows its own address.
func isBare(s richtext.Span, shown string) bool {
	if s.Kind != richtext.Link {
		return false
	}
	unescaped, _ := url.PathUnescape(s.Value)
	return slices.ContainsFunc([]string{s.Value, unescaped}, func(address string) bool {
		return address == shown || address == "http://"+shown // of www.
	})
}

// Fill puts values into the placeholders of a Markdown text. A value shows as it is, whatever Markdown it looks like and
// wherever it stands; in an address it is escaped. One that is not known leaves nothing.
//
// The text is read without its values, which then are put into what was read. It is written as its author did, with what
// Markdown could mean escaped in the values; where that is not read as it should be, all of it is written anew.
func Fill(text string, value func(name string) (string, bool)) string {
	if !placeholder.MatchString(text) {
		return text
	}
	t := readTemplate(text, 1)
	values := valuesFor(t.names, value)
	meant, written := t.filled(values), t.written(values)
	if sameReading(richtext.FromMarkdown(written, richtext.Options{}), meant) {
		return written
	}
	return meant.Markdown()
}

// literal is Markdown that shows a text as it is.
func literal(text string) string { return richtext.Plain(text).Markdown() }

// MaxPlaceholders is how many placeholders one text may have.
const MaxPlaceholders = 50

// CountPlaceholders is how many placeholders a text has.
func CountPlaceholders(text string) int { return len(placeholder.FindAllStringIndex(text, -1)) }

// beforeServer is an address whose server begins with a placeholder.
var beforeServer = regexp.MustCompile(`(?i)(?:\w://|\bwww\.)[^\s/?#()]*\{\{([^{}\n]*)\}\}`)

// Misplaced is the name of a placeholder that stands where values have no place: in a table, whose columns depend on them;
// in the server of an address, which would lead where a customer says; or where nobody sees it, in the title of a link say.
func Misplaced(text string) (name string, found bool) {
	if !placeholder.MatchString(text) || !special.MatchString(text) {
		return "", false
	}
	if m := beforeServer.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1]), true
	}
	t := readTemplate(text, 1)
	for i, name := range t.names {
		if t.unseen[i] || slices.ContainsFunc(t.shape.Spans, func(s richtext.Span) bool { return misplaced(s, firstStandIn+rune(i)) }) {
			return name, true
		}
	}
	i := slices.Index(t.code, true)
	if i < 0 || dropStandIns(t.shape.Plain) == dropStandIns(readTemplate(text, widestColumn).shape.Plain) {
		return "", false
	}
	return t.names[i], true
}

// special is what tables, links and code are made of: without any there is no place where a placeholder may not stand, and
// nothing needs to be read.
var special = regexp.MustCompile("[|<\\[`~]|:-|-:|://|(?i:www)")

// widestColumn is more than the widest column of a table that package richtext lines up.
const widestColumn = 60

// misplaced tells whether a link has a stand-in elsewhere than behind its server.
func misplaced(s richtext.Span, standIn rune) bool {
	if s.Kind != richtext.Link || !strings.ContainsRune(s.Value, standIn) {
		return false
	}
	server, rest := cutAddress(s.Value)
	return !strings.ContainsRune(rest, standIn) || strings.ContainsRune(server, standIn) || !strings.HasPrefix(strings.ToLower(server), "http")
}

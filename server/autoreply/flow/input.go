// Taking what a customer tells: numbers, phones, dates and the like, each in one form.

package flow

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// told is what a customer answered to an input.
type told struct {
	text, language string
	now            time.Time
}

// takes has, by type of input, what makes a value of an answer.
var takes = map[InputType]func(in *Input, t told) (string, bool){
	InputText:   func(_ *Input, t told) (string, bool) { return t.text, true },
	InputNumber: func(_ *Input, t told) (string, bool) { return number(t.text) },
	InputPhone:  func(_ *Input, t told) (string, bool) { return phone(t.text) },
	InputEmail:  func(_ *Input, t told) (string, bool) { return t.text, email.MatchString(t.text) && len(t.text) <= 254 },
	InputDate:   func(_ *Input, t told) (string, bool) { return date(t.text, t.now) },
	InputChoice: func(in *Input, t told) (string, bool) { return choice(in.Choices, t) },
}

// take returns the value for what happened, and whether it can be taken. A pattern is matched with the value.
func (in *Input) take(h Happening, now time.Time) (string, bool) {
	text := strings.TrimSpace(writable(h.Text))
	if text == "" {
		text = strings.TrimSpace(writable(h.Shared))
	}
	if text == "" || utf8.RuneCountInString(text) > maxAnswer {
		return "", false
	}
	by, ok := takes[in.Type]
	if !ok {
		by = takes[InputText]
	}
	if h.Zone != nil {
		now = now.In(h.Zone)
	}
	value, ok := by(in, told{text: text, language: h.Language, now: now})
	if !ok || in.Pattern == "" {
		return value, ok
	}
	matcher := in.matcher
	if matcher == nil { // of a flow that was made by hand
		matcher, _ = compileWhole(in.Pattern, in.longest())
	}
	return value, matcher != nil && matcher.MatchString(value)
}

// longestValues are the lengths of what an input keeps, in characters, where that is less than any answer.
var longestValues = map[InputType]int{
	InputNumber: 64, InputPhone: 16, InputEmail: 254, InputDate: len(time.DateOnly), InputChoice: MaxLabel,
}

// longest is that of the values of an input.
func (in *Input) longest() int { return cmp.Or(longestValues[in.Type], maxAnswer) }

// patterns are those of a flow that were compiled: what stands in many steps is compiled once.
type patterns map[pattern]compiled

type pattern struct {
	text    string
	longest int
}

type compiled struct {
	*regexp.Regexp
	err error
}

// compile makes the pattern of an input ready, or says what is wrong with it.
func (p patterns) compile(in *Input) error {
	if in.Pattern == "" {
		return nil
	}
	key := pattern{in.Pattern, in.longest()}
	found, ok := p[key]
	if !ok {
		found.Regexp, found.err = compileWhole(key.text, key.longest)
		p[key] = found
	}
	in.matcher = found.Regexp
	return found.err
}

// compile makes the patterns of a flow ready. One that is wrong matches nothing; Parse says so.
func (f *Flow) compile() {
	ready := patterns{}
	for _, step := range f.Steps {
		if step.Input != nil {
			_ = ready.compile(step.Input)
		}
	}
}

// unwritable tells whether a character is none of a text: databases and messengers refuse some of those.
func unwritable(c rune) bool {
	return unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t' || c == '\uFFFE' || c == '\uFFFF'
}

// writable is a text without what is none.
func writable(text string) string {
	return strings.Map(func(c rune) rune {
		if unwritable(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, ""))
}

var (
	// spacing is what people write into numbers, minus a minus sign that keyboards do not have.
	spacing = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "")
	minus   = strings.NewReplacer("−", "-", "–", "-")

	numeric = regexp.MustCompile(`^[+-]?[0-9]{1,30}([.,][0-9]{1,30})?$`)
	email   = regexp.MustCompile(`^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\.]+(\.[^\s@<>(),;:"\\.]+)+$`)
	digits  = regexp.MustCompile(`^\+?[0-9]{7,15}$`)
	onEarth = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{1,20})?,\s*-?[0-9]{1,3}(\.[0-9]{1,20})?$`)
)

// number writes a number with a dot: "1 200,5" is 1200.5.
func number(text string) (string, bool) {
	text = minus.Replace(spacing.Replace(text))
	if !numeric.MatchString(text) {
		return "", false
	}
	return strings.TrimPrefix(strings.ReplaceAll(text, ",", "."), "+"), true
}

// dialled is what is written between the digits of a phone number.
var dialled = strings.NewReplacer("(", "", ")", "", "-", "", ".", "", "/", "", "‑", "", "–", "")

// phone writes a phone number as + and digits. One that begins with a single 0 is told without its country and stays so:
// a + would make another number of it.
func phone(text string) (string, bool) {
	text = dialled.Replace(spacing.Replace(text))
	if rest, ok := strings.CutPrefix(text, "00"); ok {
		text = "+" + rest
	}
	if !digits.MatchString(text) {
		return "", false
	}
	if text[0] != '+' && text[0] != '0' {
		text = "+" + text
	}
	return text, true
}

// location tells whether a text is a place on the earth, as messengers share it.
func location(text string) (string, bool) {
	return strings.ReplaceAll(text, " ", ""), onEarth.MatchString(text)
}

var dates = []struct {
	form             *regexp.Regexp
	year, month, day int // which group; 0 for none
}{
	{regexp.MustCompile(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$`), 1, 2, 3},
	{regexp.MustCompile(`^([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})$`), 3, 2, 1},
	{regexp.MustCompile(`^([0-9]{1,2})\.([0-9]{1,2})\.?$`), 0, 2, 1},
}

// date writes a date as 2026-12-01. One without a year is the next such day, today included.
func date(text string, now time.Time) (string, bool) {
	for _, d := range dates {
		m := d.form.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		month, _ := strconv.Atoi(m[d.month])
		day, _ := strconv.Atoi(m[d.day])
		if d.year == 0 {
			return comingDay(month, day, now)
		}
		year, _ := strconv.Atoi(m[d.year])
		return day8601(year, month, day)
	}
	return "", false
}

// comingDay looks as far as the next 29 February can be.
func comingDay(month, day int, now time.Time) (string, bool) {
	today := now.Format(time.DateOnly)
	for year := now.Year(); year <= now.Year()+8; year++ {
		if found, ok := day8601(year, month, day); ok && found >= today {
			return found, true
		}
	}
	return "", false
}

func day8601(year, month, day int) (string, bool) {
	text := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	_, err := time.Parse(time.DateOnly, text)
	return text, err == nil && year >= 1900 && year < 2200
}

// choice is what was chosen, by word or number, in the words of the flow.
func choice(choices []Texts, t told) (string, bool) {
	for _, c := range choices {
		if word, ok := said(t.text, c); ok {
			return word, true
		}
	}
	if i := chosen(t.text, len(choices)); i >= 0 {
		word, _ := Pick(choices[i], t.language)
		return word, true
	}
	return "", false
}

// chosen is the index of the option whose number a text is, -1 for none: "2", "2.", "2)".
func chosen(text string, options int) int {
	n, err := strconv.Atoi(core(Fold(text)))
	if err != nil || n < 1 || n > options {
		return -1
	}
	return n - 1
}

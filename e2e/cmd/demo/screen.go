package main

// What the demonstration looks like in a terminal: sections, aligned columns, and colours only where there are any.

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// style is an ANSI "select graphic rendition" code.
type style string

const (
	bold  style = "1"
	faint style = "2"
	green style = "32"
	red   style = "31"
	blue  style = "34"
	cyan  style = "36"
	plain style = ""
)

const (
	whereWidth = 10 // "Mattermost"
	hopWidth   = 46
	stepWidth  = hopWidth + whereWidth + 2
)

// screen prints. It is for one goroutine.
type screen struct {
	out     io.Writer
	colours bool

	stepName  string
	stepBegan time.Time
}

// newScreen prints to file, in colours if that is a terminal whose user did not refuse them (https://no-color.org).
func newScreen(file *os.File) *screen {
	info, err := file.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	refused := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	return &screen{out: file, colours: terminal && !refused}
}

func (s *screen) paint(how style, text string) string {
	if !s.colours || how == plain {
		return text
	}
	return "\x1b[" + string(how) + "m" + text + "\x1b[0m"
}

func (s *screen) line(format string, args ...any) {
	_, _ = fmt.Fprintf(s.out, format+"\n", args...) // there is nobody to tell that the terminal is gone
}

// title begins a section.
func (s *screen) title(text string) { s.line("\n%s", s.paint(bold, text)) }

func (s *screen) text(text string) { s.line("  %s", text) }

// step begins a step, and ends the one before it.
func (s *screen) step(what string) {
	s.endStep()
	s.stepName, s.stepBegan = what, time.Now()
}

// endStep ends the step under way, if any, well.
func (s *screen) endStep() { s.closeStep(s.paint(green, "✓")) }

// breakStep ends the step under way, if any, as one that failed.
func (s *screen) breakStep() { s.closeStep(s.paint(red, "✗")) }

func (s *screen) closeStep(mark string) {
	if s.stepName != "" {
		s.line("  %s %s %s", mark, pad(s.stepName, stepWidth), s.paint(faint, duration(time.Since(s.stepBegan))))
	}
	s.stepName = ""
}

// said is one message where it was written.
func (s *screen) said(where, who, text string) {
	s.line("\n  %s  %s", s.paint(colourOf(where), pad(where, whereWidth)), s.paint(bold, who))
	s.quote(text)
}

// pressed is a press on a button.
func (s *screen) pressed(by *world.Customer, label string) {
	s.said(title(by.Bot), by.Name+" presses", "["+label+"]")
}

// automatic is an automatic answer where the customer sees it.
func (s *screen) automatic(to *world.Customer, answer world.Line) {
	s.said(title(to.Bot), to.Bot.Name+" to "+to.Name+", automatically", withButtons(answer))
}

// withButtons is the text of a message with the buttons that came with it, as [Label].
func withButtons(of world.Line) string {
	rows := []string{of.Text}
	for _, row := range slices.Concat(of.Buttons, of.Keys) {
		var labels []string
		for _, b := range row {
			labels = append(labels, "["+b.Label+"]")
		}
		rows = append(rows, strings.Join(labels, " "))
	}
	return strings.Join(rows, "\n")
}

func (s *screen) quote(text string) {
	for row := range strings.SplitSeq(text, "\n") {
		s.line("  %s  %s", pad("", whereWidth), row)
	}
}

// hop is one stage of a message's way that went well, and the time since it was written.
func (s *screen) hop(what string, took time.Duration) {
	s.line("  %s  %s %s %s", pad("", whereWidth), s.paint(green, "→"), pad(what, hopWidth), s.paint(faint, duration(took)))
}

// aside is a remark on what was said.
func (s *screen) aside(what string) {
	s.line("  %s  %s %s", pad("", whereWidth), s.paint(green, "•"), what)
}

// failed is a stage that did not go well.
func (s *screen) failed(what string) {
	s.line("  %s  %s %s", pad("", whereWidth), s.paint(red, "✗"), what)
}

// fact is a line of a table.
func (s *screen) fact(name, value string) {
	s.line("  %s  %s", pad(name, 24), s.paint(cyan, value))
}

func colourOf(where string) style {
	return map[string]style{"Telegram": blue, "Viber": "35", "Mattermost": cyan}[where]
}

// pad fills text up to width columns; wide characters are not in what it is used for.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// duration is right-aligned, in ms below ten seconds.
func duration(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%6d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%6.1f s ", d.Seconds())
}

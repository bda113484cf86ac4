// The words that people type for days, and what is said when they typed something else.

package hours

import (
	"fmt"
	"slices"
	"strings"
)

// dayNames are what each day of the week is called, Monday first. Of each language the first is what FormatWeek writes;
// Ukrainian also has the case that follows "у".
var dayNames = [len(weekdays)]map[string][]string{
	{english: {"Mon", "Monday"}, ukrainian: {"Пн", "Понеділок"}},
	{english: {"Tue", "Tues", "Tuesday"}, ukrainian: {"Вт", "Вівторок"}},
	{english: {"Wed", "Wednesday"}, ukrainian: {"Ср", "Середа", "Середу"}},
	{english: {"Thu", "Thur", "Thurs", "Thursday"}, ukrainian: {"Чт", "Четвер"}},
	{english: {"Fri", "Friday"}, ukrainian: {"Пт", "Пятниця", "Пятницю"}},
	{english: {"Sat", "Saturday"}, ukrainian: {"Сб", "Субота", "Суботу"}},
	{english: {"Sun", "Sunday"}, ukrainian: {"Нд", "Нед", "Неділя", "Неділю"}},
}

const (
	english   = "en"
	ukrainian = "uk"
)

// Apostrophes as keyboards write them, and the dot of an abbreviation, are not looked at.
var bareName = strings.NewReplacer("'", "", "’", "", "ʼ", "", "`", "", ".", "")

// dayNamed returns the number of a day of the week by its name in any language, 0 for Monday, -1 for anything else.
func dayNamed(name string) int {
	name = bareName.Replace(name)
	return slices.IndexFunc(dayNames[:], func(languages map[string][]string) bool {
		for _, names := range languages {
			if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
				return true
			}
		}
		return false
	})
}

// InputError says what was wrong with hours or a moment that somebody typed.
type InputError struct {
	// Key is that of a text in assets/i18n that names what is wrong and the forms that are taken.
	Key string
	// Text is the piece that was not understood, as it was typed: the argument {{text}} of that text, not escaped.
	Text string
}

// Error implements error.
func (e *InputError) Error() string { return fmt.Sprintf("%s: %q", e.Key, e.Text) }

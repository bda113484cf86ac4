// The commands about dates with hours of their own.

package command

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// yearly is the form of a day of every year.
const yearly = "--01-02"

// dateForms are how a date may be typed, and what it becomes.
var dateForms = []struct{ typed, stored string }{
	{time.DateOnly, time.DateOnly},
	{"2.1.2006", time.DateOnly},
	{"2.1", yearly},
	{yearly, yearly},
}

// listDates lists the dates, those of every year first.
func (c *Commands) listDates(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	name := map[string]string{"name": api.Literal(call.bot.Name)}
	if len(h.Dates) == 0 {
		return call.t("command.no_dates", name), nil
	}
	lines := []string{call.t("command.dates_title", name)}
	for _, d := range inOrder(h.Dates) {
		lines = append(lines, "- "+dateInWords(call.t, d))
	}
	return call.fitting(lines), nil
}

func inOrder(dates []hours.Date) []hours.Date {
	dates = slices.Clone(dates)
	slices.SortStableFunc(dates, func(a, b hours.Date) int { return strings.Compare(a.Date, b.Date) })
	return dates
}

func dateInWords(t api.Texts, d hours.Date) string {
	text := api.Literal(api.TypedDate(d.Date))
	if strings.HasPrefix(d.Date, "--") {
		text = t("command.date_yearly", map[string]string{"date": text})
	}
	if d.Name != "" {
		text += " " + api.Literal(d.Name)
	}
	if len(d.Hours) == 0 {
		return text + ": " + t("command.date_closed", nil)
	}
	return text + ": " + strings.Join(d.Hours, ", ")
}

// addDate closes the bot on a date, or gives that hours of its own; a date that is there already becomes the new one.
func (c *Commands) addDate(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	d, err := parseDate(call.text)
	if err != nil {
		return "", err
	}
	if h.Zone, err = c.zone(call, "", h.Zone); err != nil {
		return "", err
	}
	h.Dates = append(withoutDate(h.Dates, d.Date), d)
	if _, err := c.Answers.PutHours(call.ctx, call.bot.ID, h); err != nil {
		return "", err
	}
	return call.t("command.date_added", map[string]string{"date": dateInWords(call.t, d)}), nil
}

// parseDate reads "31.12.2026 09:00-13:00 Short day".
func parseDate(text string) (hours.Date, error) {
	word, rest, _ := cut(text)
	day, ok := dateOf(word)
	if !ok {
		return hours.Date{}, wrong("command.date_wrong", map[string]string{"text": api.Literal(word)})
	}
	times, name := cutTimes(rest)
	d := hours.Date{Date: day, Name: bare(name)}
	if times == "" {
		return d, nil
	}
	week, err := hours.ParseWeek("Mon " + times)
	if err != nil {
		return hours.Date{}, mistyped(err)
	}
	d.Hours = week["mon"]
	return d, nil
}

// dateOf is a typed date in the form that is stored.
func dateOf(word string) (string, bool) {
	word = strings.TrimSuffix(word, ".")
	for _, f := range dateForms {
		if day, err := time.Parse(f.typed, word); err == nil {
			return day.Format(f.stored), true
		}
	}
	return "", false
}

// cutTimes takes times such as "09:00-13:00, 14:00-18:00" off the beginning of a text.
func cutTimes(text string) (times, rest string) {
	var found []string
	for {
		word, after, _ := cut(text)
		if first, _ := utf8.DecodeRuneInString(word); !unicode.IsDigit(first) || !strings.ContainsAny(word, "-–—−") {
			return strings.Join(found, " "), text
		}
		found, text = append(found, word), after
	}
}

func withoutDate(dates []hours.Date, day string) []hours.Date {
	return slices.DeleteFunc(slices.Clone(dates), func(d hours.Date) bool { return d.Date == day })
}

func (c *Commands) removeDate(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	typed := map[string]string{"text": api.Literal(call.text)}
	day, ok := dateOf(bare(call.text))
	if !ok {
		return "", wrong("command.date_wrong", typed)
	}
	left := withoutDate(h.Dates, day)
	if len(left) == len(h.Dates) {
		return "", wrong("command.date_unknown", typed)
	}
	h.Dates = left
	if _, err := c.Answers.PutHours(call.ctx, call.bot.ID, h); err != nil {
		return "", err
	}
	return call.t("command.date_removed", map[string]string{"date": api.Literal(bare(call.text))}), nil
}

// pickHolidays opens a form with the holidays of a country in the next twelve months.
func (c *Commands) pickHolidays(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	zone, err := c.zone(call, "", h.Zone)
	if err != nil {
		return "", err
	}
	form := api.HolidayForm{BotID: call.bot.ID, Country: strings.ToLower(bare(call.text)), From: c.Now().UTC().Format(time.DateOnly), Zone: zone}
	if !slices.Contains(hours.Countries(), form.Country) {
		return "", wrong("command.country_unknown", map[string]string{
			"text": api.Literal(call.text), "codes": strings.Join(hours.Countries(), ", "),
		})
	}
	dialog, err := form.Dialog(call.t, h)
	if err != nil {
		return "", err
	}
	if len(dialog.Elements) == 0 {
		return call.t("command.holidays_all_there", nil), nil
	}
	return "", c.open(call, api.HolidaysPath, dialog)
}

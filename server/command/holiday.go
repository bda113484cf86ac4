// The commands about dates with hours of their own.

package command

import (
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// listDates lists the dates, those of every year first.
func (c *Commands) listDates(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	name := map[string]string{"name": c.called(call)}
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
	if h.Zone, err = c.zone(call, "", h.Zone); err != nil {
		return "", err
	}
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		return "", errors.Wrap(err, "the zone of the hours")
	}
	d, err := parseDate(call.text, c.Now().In(zone).Format(time.DateOnly))
	if err != nil {
		return "", err
	}
	h.Dates = append(withoutDate(h.Dates, d.Date), d)
	if _, err := c.Answers.PutHours(call.ctx, call.bot.ID, h); err != nil {
		return "", err
	}
	return call.t("command.date_added", map[string]string{"date": dateInWords(call.t, d)}), nil
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
	form := api.HolidayForm{Bot: call.bot, Country: strings.ToLower(bare(call.text)), From: c.Now().UTC().Format(time.DateOnly), Zone: zone}
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

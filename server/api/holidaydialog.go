// The form in which an admin ticks the holidays of a country on which nobody works.

package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

// HolidaysPath is where the form is submitted, below the plugin's own path.
const HolidaysPath = Prefix + "/dialogs/holidays"

// HolidayForm is the form of a bot for the holidays of a country within a year from a day.
type HolidayForm struct {
	Bot     conversation.Bot
	Country string
	// From is "2026-11-26". Zone is that of the bot's hours, or for them.
	From, Zone string
}

// notes are what has to be known of the holidays of a country.
var notes = map[string]string{"ua": "api.dialog.holidays.note.ua"}

// Dialog is the form with the holidays that are not among the hours' dates yet; without elements when all are.
func (f HolidayForm) Dialog(t Texts, h hours.Hours) (model.Dialog, error) {
	holidays, err := f.missing(h)
	if err != nil {
		return model.Dialog{}, err
	}
	d := model.Dialog{
		CallbackId: "holidays", State: strings.Join([]string{f.Bot.ID, f.Country, f.From, f.Zone}, " "),
		Title: t("api.dialog.holidays.title", map[string]string{"country": strings.ToUpper(f.Country)}), SubmitLabel: t("api.dialog.holidays.submit", nil),
		IntroductionText: introduction(f.Bot, t("api.dialog.holidays.intro", nil)),
	}
	if note, ok := notes[f.Country]; ok {
		d.IntroductionText += " " + t(note, nil)
	}
	if len(holidays) == 0 {
		return d, nil
	}
	dates := element(t, "select", "dates")
	dates.MultiSelect, dates.Optional = true, true
	for _, day := range holidays {
		dates.Options = append(dates.Options, &model.PostActionOptions{Text: day.words(t), Value: day.Date})
	}
	d.Elements = []model.DialogElement{dates, boolElement(t, "all_dates", false)}
	return d, nil
}

// readHolidayForm reads the state of a form without the bot.
func readHolidayForm(bot conversation.Bot, state string) (HolidayForm, error) {
	parts := strings.Split(state, " ")
	if len(parts) != 3 {
		return HolidayForm{}, notFound()
	}
	return HolidayForm{bot, parts[0], parts[1], parts[2]}, nil
}

// offered is a holiday with the day on which it is next.
type offered struct {
	hours.Holiday
	next time.Time
}

func (o offered) words(t Texts) string {
	text := o.next.Format("02.01.2006") + " " + o.Name
	if strings.HasPrefix(o.Date, "--") {
		text += " " + t("api.dialog.dates.yearly", nil)
	}
	return text
}

// missing are the holidays within a year from the form's day that are not among the dates.
func (f HolidayForm) missing(h hours.Hours) ([]offered, error) {
	from, err := time.Parse(time.DateOnly, f.From)
	if err != nil {
		return nil, conversation.Wrong("dates", conversation.ProblemNotDate, "value", f.From)
	}
	var found []offered
	for _, year := range []int{from.Year(), from.Year() + 1} {
		list, err := hours.Holidays(f.Country, year)
		if err != nil {
			return nil, at(err, func(string) string { return "dates" })
		}
		for _, day := range list {
			next := dayIn(day.Date, year)
			known := slices.ContainsFunc(h.Dates, func(d hours.Date) bool { return d.Date == day.Date })
			if !known && !next.Before(from) && next.Before(from.AddDate(1, 0, 0)) {
				found = append(found, offered{day, next})
			}
		}
	}
	return found, nil
}

// dayIn is the day of a date, of one of every year that in this year.
func dayIn(date string, year int) time.Time {
	if rest, yearly := strings.CutPrefix(date, "--"); yearly {
		date = strconv.Itoa(year) + "-" + rest
	}
	day, _ := time.Parse(time.DateOnly, date) // the lists have only these two forms
	return day
}

func (s *server) submitHolidays(ctx context.Context, t Texts, caller string, d model.SubmitDialogRequest) (submitted, error) {
	bot, rest, err := s.formOf(ctx, caller, d)
	if err != nil {
		return submitted{target: bot.ID}, err
	}
	f, err := readHolidayForm(bot, rest)
	if err != nil {
		return submitted{target: bot.ID}, err
	}
	h, err := s.Answers.Hours(ctx, bot.ID)
	if err != nil {
		return submitted{target: bot.ID}, err
	}
	form, err := f.Dialog(t, h)
	if err != nil {
		return submitted{target: bot.ID}, err
	}
	chosen, err := f.chosen(d.Submission, h)
	if err != nil {
		return submitted{target: bot.ID, form: form}, err
	}
	h.Dates = append(slices.Clone(h.Dates), chosen...)
	if h.Zone == "" {
		h.Zone = f.Zone
	}
	if _, err := s.Answers.PutHours(ctx, bot.ID, h); err != nil {
		return submitted{target: bot.ID, form: form}, err
	}
	args := map[string]string{
		"count": strconv.Itoa(len(chosen)), "name": s.called(ctx, caller, bot),
		"command": Command("holiday list", bot, s.Access.Visible(caller, s.Bots.List(ctx)), d.ChannelId, ""),
	}
	return submitted{target: bot.ID, text: t("api.dates_added", args)}, nil
}

// chosen are the holidays that were ticked.
func (f HolidayForm) chosen(values submission, h hours.Hours) ([]hours.Date, error) {
	holidays, err := f.missing(h)
	if err != nil {
		return nil, err
	}
	ticked, all := values.list("dates"), values.ticked("all_dates")
	var chosen []hours.Date
	for _, day := range holidays {
		if all || slices.Contains(ticked, day.Date) {
			chosen = append(chosen, hours.Date{Date: day.Date, Name: day.Name})
		}
	}
	if len(chosen) == 0 {
		return nil, conversation.Wrong("dates", conversation.ProblemMissing)
	}
	return chosen, nil
}

// list is what was chosen in a select of several: a list, or its values with commas in one text.
func (s submission) list(name string) []string {
	several, ok := s[name].([]any)
	if !ok {
		return pieces(s.text(name), ",")
	}
	var list []string
	for _, one := range several {
		if text, ok := one.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

// The commands about business hours.

package command

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/api"
	"github.com/msgbot/mattermost-plugin-msgbot/server/autoreply/hours"
)

// moment is how a time is shown, by the clock of the hours' zone.
const moment = "02.01.2006 15:04"

func (c *Commands) showHours(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	return c.hoursInWords(call, h)
}

// hoursInWords are the week, what is now, and what differs from the week.
func (c *Commands) hoursInWords(call *call, h hours.Hours) (string, error) {
	calendar, err := hours.Compile(h)
	if err != nil {
		return "", err
	}
	lines := []string{
		call.t("command.hours_title", map[string]string{"name": c.called(call), "zone": api.Literal(calendar.Zone().String())}),
		call.t("command.hours_week", map[string]string{"week": api.Literal(hours.FormatWeek(h.Week, call.lang))}),
		call.t("command.hours_now", map[string]string{"now": c.nowInWords(call, calendar)}),
	}
	if o := h.Override; o != nil && o.Until > c.Now().UnixMilli() {
		until := time.UnixMilli(o.Until).In(calendar.Zone()).Format(moment)
		lines = append(lines, call.t("command.hours_override."+strconv.FormatBool(o.Open), map[string]string{
			"until": until, "command": c.command(call, "hours normal", ""),
		}))
	}
	if len(h.Dates) > 0 {
		lines = append(lines, call.t("command.hours_dates", map[string]string{
			"count": strconv.Itoa(len(h.Dates)), "command": c.command(call, "holiday list", ""),
		}))
	}
	return strings.Join(lines, "\n"), nil
}

// nowInWords says whether it is open, and when that changes.
func (c *Commands) nowInWords(call *call, calendar *hours.Calendar) string {
	now := c.Now()
	change, changes := calendar.NextOpen(now)
	key, always := "command.hours_closed", "command.hours_closed_always"
	if calendar.Open(now) {
		change, changes = calendar.NextClose(now)
		key, always = "command.hours_open", "command.hours_open_always"
	}
	if !changes {
		return call.t(always, nil)
	}
	phrase, args := hours.Phrase(now, change, calendar.Zone())
	return call.t(key, map[string]string{"when": call.t(phrase, args)})
}

// setHours replaces the week; dates and an override stay.
func (c *Commands) setHours(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	week, zone := cutZone(call.text)
	if h.Week, err = hours.ParseWeek(week); err != nil {
		return "", mistyped(err)
	}
	if h.Zone, err = c.zone(call, zone, h.Zone); err != nil {
		return "", err
	}
	return c.saveHours(call, h)
}

// cutZone takes a zone off the end of a week: its days and times do not end in a letter's word.
func cutZone(text string) (week, zone string) {
	i := strings.LastIndexFunc(text, unicode.IsSpace)
	last := text[i+1:]
	if first, _ := utf8.DecodeRuneInString(last); i < 0 || !unicode.IsLetter(first) {
		return text, ""
	}
	return strings.TrimSpace(text[:i]), last
}

// zone is the first of these that is named: what was typed, what there is, the caller's own.
func (c *Commands) zone(call *call, typed, present string) (string, error) {
	if typed == "" {
		if present != "" {
			return present, nil
		}
		typed = c.zoneOf(call.args.UserId)
	}
	if typed == "" {
		return "", wrong("command.zone_missing", map[string]string{
			"command": c.command(call, "hours set", call.t("command.week_example", nil)),
		})
	}
	return zoneNamed(typed)
}

// zoneOf is where a user lives by his settings, empty when that is not known.
func (c *Commands) zoneOf(userID string) string {
	user, appErr := c.Host.GetUser(userID)
	if appErr != nil || user == nil {
		return ""
	}
	return user.GetPreferredTimezone()
}

func (c *Commands) saveHours(call *call, h hours.Hours) (string, error) {
	h, err := c.Answers.PutHours(call.ctx, call.bot.ID, h)
	if err != nil {
		return "", err
	}
	return c.hoursInWords(call, h)
}

func (c *Commands) closeUntil(call *call) (string, error) { return c.override(call, false) }

func (c *Commands) openUntil(call *call) (string, error) { return c.override(call, true) }

// override makes the bot open or closed until a time, whatever the week says.
func (c *Commands) override(call *call, open bool) (string, error) {
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
	until, err := hours.ParseMoment(bare(call.text), c.Now(), zone)
	if err != nil {
		return "", mistyped(err)
	}
	h.Override = &hours.Override{Open: open, Until: until.UnixMilli()}
	return c.saveHours(call, h)
}

// normalHours ends an override.
func (c *Commands) normalHours(call *call) (string, error) {
	h, err := c.Answers.Hours(call.ctx, call.bot.ID)
	if err != nil {
		return "", err
	}
	if h.Override == nil {
		return c.hoursInWords(call, h)
	}
	h.Override = nil
	return c.saveHours(call, h)
}

// mistyped is an error of reading hours as one that shows the usage.
func mistyped(err error) error {
	var typed *hours.InputError
	if errors.As(err, &typed) {
		return wrong(typed.Key, map[string]string{"text": api.Literal(typed.Text)})
	}
	return err
}

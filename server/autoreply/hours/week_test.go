// How a week is typed and written.

package hours

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWeekAsItIsTyped(t *testing.T) {
	day := []string{"09:00-18:00"}
	for text, week := range map[string]map[string][]string{
		"Mon-Fri 09:00-18:00; Sat 10:00-14:00": {
			"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": {"10:00-14:00"},
		},
		"Пн-Ср 9:00-18:00; Сб 10-14":      {"mon": day, "tue": day, "wed": day, "sat": {"10:00-14:00"}},
		"ПН, ср,Нд 09:00–18:00":           {"mon": day, "wed": day, "sun": day},
		"понеділок — вівторок: 9 — 18":    {"mon": day, "tue": day},
		"п'ятниця-П’ЯТНИЦЯ 9-18":          {"fri": day},
		"пʼятниця 9-18":                   {"fri": day},
		"Monday 9-13, 14:00-18:00;":       {"mon": {"09:00-13:00", "14:00-18:00"}},
		"fri 22:00-2:00\nsat 00:00-24:00": {"fri": {"22:00-02:00"}, "sat": {"00:00-24:00"}},
		"Sat-Mon 9-18":                    {"sat": day, "sun": day, "mon": day},
		"Mon-Tue,Thu-Fri 9-18":            {"mon": day, "tue": day, "thu": day, "fri": day},
		"Mon-Sun 9-18":                    everyDayOf("09:00-18:00"),
		" 24/7 ":                          {},
		"Нед. 9-0":                        {"sun": {"09:00-00:00"}},
	} {
		got, err := ParseWeek(text)
		require.NoError(t, err, text)
		require.Equal(t, week, got, text)
	}
}

func TestWhatIsWrongInAWeekIsNamed(t *testing.T) {
	for text, expected := range map[string]InputError{
		"":                                     {"wrong.week", ""},
		" ; \n":                                {"wrong.week", " ; \n"},
		"Mon-Fri":                              {"wrong.week", "Mon-Fri"},
		"Mon 9-18; weekend":                    {"wrong.week", "weekend"},
		"09:00-18:00":                          {"wrong.day", ""},
		"Mo 09:00-18:00":                       {"wrong.day", "Mo"},
		"Mon-Xyz 09:00-18:00":                  {"wrong.day", "Mon-Xyz"},
		"Mon,, Tue 09:00-18:00":                {"wrong.day", ""},
		"Mon Tue 09:00-18:00":                  {"wrong.day", "Mon Tue"},
		"Mon-Tue-Wed 09:00-18:00":              {"wrong.day", "Mon-Tue-Wed"},
		"Mon 09:00":                            {"wrong.interval", "09:00"},
		"Mon 09:00-18:00 Tue 09:00-18:00":      {"wrong.interval", "09:00-18:00 Tue 09:00-18:00"},
		"Mon 09:00-25:00":                      {"wrong.interval", "09:00-25:00"},
		"Mon 24:00-02:00":                      {"wrong.interval", "24:00-02:00"},
		"Mon 09:00-09:00":                      {"wrong.interval", "09:00-09:00"},
		"Mon 09:00-13:00, 2pm-6pm":             {"wrong.interval", "2pm-6pm"},
		"Mon 09:00-13:00,":                     {"wrong.interval", ""},
		"Mon 9:0-13:00":                        {"wrong.interval", "9:0-13:00"},
		"Mon-Fri 09:00-18:00; Fri 09:00-16:00": {"wrong.day_twice", "Fri 09:00-16:00"},
		"Mon,Mon 09:00-18:00":                  {"wrong.day_twice", "Mon,Mon 09:00-18:00"},
	} {
		_, err := ParseWeek(text)
		var refused *InputError
		require.ErrorAs(t, err, &refused, text)
		require.Equal(t, expected, *refused, text)
	}
}

func TestAWeekAsItIsWritten(t *testing.T) {
	day := []string{"09:00-18:00"}
	for _, row := range []struct {
		week   map[string][]string
		en, uk string
	}{
		{map[string][]string{"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": {"10:00-14:00"}},
			"Mon-Fri 09:00-18:00; Sat 10:00-14:00", "Пн-Пт 09:00-18:00; Сб 10:00-14:00"},
		{map[string][]string{"mon": day, "wed": {"09:00-13:00", "14:00-18:00"}, "fri": day, "sat": day},
			"Mon,Fri-Sat 09:00-18:00; Wed 09:00-13:00, 14:00-18:00", "Пн,Пт-Сб 09:00-18:00; Ср 09:00-13:00, 14:00-18:00"},
		{everyDayOf("00:00-24:00"), "Mon-Sun 00:00-24:00", "Пн-Нд 00:00-24:00"},
		{map[string][]string{"sun": {}}, "24/7", "24/7"},
		{nil, "24/7", "24/7"},
	} {
		require.Equal(t, row.en, FormatWeek(row.week, "en"))
		require.Equal(t, row.uk, FormatWeek(row.week, "uk"))
	}
}

// How a moment is typed.

package hours

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAMomentAsItIsTyped(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	now := time.Date(2026, 9, 9, 12, 0, 0, 0, kyiv) // a Wednesday
	for text, expected := range map[string]string{
		"2h":                 "2026-09-09 14:00",
		"45m":                "2026-09-09 12:45",
		"1h30m":              "2026-09-09 13:30",
		" 1 год 30 хв ":      "2026-09-09 13:30",
		"2Г":                 "2026-09-09 14:00",
		"90min":              "2026-09-09 13:30",
		"2d":                 "2026-09-11 12:00",
		"3 дн":               "2026-09-12 12:00",
		"9:00":               "2026-09-10 09:00",
		"12:00":              "2026-09-10 12:00",
		"12:01":              "2026-09-09 12:01",
		"о 14:00":            "2026-09-09 14:00",
		"at 14:00":           "2026-09-09 14:00",
		"today 23:59":        "2026-09-09 23:59",
		"сьогодні о 18:00":   "2026-09-09 18:00",
		"tomorrow 9:00":      "2026-09-10 09:00",
		"Завтра 9:00":        "2026-09-10 09:00",
		"завтра об 11:00":    "2026-09-10 11:00",
		"післязавтра 0:00":   "2026-09-11 00:00",
		"Mon 9:00":           "2026-09-14 09:00",
		"пн 9:00":            "2026-09-14 09:00",
		"on Monday at 9:00":  "2026-09-14 09:00",
		"у п’ятницю о 9:00":  "2026-09-11 09:00",
		"Wed 18:00":          "2026-09-09 18:00",
		"в середу о 09:00":   "2026-09-16 09:00",
		"2026-12-01 10:00":   "2026-12-01 10:00",
		"01.12.2026 10:00":   "2026-12-01 10:00",
		"1.12.2026 10:00":    "2026-12-01 10:00",
		"01.12 10:00":        "2026-12-01 10:00",
		"9.9 12:01":          "2026-09-09 12:01",
		"9.9 12:00":          "2027-09-09 12:00",
		"29.2. о 9:00":       "2028-02-29 09:00",
		"2028-02-29 о 07:30": "2028-02-29 07:30",
		"2026-09-09 12:01":   "2026-09-09 12:01",
	} {
		at, err := ParseMoment(text, now, kyiv)
		require.NoError(t, err, text)
		require.Equal(t, expected, at.Format(wallClock), text)
	}
}

func TestWhatIsWrongInAMomentIsNamed(t *testing.T) {
	now := time.Date(2026, 9, 9, 12, 0, 0, 0, time.UTC)
	for text, key := range map[string]string{
		"":                    "wrong.moment",
		"soon":                "wrong.moment",
		"о":                   "wrong.moment",
		"2x":                  "wrong.moment",
		"30.02 10:00":         "wrong.moment",
		"01.12":               "wrong.moment",
		"h":                   "wrong.moment",
		"-2h":                 "wrong.moment",
		"10000h":              "wrong.moment",
		"9":                   "wrong.moment",
		"24:00":               "wrong.moment",
		"9:60":                "wrong.moment",
		"tomorrow":            "wrong.moment",
		"Mon":                 "wrong.moment",
		"Mon 24:00":           "wrong.moment",
		"someday 9:00":        "wrong.moment",
		"2026-02-30 9:00":     "wrong.moment",
		"31.11.2026 9:00":     "wrong.moment",
		"12/01/2026 9:00":     "wrong.moment",
		"tomorrow 9:00 sharp": "wrong.moment",
		"0m":                  "wrong.moment_past",
		"today 12:00":         "wrong.moment_past",
		" 2026-09-09 12:00 ":  "wrong.moment_past",
		"01.12.2025 10:00":    "wrong.moment_past",
	} {
		_, err := ParseMoment(text, now, time.UTC)
		var refused *InputError
		require.ErrorAs(t, err, &refused, text)
		require.Equal(t, key, refused.Key, text)
		require.Contains(t, text, refused.Text)
		require.Contains(t, err.Error(), refused.Text)
	}
}

func TestAMomentThatTheClockSkipsOrShowsTwiceIsAsInACalendar(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	at, err := ParseMoment("2026-03-29 03:30", time.Date(2026, 3, 1, 0, 0, 0, 0, kyiv), kyiv)
	require.NoError(t, err)
	require.Equal(t, "2026-03-29 04:00 EEST", at.Format(wallClock+" MST"))
	at, err = ParseMoment("2026-10-25 03:30", time.Date(2026, 10, 1, 0, 0, 0, 0, kyiv), kyiv)
	require.NoError(t, err)
	require.Equal(t, "2026-10-25 03:30 EEST", at.Format(wallClock+" MST"))
	at, err = ParseMoment("3:30", time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), kyiv) // 03:00 for the second time
	require.NoError(t, err)
	require.Equal(t, "2026-10-26 03:30 EET", at.Format(wallClock+" MST"), "its first time is over")
}

func TestTheDayIsThatOfTheZone(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	at, err := ParseMoment("tomorrow 9:00", time.Date(2026, 9, 9, 21, 30, 0, 0, time.UTC), kyiv)
	require.NoError(t, err)
	require.Equal(t, "2026-09-11 09:00 EEST", at.Format(wallClock+" MST"))
}

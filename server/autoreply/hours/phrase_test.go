// How the next opening is said, and that everything this package says has a text.

package hours

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
)

func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := assets.I18n.ReadFile("i18n/hours." + language + ".json")
	require.NoError(t, err)
	all := map[string]string{}
	require.NoError(t, json.Unmarshal(data, &all))
	return all
}

func say(t *testing.T, texts map[string]string, key string, args map[string]string) string {
	t.Helper()
	text, ok := texts[key]
	require.True(t, ok, "there is no text for %s", key)
	for name, value := range args {
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	require.NotContains(t, text, "{{")
	return text
}

func TestTheNextOpeningIsSaidInBothLanguages(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	en, uk := texts(t, "en"), texts(t, "uk")
	for _, row := range []struct{ now, next, en, uk string }{
		{"2026-01-07 08:00", "", "later", "пізніше"},
		{"2026-01-07 08:00", "2026-01-07 08:00", "now", "зараз"},
		{"2026-01-07 08:00", "2026-01-07 07:00", "now", "зараз"},
		{"2026-01-07 08:00", "2026-01-07 14:00", "today at 14:00", "сьогодні о 14:00"},
		{"2026-01-07 08:00", "2026-01-07 11:00", "today at 11:00", "сьогодні об 11:00"},
		{"2026-01-07 08:00", "2026-01-07 11:30", "today at 11:30", "сьогодні об 11:30"},
		{"2026-01-07 23:59", "2026-01-08 09:00", "tomorrow at 09:00", "завтра о 09:00"},
		{"2026-01-07 00:00", "2026-01-08 11:00", "tomorrow at 11:00", "завтра об 11:00"},
		{"2026-01-07 20:00", "2026-01-09 09:00", "on Friday at 09:00", "у п’ятницю о 09:00"},
		{"2026-01-07 20:00", "2026-01-10 09:00", "on Saturday at 09:00", "в суботу о 09:00"},
		{"2026-01-07 20:00", "2026-01-11 09:00", "on Sunday at 09:00", "в неділю о 09:00"},
		{"2026-01-07 20:00", "2026-01-12 09:00", "on Monday at 09:00", "у понеділок о 09:00"},
		{"2026-01-07 20:00", "2026-01-13 11:00", "on Tuesday at 11:00", "у вівторок об 11:00"},
		{"2026-01-10 20:00", "2026-01-14 09:00", "on Wednesday at 09:00", "в середу о 09:00"},
		{"2026-01-10 20:00", "2026-01-15 09:00", "on Thursday at 09:00", "у четвер о 09:00"},
		{"2026-01-07 20:00", "2026-01-14 09:00", "on 14 January at 09:00", "14 січня о 09:00"},
		{"2026-01-01 20:00", "2026-01-12 09:00", "on 12 January at 09:00", "12 січня о 09:00"},
		{"2026-01-07 20:00", "2026-02-01 11:00", "on 1 February at 11:00", "1 лютого об 11:00"},
		{"2026-12-30 20:00", "2027-03-08 09:00", "on 8 March at 09:00", "8 березня о 09:00"},
		{"2026-01-07 20:00", "2027-01-06 09:00", "on 6 January at 09:00", "6 січня о 09:00"},
		{"2026-01-07 20:00", "2027-01-07 09:00", "on 2027-01-07 at 09:00", "07.01.2027 о 09:00"},
		{"2026-10-24 20:00", "2026-10-25 05:00", "tomorrow at 05:00", "завтра о 05:00"},
	} {
		now, err := time.ParseInLocation(wallClock, row.now, kyiv)
		require.NoError(t, err)
		next := time.Time{}
		if row.next != "" {
			next, err = time.ParseInLocation(wallClock, row.next, kyiv)
			require.NoError(t, err)
			next = next.UTC()
		}
		key, args := Phrase(now.UTC(), next, kyiv)
		require.Equal(t, row.en, say(t, en, key, args))
		require.Equal(t, row.uk, say(t, uk, key, args))
	}
}

func TestEveryOpeningWithinTwoYearsHasAPhrase(t *testing.T) {
	en, uk := texts(t, "en"), texts(t, "uk")
	now := time.Date(2026, 1, 7, 8, 0, 0, 0, time.UTC)
	said := map[string]bool{}
	for hour := range 2 * 366 * 24 {
		key, args := Phrase(now, now.Add(time.Duration(hour)*time.Hour), time.UTC)
		text := say(t, en, key, args)
		require.False(t, said[text], text)
		said[text] = true
		require.Equal(t, strings.Contains(say(t, uk, key, args), " об "), args["time"] == "11:00")
	}
}

func TestWhatIsSaidAboutWrongInputNamesIt(t *testing.T) {
	for _, language := range []string{"en", "uk"} {
		all := texts(t, language)
		for _, typed := range []string{"", "x", "x 9-18", "Mon 9", "Mon,Mon 9-18"} {
			_, err := ParseWeek(typed)
			var refused *InputError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, all[refused.Key], "{{text}}", refused.Key)
		}
		for _, typed := range []string{"", "0m"} {
			_, err := ParseMoment(typed, time.Now(), time.UTC)
			var refused *InputError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, all[refused.Key], "{{text}}", refused.Key)
		}
	}
}

func TestTheFormsThatAreNamedAreTaken(t *testing.T) {
	now := time.Date(2026, 1, 7, 8, 0, 0, 0, time.UTC)
	for _, language := range []string{"en", "uk"} {
		for key, text := range texts(t, language) {
			if !strings.HasPrefix(key, "wrong.") {
				continue
			}
			for i, form := range strings.Split(text, "`") {
				if i%2 == 0 {
					continue
				}
				var err error
				switch key {
				case "wrong.moment", "wrong.moment_past":
					_, err = ParseMoment(form, now, time.UTC)
				case "wrong.day":
					_, err = ParseWeek(form + " 9-18")
				case "wrong.interval":
					_, err = ParseWeek("Mon " + form)
				default:
					_, err = ParseWeek(form)
				}
				require.NoError(t, err, "%s %s: %s", language, key, form)
			}
		}
	}
}

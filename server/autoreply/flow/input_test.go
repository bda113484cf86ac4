// What inputs take, and in which form it is kept.

package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestInputsTakeWhatPeopleWrite(t *testing.T) {
	choices := []Texts{{"en": "Small", "uk": "Мала"}, {"en": "Big", "uk": "Ґрунтовна, об’ємна"}, {"uk": "3"}}
	for _, c := range []struct {
		in     Input
		text   string
		value  string
		refuse bool
	}{
		{in: Input{Type: InputText}, text: "  Two\nlines ", value: "Two\nlines"},
		{in: Input{Type: InputText}, text: " \n", refuse: true},
		{in: Input{Type: InputText}, text: strings.Repeat("ї", 4000), value: strings.Repeat("ї", 4000)},
		{in: Input{Type: InputText}, text: strings.Repeat("ї", 4001), refuse: true},
		{in: Input{Type: InputText}, text: "\xff\x00", refuse: true},
		{in: Input{Type: InputText}, text: "a\x00\u0085b\xff\tc", value: "ab\tc"},
		{in: Input{Type: InputText, Pattern: "a|ab"}, text: "ab", value: "ab"},
		{in: Input{Type: InputText, Pattern: "^[0-9]{14}$"}, text: "12345678901234", value: "12345678901234"},
		{in: Input{Type: InputText, Pattern: "[0-9]"}, text: "a1", refuse: true},
		{in: Input{Type: InputText, Pattern: "a"}, text: "a\na", refuse: true},
		{in: Input{Type: InputText, Pattern: "("}, text: "a", refuse: true},
		{in: Input{Type: "other"}, text: "a", value: "a"},

		{in: Input{Type: InputNumber}, text: "12", value: "12"},
		{in: Input{Type: InputNumber}, text: "-1,50", value: "-1.50"},
		{in: Input{Type: InputNumber}, text: "−1.5", value: "-1.5"},
		{in: Input{Type: InputNumber}, text: "+7", value: "7"},
		{in: Input{Type: InputNumber}, text: "1 200\u00a0000", value: "1200000"},
		{in: Input{Type: InputNumber}, text: "1,200.50", refuse: true},
		{in: Input{Type: InputNumber}, text: "1e5", refuse: true},
		{in: Input{Type: InputNumber}, text: "12 kg", refuse: true},
		{in: Input{Type: InputNumber}, text: ".5", refuse: true},
		{in: Input{Type: InputNumber}, text: "٣", refuse: true},
		{in: Input{Type: InputNumber, Pattern: "[0-9]{1,3}"}, text: "1000", refuse: true},

		{in: Input{Type: InputPhone}, text: "+38 (067) 123-45-67", value: "+380671234567"},
		{in: Input{Type: InputPhone}, text: "380671234567", value: "+380671234567"},
		{in: Input{Type: InputPhone}, text: "00380671234567", value: "+380671234567"},
		{in: Input{Type: InputPhone}, text: "067 123 45 67", value: "0671234567"},
		{in: Input{Type: InputPhone}, text: "1234567", value: "+1234567"},
		{in: Input{Type: InputPhone}, text: "123456", refuse: true},
		{in: Input{Type: InputPhone}, text: "1234567890123456", refuse: true},
		{in: Input{Type: InputPhone}, text: "call me", refuse: true},
		{in: Input{Type: InputPhone}, text: "+38+0671234567", refuse: true},

		{in: Input{Type: InputEmail}, text: "olena.k+1@example.com.ua", value: "olena.k+1@example.com.ua"},
		{in: Input{Type: InputEmail}, text: "олена@пошта.укр", value: "олена@пошта.укр"},
		{in: Input{Type: InputEmail}, text: "olena@example", refuse: true},
		{in: Input{Type: InputEmail}, text: "olena@example..com", refuse: true},
		{in: Input{Type: InputEmail}, text: "a b@example.com", refuse: true},
		{in: Input{Type: InputEmail}, text: "Olena <olena@example.com>", refuse: true},
		{in: Input{Type: InputEmail}, text: strings.Repeat("a", 250) + "@b.cd", refuse: true},

		{in: Input{Type: InputDate}, text: "2026-12-01", value: "2026-12-01"},
		{in: Input{Type: InputDate}, text: "01.12.2026", value: "2026-12-01"},
		{in: Input{Type: InputDate}, text: "1.2.1985", value: "1985-02-01"},
		{in: Input{Type: InputDate}, text: "1.12", value: "2026-12-01"},
		{in: Input{Type: InputDate}, text: "30.11.", value: "2027-11-30"},
		{in: Input{Type: InputDate}, text: "29.2", value: "2028-02-29"},
		{in: Input{Type: InputDate}, text: "29.02.2026", refuse: true},
		{in: Input{Type: InputDate}, text: "31.4", refuse: true},
		{in: Input{Type: InputDate}, text: "0.1", refuse: true},
		{in: Input{Type: InputDate}, text: "12/01/2026", refuse: true},
		{in: Input{Type: InputDate}, text: "0001-01-01", refuse: true},
		{in: Input{Type: InputDate}, text: "tomorrow", refuse: true},

		{in: Input{Type: InputChoice, Choices: choices}, text: "МАЛА", value: "Мала"},
		{in: Input{Type: InputChoice, Choices: choices}, text: "small!", value: "Small"},
		{in: Input{Type: InputChoice, Choices: choices}, text: "грунтовна, об'ємна", value: "Ґрунтовна, об’ємна"},
		{in: Input{Type: InputChoice, Choices: choices}, text: "1", value: "Мала"},
		{in: Input{Type: InputChoice, Choices: choices}, text: "2)", value: "Ґрунтовна, об’ємна"},
		{in: Input{Type: InputChoice, Choices: choices}, text: "3", value: "3"},
		{in: Input{Type: InputChoice, Choices: choices}, text: "4", refuse: true},
		{in: Input{Type: InputChoice, Choices: choices}, text: "0", refuse: true},
		{in: Input{Type: InputChoice, Choices: choices}, text: "smal", refuse: true},
		{in: Input{Type: InputChoice, Choices: choices}, text: "!", refuse: true},
	} {
		value, ok := c.in.take(Happening{Text: c.text, Language: "uk-UA"}, now)
		require.Equal(t, !c.refuse, ok, "%s: %q", c.in.Type, c.text)
		if ok {
			require.Equal(t, c.value, value, "%s: %q", c.in.Type, c.text)
		}
	}
}

func TestAnInputTakesWhatWasShared(t *testing.T) {
	value, ok := (&Input{Type: InputPhone}).take(Happening{Shared: "380671234567"}, now)
	require.True(t, ok)
	require.Equal(t, "+380671234567", value)
	value, ok = (&Input{Type: InputText}).take(Happening{Shared: "50.45,30.52"}, now)
	require.True(t, ok)
	require.Equal(t, "50.45,30.52", value)
}

func TestADayWithoutAYearIsTheNextOneWhereTheClockIs(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	late := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[*time.Location]string{time.UTC: "2026-12-31", kyiv: "2027-12-31"} {
		value, ok := date("31.12", late.In(zone))
		require.True(t, ok)
		require.Equal(t, want, value)
	}
}

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"Обʼєкт", "об'єкт", "ОБ’ЄКТ", "об`єкт", "об´єкт", " об‘єкт\u200b "},
		{"ґанок", "ГАНОК", "Ганок"},
		{"ёлка", "ЕЛКА", "е\u0308лка"},
		{"Мій їжак", "мій  їжак", "МІЙ\tЇЖАК", "міи\u0306 і\u0308жак"},
		{"❤️", "❤"},
	} {
		for _, text := range same {
			require.Equal(t, Fold(same[0]), Fold(text), "%q", text)
		}
	}
	for _, different := range [][2]string{{"й", "и"}, {"ї", "і"}, {"є", "е"}, {"кіт", "кит"}, {"a b", "ab"}} {
		require.NotEqual(t, Fold(different[0]), Fold(different[1]))
	}
	require.Equal(t, Fold("Ґ’Ё"), Fold(Fold("Ґ’Ё")))
}

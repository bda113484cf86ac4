// Data of buttons, lists of options, and texts with their languages and placeholders.

package flow

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

func TestDataFindsItsTargetAndIsShort(t *testing.T) {
	longFlow, longStep := strings.Repeat("f", 20), strings.Repeat("s", 32)
	for _, c := range []struct {
		flow, step string
		button     Button
		data       string
		target     Target
	}{
		{"parcel", "main", Button{Do: DoGo, Value: "track"}, "g:parcel:track", Target{DoGo, "parcel", "track"}},
		{"parcel", "main", Button{Do: DoPhone, Value: "next"}, "p:parcel:next", Target{DoPhone, "parcel", "next"}},
		{"parcel", "main", Button{Do: DoLocation, Value: "next"}, "l:parcel:next", Target{DoLocation, "parcel", "next"}},
		{"parcel", "main", Button{Do: DoBack}, "b:parcel:main", Target{DoBack, "parcel", "main"}},
		{"parcel", "main", Button{Do: DoMenu}, "m:parcel", Target{DoMenu, "parcel", ""}},
		{"parcel", "main", Button{Do: DoHandover}, "h", Target{Do: DoHandover}},
		{"parcel", "main", Button{Do: DoURL, Value: "https://a"}, "", Target{}},
		{"", "", Button{Do: DoGo, Value: "parcel/track"}, "g:parcel:track", Target{DoGo, "parcel", "track"}},
		{"", "", Button{Do: DoGo, Value: "parcel"}, "g:parcel:", Target{DoGo, "parcel", ""}},
		{"", "", Button{Do: DoHandover}, "h", Target{Do: DoHandover}},
		{longFlow, longStep, Button{Do: DoGo, Value: longStep}, "g:" + longFlow + ":" + longStep, Target{DoGo, longFlow, longStep}},
		{longFlow, longStep, Button{Do: DoBack}, "b:" + longFlow + ":" + longStep, Target{DoBack, longFlow, longStep}},
	} {
		data := Data(c.flow, c.step, c.button)
		require.Equal(t, c.data, data)
		require.LessOrEqual(t, len(data), 64)
		target, ok := ParseData(data)
		require.Equal(t, data != "", ok)
		require.Equal(t, c.target, target)
	}
}

func TestWhatDataDoesNotMakeIsNoTarget(t *testing.T) {
	for _, data := range []string{"", "g", "g:", "g:a", "g:a:b:c", "x:a:b", "h:a", "m", "m:a:b", "g:A:b", "g:a:b c", "g:a:" + strings.Repeat("s", 33), "g:" + strings.Repeat("f", 21) + ":a", "g:a:b\n", "G:a:b", "g::b", "b::a"} {
		_, ok := ParseData(data)
		require.False(t, ok, data)
	}
}

func TestParseDataTakesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ghblmpx]?(:[a-zA-Z0-9_-]{0,33}){0,3}`)).Draw(t, "data")
		target, ok := ParseData(data)
		if !ok {
			require.Equal(t, Target{}, target)
			return
		}
		value := target.Step
		require.Equal(t, data, Data(target.Flow, target.Step, Button{Do: target.Do, Value: value}))
		require.LessOrEqual(t, len(data), 64)
	})
}

func TestPick(t *testing.T) {
	all := Texts{"uk": "у", "en": "e", "pt-BR": "b", "de": "d"}
	for _, c := range []struct {
		texts     Texts
		languages []string
		want      string
	}{
		{all, []string{"uk"}, "uk"},
		{all, []string{"uk-UA"}, "uk"},
		{all, []string{"UK_ua"}, "uk"},
		{all, []string{"pl", "de"}, "de"},
		{all, []string{"", "de"}, "de"},
		{all, []string{"pt"}, "pt-BR"},
		{all, []string{"pt-br"}, "pt-BR"},
		{all, []string{"pt-PT"}, "pt-BR"},
		{all, []string{"pl", ""}, "en"},
		{all, nil, "en"},
		{Texts{"uk": "у", "de": "d"}, []string{"pl"}, "de"},
		{nil, []string{"uk"}, ""},
	} {
		text, language := Pick(c.texts, c.languages...)
		require.Equal(t, c.want, language, "%v", c.languages)
		require.Equal(t, c.texts[c.want], text)
	}
}

func TestValuesOfPlaceholdersAreLiteral(t *testing.T) {
	for _, name := range []string{"*Оля*", "_a_ __b__ ~~c~~ `d`", "<b>", "# x", "> y", "- z", "1. w", "[a](b)", "{{field.x}}", "$1 \\1", "a\nb", "&amp;"} {
		values := func(placeholder string) (string, bool) {
			value, ok := map[string]string{"customer.first_name": name, "field.x": "1"}[placeholder]
			return value, ok
		}
		shown := richtext.FromMarkdown(Fill("**Hi** {{customer.first_name}}, {{ field.x }}{{http.gone}}!", values), richtext.Options{})
		require.Equal(t, "Hi "+name+", 1!", shown.Plain)
		require.Len(t, shown.Spans, 1)
	}
	none := func(string) (string, bool) { return "", false }
	require.Equal(t, "{{ a { b }} {x}", Fill("{{ a { b }} {x}", none))
	require.Equal(t, "Hi @\u2060all", Fill("Hi {{x}}", func(string) (string, bool) { return "@all", true }))
}

func TestPlaceholders(t *testing.T) {
	require.Equal(t, []string{"a.b", "", "c d", "e"}, Placeholders("{{a.b}} {{}} {{ c d }} {{a.b}} {{{e}}} {{f\n}} {{g"))
	require.Empty(t, Placeholders("none"))
}

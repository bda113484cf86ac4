// Tests of keyboards: what is refused of them, what customers see and what their presses send.

package vibertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// keyboardOf is the fields of a text with a keyboard of these buttons, at an API version.
func keyboardOf(version int, buttons ...string) string {
	return fmt.Sprintf(`"type":"text","text":"choose","min_api_version":%d,"keyboard":{"Type":"keyboard","Buttons":[%s]}`,
		version, strings.Join(buttons, ","))
}

func TestCase64AKeyboardNeedsTheVersionOfItsFieldsAndFits(t *testing.T) {
	const plain = `{"ActionBody":"1","Text":"One"}`
	field := func(version int, name, value string) string {
		return fmt.Sprintf(`"type":"text","text":"hi","min_api_version":%d,"keyboard":{"Type":"keyboard",%q:%s,"Buttons":[%s]}`,
			version, name, value, plain)
	}
	tall := `{"ActionBody":"1","Text":"One","Rows":2}`
	for fields, why := range map[string]string{
		field(3, "InputFieldState", `"regular"`):                                      "a min_api_version of 4",
		field(2, "CustomDefaultHeight", "50"):                                         "a min_api_version of 3",
		keyboardOf(5, `{"ActionBody":"1","Text":"One","TextShouldFit":true}`):         "a min_api_version of 6",
		keyboardOf(6, `{"ActionBody":"1"}`):                                           "shows nothing",
		keyboardOf(6, `{"ActionType":"open-url","ActionBody":"","Text":"A"}`):         "no address",
		keyboardOf(6, `{"ActionType":"open-url","ActionBody":"https://","Text":"A"}`): "no address",
		keyboardOf(6, strings.Split(strings.Repeat(plain+";", 24)+plain, ";")...):     "25 rows",
		keyboardOf(6, strings.Split(strings.Repeat(tall+";", 12)+plain, ";")...):      "25 rows",
	} {
		h := newHook(t, ok)
		s, b, c := connected(t, h)
		c.Says("hello")
		_, status := api(t, s, b.Token, "send_message", body(c.ID, fields))
		require.Equal(t, statusBadData, status, fields)
		require.Len(t, s.Violations(), 1)
		require.Contains(t, s.Violations()[0], why)
	}
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	c.Says("hello")
	half := `{"ActionBody":"1","Text":"One","Columns":3}`
	for _, fields := range []string{
		field(4, "InputFieldState", `"regular"`),
		keyboardOf(1, `{"ActionType":"open-url","ActionBody":"www.example.com","Text":"A"}`),
		keyboardOf(1, strings.Split(strings.Repeat(half+";", 47)+half, ";")...),
		keyboardOf(1, strings.Split(strings.Repeat(tall+";", 11)+tall, ";")...),
	} {
		_, status := api(t, s, b.Token, "send_message", body(c.ID, fields))
		require.Zero(t, status, s.Violations())
	}
}

func TestAKeyboardIsSeenUntilAMessageWithoutOne(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	c.Says("hello")
	require.Nil(t, c.Buttons())
	send := func(fields string) {
		t.Helper()
		_, status := api(t, s, b.Token, "send_message", body(c.ID, fields))
		require.Zero(t, status, s.Violations())
	}
	send(keyboardOf(6,
		`{"ActionBody":"a","Text":"<b>Ціни</b> &amp; <font color=\"#ffffff\">умови</font>","Columns":4,"Silent":true}`,
		`{"ActionBody":"b","Text":"1 &lt; 2","Columns":2}`,
		`{"ActionType":"none","ActionBody":"-","Text":"Меню","Columns":4}`,
		`{"ActionType":"open-url","ActionBody":"https://example.com","Text":"Сайт","Columns":3}`,
	))
	require.Equal(t, [][]Button{
		{{Label: "Ціни & умови", Action: "reply", Body: "a", Silent: true}, {Label: "1 < 2", Action: "reply", Body: "b"}},
		{{Label: "Меню", Action: "none", Body: "-"}},
		{{Label: "Сайт", Action: "open-url", Body: "https://example.com"}},
	}, c.Buttons())
	c.Says("hm")
	require.Len(t, c.Buttons(), 3, "what he writes hides nothing")
	send(`"type":"text","text":"bye"`)
	require.Nil(t, c.Buttons())
	require.Len(t, c.Chat()[1].Buttons, 3)
	send(keyboardOf(5, `{"ActionBody":"a","Text":"A","Silent":true}`))
	require.False(t, c.Buttons()[0][0].Silent, "clients heed it from version 6 on")
}

func TestPressesSendWhatTheirButtonsAreFor(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	c.Says("hello")
	_, status := api(t, s, b.Token, "send_message", body(c.ID, keyboardOf(6,
		`{"ActionBody":"a","Text":"Тихо","Silent":true}`, `{"ActionBody":"b","Text":"Гучно"}`,
		`{"ActionType":"open-url","ActionBody":"https://example.com","Text":"Сайт"}`,
		`{"ActionType":"share-phone","ActionBody":"p","Text":"Номер"}`,
		`{"ActionType":"location-picker","ActionBody":"l","Text":"Місце"}`, `{"ActionType":"none","ActionBody":"-","Text":"Меню"}`,
	)))
	require.Zero(t, status, s.Violations())
	text := func(text string) map[string]any { return map[string]any{"type": "text", "text": text} }
	contact := map[string]any{"type": "contact", "contact": map[string]any{"name": c.Name, "phone_number": "+380670000001"}}
	place := map[string]any{"type": "location", "location": map[string]any{"lat": 50.45, "lon": 30.5}}
	for name, p := range map[string]struct {
		does func() string
		want map[string]any
		line string
		// lines are how many the press leaves in the chat.
		lines int
	}{
		"silent":  {func() string { return c.PressesButton("Тихо") }, text("a"), "", 0},
		"aloud":   {func() string { return c.PressesButton("Гучно") }, text("b"), "Гучно", 1},
		"address": {func() string { return c.PressesButton("Сайт") }, text("https://example.com"), "https://example.com", 1},
		"number":  {func() string { return c.PressesButton("Номер") }, contact, "", 1},
		"shares":  {c.SharesPhone, contact, "", 1},
		"place":   {func() string { return c.SharesLocation(50.45, 30.5) }, place, "", 1},
	} {
		before := len(c.Chat())
		require.NotEmpty(t, p.does(), name)
		require.Equal(t, p.want, told(t, s), name)
		chat := c.Chat()
		require.Len(t, chat, before+p.lines, name)
		if p.lines > 0 {
			require.Equal(t, p.line, chat[len(chat)-1].Text, name)
		}
	}
	before := len(s.Callbacks("message"))
	require.Empty(t, c.PressesButton("Меню"))
	delivered(t, s)
	require.Len(t, s.Callbacks("message"), before)
	for name, wrong := range map[string]func(){
		"no such button": func() { c.PressesButton("Немає") }, "a place by its label": func() { c.PressesButton("Місце") },
	} {
		require.Panics(t, wrong, name)
	}
	require.Empty(t, s.Violations())
	_, status = api(t, s, b.Token, "send_message", body(c.ID, `"type":"text","text":"bye"`))
	require.Zero(t, status)
	require.Panics(t, func() { c.SharesPhone() })
	require.Panics(t, func() { c.SharesLocation(1, 2) })
}

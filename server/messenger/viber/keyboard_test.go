// Tests of keyboards: how buttons are shown, and what comes back when they are pressed.

package viber_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/viber/vibertest"
)

var (
	prices = messenger.Button{Label: "Ціни & <умови>", Data: "g:shop:prices"}
	human  = messenger.Button{Label: "Людина", Data: "h"}
	site   = messenger.Button{Label: "Сайт", URL: "https://example.com/a?b=1&c=2"}
	phone  = messenger.Button{Label: "Мій номер", Data: "p:shop:called", AsksPhone: true}
	here   = messenger.Button{Label: "Де я", Data: "l:shop:found", AsksLocation: true}
)

// offers sends a text with buttons.
func (s *scene) offers(t *testing.T, rows ...[]messenger.Button) error {
	t.Helper()
	out := s.message("Що саме?")
	out.Buttons = rows
	_, err := s.post(t, out)
	return err
}

// labels are those of the keyboard that the customer sees.
func (s *scene) labels() [][]string {
	var rows [][]string
	for _, row := range s.customer.Buttons() {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Label)
		}
		rows = append(rows, labels)
	}
	return rows
}

// last is what Viber told last, decoded.
func (s *scene) last(t *testing.T) messenger.Event {
	t.Helper()
	events := s.events(t)
	return events[len(events)-1]
}

func TestCase64AKeyboardHasItsTypeAndTheVersionThatItsButtonsNeed(t *testing.T) {
	s := newChat(t)
	require.NoError(t, s.offers(t, []messenger.Button{prices, human}, []messenger.Button{site}, []messenger.Button{phone, here}))
	require.Equal(t, [][]string{{prices.Label, "Людина"}, {"Сайт"}, {"Мій номер", "Де я"}}, s.labels())
	var sent struct {
		MinAPIVersion int `json:"min_api_version"`
		Keyboard      struct {
			Type, InputFieldState string
			Buttons               []struct {
				Columns                int
				ActionType, ActionBody string
				Silent                 bool
			}
		} `json:"keyboard"`
	}
	require.NoError(t, json.Unmarshal(s.Calls("send_message")[0].Body, &sent))
	require.Equal(t, []any{"keyboard", "regular", 6}, []any{sent.Keyboard.Type, sent.Keyboard.InputFieldState, sent.MinAPIVersion})
	var buttons []string
	for _, b := range sent.Keyboard.Buttons {
		require.NotEmpty(t, b.ActionBody)
		buttons = append(buttons, fmt.Sprintf("%d %s %t", b.Columns, b.ActionType, b.Silent))
	}
	require.Equal(t, []string{
		"3 reply true", "3 reply true", "6 open-url true", "3 share-phone false", "3 location-picker false",
	}, buttons)

	require.NoError(t, s.offers(t))
	require.Empty(t, s.labels(), "a message without buttons hides the last")
	require.NotContains(t, string(s.Calls("send_message")[1].Body), "keyboard")
	require.Contains(t, string(s.Calls("send_message")[1].Body), `"min_api_version":1`)
	require.Empty(t, s.Violations())
}

func TestAPressBringsBackItsDataAndLabelAndLeavesNothingInTheChat(t *testing.T) {
	s := newChat(t)
	require.NoError(t, s.offers(t, []messenger.Button{prices}))
	before := len(s.customer.Chat())
	token := s.customer.PressesButton(prices.Label)
	e := s.last(t)
	require.Equal(t, messenger.EventPressed, e.Kind)
	require.Equal(t, token, e.ExternalID)
	require.Equal(t, &messenger.Press{Data: prices.Data, Label: prices.Label}, e.Press)
	require.Empty(t, e.Text.Plain)
	require.Equal(t, s.customer.ID, e.From.ID)
	require.Len(t, s.customer.Chat(), before)
}

func TestCase46ALongCyrillicLabelHasAShortKey(t *testing.T) {
	s := newChat(t)
	long := messenger.Button{Label: strings.Repeat("Відстежити посилку ", 13), Data: strings.Repeat("d", 64)}
	require.NoError(t, s.offers(t, []messenger.Button{long}))
	s.customer.PressesButton(long.Label)
	require.Equal(t, long.Data, s.last(t).Press.Data)
	require.Empty(t, s.Violations())
}

func TestALabelOverTheLimitEndsInAnEllipsis(t *testing.T) {
	s := newChat(t)
	for label, want := range map[string]string{
		strings.Repeat("щ", 250):       strings.Repeat("щ", 250),
		strings.Repeat("щ", 251):       strings.Repeat("щ", 249) + "…",
		strings.Repeat("щ", 248) + "<": strings.Repeat("щ", 248) + "…",
		"a\x00b":                       "ab",
	} {
		require.NoError(t, s.offers(t, []messenger.Button{{Label: label, Data: "d"}}))
		require.Equal(t, [][]string{{want}}, s.labels())
	}
	require.Empty(t, s.Violations())
}

func TestOnlyWhatAButtonSendsIsAPress(t *testing.T) {
	s := newChat(t)
	for text, data := range map[string]string{
		"msgbot:g:shop:main": "g:shop:main", "msgbot:h\nЛюдина\nдва": "h", "msgbot:": "", "msgbot:\nx": "", "Msgbot:h": "", "a msgbot:h": "",
	} {
		s.customer.Says(text)
		e := s.last(t)
		if data == "" {
			require.Equal(t, messenger.EventMessage, e.Kind, text)
			require.Equal(t, text, e.Text.Plain)
			continue
		}
		require.Equal(t, messenger.EventPressed, e.Kind, text)
		require.Equal(t, data, e.Press.Data)
	}
}

func TestAnOpenedAddressIsNoMessage(t *testing.T) {
	s := newChat(t)
	require.NoError(t, s.offers(t, []messenger.Button{site, prices}))
	s.customer.PressesButton(site.Label)
	e := s.last(t)
	require.Equal(t, messenger.EventIgnored, e.Kind)
	require.Equal(t, "opened_link", e.Reason)
	s.customer.Says("https://example.com/other")
	require.Equal(t, messenger.EventMessage, s.last(t).Kind)
	require.NoError(t, s.offers(t, []messenger.Button{prices}))
	s.customer.Says(site.URL)
	require.Equal(t, messenger.EventMessage, s.last(t).Kind, "the button is gone: he wrote it himself")
	require.Empty(t, s.Violations())
}

func TestWhatACustomerSharesIsTold(t *testing.T) {
	s := newChat(t)
	require.NoError(t, s.offers(t, []messenger.Button{phone}, []messenger.Button{here}))
	s.customer.SharesPhone()
	e := s.last(t)
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, s.customer.Phone, e.Shared)
	require.Equal(t, "contact", e.Labels[0].Key)
	s.customer.SharesLocation(50.45, -30.520001)
	require.Equal(t, "50.45,-30.520001", s.last(t).Shared)
	s.customer.SendsContact("Іван", "")
	require.Empty(t, s.last(t).Shared)
	s.customer.Says("+380441234567")
	require.Empty(t, s.last(t).Shared)
}

func TestButtonsStandBelowFilesAndInTheWelcome(t *testing.T) {
	s := newChat(t)
	for kind, name := range map[messenger.FileKind]string{
		messenger.Photo: "a.png", messenger.Video: "a.mp4", messenger.Document: "a.pdf",
	} {
		out := s.messageWith(t, kind, name, "")
		out.Buttons = [][]messenger.Button{{prices}}
		_, err := s.post(t, out)
		require.NoError(t, err)
		require.Equal(t, [][]string{{prices.Label}}, s.labels())
		_, err = s.post(t, s.message("далі"))
		require.NoError(t, err)
	}
	welcome := s.message("Вітаємо!")
	welcome.Buttons = [][]messenger.Button{{human}, {phone}}
	var err error
	s.welcome, err = s.client.Welcome(welcome)
	require.NoError(t, err)
	s.customer.Opens("")
	s.settled(t)
	require.Equal(t, [][]string{{"Людина"}, {"Мій номер"}}, s.labels())
	require.Empty(t, s.Violations())
}

func TestButtonsAreLaidOutWithinTheLimitsOfAKeyboard(t *testing.T) {
	row := func(n int) []messenger.Button {
		var buttons []messenger.Button
		for i := range n {
			buttons = append(buttons, messenger.Button{Label: fmt.Sprint(i), Data: "d"})
		}
		return buttons
	}
	single := func(n int) (rows [][]messenger.Button) {
		for _, b := range row(n) {
			rows = append(rows, []messenger.Button{b})
		}
		return rows
	}
	for name, c := range map[string]struct {
		rows [][]messenger.Button
		want []int // how many buttons each row has
	}{
		"as they stand": {[][]messenger.Button{row(1), row(2), row(3), row(4), row(5), row(6)}, []int{1, 2, 3, 4, 5, 6}},
		"a long row":    {[][]messenger.Button{row(8)}, []int{6, 2}},
		"no buttons":    {[][]messenger.Button{{}, row(1), {}}, []int{1}},
		"most rows":     {single(24), repeated(1, 24)},
		"more rows":     {single(30), repeated(2, 15)},
		"a hundred":     {single(100), repeated(5, 20)},
		"most of all":   {single(144), repeated(6, 24)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newChat(t)
			require.NoError(t, s.offers(t, c.rows...))
			var got []int
			for _, row := range s.customer.Buttons() {
				got = append(got, len(row))
			}
			require.Equal(t, c.want, got)
			require.Empty(t, s.Violations())
		})
	}
	s := newChat(t)
	require.Equal(t, messenger.Rejected, messenger.AsError(s.offers(t, single(145)...)).Class)
	require.Len(t, s.Calls("send_message"), 0)
}

func repeated(n, times int) (all []int) {
	for range times {
		all = append(all, n)
	}
	return all
}

func TestWhatIsTooLongTogetherIsRejectedWithoutACall(t *testing.T) {
	s := newChat(t, vibertest.WithoutMediaFetch())
	out := s.message(strings.Repeat("😀", 7000))
	for range 24 {
		out.Buttons = append(out.Buttons, []messenger.Button{{Label: strings.Repeat("щ", 30), Data: "d"}})
	}
	_, err := s.post(t, out)
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	_, err = s.client.Welcome(out)
	require.Equal(t, messenger.Rejected, messenger.AsError(err).Class)
	require.Empty(t, s.Calls("send_message"))
	out.Buttons = nil
	_, err = s.post(t, out)
	require.NoError(t, err)
	require.Empty(t, s.Violations())
}

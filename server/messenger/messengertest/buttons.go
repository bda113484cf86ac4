// The suite's statements on buttons.

package messengertest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

// offer sends a text with buttons to the customer and returns its id.
func (s *stage) offer(chat messenger.Chat, rows ...[]messenger.Button) string {
	s.t.Helper()
	out := outgoing(chat, richtext.Plain("що саме?"))
	out.Buttons = rows
	ids, err := s.messenger.Send(s.ctx(), out)
	require.NoError(s.t, err)
	require.Len(s.t, ids, 1)
	return ids[0]
}

// keyboard is the emulator as the customer's buttons.
func (s *stage) keyboard() Keyboards { return s.Emulator.(Keyboards) }

// brought is the event of the next update.
func (s *stage) brought() messenger.Event {
	s.t.Helper()
	_, u := s.next()
	e, err := s.messenger.Decode(u.Raw)
	require.NoError(s.t, err)
	return e
}

func testPress(t *testing.T, s *stage) {
	chat := s.met()
	rows := [][]messenger.Button{
		{{Label: "Ціни", Data: "g:shop:prices"}, {Label: "A & <b>", Data: "h"}},
		{{Label: strings.Repeat("Довгий підпис ", 5) + "!", Data: strings.Repeat("d", 64)}},
	}
	s.offer(chat, rows...)
	var want [][]string
	for _, row := range rows {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Label)
		}
		want = append(want, labels)
	}
	require.Equal(t, want, s.keyboard().Buttons())
	for _, b := range []messenger.Button{rows[0][0], rows[0][1], rows[1][0]} {
		s.keyboard().Press(b.Label)
		e := s.brought()
		require.Equal(t, messenger.EventPressed, e.Kind)
		require.Equal(t, chat, e.Chat)
		require.Equal(t, s.Emulator.Customer().ID, e.From.ID)
		require.NotNil(t, e.Press)
		require.Equal(t, b.Data, e.Press.Data)
		require.Contains(t, []string{"", b.Label}, e.Press.Label)
		a, acknowledges := s.messenger.(messenger.Acknowledger)
		require.Equal(t, acknowledges, e.Press.ID != "", "what can be acknowledged has an id")
		if acknowledges {
			require.NoError(t, a.Acknowledge(s.ctx(), e.Press.ID, ""))
		}
	}
	require.Equal(t, []string{"що саме?"}, s.Emulator.Seen())
}

func testLabelWritten(t *testing.T, s *stage) {
	chat := s.met()
	s.offer(chat, []messenger.Button{{Label: "Ціни", Data: "g:shop:prices"}})
	_, _, e := s.customerWrites("Ціни")
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, "Ціни", e.Text.Plain)
	require.Nil(t, e.Press)
	require.Empty(t, e.Shared)
}

func testAddress(t *testing.T, s *stage) {
	chat := s.met()
	s.offer(chat, []messenger.Button{{Label: "Сайт", URL: "https://example.com/a?b=1&c=2"}, {Label: "Ні", Data: "n"}})
	require.Equal(t, [][]string{{"Сайт", "Ні"}}, s.keyboard().Buttons())
}

func testShare(t *testing.T, s *stage) {
	chat := s.met()
	s.offer(chat, []messenger.Button{{Label: "Мій номер", Data: "p:shop:called", AsksPhone: true}},
		[]messenger.Button{{Label: "Де я", Data: "l:shop:found", AsksLocation: true}, {Label: "Ні", Data: "n"}})
	require.Equal(t, [][]string{{"Мій номер"}, {"Де я", "Ні"}}, s.keyboard().Buttons())
	number := s.keyboard().SharePhone()
	e := s.brought()
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, number, e.Shared)
	require.NotEmpty(t, e.Labels, "the team reads it too")
	s.keyboard().ShareLocation(50.45, -30.5234)
	require.Equal(t, "50.45,-30.5234", s.brought().Shared)
}

func testRemoveKeyboard(t *testing.T, s *stage) {
	chat := s.met()
	id := s.offer(chat, []messenger.Button{{Label: "Ціни", Data: "g:shop:prices"}})
	for range 2 {
		require.NoError(t, s.messenger.(messenger.KeyboardRemover).RemoveKeyboard(s.ctx(), chat, id))
		require.Empty(t, s.keyboard().Buttons())
	}
	require.Equal(t, []string{"що саме?"}, s.Emulator.Seen())
}

// The suite's statements on what the messenger brings: authenticity, taking apart, decoding.

package messengertest

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func testInbound(t *testing.T, s *stage) {
	s.connected()
	const text = "Привіт! *2 * 2* = 4 👍🏽"
	_, u, e := s.customerWrites(text)
	require.NotEmpty(t, u.EventID)
	require.NotEmpty(t, u.Lane)
	require.Empty(t, u.Undecodable)
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, text, e.Text.Plain)
	require.NotEmpty(t, e.ExternalID)
	require.WithinDuration(t, time.Now(), e.At, time.Minute)
	require.Equal(t, messenger.Private, e.Chat.Kind)
	want := s.Emulator.Customer()
	require.Equal(t, want.ID, e.From.ID)
	require.Equal(t, want.Name, e.From.Name)
	require.Equal(t, want.Language, e.From.Language)
	_, err := s.send(s.messenger, e.Chat, "the chat of an event can be answered")
	require.NoError(t, err)
}

func testLane(t *testing.T, s *stage) {
	s.connected()
	_, first, one := s.customerWrites("one")
	_, second, two := s.customerWrites("two")
	require.Equal(t, first.Lane, second.Lane)
	require.Equal(t, one.Chat, two.Chat)
	require.NotEqual(t, first.EventID, second.EventID)
	require.NotEqual(t, one.ExternalID, two.ExternalID)
	require.Equal(t, []string{"one", "two"}, []string{one.Text.Plain, two.Text.Plain})
}

func testRedelivery(t *testing.T, s *stage) {
	s.connected()
	_, first, _ := s.customerWrites("once")
	s.Emulator.Redeliver()
	_, again := s.next()
	require.Equal(t, first.EventID, again.EventID)
	require.Equal(t, first.Lane, again.Lane)
}

func testForged(t *testing.T, s *stage) {
	s.connected()
	r, _, _ := s.customerWrites("genuine")
	require.True(t, s.messenger.Authentic(r.again(), r.body, secret))

	forged := r.again()
	s.Forge(forged.Header)
	require.False(t, s.messenger.Authentic(forged, r.body, secret))

	bare := r.again()
	bare.Header = nil
	require.False(t, s.messenger.Authentic(bare, r.body, secret))
	require.False(t, s.messenger.Authentic(bare, r.body, ""), "nothing must not match nothing")
	require.False(t, s.messenger.Authentic(bare, nil, ""))
}

func testUnknownFields(t *testing.T, s *stage) {
	s.connected()
	r, u, e := s.customerWrites("known")
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(r.body, &fields))
	for name, value := range fields {
		if trimmed := bytes.TrimSpace(value); len(trimmed) > 0 && trimmed[0] == '{' {
			fields[name] = append([]byte(`{"of_tomorrow":[{"a":1}],`), trimmed[1:]...)
		}
	}
	fields["of_tomorrow"] = json.RawMessage(`{"deep":{"er":[1,"two",null]}}`)
	body, err := json.Marshal(fields)
	require.NoError(t, err)
	d, err := s.messenger.Split(body)
	require.NoError(t, err)
	require.Len(t, d.Updates, 1)
	require.Empty(t, d.Updates[0].Undecodable)
	require.Equal(t, u.EventID, d.Updates[0].EventID)
	got, err := s.messenger.Decode(d.Updates[0].Raw)
	require.NoError(t, err)
	require.Equal(t, e, got)
}

func testBrokenJSON(t *testing.T, s *stage) {
	s.connected()
	r, _, _ := s.customerWrites("whole")
	deep := bytes.Repeat([]byte(`{"a":[`), 100_000)
	for name, body := range map[string][]byte{
		"empty": nil, "cut": r.body[:len(r.body)-2], "trailing": append(bytes.Clone(r.body), "}}"...), "html": []byte("<html>"), "deep": deep,
	} {
		_, err := s.messenger.Split(body)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "whole", "the body is in the error")
	}
}

func testWrongType(t *testing.T, s *stage) {
	bodies := map[string][]byte{"the adapter's": s.WrongType, "an array": []byte(`[1]`), "a number": []byte(`5`), "null": []byte(`null`)}
	ids := map[string]bool{}
	for name, body := range bodies {
		d, err := s.messenger.Split(body)
		require.NoError(t, err, name)
		require.Len(t, d.Updates, 1, name)
		u := d.Updates[0]
		require.NotEmpty(t, u.Undecodable, name)
		require.Equal(t, body, u.Raw, name)
		require.NotEmpty(t, u.EventID, name)
		ids[u.EventID] = true
		again, err := s.messenger.Split(body)
		require.NoError(t, err)
		require.Equal(t, u.EventID, again.Updates[0].EventID, "a redelivery must be known again")
	}
	require.Len(t, ids, len(bodies))
}

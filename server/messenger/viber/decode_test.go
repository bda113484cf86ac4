// Tests of decoding: whole events, and no body that breaks the adapter.

package viber

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

func newTestClient(t testing.TB) *Client {
	c, err := New(messenger.Options{Token: "token", BaseURL: "http://127.0.0.1:1"})
	require.NoError(t, err)
	return c
}

func wrapped(message string) []byte {
	return []byte(`{"event":"message","timestamp":1457764197627,"message_token":4912661846655238145,` +
		`"sender":{"id":"01/234+567=","name":"Olena","avatar":"https://a.example/o.jpg","country":"UA","language":"uk","api_version":1},` +
		`"message":` + message + `,"silent":false}`)
}

func TestAMessageIsDecodedWhole(t *testing.T) {
	e, err := newTestClient(t).Decode(wrapped(`{"type":"text","text":"Привіт\n👍🏽","tracking_data":"x"}`))
	require.NoError(t, err)
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, time.Date(2016, 3, 12, 6, 29, 57, 627e6, time.UTC), e.At)
	require.Equal(t, messenger.Chat{ID: "01/234+567=", Kind: messenger.Private}, e.Chat)
	require.Equal(t, messenger.Person{ID: "01/234+567=", Name: "Olena", Language: "uk", AvatarURL: "https://a.example/o.jpg"}, e.From)
	require.Equal(t, "4912661846655238145", e.ExternalID)
	require.Equal(t, "Привіт\n👍🏽", e.Text.Plain)
}

func TestAnUnknownEventIsIgnoredUnderAFixedName(t *testing.T) {
	c := newTestClient(t)
	raw := []byte(`{"event":"client_status","timestamp":1,"message_token":7,"user":{"id":"u"},"status":{"code":1}}`)
	d, err := c.Split(raw)
	require.NoError(t, err)
	require.Equal(t, "client_status:7", d.Updates[0].EventID)
	require.Equal(t, "u", d.Updates[0].Lane)
	e, err := c.Decode(raw)
	require.NoError(t, err)
	require.Equal(t, messenger.EventIgnored, e.Kind)
	require.Equal(t, "unknown_event", e.Reason)
}

func TestWhatCannotBeReadIsUndecodableUnderAStableID(t *testing.T) {
	c := newTestClient(t)
	for name, raw := range map[string]string{
		"no token":             `{"event":"message","sender":{"id":"u"},"message":{"type":"text","text":"secret"}}`,
		"token of text":        `{"event":"message","message_token":"secret","sender":{"id":"u"}}`,
		"negative token":       `{"event":"message","message_token":-1,"sender":{"id":"u"}}`,
		"token of 65 bits":     `{"event":"message","message_token":18446744073709551616,"sender":{"id":"u"}}`,
		"fractional token":     `{"event":"message","message_token":1.5,"sender":{"id":"u"}}`,
		"no event":             `{"message_token":1,"sender":{"id":"u"}}`,
		"no user":              `{"event":"message","message_token":1}`,
		"user is a number":     `{"event":"seen","message_token":1,"user_id":5}`,
		"endless user":         `{"event":"seen","message_token":1,"user_id":"` + strings.Repeat("u", 201) + `"}`,
		"user with a NUL":      `{"event":"seen","message_token":1,"user_id":"u\u0000"}`,
		"time out of calendar": `{"event":"seen","message_token":1,"user_id":"u","timestamp":253402300800000}`,
		"time of text":         `{"event":"seen","message_token":1,"user_id":"u","timestamp":"secret"}`,
	} {
		t.Run(name, func(t *testing.T) {
			d, err := c.Split([]byte(raw))
			require.NoError(t, err)
			u := d.Updates[0]
			require.NotEmpty(t, u.Undecodable)
			require.NotContains(t, u.Undecodable, "secret")
			require.True(t, strings.HasPrefix(u.EventID, "undecodable:"), u.EventID)
			_, err = c.Decode([]byte(raw))
			require.Error(t, err)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestAMessageWithPartsOfTheWrongTypeKeepsItsPlaceInTheLane(t *testing.T) {
	c := newTestClient(t)
	raw := wrapped(`{"type":"text","text":["secret"]}`)
	d, err := c.Split(raw)
	require.NoError(t, err)
	require.Equal(t, "message:4912661846655238145", d.Updates[0].EventID)
	require.Equal(t, "01/234+567=", d.Updates[0].Lane)
	_, err = c.Decode(raw)
	require.ErrorContains(t, err, "message.text")
	require.NotContains(t, err.Error(), "secret")
}

// FuzzDecode: whatever the body, Split fails only for broken JSON, and what it calls decodable has a usable key.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"event":"webhook","timestamp":1,"message_token":2}`,
		`{"event":"delivered","timestamp":1,"message_token":18446744073709551615,"user_id":"u"}`,
		`{"event":"conversation_started","message_token":3,"type":"open","context":"c","user":{"id":"u"},"subscribed":false}`,
		`[]`, `null`, `{"event":"x","message_token":"9"}`, `{`,
		string(wrapped(`{"type":"location","location":{"lat":1,"lon":"2"}}`)),
	} {
		f.Add([]byte(seed))
	}
	c := newTestClient(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := c.Split(raw)
		require.Equal(t, json.Valid(raw), err == nil)
		e, decodeErr := c.Decode(raw)
		if decodeErr == nil {
			require.NotEmpty(t, e.Kind)
			require.Equal(t, e.Kind == messenger.EventMessage, e.Text.Plain != "" || len(e.Labels)+len(e.Files) > 0)
			require.True(t, e.At.IsZero() || e.At.Year() >= 1970 && e.At.Year() <= 9999)
		}
		for _, u := range d.Updates {
			require.NotEmpty(t, u.EventID)
			require.LessOrEqual(t, len(u.EventID), 2*maxID+30)
			require.Equal(t, raw, u.Raw)
			if u.Undecodable != "" {
				require.Error(t, decodeErr)
			}
		}
	})
}

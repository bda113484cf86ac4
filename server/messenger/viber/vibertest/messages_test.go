// Tests of the messages that the emulator takes from bots and brings from customers.

package vibertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// body is a send_message body of a customer with the given fields, the sender included.
func body(receiver, fields string) string {
	return fmt.Sprintf(`{"receiver":%q,"sender":{"name":"Shop"},%s}`, receiver, fields)
}

func TestEveryTypeOfMessageReachesItsCustomer(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h, WithoutMediaFetch())
	c.Says("hello")
	buttons := `"Buttons":[{"Columns":6,"Rows":1,"ActionType":"reply","ActionBody":"1","Text":"One","Silent":true}]`
	for _, m := range []struct{ kind, text, fields string }{
		{"text", "hi", `"type":"text","text":"hi","min_api_version":1,"tracking_data":"x"`},
		{"picture", "", `"type":"picture","text":"","media":"https://h.example/a.JPG?x=1","thumbnail":"https://h.example/t.jpg"`},
		{"video", "", `"type":"video","media":"https://h.example/a.mp4","size":27262976,"duration":180`},
		{"file", "", `"type":"file","media":"https://h.example/a.pdf","size":52428800,"file_name":"a.pdf"`},
		{"contact", "", `"type":"contact","contact":{"name":"Ivan","phone_number":"+380441234567"}`},
		{"location", "", `"type":"location","location":{"lat":-90,"lon":30.5}`},
		{"url", "https://h.example/", `"type":"url","media":"https://h.example/"`},
		{"sticker", "", `"type":"sticker","sticker_id":46105`},
		{"sticker", "", `"type":"sticker","sticker_id":"46105"`},
		{"rich_media", "see", `"type":"rich_media","min_api_version":7,"alt_text":"see","rich_media":{"Type":"rich_media",` + buttons + `}`},
		{"text", "choose", `"type":"text","text":"choose","min_api_version":4,"keyboard":{"Type":"keyboard","InputFieldState":"hidden",` + buttons + `}`},
	} {
		_, status := api(t, s, b.Token, "send_message", body(c.ID, m.fields))
		require.Zero(t, status, "%s %v", m.fields, s.Violations())
		chat := c.Chat()
		last := chat[len(chat)-1]
		require.Equal(t, []string{m.kind, m.text}, []string{last.Kind, last.Text})
		require.Equal(t, m.kind == "picture" || m.kind == "video" || m.kind == "file", last.File != nil)
	}
	require.Empty(t, s.Violations())
}

func TestWhatViberRefusesOfAMessage(t *testing.T) {
	const bad, missing = statusBadData, statusMissingData
	for fields, status := range map[string]int{
		`"type":"poll"`: bad,
		`"type":5`:      bad,
		`"type":"text","text":"hi","media":"https://h.example/a.jpg"`:                                             bad,
		`"type":"text","Text":"hi"`:                                                                               bad,
		`"type":"text","text":""`:                                                                                 missing,
		`"type":"picture","media":"https://h.example/a.jpg"`:                                                      missing,
		`"type":"picture","text":""`:                                                                              missing,
		`"type":"picture","text":"","media":"https://h.example/a.webp"`:                                           bad,
		`"type":"picture","text":"","media":"https://h.example/a?name=a.jpg"`:                                     bad,
		`"type":"picture","text":"","media":"/a.jpg"`:                                                             bad,
		`"type":"picture","text":"","media":"ftp://h.example/a.jpg"`:                                              bad,
		`"type":"picture","text":"` + strings.Repeat("я", 513) + `","media":"https://h.example/a.jpg"`:            bad,
		`"type":"video","media":"https://h.example/a.mp4"`:                                                        missing,
		`"type":"video","media":"https://h.example/a.mp4","size":"5"`:                                             bad,
		`"type":"video","media":"https://h.example/a.mp4","size":5.5`:                                             bad,
		`"type":"video","media":"https://h.example/a.mp4","size":0`:                                               bad,
		`"type":"video","media":"https://h.example/a.mp4","size":27262977`:                                        bad,
		`"type":"video","media":"https://h.example/a.mp4","size":5,"duration":181`:                                bad,
		`"type":"video","media":"https://h.example/a.mov","size":5`:                                               bad,
		`"type":"video","media":"https://h.example/a.mp4","size":5,"text":"see"`:                                  bad,
		`"type":"file","media":"https://h.example/a.pdf","size":5`:                                                missing,
		`"type":"file","media":"https://h.example/a.pdf","size":52428801,"file_name":"a.pdf"`:                     bad,
		`"type":"file","media":"https://h.example/a.EXE","size":5,"file_name":"a.pdf"`:                            bad,
		`"type":"file","media":"https://h.example/a.pdf","size":5,"file_name":"a.Exe"`:                            bad,
		`"type":"file","media":"https://h.example/a","size":5,"file_name":"a.pdf"`:                                bad,
		`"type":"file","media":"https://h.example/a.pdf","size":5,"file_name":"` + strings.Repeat("x", 257) + `"`: bad,
		`"type":"contact","contact":{"name":"Ivan"}`:                                                              missing,
		`"type":"contact","contact":{"name":"Ivan","phone_number":"` + strings.Repeat("1", 19) + `"}`:             bad,
		`"type":"contact","contact":"Ivan"`:                                                                       bad,
		`"type":"location","location":{"lat":91,"lon":0}`:                                                         bad,
		`"type":"location","location":{"lat":"1","lon":0}`:                                                        bad,
		`"type":"url","media":"https://h.example/` + strings.Repeat("x", 2000) + `"`:                              bad,
		`"type":"sticker","sticker_id":"smile"`:                                                                   bad,
		`"type":"text","text":"hi","tracking_data":"` + strings.Repeat("x", 4001) + `"`:                           bad,
		`"type":"text","text":"hi","min_api_version":9`:                                                           statusAPIVersion,
	} {
		requireRefused(t, fields, status)
	}
}

func requireRefused(t *testing.T, fields string, status int) {
	t.Helper()
	h := newHook(t, ok)
	s, b, c := connected(t, h, WithoutMediaFetch())
	c.Says("hello")
	_, got := api(t, s, b.Token, "send_message", body(c.ID, fields))
	require.Equal(t, status, got, fields)
	require.Len(t, s.Violations(), 1, fields)
	require.Empty(t, c.Sent())
}

func TestCase64AKeyboardThatViberCannotShowIsRefused(t *testing.T) {
	const share = `{"Type":"keyboard","Buttons":[{"ActionType":"share-phone","ActionBody":"phone","Text":"Share"}]}`
	keyboard := func(json string, version int) string {
		return fmt.Sprintf(`"type":"text","text":"hi","min_api_version":%d,"keyboard":%s`, version, json)
	}
	one := func(button string) string { return `{"Type":"keyboard","Buttons":[` + button + `]}` }
	for fields, status := range map[string]int{
		keyboard(`{"Buttons":[{"ActionBody":"1"}]}`, 1):                              statusMissingData,
		keyboard(`{"Type":"rich_media","Buttons":[{"ActionBody":"1"}]}`, 1):          statusBadData,
		keyboard(`{"Type":"keyboard"}`, 1):                                           statusMissingData,
		keyboard(`{"Type":"keyboard","Buttons":[]}`, 1):                              statusBadData,
		keyboard(`{"Type":"keyboard","buttons":[{"ActionBody":"1"}]}`, 1):            statusBadData,
		keyboard(one(`{"Text":"One"}`), 1):                                           statusMissingData,
		keyboard(one(`{"ActionBody":"1","Columns":7}`), 1):                           statusBadData,
		keyboard(one(`{"ActionBody":"1","Rows":3}`), 1):                              statusBadData,
		keyboard(one(`{"ActionBody":"1","Label":"One"}`), 1):                         statusBadData,
		keyboard(one(`{"ActionBody":"1","ActionType":"call"}`), 1):                   statusBadData,
		keyboard(one(`{"ActionBody":"1","Text":"`+strings.Repeat("x", 251)+`"}`), 1): statusBadData,
		keyboard(share, 1): statusBadData,
		keyboard(share, 2): statusBadData,
		keyboard(strings.Replace(share, `"phone"`, `""`, 1), 3):                                                              statusBadData,
		keyboard(one(`{"ActionType":"location-picker","ActionBody":""}`), 7):                                                 statusBadData,
		`"type":"rich_media","min_api_version":6,"rich_media":{"Type":"rich_media","Buttons":[{"ActionBody":"1"}]}`:          statusBadData,
		`"type":"rich_media","min_api_version":7,"rich_media":{"Type":"keyboard","Buttons":[{"ActionBody":"1"}]}`:            statusBadData,
		`"type":"rich_media","min_api_version":7,"rich_media":{"Type":"rich_media","Buttons":[{"ActionBody":"1","Rows":8}]}`: statusBadData,
		keyboard(one(strings.Repeat(`{"ActionBody":"`+strings.Repeat("x", 1000)+`"},`, 30)+`{"ActionBody":"1"}`), 1):         statusBadData,
	} {
		requireRefused(t, fields, status)
	}
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	c.Says("hello")
	_, status := api(t, s, b.Token, "send_message", body(c.ID, keyboard(share, 3)))
	require.Zero(t, status)
	require.Empty(t, s.Violations())
}

// told is the message object of the last callback of type message.
func told(t *testing.T, s *Server) map[string]any {
	t.Helper()
	delivered(t, s)
	calls := s.Callbacks("message")
	var in struct {
		Message map[string]any `json:"message"`
	}
	require.NoError(t, json.Unmarshal(calls[len(calls)-1].Body, &in))
	return in.Message
}

func TestCustomersSendEveryTypeOfMessage(t *testing.T) {
	h := newHook(t, ok)
	s, _, c := connected(t, h)
	m := s.Store("звіт.pdf", "application/pdf", []byte("report"))
	for _, step := range []struct {
		send func() string
		want map[string]any
		text string
	}{
		{func() string { return c.SendsPicture(m, "see") }, map[string]any{"type": "picture", "media": m.URL(), "text": "see"}, "see"},
		{func() string { return c.SendsPicture(m, "") }, map[string]any{"type": "picture", "media": m.URL()}, ""},
		{func() string { return c.SendsVideo(m, 9, "") }, map[string]any{"type": "video", "media": m.URL(), "duration": 9.0, "size": 6.0}, ""},
		{func() string { return c.SendsFile(m) }, map[string]any{"type": "file", "media": m.URL(), "file_name": "звіт.pdf", "file_size": 6.0}, ""},
		{func() string { return c.SendsSticker(7, nil) }, map[string]any{"type": "sticker", "sticker_id": 7.0}, ""},
		{func() string { return c.SendsSticker(7, m) }, map[string]any{"type": "sticker", "sticker_id": 7.0, "media": m.URL()}, ""},
		{func() string { return c.SendsContact("Ivan", "+38044") }, map[string]any{
			"type": "contact", "contact": map[string]any{"name": "Ivan", "phone_number": "+38044"},
		}, ""},
		{func() string { return c.SendsLocation(50.45, 30.5) }, map[string]any{
			"type": "location", "location": map[string]any{"lat": 50.45, "lon": 30.5},
		}, ""},
		{func() string { return c.SendsURL("https://a.example") }, map[string]any{"type": "url", "media": "https://a.example"}, "https://a.example"},
		{func() string { return c.Presses("step:1") }, map[string]any{"type": "text", "text": "step:1"}, "step:1"},
	} {
		token := step.send()
		require.Equal(t, step.want, told(t, s))
		chat := c.Chat()
		last := chat[len(chat)-1]
		require.Equal(t, []any{token, step.want["type"], step.text, false}, []any{last.Token, last.Kind, last.Text, last.FromBot})
		_, hasMedia := step.want["media"]
		require.Equal(t, hasMedia && last.Kind != "url", last.File != nil)
	}
	c.SendsRichMedia("two offers")
	require.Equal(t, "two offers", told(t, s)["alt_text"])
	require.Equal(t, "rich_media", c.Chat()[len(c.Chat())-1].Kind)
}

func TestTrackingDataComesBackWithTheNextMessage(t *testing.T) {
	h := newHook(t, ok)
	s, b, c := connected(t, h)
	c.Says("hello")
	require.NotContains(t, told(t, s), "tracking_data")
	_, status := api(t, s, b.Token, "send_message", body(c.ID, `"type":"text","text":"hi","tracking_data":"step:4"`))
	require.Zero(t, status)
	c.Says("yes")
	require.Equal(t, "step:4", told(t, s)["tracking_data"])
	_, status = api(t, s, b.Token, "send_message", body(c.ID, `"type":"text","text":"hi"`))
	require.Zero(t, status)
	c.Says("yes")
	require.NotContains(t, told(t, s), "tracking_data")
}

func TestCase52AnAnswerThatIsNoWelcomeIsAViolation(t *testing.T) {
	for name, answer := range map[string]string{
		"with a receiver": `{"receiver":"x","type":"text","text":"hi","sender":{"name":"S"}}`,
		"without a type":  `{"text":"hi","sender":{"name":"S"}}`,
		"no JSON":         `OK`,
		"no such file":    `{"type":"picture","text":"","media":"http://127.0.0.1:1/a.png","sender":{"name":"S"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t, func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = w.Write([]byte(answer)) })
			s, _, c := connected(t, h)
			c.Opens("promo")
			delivered(t, s)
			require.Empty(t, c.Chat())
			require.Len(t, s.Violations(), 1)
			require.Equal(t, answer, string(s.Callbacks(eventStarted)[0].Answer))
		})
	}
}

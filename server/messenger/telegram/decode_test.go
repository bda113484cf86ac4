// What messages become, and how updates are taken apart. The updates are written by hand after the documentation.

package telegram_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger/telegram"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

const (
	user    = `{"id":42,"is_bot":false,"first_name":"Олена","last_name":"Коваль","username":"olena","language_code":"uk"}`
	chat    = `{"id":42,"type":"private","first_name":"Олена"}`
	group   = `{"id":-100,"type":"supergroup","title":"Склад"}`
	written = 1790000000
)

// update is an update with a message that has the given fields besides the usual ones.
func update(kind, inChat, fields string) []byte {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Appendf(nil, `{"update_id":9,%q:{"message_id":5,"date":%d,"chat":%s,"from":%s%s}}`, kind, written, inChat, user, fields)
}

func offline(t testing.TB) *telegram.Client {
	c, err := telegram.New(messenger.Options{Token: "1:a", BaseURL: "http://127.0.0.1:1"})
	require.NoError(t, err)
	return c
}

func decode(t *testing.T, raw []byte) messenger.Event {
	t.Helper()
	c := offline(t)
	d, err := c.Split(raw)
	require.NoError(t, err)
	require.Empty(t, d.Updates[0].Undecodable)
	e, err := c.Decode(d.Updates[0].Raw)
	require.NoError(t, err)
	return e
}

func TestCase04AMessageOfAPersonIsAsWritten(t *testing.T) {
	require.Equal(t, messenger.Event{
		Kind:       messenger.EventMessage,
		At:         time.Unix(written, 0),
		Chat:       messenger.Chat{ID: "42", Kind: messenger.Private},
		From:       messenger.Person{ID: "42", Name: "Олена Коваль", FirstName: "Олена", Username: "olena", Language: "uk"},
		ExternalID: "5",
		Text:       richtext.Plain("*_~|#@all"),
	}, decode(t, update("message", chat, `"text":"*_~|#@all"`)))
}

func TestAMessageInAGroup(t *testing.T) {
	e := decode(t, update("message", group, `"text":"hello"`))
	require.Equal(t, messenger.Chat{ID: "-100", Kind: messenger.Group, Title: "Склад"}, e.Chat)
	require.Equal(t, "Олена Коваль", e.From.Name)
	e = decode(t, update("message", group, `"text":"hello","sender_chat":{"id":-100,"type":"supergroup","title":"Склад"}`))
	require.Equal(t, messenger.Person{ID: "-100", Name: "Склад"}, e.From, "an anonymous administrator")
}

func TestCase02Case03FormattingOfInboundText(t *testing.T) {
	span := func(start, end int, kind richtext.Kind, value string) richtext.Span {
		return richtext.Span{Start: start, End: end, Kind: kind, Value: value}
	}
	for name, c := range map[string]struct {
		fields string
		want   richtext.Text
	}{
		"offsets count UTF-16 units": {
			`"text":"👍🏽 bold","entities":[{"type":"bold","offset":5,"length":4}]`,
			richtext.Text{Plain: "👍🏽 bold", Spans: []richtext.Span{span(9, 13, richtext.Bold, "")}},
		},
		"nested": {
			`"text":"abc","entities":[{"type":"bold","offset":0,"length":3},{"type":"italic","offset":0,"length":2},` +
				`{"type":"text_link","offset":0,"length":1,"url":"https://e.com"}]`,
			richtext.Text{Plain: "abc", Spans: []richtext.Span{
				span(0, 3, richtext.Bold, ""), span(0, 2, richtext.Italic, ""), span(0, 1, richtext.Link, "https://e.com")}},
		},
		"pre with a language": {
			`"text":"x","entities":[{"type":"pre","offset":0,"length":1,"language":"go"}]`,
			richtext.Text{Plain: "x", Spans: []richtext.Span{span(0, 1, richtext.Pre, "go")}},
		},
		"an expandable quote": {
			`"text":"x","entities":[{"type":"expandable_blockquote","offset":0,"length":1}]`,
			richtext.Text{Plain: "x", Spans: []richtext.Span{span(0, 1, richtext.Quote, "")}},
		},
		"out of range": {`"text":"x","entities":[{"type":"bold","offset":7,"length":9},{"type":"bold","offset":-3,"length":2}]`, richtext.Plain("x")},
		"not formatting": {
			`"text":"@a #b 🙂","entities":[{"type":"mention","offset":0,"length":2},{"type":"text_mention","offset":0,"length":2,"user":` + user +
				`},{"type":"custom_emoji","offset":6,"length":2,"custom_emoji_id":"1"},{"type":"of_tomorrow","offset":0,"length":1}]`,
			richtext.Plain("@a #b 🙂"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := decode(t, update("message", chat, c.fields)).Text
			require.Equal(t, c.want.Plain, got.Plain)
			require.ElementsMatch(t, c.want.Spans, got.Spans)
		})
	}
}

func TestCase05PreKeepsWhatLooksLikeAFence(t *testing.T) {
	e := decode(t, update("message", chat, "\"text\":\"a\\n```\\nb\",\"entities\":[{\"type\":\"pre\",\"offset\":0,\"length\":7,\"language\":\"go\"}]"))
	require.Equal(t, richtext.Text{
		Plain: "a\n```\nb", Spans: []richtext.Span{{Start: 0, End: 7, Kind: richtext.Pre, Value: "go"}},
	}, e.Text)
}

func TestCase06ATextThatIsOneEntityIsNotEmpty(t *testing.T) {
	for _, entity := range []string{
		`{"type":"text_link","offset":0,"length":2,"url":"https://e.com"}`, `{"type":"custom_emoji","offset":0,"length":2,"custom_emoji_id":"1"}`,
	} {
		require.Equal(t, "🙂", decode(t, update("message", chat, `"text":"🙂","entities":[`+entity+`]`)).Text.Plain)
	}
}

func TestCase07RightToLeftTextKeepsItsOrder(t *testing.T) {
	const text = "שלום עולם, hello"
	e := decode(t, update("message", chat, `"text":"`+text+`","entities":[{"type":"bold","offset":5,"length":4}]`))
	require.Equal(t, text, e.Text.Plain)
	require.Equal(t, []richtext.Span{{Start: 9, End: 17, Kind: richtext.Bold}}, e.Text.Spans)
	require.Equal(t, "עולם", text[9:17])
}

func TestACaptionIsTheText(t *testing.T) {
	e := decode(t, update("message", chat, `"photo":[{"file_id":"f","width":1,"height":1}],"caption":"див.","caption_entities":[{"type":"italic","offset":0,"length":3}]`))
	require.Equal(t, richtext.Text{Plain: "див.", Spans: []richtext.Span{{Start: 0, End: 6, Kind: richtext.Italic}}}, e.Text)
	require.Empty(t, e.Labels)
}

func TestCase27Start(t *testing.T) {
	for _, c := range []struct {
		text, payload string
		kind          messenger.EventKind
	}{
		{"/start", "", messenger.EventStarted},
		{"/start@shop_bot", "", messenger.EventStarted},
		{"/start promo-1", "promo-1", messenger.EventStarted},
		{"/start@shop_bot promo-1", "promo-1", messenger.EventStarted},
		{"/start " + strings.Repeat("x", 64), strings.Repeat("x", 64), messenger.EventStarted},
		{"/start " + strings.Repeat("x", 65), "", messenger.EventMessage},
		{"/start where is my order?", "", messenger.EventMessage},
		{"/start доставка", "", messenger.EventMessage},
		{"/started", "", messenger.EventMessage},
		{"I /start", "", messenger.EventMessage},
	} {
		e := decode(t, update("message", chat, fmt.Sprintf(`"text":%q,"entities":[{"type":"bot_command","offset":0,"length":6}]`, c.text)))
		require.Equal(t, c.kind, e.Kind, c.text)
		require.Equal(t, c.payload, e.Payload, c.text)
		if c.kind == messenger.EventStarted {
			require.Empty(t, e.Text.Plain)
			require.Empty(t, e.Labels)
		}
	}
}

func TestCase27AStartOfAnotherBotIsAMessageOnceTheBotKnowsItsName(t *testing.T) {
	d := newDesk(t)
	kindOf := func(text string) messenger.EventKind {
		e, err := d.Decode(update("message", group, fmt.Sprintf(`"text":%q`, text)))
		require.NoError(t, err)
		return e.Kind
	}
	require.Equal(t, messenger.EventStarted, kindOf("/start@other_bot"))
	_, err := d.Account(within(t))
	require.NoError(t, err)
	require.Equal(t, messenger.EventMessage, kindOf("/start@other_bot"))
	require.Equal(t, messenger.EventStarted, kindOf("/start@Shop_Bot x"))
	require.Equal(t, messenger.EventStarted, kindOf("/start"))
}

func TestAStartInABusinessChatIsAMessage(t *testing.T) {
	e := decode(t, update("business_message", chat, `"business_connection_id":"bc1","text":"/start"`))
	require.Equal(t, messenger.EventMessage, e.Kind)
	require.Equal(t, "/start", e.Text.Plain)
}

func TestAForwardedStartIsAMessage(t *testing.T) {
	e := decode(t, update("message", chat, `"text":"/start","forward_origin":{"type":"hidden_user","date":1,"sender_user_name":"Хтось"}`))
	require.Equal(t, messenger.EventMessage, e.Kind)
}

func TestEdited(t *testing.T) {
	e := decode(t, update("edited_message", chat, `"text":"нове","edit_date":1790000060`))
	require.Equal(t, messenger.EventEdited, e.Kind)
	require.Equal(t, "5", e.ExternalID)
	require.Equal(t, "нове", e.Text.Plain)
	require.Equal(t, time.Unix(1790000060, 0), e.At)
	require.Equal(t, messenger.EventEdited, decode(t, update("edited_message", chat, `"text":"/start"`)).Kind)
}

func TestLanes(t *testing.T) {
	inChat := `"chat":` + chat
	for raw, lane := range map[string]string{
		`{"update_id":1,"message":{` + inChat + `}}`:                                                  "42",
		`{"update_id":1,"edited_message":{` + inChat + `}}`:                                           "42",
		`{"update_id":1,"my_chat_member":{` + inChat + `}}`:                                           "42",
		`{"update_id":1,"message_reaction":{` + inChat + `}}`:                                         "42",
		`{"update_id":1,"callback_query":{"message":{` + inChat + `}}}`:                               "42",
		`{"update_id":1,"callback_query":{"inline_message_id":"1"}}`:                                  "",
		`{"update_id":1,"business_message":{"business_connection_id":"bc1",` + inChat + `}}`:          "bc1/42",
		`{"update_id":1,"business_connection":{"id":"bc1"}}`:                                          "bc1",
		`{"update_id":1,"edited_business_message":{"business_connection_id":"bc1",` + inChat + `}}`:   "bc1/42",
		`{"update_id":1,"deleted_business_messages":{"business_connection_id":"bc1",` + inChat + `}}`: "bc1/42",
		`{"update_id":1,"message":{"chat":{"id":-1001234567890123}}}`:                                 "-1001234567890123",
		`{"update_id":1,"of_tomorrow":{` + inChat + `}}`:                                              "",
	} {
		d, err := offline(t).Split([]byte(raw))
		require.NoError(t, err)
		require.Equal(t, messenger.Update{EventID: "u1", Lane: lane, Raw: []byte(raw)}, d.Updates[0])
	}
}

func TestThePartsOfAnAlbumShareItsKey(t *testing.T) {
	for raw, album := range map[string]string{
		`"message":{"media_group_id":"7",`:                 "7",
		`"business_message":{"media_group_id":"7",`:        "7",
		`"edited_message":{"media_group_id":"7",`:          "",
		`"edited_business_message":{"media_group_id":"7",`: "",
		`"message":{`: "",
		`"message":{"media_group_id":{"of":"tomorrow"},`: "",
	} {
		// An edit is of the album too, but waits for no other part of it.
		whole := album
		if strings.Contains(raw, "edited") {
			whole = "7"
		}
		raw = `{"update_id":1,` + raw + `"message_id":3,"date":1,"chat":` + chat + `}}`
		d, err := offline(t).Split([]byte(raw))
		require.NoError(t, err)
		require.Empty(t, d.Updates[0].Undecodable)
		require.Equal(t, album, d.Updates[0].Album, raw)
		require.Equal(t, whole, decode(t, []byte(raw)).Album, raw)
	}
}

func TestWhatCannotBeReadIsKept(t *testing.T) {
	for _, raw := range []string{
		`{}`, `{"update_id":null}`, `{"update_id":1.5}`, `{"update_id":99999999999999999999}`, `{"update_id":[]}`,
		`{"update_id":1,"message":5}`, `{"update_id":1,"message":null}`, `{"update_id":1,"message":{}}`,
		`{"update_id":1,"message":{"chat":{"id":"42"}}}`, `{"update_id":1,"callback_query":[]}`,
		`{"update_id":1,"message":{"business_connection_id":7,"chat":{"id":1}}}`, `{"update_id":1,"business_connection":{}}`,
	} {
		d, err := offline(t).Split([]byte(raw))
		require.NoError(t, err, raw)
		require.NotEmpty(t, d.Updates[0].Undecodable, raw)
		require.NotEmpty(t, d.Updates[0].EventID, raw)
		require.Empty(t, d.Updates[0].Lane, raw)
	}
	for _, raw := range []string{
		`{"update_id":1,"message":{"chat":{"id":42}}}`, `{"update_id":1,"message":{"message_id":5,"chat":{"id":42},"date":253402300800}}`,
		`{"update_id":1,"my_chat_member":{"chat":{"id":42},"date":"x"}}`, `{"update_id":1,"callback_query":{"id":5}}`,
		`{"update_id":1,"message_reaction":{"chat":{"id":42},"date":1}}`, `{"update_id":1,"deleted_business_messages":{"chat":{"id":42}}}`,
		`{"update_id":1,"business_connection":{"id":"bc1","date":-1}}`, `[]`, `null`,
	} {
		_, err := offline(t).Decode([]byte(raw))
		require.Error(t, err, raw)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`null`))
	f.Add([]byte(strings.Repeat(`{"message":`, 50) + `1` + strings.Repeat(`}`, 50)))
	f.Add(update("message", chat, `"text":"👍🏽 bold","entities":[{"type":"bold","offset":1,"length":4},{"type":"code","offset":0,"length":40}]`))
	f.Add(update("message", chat, `"animation":{},"ANIMATION":null`))
	f.Add(update("edited_message", group, `"caption":"x","photo":[],"forward_origin":{"type":"user"}`))
	f.Add([]byte(`{"update_id":9,"my_chat_member":{"chat":{"id":1},"new_chat_member":{"status":"kicked"}}}`))
	f.Add([]byte(`{"update_id":9,"callback_query":{"id":"1","message":{"message_id":1,"chat":{"id":1},"reply_markup":{"inline_keyboard":[[{}]]}}}}`))
	f.Add([]byte(`{"update_id":9,"message_reaction":{"chat":{"id":1},"message_id":1,"new_reaction":[{"type":"emoji","emoji":"x"},5]}}`))
	f.Add(update("message", chat, `"rich_message":{"blocks":[{"text":["a",{"text":"b"}],"cells":[[{"text":"c"},5]],"items":[{"label":"1","blocks":[]}]}]}`))
	f.Add(update("business_message", chat, `"business_connection_id":"b","reply_to_message":{"message_id":1,"chat":{"id":1}},"external_reply":{"origin":5}`))
	for _, field := range []string{"live_photo", "paid_media", "giveaway", "checklist_tasks_done", "video_chat_ended", "gift", "pinned_message", "venue", "story", "poll", "contact", "left_chat_member", "sticker", "audio", "invoice", "web_app_data", "forum_topic_created"} {
		f.Add(update("message", chat, fmt.Sprintf(`%q:{}`, field)))
	}
	c := offline(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := c.Split(body)
		if err != nil {
			return
		}
		for _, u := range d.Updates {
			e, err := c.Decode(u.Raw)
			if err != nil {
				continue
			}
			if !utf8.ValidString(e.Text.Plain) {
				t.Fatalf("the text is not UTF-8: %q", e.Text.Plain)
			}
			if again, err := c.Decode(u.Raw); err != nil || !reflect.DeepEqual(e, again) {
				t.Fatalf("decoded as %+v and as %+v (%v)", e, again, err)
			}
			for _, s := range e.Text.Spans {
				if s.Start < 0 || s.End > len(e.Text.Plain) || s.Start >= s.End || !utf8.ValidString(e.Text.Plain[s.Start:s.End]) {
					t.Fatalf("span %+v does not fit %q", s, e.Text.Plain)
				}
			}
		}
	})
}

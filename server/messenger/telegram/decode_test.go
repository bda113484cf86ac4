// What updates become. The updates are written by hand after the documentation.

package telegram_test

import (
	"fmt"
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

func TestAMessageOfAPerson(t *testing.T) {
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

func TestFormattingOfInboundText(t *testing.T) {
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

func TestEveryContentIsReadable(t *testing.T) {
	file := `"file_id":"f","file_unique_id":"u"`
	for fields, want := range map[string]string{
		`"photo":[{` + file + `,"width":1,"height":1}],"caption":"див."`:                                                               "📷 photo\nдив.",
		`"voice":{` + file + `,"duration":12}`:                                                                                         "🎤 voice 0:12",
		`"video_note":{` + file + `,"length":1,"duration":61}`:                                                                         "🎬 video message 1:01",
		`"video":{` + file + `,"width":1,"height":1,"duration":3}`:                                                                     "🎬 video 0:03",
		`"audio":{` + file + `,"duration":200,"performer":"ДахаБраха","title":"Карпатський реп"}`:                                      "🎵 audio ДахаБраха, Карпатський реп 3:20",
		`"document":{` + file + `,"file_name":"name.pdf","file_size":1234567}`:                                                         "📎 document name.pdf (1.2 MB)",
		`"animation":{` + file + `,"width":1,"height":1,"duration":1},"document":{` + file + `}`:                                       "🎞 animation",
		`"sticker":{` + file + `,"type":"regular","width":1,"height":1,"emoji":"😀"}`:                                                   "🖼 sticker 😀",
		`"location":{"latitude":50.45,"longitude":30.52}`:                                                                              "📍 location 50.45, 30.52",
		`"venue":{"title":"Музей","address":"вул. 1","location":{"latitude":1,"longitude":2}},"location":{"latitude":1,"longitude":2}`: "📍 place Музей, вул. 1, 1, 2",
		`"contact":{"first_name":"Ігор","phone_number":"+380501112233"}`:                                                               "👤 contact Ігор, +380501112233",
		`"poll":{"id":"1","question":"Коли?","options":[{"text":"Зараз","voter_count":0}]}`:                                            "📊 poll: Коли?\n○ Зараз",
		`"dice":{"emoji":"🎯","value":6}`:                                                                                               "🎲 dice 🎯 6",
		`"game":{"title":"Chess","description":"","photo":[]}`:                                                                         "🎮 game Chess",
		`"story":{"id":1,"chat":{"id":1,"type":"channel","title":"News"}}`:                                                             "📖 story of News",
		`"giveaway":{"chats":[],"winners_selection_date":1,"winner_count":1}`:                                                          "🎁 giveaway",
		`"successful_payment":{"currency":"UAH","total_amount":12300}`:                                                                 "💳 payment 12300 UAH (smallest units)",
		`"new_chat_members":[` + user + `]`:                                                                                            "👥 joined: Олена Коваль",
		`"pinned_message":{"message_id":1,"date":0,"chat":` + chat + `}`:                                                               "📌 a message was pinned",
		`"live_photo":{"x":1},"caption":"тут"`:                                                                                         "❔ a message of a kind this version does not know (live_photo)\nтут",
		`"hologram":true,"aura":{}`:                                                                                                    "❔ a message of a kind this version does not know (aura, hologram)",
		``:                                                                                                                             "❔ a message of a kind this version does not know",
		`"text":"так","forward_origin":{"type":"hidden_user","date":1,"sender_user_name":"Хтось"}`:                                     "Forwarded from Хтось\nтак",
		`"text":"так","forward_origin":{"type":"user","date":1,"sender_user":` + user + `}`:                                            "Forwarded from Олена Коваль\nтак",
		`"text":"так","forward_origin":{"type":"channel","date":1,"message_id":1,"chat":{"id":1,"type":"channel","title":"News"}}`:     "Forwarded from News\nтак",
		`"dice":null`: "🎲 dice",
	} {
		require.Equal(t, want, decode(t, update("message", chat, fields)).Text.Plain)
	}
}

func TestVariantsTheLibraryDoesNotKnowLoseNothingElse(t *testing.T) {
	for fields, want := range map[string]string{
		`"text":"так","forward_origin":{"type":"of_tomorrow","date":1}`:                       "Forwarded\nтак",
		`"caption":"дорого","paid_media":{"star_count":1,"paid_media":[{"type":"hologram"}]}`: "❔ a message of a kind this version does not know (paid_media)\nдорого",
		`"text":"так","reply_to_message":{"message_id":"x"}`:                                  "так",
		`"text":"так","entities":"none"`:                                                      "так",
		`"dice":{"emoji":"🎯","value":6},"Dice":null`:                                          "🎲 dice 🎯 6",
	} {
		e := decode(t, update("message", chat, fields))
		require.Equal(t, want, e.Text.Plain)
		require.Equal(t, "Олена Коваль", e.From.Name)
		require.Equal(t, "5", e.ExternalID)
	}
}

func TestStart(t *testing.T) {
	for _, c := range []struct {
		text, payload string
		kind          messenger.EventKind
	}{
		{"/start", "", messenger.EventStarted},
		{"/start@shop_bot", "", messenger.EventStarted},
		{"/start promo-1", "promo-1", messenger.EventStarted},
		{"/start@shop_bot promo-1", "promo-1", messenger.EventStarted},
		{"/started", "", messenger.EventMessage},
		{"I /start", "", messenger.EventMessage},
	} {
		e := decode(t, update("message", chat, fmt.Sprintf(`"text":%q,"entities":[{"type":"bot_command","offset":0,"length":6}]`, c.text)))
		require.Equal(t, c.kind, e.Kind, c.text)
		require.Equal(t, c.payload, e.Payload, c.text)
		if c.kind == messenger.EventStarted {
			require.Empty(t, e.Text.Plain)
		}
	}
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

func TestBlockingAndComingBack(t *testing.T) {
	membership := func(inChat, status string) []byte {
		return fmt.Appendf(nil, `{"update_id":9,"my_chat_member":{"chat":%s,"from":%s,"date":%d,"old_chat_member":{},"new_chat_member":{"status":%q}}}`,
			inChat, user, written, status)
	}
	e := decode(t, membership(chat, "kicked"))
	require.Equal(t, messenger.EventBlocked, e.Kind)
	require.Equal(t, "42", e.Chat.ID)
	require.Equal(t, "Олена Коваль", e.From.Name)
	require.Equal(t, time.Unix(written, 0), e.At)
	require.Equal(t, messenger.EventUnblocked, decode(t, membership(chat, "member")).Kind)
	for _, raw := range [][]byte{membership(chat, "of_tomorrow"), membership(group, "kicked")} {
		e := decode(t, raw)
		require.Equal(t, messenger.EventIgnored, e.Kind)
		require.Equal(t, "my_chat_member", e.Reason)
	}
}

func TestOtherKindsAreIgnoredByName(t *testing.T) {
	for kind, content := range map[string]string{
		"channel_post": `{"message_id":1,"date":1,"chat":` + chat + `}`, "edited_channel_post": `{"message_id":1,"date":1,"chat":` + chat + `}`,
		"callback_query": `{"id":"1","from":` + user + `}`, "message_reaction": `{"chat":` + chat + `,"message_id":1}`,
		"business_connection": `{"id":"bc1"}`, "business_message": `{"business_connection_id":"bc1","chat":` + chat + `}`,
		"edited_business_message": `{"chat":` + chat + `}`, "deleted_business_messages": `{"chat":` + chat + `}`,
	} {
		e := decode(t, fmt.Appendf(nil, `{"update_id":9,%q:%s}`, kind, content))
		require.Equal(t, messenger.EventIgnored, e.Kind, kind)
		require.Equal(t, kind, e.Reason)
	}
	for _, raw := range []string{`{"update_id":9}`, `{"update_id":9,"of_tomorrow":{"chat":5}}`} {
		require.Equal(t, "unknown_update", decode(t, []byte(raw)).Reason)
	}
}

func TestLanes(t *testing.T) {
	inChat := `"chat":` + chat
	for raw, lane := range map[string]string{
		`{"update_id":1,"message":{` + inChat + `}}`:                                         "42",
		`{"update_id":1,"edited_message":{` + inChat + `}}`:                                  "42",
		`{"update_id":1,"my_chat_member":{` + inChat + `}}`:                                  "42",
		`{"update_id":1,"message_reaction":{` + inChat + `}}`:                                "42",
		`{"update_id":1,"callback_query":{"message":{` + inChat + `}}}`:                      "42",
		`{"update_id":1,"callback_query":{"inline_message_id":"1"}}`:                         "",
		`{"update_id":1,"business_message":{"business_connection_id":"bc1",` + inChat + `}}`: "bc1/42",
		`{"update_id":1,"business_connection":{"id":"bc1"}}`:                                 "",
		`{"update_id":1,"message":{"chat":{"id":-1001234567890123}}}`:                        "-1001234567890123",
		`{"update_id":1,"of_tomorrow":{` + inChat + `}}`:                                     "",
	} {
		d, err := offline(t).Split([]byte(raw))
		require.NoError(t, err)
		require.Equal(t, messenger.Update{EventID: "u1", Lane: lane, Raw: []byte(raw)}, d.Updates[0])
	}
}

func TestWhatCannotBeReadIsKept(t *testing.T) {
	for _, raw := range []string{
		`{}`, `{"update_id":null}`, `{"update_id":1.5}`, `{"update_id":99999999999999999999}`, `{"update_id":[]}`,
		`{"update_id":1,"message":5}`, `{"update_id":1,"message":null}`, `{"update_id":1,"message":{}}`,
		`{"update_id":1,"message":{"chat":{"id":"42"}}}`, `{"update_id":1,"callback_query":[]}`,
		`{"update_id":1,"message":{"business_connection_id":7,"chat":{"id":1}}}`,
	} {
		d, err := offline(t).Split([]byte(raw))
		require.NoError(t, err, raw)
		require.NotEmpty(t, d.Updates[0].Undecodable, raw)
		require.NotEmpty(t, d.Updates[0].EventID, raw)
		require.Empty(t, d.Updates[0].Lane, raw)
	}
	for _, raw := range []string{`{"update_id":1,"message":{"chat":{"id":42}}}`, `{"update_id":1,"my_chat_member":{"chat":{"id":42},"date":"x"}}`, `[]`, `null`} {
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
	for _, field := range []string{"venue", "story", "poll", "contact", "left_chat_member", "sticker", "audio", "invoice", "web_app_data", "forum_topic_created"} {
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
			for _, s := range e.Text.Spans {
				if s.Start < 0 || s.End > len(e.Text.Plain) || s.Start >= s.End || !utf8.ValidString(e.Text.Plain[s.Start:s.End]) {
					t.Fatalf("span %+v does not fit %q", s, e.Text.Plain)
				}
			}
		}
	})
}

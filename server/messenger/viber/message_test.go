// Tests of a customer's message as text, labels and files.

package viber

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/richtext"
)

func label(key string, args map[string]string) []messenger.Label {
	return []messenger.Label{{Key: key, Args: args}}
}

func unknown(fields string) []messenger.Label {
	return label("unknown", map[string]string{"fields": fields})
}

func file(kind messenger.FileKind, name string, size int64) []messenger.File {
	return []messenger.File{{Kind: kind, Ref: "https://dl.example/1?sig=a", Name: name, Size: size}}
}

func place(lat, lon string) []messenger.Label {
	l := label("location", map[string]string{"coordinates": lat + ", " + lon})
	l[0].URL = "https://www.google.com/maps/search/?api=1&query=" + lat + "%2C" + lon
	return l
}

func TestCase54And55EveryTypeBecomesTextLabelsAndFiles(t *testing.T) {
	const media = `"media":"https://dl.example/1?sig=a"`
	sticker := label("sticker", map[string]string{"emoji": "40125"})
	for message, want := range map[string]struct {
		text   string
		labels []messenger.Label
		files  []messenger.File
	}{
		`{"type":"text","text":"hi"}`:                                    {"hi", nil, nil},
		`{"type":"picture",` + media + `}`:                               {"", nil, file(messenger.Photo, "", 0)},
		`{"type":"picture",` + media + `,"text":"our cat (cat)"}`:        {"our cat 🐈", nil, file(messenger.Photo, "", 0)},
		`{"type":"picture",` + media + `,"file_name":"a.jpg"}`:           {"", nil, file(messenger.Photo, "a.jpg", 0)},
		`{"type":"video",` + media + `,"duration":12,"size":5}`:          {"", nil, file(messenger.Video, "", 5)},
		`{"type":"file",` + media + `,"file_name":"a","file_size":1200}`: {"", nil, file(messenger.Document, "a", 1200)},
		`{"type":"file",` + media + `,"size":"1200"}`:                    {"", nil, file(messenger.Document, "", 1200)},
		`{"type":"file",` + media + `,"size":-1}`:                        {"", nil, file(messenger.Document, "", 0)},
		`{"type":"file",` + media + `,"size":1.5}`:                       {"", nil, file(messenger.Document, "", 0)},
		`{"type":"sticker","sticker_id":40125}`:                          {"", sticker, nil},
		`{"type":"sticker","sticker_id":40125,` + media + `}`:            {"", sticker, file(messenger.Sticker, "", 0)},
		`{"type":"contact","contact":{"name":"Ivan","phone_number":"+380441234567"}}`: {
			"", label("contact", map[string]string{"name": "Ivan", "phone": "+380441234567"}), nil,
		},
		`{"type":"contact","contact":{"phone_number":"+380441234567"}}`: {
			"", label("contact_bare", map[string]string{"phone": "+380441234567"}), nil,
		},
		`{"type":"location","location":{"lat":50.45,"lon":-30.520001}}`: {"", place("50.45", "-30.520001"), nil},
		`{"type":"location","location":{"lat":50.45}}`:                  {"", unknown("location"), nil},
		`{"type":"contact","contact":{"name":"Ivan"}}`:                  {"", label("contact_bare", map[string]string{"phone": "Ivan"}), nil},
		`{"type":"sticker"}`:                                        {"", label("sticker_bare", nil), nil},
		`{"type":"contact"}`:                                        {"", unknown("contact"), nil},
		`{"type":"rich_media","alt_text":"two offers"}`:             {"two offers", nil, nil},
		`{"type":"rich_media"}`:                                     {"", unknown("rich_media"), nil},
		`{"type":"url"}`:                                            {"", unknown("url"), nil},
		`{"type":"picture"}`:                                        {"", unknown("picture"), nil},
		`{"type":"hologram","text":"boo"}`:                          {"boo", unknown("hologram"), nil},
		`{"type":"hologram",` + media + `,"file_name":"h.holo"}`:    {"", unknown("hologram"), file(messenger.Document, "h.holo", 0)},
		`{"type":"text","text":""}`:                                 {"", unknown("text"), nil},
		`{}`:                                                        {"", label("unknown_bare", nil), nil},
		`{"type":"text","text":"yes","tracking_data":"step:4"}`:     {"yes", nil, nil},
		`{"type":"text","text":"1","keyboard":{"Type":"anything"}}`: {"1", nil, nil},
	} {
		e, err := newTestClient(t).Decode(wrapped(message))
		require.NoError(t, err, message)
		require.Equal(t, want.text, e.Text.Plain, message)
		require.Equal(t, want.labels, e.Labels, message)
		require.Equal(t, want.files, e.Files, message)
	}
}

func TestCase55ALinkIsReadableAndLeadsWhereItSays(t *testing.T) {
	c := newTestClient(t)
	e, err := c.Decode(wrapped(`{"type":"url","media":"https://example.com/a_(sun)?b=1"}`))
	require.NoError(t, err)
	require.Equal(t, "https://example.com/a_(sun)?b=1", e.Text.Plain)
	require.Equal(t, []richtext.Span{{End: 31, Kind: richtext.Link, Value: "https://example.com/a_(sun)?b=1"}}, e.Text.Spans)

	e, err = c.Decode(wrapped(`{"type":"url","media":"https://example.com","text":"look (like)"}`))
	require.NoError(t, err)
	require.Equal(t, "look 👍\nhttps://example.com", e.Text.Plain)

	e, err = c.Decode(wrapped(`{"type":"url","media":"javascript:alert(1)"}`))
	require.NoError(t, err)
	require.Equal(t, "javascript:alert(1)", e.Text.Plain)
	require.NotContains(t, e.Text.Markdown(), "](", "only addresses of the web become links")
}

func TestCase55SmileyCodesBecomeEmoji(t *testing.T) {
	for text, want := range map[string]string{
		"(smiley)":                            "😊",
		"Дякую(Smiley)(HEART)!":               "Дякую😊❤️!",
		"(sad) (wink) (V) (!) (8ball)":        "😢 😉 ✌️ ❗ 🎱",
		"(unknown) (batman) () ( smiley )":    "(unknown) (batman) () ( smiley )",
		"((smiley))":                          "(😊)",
		"(smiley":                             "(smiley",
		"(":                                   "(",
		"a) smiley)":                          "a) smiley)",
		"see https://w.example/Sun_(sun) ok":  "see https://w.example/Sun_(sun) ok",
		"https://w.example/Sun_(sun)\n(sun)":  "https://w.example/Sun_(sun)\n☀️",
		"(" + strings.Repeat("x", 5000) + ")": "(" + strings.Repeat("x", 5000) + ")",
	} {
		require.Equal(t, want, withEmoji(text), text)
	}
}

func TestEveryEmojiCodeCanBeFound(t *testing.T) {
	require.Greater(t, len(emoji), 100)
	for code, picture := range emoji {
		require.Equal(t, strings.ToLower(code), code)
		require.NotEqual(t, code, picture)
		require.Equal(t, "a"+picture+"b", withEmoji("a("+code+")b"), code)
		require.Equal(t, picture, withEmoji("("+strings.ToUpper(code)+")"), code)
	}
}

// What a message is besides its text, in the words of assets/i18n.

package telegram_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// words are the texts of the labels in a language.
func words(t *testing.T, language string) map[string]string {
	t.Helper()
	raw, err := assets.I18n.ReadFile("i18n/label." + language + ".json")
	require.NoError(t, err)
	texts := map[string]string{}
	require.NoError(t, json.Unmarshal(raw, &texts))
	return texts
}

// says are the labels of an event in English, one after the other. Each has its words in every language, which use all
// its arguments and no others.
func says(t *testing.T, e messenger.Event) string {
	t.Helper()
	var lines []string
	for _, l := range e.Labels {
		for _, language := range []string{"uk", "en"} {
			text, has := words(t, language)["label."+l.Key]
			require.True(t, has, "%s has no words for %s", language, l.Key)
			for name, value := range l.Args {
				require.Contains(t, text, "{{"+name+"}}", "%s: %s", language, l.Key)
				text = strings.ReplaceAll(text, "{{"+name+"}}", value)
			}
			require.NotContains(t, text, "{{", "%s: %s", language, l.Key)
			if language == "en" {
				lines = append(lines, text)
			}
		}
		if l.URL != "" {
			require.Regexp(t, "^https?://", l.URL)
		}
	}
	return strings.Join(lines, "\n")
}

const file = `"file_id":"f","file_unique_id":"u"`

func TestCase22EveryContentIsReadable(t *testing.T) {
	checklist := `{"title":"Список","tasks":[{"id":1,"text":"Хліб","completion_date":5},{"id":2,"text":"Сир"}]}`
	for fields, want := range map[string]string{
		`"photo":[{` + file + `,"width":1,"height":1}]`:                                               "",
		`"video":{` + file + `,"width":1,"height":1,"duration":3}`:                                    "",
		`"document":{` + file + `,"file_name":"name.pdf"}`:                                            "",
		`"animation":{` + file + `,"width":1,"height":1,"duration":1},"document":{` + file + `}`:      "",
		`"voice":{` + file + `,"duration":12}`:                                                        "🎤 voice 0:12",
		`"video_note":{` + file + `,"length":1,"duration":61}`:                                        "🎬 video message 1:01",
		`"audio":{` + file + `,"duration":3601,"performer":"ДахаБраха","title":"Карпатський реп"}`:    "🎵 ДахаБраха – Карпатський реп (1:00:01)",
		`"audio":{` + file + `,"duration":200,"file_name":"a.mp3"}`:                                   "🎵 a.mp3 (3:20)",
		`"audio":{` + file + `,"duration":200}`:                                                       "🎵 audio 3:20",
		`"sticker":{` + file + `,"emoji":"😀"}`:                                                        "🖼 sticker 😀",
		`"sticker":{` + file + `}`:                                                                    "🖼 sticker",
		`"live_photo":{` + file + `}`:                                                                 "📷 live photo (the still picture)",
		`"location":{"latitude":50.45,"longitude":30.52}`:                                             "📍 location: 50.45, 30.52",
		`"location":{"latitude":50.45,"longitude":30.52,"live_period":60}`:                            "📍 live location: 50.45, 30.52",
		`"location":{"latitude":50.45,"longitude":30.52},"edit_date":5`:                               "📍 live location, ended: 50.45, 30.52",
		`"venue":{"title":"Музей","address":"вул. 1","location":{}},"location":{}`:                    "📍 Музей, вул. 1",
		`"contact":{"first_name":"Ігор","last_name":"Бойко","phone_number":"+380501112233"}`:          "👤 contact: Ігор Бойко +380501112233",
		`"contact":{"first_name":"","phone_number":"+380501112233"}`:                                  "👤 contact: +380501112233",
		`"poll":{"question":"Коли?","options":[{"text":"Зараз"},{"text":"Ні"}]}`:                      "📊 poll: Коли?\n○ Зараз\n○ Ні",
		`"poll":{"question":"2*2?","type":"quiz","options":[{"text":"4"}]}`:                           "📊 quiz: 2*2?\n○ 4",
		`"checklist":` + checklist:                                                                    "☑ checklist: Список\n☑ Хліб\n☐ Сир",
		`"dice":{"emoji":"🎯","value":6}`:                                                              "🎯 rolled 6",
		`"game":{"title":"Chess","description":"","photo":[]}`:                                        "🎮 game: Chess",
		`"story":{"id":1,"chat":{"id":1,"type":"channel","title":"News"}}`:                            "📖 story of News; Telegram shows it to bots by name only",
		`"giveaway":{"winner_count":3}`:                                                               "🎁 giveaway, winners: 3",
		`"giveaway":{"winner_count":3,"prize_description":"Кава"}`:                                    "🎁 giveaway: Кава, winners: 3",
		`"giveaway":{"winner_count":3,"prize_star_count":500}`:                                        "🎁 giveaway: 500 ⭐, winners: 3",
		`"giveaway":{"winner_count":3,"premium_subscription_month_count":6}`:                          "🎁 giveaway of Telegram Premium, months: 6, winners: 3",
		`"giveaway_winners":{"winner_count":1,"winners":[` + user + `]}`:                              "🎁 winners of the giveaway (1):\nОлена Коваль",
		`"giveaway_winners":{"winner_count":1}`:                                                       "🎁 winners of the giveaway: 1",
		`"paid_media":{"star_count":5,"paid_media":[{"type":"preview"},{"type":"photo"}]}`:            "💎 paid media for 5 ⭐, files: 2; Telegram shows them only to those who pay",
		`"invoice":{"title":"Кава","description":"1 кг","currency":"UAH","total_amount":45050}`:       "🧾 invoice for 450.50 UAH: Кава\n1 кг",
		`"successful_payment":{"currency":"UAH","total_amount":12300}`:                                "💳 paid: 123.00 UAH",
		`"successful_payment":{"currency":"JPY","total_amount":7}`:                                    "💳 paid: 7 JPY",
		`"successful_payment":{"currency":"KWD","total_amount":7}`:                                    "💳 paid: 0.007 KWD",
		`"successful_payment":{"currency":"XTR","total_amount":50}`:                                   "💳 paid: 50 ⭐",
		`"gift":{"gift":{"id":"1","star_count":25}}`:                                                  "🎁 a gift for 25 ⭐",
		`"unique_gift":{"gift":{"base_name":"Cat","number":12}}`:                                      "🎁 a collectible gift: Cat #12",
		`"web_app_data":{"button_text":"Форма","data":"{\"a\":1}"}`:                                   "🧩 data of the web app “Форма”: {\"a\":1}",
		`"users_shared":{"users":[{"user_id":7,"first_name":"Іван"},{"user_id":8}]}`:                  "👤 shared contacts:\nІван\n8",
		`"chat_shared":{"chat_id":-5,"title":"Склад"}`:                                                "👥 shared a chat: Склад",
		`"passport_data":{"data":[]}`:                                                                 "🪪 Telegram Passport data; msgbot does not show them",
		`"rich_message":{"blocks":[]}`:                                                                "📄 a formatted page, shown as plain text",
		`"text":"так","reply_to_story":{"id":1,"chat":{"id":7,"type":"private","first_name":"Іван"}}`: "📖 in reply to a story of Іван",
		`"hologram":true,"aura":{}`:                                                                   "❔ a message of a kind that this version does not know (aura, hologram)",
		`"caption":"тут","hologram":true`:                                                             "❔ a message of a kind that this version does not know (hologram)",
		`"dice":null`:                                                                                 "❔ a message of a kind that this version does not know",
		`"text":"так","of_tomorrow":{}`:                                                               "",
	} {
		e := decode(t, update("message", chat, fields))
		require.Equal(t, want, says(t, e), fields)
		require.False(t, e.Service, fields)
	}
}

func TestServiceMessagesTellWhatHappenedToTheChat(t *testing.T) {
	another := `{"id":7,"is_bot":false,"first_name":"Іван"}`
	checklist := `{"message_id":1,"date":1,"chat":` + chat + `,"checklist":{"title":"С","tasks":[{"id":1,"text":"Хліб","completion_date":5},{"id":2,"text":"Сир"}]}}`
	for fields, want := range map[string]string{
		`"new_chat_members":[` + user + `,` + another + `]`:                                             "👥 joined:\nОлена Коваль\nІван",
		`"left_chat_member":` + another:                                                                 "👥 left: Іван",
		`"chat_owner_changed":{"new_owner":` + another + `}`:                                            "👑 the group has a new owner: Іван",
		`"new_chat_title":"Склад 2"`:                                                                    "👥 the group is now called Склад 2",
		`"new_chat_photo":[{` + file + `}]`:                                                             "👥 the group has a new picture",
		`"group_chat_created":true`:                                                                     "👥 the group was created",
		`"message_auto_delete_timer_changed":{"message_auto_delete_time":86400}`:                        "⏲ messages now delete themselves after 24:00:00",
		`"message_auto_delete_timer_changed":{"message_auto_delete_time":0}`:                            "⏲ messages do not delete themselves any more",
		`"pinned_message":{"message_id":1,"date":1,"chat":` + chat + `,"text":"Графік"}`:                "📌 pinned: Графік",
		`"pinned_message":{"message_id":1,"date":0,"chat":` + chat + `}`:                                "📌 a message was pinned",
		`"refunded_payment":{"currency":"USD","total_amount":5}`:                                        "💳 payment refunded: 0.05 USD",
		`"connected_website":"example.com"`:                                                             "🌐 logged in on example.com",
		`"proximity_alert_triggered":{"traveler":` + user + `,"watcher":` + another + `,"distance":50}`: "📍 Олена Коваль is now 50 m from Іван",
		`"boost_added":{"boost_count":2}`:                                                               "🚀 boosts given to the group: 2",
		`"checklist_tasks_done":{"checklist_message":` + checklist + `,"marked_as_done_task_ids":[2],"marked_as_not_done_task_ids":[1]}`: "☑ changed in the checklist:\n☐ Хліб\n☑ Сир",
		`"checklist_tasks_done":{"marked_as_done_task_ids":[2]}`:                                                                         "☑ tasks of a checklist were ticked or unticked",
		`"checklist_tasks_added":{"tasks":[{"id":3,"text":"Чай"}]}`:                                                                      "☑ added to the checklist:\n☐ Чай",
		`"forum_topic_created":{"name":"Оплата"}`:                                                                                        "🗂 new topic: Оплата",
		`"forum_topic_edited":{"icon_custom_emoji_id":"1"}`:                                                                              "🗂 the topic was changed",
		`"forum_topic_closed":{}`:                                                                           "🗂 the topic was closed",
		`"video_chat_scheduled":{"start_date":1790000000}`:                                                  "📞 a video chat is planned for 2026-09-21 14:13 UTC",
		`"video_chat_started":{}`:                                                                           "📞 a video chat began",
		`"video_chat_ended":{"duration":75}`:                                                                "📞 the video chat ended after 1:15",
		`"video_chat_participants_invited":{"users":[` + another + `]}`:                                     "📞 invited to the video chat:\nІван",
		`"managed_bot_created":{"bot":{"id":9,"is_bot":true,"first_name":"Helper"}}`:                        "🤖 a bot was created: Helper",
		`"poll_option_added":{"option_persistent_id":"1","option_text":"Ні"}`:                               "📊 a new option of the poll: Ні",
		`"direct_message_price_changed":{"are_direct_messages_enabled":true,"direct_message_star_count":5}`: "💬 a direct message to the channel costs 5 ⭐",
		`"direct_message_price_changed":{"are_direct_messages_enabled":false}`:                              "💬 direct messages to the channel were turned off",
		`"suggested_post_paid":{"currency":"TON","amount":1500000000}`:                                      "📝 the suggested post was paid for: 1.5 TON",
		`"suggested_post_paid":{"currency":"XTR","star_amount":{"amount":9}}`:                               "📝 the suggested post was paid for: 9 ⭐",
	} {
		e := decode(t, update("message", group, fields))
		require.Equal(t, want, says(t, e), fields)
		require.True(t, e.Service, fields)
	}
}

func TestAPlaceLeadsToAMap(t *testing.T) {
	for _, fields := range []string{
		`"location":{"latitude":50.45,"longitude":-30.52}`, `"location":{"latitude":50.45,"longitude":-30.52,"live_period":60}`,
		`"venue":{"title":"Музей","address":"","location":{"latitude":50.45,"longitude":-30.52}}`,
	} {
		labels := decode(t, update("message", chat, fields)).Labels
		require.Len(t, labels, 1)
		require.Equal(t, "https://www.google.com/maps/search/?api=1&query=50.45,-30.52", labels[0].URL)
	}
}

func TestALiveLocationIsLiveUntilItsLastEdit(t *testing.T) {
	moving, still := `"location":{"latitude":1,"longitude":2,"live_period":60}`, `"location":{"latitude":1,"longitude":2},"edit_date":1790000060`
	require.True(t, decode(t, update("message", chat, moving)).Live)
	require.True(t, decode(t, update("edited_message", chat, moving)).Live)
	require.True(t, decode(t, update("edited_message", chat, still)).Live)
	require.False(t, decode(t, update("message", chat, `"location":{"latitude":1,"longitude":2}`)).Live)
	require.False(t, decode(t, update("edited_message", chat, `"text":"x","edit_date":1790000060`)).Live)
}

func TestTheWordsOfAGiftAndOfARichMessageAreTheText(t *testing.T) {
	e := decode(t, update("message", chat, `"gift":{"gift":{"id":"1","star_count":25},"text":"Дякую","entities":[{"type":"bold","offset":0,"length":5}]}`))
	require.Equal(t, "Дякую", e.Text.Plain)
	require.Len(t, e.Text.Spans, 1)
	e = decode(t, update("message", chat, `"rich_message":{"blocks":[
		{"type":"heading","size":1,"text":["Прайс ",{"type":"bold","text":"2026"},{"type":"custom_emoji","alternative_text":"🙂"}]},
		{"type":"divider"},
		{"type":"list","items":[{"label":"1.","blocks":[{"type":"paragraph","text":"Кава"}]}]},
		{"type":"table","cells":[[{"text":"кг","align":"left"},{"text":{"type":"italic","text":"450"}}],7]},
		{"type":"photo","photo":[],"caption":{"text":"Фото","credit":"Я"}},
		{"type":"details","summary":"Умови","blocks":[{"type":"blockquote","blocks":[{"type":"paragraph","text":"без ПДВ"}],"credit":"бух."}]},
		{"type":"mathematical_expression","expression":"a+b"}, "of tomorrow"]}`))
	require.Equal(t, "Прайс 2026🙂\n1. Кава\nкг | 450\n\nФото\nЯ\nУмови\nбез ПДВ\nбух.\na+b", e.Text.Plain)
}

func TestCase23ForwardsSayFromWhom(t *testing.T) {
	for origin, want := range map[string]messenger.Label{
		`{"type":"hidden_user","date":1,"sender_user_name":"Хтось"}`: {Key: "forwarded", Args: map[string]string{"name": "Хтось"}},
		`{"type":"user","date":1,"sender_user":` + user + `}`:        {Key: "forwarded", Args: map[string]string{"name": "Олена Коваль"}},
		`{"type":"chat","date":1,"sender_chat":` + group + `}`:       {Key: "forwarded", Args: map[string]string{"name": "Склад"}},
		`{"type":"channel","date":1,"message_id":3,"chat":{"id":1,"type":"channel","title":"News"}}`: {
			Key: "forwarded", Args: map[string]string{"name": "News"},
		},
		`{"type":"channel","date":1,"message_id":3,"chat":{"id":1,"type":"channel","title":"News","username":"news"}}`: {
			Key: "forwarded", Args: map[string]string{"name": "News"}, URL: "https://t.me/news/3",
		},
		`{"type":"of_tomorrow","date":1}`: {Key: "forwarded_bare"},
	} {
		e := decode(t, update("message", chat, `"text":"так","forward_origin":`+origin))
		require.Equal(t, "так", e.Text.Plain)
		require.Equal(t, []messenger.Label{want}, e.Labels, origin)
		says(t, e)
	}
	e := decode(t, update("message", chat, `"voice":{`+file+`,"duration":5},"forward_origin":{"type":"hidden_user","sender_user_name":"Хтось"}`))
	require.Equal(t, "Forwarded from Хтось\n🎤 voice 0:05", says(t, e))
}

func TestVariantsTheLibraryDoesNotKnowLoseNothingElse(t *testing.T) {
	for fields, want := range map[string][2]string{
		`"caption":"дорого","paid_media":{"star_count":1,"paid_media":[{"type":"hologram"}]}`: {
			"❔ a message of a kind that this version does not know (paid_media)", "дорого",
		},
		`"text":"так","reply_to_message":{"message_id":"x"}`: {"", "так"},
		`"text":"так","entities":"none"`:                     {"", "так"},
		`"dice":{"emoji":"🎯","value":6},"Dice":null`:         {"🎯 rolled 6", ""},
		`"text":{"of":"tomorrow"}`:                           {"❔ a message of a kind that this version does not know", ""},
	} {
		e := decode(t, update("message", chat, fields))
		require.Equal(t, want, [2]string{says(t, e), e.Text.Plain})
		require.Equal(t, "Олена Коваль", e.From.Name)
		require.Equal(t, "5", e.ExternalID)
	}
}

func TestAllWordsAreInBothLanguages(t *testing.T) {
	en, uk := words(t, "en"), words(t, "uk")
	require.NotEmpty(t, en)
	for key, text := range en {
		require.NotEmpty(t, uk[key], key)
		require.Equal(t, strings.Count(text, "{{"), strings.Count(uk[key], "{{"), key)
	}
	require.Len(t, uk, len(en))
}

func TestCase21FilesOfMessages(t *testing.T) {
	of := func(kind messenger.FileKind, ref, name, mime string, size int64) messenger.File {
		return messenger.File{Kind: kind, Ref: ref, Name: name, MIME: mime, Size: size}
	}
	sized := func(id string, width, height, size int) string {
		return fmt.Sprintf(`{"file_id":%q,"width":%d,"height":%d,"file_size":%d}`, id, width, height, size)
	}
	named := `"file_id":"f","file_name":"Прайс.x","mime_type":"a/b","file_size":9`
	for fields, want := range map[string]messenger.File{
		`"photo":[` + sized("s", 90, 60, 1) + `,` + sized("l", 1280, 853, 300) + `,` + sized("m", 320, 213, 20) + `]`: of(messenger.Photo, "l", "", "", 300),
		`"video":{` + named + `}`:                                    of(messenger.Video, "f", "Прайс.x", "a/b", 9),
		`"document":{` + named + `}`:                                 of(messenger.Document, "f", "Прайс.x", "a/b", 9),
		`"audio":{` + named + `}`:                                    of(messenger.Audio, "f", "Прайс.x", "a/b", 9),
		`"voice":{` + named + `}`:                                    of(messenger.Voice, "f", "", "a/b", 9),
		`"video_note":{` + named + `}`:                               of(messenger.VideoNote, "f", "", "", 9),
		`"animation":{` + named + `},"document":{"file_id":"other"}`: of(messenger.Animation, "f", "Прайс.x", "a/b", 9),
		`"sticker":{"file_id":"f","file_size":9}`:                    of(messenger.Sticker, "f", "", "", 9),
		`"sticker":{"file_id":"f","file_size":9,"is_video":true,"thumbnail":` + sized("t", 1, 1, 4) + `}`:    of(messenger.Sticker, "f", "", "", 9),
		`"sticker":{"file_id":"f","file_size":9,"is_animated":true,"thumbnail":` + sized("t", 1, 1, 4) + `}`: of(messenger.Sticker, "t", "sticker.webp", "", 4),
		`"sticker":{"file_id":"f","file_size":9,"is_animated":true}`:                                         of(messenger.Sticker, "f", "sticker.tgs", "", 9),
		`"live_photo":{"photo":[` + sized("p", 9, 9, 4) + `],` + named + `}`:                                 of(messenger.Photo, "p", "", "", 4),
		`"live_photo":{` + named + `},"photo":[` + sized("p", 9, 9, 4) + `]`:                                 of(messenger.Photo, "p", "", "", 4),
		`"live_photo":{` + named + `}`: of(messenger.Video, "f", "", "a/b", 9),
	} {
		require.Equal(t, []messenger.File{want}, decode(t, update("message", chat, fields)).Files, fields)
	}
	for _, fields := range []string{`"photo":[]`, `"video":{}`, `"text":"x"`, `"new_chat_photo":[` + sized("p", 1, 1, 1) + `]`, `"live_photo":5`} {
		require.Empty(t, decode(t, update("message", chat, fields)).Files, fields)
	}
}

// Readable labels for what is not text: a table from the fields of a message to words.

package telegram

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"
)

// content is a kind of content by its field in a message. detail, if any, says more; it is called only when the library
// could read the field.
type content struct {
	field  string
	words  string
	detail func(models.Message) string
}

// contents are the kinds that have a label, each before those it comes along with: an animation brings a document too, a
// venue a location (https://core.telegram.org/bots/api#message).
func contents() []content {
	return []content{
		{"animation", "🎞 animation", func(m models.Message) string { return fileDetail(m.Animation.FileName, m.Animation.FileSize) }},
		{"venue", "📍 place", func(m models.Message) string {
			return joined(m.Venue.Title, m.Venue.Address, coordinates(m.Venue.Location))
		}},
		{"photo", "📷 photo", nil},
		{"video", "🎬 video", func(m models.Message) string { return duration(m.Video.Duration) }},
		{"video_note", "🎬 video message", func(m models.Message) string { return duration(m.VideoNote.Duration) }},
		{"voice", "🎤 voice", func(m models.Message) string { return duration(m.Voice.Duration) }},
		{"audio", "🎵 audio", func(m models.Message) string {
			title := joined(m.Audio.Performer, cmp.Or(m.Audio.Title, m.Audio.FileName))
			return strings.TrimSpace(title + " " + duration(m.Audio.Duration))
		}},
		{"document", "📎 document", func(m models.Message) string { return fileDetail(m.Document.FileName, m.Document.FileSize) }},
		{"paid_media", "💎 paid media", nil},
		{"sticker", "🖼 sticker", func(m models.Message) string { return m.Sticker.Emoji }},
		{"story", "📖 story", func(m models.Message) string { return "of " + nameOfChat(m.Story.Chat) }},
		{"location", "📍 location", func(m models.Message) string { return coordinates(*m.Location) }},
		{"contact", "👤 contact", func(m models.Message) string {
			return joined(strings.TrimSpace(m.Contact.FirstName+" "+m.Contact.LastName), m.Contact.PhoneNumber)
		}},
		{"poll", "📊 poll:", pollDetail},
		{"checklist", "☑ checklist:", checklistDetail},
		{"dice", "🎲 dice", func(m models.Message) string { return m.Dice.Emoji + " " + strconv.Itoa(m.Dice.Value) }},
		{"game", "🎮 game", func(m models.Message) string { return m.Game.Title }},
		{"giveaway", "🎁 giveaway", func(m models.Message) string { return m.Giveaway.PrizeDescription }},
		{"giveaway_created", "🎁 giveaway created", nil},
		{"giveaway_winners", "🎁 giveaway winners", nil},
		{"giveaway_completed", "🎁 giveaway completed", nil},
		{"invoice", "🧾 invoice", func(m models.Message) string { return m.Invoice.Title }},
		{"successful_payment", "💳 payment", func(m models.Message) string {
			return fmt.Sprintf("%d %s (smallest units)", m.SuccessfulPayment.TotalAmount, m.SuccessfulPayment.Currency)
		}},
		{"refunded_payment", "💳 refunded payment", func(m models.Message) string {
			return fmt.Sprintf("%d %s (smallest units)", m.RefundedPayment.TotalAmount, m.RefundedPayment.Currency)
		}},
		{"gift", "🎁 gift", nil},
		{"unique_gift", "🎁 unique gift", nil},
		{"web_app_data", "🧩 data of a web app:", func(m models.Message) string { return m.WebAppData.Data }},
		{"users_shared", "👤 shared users", nil},
		{"chat_shared", "👥 shared chat", nil},
		{"passport_data", "🪪 passport data (not shown)", nil},
		{"new_chat_members", "👥 joined:", func(m models.Message) string {
			names := make([]string, len(m.NewChatMembers))
			for i, u := range m.NewChatMembers {
				names[i] = nameOf(u)
			}
			return strings.Join(names, ", ")
		}},
		{"left_chat_member", "👥 left:", func(m models.Message) string { return nameOf(*m.LeftChatMember) }},
		{"new_chat_title", "👥 new title of the group:", func(m models.Message) string { return m.NewChatTitle }},
		{"new_chat_photo", "👥 new picture of the group", nil},
		{"delete_chat_photo", "👥 picture of the group removed", nil},
		{"group_chat_created", "👥 group created", nil},
		{"supergroup_chat_created", "👥 group created", nil},
		{"migrate_to_chat_id", "👥 the group became a supergroup", nil},
		{"migrate_from_chat_id", "👥 the group became a supergroup", nil},
		{"pinned_message", "📌 a message was pinned", nil},
		{"message_auto_delete_timer_changed", "⏲ the timer of messages changed", nil},
		{"write_access_allowed", "✅ the bot was allowed to write", nil},
		{"connected_website", "🌐 logged in on", func(m models.Message) string { return m.ConnectedWebsite }},
		{"proximity_alert_triggered", "📍 proximity alert", nil},
		{"boost_added", "🚀 the group was boosted", nil},
		{"chat_background_set", "🖼 new background of the chat", nil},
		{"checklist_tasks_done", "☑ tasks of a checklist done", nil},
		{"checklist_tasks_added", "☑ tasks added to a checklist", nil},
		{"forum_topic_created", "🗂 topic created:", func(m models.Message) string { return m.ForumTopicCreated.Name }},
		{"forum_topic_edited", "🗂 topic changed", nil},
		{"forum_topic_closed", "🗂 topic closed", nil},
		{"forum_topic_reopened", "🗂 topic reopened", nil},
		{"video_chat_scheduled", "📞 video chat planned", nil},
		{"video_chat_started", "📞 video chat began", nil},
		{"video_chat_ended", "📞 video chat ended", nil},
		{"video_chat_participants_invited", "📞 invited to a video chat", nil},
	}
}

// wrapping are the fields that say something about a message without being its content.
func wrapping() []string {
	return strings.Fields(`message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count
		sender_business_bot sender_tag date guest_query_id business_connection_id chat forward_origin is_topic_message
		is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
		reply_to_poll_option_id via_bot guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content
		is_from_offline is_paid_post media_group_id author_signature paid_star_count text entities link_preview_options
		suggested_post_info effect_id caption caption_entities show_caption_above_media has_media_spoiler reply_markup`)
}

// label says what the message is, "" for text and nothing else.
func (m message) label() string {
	for _, c := range contents() {
		if _, has := m.fields[c.field]; !has || slices.Contains(m.unread, c.field) {
			continue
		}
		if c.detail == nil || string(m.fields[c.field]) == "null" {
			return c.words
		}
		return strings.TrimSpace(c.words + " " + strings.TrimSpace(c.detail(m.Message)))
	}
	if m.Text != "" {
		return ""
	}
	return "❔ a message of a kind this version does not know" + m.unknown()
}

// unknown names, in brackets, the fields that can be the content.
func (m message) unknown() string {
	names := slices.DeleteFunc(slices.Clone(m.unread), func(name string) bool { return name == "forward_origin" })
	for name := range m.fields {
		if !slices.Contains(wrapping(), name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return " (" + strings.Join(names, ", ") + ")"
}

// forwardedFrom is "Forwarded from …", "" when the message was not forwarded.
func (m message) forwardedFrom() string {
	origin := m.ForwardOrigin
	switch {
	case slices.Contains(m.unread, "forward_origin"):
		return "Forwarded"
	case origin == nil:
		return ""
	case origin.MessageOriginUser != nil:
		return "Forwarded from " + nameOf(origin.MessageOriginUser.SenderUser)
	case origin.MessageOriginHiddenUser != nil:
		return "Forwarded from " + origin.MessageOriginHiddenUser.SenderUserName
	case origin.MessageOriginChat != nil:
		return "Forwarded from " + nameOfChat(origin.MessageOriginChat.SenderChat)
	case origin.MessageOriginChannel != nil:
		return "Forwarded from " + nameOfChat(origin.MessageOriginChannel.Chat)
	}
	return "Forwarded"
}

func pollDetail(m models.Message) string {
	lines := []string{m.Poll.Question}
	for _, option := range m.Poll.Options {
		lines = append(lines, "○ "+option.Text)
	}
	return strings.Join(lines, "\n")
}

func checklistDetail(m models.Message) string {
	lines := []string{m.Checklist.Title}
	for _, task := range m.Checklist.Tasks {
		lines = append(lines, "○ "+task.Text)
	}
	return strings.Join(lines, "\n")
}

// joined is the parts that are not empty, with commas.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// duration is minutes and seconds.
func duration(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

// coordinates are latitude and longitude, as a map's search takes them.
func coordinates(l models.Location) string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return number(l.Latitude) + ", " + number(l.Longitude)
}

// fileDetail is a file's name and its size in decimal units.
func fileDetail(name string, bytes int64) string {
	size := ""
	switch {
	case bytes >= 1_000_000:
		size = fmt.Sprintf("(%.1f MB)", float64(bytes)/1e6)
	case bytes >= 1000:
		size = fmt.Sprintf("(%.0f kB)", float64(bytes)/1e3)
	case bytes > 0:
		size = fmt.Sprintf("(%d B)", bytes)
	}
	return strings.TrimSpace(name + " " + size)
}

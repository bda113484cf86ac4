// What persons send: files and everything else that is no text.

package telegram

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

// contents are the kinds that persons send, each before those it comes along with: an animation brings a document too, a
// venue a location, a live photo a photo (https://core.telegram.org/bots/api#message).
func contents() []content {
	return []content{
		{field: "rich_message", label: always("rich_message"), named: true},
		{field: "animation", file: func(m message) messenger.File {
			return messenger.File{
				Kind: messenger.Animation, Ref: m.Animation.FileID, Name: m.Animation.FileName, MIME: m.Animation.MimeType, Size: m.Animation.FileSize,
			}
		}},
		{field: "live_photo", label: always("live_photo"), file: message.livePhoto},
		{field: "photo", file: func(m message) messenger.File { return picture(m.Photo) }},
		{field: "video", file: func(m message) messenger.File {
			return messenger.File{
				Kind: messenger.Video, Ref: m.Video.FileID, Name: m.Video.FileName, MIME: m.Video.MimeType, Size: m.Video.FileSize,
			}
		}},
		{field: "video_note", label: func(m message) messenger.Label {
			return label("video_note", "duration", duration(m.VideoNote.Duration))
		}, file: func(m message) messenger.File {
			return messenger.File{Kind: messenger.VideoNote, Ref: m.VideoNote.FileID, Size: int64(m.VideoNote.FileSize)}
		}},
		{field: "voice", label: func(m message) messenger.Label {
			return label("voice", "duration", duration(m.Voice.Duration))
		}, file: func(m message) messenger.File {
			return messenger.File{Kind: messenger.Voice, Ref: m.Voice.FileID, MIME: m.Voice.MimeType, Size: m.Voice.FileSize}
		}},
		{field: "audio", label: func(m message) messenger.Label {
			title := joined(" – ", valid(m.Audio.Performer), cmp.Or(valid(m.Audio.Title), valid(m.Audio.FileName)))
			return labelOr("audio", "title", title, "duration", duration(m.Audio.Duration))
		}, file: func(m message) messenger.File {
			return messenger.File{
				Kind: messenger.Audio, Ref: m.Audio.FileID, Name: m.Audio.FileName, MIME: m.Audio.MimeType, Size: m.Audio.FileSize,
			}
		}},
		{field: "document", file: func(m message) messenger.File {
			return messenger.File{
				Kind: messenger.Document, Ref: m.Document.FileID, Name: m.Document.FileName, MIME: m.Document.MimeType, Size: m.Document.FileSize,
			}
		}},
		{field: "sticker", label: func(m message) messenger.Label {
			return labelOr("sticker", "emoji", m.Sticker.Emoji)
		}, file: func(m message) messenger.File { return sticker(*m.Sticker) }},
		{field: "paid_media", label: func(m message) messenger.Label {
			return label("paid_media", "price", stars(m.PaidMedia.StarCount), "count", number(len(m.PaidMedia.PaidMedia)))
		}},
		{field: "story", label: func(m message) messenger.Label { return label("story", "name", m.story("story")) }},
		{field: "venue", label: func(m message) messenger.Label {
			l := label("venue", "place", joined(", ", valid(m.Venue.Title), valid(m.Venue.Address)))
			l.URL = onMap(m.Venue.Location)
			return l
		}},
		{field: "location", label: locationLabel},
		{field: "contact", label: func(m message) messenger.Label {
			name := joined(" ", valid(m.Contact.FirstName), valid(m.Contact.LastName))
			return labelOr("contact", "name", name, "phone", valid(m.Contact.PhoneNumber))
		}},
		{field: "poll", label: pollLabel},
		{field: "checklist", label: func(m message) messenger.Label {
			return label("checklist", "title", m.Checklist.Title, "tasks", tasks(m.Checklist.Tasks))
		}},
		{field: "dice", label: func(m message) messenger.Label {
			return label("dice", "emoji", m.Dice.Emoji, "value", number(m.Dice.Value))
		}},
		{field: "game", label: func(m message) messenger.Label { return label("game", "title", valid(m.Game.Title)) }},
		{field: "giveaway", label: giveawayLabel},
		{field: "giveaway_winners", label: func(m message) messenger.Label {
			return labelOr("giveaway_winners", "names", namesOf(m.GiveawayWinners.Winners), "count", number(m.GiveawayWinners.WinnerCount))
		}},
		{field: "invoice", label: func(m message) messenger.Label {
			title := joined("\n", m.Invoice.Title, m.Invoice.Description)
			return label("invoice", "title", title, "amount", amount(m.Invoice.TotalAmount, m.Invoice.Currency))
		}},
		{field: "successful_payment", label: func(m message) messenger.Label {
			return label("successful_payment", "amount", amount(m.SuccessfulPayment.TotalAmount, m.SuccessfulPayment.Currency))
		}},
		{field: "gift", label: func(m message) messenger.Label { return label("gift", "price", stars(m.Gift.Gift.StarCount)) }},
		{field: "unique_gift", label: func(m message) messenger.Label {
			return label("unique_gift", "name", valid(m.UniqueGift.Gift.BaseName)+" #"+number(m.UniqueGift.Gift.Number))
		}},
		{field: "web_app_data", label: func(m message) messenger.Label {
			return label("web_app_data", "button", valid(m.WebAppData.ButtonText), "data", m.WebAppData.Data)
		}},
		{field: "users_shared", label: func(m message) messenger.Label { return label("users_shared", "names", sharedUsers(*m.UsersShared)) }},
		{field: "chat_shared", label: func(m message) messenger.Label {
			shared := m.ChatShared
			return label("chat_shared", "name", nameOfChat(models.Chat{ID: shared.ChatID, Title: shared.Title, Username: shared.Username}))
		}},
		{field: "passport_data", label: always("passport_data"), named: true},
	}
}

// picture is the largest size of a photo; the sizes are documented in no order.
func picture(sizes []models.PhotoSize) messenger.File {
	var best models.PhotoSize
	for _, s := range sizes {
		if s.FileID != "" && s.Width*s.Height >= best.Width*best.Height {
			best = s
		}
	}
	return messenger.File{Kind: messenger.Photo, Ref: best.FileID, Size: int64(best.FileSize)}
}

// livePhoto is the still picture of a live photo, else its video (https://core.telegram.org/bots/api#livephoto); the
// library does not know it.
func (m message) livePhoto() messenger.File {
	var live struct {
		Photo  []models.PhotoSize `json:"photo"`
		FileID string             `json:"file_id"`
		MIME   string             `json:"mime_type"`
		Size   int64              `json:"file_size"`
	}
	m.read("live_photo", &live)
	for _, sizes := range [][]models.PhotoSize{live.Photo, m.Photo} {
		if still := picture(sizes); still.Ref != "" {
			return still
		}
	}
	return messenger.File{Kind: messenger.Video, Ref: live.FileID, MIME: live.MIME, Size: live.Size}
}

// sticker is a picture or a video as it is. An animated one is a vector drawing that nothing but Telegram shows: its
// thumbnail stands for it.
func sticker(s models.Sticker) messenger.File {
	switch {
	case s.IsAnimated && s.Thumbnail != nil && s.Thumbnail.FileID != "":
		return messenger.File{Kind: messenger.Sticker, Ref: s.Thumbnail.FileID, Name: "sticker.webp", Size: int64(s.Thumbnail.FileSize)}
	case s.IsAnimated:
		return messenger.File{Kind: messenger.Sticker, Ref: s.FileID, Name: "sticker.tgs", Size: int64(s.FileSize)}
	}
	return messenger.File{Kind: messenger.Sticker, Ref: s.FileID, Size: int64(s.FileSize)}
}

// story is whose story stands in a field; a story itself cannot be fetched.
func (m message) story(field string) string {
	var story struct {
		Chat models.Chat `json:"chat"`
	}
	m.read(field, &story)
	return nameOfChat(story.Chat)
}

func locationLabel(m message) messenger.Label {
	key := "location"
	switch {
	case m.Location.LivePeriod != 0:
		key = "live_location"
	case m.EditDate != 0: // only a live one is edited, for the last time when it ends
		key = "live_location_ended"
	}
	l := label(key, "coordinates", coordinates(*m.Location, ", "))
	l.URL = onMap(*m.Location)
	return l
}

// coordinates are latitude and longitude.
func coordinates(l models.Location, separator string) string {
	degrees := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return degrees(l.Latitude) + separator + degrees(l.Longitude)
}

// onMap is a place on a map, https://developers.google.com/maps/documentation/urls/get-started#search-action.
func onMap(l models.Location) string {
	return "https://www.google.com/maps/search/?api=1&query=" + coordinates(l, ",")
}

func pollLabel(m message) messenger.Label {
	key := "poll"
	if m.Poll.Type == "quiz" {
		key = "quiz"
	}
	options := make([]string, len(m.Poll.Options))
	for i, o := range m.Poll.Options {
		options[i] = "○ " + o.Text
	}
	return label(key, "question", m.Poll.Question, "options", strings.Join(options, "\n"))
}

// tasks are the tasks of a checklist, one a line.
func tasks(all []models.ChecklistTask) string {
	lines := make([]string, len(all))
	for i, task := range all {
		box := "☐ "
		if task.CompletionDate != 0 {
			box = "☑ "
		}
		lines[i] = box + task.Text
	}
	return strings.Join(lines, "\n")
}

// giveawayLabel tells the prize: described, in stars, or months of a subscription.
func giveawayLabel(m message) messenger.Label {
	g := m.Giveaway
	winners := []string{"count", number(g.WinnerCount)}
	switch {
	case g.PrizeDescription != "":
		return label("giveaway_prize", append(winners, "prize", g.PrizeDescription)...)
	case g.PrizeStarCount != 0:
		return label("giveaway_prize", append(winners, "prize", stars(g.PrizeStarCount))...)
	case g.PremiumSubscriptionMonthCount != 0:
		return label("giveaway_premium", append(winners, "months", number(g.PremiumSubscriptionMonthCount))...)
	}
	return label("giveaway", winners...)
}

func sharedUsers(shared models.UsersShared) string {
	users := make([]models.User, len(shared.Users))
	for i, u := range shared.Users {
		users[i] = models.User{ID: u.UserID, FirstName: u.FirstName, LastName: u.LastName, Username: u.Username}
	}
	return namesOf(users)
}

// What people send besides text.

package telegramtest

import (
	"time"
)

// SendsPhoto sends a photo; the API shows its dimensions, but neither name nor type.
func (s *Speaker) SendsPhoto(f File, caption string, entities ...Entity) ChatMessage {
	return s.sendFile(Item{Kind: kindPhoto, File: f, Caption: caption, Entities: entities})
}

// SendsVideo sends a video.
func (s *Speaker) SendsVideo(f File, caption string, entities ...Entity) ChatMessage {
	return s.sendFile(Item{Kind: "video", File: f, Caption: caption, Entities: entities})
}

// SendsAnimation sends a GIF or a video without sound; the API shows it as a document too.
func (s *Speaker) SendsAnimation(f File, caption string, entities ...Entity) ChatMessage {
	return s.sendFile(Item{Kind: "animation", File: f, Caption: caption, Entities: entities})
}

// SendsAudio sends music.
func (s *Speaker) SendsAudio(f File, caption string, entities ...Entity) ChatMessage {
	return s.sendFile(Item{Kind: "audio", File: f, Caption: caption, Entities: entities})
}

// SendsVoice sends a voice message; the API shows its type but no name.
func (s *Speaker) SendsVoice(f File, caption string, entities ...Entity) ChatMessage {
	return s.sendFile(Item{Kind: "voice", File: f, Caption: caption, Entities: entities})
}

// SendsDocument sends a file of any type.
func (s *Speaker) SendsDocument(f File, caption string, entities ...Entity) ChatMessage {
	return s.sendFile(Item{Kind: "document", File: f, Caption: caption, Entities: entities})
}

// SendsVideoNote sends a round video; the API shows neither name nor type.
func (s *Speaker) SendsVideoNote(f File) ChatMessage {
	return s.sendFile(Item{Kind: kindVideoNote, File: f})
}

// SendsSticker sends a sticker of emoji: static, animated or video by the name's extension .webp, .tgs or .webm. The API
// shows neither name nor type.
func (s *Speaker) SendsSticker(f File, emoji string) ChatMessage {
	return s.sendFile(Item{Kind: kindSticker, File: f, emoji: emoji})
}

// Item is one message of an album.
type Item struct {
	// Kind is "photo", "video", "document", "audio", or any other: the emulator does not keep people from albums that
	// Telegram's app would not make.
	Kind     string
	File     File
	Caption  string
	Entities []Entity

	emoji string
}

// SendsAlbum sends several messages that belong together; each is an update of its own. For another order, or gaps
// between them, use Bot.Hold before and Bot.Release or Bot.ReleaseOnly after.
func (s *Speaker) SendsAlbum(items ...Item) []ChatMessage {
	defer s.lock()()
	album := randomDigits(17)
	var sent []ChatMessage
	for _, item := range items {
		m := s.withFile(item)
		m.album = album
		kept := s.put(m)
		s.chat.tell("message", kept)
		sent = append(sent, kept.view())
	}
	return sent
}

func (s *Speaker) sendFile(item Item) ChatMessage {
	defer s.lock()()
	kept := s.put(s.withFile(item))
	s.chat.tell("message", kept)
	return kept.view()
}

// withFile is the message of an item. The caller holds the server's mu.
func (s *Speaker) withFile(item Item) message {
	b := s.chat.bot
	f := b.receive(item.Kind, item.File)
	var more map[string]any
	if item.Kind == kindSticker {
		more = stickerFields(item.File.Name, item.emoji)
	}
	return message{kind: item.Kind, text: item.Caption, entities: item.Entities, file: f, content: b.content(f, item.File, more)}
}

// SendsLocation sends a place.
func (s *Speaker) SendsLocation(latitude, longitude float64) ChatMessage {
	return s.sendOther("location", place(latitude, longitude))
}

// SendsLiveLocation sends where the person is, to be updated by Moves.
func (s *Speaker) SendsLiveLocation(latitude, longitude float64, period time.Duration) ChatMessage {
	where := place(latitude, longitude)
	where["live_period"], where["horizontal_accuracy"] = int(period/time.Second), 10.5
	return s.sendOther("location", where)
}

// SendsVenue sends a place with a name; the API shows it as a location too.
func (s *Speaker) SendsVenue(latitude, longitude float64, title, address string) ChatMessage {
	where := place(latitude, longitude)
	return s.write(message{kind: "venue", content: map[string]any{
		"location": where, "venue": map[string]any{"location": where, "title": title, "address": address},
	}})
}

func place(latitude, longitude float64) map[string]any {
	return map[string]any{"latitude": latitude, "longitude": longitude}
}

// Contact is a shared contact; only Phone and FirstName are always there.
type Contact struct {
	Phone, FirstName, LastName string
	// UserID is the person's own id, 0 when he is not at Telegram; it is the sender's when he shares his own number.
	UserID int64
	VCard  string
}

// SendsContact shares a contact.
func (s *Speaker) SendsContact(c Contact) ChatMessage {
	fields := map[string]any{"phone_number": c.Phone, "first_name": c.FirstName}
	set(fields, "last_name", c.LastName)
	set(fields, "vcard", c.VCard)
	if c.UserID != 0 {
		fields["user_id"] = c.UserID
	}
	return s.sendOther("contact", fields)
}

// SendsPoll sends a poll.
func (s *Speaker) SendsPoll(question string, options ...string) ChatMessage {
	var choices []any
	for _, option := range options {
		choices = append(choices, map[string]any{"persistent_id": randomText(8), "text": option, "voter_count": 0})
	}
	return s.sendOther("poll", map[string]any{
		"id": randomDigits(18), "question": question, "options": choices, "total_voter_count": 0, "is_closed": false,
		"is_anonymous": true, "type": "regular", "allows_multiple_answers": false, "allows_revoting": true, "members_only": false,
	})
}

// SendsDice throws a dice, or one of the other animated emoji.
func (s *Speaker) SendsDice(emoji string, value int) ChatMessage {
	return s.sendOther("dice", map[string]any{"emoji": emoji, "value": value})
}

// SendsGame sends a game.
func (s *Speaker) SendsGame(title, description string) ChatMessage {
	defer s.lock()()
	picture := s.chat.bot.receive(kindPhoto, File{Content: PNG(64, 36)})
	kept := s.put(message{kind: "game", content: map[string]any{"game": map[string]any{
		"title": title, "description": description, "photo": []any{picture.size(false)},
	}}})
	s.chat.tell("message", kept)
	return kept.view()
}

// SendsStory forwards a story of the channel of that title.
func (s *Speaker) SendsStory(channel string) ChatMessage {
	return s.sendOther("story", map[string]any{"chat": channelNamed(channel), "id": 7})
}

// SendsGiveaway forwards a giveaway of the channel of that title.
func (s *Speaker) SendsGiveaway(channel, prize string, winners int) ChatMessage {
	defer s.lock()()
	ends := s.chat.bot.server.options.now().Add(24 * time.Hour).Unix()
	kept := s.put(message{kind: "giveaway", content: map[string]any{"giveaway": map[string]any{
		"chats": []any{channelNamed(channel)}, "winners_selection_date": ends, "winner_count": winners, "prize_description": prize,
	}}})
	s.chat.tell("message", kept)
	return kept.view()
}

func channelNamed(title string) wireChat {
	return wireChat{ID: -1001234567890, Type: "channel", Title: title}
}

// SendsPaidMedia sends media that cost stars; the bot sees a preview without a file.
func (s *Speaker) SendsPaidMedia(stars int, caption string) ChatMessage {
	return s.write(message{kind: "paid_media", text: caption, content: map[string]any{"paid_media": map[string]any{
		"star_count": stars, "paid_media": []any{map[string]any{"type": "preview", "width": 640, "height": 480, "duration": 12}},
	}}})
}

// SendsPayment tells of a successful payment; amount is in the smallest unit of the currency.
func (s *Speaker) SendsPayment(currency string, amount int) ChatMessage {
	return s.sendOther("successful_payment", map[string]any{
		"currency": currency, "total_amount": amount, "invoice_payload": "order 15",
		"telegram_payment_charge_id": randomText(20), "provider_payment_charge_id": randomText(20),
	})
}

// SendsRaw sends a message of any fields, such as those of a kind that nobody knows yet. Nothing of them is checked; they
// are added to the fields that every message has.
func (s *Speaker) SendsRaw(fields map[string]any) ChatMessage {
	m := message{kind: "raw", content: fields}
	for name := range fields {
		if len(fields) == 1 {
			m.kind = name
		}
	}
	if text, isText := fields["text"].(string); isText {
		m.kind, m.text = kindText, text
	} else if caption, isCaption := fields["caption"].(string); isCaption {
		m.text = caption
	}
	return s.write(m)
}

// sendOther sends a message with one object that is no file.
func (s *Speaker) sendOther(kind string, object map[string]any) ChatMessage {
	return s.write(message{kind: kind, content: map[string]any{kind: object}})
}

// What customers send to a bot.

package vibertest

// Says writes a text and returns its message_token. The first message also subscribes, without a callback.
func (c *Customer) Says(text string) string {
	return c.Sends(map[string]any{"type": typeText, "text": text})
}

// Sends writes a message of any type, given as Viber's message object, and returns its message_token. The tracking_data of
// the bot's last message comes back with it unless it has its own.
func (c *Customer) Sends(message map[string]any) string {
	return c.sends(message, Line{Text: readable(message)})
}

// SendsPicture sends a picture, with a text if there is one. Viber tells neither its name nor its size.
func (c *Customer) SendsPicture(m *Media, text string) string {
	return c.sendsFile(typePicture, m, map[string]any{"text": text})
}

// SendsVideo sends a video of so many seconds, with a text if there is one.
func (c *Customer) SendsVideo(m *Media, seconds int, text string) string {
	return c.sendsFile(typeVideo, m, map[string]any{"text": text, "duration": seconds, "size": m.size})
}

// SendsFile sends any other file.
func (c *Customer) SendsFile(m *Media) string {
	return c.sendsFile(typeFile, m, map[string]any{"file_name": m.name, "file_size": m.size})
}

// SendsSticker sends a sticker; m is its picture, nil where Viber tells none.
func (c *Customer) SendsSticker(id int64, m *Media) string {
	return c.sendsFile(typeSticker, m, map[string]any{"sticker_id": id})
}

// SendsContact sends a card of the address book.
func (c *Customer) SendsContact(name, phone string) string {
	return c.Sends(map[string]any{"type": typeContact, "contact": map[string]any{"name": name, "phone_number": phone}})
}

// SendsLocation sends a place.
func (c *Customer) SendsLocation(lat, lon float64) string {
	return c.Sends(map[string]any{"type": typeLocation, "location": map[string]any{"lat": lat, "lon": lon}})
}

// SendsURL sends a link.
func (c *Customer) SendsURL(url string) string {
	return c.Sends(map[string]any{"type": typeURL, "media": url})
}

// SendsRichMedia passes a rich media message on, of which alt_text is what can be read.
func (c *Customer) SendsRichMedia(altText string) string {
	return c.Sends(map[string]any{
		"type": typeRichMedia, "alt_text": altText,
		"rich_media": map[string]any{"Type": typeRichMedia, "Buttons": []any{map[string]any{"ActionBody": "1"}}},
	})
}

// Presses presses a button of rich media, or of a keyboard that is none of this emulator's messages, with the action
// "reply": its body comes as a text.
func (c *Customer) Presses(actionBody string) string { return c.Says(actionBody) }

// sendsFile sends a message with what Viber tells of the file.
func (c *Customer) sendsFile(messageType string, m *Media, more map[string]any) string {
	message := map[string]any{"type": messageType}
	var file *File
	if m != nil {
		file = m.file()
		message["media"] = m.url
	}
	for name, value := range more {
		if value != "" {
			message[name] = value
		}
	}
	return c.sends(message, Line{Text: readable(message), File: file})
}

// sends brings a message to the webhook and shows it in the chat as a line.
func (c *Customer) sends(message map[string]any, shown Line) string {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	token := c.tellLocked(message, false)
	c.showLocked(token, message, shown)
	return token
}

// tellLocked brings a message to the webhook.
func (c *Customer) tellLocked(message map[string]any, silent bool) string {
	if _, own := message["tracking_data"]; !own && c.tracking != "" {
		message["tracking_data"] = c.tracking
	}
	c.known, c.subscribed, c.unanswered = true, true, nil
	return c.bot.callLocked(c, "message", 0, map[string]any{
		"sender": c.personLocked(), "message": message, "silent": silent,
	})
}

// showLocked shows the customer's own message in his chat.
func (c *Customer) showLocked(token string, message map[string]any, shown Line) {
	shown.At, shown.Token = c.bot.srv.now(), token
	shown.Kind, _ = message["type"].(string)
	c.lines = append(c.lines, shown)
}

// readable is what the customer sees of his message.
func readable(message map[string]any) string {
	field := map[any]string{typeURL: "media", typeRichMedia: "alt_text"}[message["type"]]
	if field == "" {
		field = "text"
	}
	s, _ := message[field].(string)
	return s
}

// What customers send to a bot.

package vibertest

// Says writes a text and returns its message_token. The first message also subscribes, without a callback.
func (c *Customer) Says(text string) string {
	return c.Sends(map[string]any{"type": typeText, "text": text})
}

// Sends writes a message of any type, given as Viber's message object, and returns its message_token. The tracking_data of
// the bot's last message comes back with it unless it has its own.
func (c *Customer) Sends(message map[string]any) string { return c.sends(message, nil) }

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

// Presses presses a button of a keyboard or of rich media with the action "reply": its body comes as a text.
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
	return c.sends(message, file)
}

func (c *Customer) sends(message map[string]any, file *File) string {
	s := c.bot.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, own := message["tracking_data"]; !own && c.tracking != "" {
		message["tracking_data"] = c.tracking
	}
	c.known, c.subscribed, c.unanswered = true, true, nil
	token := c.bot.callLocked(c, "message", 0, map[string]any{
		"sender": c.personLocked(), "message": message, "silent": false,
	})
	messageType, _ := message["type"].(string)
	c.lines = append(c.lines, Line{At: s.now(), Token: token, Kind: messageType, Text: readable(message), File: file})
	return token
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

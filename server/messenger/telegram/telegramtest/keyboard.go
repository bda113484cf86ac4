// Keyboards under messages, https://core.telegram.org/bots/api#inlinekeyboardmarkup.

package telegramtest

// Button is a button of an inline keyboard: Data comes back when it is pressed, URL is opened, Copy is copied.
type Button struct {
	Text string
	Data string
	URL  string
	Copy string
}

// maxData is the longest callback data in bytes.
const maxData = 64

// wireButton is a button of a call; what a button does is exactly one of the pointers.
type wireButton struct {
	Text string  `json:"text"`
	Data *string `json:"callback_data"`
	URL  *string `json:"url"`
	Copy *struct {
		Text string `json:"text"`
	} `json:"copy_text"`
}

// checkKeyboard reads the inline keyboard of a call, nil when it has none. Other keyboards are taken and not shown, but
// nobody may send them to a Business chat.
func (c call) checkKeyboard() ([][]Button, *apiError) {
	if _, given := c.params["reply_markup"]; !given {
		return nil, nil
	}
	var p struct {
		Rows [][]wireButton `json:"inline_keyboard"`
	}
	c.params.intoOne("reply_markup", &p)
	if p.Rows == nil && c.params.text("business_connection_id") != "" {
		return nil, badRequest("BUSINESS_PEER_INVALID")
	}
	var rows [][]Button
	for _, row := range p.Rows {
		var buttons []Button
		for _, b := range row {
			button, refusal := c.checkButton(b)
			if refusal != nil {
				return nil, refusal
			}
			buttons = append(buttons, button)
		}
		if len(buttons) > 0 {
			rows = append(rows, buttons)
		}
	}
	return rows, nil
}

func (c call) checkButton(b wireButton) (Button, *apiError) {
	button, actions := Button{Text: b.Text}, 0
	take := func(into *string, value *string) {
		if value != nil {
			*into = *value
			actions++
		}
	}
	take(&button.Data, b.Data)
	take(&button.URL, b.URL)
	if b.Copy != nil {
		take(&button.Copy, &b.Copy.Text)
	}
	switch {
	case b.Text == "":
		return button, badRequest("BUTTON_TEXT_INVALID")
	case actions > 1:
		c.server.violate("a button that does several things")
		return button, badRequest("a button does exactly one thing")
	case button.Data == "" && button.URL == "" && button.Copy == "":
		return button, badRequest("text buttons are unallowed in the inline keyboard")
	case len(button.Data) > maxData:
		return button, badRequest("BUTTON_DATA_INVALID")
	}
	return button, nil
}

// keyboard is an inline keyboard as the API shows it.
func keyboard(rows [][]Button) map[string]any {
	shown := [][]any{}
	for _, row := range rows {
		var buttons []any
		for _, b := range row {
			o := map[string]any{"text": b.Text}
			set(o, "callback_data", b.Data)
			set(o, "url", b.URL)
			if b.Copy != "" {
				o["copy_text"] = map[string]any{"text": b.Copy}
			}
			buttons = append(buttons, o)
		}
		shown = append(shown, buttons)
	}
	return map[string]any{"inline_keyboard": shown}
}

// Keyboards under messages, https://core.telegram.org/bots/api#inlinekeyboardmarkup.

package telegramtest

import "net/url"

// Button is a button of an inline keyboard: Data comes back when it is pressed, URL is opened, Copy is copied.
type Button struct {
	Text string
	Data string
	URL  string
	Copy string
}

const (
	// maxData is the longest callback data in bytes.
	maxData = 64
	// maxButtons is how many buttons the real server takes below one message; it is not documented.
	maxButtons = 100
)

// wireButton is a button of a call; what a button does is exactly one of the pointers.
type wireButton struct {
	Text string  `json:"text"`
	Data *string `json:"callback_data"`
	URL  *string `json:"url"`
	Copy *struct {
		Text string `json:"text"`
	} `json:"copy_text"`
}

// markup is what stands below a message: buttons, or what becomes of the keys in place of the person's keyboard.
type markup struct {
	buttons [][]Button
	// keys are those that are shown from now on; replaces says so, also of none.
	keys     [][]Key
	replaces bool
	// fixed says that the message can never be edited: it has or had a keyboard that is not inline.
	fixed bool
}

// checkMarkup reads the keyboard of a call, which is an inline one where nothing else tells.
func (c call) checkMarkup(to *chat) (markup, *apiError) {
	if _, given := c.params["reply_markup"]; !given {
		return markup{}, nil
	}
	var p struct {
		Rows   [][]wireButton `json:"inline_keyboard"`
		Keys   [][]wireKey    `json:"keyboard"`
		Remove bool           `json:"remove_keyboard"`
	}
	c.params.intoOne("reply_markup", &p)
	switch {
	case p.Rows != nil:
		buttons, refusal := c.checkButtons(p.Rows)
		return markup{buttons: buttons}, refusal
	case to.business != nil:
		return markup{}, badRequest("BUSINESS_PEER_INVALID")
	case p.Keys != nil:
		keys, refusal := c.checkKeys(to, p.Keys)
		return markup{keys: keys, replaces: true, fixed: true}, refusal
	}
	return markup{replaces: p.Remove, fixed: true}, nil
}

// checkButtons reads the buttons of an inline keyboard; a row without any is none.
func (c call) checkButtons(wire [][]wireButton) ([][]Button, *apiError) {
	var rows [][]Button
	count := 0
	for _, row := range wire {
		var buttons []Button
		for _, b := range row {
			button, refusal := c.checkButton(b)
			if refusal != nil {
				return nil, refusal
			}
			buttons = append(buttons, button)
			count++
		}
		if len(buttons) > 0 {
			rows = append(rows, buttons)
		}
	}
	if count > maxButtons {
		return nil, badRequest("REPLY_MARKUP_TOO_LONG")
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
	case button.URL != "" && !opens(button.URL):
		return button, badRequest("BUTTON_URL_INVALID")
	}
	return button, nil
}

// opens tells whether a button can lead to an address, https://core.telegram.org/bots/api#inlinekeyboardbutton.
func opens(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "tg")
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

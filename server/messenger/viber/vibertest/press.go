// Buttons as customers press them ("Keyboard reply logic" on Viber's page of keyboards).

package vibertest

import (
	"fmt"
	"slices"
)

// Buttons are the rows of the keyboard that the customer sees now, nil for none: a message without one hides the last.
func (c *Customer) Buttons() [][]Button {
	for _, l := range slices.Backward(c.Chat()) {
		if l.FromBot {
			return l.Buttons
		}
	}
	return nil
}

// PressesButton presses the button of that label and returns the message_token of what it sends: its body as a text for
// reply, and for open-url too, which besides opens it; the phone number of his profile for share-phone; nothing, and so an
// empty token, for none. Unless the button is silent, the chat shows the label, of open-url the address. It panics when
// there is no such button; a place is shared by SharesLocation.
func (c *Customer) PressesButton(label string) string {
	b := c.button(fmt.Sprintf("button %q", label), func(b Button) bool { return b.Label == label && b.Action != actionLocation })
	switch b.Action {
	case actionReply:
		return c.replies(b, b.Label)
	case actionURL:
		return c.replies(b, b.Body)
	case actionPhone:
		return c.SendsContact(c.Name, c.Phone)
	}
	return ""
}

// replies sends a button's body as a text.
func (c *Customer) replies(b Button, shown string) string {
	c.bot.srv.mu.Lock()
	defer c.bot.srv.mu.Unlock()
	message := map[string]any{"type": typeText, "text": b.Body}
	token := c.tellLocked(message, b.Silent)
	if !b.Silent {
		c.showLocked(token, message, Line{Text: shown})
	}
	return token
}

// SharesPhone presses the button that shares the phone number of his profile. It panics when there is none.
func (c *Customer) SharesPhone() string {
	c.button("button for a phone number", func(b Button) bool { return b.Action == actionPhone })
	return c.SendsContact(c.Name, c.Phone)
}

// SharesLocation presses the button that lets him pick a place. It panics when there is none.
func (c *Customer) SharesLocation(lat, lon float64) string {
	c.button("button for a place", func(b Button) bool { return b.Action == actionLocation })
	return c.SendsLocation(lat, lon)
}

// button is one that the customer sees now. It panics when there is none such.
func (c *Customer) button(name string, is func(Button) bool) Button {
	all := slices.Concat(c.Buttons()...)
	i := slices.IndexFunc(all, is)
	if i < 0 {
		panic(fmt.Sprintf("vibertest: %s sees no %s", c.Name, name))
	}
	return all[i]
}
